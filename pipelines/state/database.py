"""The types of an open transaction and of what goes wrong with one, for those who speak no SQL; conditions of long lists."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, func
from sqlalchemy import Connection as Transaction
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import SQLAlchemyError as Fault

__all__ = ["Fault", "Transaction", "among"]


def among(column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether a column has one of the values, however many: they are one parameter, where `in_` takes 65,535 at most."""
    found: ColumnElement[bool] = column == func.any(bindparam(None, sorted(values), type_=ARRAY(column.type), unique=True))
    return found
