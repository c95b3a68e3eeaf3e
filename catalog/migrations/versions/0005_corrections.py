"""Corrections: what a steward has said that a property of a record is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the schema to this revision."""
    texts = ("key", "attribute", "part", "part_address", "value", "source_value", "rule", "evidence_de", "evidence_en")
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*texts, "made")),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    for column in ("valid_from", "valid_to"):
        op.create_index(op.f(f"ix_corrections_{column}"), "corrections", [column])
    op.create_index("ix_corrections_key_valid_from", "corrections", ["key", "valid_from"])


def downgrade() -> None:
    """Takes this revision back."""
    op.drop_table("corrections")
