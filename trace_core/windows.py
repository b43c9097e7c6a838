"""Windows of time in which a walk has come to a node, so that nothing is walked twice and nothing that is needed is left out.

Forward, a window is [since, until): what leaves the node within it is reached. It ends where the node is found empty (ADR 0015).
Backward, a window is the instant at which the node was used, (used, used), or for a root (asked, any): what came in before is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from trace_core.links import SINCE_EVER, Node

Window = tuple[datetime, datetime]
INSTANT = timedelta(microseconds=1)
"""The finest step of time: what leaves at the instant of a count of zero left before it."""


class Windows:
    """The windows of every node walked so far; one that another covers adds nothing. `emptied` tells when a node was found empty."""

    def __init__(self, emptied: Callable[[Node], list[datetime]], *, later_is_better: bool) -> None:
        self.emptied = emptied
        self.later_is_better = later_is_better
        self.known: dict[Node, list[Window]] = {}

    def new(self, met: Iterable[tuple[Node, Window]]) -> Iterator[tuple[Node, Window]]:
        """Those to be walked, cut to what holds and remembered. What decides when their nodes were emptied must be known."""
        for node, window in met:
            emptied = self.emptied(node)
            cut = self._cut(window, emptied)
            if self._adds(node, cut, emptied):
                yield node, cut

    def _cut(self, window: Window, emptied: list[datetime]) -> Window:
        since, until = window
        if since >= until or since == SINCE_EVER:  # an instant of use, or a root, which stands for itself at any time
            return window
        return since, min((until, *(at + INSTANT for at in emptied if at > since)))

    def _adds(self, node: Node, window: Window, emptied: list[datetime]) -> bool:
        known = self.known.setdefault(node, [])
        if any(self._covers(other, window, emptied) for other in known):
            return False
        known[:] = [other for other in known if not self._covers(window, other, emptied)]
        known.append(window)
        return True

    def _covers(self, one: Window, other: Window, emptied: list[datetime]) -> bool:
        if one == other or one[1] == SINCE_EVER:  # a root is asked about at any time
            return True
        if one[0] == one[1]:  # an instant of use: the later one sees all that the earlier one sees, unless it was emptied between them
            later = self.later_is_better and one[0] >= other[0] and other[1] != SINCE_EVER
            return later and not any(other[0] <= at < one[0] for at in emptied)
        return one[0] <= other[0] and one[1] >= other[1]
