"""A made-up tenant for the conformance suite: the recorded one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connectors.kit import exact_json
from connectors.kit.contract import PushRequest
from connectors.kit.sample import Sample
from connectors.yonbip.kinds import PLANS
from connectors.yonbip.rows import ID_FROM

RECORDED = Path(__file__).parent / "recordings" / "tenant.json"
NAMES = frozenset({"code", "batchno", "sn"})
"""Fields that name a document or a part of it."""
APART = 1_000_000


def sample(size: int = 0) -> Sample:
    """The tenant, its application, and the genealogy of its first lot as what is pushed; at least `size` documents of each kind."""
    data = exact_json.loads(RECORDED.read_bytes())
    data["objects"] = {kind: [*held, *(_again(held[0], n) for n in range(len(held), size))] for kind, held in data["objects"].items()}
    app, lot = data["apps"][0], data["objects"]["batchno"][0]
    settings = {"tenant": data["tenant"], "app_key": app["app_key"], "app_secret": app["app_secret"]}
    settings["kinds"] = [plan.name for plan in PLANS]
    key = f"{lot['product']}/{lot['productsku']}/{lot['batchno']}"
    push = PushRequest("batchno", key, {"genealogy": "RM-01|RML-7; RM-02|轴承-批7", "define29": "LW-1"}, "sample-push")
    return Sample(data, settings, {"app_secret": "not-this-one"}, push, session_lost="token_refused")


def _again(told: Any, number: int) -> Any:
    """A document once more, under other names."""
    if isinstance(told, dict):
        return {name: _named(name, inner, number) for name, inner in told.items()}
    return [_again(one, number) for one in told] if isinstance(told, list) else told


def _named(name: str, value: Any, number: int) -> Any:
    if name in NAMES and value:
        return f"{value}-{number}"
    if isinstance(value, int) and value >= ID_FROM:
        return value + number * APART
    return _again(value, number)
