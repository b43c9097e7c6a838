"""The kinds of U8, by both ways: resource and list of the OpenAPI, root tag and key fields of EAI.

Source: a public .NET client (resources, lists), public EAI clients (storeout, storein). Inferred: root tags other than those two and the
names of EAI's key and day fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class KindPlan:
    """How one kind is read. `key` names the number in rows; `whole` says that a list row is the document; `dated` that it has a day."""

    name: str
    listed: str
    key: str = "code"
    whole: bool = False
    dated: bool = True
    root: str = ""
    eai_key: str = "cCode"
    eai_day: str = "dDate"
    vouch: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a list: its rows, its number, and how many rows the list has."""

    rows: Sequence[Mapping[str, Any]]
    number: int
    count: int


PLANS = {
    plan.name: plan
    for plan in (
        KindPlan("inventory", "inventory", whole=True, dated=False, root="inventory", eai_key="cInvCode"),
        KindPlan("bom", "bom", key="bomid", whole=True, dated=False),
        KindPlan("purchasein", "purchaseinlist", root="storein", vouch="01"),
        KindPlan("materialout", "materialoutlist", root="storeout", vouch="11"),
        KindPlan("productin", "productinlist", root="storein", vouch="10"),
        KindPlan("saleout", "saleoutlist", root="storeout", vouch="32"),
    )
}
