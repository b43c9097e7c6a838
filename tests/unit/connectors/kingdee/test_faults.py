"""What the server says, and the verdict it becomes."""

from __future__ import annotations

import json

import pytest

from connectors.kingdee.faults import SessionLost, decode
from trace_core.errors import Misconfigured, Rejected, Unreachable


def failed(message: str, code: int = 0) -> dict:
    status = {"ErrorCode": 500, "IsSuccess": False, "Errors": [{"FieldName": "F", "Message": message, "DIndex": 0}], "MsgCode": code}
    return {"Result": {"ResponseStatus": status}}


@pytest.mark.parametrize("wrap", [lambda told: told, lambda told: [told], lambda told: [[told]]])
def test_a_lost_session_is_seen_in_every_envelope(wrap) -> None:
    with pytest.raises(SessionLost):
        decode(json.dumps(wrap(failed("会话信息已丢失，请重新登录", 1))).encode())


@pytest.mark.parametrize(
    ("body", "verdict", "code"),
    [
        (json.dumps([[failed("元数据中标识为FFoo的字段不存在", 9)]]), Misconfigured, "unknown_field"),
        (json.dumps([[failed("业务对象XX不存在", 5)]]), Misconfigured, "unknown_form"),
        (json.dumps(failed("您没有该单据的查看权限", 2)), Misconfigured, "no_permission"),
        (json.dumps(failed('"管理员"使用业务单据冲突，请稍候再使用。', 13)), Unreachable, "locked"),
        (json.dumps(failed("编码为X的单据已存在", 11)), Rejected, "refused"),
        (json.dumps(failed("调用次数超限", 14)), Unreachable, "busy"),
        ('response_error:{"Message":"未将对象引用设置到对象的实例。","InnerExWrapper":null}', Unreachable, "server_fault"),
        ("<html><title>login</title></html>", Unreachable, "html"),
        ("gibberish", Unreachable, "unreadable"),
        (json.dumps([{"actionname": "showConfirm", "params": [{"msg": "已经被拦截规则[1]阻止!"}]}]), Misconfigured, "waf"),
    ],
)
def test_each_reply_has_its_verdict(body: str, verdict: type, code: str) -> None:
    with pytest.raises(verdict) as caught:
        decode(body.encode())

    assert caught.value.code == code


def test_rows_and_good_answers_pass() -> None:
    assert decode(b'[["MO1", 12.50]]')[0][0] == "MO1"
    assert str(decode(b'[["MO1", 12.50]]')[0][1]) == "12.50"
    assert decode(b"[]") == []
