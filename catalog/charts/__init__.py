"""Charts of a table: which one fits its columns, its figures, and its drawing as SVG without any style of its own.

The path of a chart: columns → `choose` (or `wished`, by a reader) → Choice → `figure` → Lines, Bars or Histogram → `draw`.
All of it is pure and bounded; the words for people are put in by the pages. `prepare` does the first half where all rows of
a table are at hand, in a form that can be kept.
"""

from catalog.charts.choosing import Choice, Options, Wish, choose, options, wished
from catalog.charts.counting import figure
from catalog.charts.drawing import Captions, draw, small
from catalog.charts.figures import Bars, Figure, Histogram, Lines, Series, from_json
from catalog.charts.measures import Known
from catalog.charts.naming import named, readable, sign
from catalog.charts.preparing import Prepared, mixes, prepare, prepared

__all__ = [
    "Bars",
    "Captions",
    "Choice",
    "Figure",
    "Histogram",
    "Known",
    "Lines",
    "Options",
    "Prepared",
    "Series",
    "Wish",
    "choose",
    "draw",
    "figure",
    "from_json",
    "mixes",
    "named",
    "options",
    "prepare",
    "prepared",
    "readable",
    "sign",
    "small",
    "wished",
]
