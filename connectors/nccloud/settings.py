"""The settings of an NC Cloud connection, typed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.nccloud.resources import Lookup, Resource, lookups_of, resources_of
from trace_core.errors import Misconfigured, Problem


@dataclass(frozen=True, slots=True)
class Settings:
    """What `manifest.toml` asks for; secrets never show in a repr."""

    url: str
    biz_center: str
    client_id: str
    client_secret: str = field(repr=False)
    pub_key: str = field(repr=False)
    user: str
    password: str = field(repr=False)
    salt: bool
    padding: str
    resources: Mapping[str, Resource]
    lookups: Mapping[str, Lookup]
    overlap_minutes: int
    token_minutes: int
    xchange_account: str
    xchange_receiver: str
    timeout_seconds: int
    verify: bool | str

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never stand in a message."""
        return tuple(filter(None, (self.client_secret, self.pub_key, self.password)))


def settings_of(given: Mapping[str, Any], kinds: Mapping[str, Any]) -> Settings:
    """The settings as one value; `Misconfigured` names every one that makes no sense. `kinds` are the manifest's."""
    problems: list[Problem] = []
    resources = resources_of(given["resources"], kinds, problems)
    lookups = lookups_of(given["lookups"], resources, problems)
    if given["user"] and not given["password"]:
        problems.append(Problem("password", "is required where `user` is given"))
    problems += [Problem(name, "must be 1 or more", str(given[name])) for name in ("token_minutes", "timeout_seconds") if given[name] < 1]
    if problems:
        raise Misconfigured("the settings of the NC Cloud connection cannot be used", code="settings", problems=problems)
    taken = {name: given[name] for name in Settings.__slots__ if name in given}
    return Settings(
        **taken
        | {
            "url": given["url"].rstrip("/").removesuffix("/nccloud"),
            "password": given["password"] or "",
            "resources": resources,
            "lookups": lookups,
            "xchange_account": given["xchange_account"] or given["biz_center"],
            "verify": given["ca_file"] or True,
        }
    )
