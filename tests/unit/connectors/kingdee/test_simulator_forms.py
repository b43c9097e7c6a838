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


def copies() -> Store:
    def copy(key: int, organisation: str, name: str) -> dict:
        return {"FMATERIALID": key, "FMasterId": 5, "FNumber": "gear-7", "FName": name, "FUseOrgId": organisation}

    return Store({"forms": {"BD_MATERIAL": [copy(5, "100", "Gear"), copy(6, "200", "Rad")]}})


def test_organisations_have_copies_with_one_master_and_ids_of_their_own():
    store = copies()

    assert [store.base("BD_MATERIAL", "gear-7", None, org)["FMATERIALID"] for org in ("100", "200", "300", None)] == [5, 6, 5, 5]
    assert {record["FMasterId"] for record in store.forms["BD_MATERIAL"]} == {5}


def test_a_number_means_the_copy_of_the_context_organisation():
    store = copies()
    everywhere = [record["FMATERIALID"] for record in store.find("BD_MATERIAL", ids=[], numbers=["gear-7"])]
    store.organisation = "200"

    assert everywhere == [5, 6]
    assert [record["FMATERIALID"] for record in store.find("BD_MATERIAL", ids=[], numbers=["gear-7"])] == [6]


def test_an_edition_may_lack_forms_and_fields():
    store = Store({"server": {"missing_forms": ["PRD_PPBOM"], "missing_fields": {"PRD_MO": ["FIsRework", "FStatus"]}}})

    assert store.form("PRD_PPBOM") is None
    assert "FIsRework" not in store.head_fields("PRD_MO")
    assert "FStatus" not in store.shapes["PRD_MO"].rows


def test_a_customers_field_may_be_of_a_row():
    store = Store({"custom_fields": {"PRD_MO": [{"key": "F_X", "row": True}, {"key": "F_Y"}]}})

    assert "F_X" in store.shapes["PRD_MO"].rows
    assert ("F_X" in store.head_fields("PRD_MO"), "F_Y" in store.head_fields("PRD_MO")) == (False, True)
