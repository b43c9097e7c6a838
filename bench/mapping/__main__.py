"""`python -m bench.mapping`: 100,000 records of 25 fields by our engine and by its peers, in one run, and the cost of more rules."""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from bench.mapping.frame import by_polars
from bench.mapping.libraries import by_marshmallow, by_msgspec, by_pydantic
from bench.mapping.peers import by_closures
from bench.mapping.records import ROWS, documents, write_tables
from mappings.engine.apply import Mapper
from mappings.engine.load import read_mapping
from mappings.engine.plan import Plan
from mappings.engine.steps import Line

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results"
LINE = Line("bench", "HZ", ZoneInfo("Asia/Shanghai"))
BATCH = 500
Told = list[dict[str, Any]]


def ours(plan: Plan) -> Callable[[Told], list[Any]]:
    """Our engine, in batches as the pipelines take them."""

    def run(told: Told) -> list[Any]:
        made: list[Any] = []
        for at in range(0, len(told), BATCH):
            for outcome in plan.apply_many(told[at : at + BATCH]):
                made += outcome.documents
        return made

    return run


def flat(made: list[Any]) -> Told:
    """Our documents as the peers write theirs."""
    return [{"key": one.key, **({"recorded_at": one.recorded_at} if one.recorded_at else {}), **one.body} for one in made]


def plan_of(folder: Path, text: str | None = None) -> Plan:
    """The benchmark's plan over the tables of a folder; with `text`, that of another mapping."""
    written = HERE / "site" / "mappings" / "bench" / "PICK.yml"
    path = folder / "mappings" / "bench" / "PICK.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text or written.read_text("utf-8"), "utf-8")
    return Mapper(read_mapping(path), {"site/codes": folder / "codes"}).plan(LINE)


def timed(engines: dict[str, Callable[[Told], Any]], told: Told, runs: int) -> dict[str, list[float]]:
    """Processor microseconds a record of every engine, in turns, so that a machine that slows down slows all of them."""
    found: dict[str, list[float]] = {name: [] for name in engines}
    for at in range(runs):
        print(f"run {at + 1} of {runs}", file=sys.stderr, flush=True)
        for name, engine in engines.items():
            gc.collect()
            gc.disable()  # for all alike: what is kept here would be walked again and again, and a worker keeps nothing
            start = time.process_time()
            made = engine(told)
            found[name].append((time.process_time() - start) * 1e6 / (len(told) * ROWS))
            del made
            gc.enable()
    return found


RULES = ("call: upper", 'split: "~"', "empty: [zz]", "code: items", "limit: 40", "required: true")
MANY = (1, 2, 4, 6)
BLOCK = "mapping: bench/PICK\nversion: 1\ndocuments:\n  - document: movement\n    each: {row: FEntity}\n    key: row.FEntryID\n    body:\n"
FIELDS = ("type", "order", "operation", "partner", "shipment", "person", "equipment", "uom", "at", "reverses")


def by_rules(folder: Path, told: Told, runs: int) -> dict[str, list[float]]:
    """A record of ten fields with so many rules on each, for texts that recur and for texts that are all different."""
    write_tables(folder / "codes")
    found = {}
    for name, path in (("recurring", "row.FMaterialId.FNumber"), ("all different", "row.FSupplierLot")):
        texts = sorted({str(_dig(row, path)).upper() for one in told for row in one["FEntity"]})
        (folder / "codes" / "items.csv").write_text("from,to\n" + "".join(f"{text},{text}\n" for text in texts), "utf-8")
        for count in MANY:
            rules = ", ".join([f"from: {path}", *RULES[:count]])
            body = "".join(f"      {field}: {{{rules}}}\n" for field in FIELDS)
            found |= timed({f"{name}, {count}": ours(plan_of(folder, BLOCK + body))}, told, runs)
    return found


def _dig(row: dict[str, Any], path: str) -> Any:
    for name in path.split(".")[1:]:
        row = row[name]
    return row


def by_table_rows(folder: Path, told: Told, runs: int) -> dict[str, list[float]]:
    """One field through a code table of 100 rows, and of 100,000."""
    found = {}
    for rows in (100, 100_000):
        write_tables(folder / "codes")
        more = "".join(f"X{number},{number}\n" for number in range(rows))
        with (folder / "codes" / "stores.csv").open("a", encoding="utf-8") as table:
            table.write(more)
        plan = plan_of(folder, BLOCK + "      type: {from: row.FStockId.FNumber, code: stores}\n")
        found |= timed({str(rows): ours(plan)}, told, runs)
    return found


def main() -> None:
    """Compare answers, time, and write `mapping.json` and `mapping.md`."""
    parser = argparse.ArgumentParser(prog="python -m bench.mapping")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    told = documents(asked.records // ROWS)
    with tempfile.TemporaryDirectory(prefix="bench-mapping-") as folder:
        home = Path(folder)
        write_tables(home / "codes")
        plan = plan_of(home)
        peers = {
            "closures": by_closures,
            "msgspec": by_msgspec,
            "polars": by_polars,
            "pydantic": by_pydantic,
            "marshmallow": by_marshmallow,
        }
        expected = flat(ours(plan)(told))
        wrong = [name for name, peer in peers.items() if peer(told) != expected]
        if wrong or len(expected) != asked.records:
            raise SystemExit(f"the answers of {', '.join(wrong)} differ: nothing is timed")
        del expected
        found = {
            "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
            "records": asked.records,
            "micros": timed({"ours": ours(plan), **peers}, told, asked.runs),
            "rules": by_rules(home, told[:5000], asked.runs),
            "table_rows": by_table_rows(home, told[:5000], asked.runs),
        }
    asked.results.mkdir(parents=True, exist_ok=True)
    (asked.results / "mapping.json").write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    (asked.results / "mapping.md").write_text("\n".join(_table(found)) + "\n", "utf-8")
    print("\n".join(_table(found)))


def _table(found: dict[str, Any]) -> list[str]:
    middle = {name: statistics.median(values) for name, values in found["micros"].items()}
    lines = [
        f"# Mapping: {found['records']} records of 25 source fields, {ROWS} rows a document",
        "",
        f"{found['machine']}. Processor µs a record: median (least–most). Answers are compared before anything is timed.",
        "",
        "| engine | µs a record | times ours |",
        "|---|---|---|",
    ]
    for name, values in found["micros"].items():
        lines.append(f"| {name} | {middle[name]:.2f} ({min(values):.2f}–{max(values):.2f}) | {middle[name] / middle['ours']:.2f}× |")
    lines += [
        "",
        f"Wanted: 10× marshmallow or better: {middle['marshmallow'] / middle['ours']:.1f}×.",
        f"Wanted: within 2× of hand-written closures: {middle['ours'] / middle['closures']:.2f}×.",
        "",
        "| ten fields, texts and rules on each | µs a record |",
        "|---|---|",
        *(f"| {count} | {statistics.median(values):.2f} |" for count, values in found["rules"].items()),
        "",
        "| rows of the code table | µs a record |",
        "|---|---|",
        *(f"| {count} | {statistics.median(values):.2f} |" for count, values in found["table_rows"].items()),
    ]
    return lines


if __name__ == "__main__":
    main()
