"""The short list of what changes on the way of an RDF source through the catalogue; everything else comes out as it went in.

``docs/normalisations.md`` explains each entry; a test compares the two, and the round-trip test allows nothing else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from schemas.kinds import iri
from schemas.namespaces import DCATDE
from schemas.vocabularies import modern


class Normalisation(NamedTuple):
    """One entry of the list: its name in the documentation, what happens, and why."""

    name: str
    what: str
    reason: str


NORMALISATIONS: tuple[Normalisation, ...] = (
    Normalisation(
        "namespace-spelling",
        "a property in any old or mangled spelling of the DCAT-AP.de namespace is written in the present one",
        "DCAT-AP.de 3.0 has one namespace; nobody finds a property under five addresses",
    ),
    Normalisation(
        "former-property",
        "a property that another one has replaced is written as its replacement",
        "DCAT-AP 3.0.1 and DCAT-AP.de 3.0, deprecated terms (the column `reads` of the table)",
    ),
    Normalisation(
        "code-spelling",
        "the IRI of a code in an old or odd spelling, or of a list that was given up, is written as the code's present IRI",
        "the official shapes accept only the present one",
    ),
    Normalisation(
        "iri-as-text",
        "a text that is one address, where the property wants an IRI, is written as an IRI",
        "DCAT-AP 3.0.1 range shapes (sh:nodeKind)",
    ),
    Normalisation(
        "iri-encoded",
        "characters that no IRI may hold are percent-encoded, blanks around it go",
        "RFC 3987 section 2.2; one such IRI would make a whole feed unreadable (fault F23)",
    ),
    Normalisation(
        "iri-unusable",
        "an object that is no IRI even so is written as the text that stood there",
        "fault F23; the text says what the source meant, an invented IRI would not",
    ),
    Normalisation(
        "empty-literal",
        "a literal without any character but blanks is left out",
        "it says nothing, and would count as a value",
    ),
    Normalisation(
        "tag-case",
        "a language tag is written in lower case and with hyphens; what is no tag goes, its text stays",
        "RDF 1.1 section 3.3: tags compare without case; no syntax can write `de_DE`",
    ),
    Normalisation(
        "record-iri",
        "a dataset, service, series or distribution without an http(s) IRI of its own gets one of the region",
        "a record must be referred to, and keep its address over the runs (DESIGN 3, Identity)",
    ),
    Normalisation(
        "circle-iri",
        "a blank node that leads back to itself over blank nodes gets a `urn:allmende:node:` IRI",
        "a record is a tree; with a name for one node of the circle nothing of it is lost",
    ),
    Normalisation(
        "shared-node",
        "a blank node that several records refer to is written with each of them",
        "records are published, paged and withdrawn one by one",
    ),
    Normalisation(
        "geometry-node",
        "a geometry of a place that is a node, not a text, stands under geo:hasGeometry instead of locn:geometry",
        "at a node ckanext-dcat, with which GovData harvests, gives up the whole feed; a text is read by it",
    ),
    Normalisation(
        "class-added",
        "what stands where a class is demanded is also typed with that class (foaf:Agent, vcard:Kind, dcat:Resource …)",
        "feeds pass the official shapes without inference (DESIGN 4.3)",
    ),
    Normalisation(
        "class-alone",
        "where nothing is said of an address but its class (a page, a law, a licence …), the class is left to the feed page",
        "each page states it of every value it names, as the official range shapes ask; in the record it says nothing",
    ),
    Normalisation(
        "code-description",
        "what a feed says about the concepts of official code lists is left out",
        "the lists' owners say it, and it would be repeated in each record",
    ),
    Normalisation(
        "own-iri",
        "what a source says about IRIs under the region's own address is left out",
        "nobody but us describes our records (DESIGN 3, Identity)",
    ),
)

# The German terms come in many spellings; a slash may be missing before the term.
_DCATDE_SPELLING = re.compile(r"https?://(?:www\.)?dcat-ap\.de/def/dcatde/?(?:[0-9][0-9._]*)?/?([A-Za-z]\w*)")
_ADDRESS = re.compile(r"(?:(?:https?|ftp)://|mailto:|tel:|urn:)\S+", re.I)
# Statements about the concepts of these lists do not belong to a dataset, although some feeds repeat them.
CODE_LISTS = tuple(
    scheme + place
    for place in (
        "publications.europa.eu/resource/authority/",
        "dcat-ap.de/def/",
        "www.dcat-ap.de/def/",
        "govdata.de/dl-de/",
        "www.govdata.de/dl-de/",
        "data.europa.eu/bna/",
        "www.iana.org/assignments/media-types/",
        "purl.org/adms/",
        "inspire.ec.europa.eu/",
        "spdx.org/rdf/terms#checksumAlgorithm_",
    )
    for scheme in ("http://", "https://")
)


@lru_cache(maxsize=4096)
def present_property(predicate: str) -> str:
    """A property IRI in its present spelling: all namespaces of DCAT-AP.de become the one of version 3."""
    match = _DCATDE_SPELLING.fullmatch(predicate)
    return f"{DCATDE}{match.group(1)}" if match else predicate


@lru_cache(maxsize=65536)
def present_iri(value: str) -> str:
    """The IRI of a code in its present spelling; every other IRI unchanged."""
    return modern(value)


@lru_cache(maxsize=8192)
def iri_from_text(text: str) -> str | None:
    """The IRI that a text is, if it is one address and nothing else; in the present spelling if it is a code."""
    text = text.strip()
    found = iri(text) if _ADDRESS.fullmatch(text) else None
    return None if found is None else present_iri(found)
