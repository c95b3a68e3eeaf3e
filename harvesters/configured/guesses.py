"""What a source file for an unknown JSON list would say: where the list lies, which fields look like title, id and link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from harvesters.files.endings import is_data_address
from harvesters.mapping.native_values import word
from schemas.kinds import is_web
from schemas.vocabularies.spelling import fold

# Names that interfaces give to what DCAT-AP calls so, the likeliest first.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "titel", "name", "bezeichnung", "label", "headline", "dct:title"),
    "description": ("description", "beschreibung", "abstract", "summary", "kurzbeschreibung", "notes", "text"),
    "keyword": ("keywords", "keyword", "tags", "schlagwoerter", "schlagwörter", "stichworte"),
    "theme": ("theme", "themes", "thema", "category", "categories", "kategorie", "kategorien"),
    "modified": (
        "modified",
        "metadata_modified",
        "date_modified",
        "last_modified",
        "last_updated",
        "last_update",
        "updated",
        "updated_at",
        "geaendert",
        "geaendert_am",
        "letzte_aenderung",
        "aenderungsdatum",
        "aktualisiert",
        "aktualisiert_am",
        "letzte_aktualisierung",
        "changed",
        "changed_at",
        "stand",
        "datenstand",
    ),
    "issued": (
        "issued",
        "published",
        "published_at",
        "publication_date",
        "release_date",
        "veroeffentlicht",
        "veroeffentlicht_am",
        "created",
        "created_at",
        "date_created",
        "erstellt",
        "erstellt_am",
        "erstellungsdatum",
    ),
    "license": ("license", "licence", "lizenz", "license_id"),
    "publisher": ("publisher", "organization", "organisation", "herausgeber", "author"),
    "landing_page": ("landingPage", "landing_page", "homepage", "url", "link", "web", "website"),
}
_IDS = ("id", "identifier", "uuid", "guid", "uid", "key", "kennung", "_id", "slug")
_DATES = (_NAMES["modified"], _NAMES["issued"])
_DATE = re.compile(r"(?:19|20)\d{2}|\d{9}")
_DOWNLOADS = ("download_url", "downloadURL", "download", "file", "fileUrl", "file_url", "datei", "href")


class Guess(NamedTuple):
    """A proposal: how many records, some titles, the options."""

    number: int | None
    samples: tuple[str, ...]
    options: dict[str, Any]


def guess(document: Any) -> Guess | None:
    """The proposal for a document; None if there is no list of objects in it.

    Entries without anything that looks like a link are data and no descriptions of data: then the whole is proposed as
    one dataset.
    """
    found = next(_lists(document, "", 3), None)
    if found is None:
        return None
    where, entries = found
    options: dict[str, Any] = {"items": where} if where else {}
    sample = entries[:50]
    fields = {name: known for name, names in _NAMES.items() if (known := _field(sample, names))}
    download = _field(sample, _DOWNLOADS)
    access, pages = download, _NAMES["landing_page"]
    # A link that ends as data do leads to the file, whatever its field is called.
    while (link := fields.get("landing_page", "")) and (ends := _ends_as_data(sample, link)):
        del fields["landing_page"]
        access = access or link
        download = download or (link if ends == 1 else "")
        pages = tuple(name for name in pages if fold(name) != fold(link))
        if other := _field(sample, pages, of_addresses=True):
            fields["landing_page"] = other
    if "title" not in fields or not (access or "landing_page" in fields or "license" in fields):
        return Guess(1, (), {**options, "one": True})
    if identifier := _field(sample, _IDS):
        options["id"] = identifier
    options["fields"] = fields
    if access:
        options["distribution"] = [{"access_url": access, **({"download_url": download} if download else {})}]
    title = fields["title"]
    samples = tuple(word(entry.get(title)) for entry in entries[:3])
    return Guess(len(entries), samples, options)


def _lists(value: Any, above: str, depth: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Lists of objects, the nearest to the root first."""
    if isinstance(value, list):
        if value and all(isinstance(entry, dict) for entry in value[:20]):
            yield above, [entry for entry in value if isinstance(entry, dict)]
        return
    if isinstance(value, dict) and depth:
        ordered = sorted(value.items(), key=lambda pair: not isinstance(pair[1], list))
        for name, inner in ordered:
            step = name if name.isidentifier() else f'["{name}"]'
            yield from _lists(inner, f"{above}.{step}" if above and step == name else f"{above}{step}", depth - 1)


def _ends_as_data(entries: list[dict[str, Any]], name: str) -> float:
    """The share of a field's addresses that end as files with data do; 0 if these are not the most."""
    found = [is_data_address(word(entry[name])) for entry in entries if entry.get(name) not in (None, "", [], {})]
    return sum(found) / len(found) if 2 * sum(found) > len(found) else 0


def _field(entries: list[dict[str, Any]], names: tuple[str, ...], of_addresses: bool = False) -> str:
    """The name among the fields of most entries; for links and dates, only where addresses and dates stand in it."""
    needs_address = of_addresses or names in (_DOWNLOADS, _NAMES["landing_page"])
    for name in names:
        for known in dict.fromkeys(key for entry in entries for key in entry if fold(key) == fold(name)):
            values = [entry[known] for entry in entries if entry.get(known) not in (None, "", [], {})]
            if 2 * len(values) < len(entries) or any(isinstance(value, dict) for value in values):
                continue
            if needs_address and not all(is_web(word(value)) for value in values):
                continue
            if names in _DATES and not all(_DATE.search(word(value)) for value in values):
                continue
            return known
    return ""
