"""The types of an open transaction and of what goes wrong with one, for those who speak no SQL; conditions of long lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, func
from sqlalchemy import Connection as Transaction
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import SQLAlchemyError as Fault

__all__ = ["Fault", "Transaction", "among", "joined"]
MARKS = ("\n", "\x1f", "\x1e", "\x1e\x1f\x1e")


def among(column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether a column has one of the values, however many: they are one parameter, where `in_` takes 65,535 at most."""
    found: ColumnElement[bool] = column == func.any(bindparam(None, sorted(values), type_=ARRAY(column.type), unique=True))
    return found


def joined(texts: Sequence[str]) -> tuple[str, str]:
    """Texts as one, and the mark between them, for `string_to_table`: a thousand are sent and read much faster than as an array.

    Errors: `ValueError` where every mark is in one of the texts already.
    """
    for mark in MARKS:
        told = mark.join(texts)
        if told.count(mark) == len(texts) - 1:
            return told, mark
    raise ValueError("a text holds every mark that could part it from the next")
