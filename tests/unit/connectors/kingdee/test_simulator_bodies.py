"""Every way in which a call may say the same."""

import json
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from connectors.kingdee.simulator_bodies import data_of, flag, form_call, listed, parameters

TOLD = {"Number": "MO-1001"}


def request(body: str, kind: str = "application/json") -> Request:
    return Request(EnvironBuilder(method="POST", data=body, content_type=kind).get_environ())


@pytest.mark.parametrize(
    "body",
    [
        {"parameters": ["PRD_MO", TOLD]},
        {"parameters": ["PRD_MO", json.dumps(TOLD)]},
        {"Parameters": json.dumps(["PRD_MO", json.dumps(TOLD)])},
        {"formid": "PRD_MO", "data": TOLD},
        {"FormId": "PRD_MO", "Data": json.dumps(TOLD)},
    ],
)
def test_form_and_data_are_found_in_every_dialect(body):
    told = parameters(request(json.dumps(body)))

    assert form_call("view", told) == ("PRD_MO", "", TOLD)


@pytest.mark.parametrize("body", [{"parameters": ["PRD_MO", "ToStart", TOLD]}, {"formid": "PRD_MO", "opNumber": "ToStart", "data": TOLD}])
def test_an_operation_has_its_number_between(body):
    assert form_call("executeoperation", parameters(request(json.dumps(body)))) == ("PRD_MO", "ToStart", TOLD)


def test_data_alone_may_stand_without_a_name():
    assert data_of(parameters(request('{"FormId": "PRD_MO"}'))) == {"FormId": "PRD_MO"}
    assert data_of(parameters(request('{"parameters": []}'))) == {}


def test_a_form_gives_names_and_values():
    assert parameters(request("acctID=65f0&lcid=2052", "application/x-www-form-urlencoded")) == {"acctID": "65f0", "lcid": "2052"}


@pytest.mark.parametrize("body", ["[1]", "{", '"x"'])
def test_other_bodies_are_refused(body):
    with pytest.raises(ValueError, match="JSON"):
        parameters(request(body))


@pytest.mark.parametrize(
    ("told", "truth"), [(True, True), ("true", True), ("1", True), (1, True), ("false", False), ("0", False), ("", False)]
)
def test_booleans_come_as_anything(told: Any, truth):
    assert flag(told) is truth


@pytest.mark.parametrize(("told", "names"), [("1, 2,", ["1", "2"]), ([1, "2"], ["1", "2"]), (7, ["7"]), ("", []), (None, []), (0, [])])
def test_ids_come_as_text_list_or_number(told, names):
    assert listed(told) == names
