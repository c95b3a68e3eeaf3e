"""What a record says its resource is: titles, identifiers, dates, languages, relations, topics and keywords."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from harvesters.iso.codes import (
    DATA_THEME_BASE,
    HVD_BASE,
    INSPIRE_THEMES,
    SERVICE_CATEGORY_BASE,
    THEME_BASE,
    TOPIC_BASE,
    TOPIC_THEMES,
    TOPICS,
)
from harvesters.iso.elements import Element, anchor, code, first, found, reference, text
from harvesters.iso.links import parameter
from harvesters.iso.record import IsoRecord
from harvesters.mapping.account import Account, Rule
from harvesters.mapping.field_rules import codes, texts
from harvesters.mapping.native_values import address_of
from schemas.classes import HVD_LEGISLATION
from schemas.findings import Severity, declare
from schemas.kinds import Literal, date, is_web
from schemas.model import Identifier
from schemas.namespaces import DCTERMS, FOAF, GEODCATAP
from schemas.vocabularies import LISTS, find_frequency, find_language, find_theme
from schemas.vocabularies.spelling import fold

NO_IDENTIFIER = declare(
    "resource-identifier-unusable",
    "Die Kennung der Ressource ist kein Bezeichner, sondern ein längerer Text; sie bleibt unberücksichtigt.",
    "The resource's identifier is no name but a longer text; it is left out.",
    "Geben Sie an der Quelle einen Bezeichner oder eine Adresse als Kennung an.",
    "Give a name or an address as identifier at the source.",
    "INSPIRE TG metadata 2.0, 2.2.2",
)

_LONGEST_IDENTIFIER = 300
_CATEGORY = re.compile(r"(?:human|info|geographic|thematic|spatial|temporal|metadata|com)[A-Z]\w+")
_HVD = re.compile(r"^(?:https?://data\.europa\.eu/bna/)?(c_[0-9a-f]{8})$")
_LEGISLATION = re.compile(r"https?://data\.europa\.eu/eli/reg_impl/2023/138/oj/?$")
_INSPIRE_THEME = re.compile(r"https?://(?:www\.)?inspire\.ec\.europa\.eu/theme/([a-z]{2})/?$")
_HVD_THESAURUS = re.compile(r"high.?value|hochwertig", re.IGNORECASE)
_THEME_THESAURUS = re.compile(r"inspire.*(?:theme|themen)|gemet.*inspire", re.IGNORECASE)
_BY_LABEL = {fold(label): letters for letters, row in INSPIRE_THEMES.items() for label in row[1:]}
_TOPIC_BY_FOLD = {fold(topic): topic for topic in TOPICS}
_FREQUENCY = Rule("accrual_periodicity", codes(find_frequency), how="lookup")
_LANGUAGE = Rule("language", codes(find_language), how="lookup")
_SUBJECT = str(DCTERMS.subject)
_RELATIONS = {"revisionOf": "is_version_of", "isVersionOf": "is_version_of"}


def enter_texts(account: Account, record: IsoRecord) -> None:
    """Title, alternate titles, abstract, version."""
    for path, element in record.identified("citation/title"):
        account.add("title", record.literals(element), path, "copy")
    for path, element in record.identified("citation/alternateTitle"):
        _extra(account, str(DCTERMS.alternative), record.literals(element), path)
    for path, element in record.identified("abstract"):
        account.add("description", record.literals(element), path, "copy")
    for path, element in record.identified("citation/edition"):
        if said := text(element):
            account.add("version", [Literal(said)], path, "copy")


def enter_identifiers(account: Account, record: IsoRecord) -> None:
    """The resource's identifiers; the record's own stands beside them, or for them where there is none."""
    for path, element in record.identified("citation/identifier"):
        said = record.identifier(element)
        if not said:
            continue
        if len(said) > _LONGEST_IDENTIFIER or said[0] in "{[<":
            account.leave(path, said)
            account.remark(Severity.INFO, account.paths.get("identifier"), NO_IDENTIFIER)
        else:
            account.add("identifier", [Literal(said)], path, "copy")
    own = record.file_identifier
    if not own:
        return
    if "identifier" not in account.values:
        account.add("identifier", [Literal(own)], "fileIdentifier", "copy")
    elif Literal(own) not in account.values["identifier"]:
        account.add("other_identifier", [Identifier(notation=(Literal(own),))], "fileIdentifier", "copy")


def own_iri(record: IsoRecord) -> str | None:
    """The http(s) address that the resource's identifier is, by GeoDCAT-AP the name of the resource itself."""
    for _, element in record.identified("citation/identifier"):
        said = record.identifier(element)
        if is_web(said) and len(said) <= _LONGEST_IDENTIFIER:
            return said
    return None


class Dated(NamedTuple):
    """A date and where it stands."""

    path: str
    date: Literal


def enter_dates(account: Account, record: IsoRecord) -> Dated | None:
    """Publication, creation, and the record's own date as the last change (K40): by it GovData tells copies apart.

    Gives the latest revision of the data, for the distributions; it is the dataset's change only where the record bears no
    date of its own.
    """
    given: dict[str, list[tuple[str, Literal]]] = {}
    for path, element in record.identified("citation/date"):
        stated = first(element, "date")
        said = text(stated)
        if not said:
            continue
        typed = date(said)
        if typed is None:
            account.attribute = "issued"
            account.refuse(path, said)
        else:
            given.setdefault(code(first(element, "dateType")), []).append((path, typed))
    for kind in ("publication", "released"):
        if kind in given and "issued" not in account.values:
            path, typed = max(given.pop(kind), key=lambda each: each[1].text)
            account.add("issued", [typed], path, "copy")
    if "creation" in given:
        path, typed = min(given.pop("creation"), key=lambda each: each[1].text)
        _extra(account, str(DCTERMS.created), [typed], path)
    revised = max((Dated(*each) for each in given.pop("revision", [])), key=lambda each: each.date.text, default=None)
    for kind, rest in given.items():
        for path, typed in rest:
            account.leave(f"{path}[{kind or '?'}]", typed.text)
    if not _enter_stamp(account, record) and revised is not None:
        account.add("modified", [revised.date], revised.path, "copy")
    return revised


def _enter_stamp(account: Account, record: IsoRecord) -> bool:
    for path, said in _stamps(record):
        if typed := date(said):
            account.add("modified", [typed], path, "K40")
            return True
        account.attribute = "modified"
        account.refuse(path, said)
    return False


def _stamps(record: IsoRecord) -> Iterator[tuple[str, str]]:
    for path, element in record.paths("dateStamp"):
        if said := text(element):
            yield path, said
    dated = [(code(first(each, "dateType")), text(first(each, "date"))) for each in found(record.root, "dateInfo")]
    for kind in ("revision", "lastUpdate", "publication", "creation"):
        for given, said in dated:
            if given == kind and said:
                yield "dateInfo", said


def enter_languages(account: Account, record: IsoRecord) -> None:
    """The languages of the resource, not those of its description."""
    paths = ("language", "defaultLocale/language", "otherLocale/language")
    for path, element in record.identified(*paths):
        if said := code(element):
            account.apply(_LANGUAGE, path, said)


def enter_frequency(account: Account, record: IsoRecord) -> None:
    """How often the data are brought up to date; a period of one's own is one as well (ISO 8601)."""
    for path, element in record.identified(
        "resourceMaintenance/maintenanceAndUpdateFrequency", "resourceMaintenance/userDefinedMaintenanceFrequency"
    ):
        said = code(element)
        if said and "accrual_periodicity" not in account.values:
            account.apply(_FREQUENCY, path, said)
    for path, element in record.identified("resourceMaintenance/maintenanceNote"):
        if said := text(element):
            account.leave(path, said)


def enter_topics(account: Account, record: IsoRecord) -> None:
    """ISO topic categories: as they are (GeoDCAT-AP), and as the EU's themes where the tables of facts say which."""
    for path, element in record.identified("topicCategory"):
        said = code(element)
        # The Swiss profile divides topics further: environment_EnvironmentalProtection.
        topic = _TOPIC_BY_FOLD.get(fold(said.rpartition("/")[2].partition("_")[0]))
        if not said:
            continue
        if topic is None:
            account.attribute = "theme"
            account.refuse(path, said)
            continue
        _extra(account, str(GEODCATAP.topicCategory), [TOPIC_BASE + topic], path)
        themes = [each.iri for each in find_theme(topic)] or [DATA_THEME_BASE + c for c in TOPIC_THEMES.get(topic, ())]
        if themes:
            account.add("theme", themes, path, "lookup")


def enter_keywords(account: Account, record: IsoRecord) -> None:
    """Keywords, and what they say where a thesaurus or an anchor tells which concept they are."""
    for path, group in record.identified("descriptiveKeywords"):
        title = first(group, "thesaurusName/title")
        thesaurus = f"{text(title)} {anchor(title)}"
        for element in found(group, "keyword"):
            _enter_keyword(account, record, f"{path}/keyword", element, thesaurus)
    if "hvd_category" in account.values and HVD_LEGISLATION not in account.values.get("applicable_legislation", ()):
        account.add("applicable_legislation", [HVD_LEGISLATION], "identificationInfo/descriptiveKeywords", "derived")


def _enter_keyword(account: Account, record: IsoRecord, path: str, element: Element, thesaurus: str) -> None:
    words = record.literals(element)
    concept = anchor(element) or next((each.text for each in words if is_web(each.text)), "")
    words = [each for each in words if not is_web(each.text)]
    if words:
        account.add("keyword", words, path, "copy")
    first_word = words[0].text if words else ""
    category = _hvd_category(concept, first_word, thesaurus)
    letters = _inspire_theme(concept, [each.text for each in words], thesaurus)
    if category:
        account.add("hvd_category", [category], path, "lookup")
    elif _LEGISLATION.match(concept):
        account.add("applicable_legislation", [HVD_LEGISLATION], path, "copy")
    elif letters:
        known = [each.iri for each in find_theme(THEME_BASE + letters)]
        account.add("theme", known or [DATA_THEME_BASE + INSPIRE_THEMES[letters][0]], path, "lookup")
        _extra(account, _SUBJECT, [THEME_BASE + letters], path)
    elif concept:
        _enter_concept(account, path, concept)
    elif record.is_service and _CATEGORY.fullmatch(first_word):
        _extra(account, str(GEODCATAP.serviceCategory), [SERVICE_CATEGORY_BASE + first_word], path)


def _enter_concept(account: Account, path: str, concept: str) -> None:
    address = address_of(concept)
    theme = LISTS["data-theme"].find(concept)
    if theme is not None:
        account.add("theme", [theme.iri], path, "lookup")
    elif address is None:
        account.attribute = "keyword"
        account.refuse(path, concept)
    else:
        _extra(account, _SUBJECT, [address], path)


def _hvd_category(concept: str, word: str, thesaurus: str) -> str | None:
    match = _HVD.match(concept) or _HVD.match(word)
    known = LISTS["hvd-category"].by_iri(HVD_BASE + match[1]) if match else None
    if known is None and _HVD_THESAURUS.search(thesaurus) and word:
        known = LISTS["hvd-category"].find(word)
    return known.iri if known else None


def _inspire_theme(concept: str, words: list[str], thesaurus: str) -> str | None:
    match = _INSPIRE_THEME.match(concept)
    if match and match[1] in INSPIRE_THEMES:
        return match[1]
    if not _THEME_THESAURUS.search(thesaurus):
        return None
    return next((letters for word in words if (letters := _BY_LABEL.get(fold(word)))), None)


def enter_relations(account: Account, record: IsoRecord) -> None:
    """The record above (a dataset of a series), and associated resources by the kind of association."""
    for path, element in record.paths("parentIdentifier"):
        if said := text(element):
            _enter_parent(account, path, said)
    for path, element in record.paths("parentMetadata"):
        own = [record.identifier(each) for each in found(element, "identifier")]
        if said := next((each for each in (*own, reference(element)[1], text(first(element, "title"))) if each), ""):
            _enter_parent(account, path, said)
    for path, element in record.identified("aggregationInfo", "associatedResource"):
        kind = code(first(element, "associationType"))
        places = ("aggregateDataSetIdentifier", "aggregateDataSetName/identifier", "metadataReference/identifier")
        named = [record.identifier(each) for each in found(element, *places, "name/identifier")]
        refs = [_referred(each) for each in found(element, "metadataReference", "name", "aggregateDataSetIdentifier")]
        for said in dict.fromkeys(each for each in (*named, *refs) if each):
            target = target_of(account, said)
            if kind in ("largerWorkCitation", "isComposedOf", "partOfSeamlessDatabase"):
                _extra(account, str(DCTERMS.isPartOf), [target], path)
            else:
                account.add(_RELATIONS.get(kind, "relation"), [target], path, "mint" if target != said else "copy")


def _enter_parent(account: Account, path: str, said: str) -> None:
    target = target_of(account, said)
    account.add("in_series", [target], path, "copy" if target == said else "mint")


def target_of(account: Account, said: str) -> str:
    """The IRI of another record by the identifier that refers to it: an address as it is, else that of its dataset."""
    asked = parameter(said, "id")
    if asked and parameter(said, "request").lower() == "getrecordbyid":
        return account.mint("dataset", asked)
    address = address_of(said) if is_web(said) else None
    return address or account.mint("dataset", said)


def _referred(element: Element) -> str:
    href, uuid, _ = reference(element)
    return uuid or href


def enter_overview(account: Account, record: IsoRecord) -> None:
    """The picture of the data."""
    for path, element in record.identified("graphicOverview/fileName"):
        if said := anchor(element) or text(element):
            address = address_of(said) if is_web(said) else None
            if address:
                _extra(account, str(FOAF.depiction), [address], path)
            else:
                account.leave(path, said)


def enter_left(account: Account, record: IsoRecord) -> None:
    """What a record says of its resource that neither DCAT nor GeoDCAT-AP has a place for."""
    for path, element in record.identified(
        *("purpose", "credit", "supplementalInformation", "environmentDescription", "citation/otherCitationDetails"),
        *("citation/presentationForm", "citation/series", "citation/ISBN", "citation/ISSN", "resourceSpecificUsage"),
    ):
        said = "; ".join(each.text for each in texts(account, path, record.said(element))) or code(element)
        if said:
            account.leave(path, said)


def _extra(account: Account, prop: str, values: list[str] | list[Literal], path: str) -> None:
    new = [(prop, value) for value in values if (prop, value) not in account.extra]
    if new:
        account.extra += new
        account.note(prop.rpartition("/")[2].rpartition("#")[2], path, "copy")
