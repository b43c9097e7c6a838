"""Results as JSON for machines and as a table for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

WANTED = (100, 40, 60)
"""How many times faster than PostgreSQL the three forward questions have to be at 50 million links."""


def tell(found: dict[str, Any], name: str, folder: Path) -> None:
    """Write both files about questions."""
    _write(found, _lines(found, name), folder / f"trace-{name}")


def tell_ingest(found: dict[str, Any], folder: Path) -> None:
    """Write both files about the ingest."""
    _write(found, _ingest(found), folder / "trace-ingest")


def _write(found: dict[str, Any], lines: list[str], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".json").write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    path.with_suffix(".md").write_text("\n".join(lines) + "\n")


def _on(machine: dict[str, Any]) -> str:
    return f"{machine['cores']} cores of {machine['cpu']}, Python {machine['python']}, PostgreSQL {machine['postgres']}."


def _ms(told: dict[str, float]) -> str:
    return f"{told['median']:.3g} ({told['least']:.3g}–{told['most']:.3g})"


def _lines(found: dict[str, Any], name: str) -> list[str]:
    month, build, machine = found["month"], found["build"], found["machine"]
    lines = [
        f"# Trace, {name}: {month['links'] / 1e6:.1f} M links, {month['things'] / 1e6:.2f} M things, {month['events'] / 1e6:.2f} M events",
        "",
        f"{_on(machine)} Milliseconds: median (least–most).",
        "",
        (
            "| forward to units | index, names included | search alone | naming | plain array search | search / plain"
            " | PostgreSQL | times faster | wanted |"
        ),
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for told, wanted in zip(found["forward"], WANTED, strict=True):
        peer = told.get("postgres")
        ratio = f"{peer['median'] / told['index']['median']:.0f}×" if peer else "–"
        limit = told["search"]["median"] / told["plain"]["median"]
        cells = [
            f"{told['units']} ({told['things']} things)",
            _ms(told["index"]),
            _ms(told["search"]),
            _ms(told["naming"]),
            _ms(told["plain"]),
        ]
        lines.append(f"| {' | '.join(cells)} | {limit:.1f}× | {_ms(peer) if peer else '–'} | {ratio} | {wanted}× |")
    back, fresh, readers = found["backward"], found["fresh"], found["readers"]
    peer = _ms(back["postgres"]) if "postgres" in back else "–"
    lines += [
        "",
        "| what | measured | wanted |",
        "|---|---|---|",
        f"| backward of one unit ({back['things']:.0f} things): search | {_ms(back['search'])} ms | < 1 ms |",
        f"| … with the database snapshot and names; PostgreSQL | {_ms(back['index'])} ms; {peer} ms | |",
        f"| {fresh['links']} fresh links in the next question | {_ms(fresh['extra'])} ms more | ≤ 5 ms |",
        (
            f"| build, from the database to mapped files | {build['seconds']:.1f} s, peak {build['own_mb']} MB own"
            f" ({build['peak_mb']} MB with pages of the files written),"
            f" {build['disk_mb']:.0f} MB on disk | < 40 s, < 1.5 GB |"
        ),
        f"| resident while answering | {found['resident']['own']} MB own, {found['resident']['mapped']} MB of mapped files | < 1.5 GB |",
        f"| four readers on {readers['cores']} cores | each core loses {max(0, readers['loss_per_core']):.0%} | < 30 % |",
        *_closures(found["closures"]),
    ]
    return lines


def _closures(told: dict[str, Any]) -> list[str]:
    made = f"{told['seconds']:.0f} s, {told['disk_mb']:.0f} MB"
    read = f"{_ms(told['read'])} ms"
    return [f"| units of each of {told['lots']} lots as bitmaps | {made} | |", f"| … the {told['units']} units of the largest | {read} | |"]


def _ingest(told: dict[str, Any]) -> list[str]:
    limit = told["limit"]
    per_event = f"{told['client_micros']:.0f} µs in the loaders, {told['server_micros']:.0f} µs in PostgreSQL"
    bare = f"{limit['client_micros']:.0f} µs and {limit['server_micros']:.0f} µs"
    links = told["events"] * told["parts"] / 1e6
    return [
        f"# Ingest: {told['events']} reports of {told['parts']} parts ({links:.0f} M links) from canonical documents",
        "",
        f"{_on(told['machine'])} {told['loaders']} loaders, {told['batch']} documents a transaction.",
        "",
        "| what | measured | wanted |",
        "|---|---|---|",
        f"| reports a second | {told['per_second']:.0f} | ≥ 10 000 |",
        f"| processor time a report | {per_event} | |",
        f"| the same lines copied into a table with a key | {limit['per_second']:.0f} a second; {bare} | |",
        f"| µs a report and loader in each tenth of the load | {', '.join(f'{step:.0f}' for step in told['micros_by_step'])} | flat |",
    ]
