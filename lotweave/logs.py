"""The logs of a site's processes: a JSON object a line on standard error, ours and the libraries' alike; for people where a verb speaks.

An exception is told by its type and where it was raised. Its text is left out, and so is what libraries say below a warning: both may hold
addresses with tokens, or values of fields.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from pipelines.tracing import trace_id

_TALKATIVE = {"urllib3": logging.ERROR, "zeep": logging.ERROR, "werkzeug": logging.WARNING, "opentelemetry": logging.ERROR}
"""Libraries that put addresses or messages into what they say."""
_FRAMES = 12
Told = MutableMapping[str, Any]


def set_up(level: str, *, human: bool = False) -> None:
    """Let this process log to standard error: our own events from `level` on, the libraries' from warnings on."""
    written: Any = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0) if human else structlog.processors.JSONRenderer(_json)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                _about,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper("iso", utc=True, key="time"),
                _fault,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _in_order, written],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    logging.getLogger("lotweave").setLevel(level.upper())
    for name, least in _TALKATIVE.items():
        logging.getLogger(name).setLevel(least)


def _about(_logger: Any, _name: str, told: Told) -> Told:
    """What an event of ours is about; of another record, who says it. What a failed task said is its exception's text."""
    record = told["_record"]
    about = getattr(record, "about", None)
    if about is None:
        told["logger"] = record.name
        task = getattr(record, "data", None)
        if record.name == "celery.app.trace" and isinstance(task, dict):
            told.update(event=f"task {task.get('description', 'failed')}", task=task.get("name"))
    else:
        told.update({name: value for name, value in about.items() if value is not None})
    if found := trace_id():
        told["trace"] = found
    return told


def _fault(_logger: Any, _name: str, told: Told) -> Told:
    fault = told.pop("exc_info", None)
    if fault and fault[0] is not None:
        frames = traceback.extract_tb(fault[2])[-_FRAMES:]
        told.update(fault=fault[0].__name__, at=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames])
    return told


def _in_order(_logger: Any, _name: str, told: Told) -> Told:
    return {"time": told.pop("time"), "level": told.pop("level"), "event": told.pop("event"), **told}


def _json(told: Any, **_: Any) -> str:
    return orjson.dumps(told, default=str).decode()
