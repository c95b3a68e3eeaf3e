"""What a dataset lacks even with all proposals: the points, and why nothing can be proposed there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from catalog.repair.rules.high_value import unproposed
from catalog.repair.subject import Subject
from schemas.mqa import Assessment, Metric

_DATES = (
    "Weder die Quelle noch der Server nennt dieses Datum.",
    "Neither the source nor the server names this date.",
)
_BROKEN = (
    "Die Adresse antwortet nicht. Das lässt sich nur an der Quelle beheben.",
    "The address does not answer. That can only be mended at the source.",
)
_FORMAT = (
    "Was die Datei ist, war an ihren ersten Bytes nicht sicher zu erkennen.",
    "What the file is could not be told with certainty from its first bytes.",
)
_OTHER_FORMAT = (
    "Das liegt am Format. Legen Sie die Daten an der Quelle auch als CSV, JSON oder GeoJSON ab.",
    "The format is the reason. Offer the data at the source as CSV, JSON or GeoJSON too.",
)
# Why a rule found nothing to say, by metric.
_WHY: Mapping[str, tuple[str, str]] = {
    "keywordAvailability": (
        "Weder der Titel noch Datensätze von Nachbarn geben Schlagwörter her.",
        "Neither the title nor neighbours' datasets yield keywords.",
    ),
    "categoryAvailability": (
        "Weder Titel und Schlagwörter noch Datensätze von Nachbarn lassen ein Thema erkennen.",
        "Neither title and keywords nor neighbours' datasets show a theme.",
    ),
    "spatialAvailability": (
        "In den Dateien stehen keine Koordinaten, und die Quelle gehört zu keiner Gemeinde.",
        "The files hold no coordinates, and the source belongs to no municipality.",
    ),
    "temporalAvailability": (
        "In den Dateien steht kein Datum, das für alle Daten spricht, und im Titel kein Jahr.",
        "The files hold no date that speaks for all data, and the title no year.",
    ),
    "accessUrlStatusCode": _BROKEN,
    "downloadUrlStatusCode": _BROKEN,
    "downloadUrlAvailability": (
        "Unter der Zugangsadresse kam keine Datei, sondern eine Seite oder ein Dienst.",
        "At the access address no file came, but a page or a service.",
    ),
    "formatAvailability": _FORMAT,
    "mediaTypeAvailability": _FORMAT,
    "formatMediaTypeVocabularyAlignment": (
        "Das Format steht in keiner der europäischen Listen.",
        "The format is in none of the European lists.",
    ),
    "formatMediaTypeNonProprietary": _OTHER_FORMAT,
    "formatMediaTypeMachineInterpretable": _OTHER_FORMAT,
    "dcatApCompliance": (
        "Was die Regeln verletzt, steht bei den Befunden; es ist an der Quelle zu ändern oder zu korrigieren.",
        "What breaks the rules is among the findings; it is to be changed at the source or corrected.",
    ),
    "licenceAvailability": (
        "Auf der Seite des Datensatzes steht kein Satz, der genau eine Lizenz nennt. Eine Lizenz wird nie geraten.",
        "The dataset's page has no sentence that names exactly one licence. A licence is never guessed.",
    ),
    "knownLicence": (
        "Die angegebene Lizenz kennt das europäische Datenportal nicht. Eine andere zu wählen ist Sache der Gemeinde.",
        "The European data portal does not know the licence stated. To choose another is up to the municipality.",
    ),
    "accessRightsAvailability": (
        "Es kam keine Datei ohne Anmeldung, und keine offene Lizenz ist angegeben.",
        "No file came without a login, and no open licence is stated.",
    ),
    "accessRightsVocabularyAlignment": (
        "Was angegeben ist, entspricht keinem Wert der europäischen Liste.",
        "What is stated is no value of the European list.",
    ),
    "contactPointAvailability": (
        "Die Quelle nennt keine Stelle. Tragen Sie in region.toml die der Gemeinde ein.",
        "The source names no office. Enter the municipality's in region.toml.",
    ),
    "publisherAvailability": (
        "Die Quelle nennt keinen Herausgeber und gehört zu keiner Gemeinde.",
        "The source names no publisher and belongs to no municipality.",
    ),
    "rightsAvailability": (
        "Die Datei hat keine Lizenz, aus der sich die Nutzungsrechte ergeben.",
        "The file has no licence from which the rights follow.",
    ),
    "byteSizeAvailability": (
        "Die Datei war nicht ganz zu lesen, ist ein Dienst oder ändert sich täglich.",
        "The file could not be read as a whole, is a service or changes daily.",
    ),
    "dateIssuedAvailability": _DATES,
    "dateModifiedAvailability": _DATES,
}
_UNLOOKED = (
    "Für Vorschläge dazu wurden die Dateien noch nicht angesehen; der Befehl „allmende repair“ tut das.",
    "For proposals on this the files have not been looked at yet; the command “allmende repair” does so.",
)
# What only a look into the files can tell.
_OF_FILES = frozenset(
    {
        *("formatAvailability", "mediaTypeAvailability", "formatMediaTypeVocabularyAlignment"),
        *("formatMediaTypeNonProprietary", "formatMediaTypeMachineInterpretable", "downloadUrlAvailability"),
        *("byteSizeAvailability", "temporalAvailability"),
    }
)


class Left(NamedTuple):
    """What stays missing, and why nothing is proposed, in German and English.

    It is a metric with its points, or, without points, a property (``attribute``) that a law demands.
    """

    metric: Metric | None
    points: int
    why_de: str
    why_en: str
    attribute: str = ""


def left(after: Assessment, subject: Subject) -> tuple[Left, ...]:
    """What a dataset lacks by an assessment of it with all proposals, most points first, then what a law demands."""
    unlooked = any(file.look is None for file in subject.files)
    found = []
    for outcome in after.outcomes:
        if outcome.met is not False:
            continue
        why = _UNLOOKED if unlooked and outcome.metric.id in _OF_FILES else _WHY[outcome.metric.id]
        found.append(Left(outcome.metric, outcome.metric.points - outcome.points, *why))
    demanded = [Left(None, 0, each.because_de, each.because_en, each.attribute) for each in unproposed(subject)]
    return (*sorted(found, key=lambda each: -each.points), *demanded)
