"""Walking the genealogy in time: forward to what may contain a thing, backward to what is in it.

Contract section 3, "Time": forward, a link x → y at t is followed when t ≥ τ(x), and τ(y) is the smallest such t; backward, when t ≤ τ(y),
and τ(x) is the largest such t. Equal times pass. The walk goes in layers of thing-to-thing links, so that the first layer in which a
thing appears is its depth; pools and journeys lie inside a layer.

A thing that was counted as empty between taking something in and giving something out does not hand the first on to the second (ADR 0015);
the root stands for itself at any time.

Three questions: `contains` takes removals off, `exposed` ignores them, `ever` lets a removed part count for what its holder went into
between installation and removal. Under `ever`, and where things are emptied, a thing is therefore reached in windows of time, not only
from a time on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import FOR_EVER, SINCE_EVER, Link, Node
from trace_core.windows import Window, Windows

QUESTIONS = ("contains", "ever", "exposed")


@dataclass(frozen=True, slots=True)
class Asked:
    """The instant that a question is about (links after it do not exist for it), and which of the three questions it is.

    With `certain`, links that are only possible do not exist either (ADR 0014).
    """

    at: datetime
    question: str = "contains"
    certain: bool = field(default=False, kw_only=True)

    def holds(self, link: Link) -> bool:
        """Whether the link exists for this question."""
        if link.at > self.at or (self.certain and link.group):
            return False
        left = link.left(self.at) if self.question == "contains" else link.quantity
        return left is None or left > 0

    def earliest(self, link: Link) -> datetime:
        """The earliest instant that the link's time may mean: the one told."""
        return link.at

    def latest(self, link: Link) -> datetime:
        """The latest instant that the link's time may mean: the one told."""
        return link.at

    def ends(self, link: Link) -> datetime:
        """Until when (exclusive) the link's end carries what came by it."""
        return link.ends() if self.question == "ever" else FOR_EVER


@dataclass(slots=True)
class Walked:
    """Where a walk came to: τ and depth of every node reached, and every link followed, each once."""

    since: dict[Node, datetime] = field(default_factory=dict)
    depth: dict[Node, int] = field(default_factory=dict)
    links: dict[tuple[object, ...], Link] = field(default_factory=dict)

    def things(self) -> list[ThingId]:
        """The things reached, roots included."""
        return [node for node in self.depth if isinstance(node, ThingId)]

    def followed(self, link: Link) -> None:
        """Note a link; the same link by several ways is one."""
        self.links[link.name] = link


Layer = list[tuple[Node, Window]]
Walk = Callable[[Graph, Collection[ThingId], Asked], Walked]


def forward(graph: Graph, roots: Collection[ThingId], asked: Asked) -> Walked:
    """What may contain the roots. Windows are [since, until): what leaves the node within them is reached."""
    walked, windows = Walked(), Windows(graph.emptied, later_is_better=False)

    def step(node: Node, window: Window) -> Iterable[tuple[Node, Window]]:
        for link in graph.out_of(node):
            if asked.holds(link) and window[0] <= asked.latest(link) and link.at < window[1]:
                walked.followed(link)
                walked.since[link.end] = min(link.at, walked.since.get(link.end, FOR_EVER))
                yield link.end, (link.at, asked.ends(link))
                if (earliest := asked.earliest(link)) != link.at:
                    yield link.end, (earliest, asked.ends(link))

    _walk(graph, walked, windows, ((root, (SINCE_EVER, FOR_EVER)) for root in roots), step)
    return walked


def backward(graph: Graph, roots: Collection[ThingId], asked: Asked) -> Walked:
    """What is in the roots. A window here is the instant at which the node was used: (used, used), or for a root (asked, any)."""
    walked, windows = Walked(), Windows(graph.emptied, later_is_better=asked.question != "ever")

    def step(node: Node, window: Window) -> Iterable[tuple[Node, Window]]:
        emptied = graph.emptied(node) if window[1] != SINCE_EVER else []
        for link in graph.into(node):
            in_time = asked.earliest(link) <= window[0] and (window[1] == SINCE_EVER or window[1] < asked.ends(link))
            if asked.holds(link) and in_time and not any(link.at < at < window[0] for at in emptied):
                walked.followed(link)
                walked.since[link.start] = max(link.at, walked.since.get(link.start, SINCE_EVER))
                yield link.start, (link.at, link.at)
                if (latest := asked.latest(link)) != link.at:
                    yield link.start, (latest, latest)

    # for the root itself it does not matter whether a part has been removed since: SINCE_EVER is before every removal
    _walk(graph, walked, windows, ((root, (asked.at, SINCE_EVER)) for root in roots), step)
    return walked


def _walk(
    graph: Graph,
    walked: Walked,
    windows: Windows,
    roots: Iterable[tuple[Node, Window]],
    step: Callable[[Node, Window], Iterable[tuple[Node, Window]]],
) -> None:
    met, depth = dict.fromkeys(roots), 0
    while met:
        graph.reach(node for node, _ in met)
        stack: Layer = list(windows.new(met))
        for node, _ in stack:
            walked.depth.setdefault(node, depth)
        met, depth = {}, depth + 1
        while stack:
            found = dict.fromkeys(one for node, window in stack for one in step(node, window))
            met |= {one: None for one in found if isinstance(one[0], ThingId)}
            stack = list(windows.new(one for one in found if not isinstance(one[0], ThingId)))
            for node, _ in stack:
                walked.depth.setdefault(node, depth)
