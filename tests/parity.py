"""Our findings beside those of pySHACL with the official shapes, as comparable triples of node, path and question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import rdflib
from rdflib import RDF, RDFS, SH, BNode, Graph, URIRef
from rdflib.collection import Collection

from schemas.classes import HVD_LEGISLATION, SUPERCLASSES, of_code
from schemas.constraints import Ask, Constraint
from schemas.evaluation import Broken, evaluate
from schemas.kinds import Literal, to_term
from schemas.namespaces import DCAT, DCTERMS, SKOS
from schemas.triples import Triples
from schemas.views import View
from schemas.vocabularies import LISTS, open_license
from tests.official_shapes import report_of

_OPEN = URIRef("http://govdata.de/mqa/#isOpenLicense")
# So the dashboard writes it, in the shapes and in its list of licences: an IRI that nobody expanded.
_TRUE = rdflib.Literal("true", datatype=URIRef("xsd:boolean"))
_EU = "data/SEMICeu+DCAT-AP/master/releases"
_DE = "data/GovDataOfficial+DCAT-AP.de/3.0/Releases/DCAT-AP.de V3.0/shacl"
_VALIDATION = "data/GovDataOfficial+DCAT-AP.de-SHACL-Validation/master/validator/resources"
_GEO = "data/SEMICeu+uri.semic.eu-generated/draft/GeoDCAT-AP/releases/3.0.0/shacl/geodcat-ap-SHACL.ttl"
_EU_301 = tuple(
    f"{_EU}/3.0.1/html/shacl/{name}.ttl"
    for name in ("shapes", "range", "shapes_recommended", "deprecateduris", "mdr-vocabularies.shape")
)
# What the official validators load for each profile. The overlay of DCAT-AP.de 3.0 fits DCAT-AP 3.0.0 only.
OFFICIAL: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "dcat-ap": (_EU_301, (f"{_EU}/3.0.1/shacl/dcat-ap-SHACL.ttl",)),
    "dcat-ap-de": (
        (
            f"{_EU}/3.0.0/shacl/dcat-ap-SHACL.ttl",
            *(
                f"{_DE}/{name}.ttl"
                for name in (
                    "dcat-ap-SHACL-DE",
                    "dcat-ap-spec-german-additions",
                    "dcat-ap-de-controlledvocabularies",
                    "dcat-ap-de-deprecated",
                )
            ),
        ),
        (f"{_VALIDATION}/v2.0/shapes/dcat-ap-konventionen.ttl",),
        (f"{_VALIDATION}/dashboard-live/shapes/db-shapes.ttl",),
    ),
    "hvd": (
        (f"{_EU}/3.0.0-hvd/shacl/hvd-SHACL.ttl",),
        tuple(f"{_EU}/3.0.0-hvd/html/hvd-SHACL-{name}.ttl" for name in ("base", "ranges", "usagenotes")),
    ),
    "geodcat-ap": ((_GEO,),),
    "cpsv-ap": (("data/SEMICeu+CPSV-AP/master/releases/3.2.0/shacl/cpsv-ap-SHACL.ttl",),),
}


class Mark(NamedTuple):
    """One thing that a node breaks: the node, the path as SHACL writes it, what is asked, and of which value."""

    node: str
    path: str
    ask: str
    about: str = ""


# The components of SHACL in the words of :class:`schemas.constraints.Ask`.
_ASKED: Mapping[rdflib.term.Node | None, str] = {
    SH.MinCountConstraintComponent: "minCount",
    SH.MaxCountConstraintComponent: "maxCount",
    SH.NodeKindConstraintComponent: "nodeKind",
    SH.DatatypeConstraintComponent: "datatype",
    SH.ClassConstraintComponent: "class",
    SH.HasValueConstraintComponent: "hasValue",
    SH.PatternConstraintComponent: "pattern",
    SH.QualifiedMinCountConstraintComponent: "qualified",
    SH.QualifiedMaxCountConstraintComponent: "qualified",
    SH.OrConstraintComponent: "or",
    SH.NodeConstraintComponent: "node",
    SH.NotConstraintComponent: "formerList",
}


@cache
def official(standards: Path, profile: str) -> tuple[Graph, ...]:
    """The official shapes of a profile, each set in a graph of its own; references to nothing are taken out."""
    return tuple(_loaded(standards, files) for files in OFFICIAL[profile])


def _loaded(standards: Path, files: Iterable[str]) -> Graph:
    graph = Graph()
    for file in files:
        graph.parse(standards / file, format="turtle")
    for statement in list(graph.triples((None, SH.property, None))):
        if (statement[2], None, None) not in graph:  # DCAT-AP issue 448
            graph.remove(statement)
    return graph


def graph_of(triples: Triples) -> Graph:
    """The same statements for pySHACL, with the background that the official validators merge into the data."""
    graph = Graph()
    for subject, statements in triples.by_subject.items():
        node = _term(subject)
        for path, value in statements:
            graph.add((node, URIRef(path), _term(value)))
    seen = {str(o) for o in graph.objects() if isinstance(o, URIRef)}
    for iri in seen | {HVD_LEGISLATION}:
        for each in of_code(iri):
            graph.add((URIRef(iri), RDF.type, URIRef(each)))
        if iri in LISTS["license"] and open_license(iri):
            graph.add((URIRef(iri), _OPEN, _TRUE))
        for codes in LISTS.values():
            if iri in codes:
                graph.add((URIRef(iri), SKOS.inScheme, URIRef(codes.scheme)))
                graph.add((URIRef(codes.scheme), RDF.type, SKOS.ConceptScheme))
    for each, above in SUPERCLASSES.items():
        for superclass in above:
            graph.add((each, RDFS.subClassOf, superclass))
    return graph


def _term(value: str | Literal) -> rdflib.term.Node:
    if isinstance(value, str) and value.startswith("_:"):
        return BNode(value[2:])
    return to_term(value)


def theirs(triples: Triples, *sets: Graph) -> set[Mark]:
    """What pySHACL finds without inference with any of the sets of shapes.

    Codes of official lists are left out, which the background describes: their owners answer for them.
    """
    data = graph_of(triples)
    found = {mark for shapes in sets for mark in _found(data, shapes)}
    return {mark for mark in found if _counts(mark, triples)}


def _counts(mark: Mark, triples: Triples) -> bool:
    return mark.ask in _OF_VALUES or (mark.node in triples.by_subject and not of_code(mark.node))


_OF_VALUES = frozenset({"list", "open", "qualified"})


def of_class_tables(standards: Path, profile: str) -> Graph:
    """The first set of official shapes of a profile: those of its class tables and code lists."""
    return official(standards, profile)[0]


def _found(data: Graph, shapes: Graph) -> set[Mark]:
    report = report_of(data, shapes)
    return {_read(report, shapes, result) for result in report.objects(None, SH.result)}


def _read(report: Graph, shapes: Graph, result: rdflib.term.Node) -> Mark:
    node, value, source = (report.value(result, each) for each in (SH.focusNode, SH.value, SH.sourceShape))
    path = _path(report, report.value(result, SH.resultPath))
    ask = _ASKED.get(report.value(result, SH.sourceConstraintComponent), "?")
    if path == str(SKOS.inScheme) and ask == "hasValue" and source is not None:
        # A question to the value of a property: which property, the shape around it says.
        return Mark(_shown(node), _path(shapes, _outer(shapes, source)), "list")
    if path == str(_OPEN):
        return Mark(_shown(node), str(DCTERMS.license), "open")
    if ask == "or":
        return Mark(_shown(node), _alternatives(shapes, source), "minCount")
    if ask == "node":
        ask = _inner(shapes, source)
        if ask == "list":
            return Mark(_shown(value), path, ask)
    return Mark(_shown(node), path, ask, _shown(value) if ask == "class" else "")


def _outer(shapes: Graph, inner: rdflib.term.Node) -> rdflib.term.Node | None:
    return shapes.value(next(iter(shapes.subjects(SH.property, inner)), None), SH.path)


def _alternatives(shapes: Graph, source: rdflib.term.Node | None) -> str:
    """The properties of which a shape wants any one, as an alternative path would name them."""
    (listed,) = shapes.objects(source, SH["or"])
    return "|".join(sorted(str(shapes.value(each, SH.path)) for each in Collection(shapes, listed)))


# What a shape inside another one asks, by its name in the EU's files.
_INNER = {
    "DateOrDateTimeDataType_Shape": "datatype",
    "DcatResource_Shape": "class",
    "IANARestrictionRegexURI": "pattern",
    "CorporateBodyRestriction": "corporate body",
    "Publisher_ShapeCV": "corporate body",
    "ChecksumAlgorithmRestriction": "https",
}


def _inner(shapes: Graph, source: rdflib.term.Node | None) -> str:
    names = [str(each).rpartition("#")[2] for each in shapes.objects(source, SH.node) if isinstance(each, URIRef)]
    if not names:
        return "place"
    return next((_INNER[name] for name in names if name in _INNER), "list")


def _path(graph: Graph, path: rdflib.term.Node | None) -> str:
    if path is None:
        return ""
    if isinstance(path, BNode):
        inverse, either = graph.value(path, SH.inversePath), graph.value(path, SH.alternativePath)
        if inverse is not None:
            return f"^{_path(graph, inverse)}"
        if either is not None:
            return "|".join(sorted(_path(graph, each) for each in Collection(graph, either)))
        return "/".join(_path(graph, each) for each in Collection(graph, path))
    return str(path)


def _shown(term: rdflib.term.Node | str | Literal | None) -> str:
    if isinstance(term, BNode):
        return f"_:{term}"
    if isinstance(term, Literal):
        return f'"{term.text}"'
    return f'"{term}"' if isinstance(term, rdflib.Literal) else str(term or "")


def ours(triples: Triples, profile: str) -> dict[Mark, Constraint]:
    """What our check finds in the same statements, each with the constraint that it breaks."""
    found = {_mark(each): each.constraint for each in evaluate(View(triples.by_subject), profile)}
    return {mark: constraint for mark, constraint in found.items() if _counts(mark, triples)}


def _mark(each: Broken) -> Mark:
    asked = each.constraint
    if asked.ask is Ask.LIST:
        return Mark(_shown(each.value), asked.path, "list")
    if asked.ask is Ask.OPEN:
        return Mark(_shown(each.value), asked.path, "open")
    if asked.ask is Ask.INNER:
        return Mark(_shown(each.value), asked.parameter, "qualified")
    if asked.ask is Ask.ANY_OF:
        return Mark(each.node, "|".join(sorted(asked.paths)), "minCount")
    if asked.ask is Ask.DEPRECATED:
        return Mark(each.node, asked.path, "maxCount")
    if asked.ask is Ask.SERVED:
        return Mark(each.node, f"^{asked.path}|{DCAT.distribution}/{DCAT.accessService}", "minCount")
    if asked.ask is Ask.MEMBERS:
        return Mark(each.node, f"^{asked.path}", "class", _shown(each.value))
    if asked.ask is Ask.INVERSE:
        return Mark(each.node, f"^{asked.path}", "minCount")
    return Mark(each.node, asked.path, str(asked.ask), _shown(each.value) if asked.ask is Ask.CLASS else "")
