"""Orders into PostgreSQL by dlt: merged by id with their components as a child table, CSV files, two normalising processes.

Usage: dlt_orders.py URL HOST PORT USER PASSWORD DATABASE FOLDER. The best set-up found for this data.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import dlt
import requests

PAGE = 1000


@dlt.resource(name="orders", write_disposition={"disposition": "merge", "strategy": "upsert"}, primary_key="id")
def orders(url: str) -> Iterator[Any]:
    """All orders, page by page."""
    session, at = requests.Session(), 0
    while rows := session.get(f"{url}/orders", params={"offset": at, "limit": PAGE}, timeout=60).json()["items"]:
        yield rows
        at += len(rows)


def main() -> None:
    """Run one load."""
    url, host, port, user, password, database, folder = sys.argv[1:8]
    os.environ |= {
        "NORMALIZE__WORKERS": "2",
        "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": "50000",
        "DATA_WRITER__FILE_MAX_ITEMS": "50000",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
    }
    there = dlt.destinations.postgres(f"postgresql://{user}:{password}@{host}:{port}/{database}", csv_format=None)
    pipeline = dlt.pipeline("orders", pipelines_dir=folder, destination=there, dataset_name="by_dlt")
    pipeline.run(orders(url), loader_file_format="csv")


if __name__ == "__main__":
    main()
