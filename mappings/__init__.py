"""From a system's documents to canonical ones and back, as data: YAML and CSV first, code second.

What it is for: `<system>/<KIND>.yml` and `<system>/codes/*.csv` say what each field means; `engine/` reads, checks, compiles and applies
them; `library/` holds the few named functions that YAML may call. A site's own `mappings/` and `codes/` come first.

What it may import: `trace_core`. It knows no connector.

How to add to it: a mapping is a file (docs/reference/mapping-language.md) with golden cases in `tests/golden`; logic that the language
cannot say is a typed, pure, tested function in `library/functions.py`.
"""
