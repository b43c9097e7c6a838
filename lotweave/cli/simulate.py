"""`simulate`: a system to try with."""

from __future__ import annotations

import json
import signal
import threading
from inspect import signature
from pathlib import Path
from typing import Annotated, Any

import typer

from connectors.kit.manifest import front_door, manifest, systems
from connectors.kit.simulator import Running
from lotweave.cli.common import JsonOption, SiteOption, out, reported, say
from lotweave.demo.data import TOLD, simulator_data
from trace_core.errors import Misconfigured


def simulate(
    vendor: Annotated[str, typer.Argument(help="The system to simulate.")],
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    data: Annotated[
        Path | None, typer.Option(help="A JSON file with the simulator's data; else the demonstration's or a sample's.")
    ] = None,
    size: Annotated[int, typer.Option(help="Documents of each kind, made up by the rule; instead of the demonstration's.")] = 0,
    only: Annotated[
        str, typer.Option(help="With --size: the kind that has so many documents, made when asked for; a few of all others.")
    ] = "",
    fault: Annotated[list[str] | None, typer.Option(help="NAME=SHARE: so many of all calls suffer it, such as http_503=0.02.")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Run a simulator of a system until interrupted."""
    del site
    with reported(as_json=as_json):
        if vendor not in systems() or not manifest(vendor).simulator:
            able = ", ".join(name for name in systems() if manifest(name).simulator)
            raise Misconfigured(f"there is no simulator of {vendor!r}; there are {able}", code="usage")
        told = json.loads(data.read_text("utf-8")) if data else _made_up(vendor, size, only)
        orders = [_order(one, at) for at, one in enumerate(fault or [])]
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            running = Running(front_door(manifest(vendor).simulator)(told), port)
            for order in orders:
                running.simulator.faults.order(order)
        except (OSError, SystemExit) as taken:
            raise Misconfigured(
                f"port {port} on 127.0.0.1 is taken by another program: choose another with --port", code="port_taken"
            ) from taken
        with running:
            address = {"system": vendor, "url": running.url}
            say(address, as_json=as_json, person=lambda: out.print(f"{manifest(vendor).name} simulator on {running.url}", markup=False))
            stop.wait()


def _made_up(vendor: str, size: int, only: str) -> Any:
    """The demonstration's data where it tells of this system, else the connector's sample, of any size."""
    if not size and vendor in TOLD:
        return simulator_data(vendor)
    sample = front_door(manifest(vendor).sample)
    if not only:
        return sample(*([size] if size else [])).data
    if "only" not in signature(sample).parameters or only not in manifest(vendor).kinds:
        raise Misconfigured(f"--only {only}: {vendor} has no such kind, or its sample makes all kinds alike", code="usage")
    return sample(size or 1, only=only).data


def _order(told: str, seed: int) -> dict[str, Any]:
    name, _, share = told.partition("=")
    try:
        return {"name": name, "share": float(share), "seed": seed}
    except ValueError as wrong:
        raise Misconfigured(f"{told!r} is no fault; write NAME=SHARE, such as http_503=0.02", code="usage") from wrong
