"""The datasets of a region that may be years of one series: read only where another has the same title without its year."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from catalog.reading import rows
from catalog.reading.entries import Entry
from catalog.repair import looking
from catalog.repair.subject import addresses
from catalog.search import Catalogue
from schemas import series
from schemas.model import Dataset
from schemas.proposals import Proposal
from schemas.series import Member

# A title without its year that so many bear is a form, no series.
_MOST = 200


def proposals(catalogue: Catalogue, at: int, now: datetime) -> dict[str, list[Proposal]]:
    """What :func:`schemas.series.propose` says of all public datasets at a number, by IRI."""
    members = [member for key in _candidates(catalogue, at) if (member := _member(catalogue, key, at, now)) is not None]
    found: defaultdict[str, list[Proposal]] = defaultdict(list)
    for proposal in series.propose(members, catalogue.region.base_url):
        found[proposal.record or ""].append(proposal)
    return dict(found)


def _candidates(catalogue: Catalogue, at: int) -> list[str]:
    kinds: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row, said in rows.summaries(catalogue.engine, at):
        titled = series.taken_apart(said.title)
        if titled is not None:
            kinds[said.publisher, titled.stem].append(row.key)
    return [key for keys in kinds.values() if 1 < len(keys) <= _MOST for key in keys]


def _member(catalogue: Catalogue, key: str, at: int, now: datetime) -> Member | None:
    entry = catalogue.get(key, at)
    record = entry.record() if isinstance(entry, Entry) else None
    if not isinstance(record, Dataset) or record.iri is None:
        return None
    looks = looking.known(catalogue.region, addresses(record), now)
    columns = {name for look in looks.values() for name in look.columns}
    return Member(record.iri, record, frozenset(columns))
