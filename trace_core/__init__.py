"""The genealogy of every thing in every plant: documents, events, links, and the questions asked of them.

What it is for: canonical documents (`documents`), what they say happened (`events`), which links follow (`links`, `pools`,
`journeys`, `containment`), and the answers (`walk`, `gaps`, `answer`). `memory` is the reference store, `store/` the one on PostgreSQL.

What it may import: the standard library, and marshmallow for the schemas. Only `store/` speaks SQL. It knows no connector, no mapping,
no pipeline, no clock and no log.

How to add to it: a new rule is a pure function with its own module and a spec in `tests/spec`; a new document kind is a schema in
`documents/kinds.py`, its touches in `events.py` and an entry in the glossary.
"""
