"""The chart that stands for a file: its steward's choice (``[[region.charts]]``), else that of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from catalog import charts
from catalog import preview as previews
from catalog.charts import Bars, Choice, Figure, Known, Wish, coming
from catalog.preview import Filter, Preview
from schemas.pinned_charts import PinnedChart
from schemas.region import Region
from schemas.tables import Column

MAX_ROWS = 100_000
_MOST_KEPT = 100


class Drawn(NamedTuple):
    """A figure with its choice, and whether it rests on all rows; ``passed_over``: the columns cannot make what was pinned.

    ``found`` is how many rows the filters let through, where they were counted; ``late`` says that they took too long.
    """

    choice: Choice
    figure: Figure | None
    whole: bool = True
    passed_over: bool = False
    found: int | None = None
    late: bool = False


_kept: dict[tuple[str, str, int, PinnedChart], Drawn] = {}


def drawn(region: Region, preview: Preview) -> Drawn | None:
    """The chart of a file as a whole; none where nothing was made of it. A pinned one takes up to a second, once a preview."""
    pin = of(region, preview)
    if pin is None:
        ready = charts.prepared(preview.chart)
        return Drawn(ready.choice, ready.figure) if ready else None
    kept = (preview.key, preview.folder, preview.rows_kept, pin)
    if kept not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[kept] = _of_pin(region, preview, pin)
    return _kept[kept]


def unasked(region: Region, preview: Preview, today: date) -> Drawn | None:
    """The chart of a file where no reader asked for one: without a figure where the file's map or its next dates say more."""
    made = drawn(region, preview)
    if made is None or made.figure is None or not is_passed_over(region, preview, today):
        return made
    return made._replace(figure=None)


def is_passed_over(region: Region, preview: Preview, today: date) -> bool:
    """Whether the chart of a file only counts its rows, and there is a map, or dates are still to come; no steward chose it."""
    made, pin = drawn(region, preview), of(region, preview)
    if made is None or made.figure is None or preview.profile is None or (pin is not None and not made.passed_over):
        return False
    if preview.geometry is not None:
        return isinstance(made.figure, Bars) and made.figure.rule == "count"
    repeats = preview.occurrences is not None and bool(preview.occurrences.after(today))
    return coming.only_counts(made.figure, preview.profile.columns, today, known_of(preview), repeats)


def of(region: Region, preview: Preview) -> PinnedChart | None:
    """What the steward chose for a file that is read as a table."""
    if preview.profile is None or preview.table is None:
        return None
    return next((each for each in region.charts if each.file == preview.address), None)


def _of_pin(region: Region, preview: Preview, pin: PinnedChart) -> Drawn:
    if pin.kind == "none":
        return Drawn(Choice("table"), None)
    choice = wished(preview, pin)
    found = figure_of(region, preview, choice) if choice else None
    if found is None or found.figure is None:
        ready = charts.prepared(preview.chart)
        return (
            Drawn(ready.choice, ready.figure, passed_over=True) if ready else Drawn(Choice("table"), None, True, True)
        )
    return found


def wished(preview: Preview, pin: PinnedChart) -> Choice | None:
    """The choice that a pin stands for; none where the columns cannot make it."""
    assert preview.profile is not None
    wish = Wish(pin.kind, pin.x, pin.y, pin.agg)
    return charts.wished(preview.profile.columns, preview.profile.profiled_rows, wish, known=known_of(preview))


def known_of(preview: Preview) -> Known:
    """What is known of a table beside its columns, since all its rows were read."""
    made = charts.prepared(preview.chart)
    return made.known if made else Known()


def figure_of(region: Region, preview: Preview, choice: Choice, filters: Sequence[Filter] = ()) -> Drawn:
    """The figure of a choice, made of the rows that some filters let through, at most MAX_ROWS."""
    assert preview.profile is not None
    names = tuple(dict.fromkeys(filter(None, (choice.x, *choice.y, *choice.parts, choice.group))))
    by_name: Mapping[str, Column] = {column.name: column for column in preview.profile.columns}
    found = previews.cells(region, preview, names, filters, MAX_ROWS)
    figure = charts.figure(choice, [by_name[name] for name in names], found.rows)
    whole = found.whole and not found.late and len(found.rows) == found.found
    return Drawn(choice, figure, whole, found=found.found if names else None, late=found.late)
