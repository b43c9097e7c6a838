"""What a key limited to plants may see of an answer: beyond them, only ids and plant names of things (contract section 5)."""

from __future__ import annotations

from typing import Any

from lotweave.access.keys import Holder


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
    gaps = [
        told if who.sees(told["about"].split("/")[0]) else {"code": told["code"], "about": told["about"], "redacted": True}
        for told in answer["gaps"]
    ]
    return answer | {"things": things, "gaps": gaps} | ({"links": links} if "links" in answer else {})
