"""Documents asked for by key: in parts, and what a short answer leaves out once more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from connectors.kit.asking import batches, read_one, read_surely
from connectors.kit.contract import RawDocument

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Forgetful:
    """A system whose answers to more than one key lack what `withheld` names."""

    def __init__(self, held: Collection[str], withheld: Collection[str] = ()) -> None:
        self.held, self.withheld = held, withheld
        self.asked: list[list[str]] = []

    def read(self, kind: str, keys: Collection[str]) -> Iterator[RawDocument]:
        self.asked.append(list(keys))
        told = [key for key in keys if key in self.held and not (len(keys) > 1 and key in self.withheld)]
        return (RawDocument("c", kind, key, None, b"{}", NOW) for key in told)


def test_keys_come_in_parts_each_once() -> None:
    assert list(batches(["a", "b", "a", "c"], 2)) == [["a", "b"], ["c"]]
    assert list(batches([], 2)) == []


def test_parts_stay_within_a_length_but_for_a_key_that_is_longer_alone() -> None:
    assert list(batches(["aa", "bb", "c" * 40, "d"], 9, characters=11)) == [["aa", "bb"], ["c" * 40], ["d"]]


def test_one_document_or_none() -> None:
    system = Forgetful({"1"})

    assert read_one(system, "Lot", "1").key == "1"  # type: ignore[arg-type, union-attr]
    assert read_one(system, "Lot", "2") is None  # type: ignore[arg-type]


def test_what_a_short_answer_lacks_is_asked_for_by_itself_before_it_counts_as_gone() -> None:
    system = Forgetful({"1", "2", "3"}, withheld={"2"})

    found = list(read_surely(system, "Lot", ["1", "2", "3", "4"]))  # type: ignore[arg-type]

    assert sorted(one if isinstance(one, str) else f"document {one.key}" for one in found) == [
        "4",
        "document 1",
        "document 2",
        "document 3",
    ]
    assert system.asked == [["1", "2", "3", "4"], ["2"], ["4"]]
