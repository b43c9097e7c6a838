"""The type of an open transaction, for those who hand one on without speaking SQL."""

from sqlalchemy import Connection as Transaction

__all__ = ["Transaction"]
