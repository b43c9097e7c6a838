"""The simulator's gate verifies signed headers by the rule the official SDKs follow; vectors with fake credentials and a frozen clock."""

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from connectors.kingdee.simulator_auth import Gate

ACCT, USER, APP, SECRET = "65f0c0ffee0001", "simuser", "100001_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY", "0123456789abcdef0123456789abcdef"
PATH = "/k3cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.ExecuteBillQuery.common.kdsvc"
DATA = {
    "accounts": [{"acct_id": ACCT, "name": "HZ"}],
    "users": [{"user": USER, "password": "p", "allowed_apps": [APP]}, {"user": "other", "password": "p", "allowed_apps": []}],
    "apps": [{"app_id": APP, "secret": SECRET}],
}
PYTHON = (
    "1700000000",
    "1700000000",
    "ZDQ4NTViM2EzY2VjYjI1OTY2MmZjZjVhNjE0OTZiNDA3MmY4M2VjYzNlZDQ1YTNkMmY1NDdlNzQxYzI4OWMzYw==",
    "NjVmMGMwZmZlZTAwMDEsc2ltdXNlciwyMDUyLDA=",
    "NjBhMTRjZWFhOTUxYjEyNzNiODA4NzQwODZkMzJhYWM1OTJkNGQxMzZlYmZjODFiMjRmYzVlMjFhM2NhYjJmZQ==",
)
JAVA = (
    "1700000000000",
    "1700000000000",
    "MTBkMjc2MGJhZTUyYWJhYzNlOGVlY2Q2OTA0ZjUwM2RlZWQ5MjlmYTg0MGM4Njk3MmY3NDQwNWI2MjhmNWIxOA==",
    "NjVmMGMwZmZlZTAwMDEsc2ltdXNlciwyMDUyLG51bGw=",
    "MGNlODc2MTJlODg2NzU5YWJmMDY1Y2ZiZTljZDQ0YTE5Yjk3YjJlMTZiNjRkMzdlZTBlNjdiZWQxNjg0ZDg2Yg==",
)
CSHARP = (
    "1700000000000",
    "00112233445566778899aabbccddeeff",
    "YmI2NTM5ZTFhZTk0MTZhMDkxMzU5YTE2NTg3NzQ4ODc2NWQ3MGE5ODRjOTZmZGJmMjA2ZTdhMTg0MjhiNGRjNg==",
    "NjVmMGMwZmZlZTAwMDEsc2ltdXNlciwyMDUyLA==",
    "ZGJkNjU4MjAxMjAwNmVjNjBhMDc0ODU1M2QyNWQ1YTExNTgwNjhjOWIxZjBiNjlkOGI3M2RjMjVhNDQ1NWM2YQ==",
)
NAMES = ("x-api-timestamp", "x-api-nonce", "X-Api-Signature", "X-Kd-Appdata", "X-Kd-Signature")


@pytest.fixture
def gate(monkeypatch) -> Gate:
    monkeypatch.setattr("time.time", lambda: 1700000000.0)
    return Gate(DATA)


def signed(vector: tuple[str, ...], path: str = PATH, **changes: str) -> Request:
    headers = (
        dict(zip(NAMES, vector, strict=True)) | {"X-Kd-Appkey": APP} | {name.replace("_", "-"): text for name, text in changes.items()}
    )
    return Request(EnvironBuilder(method="POST", path=path, headers={name: text for name, text in headers.items() if text}).get_environ())


@pytest.mark.parametrize("vector", [PYTHON, JAVA, CSHARP], ids=["python", "java", "csharp"])
def test_a_signature_of_each_sdk_is_let_in(gate, vector):
    assert gate.signed(signed(vector)) == USER


def test_the_gateways_signature_is_judged_only_where_it_is_sent(gate):
    assert gate.signed(signed(PYTHON, X_Api_Signature="")) == USER


def test_the_path_is_part_of_the_signature(gate):
    with pytest.raises(ValueError, match="网关签名"):
        gate.signed(signed(PYTHON, path=PATH.replace("/k3cloud", "/K3Cloud")))


def test_a_signature_of_yesterday_is_refused(gate, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1700000000.0 + 86400)

    with pytest.raises(ValueError, match="时间戳"):
        gate.signed(signed(PYTHON))


def test_another_organisation_than_the_signed_one_is_refused(gate):
    with pytest.raises(ValueError, match="签名验证失败"):
        gate.signed(signed(PYTHON, X_Kd_Appdata=JAVA[3]))


def test_a_user_whom_the_app_does_not_allow_is_named(gate):
    assert gate.refusal(ACCT, "other", APP) == f"第三方应用：{APP} 不允许用户other 登录，请联系系统管理员添加！"


def test_a_call_without_signed_headers_has_no_signed_user(gate):
    assert gate.signed(Request(EnvironBuilder(method="POST", path=PATH).get_environ())) is None


@pytest.mark.parametrize(
    ("hashed", "sign"),
    [
        ("sha256", "baedd8517615df390942c3211b71c7429028950549a3b171cec49b8a7544b7ad"),
        ("sha1", "68f8d1e3928f5708065c00dc60ec36176d29a115"),
    ],
)
def test_a_login_sign_is_the_hash_of_the_sorted_texts(hashed, sign):
    gate = Gate(DATA | {"server": {"login_hash": hashed}})

    assert gate.login_sign([ACCT, USER, APP, SECRET, "1700000000"]) == sign


def test_a_session_lives_as_long_as_it_is_used(gate, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    sid = gate.open_session(USER)

    clock[0] += 1100
    assert gate.alive(sid)
    clock[0] += 1100
    assert gate.alive(sid)
    clock[0] += 1300
    assert not gate.alive(sid)


def test_a_kick_ends_the_same_users_sessions_alone(gate):
    first, other = gate.open_session(USER), gate.open_session("other")

    gate.open_session(USER, kick=True)

    assert (gate.alive(first), gate.alive(other)) == (False, True)
