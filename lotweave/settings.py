"""The settings of a site: `lotweave.toml`, typed, with every problem at its file, line and column.

Secrets are references: `env:NAME` or `file:PATH` (relative to the site). A secret written in the file itself is an error.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from connectors.kit.manifest import Secret, manifest, systems, typed
from lotweave.epcis_settings import Epcis, read_epcis
from lotweave.telemetry_settings import Telemetry, read_telemetry
from lotweave.timetables import Timetables
from scheduler.timetable import Timetable
from trace_core.errors import Misconfigured, Problem

FILE = "lotweave.toml"
STATE = ".lotweave"
DEFAULT_PORT = 8600
MOST_TOLERANCE = 86_400
"""Seconds that the clocks of a plant may be said to be off at most."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant: its code, its name, its time zone, and how far its clocks may be off."""

    code: str
    name: str
    zone: ZoneInfo
    clock: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection to one system of one plant. `settings` still hold secret references.

    More results than `push_limit`, or than `push_share` of all, do not change there at once without a person's look.
    """

    name: str
    plant: str
    system: str
    kinds: tuple[str, ...]
    settings: Mapping[str, Any]
    push_limit: int = 200
    push_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that `lotweave.toml` says. `database` and `broker` are None where the site embeds its services."""

    folder: Path
    name: str
    database: str | None
    broker: str | None
    plants: Mapping[str, Plant]
    connections: Mapping[str, Connection]
    timetables: Callable[[], Timetable] = Timetable
    epcis: Epcis = field(default_factory=Epcis)
    url: str = ""
    shared: str | None = None
    telemetry: Telemetry = field(default_factory=Telemetry)

    @property
    def timetable(self) -> Timetable:
        """Its schedules and blackouts as its files say now."""
        return self.timetables()

    def closed(self, connection: str, now: datetime) -> datetime | None:
        """Until when scheduled runs of a connection wait, in UTC; None when they need not."""
        return self.timetable.closed(connection, now)

    @property
    def clocks(self) -> dict[str, timedelta]:
        """How far the clocks of each plant may be off."""
        return {code: plant.clock for code, plant in self.plants.items()}

    @property
    def state(self) -> Path:
        """Where the embedded services keep their files."""
        return self.folder / STATE


def environment(name: str) -> str | None:
    """One variable of the environment; the only place that reads it."""
    return os.environ.get(name)


def site_folder(given: Path | None) -> Path:
    """The site that a verb works on: `--site`, else `LOTWEAVE_SITE`, else the current folder."""
    return (given or Path(environment("LOTWEAVE_SITE") or ".")).resolve()


def read_site(folder: Path) -> Site:
    """The site in a folder.

    Errors: `Misconfigured` with every problem at once, each at `file:line:column`.
    """
    path = folder / FILE
    if not path.is_file():
        raise Misconfigured(f"{folder} is no site: it has no {FILE}; make one with `lotweave init {folder}`", code="no_site")
    text = path.read_text("utf-8")
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(fault))
        where = f"{FILE}:{place[1]}:{place[2]}" if place else FILE
        said = re.sub(r" \(at .*\)", "", str(fault))
        raise Misconfigured("the settings cannot be read", code="settings", problems=[Problem(where, said)]) from fault
    reader = _Reader(text, told)
    site = reader.site(folder)
    timetables = Timetables(folder, zones_and_kinds(site))
    if problems := [*reader.problems, *timetables.problems]:
        files = " and ".join(dict.fromkeys(problem.path.partition(":")[0] for problem in problems))
        raise Misconfigured(f"{files}: {len(problems)} problem(s)", code="settings", problems=problems)
    return replace(site, timetables=timetables)


def zones_and_kinds(site: Site) -> dict[str, tuple[ZoneInfo, Sequence[str]]]:
    """What a timetable must know of the site: the zone and the kinds of each connection."""
    return {name: (site.plants[one.plant].zone, list(kinds_of(one))) for name, one in site.connections.items() if one.plant in site.plants}


def kinds_of(connection: Connection) -> dict[str, int]:
    """The kinds that a connection reads, each with its rank: masters first."""
    man = manifest(connection.system)
    if man.limits.get("kinds_from_settings"):
        return {name: at for at, name in enumerate(connection.kinds)}
    known = {name: kind.order for name, kind in man.kinds.items() if kind.read or name in connection.kinds}
    return {name: order for name, order in known.items() if not connection.kinds or name in connection.kinds}


def takes_results(connection: Connection) -> bool:
    """Whether results are written over a connection: some systems need a site's word on where to."""
    need = manifest(connection.system).results_need
    return not need or bool(connection.settings.get(need))


def secret(reference: str, folder: Path) -> str:
    """The secret that a reference points at.

    Errors: `Misconfigured` naming the reference, never a value.
    """
    sort, _, rest = reference.partition(":")
    if sort == "env":
        value = environment(rest)
        if value is None:
            raise Misconfigured(f"the environment variable {rest} is not set; it holds a secret of this site", code="secret")
        return value
    path = (folder / rest).resolve()
    if not path.is_file():
        raise Misconfigured(f"the file {path} does not exist; it holds a secret of this site", code="secret")
    return path.read_text("utf-8").strip()


def resolved(connection: Connection, folder: Path) -> dict[str, Any]:
    """The connection's settings with defaults filled in and secrets resolved: for the connector alone, never to be shown."""
    man = manifest(connection.system)
    values = typed(man, connection.settings, f"connections.{connection.name}.settings")
    return {name: _resolve(man.settings[name].type, value, folder) for name, value in values.items()}


def _resolve(sort: str, value: Any, folder: Path) -> Any:
    """Secrets by their reference, files relative to the site; everything else as it is."""
    if sort == "secret" and isinstance(value, str):
        return Secret(secret(value, folder))
    return str(folder / value) if sort == "file" and isinstance(value, str) else value


def locate(text: str, path: tuple[str, ...]) -> tuple[int, int]:
    """Line and column (from 1) of a dotted key in TOML text: of the key itself, else of the nearest table around it."""
    best: tuple[int, int] = (1, 1)
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            table = tuple(part.strip().strip("\"'") for part in header[1].split("."))
            if table == path[: len(table)] and len(table) >= 1:
                best = (number, line.index("[") + 1)
                if table == path:
                    return best
        elif (key := re.match(r"(\s*)(\"[^\"]*\"|'[^']*'|[\w.\"'-]+)\s*=", line)) and table + _key_parts(key[2]) == path:
            return number, len(key[1]) + 1
    return best


def _key_parts(key: str) -> tuple[str, ...]:
    """The parts of a dotted key; one in quotes is a single part, whatever it holds."""
    whole = key[0] in "\"'" and key[0] not in key[1:-1]
    return (key[1:-1],) if whole else tuple(part.strip("\"'") for part in key.split("."))


class _Reader:
    """Reads the parsed file and gathers what is wrong instead of stopping at the first."""

    def __init__(self, text: str, told: dict[str, Any]) -> None:
        self.text = text
        self.told = told
        self.problems: list[Problem] = []

    def wrong(self, path: tuple[str, ...], said: str, value: str = "") -> None:
        line, column = locate(self.text, path)
        self.problems.append(Problem(f"{FILE}:{line}:{column}", f"{'.'.join(path)} {said}", value))

    def known(self, table: Mapping[str, Any], path: tuple[str, ...], names: tuple[str, ...]) -> None:
        for name in table:
            if name not in names:
                near = get_close_matches(name, names, 1)
                hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(names)}"
                self.wrong((*path, name), f"is no setting{hint}")

    def table(self, path: tuple[str, ...]) -> dict[str, Any]:
        table: Any = self.told
        for name in path:
            table = table.get(name, {}) if isinstance(table, dict) else {}
        if not isinstance(table, dict):
            self.wrong(path, "must be a table")
            return {}
        return table

    def site(self, folder: Path) -> Site:
        self.known(self.told, (), ("site", "services", "plants", "connections", "epcis", "telemetry"))
        about, services = self.table(("site",)), self.table(("services",))
        self.known(about, ("site",), ("name", "url"))
        self.known(services, ("services",), ("database", "broker", "shared"))
        plants = dict(self.plants())
        return Site(
            folder,
            str(about.get("name", folder.name)),
            self.service(services, "database", folder),
            self.service(services, "broker", folder),
            plants,
            dict(self.connections(plants)),
            url=self.url(about),
            shared=self.shared(services, folder),
            telemetry=read_telemetry(self.table(("telemetry",)), wrong=self.wrong, known=self.known),
            epcis=read_epcis(self.table(("epcis",)), plants, wrong=self.wrong, known=self.known),
        )

    def url(self, about: Mapping[str, Any]) -> str:
        value = about.get("url", "")
        if not isinstance(value, str) or (value and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value)):
            self.wrong(("site", "url"), "must be where people reach the console, such as https://trace.example.com", str(value))
            return ""
        return value

    def service(self, services: Mapping[str, Any], name: str, folder: Path) -> str | None:
        value = services.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong(("services", name), "must be a URL or a reference to one (env:NAME, file:PATH)")
            return None
        try:
            return secret(value, folder) if value.startswith(("env:", "file:")) else value
        except Misconfigured as fault:
            self.wrong(("services", name), fault.message)
            return None

    def shared(self, services: Mapping[str, Any], folder: Path) -> str | None:
        """Where limits and sessions are shared; RabbitMQ cannot, so that beside it a store must be named."""
        value, broker = self.service(services, "shared", folder), str(services.get("broker") or "")
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            self.wrong(("services", "shared"), "must be the address of a Redis or Valkey: redis://, rediss:// or unix://")
        if value is None and broker.startswith(("amqp:", "amqps:", "pyamqp:")):
            self.wrong(
                ("services", "broker"), "is RabbitMQ: name a Redis or Valkey in services.shared, where workers share limits and sessions"
            )
        return value

    def plants(self) -> Iterator[tuple[str, Plant]]:
        for code, told in self.table(("plants",)).items():
            path = ("plants", code)
            if not isinstance(told, dict):
                self.wrong(path, "must be a table")
                continue
            self.known(told, path, ("name", "zone", "clock_tolerance_seconds"))
            zone = told.get("zone", "Asia/Shanghai")
            if zone not in available_timezones():
                near = get_close_matches(str(zone), sorted(available_timezones()), 1)
                self.wrong((*path, "zone"), "is no time zone" + (f"; did you mean {near[0]}?" if near else ""), str(zone))
                zone = "UTC"
            yield code, Plant(code, str(told.get("name", code)), ZoneInfo(zone), self.tolerance(told, path))

    def tolerance(self, told: Mapping[str, Any], path: tuple[str, ...]) -> timedelta:
        name = "clock_tolerance_seconds"
        value = told.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_TOLERANCE:
            self.wrong((*path, name), f"must be a whole number of seconds from 0 to {MOST_TOLERANCE}", str(value))
            return timedelta(0)
        return timedelta(seconds=value)

    def connections(self, plants: Mapping[str, Plant]) -> Iterator[tuple[str, Connection]]:
        for name, told in self.table(("connections",)).items():
            path = ("connections", name)
            if not isinstance(told, dict):
                self.wrong(path, "must be a table")
                continue
            self.known(told, path, ("plant", "system", "kinds", "push_limit", "push_share", "settings"))
            plant, system = told.get("plant"), told.get("system")
            if plant not in plants:
                self.wrong((*path, "plant"), f"must name one of the plants {', '.join(plants) or '(none is declared)'}", str(plant or ""))
            if system not in systems():
                near = get_close_matches(str(system), systems(), 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                self.wrong((*path, "system"), f"must be one of {', '.join(systems())}{hint}", str(system or ""))
                continue
            settings = told.get("settings", {})
            self.connection_settings(system, settings, path)
            kinds = tuple(told.get("kinds", ()))
            for kind in kinds:
                if kind not in manifest(system).kinds and not manifest(system).limits.get("kinds_from_settings"):
                    self.wrong((*path, "kinds"), f"names a kind that {system} does not have", str(kind))
            limit, share = self.bounds(told, path)
            yield name, Connection(name, str(plant), system, kinds, settings, limit, share)

    def bounds(self, told: Mapping[str, Any], path: tuple[str, ...]) -> tuple[int, float]:
        """How many results may change at once: a number, and a share."""
        limit, share = told.get("push_limit", 200), told.get("push_share", 0.5)
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
            self.wrong((*path, "push_limit"), "must be a whole number from 0", str(limit))
            limit = 200
        if not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share <= 1:
            self.wrong((*path, "push_share"), "must be a number from 0 to 1", str(share))
            share = 0.5
        return limit, float(share)

    def connection_settings(self, system: str, settings: Any, path: tuple[str, ...]) -> None:
        man = manifest(system)
        try:
            typed(man, settings if isinstance(settings, dict) else {}, ".".join((*path, "settings")))
        except Misconfigured as fault:
            for problem in fault.problems:
                name = problem.path.rpartition(".")[2]
                near = get_close_matches(name, man.settings, 1) if name not in man.settings else []
                self.wrong((*path, "settings", name), problem.problem + (f"; did you mean {near[0]}?" if near else ""), problem.value)
        for name, setting in man.settings.items():
            value = settings.get(name) if isinstance(settings, dict) else None
            if setting.type == "secret" and isinstance(value, str) and not value.startswith(("env:", "file:")):
                self.wrong((*path, "settings", name), "must be a reference (env:NAME or file:PATH), not the secret itself")
