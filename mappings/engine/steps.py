"""What the verbs do to a value: each a function of the value and its frame, made once for a connection.

A step raises ValueError with a sentence that goes on from the value. `by` says, for whoever wants to know, which row or factor did it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from mappings.engine.codes import Codes, UnknownCode
from mappings.engine.language import STEPS, Value
from mappings.engine.rates import UNITS, Factor, Rates, converted
from mappings.engine.values import as_text, epoch_reader, formatted_reader, moment_reader, number_text, odata_text, settled
from mappings.library.functions import FUNCTIONS

Apply = Callable[[Any, Any], Any]
Make = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Line:
    """Where records come from: what a mapping needs to know of a connection."""

    connection: str
    plant: str
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Context:
    """A line with its tables, and how to make a value within a verb. `organisation` is that of the document, where the mapping says it."""

    line: Line
    codes: Callable[[str], Codes]
    rates: Callable[[str], Rates]
    make: Callable[[Value], Make]
    organisation: Make = field(default=lambda _: None)
    organised: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a value, ready to be taken; a pure one needs the value alone, not the frame."""

    verb: str
    apply: Apply
    pure: bool = True
    by: Callable[[Any, Any], str] = field(default=lambda _value, _frame: "")


def changes(value: Value, context: Context) -> list[Change]:
    """The steps of a value, in their fixed order."""
    return [_STEPS[name](value.verbs, context) for name in STEPS if name in value.verbs]


def _empty(verbs: Mapping[str, Any], _: Context) -> Change:
    nothing = verbs["empty"]
    return Change("empty", lambda value, _: None if as_text(value) in nothing else settled(value))


def _split(verbs: Mapping[str, Any], _: Context) -> Change:
    by, take = str(verbs["split"]), int(verbs.get("take", 0))

    def split(value: Any, _: Any) -> Any:
        parts = as_text(value).split(by)
        if not -len(parts) <= take < len(parts):
            raise ValueError(f"has no part {take} when split by {by!r}")
        return parts[take].strip() or None

    return Change("split", split)


def _flag(verbs: Mapping[str, Any], _: Context) -> Change:
    yes, no = verbs["flag"]["true"], verbs["flag"]["false"]

    def flag(value: Any, _: Any) -> Any:
        text = as_text(value)
        if text not in yes and text not in no:
            raise ValueError(f"is neither one of {', '.join(sorted(yes))} (true) nor of {', '.join(sorted(no))} (false)")
        return text in yes

    return Change("flag", flag)


def _code(verbs: Mapping[str, Any], context: Context) -> Change:
    told = verbs["code"]
    codes, policy = context.codes(told["table"]), told["unknown"]
    on = context.make(told["on"]) if "on" in told else None

    def find(value: Any, frame: Any) -> Any:
        code, organisation = as_text(value), context.organisation(frame) or ""
        row = codes.find(code, organisation, day_of(on(frame)) if on else None)
        if row is None:
            raise UnknownCode(codes.name, code, organisation, policy, codes.near(code))
        return row

    def look_up(value: Any, frame: Any) -> Any:
        return find(value, frame).values["to"]

    plain = codes.plain

    def look_up_plain(value: Any, frame: Any) -> Any:
        found = plain.get(value) if value.__class__ is str else None
        return look_up(value, frame) if found is None else found

    pure = bool(plain) and on is None
    return Change("code", look_up_plain if pure else look_up, pure=pure, by=lambda value, frame: str(find(value, frame).place))


def _number(_: Mapping[str, Any], __: Context) -> Change:
    return Change("number", lambda value, _: number_text(value))


def _convert(verbs: Mapping[str, Any], context: Context) -> Change:
    told = verbs["convert"]
    rates = context.rates(told.get("table", UNITS))
    makes = {name: context.make(told[name]) for name in ("from", "to", "item", "on") if name in told}

    here, there, item, on = (makes.get(name) for name in ("from", "to", "item", "on"))

    def factor(frame: Any) -> Factor:
        one, other = here(frame) if here else None, there(frame) if there else None
        if one is None or other is None:
            raise ValueError(f"cannot be converted: the unit it is converted {'from' if one is None else 'to'} is empty")
        organisation = context.organisation(frame) or ""
        return rates.factor(one, other, (item(frame) or "") if item else "", organisation, day_of(on(frame)) if on else None)

    def convert(value: Any, frame: Any) -> Any:
        return converted(value if value.__class__ is str else number_text(value), factor(frame))

    return Change("convert", convert, pure=False, by=lambda _, frame: f"× {factor(frame).exact}")


def day_of(value: Any) -> date | None:
    """The day that a date or time names in its own text. Errors: ValueError."""
    if value is None:
        return None
    try:
        return date.fromisoformat(as_text(value).replace("/", "-")[:10])
    except ValueError as fault:
        raise ValueError(f"needs a day to be looked up on, and {value!r} is none") from fault


def _date(verbs: Mapping[str, Any], context: Context) -> Change:
    how = str(verbs["date"])
    zone = {"local": context.line.zone, "utc": UTC}.get(how)
    if how in {"epoch_s", "epoch_ms"}:
        read = epoch_reader(1 if how == "epoch_s" else 1000)
    elif how == "odata":
        read = odata_text
    elif "format" in verbs:
        read = formatted_reader(str(verbs["format"]), zone or ZoneInfo(how))
    else:
        read = moment_reader(zone or ZoneInfo(how))
    return Change("date", lambda value, _: read(value))


def _call(verbs: Mapping[str, Any], _: Context) -> Change:
    told = verbs["call"]
    function = partial(FUNCTIONS[told["function"]], **told["options"])
    return Change("call", lambda value, _: function(as_text(value)), by=lambda _value, _frame: told["function"])


def _limit(verbs: Mapping[str, Any], _: Context) -> Change:
    told = verbs["limit"]
    return Change("limit", lambda value, _: limited(as_text(value), **told))


def limited(text: str, *, unit: str, most: int, encoding: str, more: str) -> str:
    """A text within a length in bytes of an encoding, or in characters; what is cut ends in `more`. No character is cut in two.

    >>> limited("批次一览表", unit="bytes", most=10, encoding="utf-8", more="…")
    '批次…'
    """

    def size(part: str) -> int:
        return len(part) if unit == "characters" else len(part.encode(encoding, "replace"))

    if size(text) <= most:
        return text
    room = max(0, most - size(more))
    kept, used = [], 0
    for character in text:
        used += size(character)
        if used > room:
            break
        kept.append(character)
    cut = "".join(kept).rstrip()
    return cut + more if size(cut + more) <= most else cut


_STEPS: Mapping[str, Callable[[Mapping[str, Any], Context], Change]] = {
    "empty": _empty,
    "split": _split,
    "flag": _flag,
    "code": _code,
    "number": _number,
    "convert": _convert,
    "date": _date,
    "call": _call,
    "limit": _limit,
}
