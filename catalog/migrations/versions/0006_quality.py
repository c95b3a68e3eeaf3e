"""Links with their answers, and the score of metadata quality with its history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the schema to this revision."""
    _links()
    _quality()


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.Column("checked", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("reachable", sa.Text(), nullable=True),
        sa.Column("failing_since", sa.Text(), nullable=True),
        sa.Column("good", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("media_type", sa.Text(), server_default="", nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("address", name=op.f("uq_links_address")),
    )
    op.create_table(
        "link_uses",
        sa.Column("link_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("link_id", "key", "role", name=op.f("pk_link_uses")),
    )
    op.create_table(
        "link_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_checks")),
    )
    columns = {
        "links": ("host", "due"),
        "link_uses": ("key", "source_key"),
        "link_checks": ("link_id", "checked"),
    }
    for table, indexed in columns.items():
        for column in indexed:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _quality() -> None:
    op.create_table(
        "quality",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("outcomes", sa.Text(), nullable=False),
        sa.Column("computed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_quality")),
    )
    op.create_index(op.f("ix_quality_source_key"), "quality", ["source_key"])
    op.create_table(
        "quality_history",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("datasets", sa.Integer(), nullable=False),
        sa.Column("total", sa.Float(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("computed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "day", name=op.f("pk_quality_history")),
    )
    op.create_table(
        "quality_progress",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_progress")),
    )


def downgrade() -> None:
    """Takes this revision back."""
    for table in ("quality_progress", "quality_history", "quality", "link_checks", "link_uses", "links"):
        op.drop_table(table)
