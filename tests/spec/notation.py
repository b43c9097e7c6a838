"""A small genealogy in words, one happening a line, turned into canonical documents.

Things: `CAP/L1` is lot L1 of item CAP, `PCBA#S1` is serial S1 of item PCBA, `[C1]` is container C1; `SU:CAP/L1` is a thing of plant SU.
Times: `08:00` is on the first day, `2d08:00` on the second, at +08:00 unless an offset follows, as in `02:30+01:00`.
A line may end in `as NAME` (key of its document), `rev 2` (revision) and `known 3d09:00`
(recorded then; otherwise recorded when it happened, masters before everything).

    HZ 08:00 receive CAP/L1 5000 from MURATA      HZ 08:00 adjust CAP/L1 -5 / count CAP/L1 0
    HZ 09:00 issue CAP/L1 40 to MO-1 [backflush]  HZ 09:00 return CAP/L1 10 from MO-1
    HZ 10:00 produce PCBA#S1 1 on MO-1            HZ 10:00 byproduct SKEL/K1 1 on MO-1
    HZ 11:00 send PCBA#S1 1 under SH-1            SU 12:00 arrive MOD#S1 1 under SH-1
    SU 15:00 ship GW#U1 1 to ACME under DN-1      SU 16:00 back GW#U1 1 / scrap GW#U1 1
    HZ 08:00 rename CAP/L1 5 to CAP/L2            HZ 08:00 split CAP/L1 5 into CAP/L2  / merge CAP/L1 5 into CAP/L2
    HZ 09:30 report SMT on MO-1: PCBA#S1 1 of PCBA/B7, PCBA#S2 1 from CAP/L1 4 at C1 C2, RES/R1 2
    HZ 09:30 report SMT on MO-1 by WANG at LINE-3: PCBA#S1 1 from CAP/L1 4
    HZ 09:30 report SMT on MO-1: PCBA#S1 1, PCBA#S2 1 from CAP/X 4 either SPLICE, CAP/Y 4 either SPLICE, RES/R1 2 into PCBA#S1
    HZ 13:00 repair PCBA#S1: out CAP/L1 1; in CAP/L2 1
    HZ 14:00 put PCBA#S1, CAP/L1 20 into C1       HZ 15:00 take PCBA#S1 from C1
    HZ 15:00 reverse NAME 5                       (takes 5 off the movement NAME)
    HZ item CAP lot H87 global G-CAP unit REEL 5000     HZ same CAP = G-CAP     HZ lot CAP/L1 of MURATA M-77 date 2604
    HZ bom PCBA v1: CAP 2 at C1 C2, RES 2 or RES2   HZ order MO-1 standard makes PCBA 10 bom v1 ops SMT AOI(optional) FCT(with AOI)
    HZ withdraw movement NAME rev 2
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

ZONE = timezone(timedelta(hours=8))
BEFORE = "2026-01-01T00:00:00+08:00"


def moment(text: str) -> str:
    """The RFC 3339 text of a time in the notation."""
    day, _, clock = text.rpartition("d")
    hour, minute = clock[:5].split(":")
    plain = datetime(2026, 3, int(day or 1), int(hour), int(minute), tzinfo=ZONE).isoformat()
    return plain[:-6] + clock[5:] if clock[5:] else plain


def thing(text: str) -> dict[str, str]:
    """A thing as documents write it."""
    plant, _, name = text.rpartition(":")
    told = {"plant": plant} if plant else {}
    if name.startswith("["):
        return told | {"kind": "container", "number": name.strip("[]")}
    kind = "serial" if "#" in name else "lot"
    item, number = re.split("[/#]", name, maxsplit=1)
    return told | {"kind": kind, "item": item, "number": number}


def uri(text: str, plant: str) -> str:
    """The id of a thing in the notation."""
    told = thing(text)
    return "/".join((told.get("plant", plant), told["kind"], told.get("item", ""), told["number"]))


def documents(text: str) -> list[dict[str, Any]]:
    """The canonical documents that a story tells, one a line; lines without a plant and a verb are prose."""
    return [found for at, line in enumerate(text.splitlines(), 1) if (found := _line(line.strip(), f"line-{at}"))]


def _line(line: str, key: str) -> dict[str, Any] | None:
    options = {}
    while tail := re.search(r"\s+(as|rev|known)\s+(\S+)$", line):
        options[tail[1]], line = tail[2], line[: tail.start()]
    if not (found := re.match(r"([A-Z]{2})\s+(?:((?:\d+d)?\d\d:\d\d(?:[+-]\d\d:\d\d)?)\s+)?([a-z]+)\s+(.*)$", line)):
        return None
    plant, at, verb, rest = found.groups()
    if verb not in VERBS:
        raise ValueError(f"{verb!r} is no verb of the notation: {line}")
    kind, body = VERBS[verb](rest.strip(), moment(at) if at else None, verb)
    known = moment(options["known"]) if "known" in options else body.get("at", BEFORE)
    told = {"kind": kind, "plant": plant, "key": options.get("as", key), "revision": int(options.get("rev", 1)), "recorded_at": known}
    if verb == "withdraw":
        _, told["kind"], told["key"] = ("", *rest.split())
        return told | {"deleted": True}
    return told | {"body": body}


def _quantity(words: list[str], base: dict[str, Any] | None = None) -> dict[str, Any]:
    """`CAP/L1 40 [UNIT] [at C1 C2] [of LOT] [into THING THING] [either GROUP]` as a part of a document."""
    told = dict(base or {}) | {"thing": thing(words[0])}
    said: dict[str, list[str]] = {"": []}
    for word in words[1:]:
        if word in {"at", "of", "into", "either"}:
            said[word] = []
        else:
            said[list(said)[-1]].append(word)
    if said[""]:
        told |= {"quantity": said[""][0], "uom": said[""][1] if len(said[""]) > 1 else "H87"}
    readers = {
        "at": ("designators", list),
        "of": ("lot", lambda names: thing(names[0])),
        "into": ("into", lambda names: [thing(name) for name in names]),
        "either": ("group", lambda names: names[0]),
    }
    return told | {readers[word][0]: readers[word][1](names) for word, names in said.items() if word}


MOVES = {"send": "transfer_out", "arrive": "transfer_in", "back": "customer_return", "reverse": "adjust"}


def _movement(rest: str, at: str | None, verb: str) -> tuple[str, dict[str, Any]]:
    words, told = rest.split(), dict[str, Any](type=MOVES.get(verb, verb), at=at)
    places = {
        "from": "order" if verb == "return" else "partner",
        "on": "order",
        "under": "shipment",
        "to": {"issue": "order", "ship": "partner"}.get(verb, "other"),
        "into": "other",
    }
    if "backflush" in words:
        words.remove("backflush")
        told["backflush"] = True
    for word, name in places.items():
        if word in words[1:]:
            place = words.index(word, 1)
            told[name] = thing(words[place + 1]) if name == "other" else words[place + 1]
            del words[place : place + 2]
    return "movement", told | _quantity(words)


def _reverse(rest: str, at: str | None, _: str) -> tuple[str, dict[str, Any]]:
    name, told, quantity = rest.split()
    return "movement", {"type": "adjust", "at": at, "reverses": name, "thing": thing(told), "quantity": quantity, "uom": "H87"}


def _parts(text: str) -> list[dict[str, Any]]:
    return [_quantity(part.split()) for part in text.split(",") if part.strip()]


def _report(rest: str, at: str | None, _: str) -> tuple[str, dict[str, Any]]:
    head, _, tail = rest.partition(":")
    operation, _, order, *by_and_at = head.split()
    made, _, used = f"{tail} ".partition(" from ")
    told: dict[str, Any] = {"order": order, "operation": operation, "at": at, "outputs": _parts(made), "inputs": _parts(used)}
    if "by" in by_and_at:
        told["people"] = [by_and_at[by_and_at.index("by") + 1]]
    if "at" in by_and_at:
        told["equipment"] = by_and_at[by_and_at.index("at") + 1]
    return "operation", told


def _repair(rest: str, at: str | None, _: str) -> tuple[str, dict[str, Any]]:
    head, _, tail = rest.partition(": ")
    told: dict[str, Any] = {"thing": thing(head), "at": at, "removed": [], "installed": []}
    for part in tail.split(";"):
        way, _, parts = part.strip().partition(" ")
        told["removed" if way == "out" else "installed"] = _parts(parts)
    return "repair", told


def _pack(rest: str, at: str | None, verb: str) -> tuple[str, dict[str, Any]]:
    contents, _, container = rest.rpartition(" into " if verb == "put" else " from ")
    flat = [part.pop("thing") | part for part in _parts(contents)]
    return "pack", {"container": container.strip("[]"), "at": at, "action": "add" if verb == "put" else "remove", "contents": flat}


def _item(rest: str, _: str | None, __: str) -> tuple[str, dict[str, Any]]:
    words = rest.split()
    told: dict[str, Any] = {"item": words[0], "tracking": words[1], "base_uom": words[2] if len(words) > 2 else "H87"}
    if "global" in words:
        told["global_item"] = words[words.index("global") + 1]
    if "unit" in words:
        place = words.index("unit")
        told["units"] = [{"uom": words[place + 1], "per_base": words[place + 2]}]
    return "item", told


def _bom(rest: str, _: str | None, __: str) -> tuple[str, dict[str, Any]]:
    head, _, tail = rest.partition(":")
    item, version = head.split()
    lines = []
    for at, part in enumerate(tail.split(","), 1):
        said, _, places = part.partition(" at ")
        words = said.split()
        told = {"line": str(at), "item": words[0], "quantity": words[1], "uom": "H87", "substitutes": words[3:]}
        lines.append(told | ({"designators": places.split()} if places else {}))
    return "bom", {"item": item, "version": version, "quantity": "1", "uom": "H87", "lines": lines}


def _order(rest: str, _: str | None, __: str) -> tuple[str, dict[str, Any]]:
    words = rest.split()
    told: dict[str, Any] = {"order": words[0], "type": words[1], "item": words[3], "quantity": words[4], "uom": "H87", "status": "started"}
    if "bom" in words:
        told["bom_version"] = words[words.index("bom") + 1]
    if "ops" in words:
        text = rest.partition(" ops ")[2]
        told["operations"] = [_operation(*found) for found in re.findall(r"(\w+)(?:\((optional|with (?:\w+))\))?", text)]
    return "order", told


def _operation(name: str, note: str) -> dict[str, Any]:
    told: dict[str, Any] = {"operation": name}
    if note == "optional":
        told["required"] = False
    elif note:
        told["merge_with"] = note.split()[1]
    return told


def _lot(rest: str, _: str | None, __: str) -> tuple[str, dict[str, Any]]:
    words = rest.split()
    named = thing(words[0])
    told = {"item": named["item"], "lot": named["number"]}
    if "of" in words:
        told |= {"supplier": words[words.index("of") + 1], "supplier_lot": words[words.index("of") + 2]}
    if "date" in words:
        told["date_code"] = words[words.index("date") + 1]
    return "lot", told


def _same(rest: str, _: str | None, __: str) -> tuple[str, dict[str, Any]]:
    here, _, there = rest.partition(" = ")
    return "crosswalk", {"what": "item", "here": here, "global": there}


def _nothing(_: str, __: str | None, ___: str) -> tuple[str, dict[str, Any]]:
    return "", {}


VERBS = dict.fromkeys(
    (
        "receive",
        "issue",
        "return",
        "produce",
        "byproduct",
        "send",
        "arrive",
        "ship",
        "back",
        "scrap",
        "adjust",
        "count",
        "rename",
        "split",
        "merge",
    ),
    _movement,
) | {
    "reverse": _reverse,
    "report": _report,
    "repair": _repair,
    "put": _pack,
    "take": _pack,
    "item": _item,
    "bom": _bom,
    "order": _order,
    "lot": _lot,
    "same": _same,
    "withdraw": _nothing,
}
