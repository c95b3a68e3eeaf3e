"""Maps for pages: the drawing that everybody sees, the list that says the same, and what the script needs for more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson
from markupsafe import Markup

from catalog import formats
from catalog import preview as previews
from catalog.maps import boxes, clustering, drawing, views
from catalog.maps import outlines as places
from catalog.maps.features import Features
from catalog.maps.outlines import Outline
from catalog.preview import Preview
from catalog.preview.model import Tiling
from catalog.web import file_addresses, marks
from catalog.web.templates import Page, short_name
from schemas.tables.geometry import BoundingBox

LISTED = 20
_DRAWN = views.Bounds(300, 30_000)
Feature = Mapping[str, Any]


class Row(NamedTuple):
    """A feature in the list beside a map: what it is called, where it lies, and the language of its name."""

    label: str
    place: Markup
    lang: str = ""


class MapFigure(NamedTuple):
    """A map to show: ``source`` is the address of its features, ``live`` what the script is told."""

    name: str
    title: Markup
    sentence: Markup
    drawings: Markup
    rows: tuple[Row, ...]
    more: int
    source: str
    live: Mapping[str, str]
    attribution: str = ""
    attribution_url: str = ""
    unfiltered: bool = False
    """Whether all is shown although only some rows were asked for: the features do not tell their rows."""


class Only(NamedTuple):
    """The rows (numbers from 0) whose features a map shows, and the parameters that ask for them."""

    rows: frozenset[int]
    query: Sequence[tuple[str, str]]


def of_preview(
    page: Page, preview: Preview, slug: str, number: int, lang: str, name: str = "map", only: Only | None = None
) -> MapFigure | None:
    """The map of a file's features, or ``only`` of some rows; none where it has no geometry, or nothing of these rows.

    ``lang`` is the language of the file's words. Reads the kept features: call it in a thread.
    """
    geometry = preview.geometry
    if geometry is None and preview.picture is not None:
        return _of_service(page, preview, slug, number, lang, name)
    if geometry is None:
        return None
    with previews.features(page.region, preview) as features:
        return _of_features(page, preview, features, slug, number, lang, name, only) if features is not None else None


def _of_features(
    page: Page,
    preview: Preview,
    features: Features,
    slug: str,
    number: int,
    lang: str,
    name: str,
    only: Only | None,
) -> MapFigure | None:
    geometry = preview.geometry
    assert geometry is not None
    left = features.of_rows(only.rows) if only is not None else None
    chosen = features.every if left is None else left
    box = features.box(chosen)
    if box is None:
        return None
    query = [("layer", layer)] if (layer := _asked(page)) else []
    if only is not None and left is not None:
        query += only.query
    query.append(("lang", page.language))  # popups say numbers and dates as the page does
    path = file_addresses.path(slug, number, "/map.geojson")
    _ = page.texts.text
    title = _("Karte: {name}", name=page.spoken(preview.title or preview.source.name if preview.source else slug, lang))
    drawn = {
        kind: views.seen(features, chosen, None, clustering.zoom_of(box, width, drawing.highest(width)), _DRAWN)
        for kind, width in drawing.WIDTHS
    }
    sentence = _sentence(page, geometry.shown, None if left is None else len(left))
    if any(each.gathered for each in drawn.values()):
        sentence += Markup(" ") + _("Was nah beieinander liegt, ist ein Kreis mit der Anzahl.")
    sentence += _left_out(page, geometry.total - geometry.shown)
    told = {kind: marks.marked(page.region, preview, each.features, page.language) for kind, each in drawn.items()}
    if column := marks.named(preview, [feature for each in told.values() for feature in each]):
        sentence += Markup(" ") + _("Neben den Punkten steht: {column}.", column=page.spoken(column, lang))
    seen = boxes.grown(box, 0.05)
    around = tuple(each for each in places.outlines(page.region).places if boxes.meets(each.box, seen))
    shown = _Shown(told, around, seen)
    found = _figure(page, shown, name, title, sentence, page.file(path, query))
    listed = marks.marked(page.region, preview, features.read(chosen[:LISTED]), page.language)
    rows = tuple(_rows(page, listed, lang))
    foreign = {"lang": lang} if lang and lang != page.language else {}
    return found._replace(
        rows=rows,
        more=len(chosen) - len(rows),
        live={**found.live, **foreign},
        unfiltered=only is not None and left is None,
    )


def _sentence(page: Page, total: int, shown: int | None) -> Markup:
    """How many features the map shows, of how many where only some were asked for."""
    if shown is None:
        return page.texts.plural("Die Karte zeigt {n} Objekt.", "Die Karte zeigt {n} Objekte.", total)
    number = formats.number(shown, page.language)
    return page.texts.plural(
        "Die Karte zeigt {shown} von {n} Objekt.", "Die Karte zeigt {shown} von {n} Objekten.", total, shown=number
    )


def _of_service(page: Page, preview: Preview, slug: str, number: int, lang: str, name: str) -> MapFigure | None:
    """The map that a service draws: its picture for everybody, its tiles where the map is live."""
    box = preview.extent
    if box is None:
        return None
    layer = dict(preview.layers).get(preview.layer, preview.layer)
    _ = page.texts.text
    title = _("Karte: {name}", name=page.spoken(layer, lang))
    sentence = _("Die Karte zeigt die Ebene „{name}“ des Kartendienstes.", name=page.spoken(layer, lang))
    query = {"layer": preview.layer}
    around = tuple(each for each in places.outlines(page.region).places if boxes.meets(each.box, box))
    picture = page.file(file_addresses.path(slug, number, "/picture"), query if _asked(page) else ())
    tiles = page.file(file_addresses.path(slug, number, "/tiles/")) + "{z}/{x}/{y}.png?" + urlencode(query)
    shown = _Shown({}, around, box, (picture, box))
    found = _figure(page, shown, name, title, sentence)
    # What is in a picture cannot be listed.
    return found._replace(live={**found.live, **_live_layer(preview.tiling, tiles, picture)}, rows=())


def _live_layer(tiling: Tiling | None, tiles: str, picture: str) -> dict[str, str]:
    """What the live map shows of a service's layer: its tiles, or its picture where there are none for web maps."""
    if tiling is None:
        return {"overlay": tiles}
    if not tiling.side:
        return {"still": picture}
    return {"overlay": tiles, "tiling": f"{tiling.side} {tiling.least} {tiling.most}"}


def _asked(page: Page) -> str:
    return page.request.query_params.get("layer", "")


def _left_out(page: Page, count: int) -> Markup:
    if count <= 0:
        return Markup()
    return Markup(" ") + page.texts.plural(
        "{n} weiteres Objekt hat keine Lage oder ist nicht gezeichnet.",
        "{n} weitere Objekte haben keine Lage oder sind nicht gezeichnet.",
        count,
    )


def of_region(page: Page, only: str = "", name: str = "map", chosen: BoundingBox | None = None) -> MapFigure | None:
    """The map of the region's municipalities, or of one by its id; none where no place is known.

    ``chosen`` is a box that is marked. Reads the outlines: call it in a thread.
    """
    found = places.outlines(page.region)
    shown = tuple(each for each in found.places if only in ("", each.municipality.id))
    box = boxes.around(each.box for each in shown)
    if box is None:
        return None
    _ = page.texts.text
    names = ", ".join(short_name(each.municipality.name) for each in shown)
    title = _("Karte: {name}", name=names if only else page.spoken(page.region.title, page.region.language))
    shown_places = _Shown({}, found.places, box, chosen=chosen, about=only)
    beside = ", ".join(short_name(each.municipality.name) for each in _near(shown_places) if each not in shown)
    sentence = _("Die Karte zeigt: {names}.", names=names)
    if beside:
        sentence = Markup(" ").join((sentence, _("Daneben: {names}.", names=beside)))
    return _figure(page, shown_places, name, title, sentence)


class _Shown(NamedTuple):
    features: Mapping[str, Sequence[Feature]]  # of each drawing by its name
    places: Sequence[Outline]
    box: BoundingBox
    picture: tuple[str, BoundingBox] | None = None
    chosen: BoundingBox | None = None
    about: str = ""


def _near(shown: _Shown) -> list[Outline]:
    """The places that a map's box meets."""
    return [each for each in shown.places if boxes.meets(each.box, shown.box)]


def _figure(page: Page, shown: _Shown, name: str, title: Markup, sentence: Markup, source: str = "") -> MapFigure:
    """A map without a list of its features: with that of its places."""
    region = page.region
    return MapFigure(
        name,
        title,
        sentence,
        drawings(page, shown, name),
        tuple(_places(page, _near(shown))),
        0,
        source,
        live(page, shown.box) | ({"about": shown.about} if shown.about else {}),
        region.map.attribution or "",
        region.map.attribution_url or "",
    )


def drawings(page: Page, shown: _Shown, name: str) -> Markup:
    """The drawings of a map in a page's language; ``name`` begins the ids of what is said of it (``maps.html``)."""
    german = page.language == "de"
    labels = {each.municipality.id: short_name(each.municipality.name) for each in shown.places}
    ground = drawing.Ground(shown.box, shown.features, shown.places, shown.chosen, shown.picture, labels, shown.about)
    words = drawing.Words(
        "," if german else ".",
        ("O", "N", "W", "S") if german else ("E", "N", "W", "S"),
        "." if german else ",",
    )
    return drawing.drawings(ground, words, name)


def live(page: Page, box: BoundingBox) -> dict[str, str]:
    """What the script is told of a map, as attributes: where things are, what is seen first, and its words."""
    settings = page.region.map
    told = {"box": boxes.written(box), "words": orjson.dumps(_words(page)).decode()}
    if places.outlines(page.region).places:
        told["outlines"] = page.file("/outlines.geojson")
    if settings.tiles and places.frame(page.region) is not None:
        told |= {
            "tiles": page.file("/tiles/") + "{z}/{x}/{y}.png",
            "zooms": f"{settings.min_zoom} {settings.max_zoom}",
            "frame": boxes.written(boxes.grown(_frame(page), 0.5)),
        }
    return told


def _frame(page: Page) -> BoundingBox:
    found = places.frame(page.region)
    assert found is not None
    return found


def _words(page: Page) -> dict[str, str]:
    _ = page.texts.plain
    return {
        "in": _("Hineinzoomen"),
        "out": _("Herauszoomen"),
        "close": _("Schließen"),
        "several": _("{n} Objekte, zum Vergrößern öffnen", n="{n}"),
        "together": _("{n} Objekte liegen an dieser Stelle zu dicht für die Karte.", n="{n}"),
        "seen": _("Im Ausschnitt: {n}", n="{n}"),
        "feature": _("Objekt {n}", n="{n}"),
        "failed": _("Die Karte konnte nicht geladen werden. Die Zeichnung und die Liste zeigen dasselbe."),
        "kilometre": "km",
        "metre": "m",
    }


def _rows(page: Page, features: Sequence[Feature], lang: str) -> Iterator[Row]:
    """Features with the language of those names that the file gives: the others are numbered in the page's."""
    for number, feature in enumerate(features, 1):
        own = boxes.of_geometry(feature["geometry"])
        if own is not None:
            named = str(feature["properties"].get("name") or "")
            label = named or page.texts.plain("Objekt {n}", n=str(number))
            mark = feature["properties"].get("mark")
            yield Row(f"{label}: {mark}" if mark else label, position(page, own), lang if named else "")


def _places(page: Page, around: Sequence[Outline]) -> Iterator[Row]:
    for place in around:
        yield Row(place.municipality.name, position(page, place.box))


def position(page: Page, box: BoundingBox) -> Markup:
    """The middle of a box in words: 50,4301° Nord, 9,6500° Ost."""
    longitude, latitude = (box.west + box.east) / 2, (box.south + box.north) / 2
    _ = page.texts.text
    north = _("{n}° Nord") if latitude >= 0 else _("{n}° Süd")
    east = _("{n}° Ost") if longitude >= 0 else _("{n}° West")
    values = [formats.number(round(abs(each), 4), page.language) for each in (latitude, longitude)]
    return Markup("{}, {}").format(north.format(n=values[0]), east.format(n=values[1]))
