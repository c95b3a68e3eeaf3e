"""The findings of a run as files: a table for Excel in German, JSON for programs; streamed, in memory flat.

The table is separated by semicolons and begins with a byte order mark: Excel with German settings takes the comma for
the decimal sign and reads UTF-8 only by the mark, so that a double click opens it in columns and with umlauts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import orjson

from catalog.reading.entries import RunRow
from catalog.runs import run_findings
from catalog.runs.run_findings import Line, Summary
from catalog.spreadsheets import plain_cell
from catalog.web.pages import causes, labels, remarks
from catalog.web.texts import SOURCE, Texts, later, texts
from schemas.findings import Finding
from schemas.region import Region

HEAD = (
    later("Gewicht"),
    later("Befund"),
    later("So wird es besser"),
    later("Angabe"),
    later("Eintrag"),
    later("Kennung an der Quelle"),
    later("Was daraus wurde"),
    later("Adresse"),
    later("Stelle"),
    later("Regel"),
)
_PIECE = 64 * 1024


def table(region: Region, run: RunRow, found: Summary, said: Texts | None = None) -> Iterator[bytes]:
    """All findings of a run as CSV: those of the source as a whole, then those of its records by cause."""
    said = said or texts(SOURCE)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    text.write("\ufeff")
    writer.writerow([said.plain(word) for word in HEAD])
    for finding, line in _all(region, found):
        writer.writerow([plain_cell(cell) for cell in _cells(region, run, finding, line, said)])
        if text.tell() > _PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _cells(region: Region, run: RunRow, finding: Finding, line: Line | None, said: Texts) -> tuple[str, ...]:
    message, fix = remarks.sentences(finding, said)
    title = str(remarks.title_of(finding.severity, said)[0])
    called = labels.property_label(finding.path, said) if finding.path else ""
    if line is None:
        return (
            title,
            message,
            fix,
            called,
            said.plain("die Quelle als Ganzes"),
            "",
            "",
            "",
            finding.focus,
            finding.rule,
        )
    place = line.place
    address = causes.place_of(place, run)
    became = said.plain(causes.BECAME[place.became])
    where = f"{region.base_url}{address}" if address else ""
    return (title, message, fix, called, place.title, place.native_id, became, where, finding.focus, finding.rule)


def document(region: Region, run: RunRow, found: Summary) -> Iterator[bytes]:
    """All findings of a run as one JSON document: its causes with counts, then each finding with its record."""
    head = {"run": run.id, "source": run.source_id, "status": run.status, "total": found.findings}
    yield orjson.dumps({**head, "causes": _causes(found)})[:-1] + b',"findings":['
    pieces: list[bytes] = []
    size, first = 0, True
    for finding, line in _all(region, found):
        piece = orjson.dumps({**finding.to_json(), "record": _record(region, run, line) if line else None})
        pieces.append(piece if first else b"," + piece)
        first = False
        size += len(piece)
        if size > _PIECE:
            yield b"".join(pieces)
            pieces.clear()
            size = 0
    yield b"".join(pieces) + b"]}\n"


def _causes(found: Summary) -> list[dict[str, object]]:
    german, english = (causes.of_run(found, texts(language)) for language in ("de", "en"))
    return [
        {
            "severity": de.severity,
            "rule": de.rule,
            "path": de.path,
            "property": {"de": de.property, "en": en.property} if de.path else None,
            "message": {"de": de.message, "en": en.message},
            "fix": {"de": de.fix, "en": en.fix},
            "findings": de.findings,
            "records": de.records,
        }
        for de, en in zip(german, english, strict=True)
    ]


def _record(region: Region, run: RunRow, line: Line) -> dict[str, object]:
    place = line.place
    address = causes.place_of(place, run)
    return {
        "key": place.key or None,
        "native_id": place.native_id,
        "title": place.title or None,
        "became": place.became,
        "page": f"{region.base_url}{address}" if address else None,
    }


def _all(region: Region, found: Summary) -> Iterator[tuple[Finding, Line | None]]:
    remarks.know_all()
    for finding in found.source:
        yield finding, None
    if found.causes:
        for line in run_findings.lines(region, found.run):
            yield found.finding(line), line
