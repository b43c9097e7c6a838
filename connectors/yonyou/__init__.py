"""Yonyou U9 / U9 cloud: documents by WebAPI and read-only SQL, lots and segments by SOAP.

What it is for: reading masters, orders, issues, completions, receipts and shipments of a U9 site, and writing the trace into
descriptive segments of lots or orders, or into documents of its own. What it may import: `connectors.kit` and `trace_core.errors`.

How to add to it: a kind is one entry of `kinds.py`, a `[kinds.…]` table of `manifest.toml` and a mapping; a reply of U9 that means
something new is one row of `faults.py`. The other Yonyou products share no protocol with U9 and are folders beside it (ADR 0024).
"""
