"""The classes of DCAT-AP as frozen typed records: one attribute is one property, and every attribute is a tuple.

A property may come in any number, in any language, whatever a profile allows: what is too many or too few is said by
:mod:`schemas.validation`, never by losing a value. ``str`` values are IRIs (:mod:`schemas.kinds`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, Union

from schemas.kinds import Literal

Value: TypeAlias = Union[str, Literal, "Resource"]
Texts: TypeAlias = tuple[Literal, ...]
Resources: TypeAlias = tuple[Union[str, "Resource"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Anything with properties: the base of all records, and by itself a node of no known class.

    ``iri`` is None for a blank node; ``types`` are rdf:types beyond those of the class; ``extra`` are properties that
    the class has no attribute for, kept where they hung.
    """

    iri: str | None = None
    types: tuple[str, ...] = ()
    extra: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(Resource):
    """foaf:Agent: a body with a role for a record."""

    name: Texts = ()
    type: Resources = ()
    mbox: Resources = ()
    homepage: Resources = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint(Resource):
    """vcard:Kind: where to ask about a record."""

    fn: Texts = ()
    has_email: Resources = ()
    has_url: Resources = ()
    has_telephone: Resources = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Location(Resource):
    """dcterms:Location: a named place or a geometry."""

    bbox: Texts = ()
    centroid: Texts = ()
    geometry: tuple[str | Literal | Resource, ...] = ()
    pref_label: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant(Resource):
    """time:Instant: the begin or end of a period, for sources that state it so."""

    date: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodOfTime(Resource):
    """dcterms:PeriodOfTime: from when to when the data reach."""

    start_date: Texts = ()
    end_date: Texts = ()
    has_beginning: Resources = ()
    has_end: Resources = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseDocument(Resource):
    """dcterms:LicenseDocument: a licence that its source describes instead of only naming it."""

    title: Texts = ()
    type: Resources = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsStatement(Resource):
    """dcterms:RightsStatement: rights in words."""

    label: Texts = ()
    description: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceStatement(Resource):
    """dcterms:ProvenanceStatement: how the data came to be, in words."""

    label: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Resource):
    """foaf:Document: a page about a record."""

    title: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard(Resource):
    """dcterms:Standard: what a record conforms to."""

    title: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum(Resource):
    """spdx:Checksum of a file."""

    algorithm: Resources = ()
    checksum_value: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier(Resource):
    """adms:Identifier: a further identifier with its scheme."""

    notation: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship(Resource):
    """dcat:Relationship: a relation to another resource with its role."""

    had_role: Resources = ()
    relation: Resources = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution(Resource):
    """prov:Attribution: an agent with a role."""

    had_role: Resources = ()
    agent: Resources = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept(Resource):
    """skos:Concept that a source describes itself."""

    pref_label: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptScheme(Resource):
    """skos:ConceptScheme: a taxonomy that a catalogue uses."""

    title: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataService(Resource):
    """dcat:DataService: an interface that gives access to datasets."""

    title: Texts = ()
    description: Texts = ()
    endpoint_url: Resources = ()
    endpoint_description: Resources = ()
    publisher: Resources = ()
    contact_point: Resources = ()
    keyword: Texts = ()
    serves_dataset: Resources = ()
    theme: Resources = ()
    availability: Resources = ()
    conforms_to: Resources = ()
    landing_page: Resources = ()
    applicable_legislation: Resources = ()
    hvd_category: Resources = ()
    access_rights: Resources = ()
    format: Resources = ()
    license: Resources = ()
    license_attribution: Texts = ()
    rights: Resources = ()
    page: Resources = ()
    identifier: Texts = ()
    issued: Texts = ()
    modified: Texts = ()
    language: Resources = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSeries(Resource):
    """dcat:DatasetSeries: datasets published one after another."""

    title: Texts = ()
    description: Texts = ()
    publisher: Resources = ()
    contact_point: Resources = ()
    spatial: Resources = ()
    temporal: Resources = ()
    applicable_legislation: Resources = ()
    hvd_category: Resources = ()
    accrual_periodicity: Resources = ()
    issued: Texts = ()
    modified: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Resource):
    """dcat:Distribution: one form in which a dataset can be had."""

    access_url: Resources = ()
    download_url: Resources = ()
    title: Texts = ()
    description: Texts = ()
    license: Resources = ()
    license_attribution: Texts = ()
    format: Resources = ()
    media_type: Resources = ()
    compress_format: Resources = ()
    package_format: Resources = ()
    availability: Resources = ()
    status: Resources = ()
    byte_size: Texts = ()
    checksum: Resources = ()
    access_service: Resources = ()
    applicable_legislation: Resources = ()
    conforms_to: Resources = ()
    issued: Texts = ()
    modified: Texts = ()
    language: Resources = ()
    rights: Resources = ()
    page: Resources = ()
    has_policy: Resources = ()
    spatial_resolution: Texts = ()
    temporal_resolution: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Resource):
    """dcat:Dataset: data published by one agent, to be had in one or more forms."""

    title: Texts = ()
    description: Texts = ()
    identifier: Texts = ()
    other_identifier: Resources = ()
    publisher: Resources = ()
    creator: Resources = ()
    contributor: Resources = ()
    originator: Resources = ()
    custodian: Resources = ()
    qualified_attribution: Resources = ()
    contact_point: Resources = ()
    keyword: Texts = ()
    theme: Resources = ()
    type: Resources = ()
    distribution: Resources = ()
    sample: Resources = ()
    spatial: Resources = ()
    political_geocoding: Resources = ()
    political_geocoding_level: Resources = ()
    geocoding_description: Texts = ()
    temporal: Resources = ()
    issued: Texts = ()
    modified: Texts = ()
    accrual_periodicity: Resources = ()
    language: Resources = ()
    access_rights: Resources = ()
    availability: Resources = ()
    contributor_id: Resources = ()
    applicable_legislation: Resources = ()
    hvd_category: Resources = ()
    legal_basis: Texts = ()
    quality_process: Resources = ()
    conforms_to: Resources = ()
    landing_page: Resources = ()
    page: Resources = ()
    provenance: Resources = ()
    was_generated_by: Resources = ()
    in_series: Resources = ()
    version: Texts = ()
    version_notes: Texts = ()
    has_version: Resources = ()
    is_version_of: Resources = ()
    is_referenced_by: Resources = ()
    references: Resources = ()
    relation: Resources = ()
    qualified_relation: Resources = ()
    source: Resources = ()
    spatial_resolution: Texts = ()
    temporal_resolution: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogRecord(Resource):
    """dcat:CatalogRecord: a catalogue's entry about a record."""

    primary_topic: Resources = ()
    title: Texts = ()
    description: Texts = ()
    issued: Texts = ()
    modified: Texts = ()
    status: Resources = ()
    conforms_to: Resources = ()
    language: Resources = ()
    source: Resources = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog(Resource):
    """dcat:Catalog: the catalogue itself."""

    title: Texts = ()
    description: Texts = ()
    publisher: Resources = ()
    creator: Resources = ()
    dataset: Resources = ()
    service: Resources = ()
    theme_taxonomy: Resources = ()
    availability: Resources = ()
    issued: Texts = ()
    modified: Texts = ()
    language: Resources = ()
    license: Resources = ()
    spatial: Resources = ()
    homepage: Resources = ()
    catalog: Resources = ()
    record: Resources = ()
    applicable_legislation: Resources = ()
    has_part: Resources = ()
    is_part_of: Resources = ()
    rights: Resources = ()
    temporal: Resources = ()
    contact_point: Resources = ()


def text(texts: Texts, lang: str = "de") -> str:
    """The one text to show: in ``lang``, else without a tag, else the first; empty if there is none."""
    best = ""
    for value in texts:
        if value.lang == lang or (value.lang or "").split("-")[0] == lang:
            return value.text
        if not best or value.lang is None:
            best = best if best and value.lang is not None else value.text
    return best


def iri_of(value: str | Resource) -> str | None:
    """The IRI of a reference or of a nested record; None for a blank node."""
    return value if isinstance(value, str) else value.iri


def nested(values: Resources, cls: type[Resource]) -> tuple[Resource, ...]:
    """Those of the values that are described in place as records of the class."""
    return tuple(value for value in values if isinstance(value, cls))
