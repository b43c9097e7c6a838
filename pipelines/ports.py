"""What the pipelines are given: a database, a clock, connectors, mappings, and a way to wake workers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from connectors.kit.contract import Connector
from mappings.engine.apply import Mapper
from mappings.engine.shapes import Shapes
from pipelines.state.database import Transaction
from pipelines.turns import Pace
from trace_core.epcis.things import Ground
from trace_core.reading import Reader
from trace_core.store.view import StoreView

REMEMBERED = 10_000
"""Parts of documents that a worker remembers of each sort and plant: it serves many plants."""


@dataclass(frozen=True, slots=True)
class Line:
    """A connection as the pipelines see it: its plant, its system, the plant's zone, and the kinds it reads with their order.

    More results than `push_limit`, or than `push_share` of all, do not change at once without a person's look. `stock` is the kind that
    tells what is in stock, empty where none does.
    """

    name: str
    plant: str
    system: str
    zone: tzinfo
    kinds: Mapping[str, int]
    push_limit: int = 200
    push_share: float = 0.5
    stock: str = ""


BACKLOG = 20_000
"""So many documents may come after the oldest one that waits, before a pull helps to interpret them."""


@dataclass(frozen=True, slots=True)
class Subscribers:
    """Whom events may be sent to.

    `origins` are schemes, hosts and ports; `give_up` is how long a subscriber may fail before it is suspended; `rights(key)` are the plants
    that a key is limited to (none: all), None once it was revoked.
    """

    origins: Collection[str] = ()
    give_up: timedelta = timedelta(days=7)
    rights: Callable[[Transaction, int], Sequence[str] | None] = lambda _transaction, _key: None


@dataclass(frozen=True, slots=True)
class Plumbing:
    """Everything a flow needs from outside.

    `mapper(line, kind)` is the inward mapping of a kind, None where there is none; `outward(line)` the mapping that pushes, None where the
    system takes nothing back. `snapshots` is the index's folder; `ground` says how EPCIS names the site's things, `subscribers` whom they
    may be told. `keep_payloads` is how long documents captured from others are kept as they came; `shapes` are those of documents seen
    in this process, by connection and kind, `paces` how large batches of a plant are, `reader` what reads
    canonical documents here.
    `backlog` is how many documents may come after the oldest one that waits, before a pull helps to interpret them.
    `address` is where people reach the site, empty where it does not say. `closed(connection, now)` is until when its scheduled runs wait,
    None when they need not.
    `wake(task, argument, plant)` sends a message that may come never, late or twice. `reached(moment)` does nothing, but for tests that let
    a process end there.
    """

    begin: Callable[[], AbstractContextManager[Transaction]]
    view: Callable[[], AbstractContextManager[StoreView]]
    now: Callable[[], datetime]
    lines: Mapping[str, Line]
    connector: Callable[[str], Connector]
    mapper: Callable[[Line, str], Mapper | None]
    outward: Callable[[Line], Mapper | None]
    wake: Callable[[str, object, str], None]
    snapshots: Path
    address: str = ""
    shapes: dict[tuple[str, str], Shapes] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    reader: Reader = field(default_factory=lambda: Reader(REMEMBERED))
    ground: Ground = field(default_factory=Ground)
    subscribers: Subscribers = field(default_factory=Subscribers)
    keep_payloads: timedelta = timedelta(days=30)
    backlog: int = BACKLOG
    closed: Callable[[str, datetime], datetime | None] = lambda _connection, _now: None
    reached: Callable[[str], None] = lambda _moment: None
