"""When things run: schedules as data, due runs computed by a pure function, and rows that decide; the beat only nudges.

What it may import: `pipelines` and below. Only `store/` speaks SQL.

How to add to it: a new sort of schedule is a case in `nominal.py` with its test; a calendar is a file in `calendars/`.
"""
