"""The rules of :mod:`schemas.rules` as SHACL: what each asks of the nodes of its classes, in the words of a node shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from schemas import convention_rules as by_convention
from schemas import geocoding, rules
from schemas.classes import HVD_LEGISLATION
from schemas.findings import Severity
from schemas.kinds import Literal, iri_to_ntriples, literal_to_ntriples
from schemas.musterdaten import BASE
from schemas.namespaces import ADMS, DCAT, DCATAP, DCATDE, DCTERMS, FOAF, VCARD
from schemas.vocabularies import LISTS, needs_attribution

ListOf: TypeAlias = Callable[[str, Iterable[str]], str]
"""Takes a name and IRIs; gives the term of the RDF list that holds them in the graph."""


class Twin(NamedTuple):
    """A rule as SHACL: its name, the classes whose nodes it looks at, its severity, and what it asks.

    ``SAID`` in ``asked`` stands for the messages. With ``subjects_of`` only nodes with that property are looked at, and
    the query asks for the class, for which ``CLASSES`` stands: a query for each dataset would take long.
    """

    rule: str
    targets: tuple[str, ...]
    severity: Severity
    asked: str
    subjects_of: str = ""


def twins(profile: str, list_of: ListOf) -> list[Twin]:
    """The twins of all rules that a profile knows. Raises KeyError for an unknown profile, or a rule without twin."""
    known = dict.fromkeys(_NAMES[rule] for _, rule in rules.RULES[profile])
    made = list(_general())
    if rules.ATTRIBUTION in known:
        made += [*_german(list_of), *_conventions(list_of)]
    by_name = {twin.rule: twin for twin in made}
    return [by_name[name] for name in known]


_NAMES: dict[rules.Rule, str] = {
    rules.period_is_not_turned: rules.TURNED_PERIOD,
    rules.license_of_high_value: rules.TOO_CLOSED,
    rules.attribution_text: rules.ATTRIBUTION,
    rules.one_contributor_id: rules.CONTRIBUTOR,
    rules.download_is_access: rules.DOWNLOAD_WITHOUT_ACCESS,
    by_convention.contact_by_telephone: by_convention.TELEPHONE_ONLY,
    by_convention.key_in_spatial: by_convention.KEY_NOT_IN_SPATIAL,
    by_convention.level_of_key: by_convention.LEVEL_OF_KEY,
    by_convention.no_source: by_convention.SOURCE_STATED,
    by_convention.not_in_development: by_convention.IN_DEVELOPMENT,
    by_convention.not_withdrawn: by_convention.WITHDRAWN,
    by_convention.service_has_license: by_convention.SERVICE_LICENSE,
    by_convention.agent_is_authority: by_convention.NO_AUTHORITY,
    by_convention.entry_is_keyword: by_convention.MODEL_KEYWORD,
    by_convention.taxonomy_of_eu: by_convention.NO_TAXONOMY,
}
_DATASET, _FORM, _SERVICE = (str(each) for each in (DCAT.Dataset, DCAT.Distribution, DCAT.DataService))


def _general() -> Iterable[Twin]:
    yield Twin(rules.TURNED_PERIOD, (str(DCTERMS.PeriodOfTime),), Severity.WARNING, _sparql(_TURNED))
    yield Twin(rules.TOO_CLOSED, (_FORM, _SERVICE), Severity.WARNING, _sparql(_closed()), str(DCTERMS.license))


def _german(list_of: ListOf) -> Iterable[Twin]:
    yield Twin(rules.DOWNLOAD_WITHOUT_ACCESS, (_FORM,), Severity.INFO, _sparql(_DOWNLOAD), str(DCAT.downloadURL))
    id_of_list = f'sh:qualifiedValueShape [ sh:nodeKind sh:IRI ; sh:pattern "^{rules.CONTRIBUTORS}" ]'
    twice = f"sh:not [ sh:path {_iri(DCATDE.contributorID)} ; {id_of_list} ; sh:qualifiedMinCount 2 ]"
    yield Twin(rules.CONTRIBUTOR, (_DATASET,), Severity.WARNING, twice)
    codes = list_of("attribution", [c.iri for c in LISTS["license"] if needs_attribution(c.iri)])
    text = f"[ sh:path {_iri(DCATDE.licenseAttributionByText)} ; sh:minCount 1 ]"
    unbound = f"[ sh:not {_some(DCTERMS.license, codes)} ]"
    yield Twin(rules.ATTRIBUTION, (_FORM,), Severity.INFO, f"sh:or ( {text} {unbound} )")


def _conventions(list_of: ListOf) -> Iterable[Twin]:
    info = Severity.INFO
    written = " ".join(f"[ sh:path {_iri(path)} ; sh:minCount 1 ]" for path in (VCARD.hasEmail, VCARD.hasURL))
    silent = f"[ sh:path {_iri(VCARD.hasTelephone)} ; sh:maxCount 0 ]"
    yield Twin(by_convention.TELEPHONE_ONLY, (str(VCARD.Kind),), info, f"sh:or ( {written} {silent} )")
    yield Twin(
        by_convention.KEY_NOT_IN_SPATIAL, (_DATASET,), info, _sparql(_MIRRORED), str(DCATDE.politicalGeocodingURI)
    )
    yield Twin(by_convention.LEVEL_OF_KEY, (_DATASET,), info, _sparql(_level()), str(DCATDE.politicalGeocodingLevelURI))
    yield Twin(by_convention.SOURCE_STATED, (_DATASET,), info, _none_of(DCTERMS.source))
    for rule, code in ((by_convention.IN_DEVELOPMENT, "DEVELOP"), (by_convention.WITHDRAWN, "WITHDRAWN")):
        yield Twin(rule, (_FORM,), info, _no_value(ADMS.status, f"<{by_convention.status(code)}>"))
    licensed = f"sh:or ( [ sh:path {_iri(DCTERMS.license)} ; sh:minCount 1 ] )"
    yield Twin(by_convention.SERVICE_LICENSE, (_SERVICE,), info, licensed)
    others = list_of("no-authority", by_convention.kinds_beside_authorities())
    yield Twin(by_convention.NO_AUTHORITY, (str(FOAF.Agent),), info, f"sh:not {_some(DCTERMS.type, others)}")
    yield Twin(by_convention.MODEL_KEYWORD, (_DATASET,), info, _sparql(_keyword()), str(DCTERMS.references))
    path = f"sh:path {_iri(DCAT.themeTaxonomy)}"
    listed = f"[ {path} ; sh:hasValue {_iri(LISTS['data-theme'].scheme)} ]"
    yield Twin(by_convention.NO_TAXONOMY, (str(DCAT.Catalog),), info, f"sh:or ( {listed} [ {path} ; sh:maxCount 0 ] )")


def _iri(iri: object) -> str:
    return iri_to_ntriples(str(iri))


def _none_of(path: object) -> str:
    return f"sh:not [ sh:path {_iri(path)} ; sh:minCount 1 ]"


def _no_value(path: object, value: str) -> str:
    return f"sh:not [ sh:path {_iri(path)} ; sh:hasValue {value} ]"


def _sparql(query: str) -> str:
    return f"sh:sparql [ a sh:SPARQLConstraint ; SAID ; sh:select {literal_to_ntriples(Literal(query))} ]"


def _quoted(text: str) -> str:
    return literal_to_ntriples(Literal(text))


_TURNED = f"""
SELECT $this WHERE {{
  $this <{DCAT.startDate}> ?start . $this <{DCAT.endDate}> ?end .
  FILTER (datatype(?start) = datatype(?end) && strlen(str(?start)) = strlen(str(?end)) && str(?end) < str(?start)
    && regex(str(?start), "^[0-9]"))
}}
"""
_DOWNLOAD = f"""
SELECT DISTINCT $this WHERE {{
  $this a ?class . FILTER (?class IN (CLASSES))
  $this <{DCAT.downloadURL}> ?download . $this <{DCAT.accessURL}> ?access .
  FILTER NOT EXISTS {{ $this <{DCAT.accessURL}> ?download }}
}}
"""
_MIRRORED = f"""
SELECT DISTINCT $this WHERE {{
  $this a ?class . FILTER (?class IN (CLASSES))
  $this <{DCATDE.politicalGeocodingURI}> ?key . FILTER isIRI(?key)
  FILTER NOT EXISTS {{ $this <{DCTERMS.spatial}> ?key }}
}}
"""


def _closed() -> str:
    law = f"<{DCATAP.applicableLegislation}> <{HVD_LEGISLATION}>"
    return f"""
SELECT DISTINCT $this WHERE {{
  $this a ?class . FILTER (?class IN (CLASSES))
  $this <{DCTERMS.license}> ?license .
  FILTER (?license IN ({", ".join(f"<{iri}>" for iri in sorted(rules.too_closed()))}))
  FILTER (EXISTS {{ $this {law} }} || EXISTS {{ ?owner <{DCAT.distribution}> $this . ?owner {law} }})
}}
"""


def _some(path: object, codes: str) -> str:
    return f"[ sh:path {_iri(path)} ; sh:qualifiedValueShape [ sh:in {codes} ] ; sh:qualifiedMinCount 1 ]"


def _level() -> str:
    level, base = DCATDE.politicalGeocodingLevelURI, LISTS["geocoding-level"].base
    chosen = '""'
    for name, pattern in reversed(list(geocoding.patterns().items())):
        chosen = f"IF(regex(str(?key), {_quoted(pattern)}), {_quoted(base + name)}, {chosen})"
    return f"""
SELECT DISTINCT $this WHERE {{
  $this a ?class . FILTER (?class IN (CLASSES))
  $this <{DCATDE.politicalGeocodingURI}>|<{DCTERMS.spatial}> ?key . FILTER isIRI(?key)
  BIND ({chosen} AS ?level)
  FILTER (?level != "" && NOT EXISTS {{ $this <{level}> ?own . FILTER (str(?own) = ?level) }})
}}
"""


def _keyword() -> str:
    """The entries stand in one text, since a table of values is not allowed in a constraint (SHACL, section 5.3.2)."""
    rows = (
        f"{entry.code}={'='.join(sorted(by_convention.names_of(entry)))}=" for entry in by_convention.entries().values()
    )
    # Some engines see a clause of SPARQL in a word that is spelled like one.
    text = f"|{'|'.join(rows)}|"
    spelled = re.sub("(?i)(?<=ervic)e|(?<=alue)s|(?<=inu)s", lambda found: f"\\u{ord(found.group()):04x}", text)
    table = f'"{spelled}"'
    return f"""
SELECT DISTINCT $this WHERE {{
  $this a ?class . FILTER (?class IN (CLASSES))
  $this <{DCTERMS.references}> ?entry . FILTER (isIRI(?entry) && strstarts(str(?entry), "{BASE}"))
  BIND (strbefore(strafter({table}, concat("|", strafter(str(?entry), "{BASE}"), "=")), "|") AS ?names)
  FILTER (?names != "" && NOT EXISTS {{
    $this <{DCAT.keyword}> ?word . FILTER (isLiteral(?word) && contains(concat("=", ?names), concat("=", lcase(str(?word)), "=")))
  }})
}}
"""
