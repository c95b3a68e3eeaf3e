"""A whole DCAT document to findings: each record in it checked against a profile."""

from __future__ import annotations

from schemas import model, rdf, syntax, validation
from schemas.dcat import TABLE_OF
from schemas.findings import Finding, Severity, declare
from schemas.model import Resource

NO_RECORD = declare(
    "document-without-record",
    "Das Dokument beschreibt keinen Katalog, keinen Datensatz und keinen Datendienst.",
    "The document describes no catalogue, no dataset and no data service.",
    "Prüfen Sie, ob die Adresse auf DCAT-Metadaten zeigt.",
    "Check whether the address leads to DCAT metadata.",
)
_CLASSES: tuple[type[Resource], ...] = (
    model.Catalog,
    model.Dataset,
    model.DatasetSeries,
    model.DataService,
    model.CatalogRecord,
)


def check_document(data: bytes, profile: str, name: str) -> tuple[Finding, ...]:
    """The findings on all records of a document. Takes its bytes and a name for it. Raises syntax.Unreadable.

    A record that breaks a limit is a finding; the others are checked all the same.
    """
    triples = syntax.load(data, name if "://" in name else syntax.NO_BASE).triples
    subjects = [
        (subject, record_class)
        for record_class in _CLASSES
        for subject in triples.of_type(str(TABLE_OF[record_class].types[0]))
    ]
    if not subjects:
        return (Finding(Severity.VIOLATION, name, None, NO_RECORD),)
    own = {subject for subject, _ in subjects}
    reading = rdf.Reading(triples, own)
    findings: dict[Finding, None] = {}
    for subject, record_class in subjects:
        try:
            record = reading.record(subject, record_class)
        except rdf.RecordLimit as limit:
            finding = Finding(Severity.VIOLATION, subject, None, validation.UNPARSEABLE, (str(limit), str(limit)))
            findings[finding] = None
            continue
        companions = tuple(reading.companions.values())
        found = validation.check(record, profile, companions)
        findings.update(dict.fromkeys((*reading.findings, *found)))
    return tuple(findings)
