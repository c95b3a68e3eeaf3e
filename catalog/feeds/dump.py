"""What stands before the records in the dump of the whole catalogue: the catalogue itself, the entries about records."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.feeds.envelope import Envelope, catalog_of
from catalog.search import Catalogue
from schemas import iris
from schemas.kinds import iri_to_ntriples
from schemas.namespaces import DCAT, DCTERMS, FOAF, RDF, XSD
from schemas.region import Region

MEDIA_TYPE = "application/gzip"
FILE = "catalog.nt.gz"


def head(region: Region, catalogue: Catalogue, at: int) -> Iterator[bytes]:
    """N-Triples in pieces: the Catalog, and the entry about each dataset. The records follow from the store.

    Written line by line, not through the model, because it is made for each dataset of the catalogue at once.
    """
    yield Envelope((catalog_of(region, catalogue.published_at(at)),)).ntriples
    subject = iri_to_ntriples(iris.catalog_iri(region.base_url))
    record, modified = iri_to_ntriples(str(DCAT.record)), iri_to_ntriples(str(DCTERMS.modified))
    of_class = f"{iri_to_ntriples(str(RDF.type))} {iri_to_ntriples(str(DCAT.CatalogRecord))}"
    topic, date_time = iri_to_ntriples(str(FOAF.primaryTopic)), iri_to_ntriples(str(XSD.dateTime))
    for place in catalogue.positions(at, limit=None):
        about = iri_to_ntriples(iris.mint(region.base_url, "record", place.key))
        yield (
            f"{subject} {record} {about} .\n"
            f"{about} {of_class} .\n"
            f"{about} {topic} {iri_to_ntriples(place.iri)} .\n"
            f'{about} {modified} "{place.changed}"^^{date_time} .\n'
        ).encode()
