"""A pull of many Kingdee rows: calls beside the least that the API allows, memory against a small pull, rows a second beside bare calls.

The simulator runs in a process of its own; the pull does what the pipelines do with a page but for storing it: it forgets it.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import resource
import time
from pathlib import Path
from typing import Any

import requests

from connectors.kingdee.catalogue import kinds
from connectors.kingdee.sample import sample
from connectors.kingdee.simulator import build
from connectors.kit.manifest import manifest, typed
from connectors.kit.opening import open_system
from connectors.kit.shared import LocalShared
from connectors.kit.simulator import Running

RESULTS = Path(__file__).parent.parent / "results"
FORM, ROWS_EACH, PAGE = "PRD_MO", 2, 2000


def main() -> None:
    """Run and write `bench/results/connectors.json` and `.md`."""
    parser = argparse.ArgumentParser(prog="python -m bench.connectors.pull")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--results", type=Path, default=RESULTS)
    told = parser.parse_args()
    found = {"rows": told.rows, "page": PAGE} | measure(told.rows)
    (told.results / "connectors.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (told.results / "connectors.md").write_text(_page(found), "utf-8")


def measure(rows: int) -> dict[str, Any]:
    """A small pull and a large one, each in a process of its own, and the same pages asked for without a connector."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Queue(), context.Event()
    server = context.Process(target=_serve, args=(rows, ready, done))
    server.start()
    url = ready.get(timeout=600)
    try:
        small = _apart(context, _pull, url, 20_000)
        large = _apart(context, _pull, url, rows)
        bare = _apart(context, _bare, url, rows)
    finally:
        done.set()
        server.join()
    return {"small": small, "large": large, "bare": bare, "least_calls": math.ceil(rows / PAGE)}


def _serve(rows: int, ready: Any, done: Any) -> None:
    with Running(build(sample(rows // ROWS_EACH, only=FORM).data)) as running:
        ready.put(running.url)
        done.wait()


def _apart(context: Any, work: Any, *given: Any) -> dict[str, Any]:
    told = context.Queue()
    process = context.Process(target=_measured, args=(work, told, *given))
    process.start()
    found: dict[str, Any] = told.get(timeout=1800)
    process.join()
    return found


def _measured(work: Any, told: Any, *given: Any) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    found = work(*given)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told.put(found | {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "peak_mb": peak})


def _pull(url: str, most: int) -> dict[str, Any]:
    """Rows and calls of a pull that ends after so many rows."""
    settings = {name: value for name, value in sample().settings.items() if name != "kinds"} | {"url": url, "page_size": PAGE}
    man = manifest("kingdee")
    connector = open_system(man, typed(man, settings, "bench"), connection="bench", zone="Asia/Shanghai", shared=LocalShared())
    before, rows = _calls(url), 0
    for page in connector.pull(FORM, None):
        rows += len(page.documents) * ROWS_EACH
        if rows >= most:
            break
    after = _calls(url)
    connector.close()
    return {"rows": rows, "calls": {name: number - before.get(name, 0) for name, number in after.items() if number != before.get(name, 0)}}


def _bare(url: str, most: int) -> dict[str, Any]:
    """Pages of the same columns asked for by hand, read as JSON and thrown away: what the simulator and the wire take by themselves."""
    told, session = sample().settings, requests.Session()
    base = f"{url}/k3cloud/Kingdee.BOS.WebApi.ServicesStub"
    who = [told["acct_id"], told["user"], told["app_id"], told["app_secret"], 2052]
    session.post(f"{base}.AuthService.LoginByAppSecret.common.kdsvc", json={"parameters": who}, timeout=60)
    columns = kinds(typed(manifest("kingdee"), told | {"url": url}, "bench"))[FORM].columns
    rows, calls, last = 0, 0, 0
    while rows < most:
        asked = {
            "FormId": FORM, "FieldKeys": ",".join(columns), "FilterString": f"FID>{last}",
            "OrderString": "FID ASC,FTreeEntity_FEntryID ASC",            "TopRowCount": 0, "StartRow": 0, "Limit": PAGE, "SubSystemId": "",
        }  # fmt: skip
        found = session.post(f"{base}.DynamicFormService.ExecuteBillQuery.common.kdsvc", json={"data": asked}, timeout=60).json()
        rows, calls, last = rows + len(found), calls + 1, found[-1][0]
    return {"rows": rows, "calls": {"ExecuteBillQuery": calls}}


def _calls(url: str) -> dict[str, int]:
    told: dict[str, int] = requests.get(f"{url}/__simulator__/ledger", timeout=60).json()["calls"]
    return told


def _page(found: dict[str, Any]) -> str:
    large, small, bare, least = found["large"], found["small"], found["bare"], found["least_calls"]
    calls = sum(large["calls"].values())
    share, own, alone = bare["seconds"] / large["seconds"], 1e6 * large["cpu"] / large["rows"], 1e6 * bare["cpu"] / bare["rows"]
    names = ", ".join(f"{number} {name}" for name, number in sorted(large["calls"].items()))
    return f"""# Kingdee: {found["rows"]} rows pulled, {found["page"]} a page

| what | measured | wanted |
|---|---|---|
| calls ({names}) | {calls}; the API allows no fewer than {least}: {100 * calls / least - 100:.1f} % more | ≤ 10 % more |
| most memory of the pulling process | {large["peak_mb"]:.0f} MB; {small["peak_mb"]:.0f} MB for {small["rows"]} rows | the same |
| rows a second | {large["rows"] / large["seconds"]:.0f} | |
| the same pages by bare calls | {bare["rows"] / bare["seconds"]:.0f} rows a second, {share:.2f} of the pull's time | |
| processor time a row | {own:.1f} µs in the connector, {alone:.1f} µs for bare calls | |
"""


if __name__ == "__main__":
    main()
