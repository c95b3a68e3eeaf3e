"""The records of :mod:`tests.bench.data` as a portal publishes them in DCAT-AP.de: pages of 100 with Hydra's links.

Written by hand and not through the table of ``schemas``, so that what is harvested is a stranger's feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pyoxigraph
from pyoxigraph import RdfFormat

from tests.bench.data import packages

PAGE = 100
PORTAL = "https://daten.example.org"
SYNTAXES = {"ttl": RdfFormat.TURTLE, "rdf": RdfFormat.RDF_XML}
PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "dcatap": "http://data.europa.eu/r5r/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "geo": "http://www.opengis.net/ont/geosparql#",
}
_EU = "http://publications.europa.eu/resource/authority"
_DE = "http://dcat-ap.de/def"
_FORMATS = {"GeoJSON": "GEOJSON", "WMS": "WMS_SRVC", "WFS": "WFS_SRVC"}
_LICENSES = {
    "dl-de/by-2-0": "dl-by-de/2.0",
    "dl-de/zero-2-0": "dl-zero-de/2.0",
    "cc-by/4.0": "cc-by/4.0",
    "cc-zero": "cc-zero",
}
_THEMES = {
    "umwelt": "ENVI",
    "verkehr": "TRAN",
    "bildung": "EDUC",
    "wirtschaft": "ECON",
    "soziales": "SOCI",
    "gesundheit": "HEAL",
}
_FREQUENCIES = {"jährlich": "ANNUAL", "monatlich": "MONTHLY", "täglich": "DAILY"}
_DISTRICT = f"{_DE}/politicalGeocoding/regionalKey/066310018018"


def pages(count: int, address: str, syntax: str) -> Iterator[bytes]:
    """The pages of a feed of ``count`` datasets under an address, in ``ttl`` or ``rdf``; the same at each call."""
    numbered = enumerate(packages(count))
    last = max(-(-count // PAGE), 1)
    for page in range(1, last + 1):
        view = [f"<{address}?page={page}> rdf:type hydra:PagedCollection", f"hydra:totalItems {_integer(count)}"]
        view += [f"hydra:itemsPerPage {_integer(PAGE)}", f"hydra:lastPage <{address}?page={last}>"]
        if page < last:
            view += [f"hydra:nextPage <{address}?page={page + 1}>", f"hydra:next <{address}?page={page + 1}>"]
        yield document(list(islice(numbered, PAGE)), syntax, " ; ".join(view) + " .\n")


def document(numbered: Sequence[tuple[int, Mapping[str, Any]]], syntax: str, view: str = "") -> bytes:
    """A catalogue with some packages, each with its number among all, in ``ttl`` or ``rdf``."""
    parts = ["".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()), view]
    parts += _catalog(numbered)
    parts += (part for number, package in numbered for part in _dataset(number, package))
    # A tidy writer puts prefixes, blanks and line ends where portals have them.
    triples = (quad.triple for quad in pyoxigraph.parse("".join(parts).encode(), format=RdfFormat.TURTLE))
    return pyoxigraph.serialize(triples, format=SYNTAXES[syntax], prefixes=PREFIXES) or b""


def _catalog(numbered: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[str]:
    listed = ", ".join(f"<{PORTAL}/dataset/{package['id']}>" for _, package in numbered)
    yield f'<{PORTAL}/catalog> rdf:type dcat:Catalog ; dct:title "Datenportal"@de ; dct:description "Offene Daten"@de ; '
    yield f"dct:publisher <{PORTAL}/organization/neuhof> ; dcat:dataset {listed} .\n"
    bodies = {package["organization"]["name"]: package["organization"]["title"] for _, package in numbered}
    for name, title in sorted({"neuhof": "Gemeinde Neuhof", **bodies}.items()):
        yield f"<{PORTAL}/organization/{name}> rdf:type foaf:Agent, foaf:Organization ; foaf:name {_text(title)} .\n"


def _dataset(number: int, package: Mapping[str, Any]) -> Iterator[str]:
    extras = {extra["key"]: extra["value"] for extra in package["extras"]}
    groups = [group["name"] for group in package["groups"]]
    subject = f"<{PORTAL}/dataset/{package['id']}>"
    yield f"{subject} rdf:type dcat:Dataset ; dct:title {_text(package['title'])} ; "
    yield f'dct:description {_text(package["notes"])} ; dct:identifier "{package["id"]}" ; '
    yield f"dct:publisher <{PORTAL}/organization/{package['organization']['name']}> ; "
    yield f"dct:issued {_moment(package['metadata_created'])} ; dct:modified {_moment(package['metadata_modified'])} ; "
    yield f"dct:accrualPeriodicity <{_EU}/frequency/{_FREQUENCIES[extras['frequency']]}> ; "
    yield f"dct:language <{_EU}/language/DEU> ; dct:accessRights <{_EU}/access-right/PUBLIC> ; "
    yield f"dcatap:availability <{_EU}/planned-availability/STABLE> ; "
    yield f"dcatde:contributorID <{_DE}/contributors/landHessen> ; "
    yield f"dcatde:politicalGeocodingLevelURI <{_DE}/politicalGeocoding/Level/municipality> ; "
    yield f"dcatde:politicalGeocodingURI <{_DISTRICT}> ; dct:spatial <{_DISTRICT}>, _:s{number} ; "
    yield f"dcat:keyword {', '.join(_text(tag['name']) for tag in package['tags'])} ; "
    yield f"dcat:theme {', '.join(f'<{_EU}/data-theme/{_THEMES[name]}>' for name in groups)} ; "
    yield f"dct:temporal _:t{number} ; dcat:contactPoint _:c{number} ; "
    resources = [(f"<{PORTAL}/dataset/{package['id']}/resource/{each['id']}>", each) for each in package["resources"]]
    yield f"dcat:distribution {', '.join(resource for resource, _ in resources)} .\n"
    yield f'_:s{number} rdf:type dct:Location ; dcat:bbox "POLYGON((9.5 50.3,9.8 50.3,9.8 50.5,9.5 50.5,9.5 50.3))"'
    yield f"^^geo:wktLiteral .\n_:t{number} rdf:type dct:PeriodOfTime ; "
    yield f'dcat:startDate "{extras["temporal_start"]}"^^xsd:date ; dcat:endDate "{extras["temporal_end"]}"^^xsd:date .\n'
    yield f"_:c{number} rdf:type vcard:Organization ; vcard:fn {_plain(package['maintainer'])} ; "
    yield f"vcard:hasEmail <mailto:{package['maintainer_email']}> .\n"
    for resource, each in resources:
        yield from _distribution(resource, each, package["license_id"])


def _distribution(subject: str, resource: Mapping[str, Any], license_id: str) -> Iterator[str]:
    form = _FORMATS.get(resource["format"], resource["format"])
    yield f"{subject} rdf:type dcat:Distribution ; dct:title {_text(resource['name'])} ; "
    yield f"dcat:accessURL <{resource['url']}> ; dcat:downloadURL <{resource['url']}> ; "
    yield f"dct:format <{_EU}/file-type/{form}> ; dct:license <{_DE}/licenses/{_LICENSES[license_id]}> ; "
    yield f'dcat:byteSize "{resource["size"]}"^^xsd:nonNegativeInteger ; '
    yield f"dct:modified {_moment(resource['last_modified'])} ; "
    yield f"dcatap:availability <{_EU}/planned-availability/STABLE> .\n"


def _text(text: str) -> str:
    return f"{_plain(text)}@de"


def _plain(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _moment(text: str) -> str:
    return f'"{text.partition(".")[0]}"^^xsd:dateTime'


def _integer(number: int) -> str:
    return f'"{number}"^^xsd:integer'
