"""Scores for the tests of pages and addresses: a place whose datasets were scored, and whose addresses answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from catalog import database
from catalog.links import book
from catalog.links.answers import Outcome
from catalog.links.book import Link
from catalog.quality import following
from tests.catalog.web.asking import Place

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
FINE, GONE = Outcome(200, "", "text/csv", 812), Outcome(404, "not-found")


def score(place: Place, now: datetime = NOW) -> None:
    """Brings the scores up to what is published."""
    following.follow(place.region, place.builder.engine, now)


def answer(place: Place, outcomes: Mapping[str, Outcome], now: datetime = NOW) -> None:
    """Lets addresses answer; those that are not known are passed over."""
    engine = place.builder.engine
    with database.writing(engine).begin() as connection:
        rows = connection.execute(sa.select(*book.columns())).all()
        links = [Link(**row._mapping) for row in rows if row.address in outcomes]
        for link in links:
            book.record(connection, link, outcomes[link.address], now)
    following.after_checks(place.region, engine, {link.id for link in links}, now)


def history(place: Place, outcomes: Mapping[str, Outcome]) -> None:
    """Scores without answers ten days ago, and the answers today."""
    score(place, NOW - timedelta(days=10))
    answer(place, outcomes)
