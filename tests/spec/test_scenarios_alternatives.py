"""Scenarios of what is only possible, and of inputs that concern some outputs: spliced reels, panels with a bad board."""

from __future__ import annotations

import pytest
from conftest import Tell, World

from trace_core.documents.envelope import read_document
from trace_core.errors import Rejected

SPLICED = """
    HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/X 4
    HZ 08:01 report SMT on MO-1: PCBA#S2 1 from CAP/X 4 either SPLICE, CAP/Y 4 either SPLICE
    HZ 08:02 report SMT on MO-1: PCBA#S3 1 from CAP/Y 4
    HZ 09:00 report ASM on MO-2: GW#U1 1 from PCBA#S1 1
    HZ 09:00 report ASM on MO-2: GW#U2 1 from PCBA#S2 1
"""


def test_boards_in_the_grey_zone_of_a_splice_are_possible_and_the_others_certain(tell: Tell) -> None:
    """Scenario 21, splice grey zone: where reel X ends and Y begins is not known to the piece; board S2 has caps of X or of Y."""
    world = tell(SPLICED)

    assert world.tiers("CAP/X", "forward") == {"certain": "PCBA#S1 GW#U1", "possible": "PCBA#S2 GW#U2"}
    assert world.tiers("CAP/Y", "forward") == {"certain": "PCBA#S3", "possible": "PCBA#S2 GW#U2"}
    assert world.tiers("GW#U2", "backward") == {"certain": "PCBA#S2", "possible": "CAP/X CAP/Y"}


def test_links_tell_their_tier_too(tell: Tell) -> None:
    """Scenario 21, splice grey zone: board S2 went into its unit for certain, what is possible is that a part of X came with it."""
    links = tell(SPLICED).ask("forward", "CAP/X")["links"]
    back = tell(SPLICED).ask("backward", "GW#U2")["links"]

    assert [(link["to"][-2:], link.get("tier")) for link in links] == [("S1", None), ("S2", "possible"), ("U1", None), ("U2", "possible")]
    assert [(link["from"][-2:], link.get("tier")) for link in back] == [("/X", "possible"), ("/Y", "possible"), ("S2", None)]


def test_what_is_reached_by_a_certain_way_as_well_is_certain(tell: Tell) -> None:
    """Scenario 21, splice grey zone: unit U1 has a board that may have caps of X, and another board that has."""
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/X 4 either SPLICE, CAP/Y 4 either SPLICE
        HZ 08:01 report SMT on MO-1: PCBA#S2 1 from CAP/X 4
        HZ 09:00 report ASM on MO-2: GW#U1 1 from PCBA#S1 1, PCBA#S2 1
    """)

    assert world.tiers("CAP/X", "forward") == {"certain": "PCBA#S2 GW#U1", "possible": "PCBA#S1"}


def test_an_answer_without_alternatives_speaks_of_no_tier(tell: Tell) -> None:
    world = tell("HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/X 4")

    answer = world.ask("forward", "CAP/X")

    assert all("tier" not in told for told in (*answer["things"], *answer["links"]))


PANEL = (
    """
    HZ 08:00 issue CAP/X 20 to MO-1
    HZ 08:30 report SMT on MO-1: PCBA#S1 1, PCBA#S2 1, PCBA#S3 1, PCBA#S4 1
""".rstrip()
    + " from PASTE/J1 8, PCB/P1 1, CAP/X 12 into PCBA#S1 PCBA#S2 PCBA#S3\n"
)


def test_parts_are_on_the_good_boards_of_a_panel_and_paste_on_all(tell: Tell) -> None:
    """Scenario 22, panel with an X-out: board S4 of the four was marked bad and got no parts, but paste like the others."""
    world = tell(PANEL)

    assert world.forward("CAP/X") == "PCBA#S1 PCBA#S2 PCBA#S3"
    assert world.forward("PASTE/J1") == "PCBA#S1 PCBA#S2 PCBA#S3 PCBA#S4"
    assert world.backward("PCBA#S4") == "PASTE/J1 PCB/P1"


def test_an_input_of_some_outputs_is_shared_by_these(tell: Tell) -> None:
    """Scenario 22, panel with an X-out: twelve caps on three boards are four each, eight grams on four boards two each."""
    world = tell(PANEL)

    assert world.links("PCBA#S1") == ["CAP/X > PCBA#S1 4", "PASTE/J1 > PCBA#S1 2", "PCB/P1 > PCBA#S1 0.25"]
    assert world.links("PCBA#S4") == ["PASTE/J1 > PCBA#S4 2", "PCB/P1 > PCBA#S4 0.25"]


def test_boards_cut_from_a_panel_have_what_was_put_on_the_panel(tell: Tell) -> None:
    """Scenario 22, panel: what was reported on the panel as a whole is in each of its boards, the bad one too."""
    world = tell("""
        HZ 08:00 report PRINT on MO-1: PANEL#P1 1 from PASTE/J1 8, PCB/B1 1
        HZ 08:30 report CUT on MO-1: PCBA#S1 1, PCBA#S2 1 from PANEL#P1 1
    """)

    assert world.forward("PASTE/J1") == "PANEL#P1 PCBA#S1 PCBA#S2"


def _report(into: list[dict[str, str]]) -> dict[str, object]:
    thing = {"kind": "lot", "item": "CAP", "number": "X"}
    board = {"kind": "serial", "item": "PCBA", "number": "S1"}
    used = {"thing": thing, "quantity": "4", "uom": "H87", "into": into}
    body = {"order": "MO-1", "operation": "SMT", "at": "2026-03-01T08:00:00+08:00", "outputs": [{"thing": board}], "inputs": [used]}
    return {"kind": "operation", "plant": "HZ", "key": "R1", "revision": 1, "body": body}


@pytest.mark.parametrize(
    ("into", "problem"),
    [
        (
            [{"kind": "serial", "item": "PCBA", "number": "S9"}],
            "names S9, which is none of the outputs: name it there, or leave it out here",
        ),
        ([], "must name an output; leave it out where all are meant"),
    ],
)
def test_an_input_into_something_that_did_not_come_out_is_rejected(into: list[dict[str, str]], problem: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_document(_report(into))

    assert [(told.path, told.problem) for told in caught.value.problems] == [("body.inputs.0.into", problem)]


def test_an_output_may_be_named_with_or_without_its_plant() -> None:
    document = read_document(_report([{"plant": "HZ", "kind": "serial", "item": "PCBA", "number": "S1"}]))

    assert document.body["inputs"][0]["into"][0]["number"] == "S1"


def test_both_directions_agree_on_what_is_possible(tell: Tell) -> None:
    world: World = tell(SPLICED)

    forward = {(root, thing) for root in ("CAP/X", "CAP/Y") for thing in world.tiers(root, "forward")["possible"].split()}
    backward = {(thing, root) for root in ("PCBA#S1", "PCBA#S2", "PCBA#S3", "GW#U1", "GW#U2") for thing in _origins(world, root)}

    assert forward == backward


def _origins(world: World, root: str) -> list[str]:
    return [thing for thing in world.tiers(root, "backward")["possible"].split() if thing.startswith("CAP")]
