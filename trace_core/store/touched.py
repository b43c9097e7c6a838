"""The keys under which documents can be, or could once be, found: whoever asked for one of them may get another answer now."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from trace_core.store.judge import document_of
from trace_core.touches import touches

_ASKED = "WITH asked AS MATERIALIZED (SELECT * FROM unnest(:plants, :kinds, :keys) AS a(plant, kind, key)) "
_VERSIONS = (
    "SELECT d.id, d.plant, d.kind, d.key, d.revision, d.recorded_at, d.deleted, d.content, d.body"
    " FROM asked a JOIN document d ON d.plant = a.plant AND d.kind = a.kind AND d.key = a.key AND d.state {0} 'conflict'"
)
_TOUCHED = text(f"{_ASKED}{_VERSIONS.format('<>')} UNION ALL {_VERSIONS.format('=')}").bindparams(
    *(bindparam(name, type_=ARRAY(Text)) for name in ("plants", "kinds", "keys"))
)


def touched_by(connection: Connection, names: Collection[tuple[str, str, str]]) -> set[str]:
    """Keys of `trace_core.touches` of every version of documents (plant, kind, key): of those that hold, held or lost."""
    if not names:
        return set()
    plants, kinds, keys = (list(column) for column in zip(*sorted(names), strict=True))
    rows = connection.execute(_TOUCHED, {"plants": plants, "kinds": kinds, "keys": keys})
    return {key for row in rows for key in touches(document_of(row))}
