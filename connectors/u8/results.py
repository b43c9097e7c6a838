"""Results in U8: documents of a resource that the site chose, since no call of U8 changes a document.

Source: `define1` to `define16` of a head; `biz_id` and late answers as for every document. Inferred: that a resource takes a number from
outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.kit.contract import PushRequest
from connectors.kit.results import ResultForm, Results
from connectors.kit.waiting import asked_until
from connectors.u8.kinds import KindPlan
from connectors.u8.settings import Settings
from connectors.u8.write import Way


def results_of(way: Way, settings: Settings, today: Callable[[], str]) -> Results | None:
    """The results of a connection; None where the site says of no resource. `today` is the plant's day, which a document has."""
    if not settings.result_resource:
        return None
    plan = KindPlan(settings.result_resource, "", root=settings.result_resource, vouch=settings.result_vouch)

    def add(number: str, row: dict[str, Any], _request: PushRequest) -> None:
        way.add(plan, number, {"date": today(), **row, plan.key: number})
        asked_until(lambda: way.get(plan, number), times=settings.polls, seconds=float(settings.poll_seconds))

    form = ResultForm(settings.result_fields, settings.result_mark, settings.result_prefix, settings.result_body)
    return Results(form, lambda number: way.get(plan, number), add)
