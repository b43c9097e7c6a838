"""What the demonstration prints, as a person would want to read it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


def synced(console: Console, told: dict[str, Any]) -> None:
    """One line for each kind pulled."""
    table = Table("kind", "fetched", "applied", "quarantined", box=None, padding=(0, 2), style="dim")
    for run in told["runs"]:
        table.add_row(f"   {run['connection']} {run['kind']}", str(run["fetched"]), str(run["applied"]), str(run["quarantined"]))
    console.print(table)


def backward(console: Console, answer: dict[str, Any]) -> None:
    """What is in the unit, by plant, down to supplier lots."""
    console.print(f"\n[bold]What is in {answer['query']['root']}?[/]  {_complete(answer)}")
    table = Table("plant", "thing", "since", "supplier", "supplier lot", box=None, padding=(0, 2))
    for thing in answer["things"]:
        name = "  " * (thing["depth"] - 1) + f"{thing['item']} {thing['number']}"
        table.add_row(thing["plant"], name, (thing["since"] or "")[:16], thing.get("supplier", ""), thing.get("supplier_lot", ""))
    console.print(table)


def forward(console: Console, answer: dict[str, Any]) -> None:
    """Where the reel went: how many things at each step, cartons, and whom to call."""
    console.print(f"\n[bold]Where did {answer['query']['root']} go?[/]  {_complete(answer)}")
    kinds = Counter((thing["depth"], thing["plant"], thing["kind"], thing["item"]) for thing in answer["things"])
    for (depth, plant, kind, item), number in sorted(kinds.items()):
        console.print(f"  {'  ' * depth}{number} × {plant} {kind} {item}")
    calls: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for thing in answer["things"]:
        for shipment in thing.get("shipments", ()):
            calls.setdefault((shipment["partner"], shipment["shipment"]), []).append(thing)
    for (partner, shipment), things in sorted(calls.items()):
        cartons = sorted({thing["containers"][0].rsplit("/", 1)[-1] for thing in things if thing.get("containers")})
        console.print(f"  call [bold]{partner}[/]: {len(things)} units in {', '.join(cartons)} (shipment {shipment})")


def results(console: Console, found: dict[str, Any], folder: Path) -> None:
    """What was pushed and verified, and whether both plants agree with us."""
    verified = sum(one["verified"] for one in found["pushed"])
    console.print(
        f"\n{found['documents']} documents, {found['events']} events; {found['stitches']['automatic']} things stitched between the plants"
    )
    console.print(f"{verified} of {len(found['pushed'])} results pushed into ERP documents and read back:")
    for one in found["pushed"]:
        console.print(f"  {one['connection']}: {one['document']} {'verified' if one['verified'] else 'NOT VERIFIED'}")
    console.print(
        f"{found['quarantined']} documents in quarantine, {found['reconciled']['differences']} differences between us and the ERPs"
    )
    console.print(f"[bold green]Done in {found['seconds']} s.[/]  Summary: {folder / 'summary.json'}")


def _complete(answer: dict[str, Any]) -> str:
    if answer["complete"]:
        return "[green]complete[/]"
    codes = Counter(gap["code"] for gap in answer["gaps"])
    return "[yellow]gaps: " + ", ".join(f"{number} {code}" for code, number in sorted(codes.items())) + "[/]"
