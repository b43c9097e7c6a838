"""Documents of a rule are made when asked for; what is written stays."""

import pytest

from connectors.kit.grown import Grown


@pytest.fixture
def grown():
    return Grown(1_000_000, lambda n: {"id": 500 + n, "name": f"n{n}"}, 500)


def test_a_million_documents_cost_nothing_before_they_are_read(grown):
    assert len(grown) == 1_000_000
    assert grown[999_999] == {"id": 1_000_499, "name": "n999999"}
    assert grown[-1]["name"] == "n999999"
    assert [one["id"] for one in grown[2:4]] == [502, 503]


def test_reading_begins_at_any_key(grown):
    assert next(grown.beyond(700))["id"] == 700
    assert next(iter(grown))["id"] == 500
    assert list(grown.beyond(2_000_000)) == []


def test_what_was_changed_stays_changed_and_what_was_added_comes_last(grown):
    grown.keyed(501)["name"] = "changed"
    grown.append({"id": 9})
    grown[3] = {"id": 503, "name": "put"}

    assert [one["name"] for one in grown[1:4]] == ["changed", "n2", "put"]
    assert list(grown.beyond(1_000_499))[-1] == {"id": 9}
    assert len(grown) == 1_000_001


def test_what_was_added_can_be_changed_and_removed_but_nothing_of_the_rule(grown):
    grown.append({"id": 9})
    grown[-1] = {"id": 10}
    del grown[-1]

    assert len(grown) == 1_000_000
    with pytest.raises(ValueError, match="cannot be removed"):
        del grown[0]


def test_no_document_has_a_key_beyond_the_rule(grown):
    assert grown.keyed(1) is None
    assert grown.keyed(2_000_000) is None


def test_documents_of_some_keys_are_made_alone_and_dropped_ones_not_at_all(grown):
    grown.drop(502)

    assert [one["id"] for one in grown.beyond(None, {503, 501, 502, 9})] == [501, 503]
    assert [one["id"] for one in grown.beyond(502, {501, 503})] == [503]
    assert grown.keyed(502) is None
    assert next(grown.beyond(502))["id"] == 503
