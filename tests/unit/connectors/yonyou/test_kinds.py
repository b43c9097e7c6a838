"""It puts a site's tables over the defaults and names what does not fit."""

import pytest

from connectors.kit.manifest import manifest
from connectors.yonyou.kinds import PLANS, plans_for
from connectors.yonyou.settings import settings_of
from trace_core.errors import Misconfigured


def test_the_manifest_and_the_plans_name_the_same_kinds():
    kinds = manifest("yonyou").kinds

    assert set(kinds) == set(PLANS)
    assert {name for name, kind in kinds.items() if not kind.read} == {name for name, plan in PLANS.items() if plan.raw}


def test_a_site_replaces_a_table_and_adds_a_column(given):
    told = {"PurReceive": {"table": "V_Rcv", "columns": {"ShipmentNo": "H.Seg3"}, "lines": {"lines": {"columns": {"LotCode": "L.Lot"}}}}}

    head = plans_for(settings_of(given | {"tables": told}))["PurReceive"].head

    assert head.table == "V_Rcv"
    assert head.columns["ShipmentNo"] == "H.Seg3"
    assert head.columns["DocNo"] == "H.DocNo"
    assert head.lines["lines"].columns["LotCode"] == "L.Lot"


@pytest.mark.parametrize(("produced_by", "completion", "receipt"), [("completion", "1", "0"), ("receipt", "0", "1")])
def test_one_kind_alone_produces(given, produced_by, completion, receipt):
    plans = plans_for(settings_of(given | {"produced_by": produced_by}))

    assert [plans[name].marks["LW_Produces"] for name in ("CompleteDoc", "RcvRptDoc")] == [completion, receipt]


@pytest.mark.parametrize("item_route", ["webapi", "sql"])
def test_units_of_items_are_read_where_the_site_has_them(given, item_route):
    lines = {
        wanted: plans_for(settings_of(given | {"item_route": item_route, "item_units": wanted}))["ItemMaster"].head.lines
        for wanted in ("none", "sql")
    }

    assert (set(lines["none"]), set(lines["sql"])) == (set(), {"units"})


def test_it_names_every_wrong_name_at_once(given):
    with pytest.raises(Misconfigured) as told:
        plans_for(settings_of(given | {"tables": {"Lieferung": {}, "Ship": {"tabel": "x"}}}))

    assert [problem.path for problem in told.value.problems] == ["tables.Lieferung", "tables.Ship.tabel"]
