"""What a key limited to plants may see of an answer: beyond them, only ids and plant names of things (contract section 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lotweave.access.keys import Holder
from trace_core.recall import LISTS


def redacted(answer: dict[str, Any], who: Holder) -> dict[str, Any]:
    """The answer with things of other plants cut to id and plant, their links to the two ends, and their gaps to the code."""
    if not who.plants:
        return answer
    things = [
        told if who.sees(told["plant"]) else {"id": told["id"], "plant": told["plant"], "redacted": True} for told in answer["things"]
    ]
    links = [
        told if who.sees(told["source"]["plant"]) else {"from": told["from"], "to": told["to"], "redacted": True}
        for told in answer.get("links", ())
    ]
    return answer | {"things": things} | _notes(answer, who) | ({"links": links} if "links" in answer else {})


def redacted_recall(answer: dict[str, Any], who: Holder) -> dict[str, Any]:
    """A recall with nothing of other plants' things but their ids: not where they are, nor who has them."""
    if not who.plants:
        return answer

    def ours(uri: str) -> bool:
        return who.sees(uri.split("/", maxsplit=1)[0])

    lists = {name: list(filter(ours, answer[name])) for name in LISTS.values()}
    grouped = {name: _ours(answer[name], ours) for name in ("customers", "containers")}
    states = {uri: told for uri, told in answer["states"].items() if ours(uri)}
    holds = [hold for hold in answer["holds"] if ours(hold["id"])]
    roots = [root for root in answer["roots"] if ours(root["id"])]
    return answer | lists | grouped | _notes(answer, who) | {"states": states, "holds": holds, "roots": roots, "redacted": True}


def _notes(answer: dict[str, Any], who: Holder) -> dict[str, Any]:
    """Gaps and doubts, those about things of other plants cut to the code."""

    def cut(told: dict[str, Any]) -> dict[str, Any]:
        seen = who.sees(told["about"].split("/")[0])
        return told if seen else {"code": told["code"], "about": told["about"], "redacted": True}

    return {name: [cut(told) for told in answer[name]] for name in ("gaps", "doubts")}


def _ours(groups: dict[str, list[str]], ours: Callable[[str], bool]) -> dict[str, list[str]]:
    kept = {name: [uri for uri in things if ours(uri)] for name, things in groups.items()}
    return {name: things for name, things in kept.items() if things}
