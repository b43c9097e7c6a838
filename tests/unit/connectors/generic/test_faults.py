"""Errors inside good answers become verdicts."""

from __future__ import annotations

import pytest

from connectors.generic.faults import EXPIRED, Faults
from trace_core.errors import Misconfigured, Rejected, Unreachable

RPC = Faults(path="error", name="error.0", text="error.1", verdicts={"Busy": "Unreachable", "Bad": "Rejected"}, expired=("Timeout",))


@pytest.mark.parametrize("told", [{"result": []}, {"error": None}, {"error": []}, {"error": ""}, [], "text", None])
def test_it_finds_no_fault_where_none_is(told):
    assert RPC.fault_in(told) is None


@pytest.mark.parametrize(("name", "sort"), [("Busy", Unreachable), ("Bad", Rejected), ("Never seen", Misconfigured)])
def test_it_gives_each_name_its_verdict_and_stops_at_one_it_does_not_know(name, sort):
    fault = RPC.fault_in({"error": [name, "why"]})

    assert type(fault) is sort
    assert fault.message == f"the system says {name}: why"


def test_it_tells_an_ended_session_from_a_wrong_definition():
    fault = RPC.fault_in({"error": ["Timeout", ""]})

    assert isinstance(fault, Misconfigured)
    assert fault.code == EXPIRED


@pytest.mark.parametrize(("good", "told", "is_good"), [((0,), 0, True), ((0,), 7, False), ((True,), False, False), ((True,), 1, False)])
def test_it_knows_the_values_of_a_flag_that_are_good(good, told, is_good):
    assert (Faults(path="code", good=good, text="message").fault_in({"code": told, "message": "no"}) is None) is is_good


def test_it_cuts_a_long_text():
    assert len(Faults(path="error").fault_in({"error": "x" * 5000}).message) < 400


def test_it_looks_for_nothing_when_the_definition_names_no_path():
    assert Faults().fault_in({"error": "x"}) is None
