"""What a system holds of a kind, brought here for a comparison: keys and stamps, or contents too, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.kit.contract import Connector, Page, Window, Windowed
from pipelines.ports import Plumbing
from pipelines.state.inbox import content_of
from pipelines.state.reconciliation import Row, add
from trace_core.errors import Misconfigured

AT_ONCE = 20_000
"""Rows written together."""


def survey(connector: Connector, kind: str, id_: int, plumbing: Plumbing, *, deep: bool, window: Window | None) -> int:
    """Write down what the system holds for the comparison `id_`; how many rows. Errors: the connector's verdicts."""
    rows = _contents(connector, kind, window) if deep else ((key, stamp, None) for key, stamp in connector.survey(kind, window))
    part: list[Row] = []
    written = 0
    for row in rows:
        part.append(row)
        if len(part) >= AT_ONCE:
            written += _write(part, id_, plumbing)
            part = []
    return written + _write(part, id_, plumbing)


def _write(part: list[Row], id_: int, plumbing: Plumbing) -> int:
    if part:
        with plumbing.begin() as connection:
            add(connection, id_, part)
    return len(part)


def _contents(connector: Connector, kind: str, window: Window | None) -> Iterator[Row]:
    """Whole documents, of which the hash is taken that the inbox would take; nothing else of them is kept."""
    for page in pages(connector, kind, window):
        yield from ((one.key, one.stamp, content_of(one)) for one in page.documents if not one.deleted)


def pages(connector: Connector, kind: str, window: Window | None) -> Iterator[Page]:
    """Pages of all documents, or of those changed in a period where the system can be asked for one of this kind."""
    if window is not None and isinstance(connector, Windowed):
        try:
            yield from connector.within(kind, *window)
        except Misconfigured as fault:
            if fault.code != "window":
                raise
        else:
            return
    yield from connector.pull(kind, None, full=True)
