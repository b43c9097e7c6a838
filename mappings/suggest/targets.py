"""What a mapping has to make: the fields of each kind of document, what their values must be, and what is said once for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NUMBER, TIME, UNIT, CODE, TEXT = "number", "time", "unit", "code", "text"


@dataclass(frozen=True, slots=True)
class Target:
    """A field to be made: where, called what in the vocabulary, of which sort, and how much it matters that it is found."""

    path: str
    word: str
    sort: str = CODE
    needed: bool = False


def _targets(told: str, *, thing: bool = False) -> tuple[Target, ...]:
    """`path[=word][:sort][!]` separated by blanks."""
    found = [Target("thing.item", "item", needed=True), Target("thing.number", "lot", needed=True)] if thing else []
    for one in told.split():
        text, needed = one.removesuffix("!"), one.endswith("!")
        path, _, sort = text.partition(":")
        path, _, word = path.partition("=")
        found.append(Target(path, word or path.rpartition(".")[2], sort or CODE, needed))
    return tuple(found)


KINDS: dict[str, tuple[Target, ...]] = {
    "item": _targets("item! name:text base_uom:unit! mpn manufacturer:text"),
    "partner": _targets("partner! name:text"),
    "lot": _targets("item! lot! supplier supplier_lot date_code made_at:time expires_at:time"),
    "order": _targets(
        "order! item! quantity:number! uom:unit! status parent_order planned_start:time planned_end:time actual_start:time actual_end:time"
    ),
    "bom": _targets(
        "item! version! lines.line=line lines.item=item! lines.quantity=quantity:number! lines.uom=uom:unit! lines.designators=designators"
        " lines.scrap_percent=scrap_percent:number"
    ),
    "movement": _targets("at:time! quantity:number! uom:unit! order operation partner shipment person equipment", thing=True),
    "operation": _targets("order! operation! at:time! started_at:time equipment people=person good:number rework:number scrap:number"),
    "inspection": _targets("at:time! result! operation equipment person", thing=True),
}
"""Kinds that can be proposed."""
MOVEMENTS: Sequence[tuple[str, str]] = (
    ("return", r"return|退料|tuiliao|Rückgabe"),
    ("issue", r"issue|pick|consum|领料|发料|投料|lingliao|faliao|Entnahme|Verbrauch"),
    ("receive", r"purchase|receive|receipt|采购入库|收料|来料|caigou|shouliao|Wareneingang"),
    ("transfer_out", r"transfer.?out|调出|diaochu|Auslagerung"),
    ("transfer_in", r"transfer.?in|调入|diaoru|Einlagerung"),
    ("ship", r"ship|deliver|outstock|sal_|销售出库|发货|出货|fahuo|chuhuo|Lieferung|Versand"),
    ("produce", r"produc|instock|finish|complet|完工|入库|产成品|wangong|ruku|Zugang|Fertigmeldung"),
    ("scrap", r"scrap|报废|baofei|Verschrottung"),
)
"""Movement type → what the name of a system's object says when it is one; the first that fits."""
