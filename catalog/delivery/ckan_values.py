"""How CKAN's DCAT parser reads a value from RDF: the first of several, German before others, labels for nodes.

Source: ckanext-dcat 2.4, profiles/base.py (``RDFProfile``); tests run the package beside this and compare.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import rdflib
from rdflib import RDF, RDFS, SKOS

from catalog.delivery.wkt import geojson_of
from schemas.kinds import Literal
from schemas.namespaces import DCAT, DCTERMS, FOAF, LOCN, SCHEMA, TIME, VCARD
from schemas.triples import Triples

LANGUAGE = "de"  # ckan.locale_default of GovData and of the state portals
_GEOJSON = "https://www.iana.org/assignments/media-types/application/vnd.geo+json"
_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_IANA = "iana.org/assignments/media-types"
_MOMENTS = (TIME.inXSDDateTimeStamp, TIME.inXSDDateTime, TIME.inXSDDate)
Term = str | Literal


class Breaks(Exception):
    """Raised where ckanext-dcat fails with an exception: it then imports nothing of the whole feed.

    ``property`` is the IRI at which it happens, ``value`` what stands there.
    """

    def __init__(self, subject: str, prop: str, value: str) -> None:
        super().__init__(f"{subject}: {prop} {value}")
        self.subject = subject
        self.property = prop
        self.value = value


class Agent(NamedTuple):
    """What is taken of a publisher or creator; empty where nothing is said."""

    uri: str
    name: str
    email: str
    url: str
    type: str
    identifier: str
    name_translated: Mapping[str, str]


class Contact(NamedTuple):
    """What is taken of a contact point; empty where nothing is said."""

    uri: str
    name: str
    email: str
    identifier: str
    url: str
    name_translated: Mapping[str, str]


class Place(NamedTuple):
    """What is taken of all places together; geometries as GeoJSON."""

    uri: str | None
    text: str | None
    geom: Any
    bbox: Any
    centroid: Any


def lexical(value: Literal) -> str:
    """A literal's text as rdflib writes it: typed ones in their canonical form, ``…T08:00:00Z`` as ``…+00:00``."""
    if value.datatype is None:
        return value.text
    return str(rdflib.Literal(value.text, datatype=rdflib.URIRef(value.datatype), normalize=True))


class Reader:
    """Reads the values of a page."""

    def __init__(self, triples: Triples) -> None:
        self._described = triples.by_subject

    def objects(self, subject: Term, prop: str) -> list[Term]:
        """The objects of a property in the order of the document, each once."""
        if isinstance(subject, Literal):
            return []
        return list(dict.fromkeys(o for p, o in self._described.get(subject, ()) if p == prop))

    def properties(self, subject: str) -> list[str]:
        """The properties that a subject has, each once."""
        return list(dict.fromkeys(p for p, _ in self._described.get(subject, ())))

    def first(self, subject: Term, prop: str) -> Term | None:
        """The first object, or None."""
        found = self.objects(subject, prop)
        return found[0] if found else None

    def value(self, subject: Term, prop: str) -> str:
        """The one value that is taken: the German text, else the first; of a node its label, else its name."""
        fallback = ""
        for each in self.objects(subject, prop):
            if isinstance(each, Literal):
                if each.lang == LANGUAGE:
                    return each.text
                fallback = fallback or lexical(each)
                continue
            labels = self.objects(each, str(RDFS.label))
            return _text(labels[0]) if labels else each
        return fallback

    def values(self, subject: Term, prop: str) -> list[str]:
        """All values as texts, whatever their language."""
        return [_text(each) for each in self.objects(subject, prop)]

    def numbers(self, subject: Term, prop: str) -> list[float]:
        """All values that are numbers."""
        found = []
        for each in self.values(subject, prop):
            try:
                found.append(float(each))
            except ValueError:
                continue
        return found

    def whole_number(self, subject: str, prop: str) -> int | None:
        """A value as a whole number; None if it is none. Raises Breaks for infinity."""
        text = self.value(subject, prop)
        try:
            return int(float(text)) if text else None
        except ValueError:
            return None
        except OverflowError as error:
            raise Breaks(subject, prop, text) from error

    def vcard(self, subject: Term, prop: str, plain: str = "") -> str:
        """A value of a contact: from the plain property, else from the property itself or the node it leads to."""
        found = self.value(subject, plain) if plain else ""
        if found:
            return found
        node = self.first(subject, prop)
        if isinstance(node, str) and node.startswith("_:"):
            return self.value(node, str(VCARD.hasValue))
        return self.value(subject, prop)

    def agents(self, subject: Term, prop: str) -> list[Agent]:
        """The bodies that a property names."""
        return [self._agent(each) for each in self.objects(subject, prop)]

    def _agent(self, node: Term) -> Agent:
        email = without_mailto(self.value(node, str(FOAF.mbox))) or without_mailto(
            self.value(node, str(VCARD.hasEmail))
        )
        names = self.objects(node, str(FOAF.name))
        return Agent(
            uri=_uri(node),
            name=_preferred(names, ""),
            email=email,
            url=self.value(node, str(FOAF.homepage)),
            type=self.value(node, str(DCTERMS.type)),
            identifier=self.value(node, str(DCTERMS.identifier)),
            name_translated=_translations(names),
        )

    def contacts(self, subject: Term, prop: str) -> list[Contact]:
        """The contact points that a property names."""
        return [self.contact(each) for each in self.objects(subject, prop)]

    def contact(self, node: Term) -> Contact:
        """What is taken of one contact point."""
        names = list(self.objects(node, str(VCARD.fn)))
        for each in self.objects(node, str(VCARD.hasFN)):
            unnamed = isinstance(each, str) and each.startswith("_:")
            names += self.objects(each, str(VCARD.hasValue)) if unnamed else [each]
        return Contact(
            uri=_uri(node),
            name=_preferred(names, self.vcard(node, str(VCARD.hasFN), str(VCARD.fn))),
            email=without_mailto(self.vcard(node, str(VCARD.hasEmail))),
            identifier=self.vcard(node, str(VCARD.hasUID)),
            url=self.vcard(node, str(VCARD.hasURL)),
            name_translated=_translations(names),
        )

    def period(self, subject: str, version: int) -> tuple[str, str]:
        """Begin and end of the first period that has any; ``version`` of DCAT-AP decides which form goes first."""
        prop = str(DCTERMS.temporal)
        former = (self._dated(subject, prop, SCHEMA.startDate, SCHEMA.endDate), self._instants(subject, prop))
        if version == 1:
            return next((found for found in former if any(found)), ("", ""))
        present = self._dated(subject, prop, DCAT.startDate, DCAT.endDate)
        return next((found for found in (present, former[1], former[0]) if any(found)), ("", ""))

    def _dated(self, subject: str, prop: str, start: str, end: str) -> tuple[str, str]:
        for node in self.objects(subject, prop):
            found = self.value(node, str(start)), self.value(node, str(end))
            if any(found):
                return found
        return "", ""

    def _instants(self, subject: str, prop: str) -> tuple[str, str]:
        found = ["", ""]
        for node in self.objects(subject, prop):
            for place, edge in enumerate((TIME.hasBeginning, TIME.hasEnd)):
                instant = self.first(node, str(edge))
                if instant is not None:
                    said = (self.value(instant, str(moment)) for moment in _MOMENTS)
                    found[place] = next((text for text in said if text), "")
            if any(found):
                break
        return found[0], found[1]

    def place(self, subject: str) -> Place:
        """All places together: the last IRI, the last text, the first geometry of each kind. Raises Breaks."""
        uri = text = None
        shapes: dict[str, Any] = dict.fromkeys((str(LOCN.geometry), str(DCAT.bbox), str(DCAT.centroid)))
        for node in self.objects(subject, str(DCTERMS.spatial)):
            if isinstance(node, Literal):
                text = lexical(node)
                continue
            uri = node if not node.startswith("_:") else uri
            if str(DCTERMS.Location) not in self.objects(node, str(RDF.type)):
                continue
            for prop in shapes:
                shapes[prop] = self._shape(node, prop, shapes[prop])
            for label in (*self.objects(node, str(SKOS.prefLabel)), *self.objects(node, str(RDFS.label))):
                text = _text(label)
        geom, bbox, centroid = shapes.values()
        return Place(uri, text, geom, bbox, centroid)

    def _shape(self, node: str, prop: str, known: Any) -> Any:
        for each in self.objects(node, prop):
            if not isinstance(each, Literal):
                # A node has no datatype to ask for: AttributeError in ckanext-dcat up to 2.4.4, _parse_geodata.
                raise Breaks(node, prop, each)
            if each.datatype in (_GEOJSON, None):
                with suppress(ValueError):
                    known = json.loads(each.text)
            elif known is None and each.datatype == _WKT:
                known = geojson_of(each.text)
        return known

    def access_rights(self, subject: str) -> str:
        """The access rights: an IRI or text as it is, the label of an unnamed statement, nothing of any other node."""
        found = self.first(subject, str(DCTERMS.accessRights))
        if isinstance(found, str) and found.startswith("_:"):
            stated = self.first(found, str(RDF.type)) == str(DCTERMS.RightsStatement)
            return self.value(found, str(RDFS.label)) if stated else ""
        return "" if found is None else _text(found)

    def format(self, distribution: str) -> tuple[str | None, str | None]:
        """Media type and format of a distribution, from dcat:mediaType and dct:format; None where there is none."""
        media_type: str | None = self.value(distribution, str(DCAT.mediaType))
        found = self.first(distribution, str(DCTERMS.format))
        label = None
        if isinstance(found, Literal):
            if not media_type and "/" in found.text:
                return found.text, None
            return media_type, found.text
        if found is not None and self.first(found, str(RDF.type)) == str(DCTERMS.IMT):
            if not media_type:
                stated = self.first(found, str(RDF.value))
                media_type = "None" if stated is None else _text(stated)
            label = self.value(found, str(RDFS.label))
        elif found is not None and not found.startswith("_:"):
            if _IANA in found and not media_type:
                return found, None
            label = found
        return media_type, label

    def children(self, subject: str, *props: str) -> Iterator[str]:
        """The nodes that some properties lead to."""
        for prop in props:
            for each in self.objects(subject, prop):
                if isinstance(each, str):
                    yield each


def _text(term: Term) -> str:
    return lexical(term) if isinstance(term, Literal) else term


def _uri(term: Term) -> str:
    return "" if isinstance(term, Literal) or term.startswith("_:") else term


def without_mailto(text: str) -> str:
    """An e-mail address without its scheme."""
    return text.replace("mailto:", "")


def _translations(names: Sequence[Term]) -> Mapping[str, str]:
    return {each.lang: each.text for each in names if isinstance(each, Literal) and each.lang}


def _preferred(names: Sequence[Term], plain: str) -> str:
    """The German name, else the one without a language, else the first."""
    for each in names:
        if not plain and not (isinstance(each, Literal) and each.lang):
            plain = _text(each)
    tagged = _translations(names)
    if not tagged:
        return plain
    return tagged.get(LANGUAGE) or plain or next(iter(tagged.values()))
