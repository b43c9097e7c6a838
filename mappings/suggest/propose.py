"""The proposal: for every field to be made the source that fits best, with score and reasons; nothing is applied by itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mappings.suggest.names import match
from mappings.suggest.profile import Profile, amount, profiles
from mappings.suggest.targets import KINDS, MOVEMENTS, NUMBER, TIME, UNIT, Target

ENOUGH = 0.45
"""Below this score nothing is proposed."""
BY_NAME = 0.65
"""How much of a score the name decides; the values decide the rest."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One source for one field, with its score between 0 and 1 and the reasons."""

    source: Profile
    score: float
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Proposal:
    """A proposed block: the kind, the list whose rows make documents, guesses by target, and what is proposed for nothing."""

    document: str
    rows: str
    guesses: dict[Target, Guess]
    others: dict[Target, list[Guess]]
    left: list[Profile]
    keys: list[str]
    constants: dict[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """How much of what the kind needs was found, from 0 to 1."""
        needed = [target for target in KINDS[self.document] if target.needed]
        return sum(self.guesses[target].score for target in needed if target in self.guesses) / len(needed)


def propose(documents: Sequence[Any], kind: str, *, document: str | None = None, labels: Mapping[str, str] | None = None) -> Proposal:
    """The best proposal over all kinds of canonical documents, or for one."""
    found = profiles(documents)
    proposals = [_for(name, found, kind, labels or {}) for name in ([document] if document else KINDS)]
    return max(proposals, key=lambda one: (one.score, sum(guess.score for guess in one.guesses.values())))


def _for(document: str, found: Mapping[str, Profile], kind: str, labels: Mapping[str, str]) -> Proposal:
    targets = KINDS[document]
    scored = [
        (target, guess)
        for target in targets
        for profile in found.values()
        if (guess := _guess(target, profile, labels.get(profile.path, ""))).score >= ENOUGH
    ]
    rows = _rows([guess for target, guess in scored if not target.path.startswith("lines.")], found)
    fitting = [(target, guess) for target, guess in scored if guess.source.rows in ("", rows) or target.path.startswith("lines.")]
    guesses, others = _assigned(fitting)
    used = {guess.source.path for guess in guesses.values()}
    left = [one for path, one in sorted(found.items()) if path not in used]
    proposal = Proposal(document, rows, guesses, others, left, _keys(found, rows, used))
    proposal.constants = _constants(proposal, kind)
    return proposal


def _guess(target: Target, profile: Profile, label: str) -> Guess:
    word = match(profile.name, target.word, label)
    if target.path == "thing.number":
        word = max(word, match(profile.name, "serial", label), key=lambda one: one.score)
    fits, said = _values(target, profile)
    if word.score == 0:
        return Guess(profile, 0.0, ())
    score = BY_NAME * word.score + (1 - BY_NAME) * fits
    if target.sort in {NUMBER, TIME} and fits < 0.5:  # noqa: PLR2004 - most of the values are something else
        score *= 0.3
    return Guess(profile, round(score, 3), (f"{label or profile.name} is {word.word!r} ({word.language})", said))


def _values(target: Target, profile: Profile) -> tuple[float, str]:
    """How well the values fit, and how to say so."""
    if target.sort == NUMBER:
        share = profile.share(profile.numbers)
        return share, f"{amount(share)} of {profile.filled} values are numbers"
    if target.sort == TIME:
        share = profile.share(profile.times)
        return share, f"{amount(share)} of {profile.filled} values are times"
    if target.sort == UNIT:
        share = profile.share(profile.units)
        return max(share, 0.3), f"{amount(share)} of {profile.filled} values are known units"
    wrong = max(profile.share(profile.times), 0.5 * profile.share(profile.units))
    share = profile.filled / profile.seen if profile.seen else 0.0
    return share * (1 - wrong), f"{amount(share)} filled, {len(profile.distinct)} different, such as {', '.join(profile.examples[:2])}"


def _rows(guesses: Sequence[Guess], found: Mapping[str, Profile]) -> str:
    """The list in which most of what is wanted stands; none where the document itself has most."""
    lists: dict[str, float] = dict.fromkeys((one.rows for one in found.values()), 0.0)
    for guess in guesses:
        lists[guess.source.rows] += guess.score
    return max(lists, key=lambda rows: (lists[rows], rows != ""), default="") if any(lists.values()) else ""


def _assigned(scored: Sequence[tuple[Target, Guess]]) -> tuple[dict[Target, Guess], dict[Target, list[Guess]]]:
    """The best source for every target, each source once; the next best are kept beside them."""
    guesses: dict[Target, Guess] = {}
    others: dict[Target, list[Guess]] = {}
    used: set[str] = set()
    for target, guess in sorted(scored, key=lambda one: (-one[1].score, not one[0].needed, one[1].source.path)):
        if target in guesses:
            others.setdefault(target, []).append(guess)
        elif guess.source.path not in used:
            guesses[target] = guess
            used.add(guess.source.path)
    return guesses, others


def _keys(found: Mapping[str, Profile], rows: str, used: Collection[str]) -> list[str]:
    """What names a document: an identifier of the document and, where rows make documents, of the row."""
    return [path for level in dict.fromkeys(("", rows)) if (path := _key(found, level, used))]


def _key(found: Mapping[str, Profile], level: str, used: Collection[str]) -> str:
    here = [one for one in found.values() if one.rows == level and one.filled == one.seen and not one.epochs]
    ranked = sorted(here, key=lambda one: (-match(one.name, "key").score, -one.different, one.path in used, len(one.path)))
    return ranked[0].path if ranked else ""


def _constants(proposal: Proposal, kind: str) -> dict[str, str]:
    """What the name of the object or of the fields says once for all documents."""
    told = {}
    number = next((guess for target, guess in proposal.guesses.items() if target.path == "thing.number"), None)
    if proposal.document in {"movement", "inspection"}:
        serial = number is not None and match(number.source.name, "serial").score > match(number.source.name, "lot").score
        told["thing.kind"] = "serial" if serial else "lot"
    if proposal.document == "movement":
        told["type"] = next((type_ for type_, pattern in MOVEMENTS if re.search(pattern, kind, re.IGNORECASE)), "issue")
    if proposal.document == "item":
        told["tracking"] = "lot"
    if proposal.document == "order":
        told["type"] = "standard"
    if proposal.document == "partner":
        told["role"] = "customer" if re.search(r"cust|客户|kehu|Kunde|Debitor", kind, re.IGNORECASE) else "supplier"
    return told
