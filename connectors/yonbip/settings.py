"""The settings of a YonBIP connection, typed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trace_core.errors import Misconfigured, Problem

TOKEN_PATHS: Mapping[tuple[str, str], str] = {
    ("self", "classic"): "/open-auth/selfAppAuth/getAccessToken",
    ("self", "v1"): "/open-auth/selfAppAuth/base/v1/getAccessToken",
    ("suite", "classic"): "/open-auth/suiteApp/getAccessToken",
    ("suite", "v1"): "/open-auth/suiteApp/base/v1/getAccessToken",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What `manifest.toml` asks for; the secret never shows in a repr. Times are in seconds or minutes as the names say."""

    tenant: str
    url: str
    gateway_url: str
    token_url: str
    app_key: str
    app_secret: str = field(repr=False)
    app_kind: str
    token_path: str
    token_in: str
    organisations: frozenset[str]
    page_size: int
    overlap_minutes: int
    finishedreport_list: str
    customer_codes: bool
    genealogy_type: str
    lot_fields: frozenset[str]
    order_fields: frozenset[str]
    timeout_seconds: int
    verify: bool | str


def settings_of(given: Mapping[str, Any]) -> Settings:
    """The settings as one value; `Misconfigured` names every one that makes no sense."""
    problems = [Problem(name, "must be 1 or more", str(given[name])) for name in ("page_size", "timeout_seconds") if given[name] < 1]
    if given["overlap_minutes"] < 0:
        problems.append(Problem("overlap_minutes", "must be 0 or more", str(given["overlap_minutes"])))
    both = given["gateway_url"] and given["token_url"]
    if not given["tenant"] and (not both or given["app_kind"] == "suite"):
        problems.append(Problem("tenant", "is required unless `gateway_url` and `token_url` are both given and `app_kind` is self"))
    if problems:
        raise Misconfigured("the settings of the YonBIP connection cannot be used", code="settings", problems=problems)
    taken = {name: given[name] for name in Settings.__slots__ if name in given}
    return Settings(
        **taken
        | {name: str(given[name] or "").rstrip("/") for name in ("url", "gateway_url", "token_url")}
        | {name: frozenset(map(str, given[name])) for name in ("organisations", "lot_fields", "order_fields")}
        | {"token_path": TOKEN_PATHS[given["app_kind"], given["token_path"]], "verify": given["ca_file"] or True}
    )
