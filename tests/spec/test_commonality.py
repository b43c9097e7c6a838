"""Commonality: which lots and machines failing units share beyond chance."""

from __future__ import annotations

import random

import pytest
from conftest import NOW, Tell
from pyroaring import BitMap

from trace_core.commonality import causes, reached_units, significant
from trace_core.identifiers import ThingId, parse_thing
from trace_core.walk import Asked


def factory(seed: int, *, bad: bool) -> tuple[dict[str, BitMap], BitMap, BitMap]:
    """5,000 units from 40 parts whose reels change at different times; a fifth of one reel's units fail if it is bad."""
    rng = random.Random(seed)
    candidates: dict[str, BitMap] = {}
    for part in range(40):
        unit, reel = 0, 0
        while unit < 5000:
            last = rng.randrange(100, 700)
            candidates[f"reel {part}-{reel}"] = BitMap(range(unit, min(5000, unit + last)))
            unit, reel = unit + last, reel + 1
    failing = BitMap(unit for unit in range(5000) if rng.random() < 0.002)
    if bad:
        failing |= BitMap(unit for unit in candidates["reel 17-3"] if rng.random() < 0.2)
    return candidates, failing, BitMap(range(5000))


@pytest.mark.parametrize("seed", range(5))
def test_a_bad_lot_ranks_first_among_the_reels_that_travelled_with_it_and_alone_remains(seed: int) -> None:
    """Scenario 28: the top suspect is the bad lot; when its units are taken out, no other passes."""
    candidates, failing, population = factory(seed, bad=True)

    assert len(significant(candidates, failing, population)) > 1
    assert [one.name for one in causes(candidates, failing, population)] == ["reel 17-3"]


@pytest.mark.parametrize("seed", range(5))
def test_where_nothing_is_wrong_nothing_is_found(seed: int) -> None:
    assert causes(*factory(seed, bad=False)) == []


def test_two_bad_lots_are_both_found() -> None:
    candidates, failing, population = factory(3, bad=True)
    rng = random.Random(99)
    failing |= BitMap(unit for unit in candidates["reel 5-1"] if rng.random() < 0.2)

    assert {one.name for one in causes(candidates, failing, population)} == {"reel 17-3", "reel 5-1"}


def test_the_lots_machines_and_people_behind_units_are_read_from_their_genealogy(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report SMT on MO-1: GW#U1 1, GW#U2 1 from CAP/L1 2
        HZ 09:00 report SMT on MO-1: GW#U3 1 from CAP/L2 1
    """)
    units: list[ThingId] = [thing for number in (1, 2, 3) if (thing := parse_thing(f"HZ/serial/GW/U{number}"))]

    with world.view(None) as view:
        found = reached_units(view, units, Asked(NOW))

    assert {name: list(places) for name, places in found.items()} == {"HZ/lot/CAP/L1": [0, 1], "HZ/lot/CAP/L2": [2]}
