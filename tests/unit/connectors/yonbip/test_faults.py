"""Each return code has one verdict, whichever way it was sent."""

import pytest

from connectors.yonbip.faults import code_of, failed_rows, verdict
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable


@pytest.mark.parametrize(("sent", "read"), [({"code": 200}, "200"), ({"code": "200"}, "200"), ({}, "")])
def test_a_code_is_text_or_number(sent, read):
    assert code_of(sent) == read


@pytest.mark.parametrize("code", ["310032", "310039", "310042", "310046", "310043"])
def test_a_quota_is_waited_for_and_nothing_was_written(code):
    told = verdict(code, "频率超限", "x", writes=True)

    assert isinstance(told, Unreachable)
    assert (told.retry_after, told.sent) == (60.0, False)


@pytest.mark.parametrize("code", ["202", "310504", "310078", "310071", "310072"])
def test_a_write_that_was_given_up_on_may_have_been_done(code):
    told = verdict(code, "", "x", writes=True)

    assert isinstance(told, Unreachable)
    assert told.sent


@pytest.mark.parametrize(
    ("code", "words", "kind", "short"),
    [
        ("310404", "网关上没有注册此API", Misconfigured, "gateway"),
        ("310038", "", Misconfigured, "ip_blocked"),
        ("310036", "非法token", Misconfigured, "token"),
        ("10004", "重复", Conflict, "duplicate"),
        ("100004", "重复", Conflict, "duplicate"),
        ("1002", "数据不存在", Rejected, "no_such_document"),
        ("999", "数据已被其他用户修改，请刷新后重试", Conflict, "stale"),
        ("999", "物料不存在", Rejected, "refused"),
        ("310023", "类型错误", Rejected, "refused"),
    ],
)
def test_the_other_codes(code, words, kind, short):
    told = verdict(code, words, "x")

    assert type(told) is kind
    assert told.code == short


def test_rows_that_failed_are_named_and_none_is_none():
    data = {"count": 2, "sucessCount": 1, "failCount": 1, "failInfos": [{"code": "SCDD2212", "id": 1, "message": "未完工"}]}

    assert [str(problem) for problem in failed_rows(data, "x").problems] == ["SCDD2212: 未完工"]
    assert failed_rows({"failInfos": []}, "x") is None
    assert failed_rows([], "x") is None
