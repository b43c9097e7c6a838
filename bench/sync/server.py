"""A system with production orders behind paged JSON: prebuilt pages, so that it costs the clients next to nothing.

An order has 20 fields and 4 components of 8 fields, about 1.1 kB.
`GET /orders?offset=&limit=` answers `{"items": […]}` in the order of ids.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

PAGE, COMPONENTS = 1000, 4
EPOCH = 1_767_225_600
"""2026-01-01T00:00:00Z; order n was changed n seconds later."""


def order(number: int) -> dict[str, Any]:
    """The order of a number."""
    day = f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}"
    return {
        "id": number, "number": f"MO{number:08d}", "type": ("standard", "rework")[number % 50 == 0],
        "status": ("open", "closed")[number % 3 == 0],
        "item": f"P-{number % 400:04d}", "item_name": f"控制板 {number % 400}", "quantity": f"{10 + number % 90}", "unit": "PCS",
        "bom": f"V{number % 5}", "planned_start": f"{day}T08:00:00", "planned_end": f"{day}T20:00:00", "line": f"SMT-{number % 8}",
        "workshop": f"WS{number % 4}", "customer": f"C{number % 60:03d}", "priority": number % 9, "planner": f"E{number % 40:03d}",
        "note": "", "created_at": f"{day}T00:00:00", "changed_at": _moment(number), "plant": "BJ",
        "components": [
            {
                "line": 10 * at, "item": f"C-{(7 * number + at) % 3000:05d}", "quantity": f"{at * (10 + number % 90)}", "unit": "PCS",
                "warehouse": f"W{at}", "position": f"R{at}-{number % 99}", "issued": "0", "substitute": None,
            }
            for at in range(1, COMPONENTS + 1)
        ],
    }  # fmt: skip


def _moment(number: int) -> str:
    day, second = divmod(number, 86_400)
    return f"2026-01-{1 + day:02d}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@contextmanager
def served(orders: int) -> Iterator[str]:
    """The system in a process of its own; its address."""
    context = get_context("spawn")
    ready, done = context.Queue(), context.Event()
    process = context.Process(target=_serve, args=(orders, ready, done))
    process.start()
    try:
        yield ready.get(timeout=600)
    finally:
        done.set()
        process.join()


def _serve(orders: int, ready: Any, done: Any) -> None:
    pages = {start: _answer([order(number) for number in range(start, min(orders, start + PAGE))]) for start in range(0, orders, PAGE)}
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    ready.put(f"http://127.0.0.1:{listener.getsockname()[1]}")
    threading.Thread(target=_accept, args=(listener, pages), daemon=True).start()
    done.wait()


def _answer(rows: list[Any]) -> bytes:
    body = orjson.dumps({"items": rows})
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _accept(listener: socket.socket, pages: dict[int, bytes]) -> None:
    empty = _answer([])
    while True:
        one, _ = listener.accept()
        threading.Thread(target=_talk, args=(one, pages, empty), daemon=True).start()


def _talk(one: socket.socket, pages: dict[int, bytes], empty: bytes) -> None:
    with one, one.makefile("rb") as lines:
        while request := lines.readline():
            while lines.readline() not in (b"\r\n", b""):
                pass
            asked = parse_qs(urlsplit(request.split()[1].decode()).query)
            one.sendall(pages.get(int(asked.get("offset", ["0"])[0]), empty))
