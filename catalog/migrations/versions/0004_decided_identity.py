"""What stewards decide about identity: IRIs of ours for records that bore another's, and who is in front of a cluster."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the schema to this revision."""
    op.create_table(
        "subjects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("former_iri", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False, server_default="{}"),
        *_validity(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
    )
    op.create_table(
        "preferred",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=True),
        sa.Column("former_owner", sa.Text(), nullable=True),
        *_validity(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preferred")),
    )
    for table, columns in (("subjects", ("source_key", "key")), ("preferred", ("key", "iri"))):
        for column in (*columns, "valid_from", "valid_to"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _validity() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    """Takes this revision back."""
    op.drop_table("preferred")
    op.drop_table("subjects")
