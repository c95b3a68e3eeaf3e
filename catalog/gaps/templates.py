"""A neighbour's record as a template: the row of a metadata sheet that a municipality fills in for its own data."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

from catalog.spreadsheets import plain_cell
from schemas.model import Dataset, Distribution, iri_of, text
from schemas.musterdaten import Entry
from schemas.region import Municipality, Region
from schemas.vocabularies import LISTS, needs_attribution

COLUMNS = (
    *("Titel", "Beschreibung", "Datei", "Schlagwörter", "Thema", "Lizenz", "Namensnennung", "Herausgeber"),
    *("Kontakt", "E-Mail", "Aktualisierung", "Zeitraum von", "Zeitraum bis", "Gebiet", "Stand", "HVD"),
)
"""The columns of the sheet, as the folder reader knows them (docs/sources/folder.md)."""

OWN = frozenset({"Datei", "Kontakt", "E-Mail", "Zeitraum von", "Zeitraum bis", "Stand"})
"""What only the municipality itself knows: left empty."""


def row(
    record: Dataset, entry: Entry, region: Region, giver: str, taker: Municipality, written: bool = True
) -> Mapping[str, str]:
    """The row by column. ``giver`` is the municipality whose record it is: its name gives way to the taker's.
    A description that is not ``written`` by anybody speaks of the giver's files: it is left out."""
    names = _names(region, giver)
    files = [each for each in record.distribution if isinstance(each, Distribution)]
    licenses = [iri for each in files for value in each.license if (iri := iri_of(value))]
    license = next((code for iri in licenses if (code := LISTS["license"].by_iri(iri))), None)
    stated = [iri for iri in map(iri_of, record.theme) if iri] or list(entry.themes)
    themes = [code.de for iri in stated if (code := LISTS["data-theme"].by_iri(iri))]
    frequencies = [LISTS["frequency"].label(iri, "de") for iri in map(iri_of, record.accrual_periodicity) if iri]
    keywords = [value.text for value in record.keyword if (value.lang or "de") == "de"]
    filled = {
        "Titel": _renamed(text(record.title), names, taker),
        "Beschreibung": _renamed(_plain(text(record.description)), names, taker) if written else "",
        "Schlagwörter": "; ".join(dict.fromkeys((*_renamed_all(keywords, names, taker), *entry.topic.split("; ")))),
        "Thema": "; ".join(themes),
        "Lizenz": license.code if license else "",
        "Namensnennung": taker.name if license and needs_attribution(license.iri) else "",
        "Herausgeber": taker.name,
        "Aktualisierung": frequencies[0] or "" if frequencies else "",
        "Gebiet": taker.name,
        "HVD": _hvd(record, entry),
    }
    return {column: filled.get(column, "") for column in COLUMNS}


def sheet(rows: list[Mapping[str, str]]) -> bytes:
    """Rows as ``metadaten.csv``: separated by semicolons, with a mark, so that a double click opens it in columns."""
    written = io.StringIO()
    written.write("\ufeff")
    writer = csv.writer(written, delimiter=";")
    writer.writerow(COLUMNS)
    writer.writerows([plain_cell(each[column]) for column in COLUMNS] for each in rows)
    return written.getvalue().encode()


def _hvd(record: Dataset, entry: Entry) -> str:
    stated = [
        code.de for iri in map(iri_of, record.hvd_category) if iri and (code := LISTS["hvd-category"].by_iri(iri))
    ]
    if stated:
        return stated[0]
    listed = [code.de for iri in entry.hvd if (code := LISTS["hvd-category"].by_iri(iri))]
    return listed[0] if listed else ""


def _plain(description: str) -> str:
    """A description without mark-up and line breaks."""
    return " ".join(re.sub(r"<[^>]{0,500}>", " ", description).split())


def _names(region: Region, giver: str) -> tuple[str, ...]:
    """How a municipality is called in texts, the longest form first: ``Gemeinde Neuhof``, ``Neuhof``."""
    place = region.municipality(giver)
    if place is None:
        return ()
    short = short_name(place.name)
    return tuple(dict.fromkeys((place.name, short)))


def short_name(name: str) -> str:
    """The name of a municipality without what it is: Gemeinde, Stadt, Markt."""
    return re.sub(r"^(?:Gemeinde|Stadt|Markt(?:gemeinde)?)\s+", "", name)


def _renamed(said: str, names: tuple[str, ...], taker: Municipality) -> str:
    for name in names:
        other = taker.name if name != short_name(name) else short_name(taker.name)
        said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", other.replace("\\", r"\\"), said)
    return said


def _renamed_all(words: list[str], names: tuple[str, ...], taker: Municipality) -> list[str]:
    return [_renamed(word, names, taker) for word in words]
