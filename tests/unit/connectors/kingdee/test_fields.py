"""Descriptions of forms in every nesting, and when one can be trusted."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from connectors.kingdee.client import FORM, KingdeeClient
from connectors.kingdee.codes import unknown
from connectors.kingdee.fields import Description, describe
from connectors.kingdee.kinds import made
from connectors.kit.manifest import manifest, typed

URL = "http://erp.example/k3cloud"
STATUS = {"Key": "FStatus", "Extends": [{"Value": "1", "Caption": "计划"}, {"Value": "9", "Caption": "新"}, {"Value": " "}]}
NESTED = {"Entrys": [{"Key": "FBillHead", "Fields": [{"Key": "FBillNo"}]}, {"Key": "FTreeEntity", "Fields": [STATUS]}]}
FLAT = [{"Key": "FBillNo"}, {"Key": "FTreeEntity"}, STATUS]


def described(shape: Any) -> Description:
    given = {"url": URL, "acct_id": "A", "user": "u", "app_id": "1_AQID", "app_secret": "x"}
    with responses.RequestsMock() as wire:
        wire.post(f"{URL}/{FORM}.QueryBusinessInfo.common.kdsvc", json={"Result": {"NeedReturnData": shape}})
        return describe(KingdeeClient(typed(manifest("kingdee"), given, "t")), "PRD_MO")


@pytest.mark.parametrize("shape", [NESTED, FLAT, [NESTED]])
def test_fields_and_codes_are_found_however_they_are_nested(shape: Any) -> None:
    told = described(shape)

    assert told.keys == {"fbillno", "ftreeentity", "fstatus"} | ({"fbillhead"} if shape is not FLAT else set())
    assert list(unknown("PRD_MO", told)) == ["FStatus 9 (新)"]


def test_ids_belong_to_their_entity_and_properties_to_their_field() -> None:
    told = described(NESTED)

    assert not any(told.lacks(name) for name in ("FTreeEntity_FEntryID", "fstatus", "FBillNo.FNumber"))
    assert told.lacks("FLot.FNumber")


def test_a_description_that_lacks_what_must_be_there_is_not_trusted() -> None:
    told = described(NESTED)

    assert told.knows(made("PRD_MO", "FID", "FBillNo F_OWN?", "FTreeEntity", "FStatus"))
    assert not told.knows(made("PRD_MO", "FID", "FBillNo FDate", "FTreeEntity", "FStatus"))
    assert not described(None).knows(made("PRD_MO", "FID", ""))
