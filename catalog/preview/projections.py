"""Features of any reference system to degrees: by our own formulas where they reach, else by PROJ with its own data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from schemas.tables import geojson, jsondata
from schemas.tables.geometry import crs_code
from schemas.tables.placemarks import Features
from schemas.tables.placement import Placed, turned
from schemas.tables.placement import placed as place
from schemas.tables.positions import WGS84, Turn, to_degrees


def placed(found: Features) -> Placed:
    """The features of a file in degrees, one for each row, without attributes."""
    return _placed(
        [{"type": "Feature", "geometry": geometry} for geometry in found.geometries],
        found.crs,
        found.definition,
        found.total,
    )


def located(document: dict[str, Any]) -> Placed:
    """The features of a GeoJSON document in degrees, one for each row."""
    crs = jsondata.stated_crs(document)
    if not crs or to_degrees(crs_code(crs)) is not None:
        return geojson.of_document(document)
    features = [*jsondata.each_feature(document)] or [{"type": "Feature", "properties": {}, "geometry": document}]
    return _placed(features, crs, "", len(features))


def _placed(features: list[dict[str, Any]], crs: str, definition: str, total: int) -> Placed:
    if not crs or to_degrees(crs_code(crs)) is not None:
        return place(features, crs, total)
    turn = by_proj(definition or crs_code(crs) or crs)
    if turn is None:
        return place(features, crs, total)
    done = [{**each, "geometry": turned(each.get("geometry"), turn)} for each in features]
    return place(done, WGS84, total)


@dataclass(frozen=True)
class _Proj:
    transformer: Any

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        longitude, latitude = self.transformer.transform(x, y)
        return float(longitude), float(latitude)


def by_proj(system: str) -> Turn | None:
    """How positions of a system become degrees: `EPSG:28992`, or the WKT of a .prj; None where PROJ knows neither."""
    import pyproj  # 0.15 s that most files do without
    from pyproj.exceptions import ProjError

    try:
        crs = pyproj.CRS.from_user_input(system)
        # ESRI's definitions leave out how their datum lies to others; the code that they stand for says it.
        code = crs.to_epsg(min_confidence=25)
        crs = pyproj.CRS.from_epsg(code) if code else crs
        return _Proj(pyproj.Transformer.from_crs(crs, pyproj.CRS.from_epsg(4326), always_xy=True))
    except ProjError:
        return None
