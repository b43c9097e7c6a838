"""What a connector brings along to be judged by: a small company for its simulator, and how to connect to it.

The manifest's `sample` names a function that takes how many documents of each kind there should be, at least, and returns one. It has to
hold documents of every readable kind, and a text that is not ASCII.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.contract import PushRequest


@dataclass(frozen=True, slots=True)
class Sample:
    """`settings` are those of a connection without its address; `wrong` makes the login fail when put over them.

    `push` is a write that the system takes, None where nothing can be written. `session_lost` is the simulator's fault that ends a session,
    `page_size` the setting of that meaning; empty where the system has none. `zone` is the server's.
    """

    data: Mapping[str, Any]
    settings: Mapping[str, Any]
    wrong: Mapping[str, Any] = field(default_factory=dict)
    push: PushRequest | None = None
    session_lost: str = ""
    page_size: str = "page_size"
    zone: str = "Asia/Shanghai"
    empty_kinds: tuple[str, ...] = ()
    """Readable kinds of which the sample has no document, each with its reason in the README."""
