"""Answers in the shape of contract section 4, from a walk of the genealogy."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict, Unpack

from trace_core.clocks import Clocks, overlooked
from trace_core.documents.fields import time_text
from trace_core.doubts import doubts_about
from trace_core.exposure import exposures
from trace_core.gaps import gaps_about
from trace_core.graph import Graph
from trace_core.histories import history
from trace_core.identifiers import ThingId
from trace_core.ports import Documents
from trace_core.reach import roots_of
from trace_core.telling import Teller
from trace_core.tiers import Tiers
from trace_core.walk import Asked, backward, forward
from trace_core.written import link_json, written


class Also(TypedDict, total=False):
    """What an answer may leave out or add.

    `summary` leaves the links out; `histories` adds the containers of every thing over time, `exposure` how much of the root is in it
    (backward: how much of it is in the root). `clocks` say how far the clocks of plants may be off; what they may have hidden is a gap.
    """

    summary: bool
    histories: bool
    exposure: bool
    clocks: Clocks


def trace(
    documents: Documents,
    root: ThingId,
    *,
    direction: str,
    now: datetime,
    at: datetime | None = None,
    as_known_at: datetime | None = None,
    question: str = "contains",
    **also: Unpack[Also],
) -> dict[str, Any]:
    """The answer to a backward or forward question about one thing.

    `documents` must already be limited to what was known at `as_known_at`. `at` defaults to `now`. A container as root stands for its
    contents at the asked time.
    """
    graph, asked = Graph(documents), Asked(at or now, question)
    roots, walk = roots_of(graph, root, asked), forward if direction == "forward" else backward
    walked = walk(graph, roots, asked)
    if root.is_container:
        graph.reach([root])
    about = list(dict.fromkeys([root, *walked.things()]))
    gaps = gaps_about(graph, about, asked)
    gaps += overlooked(graph, walk, roots, asked, also.get("clocks", {}), reached=about)
    tiers = Tiers(graph, walked, walk=walk, roots=roots, asked=asked)
    teller = Teller(graph, asked, direction)
    teller.look_up(about)

    exposed = exposures(graph, walked, direction=direction, roots=roots, asked=asked) if also.get("exposure") else {}

    def more(thing: ThingId) -> dict[str, Any]:
        kept = {"history": history(graph.containment, thing, asked.at)} if also.get("histories") else {}
        return kept | ({"exposure": exposed[thing].as_json()} if thing in exposed else {})

    reached = sorted((thing for thing in walked.things() if thing != root), key=lambda thing: (walked.depth[thing], thing))
    things = [teller.thing(thing, walked) | tiers.of_thing(thing) | more(thing) for thing in reached]
    links = [link_json(link, through, asked) | tiers.of_link(link) for link, through in written(walked, graph)]
    query = {
        "direction": direction,
        "root": root.uri,
        "at": time_text(at) if at else None,
        "as_known_at": time_text(as_known_at) if as_known_at else None,
        "question": question,
        **teller.whereabouts(root),
        **more(root),
    }
    return {
        "query": query,
        "things": things,
        **({} if also.get("summary") else {"links": links}),
        "complete": not gaps,
        "gaps": [gap.as_json() for gap in gaps],
        "doubts": [doubt.as_json() for doubt in doubts_about(graph, about, asked)],
        "counts": {"things": len(things), "links": len(links)},
    }
