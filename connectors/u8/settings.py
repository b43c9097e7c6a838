"""The settings of a U8 connection, typed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trace_core.errors import Misconfigured, Problem

NEEDED = {"openapi": ("from_account", "to_account", "app_key", "app_secret"), "eai": ("sender",)}


@dataclass(frozen=True, slots=True)
class Settings:
    """What `manifest.toml` asks for; the secret never shows in a repr."""

    route: str
    url: str
    from_account: str
    to_account: str
    app_key: str
    app_secret: str = field(repr=False)
    ds_sequence: str
    sender: str
    eai_encoding: str
    rows_per_page: int
    max_items: int
    recent_days: int
    write_key: str
    polls: int
    poll_seconds: int
    result_resource: str
    result_vouch: str
    result_fields: tuple[str, ...]
    result_mark: str
    result_prefix: str
    result_body: Mapping[str, Any]
    timeout_seconds: int
    verify: bool | str

    @property
    def account(self) -> str:
        """What tells account sets apart: its number at the relay, else the company; at EAI the sender that chooses it."""
        return self.sender if self.route == "eai" else self.ds_sequence or self.to_account


def settings_of(given: Mapping[str, Any]) -> Settings:
    """The settings as one value; `Misconfigured` names every one that is missing or makes no sense."""
    problems = [Problem(name, f"is required where route = {given['route']}") for name in NEEDED[given["route"]] if not given[name]]
    problems += [
        Problem(name, "must be 1 or more", str(given[name]))
        for name in ("rows_per_page", "max_items", "recent_days", "polls", "timeout_seconds")
        if given[name] < 1
    ]
    if given["result_mark"] in given["result_fields"]:
        problems.append(Problem("result_mark", "must be another field than those of `result_fields`", given["result_mark"]))
    if problems:
        raise Misconfigured("the settings of the U8 connection cannot be used", code="settings", problems=problems)
    taken = {name: given[name] for name in Settings.__slots__ if name in given}
    return Settings(
        **taken | {"url": str(given["url"]).rstrip("/"), "result_fields": tuple(given["result_fields"]), "verify": given["ca_file"] or True}
    )
