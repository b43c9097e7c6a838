"""When things run: schedules as data, due runs computed by a pure function, and the beat that only nudges.

What it may import: `pipelines` and below. Only `store/` speaks SQL; Celery appears in `beat.py` alone.

How to add to it: a new sort of schedule is a case in `due.py` with its test; the rows decide, never the beat's own clock.
"""
