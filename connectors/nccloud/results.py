"""Results in NC Cloud: documents of a resource that the site chose, since no public call changes a document.

Source: custom items `vdef1` and on of a head, by the official data dictionary; the rest as for every document that is created here.
"""

from __future__ import annotations

from typing import Any

from connectors.kit.contract import PushRequest
from connectors.kit.results import ResultForm, Results
from connectors.nccloud.client import NcCloud
from connectors.nccloud.reading import Reader
from connectors.nccloud.settings import Settings
from connectors.nccloud.writing import handed_over


def results_of(client: NcCloud, reader: Reader, settings: Settings) -> Results | None:
    """The results of a connection; None where the site names no kind for them."""
    kind = settings.result_kind
    if not kind:
        return None
    told = settings.resources[kind]

    def add(number: str, row: dict[str, Any], request: PushRequest) -> None:
        handed_over(client, told, {**row, told.key: number}, request)

    form = ResultForm(settings.result_fields, settings.result_mark, settings.result_prefix, {"body": [{}], **settings.result_body})
    return Results(form, lambda number: reader.one(kind, number), add)
