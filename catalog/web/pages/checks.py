"""How good a dataset's data are for whoever wants to use them: checks as sentences, each with how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from catalog.links.book import Link
from catalog.reading.entries import Entry
from catalog.web import sanitising
from catalog.web.pages import currency, distributions, facts
from catalog.web.templates import Page
from schemas.model import Dataset
from schemas.vocabularies import non_proprietary

_DESCRIBED = 80  # characters that say more than a title does


class Check(NamedTuple):
    """One check. ``met`` is None where nobody can tell yet; ``fix`` says how to mend it, empty where nothing is wrong."""

    met: bool | None
    sentence: Markup
    fix: Markup


def checks(
    page: Page, entry: Entry, record: Dataset, files: Sequence[distributions.File], links: Mapping[str, Link]
) -> tuple[Check, ...]:
    """What was checked, in the order in which it matters to a reader."""
    return tuple(_checks(page, entry, record, files, links))


def _checks(
    page: Page, entry: Entry, record: Dataset, files: Sequence[distributions.File], links: Mapping[str, Link]
) -> Iterator[Check]:
    _ = page.texts.text
    described = sanitising.plain(facts.spoken(record.description, page.language).text)
    yield _check(
        len(described) >= _DESCRIBED,
        _("Die Daten sind beschrieben."),
        _("Die Beschreibung fehlt oder ist sehr kurz."),
        _("Schreiben Sie in zwei Sätzen, was die Daten enthalten und woher sie kommen."),
    )
    yield _reachable(page, files, links)
    yield _check(
        bool(files) and all(file.licence and file.licence.open for file in files),
        _("Alle Dateien dürfen frei genutzt werden."),
        _("Nicht jede Datei hat eine offene Lizenz."),
        _("Geben Sie bei jeder Datei eine offene Lizenz an, zum Beispiel dl-de/by-2.0."),
    )
    yield _check(
        any(distributions.readable_by_programs(file) and non_proprietary(file.format) for file in files),
        _("Mindestens eine Datei hat ein offenes Format, das Programme lesen."),
        _("Keine Datei hat ein offenes Format, das Programme lesen."),
        _("Stellen Sie die Daten zusätzlich als CSV oder GeoJSON bereit."),
    )
    yield _kept_up(page, entry, record)
    yield _check(
        bool(record.temporal),
        _("Es steht dabei, für welche Zeit die Daten gelten."),
        _("Es fehlt, für welche Zeit die Daten gelten."),
        _("Geben Sie Beginn und Ende des Zeitraums an."),
    )
    yield _check(
        bool(record.spatial or record.political_geocoding or record.geocoding_description),
        _("Es steht dabei, für welchen Ort die Daten gelten."),
        _("Es fehlt, für welchen Ort die Daten gelten."),
        _("Geben Sie die Gemeinde oder das Gebiet an."),
    )
    yield _check(
        bool(record.contact_point),
        _("Für Fragen ist eine Stelle genannt."),
        _("Für Fragen ist keine Stelle genannt."),
        _("Nennen Sie eine Stelle mit E-Mail-Adresse."),
    )


def _check(met: bool, good: Markup, bad: Markup, fix: Markup) -> Check:
    return Check(met, good if met else bad, Markup() if met else fix)


def _reachable(page: Page, files: Sequence[distributions.File], links: Mapping[str, Link]) -> Check:
    _ = page.texts.text
    works = [links[file.address].works if file.address in links else None for file in files if file.address]
    if not works:
        return Check(
            False,
            _("Es ist keine Datei angegeben, die man herunterladen kann."),
            _("Geben Sie die Adresse der Datei an."),
        )
    broken = sum(each is False for each in works)
    if broken:
        said = page.texts.plural("{n} Datei ist nicht erreichbar.", "{n} Dateien sind nicht erreichbar.", broken)
        return Check(False, said, _("Berichtigen Sie die Adresse oder stellen Sie die Datei wieder bereit."))
    if None in works:
        return Check(None, _("Ob alle Dateien erreichbar sind, ist noch nicht geprüft."), Markup())
    return Check(True, _("Alle Dateien sind erreichbar."), Markup())


def _kept_up(page: Page, entry: Entry, record: Dataset) -> Check:
    _ = page.texts.text
    late = currency.lateness(page, entry, record)
    if late == 0:
        return Check(True, _("Die Daten werden so oft aktualisiert, wie es angekündigt ist."), Markup())
    if late:
        said = page.texts.plural(
            "Die Daten sind seit {n} Tag überfällig.", "Die Daten sind seit {n} Tagen überfällig.", late
        )
        return Check(False, said, _("Aktualisieren Sie die Daten oder passen Sie den Rhythmus an."))
    if currency.is_finished(page, record):
        return Check(True, _("Die Daten sind ein abgeschlossener Teil einer Reihe."), Markup())
    if record.accrual_periodicity:
        return Check(None, _("Die Daten haben keinen festen Rhythmus."), Markup())
    return Check(
        False,
        _("Es fehlt, wie oft die Daten aktualisiert werden."),
        _("Geben Sie an, wie oft die Daten aktualisiert werden."),
    )
