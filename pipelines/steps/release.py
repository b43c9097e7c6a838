"""Letting documents go on that waited for a code, once somebody has added the row."""

from __future__ import annotations

from mappings.engine.steps import Line as MappingLine
from pipelines.ports import Plumbing
from pipelines.state import unknown_codes
from pipelines.state.database import Transaction
from trace_core.errors import Misconfigured


def release(connection: Transaction, plumbing: Plumbing) -> int:
    """Have the documents interpreted anew whose unknown codes a newer version of their mapping knows; how many they are.

    One version is asked once: a row that holds on other days than the documents need does not bring them back again and again.
    """
    if not unknown_codes.any_waits(connection):
        return 0
    known = []
    for told in unknown_codes.listing(connection):
        line = plumbing.lines.get(told["connection"])
        try:
            mapper = plumbing.mapper(line, told["mapping"].partition("/")[2]) if line else None
        except Misconfigured:
            continue
        if line is None or mapper is None or mapper.version == told["version"]:
            continue
        own = MappingLine(line.name, line.plant, line.zone)
        if mapper.knows(own, told["table_name"], told["code"], told["organisation"]):
            known.append((told["connection"], told["table_name"], told["organisation"], told["code"]))
    return unknown_codes.replay(connection, known)
