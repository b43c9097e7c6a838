"""Logins of the simulated server that the wire's tests do not reach."""

import json
import time
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from connectors.kingdee.simulator_auth import Gate
from connectors.kingdee.simulator_login import Logins

DATA = {
    "accounts": [{"acct_id": "65f0"}],
    "users": [{"user": "sim", "password": "pw", "allowed_apps": ["app"]}],
    "apps": [{"app_id": "app", "secret": "s3"}],
}
REQUEST = Request(EnvironBuilder(method="POST").get_environ())


@pytest.fixture
def logins() -> Logins:
    return Logins(Gate(DATA))


def result(logins: Logins, method: str, told: Any) -> int:
    return json.loads(logins.respond(method, told, REQUEST).get_data())["LoginResultType"]


def test_a_timely_sign_is_let_in_and_a_foreign_one_is_not(logins):
    now = str(int(time.time()))
    sign = logins.gate.login_sign(["65f0", "sim", "app", "s3", now])

    assert result(logins, "loginbysign", ["65f0", "sim", "app", now, sign, 2052]) == 1
    assert result(logins, "loginbysign", ["65f0", "sim", "app", now, sign[::-1], 2052]) == 0


def test_a_login_by_app_may_name_its_parameters(logins):
    assert result(logins, "loginbyappsecret", {"acctID": "65f0", "username": "sim", "appId": "app", "appSecret": "s3"}) == 1


def test_a_login_without_its_parameters_is_refused_and_not_broken(logins):
    assert result(logins, "loginbyappsecret", []) == 0
    assert result(logins, "validateuser", {"acctid": "65f0", "username": "sim"}) == 0


def test_an_unknown_method_is_an_unhandled_exception(logins):
    assert logins.respond("loginbyfax", [], REQUEST).get_data(as_text=True).startswith("response_error:")


def test_a_logout_without_a_session_says_false(logins):
    assert logins.respond("logout", [], REQUEST).get_data() == b"false"
