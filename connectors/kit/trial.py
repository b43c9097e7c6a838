"""One connector against its own simulator on a real socket: what the checks of the conformance suite work with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

from connectors.kit.contract import Connector, RawDocument
from connectors.kit.manifest import Manifest, front_door, typed
from connectors.kit.opening import open_system
from connectors.kit.sample import Sample
from connectors.kit.shared import LocalShared
from connectors.kit.simulator import Running

SIZE = 24
"""Documents of each kind in the company that a connector is judged by."""
Documents = dict[tuple[str, str], RawDocument]


class Untried(Exception):
    """A check that does not apply to a connector; the words say why."""


class Trial:
    """A simulator that runs, and connectors opened to it."""

    def __init__(self, man: Manifest, sample: Sample, running: Running) -> None:
        self.man = man
        self.sample = sample
        self.running = running

    @property
    def kinds(self) -> list[str]:
        """Readable kinds in the order of a sync."""
        given = self.sample.settings.get("kinds") or [name for name, kind in self.man.kinds.items() if kind.read]
        return sorted(given, key=lambda name: self.man.kinds[name].order if name in self.man.kinds else 0)

    @property
    def secrets(self) -> list[str]:
        """The secrets of the sample, which nothing may show."""
        names = [name for name, one in self.man.settings.items() if one.type == "secret"]
        return [str(self.sample.settings[name]) for name in names if self.sample.settings.get(name)]

    @contextmanager
    def opened(self, shared: LocalShared | None = None, **changes: Any) -> Iterator[Connector]:
        """A connector with some settings changed. It has no quotas: they would be waited for, and are the gate's matter."""
        told = {name: value for name, value in self.sample.settings.items() if name != "kinds"}
        given = told | {"url": self.running.url} | changes
        settings = typed(self.man, given, "sample")
        unhurried = replace(self.man, limits={name: value for name, value in self.man.limits.items() if name not in {"calls", "endpoints"}})
        connector = open_system(unhurried, settings, connection="sample", zone=self.sample.zone, shared=shared or LocalShared())
        try:
            yield connector
        finally:
            connector.close()

    def paged(self, size: int) -> Mapping[str, Any]:
        """The setting of a page's size, where there is one."""
        return {self.sample.page_size: size} if self.sample.page_size in self.man.settings else {}

    def all(self, connector: Connector, cursor: Mapping[str, Any] | None = None) -> Documents:
        """Every document of every kind; what comes again replaces what came before."""
        return {
            (document.kind, document.key): document
            for kind in self.kinds
            for page in connector.pull(kind, cursor)
            for document in page.documents
        }

    def calls(self) -> int:
        """How many calls reached the simulator so far."""
        return sum(self.running.simulator.ledger.calls.values())


@contextmanager
def trial(man: Manifest) -> Iterator[Trial]:
    """A fresh simulator of the connector's sample."""
    sample: Sample = front_door(man.sample)(SIZE)
    with Running(front_door(man.simulator)(deepcopy(dict(sample.data)))) as running:
        yield Trial(man, sample, running)
