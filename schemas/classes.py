"""Which class a value is of where nobody says it in the document: the classes of codes, of properties' values, of classes.

The official range shapes ask for the class of each value (``sh:class``), but say nothing about the codes of the official
lists; validators merge background vocabularies into the data for that. These tables are that background, slim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from rdflib import ORG, RDFS, URIRef

from schemas.namespaces import (
    ADMS,
    DCAT,
    DCATAP,
    DCTERMS,
    ELI,
    FOAF,
    ODRL2,
    PROV,
    SKOS,
    SPDX,
    TIME,
    VCARD,
)
from schemas.vocabularies import LISTS

# The class of the values of a property in the class tables of DCAT-AP 3.0.1, where the row names no record for them.
RANGES: Mapping[URIRef, URIRef] = MappingProxyType(
    {
        ADMS.status: SKOS.Concept,
        DCAT.catalog: DCAT.Catalog,
        DCAT.compressFormat: DCTERMS.MediaType,
        DCAT.dataset: DCAT.Dataset,
        DCAT.hadRole: DCAT.Role,
        DCAT.hasVersion: DCAT.Dataset,
        DCAT.mediaType: DCTERMS.MediaType,
        DCAT.packageFormat: DCTERMS.MediaType,
        DCAT.record: DCAT.CatalogRecord,
        DCAT.servesDataset: DCAT.Dataset,
        DCAT.service: DCAT.DataService,
        DCAT.theme: SKOS.Concept,
        DCATAP.applicableLegislation: ELI.LegalResource,
        DCATAP.availability: SKOS.Concept,
        DCATAP.hvdCategory: SKOS.Concept,
        DCTERMS.accrualPeriodicity: DCTERMS.Frequency,
        DCTERMS.format: DCTERMS.MediaTypeOrExtent,
        DCTERMS.hasPart: DCAT.Catalog,
        DCTERMS.isPartOf: DCAT.Catalog,
        DCTERMS.language: DCTERMS.LinguisticSystem,
        DCTERMS.source: DCAT.Dataset,
        DCTERMS.type: SKOS.Concept,
        FOAF.primaryTopic: DCAT.Resource,
        ODRL2.hasPolicy: ODRL2.Policy,
        PROV.wasGeneratedBy: PROV.Activity,
        SPDX.algorithm: SPDX.ChecksumAlgorithm,
    }
)

# What the codes of a list are besides skos:Concept: the ranges of the properties that take them (DCAT-AP 3.0.1).
CODE_CLASSES: Mapping[str, tuple[URIRef, ...]] = MappingProxyType(
    {
        "access-right": (DCTERMS.RightsStatement,),
        "checksum-algorithm": (SPDX.ChecksumAlgorithm,),
        "file-type": (DCTERMS.MediaTypeOrExtent,),
        "frequency": (DCTERMS.Frequency,),
        "language": (DCTERMS.LinguisticSystem,),
        "license": (DCTERMS.LicenseDocument,),
        "media-type": (DCTERMS.MediaType, DCTERMS.MediaTypeOrExtent),
        "district-key": (DCTERMS.Location,),
        "government-district-key": (DCTERMS.Location,),
        "municipal-association-key": (DCTERMS.Location,),
        "municipality-key": (DCTERMS.Location,),
        "regional-key": (DCTERMS.Location,),
        "state-key": (DCTERMS.Location,),
    }
)

# Direct superclasses, from the vocabularies that the official import files name (foaf, vcard, org) and from DCAT 3.
SUPERCLASSES: Mapping[URIRef, tuple[URIRef, ...]] = MappingProxyType(
    {
        DCAT.Catalog: (DCAT.Resource,),
        DCAT.DataService: (DCAT.Resource,),
        DCAT.Dataset: (DCAT.Resource,),
        DCAT.DatasetSeries: (DCAT.Resource,),
        FOAF.Group: (FOAF.Agent,),
        FOAF.Image: (FOAF.Document,),
        FOAF.Organization: (FOAF.Agent,),
        FOAF.Person: (FOAF.Agent,),
        FOAF.PersonalProfileDocument: (FOAF.Document,),
        ORG.FormalOrganization: (ORG.Organization, FOAF.Organization),
        ORG.Organization: (FOAF.Agent,),
        ORG.OrganizationalCollaboration: (ORG.Organization,),
        ORG.OrganizationalUnit: (ORG.Organization,),
        TIME.Instant: (TIME.TemporalEntity,),
        VCARD.Group: (VCARD.Kind,),
        VCARD.Individual: (VCARD.Kind,),
        VCARD.Location: (VCARD.Kind,),
        VCARD.Organization: (VCARD.Kind,),
    }
)
# Classes of which a name alone is enough. Whoever is an agent, a contact or a record owes more than that.
BARE = frozenset(
    str(each)
    for each in (
        DCTERMS.Frequency,
        DCTERMS.LicenseDocument,
        DCTERMS.LinguisticSystem,
        DCTERMS.Location,
        DCTERMS.MediaType,
        DCTERMS.MediaTypeOrExtent,
        DCTERMS.ProvenanceStatement,
        DCTERMS.RightsStatement,
        DCTERMS.Standard,
        ELI.LegalResource,
        FOAF.Document,
        ODRL2.Policy,
        PROV.Activity,
        SPDX.ChecksumAlgorithm,
    )
)
# Everything that can be named is one; no shape of ours asks for it.
RESOURCE = RDFS.Resource
HVD_LEGISLATION = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
_SINGLE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        HVD_LEGISLATION: frozenset({str(ELI.LegalResource)}),
        LISTS["data-theme"].scheme: frozenset({str(SKOS.ConceptScheme)}),
    }
)
_BY_LIST: Mapping[str, frozenset[str]] = MappingProxyType(
    {name: frozenset({str(SKOS.Concept), *map(str, CODE_CLASSES.get(name, ()))}) for name in LISTS}
)
_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=65536)
def of_code(iri: str) -> frozenset[str]:
    """The classes of a code of any list, of the HVD regulation and of the list of themes; empty for every other IRI."""
    single = _SINGLE.get(iri)
    if single is not None:
        return single
    found = [_BY_LIST[name] for name, codes in LISTS.items() if iri in codes]
    return frozenset().union(*found) if found else _NONE


@lru_cache(maxsize=4096)
def above(types: frozenset[str]) -> frozenset[str]:
    """The classes and all their superclasses."""
    found: set[str] = set()
    waiting = list(types)
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += [str(superclass) for superclass in SUPERCLASSES.get(URIRef(each), ())]
    return frozenset(found)


def schemes_of(iri: str) -> Iterable[str]:
    """The schemes of the lists that have the IRI as a code."""
    return [codes.scheme for codes in LISTS.values() if iri in codes]
