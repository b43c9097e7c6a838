"""Damaged payloads: whatever is changed in a right document, it is judged and never breaks the reader."""

from __future__ import annotations

import copy
import json
import random
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from trace_core.epcis.hashes import event_hash, identity
from trace_core.epcis.inward import meaning
from trace_core.epcis.reading import read
from trace_core.epcis.terms import terms
from trace_core.epcis.things import Ground
from trace_core.epcis.writing import document_json
from trace_core.epcis.writing_xml import document_xml
from trace_core.errors import Rejected

from epcis_examples import DATA  # isort: skip

FILES = sorted((DATA / "openepcis" / "2.0" / "JSON" / "Capture" / "Documents").glob("*.json"))
XML_FILES = sorted((DATA / "openepcis" / "2.0" / "XML" / "Capture" / "Documents").glob("*.xml"))
NOW = datetime(2026, 4, 1, tzinfo=UTC)
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**50,
    "",
    " ",
    "x",
    "urn:x:1",
    "\x00",
    "é" * 300,
    [],
    {},
    [[]],
    [None],
    {"a": 1},
    {"ext:a": {}},
]


def places(told: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    return [path, *(place for name, value in inner for place in places(value, (*path, name)))]


def damaged(told: Any, rng: random.Random) -> Any:
    told = copy.deepcopy(told)
    *above, last = rng.choice(places(told)[1:])
    holder = told
    for name in above:
        holder = holder[name]
    if rng.random() < 0.2 and isinstance(holder, dict):
        holder[rng.choice(["type", "quantity", "ilmd", "#text", "ext9:a", "a:b:c", "http://x/y"])] = holder.pop(last)
    else:
        holder[last] = rng.choice(VALUES)
    return told


def handled(payload: bytes, media: str) -> None:
    """Everything that is done with a payload, as far as it gets."""
    try:
        found = read(payload, media)
    except Rejected:
        return
    events = [one.event for one in found.events if one.event]
    assert all(one.problems for one in found.events if not one.event)
    for event in events:
        event_hash(event)
        terms(event)
        with suppress(Rejected):
            meaning(event, Ground(default_plant="HZ"))
    for write, binding in ((document_json, "application/json"), (document_xml, "application/xml")):
        again = read(write(events, created=NOW, prefixes={}), binding)
        assert [identity(one.event) for one in again.events if one.event] == [identity(event) for event in events]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_damaged_json_document_is_judged(path: Path) -> None:
    told, rng = json.loads(path.read_bytes()), random.Random(path.stem)
    for _ in range(60):
        handled(json.dumps(damaged(told, rng)).encode(), "application/ld+json")


@pytest.mark.parametrize("path", XML_FILES, ids=lambda path: path.stem)
def test_a_damaged_xml_document_is_judged(path: Path) -> None:
    told, rng = path.read_text("utf-8"), random.Random(path.stem)
    for _ in range(60):
        at = rng.randrange(len(told))
        cut = rng.choice(
            [told[:at] + told[at + rng.randrange(1, 40) :], told.replace(rng.choice([">", "0", "urn:", "<epc>"]), rng.choice("> x1"), 1)]
        )
        handled(cut.encode(), "application/xml")
