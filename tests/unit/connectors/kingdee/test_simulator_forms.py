"""The simulated account set's forms fit together, and its records are found."""

from connectors.kingdee.simulator_forms import FORMS, REFERS, Store

LOTS = [{"FLOTID": 8, "FNumber": "L-7", "FMaterialId": "gear"}, {"FLOTID": 9, "FNumber": "L-7", "FMaterialId": "plate"}]


def test_references_lead_to_forms_that_exist():
    assert set(REFERS.values()) <= set(FORMS)


def test_forms_are_found_in_any_case():
    found = Store({}).form("prd_mo")

    assert found is not None
    assert found[0] == "PRD_MO"
    assert Store({}).form("PRD_NONE") is None


def test_a_customers_fields_stand_at_the_head():
    store = Store({"custom_fields": {"PRD_INSTOCK": [{"key": "F_LW_TraceRef"}]}})

    assert "F_LW_TraceRef" in store.head_fields("PRD_INSTOCK")


def test_a_lot_number_under_two_items_is_two_lots():
    store = Store({"forms": {"BD_BatchMainFile": LOTS}})

    assert [store.base("BD_BatchMainFile", "L-7", item) for item in ("gear", "plate", "steel")] == [*LOTS, None]
    assert store.base("BD_BatchMainFile", "L-7") == LOTS[0]


def test_a_record_that_came_later_is_found_too():
    store = Store({})
    assert store.base("BD_MATERIAL", "gear") is None

    store.forms["BD_MATERIAL"].append({"FMATERIALID": 1, "FNumber": "gear"})

    assert store.base("BD_MATERIAL", "gear") == {"FMATERIALID": 1, "FNumber": "gear"}


def test_the_data_given_is_never_changed():
    data = {"forms": {"PRD_MO": [{"FID": 1, "FTreeEntity": [{"FEntryID": 2, "FStatus": "3"}]}]}}

    Store(data).forms["PRD_MO"][0]["FTreeEntity"][0]["FStatus"] = "4"

    assert data["forms"]["PRD_MO"][0]["FTreeEntity"][0]["FStatus"] == "3"


def test_new_ids_are_never_given_twice():
    store = Store({})

    assert store.new_id() != store.new_id()
