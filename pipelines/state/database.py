"""The type of an open transaction, and of what goes wrong with one, for those who hand them on without speaking SQL."""

from sqlalchemy import Connection as Transaction
from sqlalchemy.exc import SQLAlchemyError as Fault

__all__ = ["Fault", "Transaction"]
