"""A version of a mapping as it was when it made a document, from the texts that were kept of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mappings.engine.apply import Mapper, read_mapper
from trace_core.errors import Misconfigured


@contextmanager
def released(name: str, files: Mapping[str, str]) -> Iterator[Mapper]:
    """The mapper of kept texts, for as long as the block lasts.

    Errors: `Misconfigured` when the texts are those of a language that is not spoken any more.
    """
    system, _, kind = name.partition("/")
    with tempfile.TemporaryDirectory(prefix="mapping-") as folder:
        root = Path(folder)
        for place, text in files.items():
            path = root / place
            if not path.resolve().is_relative_to(root.resolve()):
                raise Misconfigured(f"a kept file lies outside of its folder: {place}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        own, shipped = root / "site" / "mappings" / system / f"{kind}.yml", root / "shipped" / system / f"{kind}.yml"
        yield read_mapper(own if own.is_file() else shipped, system, root / "site", root / "shipped")
