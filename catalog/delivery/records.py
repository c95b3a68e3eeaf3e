"""A dataset of a feed as our typed record, to be checked against a profile."""

from __future__ import annotations

from functools import lru_cache

from catalog.delivery.feed import Described
from catalog.delivery.paging import FeedPage
from schemas import rdf, validation
from schemas.findings import Finding, Severity
from schemas.model import DataService, Dataset, DatasetSeries
from schemas.namespaces import DCAT
from schemas.triples import RecordLimit

_OWN = tuple(str(each) for each in (DCAT.Dataset, DCAT.DataService, DCAT.DatasetSeries))


@lru_cache(maxsize=2)
def _reading(page: FeedPage) -> rdf.Reading:
    return rdf.Reading(page.triples, set(page.triples.of_type(*_OWN)))


def findings_of(described: Described, profile: str) -> tuple[Finding, ...]:
    """The findings on a dataset and on what it refers to on its page (but services and series, which stand for themselves)."""
    reading = _reading(described.page)
    try:
        record = reading.record(described.iri, Dataset)
    except RecordLimit as limit:
        said = (str(limit), str(limit))
        return (Finding(Severity.VIOLATION, described.iri, None, validation.UNPARSEABLE, said),)
    companions = [each for each in reading.companions.values() if not isinstance(each, DataService | DatasetSeries)]
    return validation.check(record, profile, companions)
