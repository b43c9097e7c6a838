"""Scenario 32, the scale gate, in small: what a month's index must do at any size. Its figures come from `make bench-trace-month`."""

from __future__ import annotations

import orjson
import pytest
from conftest import NOW, short
from notation import documents

from lotweave.bootstrap import House
from lotweave.questions import reach_of
from pipelines.steps.index import build
from pipelines.steps.load import load
from trace_core.identifiers import parse_thing
from trace_core.walk import Asked

BOARDS, UNITS = 300, 100
ROOTS = ("HZ/lot/CAP/L0", "HZ/lot/CAP/L4", "HZ/serial/GW/U99", "HZ/serial/PCBA/S7")


def month() -> str:
    """Reels placed on boards, three boards in a unit, ten units in a carton."""
    lines = [f"HZ 06:00 receive CAP/L{n} 5000 from MURATA" for n in range(5)]
    lines += [
        f"HZ {7 + n // 60:02}:{n % 60:02} report SMT on MO-1: PCBA#S{n} 1 from CAP/L{n // 60} 4, RES/R{n // 100} 2" for n in range(BOARDS)
    ]
    for n in range(UNITS):
        boards = ", ".join(f"PCBA#S{3 * n + k} 1" for k in range(3))
        lines.append(f"HZ 2d{7 + n // 60:02}:{n % 60:02} report ASM on MO-2: GW#U{n} 1 from {boards}")
    return "\n".join(lines)


def take(house: House, story: str) -> None:
    assert load([orjson.dumps(one) for one in documents(story)], begin=house.begin, now=lambda: NOW).rejections == []


def asked(house: House, root: str, direction: str) -> tuple[str, list[tuple[str, int]]]:
    """(who served it, things with their depth) of a question."""
    thing = parse_thing(root)
    assert thing is not None
    with house.view() as view, house.reader() as reader:
        served = reach_of(view, reader, thing, direction, Asked(NOW))
        return served.served_by, sorted((short(uri), depth) for uri, depth, _ in served.reach.rows())


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_the_month_is_answered_by_the_index_as_by_the_documents(house: House, direction: str) -> None:
    take(house, month())
    expected = {root: asked(house, root, direction) for root in ROOTS}
    build(house.begin, house.view, house.snapshots)

    found = {root: asked(house, root, direction) for root in ROOTS}

    assert {served for served, _ in expected.values()} == {"documents"}
    assert {served for served, _ in found.values()} == {"index"}
    assert {root: things for root, (_, things) in found.items()} == {root: things for root, (_, things) in expected.items()}
    assert len(found["HZ/lot/CAP/L4"][1]) == (60 + 20 if direction == "forward" else 0)


def test_fresh_links_are_seen_by_the_next_question(house: House) -> None:
    take(house, month())
    build(house.begin, house.view, house.snapshots)

    take(house, "HZ 3d09:00 report SMT on MO-9: PCBA#FRESH 1 from CAP/L4 4\nHZ 3d10:00 report ASM on MO-9: GW#FRESH 1 from PCBA#FRESH 1")

    served, things = asked(house, "HZ/lot/CAP/L4", "forward")
    assert served == "index"
    assert {("PCBA#FRESH", 1), ("GW#FRESH", 2)} <= set(things)
    assert len(things) == 60 + 20 + 2
