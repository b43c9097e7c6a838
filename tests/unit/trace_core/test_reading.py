"""Reading the usual documents without their schema gives what the schema gives, or leaves them to it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spec.random_world import world
from trace_core.documents.envelope import BodyText, Document, read_document
from trace_core.errors import Problem, Rejected
from trace_core.events import event_of
from trace_core.reading import Reader

AT = "2026-03-01T08:00:00+08:00"
THING = {"kind": "lot", "item": "CAP", "number": "L1"}
BOARD = {"kind": "serial", "item": "PCBA", "number": 'S\\1"', "plant": "SU"}
REPORT = {
    "kind": "operation",
    "plant": "HZ",
    "key": "R1",
    "revision": 1,
    "body": {
        "order": "MO-1",
        "operation": "SMT",
        "at": AT,
        "started_at": "2026-03-01T07:00:00.5Z",
        "equipment": "贴片机 1",
        "people": ["李"],
        "good": "1",
        "outputs": [{"thing": BOARD, "lot": {"kind": "lot", "item": "PCBA", "number": "B7"}}],
        "inputs": [{"thing": THING, "quantity": "2.5", "uom": "H87", "designators": ["C1", "C2"]}],
    },
}
MOVED = {"type": "issue", "at": AT, "thing": THING, "quantity": "40", "uom": "H87", "order": "MO-1", "backflush": False, "person": "王"}
MOVE = {"kind": "movement", "plant": "HZ", "key": "M1", "revision": 3, "recorded_at": "2026-03-01T08:00:00Z", "body": MOVED}
CONTENTS = [THING | {"quantity": "1", "uom": "H87"}, {"kind": "container", "number": "K2"}]
PACK = {
    "kind": "pack",
    "plant": "HZ",
    "key": "P1",
    "revision": 1,
    "body": {"container": "K1", "at": AT, "action": "add", "contents": CONTENTS},
}


ORDER = {
    "kind": "order",
    "plant": "HZ",
    "key": "O1",
    "revision": 4,
    "body": {
        "order": "MO-1",
        "type": "standard",
        "item": "P-1",
        "quantity": "12.50",
        "uom": "H87",
        "status": "started",
        "bom_version": "V1",
        "planned_start": AT,
        "operations": [{"operation": "10", "name": "贴片"}, {"operation": "20", "required": False, "merge_with": "10"}],
    },
}
BOM_LINE = {"line": "10", "item": "CAP", "quantity": "007", "uom": "H87", "designators": ["C1"], "substitutes": ["CAP-2"], "valid_from": AT}
BOM_BODY = {"item": "P-1", "version": "V1", "quantity": "1", "uom": "H87", "valid_to": "2027-01-01T00:00:00Z", "lines": [BOM_LINE]}
UNITS = [{"uom": "KGM", "per_base": "0.2500"}]
ITEM_BODY = {"item": "CAP", "name": " 电容 ", "base_uom": "H87", "tracking": "lot", "units": UNITS, "mpn": "", "global_item": "G-1"}
LOT_BODY = {"item": "CAP", "lot": "L1", "supplier": "S-1", "supplier_lot": "X9", "date_code": "2609", "made_at": AT, "quality": "hold"}
PARTNER_BODY = {"partner": "S-1", "name": "华强", "role": "supplier"}
PLAIN = [ORDER] + [
    {"kind": kind, "plant": "HZ", "key": f"{kind}/1", "revision": 2, "body": body}
    for kind, body in (("bom", BOM_BODY), ("item", ITEM_BODY), ("lot", LOT_BODY), ("partner", PARTNER_BODY))
]


def judged(read: Callable[[], Document]) -> Document | tuple[Problem, ...]:
    """The document, or why there is none."""
    try:
        return read()
    except Rejected as fault:
        return fault.problems


def alike(text: bytes) -> None:
    """Both readers give the same document with the same event, or the same problems; so does what is taken before it is a text."""
    told = orjson.loads(text)
    expected = judged(lambda: read_document(told))
    ways: list[Callable[[], Document]] = [lambda: Reader().read(text)]
    if is_typed(told):
        ways.append(lambda: Reader().take(**told))
    for way in ways:
        found = judged(way)

        assert found == expected
        if isinstance(found, Document) and isinstance(expected, Document):
            assert orjson.loads(found.text) == expected.body
            assert event_of(found) == event_of(expected)


def is_typed(told: Any) -> bool:
    """Whether a document is in an envelope as `take` wants it; its body may be anything."""
    types = {"kind": str, "plant": str, "key": str, "revision": int, "body": dict}
    if not isinstance(told, dict) or told.keys() - {"recorded_at"} != types.keys():
        return False
    return all(type(told[name]) is sort for name, sort in types.items()) and isinstance(told.get("recorded_at"), str | None)


def usual(text: bytes) -> bool:
    """Whether the schema was not needed either way: only then the body is kept as text."""
    return all(isinstance(found.body, BodyText) for found in (Reader().read(text), Reader().take(**orjson.loads(text))))


@pytest.mark.parametrize("told", [REPORT, MOVE, PACK, *PLAIN], ids=lambda told: told["kind"])
def test_a_usual_document_is_read_without_its_schema(told: dict[str, Any]) -> None:
    text = orjson.dumps(told)

    assert usual(text)
    alike(text)


@pytest.mark.parametrize("seed", range(20))
def test_random_worlds_are_read_as_the_schema_reads_them(seed: int) -> None:
    for told in world(random.Random(seed)):
        alike(orjson.dumps(told))


TEXTS = ["", " a", "a ", "\u200b", "a\u0007", "x" * 201, "1", "01", "1.50", "-1", "+2", "1e3", "9" * 31, "0.0"]
TIMES = ["2026-03-01T08:00:00", "2026-03-01t08:00:00z", "2026-03-01 08:00:00+08:00", "2026-02-30T08:00:00Z", "2026-03-01T24:00:00Z"]
TIMES += ["2026-03-01T08:00:00.123456789Z", "2026-03-01T08:00:00.120Z", "2026-03-01T08:00:00-00:00"]
WORDS = ["container", "serial", "receive", "split", "produce", "ship", "add", "pack"]
VALUES = [None, 1, 1.0, True, [], {}, ["a"], THING, [THING], {"kind": "container", "number": "K"}]
ODD = st.sampled_from([*TEXTS, *TIMES, *WORDS, *VALUES])
NAMES = ["lot", "other", "reverses", "plant", "quantity", "item", "deleted", "order", "certainty", "valid_from", "lines"]


def places(told: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a JSON value."""
    inner = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    return [found for key, value in inner for found in ((*path, key), *places(value, (*path, key)))]


def changed(told: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A JSON value with another value at a path; an absent member is added."""
    if not path:
        return value
    copy = dict(told) if isinstance(told, dict) else list(told) if isinstance(told, list) else {}
    copy[path[0]] = changed(copy[path[0]] if isinstance(copy, list) or path[0] in copy else {}, path[1:], value)
    return copy


@st.composite
def mutants(draw: st.DrawFn) -> Any:
    """A usual document with something odd at one or two places."""
    told = draw(st.sampled_from([REPORT, MOVE, PACK, *PLAIN]))
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(places(told)))
        if draw(st.booleans()) and isinstance(path[-1], str):
            path = (
                *path[:-1],
                draw(
                    st.sampled_from(
                        ["lot", "other", "reverses", "plant", "quantity", "item", "deleted", "order", "certainty", "valid_from", "lines"]
                    )
                ),
            )
        told = changed(told, path, draw(ODD))
    return told


@settings(max_examples=2500, deadline=None, derandomize=True)
@given(mutants())
def test_what_is_odd_is_read_as_the_schema_reads_it(told: Any) -> None:
    alike(orjson.dumps(told))


def test_a_line_that_is_no_json_says_where() -> None:
    with pytest.raises(Rejected) as found:
        Reader().read(b'{"kind": "pack", ')

    assert "column" in found.value.problems[0].problem


def test_numbers_that_only_look_whole_are_left_to_the_schema() -> None:
    alike(orjson.dumps(MOVE).replace(b'"revision":3', b'"revision":3.0'))
    alike(orjson.dumps(MOVE).replace(b'"revision":3', b'"revision":03'.replace(b"03", b"3 ")))


def test_a_part_is_remembered_for_its_plant_alone() -> None:
    reader = Reader()
    reader.read(orjson.dumps(MOVE))

    found = reader.read(orjson.dumps(MOVE | {"plant": "SU"}))

    assert found == read_document(MOVE | {"plant": "SU"})
    assert event_of(found) == event_of(read_document(MOVE | {"plant": "SU"}))
