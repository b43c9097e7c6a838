"""The rest of the house: settings, the wiring, the command line, the worker, the console, the embedded services, migrations, access.

What it is for: joining the rooms into one program. `bootstrap.py` is the only place that knows both ports and their implementations.

What it may import: everything below it (`scheduler`, `pipelines`, `connectors`, `mappings`, `trace_core`). Nothing imports it.

How to add to it: a verb is a module in `cli/` and one line in `cli/main.py`; a setting is a field in `settings.py` and a line in
`docs/reference/settings.md`; a table is a migration.
"""
