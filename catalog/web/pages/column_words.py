"""The columns of a table in words: what each holds, how much of it is missing, its ends, its most frequent values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from catalog import charts, formats
from catalog.charts import labels
from catalog.charts.figures import Lines
from catalog.preview import Preview
from catalog.web import cell_words
from catalog.web.templates import Page
from catalog.web.texts import later
from schemas.tables import Column, dates

MAX_COLUMNS = 300
_LONGEST_VALUE = 40
# A sign and a word for each type of schemas.tables. Signs are ones that the letters of phones and Windows have; the arrows
# are bound to text (U+FE0E), else phones draw them as coloured pictures.
TYPES: Mapping[str, tuple[str, str]] = {
    "empty": ("∅", later("leer")),
    "boolean": ("◐", later("Ja oder Nein")),
    "key": ("№", later("Kennung")),
    "integer": ("#", later("ganze Zahl")),
    "number": ("#,#", later("Zahl")),
    "date": ("▦", later("Datum")),
    "datetime": ("◷", later("Zeitpunkt")),
    "year": ("▦", later("Jahr")),
    "category": ("≡", later("Kategorie")),
    "latitude": ("↕\ufe0e", later("Breitengrad")),
    "longitude": ("↔\ufe0e", later("Längengrad")),
    "easting": ("↔\ufe0e", later("Ostwert")),
    "northing": ("↕\ufe0e", later("Nordwert")),
    "url": ("↗\ufe0e", later("Web-Adresse")),
    "wkt": ("◇", later("Geometrie")),
    "text": ("Aa", later("Text")),
}


class ColumnRow(NamedTuple):
    """A column as it is shown. ``sign`` is an ornament to the word ``kind``; figures are texts, empty where there are none.

    ``top`` are its most frequent values with their numbers; ``picture`` is how its values spread, ``course`` how they went.
    """

    name: str
    sign: str
    kind: Markup
    unit: str
    missing: str
    distinct: str
    lowest: str
    highest: str
    mean: str
    top: tuple[tuple[str, int], ...]
    picture: Markup | None
    course: Markup | None


def columns(page: Page, preview: Preview, most: int = MAX_COLUMNS) -> tuple[ColumnRow, ...]:
    """The columns of a previewed table, at most ``most``."""
    if preview.profile is None:
        return ()
    made = charts.prepared(preview.chart)
    histograms = made.histograms if made else {}
    courses = {}
    if made and isinstance(made.figure, Lines) and not made.figure.group:
        courses = {series.name: charts.small(series) for series in made.figure.series if len(series.points) > 1}
    return tuple(
        _row(page, each, histograms.get(each.name), courses.get(each.name)) for each in preview.profile.columns[:most]
    )


def kind(page: Page, column: Column) -> tuple[str, Markup]:
    """The sign and the word for a column's type."""
    sign, word = TYPES[column.type]
    return sign, page.texts.text(word)


def _row(page: Page, column: Column, spread: charts.Histogram | None, course: Markup | None) -> ColumnRow:
    sign, word = kind(page, column)
    return ColumnRow(
        name=column.name,
        sign=sign,
        kind=word,
        unit=column.unit,
        missing=_share(page, column.missing, column.count),
        distinct="" if column.distinct is None else formats.number(column.distinct, page.language),
        lowest=_end(page, column, column.minimum),
        highest=_end(page, column, column.maximum),
        mean="" if column.mean is None else labels.value(column.mean, page.language),
        # Where none comes twice, which ones come first says nothing.
        top=tuple(
            (labels.plain(cell_words.shown(column, value, page.language), _LONGEST_VALUE), count)
            for value, count in column.top
        )
        if any(count > 1 for _, count in column.top)
        else (),
        picture=charts.small(spread) if spread and len(spread.counts) > 1 else None,
        course=course,
    )


def _share(page: Page, part: int, whole: int) -> str:
    """A share in whole per cents; what is less than one, and not all but one, is not rounded away."""
    if not part or not whole:
        return "0\u00a0%"
    share = 100 * part / whole
    if share < 1:
        return page.texts.plain("unter 1 %")
    if 99 < share < 100:
        return page.texts.plain("über 99 %")
    return f"{round(share)}\u00a0%"  # the sign stays with its number


def _exact(column: Column) -> str:
    """How exact the ends of a column are: as the file writes them (01/2025 is a month, no day).

    They have a time of day, but not where both are midnight, as in dates that a program wrote.
    """
    written = {form.unit for form in dates.formats(column.format)} if column.type == "date" else set()
    if len(written) == 1 and written != {"second"}:
        return written.pop()
    ends = (column.minimum, column.maximum)
    timed = any("T" in end and not end.endswith("T00:00:00") for end in ends if isinstance(end, str))
    return "second" if column.type == "datetime" and timed else "day"


def _end(page: Page, column: Column, value: float | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float | int):
        return str(int(value)) if column.type == "year" else labels.value(float(value), page.language)
    try:
        return labels.moment(datetime.fromisoformat(value), _exact(column), page.language)
    except ValueError:
        return value
