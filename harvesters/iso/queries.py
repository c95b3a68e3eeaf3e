"""Requests of GetRecords in both versions: as parameters of an address, or as a document that is posted."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from harvesters.iso.catalogue import CSW_2, CSW_3, GMD, with_parameters
from harvesters.iso.elements import Element

_OGC, _FES = "http://www.opengis.net/ogc", "http://www.opengis.net/fes/2.0"
_PREFIXES = {
    "csw": CSW_2,
    "csw30": CSW_3,
    "gmd": GMD,
    "mdb": "http://standards.iso.org/iso/19115/-3/mdb/2.0",
    "apiso": "http://www.opengis.net/cat/csw/apiso/1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dct": "http://purl.org/dc/terms/",
    "ows": "http://www.opengis.net/ows",
}


class Condition(NamedTuple):
    """A condition on a property: ``=``, ``like`` (a part of it) or ``>=``; of several values one is enough."""

    property: str
    operator: str
    values: tuple[str, ...]


class Query(NamedTuple):
    """What is asked of a catalogue, but for the position in its list."""

    version: str
    schema: str
    type_name: str
    conditions: tuple[Condition, ...] = ()
    constraint: str = ""
    language: str = "CQL_TEXT"

    @property
    def is_3(self) -> bool:
        """Whether it is a query of CSW 3.0."""
        return self.version.startswith("3")


def cql(query: Query) -> str:
    """The conditions as common query language (OGC 07-006r1, annex B)."""
    parts = [f"({query.constraint})"] if query.constraint else []
    for condition in query.conditions:
        each = [_cql(condition, value) for value in condition.values]
        parts.append(each[0] if len(each) == 1 else f"({' OR '.join(each)})")
    # Some catalogues understand no brackets where none are needed.
    alone = len(parts) == 1 and parts[0].startswith("(")
    return parts[0][1:-1] if alone else " AND ".join(parts)


def _cql(condition: Condition, value: str) -> str:
    quoted = value.replace("'", "''")
    if condition.operator == "like":
        return f"{condition.property} like '%{quoted}%'"
    return f"{condition.property} {condition.operator} '{quoted}'"


def _make(space: str, name: str, *inside: Element | str, **attributes: str) -> Element:
    prefix = {_OGC: "ogc", _FES: "fes", CSW_2: "csw", CSW_3: "csw30"}[space]
    said = " ".join((*attributes.values(), *(each for each in inside if isinstance(each, str))))
    used = {each: address for each, address in _PREFIXES.items() if f"{each}:" in said}
    # Only what is used: some servers tell the version by the namespaces that they find.
    element = etree.Element(f"{{{space}}}{name}", attributes, {**used, prefix: space})
    for each in inside:
        if isinstance(each, str):
            element.text = each
        else:
            element.append(each)
    return element


def filter_xml(query: Query) -> Element:
    """The conditions as an OGC filter: 1.1.0 for CSW 2.0.2, FES 2.0 for CSW 3.0."""
    space = _FES if query.is_3 else _OGC
    terms: list[Element] = []
    for condition in query.conditions:
        each = [_term(space, condition, value) for value in condition.values]
        terms.append(each[0] if len(each) == 1 else _make(space, "Or", *each))
    return _make(space, "Filter", terms[0] if len(terms) == 1 else _make(space, "And", *terms))


def _term(space: str, condition: Condition, value: str) -> Element:
    reference = _make(space, "ValueReference" if space == _FES else "PropertyName", condition.property)
    if condition.operator == "like":
        signs = {"wildCard": "%", "singleChar": "_", "escapeChar": "\\"}
        return _make(space, "PropertyIsLike", reference, _make(space, "Literal", f"%{value}%"), **signs)
    kind = "PropertyIsEqualTo" if condition.operator == "=" else "PropertyIsGreaterThanOrEqualTo"
    return _make(space, kind, reference, _make(space, "Literal", value))


def address(base: str, query: Query, start: int, most: int) -> str:
    """The address of one page (KVP)."""
    asked = {"service": "CSW", "version": query.version, "request": "GetRecords"}
    if not query.is_3:
        asked["resultType"] = "results"
        asked["namespace"] = f"xmlns(csw={CSW_2}),xmlns(gmd={GMD})"
    asked |= {"typeNames": query.type_name, "elementSetName": "full", "outputFormat": "application/xml"}
    asked |= {"outputSchema": query.schema, "startPosition": str(start), "maxRecords": str(most)}
    if query.constraint or query.conditions:
        if query.language == "FILTER" and not query.constraint:
            version = "2.0.0" if query.is_3 else "1.1.0"
            asked |= {"constraintLanguage": "FILTER", "constraint": etree.tostring(filter_xml(query)).decode()}
        else:
            version = "2.0.0" if query.is_3 else "1.1.0"
            asked |= {"constraintLanguage": "CQL_TEXT", "constraint": cql(query)}
        asked["constraint_language_version"] = version
    return with_parameters(base, asked)


def document(query: Query, start: int, most: int) -> bytes:
    """The document of one page, for catalogues that want it posted."""
    space = CSW_3 if query.is_3 else CSW_2
    parts = [_make(space, "ElementSetName", "full")]
    if query.constraint or query.conditions:
        said = _make(space, "CqlText", cql(query)) if query.constraint else filter_xml(query)
        parts.append(_make(space, "Constraint", said, version="2.0.0" if query.is_3 else "1.1.0"))
    attributes = {"service": "CSW", "version": query.version, "startPosition": str(start), "maxRecords": str(most)}
    attributes |= {"outputFormat": "application/xml", "outputSchema": query.schema}
    if not query.is_3:
        attributes["resultType"] = "results"
    root = _make(space, "GetRecords", _make(space, "Query", *parts, typeNames=query.type_name), **attributes)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
