"""A made-up tenant for the conformance suite: the recorded one."""

from __future__ import annotations

from pathlib import Path

from connectors.kit.contract import PushRequest
from connectors.kit.recorded import grown_from
from connectors.kit.sample import Sample
from connectors.yonbip.kinds import PLANS
from connectors.yonbip.rows import ID_FROM

RECORDED = Path(__file__).parent / "recordings" / "tenant.json"
NAMES = frozenset({"code", "batchno", "sn"})
"""Fields that name a document or a part of it."""


def sample(size: int = 0) -> Sample:
    """The tenant, its application, and the genealogy of its first lot as what is pushed; at least `size` documents of each kind."""
    data = grown_from(RECORDED, size, names=NAMES, ids_from=ID_FROM)
    app, lot = data["apps"][0], data["objects"]["batchno"][0]
    settings = {"tenant": data["tenant"], "app_key": app["app_key"], "app_secret": app["app_secret"]}
    settings["kinds"] = [plan.name for plan in PLANS]
    key = f"{lot['product']}/{lot['productsku']}/{lot['batchno']}"
    push = PushRequest("batchno", key, {"genealogy": "RM-01|RML-7; RM-02|轴承-批7", "define29": "LW-1"}, "sample-push")
    return Sample(data, settings, {"app_secret": "not-this-one"}, push, session_lost="token_refused")
