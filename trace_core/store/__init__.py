"""The genealogy on PostgreSQL: every document version, which of them counts, and the log of events.

May import the pure modules of `trace_core` and SQLAlchemy; nothing else in `trace_core` speaks SQL. A new question is a new look-up by
touches in `view.py`; a new rule about acceptance goes into `judge.py` with its twin in the memory store.
"""
