"""Identity across runs and sources: relinks, traits, shadows, splits; which run replaced one that waited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the schema to this revision."""
    op.add_column("publication", sa.Column("traits_from", sa.Integer(), nullable=True))
    op.add_column("runs", sa.Column("replaced_by", sa.Integer(), nullable=True))
    op.create_table(
        "relinks",
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("former_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("source_key", "native_id", name=op.f("pk_relinks")),
    )
    for column in ("key", "run_id", "undone_by"):
        op.create_index(op.f(f"ix_relinks_{column}"), "relinks", [column])
    op.create_table(
        "traits",
        sa.Column("trait", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("trait", "source_key", "version_id", name=op.f("pk_traits")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_traits_version_id"), "traits", ["version_id"])
    op.create_table(
        "shadows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("primary_key", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        *_validity(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadows")),
    )
    op.create_table(
        "splits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        *_validity(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_splits")),
    )
    for table, columns in (("shadows", ("key", "primary_key")), ("splits", ("one", "other"))):
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
    for table in ("splits", "shadows", "traits", "relinks"):
        op.drop_table(table)
    op.drop_column("runs", "replaced_by")
    op.drop_column("publication", "traits_from")
