"""The bodies a Kingdee server accepts: by position, by position as text, in the old envelope, by name, and as a form for logins.

Source: WebAPI manual V6.0 and both official SDKs 8.2.0. Key case is tolerated; `data` may be an object or a JSON text. A bare JSON array is
refused in the words of a live server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from werkzeug.wrappers import Request

from connectors.kit.exact_json import loads

OPERATES = frozenset({"excuteoperation", "executeoperation"})
"""Both spellings of the method that takes an operation number; which one a live server knows depends on its version."""


def parameters(request: Request) -> Any:
    """The parameters of a call: a list by position, or a table by name. `ValueError` with the server's words where there are none."""
    raw = request.get_data()
    if request.mimetype == "application/x-www-form-urlencoded" and not raw.lstrip().startswith((b"{", b"[")):
        return {name: values[0] for name, values in parse_qs(raw.decode()).items()}
    try:
        told = loads(raw or b"{}")
    except ValueError as fault:
        raise ValueError("请求数据不是合法的JSON") from fault
    if not isinstance(told, dict):
        raise ValueError("Additional text found in JSON string")  # noqa: TRY004 - the server's own words for a bare array
    given = lowered(told).get("parameters")
    if given is None:
        return told
    listed = loads(given) if isinstance(given, str) else given
    return listed if isinstance(listed, list) else [listed]


def lowered(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same with names in lower case."""
    return {name.lower(): value for name, value in told.items()}


def data_of(told: Any, at: int = 0) -> dict[str, Any]:
    """The `data` of a call, at its position or under its name."""
    if isinstance(told, list):
        return _unwrapped(told[at] if len(told) > at else {})
    return _unwrapped(lowered(told).get("data", told))


def form_call(method: str, told: Any) -> tuple[str, str, dict[str, Any]]:
    """Form id, operation number (of `ExecuteOperation` alone) and data of a call on a form."""
    operates = method in OPERATES
    if isinstance(told, list):
        texts = [*map(str, told[: 1 + operates]), "", ""]
        return texts[0], texts[1] if operates else "", data_of(told, 1 + operates)
    lower = lowered(told)
    return str(lower.get("formid", "")), str(lower.get("opnumber", "")), data_of(told)


def extra_data(method: str, told: Any) -> dict[str, Any]:
    """The data of a call that is not on documents of a form: named, or at the first place that holds an object."""
    if method == "getinventorydata" and isinstance(told, dict):
        return lowered(told)
    if isinstance(told, list):
        return next((found for one in told if (found := _unwrapped(one))), {})
    return data_of(told)


def flag(value: Any) -> bool:
    """Booleans come as such, as numbers and as text."""
    return str(value).strip().lower() in {"true", "1"}


def listed(told: Any) -> list[str]:
    """Ids or numbers given as an array or as one text with commas; 0 and nothing are none."""
    if told in (None, "", 0, "0"):
        return []
    return [str(one).strip() for one in (told if isinstance(told, list) else str(told).split(",")) if str(one).strip()]


def _unwrapped(value: Any) -> dict[str, Any]:
    try:
        told = loads(value) if isinstance(value, str) and value.strip() else value
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
