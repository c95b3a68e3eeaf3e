"""data.europa.eu: the checklist of its manual for data providers, asked of the feed as its harvester would.

Source: standards/govdata.md 4 (data provider manual, chapters “harvesting” and “request harvesting”).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from rdflib import FOAF

from catalog.delivery.asking import NoAnswer
from catalog.delivery.ckan_values import Reader
from catalog.delivery.feed import Described, Feed
from catalog.delivery.records import findings_of
from catalog.delivery.remarks import Effect, Record, Remark, Verdict, remark
from catalog.delivery.whole_feed import of_the_walk
from schemas import syntax
from schemas.findings import Severity, declare
from schemas.kinds import Kind, Literal, date
from schemas.namespaces import DCAT, DCTERMS, SCHEMA
from schemas.validation import fits, name_of
from schemas.vocabularies import LISTS

RECEIVER = "europe"
TITLE = ("data.europa.eu", "data.europa.eu")
ASKED = 10  # so many of the own record addresses are asked with HEAD

NO_STABLE_IRI = declare(
    "delivery-unstable-iri",
    "{0} hat keine bleibende IRI (http oder https); das Portal legt bei jedem Abruf etwas Neues an.",
    "{0} has no lasting IRI (http or https); the portal creates something new at each harvest.",
    "Geben Sie an der Quelle eine IRI an, die bleibt.",
    "Give an IRI that lasts at the source.",
    "data provider manual: one hash per dataset",
)
BAD_DATE = declare(
    "delivery-date-not-iso",
    "{0} hat den Wert „{1}“, der kein Datum nach ISO 8601 ist; das Portal verwirft die Angabe.",
    "{0} has the value “{1}”, which is no date of ISO 8601; the portal drops the value.",
    "Geben Sie das Datum an der Quelle als 2026-11-03 oder 2026-11-03T08:00:00 an.",
    "Give the date as 2026-11-03 or 2026-11-03T08:00:00 at the source.",
    "data provider manual: ISO 8601 dates mandatory",
)
SHAPES = declare(
    "delivery-shape-violated",
    "{0} Die Bewertung (MQA) zieht dafür Punkte ab.",
    "{1} The rating (MQA) takes off points for it.",
    "{2}",
    "{3}",
    "DCAT-AP 3.0.1 shapes",
)
NO_LANGUAGE = declare(
    "delivery-text-without-language",
    "{0} hat keine Sprachangabe; das Portal nimmt die Vorgabe des Katalogs ({1}) an.",
    "{0} has no language tag; the portal assumes the catalogue's default ({1}).",
    "Geben Sie an der Quelle die Sprache der Texte an.",
    "Give the language of the texts at the source.",
    "data provider manual: default language",
)
CATALOG_LANGUAGE = declare(
    "delivery-catalog-language",
    "Der Katalog nennt keine Sprache aus der Liste der EU (dct:language).",
    "The catalogue names no language of the EU's list (dct:language).",
    "Setzen Sie language in region.toml.",
    "Set language in region.toml.",
    "data provider manual: default language",
)
CATALOG_PUBLISHER = declare(
    "delivery-catalog-publisher",
    "Der Katalog nennt keinen Herausgeber mit Namen und E-Mail.",
    "The catalogue names no publisher with name and e-mail.",
    "Setzen Sie publisher in region.toml.",
    "Set publisher in region.toml.",
    "data provider manual: publisher name and e-mail",
)
NOT_DETERMINISTIC = declare(
    "delivery-not-deterministic",
    "Zweimal abgerufen, ist {0} jedes Mal anders; das Portal hält dann alles für geändert.",
    "Fetched twice, {0} differs each time; the portal then takes everything for changed.",
    "Prüfen Sie, was an der Ausgabe vom Zeitpunkt des Abrufs abhängt.",
    "Check what of the output depends on when it is fetched.",
    "data provider manual: one hash per dataset",
)
NO_VALIDATOR = declare(
    "delivery-no-304",
    "{0} antwortet auf If-None-Match nicht mit 304; jeder Abruf überträgt alles.",
    "{0} does not answer If-None-Match with 304; each harvest transfers everything.",
    "Prüfen Sie, ob ein Proxy den ETag entfernt.",
    "Check whether a proxy removes the ETag.",
)
NO_HEAD = declare(
    "delivery-no-head",
    "{0} antwortet auf HEAD mit {1}; die Prüfung der Erreichbarkeit wertet die Adresse als tot.",
    "{0} answers HEAD with {1}; the check of availability takes the address for dead.",
    "Lassen Sie HEAD am Proxy zu.",
    "Allow HEAD at the proxy.",
    "MQA: accessURL and downloadURL are asked with HEAD",
)
DEAD = declare(
    "delivery-address-dead",
    "Die Adresse der Daten {0} antwortet nicht: {1} Die Bewertung (MQA) zieht dafür Punkte ab.",
    "The data's address {0} does not answer: {2} The rating (MQA) takes off points for it.",
    "Berichtigen Sie die Adresse an der Quelle, und prüfen Sie sie mit allmende check-links.",
    "Correct the address at the source, and check it with allmende check-links.",
    "MQA: accessURL and downloadURL are asked with HEAD",
)
OTHER_SYNTAX = declare(
    "delivery-syntax-differs",
    "{0} enthält andere Datensätze als {1}.",
    "{0} holds other datasets than {1}.",
    "Melden Sie das als Fehler des Programms.",
    "Report that as a fault of the program.",
)
_DATES = {str(p): p for p in (DCTERMS.issued, DCTERMS.modified, DCAT.startDate, DCAT.endDate, SCHEMA.startDate)}
_TEXTS = (DCTERMS.title, DCTERMS.description)
_TWINS = ("ttl", "rdf", "jsonld")


def check(feed: Feed) -> Verdict:
    """What data.europa.eu's checklist says of a feed."""
    default = _language(feed)
    own: dict[str, list[Remark]] = {}
    for described in feed.datasets:
        own.setdefault(described.iri, []).extend(_of_the_dataset(described, default or "de"))
        own[described.iri].extend(_dead(feed, described))
    titles = {each.iri: each.title for each in feed.datasets}
    count, missing = feed.unreached
    return Verdict(
        RECEIVER,
        TITLE,
        tuple(Record(iri, titles[iri], tuple(dict.fromkeys(remarks))) for iri, remarks in own.items()),
        (*of_the_walk(feed), *_of_the_catalog(feed, default), *_of_the_answers(feed)),
        count,
        missing,
        facts=_facts(feed, default),
    )


def _catalogs(feed: Feed) -> list[tuple[int, str]]:
    return [
        (number, catalog)
        for number, page in enumerate(feed.walk.pages)
        for catalog in page.triples.of_type(str(DCAT.Catalog))
    ]


def _language(feed: Feed) -> str | None:
    """The two-letter tag of the catalogue's language, if it is one of the EU's list."""
    for number, catalog in _catalogs(feed):
        for value in feed.walk.pages[number].triples.values(catalog, str(DCTERMS.language)):
            if isinstance(value, str) and value in LISTS["language"]:
                return {"DEU": "de", "ENG": "en", "FRA": "fr"}.get(value.rsplit("/", 1)[-1], value)
    return None


def _of_the_catalog(feed: Feed, language: str | None) -> Iterator[Remark]:
    if not feed.walk.pages:
        return
    focus = next((catalog for _, catalog in _catalogs(feed)), feed.url)
    if language is None:
        yield remark(Effect.NOTED, Severity.WARNING, focus, str(DCTERMS.language), CATALOG_LANGUAGE)
    named = False
    for number, catalog in _catalogs(feed):
        triples = feed.walk.pages[number].triples
        for publisher in triples.values(catalog, str(DCTERMS.publisher)):
            if isinstance(publisher, str):
                named |= bool(triples.values(publisher, str(FOAF.name)) and triples.values(publisher, str(FOAF.mbox)))
    if not named:
        yield remark(Effect.NOTED, Severity.WARNING, focus, str(DCTERMS.publisher), CATALOG_PUBLISHER)


# ---------------------------------------------------------------------------------------- datasets


def _of_the_dataset(described: Described, language: str) -> Iterator[Remark]:
    iri, reader, triples = described.iri, described.reader, described.page.triples
    files = [each for each in reader.objects(iri, str(DCAT.distribution)) if isinstance(each, str)]
    if not iri.startswith(("http://", "https://")):
        yield remark(Effect.DROPPED, Severity.VIOLATION, iri, None, NO_STABLE_IRI, "dcat:Dataset")
    for file in files:
        if not file.startswith(("http://", "https://")):
            yield remark(
                Effect.NOTED, Severity.WARNING, iri, str(DCAT.distribution), NO_STABLE_IRI, "dcat:Distribution"
            )
    periods = [each for each in reader.objects(iri, str(DCTERMS.temporal)) if isinstance(each, str)]
    for subject in (iri, *files, *periods):
        for path in _DATES:
            for value in triples.values(subject, path):
                text = value.text if isinstance(value, Literal) else value
                if not isinstance(value, Literal) or not _is_iso(value):
                    yield remark(Effect.REWRITTEN, Severity.WARNING, subject, path, BAD_DATE, name_of(path), text[:60])
    for prop in _TEXTS:
        texts = [value for value in triples.values(iri, str(prop)) if isinstance(value, Literal)]
        if texts and all(value.lang is None for value in texts):
            yield remark(Effect.FILLED, Severity.INFO, iri, str(prop), NO_LANGUAGE, name_of(str(prop)), language)
    for finding in findings_of(described, "dcat-ap"):
        if finding.severity is Severity.VIOLATION:
            said = (finding.message("de"), finding.message("en"), finding.fix("de"), finding.fix("en"))
            yield remark(Effect.NOTED, Severity.WARNING, finding.focus, finding.path, SHAPES, *said)


def _dead(feed: Feed, described: Described) -> Iterator[Remark]:
    for file in described.reader.children(described.iri, str(DCAT.distribution)):
        for prop in (DCAT.accessURL, DCAT.downloadURL):
            for address in described.reader.values(file, str(prop)):
                if address in feed.dead:
                    said = feed.dead[address]
                    yield remark(Effect.NOTED, Severity.WARNING, file, str(prop), DEAD, address, *said)


def _is_iso(value: Literal) -> bool:
    """Whether a date is one of ISO 8601; a plain text that looks like one counts, as the portal takes it."""
    if value.datatype is not None:
        return fits(value, Kind.DATE)
    typed = date(value.text)
    return typed is not None and typed.text == value.text.strip()


# ---------------------------------------------------------------------------------------- answers


def _of_the_answers(feed: Feed) -> Iterator[Remark]:
    """Asks the feed again: the same answer, 304, HEAD, the other syntaxes."""
    if not feed.walk.pages:
        return
    first = feed.walk.pages[0].answer
    try:
        again = feed.ask(first.url, headers={"Accept": "*/*"})
        if again.body != first.body:
            yield remark(Effect.NOTED, Severity.WARNING, feed.url, None, NOT_DETERMINISTIC, first.url)
        tag = again.headers.get("etag", "")
        unchanged = feed.ask(first.url, headers={"Accept": "*/*", "If-None-Match": tag}) if tag else None
        if unchanged is None or unchanged.status != 304:
            yield remark(Effect.NOTED, Severity.INFO, feed.url, None, NO_VALIDATOR, first.url)
    except NoAnswer as failed:
        yield remark(Effect.NOTED, Severity.WARNING, feed.url, None, NO_HEAD, first.url, str(failed))
    host = urlsplit(feed.url).netloc
    ours = [each.iri for each in feed.datasets if urlsplit(each.iri).netloc == host][:ASKED]
    for address in (first.url, *ours):
        yield from _headed(feed, address)
    yield from _twins(feed, first.url)


def _headed(feed: Feed, address: str) -> Iterator[Remark]:
    try:
        status = str(feed.ask(address, "HEAD").status)
    except NoAnswer as failed:
        status = failed.de
    if not status.isdigit() or int(status) >= 400:
        yield remark(Effect.NOTED, Severity.WARNING, address, None, NO_HEAD, address, status)


def _twins(feed: Feed, url: str) -> Iterator[Remark]:
    """The first page in the other syntaxes, where the address says in which syntax it is."""
    path, dot, rest = url.partition("/catalog.")
    suffix, mark, query = rest.partition("?")
    if not dot or suffix not in _TWINS:
        return
    ours = set(feed.walk.pages[0].datasets)
    for other in _TWINS:
        address = f"{path}/catalog.{other}{mark}{query}"
        if other == suffix:
            continue
        try:
            answer = feed.ask(address)
            theirs = set(syntax.load(answer.body, answer.final_url).triples.of_type(str(DCAT.Dataset)))
        except (NoAnswer, syntax.Unreadable):
            theirs = set()
        if theirs != ours:
            yield remark(Effect.NOTED, Severity.WARNING, address, None, OTHER_SYNTAX, address, url)


def _facts(feed: Feed, language: str | None) -> dict[str, str]:
    """What the form of data.europa.eu (request harvesting) asks for, as far as the feed says it."""
    types = Counter(page.answer.media_type for page in feed.walk.pages)
    catalog = next(iter(_catalogs(feed)), None)
    title = publisher = mail = ""
    if catalog is not None:
        said = Reader(feed.walk.pages[catalog[0]].triples)
        title = said.value(catalog[1], str(DCTERMS.title))
        agents = said.agents(catalog[1], str(DCTERMS.publisher))
        if agents:
            publisher, mail = agents[0].name, agents[0].email
    return {
        "country": "DE",
        "title": title,
        "publisher": publisher,
        "e-mail": mail,
        "endpoint": feed.url,
        "protocol": "RDF (Hydra)",
        "representation": next(iter(types), ""),
        "metadata standard": "DCAT-AP.de 3.0 (DCAT-AP 3.0.1)",
        "default language": language or "",
        "datasets": str(len({each.iri for each in feed.datasets})),
        "authentication": "none",
    }
