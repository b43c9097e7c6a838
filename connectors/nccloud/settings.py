"""The settings of an NC Cloud connection, typed once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    result_kind: str
    result_fields: tuple[str, ...]
    result_mark: str
    result_prefix: str
    result_body: Mapping[str, Any]
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
    problems += _of_results(given, resources)
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
            "result_fields": tuple(given["result_fields"]),
            "lookups": lookups,
            "xchange_account": given["xchange_account"] or given["biz_center"],
            "verify": given["ca_file"] or True,
        }
    )


def _of_results(given: Mapping[str, Any], resources: Mapping[str, Resource]) -> Iterator[Problem]:
    kind = given["result_kind"]
    if kind and not (kind in resources and (resources[kind].write_path or resources[kind].billtype)):
        yield Problem("result_kind", "names a kind for which `resources` says no `write_path` or `billtype`", kind)
    if given["result_mark"] in given["result_fields"]:
        yield Problem("result_mark", "must be another field than those of `result_fields`", given["result_mark"])
