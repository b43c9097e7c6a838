"""It puts a site's tables over the defaults and names what does not fit."""

import pytest

from connectors.kit.manifest import manifest
from connectors.yonyou.kinds import PLANS, plans_for
from trace_core.errors import Misconfigured


def test_the_manifest_and_the_plans_name_the_same_kinds():
    assert set(manifest("yonyou").kinds) == set(PLANS)


def test_a_site_replaces_a_table_and_adds_a_column():
    told = {"PurReceive": {"table": "V_Rcv", "columns": {"ShipmentNo": "H.Seg3"}, "lines": {"lines": {"columns": {"LotCode": "L.Lot"}}}}}

    head = plans_for("webapi", told)["PurReceive"].head

    assert head.table == "V_Rcv"
    assert head.columns["ShipmentNo"] == "H.Seg3"
    assert head.columns["DocNo"] == "H.DocNo"
    assert head.lines["lines"].columns["LotCode"] == "L.Lot"


def test_it_names_every_wrong_name_at_once():
    with pytest.raises(Misconfigured) as told:
        plans_for("webapi", {"Lieferung": {}, "Ship": {"tabel": "x"}})

    assert [problem.path for problem in told.value.problems] == ["tables.Lieferung", "tables.Ship.tabel"]
