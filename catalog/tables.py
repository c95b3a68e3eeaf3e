"""All database tables. Only the store and the search see them; a change needs a migration.

Time is UTC in ISO 8601 text with seconds, so that SQLite and PostgreSQL order and show it alike. ``valid_from`` and
``valid_to`` are publication numbers: a version is current at number n if valid_from <= n and (valid_to is null or
valid_to > n). Rows beyond the published number are invisible (DESIGN 3, step 7).
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row: the published number, and who may write the next one.
publication = sa.Table(
    "publication",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("published_at", sa.Text, nullable=False),
    sa.Column("holder", sa.Text),
    sa.Column("held_at", sa.Text),
    sa.Column("traits_from", sa.Integer),  # since which number every version's traits are kept; null: not yet
)

# One row per published number: when, by which run.
publications = sa.Table(
    "publications",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("published_at", sa.Text, nullable=False),
    sa.Column("run_id", sa.Integer, index=True),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_key", sa.Text, nullable=False, index=True),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # harvest plan replay undo
    sa.Column("state", sa.Text, nullable=False, index=True),  # running, waiting (planned or held), done
    sa.Column("status", sa.Text),  # ok warnings partial held failed cancelled skipped
    sa.Column("reason_de", sa.Text, nullable=False, server_default=""),
    sa.Column("reason_en", sa.Text, nullable=False, server_default=""),
    sa.Column("coverage", sa.Text),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("started", sa.Text, nullable=False),
    sa.Column("heartbeat", sa.Text, nullable=False),
    sa.Column("ended", sa.Text),
    sa.Column("based_on", sa.Integer),  # the publication number that the plan was computed against
    sa.Column("published", sa.Integer, index=True),  # the publication number that the run made
    sa.Column("progress", sa.Integer, nullable=False, server_default="0"),
    sa.Column("counts", sa.Text, nullable=False, server_default="{}"),  # JSON: fetched created updated …
    sa.Column("plan", sa.Text),  # JSON: planned counts
    sa.Column("report", sa.Text),  # JSON: findings by cause, robots verdicts, failures
    sa.Column("replaced_by", sa.Integer),  # the run whose plan took the place of this one's, which waited
)

records = sa.Table(
    "records",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("source_key", sa.Text, nullable=False),
    sa.Column("native_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # dataset service series agent
    sa.Column("iri", sa.Text, nullable=False, index=True),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    sa.Column("position", sa.Integer, unique=True),  # permanent place in the feed; null for companions
    sa.Column("first_seen", sa.Text, nullable=False),
    sa.Index("ix_records_source_key_key", "source_key", "key"),
)

# An IRI that a record arrived with belongs to the first source that published it.
owners = sa.Table(
    "owners",
    metadata,
    sa.Column("iri", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("source_key", sa.Text, nullable=False),
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Integer, nullable=False, index=True),
    sa.Column("valid_to", sa.Integer, index=True),
    sa.Column("run_id", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.LargeBinary, nullable=False),
    sa.Column("input_hash", sa.LargeBinary, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("changed", sa.Text, nullable=False),  # when this content was published
    sa.Column("summary", sa.Text, nullable=False),  # JSON: catalog.reading.summary.Summary
    sa.Column("ntriples", sa.LargeBinary, nullable=False),  # zstd of canonical N-Triples
    sa.Column("trace", sa.LargeBinary, nullable=False),  # zstd of JSON: trace and leftovers
    sa.Column("findings", sa.Text, nullable=False),  # JSON list, compact
    sa.Column("response", sa.Text),  # the kept response that it was read from
    sa.Column("location", sa.Text),  # the address that it was fetched from
    sa.Column("source_record", sa.Text),
    sa.Index("ix_versions_key_valid_from", "key", "valid_from"),
)

# The ready-made forms of current versions, zstd; derived anew from the N-Triples where missing.
fragments = sa.Table(
    "fragments",
    metadata,
    sa.Column("version_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ttl", sa.LargeBinary, nullable=False),
    sa.Column("rdf", sa.LargeBinary, nullable=False),
    sa.Column("jsonld", sa.LargeBinary, nullable=False),
)

# What each run finds out anew about a published record without changing it.
presence = sa.Table(
    "presence",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("source_key", sa.Text, nullable=False, index=True),
    sa.Column("input_hash", sa.LargeBinary),
    sa.Column("last_run", sa.Integer, nullable=False),
    sa.Column("absent_runs", sa.Integer, nullable=False, server_default="0"),
    sa.Column("absent_since", sa.Text),
    sa.Column("archived", sa.Boolean, nullable=False, server_default=sa.false()),
)

# What is remembered of a fetched address: validators for conditional requests, the ids that stood there.
pages = sa.Table(
    "pages",
    metadata,
    sa.Column("source_key", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("native_ids", sa.LargeBinary, nullable=False),  # zstd of JSON
    sa.Column("response", sa.Text),
)

responses = sa.Table(
    "responses",
    metadata,
    sa.Column("run_id", sa.Integer, primary_key=True),
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("content_type", sa.Text),
    sa.Column("fetched", sa.Text, nullable=False),
)

# Records that the last run of a source could not take, until a later run can.
set_aside = sa.Table(
    "set_aside",
    metadata,
    sa.Column("source_key", sa.Text, primary_key=True),
    sa.Column("native_id", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Integer, nullable=False),
    sa.Column("findings", sa.Text, nullable=False),
    sa.Column("traceback", sa.Text, nullable=False, server_default=""),
    sa.Column("response", sa.Text),
)

# What an undo took back: it waits until its content changes or a steward releases it.
blocked = sa.Table(
    "blocked",
    metadata,
    sa.Column("source_key", sa.Text, primary_key=True),
    sa.Column("native_id", sa.Text, primary_key=True),
    sa.Column("content_hash", sa.LargeBinary, nullable=False),
    sa.Column("run_id", sa.Integer, nullable=False),
)

aliases = sa.Table(
    "aliases",
    metadata,
    sa.Column("slug", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, index=True),
)

# A record that goes on under another native id: what a steward accepted with --relink (DESIGN 3, Identity; F07).
relinks = sa.Table(
    "relinks",
    metadata,
    sa.Column("source_key", sa.Text, primary_key=True),
    sa.Column("native_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, index=True),
    sa.Column("iri", sa.Text, nullable=False),  # the subject that the record keeps
    sa.Column("former_id", sa.Text, nullable=False),  # its native id before
    sa.Column("run_id", sa.Integer, nullable=False, index=True),
    sa.Column("undone_by", sa.Integer, index=True),  # the undo that took it back; null: in force
)

# By what a dataset's version may be known again in another source: hashes of its IRI, identifiers, addresses.
traits = sa.Table(
    "traits",
    metadata,
    sa.Column("trait", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("source_key", sa.Text, primary_key=True),
    sa.Column("version_id", sa.Integer, primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,
)

# A dataset that stands behind the same dataset of another source (its cluster's primary) and is not public itself.
shadows = sa.Table(
    "shadows",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, index=True),
    sa.Column("primary_key", sa.Text, nullable=False, index=True),
    sa.Column("evidence", sa.Text, nullable=False),  # JSON: what says that both are one dataset
    sa.Column("valid_from", sa.Integer, nullable=False, index=True),
    sa.Column("valid_to", sa.Integer, index=True),
    sa.Column("run_id", sa.Integer, nullable=False),
)

# Two records that a steward has said not to be the same dataset; ``one`` sorts before ``other``.
splits = sa.Table(
    "splits",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("one", sa.Text, nullable=False, index=True),
    sa.Column("other", sa.Text, nullable=False, index=True),
    sa.Column("valid_from", sa.Integer, nullable=False, index=True),
    sa.Column("valid_to", sa.Integer, index=True),
    sa.Column("run_id", sa.Integer, nullable=False),
)

# A record that a steward has split from the one whose IRI it bore: the IRI of ours that it bears instead, and those of
# its distributions, at every harvest.
subjects = sa.Table(
    "subjects",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_key", sa.Text, nullable=False, index=True),
    sa.Column("key", sa.Text, nullable=False, index=True),
    sa.Column("iri", sa.Text, nullable=False),
    sa.Column("former_iri", sa.Text, nullable=False),
    sa.Column("parts", sa.Text, nullable=False, server_default="{}"),  # JSON: IRI of a distribution -> ours
    sa.Column("valid_from", sa.Integer, nullable=False, index=True),
    sa.Column("valid_to", sa.Integer, index=True),
    sa.Column("run_id", sa.Integer, nullable=False),
)

# A record that a steward wants in front of its cluster; of several in one cluster the latest. Where it bears another's
# IRI it owns that from then on; ``former_owner`` is the KEY that did before.
preferred = sa.Table(
    "preferred",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, index=True),
    sa.Column("iri", sa.Text, index=True),
    sa.Column("former_owner", sa.Text),
    sa.Column("valid_from", sa.Integer, nullable=False, index=True),
    sa.Column("valid_to", sa.Integer, index=True),
    sa.Column("run_id", sa.Integer, nullable=False),
)

# What a steward has said that a property of a record is, whatever its source says (DESIGN 3, Steward's decisions).
corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("attribute", sa.Text, nullable=False),  # a path of the model: theme, distribution.format
    sa.Column("part", sa.Text, nullable=False),  # IRI or address of the distribution; empty: the record itself
    sa.Column("part_address", sa.Text, nullable=False),  # by which it is known again should that change
    sa.Column("value", sa.Text, nullable=False),  # statements about schemas.corrections.SUBJECT; empty: no value
    sa.Column("source_value", sa.Text, nullable=False),  # what the source said when it was made
    sa.Column("rule", sa.Text, nullable=False),  # who says so: steward, or the rule of a repair
    sa.Column("evidence_de", sa.Text, nullable=False),
    sa.Column("evidence_en", sa.Text, nullable=False),
    sa.Column("made", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Integer, nullable=False, index=True),
    sa.Column("valid_to", sa.Integer, index=True),
    sa.Column("run_id", sa.Integer, nullable=False),
    sa.Index("ix_corrections_key_valid_from", "key", "valid_from"),
)

# Whom the region has forgotten: BLAKE2b hashes under the store's own key; what they were made of is nowhere.
forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("shape", sa.Text, nullable=False),  # the lengths of the words, so that few words are hashed
    sa.Column("noted", sa.Text, nullable=False),
)

# One row: the key of those hashes, made with the first of them.
forgotten_key = sa.Table(
    "forgotten_key",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.LargeBinary, nullable=False),
)

# An address at which a current dataset can be had, and how it answered when it was last asked (catalog.links).
links = sa.Table(
    "links",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("address", sa.Text, nullable=False, unique=True),
    sa.Column("host", sa.Text, nullable=False, index=True),
    sa.Column("due", sa.Text, nullable=False, index=True),  # when it is to be asked next
    sa.Column("checked", sa.Text),  # when it was last asked; null: never
    sa.Column("status", sa.Integer),  # the final status code; 0: no answer, or not one that counts; null: never asked
    sa.Column("reason", sa.Text, nullable=False, server_default=""),  # why it does not count: catalog.links.reasons
    sa.Column("reachable", sa.Text),  # when it last answered well
    sa.Column("failing_since", sa.Text),  # the first of the failures in a row
    sa.Column("good", sa.Integer, nullable=False, server_default="0"),  # good answers in a row
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # bad ones in a row
    sa.Column("media_type", sa.Text, nullable=False, server_default=""),  # of the last good answer
    sa.Column("changed", sa.Text),  # what the server named as the last change
    sa.Column("byte_size", sa.BigInteger),  # of the last good answer, where it said so
)

# Where an address stands: one row for each record and role.
link_uses = sa.Table(
    "link_uses",
    metadata,
    sa.Column("link_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, primary_key=True, index=True),
    sa.Column("role", sa.Text, primary_key=True),  # access, download
    sa.Column("source_key", sa.Text, nullable=False, index=True),
    sa.Column("service", sa.Text, nullable=False, server_default=""),  # the kind of service that it is said to be: WMS
)

# Every answer of an address, for a year.
link_checks = sa.Table(
    "link_checks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("link_id", sa.Integer, nullable=False, index=True),
    sa.Column("checked", sa.Text, nullable=False, index=True),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    # host:port of other servers that redirects led to, with a blank between; they count in what those are asked a day.
    sa.Column("visited", sa.Text, nullable=False, server_default=""),
)

# The score of each current dataset (catalog.quality); derived from its version and from the links.
quality = sa.Table(
    "quality",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("source_key", sa.Text, nullable=False, index=True),
    sa.Column("version_id", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("outcomes", sa.Text, nullable=False),  # JSON: catalog.quality.score.Score
    sa.Column("computed", sa.Text, nullable=False),
)

# How the score went: one row for each day on which it changed, for each record, source, municipality and the region.
quality_history = sa.Table(
    "quality_history",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True),  # region, municipality/ID, source/KEY, record/KEY
    sa.Column("day", sa.Text, primary_key=True),  # in Europe/Berlin
    sa.Column("datasets", sa.Integer, nullable=False),
    sa.Column("total", sa.Float, nullable=False),  # the average over the datasets
    sa.Column("figures", sa.Text, nullable=False),  # JSON: catalog.quality.figures.Figures
    sa.Column("computed", sa.Text, nullable=False),
)

# One row: up to which publication the scores are true, and by which rules they were made.
quality_progress = sa.Table(
    "quality_progress",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
)
