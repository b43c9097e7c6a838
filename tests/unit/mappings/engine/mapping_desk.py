"""A mapping in a site of its own, for tests that need one."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

from mappings.engine.apply import Mapper, read_mapper
from mappings.engine.plan import Plan
from mappings.engine.steps import Line

LINE = Line("hz", "HZ", ZoneInfo("Asia/Shanghai"))
HEAD = "mapping: kingdee/TEST\nversion: 3\ndocuments:\n  - document: movement\n    key: {from: FID}\n    body:\n"


class Desk:
    """Where a test writes mappings and tables, and gets them ready."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        """A file of the site."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def mapper(self, text: str) -> Mapper:
        """The mapper of a mapping."""
        return read_mapper(self.write("mappings/kingdee/TEST.yml", text), "kingdee", self.folder)

    def plan(self, text: str, line: Line = LINE) -> Plan:
        """Its plan for a connection."""
        return self.mapper(text).plan(line)

    def body(self, fields: str, line: Line = LINE) -> Plan:
        """The plan of a mapping with these lines as its body."""
        return self.plan(HEAD + "".join(f"      {one}\n" for one in dedent(fields).strip().splitlines()), line)
