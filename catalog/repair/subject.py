"""What the rules of repair may know of one dataset: the record, its files as they answered, its neighbours, its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from catalog.reading.entries import Entry
from catalog.repair.looks import Look
from catalog.repair.neighbours import Neighbour, Neighbours
from schemas import musterdaten
from schemas.model import Dataset, Distribution, Resource, iri_of
from schemas.musterdaten import Match
from schemas.proposals import Proposal, name_of
from schemas.region import HarvestSource, Municipality, Region
from schemas.vocabularies import LISTS

_DAILY = frozenset(
    {
        "UPDATE_CONT",
        "CONT",
        "1MIN",
        "5MIN",
        "10MIN",
        "15MIN",
        "30MIN",
        "HOURLY",
        "BIHOURLY",
        "TRIHOURLY",
        "DAILY_2",
        "DAILY",
    }
)


class File(NamedTuple):
    """One distribution, what it is called in a proposal, its address, and the look at it (None: nobody has looked)."""

    distribution: Distribution
    part: str
    address: str
    look: Look | None


@dataclass(frozen=True)
class Subject:
    """One dataset and what is known around it. ``page`` gives the text of the page it was found on, by its address."""

    region: Region
    entry: Entry
    dataset: Dataset
    source: HarvestSource | None
    municipality: Municipality | None
    looks: Mapping[str, Look] = field(default_factory=dict)
    related: tuple[Resource, ...] = ()
    neighbours: Neighbours = field(default_factory=Neighbours)
    repaired: frozenset[tuple[str, str]] = frozenset()  # attribute and part of what was accepted from a repair
    series: tuple[Proposal, ...] = ()
    record_of: Callable[[str], Dataset | None] = lambda _key: None  # by KEY
    page: Callable[[], tuple[str, str]] = lambda: ("", "")  # address, text

    @property
    def language(self) -> str:
        """The language of texts that are proposed."""
        return self.source.language if self.source is not None else self.region.language

    @cached_property
    def files(self) -> tuple[File, ...]:
        """The distributions that are files (services are no files)."""
        return tuple(_files(self.dataset, self.looks))

    @property
    def changes_daily(self) -> bool:
        """Whether the data change so often that what is counted of a file holds for a day at most."""
        codes = (LISTS["frequency"].by_iri(iri_of(value) or "") for value in self.dataset.accrual_periodicity)
        return any(code is not None and code.code in _DAILY for code in codes)

    @cached_property
    def kind(self) -> Match | None:
        """The entry of the Musterdatenkatalog that the dataset is, if one is the surest."""
        return musterdaten.best(self.dataset, musterdaten.WEAK_SUPPORTED)


def others(subject: Subject) -> Sequence[Neighbour]:
    """The datasets of other municipalities that are of the same kind."""
    if subject.kind is None:
        return ()
    place = subject.municipality.id if subject.municipality else ""
    return subject.neighbours.others(subject.kind.entry.code, subject.entry.key, place)


def addresses(dataset: Dataset) -> list[str]:
    """The addresses of a dataset's files, as they are looked at."""
    return [file.address for file in _files(dataset, {})]


def _files(dataset: Dataset, looks: Mapping[str, Look]) -> Iterator[File]:
    for value in dataset.distribution:
        if not isinstance(value, Distribution) or is_service(value):
            continue
        name = name_of(value)
        found = [iri for each in (*value.download_url, *value.access_url) if (iri := iri_of(each))]
        address = next((each for each in found if each.startswith(("http://", "https://"))), "")
        if name and address:
            yield File(value, name, address, looks.get(address))


def is_service(distribution: Distribution) -> bool:
    """Whether a distribution is an interface: what it answers to a plain request says nothing of its data."""
    if distribution.access_service:
        return True
    for value in distribution.format:
        code = LISTS["file-type"].by_iri(iri_of(value) or "")
        if code is not None and code.code.endswith(("_SRVC", "SPARQLQ", "REST")):
            return True
    said = " ".join(iri_of(each) or "" for each in distribution.access_url).casefold()
    return any(sign in said for sign in ("service=w", "request=getcap", "/wfs", "/wms", "/sparql"))
