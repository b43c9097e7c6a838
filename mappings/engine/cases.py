"""Golden cases as files: one says in a sentence what it shows, holds what a system sends, and what must come out of it.

A case lies at `<system>/<KIND>/<case>.json` of a folder. Its first half is written by a person (`says`, `about`, `raw`, and where they
matter `plant`, `zone`, `connection`); its second half (`makes` or, of an outward mapping, `fields`; `problems`; `skips`) by a person or by
`golden.accept`, and read by a person either way. Numbers of `raw` keep their digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from mappings.engine.frames import short
from mappings.engine.reading import near
from mappings.engine.steps import Line
from trace_core.errors import Misconfigured, Problem

ABOUT = ("usual", "empty", "wrong", "reversed", "organisation", "chinese", "new")
"""What a case may be about; `new` is a field that the mapping does not know yet."""
FIRST = ("says", "about", "plant", "zone", "connection", "raw")
EXPECTED = ("makes", "fields", "problems", "skips")
WIDTH = 120
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Case:
    """One case as its file tells it."""

    path: Path
    told: Mapping[str, Any]

    @property
    def system(self) -> str:
        """The system whose document it is."""
        return self.path.parts[-3]

    @property
    def kind(self) -> str:
        """The kind of the document, which names the mapping."""
        return self.path.parts[-2]

    @property
    def name(self) -> str:
        """`system/KIND/case`."""
        return "/".join((*self.path.parts[-3:-1], self.path.stem))

    @property
    def line(self) -> Line:
        """The connection that the document is taken to come over."""
        told = self.told
        zone = ZoneInfo(str(told.get("zone", "Asia/Shanghai")))
        return Line(str(told.get("connection", self.system)), str(told.get("plant", "HZ")), zone)


def read_cases(folder: Path, system: str = "*", kind: str = "*") -> list[Case]:
    """The cases of a folder, by name, of all systems and kinds or of one. Errors: `Misconfigured` with what is wrong in every file."""
    problems: list[Problem] = []
    cases = [case for path in sorted(folder.glob(f"{system}/{kind}/*.json")) if (case := _read(path, problems))]
    if problems:
        raise Misconfigured(f"the golden cases have {len(problems)} problem(s)", code="golden", problems=problems)
    return cases


def write_case(case: Case) -> None:
    """Write a case to its file, its parts in their order."""
    parts = {name: case.told[name] for name in (*FIRST, *EXPECTED) if name in case.told}
    case.path.write_text(f"{json_text(parts)}\n", "utf-8")


def json_text(value: Any, indent: str = "") -> str:
    """JSON in which what fits a line stands on one, numbers digit by digit as they came."""
    if not isinstance(value, (Mapping, list)) or not value:
        return _ENCODER.encode(value).decode()
    inner = f"{indent}  "
    if isinstance(value, Mapping):
        parts = [f"{_ENCODER.encode(name).decode()}: {json_text(one, inner)}" for name, one in value.items()]
    else:
        parts = [json_text(one, inner) for one in value]
    opened, closed = "{}" if isinstance(value, Mapping) else "[]"
    line = f"{opened}{', '.join(parts)}{closed}"
    if indent and "\n" not in line and len(indent) + len(line) <= WIDTH:
        return line
    between = f",\n{inner}"
    return f"{opened}\n{inner}{between.join(parts)}\n{indent}{closed}"


def _read(path: Path, problems: list[Problem]) -> Case | None:
    name = "/".join(path.parts[-3:])
    try:
        told = _DECODER.decode(path.read_bytes())
    except msgspec.DecodeError as fault:
        problems.append(Problem(name, f"is no JSON: {fault}"))
        return None
    if not isinstance(told, dict):
        problems.append(Problem(name, "must be a JSON object"))
        return None
    found = [Problem(f"{name}: {part}", said, short(json_text(told[part])) if part in told else "") for part, said in _mistakes(told)]
    problems += found
    return None if found else Case(path, told)


def _mistakes(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    known = (*FIRST, *EXPECTED)
    yield from ((part, f"is no part of a case{near(part, known)}") for part in told if part not in known)
    if not isinstance(told.get("says"), str) or not told["says"].strip():
        yield "says", "must be a sentence: what this case shows"
    if told.get("about", ABOUT[0]) not in ABOUT:
        yield "about", f"must be one of {', '.join(ABOUT)}"
    if str(told.get("zone", "UTC")) not in available_timezones():
        yield "zone", "must be a time zone such as Asia/Shanghai"
    if not isinstance(told.get("raw"), dict):
        yield "raw", "must be the object that the system sends"
    yield from ((part, "must be a text") for part in ("plant", "connection") if not isinstance(told.get(part, ""), str))
    if not isinstance(told.get("fields", {}), dict):
        yield "fields", "must be an object"
    for part in ("makes", "problems", "skips"):
        rows = told.get(part, [])
        if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
            yield part, "must be a list of objects"
