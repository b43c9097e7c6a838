"""Differences that a reconciliation found are mended: what is missing or changed is read again, what is gone over there is withdrawn here.

A document counts as gone only when the system, asked for that one, has none: a survey may have been cut short. Many at once are not
withdrawn without being told to, because an organisation out of sight looks the same. From a survey that proves nothing follows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.kit.asking import batches, read_surely
from connectors.kit.contract import Connector, RawDocument, Window
from pipelines.ports import Line, Plumbing
from pipelines.state import inbox
from pipelines.state import reconciliation as state
from pipelines.steps.reconcile import Difference, differences
from pipelines.steps.reconcile_survey import pages

Ask = Callable[[Connector, str, Sequence[str]], Iterator[RawDocument | str]]
"""Asks for documents by their keys: each, or its key where there is none."""
PAGE = 300
"""Documents kept in one transaction."""
MANY, SHARE = 20, 0.1
"""More than so many documents, and more than this share of a kind, are not withdrawn at once."""
PULLED, PULLED_SHARE = 2000, 0.05
"""More than so many documents to be read, and more than this share of a kind, come by a pull and not by their keys."""


@dataclass(slots=True)
class Repaired:
    """What was mended in one kind; `held_back` are documents that are gone over there but were not withdrawn."""

    connection: str
    kind: str
    read_again: int = 0
    withdrawn: int = 0
    held_back: int = 0

    def as_json(self) -> dict[str, object]:
        """All of it."""
        return {name: getattr(self, name) for name in self.__slots__}


def repair(line: Line, found: list[Difference], plumbing: Plumbing, *, however_many: bool = False) -> list[Repaired]:
    """Mend the differences of a connection by reading again; the caller lets the plant's inbox be interpreted afterwards.

    Errors: the verdict of the connector when it stops; what was kept until then stays kept.
    """
    mendable = [one for one in found if one.count and one.fault is None]
    with closing(plumbing.connector(line.name)) as connector:
        return [_mended(line, difference, connector, plumbing, however_many=however_many) for difference in mendable]


def _mended(line: Line, found: Difference, connector: Connector, plumbing: Plumbing, *, however_many: bool) -> Repaired:
    done = Repaired(line.name, found.kind)
    gone = found.counts.get(state.MISSING_THERE, 0) + found.counts.get(state.DELETED_THERE, 0)
    wanted = found.counts.get(state.MISSING_HERE, 0) + found.counts.get(state.DIFFERENT, 0)
    if wanted > max(PULLED, PULLED_SHARE * found.there):
        for page in pages(connector, found.kind, _window(found, plumbing)):
            _keep(list(page.documents), line, done, plumbing)
    else:
        _read(found, (state.MISSING_HERE, state.DIFFERENT), line, connector, done, plumbing)
    if gone > max(MANY, SHARE * found.here) and not however_many:
        done.held_back = gone
    else:
        _read(found, (state.MISSING_THERE,), line, connector, done, plumbing)
        _read(found, (state.DELETED_THERE,), line, connector, done, plumbing, ask=_once_more)
    return done


def _once_more(connector: Connector, kind: str, keys: Sequence[str]) -> Iterator[RawDocument | str]:
    """As `read_surely` tells it, of documents that were asked for alone already and were gone: all together."""
    there = {document.key: document for document in connector.read(kind, keys)}
    return (there.get(key, key) for key in keys)


def _read(
    found: Difference, sorts: tuple[str, ...], line: Line, connector: Connector, done: Repaired, plumbing: Plumbing, ask: Ask = read_surely
) -> None:
    """Keep each document as the system holds it now, or that it holds none."""
    for part in batches((row.key for row in differences(found, plumbing, sorts)), PAGE):
        told = ask(connector, found.kind, part)
        _keep([_gone(line, found.kind, one, plumbing) if isinstance(one, str) else one for one in told], line, done, plumbing)


def _gone(line: Line, kind: str, key: str, plumbing: Plumbing) -> RawDocument:
    return RawDocument(line.name, kind, key, None, b"", plumbing.now(), deleted=True)


def _keep(documents: list[RawDocument], line: Line, done: Repaired, plumbing: Plumbing) -> None:
    with plumbing.begin() as connection:
        inbox.keep(connection, documents, plant=line.plant, run_id=None, certain=True)
    done.withdrawn += sum(document.deleted for document in documents)
    done.read_again += sum(not document.deleted for document in documents)


def _window(found: Difference, plumbing: Plumbing) -> Window | None:
    """From the earliest to the latest change time of what is to be read; None where one has no change time."""
    with plumbing.begin() as connection:
        span: Any = state.span(connection, found.id, (state.MISSING_HERE, state.DIFFERENT))
    if span is None:
        return None
    first, last = (datetime.fromtimestamp(stamp / 1000, UTC) for stamp in span)
    return first.replace(microsecond=0), last.replace(microsecond=0) + timedelta(seconds=1)
