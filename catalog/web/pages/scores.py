"""Scores in words: what a dataset reaches, what it lacks and how many points that costs, how its addresses answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from catalog import formats
from catalog.links.answers import words
from catalog.links.book import Link
from catalog.quality.history import Day
from catalog.quality.reading import Scored
from catalog.web.templates import Page
from catalog.web.texts import Texts, later
from schemas.govdata_stages import Stages
from schemas.mqa import DIMENSIONS, HIGHEST, Metric, most

BANDS: Mapping[str, tuple[str, str]] = {
    "excellent": (later("ausgezeichnet"), "good"),
    "good": (later("gut"), "good"),
    "sufficient": (later("ausreichend"), "notice"),
    "bad": (later("mangelhaft"), "bad"),
}
NAMES: Mapping[str, str] = {
    "findability": later("Auffindbar"),
    "accessibility": later("Zugänglich"),
    "interoperability": later("Mit anderen Programmen nutzbar"),
    "reusability": later("Nachnutzbar"),
    "contextuality": later("Einordnung"),
}
# What a dataset lacks, as a sentence; then the same of many datasets, as the head of a row.
_LACKS: Mapping[str, tuple[str, str]] = {
    "keywordAvailability": (later("Schlagwörter fehlen."), later("Schlagwörter fehlen")),
    "categoryAvailability": (later("Das Thema fehlt."), later("Thema fehlt")),
    "spatialAvailability": (later("Der Ort fehlt."), later("Ort fehlt")),
    "temporalAvailability": (later("Der Zeitraum der Daten fehlt."), later("Zeitraum fehlt")),
    "accessUrlStatusCode": (
        later("Die Zugangsadresse ist nicht erreichbar."),
        later("Zugangsadresse nicht erreichbar"),
    ),
    "downloadUrlAvailability": (later("Eine Adresse zum Herunterladen fehlt."), later("Downloadadresse fehlt")),
    "downloadUrlStatusCode": (
        later("Die Adresse zum Herunterladen ist nicht erreichbar oder fehlt."),
        later("Downloadadresse nicht erreichbar oder fehlt"),
    ),
    "formatAvailability": (later("Das Format der Datei fehlt."), later("Format fehlt")),
    "mediaTypeAvailability": (later("Der Medientyp der Datei fehlt."), later("Medientyp fehlt")),
    "formatMediaTypeVocabularyAlignment": (
        later("Format oder Medientyp stehen nicht in den europäischen Listen."),
        later("Format oder Medientyp nicht in den Listen"),
    ),
    "formatMediaTypeNonProprietary": (later("Das Format ist nicht frei."), later("Format nicht frei")),
    "formatMediaTypeMachineInterpretable": (
        later("Das Format ist nicht maschinenlesbar."),
        later("Format nicht maschinenlesbar"),
    ),
    "dcatApCompliance": (
        later("Die Beschreibung verletzt Regeln von DCAT-AP."),
        later("Beschreibung verletzt Regeln von DCAT-AP"),
    ),
    "licenceAvailability": (later("Die Lizenz fehlt."), later("Lizenz fehlt")),
    "knownLicence": (
        later("Die Lizenz ist dem europäischen Datenportal nicht bekannt."),
        later("Lizenz nicht in der europäischen Liste"),
    ),
    "accessRightsAvailability": (
        later("Ob die Daten öffentlich sind, ist nicht gesagt."),
        later("Zugangsrechte fehlen"),
    ),
    "accessRightsVocabularyAlignment": (
        later("Die Zugangsrechte stehen nicht mit einem Wert der europäischen Liste da."),
        later("Zugangsrechte nicht aus der Liste"),
    ),
    "contactPointAvailability": (later("Eine Ansprechstelle fehlt."), later("Ansprechstelle fehlt")),
    "publisherAvailability": (later("Der Herausgeber fehlt."), later("Herausgeber fehlt")),
    "rightsAvailability": (later("Angaben zu den Nutzungsrechten der Datei fehlen."), later("Nutzungsrechte fehlen")),
    "byteSizeAvailability": (later("Der Eintrag nennt die Größe der Datei nicht."), later("Größe fehlt")),
    "dateIssuedAvailability": (later("Das Datum der Veröffentlichung fehlt."), later("Veröffentlichungsdatum fehlt")),
    "dateModifiedAvailability": (later("Das Datum der letzten Änderung fehlt."), later("Änderungsdatum fehlt")),
}
_LICENSE_STAGES = (
    later("Für GovData erfüllen die Lizenzen noch keine Stufe: Jede Datei braucht genau eine Lizenz."),
    later("Für GovData erreichen die Lizenzen Stufe 1 von 3: Nicht jede steht in der Liste von DCAT-AP.de."),
    later("Für GovData erreichen die Lizenzen Stufe 2 von 3: Keine davon ist offen."),
    later("Für GovData erreichen die Lizenzen die höchste Stufe: in der Liste und offen."),
)


class Lack(NamedTuple):
    """What is missing, in a sentence, and the points that it would bring."""

    sentence: Markup
    points: int


class Rating(NamedTuple):
    """A dataset's score as its page tells it."""

    total: int
    highest: int
    band: Markup
    tone: str
    dimensions: tuple[tuple[Markup, int, int], ...]  # name, points, most
    lacks: tuple[Lack, ...]
    unknown: int  # points of which nobody can say yet whether they are reached
    govdata: tuple[Markup, ...]
    before: tuple[str, int] | None  # a former day, and the points then
    computed: str


class Answering(NamedTuple):
    """How an address answers, in a sentence, with the tone of its badge."""

    sentence: Markup
    tone: str


def lacks(metric: Metric, texts: Texts) -> Markup:
    """What datasets lack that do not meet a metric, as the head of a row."""
    return texts.text(_LACKS[metric.id][1])


def band(name: str, texts: Texts) -> tuple[Markup, str]:
    """A band in a word, and its tone."""
    word, tone = BANDS[name]
    return texts.text(word), tone


def rating(scored: Scored, days: list[Day], texts: Texts) -> Rating:
    """The score of a dataset in words; ``days`` is its history, the oldest first."""
    score = scored.score
    word, tone = band(score.band, texts)
    earlier = [day for day in days[:-1] if round(day.total) != scored.total]
    return Rating(
        scored.total,
        HIGHEST,
        word,
        tone,
        tuple((texts.text(NAMES[name]), score.points(name), most(name)) for name in DIMENSIONS),
        tuple(Lack(texts.text(_LACKS[metric.id][0]), points) for metric, points in score.lost),
        sum(outcome.metric.points for outcome in score.outcomes if outcome.met is None),
        tuple(_govdata(score.stages, texts)),
        (earlier[-1].day, round(earlier[-1].total)) if earlier else None,
        scored.computed,
    )


def _govdata(stages: Stages, texts: Texts) -> list[Markup]:
    said = [texts.text(_LICENSE_STAGES[stages.license])]
    if not stages.contributor:
        said.append(texts.text("GovData verlangt genau eine Kennung des Datenbereitstellers aus seiner Liste."))
    if not stages.publisher:
        said.append(texts.text("GovData verlangt genau einen Herausgeber mit Namen."))
    return said


def answering(page: Page, link: Link | None) -> Answering | None:
    """How an address answers; None where nothing is known of it, not even that it will be asked."""
    if link is None:
        return None
    _ = page.texts.text
    reason = words(link.reason, link.status, page.language)
    if link.works:
        return Answering(_("Zuletzt erreichbar am {time}.", time=_time(page, link.reachable or "")), "good")
    before = Markup()
    if link.reachable:
        before = Markup(" ") + _("Zuletzt erreichbar am {time}.", time=_time(page, link.reachable))
    if link.works is False:
        since = _("Nicht erreichbar seit dem {day}: {reason}.", day=page.day(link.failing_since or ""), reason=reason)
        return Answering(since + before, "bad")
    if link.reason in ("robots", "robots-unreachable", "not-asked"):
        return Answering(
            _("Ob die Adresse erreichbar ist, wird nicht geprüft: {reason}.", reason=reason) + before, "idle"
        )
    return Answering(_("Ob die Adresse erreichbar ist, wurde noch nicht geprüft."), "idle")


def _time(page: Page, moment: str) -> str:
    return formats.time(moment, page.language)
