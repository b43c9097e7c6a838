"""Fast reads: the genealogy as compressed sparse rows in memory-mapped files, with what came since laid over them.

May import the pure modules of `trace_core`, numpy and numba; it speaks no SQL: `trace_core/store/export.py` and `fresh.py` feed it. The
meaning of a walk is that of `trace_core/walk.py`; a test holds both to the same answers.
"""
