"""Kinds without what a form lacks."""

from __future__ import annotations

import pytest

from connectors.kingdee.catalogue import kinds
from connectors.kingdee.kinds import made
from connectors.kit.manifest import manifest, typed

GIVEN = {"url": "https://erp.example/k3cloud/", "acct_id": "1", "user": "u"}


def all_of(**more: object) -> dict[str, object]:
    return dict(kinds(typed(manifest("kingdee"), GIVEN | more, "hz")))


def test_the_manifest_and_the_catalogue_name_the_same_kinds() -> None:
    told = manifest("kingdee").kinds

    assert set(all_of()) == set(told)
    assert {name for name, kind in all_of().items() if kind.raw} == {name for name, kind in told.items() if not kind.read}  # type: ignore[attr-defined]


def test_optional_fields_are_asked_for_until_they_are_known_to_be_missing() -> None:
    kind = made("X", "FID", "FBillNo FOwn.FNumber?", "FEntity", "FQty FMore?", sub="FSub", subs=("FSerialNo",), closed="FCloseDate")

    keys = ("FID", "FEntity_FEntryID", "FSub_FDetailID")
    assert kind.columns == (*keys, "FBillNo", "FOwn.FNumber", "FEntity_FSeq", "FQty", "FMore", "FSerialNo")
    less = kind.without({"fown", "fmore", "fsub", "fclosedate"})
    assert less.columns == ("FID", "FEntity_FEntryID", "FBillNo", "FEntity_FSeq", "FQty")
    assert less.closed == ""


@pytest.mark.parametrize(
    ("form", "field"), [("PRD_MO", "FPrdOrgId.FNumber"), ("SUB_PickMtrl", "FSubOrgId.FNumber"), ("SAL_OUTSTOCK", "FStockOrgId.FNumber")]
)
def test_a_bill_belongs_to_who_makes_or_stocks(form: str, field: str) -> None:
    assert all_of()[form].organisations == (field,)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("target", "form"), [("receipt", "PRD_INSTOCK"), ("lot", "BD_BatchMainFile"), ("order_row", "PRD_MO"), ("document", "")]
)
def test_trace_fields_are_asked_of_the_form_that_takes_them(target: str, form: str) -> None:
    asking = {name for name, kind in all_of(write_target=target).items() if "F_LW_TraceRef" in kind.columns}  # type: ignore[attr-defined]

    assert asking == ({form} if form else set())
