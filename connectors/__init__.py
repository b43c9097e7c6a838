"""Speaking to one system: its wire, its faults, its documents; nothing of our genealogy.

What it is for: each folder is one integration, whole: manifest, README, client, documents, faults, simulator. `kit/` is the contract and
the shared parts.

What it may import: a vendor may import `connectors.kit` and `trace_core.errors`; vendors do not know each other.

How to add to it: a folder with a `manifest.toml` (that is the registration), a connector that satisfies `kit/contract.py`, a README that
names settings and doubts, a simulator, and one word in `.importlinter`.
"""
