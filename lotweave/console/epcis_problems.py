"""Errors of the EPCIS interface: RFC 7807, with the exceptions of the standard as types. Source: EPCIS 2.0, section 12.3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

VERSIONS = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}

STATUS: Mapping[str, int] = {
    "ValidationException": 400,
    "QueryValidationException": 400,
    "QueryParameterException": 400,
    "SubscriptionControlsException": 400,
    "SecurityException": 403,
    "NoSuchNameException": 404,
    "NoSuchResourceException": 404,
    "NotAcceptableException": 406,
    "ResourceAlreadyExistsException": 409,
    "CaptureLimitExceededException": 413,
    "QueryTooLargeException": 413,
    "QueryTooComplexException": 413,
    "URITooLongException": 414,
    "UnsupportedMediaTypeException": 415,
    "ImplementationException": 500,
}
"""Exception → HTTP status where nothing else is said."""

FAILURES: Mapping[str, str] = {
    "validation": "ValidationException",
    "security": "SecurityException",
    "exists": "ResourceAlreadyExistsException",
    "implementation": "ImplementationException",
}
"""Code of a capture's failure → exception."""


class EpcisException(Exception):
    """An error that ends a request."""

    def __init__(self, name: str, detail: str, *, status: int = 0, problems: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.name = name
        self.detail = detail
        self.status = status or STATUS[name]
        self.problems = problems or []


def told(name: str, detail: str, *, status: int = 0, problems: list[dict[str, str]] | None = None, **more: Any) -> dict[str, Any]:
    """The members of a problem."""
    found = {"type": f"epcisException:{name}", "title": name.removesuffix("Exception"), "status": status or STATUS[name], "detail": detail}
    return found | more | ({"problems": problems} if problems else {})


def response(name: str, detail: str, *, status: int = 0, problems: list[dict[str, str]] | None = None) -> Response:
    """A problem as the answer to a request."""
    body = told(name, detail, status=status, problems=problems)
    return Response(orjson.dumps(body), body["status"], headers=VERSIONS, content_type="application/problem+json")


def failure(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A failure of a capture job as a problem."""
    return told(FAILURES[kept["code"]], kept["message"], problems=kept["problems"], event=kept["event"])
