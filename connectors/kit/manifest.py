"""What a connector folder says about itself: settings, kinds, limits, and where its code begins.

A `manifest.toml` in the folder is the registration; there is no other list.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from trace_core.errors import Misconfigured, Problem

HOME = Path(__file__).resolve().parent.parent


class Secret(str):
    """A secret of a connection: the text itself wherever it is used, stars wherever it is shown."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a connection: its type (`text`, `url`, `secret`, `file`, `integer`, `flag`, `list`, `table`) and what it is for."""

    name: str
    type: str
    help: str
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One object of the system: whether it can be read and written, which field marks a change, and its order in a sync.

    `detail` says that the system's lists lack what a document needs, so that each costs a call of its own; `stock` that it tells what is
    in stock, which the mapping `stock` reads.
    """

    name: str
    read: bool = True
    write: bool = False
    watermark: str = ""
    order: int = 100
    help: str = ""
    detail: bool = False
    stock: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """A connector folder's `manifest.toml`, typed."""

    system: str
    name: str
    name_zh: str
    entry: str
    simulator: str
    settings: Mapping[str, Setting]
    kinds: Mapping[str, Kind]
    limits: Mapping[str, Any] = field(default_factory=dict)
    home: Path = HOME
    sample: str = ""
    company: tuple[str, ...] = ()
    """Settings that name the company's system: connections in which they are equal share limits, sessions and the circuit."""
    results_need: str = ""
    """The setting without which no results are written over a connection, of systems in which a site has to say where they go."""
    hook: str = ""
    """What hears the system's own messages (`connectors.kit.hooks`), `module:name`; empty where it sends none."""


GROUP = "lotweave.connectors"
"""Entry points by which other packages bring connectors along."""
COMMON = {
    "call_rates": {"type": "list", "default": [], "help": "calls allowed, such as 5/s or 60/min; empty for the connector's own limits"},
    "calls_at_once": {"type": "integer", "default": 0, "help": "calls under way at once over all workers; 0 for the connector's own limit"},
    "breaker_faults": {"type": "integer", "default": 5, "help": "faults in a row after which the system is left alone for a while"},
    "breaker_seconds": {"type": "integer", "default": 10, "help": "how long it is left alone first; doubled each time, 300 at most"},
}
"""Settings that every connection has."""


def homes() -> dict[str, Path]:
    """Where each connector lies: the folders here, and those of installed packages that announce one in the group `lotweave.connectors`.

    An entry point's name is the system's, its value the package that holds `manifest.toml`; a folder here wins over a package of its name.
    """
    return _announced(tuple(sys.path)) | {path.parent.name: path.parent for path in HOME.glob("*/manifest.toml")}


def systems() -> list[str]:
    """Names of all connectors that have a manifest, in alphabetical order."""
    return sorted(homes())


def manifest(system: str) -> Manifest:
    """The manifest of one system; `Misconfigured` when there is no such connector, naming those that exist."""
    home = homes().get(system)
    if home is None or not (home / "manifest.toml").is_file():
        raise Misconfigured(f"there is no connector {system!r}; known are {', '.join(systems())}", code="unknown_system")
    path = home / "manifest.toml"
    stamp = path.stat()
    return _read(path, stamp.st_mtime_ns, stamp.st_size)


def front_door(dotted: str) -> Any:
    """The object that `module:name` points at."""
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)


def typed(man: Manifest, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Settings checked against the manifest, with defaults filled in; `Misconfigured` lists every problem at once."""
    problems = [
        Problem(f"{where}.{name}", f"unknown setting; {man.system} knows {', '.join(sorted(man.settings))}")
        for name in given
        if name not in man.settings
    ]
    values: dict[str, Any] = {}
    for name, setting in man.settings.items():
        value = given.get(name, setting.default)
        if value is None and setting.required:
            problems.append(Problem(f"{where}.{name}", f"is required: {setting.help}"))
        elif value is not None and (wrong := _wrong(setting, value)):
            problems.append(Problem(f"{where}.{name}", wrong, "" if setting.type == "secret" else str(value)))
        values[name] = Secret(value) if setting.type == "secret" and isinstance(value, str) else value
    if problems:
        raise Misconfigured(f"{where} cannot be used", code="settings", problems=problems)
    return values


def _wrong(setting: Setting, value: Any) -> str:
    expected: dict[str, type | tuple[type, ...]] = {"integer": int, "flag": bool, "list": list, "table": dict}
    if not isinstance(value, expected.get(setting.type, str)):
        return f"must be a {setting.type}: {setting.help}"
    if setting.type == "url" and not str(value).startswith(("http://", "https://")):
        return "must begin with http:// or https://"
    if setting.choices and value not in setting.choices:
        return f"must be one of {', '.join(setting.choices)}"
    return ""


@lru_cache(maxsize=8)
def _announced(_where: tuple[str, ...]) -> dict[str, Path]:
    """Connectors of the packages on the path; all that is installed is looked through, so once for each path."""
    found: dict[str, Path] = {}
    for point in entry_points(group=GROUP):
        spec = find_spec(point.value)
        if spec is not None and spec.submodule_search_locations:
            found[point.name] = Path(spec.submodule_search_locations[0])
    return found


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int, _size: int) -> Manifest:
    """What a file says, read again when it has changed."""
    told = tomllib.loads(path.read_text("utf-8"))
    given = COMMON | told.get("settings", {})
    settings = {name: Setting(name, **one | {"choices": tuple(one.get("choices", ()))}) for name, one in given.items()}
    kinds = {name: Kind(name, **kind) for name, kind in told.get("kinds", {}).items()}
    return Manifest(
        system=told["system"],
        name=told["name"],
        name_zh=told["name_zh"],
        entry=told["entry"],
        simulator=told.get("simulator", ""),
        settings=settings,
        kinds=kinds,
        limits=told.get("limits", {}),
        home=path.parent,
        sample=told.get("sample", ""),
        company=tuple(told.get("company", ())),
        results_need=told.get("results_need", ""),
        hook=told.get("hook", ""),
    )
