"""EPC patterns: identifiers that stand for all of a company or all of one product. Source: EPC Tag Data Standard, section 8."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from trace_core.epcis.keys import HOST, canonical

_PREFIXED: Mapping[str, str] = {
    "sgtin": r"/01/\d{}\d+(/21/.+)?",
    "sscc": r"/00/\d{}\d+",
    "grai": r"/8003/0{}.+",
    "giai": r"/8004/{}.+",
    "sgln": r"/414/{}\d+(/254/.+)?",
    "pgln": r"/417/{}\d+",
    "gdti": r"/253/{}.+",
    "sgcn": r"/255/{}.+",
    "gsrn": r"/8018/{}\d+",
    "gsrnp": r"/8017/{}\d+",
    "cpi": r"/8010/{}.+",
    "itip": r"/8006/\d{}\d+(/21/.+)?",
    "lgtin": r"/01/\d{}\d+/10/.+",
}
_QUALIFIED = {"sgtin": r"(/21/.+)?", "itip": r"(/21/.+)?", "sgln": r"(/254/.+)?", "cpi": r"(/8011/.+)?", "lgtin": r"/10/.+"}


def is_pattern(uri: str) -> bool:
    """Whether an identifier stands for many."""
    return uri.startswith("urn:epc:idpat:")


def matcher(values: Iterable[str]) -> Callable[[str], bool]:
    """Whether an identifier is one of those asked for, or among those that a pattern stands for, in either spelling."""
    asked = list(values)
    same = {*asked, *(canonical(value) for value in asked if not is_pattern(value))}
    forms = [_pattern(value) for value in asked if is_pattern(value)]

    def matches(named: str) -> bool:
        link = canonical(named)
        return named in same or link in same or any(form.match(link) for form in forms)

    return matches


def _pattern(value: str) -> re.Pattern[str]:
    """What canonical links an EPC pattern stands for: all of a company, or all of one product or asset type."""
    scheme, _, body = value.removeprefix("urn:epc:idpat:").partition(":")
    parts = body.split(".")
    if parts[0].isdigit() and scheme in _PREFIXED and all(part == "*" for part in parts[1:]):
        return re.compile(re.escape(HOST) + _PREFIXED[scheme].replace("{}", parts[0]) + r"\Z")
    whole = canonical(value)
    tail = _QUALIFIED.get(scheme, r".*")
    return re.compile(re.escape(whole) + tail + r"\Z") if whole != value else re.compile(re.escape(value) + r"\Z")
