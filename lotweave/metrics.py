"""`/metrics`: figures from the database at the time of the scrape, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from connectors.kit.breaker import is_open
from connectors.kit.manifest import manifest
from connectors.kit.opening import company_of
from lotweave.bootstrap import House
from lotweave.readiness import queues
from lotweave.settings import resolved
from lotweave.shared import shared_of
from pipelines.state.measures import MOST, measure
from trace_core.errors import Verdict

Rows = Sequence[tuple[Any, ...]]
_COUNTED = f"counted up to {MOST}"
_FAMILIES: Mapping[str, tuple[type[CounterMetricFamily | GaugeMetricFamily], str, str, tuple[str, ...]]] = {
    "inbox_waiting": (GaugeMetricFamily, "inbox_waiting", f"Received documents yet to be interpreted, {_COUNTED}", ("plant",)),
    "inbox_oldest": (GaugeMetricFamily, "inbox_oldest_seconds", "Since when the oldest of them waits", ("plant",)),
    "runs_open": (GaugeMetricFamily, "runs_open", "Runs that are due, running or pulled", ("connection", "state")),
    "runs_ended": (CounterMetricFamily, "runs_ended", "Pulls that ended as done, failed or stopped", ("connection", "state")),
    "run_done_at": (GaugeMetricFamily, "run_done_timestamp_seconds", "When a pull was last done", ("connection", "kind")),
    "fetched": (CounterMetricFamily, "documents_fetched", "Documents that came over the connection", ("connection",)),
    "unchanged": (CounterMetricFamily, "documents_unchanged", "Of these, documents that were held already", ("connection",)),
    "checkpoint_age": (GaugeMetricFamily, "checkpoint_age_seconds", "Since when the checkpoint did not move", ("connection", "kind")),
    "outbox": (GaugeMetricFamily, "outbox_rows", f"Results that are work or wait for a person, {_COUNTED}", ("connection", "state")),
    "outbox_oldest": (GaugeMetricFamily, "outbox_oldest_seconds", "Since when the oldest open result is open", ("connection",)),
    "outbox_on_hold": (GaugeMetricFamily, "outbox_on_hold", f"Results held by a person or a limit, {_COUNTED}", ("connection",)),
    "connection_on_hold": (GaugeMetricFamily, "connection_on_hold", "1 while a person lets nothing be pushed there", ("connection",)),
    "quarantine": (GaugeMetricFamily, "quarantine_waiting", f"Documents that could not be used, {_COUNTED}", ("plant", "stage")),
    "silence": (GaugeMetricFamily, "queue_silence_seconds", "Since a worker last answered on the queue; asked every 15 s", ("queue",)),
    "documents": (GaugeMetricFamily, "documents_estimate", "Documents held, with all versions, as the database estimates", ()),
    "events": (GaugeMetricFamily, "events_estimate", "Events held, as the database estimates", ()),
    "circuits": (GaugeMetricFamily, "circuit_open", "1 while the connection's system is left alone", ("connection",)),
    "up": (GaugeMetricFamily, "shared_store_up", "1 while the store answers in which workers share limits", ()),
}


def metrics(house: House) -> bytes:
    """The text of a scrape. Errors: of the database, when it is away."""
    registry = CollectorRegistry()
    registry.register(_House(house))
    return generate_latest(registry)


class _House(Collector):
    def __init__(self, house: House) -> None:
        self._house = house

    def describe(self) -> list[Metric]:
        """Nothing is known before the scrape, and nothing of it clashes: the registry is this collector's own."""
        return []

    def collect(self) -> Iterator[Metric]:
        site = self._house.site
        with self._house.begin() as connection:
            found = measure(connection, plants=list(site.plants), names=list(site.connections), queues=queues(site), now=self._house.now())
        for name, rows in (found | _circuits(self._house)).items():
            sort, said, explained, labels = _FAMILIES[name]
            family = sort(f"lotweave_{said}", explained, labels=labels)
            for *values, figure in rows:
                family.add_metric([str(value) for value in values], float(figure))
            yield family


def _circuits(house: House) -> dict[str, Rows]:
    """Which systems are left alone for now; nothing where that cannot be seen."""
    site = house.site
    if not site.connections:
        return {}
    shared, found = shared_of(site), list[tuple[str, int]]()
    for connection in site.connections.values():
        try:
            company = company_of(manifest(connection.system), resolved(connection, site.folder))
        except Verdict:
            continue  # a secret that is not at hand: `lotweave check` and the connection's runs say so
        try:
            found.append((connection.name, int(is_open(shared, company))))
        except Verdict:
            return {"up": [(0,)]}
    return {"circuits": found, "up": [(1,)]}
