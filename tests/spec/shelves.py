"""An ERP that keeps what it is told, and the plumbing of a site that pushes into it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import orjson
from random_world import NOW, START, roots

from connectors.kit.contract import PushRequest, RawDocument, Receipt
from lotweave.bootstrap import House
from mappings.engine.shelf import Shelf
from pipelines.ports import Line, Plumbing
from pipelines.state import outbox
from pipelines.state.outbox import Wish
from pipelines.steps.load import load
from trace_core.errors import Unreachable

LINE = Line("erp", "HZ", "kingdee", UTC, {})


class Shelves:
    """An ERP that keeps what it is told; `calls` are those that it got, `gone` what it has no more, `fault` what it says instead."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, str]] = {}
        self.calls: list[str] = []
        self.requests: list[PushRequest] = []
        self.gone: set[str] = set()
        self.fault: Unreachable | None = None

    def read(self, kind: str, keys: Collection[str]) -> Iterator[RawDocument]:
        for key in (key for key in keys if key not in self.gone):
            self.calls.append(f"read {key}")
            yield RawDocument("erp", kind, key, None, orjson.dumps(self.held.get(key, {})), NOW)

    def push(self, request: PushRequest) -> Receipt:
        if self.fault is not None:
            raise self.fault
        self.calls.append(f"push {request.key}")
        self.requests.append(request)
        self.held[request.key] = dict(request.fields)
        return Receipt(request.kind, request.key, request.key, NOW)

    def close(self) -> None:
        """Nothing is open."""


def joined(house: House, erp: Shelves, folder: Path, **bounds: Any) -> Plumbing:
    shelf = Shelf(folder)
    return Plumbing(
        begin=house.begin,
        view=house.view,
        now=lambda: NOW,
        lines={"erp": replace(LINE, **({"push_limit": 10_000, "push_share": 1.0} | bounds))},
        connector=lambda _: erp,  # type: ignore[arg-type, return-value]
        mapper=lambda _line, _kind: None,
        outward=lambda line: shelf.mapper(line.system, "push_trace"),
        wake=lambda _task, _argument, _plant: None,
        snapshots=house.snapshots,
    )


def take(house: House, told: Sequence[Mapping[str, Any]]) -> None:
    load([orjson.dumps(one) for one in told], begin=house.begin, now=lambda: NOW)


def wish(house: House) -> None:
    with house.begin() as connection:
        wishes = [Wish("erp", "HZ", "PRD_INSTOCK", thing.uri, thing.uri) for thing in roots() if not thing.is_container]
        outbox.wish(connection, wishes, now=NOW)


def report(key: str, unit: str, lot: str) -> dict[str, Any]:
    used = [{"thing": {"kind": "lot", "item": "A", "number": lot}, "quantity": "1", "uom": "H87"}]
    made = [{"thing": {"kind": "serial", "item": "S", "number": unit}}]
    body = {"order": f"O-{unit}", "operation": "X", "at": (START + timedelta(hours=1)).isoformat(), "outputs": made, "inputs": used}
    return {"kind": "operation", "plant": "HZ", "key": key, "revision": 1, "body": body}
