"""Where, when and how finely: extents in space and time, resolution, reference systems."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from harvesters.iso.codes import REFERENCE_SYSTEM
from harvesters.iso.elements import Element, anchor, children, first, found, name, text
from harvesters.iso.record import IsoRecord
from harvesters.mapping.account import Account
from harvesters.mapping.native_values import address_of
from harvesters.mapping.periods import period
from harvesters.mapping.places import boxed, places
from schemas.findings import Severity, declare
from schemas.kinds import DATATYPES, Kind, Literal, is_web
from schemas.model import Location, Resource, Standard
from schemas.namespaces import DCTERMS, GEODCATAP
from schemas.vocabularies import LISTS

EDGES_SWAPPED = declare(
    "bounding-box-edges-swapped",
    "Der Westrand des Gebietes liegt östlich des Ostrandes ({0}); beide wurden vertauscht.",
    "The area's western edge lies east of its eastern edge ({0}); the two were swapped.",
    "Berichtigen Sie westBoundLongitude und eastBoundLongitude an der Quelle.",
    "Correct westBoundLongitude and eastBoundLongitude at the source.",
    "faults F48",
)

# A box across the date line is wider on this side of the earth than on the other.
_HALF_EARTH = 180
_EDGES = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_EPSG = re.compile(r"EPSG\D{0,30}?(?:/0/|::|:)?\s*(\d{4,6})\b", re.IGNORECASE)
_CODE = re.compile(r"(\d{4,6})")
_DATE_OF_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00(?:\.0+)?Z?$")
_DECIMAL = next(iter(DATATYPES[Kind.DECIMAL]))
_DQV = "http://www.w3.org/ns/dqv#"
_METRES = {
    **dict.fromkeys(("m", "meter", "metre", "metres", "meters", "metern", "urn:ogc:def:uom:epsg::9001"), Decimal(1)),
    **dict.fromkeys(("km", "kilometer", "kilometre", "kilometers"), Decimal(1000)),
    **dict.fromkeys(("cm", "zentimeter", "centimeter", "centimetre"), Decimal("0.01")),
    **dict.fromkeys(("dm", "dezimeter", "decimeter"), Decimal("0.1")),
    **dict.fromkeys(("mm", "millimeter"), Decimal("0.001")),
    **dict.fromkeys(("ft", "foot", "feet"), Decimal("0.3048")),
}
_MOST_POINTS = 2_000
# Keys of German administrative areas: how an authority names them, the list they are of, their length.
_AREA_KEYS = (
    (re.compile(r"regionalschl|\bars\b", re.IGNORECASE), "regional-key", 12),
    (re.compile(r"gemeindeschl|\bags\b", re.IGNORECASE), "municipality-key", 8),
    (re.compile(r"kreisschl", re.IGNORECASE), "district-key", 5),
)
_GEOCODING = "http://dcat-ap.de/def/politicalGeocoding/"


def enter_extents(account: Account, record: IsoRecord) -> None:
    """Places and periods of all extents; a description names the box that stands beside it."""
    for path, extent in record.identified("extent"):
        _enter_places(account, record, path, extent)
        for element in found(extent, "temporalElement/extent"):
            _enter_period(account, f"{path}/temporalElement", element)
        for element in found(extent, "verticalElement"):
            said = [f"{name(each)}={text(each)}" for each in children(element) if text(each)]
            inner = [f"{name(each)}={text(each)}" for each in found(element, "minimumValue", "maximumValue")]
            account.leave(f"{path}/verticalElement", "; ".join(inner or said))


def _enter_places(account: Account, record: IsoRecord, path: str, extent: Element) -> None:
    labels = [each for element in found(extent, "description") for each in record.literals(element)]
    shapes: list[tuple[str, Location]] = []
    for element in found(extent, "geographicElement"):
        place = f"{path}/geographicElement"
        for kind in children(element):
            if name(kind) == "EX_GeographicBoundingBox":
                shapes += [(place, each) for each in _box(account, place, kind)]
            elif name(kind) == "EX_BoundingPolygon":
                shapes += [(place, each) for each in _polygons(account, place, kind)]
            elif name(kind) == "EX_GeographicDescription":
                _enter_area(account, record, place, kind)
    if labels and shapes:
        place, shape = shapes[0]
        shapes[0] = (place, replace(shape, pref_label=tuple(labels)))
    elif labels:
        shapes.append((f"{path}/description", Location(pref_label=tuple(labels))))
    for place, shape in shapes:
        account.add("spatial", [shape], place, "parse")


def _box(account: Account, place: str, element: Element) -> Sequence[Location]:
    given = [text(next((each for each in children(element) if name(each) == edge), None)) for edge in _EDGES]
    account.attribute = "spatial"
    if not any(given):
        return ()
    if not all(_NUMBER.fullmatch(each) for each in given):
        return account.refuse(place, ",".join(given))
    west, south, east, north = (float(each.replace(",", ".")) for each in given)
    if 0 < west - east < _HALF_EARTH:
        account.remark(Severity.WARNING, account.paths.get("spatial"), EDGES_SWAPPED, f"{given[0]}, {given[2]}")
        west, east = east, west
    return boxed(account, place, (west, south, east, north))


def _polygons(account: Account, place: str, element: Element) -> Sequence[Location]:
    """GML geometries as GeoJSON; with a coordinate system of the register latitude stands first (OGC 08-038r7)."""
    rings: list[list[list[float]]] = []
    account.attribute = "spatial"
    for shape in element.iter("*"):
        if name(shape) not in ("exterior", "outerBoundaryIs", "LineString"):
            continue
        ring = _positions(shape)
        if ring is None or len(ring) > _MOST_POINTS:
            return account.refuse(place, " ".join(" ".join(map(str, shape.itertext())).split())[:2000])
        rings.append(ring)
    system = next((each.get("srsName") for each in element.iter("*") if each.get("srsName")), "") or ""
    if not rings:
        return ()
    geographic = re.search(r"(?:4326|4258)$", system) is not None
    in_degrees = all(abs(a) <= 180 and abs(b) <= 180 for ring in rings for a, b in ring)
    # Degrees under the name of a metric system are degrees all the same: no area is 180 metres from the origin.
    if "EPSG" in system.upper() and not geographic and not in_degrees:
        return account.refuse(place, f"{system}: {rings[0][:4]}")
    if geographic and re.search(r"urn:ogc:def:crs:EPSG|opengis\.net/def/crs/EPSG", system, re.IGNORECASE):
        rings = [[[b, a] for a, b in ring] for ring in rings]
    polygons = [[ring if ring[0] == ring[-1] else [*ring, ring[0]]] for ring in rings if len(ring) > 2]
    if not polygons:
        return ()
    shape_type = "Polygon" if len(polygons) == 1 else "MultiPolygon"
    geometry: dict[str, Any] = {"type": shape_type, "coordinates": polygons[0] if len(polygons) == 1 else polygons}
    return [each for each in places(account, place, geometry) if isinstance(each, Location)]


def _positions(shape: Element) -> list[list[float]] | None:
    numbers: list[float] = []
    size = 2
    for each in shape.iter("*"):
        if name(each) not in ("posList", "pos", "coordinates", "coord"):
            continue
        if each.get("srsDimension") == "3":
            size = 3
        said = (each.text or "").replace(",", " ") if name(each) == "coordinates" else each.text or ""
        try:
            numbers += [float(number) for number in said.split()]
        except ValueError:
            return None
    if len(numbers) % size or len(numbers) < 2 * size:
        return None
    return [numbers[start : start + 2] for start in range(0, len(numbers), size)]


def _enter_area(account: Account, record: IsoRecord, place: str, element: Element) -> None:
    """A named area: an address, a key of the German administration, or a name."""
    identifier = next((each for each in children(element) if name(each) == "geographicIdentifier"), None)
    if identifier is None:
        return
    said = first(identifier, "code")
    address = anchor(said) or text(said)
    authority = f"{text(first(identifier, 'codeSpace'))} {text(first(identifier, 'authority/title'))}"
    known = address_of(address) if is_web(address) else _area_key(address, authority)
    if known:
        account.add("spatial", [known], place, "copy" if known == address else "lookup")
        if known.startswith(_GEOCODING):
            account.add("political_geocoding", [known], place, "copy")
    elif labels := record.literals(said):
        account.add("spatial", [Location(pref_label=tuple(labels))], place, "copy")


def _area_key(code: str, authority: str) -> str | None:
    for words, vocabulary, length in _AREA_KEYS:
        if words.search(authority) and len(code) == length and code.isdecimal():
            known = LISTS[vocabulary].by_code(code)
            return known.iri if known else None
    return None


def _enter_period(account: Account, place: str, element: Element) -> None:
    """A TimePeriod or TimeInstant of GML; what is open or unknown has no date."""
    moments: dict[str, str] = {}
    for each in element.iter("*"):
        kind = name(each)
        if kind in ("beginPosition", "endPosition"):
            moments[kind[:-8]] = _moment(each)
        elif kind == "timePosition":
            above = each.getparent()
            outer = above.getparent() if above is not None else None
            side = name(outer) if outer is not None else ""
            moments[side if side in ("begin", "end") else "at"] = _moment(each)
    begin = moments.get("begin", moments.get("at", ""))
    end = moments.get("end", moments.get("at", ""))
    if begin or end:
        account.attribute = "temporal"
        if stated := period(account, (place, begin), (place, end)):
            account.add("temporal", stated, place, "parse")


def _moment(element: Element) -> str:
    said = (element.text or "").strip()
    if element.get("indeterminatePosition") in ("now", "unknown", "inapplicable") and not said:
        return ""
    midnight = _DATE_OF_TIME.match(said)
    return midnight[1] if midnight else said


def enter_resolution(account: Account, record: IsoRecord) -> None:
    """Distances in metres; scales, angles and words in the terms of GeoDCAT-AP 3 (7.2)."""
    for path, element in record.identified("spatialResolution"):
        for each in found(element, "distance"):
            _enter_distance(account, path, each)
        for each in found(element, "equivalentScale/denominator"):
            if (said := text(each)).isdecimal() and int(said) > 0:
                value = f"{Decimal(1) / Decimal(said):.12f}".rstrip("0")
                _measured(account, path, "spatialResolutionAsScale", value)
            elif said:
                account.attribute = "spatial_resolution"
                account.refuse(path, said)
        for each in found(element, "angularDistance"):
            if said := text(each):
                _measured(account, path, "spatialResolutionAsAngularDistance", said)
        for each in found(element, "levelOfDetail"):
            if words := record.literals(each):
                account.extra += [(str(GEODCATAP.spatialResolutionAsText), word) for word in words]
                account.note("spatialResolutionAsText", path, "copy")


def _enter_distance(account: Account, path: str, element: Element) -> None:
    unit = next((each.get("uom") or "" for each in children(element)), "").strip().lower()
    factor = _METRES.get(unit.rpartition("#")[2] or unit)
    said = text(element).replace(",", ".")
    account.attribute = "spatial_resolution"
    if not said:
        return
    try:
        metres = Decimal(said) * factor if factor else None
    except InvalidOperation:
        metres = None
    if metres is None or not metres.is_finite():
        account.refuse(path, f"{said} {unit}".strip())
    else:
        plain = f"{metres:f}"
        shown = plain.rstrip("0").rstrip(".") if "." in plain else plain
        account.add("spatial_resolution", [Literal(shown, None, _DECIMAL)], path, "parse")


def _measured(account: Account, path: str, metric: str, value: str) -> None:
    measurement = Resource(
        types=(f"{_DQV}QualityMeasurement",),
        extra=(
            (f"{_DQV}isMeasurementOf", str(GEODCATAP[metric])),
            (f"{_DQV}value", Literal(value, None, _DECIMAL)),
        ),
    )
    account.extra.append((f"{_DQV}hasQualityMeasurement", measurement))
    account.note(metric, path, "parse")


def enter_reference_systems(account: Account, record: IsoRecord) -> None:
    """Reference systems as standards that the data conform to, by their IRI in the register of the OGC if they have one."""
    kind = ((str(DCTERMS.type), REFERENCE_SYSTEM),)
    for path, element in record.paths("referenceSystemInfo/referenceSystemIdentifier"):
        own = first(element, "code")
        said = anchor(own) or text(own)
        space = text(first(element, "codeSpace"))
        if not said:
            continue
        match = _EPSG.search(said) or (_CODE.fullmatch(said) if "epsg" in space.lower() else None)
        address = f"http://www.opengis.net/def/crs/EPSG/0/{match[1]}" if match else None
        address = address or (address_of(said) if is_web(said) else None)
        if address:
            account.add("conforms_to", [Standard(iri=address, extra=kind)], path, "lookup")
        else:
            account.add("conforms_to", [Standard(title=tuple(record.literals(own)), extra=kind)], path, "copy")
