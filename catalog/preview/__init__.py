"""Previews of files: made in a limited process, kept in the cache, read by pages, charts and maps.

`find()` gives the preview of a file and has it made if need be, `peek()` never waits; `rows()` filters and sorts all rows
that were kept, `geojson()` and `picture()` give what is drawn.
"""

from catalog.preview.model import (
    Facet,
    Filter,
    Geometry,
    Picture,
    Preview,
    RowPage,
    Selection,
    Source,
    Wanted,
)
from catalog.preview.reasons import Reason

__all__ = [
    "Facet",
    "Filter",
    "Geometry",
    "Picture",
    "Preview",
    "Reason",
    "RowPage",
    "Selection",
    "Source",
    "Wanted",
]
