"""Others' documents: every right one is taken, every wrong one is refused, in both bindings."""

from __future__ import annotations

from pathlib import Path

import pytest
from epcis_examples import DATA, document, event, media_type

from trace_core.epcis.reading import read
from trace_core.errors import Problem, Rejected

FILES = sorted(path for path in DATA.rglob("*") if path.suffix in {".json", ".jsonld", ".xml"})
RIGHT = [path for path in FILES if "Invalid" not in path.parts]
INVALID = [path for path in FILES if "Invalid" in path.parts]
WRONG_AFTER_ALL = {
    "2.0/JSON/Query/SensorData_with_combined_events.json": "Molar_concentration is no measurement type of the standard and no URI",
    "2.0/XML/Query/ObjectEventWithAllPossibleFields.xml": "declarationTime 2006-11-07T13:00Z has no seconds, which xsd:dateTime demands",
    "2.0/XML/Query/TransformationEvent_with_error_declaration.xml": "declarationTime 2020-01-14T23:00Z has no seconds either",
}


def short(path: Path) -> str:
    return str(path.relative_to(DATA / path.relative_to(DATA).parts[0]))


def problems_of(path: Path) -> list[Problem]:
    try:
        return list(read(path.read_bytes(), media_type(path)).all_problems())
    except Rejected as fault:
        return list(fault.problems)


def test_there_are_documents_to_test_against(data: Path) -> None:
    assert len(RIGHT) > 120
    assert len(INVALID) >= 15


@pytest.mark.parametrize("path", [path for path in RIGHT if short(path) not in WRONG_AFTER_ALL], ids=short)
def test_a_right_document_of_others_is_taken(path: Path) -> None:
    found = read(path.read_bytes(), media_type(path))

    assert [str(problem) for problem in found.all_problems()] == []
    assert found.events


@pytest.mark.parametrize("path", INVALID, ids=short)
def test_a_document_that_others_call_invalid_is_refused_with_its_place(path: Path) -> None:
    assert all(problem.path for problem in problems_of(path))
    assert problems_of(path)


@pytest.mark.parametrize("path", [path for path in RIGHT if short(path) in WRONG_AFTER_ALL], ids=short)
def test_a_document_that_others_took_by_mistake_is_refused(path: Path) -> None:
    assert problems_of(path), WRONG_AFTER_ALL[short(path)]


def test_a_bare_event_is_read_in_both_bindings() -> None:
    bare = document().replace(b'"type": "EPCISDocument"', b'"unused": 1')
    assert read(bare, "application/json").problems

    told = b"<ObjectEvent><eventTime>2026-03-01T08:00:00Z</eventTime></ObjectEvent>"
    assert [problem.path for problem in read(told, "application/xml").all_problems()] == [
        "/ObjectEvent/eventTimeZoneOffset", "/ObjectEvent/action", "/ObjectEvent/epcList",
    ]  # fmt: skip


def test_every_problem_of_every_event_is_told_at_once() -> None:
    payload = document(event(action="CREATE", bizStep="transforming"), event(), event(eventTime="yesterday", epcList=["no uri"]))

    assert [problem.path for problem in read(payload, "application/json").all_problems()] == [
        "/epcisBody/eventList/0/action",
        "/epcisBody/eventList/0/bizStep",
        "/epcisBody/eventList/2/eventTime",
        "/epcisBody/eventList/2/epcList/0",
        "/epcisBody/eventList/2/epcList",
    ]


@pytest.mark.parametrize(
    ("payload", "media"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"a": 1, "a": 2}', "application/json"),
        (b"<a>", "application/xml"),
        (b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", "application/xml"),
        (b"{}", "text/plain"),
        (b'{"a": NaN}', "application/json"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "application/json"),
    ],
)
def test_what_is_no_payload_at_all_is_refused(payload: bytes, media: str) -> None:
    with pytest.raises(Rejected):
        read(payload, media)
