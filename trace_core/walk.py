"""Walking the genealogy in time: forward to what may contain a thing, backward to what is in it.

Contract section 3, "Time": forward, a link x → y at t is followed when t ≥ τ(x), and τ(y) is the smallest such t; backward, when t ≤ τ(y),
and τ(x) is the largest such t. Equal times pass. The walk goes in layers of thing-to-thing links, so that the first layer in which a
thing appears is its depth; pools and journeys lie inside a layer.

Three questions: `contains` takes removals off, `exposed` ignores them, `ever` lets a removed part count for what its holder went into
between installation and removal. Under `ever` a thing is therefore reached in windows of time, not only from a time on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import FOR_EVER, SINCE_EVER, Link, Node

QUESTIONS = ("contains", "ever", "exposed")


@dataclass(frozen=True, slots=True)
class Asked:
    """The instant that a question is about (links after it do not exist for it), and which of the three questions it is."""

    at: datetime
    question: str = "contains"

    def holds(self, link: Link) -> bool:
        """Whether the link exists for this question."""
        if link.at > self.at:
            return False
        left = link.left(self.at) if self.question == "contains" else link.quantity
        return left is None or left > 0

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
        self.links[link.start, link.end, link.at, link.event.source, link.designators] = link


Window = tuple[datetime, datetime]
Layer = list[tuple[Node, Window]]


def forward(graph: Graph, roots: Iterable[ThingId], asked: Asked) -> Walked:
    """What may contain the roots. Windows are [since, until): what leaves the node within them is reached."""
    walked, windows = Walked(), _Windows(later_is_better=False)

    def step(node: Node, window: Window) -> Iterable[tuple[Node, Window]]:
        for link in graph.out_of(node):
            if asked.holds(link) and window[0] <= link.at < window[1]:
                walked.followed(link)
                walked.since[link.end] = min(link.at, walked.since.get(link.end, FOR_EVER))
                yield link.end, (link.at, asked.ends(link))

    _walk(graph, walked, windows, ((root, (SINCE_EVER, FOR_EVER)) for root in roots), step)
    return walked


def backward(graph: Graph, roots: Iterable[ThingId], asked: Asked) -> Walked:
    """What is in the roots. A window here is the instant at which the node was used: (used, used), or for a root (asked, any)."""
    walked, windows = Walked(), _Windows(later_is_better=asked.question != "ever")
    roots = list(roots)

    def step(node: Node, window: Window) -> Iterable[tuple[Node, Window]]:
        for link in graph.into(node):
            in_time = link.at <= window[0] and (window[1] == SINCE_EVER or window[1] < asked.ends(link))
            if asked.holds(link) and in_time:
                walked.followed(link)
                walked.since[link.start] = max(link.at, walked.since.get(link.start, SINCE_EVER))
                yield link.start, (link.at, link.at)

    # for the root itself it does not matter whether a part has been removed since: SINCE_EVER is before every removal
    _walk(graph, walked, windows, ((root, (asked.at, SINCE_EVER)) for root in roots), step)
    return walked


class _Windows:
    """Which windows a node has been walked with; a window that another one covers adds nothing."""

    def __init__(self, *, later_is_better: bool) -> None:
        self.later_is_better = later_is_better
        self.known: dict[Node, list[Window]] = {}

    def adds(self, node: Node, window: Window) -> bool:
        """Remember the window; False when a known one covers it."""
        known = self.known.setdefault(node, [])
        if any(self._covers(other, window) for other in known):
            return False
        known[:] = [other for other in known if not self._covers(window, other)]
        known.append(window)
        return True

    def _covers(self, one: Window, other: Window) -> bool:
        if one == other:
            return True
        if one[1] == SINCE_EVER:  # a root is asked about at any time
            return True
        if one[0] == one[1]:  # an instant of use
            return self.later_is_better and one[0] >= other[0] and other[1] != SINCE_EVER
        return one[0] <= other[0] and one[1] >= other[1]


def _walk(
    graph: Graph,
    walked: Walked,
    windows: _Windows,
    roots: Iterable[tuple[Node, Window]],
    step: Callable[[Node, Window], Iterable[tuple[Node, Window]]],
) -> None:
    layer, depth = list(roots), 0
    for node, window in layer:
        walked.depth[node] = 0
        windows.adds(node, window)
    while layer:
        graph.reach(node for node, _ in layer)
        depth += 1
        stack, beyond = layer, list[tuple[Node, Window]]()
        while stack:
            inner: Layer = []
            for node, window in stack:
                for end, reached in step(node, window):
                    if windows.adds(end, reached):
                        walked.depth.setdefault(end, depth)
                        (beyond if isinstance(end, ThingId) else inner).append((end, reached))
            stack = inner
        layer = beyond
