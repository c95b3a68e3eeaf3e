"""Changed files: when the file at an address was last changed, as its server says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the schema to this revision."""
    op.add_column("links", sa.Column("changed", sa.Text(), nullable=True))


def downgrade() -> None:
    """Takes this revision back."""
    op.drop_column("links", "changed")
