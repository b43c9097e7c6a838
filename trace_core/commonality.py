"""What failing units have in common: suspect lots, machines and people, ranked, with those that only travelled along explained away.

For each candidate, how likely is it that as many failures as were seen fall among the units that it reached, were they spread by chance:
the tail of the hypergeometric distribution. Many candidates are tried at once, so that the share of false findings is bounded (Benjamini
and Hochberg 1995). Reels travel together: after the best candidate its units are taken out, and the others must stand without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, lgamma, log
from typing import Any

from pyroaring import BitMap

from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.ports import Documents
from trace_core.walk import Asked, backward

FALSE_SHARE = 0.01
"""The bound on the share of false findings."""
MOST = 10
"""Causes looked for at most, one explained away after the other."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A suspect: units that it reached, failures among them, the chance of so many, and the log likelihood of a rate of its own."""

    name: str
    units: int
    failures: int
    chance: float
    likelihood: float

    def as_json(self) -> dict[str, Any]:
        """As the verb shows it."""
        return {
            "id": self.name,
            "units": self.units,
            "failures": self.failures,
            "chance": self.chance,
            "likelihood": round(self.likelihood, 2),
        }


def causes(candidates: Mapping[str, BitMap], failing: BitMap, population: BitMap) -> list[Finding]:
    """The suspects that failures cannot be explained without, the strongest first. Sets hold numbers of units."""
    found: list[Finding] = []
    failed, units = failing & population, population
    while failed and len(found) < MOST:
        passing = significant(candidates, failed, units)
        if not passing:
            break
        found.append(passing[0])
        explained = candidates[passing[0].name]
        failed, units = failed - explained, units - explained
    return found


def significant(candidates: Mapping[str, BitMap], failing: BitMap, population: BitMap) -> list[Finding]:
    """Candidates whose failures are more than chance, the likeliest first; among equals the one that reached more."""
    tried = [one for name, reached in candidates.items() if (one := _judged(name, reached, failing, population))]
    tried.sort(key=lambda one: one.chance)
    passing = max((rank for rank, one in enumerate(tried, 1) if one.chance <= FALSE_SHARE * rank / len(tried)), default=0)
    return sorted(tried[:passing], key=lambda one: (-one.likelihood, -one.units, one.name))


def _judged(name: str, reached: BitMap, failing: BitMap, population: BitMap) -> Finding | None:
    units, failures = reached.intersection_cardinality(population), reached.intersection_cardinality(failing)
    if not failures or units == len(population):
        return None
    chance = exp(min(0.0, _tail(failures, units, len(failing), len(population))))
    return Finding(name, units, failures, chance, _ratio(failures, units, len(failing), len(population)))


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _tail(failures: int, units: int, failing: int, population: int) -> float:
    """The logarithm of the chance of at least so many failures among the units."""
    most = min(units, failing)
    terms = [
        _choose(failing, x) + _choose(population - failing, units - x) - _choose(population, units)
        for x in range(failures, most + 1)
        if units - x <= population - failing
    ]
    highest = max(terms)
    return highest + log(sum(exp(term - highest) for term in terms))


def _ratio(failures: int, units: int, failing: int, population: int) -> float:
    """The log likelihood of one failure rate inside and one outside, against one rate for all; 0 when the rate inside is not the higher."""
    beyond, others = failing - failures, population - units
    if failures * others <= beyond * units:
        return 0.0
    return _fit(failures, units) + _fit(beyond, others) - _fit(failing, population)


def _fit(hits: int, tries: int) -> float:
    return sum(part * log(part / tries) for part in (hits, tries - hits) if part)


def reached_units(documents: Documents, units: Iterable[ThingId], asked: Asked) -> dict[str, BitMap]:
    """For every thing, equipment and person behind the units, which of them (by place in the sequence) it reached; walked by the rules."""
    found: dict[str, BitMap] = {}
    graph = Graph(documents)
    for place, unit in enumerate(units):
        walked = backward(graph, [unit], asked)
        names = {thing.uri for thing in walked.things() if thing != unit}
        for link in walked.links.values():
            names |= {f"equipment:{link.event.equipment}"} if link.event.equipment else set()
            names |= {f"person:{person}" for person in link.event.people}
        for name in names:
            found.setdefault(name, BitMap()).add(place)
    return found
