"""The few rows of a table on its dataset's page: its next dates where it has such, its first rows else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from markupsafe import Markup

from catalog import charts
from catalog import preview as previews
from catalog.charts import Histogram, coming, labels
from catalog.preview import Filter, Preview, Selection
from catalog.preview.model import Occurrences
from catalog.web import cell_words, past, row_filters
from catalog.web.pages import distributions, recurring_words
from catalog.web.templates import Page
from catalog.web.texts import later
from schemas.region import Region
from schemas.tables import Column, calendars
from schemas.tables.calendars import BEGIN, END

ROWS, COLUMNS = 10, 12
_LONGEST_CELL = 120
_DATES = re.compile(r"termin|kalender|sitzung|veranstaltung|abfuhr")
When = Literal["", "next", "current", "last", "now"]
_HEADINGS: Mapping[When, str] = {
    "": later("Die ersten Zeilen"),
    "next": later("Die nächsten Termine"),
    "current": later("Jetzt und demnächst"),
    "last": later("Die letzten Termine"),
    "now": later("Die neuesten Werte"),
}
_CAPTIONS: Mapping[When, str] = {
    "": later("Erste Zeilen von „{title}“"),
    "next": later("Nächste Termine aus „{title}“"),
    "current": later("Jetzt und demnächst aus „{title}“"),
    "last": later("Letzte Termine aus „{title}“"),
    "now": later("Neueste Werte aus „{title}“"),
}
_ONWARD: Mapping[When, str] = {
    "next": later("Alle kommenden Termine ansehen"),
    "current": later("Alles ab heute ansehen"),
    "last": later("Alle Termine ansehen, die letzten zuerst"),
}


_REPEATED = later(
    "Wiederkehrende Termine stehen hier einzeln, abgesagte nicht. In der Datei steht eine Reihe von Terminen nur einmal."
)
_TURNED = later("Uhrzeiten sind hier deutsche Zeit. Die Datei nennt sie in einer anderen.")


class Dated(NamedTuple):
    """Rows around today: those to come, those of which some have begun ("current"), or the last ones; and how to find them.

    No selection finds them where they are ``repeated``: told one by one, though the file says them once. ``turned`` says
    that the file has other times for them, those of another zone.
    """

    when: When
    rows: tuple[tuple[str, ...], ...]
    selection: Selection
    repeated: bool = False
    turned: bool = False


class Few(NamedTuple):
    """At most ROWS rows with at most COLUMNS cells each.

    ``caption`` names their table; ``styles`` says how the cells of each of the ``columns`` are set; ``onward`` is the
    address of all of their kind with its words, none where these are simply the first, or no address finds them. ``said``
    are remarks on how they come about.
    """

    heading: Markup
    caption: Markup
    rows: tuple[tuple[str, ...], ...]
    styles: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    onward: tuple[str, Markup] | None = None
    said: Markup = Markup()
    repeated: bool = False


def few(page: Page, preview: Preview, file: distributions.File, path: str, title: str, lang: str = "") -> Few | None:
    """The rows of a preview; none where it has no table.

    ``path`` is that of the file's page, ``title`` the dataset's, ``lang`` the language of the file's words.
    """
    if preview.table is None:
        return None
    today = past.today(page.request)
    found = dated(page.region, preview, today, f"{title} {file.title.text}") or Dated(
        "now" if preview.measured else "", tuple(map(tuple, preview.table.rows[:ROWS])), Selection()
    )
    text = page.texts.text
    leads_on = found.when in _ONWARD and not found.repeated
    columns, rows = _in_words(page, preview, found.rows, lang)
    return Few(
        text(_HEADINGS[found.when]),
        text(_CAPTIONS[found.when], title=page.spoken(file.title.text, file.title.lang)),
        rows,
        tuple(map(cell_words.style, columns)),
        columns,
        (page.link(path, row_filters.pairs(found.selection)), text(_ONWARD[found.when])) if leads_on else None,
        Markup(" ").join(text(said) for said in _remarks(found)),
        found.repeated,
    )


def _in_words(
    page: Page, preview: Preview, rows: Sequence[Sequence[str]], lang: str
) -> tuple[tuple[Column, ...], tuple[tuple[str, ...], ...]]:
    """The columns that are shown, and the cells of the rows as the page says them.

    Rules by which a calendar repeats its events are put into words; where one of them has none, their column stands on
    the file's own page only.
    """
    columns = columns_of(preview)
    is_calendar = preview.source is not None and preview.source.kind == "ics"
    place = next((n for n, each in enumerate(columns) if is_calendar and each.name == calendars.RULE), None)
    told = None if place is None else [_rule(page, row[place], lang) for row in rows]
    left_out = place if told is not None and None in told else None
    cells = [
        [
            labels.plain(cell_words.shown(column, cell, page.language), _LONGEST_CELL)
            for column, cell in zip(columns, row, strict=False)
        ]
        for row in rows
    ]
    for n, row in enumerate(cells):
        if place is not None and told is not None and left_out is None:
            row[place] = told[n] or ""
        elif left_out is not None:
            del row[left_out]
    shown = tuple(each for n, each in enumerate(columns) if n != left_out)
    return shown, tuple(map(tuple, cells))


def _rule(page: Page, cell: str, lang: str) -> str | None:
    """A rule in words of the page, marked as such among a file's words of another language; None where it has none."""
    if not cell.strip():
        return ""
    words = recurring_words.said(page.texts, cell)
    if words is None or lang in ("", page.language):
        return words
    return Markup('<span lang="{}">{}</span>').format(page.language, words)


def _remarks(found: Dated) -> Iterator[str]:
    if found.repeated:
        yield _REPEATED
    if found.turned:
        yield _TURNED


def dated(region: Region, preview: Preview, today: date, title: str) -> Dated | None:
    """The rows from today on, by their dates; else the last ones of a table that is called one of dates.

    None where the table has no such dates, or where a number of it is what it is about, as with the values of sensors.
    """
    if _is_measured(preview) or preview.measured:
        return None
    told = preview.occurrences
    if told is not None and told.since <= today.isoformat():
        if (occurring := _occurring(region, preview, told, today)) is not None:
            return occurring
        if today.isoformat() < told.until:
            return _over(region, preview, today)
    columns = preview.profile.columns if preview.profile else ()
    begin = coming.begin(columns)
    if begin is None:
        return None
    # The last day of what lasts a day in a calendar is the day after (RFC 5545, 3.6.1).
    is_calendar = preview.source is not None and preview.source.kind == "ics"
    end = None if is_calendar else coming.end(columns)
    limit = end or begin
    if coming.is_coming(limit, today):
        asked = Selection((Filter(limit.name, "from", today.isoformat()),), begin.name, size=ROWS)
        when: When = "current" if end else "next"
    elif is_calendar or _DATES.search(f"{title} {begin.name}".casefold()):
        asked, when = Selection((), begin.name, descending=True, size=ROWS), "last"
    else:
        return None
    found = previews.rows(region, preview, asked)
    return Dated(when, found.rows, asked) if found.rows else None


def _occurring(region: Region, preview: Preview, told: Occurrences, today: date) -> Dated | None:
    """The rows of a calendar by when its events take place next; none where nothing is to come."""
    following = told.after(today)[:ROWS]
    rows = previews.numbered(region, preview, sorted({each.row for each in following}))
    names = [column.name for column in preview.table.columns] if preview.table else []
    shown = tuple(
        tuple(
            {BEGIN: each.begin, END: each.end}.get(name, cell)
            for name, cell in zip(names, rows[each.row], strict=False)
        )
        for each in following
        if each.row in rows
    )
    place = names.index(BEGIN) if BEGIN in names else 0
    turned = any(each.begin[10:] != rows[each.row][place][10:] for each in following if each.row in rows)
    has_begun = any(each.begin[:10] < today.isoformat() for each in following)
    asked = Selection((Filter(BEGIN, "from", today.isoformat()),), BEGIN, size=ROWS)
    return Dated("current" if has_begun else "next", shown, asked, not told.plain, turned) if shown else None


def _over(region: Region, preview: Preview, today: date) -> Dated | None:
    """The last rows of a calendar that has nothing to come but what was cancelled."""
    until_now = Filter(BEGIN, "to", (today - timedelta(days=1)).isoformat())
    asked = Selection((until_now,), BEGIN, descending=True, size=ROWS)
    found = previews.rows(region, preview, asked)
    return Dated("last", found.rows, asked) if found.rows else None


def _is_measured(preview: Preview) -> bool:
    """Whether a chart shows numbers of the table itself."""
    made = charts.prepared(preview.chart)
    figure = made.figure if made else None
    return figure is not None and (isinstance(figure, Histogram) or figure.rule != "count")


def columns_of(preview: Preview) -> tuple[Column, ...]:
    """The columns whose cells stand in the rows."""
    return tuple(preview.table.columns[:COLUMNS]) if preview.table else ()
