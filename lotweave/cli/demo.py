"""`demo`: the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lotweave.cli.common import DONE, NO, JsonOption, end, err, out, reported, say
from lotweave.cli.running import start_detached, stop
from lotweave.demo.run import demo as run_demo
from lotweave.supervisor import free_port
from trace_core.errors import Misconfigured


def demo(
    folder: Annotated[Path, typer.Option(help="The folder of the demonstration's site; made anew each time.")] = Path("demo-site"),
    port: Annotated[int, typer.Option(help="Port of the console; 0 takes a free one.")] = 0,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Two plants on two ERPs, one trace: the main job end to end on simulators."""
    with reported(as_json=as_json):
        if folder.exists() and not folder.is_dir():
            raise Misconfigured(f"{folder} is no folder", code="usage")
        console = err if as_json else out
        found = run_demo(folder.resolve(), console, up=lambda site: start_detached(site, port or free_port(), ends_with_us=True), down=stop)
        say(found, as_json=as_json, person=lambda: None)
        good = all(one["verified"] for one in found["pushed"]) and not found["reconciled"]["differences"]
        end(DONE if good else NO)
