"""The inbox of unknown codes: which code, in which table and scope, how often, and the documents that wait for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from pipelines.state.mapping_tables import unknown_code, unknown_code_document
from pipelines.state.uninterpreted import asking_again

NAME = ("connection", "table_name", "organisation", "code")


@dataclass(frozen=True, slots=True)
class Noted:
    """A code that was not known, in one raw document."""

    connection: str
    plant: str
    table_name: str
    organisation: str
    code: str
    policy: str
    mapping: str
    version: str
    source_kind: str
    source_key: str


def note(connection: Connection, sources: Collection[tuple[str, str, str]], noted: Sequence[Noted], *, now: datetime) -> None:
    """Note what was unknown in the raw documents (connection, kind, key) of a batch, in place of what was noted of them before.

    A code of which no document is left, leaves.
    """
    left = _taken_off(connection, sources)
    if noted:
        _put(connection, noted, now)
    _drop_idle(connection, left)


def _put(connection: Connection, noted: Sequence[Noted], now: datetime) -> None:
    codes = {tuple(getattr(one, name) for name in NAME): one for one in noted}
    fields = (*NAME, "plant", "policy", "mapping", "version")
    rows = [{name: getattr(one, name) for name in fields} | {"first_seen": now, "last_seen": now} for _, one in sorted(codes.items())]
    statement = insert(unknown_code)
    renewed = {name: statement.excluded[name] for name in ("policy", "mapping", "version", "last_seen", "plant")}
    connection.execute(statement.on_conflict_do_update(index_elements=list(NAME), set_=renewed), rows)
    places = {tuple(getattr(one, name) for name in (*NAME, "source_kind", "source_key")) for one in noted}
    documents = [dict(zip((*NAME, "source_kind", "source_key"), place, strict=True)) for place in sorted(places)]
    connection.execute(insert(unknown_code_document).on_conflict_do_nothing(), documents)


def _taken_off(connection: Connection, sources: Collection[tuple[str, str, str]]) -> list[tuple[str, ...]]:
    """Forget what was noted of some raw documents; the codes that they had."""
    if not sources or not any_waits(connection):
        return []
    found = connection.execute(
        text(
            "DELETE FROM unknown_code_document d USING unnest(:names, :kinds, :keys) AS a(connection, kind, key)"
            " WHERE d.connection = a.connection AND d.source_kind = a.kind AND d.source_key = a.key"
            " RETURNING d.connection, d.table_name, d.organisation, d.code"
        ).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("names", "kinds", "keys"))),
        dict(zip(("names", "kinds", "keys"), (list(column) for column in zip(*sorted(sources), strict=True)), strict=True)),
    )
    return sorted({tuple(row) for row in found})


def _drop_idle(connection: Connection, codes: Sequence[tuple[str, ...]]) -> None:
    """Take out codes of which no document is left."""
    if codes:
        columns = dict(zip(NAME, (list(column) for column in zip(*codes, strict=True)), strict=True))
        connection.execute(
            text(
                "DELETE FROM unknown_code u USING unnest(:connection, :table_name, :organisation, :code) AS a(connection, table_name,"
                " organisation, code) WHERE (u.connection, u.table_name, u.organisation, u.code) = (a.connection, a.table_name,"
                " a.organisation, a.code) AND NOT EXISTS (SELECT FROM unknown_code_document d WHERE (d.connection, d.table_name,"
                " d.organisation, d.code) = (u.connection, u.table_name, u.organisation, u.code))"
            ).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in NAME)),
            columns,
        )


def any_waits(connection: Connection) -> bool:
    """Whether there is any unknown code at all; nearly always there is none."""
    return bool(connection.execute(text("SELECT EXISTS (SELECT FROM unknown_code)")).scalar_one())


def listing(connection: Connection) -> list[dict[str, Any]]:
    """Every unknown code with its documents counted and the first of them named, most first."""
    found = connection.execute(
        text(
            "SELECT u.*, count(d.*) AS documents, (array_agg(d.source_kind || ' ' || d.source_key ORDER BY d.source_key))[1:5] AS first"
            " FROM unknown_code u LEFT JOIN unknown_code_document d USING (connection, table_name, organisation, code)"
            " GROUP BY u.connection, u.table_name, u.organisation, u.code ORDER BY documents DESC, u.table_name, u.code"
        )
    )
    times = ("first_seen", "last_seen")
    names = ("connection", "plant", "table_name", "organisation", "code", "policy", "mapping", "version", "documents", "first")
    return [{name: getattr(row, name) for name in names} | {name: getattr(row, name).isoformat() for name in times} for row in found]


def replay(connection: Connection, known: Sequence[tuple[str, str, str, str]]) -> int:
    """Let the documents that wait for these codes (connection, table, organisation, code) be interpreted anew; how many they are."""
    if not known:
        return 0
    columns = dict(zip(("names", "tables", "organisations", "codes"), (list(column) for column in zip(*known, strict=True)), strict=True))
    done = connection.execute(
        text(
            asking_again(
                "SELECT DISTINCT d.connection, d.source_kind AS kind, d.source_key AS key FROM unknown_code_document d,"
                " unnest(:names, :tables, :organisations, :codes) AS a(connection, table_name, organisation, code)"
                " WHERE (d.connection, d.table_name, d.organisation, d.code) = (a.connection, a.table_name, a.organisation, a.code)"
            )
        ).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in columns)),
        columns,
    )
    return sum(row[1] for row in done)


def drop(connection: Connection, name: tuple[str, str, str, str]) -> None:
    """Take a code out of the inbox; its documents stay where they are."""
    for table in (unknown_code_document, unknown_code):
        connection.execute(delete(table).where(*(table.c[column] == value for column, value in zip(NAME, name, strict=True))))
