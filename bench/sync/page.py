"""The page of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES = {
    "soap": "rows of a SOAP answer, 25 typed fields each, read over HTTP",
    "copy": "raw COPY of finished lines, two tables with their keys: the limit",
    "pull": "Lotweave: the bare pull into the inbox, one process",
    "again": "Lotweave: the same pulled in full again, nothing changed",
    "interpret": "Lotweave: inbox to genealogy, two processes on one plant",
    "journey": "Lotweave: the whole journey with Celery and all guarantees",
    "killed": "Lotweave: the same while a process that works is killed every half second",
    "interpret by 1": "a quarter of them interpreted by one process",
    "interpret by 2": "by two",
    "interpret by 4": "by four, of which two run at a time where there are two cores",
    "dlt": "dlt 1.31, merge (upsert), CSV files, two normalising processes",
    "singer": "Singer: a tap into target-postgres 0.8, upsert",
}


def page(found: Mapping[str, Any]) -> str:
    """Rows and ratios."""
    speed = {name: one["orders"] / one["seconds"] for name, one in found.items() if isinstance(one, Mapping)}
    rows = ["| | orders/s | µs each | CPU µs each | peak MB |", "|---|---:|---:|---:|---:|"]
    for name, one in found.items():
        if isinstance(one, Mapping):
            each, cpu = 1e6 / speed[name], one.get("cpu")
            shown = f"{1e6 * cpu / one['orders']:.0f}" if cpu else ""
            rows.append(f"| {NAMES.get(name, name)} | {speed[name]:,.0f} | {each:.0f} | {shown} | {one.get('peak_mb') or 0:.0f} |")
    return "\n".join(
        [
            f"# {found['orders']:,} production orders with four components each, from a paged JSON server into PostgreSQL",
            "",
            *rows,
            "",
            *_ratios(speed, found),
            "",
            "fsync and synchronous commit are on, each row has a fresh database, the server's pages are built before.",
            "Pull and COPY take turns, the best of three each; so do the journey and dlt, the best of two. `make bench-sync`.",
            "",
        ]
    )


def _ratios(speed: Mapping[str, float], found: Mapping[str, Any]) -> list[str]:
    told = [f"- A SOAP answer is read {found['soap']['zeep_seconds'] / found['soap']['seconds']:.1f} times as fast as by zeep's objects."]
    if "dlt" in speed:
        bare, whole = speed["pull"] / speed["dlt"], speed["journey"] / speed["dlt"]
        told.append(f"- The bare pull is {bare:.1f} times dlt, the whole journey {whole:.1f} times.")
    if "singer" in speed:
        told.append(f"- The bare pull is {speed['pull'] / speed['singer']:.1f} times Singer.")
    told.append(f"- Raw COPY is {speed['copy'] / speed['pull']:.1f} times the bare pull.")
    journey = found["journey"]
    told.append(f"- The journey of unchanged orders takes {journey['again'] / journey['seconds']:.2f} of the first.")
    disturbed, rate = found["killed"], speed["killed"] / speed["journey"]
    same = "the same" if disturbed["genealogy"] == journey["genealogy"] else "ANOTHER"
    told.append(f"- With {disturbed['kills']} kills the journey keeps {rate:.2f} of its rate, and its genealogy is {same}.")
    told.append(f"- Of a journey's orders come {journey['documents']:,} documents, {journey['quarantined']} in quarantine.")
    return told
