"""Picking documents as Kingdee writes them: nine fields above, rows of sixteen, references as `{FNumber: …}`, made from a seed."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

ROWS = 4
UNITS = {"Pcs": "H87", "kg": "KGM", "g": "GRM", "m": "MTR", "卷": "REEL"}
BASE_UNITS = {"Pcs": "H87", "kg": "GRM", "g": "GRM", "m": "MTR", "卷": "H87"}
STATES = {"1": "released", "2": "hold", "3": "rejected"}
STORES = {f"CK{n:03}": f"W{n}" for n in range(200)}
WORKERS = {f"E{n:05}": f"person-{n}" for n in range(3000)}
FACTORS = {("REEL", "H87"): Fraction(5000), ("KGM", "GRM"): Fraction(1000)}
"""(unit, base unit) → how many; equal units are one to one."""


def write_tables(folder: Path) -> None:
    """The same tables as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"units": UNITS, "base_units": BASE_UNITS, "states": STATES, "stores": STORES, "workers": WORKERS}
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("from,to\n" + "".join(f"{code},{ours}\n" for code, ours in rows.items()), "utf-8")
    (folder / "unit_rates.csv").write_text("from,to,factor\nREEL,H87,5000\n", "utf-8")


def documents(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """So many documents, each with `ROWS` rows: one canonical record a row."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    stores, workers, units = list(STORES), list(WORKERS), list(UNITS)
    return [_document(number, rng, stores, workers, units) for number in range(count)]


def _document(number: int, rng: random.Random, stores: list[str], workers: list[str], units: list[str]) -> dict[str, Any]:
    day = f"2026-{1 + number % 12:02}-{1 + number % 28:02}"
    return {
        "FID": 100_000 + number,
        "FBillNo": f"PPOM{number:08}",
        "FDocumentStatus": "C",
        "FDate": f"{day}T00:00:00",
        "FApproveDate": f"{day}T{number % 24:02}:{number % 60:02}:{number * 7 % 60:02}",
        "FPrdOrgId": {"FNumber": f"{100 + number % 3}"},
        "FPickerId": {"FNumber": workers[rng.randrange(len(workers))]},
        "FDescription": "产线补料 " if number % 5 else " ",
        "FWorkShopId": {"FNumber": f"WS{number % 7}"},
        "FEntity": [_row(number, at, day, rng, stores, units) for at in range(ROWS)],
    }


def _row(number: int, at: int, day: str, rng: random.Random, stores: list[str], units: list[str]) -> dict[str, Any]:
    return {
        "FEntryID": number * 10 + at,
        "FMaterialId": {"FNumber": f"CAP-{rng.randrange(5000):05}"},
        "FLot": {"FNumber": f"L{rng.randrange(10**6):06}"},
        "FActualQty": f"{rng.randrange(1, 9000)}.{rng.randrange(10)}0",
        "FUnitID": {"FNumber": units[rng.randrange(len(units))]},
        "FBaseQty": f"{rng.randrange(1, 9000)}",
        "FPrice": f"{rng.randrange(10**6) / 10**4:.4f}",
        "FStockId": {"FNumber": stores[rng.randrange(len(stores))]},
        "FStockStatusId": str(rng.randrange(1, 4)),
        "FMoBillNo": f"MO{number // 3:07}",
        "FMoEntrySeq": at + 1,
        "FProduceDate": f"{day} 08:{at:02}:00",
        "FExpiryDate": "2027-12-31T00:00:00",
        "FOperator": f" 王{at} ",
        "FEquipment": {"FNumber": f"SMT-{number % 12}"},
        "FSupplierLot": f"M{rng.randrange(10**5)}-{at}",
    }
