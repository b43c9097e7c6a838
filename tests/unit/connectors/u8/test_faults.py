"""U8's words decide, because its codes are not public."""

import pytest

from connectors.u8.faults import is_dead_token, verdict
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable


@pytest.mark.parametrize(
    ("code", "words", "kind", "short"),
    [
        ("20002", "未检索到匹配的[交易单位]。", Rejected, "no_such_document"),
        ("1", "客户端未登录，请检查服务器是否启动", Unreachable, "relay"),
        ("1", "调用过于频繁", Unreachable, "busy"),
        ("1", "token无效或已过期", Misconfigured, "token"),
        ("1", "app_key无效", Misconfigured, "account"),
        ("1", "单据号[1]已存在", Conflict, "exists"),
        ("1", "存货编码不存在", Rejected, "refused"),
    ],
)
def test_each_has_one_verdict(code, words, kind, short):
    told = verdict(code, words, "x")

    assert (type(told), told.code) == (kind, short)


def test_a_write_that_the_relay_did_not_answer_may_have_been_done_and_one_that_was_too_many_was_not():
    assert verdict("1", "操作超时", "x", writes=True).sent
    assert not verdict("1", "调用过于频繁", "x", writes=True).sent


def test_a_dead_token_is_told_by_its_words():
    assert is_dead_token("1", "Token 已过期")
    assert not is_dead_token("0", "token")
