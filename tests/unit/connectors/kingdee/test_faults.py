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
        (json.dumps(failed("调用次数超限", 14)), Unreachable, "quota"),
        (json.dumps(failed("调用量已满", 14)), Unreachable, "quota"),
        (json.dumps(failed("保存时发生冲突", 13)), Unreachable, "locked"),
        (json.dumps(failed("执行数据库操作失败", 6)), Unreachable, "database"),
        (json.dumps(failed("事务死锁", 4)), Unreachable, "server_busy"),
        (json.dumps(failed("用户没有许可", 7)), Misconfigured, "licence"),
        (json.dumps(failed("该用户无法访问", 15)), Misconfigured, "administrator"),
        (json.dumps(failed("系统管理员不允许通过WebAPI登录")), Misconfigured, "administrator"),
        (json.dumps(failed("表单标识为空", 5)), Misconfigured, "form"),
        (json.dumps(failed("操作编码为空", 3)), Rejected, "refused"),
        (json.dumps(failed("单据已审核，不允许修改", 11)), Rejected, "refused"),
        (json.dumps(failed("Limit参数值超过最大限制2000", 8)), Rejected, "limit"),
        ("401 Forbidden ByRspRetStatusCode -- N001: Unexpectable request", Misconfigured, "refused_request"),
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


def test_the_text_decides_where_the_code_says_something_else() -> None:
    with pytest.raises(Misconfigured) as caught:
        decode(json.dumps(failed("您没有该单据的查看权限", 13)).encode())

    assert caught.value.code == "no_permission"


def test_the_allowed_list_names_the_administrator_and_is_not_about_him() -> None:
    with pytest.raises(Misconfigured) as caught:
        decode(json.dumps(failed("第三方应用：MES 不允许用户demo 登录，请联系系统管理员添加！")).encode())

    assert caught.value.code == "user_not_allowed"


def test_a_failure_without_errors_says_its_message() -> None:
    told = {"Result": {"ResponseStatus": {"IsSuccess": False, "Errors": [], "MsgCode": 0}, "Message": "上传的文件内容为空"}}

    with pytest.raises(Rejected, match="上传的文件内容为空"):
        decode(json.dumps(told).encode())


def test_what_answers_for_each_document_is_returned_where_it_is_not_judged() -> None:
    mixed = failed("编码为A的单据已存在", 11)
    mixed["Result"]["ResponseStatus"]["SuccessEntitys"] = [{"Id": 1, "Number": "B", "DIndex": 1}]

    assert decode(json.dumps(mixed).encode(), judged=False) == mixed
    with pytest.raises(Rejected):
        decode(json.dumps(mixed).encode())
    with pytest.raises(SessionLost):
        decode(json.dumps(failed("会话信息已丢失，请重新登录", 1)).encode(), judged=False)
    with pytest.raises(Misconfigured):
        decode(json.dumps(failed("您没有权限", 2)).encode(), judged=False)


@pytest.mark.parametrize(("body", "sent"), [("<html>", True), ("gibberish", True), ('response_error:{"Message":"未将对象引用"}', True)])
def test_an_unreadable_answer_to_a_write_leaves_its_outcome_open(body: str, sent: bool) -> None:
    with pytest.raises(Unreachable) as caught:
        decode(body.encode(), sent=sent)

    assert caught.value.sent


def test_rows_and_good_answers_pass() -> None:
    assert decode(b'[["MO1", 12.50]]')[0][0] == "MO1"
    assert str(decode(b'[["MO1", 12.50]]')[0][1]) == "12.50"
    assert decode(b"[]") == []
