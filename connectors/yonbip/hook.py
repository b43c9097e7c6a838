"""YonBIP's pushed events as they reach a site: verified, answered in the generation in which they came."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from connectors.kit.hooks import Heard, Message
from connectors.yonbip.events import opened_event, reply


def receive(settings: Mapping[str, Any], message: Message) -> Heard:
    """Which kind changed. Errors: `Rejected` for a body that is none, is not signed with the secret, or is for another application."""
    key, secret = str(settings["app_key"]), str(settings["app_secret"])
    event = opened_event(message.body, app_key=key, app_secret=secret)
    encrypts = settings["event_reply"] == "encrypted"
    answer = reply(message.body, app_key=key, app_secret=secret, random=secrets.token_bytes(16), encrypts=encrypts)
    return Heard((event.kind,) if event.kind else (), answer, "application/json" if encrypts else "text/plain")
