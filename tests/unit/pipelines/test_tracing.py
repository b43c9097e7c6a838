"""Spans: below the one trace that others began, linked to several, and silent about what errors say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pipelines.ports import Line
from pipelines.tracing import span, trace_id, traceparent
from scheduler.plan import scheduled
from scheduler.schedule import Schedule
from trace_core.errors import Unreachable

OTHER = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
THIRD = "00-fedcba9876543210fedcba9876543210-fedcba9876543210-01"
KEPT = InMemorySpanExporter()


@pytest.fixture
def kept() -> InMemorySpanExporter:
    """The spans of this test; the provider is the process's, which knows one only."""
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(KEPT))
        trace.set_tracer_provider(provider)
    KEPT.clear()
    return KEPT


def only(kept: InMemorySpanExporter) -> ReadableSpan:
    (found,) = kept.get_finished_spans()
    return found


def test_a_span_goes_on_in_the_trace_of_its_one_parent(kept: InMemorySpanExporter) -> None:
    with span("pull", parents=[OTHER, None, OTHER], kind="MO", plant=None):
        assert trace_id() == "0123456789abcdef0123456789abcdef"

    found = only(kept)
    assert found.parent is not None
    assert f"{found.parent.span_id:016x}" == "0123456789abcdef"
    assert dict(found.attributes or {}) == {"lotweave.kind": "MO"}


def test_a_span_of_several_traces_is_one_of_its_own_with_links(kept: InMemorySpanExporter) -> None:
    with span("pull"):
        around = trace_id()
        with span("interpret", parents=[OTHER, THIRD]):
            assert trace_id() not in {around, OTHER.split("-")[1], THIRD.split("-")[1]}

    found = kept.get_finished_spans()[0]
    assert found.parent is None
    assert [f"{link.context.trace_id:032x}" for link in found.links] == [OTHER.split("-")[1], THIRD.split("-")[1]]


def test_what_is_given_on_is_the_span_under_way(kept: InMemorySpanExporter) -> None:
    assert traceparent() is None
    with span("sync"):
        given = traceparent()
    with span("pull", parents=[given]):
        pass

    sync, pull = kept.get_finished_spans()
    assert pull.parent is not None
    assert pull.parent.span_id == sync.context.span_id
    assert trace_id() is None


def test_a_fault_is_told_by_its_name_and_never_by_its_text(kept: InMemorySpanExporter) -> None:
    with pytest.raises(Unreachable), span("call"):
        raise Unreachable("the answer said hush-hush", code="http_500")
    with pytest.raises(ValueError, match="hush"), span("call"):
        raise ValueError("hush-hush")

    verdict, bug = kept.get_finished_spans()
    assert dict(verdict.attributes or {}) == {"lotweave.verdict": "Unreachable", "lotweave.code": "http_500"}
    assert dict(bug.attributes or {}) == {"lotweave.fault": "ValueError"}
    assert "hush" not in verdict.to_json() + bug.to_json()
    assert not verdict.status.is_ok


def test_the_runs_of_a_schedule_go_on_in_its_trace(kept: InMemorySpanExporter) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    line = Line("hz", "HZ", "kingdee", zone, {"B": 1, "A": 0})
    nominal = datetime(2026, 3, 5, 8, tzinfo=UTC)

    dues = scheduled(Schedule("hourly", "hz", timedelta(hours=1), zone), line, nominal)

    found = only(kept)
    assert {str(due.trace).rpartition("-")[0] for due in dues} == {f"00-{found.context.trace_id:032x}-{found.context.span_id:016x}"}
    assert [due.kind for due in dues] == ["A", "B"]
