"""The benchmark of reconciliation on two thousand documents: what is found, and with how many calls."""

from __future__ import annotations

from bench.sync.reconcile import measure
from lotweave.bootstrap import House


def test_exactly_what_was_changed_is_found_and_mended_with_few_calls(house: House) -> None:
    found = measure(house.site.database or "", 2000)

    assert found["right"] == {"same": True, "shallow": True, "deep": True}
    assert found["same"]["calls"] == found["least_calls"] + 1  # and the empty page behind the last
    assert (found["mended"]["read_again"], found["mended"]["withdrawn"], found["mended"]["left"]) == (2, 1, 0)
