"""What a call on several documents did, read from its reply."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.kingdee.replies import outcome
from trace_core.errors import Misconfigured, Rejected, Unreachable


def reply(*, done: list[dict[str, Any]] | None = None, errors: list[dict[str, Any]] | None = None, code: int = 0, **more: Any) -> Any:
    status = {"IsSuccess": not errors, "SuccessEntitys": done or [], "Errors": errors or [], "MsgCode": code} | more
    return {"Result": {"ResponseStatus": status}}


def test_ids_come_as_numbers_and_as_text() -> None:
    told = outcome(reply(done=[{"Id": 105410, "Number": "A", "DIndex": 0}, {"Id": "4f1c", "Number": "", "DIndex": 1}]))

    assert [(one.id, one.number) for one in told.done] == [("105410", "A"), ("4f1c", "")]


def test_a_document_is_found_by_id_as_well_as_by_number() -> None:
    told = outcome(reply(done=[{"Id": 7, "Number": "A", "DIndex": 0}]), ["7"])

    assert (told.failed, told.only().number) == ({}, "A")


def test_each_failure_has_a_verdict_of_its_own() -> None:
    errors = [{"Message": "已存在", "DIndex": 0}, {"Message": "您没有权限", "DIndex": 2}, {"Message": "冲突，请稍候再使用", "DIndex": 3}]

    told = outcome(reply(done=[{"Id": 1, "Number": "B", "DIndex": 1}], errors=errors, code=11))

    assert {at: type(fault) for at, fault in told.failed.items()} == {0: Rejected, 2: Misconfigured, 3: Unreachable}
    with pytest.raises(Rejected):
        told.only()


@pytest.mark.parametrize("answer", [None, [], {}, {"Result": None}, {"Result": {"ResponseStatus": None}}])
def test_an_answer_that_says_nothing_is_no_success(answer: Any) -> None:
    with pytest.raises(Rejected, match="neither success nor failure"):
        outcome(answer).only()


def test_silence_about_a_number_is_failure() -> None:
    told = outcome(reply(done=[{"Id": 1, "Number": "A", "DIndex": 0}]), ["A", "B"])

    assert "B" in str(told.failed[1])
