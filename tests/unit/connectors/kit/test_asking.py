"""Documents asked for by key: in parts, and what a short answer leaves out once more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from connectors.kit.asking import batches, read_one, read_surely, to_the_end
from connectors.kit.contract import RawDocument
from trace_core.errors import Unreachable

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


@dataclass(frozen=True)
class Sheet:
    """A page of a list."""

    rows: str
    number: int
    count: int


def test_a_list_with_all_its_rows_passes_also_when_it_began_anew() -> None:
    told = [Sheet("ab", 1, 4), Sheet("abc", 1, 5), Sheet("de", 2, 5)]

    assert list(to_the_end(told, "lots")) == told


def test_a_list_with_fewer_rows_than_it_says_is_short() -> None:
    with pytest.raises(Unreachable, match="lots: 3 rows came, but there are 5") as fault:
        list(to_the_end([Sheet("ab", 1, 5), Sheet("c", 2, 5)], "lots"))

    assert fault.value.code == "short"
