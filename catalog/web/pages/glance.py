"""What a dataset's page shows of its files before the download: chart or map, next dates or first rows, columns; if ready.

Nothing is fetched or waited for here: what is not made yet is a link to the file's own page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup

from catalog import preview as previews
from catalog.preview import Preview, wanting
from catalog.reading.entries import Entry
from catalog.web import file_addresses, maps, past
from catalog.web.maps import MapFigure
from catalog.web.pages import charted, column_words, distributions, file_table, glance_rows, languages, live, pinned
from catalog.web.pages.charted import Shown
from catalog.web.pages.column_words import ColumnRow
from catalog.web.pages.glance_rows import Few
from catalog.web.pages.live import Age
from catalog.web.templates import Page
from harvesters.portals import dictionary
from schemas.model import Dataset, Distribution
from schemas.tables import NUMBERS, Table

EXPLAINED = 40
_LOOKED_AT = 4  # files whose previews are looked for


class Head(NamedTuple):
    """The head of a column in the first rows."""

    name: str
    unit: str
    numeric: bool


class Glance(NamedTuple):
    """The preview of one file as the dataset's page shows it.

    ``state`` is that of the preview, or "unknown" where there is none yet; then ``reason`` and what follows are empty.
    ``few`` are some of its rows, ``part_shown`` says how many of them are seen, ``more_columns`` counts those columns that
    do not stand here, ``choices`` the layers of which the reader has to choose one; ``decimal`` is the sign before decimals
    in its numbers, empty where there is no table. ``age`` is that of live values; ``hint`` says that a
    program has to send headers for them, ``sent`` are these. ``lang`` is the language of the file's words.
    """

    file: distributions.File
    address: str
    state: str
    lang: str
    reason: str = ""
    advice: str = ""
    chart: Shown | None = None
    map: MapFigure | None = None
    has_map: bool = False
    has_picture: bool = False
    heads: tuple[Head, ...] = ()
    few: Few | None = None
    part_shown: Markup = Markup()
    decimal: str = ""
    more_columns: int = 0
    columns: tuple[ColumnRow, ...] = ()
    meanings: Mapping[str, str] = MappingProxyType({})
    unexplained: int = 0
    notes: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    choices: int = 0
    age: Age | None = None
    hint: Markup | None = None
    sent: tuple[str, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether the file is read as a table."""
        return bool(self.heads)


def glance(page: Page, entry: Entry, record: Dataset, files: Sequence[distributions.File]) -> Glance | None:
    """What there is to see of a dataset: of its first file that has something, else of the best one; None without files.

    ``record`` has its distributions in the order of ``files``. Reads the disk, so it is called in a thread.
    """
    described = [each for each in record.distribution if isinstance(each, Distribution)]
    wanted = sorted((file for file in files if file.address), key=distributions.rank)[:_LOOKED_AT]
    unready: Glance | None = None
    uncharted: Glance | None = None
    for file in wanted:
        item = described[file.number - 1]
        lang = languages.of_data(page.region, record, item)
        asked = wanting.of_file(page.region, entry.source_key, item, record=record)
        found = previews.peek(page.region, asked) if asked else None
        address = page.link(file_addresses.path(entry.slug, file.number))
        if found is not None and found.ready and found.kind in ("table", "map", "image", "document"):
            if uncharted is not None and found.geometry is None:
                continue
            assert asked is not None
            previews.freshen(page.region, asked, found)
            meanings = dictionary.meanings(item, page.language)
            shown = _ready(page, found, file, entry, address, lang, meanings)
            shown = shown._replace(
                age=live.age(page, found, asked), hint=live.hint(page, asked), sent=live.sent(page, asked)
            )
            if found.geometry is not None or not pinned.is_passed_over(page.region, found, past.today(page.request)):
                return shown
            uncharted = shown  # another file may have a map
        unready = unready or _unready(page, found, file, address, lang)
    return uncharted or unready


def _unready(page: Page, found: Preview | None, file: distributions.File, address: str, lang: str) -> Glance:
    if found is None or found.state == "making":
        return Glance(file, address, "unknown" if found is None else "making", lang)
    reason = found.reason
    said = (reason.text(page.language), reason.advice(page.language)) if reason else ("", "")
    return Glance(file, address, found.state, lang, *said, choices=len(found.layers))


def _ready(
    page: Page,
    found: Preview,
    file: distributions.File,
    entry: Entry,
    address: str,
    lang: str,
    meanings: Mapping[str, str],
) -> Glance:
    table = found.table
    path = file_addresses.path(entry.slug, file.number)
    few = glance_rows.few(page, found, file, path, entry.title or "", lang)
    reason = found.reason
    chart = charted.shown(page, found, lang, "glance")
    place = found.geometry
    drawn = chart is None and place is not None
    return Glance(
        file,
        address,
        "ready",
        lang,
        reason.text(page.language) if reason else "",
        reason.advice(page.language) if reason else "",
        chart=chart,
        map=maps.of_preview(page, found, entry.slug, file.number, lang, "glance-map") if drawn else None,
        has_map=place is not None,
        has_picture=found.picture is not None,
        heads=tuple(Head(each.name, each.unit, each.type in NUMBERS) for each in few.columns) if few else (),
        few=few,
        part_shown=file_table.part_shown(page, len(few.rows), table.total_rows, table.counted)
        if table and few
        else Markup(),
        decimal=_decimal(table) if table else "",
        more_columns=len(table.columns) - len(few.columns) if table and few else 0,
        columns=column_words.columns(page, found, EXPLAINED),
        meanings=meanings,
        unexplained=max(len(found.profile.columns) - EXPLAINED, 0) if found.profile else 0,
        notes=tuple(note.de if page.language == "de" else note.en for note in found.notes),
        withheld=tuple(dict.fromkeys(hint.column for hint in found.withheld if hint.column)),
    )


def _decimal(table: Table) -> str:
    """The comma where any column of numbers has it: a program that then meets a point leaves a text, and no wrong number."""
    return "," if any(each.decimal == "," for each in table.columns if each.type in NUMBERS) else "."
