"""Reading the members of a raw event one by one, gathering what is wrong instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from trace_core.epcis.names import iri
from trace_core.epcis.raw import Part, RawEvent
from trace_core.epcis.vocabulary import Vocabulary
from trace_core.errors import Problem

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f]+\Z")
Path = tuple[Part, ...]
LONGEST = 30
"""Digits of a number, as in canonical documents."""


class Members:
    """The members of one event. Every method answers None (or nothing) for what is absent or wrong, and notes what is wrong."""

    def __init__(self, raw: RawEvent) -> None:
        self.raw = raw
        self.problems: list[Problem] = list(raw.problems)

    def wrong(self, path: Path, said: str, value: Any = None) -> None:
        """Note a problem at a path below the event."""
        self.problems.append(Problem(self.raw.where.at(*path), said, "" if value is None else str(value)[:120]))

    def required(self, *names: str) -> None:
        """Note every name that is missing."""
        for name in names:
            if self.raw.told.get(name) is None:
                self.wrong((name,), "is missing")

    def list(self, path: Path, told: Any) -> list[Any]:
        """The entries of a list."""
        if told is None:
            return []
        if not isinstance(told, list):
            self.wrong(path, "must be a list", told)
            return []
        return told

    def object(self, path: Path, told: Any, names: tuple[str, ...]) -> Mapping[str, Any]:
        """The members of an object; those that are neither of these names nor extensions are noted."""
        if told is None:
            return {}
        if not isinstance(told, dict):
            self.wrong(path, "must be an object", told)
            return {}
        for name in told:
            if name not in names and not name.startswith("{") and ":" not in name and name != "@type":
                self.wrong((*path, name), "is no field here; extensions need a declared prefix")
        return told

    def moment(self, path: Path, told: Any) -> datetime | None:
        """A time with offset."""
        if told is None:
            return None
        if isinstance(told, str) and _TIME.match(told):
            try:
                return datetime.fromisoformat(told.upper())
            except ValueError:
                pass
        self.wrong(path, "must be a time with offset, such as 2026-03-01T08:00:00.000+08:00", told)
        return None

    def uri(self, path: Path, told: Any) -> str | None:
        """A URI, its prefix written out where the document declares one."""
        if told is None:
            return None
        if isinstance(told, str) and _URI.match(told.strip()):
            return iri(told.strip(), self.raw.prefixes)
        self.wrong(path, "must be a URI", told)
        return None

    def word(self, path: Path, told: Any, vocabulary: Vocabulary) -> str | None:
        """A word of a vocabulary, or a URI of another one."""
        if told is None:
            return None
        found = vocabulary.word(told.strip()) if isinstance(told, str) else None
        if found is None:
            self.wrong(path, f"must be a {vocabulary.what} of CBV 2.0 or a URI", told)
            return None
        if found not in vocabulary.words and not _URI.match(found):
            self.wrong(path, f"must be a {vocabulary.what} of CBV 2.0 or a URI", told)
        return found if found in vocabulary.words else iri(found, self.raw.prefixes)

    def number(self, path: Path, told: Any) -> Decimal | None:
        """A number, exact."""
        if told is None:
            return None
        if isinstance(told, bool) or not isinstance(told, (int, Decimal)) or not Decimal(told).is_finite():
            self.wrong(path, "must be a number", told)
            return None
        number = Decimal(told)
        if abs(number.adjusted()) > LONGEST or len(number.as_tuple().digits) > LONGEST:
            self.wrong(path, f"must be a number of at most {LONGEST} digits", told)
            return None
        return number

    def matching(self, path: Path, told: Any, *, form: re.Pattern[str], said: str) -> str | None:
        """A text of a form."""
        if told is None:
            return None
        if isinstance(told, str) and form.match(told):
            return told
        self.wrong(path, said, told)
        return None
