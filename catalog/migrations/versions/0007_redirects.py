"""Redirects: which other servers the check of an address led to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the schema to this revision."""
    op.add_column("link_checks", sa.Column("visited", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Takes this revision back."""
    op.drop_column("link_checks", "visited")
