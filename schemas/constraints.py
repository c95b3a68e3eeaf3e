"""The rows of a profile's tables as single constraints: one per class, property and thing that is asked.

The words are those of SHACL (W3C 2017, section 4), so that each constraint has its twin in :mod:`schemas.shapes`.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from rdflib import URIRef

from schemas.class_tables import Row
from schemas.classes import HVD_LEGISLATION
from schemas.findings import Severity
from schemas.kinds import DATATYPES, Kind
from schemas.namespaces import ADMS, DCAT, DCATAP, DCATDE, DCTERMS, FOAF, OWL, RDFS, SKOS, SPDX, TIME, VCARD
from schemas.profiles import ALL, Place, Profile

ANY = "*"
"""The target of what is asked of every node."""
V, W, INFO = Severity.VIOLATION, Severity.WARNING, Severity.INFO


class Ask(StrEnum):
    """What a constraint asks of the values of its path."""

    MIN = "minCount"
    MAX = "maxCount"
    NODE_KIND = "nodeKind"
    DATATYPE = "datatype"
    CLASS = "class"
    LIST = "list"
    PATTERN = "pattern"
    HAS_VALUE = "hasValue"
    DEPRECATED = "deprecated"
    FORMER_LIST = "formerList"
    ANY_OF = "anyOf"
    INVERSE = "inverse"
    MEMBERS = "members"
    QUALIFIED = "qualified"
    INNER = "inner"
    OPEN = "open"
    SERVED = "served"


class Constraint(NamedTuple):
    """One thing that a class of a profile is asked.

    ``parameter`` by ``ask``: least or most number; kind of node (``Literal``, ``IRI``, ``BlankNodeOrIRI``); datatypes,
    separated by blanks; class (also of ``MEMBERS``, the nodes that
    point here); name of a code list; regular expression; IRI; begin of an IRI; for ``QUALIFIED``
    ``LIST LEAST MOST`` or ``Literal LEAST *``; for ``INNER`` the property of the value that needs a literal; nothing for
    ``OPEN`` (an open licence) and ``SERVED`` (a data service gives access). ``paths`` holds the alternatives of ``ANY_OF``.
    """

    target: str
    path: str
    ask: Ask
    parameter: str
    severity: Severity
    paths: tuple[str, ...] = ()
    # A way that settles the demand as well: an office's mailbox or its form.
    instead: str = ""


_LITERALS = frozenset({Kind.TEXT, Kind.DATE, Kind.DECIMAL, Kind.INTEGER, Kind.DURATION, Kind.HEX, Kind.NOTATION})
MEDIA_TYPES = r"^https?://www.iana.org/assignments/media-types/"
_EITHER = {str(VCARD.hasEmail): str(VCARD.hasURL), str(VCARD.hasURL): str(VCARD.hasEmail)}


def _in(places: Container[Place], target: URIRef, path: URIRef) -> bool:
    return (target, path) in places or (None, path) in places


def _counts(row: Row, target: URIRef, profile: Profile) -> Iterator[Constraint]:
    demand = row.obligations.get(profile.name)
    if demand is None:
        return
    where = (str(target), str(row.property))
    instead = _EITHER.get(where[1], "") if target == VCARD.Kind else ""
    if demand.level == "M":
        yield Constraint(*where, Ask.MIN, "1", V)
    elif demand.level == "R" and not row.deprecated:
        # What a profile lists as recommended and calls deprecated is asked of nobody.
        yield Constraint(*where, Ask.MIN, "1", W, instead=instead)
    if demand.maximum is not None:
        yield Constraint(*where, Ask.MAX, str(demand.maximum), V)
    if row.deprecated:
        yield Constraint(ANY, where[1], Ask.DEPRECATED, "", W)


def _kind(row: Row, target: URIRef, profile: Profile) -> Iterator[Constraint]:
    where = (str(target), str(row.property))
    if not profile.whole and profile.name not in row.obligations:
        return
    if row.kind in DATATYPES:
        yield Constraint(*where, Ask.DATATYPE, " ".join(sorted(DATATYPES[row.kind])), V)
    elif row.datatype is not None:
        yield Constraint(*where, Ask.DATATYPE, str(row.datatype), V)
    if not profile.kinds or row.kind is Kind.ANY or _in(profile.loose, target, row.property):
        return
    kind = "BlankNodeOrIRI"
    if _in(profile.iris, target, row.property) or (profile.coded and _weight(row, profile) is not None):
        kind = "IRI"
    elif row.kind in _LITERALS or (row.kind is Kind.GEOMETRY and row.property.startswith(str(DCAT))):
        kind = "Literal"
    yield Constraint(*where, Ask.NODE_KIND, kind, V)


def _range(row: Row, target: URIRef, profile: Profile, classes: Mapping[type, URIRef]) -> Iterator[Constraint]:
    wanted = row.range or (classes.get(row.node) if row.node else None)
    if wanted is None or row.obligations.keys().isdisjoint((profile.name, profile.base)):
        return
    place: Place = (target, row.property)
    severity = profile.ranges.get(wanted, profile.default_range)
    if place in profile.range_at:
        severity = profile.range_at[place]
    if severity is not None:
        yield Constraint(str(target), str(row.property), Ask.CLASS, str(wanted), severity)


def _weight(row: Row, profile: Profile) -> Severity | None:
    """How much a value weighs that is not in the row's code list; None where that is not asked."""
    if row.vocabulary is None:
        return None
    own = Severity(row.vocabulary_severity) if row.vocabulary_severity and profile.own_lists else None
    return profile.lists.get(row.vocabulary, own)


def _list(row: Row, target: URIRef, profile: Profile) -> Iterator[Constraint]:
    severity = _weight(row, profile)
    if row.vocabulary is not None and severity is not None:
        where = (str(target), str(row.property))
        if row.vocabulary == "media-type":
            # The official shapes ask for the place only; an unregistered type is worth a warning.
            yield Constraint(*where, Ask.PATTERN, MEDIA_TYPES, severity)
            severity = W
        yield Constraint(*where, Ask.LIST, row.vocabulary, severity)


def _of_rows(profile: Profile) -> Iterator[Constraint]:
    classes = {table.record: table.types[0] for table in profile.tables}
    for table in profile.tables:
        target = table.types[0]
        for row in table.rows:
            yield from _counts(row, target, profile)
            yield from _kind(row, target, profile)
            yield from _range(row, target, profile, classes)
            yield from _list(row, target, profile)


def _c(target: URIRef | str, path: URIRef, ask: Ask, parameter: str, severity: Severity) -> Constraint:
    return Constraint(str(target), str(path), ask, parameter, severity)


def _any(target: URIRef, severity: Severity, *paths: URIRef) -> Constraint:
    return Constraint(str(target), str(paths[0]), Ask.ANY_OF, "", severity, tuple(map(str, paths)))


PERIOD = _any(DCTERMS.PeriodOfTime, V, DCAT.startDate, DCAT.endDate, TIME.hasBeginning, TIME.hasEnd)
_FORMER = (DCTERMS.hasVersion, DCTERMS.isVersionOf, DCATDE.originator, DCATDE.maintainer)
_BEYOND: dict[str, tuple[Constraint, ...]] = {
    "dcat-ap": (
        PERIOD,
        # shapes_recommended.ttl, shapes.ttl and range.ttl: a series has members.
        _any(DCAT.Catalog, V, DCAT.dataset, DCAT.service),
        _c(DCAT.DatasetSeries, DCAT.inSeries, Ask.INVERSE, "", W),
        _c(DCAT.DatasetSeries, DCAT.inSeries, Ask.MEMBERS, str(DCAT.Dataset), W),
        # range.ttl and mdr-vocabularies.shape.ttl ask this of properties that the class table has no row for.
        _c(DCAT.Catalog, DCTERMS.isPartOf, Ask.CLASS, str(DCAT.Catalog), V),
        _c(DCAT.DataService, DCAT.theme, Ask.LIST, "data-theme", W),
        _c(DCAT.Dataset, DCTERMS.hasVersion, Ask.CLASS, str(DCAT.Dataset), V),
        _c(DCAT.Dataset, DCTERMS.hasVersion, Ask.NODE_KIND, "BlankNodeOrIRI", V),
        _c(
            DCAT.Catalog,
            DCAT.themeTaxonomy,
            Ask.HAS_VALUE,
            "http://publications.europa.eu/resource/authority/data-theme",
            W,
        ),
    ),
    "dcat-ap-de": (
        PERIOD,
        _any(VCARD.Kind, V, VCARD.hasEmail, VCARD.hasURL, VCARD.hasTelephone),
        # dcat-ap-de-deprecated.ttl.
        *(Constraint(ANY, str(path), Ask.DEPRECATED, "", W) for path in _FORMER),
        _c(DCAT.Dataset, OWL.versionInfo, Ask.DEPRECATED, "", W),
        _c(ANY, ADMS.status, Ask.FORMER_LIST, "http://purl.org/adms/status/", W),
        _c(ANY, SPDX.algorithm, Ask.FORMER_LIST, "http://dcat-ap.de/def/hashAlgorithms/", W),
        # db-shapes.ttl: what GovData's dashboard counts; conventions K12 and K13.
        _c(DCAT.Dataset, DCATDE.contributorID, Ask.QUALIFIED, "contributor 1 1", INFO),
        _c(DCAT.Dataset, DCTERMS.publisher, Ask.INNER, str(FOAF.name), INFO),
        _c(DCAT.Distribution, DCTERMS.license, Ask.OPEN, "", INFO),
        # dcat-ap-konventionen.ttl: what the handbook asks for beyond the class tables.
        *(
            _c(DCAT.Dataset, path, Ask.MIN, "1", INFO)
            for path in (DCTERMS.identifier, DCTERMS.issued, DCTERMS.modified, DCAT.landingPage)
        ),
    ),
    "hvd": (
        # hvd-SHACL-usagenotes.ttl.
        *(
            _c(target, DCATAP.applicableLegislation, Ask.HAS_VALUE, HVD_LEGISLATION, V)
            for target in (DCAT.Dataset, DCAT.DataService, DCAT.DatasetSeries, DCAT.Distribution)
        ),
        _any(DCAT.DataService, V, DCTERMS.license, DCTERMS.rights),
        _any(DCAT.Distribution, V, DCTERMS.license, DCTERMS.rights),
        _any(VCARD.Kind, V, VCARD.hasEmail, VCARD.hasURL),
        _any(
            DCTERMS.LicenseDocument,
            V,
            *(SKOS.exactMatch, OWL.sameAs, SKOS.broadMatch, SKOS.narrowMatch, SKOS.closeMatch, RDFS.seeAlso),
        ),
        _c(DCAT.Dataset, DCAT.servesDataset, Ask.SERVED, "", V),
    ),
    "geodcat-ap": (),
    "cpsv-ap": (),
}


@cache
def constraints(profile: str) -> tuple[Constraint, ...]:
    """All constraints of a profile of :data:`schemas.profiles.PROFILES`. Raises KeyError for another name."""
    return tuple(dict.fromkeys((*_of_rows(ALL[profile]), *_BEYOND[profile])))
