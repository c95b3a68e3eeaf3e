"""From the content of a file to its preview: what may be shown, its figures, facets, map and chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalog import charts
from catalog.maps import boxes, reducing
from catalog.maps import features as map_features
from catalog.maps.features import Written
from catalog.preview import counting, occurrences, persons, placing
from catalog.preview.contents import Content
from catalog.preview.model import Facet, Geometry, Occurrences, Preview
from catalog.preview.persons import Without, nobody
from catalog.preview.reasons import Reason
from schemas.german_time import BERLIN
from schemas.tables import BoundingBox, Note, PersonalHint, Profile, Table, calendars, profile
from schemas.tables.kinds import KINDS
from schemas.tables.notes import note
from schemas.tables.persons import find_hints
from schemas.tables.types import is_missing

HEAD_ROWS = 1_000
_HEAD_CELLS = 100_000
_LEAST_ROWS = 20
_LONGEST_CELL = 2_000
_HEAD_BYTES = 3_000_000  # written as JSON at most six times as much, which can be kept
_MOST_FACETS = 20
_MAX_FACET_COLUMNS = 60
_LONGEST_VALUE = 200
_FACETS = frozenset(("category", "boolean", "year", "key", "text", "date", "integer"))
_MAX_NOTES = 40
_MAX_LINES = 20  # above a table, and below it


@dataclass(frozen=True, slots=True)
class Assembled:
    """A preview, the table with all rows that may be kept, and what lies beside it."""

    preview: Preview
    table: Table | None = None
    drawn: Written | None = None
    image: bytes | None = None


def assembled(
    content: Content, base: Preview, allowed: bool, without: Without = nobody, titles: Sequence[str] = ()
) -> Assembled:
    """The preview of a content. ``base`` has key, address and source; ``allowed``: the source may show persons.

    ``titles`` are those of dataset and file.
    """
    known = KINDS[content.file_kind]
    preview = replace(
        base,
        source=base.source
        and base.source._replace(kind=content.file_kind, media_type=known.media_type, file_type=known.file_type),
        reason=_reason(content.reason, base.reason),
        title=persons.text_without(content.title, allowed, without)[:500],
        members=tuple(without(name)[:500] for name in content.members),
        layers=content.layers or base.layers,
        layer=content.layer or base.layer,
        measured=content.measured,
        notes=(*base.notes, *content.notes),
    )
    if content.table is not None or content.placed is not None or content.lines:
        name = base.source.name.rpartition(".")[0] if base.source else ""
        return _with_rows(content, preview, allowed, without, (*titles, content.title, name))
    if content.text:
        text = persons.text_without(content.text, allowed, without)
        masked = (note("text-masked", count=1),) if text != content.text else ()
        return Assembled(
            replace(
                preview,
                state="ready",
                kind="text",
                text=text,
                text_kind=content.text_kind,
                notes=_listed((*preview.notes, *masked)),
            )
        )
    if content.picture is not None:
        hints = () if allowed else tuple(persons.hints_in(content.spoken))
        if hints or without(content.spoken) != content.spoken:
            return Assembled(replace(preview, state="none", title="", withheld=hints, reason=Reason("personal-data")))
        return Assembled(
            replace(preview, state="ready", kind=content.kind, picture=content.picture), image=content.image
        )
    if content.kind == "archive":
        return Assembled(replace(preview, state="ready", kind="archive"))
    return Assembled(replace(preview, state="none", kind=content.kind, reason=preview.reason or Reason("empty")))


def _reason(found: Reason | None, fetched: Reason | None) -> Reason | None:
    """What the content says goes before what fetching said, with the values that only fetching knows: the size."""
    if found is None or fetched is None:
        return found or fetched
    return found._replace(values={**fetched.values, **found.values})


def _with_rows(content: Content, preview: Preview, allowed: bool, without: Without, titles: Sequence[str]) -> Assembled:
    table = content.table
    shown: persons.Shown | None = None
    if table is not None and table.columns:
        table = counting.counted(table, preview.source)
        table = persons.table_without(table, without)
        shown = persons.shown(table, profile(table), allowed)
        table = shown.table
    if shown is not None and shown.homes:
        lying = content.placed.features if content.placed is not None else ()
        shown = persons.without_geometries(shown, sum(1 for each in lying if each["geometry"]))
        drawn, geometry = None, None
    else:
        drawn, geometry = _drawn(placing.features(content, table), content)
    preview = replace(preview, geometry=geometry, kind="map" if geometry else "table")
    if shown is None or table is None or not table.columns:
        if geometry is None:
            withheld = shown.withheld if shown else ()
            reason = Reason("personal-data") if withheld else preview.reason or Reason("empty")
            return Assembled(replace(preview, state="none", kind="none", withheld=withheld, reason=reason))
        return Assembled(replace(preview, state="ready", notes=_listed(preview.notes)), drawn=drawn)
    head, cut = _head(table, allowed, without)
    notes = (*preview.notes, *table.notes, *shown.notes, *shown.profile.notes, *cut)
    return Assembled(
        replace(
            preview,
            state="ready",
            table=head,
            profile=shown.profile,
            facets=tuple(_facets(table, shown.profile)),
            withheld=(*shown.withheld, *_beside(table, allowed)),
            chart=charts.prepare(table, shown.profile, geometry is not None, titles),
            occurrences=_occurrences(content, preview, table),
            notes=_listed(notes),
        ),
        table=table,
        drawn=drawn,
    )


def _occurrences(content: Content, preview: Preview, table: Table) -> Occurrences | None:
    """When the events of a calendar take place from the day on that it was fetched; none where that is withheld."""
    if not content.calendar or preview.source is None or calendars.BEGIN not in table.names:
        return None
    fetched = datetime.fromisoformat(preview.source.fetched_at)
    return occurrences.next_of(content.calendar, fetched.astimezone(BERLIN).date())


def _listed(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Each remark once, and not more of them than people read."""
    return tuple(dict.fromkeys(notes))[:_MAX_NOTES]


def _head(table: Table, allowed: bool, without: Without) -> tuple[Table, tuple[Note, ...]]:
    """The first rows, with very long cells cut; the lines above and below the table without persons.

    Rows of many long cells are fewer, and their cells shorter, than what can be kept.
    """
    width = max(1, len(table.columns))
    longest = min(_LONGEST_CELL, max(50, _HEAD_BYTES // 8 // width))
    count = min(HEAD_ROWS, max(_LEAST_ROWS, _HEAD_CELLS // width))
    long = size = 0
    rows: list[tuple[str, ...]] = []
    for row in table.rows[:count]:
        if max(map(len, row), default=0) > longest:
            long += sum(len(cell) > longest for cell in row)
            row = tuple(cell if len(cell) <= longest else f"{cell[: longest - 1]}…" for cell in row)
        size += sum(len(cell.encode("utf-8", "surrogatepass")) for cell in row)
        if rows and size > _HEAD_BYTES:
            break
        rows.append(row)
    count = len(rows)
    head = replace(
        table,
        rows=tuple(rows),
        sum_rows=tuple(number for number in table.sum_rows if number < count),
        skipped=_lines(table.skipped, allowed, without),
        below=_lines(table.below, allowed, without),
    )
    lines = (*table.skipped[:_MAX_LINES], *table.below[:_MAX_LINES])
    masked = sum(said != line[:_LONGEST_CELL] for said, line in zip((*head.skipped, *head.below), lines, strict=True))
    told = [note("cells-cut", count=long)] if long else []
    return head, (*told, *([note("text-masked", count=masked)] if masked else ()))


def _lines(lines: Sequence[str], allowed: bool, without: Without) -> tuple[str, ...]:
    """The first lines beside a table, without persons."""
    return tuple(persons.text_without(line[:_LONGEST_CELL], allowed, without) for line in lines[:_MAX_LINES])


def _beside(table: Table, allowed: bool) -> Sequence[PersonalHint]:
    """What in the lines above and below a table points to persons; they are covered there."""
    return () if allowed else find_hints("", Counter((*table.skipped[:_MAX_LINES], *table.below[:_MAX_LINES])))


def _facets(table: Table, figures: Profile) -> Iterator[Facet]:
    """The values of each column that has few of them, the most frequent first."""
    for index, column in enumerate(figures.columns[:_MAX_FACET_COLUMNS]):
        if column.type not in _FACETS or column.distinct is None or not 2 <= column.distinct <= _MOST_FACETS:
            continue
        if 2 * column.distinct > figures.profiled_rows:
            continue
        counts = Counter(cell for row in table.rows if not is_missing(cell := row[index].strip()))
        if len(counts) <= _MOST_FACETS and max(map(len, counts), default=0) <= _LONGEST_VALUE:
            yield Facet(column.name, tuple(counts.most_common()))


def _drawn(features: Sequence[reducing.Feature], content: Content) -> tuple[Written | None, Geometry | None]:
    reduced = reducing.reduced(features)
    around = [boxes.of_geometry(each["geometry"]) for each in reduced.features]
    box = _box([each for each in around if each is not None])
    if not reduced.features or box is None:
        return None, None
    written = map_features.written(reduced.features, around, reduced.rough)
    of_file = content.placed.total if content.placed is not None else len(features)
    kinds = tuple(dict.fromkeys(str(each["geometry"]["type"]) for each in reduced.features))
    geometry = Geometry(
        total=max(of_file, len(reduced.features)),
        shown=len(reduced.features),
        kinds=kinds,
        box=box,
        points=reduced.positions,
        size=len(written.geojson),
        simplified=reduced.simplified,
        source="geometry" if content.placed is not None else "columns",
    )
    return written, geometry


def _box(around: Sequence[BoundingBox]) -> BoundingBox | None:
    """The box around those of features; the few that reach beyond Germany by a slip of the pen do not widen it (F48)."""
    german = [each for each in around if _in_germany(*each[:2]) and _in_germany(*each[2:])]
    return boxes.around(german if 0 < len(around) - len(german) <= 0.05 * len(around) else around)


def _in_germany(longitude: float, latitude: float) -> bool:
    return 5.0 <= longitude <= 16.0 and 47.0 <= latitude <= 56.0
