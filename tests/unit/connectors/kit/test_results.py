"""Results become documents with numbers of their own, each once, and the newest is found."""

from typing import Any

import pytest

from connectors.kit.contract import PushRequest
from connectors.kit.results import ResultForm, Results
from trace_core.errors import Misconfigured, Rejected, Unreachable


class Server:
    """Documents by number. `width` cuts texts, `late` hides that many looks at a new document."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self.asked = 0
        self.width, self.late = 200, 0
        self.results = Results(ResultForm(("a", "b"), "mark", "LW", {"type": "T1"}), self.get, self.add)

    def get(self, number: str) -> dict[str, Any] | None:
        self.asked += 1
        if number in self.held and self.late > 0:
            self.late -= 1
            return None
        return self.held.get(number)

    def add(self, number: str, row: dict[str, Any], _request: PushRequest) -> None:
        self.held.setdefault(number, {name: str(text)[: self.width] for name, text in row.items()})


@pytest.fixture
def server() -> Server:
    return Server()


def push(text: str = "LW-1", idem: str = "one", key: str = "D-1") -> PushRequest:
    return PushRequest("receipt", key, {"result.a": text}, idem)


def shown(server: Server) -> Any:
    return server.results.shown("receipt", "D-1", {"code": "D-1"}).get("result")


def test_a_repeat_finds_its_own_document(server):
    first, second = server.results.put(push()), server.results.put(push())

    assert (first.number, first.notes) == (second.number, ())
    assert second.notes == ("held already, nothing was written",)
    assert [row["type"] for row in server.held.values()] == ["T1"]


def test_another_result_is_another_document_and_the_newest_is_shown(server):
    for at in range(1, 12):
        server.results.put(push(f"LW-{at}", f"push {at}"))
    server.asked = 0

    assert shown(server) == {"a": "LW-11", "b": ""}
    assert len(server.held) == 11
    assert server.asked <= 8


def test_a_result_may_come_back_to_what_it_was(server):
    for idem, text in (("1", "A"), ("2", "B"), ("3", "A")):
        server.results.put(push(text, idem))

    assert (shown(server)["a"], len(server.held)) == ("A", 3)


def test_what_it_is_about_decides_the_number(server):
    one, other = server.results.put(push()), server.results.put(push(key="D-2"))

    assert one.number != other.number
    assert shown(server)["a"] == "LW-1"


def test_nothing_is_shown_where_there_is_no_result(server):
    assert shown(server) is None


def test_a_document_shown_late_is_not_written_again(server):
    server.late = 1
    with pytest.raises(Unreachable) as told:
        server.results.put(push())

    again = server.results.put(push())

    assert told.value.sent
    assert again.notes
    assert len(server.held) == 1


def test_an_earlier_result_that_comes_late_is_not_taken_for_this_one(server):
    server.late = 1
    with pytest.raises(Unreachable):
        server.results.put(push())
    server.late = 1

    with pytest.raises(Unreachable, match="came late"):
        server.results.put(push("LW-2", "two"))
    server.results.put(push("LW-2", "two"))

    assert [row["a"] for row in server.held.values()] == ["LW-1", "LW-2"]


def test_a_text_that_was_cut_is_refused_every_time_and_makes_no_second_document(server):
    server.width = 13
    for _ in range(2):
        with pytest.raises(Rejected, match="differently: a"):
            server.results.put(push("x" * 14))

    assert len(server.held) == 1


def test_a_field_that_the_settings_do_not_name_is_a_matter_of_settings(server):
    with pytest.raises(Misconfigured, match="result_fields"):
        server.results.put(PushRequest("receipt", "D-1", {"result.c": "x"}, "i"))
