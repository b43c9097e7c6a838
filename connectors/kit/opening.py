"""Opening a connector: its code by the manifest, behind the gate that all workers share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, cast
from urllib.parse import urlsplit

from connectors.kit.breaker import Circuit
from connectors.kit.contract import Connector
from connectors.kit.gate import Gate
from connectors.kit.limits import limits_of
from connectors.kit.manifest import Manifest, front_door
from connectors.kit.shared import Shared
from trace_core.errors import Misconfigured


def open_system(man: Manifest, settings: Mapping[str, Any], *, connection: str, zone: str, shared: Shared) -> Connector:
    """The connector of a system. `settings` are typed and their secrets resolved, `zone` is the plant's.

    Errors: `Misconfigured` for settings that make no sense together.
    """
    build = cast("Callable[..., Connector]", front_door(man.entry))
    return build(settings, connection=connection, zone=zone, gate=gate_of(man, settings, shared))


def gate_of(man: Manifest, settings: Mapping[str, Any], shared: Shared) -> Gate:
    """The gate before the system that typed settings name. Errors: `Misconfigured` for a rate that is none."""
    secret = "|".join(str(settings[name] or "") for name, one in man.settings.items() if one.type == "secret")
    try:
        limits = limits_of(man.limits, settings)
    except ValueError as fault:
        raise Misconfigured(f"call_rates: {fault}", code="settings") from fault
    circuit = Circuit(max(1, int(settings["breaker_faults"])), max(1.0, float(settings["breaker_seconds"])))
    return Gate(shared, company_of(man, settings), limits, circuit, secret)


def company_of(man: Manifest, settings: Mapping[str, Any]) -> str:
    """The name under which all that call one company's system share its limits, sessions and circuit."""
    name = "|".join(str(settings.get(part) or "").rstrip("/").lower() for part in man.company)
    host = urlsplit(str(settings.get("url") or "")).netloc or man.system
    return f"{man.system}:{host}:{blake2b(name.encode(), digest_size=6).hexdigest()}"
