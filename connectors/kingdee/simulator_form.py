"""One form of the simulated account set: which fields it has, at which level, and what it refuses. Source: the official ApiDoc tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HEAD = ("FBillNo", "FDate", "FDocumentStatus", "FCancelStatus", "FCreatorId", "FCreateDate", "FModifyDate", "FApproveDate", "FDescription")
MASTER = (
    *("FNumber", "FName", "FMasterId", "FCreateOrgId", "FUseOrgId", "FDocumentStatus", "FForbidStatus"),
    *("FCreateDate", "FModifyDate", "FApproveDate"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its primary key, head fields, and at most one entity with its sub-entities. Entities map field keys at their level.

    `read_only` forms refuse every change; `no_save` forms know the moves from state to state but are made by other forms alone.
    """

    pk: str
    head: tuple[str, ...]
    entity: str = ""
    rows: tuple[str, ...] = ()
    subs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read_only: bool = False
    master: bool = False
    no_save: bool = False


SERIALS = {"FSerialSubEntity": ("FSerialNo", "FSerialId", "FSerialNote")}
FLOW = ("FMaterialId", "FUnitID", "FLot", "FStockId", "FMoBillNo", "FMoId", "FMoEntryId", "FMoEntrySeq")


def keys(text: str) -> tuple[str, ...]:
    """Field keys written as one text."""
    return tuple(text.split())
