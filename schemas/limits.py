"""Every limit of a harvest source, with its default and its unit; ``[limits]`` of a source overrides single ones."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """The limits of faults.md section 3. ``Limits(**table)`` takes a ``[limits]`` table; unknown keys are refused.

    A limit that is hit while fetching or reading is a finding and makes the run ``partial``; it never goes unseen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    connect_seconds: float = Field(default=10.0, gt=0)
    """Longest wait for one TCP connection (seconds)."""

    response_seconds: float = Field(default=30.0, gt=0)
    """Total time for one response, from the look-up of the name to the last byte (seconds; F26)."""

    run_seconds: float = Field(default=7200.0, gt=0)
    """Total time of one run (seconds); what is still asked for afterwards is refused (F13, F26)."""

    redirects: int = Field(default=5, ge=0)
    """Redirects followed for one request (count; F30)."""

    body_bytes: int = Field(default=250_000_000, gt=0)
    """Largest body, as received and as decompressed (bytes; F27, F29)."""

    ratio: float = Field(default=100.0, ge=1)
    """Highest ratio of decompressed to received bytes; bodies under 10 MB are exempt (number; F29)."""

    encodings: int = Field(default=5, ge=1)
    """Most content encodings stacked on one body (count; F29)."""

    pages: int = Field(default=20_000, gt=0)
    """Most responses fetched in one run (count; F13)."""

    records: int = Field(default=2_000_000, gt=0)
    """Most records taken from one run (count; F13)."""

    run_bytes: int = Field(default=20_000_000_000, gt=0)
    """Most bytes fetched in one run, as received or as decompressed, whichever is more; what is still asked for
    afterwards is refused (bytes; F13)."""

    depth: int = Field(default=100, gt=0)
    """Deepest nesting that a parser is given (levels; F40)."""

    record_bytes: int = Field(default=2_000_000, gt=0)
    """Largest native record (bytes; F43)."""

    record_triples: int = Field(default=5_000, gt=0)
    """Most triples in one record (count; F43)."""

    record_blank_nodes: int = Field(default=200, gt=0)
    """Most blank nodes in one record (count; DESIGN 3)."""

    retries: int = Field(default=2, ge=0)
    """Further attempts after a failed one (count; F25)."""

    connections_per_host: int = Field(default=1, ge=1)
    """Simultaneous connections to one host (count)."""

    delay_seconds: float = Field(default=1.0, ge=0)
    """Least pause between two requests to one host that is not in ``allowed_hosts`` (seconds)."""

    retry_after_seconds: float = Field(default=3600.0, ge=0)
    """Longest Retry-After that is waited for; a longer one ends the request as rescheduled (seconds; F34)."""

    robots_cache_hours: float = Field(default=24.0, ge=0)
    """How long a robots.txt is used before it is fetched again (hours; RFC 9309 section 2.4)."""

    robots_bytes: int = Field(default=512_000, ge=512_000)
    """How much of a robots.txt is parsed (bytes; RFC 9309 section 2.5 asks for at least 500 KiB)."""

    ports: tuple[int, ...] = (80, 443, 6080, 6443, 8000, 8008, 8080, 8081, 8088, 8443, 8888, 9443)
    """Ports that may be asked on hosts outside ``allowed_hosts`` (port numbers; F38)."""

    memory_bytes: int = Field(default=4_000_000_000, ge=100_000_000)
    """Most memory that one run may take; beyond, only that run fails (bytes; F52)."""

    sparql_seconds: float = Field(default=5.0, gt=0)
    """Longest SPARQL query (seconds of CPU; F70)."""

    sparql_rows: int = Field(default=10_000, gt=0)
    """Most rows in one SPARQL answer (count; F70)."""

    sparql_bytes: int = Field(default=512_000_000, gt=0)
    """Most memory of one SPARQL query (bytes; F70)."""

    query_bytes: int = Field(default=8_000, gt=0)
    """Longest query string that our own addresses accept (bytes; F71)."""

    log_days: int = Field(default=90, gt=0)
    """How long logs are kept (days)."""

    run_days: int = Field(default=365, gt=0)
    """How long the reports of runs are kept (days)."""
