"""The table of what CKAN's DCAT parser takes from a dataset, a distribution, a service: its fields and whence.

Sources: ckanext-dcat 2.4 (profiles euro_dcat_ap_base, _2, _3) and ckanext-dcatde 6.10 (profiles.py, ``DCATdeProfile``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from rdflib import FOAF, OWL, PROV, RDF, RDFS, SKOS, TIME

from schemas.namespaces import ADMS, DCAT, DCATAP, DCATDE, DCTERMS, LOCN, SCHEMA, SPDX

PACKAGE, EXTRA = "package", "extra"


class Field(NamedTuple):
    """One field of a package or resource; ``many`` takes all values, else one (:mod:`catalog.delivery.ckan_values`)."""

    key: str
    property: str
    many: bool = False
    place: str = EXTRA


def _fields(place: str, many: bool = False, **properties: Any) -> tuple[Field, ...]:
    return tuple(Field(key, str(prop), many, place) for key, prop in properties.items())


DATASET: tuple[Field, ...] = (
    *_fields(PACKAGE, url=DCAT.landingPage, version=OWL.versionInfo, title=DCTERMS.title, notes=DCTERMS.description),
    *_fields(
        EXTRA,
        issued=DCTERMS.issued,
        modified=DCTERMS.modified,
        identifier=DCTERMS.identifier,
        version_notes=ADMS.versionNotes,
        frequency=DCTERMS.accrualPeriodicity,
        provenance=DCTERMS.provenance,
        dcat_type=DCTERMS.type,
        homepage=FOAF.homepage,
        temporal_resolution=DCAT.temporalResolution,
    ),
    *_fields(
        EXTRA,
        many=True,
        language=DCTERMS.language,
        theme=DCAT.theme,
        alternate_identifier=ADMS.identifier,
        conforms_to=DCTERMS.conformsTo,
        documentation=FOAF.page,
        related_resource=DCTERMS.relation,
        has_version=DCTERMS.hasVersion,
        is_version_of=DCTERMS.isVersionOf,
        source=DCTERMS.source,
        sample=ADMS.sample,
        is_referenced_by=DCTERMS.isReferencedBy,
        applicable_legislation=DCATAP.applicableLegislation,
        hvd_category=DCATAP.hvdCategory,
    ),
)
DATASET_3: tuple[Field, ...] = (
    *_fields(PACKAGE, version=DCAT.version),
    *_fields(PACKAGE, many=True, has_version=DCAT.hasVersion),
)
DATASET_DE: tuple[Field, ...] = (
    *_fields(
        EXTRA,
        qualityProcessURI=DCATDE.qualityProcessURI,
        politicalGeocodingLevelURI=DCATDE.politicalGeocodingLevelURI,
        metadata_original_html=DCAT.landingPage,
        granularity=DCAT.granularity,
        availability=DCATAP.availability,
    ),
    *_fields(
        EXTRA,
        many=True,
        contributorID=DCATDE.contributorID,
        politicalGeocodingURI=DCATDE.politicalGeocodingURI,
        legalbasisText=DCATDE.legalBasis,
        geocodingText=DCATDE.geocodingDescription,
        references=DCTERMS.references,
    ),
)
DISTRIBUTION: tuple[Field, ...] = (
    *_fields(
        PACKAGE,
        access_url=DCAT.accessURL,
        download_url=DCAT.downloadURL,
        issued=DCTERMS.issued,
        modified=DCTERMS.modified,
        status=ADMS.status,
        license=DCTERMS.license,
        rights=DCTERMS.rights,
        name=DCTERMS.title,
        description=DCTERMS.description,
        availability=DCATAP.availability,
        compress_format=DCAT.compressFormat,
        package_format=DCAT.packageFormat,
        temporal_resolution=DCAT.temporalResolution,
    ),
    *_fields(
        PACKAGE,
        many=True,
        language=DCTERMS.language,
        documentation=FOAF.page,
        conforms_to=DCTERMS.conformsTo,
        applicable_legislation=DCATAP.applicableLegislation,
    ),
)
DISTRIBUTION_DE: tuple[Field, ...] = _fields(
    PACKAGE,
    licenseAttributionByText=DCATDE.licenseAttributionByText,
    plannedAvailability=DCATDE.plannedAvailability,
)
SERVICE: tuple[Field, ...] = (
    *_fields(
        PACKAGE,
        availability=DCATAP.availability,
        title=DCTERMS.title,
        endpoint_description=DCAT.endpointDescription,
        license=DCTERMS.license,
        access_rights=DCTERMS.accessRights,
        description=DCTERMS.description,
        identifier=DCTERMS.identifier,
        modified=DCTERMS.modified,
    ),
    *_fields(
        PACKAGE,
        many=True,
        endpoint_url=DCAT.endpointURL,
        serves_dataset=DCAT.servesDataset,
        conforms_to=DCTERMS.conformsTo,
        format=DCTERMS.format,
        language=DCTERMS.language,
        rights=DCTERMS.rights,
        landing_page=DCAT.landingPage,
        keyword=DCAT.keyword,
        applicable_legislation=DCATAP.applicableLegislation,
        theme=DCAT.theme,
    ),
)
SERVICE_DE: tuple[Field, ...] = _fields(PACKAGE, licenseAttributionByText=DCATDE.licenseAttributionByText)
# Read by functions of ckan_package and of ckan_values instead of rows.
_DATASET_BESIDE = (
    *(DCAT.keyword, DCAT.contactPoint, DCTERMS.publisher, DCTERMS.creator, DCTERMS.temporal, DCTERMS.spatial),
    *(DCTERMS.accessRights, DCAT.distribution, DCAT.spatialResolutionInMeters, PROV.wasGeneratedBy, ADMS.version),
    *(ADMS.contactPoint, PROV.qualifiedAttribution),
)
_DATASET_DE_BESIDE = (DCATDE.originator, DCATDE.maintainer, DCTERMS.contributor)
_DISTRIBUTION_BESIDE = (
    *(DCAT.mediaType, DCTERMS.format, DCAT.byteSize, SPDX.checksum, DCAT.accessService),
    DCAT.spatialResolutionInMeters,
)
_SERVICE_BESIDE = (DCAT.contactPoint, DCTERMS.publisher, DCTERMS.creator)
# What says nothing that could get lost.
_SILENT = frozenset({str(RDF.type)})


def _read(*fields: tuple[Field, ...], beside: tuple[object, ...] = ()) -> frozenset[str]:
    return _SILENT | {field.property for some in fields for field in some} | {str(each) for each in beside}


READ: Mapping[str, frozenset[str]] = {
    "dataset": _read(DATASET, DATASET_DE, beside=(*_DATASET_BESIDE, *_DATASET_DE_BESIDE)),
    "distribution": _read(DISTRIBUTION, DISTRIBUTION_DE, beside=_DISTRIBUTION_BESIDE),
    "service": _read(SERVICE, SERVICE_DE, beside=_SERVICE_BESIDE),
    "place": _read(beside=(LOCN.geometry, DCAT.bbox, DCAT.centroid, SKOS.prefLabel, RDFS.label)),
    "period": _read(
        beside=(DCAT.startDate, DCAT.endDate, TIME.hasBeginning, TIME.hasEnd, SCHEMA.startDate, SCHEMA.endDate)
    ),
}
"""What the parser of GovData reads of each kind of node."""
