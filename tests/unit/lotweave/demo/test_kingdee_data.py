"""The Hangzhou half of the story as a Kingdee account set holds it."""

from itertools import chain
from typing import Any

import pytest

from connectors.kingdee.simulator_forms import FORMS, REFERS, Store
from lotweave.demo import kingdee_data
from lotweave.demo.story import SENT, SHIPMENT, story


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return kingdee_data.data(story())


@pytest.fixture(scope="module")
def forms(data) -> dict[str, list[dict[str, Any]]]:
    return data["forms"]


def serials(bills: list[dict[str, Any]], entity: str) -> list[str]:
    rows = chain.from_iterable(bill[entity] for bill in bills)
    return [sub["FSerialNo"] for row in rows for sub in row.get("FSerialSubEntity", ())]


def test_it_is_the_same_every_time(data):
    assert kingdee_data.data(story()) == data


def test_every_form_and_field_is_one_the_server_knows(forms):
    for name, documents in forms.items():
        form = FORMS[name]
        heads = {key.lower() for key in (form.pk, *form.head, form.entity)}
        assert {key.lower() for document in documents for key in document} <= heads | {"fprdorgid", "fstockorgid"}


def test_ids_are_unique_and_whole(forms):
    ids = [document[FORMS[name].pk] for name, documents in forms.items() for document in documents]
    ids += [row["FEntryID"] for name, documents in forms.items() for document in documents for row in document.get(FORMS[name].entity, ())]

    assert len(ids) == len(set(ids))
    assert all(isinstance(one, int) for one in ids)


def test_every_reference_finds_its_record(data, forms):
    store, missing = Store(data), []
    for name, documents in forms.items():
        rows = chain.from_iterable(document.get(FORMS[name].entity, ()) for document in documents)
        for holder in chain(documents, rows):
            named = {key: (REFERS.get(key.lower()), value) for key, value in holder.items() if key != FORMS[name].pk and value}
            missing += [
                (name, key, value)
                for key, (form, value) in named.items()
                if form not in {None, "BD_BatchMainFile"} and store.base(str(form), value) is None
            ]

    assert missing == []


def test_every_bill_is_audited_and_not_void(forms):
    bills = [document for name, documents in forms.items() if not FORMS[name].master for document in documents]

    assert {(bill["FDocumentStatus"], bill["FCancelStatus"]) for bill in bills} == {("C", "A")}
    assert all(bill["FCreateDate"] <= bill["FApproveDate"] <= bill["FModifyDate"] for bill in bills)


def test_units_have_kingdees_numbers(forms):
    assert {item["FBaseUnitId"] for item in forms["BD_MATERIAL"]} == {"Pcs", "kg"}


def test_the_bom_carries_designators(forms):
    memos = [row["FMEMO"] for bom in forms["ENG_BOM"] for row in bom["FTreeEntity"]]

    assert "U3" in memos


def test_the_rework_order_says_so(forms):
    assert {order["FBillNo"]: order["FIsRework"] for order in forms["PRD_MO"]} == {"MO260301": False, "MO260302": False, "MO260303": True}


def test_all_boards_that_travel_were_produced_and_leave_under_one_waybill(forms):
    produced, sent = serials(forms["PRD_INSTOCK"], "FEntity"), serials(forms["STK_TRANSFEROUT"], "FSTKTRSOUTENTRY")

    assert sent == SENT
    assert set(sent) <= set(produced)
    assert {bill["F_LW_Waybill"] for bill in forms["STK_TRANSFEROUT"]} == {SHIPMENT}


def test_quantities_of_serial_rows_are_the_number_of_serials(forms):
    for bill in forms["PRD_INSTOCK"]:
        assert all(row["FRealQty"] == len(row["FSerialSubEntity"]) for row in bill["FEntity"])


def test_receipts_name_the_suppliers_lot(forms):
    rows = [row for bill in forms["STK_InStock"] for row in bill["FInStockEntry"]]
    lots = {(lot["FMaterialId"], lot["FNumber"]): lot["F_LW_SupplierLot"] for lot in forms["BD_BatchMainFile"]}

    assert {(row["FMaterialId"], row["FLot"]): row["FSupplierLot"] for row in rows} == lots


def test_a_report_ties_parts_to_one_unit(forms):
    rows = [row for bill in forms["SFC_OperationReport"] for row in bill["FEntity"] if row.get("FTraceSubEntity")]

    assert len(rows) == 24
    assert {part["F_LW_Material"] for row in rows for part in row["FTraceSubEntity"]} == {"IC-16U2"}


def test_a_receipt_names_the_supplier_of_every_lot_in_it(forms):
    suppliers = {(lot["FMaterialId"], lot["FNumber"]): lot["FSupplierId"] for lot in forms["BD_BatchMainFile"]}

    told = {(row["FMaterialId"], row["FLot"]): bill["FSupplierId"] for bill in forms["STK_InStock"] for row in bill["FInStockEntry"]}

    assert told == suppliers


def test_bill_numbers_are_unique_within_their_form(forms):
    for name, documents in forms.items():
        numbers = [document.get("FBillNo") for document in documents if not FORMS[name].master]
        assert len(numbers) == len(set(numbers))
