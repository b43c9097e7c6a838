"""The peers: run by interpreters of their own, timed from the start of the process to its end, their rows counted in the database."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import time
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from bench.sync.database import Address

HERE = Path(__file__).parent / "peers"


def dlt(python: Path, system: str, url: str, at: Address, folder: Path) -> dict[str, Any]:
    """dlt, merging."""
    told = [at.host, str(at.port), at.user, at.password, at.database, str(folder)]
    found = _timed([[str(python), str(HERE / "dlt_orders.py"), system, *told]])
    return found | _counted(url, "by_dlt.orders", "by_dlt.orders__components")


def singer(python: Path, system: str, url: str, at: Address, folder: Path) -> dict[str, Any]:
    """A tap into target-postgres, upserting."""
    config = folder / "target.json"
    keys = {"host": at.host, "port": at.port, "user": at.user, "password": at.password, "database": at.database}
    config.write_text(json.dumps(keys | {"default_target_schema": "by_singer", "dialect+driver": "postgresql+psycopg"}), "utf-8")
    tap = [str(python), str(HERE / "tap_orders.py"), system]
    found = _timed([tap, [str(python.parent / "target-postgres"), "--config", str(config)]])
    return found | _counted(url, "by_singer.orders")


def _timed(commands: list[list[str]]) -> dict[str, Any]:
    """One command, or two of which the first writes what the second reads."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    quiet = {"stderr": subprocess.DEVNULL, "env": os.environ | {"PYTHONWARNINGS": "ignore"}}
    first = subprocess.Popen(commands[0], stdout=subprocess.PIPE if len(commands) > 1 else subprocess.DEVNULL, **quiet)  # type: ignore[call-overload]
    last = first
    if len(commands) > 1:
        last = subprocess.Popen(commands[1], stdin=first.stdout, stdout=subprocess.DEVNULL, **quiet)  # type: ignore[call-overload]
        first.stdout.close()
    codes = [last.wait(), first.wait()]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": time.perf_counter() - began, "cpu": cpu, "codes": codes, "peak_mb": after.ru_maxrss / 1024}


def _counted(url: str, table: str, child: str | None = None) -> dict[str, Any]:
    engine = create_engine(url)
    with engine.begin() as connection:
        orders = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        components = connection.execute(text(f"SELECT count(*) FROM {child}")).scalar_one() if child else None
    engine.dispose()
    return {"orders": orders, "components": components}
