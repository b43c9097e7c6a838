"""Spans of OpenTelemetry over the journey of a record, and the W3C `traceparent` that carries a trace from row to row.

Nothing is kept unless a process configured it (`lotweave.telemetry`). Attributes are names, ids and counts: never a payload, a field's
value or an error's text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from trace_core.errors import Verdict

_TRACER = trace.get_tracer("lotweave")
_W3C = TraceContextTextMapPropagator()
_HEADER = "traceparent"


@contextmanager
def span(name: str, *, parents: Collection[str | None] = (), **about: str | float | None) -> Iterator[Span]:
    """A span around the block: below the one parent, linked to several, else below the span under way.

    `parents` are what `traceparent` gave elsewhere. A verdict that leaves the block is told by its name and code.
    """
    known = sorted({parent for parent in parents if parent})
    context = (_context(known[0]) if len(known) == 1 else Context()) if known else None
    links = [Link(trace.get_current_span(_context(parent)).get_span_context()) for parent in known] if len(known) > 1 else []
    told = {f"lotweave.{label}": value for label, value in about.items() if value is not None}
    with _TRACER.start_as_current_span(
        name,
        context=context,
        links=links,
        attributes=told,
        record_exception=False,  # its text may hold anything
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except Verdict as verdict:
            current.set_attributes({"lotweave.verdict": type(verdict).__name__, "lotweave.code": verdict.code})
            current.set_status(Status(StatusCode.ERROR))
            raise
        except BaseException as fault:
            current.set_attribute("lotweave.fault", type(fault).__name__)
            current.set_status(Status(StatusCode.ERROR))
            raise


def traceparent() -> str | None:
    """The span under way, for a row that another process goes on with; None where nothing is traced."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier)
    return carrier.get(_HEADER)


def trace_id() -> str | None:
    """The trace under way in 32 hexadecimal digits, None where nothing is traced."""
    found = trace.get_current_span().get_span_context()
    return f"{found.trace_id:032x}" if found.is_valid else None


def _context(parent: str) -> Context:
    return _W3C.extract({_HEADER: parent}, context=Context())
