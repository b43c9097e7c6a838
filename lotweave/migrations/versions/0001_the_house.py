"""The house.

Revision: 0001; after: .
"""

from __future__ import annotations

from lotweave.migrations.first import access, capture, genealogy, inbox, mappings, outbox, queries, reconciliation, waiting

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a restored backup."""
    for room in (access, capture, genealogy, inbox, mappings, outbox, queries, reconciliation, waiting):
        room.make()
