"""For each rule of :mod:`schemas.rules` what breaks it, and something like it that does not."""

from __future__ import annotations

from collections.abc import Mapping

from schemas import convention_rules as by_convention
from schemas import rules, syntax
from schemas.musterdaten import BASE as MODEL
from schemas.triples import Triples
from tests.mutants import BASE

_PREFIXES = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix dcatde: <http://dcat-ap.de/def/dcatde/> . @prefix dcatap: <http://data.europa.eu/r5r/> .
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix license: <http://dcat-ap.de/def/licenses/> . @prefix geo: <http://dcat-ap.de/def/politicalGeocoding/> .
@prefix by: <http://dcat-ap.de/def/contributors/> . @prefix kind: <http://purl.org/adms/publishertype/> .
@prefix status: <http://publications.europa.eu/resource/authority/distribution-status/> .
@prefix eu: <http://publications.europa.eu/resource/authority/> . @prefix model: <{MODEL}> .
@prefix law: <http://data.europa.eu/eli/reg_impl/2023/138/> .
"""
EXAMPLES: Mapping[str, tuple[str, str]] = {
    rules.TURNED_PERIOD: (
        '[] a dct:PeriodOfTime ; dcat:startDate "2026-12-31"^^xsd:date ; dcat:endDate "2026-01-01"^^xsd:date .',
        '[] a dct:PeriodOfTime ; dcat:startDate "2026-01-01"^^xsd:date ; dcat:endDate "2026-01-01"^^xsd:date .',
    ),
    rules.ATTRIBUTION: (
        r"<> a dcat:Distribution ; dct:license license:dl-by-de\/2.0 .",
        r"<> a dcat:Distribution ; dct:license license:cc-zero .",
    ),
    rules.CONTRIBUTOR: (
        "<> a dcat:Dataset ; dcatde:contributorID by:eins , by:zwei .",
        "<> a dcat:Dataset ; dcatde:contributorID by:eins , <https://example.org/zwei> .",
    ),
    rules.DOWNLOAD_WITHOUT_ACCESS: (
        "<> a dcat:Distribution ; dcat:accessURL <a> ; dcat:downloadURL <b> .",
        "<> a dcat:Distribution ; dcat:accessURL <b> ; dcat:downloadURL <b> .",
    ),
    rules.TOO_CLOSED: (
        (
            "<> a dcat:Dataset ; dcatap:applicableLegislation law:oj ; dcat:distribution <#d> . "
            "<#d> a dcat:Distribution ; dct:license license:other-closed . "
            "<#s> a dcat:DataService ; dcatap:applicableLegislation law:oj ; "
            "dct:license <http://creativecommons.org/licenses/by-nc/> ."
        ),
        (
            "<> a dcat:Dataset ; dcatap:applicableLegislation law:oj ; dcat:distribution <#d> . "
            "<#d> a dcat:Distribution ; dct:license license:cc-zero . "
            "<#o> a dcat:Distribution ; dct:license license:other-closed ."
        ),
    ),
    by_convention.TELEPHONE_ONLY: (
        "[] a vcard:Organization ; vcard:hasTelephone <tel:+49661> .",
        "[] a vcard:Organization ; vcard:hasTelephone <tel:+49661> ; vcard:hasURL <form> .",
    ),
    by_convention.KEY_NOT_IN_SPATIAL: (
        r"<> a dcat:Dataset ; dcatde:politicalGeocodingURI geo:districtKey\/06631 ; dct:spatial geo:stateKey\/06 .",
        r"<> a dcat:Dataset ; dcatde:politicalGeocodingURI geo:stateKey\/06 ; dct:spatial geo:stateKey\/06 .",
    ),
    by_convention.LEVEL_OF_KEY: (
        (
            r"<> a dcat:Dataset ; dcatde:politicalGeocodingLevelURI geo:Level\/federal ; dct:spatial geo:districtKey\/06631 . "
            r"<#2> a dcat:Dataset ; dcatde:politicalGeocodingLevelURI geo:Level\/municipality ; "
            r"dct:spatial geo:regionalKey\/066310000000 . "
            r"<#3> a dcat:Dataset ; dcatde:politicalGeocodingLevelURI geo:Level\/federal ; "
            r"dcatde:politicalGeocodingURI geo:municipalityKey\/06631018 ."
        ),
        (
            r"<> a dcat:Dataset ; dcatde:politicalGeocodingLevelURI geo:Level\/administrativeDistrict , geo:Level\/state ; "
            r"dct:spatial geo:districtKey\/06631 , eu:country\/DEU , geo:regionalKey\/060000000000 . "
            r"<#2> a dcat:Dataset ; dct:spatial geo:districtKey\/06631 ."
        ),
    ),
    by_convention.SOURCE_STATED: (
        "<> a dcat:Dataset ; dct:source <other> .",
        '<> a dcat:Dataset ; dct:provenance [ a dct:ProvenanceStatement ; dct:description "gezählt" ] .',
    ),
    by_convention.IN_DEVELOPMENT: (
        "<> a dcat:Distribution ; adms:status status:DEVELOP .",
        "<> a dcat:Distribution ; adms:status status:COMPLETED .",
    ),
    by_convention.WITHDRAWN: (
        "<> a dcat:Distribution ; adms:status status:WITHDRAWN .",
        "<> a dcat:Distribution ; adms:status status:DEPRECATED .",
    ),
    by_convention.SERVICE_LICENSE: (
        "<> a dcat:DataService ; dcat:endpointURL <wfs> .",
        "<> a dcat:DataService ; dcat:endpointURL <wfs> ; dct:license license:cc-zero .",
    ),
    by_convention.NO_AUTHORITY: (
        "<> a org:Organization ; dct:type kind:Company .",
        "<> a foaf:Agent ; dct:type kind:LocalAuthority .",
    ),
    by_convention.MODEL_KEYWORD: (
        (
            r'<> a dcat:Dataset ; dct:references model:floraUndFauna\/baumbestand\/baumkataster ; dcat:keyword "Linde"@de . '
            r"<#2> a dcat:Dataset ; dct:references model:floraUndFauna\/baumbestand\/baumkataster ."
        ),
        (
            r'<> a dcat:Dataset ; dct:references model:floraUndFauna\/baumbestand\/baumkataster ; dcat:keyword "BAUMKATASTER" , '
            r'"Linde" . <#2> a dcat:Dataset ; dct:references <https://example.org/x> .'
        ),
    ),
    by_convention.NO_TAXONOMY: (
        "<> a dcat:Catalog ; dcat:themeTaxonomy <https://example.org/themes> .",
        "<> a dcat:Catalog ; dcat:themeTaxonomy eu:data-theme , <https://example.org/themes> . <#2> a dcat:Catalog .",
    ),
}


def example(rule: str) -> tuple[str, str]:
    """What breaks a rule, and what is like it and does not, each as a document in Turtle."""
    wrong, right = EXAMPLES[rule]
    return _PREFIXES + wrong, _PREFIXES + right


def add(triples: Triples) -> None:
    """Adds all examples to statements, each under an address of its own."""
    for number, rule in enumerate(EXAMPLES):
        for name, said in zip(("wrong", "right"), example(rule), strict=True):
            found = syntax.load(said.encode(), f"{BASE}rule/{number}/{name}.ttl").triples
            for subject, statements in found.by_subject.items():
                own = subject.replace("_:", f"_:{name}{number}", 1) if subject.startswith("_:") else subject
                for path, value in statements:
                    hung = isinstance(value, str) and value.startswith("_:")
                    triples.add(own, path, value.replace("_:", f"_:{name}{number}", 1) if hung else value)  # type: ignore[union-attr]
