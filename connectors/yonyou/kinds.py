"""The kinds of U9: how each is listed, how its bodies are read, and from which tables.

All views (LW_…) and most column names are inferred; the setting `tables` replaces them by kind. Where a name is of a public source stands
in `kinds_masters`, `kinds_stock` and `kinds_production`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.yonyou import kinds_masters as masters
from connectors.yonyou import kinds_production as production
from connectors.yonyou import kinds_stock as stock
from connectors.yonyou.settings import U9Settings
from connectors.yonyou.sql import Head, Lines
from trace_core.errors import Misconfigured, Problem

QUERY, PAGE, SOAP, SQL = "query", "page", "soap", "sql"
PRODUCERS: Mapping[str, str] = {"completion": "CompleteDoc", "receipt": "RcvRptDoc"}
"""Setting `produced_by` → the kind whose documents produce; the other one's do not, so that nothing is produced twice."""


@dataclass(frozen=True, slots=True)
class KindPlan:
    """How one kind is read: `query` by keys in an array, `page` by BIPQueryPage, `soap` by the lot service, `sql` by rows alone.

    `group` is the WebAPI group (`MODoc` for `MODoc/Query`). `marks` go into every document: what the settings say of it. `raw` kinds have
    no mapping and are read only where a connection names them.
    """

    name: str
    route: str
    head: Head
    group: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    raw: bool = False


PLANS: Mapping[str, KindPlan] = {
    plan.name: plan
    for plan in (
        KindPlan("Organization", SQL, masters.ORGANIZATION),
        KindPlan("UOM", SQL, masters.MEASURE, raw=True),
        KindPlan("ItemMaster", QUERY, masters.QUERIED_ITEM, "ItemMaster"),
        KindPlan("Supplier", SQL, masters.SUPPLIER),
        KindPlan("Customer", SQL, masters.CUSTOMER),
        KindPlan("BOM", PAGE, Head("CBO_BOMMaster", number="H.BOMVersionCode"), "BOM"),
        KindPlan("Routing", SQL, masters.ROUTING, raw=True),
        KindPlan("MODoc", QUERY, production.ORDER, "MODoc"),
        KindPlan("LotMaster", SOAP, Head("Lot_LotMaster", number="H.LotCode")),
        KindPlan("PurReceive", SQL, stock.RECEIPT),
        KindPlan("TransferIn", SQL, stock.TRANSFER_IN),
        KindPlan("IssueDoc", QUERY, production.ISSUE, "IssueDoc"),
        KindPlan("PMIssueDoc", SQL, production.SUBCONTRACT_ISSUE),
        KindPlan("OpReport", SQL, production.REPORT),
        KindPlan("CompleteDoc", QUERY, production.COMPLETION, "CompleteDoc"),
        KindPlan("RcvRptDoc", SQL, production.RECEIPT_REPORT),
        KindPlan("TransferOut", SQL, stock.TRANSFER_OUT),
        KindPlan("MiscShip", SQL, stock.MISC),
        KindPlan("Packing", SQL, stock.PACKING),
        KindPlan("Ship", SQL, stock.SHIP),
        KindPlan("stock", SQL, stock.ON_HAND, raw=True),
    )
}


def plans_for(settings: U9Settings) -> dict[str, KindPlan]:
    """The plans of one connection: the item route and units chosen, who produces, and the site's own tables put over the defaults.

    Errors: `Misconfigured` with every kind or name in `tables` that does not exist.
    """
    plans, problems = dict(PLANS), []
    if settings.item_route == SQL:
        plans["ItemMaster"] = KindPlan("ItemMaster", SQL, masters.ITEM)
    if settings.item_units == SQL:
        plans["ItemMaster"] = replace(plans["ItemMaster"], head=replace(plans["ItemMaster"].head, lines=masters.ITEM_UNITS))
    for producer, name in PRODUCERS.items():
        plans[name] = replace(plans[name], marks={"LW_Produces": "1" if producer == settings.produced_by else "0"})
    for kind, told in settings.tables.items():
        if kind not in plans:
            problems.append(Problem(f"tables.{kind}", f"there is no such kind; known are {', '.join(plans)}"))
            continue
        allowed = {"table", "number", "columns", "joins", "org", "lines"}
        problems += [
            Problem(f"tables.{kind}.{name}", f"must be one of {', '.join(sorted(allowed))}") for name in told if name not in allowed
        ]
        if not problems:
            plans[kind] = replace(plans[kind], head=_over(plans[kind].head, told))
    if problems:
        raise Misconfigured("the tables of the U9 connection cannot be used", code="settings", problems=problems)
    return plans


def _over(base: Any, told: Mapping[str, Any]) -> Any:
    changes: dict[str, Any] = {name: value for name, value in told.items() if name in {"table", "number", "joins", "org", "link"}}
    if "columns" in told:
        changes["columns"] = dict(base.columns) | dict(told["columns"])
    if "lines" in told:
        held = dict(base.lines)
        changes["lines"] = held | {name: _over(held.get(name, Lines("", "", {})), inner) for name, inner in told["lines"].items()}
    return replace(base, **changes)
