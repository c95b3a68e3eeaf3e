"""Which chart fits a table (web.md 4, step 8): by its columns alone, or as a reader wishes it. Never a pie, never two scales."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from schemas.tables import Column
from schemas.tables.words import AXES, BIOGRAPHIES, LATITUDES, LONGITUDES, TIMES, words

Kind = Literal["line", "bar", "histogram", "map", "table"]

MAX_BARS = 20
MAX_PANELS = 6
_DEFAULT_PANELS = 4
_FEWEST_TIMES = 3
_LONGEST_LABEL = 100  # longer ones are messages or keys
_FEWEST_VALUES = 10  # a histogram of fewer says less than the values themselves
_TIME_TYPES = ("date", "datetime", "year")
_NUMBER_TYPES = ("integer", "number")
_LABEL_TYPES = ("category", "text", "boolean", "key")
_PLACE_TYPES = (("latitude", "longitude"), ("easting", "northing"))
# Unlike "Breite" and "Länge", these mean nothing but degrees within a longer name (stop_lat).
_DEGREES = frozenset(("lat", "latitude", "lon", "lng", "longitude"))
_COORDINATES = AXES | LATITUDES | LONGITUDES
# Units and words of what cannot be added up: shares, rates, levels, averages.
_RATES = ("/", "%", "‰", "°", "grad", "prozent", "promille", "db", "ph", "hpa", "bar", "je ")
_RATE_WORDS = frozenset(
    (
        *("anteil", "quote", "rate", "index", "durchschnitt", "mittel", "mittelwert", "temperatur", "pegel", "preis"),
        *("höhe", "breite", "länge", "tiefe", "dichte", "alter", "note", "prozent", "je", "pro", "average", "mean"),
        *("wasserstand", "luftdruck", "feuchte", "luftfeuchte", "luftfeuchtigkeit", "geschwindigkeit", "wert", "min"),
        *("max", "minimum", "maximum", "median", "price", "share", "level", "height", "age", "lufttemperatur", "ph"),
    )
)
# What a column is called that holds the values themselves, beside columns of codes.
_VALUE_WORDS = frozenset(
    ("wert", "value", "messwert", "anzahl", "betrag", "summe", "menge", "einwohner", "count", "amount")
)
# A column so named says what is measured in each row: rows that differ in it are not to be added or compared.
_INDICATOR_WORDS = frozenset(
    (
        *("merkmal", "indikator", "indicator", "parameter", "kennzahl", "variable", "messgröße", "messgroesse"),
        *("einheit", "unit", "größe", "groesse", "komponente", "schadstoff"),
    )
)


class Choice(NamedTuple):
    """A chart: its kind, and by their names the columns across, of the values, and the one that splits it into several.

    A bar chart without ``y`` counts rows. "map" and "table" name no columns.
    """

    kind: Kind
    x: str = ""
    y: tuple[str, ...] = ()
    group: str = ""


class Wish(NamedTuple):
    """What a reader asks for: any part of a choice, by names from the address; empty is no wish."""

    kind: str = ""
    x: str = ""
    y: tuple[str, ...] = ()


class Options(NamedTuple):
    """What a reader may choose: the kinds that are possible, and the columns for each."""

    kinds: tuple[Kind, ...]
    times: tuple[str, ...]
    labels: tuple[str, ...]
    numbers: tuple[str, ...]


def choose(columns: Sequence[Column], rows: int, has_map: bool = False) -> Choice:
    """The chart of a table by its profiled columns: ``rows`` is the number of its rows, ``has_map`` whether it has a map.

    A series in time before a map, a map before bars, bars before a histogram; "table" where none says anything.
    """
    measures = _measures(columns, rows)
    placed = has_map or _is_placed(columns)
    if (line := _line(columns, measures, rows)) and not (placed and not _repeats_places(columns, rows)):
        return line
    if placed:
        return Choice("map")
    if any(map(is_indicator, columns)):
        return _counts(columns) or Choice("table")
    return _bar(columns, measures, rows) or _histogram(measures, rows) or _counts(columns) or Choice("table")


def wished(columns: Sequence[Column], rows: int, wish: Wish, has_map: bool = False) -> Choice | None:
    """The chart that a reader asks for, what is left open filled in; none if these columns cannot make it."""
    usual = choose(columns, rows, has_map)
    open_to = options(columns, rows, has_map)
    kind = wish.kind or _kind_for(wish, usual, open_to)
    if kind == "line":
        return _wished_line(columns, rows, wish, open_to)
    if kind == "bar":
        return _wished_bar(columns, rows, wish, open_to)
    if kind == "histogram":
        named = [name for name in (*wish.y, wish.x) if name]
        number = _first_of(named or _named(_measures(columns, rows)) or open_to.numbers, open_to.numbers)
        return Choice("histogram", number) if number else None
    return usual if kind in ("", usual.kind) and kind in ("map", "table") else None


def options(columns: Sequence[Column], rows: int, has_map: bool = False) -> Options:
    """What can be chosen for a table."""
    times = tuple(_named(column for column in columns if column.type in _TIME_TYPES and _distinct(column) > 1))
    numbers = tuple(_named(column for column in columns if column.type in _NUMBER_TYPES and _distinct(column) > 1))
    labels = tuple(_named(column for column in columns if column.type in (*_LABEL_TYPES, "year") and _distinct(column)))
    kinds: list[Kind] = []
    if times and numbers:
        kinds.append("line")
    if labels:
        kinds.append("bar")
    if numbers:
        kinds.append("histogram")
    return Options(tuple(kinds), times, labels, numbers)


def is_indicator(column: Column) -> bool:
    """Whether a column says what is measured, so that its rows hold different things: temperature, rain, wind."""
    return column.type in ("category", "text") and _distinct(column) > 1 and bool(words(column.name) & _INDICATOR_WORDS)


def adds_up(column: Column) -> bool:
    """Whether values of a column may be added: persons and euros may, shares, levels and temperatures may not."""
    unit = column.unit.casefold()
    if any(mark in unit for mark in _RATES):
        return False
    named = words(column.name)
    return not named & _RATE_WORDS and not any(
        word.endswith(("quote", "anteil", "temperatur", "preis")) for word in named
    )


def _kind_for(wish: Wish, usual: Choice, open_to: Options) -> Kind | Literal[""]:
    """The kind that the wished columns speak of, where none was named."""
    if wish.x in open_to.times and open_to.numbers:
        return "line"
    if wish.x in open_to.labels:
        return "bar"
    if wish.x in open_to.numbers:
        return "histogram"
    return usual.kind if usual.kind in ("line", "bar", "histogram") else next(iter(open_to.kinds), "")


def _wished_line(columns: Sequence[Column], rows: int, wish: Wish, open_to: Options) -> Choice | None:
    usual = _line(columns, _measures(columns, rows), rows)
    x = _first_of([wish.x] if wish.x else [usual.x if usual else "", *open_to.times], open_to.times)
    if not x or not open_to.numbers or any(name not in open_to.numbers for name in wish.y):
        return None
    if not wish.y and usual and usual.x == x:
        return usual
    y = tuple(dict.fromkeys(wish.y))[:MAX_PANELS] or open_to.numbers[:1]
    group = usual.group if usual and usual.x == x and len(y) == 1 else ""
    return Choice("line", x, y, group)


def _wished_bar(columns: Sequence[Column], rows: int, wish: Wish, open_to: Options) -> Choice | None:
    usual = _bar(columns, _measures(columns, rows), rows) or _counts(columns)
    x = _first_of(
        [wish.x] if wish.x else [usual.x if usual else "", *open_to.labels], (*open_to.labels, *open_to.times)
    )
    if not x or any(name not in open_to.numbers for name in wish.y):
        return None
    y = wish.y[:1] or (usual.y if usual else ()) or tuple(_named(_measures(columns, rows))[:1])
    return Choice("bar", x, y)


def _first_of(names: Iterable[str], known: Iterable[str]) -> str:
    allowed = set(known)
    return next((name for name in names if name in allowed), "")


def _named(columns: Iterable[Column]) -> list[str]:
    return [column.name for column in columns]


def _distinct(column: Column) -> int:
    return column.distinct if column.distinct is not None else 0


def _measures(columns: Sequence[Column], rows: int) -> list[Column]:
    """The numbers worth a chart: they differ, are mostly there, and do not merely count the rows."""
    numbers = [c for c in columns if c.type in _NUMBER_TYPES and _distinct(c) > 1 and not _counts_rows(c, rows)]
    numbers = [c for c in numbers if c.name.casefold() not in _COORDINATES and not words(c.name) & _DEGREES]
    filled = [c for c in numbers if c.missing <= 0.5 * max(c.count, 1)] or numbers
    return sorted(filled, key=lambda column: not words(column.name) & _VALUE_WORDS)


def _counts_rows(column: Column, rows: int) -> bool:
    low, high = column.minimum, column.maximum
    if column.type != "integer" or rows < 3 or not isinstance(low, float) or not isinstance(high, float):
        return False
    return low in (0.0, 1.0) and high - low + 1 == column.count == _distinct(column)


def _is_placed(columns: Sequence[Column]) -> bool:
    types = {column.type for column in columns}
    return "wkt" in types or any(one in types and other in types for one, other in _PLACE_TYPES)


def _repeats_places(columns: Sequence[Column], rows: int) -> bool:
    """Whether a few places recur, as in the readings of fixed sensors: then time is what matters."""
    places = [_distinct(c) for c in columns if c.type in ("latitude", "longitude", "easting", "northing", "wkt")]
    return bool(places) and 3 * max(places) <= rows


def _line(columns: Sequence[Column], measures: Sequence[Column], rows: int) -> Choice | None:
    """Numbers in time; several numbers, or one by a category, as several small charts."""
    times = [c for c in columns if c.type in _TIME_TYPES and _distinct(c) >= _FEWEST_TIMES]
    times = [c for c in times if not words(c.name) & BIOGRAPHIES]
    if not times or not measures:
        return None
    named = [c for c in times if words(c.name) & TIMES]
    x = next(iter(named or times))
    if _is_a_list_of_things(columns, x, rows):
        return None
    recurring = _distinct(x) < 0.9 * (rows - x.missing)
    group = _group(columns, x, rows) if recurring else None
    if group is not None:
        return Choice("line", x.name, (measures[0].name,), group.name)
    return Choice("line", x.name, tuple(_named(measures[:_DEFAULT_PANELS])))


def _is_a_list_of_things(columns: Sequence[Column], x: Column, rows: int) -> bool:
    """Whether each row is a thing with a name of its own before its date: buildings with the day of their inspection."""
    before = columns[: list(columns).index(x)]
    return any(c.type in ("text", "key") and _distinct(c) >= 0.95 * rows > 0 for c in before)


def _group(columns: Sequence[Column], x: Column, rows: int) -> Column | None:
    """The category that tells apart the rows of one time: each place has one row a year."""
    told = next(filter(is_indicator, columns), None)
    if told is not None:
        return told
    names = [c for c in columns if c.type in ("category", "boolean", "text", "key") and 2 <= _distinct(c) <= MAX_BARS]
    return next((column for column in names if _distinct(column) * _distinct(x) >= 0.9 * rows), None)


def _bar(columns: Sequence[Column], measures: Sequence[Column], rows: int) -> Choice | None:
    """A number for each of at most 20 names: a category, or a name of its own in each row."""
    labels = [c for c in columns if c.type in _LABEL_TYPES and 2 <= _distinct(c) <= MAX_BARS and _is_label(c)]
    if not labels or not measures:
        return None
    own = [c for c in labels if _distinct(c) >= rows - c.missing]
    return Choice("bar", (own or labels)[0].name, (measures[0].name,))


def _is_label(column: Column) -> bool:
    """Whether names stand in most rows, and are short enough to be read beside a bar."""
    mostly_there = column.missing <= 0.5 * max(column.count, 1)
    return mostly_there and all(len(value) <= _LONGEST_LABEL for value, _ in column.top)


def _histogram(measures: Sequence[Column], rows: int) -> Choice | None:
    if not measures or rows < _FEWEST_VALUES or _distinct(measures[0]) < 3:
        return None
    return Choice("histogram", measures[0].name)


def _counts(columns: Sequence[Column]) -> Choice | None:
    """How often each value of a category occurs, where there is no number to show."""
    counted = [c for c in columns if c.type in ("category", "boolean") and _distinct(c) >= 2]
    category = next(filter(_is_label, counted), None)
    return Choice("bar", category.name) if category else None
