"""A made-up company for the conformance suite: the recorded one, over the OpenAPI relay."""

from __future__ import annotations

from pathlib import Path

from connectors.kit.contract import PushRequest
from connectors.kit.recorded import grown_from
from connectors.kit.sample import Sample

RECORDED = Path(__file__).parent / "recordings" / "company.json"
NAMES = frozenset({"code", "bomid"})
"""Fields that name a document or a part of it."""


def sample(size: int = 0) -> Sample:
    """The company, its application, and a material issue as what is pushed; at least `size` documents of each kind."""
    data = grown_from(RECORDED, size, names=NAMES)
    app = data["apps"][0]
    settings = {name: app[name] for name in ("app_key", "app_secret", "from_account")} | {
        "to_account": app["companies"][0],
        "poll_seconds": 0,
    }
    fields = {"date": "2026-03-09", "warehousecode": "01", "entry.0.inventorycode": "RM-01", "entry.0.quantity": "24"}
    push = PushRequest("materialout", "LW0001", fields, "sample-push")
    wrong = {"app_secret": "not-this-one"}
    return Sample(data, settings, wrong, push, session_lost="token_dead", page_size="rows_per_page")
