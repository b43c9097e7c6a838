"""A proposal as a mapping file that a person reads, mends and previews: every line with its score and reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mappings.suggest.propose import Guess, Proposal
from mappings.suggest.targets import NUMBER, TIME, UNIT, Target

ROW = "row"


def written(proposal: Proposal, mapping: str, count: int) -> str:
    """The text of the mapping file."""
    kind = mapping.partition("/")[2]
    lines = [
        f"# Proposed from {count} documents, as {proposal.document} with a score of {proposal.score:.2f}.",
        "# Every line is a guess: read it, mend it, preview it.",
        f"mapping: {mapping}",
        "version: 1",
        "documents:",
        f"  - document: {proposal.document}",
    ]
    if proposal.rows:
        lines.append(f"    each: {{{ROW}: {proposal.rows}}}")
    keys = ", ".join(f"{{from: {_address(path, proposal)}}}" for path in proposal.keys)
    lines.append(f"    key: {{join: [{kind}{', ' if keys else ''}{keys}], with: /}}")
    lines.append("    body:")
    lines += _body(proposal)
    lines += ["# Proposed for nothing; map them, or ignore them by name:"]
    lines += [f"#   {one.path}  ({', '.join(one.examples[:2]) or 'always empty'})" for one in proposal.left]
    return "\n".join(lines) + "\n"


def _body(proposal: Proposal) -> Iterator[str]:
    members: dict[str, Any] = {}
    for path, value in proposal.constants.items():
        _put(members, path, (f"{{constant: {value}}}", "said once for all: look whether it is so"))
    for target, guess in proposal.guesses.items():
        _put(members, target.path, (_value(target, guess, proposal), _reason(guess, proposal.others.get(target, []))))
    lines = _list_of(proposal)
    for name, inner in members.items():
        if name == "lines":
            yield f"      lines:  # rows of {lines}"
            yield f"        list: {lines}"
            yield "        of:"
            yield from _members(inner, 10)
        else:
            yield from _members({name: inner}, 6)


def _members(members: dict[str, Any], indent: int) -> Iterator[str]:
    for name, inner in members.items():
        if isinstance(inner, dict):
            yield f"{' ' * indent}{name}:"
            yield from _members(inner, indent + 2)
        else:
            value, reason = inner
            yield f"{' ' * indent}{name}: {value}  # {reason}"


def _put(members: dict[str, Any], path: str, value: tuple[str, str]) -> None:
    *above, last = path.split(".")
    for name in above:
        members = members.setdefault(name, {})
    members[last] = value


def _list_of(proposal: Proposal) -> str:
    return next((guess.source.rows for target, guess in proposal.guesses.items() if target.path.startswith("lines.")), "")


def _address(path: str, proposal: Proposal, *, inside: str = "") -> str:
    """A source path as the mapping writes it: from the row that it stands in, else from the document."""
    if inside and path.startswith(f"{inside}."):
        return f"it.{path[len(inside) + 1 :]}"
    if proposal.rows and path.startswith(f"{proposal.rows}."):
        return f"{ROW}.{path[len(proposal.rows) + 1 :]}"
    return path


def _value(target: Target, guess: Guess, proposal: Proposal) -> str:
    inside = guess.source.rows if target.path.startswith("lines.") else ""
    verbs = [f"from: {_address(guess.source.path, proposal, inside=inside)}"]
    verbs += {NUMBER: ["number: true"], TIME: [f"date: {guess.source.date}"], UNIT: ["code: units"]}.get(target.sort, [])
    if target.path == "status":
        verbs.append("code: order_states")
    if target.path == "lines.designators":
        verbs.append("call: words")
    if target.needed:
        verbs.append("required: true")
    value = f"{{{', '.join(verbs)}}}" if len(verbs) > 1 else verbs[0].removeprefix("from: ")
    return f"[{value}]" if target.path == "people" else value


def _reason(guess: Guess, others: list[Guess]) -> str:
    beside = f"; else {', '.join(f'{one.source.path} {one.score:.2f}' for one in others[:2])}" if others else ""
    return f"{guess.score:.2f}: {'; '.join(guess.reasons)}{beside}"


def as_json(proposal: Proposal, mapping: str, count: int) -> dict[str, Any]:
    """The proposal for machines: the same, with the text of the file."""
    fields = [
        {
            "field": target.path,
            "from": guess.source.path,
            "score": guess.score,
            "reasons": list(guess.reasons),
            "others": [{"from": one.source.path, "score": one.score} for one in proposal.others.get(target, [])[:3]],
        }
        for target, guess in proposal.guesses.items()
    ]
    told = {"mapping": mapping, "document": proposal.document, "score": round(proposal.score, 3), "documents": count, "rows": proposal.rows}
    told |= {"fields": fields, "constants": proposal.constants, "key": proposal.keys, "unused": [one.path for one in proposal.left]}
    return told | {"yaml": written(proposal, mapping, count)}
