"""Answers in JSON, and errors in the form of RFC 9457."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response


def told_as_json(told: Any, status: int = 200, kind: str = "application/json") -> Response:
    """An answer in JSON; times and numbers as texts where JSON has no word for them."""
    return Response(orjson.dumps(told, default=str), status, content_type=kind)


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """An error in the form of RFC 9457."""
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return told_as_json(told, status, "application/problem+json")
