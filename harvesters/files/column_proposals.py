"""Proposes which columns of a table stand for which fields of a metadata list, for a steward to check."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from harvesters.files.metadata_sheet import field_of
from harvesters.files.sheet_list import OF_FILES
from schemas.tables import Table, TableError, read_table
from schemas.tables.kinds import find_kind
from schemas.vocabularies.spelling import fold

_TABLES = frozenset({"csv", "xlsx", "xls", "ods"})
_LOOKED_AT = 200
# Words in the names of columns that lists use beside the usual ones; the first column that fits a field has it.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(words, re.IGNORECASE))
    for field, words in (
        ("description", r"beschreib|erläuter|descri|abstract"),
        ("license", r"lizenz|licen[cs]e"),
        ("attribution", r"quellenvermerk|namensnenn|attribution"),
        ("email", r"e-?mail"),
        ("contact", r"kontakt|ansprech|contact"),
        ("publisher", r"herausgeb|(?:haltende|veröffentlichende|zuständige) stelle|behörde|publisher"),
        ("file", r"download|^datei"),
        ("access_url", r"^(?:wms|wfs|wcs|wmts|api|atom-?feed|sos)\b|dienst-?(?:url|adresse)"),
        ("frequency", r"turnus|intervall|zyklus|häufigk|frequen"),
        ("modified", r"aktualisierungsdatum|änderungsdatum|stand der daten"),
        ("period", r"zeitraum|zeitbezug"),
        ("keyword", r"schlagw|schlagwört|stichw|keyword"),
        ("theme", r"kategorie|thema|themen|categor"),
        ("spatial", r"raumbezug|räumlich|gebiet"),
        ("landing_page", r"webseite|website|portal"),
    )
)
# A list with a column for each kind of service.
_SEVERAL = frozenset({"access_url"})
_TITLES = re.compile(r"titel|title|datens[aä]tz|^daten\b|bezeichn|\bname|dataset", re.IGNORECASE)
_NUMBER = re.compile(r"[\d\s.,:/+%€-]+")


def read_head(body: bytes, name: str) -> Table | None:
    """The first rows of a file that is a table (CSV and its kin, XLSX, XLS, ODS) with named columns; None for others."""
    if find_kind(body, name) not in _TABLES:
        return None
    try:
        table = read_table(body, name, _LOOKED_AT)
    except TableError:
        return None
    return table if len(table.names) >= 2 and table.rows else None


def known(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The fields whose columns are known by their names, each with its columns."""
    fields: dict[str, tuple[str, ...]] = {}
    for name in names:
        usual = (field for field, said in OF_FILES.items() if fold(name) in map(fold, said))
        if field := field_of(name) or next(usual, None):
            fields[field] = (*fields.get(field, ()), name)
    return fields


def propose(table: Table) -> dict[str, tuple[str, ...]]:
    """The fields of a table's columns: those known by name, those that words in the name suggest, and a title.

    Where no name suggests the title, the first column that holds mostly different texts is it. Empty if there is none.
    """
    fields = known(table.names)
    taken = {name for names in fields.values() for name in names}
    for name in table.names:
        if name in taken:
            continue
        open_to = (each for each in _WORDS if each[0] not in fields or each[0] in _SEVERAL)
        if field := next((field for field, words in open_to if words.search(name)), None):
            fields[field] = (*fields.get(field, ()), name)
            taken.add(name)
    if "title" not in fields:
        # One column may be two things, as the place that the row is about.
        title = _title(table, [name for name in table.names if name not in taken]) or _title(table, table.names)
        if title is None:
            return {}
        fields["title"] = (title,)
    return fields


def _title(table: Table, free: Sequence[str]) -> str | None:
    texts = [name for name in free if name and _holds_texts(table, table.names.index(name))]
    return next((name for name in texts if _TITLES.search(name)), next(iter(texts), None))


def _holds_texts(table: Table, place: int) -> bool:
    cells = [row[place].strip() for row in table.rows if len(row) > place and row[place].strip()]
    texts = {cell for cell in cells if not _NUMBER.fullmatch(cell)}
    return bool(cells) and len(texts) * 2 > len(cells)


def written(fields: Mapping[str, Sequence[str]]) -> dict[str, str | list[str]]:
    """Fields as the table ``[sheet.columns]`` of a source file holds them."""
    return {field: names[0] if len(names) == 1 else list(names) for field, names in fields.items()}
