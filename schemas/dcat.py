"""ONE table of DCAT-AP: a row per property, read in both directions, per profile with its obligation.

Obligations are those of the class tables of DCAT-AP 3.0.1, DCAT-AP.de 3.0 and DCAT-AP HVD 3.0.0:
``M 1..*`` mandatory, ``R 0..1`` recommended, ``O 0..*`` optional; empty where a profile does not list the property.
``reads`` names deprecated or former properties that go into the same attribute and out in their present form.
"""

from __future__ import annotations

from rdflib import URIRef

from schemas import model
from schemas.class_tables import Row, Table, obligation
from schemas.classes import RANGES
from schemas.kinds import Kind
from schemas.namespaces import (
    ADMS,
    DCAT,
    DCATAP,
    DCATDE,
    DCTERMS,
    FOAF,
    GEODCATAP,
    LOCN,
    ODRL2,
    OWL,
    PROV,
    RDFS,
    SCHEMA,
    SKOS,
    SPDX,
    TIME,
    VCARD,
)

# Whose obligations the columns of the rows below hold, in this order; :mod:`schemas.profiles` knows all profiles.
PROFILES = ("dcat-ap", "dcat-ap-de", "hvd")
TEXT, IRI, DATE, NODE = Kind.TEXT, Kind.IRI, Kind.DATE, Kind.NODE


def _row(
    attribute: str,
    prop: URIRef,
    kind: Kind,
    eu: str = "",
    de: str = "",
    hvd: str = "",
    *,
    node: type[model.Resource] | None = None,
    list: str = "",
    reads: tuple[URIRef, ...] = (),
    deprecated: bool = False,
    range: URIRef | None = None,
) -> Row:
    demands = {profile: obligation(text) for profile, text in zip(PROFILES, (eu, de, hvd), strict=True)}
    name, _, severity = list.partition(" ")
    return Row(
        attribute=attribute,
        property=prop,
        kind=kind,
        obligations={profile: demand for profile, demand in demands.items() if demand},
        node=node,
        vocabulary=name or None,
        vocabulary_severity={"V": "violation", "W": "warning"}.get(severity, ""),
        reads=reads,
        deprecated=deprecated,
        range=range or (None if node or kind is not Kind.IRI else RANGES.get(prop)),
    )


AGENT = Table(
    model.Agent,
    (FOAF.Agent,),
    (
        _row("name", FOAF.name, TEXT, "M 1..*", "M 1..*"),
        _row("type", DCTERMS.type, IRI, "R 0..1", "O 0..1", list="publisher-type V"),
        _row("mbox", FOAF.mbox, IRI),
        _row("homepage", FOAF.homepage, IRI),
    ),
)
CONTACT_POINT = Table(
    model.ContactPoint,
    (VCARD.Kind,),
    (
        _row("fn", VCARD.fn, TEXT, "", "R 0..1"),
        _row("has_email", VCARD.hasEmail, IRI, "", "R 0..*", "R 0..1"),
        _row("has_url", VCARD.hasURL, IRI, "", "R 0..*", "R 0..1"),
        _row("has_telephone", VCARD.hasTelephone, IRI, "", "O 0..*"),
    ),
)
LOCATION = Table(
    model.Location,
    (DCTERMS.Location,),
    (
        _row("bbox", DCAT.bbox, Kind.GEOMETRY, "R 0..1", "R 0..1"),
        _row("centroid", DCAT.centroid, Kind.GEOMETRY, "R 0..1", "R 0..1"),
        _row("geometry", LOCN.geometry, Kind.GEOMETRY, "O 0..1", "O 0..1"),
        _row("pref_label", SKOS.prefLabel, TEXT),
    ),
)
INSTANT = Table(
    model.Instant,
    (TIME.Instant,),
    (_row("date", TIME.inXSDDateTimeStamp, DATE, reads=(TIME.inXSDDate, TIME.inXSDDateTime)),),
)
PERIOD_OF_TIME = Table(
    model.PeriodOfTime,
    (DCTERMS.PeriodOfTime,),
    (
        _row(
            "start_date",
            DCAT.startDate,
            DATE,
            "R 0..1",
            "R 0..1",
            reads=(SCHEMA.startDate, URIRef("https://schema.org/startDate")),
        ),
        _row(
            "end_date",
            DCAT.endDate,
            DATE,
            "R 0..1",
            "R 0..1",
            reads=(SCHEMA.endDate, URIRef("https://schema.org/endDate")),
        ),
        _row("has_beginning", TIME.hasBeginning, NODE, "O 0..1", "O 0..1", node=model.Instant),
        _row("has_end", TIME.hasEnd, NODE, "O 0..1", "O 0..1", node=model.Instant),
    ),
)
LICENSE_DOCUMENT = Table(
    model.LicenseDocument,
    (DCTERMS.LicenseDocument,),
    (_row("title", DCTERMS.title, TEXT), _row("type", DCTERMS.type, IRI, "R 0..*", list="licence-type")),
)
RIGHTS_STATEMENT = Table(
    model.RightsStatement,
    (DCTERMS.RightsStatement,),
    (_row("label", RDFS.label, TEXT), _row("description", DCTERMS.description, TEXT)),
)
PROVENANCE_STATEMENT = Table(
    model.ProvenanceStatement, (DCTERMS.ProvenanceStatement,), (_row("label", RDFS.label, TEXT),)
)
DOCUMENT = Table(model.Document, (FOAF.Document,), (_row("title", DCTERMS.title, TEXT),))
STANDARD = Table(model.Standard, (DCTERMS.Standard,), (_row("title", DCTERMS.title, TEXT),))
CHECKSUM = Table(
    model.Checksum,
    (SPDX.Checksum,),
    (
        _row("algorithm", SPDX.algorithm, IRI, "M 1", "M 1", list="checksum-algorithm W"),
        _row("checksum_value", SPDX.checksumValue, Kind.HEX, "M 1", "M 1"),
    ),
)
IDENTIFIER = Table(
    model.Identifier, (ADMS.Identifier,), (_row("notation", SKOS.notation, Kind.NOTATION, "M 1", "M 1"),)
)
RELATIONSHIP = Table(
    model.Relationship,
    (DCAT.Relationship,),
    (
        _row("had_role", DCAT.hadRole, IRI, "M 1..*", "M 1..*"),
        _row("relation", DCTERMS.relation, IRI, "M 1..*", "M 1..*"),
    ),
)
ATTRIBUTION = Table(
    model.Attribution,
    (PROV.Attribution,),
    (
        _row("had_role", DCAT.hadRole, IRI, "", "M 1..*"),
        _row("agent", PROV.agent, NODE, "", "M 1..*", node=model.Agent),
    ),
)
CONCEPT = Table(model.Concept, (SKOS.Concept,), (_row("pref_label", SKOS.prefLabel, TEXT, "M 1..*"),))
CONCEPT_SCHEME = Table(model.ConceptScheme, (SKOS.ConceptScheme,), (_row("title", DCTERMS.title, TEXT, "M 1..*"),))

DATA_SERVICE = Table(
    model.DataService,
    (DCAT.DataService, DCAT.Resource),
    (
        _row("title", DCTERMS.title, TEXT, "M 1..*", "M 1..*"),
        _row("description", DCTERMS.description, TEXT, "O 0..*", "O 0..*"),
        _row("endpoint_url", DCAT.endpointURL, IRI, "M 1..*", "M 1..*", "M 1..*"),
        _row("endpoint_description", DCAT.endpointDescription, IRI, "R 0..*", "R 0..*", "R 0..*"),
        _row("publisher", DCTERMS.publisher, NODE, "R 0..1", "M 1", node=model.Agent),
        _row("contact_point", DCAT.contactPoint, NODE, "R 0..*", "", "M 1..*", node=model.ContactPoint),
        _row("keyword", DCAT.keyword, TEXT, "R 0..*"),
        _row("serves_dataset", DCAT.servesDataset, IRI, "R 0..*", "R 0..*", "R 0..*"),
        _row("theme", DCAT.theme, IRI, "R 0..*"),
        _row("availability", DCATAP.availability, IRI, "", "R 0..1", list="planned-availability V"),
        _row("conforms_to", DCTERMS.conformsTo, NODE, "R 0..*", node=model.Standard),
        _row("landing_page", DCAT.landingPage, NODE, "O 0..*", node=model.Document),
        _row("applicable_legislation", DCATAP.applicableLegislation, IRI, "O 0..*", "O 0..*", "M 1..*"),
        _row("hvd_category", DCATAP.hvdCategory, IRI, "", "", "M 1..*", list="hvd-category V"),
        _row(
            "access_rights",
            DCTERMS.accessRights,
            NODE,
            "O 0..1",
            "O 0..1",
            node=model.RightsStatement,
            list="access-right V",
        ),
        _row("format", DCTERMS.format, IRI, "O 0..*", "O 0..*", list="file-type V"),
        _row(
            "license", DCTERMS.license, NODE, "O 0..1", "O 0..1", "O 0..1", node=model.LicenseDocument, list="license W"
        ),
        _row("license_attribution", DCATDE.licenseAttributionByText, TEXT),
        _row("rights", DCTERMS.rights, NODE, "", "", "O 0..*", node=model.RightsStatement),
        _row("page", FOAF.page, NODE, "O 0..*", "", "M 1..*", node=model.Document),
        _row("identifier", DCTERMS.identifier, TEXT),
        _row("issued", DCTERMS.issued, DATE),
        _row("modified", DCTERMS.modified, DATE),
        _row("language", DCTERMS.language, IRI, list="language V"),
    ),
)
DATASET_SERIES = Table(
    model.DatasetSeries,
    (DCAT.DatasetSeries, DCAT.Resource),
    (
        _row("title", DCTERMS.title, TEXT, "M 1..*", "M 1..*"),
        _row("description", DCTERMS.description, TEXT, "M 1..*", "M 1..*"),
        _row("publisher", DCTERMS.publisher, NODE, "R 0..1", "M 1", node=model.Agent),
        _row("contact_point", DCAT.contactPoint, NODE, "R 0..*", "R 0..*", node=model.ContactPoint),
        _row("spatial", DCTERMS.spatial, NODE, "R 0..*", "R 0..*", node=model.Location),
        _row("temporal", DCTERMS.temporal, NODE, "O 0..*", "R 0..*", node=model.PeriodOfTime),
        _row("applicable_legislation", DCATAP.applicableLegislation, IRI, "O 0..*", "O 0..*", "M 1..*"),
        _row("hvd_category", DCATAP.hvdCategory, IRI, "", "", "M 1..*", list="hvd-category V"),
        _row("accrual_periodicity", DCTERMS.accrualPeriodicity, IRI, "O 0..1", "O 0..1", list="frequency V"),
        _row("issued", DCTERMS.issued, DATE, "O 0..1", "O 0..1"),
        _row("modified", DCTERMS.modified, DATE, "O 0..1", "O 0..1"),
    ),
)
DISTRIBUTION = Table(
    model.Distribution,
    (DCAT.Distribution,),
    (
        _row("access_url", DCAT.accessURL, IRI, "M 1..*", "M 1..*", "M 1..*"),
        _row("download_url", DCAT.downloadURL, IRI, "O 0..*", "O 0..*"),
        _row("title", DCTERMS.title, TEXT, "O 0..*", "R 0..*"),
        _row("description", DCTERMS.description, TEXT, "R 0..*", "O 0..*"),
        _row("license", DCTERMS.license, NODE, "R 0..1", "M 1", "R 0..1", node=model.LicenseDocument, list="license W"),
        _row("license_attribution", DCATDE.licenseAttributionByText, TEXT, "", "O 0..*"),
        _row("format", DCTERMS.format, IRI, "R 0..1", "R 0..1", list="file-type V"),
        _row("media_type", DCAT.mediaType, IRI, "O 0..1", "O 0..1", list="media-type V"),
        _row("compress_format", DCAT.compressFormat, IRI, "O 0..1", "O 0..1", list="media-type V"),
        _row("package_format", DCAT.packageFormat, IRI, "O 0..1", "O 0..1", list="media-type V"),
        _row(
            "availability",
            DCATAP.availability,
            IRI,
            "R 0..1",
            "R 0..1",
            list="planned-availability V",
            reads=(DCATDE.plannedAvailability,),
        ),
        _row("status", ADMS.status, IRI, "O 0..1", "O 0..1", list="distribution-status V"),
        _row("byte_size", DCAT.byteSize, Kind.INTEGER, "O 0..1", "O 0..1"),
        _row("checksum", SPDX.checksum, NODE, "O 0..1", "O 0..1", node=model.Checksum),
        _row("access_service", DCAT.accessService, NODE, "O 0..*", "O 0..*", "R 0..*", node=model.DataService),
        _row("applicable_legislation", DCATAP.applicableLegislation, IRI, "O 0..*", "O 0..*", "M 1..*"),
        _row("conforms_to", DCTERMS.conformsTo, NODE, "O 0..*", "O 0..*", "O 0..*", node=model.Standard),
        _row("issued", DCTERMS.issued, DATE, "O 0..1", "O 0..1"),
        _row("modified", DCTERMS.modified, DATE, "O 0..1", "R 0..1"),
        _row("language", DCTERMS.language, IRI, "O 0..*", "O 0..*", list="language V"),
        _row("rights", DCTERMS.rights, NODE, "O 0..*", "O 0..1", "O 0..*", node=model.RightsStatement),
        _row("page", FOAF.page, NODE, "O 0..*", "O 0..*", node=model.Document),
        _row("has_policy", ODRL2.hasPolicy, IRI, "O 0..1", "O 0..1"),
        _row("spatial_resolution", DCAT.spatialResolutionInMeters, Kind.DECIMAL, "O 0..1", "O 0..1"),
        _row("temporal_resolution", DCAT.temporalResolution, Kind.DURATION, "O 0..1", "O 0..1"),
    ),
)
DATASET = Table(
    model.Dataset,
    (DCAT.Dataset, DCAT.Resource),
    (
        _row("title", DCTERMS.title, TEXT, "M 1..*", "M 1..*"),
        _row("description", DCTERMS.description, TEXT, "M 1..*", "M 1..*"),
        _row("identifier", DCTERMS.identifier, TEXT, "O 0..*", "O 0..*"),
        _row("other_identifier", ADMS.identifier, NODE, "O 0..*", "O 0..*", node=model.Identifier),
        _row("publisher", DCTERMS.publisher, NODE, "R 0..1", "M 1", node=model.Agent),
        _row("creator", DCTERMS.creator, NODE, "O 0..*", "O 0..*", node=model.Agent),
        _row("contributor", DCTERMS.contributor, NODE, "", "O 0..*", node=model.Agent),
        _row("originator", GEODCATAP.originator, NODE, "", "O 0..*", node=model.Agent, reads=(DCATDE.originator,)),
        _row("custodian", GEODCATAP.custodian, NODE, "", "O 0..*", node=model.Agent, reads=(DCATDE.maintainer,)),
        _row("qualified_attribution", PROV.qualifiedAttribution, NODE, "O 0..*", "O 0..*", node=model.Attribution),
        _row("contact_point", DCAT.contactPoint, NODE, "R 0..*", "R 0..*", "R 0..*", node=model.ContactPoint),
        _row("keyword", DCAT.keyword, TEXT, "R 0..*", "R 0..*"),
        _row("theme", DCAT.theme, IRI, "R 0..*", "R 0..*", list="data-theme V"),
        _row("type", DCTERMS.type, IRI, "O 0..*", "O 0..*", list="dataset-type W"),
        _row("distribution", DCAT.distribution, NODE, "R 0..*", "R 0..*", "R 0..*", node=model.Distribution),
        _row("sample", ADMS.sample, NODE, "O 0..*", "O 0..*", node=model.Distribution),
        _row("spatial", DCTERMS.spatial, NODE, "R 0..*", "R 0..*", node=model.Location),
        _row("political_geocoding", DCATDE.politicalGeocodingURI, IRI, "", "R 0..*", deprecated=True),
        _row(
            "political_geocoding_level", DCATDE.politicalGeocodingLevelURI, IRI, "", "R 0..*", list="geocoding-level W"
        ),
        _row("geocoding_description", DCATDE.geocodingDescription, TEXT, "", "O 0..*", deprecated=True),
        _row("temporal", DCTERMS.temporal, NODE, "R 0..*", "R 0..*", node=model.PeriodOfTime),
        _row("issued", DCTERMS.issued, DATE, "O 0..1", "O 0..1"),
        _row("modified", DCTERMS.modified, DATE, "O 0..1", "O 0..1"),
        _row("accrual_periodicity", DCTERMS.accrualPeriodicity, IRI, "O 0..1", "O 0..1", list="frequency V"),
        _row("language", DCTERMS.language, IRI, "O 0..*", "O 0..*", list="language V"),
        _row(
            "access_rights",
            DCTERMS.accessRights,
            NODE,
            "O 0..1",
            "O 0..1",
            node=model.RightsStatement,
            list="access-right V",
        ),
        _row("availability", DCATAP.availability, IRI, "", "R 0..1", list="planned-availability V"),
        _row("contributor_id", DCATDE.contributorID, IRI, "", "O 0..*", list="contributor W"),
        _row("applicable_legislation", DCATAP.applicableLegislation, IRI, "O 0..*", "O 0..*", "M 1..*"),
        _row("hvd_category", DCATAP.hvdCategory, IRI, "", "", "M 1..*", list="hvd-category V"),
        _row("legal_basis", DCATDE.legalBasis, TEXT, "", "O 0..*", deprecated=True),
        _row("quality_process", DCATDE.qualityProcessURI, IRI, "", "O 0..1", deprecated=True),
        _row("conforms_to", DCTERMS.conformsTo, NODE, "O 0..*", "O 0..*", "O 0..*", node=model.Standard),
        _row("landing_page", DCAT.landingPage, NODE, "O 0..*", "O 0..*", node=model.Document),
        _row("page", FOAF.page, NODE, "O 0..*", "O 0..*", node=model.Document),
        _row("provenance", DCTERMS.provenance, NODE, "O 0..*", "O 0..*", node=model.ProvenanceStatement),
        _row("was_generated_by", PROV.wasGeneratedBy, IRI, "O 0..*", "O 0..*"),
        _row("in_series", DCAT.inSeries, NODE, "O 0..*", "O 0..*", "O 0..*", node=model.DatasetSeries),
        _row("version", DCAT.version, TEXT, "O 0..1", "O 0..1", reads=(OWL.versionInfo,)),
        _row("version_notes", ADMS.versionNotes, TEXT, "O 0..*", "O 0..*"),
        _row("has_version", DCAT.hasVersion, IRI, "O 0..*", "O 0..*", reads=(DCTERMS.hasVersion,)),
        _row("is_version_of", DCAT.isVersionOf, IRI, reads=(DCTERMS.isVersionOf,)),
        _row("is_referenced_by", DCTERMS.isReferencedBy, IRI, "O 0..*", "O 0..*"),
        _row("references", DCTERMS.references, IRI, "", "O 0..*"),
        _row("relation", DCTERMS.relation, IRI, "O 0..*", "O 0..*"),
        _row("qualified_relation", DCAT.qualifiedRelation, NODE, "O 0..*", "O 0..*", node=model.Relationship),
        _row("source", DCTERMS.source, IRI, "O 0..*", "O 0..*"),
        _row("spatial_resolution", DCAT.spatialResolutionInMeters, Kind.DECIMAL, "O 0..*", "O 0..1"),
        _row("temporal_resolution", DCAT.temporalResolution, Kind.DURATION, "O 0..1", "O 0..*"),
    ),
)
CATALOG_RECORD = Table(
    model.CatalogRecord,
    (DCAT.CatalogRecord,),
    (
        _row("primary_topic", FOAF.primaryTopic, IRI, "M 1", "M 1", "M 1"),
        _row("title", DCTERMS.title, TEXT, "O 0..*", "O 0..*"),
        _row("description", DCTERMS.description, TEXT, "O 0..*", "O 0..*"),
        _row("issued", DCTERMS.issued, DATE, "R 0..1", "R 0..1"),
        _row("modified", DCTERMS.modified, DATE, "M 1", "M 1"),
        _row("status", ADMS.status, IRI, "R 0..1", "R 0..1"),
        _row("conforms_to", DCTERMS.conformsTo, NODE, "R 0..*", "R 0..*", node=model.Standard),
        _row("language", DCTERMS.language, IRI, "O 0..*", "O 0..*", list="language V"),
        _row("source", DCTERMS.source, IRI, "O 0..1", "O 0..1", range=DCAT.CatalogRecord),
    ),
)
CATALOG = Table(
    model.Catalog,
    (DCAT.Catalog, DCAT.Resource),
    (
        _row("title", DCTERMS.title, TEXT, "M 1..*", "M 1..*"),
        _row("description", DCTERMS.description, TEXT, "M 1..*", "M 1..*"),
        _row("publisher", DCTERMS.publisher, NODE, "M 1", "M 1", node=model.Agent),
        _row("creator", DCTERMS.creator, NODE, "O 0..1", "O 0..*", node=model.Agent),
        _row("dataset", DCAT.dataset, IRI, "R 0..*", "R 0..*", "R 0..*"),
        _row("service", DCAT.service, IRI, "R 0..*", "O 0..*", "R 0..*"),
        _row("theme_taxonomy", DCAT.themeTaxonomy, NODE, "R 0..*", "R 0..*", node=model.ConceptScheme),
        _row("availability", DCATAP.availability, IRI, "", "R 0..1", list="planned-availability V"),
        _row("issued", DCTERMS.issued, DATE, "R 0..1", "R 0..1"),
        _row("modified", DCTERMS.modified, DATE, "R 0..1", "R 0..1"),
        _row("language", DCTERMS.language, IRI, "R 0..*", "R 0..*", list="language V"),
        _row("license", DCTERMS.license, NODE, "R 0..1", "R 0..1", node=model.LicenseDocument, list="license W"),
        _row("spatial", DCTERMS.spatial, NODE, "R 0..*", "R 0..*", node=model.Location),
        _row("homepage", FOAF.homepage, NODE, "R 0..1", "R 0..1", node=model.Document),
        _row("catalog", DCAT.catalog, IRI, "O 0..*", "O 0..*"),
        _row("record", DCAT.record, IRI, "O 0..*", "O 0..*", "O 0..*"),
        _row("applicable_legislation", DCATAP.applicableLegislation, IRI, "O 0..*", "O 0..*"),
        _row("has_part", DCTERMS.hasPart, IRI, "O 0..*", "O 0..*"),
        _row("is_part_of", DCTERMS.isPartOf, IRI, "", "O 0..1"),
        _row("rights", DCTERMS.rights, NODE, "O 0..*", "O 0..1", node=model.RightsStatement),
        _row("temporal", DCTERMS.temporal, NODE, "O 0..*", "", node=model.PeriodOfTime),
        _row("contact_point", DCAT.contactPoint, NODE, node=model.ContactPoint),
    ),
)

TABLES: tuple[Table, ...] = (
    CATALOG,
    CATALOG_RECORD,
    DATASET,
    DATASET_SERIES,
    DATA_SERVICE,
    DISTRIBUTION,
    AGENT,
    CONTACT_POINT,
    LOCATION,
    PERIOD_OF_TIME,
    INSTANT,
    LICENSE_DOCUMENT,
    RIGHTS_STATEMENT,
    PROVENANCE_STATEMENT,
    DOCUMENT,
    STANDARD,
    CHECKSUM,
    IDENTIFIER,
    RELATIONSHIP,
    ATTRIBUTION,
    CONCEPT,
    CONCEPT_SCHEME,
)
TABLE_OF: dict[type[model.Resource], Table] = {table.record: table for table in TABLES}
