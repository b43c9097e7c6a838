"""`mapping`: see what a mapping does before it goes live, and why a value is what it is long after."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer

from lotweave.bootstrap import opened
from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, out, reported, say, the_site
from lotweave.plumbing import lines_of, plumbing_of
from lotweave.settings import FILE, Site, read_site, site_folder
from mappings.engine.apply import Mapper, read_mapper
from mappings.engine.difference import Difference, changes
from mappings.engine.preview import preview as preview_of
from mappings.engine.schema import schema as schema_of
from mappings.engine.steps import Line
from mappings.suggest.propose import propose
from mappings.suggest.targets import KINDS
from mappings.suggest.write import as_json as proposal_json
from pipelines.steps import mapped
from trace_core.errors import Misconfigured, Problem

mapping = typer.Typer(no_args_is_help=True, help="Mappings: look at them before they go live, and at what they made.")
_JSON = msgspec.json.Decoder(float_hook=Decimal)
ConnectionOption = Annotated[str | None, typer.Option("--connection", help="As for this connection: its plant, zone and code tables.")]
SampleOption = Annotated[Path | None, typer.Option("--sample", help="Recorded documents: one JSON value, a list, or one a line.")]


@mapping.command()
def preview(
    file: Annotated[Path, typer.Argument(help="The mapping.")],
    sample: SampleOption = None,
    connection: ConnectionOption = None,
    plant: Annotated[str, typer.Option(help="The plant, where no connection is named.")] = "PLANT",
    zone: Annotated[str, typer.Option(help="The plant's time zone, where no connection is named.")] = "Asia/Shanghai",
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Show what a mapping makes of recorded documents, field by field, with the reasons."""
    with reported(as_json=as_json):
        if sample is None:
            raise Misconfigured("name recorded documents: --sample FILE", code="usage")
        own = _site_of(file, site)
        mapper, line = _mapper(file, own), _line(own, connection, plant, zone)
        told = [_previewed(mapper, line, document) for document in _documents(sample)]
        wrong = any(one["problems"] for one in told)
        say({"previews": told}, as_json=as_json, person=lambda: _show_previews(told))
        end(NO if wrong else DONE)


def _previewed(mapper: Mapper, line: Line, document: Any) -> dict[str, Any]:
    if mapper.told.fields is None:
        return preview_of(mapper, mapper.plan(line), document)
    fields, problems = mapper.outward(document, zone=line.zone, plant=line.plant, connection=line.connection)
    told = {"mapping": mapper.name, "version": mapper.version, "fields": fields}
    return told | {"documents": [], "problems": [problem.as_json() for problem in problems]}


def _show_previews(told: list[dict[str, Any]]) -> None:
    for at, one in enumerate(told, 1):
        out.print(f"document {at} of {len(told)}, {one['mapping']} version {one['version']}", markup=False)
        for name, value in one.get("fields", {}).items():
            out.print(f"  {name} = {value}", markup=False)
        for made in one["documents"]:
            out.print(f"  {made['kind']} {made['key']}", markup=False)
            for field in made["fields"]:
                out.print(f"    {_way(field)}", markup=False)
        for skipped in one.get("skipped", ()):
            out.print(f"  no {skipped['document']} of {skipped['at'] or 'the document'}: {skipped['because']}", markup=False)
        for problem in one["problems"]:
            out.print(f"  wrong: {problem['path']}: {problem['problem']} {problem['value']!r} [{problem.get('rule', '')}]", markup=False)
        for name in one.get("new_fields", ()):
            out.print(f"  new: {name} is neither mapped nor ignored", markup=False)


def _way(field: dict[str, Any]) -> str:
    """One field with its way, on a line."""
    came = ", ".join(f"{one['path']} {one['value']!r}" for one in field["from"]) or "always"
    steps = "".join(f" → {step['verb']}{' ' + step['by'] if 'by' in step else ''} {step['after']!r}" for step in field["steps"])
    wrong = f" ({field['problem']})" if "problem" in field else ""
    return f"{field['field']} = {field['value']!r}  ⟵ {came}{steps}{wrong}  [{field['rule']}]"


@mapping.command()
def diff(
    old: Annotated[str, typer.Argument(help="The mapping as it was: a file, or `current` for the one in use.")],
    new: Annotated[Path, typer.Argument(help="The mapping as it will be.")],
    on: Annotated[str, typer.Option(help="`inbox`: the newest real documents; or a file of recorded ones.")] = "inbox",
    last: Annotated[int, typer.Option(help="How many documents of the inbox.")] = 1000,
    connection: ConnectionOption = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Say what a change of a mapping would do to real documents, before it is activated."""
    with reported(as_json=as_json):
        own = _site_of(new, site)
        if own is None and (on == "inbox" or old == "current"):
            raise Misconfigured("there is no site: name it with --site, or compare two files --on FILE", code="usage")
        system, kind = new.resolve().parent.name, new.stem
        after = _mapper(new, own)
        before = None if old == "current" else _mapper(Path(old), own)
        if on == "inbox" and own is not None:
            with opened(own) as house:
                found = mapped.difference(before, after, kind, system, plumbing_of(house), limit=last)
        else:
            found = _on_file(before or _in_use(own, system, kind), after, _line(own, connection, "PLANT", "Asia/Shanghai"), Path(on))
        told = found.as_json()
        say(told, as_json=as_json, person=lambda: _show_difference(told))
        end(NO if told["touched"] else DONE)


def _on_file(before: Mapper, after: Mapper, line: Line, sample: Path) -> Difference:
    found = Difference()
    for at, document in enumerate(_documents(sample), 1):
        found.add(f"{sample.name}:{at}", changes(*(mapper.plan(line).apply(document) for mapper in (before, after))))
    return found


def _in_use(site: Site | None, system: str, kind: str) -> Mapper:
    from mappings.engine.load import mapping_path

    path = mapping_path(system, kind, site.folder if site else None)
    if path is None:
        raise Misconfigured(f"there is no mapping in use for {system}/{kind}", code="mapping")
    return read_mapper(path, system, site.folder if site else None)


def _show_difference(told: dict[str, Any]) -> None:
    out.print(f"{told['touched']} of {told['compared']} documents would come out otherwise")
    for one in told["changes"]:
        what = " ".join(filter(None, (one["what"], one["kind"], one["field"])))
        out.print(f"{one['count']:>7}  {what}", markup=False)
        for example in one["examples"]:
            sides = " → ".join(repr(example[name]) for name in ("before", "after") if name in example)
            out.print(f"           {example['source']}  {example['key']}  {sides}", markup=False)


@mapping.command()
def why(
    document: Annotated[str, typer.Argument(help="PLANT/kind/key of a canonical document, such as HZ/movement/PRD_PickMtrl/7/1.")],
    field: Annotated[str, typer.Argument(help="Its field, such as quantity or thing.number.")],
    revision: Annotated[int | None, typer.Option(help="An earlier revision.")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Say where a value came from: the raw field, every step, the code row, the mapping's line and version."""
    with reported(as_json=as_json):
        parts = document.split("/", 2)
        if len(parts) != 3:  # noqa: PLR2004 - plant, kind, key
            raise Misconfigured(f"{document!r} must be PLANT/kind/key", code="usage")
        with opened(the_site(site)) as house:
            told = mapped.why((parts[0], parts[1], parts[2]), field, plumbing_of(house), revision=revision)

        def person() -> None:
            source = told["source"]
            out.print(f"{document} {field} = {told['held']!r}", markup=False)
            out.print(
                f"  from {source['connection']} {source['kind']} {source['key']} by {told['mapping']} {told['version']}", markup=False
            )
            for one in told["made"]:
                out.print(f"  {_way(one)}", markup=False)

        say(told, as_json=as_json, person=person)


@mapping.command()
def drift(
    connection: Annotated[str | None, typer.Option(help="Only this connection.")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """List fields that are new in a system, changed their sort, or are mapped and never came."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            told = mapped.drift(plumbing_of(house), connection)

        def person() -> None:
            for one in told:
                sorts = f" ({', '.join(one['sorts'])})" if one["sorts"] else ""
                out.print(f"{one['connection']} {one['kind']}: {one['field']} is {one['what']}{sorts}", markup=False)
            out.print(f"{len(told)} field(s)")

        say({"fields": told, "count": len(told)}, as_json=as_json, person=person)
        end(NO if told else DONE)


@mapping.command()
def schema() -> None:
    """Print the JSON Schema of mapping files, for editors."""
    say(schema_of(), as_json=True, person=lambda: None)


def _site_of(file: Path, given: Path | None) -> Site | None:
    """The site that a mapping lies in, or that is named, or the current folder; None where there is none."""
    if not file.is_file():
        raise Misconfigured(f"{file} does not exist", code="no_file", problems=[Problem(str(file), "does not exist")])
    parents = file.resolve().parents
    around = parents[2] if len(parents) > 2 and (parents[2] / FILE).is_file() else None  # noqa: PLR2004 - site/mappings/system/KIND.yml
    folder = site_folder(given) if given else around or site_folder(None)
    return read_site(folder) if (folder / FILE).is_file() else None


def _mapper(file: Path, site: Site | None) -> Mapper:
    if not file.is_file():
        raise Misconfigured(f"{file} does not exist", code="no_file", problems=[Problem(str(file), "does not exist")])
    return read_mapper(file.resolve(), file.resolve().parent.name, site.folder if site else None)


def _line(site: Site | None, connection: str | None, plant: str, zone: str) -> Line:
    if connection is None:
        try:
            return Line("", plant, ZoneInfo(zone))
        except (KeyError, ValueError) as fault:
            raise Misconfigured(f"--zone {zone!r} is no time zone such as Asia/Shanghai", code="usage") from fault
    known = site.connections if site else {}
    if site is None or connection not in known:
        raise Misconfigured(f"there is no connection {connection}; there are {', '.join(known) or 'none'}", code="usage")
    found = known[connection]
    return Line(found.name, found.plant, site.plants[found.plant].zone)


def _documents(sample: Path) -> Iterator[Any]:
    """The documents of a file: one JSON value, a list of them, or one a line."""
    if not sample.is_file():
        raise Misconfigured(f"{sample} does not exist", code="no_file", problems=[Problem(str(sample), "does not exist")])
    data = sample.read_bytes()
    try:
        told = _JSON.decode(data)
        yield from told if isinstance(told, list) else [told]
    except msgspec.DecodeError:
        for number, line in enumerate(data.splitlines(), 1):
            try:
                if line.strip():
                    yield _JSON.decode(line)
            except msgspec.DecodeError as fault:
                problem = Problem(f"{sample.name}:{number}", f"is no JSON: {fault}")
                raise Misconfigured(f"{sample} cannot be read", code="sample", problems=[problem]) from fault


@mapping.command()
def suggest(
    kind: Annotated[str, typer.Option(help="The system's name of the object.")],
    connection: Annotated[str | None, typer.Option(help="The connection that reads it.")] = None,
    sample: SampleOption = None,
    document: Annotated[str | None, typer.Option(help="The kind of canonical document to make; else the one that fits best.")] = None,
    labels: Annotated[Path | None, typer.Option(help="What people see: a CSV file with the columns field,label.")] = None,
    to: Annotated[Path | None, typer.Option("--out", help="Write the proposal there; nothing is overwritten.")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Propose a mapping for a system that nobody has mapped: every field with its score and reasons. Nothing is applied."""
    with reported(as_json=as_json):
        if document is not None and document not in KINDS:
            raise Misconfigured(f"--document {document} cannot be proposed; there are {', '.join(KINDS)}", code="usage")
        system, found = _recorded(kind, connection, sample, site)
        if not found:
            raise Misconfigured(
                "there is nothing to propose from: sync the kind first, or name recorded documents with --sample", code="sample"
            )
        told = proposal_json(propose(found, kind, document=document, labels=_labels(labels)), f"{system}/{kind}", len(found))
        if to is not None:
            if to.exists():
                raise Misconfigured(f"{to} is there already: a proposal overwrites nothing", code="usage")
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(told["yaml"], "utf-8")
        say(told, as_json=as_json, person=lambda: out.print(told["yaml"], markup=False, end=""))


RECORDED = 200
"""Documents that a proposal looks at."""


def _recorded(kind: str, connection: str | None, sample: Path | None, site: Path | None) -> tuple[str, list[Any]]:
    """The system, and recorded documents: those of a file, else what the inbox holds, else the first page of the system itself."""
    if connection is None:
        return "system", list(_documents(sample))[:RECORDED] if sample else []
    own = the_site(site)
    line = lines_of(own).get(connection)
    if line is None:
        raise Misconfigured(f"there is no connection {connection}; there are {', '.join(own.connections) or 'none'}", code="usage")
    if sample is not None:
        return line.system, list(_documents(sample))[:RECORDED]
    with opened(own) as house:
        plumbing = plumbing_of(house)
        return line.system, mapped.recorded(line, kind, plumbing, limit=RECORDED)


def _labels(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        if not {"field", "label"} <= set(rows.fieldnames or ()):
            raise Misconfigured(f"{file} needs the columns field,label", code="usage")
        return {row["field"].strip(): row["label"].strip() for row in rows}
