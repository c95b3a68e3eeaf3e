"""Where our findings differ from those of the official shapes, each with its reason. docs/validation.md tells them in words.

A difference that no longer occurs anywhere in the parity test fails it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from schemas.constraints import Constraint
from schemas.findings import Severity
from schemas.namespaces import PREFIXES
from schemas.profiles import ALL
from tests.parity import Mark

_SHORT = {iri: prefix for prefix, iri in PREFIXES.items()}


class Difference(NamedTuple):
    """One intended difference.

    ``side``: who says more, ``ours`` or ``theirs``. ``path`` and ``ask`` are patterns for :class:`tests.parity.Mark`, the
    path with prefixes. ``only`` narrows what is ours by the constraint. ``instead`` names what the other side says of the
    same node (``ask``, or ``ask path``): without it the difference is none of the intended ones.
    """

    profiles: str
    side: str
    ask: str
    path: str
    reason: str
    only: Callable[[str, Constraint], bool] | None = None
    instead: tuple[str, ...] = ()


def _recommended(_profile: str, constraint: Constraint) -> bool:
    return constraint.severity is Severity.WARNING


def _unlisted(profile: str, constraint: Constraint) -> bool:
    """Whether the profile's class table does not list the property, or only as one that was given up."""
    return not any(
        str(row.property) == constraint.path and profile in row.obligations and not row.deprecated
        for table in ALL[profile].tables
        if str(table.types[0]) == constraint.target
        for row in table.rows
    )


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "dcat-ap-de hvd",
        "ours",
        "minCount",
        "*",
        "recommended properties of the class tables: only the EU publishes shapes for them (shapes_recommended.ttl)",
        only=_recommended,
    ),
    Difference(
        "dcat-ap",
        "ours",
        "minCount",
        "*",
        "recommended in the class tables of 3.0.1, forgotten in shapes_recommended.ttl",
        only=_recommended,
    ),
    Difference(
        "dcat-ap",
        "ours",
        "minCount",
        "dcat:endDate|dcat:startDate|time:hasBeginning|time:hasEnd",
        "a period without any date says nothing; DCAT-AP.de asks for one, so we ask always",
    ),
    Difference(
        "dcat-ap dcat-ap-de",
        "ours",
        "nodeKind",
        "*",
        "a property that the profile does not list still has the range of its own vocabulary",
        only=_unlisted,
    ),
    Difference(
        "dcat-ap-de geodcat-ap",
        "ours",
        "datatype",
        "*",
        "dates are typed (DCAT-AP 3.0.1 range Temporal Literal); dcat-ap-SHACL.ttl asks for a literal only",
    ),
    Difference(
        "dcat-ap",
        "ours",
        "datatype",
        "*",
        "shapes.ttl means it (sh:shape …DateOrDateTimeDataType_Shape), but sh:shape is no word of SHACL",
    ),
    Difference(
        "dcat-ap dcat-ap-de",
        "ours",
        "list",
        "dcat:mediaType",
        "a media type that IANA has not registered; the official shapes look at the beginning of the address only",
        only=_recommended,
    ),
    Difference(
        "dcat-ap dcat-ap-de",
        "ours",
        "list",
        "spdx:algorithm",
        "said with the words of a code list beside the class that the official shapes ask for",
    ),
    Difference(
        "dcat-ap dcat-ap-de",
        "ours",
        "list",
        "dcatap:hvdCategory",
        "whoever names a category of high-value data names one of the list, in every profile",
    ),
    Difference(
        "dcat-ap",
        "ours",
        "list",
        "dcatap:availability",
        "section 10 names the list for the property; DCAT-AP.de gives the property to more classes, and so do we",
        only=_unlisted,
    ),
    Difference(
        "dcat-ap",
        "ours",
        "list",
        "dct:language",
        "section 10 names the list for the property; mdr-vocabularies.shape.ttl forgets catalogue records",
    ),
    *(
        Difference(
            "dcat-ap",
            "ours",
            "nodeKind",
            path,
            "the same: where a code list is asked, a node without a name is none of its codes",
        )
        for path in ("dct:language", "dct:type")
    ),
    Difference(
        "dcat-ap",
        "ours",
        "list",
        "dct:type",
        "section 10 recommends the list for every agent; mdr-vocabularies.shape.ttl asks publishers only",
    ),
    Difference(
        "dcat-ap-de",
        "ours",
        "list",
        "*",
        "a code list of the property in another class, asked here too",
        only=_unlisted,
    ),
    Difference(
        "dcat-ap-de",
        "ours",
        "*",
        "dcatap:availability",
        "the official files bind dcatap: to http://data.europa.eu/r5r#, so that they never see the property",
    ),
    Difference(
        "dcat-ap-de",
        "theirs",
        "*",
        "http://data.europa.eu/r5r#availability",
        "the other side of it: nobody uses the property under that address",
    ),
    Difference(
        "dcat-ap-de",
        "ours",
        "nodeKind",
        "*",
        "said beside the class, which a text never has: the additions ask for the class alone",
        instead=("class",),
    ),
    Difference(
        "dcat-ap-de",
        "ours",
        "minCount",
        "dct:publisher",
        "the class table makes it mandatory for series; the shape stands in the file but no node shape refers to it",
    ),
    Difference(
        "dcat-ap-de",
        "theirs",
        "maxCount",
        "dct:creator",
        "the class table of 3.0 allows several creators of a catalogue, the shape of DCAT-AP 3.0.0 beneath it does not",
    ),
    Difference(
        "dcat-ap-de",
        "theirs",
        "maxCount",
        "dcat:temporalResolution",
        "the class table of 3.0 allows several; its list of changes and the shape of DCAT-AP 3.0.0 beneath it do not",
    ),
    Difference(
        "dcat-ap-de",
        "theirs",
        "minCount",
        "http://govdata.de/mqa/#failnow",
        "a counter of the dashboard, made to break for every distribution and licence",
    ),
    Difference(
        "dcat-ap-de",
        "theirs",
        "qualified",
        "dcat:keyword",
        "said as a missing property or as one of the wrong kind",
        instead=("minCount dcat:keyword", "nodeKind dcat:keyword"),
    ),
    Difference(
        "dcat-ap-de",
        "theirs",
        "qualified",
        "dct:license",
        "said as a missing licence, or of the licence that is not in the list",
    ),
    Difference(
        "dcat-ap-de",
        "theirs",
        "minCount",
        "vcard:hasEmail|vcard:hasURL",
        "convention K01 of 2.0 asks whatever a contact point refers to; 3.0 accepts a telephone and asks vcard:Kind",
    ),
    Difference(
        "dcat-ap-de",
        "theirs",
        "nodeKind",
        "*",
        "conventions 2.0 want an IRI or a text where 3.0 allows a node described in place",
    ),
    Difference(
        "dcat-ap-de",
        "theirs",
        "formerList",
        "spdx:algorithm",
        "the pattern is “dcat”: it breaks for every IRI with these letters; ours for the list that was given up",
    ),
    Difference(
        "hvd geodcat-ap",
        "theirs",
        "class",
        "*",
        "sh:class rdfs:Resource, vcard:Email: everything that can be named is a resource; no address states it of itself",
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "corporate body",
        "dct:publisher",
        "the EU's corporate bodies are for its institutions (section 10); a municipality is none",
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "nodeKind",
        "dct:publisher",
        "the same: mdr-vocabularies.shape.ttl wants the IRI of a corporate body",
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "place",
        "dct:spatial",
        "the EU's lists of places know no municipality; German keys of regions are as good (DCAT-AP.de)",
    ),
    Difference(
        "dcat-ap", "theirs", "nodeKind", "dct:spatial", "the same: a place described by its geometry has no code"
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "nodeKind",
        "dcat:themeTaxonomy",
        "said as the missing scheme of themes",
        instead=("hasValue dcat:themeTaxonomy",),
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "https",
        "spdx:algorithm",
        "the shape wants https://spdx.org/rdf/terms, the vocabulary has http://spdx.org/rdf/terms#",
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "list",
        "adms:status",
        "deprecateduris.ttl asks for the list of ADMS, mdr-vocabularies.shape.ttl of the same release for the present one",
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "list",
        "dcat:theme",
        "a feed that describes an official theme wrongly itself; we read the code, not the description",
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "maxCount",
        "dct:rights",
        "3.0.1 allows several (class table, dcat-ap-SHACL.ttl); html/shacl not",
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "maxCount",
        "dcat:spatialResolutionInMeters",
        "the same: 3.0.1 allows several for a dataset",
    ),
    Difference(
        "dcat-ap", "theirs", "maxCount", "dct:conformsTo", "the same: 3.0.1 allows several for a catalogue record"
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "class",
        "foaf:primaryTopic",
        "shapes.ttl wants one of four classes, dcat-ap-SHACL.ttl dcat:Resource, which all four are",
    ),
    Difference(
        "dcat-ap", "theirs", "class", "dct:relation", "the class table says rdfs:Resource; range.ttl wants a DCAT class"
    ),
    Difference(
        "dcat-ap",
        "theirs",
        "*",
        "locn:geometry",
        "shapes.ttl wants a literal, dcat-ap-SHACL.ttl a node of class locn:Geometry: nothing can satisfy both",
    ),
)


def short(path: str) -> str:
    """A path with prefixes instead of namespaces."""
    for iri, prefix in _SHORT.items():
        path = path.replace(iri, f"{prefix}:")
    return "|".join(sorted(path.split("|")))


def explained(
    profile: str, side: str, marks: Iterable[tuple[Mark, Constraint | None]], others: Iterable[Mark]
) -> tuple[set[Difference], list[Mark]]:
    """Which differences explain marks that one side has alone, and the marks that none explains."""
    said = {(mark.node, f"{mark.ask} {short(mark.path)}") for mark in others}
    known = [each for each in DIFFERENCES if each.side == side and profile in each.profiles.split()]
    used: set[Difference] = set()
    left: list[Mark] = []
    for mark, constraint in marks:
        for each in known:
            if _explains(each, profile, mark, constraint, said):
                used.add(each)
                break
        else:
            left.append(mark)
    return used, left


def _explains(
    each: Difference, profile: str, mark: Mark, constraint: Constraint | None, said: set[tuple[str, str]]
) -> bool:
    path = short(mark.path)
    if each.path != path and (each.path != "*" and not fnmatchcase(path, each.path)):
        return False
    if not fnmatchcase(mark.ask, each.ask):
        return False
    if each.only is not None and (constraint is None or not each.only(profile, constraint)):
        return False
    # Where only the question is named, it is about the same path.
    others = (other if " " in other else f"{other} {path}" for other in each.instead)
    return not each.instead or any((mark.node, other) in said for other in others)
