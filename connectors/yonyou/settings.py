"""The settings of a U9 connection, typed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from trace_core.errors import Misconfigured, Problem


@dataclass(frozen=True, slots=True)
class U9Settings:
    """What `manifest.toml` asks for, with addresses made whole; the secret never shows in a repr."""

    base: str
    services: str
    client_id: str
    client_secret: str = field(repr=False)
    enterprise: str
    user: str
    user_id: str
    organisations: tuple[str, ...]
    language: str
    page_size: int
    batch_size: int
    overlap_minutes: int
    token_minutes: int
    bom_filter: str
    item_route: str
    item_units: str
    produced_by: str
    mo_states: Mapping[str, str]
    tables: Mapping[str, Mapping[str, Any]]
    lot_query_service: str
    lot_modify_service: str
    writable_segments: tuple[str, ...]
    soap_addressing: bool
    verify: bool | str
    read_timeout: int


def settings_of(given: Mapping[str, Any]) -> U9Settings:
    """The settings as one value; `Misconfigured` names every one that makes no sense."""
    problems = [
        Problem(name, "must be 1 or more", str(given[name])) for name in ("page_size", "batch_size", "read_timeout") if given[name] < 1
    ]
    if not given["organisations"]:
        problems.append(Problem("organisations", "must name at least one organisation code of U9"))
    if problems:
        raise Misconfigured("the settings of the U9 connection cannot be used", code="settings", problems=problems)
    parts = urlsplit(given["url"].rstrip("/"))
    root = urlunsplit(parts._replace(path=parts.path.rstrip("/") or "/" + given["path"].strip("/"), query="", fragment=""))
    taken = {name: given[name] for name in U9Settings.__slots__ if name in given}
    return U9Settings(
        **taken
        | {
            "base": f"{root}/webapi",
            "services": f"{root}/{given['services_path'].strip('/')}",
            "organisations": tuple(str(code) for code in given["organisations"]),
            "writable_segments": tuple(given["writable_segments"]),
            "mo_states": {str(state): word for state, word in given["mo_states"].items()},
            "verify": given["ca_file"] or True,
        }
    )
