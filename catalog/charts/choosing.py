"""Which chart fits a table (web.md 4, step 8): by its columns alone, or as a reader wishes it. Never a pie, never two scales."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from catalog.charts import bars, day_times, parts
from catalog.charts.adding import additive
from catalog.charts.bars import MAX_BARS
from catalog.charts.measures import (
    LABEL_TYPES,
    NOTHING,
    NUMBER_TYPES,
    TIME_TYPES,
    Known,
    distinct,
    holds_values,
    measures,
    moving,
)
from schemas.tables import Column
from schemas.tables.words import BIOGRAPHIES, TIMES, words

Kind = Literal["line", "bar", "histogram", "map", "table"]
Aggregate = Literal["", "sum", "mean", "count"]

MAX_PANELS = 6
_DEFAULT_PANELS = 4
_FEWEST_TIMES = 3
_FEWEST_VALUES = 10  # a histogram of fewer says less than the values themselves
_PLACE_TYPES = (("latitude", "longitude"), ("easting", "northing"))
AGGREGATES: tuple[Aggregate, ...] = ("sum", "mean", "count")
# A column so named says what is measured in each row: rows that differ in it are not to be added or compared.
_INDICATOR_WORDS = frozenset(
    (
        *("merkmal", "indikator", "indicator", "parameter", "kennzahl", "variable", "messgröße", "messgroesse"),
        *("einheit", "unit", "größe", "groesse", "komponente", "schadstoff"),
    )
)

# A day has one of these: it tells no rows of one time apart.
_WEEKDAYS = frozenset(("wochentag", "weekday"))


class Choice(NamedTuple):
    """A chart: its kind, and by their names the columns across, of the values, and the one that splits it into several.

    A bar chart without ``y`` counts rows. "map" and "table" name no columns. ``agg`` says what becomes of several rows at
    one place; empty: they are added where the column of the values allows it, else averaged. ``about`` names the column that
    says what the names of bars are of, where theirs ("Bezeichnung") does not. ``parts`` are columns that say more of the
    time across: the hour of a day, the month of a year.
    """

    kind: Kind
    x: str = ""
    y: tuple[str, ...] = ()
    group: str = ""
    agg: Aggregate = ""
    about: str = ""
    parts: tuple[str, ...] = ()


class Wish(NamedTuple):
    """What a reader asks for: any part of a choice, by names from the address; empty is no wish."""

    kind: str = ""
    x: str = ""
    y: tuple[str, ...] = ()
    agg: str = ""


class Options(NamedTuple):
    """What a reader may choose: the kinds that are possible, and the columns for each."""

    kinds: tuple[Kind, ...]
    times: tuple[str, ...]
    labels: tuple[str, ...]
    numbers: tuple[str, ...]


def choose(columns: Sequence[Column], rows: int, has_map: bool = False, known: Known = NOTHING) -> Choice:
    """The chart of a table by its profiled columns: ``rows`` is the number of its rows, ``has_map`` whether it has a map.

    A series in time before a map, a map before bars, bars before a histogram; "table" where none says anything.
    """
    found = measures(columns, rows, known)
    placed = has_map or _is_placed(columns)
    if (line := _line(columns, moving(found, known), rows)) and not (placed and not _repeats_places(columns, rows)):
        return line
    if placed:
        return Choice("map")
    if any(map(is_indicator, columns)):
        return _counts(columns, known) or Choice("table")
    return _bar(columns, found, rows, known) or _histogram(found, rows) or _counts(columns, known) or Choice("table")


def wished(
    columns: Sequence[Column], rows: int, wish: Wish, has_map: bool = False, known: Known = NOTHING
) -> Choice | None:
    """The chart that a reader asks for, what is left open filled in; none if these columns cannot make it."""
    if wish.agg and wish.agg not in AGGREGATES:
        return None
    usual = choose(columns, rows, has_map, known)
    open_to = options(columns, rows, has_map)
    kind = wish.kind or _kind_for(wish, usual, open_to)
    if kind == "line":
        return _wished_line(columns, rows, wish, open_to, known)
    if kind == "bar":
        return _wished_bar(columns, rows, wish, open_to, known)
    if kind == "histogram":
        named = [name for name in (*wish.y, wish.x) if name]
        number = _first_of(named or _named(measures(columns, rows, known)) or open_to.numbers, open_to.numbers)
        return Choice("histogram", number) if number else None
    return usual if kind in ("", usual.kind) and kind in ("map", "table") else None


def options(columns: Sequence[Column], rows: int, has_map: bool = False) -> Options:
    """What can be chosen for a table."""
    times = tuple(_named(column for column in columns if _is_time(column) and distinct(column) > 1))
    numbers = tuple(_named(column for column in columns if column.type in NUMBER_TYPES and distinct(column) > 1))
    labels = tuple(_named(column for column in columns if column.type in (*LABEL_TYPES, "year") and distinct(column)))
    kinds: list[Kind] = []
    if times and numbers:
        kinds.append("line")
    if labels:
        kinds.append("bar")
    if numbers:
        kinds.append("histogram")
    return Options(tuple(kinds), times, labels, numbers)


def _is_time(column: Column) -> bool:
    return column.type in TIME_TYPES or day_times.is_of_day(column)


def is_indicator(column: Column) -> bool:
    """Whether a column says what is measured, so that its rows hold different things: temperature, rain, wind."""
    return column.type in ("category", "text") and distinct(column) > 1 and bool(words(column.name) & _INDICATOR_WORDS)


def _kind_for(wish: Wish, usual: Choice, open_to: Options) -> Kind | Literal[""]:
    """The kind that the wished columns speak of, where none was named."""
    if wish.x in open_to.times and open_to.numbers:
        return "line"
    if wish.x in open_to.labels:
        return "bar"
    if wish.x in open_to.numbers:
        return "histogram"
    if wish.agg == "count" and not wish.y and "bar" in open_to.kinds:
        return "bar"
    return usual.kind if usual.kind in ("line", "bar", "histogram") else next(iter(open_to.kinds), "")


def _wished_line(columns: Sequence[Column], rows: int, wish: Wish, open_to: Options, known: Known) -> Choice | None:
    usual = _line(columns, moving(measures(columns, rows, known), known), rows)
    x = _first_of([wish.x] if wish.x else [usual.x if usual else "", *open_to.times], open_to.times)
    if not x or not open_to.numbers or any(name not in open_to.numbers for name in wish.y):
        return None
    agg = _aggregate(wish)
    if not wish.y and usual and usual.x == x:
        return usual._replace(agg=agg)
    y = tuple(dict.fromkeys(wish.y))[:MAX_PANELS] or open_to.numbers[:1]
    group = usual.group if usual and usual.x == x and len(y) == 1 else ""
    across = next(column for column in columns if column.name == x)
    more = tuple(part.column.name for part in _parts(columns, across, rows))
    return Choice("line", x, y, group, agg, parts=more)


def _wished_bar(columns: Sequence[Column], rows: int, wish: Wish, open_to: Options, known: Known) -> Choice | None:
    found = measures(columns, rows, known)
    usual = _bar(columns, found, rows, known) or _counts(columns, known)
    x = _first_of(
        [wish.x] if wish.x else [usual.x if usual else "", *open_to.labels], (*open_to.labels, *open_to.times)
    )
    if not x or any(name not in open_to.numbers for name in wish.y):
        return None
    if wish.agg == "count":
        return Choice("bar", x, agg="count")
    # Who asks for nothing but bars gets the usual ones; who names anything wants to see a number, if there is one.
    counts = usual is not None and not usual.y and usual.x == x and not wish.x and not wish.agg
    y = wish.y[:1] or (usual.y if usual else ()) or (() if counts else tuple(_named(found)[:1]))
    return _aggregated(Choice("bar", x, y, agg=_aggregate(wish), about=bars.about(columns, x)), columns, rows)


def _aggregate(wish: Wish) -> Aggregate:
    return next((each for each in AGGREGATES if each == wish.agg), "")


def _aggregated(choice: Choice, columns: Sequence[Column], rows: int) -> Choice:
    """A choice of bars that does not add up, over several moments, what is there at each of them."""
    if choice.agg or not choice.y:
        return choice
    by_name = {column.name: column for column in columns}
    if bars.of_several_times(columns, by_name[choice.x], by_name[choice.y[0]], rows):
        return choice._replace(agg="mean")
    return choice


def _first_of(names: Iterable[str], known: Iterable[str]) -> str:
    allowed = set(known)
    return next((name for name in names if name in allowed), "")


def _named(columns: Iterable[Column]) -> list[str]:
    return [column.name for column in columns]


def _is_placed(columns: Sequence[Column]) -> bool:
    types = {column.type for column in columns}
    return "wkt" in types or any(one in types and other in types for one, other in _PLACE_TYPES)


def _repeats_places(columns: Sequence[Column], rows: int) -> bool:
    """Whether a few places recur, as in the readings of fixed sensors: then time is what matters."""
    places = [distinct(c) for c in columns if c.type in ("latitude", "longitude", "easting", "northing", "wkt")]
    return bool(places) and 3 * max(places) <= rows


def _line(columns: Sequence[Column], found: Sequence[Column], rows: int) -> Choice | None:
    """Numbers in time; several numbers, or one by a category, as several small charts."""
    beside = {c.name: _parts(columns, c, rows) for c in columns if c.type in TIME_TYPES}
    times = [c for c in columns if c.type in TIME_TYPES and _moments(c, beside[c.name], rows) >= _FEWEST_TIMES]
    # A time of the day beside its date is a part of it.
    times = times or [c for c in columns if day_times.is_of_day(c) and distinct(c) >= _FEWEST_TIMES]
    times = [c for c in times if not words(c.name) & BIOGRAPHIES]
    if not times or not found:
        return None
    named = [c for c in times if words(c.name) & TIMES]
    x = next(iter(named or times))
    if bars.is_list_of_things(columns, x, rows):
        return None
    more = beside.get(x.name, ())
    choice = Choice("line", x.name, tuple(_named(found[:_DEFAULT_PANELS])), parts=tuple(p.column.name for p in more))
    moments = _moments(x, more, rows)
    others = [c for c in columns if c is not x and c.name not in choice.parts]
    group = _group(others, moments, rows) if moments < 0.9 * (rows - x.missing) else None
    return choice._replace(y=choice.y[:1], group=group.name) if group is not None else choice


def _parts(columns: Sequence[Column], x: Column, rows: int) -> tuple[parts.Part, ...]:
    """The columns that say more of a time; none where each row has one of its own already: days with the hour of opening."""
    return parts.beside(columns, x) if distinct(x) < bars.NEARLY * (rows - x.missing) else ()


def _moments(x: Column, more: Sequence[parts.Part], rows: int) -> int:
    """About how many different times the columns of a time say together."""
    return min(rows, math.prod((distinct(x), *(distinct(part.column) for part in more)))) if more else distinct(x)


def _group(columns: Sequence[Column], moments: int, rows: int) -> Column | None:
    """The category that tells apart the rows of one time: each place has one row a year."""
    told = next(filter(is_indicator, columns), None)
    if told is not None:
        return told
    names = [
        c for c in columns if c.type in LABEL_TYPES and 2 <= distinct(c) <= MAX_BARS and not words(c.name) & _WEEKDAYS
    ]
    fitting = [column for column in names if distinct(column) * moments >= 0.9 * rows]
    return min(fitting, key=bars.is_code, default=None)


def _bar(columns: Sequence[Column], found: Sequence[Column], rows: int, known: Known) -> Choice | None:
    """A number for each of at most 20 names: a category, or a name of its own in each row.

    Where rows of a name would be averaged, and nothing says that this is what the table is about, they are counted.
    """
    label = bars.label(columns, rows)
    if label is None or not found:
        return None
    measure = found[0]
    averaged = additive(measure) == "never" and distinct(label) < bars.NEARLY * (rows - label.missing)
    if averaged and not known.spoken.get(measure.name) and not holds_values(measure):
        category = bars.counted(columns, known)
        if category is not None and not bars.is_even(category):
            return Choice("bar", category.name)
    chosen = Choice("bar", label.name, (measure.name,), about=bars.about(columns, label.name))
    return _aggregated(chosen, columns, rows)


def _histogram(found: Sequence[Column], rows: int) -> Choice | None:
    if not found or rows < _FEWEST_VALUES or distinct(found[0]) < 3:
        return None
    return Choice("histogram", found[0].name)


def _counts(columns: Sequence[Column], known: Known) -> Choice | None:
    """How often each value of a category occurs, where there is no number to show."""
    category = bars.counted(columns, known)
    return Choice("bar", category.name) if category else None
