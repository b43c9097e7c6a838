"""Codes of enumerations that the shipped mappings know, to warn of others before they come. Source: reference 4.3 and the code tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.kingdee.fields import Description

KNOWN: Mapping[tuple[str, str], frozenset[str]] = {
    ("PRD_MO", "FStatus"): frozenset("1234567"),
    ("PRD_MO", "FProductType"): frozenset("123"),
    ("SUB_SUBREQORDER", "FStatus"): frozenset("1234567"),
    ("SUB_SUBREQORDER", "FProductType"): frozenset("123"),
    ("PRD_INSTOCK", "FProductType"): frozenset("123"),
    ("ENG_BOM", "FMATERIALTYPE"): frozenset("1"),
    ("STK_TRANSFEROUT", "FTransferDirect"): frozenset({"GENERAL", "RETURN"}),
    ("STK_TRANSFERIN", "FTransferDirect"): frozenset({"GENERAL", "RETURN"}),
    ("STK_MISCELLANEOUS", "FStockDirect"): frozenset({"GENERAL", "RETURN"}),
    ("STK_MisDelivery", "FStockDirect"): frozenset({"GENERAL", "RETURN"}),
    ("STK_AssembledApp", "FAffairType"): frozenset({"Assembly", "Dassembly"}),
    ("STK_LOTADJUST", "FConvertType"): frozenset("AB"),
}
"""(form, field) → codes."""
FORMS = frozenset(form for form, _ in KNOWN)
"""Forms whose enumerations matter."""
STATES = {"FDocumentStatus": frozenset("ZABCD"), "FCancelStatus": frozenset("AB"), "FForbidStatus": frozenset("AB")}
"""Of each of them."""


def unknown(form: str, told: Description) -> Iterator[str]:
    """What the server may send beyond what is known, such as `FStatus 8 (暂停)`."""
    of_form = {field: codes for (name, field), codes in KNOWN.items() if name == form}
    for field, codes in {**STATES, **of_form}.items():
        for code, caption in told.enums.get(field.lower(), {}).items():
            if code.strip() and code not in codes:
                yield f"{field} {code} ({caption})" if caption else f"{field} {code}"
