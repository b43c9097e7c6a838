"""A made-up tenant for the conformance suite: the recorded one."""

from __future__ import annotations

from pathlib import Path

from connectors.kit import exact_json
from connectors.kit.contract import PushRequest
from connectors.kit.sample import Sample

RECORDED = Path(__file__).parent / "recordings" / "tenant.json"


def sample() -> Sample:
    """The tenant, its application, and the genealogy of its first lot as what is pushed."""
    data = exact_json.loads(RECORDED.read_bytes())
    app, lot = data["apps"][0], data["objects"]["batchno"][0]
    settings = {"tenant": data["tenant"], "app_key": app["app_key"], "app_secret": app["app_secret"]}
    key = f"{lot['product']}/{lot['productsku']}/{lot['batchno']}"
    push = PushRequest("batchno", key, {"genealogy": "RM-01|RML-7; RM-02|轴承-批7", "define29": "LW-1"}, "sample-push")
    return Sample(data, settings, {"app_secret": "not-this-one"}, push, session_lost="token_refused")
