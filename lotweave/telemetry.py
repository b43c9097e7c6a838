"""Sending traces to a collector by OTLP over HTTP, where the site names one: started after a fork, flushed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from lotweave.settings import Site

BATCH = 1000
"""Milliseconds for which spans are gathered: what a killed process loses."""
PATIENCE = 5
"""Seconds that the collector has to take them, and that a process waits for it at its end."""


@contextmanager
def traced(site: Site) -> Iterator[None]:
    """Spans of the block, and of all that it starts in this process, are sent; nothing happens where the site names no collector."""
    start(site)
    try:
        yield
    finally:
        flush()


def start(site: Site) -> None:
    """Send this process's spans from now on. Never before a fork: the sender is a thread, which a child would not have."""
    if site.telemetry.otlp is not None:
        _provider(site.telemetry.otlp, site.name)


def flush() -> None:
    """Send what was gathered. A collector that is away costs its spans and nothing else."""
    from opentelemetry import trace

    send = getattr(trace.get_tracer_provider(), "force_flush", None)
    if send is not None:
        send(PATIENCE * 1000)


@cache
def _provider(address: str, name: str) -> None:
    """Once a process; OpenTelemetry's libraries are loaded only where they are needed."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "lotweave", "lotweave.site": name}), shutdown_on_exit=True)
    sender = OTLPSpanExporter(f"{address}/v1/traces", timeout=PATIENCE)
    provider.add_span_processor(BatchSpanProcessor(sender, schedule_delay_millis=BATCH))
    trace.set_tracer_provider(provider)
