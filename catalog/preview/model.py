"""What a preview is: the file's facts, first rows with their types and figures, map, picture, text, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from catalog.preview.reasons import Reason
from schemas.tables import BoundingBox, Note, PersonalHint, Profile, Table

# Part of a preview's key: what an older engine made is made anew.
VERSION = 18
_A_YEAR = timedelta(days=366)
_FEW_OCCURRENCES = 100

TextKind = Literal["", "plain", "json", "xml"]
State = Literal["ready", "making", "none"]
Kind = Literal["table", "map", "text", "image", "document", "page", "archive", "none"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be previewed: where it lies, and what its source allows.

    `service` is the kind of service that its record says it is (a value of `catalog.links.questions.SERVICES`), empty for a
    file; `layer` names its layer, or the sheet of a workbook; empty for the one that we choose: of a service the one that is
    `called` as its record is, whose identifiers and titles stand there, one a line. `personal` says whether the source may
    show data of persons (`personal_data = "allowed"`). `titles` are those of dataset and file, one a line: what they speak
    of is charted first; they are no part of a preview's key, nor is `live`: that its record says that it gives the values
    of now.
    """

    address: str
    source_key: str
    service: str = ""
    layer: str = ""
    personal: bool = False
    called: str = ""
    titles: str = ""
    live: bool = False


class Source(NamedTuple):
    """Facts of the file, as fetched. Times are UTC in ISO 8601; `size` is none where the server did not tell it.

    `kind` is a key of `schemas.tables.kinds.KINDS`, told by the content; `read` counts the bytes that were read,
    `whole` says whether that was all of them. `checked_at` is when the server last said that nothing has changed.
    """

    name: str
    final_address: str
    kind: str
    media_type: str
    file_type: str
    status: int
    size: int | None
    read: int
    whole: bool
    sha256: str
    etag: str
    modified: str
    fetched_at: str
    checked_at: str


class Facet(NamedTuple):
    """The values of a column with at most 20 different ones, each with its number of rows; empty cells are not counted."""

    column: str
    values: tuple[tuple[str, int], ...]


class Geometry(NamedTuple):
    """The features of a file that can be drawn, in degrees (WGS 84): `features()` gives them.

    `total` is the number of features of the file, `shown` of those that can be drawn, `points` the number of their
    positions, `size` the bytes of the GeoJSON that is kept. `simplified` says that lines were drawn with fewer points.
    `source` is the kind that the coordinates come from: "geometry", or "columns" for a table with degrees or UTM metres.
    """

    total: int
    shown: int
    kinds: tuple[str, ...]
    box: BoundingBox
    points: int
    size: int
    simplified: bool
    source: Literal["geometry", "columns"] = "geometry"


class Picture(NamedTuple):
    """A picture that we made ourselves (of an image, of a PDF's first page): `picture()` gives the file."""

    media_type: str
    width: int
    height: int
    pages: int = 0


class Occurrence(NamedTuple):
    """When an event of a calendar takes place: the number of its row from 0, its beginning and end as text.

    Both are days ("2026-12-24"), or times on German clocks ("2026-12-24 18:00"); of whole days the end is the last one, and
    where none is stated it is empty. `last` is the day on which it still takes place.
    """

    row: int
    begin: str
    end: str
    last: str


class Occurrences(NamedTuple):
    """The next times that the events of a calendar take place, in order, from the day `since` on; repetitions are told out.

    None that begins before the day `until` is missing. `plain` says that each event takes place once, as its row says.
    """

    found: tuple[Occurrence, ...]
    since: str
    until: str
    plain: bool

    def after(self, day: date) -> tuple[Occurrence, ...]:
        """Those that take place on a day or later."""
        return tuple(each for each in self.found if each.last >= day.isoformat())

    def is_spent(self, today: date) -> bool:
        """Whether the file should be read again, though it is the same: time has gone on, and few are left to come."""
        if self.since >= today.isoformat() or self.until >= (today + _A_YEAR).isoformat():
            return False
        return len(self.after(today)) < _FEW_OCCURRENCES


class Tiling(NamedTuple):
    """The tiles of a layer of a WMTS that web maps show: their side in pixels, the least and the highest zoom.

    A side of 0: there are none, the layer's picture is all that can be seen of it.
    """

    side: int
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """The preview of one file.

    `state` is "making" while it is being made, and "none" where there is nothing to show; then `reason` says why. A
    ready preview may carry a reason too: only a part could be read. `kind` says what there is: a table, a table with a map
    ("map"), text, a picture of an image or of a document's first page, the title of a web page, the list of an archive.

    `table` holds the first rows (at most 1,000) as text; the figures of `profile` rest on all rows that were read, up to
    200,000: those that `rows()` filters and sorts. `rows_kept` counts these. While a large table is `growing`, its first
    rows are there and the rest follows within seconds: figures rest on the first rows, and there is no chart or map yet.
    Columns with data of persons are in `withheld` and nowhere else. `members` are the names in an archive; `layers` are
    name and title of a service's layers or of a workbook's sheets, where there are several, `layer` is the one shown,
    `extent` what of the earth the picture of a map service shows, `tiling` which tiles a WMTS has of it;
    `text` is the beginning of a text, indented where it is JSON. `chart` is what `catalog.charts.prepare` made of all rows.
    `occurrences` say when the events of a calendar take place next, `measured` when the newest of a sensor platform's values
    was measured (UTC in ISO 8601; empty for other files, and where no time is said). `notes` are repairs and remarks, to be
    shown as they are.
    """

    key: str
    address: str
    state: State
    kind: Kind = "none"
    reason: Reason | None = None
    source: Source | None = None
    title: str = ""
    notes: tuple[Note, ...] = ()
    table: Table | None = None
    profile: Profile | None = None
    facets: tuple[Facet, ...] = ()
    withheld: tuple[PersonalHint, ...] = ()
    rows_kept: int = 0
    growing: bool = False
    geometry: Geometry | None = None
    picture: Picture | None = None
    text: str = ""
    text_kind: TextKind = ""
    members: tuple[str, ...] = ()
    layers: tuple[tuple[str, str], ...] = ()
    layer: str = ""
    extent: BoundingBox | None = None
    tiling: Tiling | None = None
    chart: Mapping[str, Any] = field(default_factory=dict)
    occurrences: Occurrences | None = None
    measured: str = ""
    folder: str = ""
    version: int = VERSION

    @property
    def ready(self) -> bool:
        """Whether there is something to show."""
        return self.state == "ready"


Comparison = Literal["is", "contains", "from", "to", "empty", "filled"]


class Filter(NamedTuple):
    """A wish for rows: a column by its name, a comparison, a value as people write it.

    "is" and "contains" fold case; "from" and "to" compare numbers and dates, in the column's own form or in ISO 8601.
    """

    column: str
    comparison: Comparison
    value: str = ""


class Selection(NamedTuple):
    """Which rows are wanted: all filters hold; `sort` names a column (empty: as delivered); pages count from 1."""

    filters: tuple[Filter, ...] = ()
    sort: str = ""
    descending: bool = False
    page: int = 1
    size: int = 50


class RowPage(NamedTuple):
    """A page of rows as text, in the order of the preview's columns; `numbers` count the file's rows from 1.

    `found` counts the rows that the filters let through, `searched` those that were looked at; `whole` says whether these
    are all rows of the file. `late` says that the time was over before all rows were looked at.
    """

    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    found: int
    searched: int
    whole: bool
    late: bool = False


class Passing(NamedTuple):
    """Which rows filters let through, by their number from 0; `searched`, `whole` and `late` are those of RowPage."""

    rows: frozenset[int]
    searched: int
    whole: bool
    late: bool = False


class Cells(NamedTuple):
    """Some columns of all rows that were kept, without rows that sum up others; the counts are those of RowPage."""

    rows: tuple[tuple[str, ...], ...]
    found: int
    searched: int
    whole: bool
    late: bool = False
