"""Logins that are good, half good, and refused."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.kingdee.login import judge, login_call
from connectors.kingdee.signing import Credential
from trace_core.errors import Misconfigured

WHO = Credential("65f0", "sim", "1_AQID", "geheim")


@pytest.mark.parametrize("result", [1, -5])
def test_a_login_with_a_session_is_good(result: int) -> None:
    judge({"LoginResultType": result, "KDSVCSessionId": "S"}, cookie=None)
    judge({"LoginResultType": result}, cookie="S")


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ({"LoginResultType": 1, "IsSuccessByAPI": True}, "login", "no reason given"),
        ({"LoginResultType": 0, "Message": "用户名或密码错误"}, "password", "is wrong"),
        ({"LoginResultType": -3, "Message": None}, "login", "must be changed"),
        ({"LoginResultType": -7, "Message": ""}, "login", "activated"),
        ({"LoginResultType": 1, "MessageCode": "CheckPasswordPolicy", "KDSVCSessionId": "S"}, "password_expired", "half"),
        ({"LoginResultType": 0, "Message": "会话信息已丢失"}, "login", "会话信息已丢失"),
        ([], "login", "no reason given"),
    ],
)
def test_everything_else_is_told_to_a_person(answer: Any, code: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said) as caught:
        judge(answer, cookie="S" if answer and "MessageCode" in answer else None)

    assert caught.value.code == code


def test_each_way_in_has_its_method_and_parameters() -> None:
    assert login_call("password", WHO, "pw", "sha256") == ("ValidateUser", ["65f0", "sim", "pw", 2052])
    assert login_call("session", WHO, "", "sha256") == ("LoginByAppSecret", ["65f0", "sim", "1_AQID", "geheim", 2052])
    method, told = login_call("sign", WHO, "", "sha1")
    assert (method, len(told), len(told[4])) == ("LoginBySign", 6, 40)
    assert "geheim" not in told
