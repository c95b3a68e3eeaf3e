"""A whole DCAT or CPSV document to findings: all that is said in it checked against a profile."""

from __future__ import annotations

from collections.abc import Mapping

from schemas import cpsv, model, rdf, syntax, validation
from schemas.dcat import TABLE_OF
from schemas.findings import Finding, Severity, declare
from schemas.model import Resource
from schemas.triples import RecordLimit, Triples
from schemas.views import View

NO_RECORD = declare(
    "document-without-record",
    "Das Dokument beschreibt keinen Katalog, keinen Datensatz und keinen Datendienst.",
    "The document describes no catalogue, no dataset and no data service.",
    "Prüfen Sie, ob die Adresse auf DCAT-Metadaten zeigt.",
    "Check whether the address leads to DCAT metadata.",
)
NO_SERVICE = declare(
    "document-without-service",
    "Das Dokument beschreibt keine Verwaltungsleistung und nichts, was zu einer gehört.",
    "The document describes no public service and nothing that belongs to one.",
    "Prüfen Sie, ob die Adresse auf Leistungen nach CPSV-AP zeigt.",
    "Check whether the address leads to services after CPSV-AP.",
)
_CLASSES: tuple[type[Resource], ...] = (
    model.Catalog,
    model.Dataset,
    model.DatasetSeries,
    model.DataService,
    model.CatalogRecord,
)
_OF_SERVICES = tuple(str(table.types[0]) for table in cpsv.TABLES)


def check_document(data: bytes, profile: str, name: str) -> tuple[Finding, ...]:
    """The findings on all that a document says. Takes its bytes and a name for it. Raises syntax.Unreadable.

    The statements are judged as they stand there, as the official shapes do; what the catalogue would mend when it reads
    them is told beside that. A record that breaks a limit is a finding; the others are checked all the same.
    """
    triples = syntax.load(data, name if "://" in name else syntax.NO_BASE).triples
    if profile == cpsv.PROFILE:
        if not triples.of_type(*_OF_SERVICES):
            return (Finding(Severity.VIOLATION, name, None, NO_SERVICE),)
        reading: dict[Finding, None] = {}
    else:
        subjects = [(s, each) for each in _CLASSES for s in triples.of_type(str(TABLE_OF[each].types[0]))]
        if not subjects:
            return (Finding(Severity.VIOLATION, name, None, NO_RECORD),)
        reading = _read(triples, subjects)
    reading.update(dict.fromkeys(validation.check_view(View(triples.by_subject, places=_places(triples)), profile)))
    return tuple(reading)


def _read(triples: Triples, subjects: list[tuple[str, type[Resource]]]) -> dict[Finding, None]:
    """What is remarkable when the records are read as a harvest would."""
    reading = rdf.Reading(triples, {subject for subject, _ in subjects})
    findings: dict[Finding, None] = {}
    for subject, record_class in subjects:
        try:
            reading.record(subject, record_class)
        except RecordLimit as limit:
            finding = Finding(Severity.VIOLATION, subject, None, validation.UNPARSEABLE, (str(limit), str(limit)))
            findings[finding] = None
            continue
        findings.update(dict.fromkeys(reading.findings))
    return findings


def _places(triples: Triples) -> Mapping[str, str]:
    """For each blank node the first IRI that it hangs on."""
    places: dict[str, str] = {}
    by_subject = triples.by_subject
    for subject in by_subject:
        waiting = [] if subject.startswith("_:") else [subject]
        while waiting:
            for _, value in by_subject.get(waiting.pop(), ()):
                if isinstance(value, str) and value.startswith("_:") and value not in places:
                    places[value] = subject
                    waiting.append(value)
    return places
