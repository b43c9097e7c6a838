"""A line of JSON for each record, with names and ids, and no text of an exception."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from lotweave import logs
from pipelines.telling import DEBUG, tell


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The loggers of this process are put back after each test."""
    root, named = logging.getLogger(), [logging.getLogger(name) for name in ("lotweave", "urllib3", "zeep", "werkzeug", "opentelemetry")]
    handlers, levels = list(root.handlers), [(one, one.level) for one in (root, *named)]
    yield
    root.handlers[:] = handlers
    logging.captureWarnings(capture=False)
    for one, level in levels:
        one.setLevel(level)


def broken() -> None:
    raise ValueError("hush-hush")


def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


def test_an_event_is_a_line_with_its_time_level_and_what_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info")

    tell("run pulled", plant="杭州", run=7, kind=None)

    (line,) = lines(capsys.readouterr().err)
    assert list(line) == ["time", "level", "event", "plant", "run"]
    assert line["time"].endswith("Z")
    assert (line["level"], line["event"], line["plant"], line["run"]) == ("info", "run pulled", "杭州", 7)


def test_the_level_is_that_of_our_own_events(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info")
    tell("page kept", DEBUG)
    logging.getLogger("urllib3.connectionpool").warning("retrying /open?token=hush")
    logging.getLogger("some.library").info("GET /open?token=hush")
    logging.getLogger("some.library").warning("it is late")

    assert [(one["event"], one["logger"]) for one in lines(capsys.readouterr().err)] == [("it is late", "some.library")]


def test_an_exception_is_told_by_its_type_and_place_and_not_by_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("debug")
    try:
        broken()
    except ValueError:
        logging.getLogger("some.library").exception("it broke")
        data = {"name": "lotweave.pull", "description": "raised unexpected", "exc": "ValueError('hush-hush')"}
        logging.getLogger("celery.app.trace").exception("Task %(name)s: %(exc)s", data, extra={"data": data})

    said = capsys.readouterr().err
    broke, failed = lines(said)
    assert (broke["event"], broke["fault"]) == ("it broke", "ValueError")
    assert "test_logs.py" in broke["at"][-1]
    assert (failed["event"], failed["task"]) == ("task raised unexpected", "lotweave.pull")
    assert "hush" not in said


def test_a_person_reads_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", human=True)

    tell("run failed", connection="hz-kingdee", verdict="Unreachable")

    said = capsys.readouterr().err
    assert "run failed" in said
    assert "connection=hz-kingdee" in said
    assert "{" not in said
