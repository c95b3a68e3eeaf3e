"""The JSON-LD contexts that the program brings along: a document may name these, and no address is opened for them."""

from __future__ import annotations

import re
from functools import cache

from schemas import ngsi_ld
from schemas.dcat import TABLES
from schemas.kinds import Kind
from schemas.namespaces import DCTERMS, ELI, LOCN, ODRL2, PREFIXES, PROV, RDFS, SCHEMA, SPDX

MAX_DEPTH = 250

_SCHEMA_ORG = re.compile(r"https?://(?:www\.)?schema\.org(?:/|/docs/\S*)?")
_DCAT_AP = re.compile(
    r"https?://semiceu\.github\.io/(?:uri\.semic\.eu-generated/)?DCAT-AP/\S*/dcat-ap\.jsonld|https?://data\.europa\.eu/r5r/?"
)
_DCAT = re.compile(r"https?://www\.w3\.org/ns/dcat[#/]?")

# Names in the context of DCAT-AP 3.0.1 that are not the property's own, and classes that no table is about.
_OTHER_NAMES = {
    "accessUrl": "accessURL",
    "applicationProfile": "conformsTo",
    "beginning": "hasBeginning",
    "catalogue": "catalog",
    "changeType": "status",
    "compressionFormat": "compressFormat",
    "datasetDistribution": "distribution",
    "documentation": "page",
    "downloadUrl": "downloadURL",
    "end": "hasEnd",
    "endpointUrl": "endpointURL",
    "frequency": "accrualPeriodicity",
    "geographicalCoverage": "spatial",
    "licence": "license",
    "linkedSchemas": "conformsTo",
    "listingDate": "issued",
    "modificationDate": "modified",
    "packagingFormat": "packageFormat",
    "preferredLabel": "prefLabel",
    "relatedResource": "relation",
    "releaseDate": "issued",
    "sourceMetadata": "source",
    "spatialResolution": "spatialResolutionInMeters",
    "temporalCoverage": "temporal",
    "themes": "themeTaxonomy",
    "Catalogue": "Catalog",
    "CatalogueRecord": "CatalogRecord",
    "LicenceDocument": "LicenseDocument",
    "TimeInstant": "Instant",
}
_OTHER_CLASSES = {
    "Activity": PROV.Activity,
    "CataloguedResource": "http://www.w3.org/ns/dcat#Resource",
    "ChecksumAlgorithm": SPDX.ChecksumAlgorithm,
    "Frequency": DCTERMS.Frequency,
    "Geometry": LOCN.Geometry,
    "LegalResource": ELI.LegalResource,
    "LinguisticSystem": DCTERMS.LinguisticSystem,
    "Literal": RDFS.Literal,
    "MediaType": DCTERMS.MediaType,
    "MediaTypeOrExtent": DCTERMS.MediaTypeOrExtent,
    "Policy": ODRL2.Policy,
    "Resource": RDFS.Resource,
    "Role": "http://www.w3.org/ns/dcat#Role",
    "TemporalLiteral": RDFS.Literal,
}


class ForeignContext(ValueError):
    """Raised for a JSON-LD context at an address that the program does not bring along (F41)."""


class TooDeep(ValueError):
    """Raised for a JSON-LD document with contexts that is nested deeper than :data:`MAX_DEPTH` (F40)."""


@cache
def dcat_context() -> dict[str, object]:
    """A context of DCAT-AP's names, derived from the table: ``title``, ``Dataset``, ``geographicalCoverage`` …"""
    context: dict[str, object] = dict(PREFIXES)
    for table in TABLES:
        name = str(table.types[0])
        context[_local(name)] = name
        for row in table.rows:
            entry: dict[str, str] = {"@id": str(row.property)}
            if row.kind in (Kind.IRI, Kind.NODE) or row.attribute == "geometry":
                entry["@type"] = "@id"
            elif row.kind is Kind.DECIMAL:
                entry["@type"] = PREFIXES["xsd"] + "decimal"
            context.setdefault(_local(str(row.property)), entry)
    context |= {name: str(iri) for name, iri in _OTHER_CLASSES.items()}
    context |= {name: context[own] for name, own in _OTHER_NAMES.items()}
    context["otherIdentifier"] = {"@id": PREFIXES["adms"] + "identifier", "@type": "@id"}
    return context


def _local(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def inline(document: object, depth: int = 0) -> object:
    """A JSON-LD document with the addresses of known contexts replaced by the contexts.

    Gives the same object where there is nothing to replace. Raises ForeignContext, TooDeep.
    """
    if depth > MAX_DEPTH:
        raise TooDeep(f"> {MAX_DEPTH}")
    if isinstance(document, dict):
        entries = {key: (resolve if key == "@context" else inline)(value, depth + 1) for key, value in document.items()}
        return entries if any(entries[key] is not value for key, value in document.items()) else document
    if isinstance(document, list):
        values = [inline(value, depth + 1) for value in document]
        return values if any(a is not b for a, b in zip(values, document, strict=True)) else document
    return document


def resolve(context: object, depth: int = 0) -> object:
    """The value of ``@context`` without addresses. Raises ForeignContext, TooDeep."""
    if isinstance(context, list):
        values = [resolve(entry, depth + 1) for entry in context]
        return values if any(a is not b for a, b in zip(values, context, strict=True)) else context
    if isinstance(context, dict):
        if "@import" in context:
            raise ForeignContext(str(context["@import"]))
        return inline(context, depth)
    if not isinstance(context, str):
        return context
    if _SCHEMA_ORG.fullmatch(context):
        return {"@vocab": str(SCHEMA)}
    if _DCAT_AP.fullmatch(context) or _DCAT.fullmatch(context):
        return dcat_context()
    if ngsi_ld.ADDRESS.fullmatch(context):
        return ngsi_ld.core_context()
    raise ForeignContext(context)
