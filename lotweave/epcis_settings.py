"""`[epcis]` of `lotweave.toml`: how the site names things to others, which places are which plant, and how much may be sent at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from trace_core.epcis.addresses import origin
from trace_core.epcis.keys import canonical
from trace_core.epcis.things import DEFAULT_BASE, Ground

Wrong = Callable[[tuple[str, ...], str, str], None]
_NAMES = (
    "base", "default_plant", "company_prefixes", "most_events", "most_bytes", "places", "subscribers", "suspend_after", "keep_payloads",
    "most_sockets",
)  # fmt: skip
MOST_EVENTS = 10_000
MOST_BYTES = 16 * 1024 * 1024
SUSPEND_AFTER = 7
KEEP_PAYLOADS = 30
MOST_SOCKETS = 20
_PREFIX_LENGTHS = range(6, 13)


@dataclass(frozen=True, slots=True)
class Epcis:
    """The settings. `places`: canonical URI or GLN → plant. `most_bytes` of one payload, `most_events` of one document.

    `subscribers` are origins that events may be sent to; `suspend_after` days of failure one is suspended. Captured documents are kept as
    they came for `keep_payloads` days. `most_sockets` subscribers may be connected at once.
    """

    base: str = DEFAULT_BASE
    default_plant: str | None = None
    company_prefixes: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    most_events: int = MOST_EVENTS
    most_bytes: int = MOST_BYTES
    subscribers: tuple[str, ...] = ()
    suspend_after: int = SUSPEND_AFTER
    keep_payloads: int = KEEP_PAYLOADS
    most_sockets: int = MOST_SOCKETS

    @property
    def ground(self) -> Ground:
        """How things are named, without what the items add."""
        return Ground(self.base, self.places, self.default_plant, self.company_prefixes)


def read_epcis(
    told: Mapping[str, Any],
    plants: Collection[str],
    *,
    wrong: Callable[..., None],
    known: Callable[[Mapping[str, Any], tuple[str, ...], tuple[str, ...]], None],
) -> Epcis:
    """The settings that a table states; `wrong` and `known` are told what is wrong, all of it."""
    known(told, ("epcis",), _NAMES)
    default = told.get("default_plant")
    if default is not None and default not in plants:
        wrong(("epcis", "default_plant"), f"must be one of the plants {', '.join(plants) or '(none is declared)'}", str(default))
    return Epcis(
        _base(told.get("base", DEFAULT_BASE), wrong),
        str(default) if default is not None else None,
        _prefixes(told.get("company_prefixes", []), wrong),
        _places(told.get("places", {}), plants, wrong),
        _count(told, "most_events", MOST_EVENTS, wrong),
        _count(told, "most_bytes", MOST_BYTES, wrong),
        _origins(told.get("subscribers", []), wrong),
        _count(told, "suspend_after", SUSPEND_AFTER, wrong),
        _count(told, "keep_payloads", KEEP_PAYLOADS, wrong),
        _count(told, "most_sockets", MOST_SOCKETS, wrong),
    )


def _base(value: Any, wrong: Wrong) -> str:
    text = str(value)
    if not (text.startswith("urn:") or (text.startswith("https://") and urlsplit(text).netloc)) or text[-1] not in "/:":
        wrong(("epcis", "base"), "must be an https URL that ends with / or a URN that ends with :", text)
        return DEFAULT_BASE
    return text


def _prefixes(value: Any, wrong: Wrong) -> tuple[str, ...]:
    found = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    for one in found:
        if not (one.isdecimal() and len(one) in _PREFIX_LENGTHS):
            wrong(("epcis", "company_prefixes"), "must be a list of GS1 company prefixes, texts of 6 to 12 digits", one)
    return tuple(found)


def _origins(value: Any, wrong: Wrong) -> tuple[str, ...]:
    found = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    for one in found:
        if origin(one) is None or urlsplit(one).path not in {"", "/"} or urlsplit(one).query:
            wrong(
                ("epcis", "subscribers"),
                "must be a list of schemes and hosts, such as https://partner.example.com or http://10.0.0.5:8080",
                one,
            )
    return tuple(found)


def _places(value: Any, plants: Collection[str], wrong: Wrong) -> dict[str, str]:
    if not isinstance(value, Mapping):
        wrong(("epcis", "places"), "must be a table of places and their plants", str(value))
        return {}
    found = {}
    for place, plant in value.items():
        if ":" not in place and not (place.isdecimal() and len(place) == _GLN):
            wrong(("epcis", "places", place), "must be a URI or a GLN of 13 digits", place)
        if plant not in plants:
            wrong(("epcis", "places", place), f"must name one of the plants {', '.join(plants) or '(none is declared)'}", str(plant))
        found[canonical(place)] = str(plant)
    return found


_GLN = 13


def _count(told: Mapping[str, Any], name: str, default: int, wrong: Wrong) -> int:
    value = told.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        wrong(("epcis", name), "must be a whole number above zero", str(value))
        return default
    return value
