"""One form as it is read: primary key, watermarks, entity and sub-entity with their keys, and the fields asked for.

Source: WebAPI manual V6.0 and the official ApiDoc tree. A field written with `?` is one that a version or a customer may not have: it is
left out where the form lacks it. Keys that a customer makes (`F_…`) come from the connection's settings and are of that sort.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

STATE = "FDocumentStatus FModifyDate FApproveDate"
BILL = f"FBillNo FDate FCancelStatus FCreateDate {STATE}"
MADE, STOCK = f"{BILL} FPrdOrgId.FNumber", f"{BILL} FStockOrgId.FNumber"
MOVED = "FMaterialId.FNumber FUnitID.FNumber FLot.FNumber"
SERIALS: Mapping[str, Any] = {"sub": "FSerialSubEntity", "subs": ("FSerialNo",)}
ORGANISATIONS = ("FPrdOrgId.FNumber", "FSubOrgId.FNumber", "FProOrgId.FNumber", "FStockOrgId.FNumber")
"""Fields that say whose bill it is, the deciding one first."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Rows that belong together: those of side `before` under one number of `by` are told to each row of side `after` as `LW_Before`."""

    by: str
    side: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One form as it is read. `head`, `rows` and `subs` are field keys in the order asked for; entry ids are added by `columns`.

    `optional` are fields that may be left out. `open` is the condition on rows of documents whose change times lie; `closed` the time of
    a row at which it stops to hold. `raw` forms have no mapping and are read only where asked for. `compares` says whether pairs of row
    fields differ, under a name of ours; `lifted` are row fields of the main row told at the head as well.
    """

    form: str
    pk: str
    head: tuple[str, ...]
    entity: str = ""
    rows: tuple[str, ...] = ()
    sub: str = ""
    subs: tuple[str, ...] = ()
    marks: tuple[str, ...] = ("FModifyDate", "FApproveDate")
    base: bool = False
    optional: frozenset[str] = frozenset()
    open: str = ""
    closed: str = ""
    compares: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    pairing: Pairing | None = None
    lifted: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    ours: frozenset[str] = frozenset()
    two_sided: bool = False
    raw: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Field keys that identify a row, outermost first."""
        entry = (f"{self.entity}_FEntryID",) if self.entity else ()
        return (self.pk, *entry, *((f"{self.sub}_FDetailID",) if self.sub else ()))

    @property
    def columns(self) -> tuple[str, ...]:
        """Everything asked for in one query: keys first."""
        sequence = (f"{self.entity}_FSeq",) if self.entity else ()
        return tuple(dict.fromkeys((*self.keys, *self.head, *sequence, *self.rows, *self.subs)))

    @property
    def organisations(self) -> tuple[str, ...]:
        """The fields that say whose bill it is: both sides of a transfer, else the deciding one; empty when there is none."""
        both = tuple(name for name in self.sides if name in self.head) if self.two_sided else ()
        return both or tuple(name for name in ORGANISATIONS if name in self.head)[:1]

    @property
    def heads(self) -> Kind:
        """The same form as keys and change times alone."""
        return Kind(self.form, self.pk, self.marks, marks=self.marks, base=self.base, optional=self.optional)

    def without(self, missing: Collection[str]) -> Kind:
        """The same without fields that the form does not have; a sub-entity without its key goes as a whole."""
        gone = {name.lower() for name in missing}

        def kept(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(name for name in names if name.lower() not in gone and name.partition(".")[0].lower() not in gone)

        less = replace(self, head=kept(self.head), rows=kept(self.rows), subs=kept(self.subs), marks=kept(self.marks))
        less = replace(less, closed="" if self.closed.lower() in gone else self.closed, lifted=kept(self.lifted))
        if self.sub and {self.sub.lower(), f"{self.sub}_FDetailID".lower()} & gone:
            less = replace(less, sub="", subs=())
        return less


def made(form: str, pk: str, head: str, entity: str = "", rows: str = "", **more: Any) -> Kind:
    """A kind from texts of field keys; `?` behind a key says that it is optional. Sub-entities are optional as a whole."""
    subs = tuple(more.pop("subs", ()))
    optional = {name[:-1] for text in (head, rows, " ".join(subs)) for name in text.split() if name.endswith("?")}
    if more.get("sub"):
        optional |= {more["sub"], f"{more['sub']}_FDetailID"}

    def plain(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name.removesuffix("?") for name in text.split()))

    return Kind(form, pk, plain(head), entity, plain(rows), subs=plain(" ".join(subs)), optional=frozenset(optional), **more)


def own(settings: Mapping[str, Any], *names: str) -> str:
    """The customer's own fields of the named settings, all optional, as one text; settings that are empty fall away."""
    return " ".join(f"{settings[name]}?" for name in names if settings[name])


def traced(settings: Mapping[str, Any], target: str) -> str:
    """The fields that take the trace, where the write-back goes to `target`."""
    return " ".join(f"{name}?" for name in settings["trace_fields"] or ()) if settings["write_target"] == target else ""
