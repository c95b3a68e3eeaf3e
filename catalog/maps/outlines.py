"""Where municipalities lie: their outlines as files of the region, or a box; none is ever made up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from catalog.maps import boxes, reducing
from schemas.region import Municipality, Region
from schemas.tables import TableError
from schemas.tables.geojson import read_features
from schemas.tables.geometry import BoundingBox
from schemas.tables.jsondata import MAX_BYTES

# Enough for a drawing of 720 pixels: what lies closer together is one pixel.
_VERTICES = 400


class Outline(NamedTuple):
    """The place of a municipality: a GeoJSON geometry where there is an outline, else None and only its box."""

    municipality: Municipality
    geometry: Mapping[str, Any] | None
    box: BoundingBox


class Outlines(NamedTuple):
    """The outlines of a region, and for files that cannot be used: the municipality's id with the reason."""

    places: tuple[Outline, ...]
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def box(self) -> BoundingBox | None:
        """The box around all of them."""
        return boxes.around(each.box for each in self.places)


def outlines(region: Region) -> Outlines:
    """The outlines of a region's municipalities; read again when one of the files changes.

    A file that is absent, larger than 100 MB, outside the region's folder or without an area is a fault; the municipality's
    own box stands in for it, if it has one.
    """
    files = tuple(_stamp(region.folder, each) for each in region.municipalities)
    return _read(region.folder, region.municipalities, files)


def frame(region: Region) -> BoundingBox | None:
    """The place of the region: the one that is set, else the box around its municipalities; None where nothing says."""
    return region.map.bbox or outlines(region).box


def _stamp(folder: Path, municipality: Municipality) -> tuple[str, int, int]:
    if municipality.outline is None:
        return "", 0, 0
    try:
        facts = (folder / municipality.outline).stat()
    except OSError:
        return municipality.outline, 0, -1
    return municipality.outline, facts.st_mtime_ns, facts.st_size


@lru_cache(maxsize=8)
def _read(folder: Path, municipalities: tuple[Municipality, ...], _files: tuple[tuple[str, int, int], ...]) -> Outlines:
    places, faults = [], []
    for municipality in municipalities:
        geometry, fault = _geometry(folder, municipality)
        if fault:
            faults.append((municipality.id, fault))
        box = boxes.of_geometry(geometry) or municipality.bbox
        if box is not None:
            places.append(Outline(municipality, geometry, box))
    return Outlines(tuple(places), tuple(faults))


def _geometry(folder: Path, municipality: Municipality) -> tuple[Mapping[str, Any] | None, str]:
    if municipality.outline is None:
        return None, ""
    try:
        file = (folder / municipality.outline).resolve(strict=True)
        if not file.is_relative_to(folder.resolve()):
            return None, f"{municipality.outline}: not in the region's folder"
        if file.stat().st_size > MAX_BYTES:
            return None, f"{municipality.outline}: larger than {MAX_BYTES // 1_000_000} MB"
        features = read_features(file.read_bytes()).features
    except OSError as error:
        return None, f"{municipality.outline}: {error.strerror}"
    except TableError as error:
        return None, f"{municipality.outline}: {error.note.en}"
    areas = [area for feature in features for area in _areas(feature.get("geometry"))]
    if not areas:
        return None, f"{municipality.outline}: no polygon in it"
    whole = {"type": "MultiPolygon", "coordinates": areas}
    return reducing.simplified(whole, _VERTICES), ""


def _areas(geometry: Mapping[str, Any] | None) -> list[Any]:
    if geometry is None:
        return []
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"]]
    if geometry["type"] == "MultiPolygon":
        return list(geometry["coordinates"])
    return [area for each in geometry.get("geometries", ()) for area in _areas(each)]
