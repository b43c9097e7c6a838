"""Differences looked at once more, document by document, before they are told: a survey may be short, and a change time may lie."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.kit.asking import read_surely
from connectors.kit.contract import Connector, RawDocument
from pipelines.ports import Plumbing
from pipelines.state import reconciliation as state
from pipelines.state.inbox import content_of, contents

MOST = 1000
"""Differences of one sort that are looked at; where there are more, they are told as they were found."""
SOME = 100
"""Of more documents that the system did not name, so many are asked for: enough to see that a survey ended short."""


def confirm_gone(connector: Connector, name: str, kind: str, id_: int, plumbing: Plumbing) -> int:
    """Documents that the system did not name are asked for: those that it has not are deleted there. How many it has all the same."""
    asked = _asked(id_, state.MISSING_THERE, plumbing, of_many=SOME)
    found = list(read_surely(connector, kind, asked))
    there = [one for one in found if isinstance(one, RawDocument)]
    with plumbing.begin() as connection:
        held = contents(connection, name, kind, [one.key for one in there])
        changed = [one.key for one in there if held.get(one.key) != content_of(one)]
        state.resort(connection, id_, state.MISSING_THERE, changed, state.DIFFERENT)
        state.resort(connection, id_, state.MISSING_THERE, [one.key for one in there if one.key not in set(changed)], None)
        state.resort(connection, id_, state.MISSING_THERE, [one for one in found if isinstance(one, str)], state.DELETED_THERE)
    return len(there)


def confirm_different(connector: Connector, name: str, kind: str, id_: int, plumbing: Plumbing) -> None:
    """Documents that differ are read by their keys: reading may tell more than a list does, and what is held came by reading once."""
    asked = _asked(id_, state.DIFFERENT, plumbing)
    found = [(one.key, content_of(one)) for one in (connector.read(kind, asked) if asked else ())]
    with plumbing.begin() as connection:
        held = contents(connection, name, kind, [key for key, _ in found])
        state.resort(connection, id_, state.DIFFERENT, [key for key, content in found if held.get(key) == content], None)


def _asked(id_: int, sort: str, plumbing: Plumbing, *, of_many: int = 0) -> Sequence[str]:
    with plumbing.begin() as connection:
        rows = state.keys_of(connection, id_, [sort], limit=MOST + 1)
    return [row.key for row in (rows if len(rows) <= MOST else rows[:of_many])]
