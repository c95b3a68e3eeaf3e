"""GovData: CKAN with ckanext-dcat and ckanext-dcatde, as its harvester would read the feed.

Source: ckanext-dcatde 6.10, harvesters/dcatde_rdf.py and harvest_utils.py (standards/govdata.md 2 and 3).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from catalog.delivery.ckan_package import not_taken, package
from catalog.delivery.ckan_values import Breaks
from catalog.delivery.feed import Described, Feed
from catalog.delivery.paging import End
from catalog.delivery.remarks import Effect, NotTaken, Record, Remark, Verdict, remark
from schemas.findings import Severity, declare
from schemas.kinds import date
from schemas.namespaces import DCAT, DCATDE, DCTERMS, FOAF
from schemas.validation import name_of
from schemas.vocabularies import LISTS, modern, open_license

RECEIVER = "govdata"
TITLE = ("GovData", "GovData")
PROFILE = "dcatap_de"
CLOSED = "http://dcat-ap.de/def/licenses/other-closed"

FAILED = declare(
    "delivery-page-failed",
    "Seite {0}: {1}. Der Harvester bricht ab und übernimmt nichts; was er früher übernommen hat, bleibt stehen.",
    "Page {0}: {2}. The harvester gives up and imports nothing; what it imported before stays.",
    "Beheben Sie den Fehler dieser Seite, und prüfen Sie dann erneut.",
    "Mend this page, then check again.",
    "ckanext-dcat harvesters/rdf.py gather_stage",
)
REPEATS = declare(
    "delivery-page-repeats",
    "Seite {0}: {1}. Der Harvester hört hier auf und löscht alles, was er nicht gesehen hat.",
    "Page {0}: {2}. The harvester stops here and deletes all that it has not seen.",
    "Prüfen Sie hydra:next auf der Seite davor.",
    "Check hydra:next on the page before.",
    "ckanext-dcat harvesters/rdf.py gather_stage",
)
ENDLESS = declare(
    "delivery-pages-circle",
    "Seite {0}: {1}. Der Harvester kommt zu keinem Ende und übernimmt nichts.",
    "Page {0}: {2}. The harvester never ends and imports nothing.",
    "Prüfen Sie hydra:next auf den Seiten davor.",
    "Check hydra:next on the pages before.",
    "ckanext-dcat harvesters/rdf.py gather_stage",
)
CUT = declare(
    "delivery-pages-cut",
    "Die Seiten enden bei {0} von {1} Datensätzen. Der Harvester hält das für alles und löscht {2} Datensätze.",
    "The pages end at {0} of {1} datasets. The harvester takes that for everything and deletes {2} datasets.",
    "Jede Seite außer der letzten braucht hydra:next (oder hydra:nextPage) an einer hydra:PartialCollectionView oder "
    "hydra:PagedCollection.",
    "Each page but the last needs hydra:next (or hydra:nextPage) at a hydra:PartialCollectionView or "
    "hydra:PagedCollection.",
    "ckanext-dcat processors.py next_page; standards/govdata.md 2",
)
EMPTY = declare(
    "delivery-feed-empty",
    "Der Feed enthält keinen Datensatz. Der Harvester löscht alles, was er früher übernommen hat.",
    "The feed holds no dataset. The harvester deletes all that it imported before.",
    "Prüfen Sie, ob die Adresse stimmt und ob etwas veröffentlicht ist.",
    "Check whether the address is right and whether anything is published.",
    "ckanext-dcatde harvesters/dcatde_rdf.py _mark_datasets_for_deletion",
)
BREAKS = declare(
    "delivery-parser-breaks",
    "An {0} (Wert {1}) scheitert der Harvester mit einer Ausnahme. Er übernimmt dann keinen einzigen Datensatz.",
    "At {0} (value {1}) the harvester fails with an exception. It then imports not a single dataset.",
    "Geben Sie {0} als Text (Literal) an oder lassen Sie es weg; die Ausdehnung gehört nach dcat:bbox.",
    "Give {0} as text (a literal) or leave it out; the extent belongs into dcat:bbox.",
    "ckanext-dcat profiles/base.py _parse_geodata",
)
UNTITLED = declare(
    "delivery-no-title",
    "Der Datensatz hat keinen Titel. Der Harvester scheitert daran und übernimmt keinen einzigen Datensatz.",
    "The dataset has no title. The harvester fails at that and imports not a single dataset.",
    "Ergänzen Sie den Titel an der Quelle.",
    "Add the title at the source.",
    "ckanext-dcat harvesters/rdf.py gather_stage",
)
NO_DISTRIBUTION = declare(
    "delivery-no-distribution",
    "Der Datensatz hat keine Distribution; GovData verwirft ihn und löscht einen früher übernommenen.",
    "The dataset has no distribution; GovData drops it and deletes one imported before.",
    "Ergänzen Sie an der Quelle wenigstens eine Distribution mit accessURL.",
    "Add at least one distribution with accessURL at the source.",
    "ckanext-dcatde option resources_required",
)
UNNAMED = declare(
    "delivery-no-iri",
    "Der Datensatz hat weder IRI noch Kennung; GovData erkennt ihn beim nächsten Abruf nicht wieder.",
    "The dataset has neither an IRI nor an identifier; GovData does not recognise it at the next harvest.",
    "Geben Sie dem Datensatz an der Quelle eine IRI.",
    "Give the dataset an IRI at the source.",
    "ckanext-dcat harvesters/rdf.py _get_guid",
)
TWICE = declare(
    "delivery-iri-twice",
    "Der Datensatz steht mehrmals im Feed; nur die letzte Fassung bleibt.",
    "The dataset stands in the feed several times; only the last form of it stays.",
    "Prüfen Sie, warum die Seiten ihn mehrmals enthalten.",
    "Check why the pages hold it several times.",
)
DUPLICATE = declare(
    "delivery-duplicate",
    "Die Kennung (dct:identifier) {0} trägt auch {1}; GovData behält nur den neueren nach dct:modified, bei gleichem "
    "Datum den zuerst übernommenen.",
    "The identifier (dct:identifier) {0} is borne by {1} too; GovData keeps the newer one by dct:modified only, with "
    "equal dates the one imported first.",
    "Geben Sie verschiedenen Datensätzen an der Quelle verschiedene Kennungen.",
    "Give different datasets different identifiers at the source.",
    "ckanext-dcatde harvest_utils.py handle_duplicates",
)
NO_LICENSE = declare(
    "delivery-license-filled",
    "Die Distribution hat keine Lizenz; GovData trägt „Andere geschlossene Lizenz“ (other-closed) ein.",
    "The distribution has no licence; GovData enters “other closed licence” (other-closed).",
    "Nennen Sie die Lizenz an der Quelle.",
    "Name the licence at the source.",
    "ckanext-dcatde _get_fallback_license",
)
OLD_LICENSE = declare(
    "delivery-license-rewritten",
    "Die Lizenz {0} ist veraltet; GovData ersetzt sie durch {1}.",
    "The licence {0} is outdated; GovData replaces it by {1}.",
    "Nennen Sie an der Quelle die heutige IRI der Lizenz.",
    "Name the licence's present IRI at the source.",
    "ckanext-dcatde dcat_licenses_upgrade_mapping",
)
UNLISTED_LICENSE = declare(
    "delivery-license-unlisted",
    "Die Lizenz {0} steht nicht in der Liste von DCAT-AP.de; GovData zeigt sie ohne Namen und nicht als offen.",
    "The licence {0} is not in the list of DCAT-AP.de; GovData shows it without a name and not as open.",
    "Wählen Sie an der Quelle eine Lizenz aus http://dcat-ap.de/def/licenses.",
    "Choose a licence of http://dcat-ap.de/def/licenses at the source.",
    "GovData dashboard, stage 2",
)
NOT_OPEN = declare(
    "delivery-license-closed",
    "Keine Distribution hat eine offene Lizenz; die Anzeige der Datenqualität zählt den Datensatz nicht als offen.",
    "No distribution has an open licence; the quality dashboard does not count the dataset as open.",
    "Prüfen Sie, ob die Daten unter einer offenen Lizenz stehen können.",
    "Check whether the data can bear an open licence.",
    "GovData dashboard, stage 3",
)
NO_CONTRIBUTOR = declare(
    "delivery-contributor-filled",
    "Der Datensatz hat keine Datenbereitsteller-Kennung (contributorID); GovData trägt die der Lieferquelle ein.",
    "The dataset has no contributor ID; GovData enters the one of the harvest source.",
    "Setzen Sie contributor_id in region.toml, sobald Sie eine Kennung haben.",
    "Set contributor_id in region.toml once you have an ID.",
    "ckanext-dcatde _set_contributor_id_for_dataset",
)
NO_PUBLISHER = declare(
    "delivery-no-publisher",
    "Der Herausgeber hat auf dieser Seite des Feeds keinen Namen; GovData zeigt keinen.",
    "The publisher has no name on this page of the feed; GovData shows none.",
    "Nennen Sie an der Quelle den Herausgeber mit Namen.",
    "Name the publisher at the source.",
    "GovData dashboard: publisher with foaf:name",
)
NO_KEYWORD = declare(
    "delivery-no-keyword",
    "Der Datensatz hat kein Schlagwort; die Anzeige der Datenqualität verlangt eines.",
    "The dataset has no keyword; the quality dashboard demands one.",
    "Ergänzen Sie Schlagwörter an der Quelle.",
    "Add keywords at the source.",
    "GovData dashboard: dcat:keyword",
)
KEYWORD = declare(
    "delivery-keyword-rewritten",
    "Das Schlagwort „{0}“ wird bei GovData zu „{1}“.",
    "The keyword “{0}” becomes “{1}” at GovData.",
    "Verwenden Sie Schlagwörter aus Buchstaben, Ziffern, Bindestrichen und Leerzeichen, jedes für sich.",
    "Use keywords of letters, digits, hyphens and blanks, each on its own.",
    "ckanext-dcatde profiles.py _munge_tag; ckanext-dcat _keywords",
)
GARBLED = declare(
    "delivery-node-garbled",
    "{0} verweist auf eine namenlose Angabe; GovData übernimmt davon nur eine bedeutungslose innere Kennung.",
    "{0} leads to an unnamed node; GovData takes a meaningless internal label of it only.",
    "Geben Sie der Angabe an der Quelle eine IRI oder ein rdfs:label.",
    "Give the node an IRI or an rdfs:label at the source.",
    "ckanext-dcat profiles/base.py _object_value",
)


class _Import(NamedTuple):
    """A dataset that is to be imported, with what the parser made of it."""

    described: Described
    package: dict[str, Any]


def check(feed: Feed) -> Verdict:
    """What GovData's harvester would make of a feed."""
    whole: list[Remark] = list(_of_the_walk(feed))
    imports, remarks = [], dict[str, list[Remark]]()
    passed_over: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    for described in feed.datasets:
        own = remarks.setdefault(described.iri, [])
        for entry in not_taken(described.reader, described.iri):
            passed_over[entry] += 1
            examples.setdefault(entry, described.iri)
        try:
            found = package(described.reader, described.iri, PROFILE)
        except Breaks as breaks:
            shown = breaks.value if not breaks.value.startswith("_:") else "_:"
            broken = (name_of(breaks.property), shown[:120])
            own.append(remark(Effect.DROPPED, Severity.VIOLATION, described.iri, breaks.property, BREAKS, *broken))
            whole.append(own[-1])
            continue
        own += _of_the_dataset(described, found)
        whole += [each for each in own if each.finding.rule == UNTITLED]
        imports.append(_Import(described, found))
    for iri, each in _duplicates(imports):
        remarks[iri].append(each)
    titles = {each.iri: each.title for each in feed.datasets}
    ends_early = feed.walk.end in (End.WHOLE, End.REPEATS)
    count, missing = feed.unreached if ends_early else (0, ())
    return Verdict(
        RECEIVER,
        TITLE,
        tuple(Record(iri, titles[iri], tuple(dict.fromkeys(own))) for iri, own in remarks.items()),
        tuple(whole),
        count,
        missing,
        tuple(NotTaken(kind, prop, n, examples[kind, prop]) for (kind, prop), n in passed_over.most_common()),
    )


def _of_the_walk(feed: Feed) -> Iterator[Remark]:
    walk = feed.walk
    rule = {End.FAILED: FAILED, End.REPEATS: REPEATS, End.ENDLESS: ENDLESS}.get(walk.end)
    if rule is not None:
        yield remark(Effect.DROPPED, Severity.VIOLATION, feed.url, None, rule, walk.at, *walk.reason)
    elif not feed.datasets:
        yield remark(Effect.DROPPED, Severity.VIOLATION, feed.url, None, EMPTY)
    elif count := feed.unreached[0]:
        read = len({each.iri for each in feed.datasets})
        numbers = (str(read), str(read + count), str(count))
        yield remark(Effect.NOTED, Severity.VIOLATION, feed.url, None, CUT, *numbers)


def _of_the_dataset(described: Described, found: dict[str, Any]) -> Iterator[Remark]:
    iri, extras = described.iri, found["extras"]
    if not found.get("title"):
        yield remark(Effect.DROPPED, Severity.VIOLATION, iri, str(DCTERMS.title), UNTITLED)
    if not extras["uri"] and not extras.get("identifier"):
        yield remark(Effect.DROPPED, Severity.VIOLATION, iri, None, UNNAMED)
    if not found["resources"]:
        yield remark(Effect.DROPPED, Severity.VIOLATION, iri, str(DCAT.distribution), NO_DISTRIBUTION)
    if "contributorID" not in extras:
        yield remark(Effect.FILLED, Severity.WARNING, iri, str(DCATDE.contributorID), NO_CONTRIBUTOR)
    if not extras.get("publisher_name"):
        yield remark(Effect.NOTED, Severity.WARNING, iri, str(FOAF.name), NO_PUBLISHER)
    yield from _of_the_licenses(iri, found["resources"])
    yield from _of_the_keywords(iri, found["tags"])
    yield from _garbled(iri, found)


def _of_the_licenses(iri: str, resources: list[dict[str, Any]]) -> Iterator[Remark]:
    path = str(DCTERMS.license)
    for resource in resources:
        stated = resource.get("license", "")
        focus = resource["uri"] or iri
        present = _rewritten(stated)
        if not stated:
            yield remark(Effect.FILLED, Severity.WARNING, focus, path, NO_LICENSE)
        elif present != stated:
            yield remark(Effect.REWRITTEN, Severity.WARNING, focus, path, OLD_LICENSE, stated, present)
        elif stated not in LISTS["license"]:
            yield remark(Effect.NOTED, Severity.WARNING, focus, path, UNLISTED_LICENSE, stated[:120])
    licenses = [_rewritten(resource["license"]) for resource in resources if resource.get("license")]
    if licenses and not any(each in LISTS["license"] and open_license(each) for each in licenses):
        yield remark(Effect.NOTED, Severity.INFO, iri, path, NOT_OPEN)


def _rewritten(license_iri: str) -> str:
    """The licence as GovData writes it: it knows the old codes of its list, but not the addresses of the licences' texts."""
    return modern(license_iri) if "dcat-ap.de/def/" in license_iri else license_iri


_NO_TAG = re.compile(r"[^a-zA-ZÄÖÜäöüß0-9 \-_.]")


def tag_of(keyword: str) -> str:
    """The tag that GovData makes of a keyword: lower case, without other signs, hyphens for blanks, 2 to 100 long."""
    kept = _NO_TAG.sub("", keyword.lower().strip()).replace(" ", "-")
    return kept.ljust(2, "_")[:100]


def _of_the_keywords(iri: str, keywords: list[str]) -> Iterator[Remark]:
    path = str(DCAT.keyword)
    if not keywords:
        yield remark(Effect.NOTED, Severity.WARNING, iri, path, NO_KEYWORD)
    for keyword in keywords:
        tag = tag_of(keyword)
        if tag != keyword.lower().strip().replace(" ", "-"):  # case and blanks lose no meaning
            yield remark(Effect.REWRITTEN, Severity.INFO, iri, path, KEYWORD, keyword[:120], tag)


def _garbled(iri: str, found: dict[str, Any]) -> Iterator[Remark]:
    """The fields that hold nothing but the label of a blank node."""
    for place in (found, found["extras"], *found["resources"]):
        for key, value in place.items():
            values = value if isinstance(value, list) else [value]
            if any(isinstance(each, str) and each.startswith("_:") for each in values):
                yield remark(Effect.NOTED, Severity.INFO, iri, None, GARBLED, key)


def _duplicates(imports: list[_Import]) -> Iterator[tuple[str, Remark]]:
    """Datasets that give way to another one with the same identifier, and those that stand in the feed twice."""
    kept: dict[str, _Import] = {}
    seen: set[str] = set()
    for each in imports:
        iri = each.described.iri
        if iri in seen:
            yield iri, remark(Effect.NOTED, Severity.WARNING, iri, None, TWICE)
            continue
        seen.add(iri)
        identifier = each.package["extras"].get("identifier")
        if not identifier:
            continue
        other = kept.get(identifier)
        kept[identifier] = each
        if other is None:
            continue
        loser, winner = (other, each) if _is_newer(each, other) else (each, other)
        kept[identifier] = winner
        names = (identifier, winner.described.iri)
        path = str(DCTERMS.identifier)
        gone = loser.described.iri
        yield gone, remark(Effect.DROPPED, Severity.VIOLATION, gone, path, DUPLICATE, *names)


def _is_newer(late: _Import, early: _Import) -> bool:
    """Whether the one imported later replaces the earlier one: only if its date of change is later, or the only one."""
    new, old = (_moment(each.package["extras"].get("modified", "")) for each in (late, early))
    return new is not None and (old is None or new > old)


def _moment(text: str) -> datetime | None:
    typed = date(text)
    if typed is None:
        return None
    day = f"{typed.text}-01-01"[:10] if "T" not in typed.text and len(typed.text) < 10 else typed.text
    try:
        found = datetime.fromisoformat(day.replace("T24:00:00", "T00:00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
