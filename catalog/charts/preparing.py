"""The charts of a table made once from all its rows, in a form that lies in the cache: its own chart and its histograms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from catalog.charts.cells import Reading
from catalog.charts.choosing import Choice, choose, is_indicator
from catalog.charts.counting import figure
from catalog.charts.figures import Figure, Histogram, from_json
from catalog.charts.measures import NOTHING, Known, fixed
from catalog.charts.topics import spoken
from schemas.tables import Column, Profile, Table

MAX_HISTOGRAMS = 100
_MAX_CELLS = 2_000_000


class Prepared(NamedTuple):
    """What was made of a table: the choice, its figure if it has one, and a histogram by the name of each number column.

    ``known`` is what the choice rested on beside the columns.
    """

    choice: Choice
    figure: Figure | None
    histograms: Mapping[str, Histogram]
    known: Known = NOTHING


def prepare(table: Table, profile: Profile, has_map: bool = False, titles: Sequence[str] = ()) -> dict[str, Any]:
    """The charts of a table as JSON, at most some 60 kB for the chart and 300 bytes a histogram.

    Takes the table with its rows as read (those that sum up others are left out here), and its profile. ``has_map`` says
    that the file has features to draw; ``titles`` are those of its dataset and its own: what they speak of is drawn first.
    Cells that fit no column's type are left out and counted.
    """
    columns = profile.columns
    sums = set(table.sum_rows)
    rows = [row for number, row in enumerate(table.rows) if number not in sums] if sums else table.rows
    known = Known(spoken(titles, columns), fixed(columns, rows))
    choice = choose(columns, len(table.rows), has_map, known)
    reading = Reading()
    made = figure(choice, columns, rows, reading)
    if made is not None and mixes(made, columns):
        made = None
    if made is None and choice.kind != "map":
        choice = Choice("table")
    histograms: dict[str, Any] = {}
    for column in columns:
        if column.type in ("integer", "number") and len(histograms) < MAX_HISTOGRAMS:
            if (len(histograms) + 1) * len(rows) > _MAX_CELLS:
                break
            small = figure(Choice("histogram", column.name), columns, rows, reading)
            if small is not None:
                histograms[column.name] = small.to_json()
    return {
        "kind": choice.kind,
        "choice": {
            "x": choice.x,
            "y": choice.y,
            "group": choice.group,
            "agg": choice.agg,
            "about": choice.about,
            "parts": list(choice.parts),
        },
        "known": {"spoken": dict(known.spoken), "fixed": sorted(known.fixed)},
        "figure": made.to_json() if made else None,
        "histograms": histograms,
    }


def mixes(made: Figure, columns: Sequence[Column]) -> bool:
    """Whether a figure adds or averages what is not alike: values of different indicators at one place and time."""
    return not isinstance(made, Histogram) and made.rule in ("sum", "mean") and any(map(is_indicator, columns))


def prepared(stored: Mapping[str, Any]) -> Prepared | None:
    """What :func:`prepare` made, out of the cache; none where there is nothing, or an older form of it."""
    try:
        chosen = stored["choice"]
        choice = Choice(
            stored["kind"],
            chosen["x"],
            tuple(chosen["y"]),
            chosen["group"],
            chosen["agg"],
            chosen["about"],
            tuple(chosen["parts"]),
        )
        known = Known(MappingProxyType(dict(stored["known"]["spoken"])), frozenset(stored["known"]["fixed"]))
        figures = {name: from_json(each) for name, each in stored["histograms"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    histograms = {name: each for name, each in figures.items() if isinstance(each, Histogram)}
    return Prepared(choice, from_json(stored.get("figure") or {}), histograms, known)
