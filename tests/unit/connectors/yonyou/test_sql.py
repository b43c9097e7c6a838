"""It asks for rows page by page and quotes what it is given."""

import json
from typing import Any

import pytest
import responses

from connectors.yonyou.client import WebApi
from connectors.yonyou.settings import U9Settings
from connectors.yonyou.sql import Head, SqlReads, moment, nested, quoted
from trace_core.errors import Misconfigured, Unreachable


class Answers:
    """U9's answers to SQL, one after the other, and what it was asked."""

    def __init__(self, settings: U9Settings, wire: responses.RequestsMock) -> None:
        self.answers: list[Any] = []
        self.asked: list[str] = []
        wire.get(f"{settings.base}/OAuth2/AuthLogin", json={"ResCode": 0, "Data": "t"})
        wire.add_callback("POST", f"{settings.base}/QueryCommon/QueryInfoBySql", self.answer)
        self.api = WebApi(settings)

    def answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        self.asked.append(json.loads(request.body)["SqlString"])
        told = self.answers.pop(0)
        code = told if isinstance(told, int) else 0
        return 200, {}, json.dumps({"ResCode": code, "Data": None if code else told})

    def reads(self, answers: list[Any], size: int) -> SqlReads:
        self.answers = answers
        return SqlReads(self.api, "10", size)


@pytest.fixture
def u9(settings: U9Settings):
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield Answers(settings, wire)


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"ID": number, "ModifiedOn": f"2026-01-05 08:00:{number:02d}.000"} | more


def test_it_goes_on_after_the_last_row_by_time_and_id(u9):
    pages = list(u9.reads([[row(1, Remaining=3), row(2, Remaining=3)], [row(3)]], 2).changed(Head("MO_MO"), 77, "2026-01-05 07:50:00.000"))

    assert [[found["ID"] for found in page] for page in pages] == [[1, 2], [3]]
    assert "H.ModifiedOn >= CONVERT(datetime, '2026-01-05 07:50:00.000', 121)" in u9.asked[0]
    assert "AND H.ID > 2" in u9.asked[1]
    assert u9.asked[1].endswith("ORDER BY H.ModifiedOn, H.ID")


def test_a_row_cap_below_the_page_size_loses_nothing(u9):
    pages = list(u9.reads([[row(1, Remaining=3), row(2, Remaining=3)], [row(3)]], 100).changed(Head("MO_MO"), 77, None))

    assert sum(len(page) for page in pages) == 3


def test_one_call_is_enough_when_everything_fits(u9):
    assert len(list(u9.reads([[row(1, Remaining=1)]], 100).changed(Head("MO_MO"), 77, None))) == 1


def test_a_listing_that_does_not_advance_stops_with_a_reason(u9):
    reads = u9.reads([[row(1, Remaining=5)], [row(1)]], 1)

    with pytest.raises(Misconfigured, match="finer than milliseconds"):
        list(reads.changed(Head("MO_MO"), 77, None))


def test_a_closed_operation_says_what_to_open(u9):
    reads = u9.reads([401, 401], 1)

    with pytest.raises(Misconfigured, match="QueryInfoBySql") as told:
        reads.rows("SELECT 1")

    assert told.value.code == "sql_closed"


def test_it_finds_rows_in_the_shapes_an_answer_may_have(u9):
    rows = [{"ID": 1}]
    reads = u9.reads([rows, {"Rows": rows}, {"Data": {"Table": rows}}, None, {"Count": 1}], 1)

    assert [reads.rows("SELECT 1") for _ in range(4)] == [rows, rows, rows, []]
    with pytest.raises(Unreachable):
        reads.rows("SELECT 1")


def test_an_unknown_organisation_names_the_setting(u9):
    with pytest.raises(Misconfigured, match="check `organisations`"):
        u9.reads([[]], 1).organisation_id()


def test_it_quotes_texts_and_times():
    assert quoted("O'Neil'; DROP") == "N'O''Neil''; DROP'"
    assert moment("2026-01-05T08:00:00.1234567") == "CONVERT(datetime, '2026-01-05 08:00:00.123', 121)"
    assert "''" not in moment("2026' OR 1=1 --")


def test_names_with_dots_become_objects():
    assert nested({"m_code": "A", "m_uom.m_code": "PCS", "lines": [{"a.b": 1}]}) == {
        "m_code": "A",
        "m_uom": {"m_code": "PCS"},
        "lines": [{"a": {"b": 1}}],
    }


def test_a_survey_with_fewer_rows_than_there_are_is_short(u9):
    with pytest.raises(Unreachable, match="2 rows came, but there are 5") as fault:
        list(u9.reads([[row(1, Remaining=5), row(2, Remaining=5)], []], 2).keys(Head("MO_MO"), 77))

    assert fault.value.code == "short"
