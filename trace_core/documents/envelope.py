"""The envelope of a canonical document: which document it is, which revision, and since when it is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from marshmallow import ValidationError, fields
from msgspec import Struct
from msgspec.structs import force_setattr, replace

from trace_core.documents.fields import Code, Moment, Strict, plain, without_nulls
from trace_core.documents.kinds import SCHEMAS
from trace_core.errors import Problem, Rejected


class Envelope(Strict):
    """The outer object; `body` is checked by the schema of its kind."""

    kind = fields.String(required=True)
    plant = Code(required=True)
    key = Code(required=True)
    revision = fields.Integer(required=True, strict=True)
    recorded_at = Moment(allow_none=True)
    deleted = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    body = fields.Dict(load_default=dict)


class BodyText(Mapping[str, Any]):
    """A body in normal form as JSON text. Its texts are those of what it was `read` into, where that is known; else it is parsed."""

    __slots__ = ("_read", "_told", "text")

    def __init__(self, text: bytes, read: object = None) -> None:
        self.text = text
        self._read = read
        self._told: dict[str, Any] | None = None

    def _parsed(self) -> dict[str, Any]:
        if self._told is None:
            self._told = orjson.loads(self.text)
        return self._told

    def __getitem__(self, name: str) -> Any:
        found = getattr(self._read, name, None)
        return found if found.__class__ is str else self._parsed()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parsed())

    def __len__(self) -> int:
        return len(self._parsed())


class Document(Struct, frozen=True, eq=False):
    """A canonical document that has passed its schema.

    `body` is in normal form (`fields.plain`): decimal strings, RFC 3339 times. `recorded_at` is None until the store has given it the
    time of receipt. `content` is a hash over everything that makes two documents equal: kind, deleted and body. `stated` keeps what
    `events.event_of` read out of the body.
    """

    kind: str
    plant: str
    key: str
    revision: int
    recorded_at: datetime | None
    deleted: bool
    body: Mapping[str, Any]
    content: str
    stated: Any = None

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, whatever was read out of them."""
        return isinstance(other, Document) and _said_by(self) == _said_by(other)

    __hash__ = None  # type: ignore[assignment]  # a body is a mapping

    @property
    def text(self) -> bytes:
        """The body as JSON."""
        return self.body.text if isinstance(self.body, BodyText) else orjson.dumps(self.body)

    def state(self, event: Any) -> None:
        """Keep what was read out of the body, which never changes."""
        force_setattr(self, "stated", event)

    @property
    def name(self) -> tuple[str, str, str]:
        """(plant, kind, key): what a higher revision supersedes."""
        return self.plant, self.kind, self.key

    def known_since(self, moment: datetime) -> Document:
        """The same, known since another time."""
        return replace(self, recorded_at=moment)

    def revised(self, revision: int) -> Document:
        """The same content as another revision."""
        return replace(self, revision=revision, stated=None)


def _said_by(document: Document) -> tuple[Any, ...]:
    return (*document.name, document.revision, document.recorded_at, document.deleted, document.body, document.content)


def content_hash(kind: str, *, deleted: bool, body: Mapping[str, Any]) -> str:
    """SHA-256 over the normal form, in hexadecimal."""
    return hashlib.sha256(orjson.dumps([kind, deleted, body], option=orjson.OPT_SORT_KEYS)).hexdigest()


_ENVELOPE = Envelope()


def read_document(told: Any) -> Document:
    """The document that a JSON object states.

    Errors: `Rejected` with every problem at once, each with its path (`body.lines.0.quantity`) and the value found there.
    """
    if not isinstance(told, Mapping):
        raise Rejected("a document is a JSON object", problems=[Problem("", "must be a JSON object", _short(told))])
    problems: list[Problem] = []
    head: dict[str, Any] = {}
    try:
        head = _ENVELOPE.load(told)
    except ValidationError as fault:
        problems += _problems(fault.messages, told, "")
    kind = told.get("kind")
    schema = SCHEMAS.get(kind) if isinstance(kind, str) else None
    if schema is None and "kind" in told:
        problems.append(Problem("kind", f"must be one of {', '.join(SCHEMAS)}", _short(kind)))
    raw_body, body = told.get("body", {}), {}
    deleted = told.get("deleted") is True
    if schema is not None and isinstance(raw_body, Mapping) and not deleted:
        if "body" not in told:
            problems.append(Problem("body", "is missing"))
        else:
            try:
                body = schema.load(without_nulls(raw_body))
            except ValidationError as fault:
                problems += _problems(fault.messages, raw_body, "body")
    if problems:
        raise Rejected(f"the document has {len(problems)} problem(s)", problems=problems)
    return Document(
        kind=head["kind"],
        plant=head["plant"],
        key=head["key"],
        revision=head["revision"],
        recorded_at=head.get("recorded_at"),
        deleted=head["deleted"],
        body=plain(body),
        content=content_hash(head["kind"], deleted=head["deleted"], body=plain(body, in_utc=True)),
    )


def _problems(messages: Any, told: Any, path: str) -> list[Problem]:
    if isinstance(messages, Mapping):
        found: list[Problem] = []
        for name, inner in messages.items():
            at = path if name == "_schema" else f"{path}.{name}".lstrip(".")
            found += _problems(inner, _inner(told, name), at)
        return found
    wordings = messages if isinstance(messages, list) else [messages]
    return [Problem(path, _said(str(wording)), _short(told)) for wording in wordings]


def _inner(told: Any, name: Any) -> Any:
    if name == "_schema":
        return told
    if isinstance(told, Mapping):
        return told.get(name)
    if isinstance(told, list) and isinstance(name, int) and name < len(told):
        return told[name]
    return None


def _said(wording: str) -> str:
    return {
        "Missing data for required field.": "is missing",
        "Unknown field.": "is no field of this document",
        "Field may not be null.": "must not be null",
        "Not a valid string.": "must be a text",
        "Not a valid integer.": "must be an integer",
        "Not a valid list.": "must be a list",
        "Not a valid boolean.": "must be true or false",
        "Not a valid mapping type.": "must be an object",
        "Invalid input type.": "must be an object",
    }.get(wording, wording)


def _short(value: Any) -> str:
    longest = 120
    if value is None:
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return text if len(text) <= longest else text[: longest - 1] + "…"
