"""A site's changes to a shipped mapping: single fields, conditions and blocks over what is shipped, nothing copied.

A file that `extends` a version of the shipped mapping names what is different. Where the shipped one has moved on, that is a problem:
somebody has to look whether the change still fits. A change without a name is one to every block of its kind.
"""

from __future__ import annotations

from dataclasses import replace

from mappings.engine.language import Block, MappingFile, Shape
from mappings.engine.reading import Reader


def overridden(shipped: MappingFile, site: MappingFile, reader: Reader) -> MappingFile:
    """The shipped mapping with a site's changes. What does not fit is noted in `reader`."""
    place = next(iter(site.documents)).place if site.documents else None
    if place and str(site.extends) != shipped.version:
        said = f"changes version {site.extends} of the shipped mapping, which is now version {shipped.version}: compare, then set extends"
        reader.wrong(replace(place, line=1, column=1), said, str(site.extends))
    blocks = list(shipped.documents)
    for change in site.documents:
        fitting = [at for at, block in enumerate(blocks) if block.document == change.document and change.name in ("", block.name)]
        for at in fitting:
            blocks[at] = _changed(blocks[at], change)
        if fitting:
            continue
        if change.key is None:
            named = f" named {change.name}" if change.name else ""
            reader.wrong(change.place, f"the shipped mapping makes no {change.document}{named}; a new block needs key")
        else:
            blocks.append(change)
    return replace(
        shipped,
        version=f"{shipped.version}+{site.version}",
        documents=tuple(blocks),
        ignore=shipped.ignore | site.ignore,
        organisation=site.organisation or shipped.organisation,
        expect=(*(one for one in shipped.expect if (one.subject, one.of) not in {(s.subject, s.of) for s in site.expect}), *site.expect),
        target=site.target or shipped.target,
        about=site.about or shipped.about,
        fields=_merged(shipped.fields, site.fields) if shipped.fields and site.fields else shipped.fields,
        extends=site.extends,
        texts={**shipped.texts, **site.texts},
    )


def _changed(block: Block, change: Block) -> Block:
    paths = {condition.path for condition in change.when}
    return replace(
        block,
        each={**block.each, **change.each},
        when=(*(condition for condition in block.when if condition.path not in paths), *change.when),
        key=change.key or block.key,
        body=_merged(block.body, change.body),
        recorded_at=change.recorded_at or block.recorded_at,
    )


def _merged(shipped: Shape, change: Shape) -> Shape:
    members = {name: part for name, part in shipped.members.items() if name not in change.removed}
    for name, part in change.members.items():
        before = members.get(name)
        members[name] = _merged(before, part) if isinstance(before, Shape) and isinstance(part, Shape) else part
    return Shape(shipped.place, members)
