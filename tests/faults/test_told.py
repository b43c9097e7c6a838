"""What a site in real processes tells of itself: one trace from the sync to the receipt, logs as lines of JSON, and no secret in either."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from arena.collector import Collector, collecting
from arena.disturb import send
from arena.site import arena, until
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from sqlalchemy import text

PASSED = {"sync", "pull", "keep", "interpret", "weave", "push", "plan", "call", "read back"}
KNOWN = {
    "plant",
    "connection",
    "kind",
    "run",
    "documents",
    "changed",
    "unchanged",
    "number",
    "outbox",
    "verdict",
    "code",
    "fault",
    "schedule",
    "runs",
    "results",
}
WRITTEN = "SELECT DISTINCT v.value FROM outbox o, jsonb_each_text(o.fields) AS v WHERE length(v.value) > 12"
RECEIVED = """
SELECT DISTINCT v.value #>> '{}' FROM inbox i, jsonb_path_query(convert_from(i.payload, 'UTF8')::jsonb, '$.** ? (@.type() == "string")')
AS v(value) WHERE NOT i.deleted AND length(v.value #>> '{}') > 7
"""
NAMES = """
SELECT key || ' ' || connection || ' ' || kind FROM inbox
UNION SELECT target_key || ' ' || COALESCE(receipt->>'number', '') FROM outbox
"""
"""What documents are known by: values of fields too, which are told."""
EVENTS = {"run pulled", "run failed", "page kept", "batch interpreted", "document quarantined", "result pushed"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a site sent and logged, and what must not be in it."""

    collector: Collector
    logs: dict[str, str]
    secrets: list[str]
    written: list[str]
    received: list[str]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A site at its most talkative: a sync with a fault, a document nobody can read, and a console that is killed."""
    folder: Path = tmp_path_factory.mktemp("told")
    with collecting() as collector:
        own = f'\n[telemetry]\notlp = "{collector.url}"\nlog_level = "debug"\n'
        with arena(folder, own) as made:
            made.reset()
            made.erps["SU"].order({"name": "html_page", "times": 3})
            with made.engine.begin() as connection:
                connection.execute(text(POISON))
            made.sync()
            assert made.settle(180)
            until(lambda: any(complete(trace) for trace in traces(collector).values()), 20, "a whole trace arrives")
            send(made, "console", signal.SIGKILL)
            up = made.site.state / "logs" / "up.log"
            until(lambda: "child restarted" in up.read_text("utf-8"), 20, "the console is started again")
            with made.engine.connect() as connection:
                written, received, names = (list(connection.execute(text(query)).scalars()) for query in (WRITTEN, RECEIVED, NAMES))
            received = [value for value in received if not any(value in name for name in names)]
            logs = {file.stem: file.read_text("utf-8") for file in (made.site.state / "logs").glob("*.log")} | {
                "verbs": made.said.read_text("utf-8")
            }
            secrets = [file.read_text("utf-8").strip() for file in (made.site.folder / "secrets").iterdir()]
    return Told(collector, logs, secrets, written, received)


POISON = """
WITH kept AS (INSERT INTO inbox (connection, plant, kind, key, content, payload, revision, deleted, fetched_at, latest)
VALUES ('hz-masters', 'HZ', 'BD_Supplier', 'poison', 'poison',
        convert_to('{"FDocumentStatus": "C", "FName": "distinctive-value"}', 'UTF8'), 1, false, now(), true)
        RETURNING plant, id, key)
INSERT INTO uninterpreted (plant, lane, id) SELECT plant, abs(hashtext(key) % 8), id FROM kept
"""


def traces(collector: Collector) -> dict[bytes, list[Span]]:
    found: dict[bytes, list[Span]] = {}
    for span in collector.spans():
        found.setdefault(span.trace_id, []).append(span)
    return found


def complete(trace: list[Span]) -> bool:
    return {span.name for span in trace} >= PASSED


def test_one_trace_holds_the_way_from_the_sync_to_the_receipt(told: Told) -> None:
    trace = next(one for one in traces(told.collector).values() if complete(one))
    by_id = {span.span_id: span for span in trace}

    (root,) = [span for span in trace if not span.parent_span_id]
    assert root.name == "sync"
    above = {(span.name, by_id[span.parent_span_id].name) for span in trace if span.parent_span_id in by_id}
    assert above >= {
        ("pull", "sync"), ("keep", "pull"), ("interpret", "sync"), ("weave", "interpret"), ("push", "interpret"),
        ("plan", "push"), ("call", "push"), ("read back", "push"),
    }  # fmt: skip
    read = next(span for span in trace if span.name == "read back")
    assert [one.value.string_value for one in read.attributes if one.key == "lotweave.number"] != [""]


def test_spans_tell_names_ids_and_counts_and_nothing_else(told: Told) -> None:
    spans = told.collector.spans()

    assert {one.key.removeprefix("lotweave.") for span in spans for one in span.attributes} <= KNOWN
    assert not [span for span in spans if span.events]
    sent = b"".join(told.collector.raw)
    assert told.written
    assert not [value for value in told.written + told.received + told.secrets if value.encode() in sent]


def test_logs_are_lines_of_json_that_say_what_happened(told: Told) -> None:
    processes = {name: [json.loads(line) for line in told.logs[name].splitlines()] for name in ("worker", "exchange", "beat", "console")}
    lines = [line for found in processes.values() for line in found]

    assert all(line["time"].endswith("Z") and line["level"] and line["event"] for line in lines)
    assert EVENTS - {line["event"] for line in lines} == set()
    assert "child restarted child=console" in told.logs["up"]
    pulled = next(line for line in lines if line["event"] == "run pulled")
    assert {"connection", "plant", "kind", "run"} <= pulled.keys()
    known = {trace.hex() for trace in traces(told.collector)}
    pushed = [line for line in lines if line["event"] == "result pushed"]
    assert pushed
    assert [line for line in pushed if line["trace"] not in known] == []


def test_no_log_holds_a_secret_or_a_value(told: Told) -> None:
    assert len(told.received) > 20
    assert told.secrets
    for name, log in told.logs.items():
        held = [line for line in log.splitlines() if any(value in line for value in told.secrets + told.received + told.written)]
        assert held == [], name
