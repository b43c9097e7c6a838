"""Checks of how a connector bears faults: of the network, of the server, of its session."""

from __future__ import annotations

import math
from typing import Any

from connectors.kit.shared import LocalShared
from connectors.kit.trial import Trial, Untried
from trace_core.errors import Misconfigured, Unreachable, Verdict

ATTEMPTS = 40
SOME = 4
"""Kinds that are tried with each fault; all of them are with faults at random."""
PASSING = ("http_500", "http_502", "http_503", "reset", "truncated", "html_page")


def silent_host_is_unreachable(one: Trial) -> None:
    """A host that does not listen ends as a finding `Unreachable`, and a pull as `Unreachable`, nothing sent."""
    with one.opened(url="http://127.0.0.1:9") as connector:
        bad = [finding for finding in connector.check() if not finding.ok]
        assert bad, "the connection test finds nothing wrong"
        assert bad[0].verdict == "Unreachable", f"a silent host ends as {bad[0].verdict}"
        try:
            list(connector.pull(one.kinds[0], None))
        except Unreachable as fault:
            assert not fault.sent, "a read says that something was written"
        else:
            raise AssertionError("a pull from a silent host ends well")


def each_passing_fault_is_borne(one: Trial) -> dict[str, float]:
    """After each passing fault of network and server a pull, tried again from its cursor, brings every document unchanged."""
    with one.opened() as connector:
        expected = {key: document.payload for key, document in one.all(connector).items()}
    tries = 0
    for fault in PASSING:
        for kind in one.kinds[:: math.ceil(len(one.kinds) / SOME)]:
            one.running.simulator.faults.order({"name": fault, "times": 2})
            found, spent = _persistent(one, kind, LocalShared())
            one.running.simulator.faults.order({"name": fault, "times": 0})
            missing = [key for key in expected if key[0] == kind and found.get(key) != expected[key]]
            assert not missing, f"after {fault}, {missing[0]} is missing or another"
            tries += spent
    return {"pulls_tried_again": tries}


def _persistent(one: Trial, kind: str, shared: LocalShared) -> tuple[dict[tuple[str, str], bytes], int]:
    """Pull as the pipelines do: keep each page with its cursor, and after `Unreachable` go on from there."""
    found: dict[tuple[str, str], bytes] = {}
    cursor: Any = None
    for attempt in range(ATTEMPTS):
        try:
            with one.opened(shared, breaker_faults=1000) as connector:
                for page in connector.pull(kind, cursor):
                    found |= {(document.kind, document.key): document.payload for document in page.documents}
                    cursor = page.cursor
        except (Unreachable, Misconfigured) as fault:
            assert isinstance(fault, Unreachable), f"{kind}: a passing fault ends as Misconfigured: {fault.message}"
            continue
        return found, attempt
    raise AssertionError(f"{kind}: no pull came to its end in {ATTEMPTS} attempts")


def many_faults_at_random_are_borne(one: Trial) -> dict[str, float]:
    """With a tenth of all calls failing in some way, pulls tried again bring every document, unchanged."""
    with one.opened() as connector:
        expected = {key: document.payload for key, document in one.all(connector).items()}
    for at, fault in enumerate((*PASSING, "page_repeated", "page_shuffled")):
        one.running.simulator.faults.order({"name": fault, "share": 0.015, "seed": at})
    shared, tries = LocalShared(), 0
    found: dict[tuple[str, str], bytes] = {}
    for kind in one.kinds:
        part, spent = _persistent(one, kind, shared)
        found |= part
        tries += spent
    missing = [key for key in expected if found.get(key) != expected[key]]
    assert not missing, f"{missing[0]} is missing or another"
    return {"pulls_tried_again": tries}


def lost_session_is_opened_again(one: Trial) -> None:
    """A session that the server ended is opened again, once, and the pull brings every document."""
    if not one.sample.session_lost:
        raise Untried("it has no sessions")
    with one.opened() as connector:
        expected = {key: document.payload for key, document in one.all(connector).items()}
        one.running.simulator.faults.order({"name": one.sample.session_lost})
        found = {key: document.payload for key, document in one.all(connector).items()}
    assert found == expected, "after a lost session other documents come"


def nothing_shows_a_secret(one: Trial) -> None:
    """No secret is in the connector's repr, its parts, or the words and causes of its errors."""
    told: list[str] = []
    with one.opened() as connector:
        list(connector.check())
        told += [repr(connector), repr(vars(connector))]
        one.running.simulator.faults.order({"name": "http_500", "times": ATTEMPTS})
        try:
            list(connector.pull(one.kinds[0], None))
        except Verdict as fault:
            seen: BaseException | None = fault
            while seen is not None:
                told += [str(seen), repr(seen)]
                seen = seen.__cause__ or seen.__context__
    for secret in one.secrets:
        shown = [text for text in told if secret in text]
        assert not shown, f"a secret shows in {shown[0][:60].replace(secret, '***')}…"


CHECKS = (
    silent_host_is_unreachable,
    each_passing_fault_is_borne,
    many_faults_at_random_are_borne,
    lost_session_is_opened_again,
    nothing_shows_a_secret,
)
