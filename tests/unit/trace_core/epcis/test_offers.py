"""What is said of our events by their type is what is written of each: nothing that fulfils a query is passed over."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from trace_core.documents.envelope import read_document
from trace_core.epcis.matching import compiled
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.offers import OFFERS, Offer, offered
from trace_core.epcis.outward import epcis_of
from trace_core.epcis.queries import Query, from_json
from trace_core.epcis.terms import narrowed, terms
from trace_core.epcis.things import Ground
from trace_core.events import event_of

sys.path.append(str(Path(__file__).parents[3] / "spec"))

from random_world import world


def events(seed: int) -> list[tuple[str, EpcisEvent]]:
    found = []
    for told in world(random.Random(seed)):
        document = read_document(told)
        stated, event = event_of(document), epcis_of(document, Ground())
        if stated and event:
            found.append((stated.type, event))
    return found


def asking_for(event: EpcisEvent) -> Query:
    """A query for everything that the event says."""
    told = {"eventType": event.type, "EQ_action": event.action, "EQ_bizStep": event.biz_step, "EQ_disposition": event.disposition}
    told["MATCH_anyEPC"] = next(iter(event.epcs("epcList", "childEPCs", "inputEPCList", "outputEPCList")), event.parent)
    told["MATCH_anyEPCClass"] = next((one.epc_class for one in event.quantities(*event.classes)), None)
    told["EQ_bizTransaction_prodorder"] = event.transaction("prodorder")
    return from_json({name: [value] for name, value in told.items() if value is not None})


@pytest.mark.parametrize("seed", range(10))
def test_each_event_is_among_those_offered(seed: int) -> None:
    for sort, event in events(seed):
        assert Offer(event.type, event.action, event.biz_step or "", event.disposition) in OFFERS[sort]
        assert sort in offered(asking_for(event))


@pytest.mark.parametrize("seed", range(10))
def test_each_event_that_fulfils_a_query_has_a_term_of_each_group(seed: int) -> None:
    found = [event for _, event in events(seed)]
    for asked in found[::5]:
        query = asking_for(asked)
        fulfils = compiled(query)
        assert fulfils(asked, ())
        for event in found:
            if fulfils(event, ()):
                assert all(set(group) & set(terms(event)) for group in narrowed(query))


def test_errors_and_persistent_dispositions_are_nothing_that_we_tell() -> None:
    assert offered(from_json({"EXISTS_errorDeclaration": True})) == []
    assert offered(from_json({"EQ_persistentDisposition_set": ["damaged"]})) == []
    assert set(offered(from_json({"EQ_action": ["ADD"]}))) == {"produce", "byproduct", "add", "repair"}
