"""Others' master data: elements of vocabularies, and which identifiers have an attribute or lie below a place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.types import Text

from pipelines.state.tables import vocabulary_element
from trace_core.epcis.masters import Element


def put(connection: Connection, elements: Sequence[Element], *, job: str, now: datetime) -> None:
    """Keep elements; what was said of them before is replaced."""
    if not elements:
        return
    statement = insert(vocabulary_element)
    said = {name: statement.excluded[name] for name in ("attributes", "children", "recorded_at", "job")}
    told = [
        {
            "vocabulary": one.vocabulary,
            "id": one.id,
            "attributes": {name: list(values) for name, values in one.attributes.items()},
            "children": list(one.children),
            "recorded_at": now,
            "job": job,
        }
        for one in sorted(elements, key=lambda one: (one.vocabulary, one.id))
    ]
    connection.execute(statement.on_conflict_do_update(index_elements=["vocabulary", "id"], set_=said), told)


def having(connection: Connection, names: Collection[str], *, most: int) -> list[str]:
    """Identifiers that have one of the attributes, at most so many."""
    statement = text("SELECT DISTINCT id FROM vocabulary_element WHERE attributes ?| :names LIMIT :most").bindparams(
        bindparam("names", type_=ARRAY(Text))
    )
    return list(connection.execute(statement, {"names": sorted(names), "most": most}).scalars())


def saying(connection: Connection, name: str, values: Collection[str], *, most: int) -> list[str]:
    """Identifiers that have one of the values as this attribute, at most so many."""
    statement = text("SELECT DISTINCT id FROM vocabulary_element WHERE attributes @> ANY(:said) LIMIT :most").bindparams(
        bindparam("said", type_=ARRAY(JSONB))
    )
    said = [{name: [value]} for value in sorted(values)]
    return list(connection.execute(statement, {"said": said, "most": most}).scalars())


def below(connection: Connection, ids: Collection[str], *, most: int) -> list[str]:
    """These identifiers and everything below them, at most so many; circles are followed once."""
    statement = text(
        "WITH RECURSIVE found(id) AS (SELECT unnest(CAST(:ids AS text[])) UNION"
        " SELECT unnest(e.children) FROM found f JOIN vocabulary_element e ON e.id = f.id) SELECT id FROM found LIMIT :most"
    ).bindparams(bindparam("ids", type_=ARRAY(Text)))
    return list(connection.execute(statement, {"ids": sorted(ids), "most": most}).scalars())
