"""GS1 identification keys: EPC URNs and GS1 Digital Links in one canonical form.

Canonical is `https://id.gs1.org/AI/KEY[/AI/QUALIFIER]` with the finest qualifier alone, no query, no other attributes. Source: EPC Tag
Data Standard, section 6; GS1 Digital Link URI syntax, section 5; CBV 2.0, section 8.9 (hash).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

HOST = "https://id.gs1.org"
_URN = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):([^\s]+)\Z")
_LENGTHS = (2, 4)
"""Parts of a canonical link: identifier and key, with or without a qualifier and its value."""
_ENCODED = {"!": "%21", "(": "%28", ")": "%29", "*": "%2A", "+": "%2B", ",": "%2C", ":": "%3A"}


@dataclass(frozen=True, slots=True)
class Key:
    """A GS1 key by its application identifier, with the finest qualifier. `value` and `qualifier` are decoded texts."""

    ai: str
    value: str
    qualifier_ai: str = ""
    qualifier: str = ""


def canonical(uri: str) -> str:
    """The canonical Digital Link of any URI that carries a GS1 key; another URI as it is, without blanks around it."""
    uri = uri.strip()
    if uri.startswith("urn:epc:"):
        return _of_urn(uri) or uri
    return _of_link(uri) or uri if uri.startswith(("https://", "http://")) else uri


def key_of(uri: str) -> Key | None:
    """The GS1 key that a URI carries, None when it carries none."""
    link = canonical(uri)
    if not link.startswith(f"{HOST}/"):
        return None
    parts = [unquote(part) for part in link[len(HOST) + 1 :].split("/")]
    return Key(*parts) if len(parts) in _LENGTHS else None


def check_digit(digits: str) -> str:
    """The check digit that belongs after the digits (GS1 General Specifications, section 7.9.1)."""
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def encoded(text: str) -> str:
    """The text as a path segment of a Digital Link; what is encoded already stays."""
    return "".join(_ENCODED.get(character, character) for character in text)


def _gtin(prefix: str, item: str) -> str:
    digits = item[:1] + prefix + item[1:]
    return digits + check_digit(digits)


def _with_check(prefix: str, reference: str) -> str:
    return prefix + reference + check_digit(prefix + reference)


_KEYED: Mapping[str, tuple[int, str, Callable[[str, str], str], str]] = {
    "sgtin": (13, "01", _gtin, "/21/"),
    "lgtin": (13, "01", _gtin, "/10/"),
    "itip": (13, "8006", _gtin, "/21/"),
    "upui": (13, "01", _gtin, "/235/"),
    "sgln": (12, "414", _with_check, "/254/"),
    "pgln": (12, "417", _with_check, ""),
    "grai": (12, "8003", lambda prefix, reference: "0" + _with_check(prefix, reference), ""),
    "gdti": (12, "253", _with_check, ""),
    "sgcn": (12, "255", _with_check, ""),
    "sscc": (17, "00", _gtin, ""),
    "gsrn": (17, "8018", _with_check, ""),
    "gsrnp": (17, "8017", _with_check, ""),
    "gsin": (16, "402", _with_check, ""),
}
"""Scheme → (digits of prefix and reference, application identifier, how they become the key, what comes before the serial)."""


def _of_urn(urn: str) -> str | None:
    match = _URN.match(urn)
    if match is None:
        return None
    form, scheme, rest = match.groups()
    prefix, _, rest = rest.partition(".")
    if not prefix.isdigit():
        return None
    pattern = form == "idpat"
    if scheme in {"giai", "ginc"}:
        return f"{HOST}/{'8004' if scheme == 'giai' else '401'}/{prefix}{encoded(rest)}"
    if scheme == "cpi":
        part, _, serial = rest.rpartition(".")
        return f"{HOST}/8010/{prefix}{encoded(part)}" + ("" if pattern else f"/8011/{serial}")
    reference, _, tail = rest.partition(".")
    return _keyed(scheme, prefix, reference, tail, pattern=pattern)


def _keyed(scheme: str, prefix: str, reference: str, tail: str, *, pattern: bool) -> str | None:
    """Schemes whose key has a fixed number of digits."""
    digits, ai, key, before = _KEYED.get(scheme, (0, "", _with_check, ""))
    if len(prefix) + len(reference) != digits or not (reference.isdigit() or not reference):
        return None
    link = f"{HOST}/{ai}/{key(prefix, reference)}"
    if scheme == "itip":
        piece, _, rest = tail.partition(".")
        total, _, tail = rest.partition(".")
        link += piece + total
    if pattern or (scheme == "sgln" and tail == "0") or not tail:
        return link
    return f"{link}{before}{encoded(tail)}"


_SHORT = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017", "gsrn": "8018", "gcn": "255",
    "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004", "cpv": "22", "lot": "10", "ser": "21",
}  # fmt: skip
_FORMS: Mapping[str, re.Pattern[str]] = {
    ai: re.compile(form + r"\Z", re.ASCII)
    for ai, form in {
        "00": r"\d{18}", "01": r"\d{14}", "253": r"\d{13}\S{0,17}", "255": r"\d{13,25}", "401": r"\d{4}\S{1,26}", "402": r"\d{17}",
        "414": r"\d{13}", "417": r"\d{13}", "8003": r"\d{14}\S{0,16}", "8004": r"\d{4}\S{1,26}", "8006": r"\d{18}",
        "8010": r"\d{4}\S{1,60}", "8017": r"\d{18}", "8018": r"\d{18}",
    }.items()
}  # fmt: skip
_FINEST: Mapping[str, tuple[str, ...]] = {"01": ("21", "235", "10"), "8006": ("21", "10"), "414": ("254",), "8010": ("8011",)}


def _of_link(uri: str) -> str | None:
    path = re.split(r"[?#]", uri.split("://", 1)[1], maxsplit=1)[0].rstrip("/").split("/")[1:]
    parts = [_SHORT.get(part, part) for part in path]
    for at in range(len(parts) - 1):
        ai, value = parts[at], path[at + 1]
        if ai == "01" and re.fullmatch(r"\d{8}|\d{12,13}", value):
            value = value.zfill(14)
        if ai in _FORMS and _FORMS[ai].match(value):
            qualifiers = dict(zip(parts[at + 2 :: 2], path[at + 3 :: 2], strict=False))
            finest = next((name for name in _FINEST.get(ai, ()) if name in qualifiers), None)
            return f"{HOST}/{ai}/{value}" + (f"/{finest}/{encoded(qualifiers[finest])}" if finest else "")
    return None
