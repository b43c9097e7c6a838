"""Yonyou U9 / U9 cloud: documents by WebAPI and read-only SQL, lots and their trace segments by SOAP.

What it is for: reading masters, orders, issues, completions, receipts and shipments of a U9 site, and writing the trace into the
lot master's descriptive segments. What it may import: `connectors.kit` and `trace_core.errors`.

How to add to it: a kind is one entry of `kinds.py`, a `[kinds.…]` table of `manifest.toml` and a mapping; a reply of U9 that means
something new is one row of `faults.py`. The other Yonyou products share no protocol with U9 and would be sibling modules with
manifests of their own.
"""
