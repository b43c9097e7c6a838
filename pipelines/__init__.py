"""The journey of a record: small steps (pull, keep, interpret, weave, trace, plan, push, reconcile), named flows, thin Celery tasks.

What it is for: moving documents between systems and the genealogy so that nothing is lost and nothing is doubled. Work is rows in
PostgreSQL (`state/`); a Celery message carries ids and only wakes a worker (ADR 0002).

What it may import: `connectors`, `mappings`, `trace_core`. Only `state/` speaks SQL. Celery appears in `app.py` and `tasks.py` alone.

How to add to it: a step is a module in `steps/` with one public function that takes what it needs and leaves in one transaction.
"""
