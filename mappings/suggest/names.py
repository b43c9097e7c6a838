"""How well the name of a field fits what a canonical field means: English, Chinese, pinyin and German words from a vocabulary."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

VOCABULARY = Path(__file__).parent / "vocabulary.csv"
LANGUAGES = ("en", "zh", "pinyin", "de")
EMPTY_WORDS = frozenset(
    {"f", "m", "fld", "col", "field", "u", "z", "zz", "id", "no", "nr", "code", "number", "name", "fnumber", "fname", "key", "value"}
)
"""Words that tell nothing of what a field is about, when something else in its name does."""
CLOSE = 0.84


@dataclass(frozen=True, slots=True)
class Match:
    """How well a name fits a word, between 0 and 1, and which word in which language."""

    score: float
    word: str = ""
    language: str = ""


@cache
def vocabulary() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Canonical field → (language, word) of everything that systems call it."""
    with VOCABULARY.open(encoding="utf-8", newline="") as stream:
        return {
            row["field"]: [(language, word.strip()) for language in LANGUAGES for word in row[language].split(";") if word.strip()]
            for row in csv.DictReader(stream)
        }


def match(name: str, field: str, label: str = "") -> Match:
    """The best fit of a source name, or of the label that people see, to a canonical field."""
    texts = [text for text in (label, *_names(name)) if text]
    found = (_fit(text, word, language) for text in texts for language, word in vocabulary().get(field, ()))
    return max(found, key=lambda one: one.score, default=Match(0.0))


def _names(path: str) -> Iterator[str]:
    """What of a path may carry its meaning: the last name, and where that says nothing, the one before it."""
    parts = path.split(".")
    yield parts[-1]
    if len(parts) > 1:
        yield parts[-2]
        yield f"{parts[-2]} {parts[-1]}"


def words(text: str) -> tuple[str, ...]:
    """The words of a name: camel case, snake case and prefixes taken apart, in small letters.

    >>> words("FMaterialId"), words("m_itemMaster"), words("WORK_ORDER_NO"), words("生产订单号")
    (('material',), ('item', 'master'), ('work', 'order'), ('生产订单号',))
    """
    plain = unicodedata.normalize("NFKC", text)
    parts = re.findall(r"[A-Z]+(?![a-zäöüß])|[A-ZÄÖÜ]?[a-zäöüß]+|\d+|[^\W\da-zA-ZÄÖÜäöüß_]+", plain)
    found = [part.lower() for part in parts if not part.isdigit()]
    if found and found[0][:1] == "f" and len(found[0]) == 1:
        found = found[1:]
    elif parts and re.match(r"F[A-Z]{3,}$", parts[0]) and len(parts) == 1:
        found = [parts[0][1:].lower()]
    telling = tuple(word for word in found if word not in EMPTY_WORDS)
    return telling or tuple(found)


def _fit(text: str, word: str, language: str) -> Match:
    return Match(_chinese(text, word) if language == "zh" else _spelled(words(text), words(word)), word, language)


def _chinese(text: str, word: str) -> float:
    if word not in text:
        return 0.0
    return 1.0 if text == word else 0.55 + 0.4 * len(word) / len(text)


def _spelled(here: tuple[str, ...], there: tuple[str, ...]) -> float:
    if not here or not there:
        return 0.0
    one, other = "".join(here), "".join(there)
    if one == other:
        return 1.0
    if set(there) <= set(here):
        return 0.55 + 0.4 * len(there) / len(here)
    close = SequenceMatcher(None, one, other).ratio()
    return 0.7 * close if close >= CLOSE else 0.0
