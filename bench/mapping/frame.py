"""The same work by polars: columns, joins and expressions, back to records at the end."""

from __future__ import annotations

from typing import Any

import polars as pl

from bench.mapping.peers import filled, listed
from bench.mapping.records import BASE_UNITS, FACTORS, STATES, STORES, UNITS, WORKERS

ZONE = "Asia/Shanghai"


def by_polars(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One record a row. A code that a table does not know stops it, as it does the others."""
    frame = pl.from_dicts(documents, infer_schema_length=None).filter(pl.col("FDocumentStatus") == "C").explode("FEntity")
    row = pl.col("FEntity").struct.field
    unit = row("FUnitID").struct.field("FNumber")
    here, base = unit.replace_strict(UNITS), unit.replace_strict(BASE_UNITS)
    factor = pl.lit(1, pl.Decimal(38, 2))
    for (one, other), exact in FACTORS.items():
        factor = pl.when((here == one) & (base == other)).then(pl.lit(int(exact), pl.Decimal(38, 2))).otherwise(factor)
    quantity = row("FActualQty").cast(pl.Decimal(38, 2)) * factor
    named = {name: _text(row(name).struct.field("FNumber")) for name in ("FMaterialId", "FLot", "FEquipment")}
    made = frame.filter(named["FLot"].is_not_null()).select(
        key=pl.format("PICK/{}/{}", "FID", row("FEntryID")),
        recorded_at=_moment(pl.col("FApproveDate")),
        order=pl.format("{}-{}", _text(row("FMoBillNo")), row("FMoEntrySeq")),
        operation=_text(pl.col("FWorkShopId").struct.field("FNumber")),
        at=_moment(pl.col("FDate")),
        started_at=_moment(row("FProduceDate").str.replace(" ", "T", literal=True)),
        equipment=named["FEquipment"],
        worker=pl.col("FPickerId").struct.field("FNumber").replace_strict(WORKERS),
        operator=_text(row("FOperator")),
        item=named["FMaterialId"],
        lot=named["FLot"],
        quantity=quantity.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end("."),
        uom=base,
        organisation=_text(pl.col("FPrdOrgId").struct.field("FNumber")),
        supplier_lot=_text(row("FSupplierLot")),
        store=row("FStockId").struct.field("FNumber").replace_strict(STORES),
        used=pl.concat_str(_text(pl.col("FBillNo")), _moment(row("FExpiryDate")), separator="@"),
        base=row("FBaseQty").cast(pl.Decimal(38, 0)).cast(pl.String),
        quality=row("FStockStatusId").replace_strict(STATES),
        note=_text(pl.col("FDescription")),
        good=row("FPrice").cast(pl.Decimal(38, 4)).cast(pl.String),
    )
    return [_record(*values) for values in made.rows()]


def _record(*values: Any) -> dict[str, Any]:
    """A row of the frame as a record: what is nested is put together here, and what is empty left out."""
    key, recorded, order, operation, at, started, equipment, worker, operator = values[:9]
    item, lot, quantity, uom, organisation, supplier_lot, store, used, base, quality, note, good = values[9:]
    made = filled(
        thing=filled(kind="lot", item=item, number=lot),
        quantity=quantity,
        uom=uom,
        lot=filled(kind="lot", item=organisation, number=supplier_lot),
    )
    taken = filled(thing=filled(kind="lot", item=store, number=used), quantity=base, designators=listed(quality, note))
    record = filled(
        key=key, recorded_at=recorded, order=order, operation=operation, at=at, started_at=started, equipment=equipment,
        people=listed(worker, operator), outputs=listed(made), inputs=listed(taken), good=good,
    )  # fmt: skip
    return record or {}


def _text(column: pl.Expr) -> pl.Expr:
    stripped = column.str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _moment(column: pl.Expr) -> pl.Expr:
    return column.str.to_datetime("%Y-%m-%dT%H:%M:%S").dt.replace_time_zone(ZONE).dt.to_string("%Y-%m-%dT%H:%M:%S%:z")
