"""The first schema: every table of catalog.tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the schema to this revision."""
    op.create_table(
        "aliases",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_aliases")),
    )
    op.create_index(op.f("ix_aliases_key"), "aliases", ["key"])
    op.create_table(
        "blocked",
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source_key", "native_id", name=op.f("pk_blocked")),
    )
    op.create_table(
        "fragments",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ttl", sa.LargeBinary(), nullable=False),
        sa.Column("rdf", sa.LargeBinary(), nullable=False),
        sa.Column("jsonld", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_fragments")),
    )
    op.create_table(
        "owners",
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("iri", name=op.f("pk_owners")),
    )
    op.create_table(
        "pages",
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("native_ids", sa.LargeBinary(), nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source_key", "url", name=op.f("pk_pages")),
    )
    op.create_table(
        "presence",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("input_hash", sa.LargeBinary(), nullable=True),
        sa.Column("last_run", sa.Integer(), nullable=False),
        sa.Column("absent_runs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("absent_since", sa.Text(), nullable=True),
        sa.Column("archived", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_source_key"), "presence", ["source_key"])
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("held_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_table(
        "publications",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("published_at", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_publications")),
    )
    op.create_index(op.f("ix_publications_run_id"), "publications", ["run_id"])
    op.create_table(
        "records",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("first_seen", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_records")),
        sa.UniqueConstraint("position", name=op.f("uq_records_position")),
        sa.UniqueConstraint("slug", name=op.f("uq_records_slug")),
    )
    op.create_index(op.f("ix_records_iri"), "records", ["iri"])
    op.create_index("ix_records_source_key_key", "records", ["source_key", "key"])
    op.create_table(
        "responses",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("fetched", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "url", name=op.f("pk_responses")),
    )
    op.create_index(op.f("ix_responses_name"), "responses", ["name"])
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("reason_de", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_en", sa.Text(), server_default="", nullable=False),
        sa.Column("coverage", sa.Text(), nullable=True),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("started", sa.Text(), nullable=False),
        sa.Column("heartbeat", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counts", sa.Text(), server_default="{}", nullable=False),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_published"), "runs", ["published"])
    op.create_index(op.f("ix_runs_source_key"), "runs", ["source_key"])
    op.create_index(op.f("ix_runs_state"), "runs", ["state"])
    op.create_table(
        "set_aside",
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("traceback", sa.Text(), server_default="", nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source_key", "native_id", name=op.f("pk_set_aside")),
    )
    op.create_table(
        "versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("input_hash", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("ntriples", sa.LargeBinary(), nullable=False),
        sa.Column("trace", sa.LargeBinary(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("source_record", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
    )
    op.create_index("ix_versions_key_valid_from", "versions", ["key", "valid_from"])
    op.create_index(op.f("ix_versions_valid_from"), "versions", ["valid_from"])
    op.create_index(op.f("ix_versions_valid_to"), "versions", ["valid_to"])


def downgrade() -> None:
    """Takes this revision back."""
    for table in (
        "aliases",
        "blocked",
        "fragments",
        "owners",
        "pages",
        "presence",
        "publication",
        "publications",
        "records",
        "responses",
        "runs",
        "set_aside",
        "versions",
    ):
        op.drop_table(table)
