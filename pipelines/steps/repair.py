"""Differences that a reconciliation found are mended: what is missing or changed is read again, what is gone over there is withdrawn here.

A document counts as gone only when the system, asked for that one, has none: a survey may have been cut short. Many at once are not
withdrawn without being told to, because an organisation out of sight looks the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from connectors.kit.asking import read_surely
from connectors.kit.contract import Connector, RawDocument
from pipelines.ports import Line, Plumbing
from pipelines.state import inbox
from pipelines.steps.reconcile import Difference

PAGE = 200
"""Documents kept in one transaction."""
MANY, SHARE = 20, 0.1
"""More than so many documents, and more than this share of a kind, are not withdrawn at once."""


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
    """Mend the differences of a connection by single reads; the caller lets the plant's inbox be interpreted afterwards.

    Errors: the verdict of the connector when it stops; what was kept until then stays kept.
    """
    with closing(plumbing.connector(line.name)) as connector:
        return [_mended(line, difference, connector, plumbing, however_many=however_many) for difference in found if difference.count]


def _mended(line: Line, difference: Difference, connector: Connector, plumbing: Plumbing, *, however_many: bool) -> Repaired:
    done = Repaired(line.name, difference.kind)
    gone = difference.missing_there
    if len(gone) > max(MANY, SHARE * difference.here) and not however_many:
        done.held_back, gone = len(gone), []
    asked = sorted({*difference.missing_here, *difference.changed_there, *gone})
    for start in range(0, len(asked), PAGE):
        documents = list(_now(line, difference.kind, asked[start : start + PAGE], connector, plumbing))
        with plumbing.begin() as connection:
            inbox.keep(connection, documents, plant=line.plant, run_id=None)
        done.withdrawn += sum(document.deleted for document in documents)
        done.read_again += sum(not document.deleted for document in documents)
    return done


def _now(line: Line, kind: str, keys: list[str], connector: Connector, plumbing: Plumbing) -> Iterator[RawDocument]:
    """Each document as the system holds it now, or that it holds none."""
    for found in read_surely(connector, kind, keys):
        yield RawDocument(line.name, kind, found, None, b"", plumbing.now(), deleted=True) if isinstance(found, str) else found
