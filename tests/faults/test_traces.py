"""One trace from the sync to the receipt, over all the processes of a site, and nothing in it that is nobody's business."""

from __future__ import annotations

from pathlib import Path

import pytest
from arena.collector import Collector, collecting
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
}
VALUES = "SELECT DISTINCT v.value FROM outbox o, jsonb_each_text(o.fields) AS v WHERE length(v.value) > 12"


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Collector, list[str]]:
    """What a site sent of one sync of both plants, and the values that it wrote into the systems."""
    folder: Path = tmp_path_factory.mktemp("traces")
    with collecting() as collector, arena(folder, f'\n[telemetry]\notlp = "{collector.url}"\n') as made:
        made.reset()
        made.sync()
        assert made.settle(180)
        until(lambda: any(complete(trace) for trace in traces(collector).values()), 20, "a whole trace arrives")
        with made.engine.connect() as connection:
            values = list(connection.execute(text(VALUES)).scalars())
    return collector, values


def traces(collector: Collector) -> dict[bytes, list[Span]]:
    found: dict[bytes, list[Span]] = {}
    for span in collector.spans():
        found.setdefault(span.trace_id, []).append(span)
    return found


def complete(trace: list[Span]) -> bool:
    return {span.name for span in trace} >= PASSED


def test_one_trace_holds_the_way_from_the_sync_to_the_receipt(synced: tuple[Collector, list[str]]) -> None:
    trace = next(one for one in traces(synced[0]).values() if complete(one))
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


def test_spans_tell_names_ids_and_counts_and_nothing_else(synced: tuple[Collector, list[str]]) -> None:
    collector, values = synced
    spans = collector.spans()

    assert {one.key.removeprefix("lotweave.") for span in spans for one in span.attributes} <= KNOWN
    assert not [span for span in spans if span.events]
    sent = b"".join(collector.raw)
    assert values
    assert not [value for value in values if value.encode() in sent]
