"""Checks of writing: once, and never twice after a lost answer."""

from __future__ import annotations

from connectors.kit.contract import PushRequest
from connectors.kit.trial import Trial, Untried
from trace_core.errors import Unreachable


def push_writes_and_says_where(one: Trial) -> dict[str, float]:
    """A push is carried out and its receipt names the document."""
    request = _request(one)
    with one.opened() as connector:
        before = one.calls()
        receipt = connector.push(request)
    writes = one.running.simulator.ledger.writes
    assert writes, "the simulator noted no write"
    assert receipt.key, "the receipt names no document"
    assert receipt.at.tzinfo is not None, "the receipt's time has no zone"
    return {"writes": len(writes), "calls": one.calls() - before}


def push_again_adds_no_document(one: Trial) -> None:
    """The same push once more, with the same idempotency key, creates nothing new."""
    request = _request(one)
    with one.opened() as connector:
        connector.push(request)
        first = _created(one)
        connector.push(request)
    assert _created(one) == first, "the second push created another document"


def lost_answer_is_said_and_mended(one: Trial) -> None:
    """When the answer to a write is lost, the push finds out or says that it does not know; trying again doubles nothing."""
    request = _request(one)
    with one.opened() as connector:
        connector.check()
        one.running.simulator.faults.order({"name": "lost_answer_after_write"})
        try:
            connector.push(request)
        except Unreachable as fault:
            assert fault.sent, "the outcome is unknown, but the error says that nothing was sent"
        created = _created(one)
        connector.push(request)
    assert _created(one) <= max(created, 1), "trying again created another document"


def push_to_a_silent_host_sent_nothing(one: Trial) -> None:
    """A push to a host that does not listen says that nothing was sent."""
    request = _request(one)
    with one.opened(url="http://127.0.0.1:9") as connector:
        try:
            connector.push(request)
        except Unreachable as fault:
            assert not fault.sent, "nothing can have been written, but the outcome is said to be unknown"
        else:
            raise AssertionError("a push to a silent host ends well")


def _request(one: Trial) -> PushRequest:
    if one.sample.push is None:
        raise Untried("it writes nothing")
    return one.sample.push


def _created(one: Trial) -> int:
    """Documents that writes created."""
    return sum(bool(write.get("created")) for write in one.running.simulator.ledger.writes)


CHECKS = (push_writes_and_says_where, push_again_adds_no_document, lost_answer_is_said_and_mended, push_to_a_silent_host_sent_nothing)
