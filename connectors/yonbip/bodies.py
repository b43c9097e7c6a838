"""Whole documents of the rows of one list page: the row itself, a list by ids, or one detail each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.yonbip.client import Gateway
from connectors.yonbip.faults import MISSING
from connectors.yonbip.kinds import BY_ID, DETAIL, KindPlan
from connectors.yonbip.pages import sheets
from connectors.yonbip.rows import Row, gathered, plain, whole
from trace_core.errors import Rejected

ONE_BY_ONE = frozenset({"merchant", "snstate"})
"""Kinds whose lists take one key."""
Found = tuple[Mapping[str, Any], Row | None]
"""The row of a list and its document; None when it is gone since."""


def documents(gateway: Gateway, plan: KindPlan, rows: Sequence[Mapping[str, Any]], size: int) -> Iterator[Found]:
    """(row, document) of each document of a page, once each.

    A document that YonBIP lists but will not hand over comes with its row and the server's words as `refused`, so that it waits in
    quarantine while the others go on.
    """
    unique = {plan.key_of(row): row for row in rows}
    if plan.route == BY_ID:
        found = {plan.key_of(document): document for document in by_ids(gateway, plan, list(unique), size)}
        yield from ((row, found.get(key)) for key, row in unique.items())
    elif plan.route == DETAIL:
        yield from ((row, _detail_or_words(gateway, plan, row)) for row in unique.values())
    else:
        yield from ((row, plain(dict(row))) for row in unique.values())


def by_ids(gateway: Gateway, plan: KindPlan, ids: Sequence[str], size: int) -> list[Row]:
    """Whole documents by id, from a list that takes ids and has a row per line."""
    asked = {"id": [int(one) for one in ids], **plan.whole}
    return gathered(plan, (row for sheet in sheets(gateway, plan, asked, size=size) for row in sheet.rows)) if ids else []


def by_keys(gateway: Gateway, plan: KindPlan, keys: Sequence[str], size: int) -> Iterator[Row]:
    """The documents of these keys that there are: one list for all of them, but one detail each where lists lack what is needed."""
    if plan.route == DETAIL:
        yield from (found for key in keys if (found := detail(gateway, plan, key)))
    elif plan.route == BY_ID:
        yield from by_ids(gateway, plan, keys, size)
    else:
        for part in [[key] for key in keys] if plan.name in ONE_BY_ONE else [keys]:
            rows = (row for sheet in sheets(gateway, plan, _asked_by(plan, part), size=size) for row in sheet.rows)
            yield from {key: plain(dict(row)) for row in rows if (key := plan.key_of(row)) in part}.values()


def _asked_by(plan: KindPlan, keys: Sequence[str]) -> Row:
    """A filter that holds for the rows of these keys; of lots perhaps for some more."""
    if plan.name == "product":
        return {"productCodeList": list(keys), **plan.listing}
    if plan.name == "merchant":
        return {"id": int(keys[0])}
    if plan.name == "snstate":
        return {"simpleVOs": [{"field": "id", "op": "eq", "value1": keys[0]}], **plan.listing}
    products, skus, lots = zip(*([*key.split("/", 2), "", ""][:3] for key in keys), strict=True)
    asked = {"product": sorted({int(product) for product in products}), "batchno": sorted(set(lots))}
    return asked | ({"productsku": sorted({int(sku) for sku in skus})} if all(skus) else {})


def detail(gateway: Gateway, plan: KindPlan, key: str, row: Mapping[str, Any] | None = None) -> Row | None:
    """One document by id; None when there is none. `row` is that of the list, which is asked for where the document needs it."""
    try:
        told = gateway.get(plan.detail, id=key)
    except Rejected as fault:
        if fault.code == MISSING:
            return None
        raise
    if not told:
        return None
    if plan.listed and row is None:
        asked = {"pageIndex": 1, "pageSize": 1, "simpleVOs": [{"field": "id", "op": "eq", "value1": key}]}
        row = next(iter((gateway.post(plan.path, asked) or {}).get("recordList") or []), {})
    return {name: plain((row or {})[name]) for name in plan.listed if (row or {}).get(name)} | whole(plan, told)


def _detail_or_words(gateway: Gateway, plan: KindPlan, row: Mapping[str, Any]) -> Row | None:
    try:
        return detail(gateway, plan, str(row["id"]), row)
    except Rejected as fault:
        told: Row = plain(dict(row))
        return told | {"refused": fault.message}
