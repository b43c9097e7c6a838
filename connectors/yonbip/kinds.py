"""The kinds of YonBIP: where each is listed, how its list is filtered by change time, and how its bodies are read.

Source: the API pages named by the paths. Inferred: the path of the list of completion reports (a setting), the name of a routing's
operations, that `simpleVOs` takes `org` and `pubts` on every list that has it, and the names under `detail` of an item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.yonbip.settings import Settings

SIMPLE, TOP, VOS, ITEM, SINCE = "simple", "top", "simpleVOs", "item", "since"
"""Ways to say the change time: `simple.open_pubts_begin`, the same at the top, conditions on `pubts`, `beginTime` and `endTime`, and a
`pubts` from which on, without an end."""
ROWS, BY_ID, DETAIL = "rows", "by id", "detail"
"""Routes: a row is a document; lists by ids give whole documents, a row per line; one GET per document."""


@dataclass(frozen=True, slots=True)
class KindPlan:
    """How one kind is read.

    `lines` names its list of lines, `prefixes` mark a line's fields in list rows, `inner` its nested lists, `listed` are head fields that
    the list has and the detail has not. `raw` kinds have no mapping and are read only where a connection names them.
    """

    name: str
    path: str
    filtered: str
    route: str
    detail: str = ""
    lines: str = ""
    prefixes: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    serials: str = ""
    loose_serials: str = ""
    organisation: str = "org"
    key: tuple[str, ...] = ("id",)
    listed: tuple[str, ...] = ()
    listing: Mapping[str, Any] = field(default_factory=dict)
    whole: Mapping[str, Any] = field(default_factory=dict)
    raw: bool = False

    def key_of(self, row: Mapping[str, Any]) -> str:
        """What identifies the document of a row."""
        return "/".join(str(row.get(name) or "") for name in self.key)


def _stock(name: str, lines: str, serials: str, **more: Any) -> KindPlan:
    """A stock document of the supply chain."""
    base = f"/yonbip/scm/{name}"
    return KindPlan(name, f"{base}/list", VOS, DETAIL, f"{base}/detail", lines=lines, serials=serials, **more)


_ORDER = KindPlan(
    "productionorder",
    "/yonbip/mfg/productionorder/list",
    SIMPLE,
    BY_ID,
    lines="orderProduct",
    prefixes=("OrderProduct_", "orderProduct_"),
    inner=("orderMaterial", "orderProcess", "orderByProduct"),
    organisation="orgId",
    whole={"isShowMaterial": True, "isShowProcess": 1, "isShowByProduct": True},
)
_BOM = KindPlan(
    "bom",
    "/yonbip/mfg/v1.0/bom/list",
    SIMPLE,
    DETAIL,
    "/yonbip/mfg/bom/detail",
    lines="bomComponent",
    organisation="orgId",
    listing={"isSum": True},
)
_ROUTING = KindPlan(
    "routing",
    "/yonbip/mfg/routing/list",
    VOS,
    DETAIL,
    "/yonbip/mfg/routing/detail",
    lines="routingOperation",
    organisation="orgId",
    listing={"isSum": True},
    raw=True,
)
_REPORT = KindPlan(
    "finishedreport",
    "",
    SIMPLE,
    DETAIL,
    "/yonbip/mfg/finishedreport/detail",
    lines="finishedReportDetail",
    serials="finishedReportSn",
    organisation="orgId",
)
PLANS: tuple[KindPlan, ...] = (
    KindPlan(
        "product",
        "/yonbip/digitalModel/product/integration/querylist",
        ITEM,
        ROWS,
        organisation="",
        key=("code",),
        listing={"custom_queryDetailData": True},
    ),
    KindPlan("merchant", "/yonbip/digitalModel/merchant/newlistrange", SINCE, ROWS, organisation=""),
    _BOM,
    _ROUTING,
    _ORDER,
    KindPlan("batchno", "/yonbip/scm/batchno/report/listbatch", TOP, ROWS, organisation="", key=("product", "productsku", "batchno")),
    _stock("purinrecord", "purInRecords", "purInRecordsSNs", listed=("vendor_code",)),
    _stock("materialout", "materOuts", "materOutsSNs", loose_serials="st_materialoutssn", listing={"isSum": True}),
    _REPORT,
    _stock("storeprorecord", "storeProRecords", "StoreProRecordsSNs"),
    _stock("salesout", "details", "salesOutsSNs"),
    KindPlan("snstate", "/yonbip/scm/snQuerysnstate/list", VOS, ROWS, listing={"totalCount": 0}, raw=True),
)


def plans_for(settings: Settings) -> dict[str, KindPlan]:
    """The plans of one connection."""
    return {plan.name: plan if plan.path else replace(plan, path=settings.finishedreport_list) for plan in PLANS}
