"""The tables of CPSV-AP 3.2.0: public services and what they need, yield and cost (form: :mod:`schemas.class_tables`)."""

from __future__ import annotations

from functools import partial

from schemas import model
from schemas.class_tables import Table, row_of
from schemas.kinds import Kind
from schemas.namespaces import ADMS, CPSV, CV, DCAT, DCTERMS, ELI, FOAF, LOCN, ORG, RDF, SKOS, TIME, XSD

PROFILE = "cpsv-ap"
TEXT, NODE, ANY = Kind.TEXT, Kind.NODE, Kind.ANY
_row = partial(row_of, PROFILE)

TABLES: tuple[Table, ...] = (
    Table(
        model.Resource,
        (CPSV.PublicService,),
        (
            _row(ADMS.status, NODE, "O 0..1", SKOS.Concept),
            _row(CPSV.follows, NODE, "O 0..*", CPSV.Rule),
            _row(CPSV.hasInput, NODE, "O 0..*", CV.Evidence),
            _row(CPSV.produces, NODE, "O 0..*", CV.Output),
            _row(CV.contactPoint, NODE, "O 0..*", CV.ContactPoint),
            _row(CV.hasChannel, NODE, "O 0..*", CV.Channel),
            _row(CV.hasCompetentAuthority, NODE, "M 1..*", CV.PublicOrganisation),
            _row(CV.hasCost, NODE, "O 0..*", CV.Cost),
            _row(CV.hasInputType, NODE, "O 0..*", CV.EvidenceType),
            _row(CV.hasLegalResource, NODE, "O 0..*", ELI.LegalResource),
            _row(CV.hasParticipation, NODE, "O 0..*", CV.Participation),
            _row(CV.holdsRequirement, NODE, "O 0..*", CV.Requirement),
            _row(CV.isClassifiedBy, NODE, "O 0..*", SKOS.Concept),
            _row(CV.isGroupedBy, NODE, "O 0..*", CV.Event),
            _row(CV.processingTime, Kind.DURATION, "O 0..1"),
            _row(CV.relatedService, NODE, "O 0..*", CPSV.PublicService),
            _row(CV.sector, NODE, "O 0..*", SKOS.Concept),
            _row(CV.thematicArea, NODE, "O 0..*", SKOS.Concept),
            _row(DCAT.keyword, TEXT, "O 0..*", datatype=RDF.langString),
            _row(DCTERMS.audience, NODE, "O 0..*", SKOS.Concept),
            _row(DCTERMS.description, TEXT, "M 1..*", datatype=RDF.langString),
            _row(DCTERMS.identifier, ANY, "M 1"),
            _row(DCTERMS.isPartOf, NODE, "O 0..*", DCAT.Dataset),
            _row(DCTERMS.language, NODE, "O 0..*", DCTERMS.LinguisticSystem),
            _row(DCTERMS.requires, NODE, "O 0..*", CPSV.PublicService),
            _row(DCTERMS.spatial, NODE, "O 0..*", DCTERMS.Location),
            _row(DCTERMS.title, TEXT, "M 1..*", datatype=RDF.langString),
            _row(DCTERMS.type, NODE, "O 0..*", SKOS.Concept),
        ),
    ),
    Table(
        model.Resource,
        (CPSV.Rule,),
        (
            _row(CPSV.implements, NODE, "O 0..*", ELI.LegalResource),
            _row(DCTERMS.description, TEXT, "M 1..*", datatype=RDF.langString),
            _row(DCTERMS.identifier, ANY, "M 1"),
            _row(DCTERMS.language, NODE, "O 0..*", DCTERMS.LinguisticSystem),
            _row(DCTERMS.title, TEXT, "M 1..*", datatype=RDF.langString),
            _row(DCTERMS.type, NODE, "O 0..1", SKOS.Concept),
        ),
    ),
    Table(
        model.Resource,
        (CV.BusinessEvent,),
        (_row(DCTERMS.type, NODE, "O 0..*", SKOS.Concept),),
    ),
    Table(
        model.Resource,
        (CV.Channel,),
        (
            _row(CPSV.hasInput, NODE, "O 0..*", CV.Evidence),
            _row(CV.openingHours, NODE, "O 0..*", TIME.TemporalEntity),
            _row(CV.ownedBy, NODE, "O 0..*", ORG.Organization),
            _row(CV.processingTime, Kind.DURATION, "O 0..1"),
            _row(CV.specialOpeningHoursSpecification, NODE, "O 0..*", TIME.TemporalEntity),
            _row(DCTERMS.description, TEXT, "O 0..*", datatype=RDF.langString),
            _row(DCTERMS.identifier, ANY, "M 1"),
            _row(DCTERMS.type, NODE, "O 0..1", SKOS.Concept),
        ),
    ),
    Table(
        model.Resource,
        (CV.ContactPoint,),
        (
            _row(CV.contactPage, NODE, "O 0..*", FOAF.Document),
            _row(CV.openingHours, NODE, "O 0..*", TIME.TemporalEntity),
            _row(CV.specialOpeningHoursSpecification, NODE, "O 0..*", TIME.TemporalEntity),
        ),
    ),
    Table(
        model.Resource,
        (CV.Cost,),
        (
            _row(CV.currency, NODE, "O 0..1", SKOS.Concept),
            _row(CV.hasValue, TEXT, "O 0..1", datatype=XSD.double),
            _row(CV.ifAccessedThrough, NODE, "O 0..1", CV.Channel),
            _row(CV.isDefinedBy, NODE, "O 0..*", ORG.Organization),
            _row(DCTERMS.description, TEXT, "O 0..*", datatype=RDF.langString),
            _row(DCTERMS.identifier, ANY, "M 1"),
        ),
    ),
    Table(
        model.Resource,
        (CV.Event,),
        (
            _row(CV.hasRelatedService, NODE, "O 0..*", CPSV.PublicService),
            _row(DCTERMS.description, TEXT, "O 0..*", datatype=RDF.langString),
            _row(DCTERMS.identifier, ANY, "M 1"),
            _row(DCTERMS.title, TEXT, "M 1..*", datatype=RDF.langString),
        ),
    ),
    Table(
        model.Resource,
        (CV.Evidence,),
        (
            _row(CV.supportsRequirement, NODE, "O 0..*", CV.Requirement),
            _row(DCTERMS.conformsTo, NODE, "O 0..*", CV.EvidenceType),
            _row(DCTERMS.description, TEXT, "O 0..*", datatype=RDF.langString),
            _row(DCTERMS.identifier, ANY, "M 1"),
            _row(DCTERMS.isPartOf, NODE, "O 0..*", DCAT.Dataset),
            _row(DCTERMS.language, NODE, "O 0..*", DCTERMS.LinguisticSystem),
            _row(DCTERMS.title, TEXT, "M 1..*", datatype=RDF.langString),
            _row(DCTERMS.type, NODE, "O 0..1", SKOS.Concept),
            _row(FOAF.page, NODE, "O 0..*", FOAF.Document),
        ),
    ),
    Table(
        model.Resource,
        (CV.EvidenceType,),
        (
            _row(CV.evidenceTypeClassification, NODE, "O 0..*", SKOS.Concept),
            _row(DCTERMS.identifier, ANY, "M 1"),
        ),
    ),
    Table(
        model.Resource,
        (CV.LifeEvent,),
        (_row(DCTERMS.type, NODE, "O 0..*", SKOS.Concept),),
    ),
    Table(
        model.Resource,
        (CV.Output,),
        (
            _row(DCTERMS.description, TEXT, "O 0..*", datatype=RDF.langString),
            _row(DCTERMS.identifier, ANY, "M 1"),
            _row(DCTERMS.isPartOf, NODE, "O 0..*", DCAT.Dataset),
            _row(DCTERMS.language, NODE, "O 0..*", DCTERMS.LinguisticSystem),
            _row(DCTERMS.title, TEXT, "M 1..*", datatype=RDF.langString),
            _row(DCTERMS.type, NODE, "O 0..*", SKOS.Concept),
        ),
    ),
    Table(
        model.Resource,
        (CV.Participation,),
        (
            _row(CV.hasParticipant, NODE, "M 1", FOAF.Agent),
            _row(CV.role, NODE, "M 1..*", SKOS.Concept),
            _row(DCTERMS.description, TEXT, "M 1..*", datatype=RDF.langString),
            _row(DCTERMS.identifier, ANY, "M 1"),
        ),
    ),
    Table(
        model.Resource,
        (CV.PublicOrganisation,),
        (
            _row(DCTERMS.spatial, NODE, "M 1..*", DCTERMS.Location),
            _row(SKOS.prefLabel, TEXT, "M 1..*", datatype=RDF.langString),
        ),
    ),
    Table(
        model.Resource,
        (CV.Requirement,),
        (
            _row(CV.fulfils, NODE, "O 0..*", CPSV.Rule),
            _row(CV.hasSupportingEvidence, NODE, "O 0..*", CV.Evidence),
            _row(DCTERMS.identifier, ANY, "M 1"),
            _row(DCTERMS.title, TEXT, "M 1..*", datatype=RDF.langString),
            _row(DCTERMS.type, NODE, "O 0..*", SKOS.Concept),
        ),
    ),
    Table(
        model.Resource,
        (CV.ServiceConcessionContract,),
        (
            _row(CV.establishedUnder, NODE, "O 0..*", ELI.LegalResource),
            _row(CV.hasContractingAuthority, NODE, "M 1..*", CV.PublicOrganisation),
            _row(CV.hasEconomicOperator, NODE, "M 1..*", ORG.Organization),
            _row(DCTERMS.description, TEXT, "M 1..*", datatype=RDF.langString),
            _row(DCTERMS.identifier, ANY, "M 1"),
            _row(DCTERMS.title, TEXT, "M 1..*", datatype=RDF.langString),
        ),
    ),
    Table(
        model.Resource,
        (DCAT.Dataset,),
        (
            _row(DCAT.landingPage, NODE, "O 0..*", FOAF.Document),
            _row(DCTERMS.description, TEXT, "M 1..*", datatype=RDF.langString),
            _row(DCTERMS.hasPart, NODE, "O 0..*", CPSV.PublicService),
            _row(DCTERMS.publisher, NODE, "M 1", FOAF.Agent),
            _row(DCTERMS.title, TEXT, "M 1..*", datatype=RDF.langString),
        ),
    ),
    Table(
        model.Resource,
        (ELI.LegalResource,),
        (_row(DCTERMS.relation, NODE, "O 0..*", ELI.LegalResource),),
    ),
    Table(
        model.Resource,
        (FOAF.Agent,),
        (
            _row(CV.participates, NODE, "O 0..*", CV.Participation),
            _row(DCTERMS.identifier, ANY, "M 1"),
            _row(DCTERMS.title, TEXT, "M 1..*", datatype=RDF.langString),
            _row(LOCN.address, NODE, "O 0..*", LOCN.Address),
        ),
    ),
    Table(
        model.Resource,
        (LOCN.Address,),
        (
            _row(LOCN.addressArea, TEXT, "O 0..*", datatype=RDF.langString),
            _row(LOCN.adminUnitL1, TEXT, "O 0..*", datatype=RDF.langString),
            _row(LOCN.adminUnitL2, TEXT, "O 0..*", datatype=RDF.langString),
            _row(LOCN.fullAddress, TEXT, "O 0..*", datatype=RDF.langString),
            _row(LOCN.locatorName, TEXT, "O 0..*", datatype=RDF.langString),
            _row(LOCN.postName, TEXT, "O 0..*", datatype=RDF.langString),
            _row(LOCN.thoroughfare, TEXT, "O 0..*", datatype=RDF.langString),
        ),
    ),
    Table(
        model.Resource,
        (SKOS.Collection,),
        (_row(SKOS.member, NODE, "O 0..*", SKOS.Concept),),
    ),
    Table(
        model.Resource,
        (TIME.TemporalEntity,),
        (
            _row(CV.frequency, NODE, "O 0..*", SKOS.Concept),
            _row(DCTERMS.description, TEXT, "O 0..*", datatype=RDF.langString),
        ),
    ),
)
