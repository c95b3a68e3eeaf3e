"""What stands on a feed page around its records: the catalogue, the entries about them, the links to other pages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import NamedTuple

from catalog.feeds.members import Members
from catalog.fragments import written
from catalog.reading.entries import Entry
from schemas import iris
from schemas.kinds import Literal, is_web
from schemas.model import Agent, Catalog, ConceptScheme, Document, Location, Resource, Value
from schemas.namespaces import HYDRA, XSD
from schemas.ntriples import ntriples_of
from schemas.region import Municipality, Region
from schemas.vocabularies import LISTS, find_language

_DATE_TIME, _INTEGER = str(XSD.dateTime), str(XSD.integer)


class View(NamedTuple):
    """Where a feed page is: its own address, its neighbours' (None: there is none, or it is not known), and sizes."""

    address: str
    first: str
    previous: str | None
    next: str | None
    last: str | None
    total: int
    page_size: int


class Envelope:
    """What is around the records of a document, in each syntax on demand.

    ``resources`` are written through the model; ``members`` are records of the catalogue that each get their membership
    and an entry, a hundred to a page: text of one shape in each syntax (:mod:`catalog.feeds.members`).
    """

    def __init__(self, resources: Iterable[Resource] = (), members: Members | None = None) -> None:
        lines = {line for resource in resources for line in ntriples_of(resource, "envelope").splitlines()}
        self._core = "".join(f"{line}\n" for line in sorted(lines)).encode()
        self._members = members

    @cached_property
    def ntriples(self) -> bytes:
        """The envelope as N-Triples."""
        return self._core + (self._members.ntriples() if self._members else b"")

    @cached_property
    def ttl(self) -> bytes:
        """The envelope as a fragment of Turtle."""
        return written(self._core, "ttl") + (self._members.ttl() if self._members else b"")

    @cached_property
    def rdf(self) -> bytes:
        """The envelope as a fragment of RDF/XML."""
        return written(self._core, "rdf") + (self._members.rdf() if self._members else b"")

    @cached_property
    def jsonld(self) -> bytes:
        """The envelope as a fragment of JSON-LD; the catalogue is one node."""
        return self._members.jsonld(written(self._core, "jsonld")) if self._members else written(self._core, "jsonld")


def around_page(region: Region, published_at: str, on_page: Iterable[Entry], view: View) -> Envelope:
    """The envelope of a catalogue page (DESIGN 4.3): Catalog, Hydra's links, and an entry about each record on it.

    ``on_page`` are all records of the page; agents are no members of a catalogue and get no entry.
    """
    catalogue = catalog_of(region, published_at, extra=((str(HYDRA.view), view.address),))
    return Envelope((catalogue, hydra(view)), Members(region.base_url, on_page, in_catalog=True))


def around_record(region: Region, entry: Entry) -> Envelope:
    """The envelope of one record's document: the catalogue's entry about it."""
    return Envelope((), Members(region.base_url, (entry,), in_catalog=False))


def catalog_of(
    region: Region,
    published_at: str,
    *,
    extra: tuple[tuple[str, Value], ...] = (),
) -> Catalog:
    """The regional catalogue as a record, without its members. ``published_at`` is when it last changed; empty: never."""
    iri, language = iris.catalog_iri(region.base_url), find_language(region.language)
    publisher = Agent(
        iri=f"{iri}#publisher",
        name=(Literal(region.publisher.name, region.language),),
        mbox=(f"mailto:{region.publisher.email}",),
        homepage=(region.publisher.url,) if region.publisher.url and is_web(region.publisher.url) else (),
    )
    themes = LISTS["data-theme"].scheme
    return Catalog(
        iri=iri,
        title=(Literal(region.title, region.language),),
        description=(Literal(region.description, region.language),),
        publisher=(publisher,),
        language=(language.iri,) if language else (),
        theme_taxonomy=(ConceptScheme(iri=themes, title=(Literal("Data Theme", "en"), Literal("Datenthema", "de"))),),
        homepage=(Document(iri=f"{region.base_url}/"),),
        modified=(Literal(published_at, None, _DATE_TIME),) if published_at else (),
        spatial=_places(region.municipalities, region.language),
        extra=extra,
    )


@lru_cache(maxsize=8)
def _places(municipalities: tuple[Municipality, ...], language: str) -> tuple[Location, ...]:
    base = LISTS["regional-key"].base
    return tuple(Location(iri=base + m.ars, pref_label=(Literal(m.name, language),)) for m in municipalities)


def hydra(view: View) -> Resource:
    """A page's links in both spellings of Hydra: PartialCollectionView, and PagedCollection as ckanext-dcat writes it."""
    links = (("first", view.first), ("last", view.last), ("next", view.next), ("previous", view.previous))
    return Resource(
        iri=view.address,
        types=(str(HYDRA.PagedCollection), str(HYDRA.PartialCollectionView)),
        extra=(
            *((str(HYDRA[name + spelling]), to) for name, to in links if to for spelling in ("", "Page")),
            (str(HYDRA.totalItems), Literal(str(view.total), None, _INTEGER)),
            (str(HYDRA.itemsPerPage), Literal(str(view.page_size), None, _INTEGER)),
        ),
    )
