"""Which events are held already, under which identifiers, while a capture goes on: the rules of sameness.

Equal content is the same event, whatever its eventID. An eventID names one content: a second content under it is refused. A declared
error is an event of its own with the content of what it declares. Source: ADR 0012.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipelines.state.captures import Row
from trace_core.epcis.hashes import event_hash
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.writing import event_json


@dataclass(slots=True)
class _Held:
    content: str
    declares: bool
    body: str
    aliases: set[str]
    row: int | None = None
    fresh: set[str] = field(default_factory=set)


class Known:
    """Events held before this capture, and those of it taken so far."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._by_identity: dict[str, _Held] = {}
        self._by_alias: dict[str, list[_Held]] = defaultdict(list)
        self._declared: dict[str, _Held] = {}
        for row in rows:
            held = self._by_identity[row.identity] = _Held(row.content, row.declares, row.body, set(row.aliases), row.id)
            self._note_error(held)
            for alias in held.aliases:
                self._by_alias[alias].append(held)

    def seen(self, identity: str) -> object | None:
        """The event held under this identity, None when there is none."""
        return self._by_identity.get(identity)

    def conflicts(self, content: str, event: EpcisEvent) -> bool:
        """Whether the event's eventID names another content already. A declaration may: its eventID is that of what it declares."""
        if event.event_id is None or event.error is not None:
            return False
        return any(one.content != content for one in self._called(event.event_id, declares=False))

    def add(self, identity: str, content: str, event: EpcisEvent) -> None:
        """Note that the event was delivered, perhaps again, perhaps under another identifier."""
        held = self._by_identity.get(identity)
        if held is None:
            names = {event_hash(event)}
            body = event_json(replace(event, event_id=None, record_time=None), prefixes={}).decode()
            held = self._by_identity[identity] = _Held(content, event.error is not None, body, names)
            self._note_error(held)
        if event.event_id is not None and event.event_id not in held.aliases:
            held.aliases.add(event.event_id)
            self._by_alias[event.event_id].append(held)
            held.fresh.add(event.event_id)

    def events_called(self, event_id: str, *, other_than: str) -> Iterator[str]:
        """Bodies of events under an identifier whose content is another one."""
        return (one.body for one in self._called(event_id, declares=False) if one.content != other_than)

    def declared(self, event_id: str | None, content: str) -> str | None:
        """The body of an error declaration of a content, or under an identifier."""
        held = self._declared.get(content) or next(iter(self._called(event_id or "", declares=True)), None)
        return held.body if held else None

    def _note_error(self, held: _Held) -> None:
        if held.declares:
            self._declared[held.content] = held

    def named(self, row: Row) -> Row:
        """A new row with every identifier that its event was delivered under."""
        shown, aliases = _names(self._by_identity[row.identity].aliases)
        return replace(row, event_id=shown, aliases=tuple(aliases))

    def renamed(self) -> Mapping[int, tuple[str, Sequence[str]]]:
        """Rows held before that are known under more identifiers now."""
        return {held.row: _names(held.aliases) for held in self._by_identity.values() if held.row is not None and held.fresh}

    def _called(self, event_id: str, *, declares: bool) -> list[_Held]:
        return [one for one in self._by_alias.get(event_id, ()) if one.declares == declares]


def _names(aliases: set[str]) -> tuple[str, list[str]]:
    """The identifier to show, the first given by its text, else the hash; and all."""
    given = sorted(alias for alias in aliases if not alias.startswith("ni:///"))
    return (given or sorted(aliases))[0], sorted(aliases)
