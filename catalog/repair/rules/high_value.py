"""High-value datasets: the category that title and kind point to, and what the regulation demands once it is confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.repair.subject import Subject
from schemas import hvd
from schemas.model import DataService, DatasetSeries
from schemas.proposals import Proposal, Unproposed

TITLES = {
    hvd.CATEGORY: ("Kategorie hochwertiger Datensätze", "Category of high-value datasets"),
    hvd.LEGISLATION: ("Verordnung über hochwertige Datensätze", "Regulation on high-value datasets"),
    hvd.CONTACT: ("Kontakt, den HVD verlangt", "Contact that HVD demands"),
    hvd.DOCUMENTATION: ("Dokumentation, die HVD verlangt", "Documentation that HVD demands"),
    hvd.LICENSE: ("Lizenz des Dienstes, die HVD verlangt", "Licence of the service that HVD demands"),
    hvd.ENDPOINT_DESCRIPTION: ("Selbstbeschreibung des Dienstes", "Self-description of the service"),
}


def unproposed(subject: Subject) -> Iterable[Unproposed]:
    """What a confirmed dataset lacks and nobody but its publisher can provide."""
    related = [each for each in subject.related if isinstance(each, DataService | DatasetSeries)]
    return hvd.unproposed(subject.dataset, related)


def propose(subject: Subject) -> Iterator[Proposal]:
    """Categories to be confirmed; of a dataset that is confirmed, what it lacks."""
    related = [each for each in subject.related if isinstance(each, DataService | DatasetSeries)]
    if hvd.is_confirmed(subject.dataset):
        yield from hvd.completion(subject.dataset, related)
    else:
        yield from hvd.categories(subject.dataset)
