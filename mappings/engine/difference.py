"""What a change of a mapping does to real documents: which come, go, or differ, field by field, counted and with examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mappings.engine.plan import Outcome

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in one document: `what` is `added`, `removed`, `changed`, `problem` or `solved`."""

    what: str
    kind: str
    key: str
    field: str = ""
    before: Any = None
    after: Any = None


@dataclass(slots=True)
class Difference:
    """All changes over many raw documents."""

    compared: int = 0
    touched: int = 0
    counts: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    examples: dict[tuple[str, str, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, source: str, changes: Iterable[Change]) -> None:
        """Count what changed in one raw document."""
        found = list(changes)
        self.compared += 1
        self.touched += bool(found)
        for one in found:
            about = (one.what, one.kind, one.field)
            self.counts[about] += 1
            if len(self.examples[about]) < EXAMPLES:
                told = {"source": source, "key": one.key, "before": one.before, "after": one.after}
                self.examples[about].append({name: value for name, value in told.items() if value is not None})

    def as_json(self) -> dict[str, Any]:
        """As the verb shows it, the most frequent change first."""
        ranked = sorted(self.counts, key=lambda about: (-self.counts[about], about))
        changes = [
            {"what": what, "kind": kind, "field": name, "count": self.counts[what, kind, name], "examples": self.examples[what, kind, name]}
            for what, kind, name in ranked
        ]
        return {"compared": self.compared, "touched": self.touched, "changes": changes}


def changes(old: Outcome, new: Outcome) -> Iterator[Change]:
    """What differs between two outcomes of one raw document."""
    before, after = ({f"{one.path}: {one.problem} {one.value}".rstrip() for one in outcome.problems} for outcome in (old, new))
    yield from (Change("problem", "", "", after=said) for said in sorted(after - before))
    yield from (Change("solved", "", "", before=said) for said in sorted(before - after))
    held = {} if old.problems else {(one.kind, one.key): one for one in old.documents}
    made = {} if new.problems else {(one.kind, one.key): one for one in new.documents}
    for name in sorted(held.keys() | made.keys()):
        if name not in made:
            yield Change("removed", *name)
        elif name not in held:
            yield Change("added", *name)
        else:
            one, other = dict(_leaves(held[name].body, "")), dict(_leaves(made[name].body, ""))
            one, other = one | {"recorded_at": held[name].recorded_at}, other | {"recorded_at": made[name].recorded_at}
            for path in sorted(one.keys() | other.keys()):
                if one.get(path) != other.get(path):
                    yield Change("changed", *name, path, one.get(path), other.get(path))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{at}")
    else:
        yield path, value
