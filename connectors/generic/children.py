"""Rows of another sort in the place of their ids: one further call for a page of parents, never one for each.

Source: an ERP whose bills name their lines by a list of ids (Tryton 8.2, observed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connectors.generic.definition import ChildDefinition
from connectors.generic.paging import Rows
from connectors.generic.template import dig
from trace_core.errors import Misconfigured, Unreachable


def with_children(rows: Rows, child: ChildDefinition, ask: Callable[[list[Any]], Rows], *, size: int) -> Rows:
    """The rows with the child's rows under its name, in the order of the ids.

    `ask` gives the children of at most `size` ids. Errors: `Unreachable` when a child is not in the answer: it has gone since the parent
    was read, so that reading again helps, or the user may not read it.
    """
    named = [_ids(row, child) for row in rows]
    wanted = list(dict.fromkeys(one for ids in named for one in ids))
    found: dict[str, dict[str, Any]] = {}
    for part in _parts(wanted, size):
        found |= {str(dig(one, child.key)): one for one in ask(part)}
    missing = [one for one in wanted if str(one) not in found]
    if missing:
        said = f"{len(missing)} of {len(wanted)} {child.name} did not come, such as {missing[0]}"
        raise Unreachable(f"{said}: gone in this moment, or not for this user to read", code="children")
    return [row | {child.name: [found[str(one)] for one in ids]} for row, ids in zip(rows, named, strict=True)]


def _ids(row: dict[str, Any], child: ChildDefinition) -> list[Any]:
    ids = dig(row, child.ids)
    if ids is None:
        return []
    if not isinstance(ids, list):
        raise Misconfigured(f"{child.name}: there is no list of ids at {child.ids}; ask for that field in `values`", code="children")
    return ids


def _parts(ids: Sequence[Any], size: int) -> Iterator[list[Any]]:
    for at in range(0, len(ids), size):
        yield list(ids[at : at + size])
