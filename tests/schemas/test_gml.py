"""GML of all editions as GeoJSON: kinds of geometry, orders of axes, properties; and documents that are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tables import TableError
from schemas.tables.gml import MAX_NAMES, read_features
from schemas.tables.placement import Placed

HEAD = (
    '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:t="http://t.example" xmlns:xlink="http://www.w3.org/1999/xlink" numberMatched="7" numberReturned="1">'
)


def read(inside: str, **more: Any) -> Placed:
    member = f"<wfs:member><t:Bank gml:id='b.1'>{inside}</t:Bank></wfs:member>"
    return read_features(f"{HEAD}{member}</wfs:FeatureCollection>".encode(), **more)


def geometry(inside: str, **more: Any) -> dict[str, Any]:
    found = read(f"<t:ort>{inside}</t:ort>", **more).features[0]["geometry"]
    assert found is not None
    return dict(found)


DEGREES = 'srsName="urn:ogc:def:crs:EPSG::4326"'
PLAIN = 'srsName="EPSG:4326"'
RING = "50.1 9.1 50.1 9.2 50.2 9.2 50.1 9.1"
TURNED = [[9.1, 50.1], [9.2, 50.1], [9.2, 50.2], [9.1, 50.1]]
HOLE = "50.12 9.12 50.12 9.14 50.14 9.14 50.12 9.12"
HOLE_TURNED = [[9.12, 50.12], [9.14, 50.12], [9.14, 50.14], [9.12, 50.12]]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            f"<gml:Point {DEGREES}><gml:pos>50.4 9.6</gml:pos></gml:Point>",
            {"type": "Point", "coordinates": [9.6, 50.4]},
        ),
        (
            f"<gml:Point {PLAIN}><gml:pos>9.6 50.4 311.0</gml:pos></gml:Point>",
            {"type": "Point", "coordinates": [9.6, 50.4]},
        ),
        (
            f'<gml:Point {PLAIN}><gml:coordinates decimal="," cs=";">9,6;50,4</gml:coordinates></gml:Point>',
            {"type": "Point", "coordinates": [9.6, 50.4]},
        ),
        (
            f"<gml:Point {PLAIN}><gml:coord><gml:X>9.6</gml:X><gml:Y>50.4</gml:Y></gml:coord></gml:Point>",
            {"type": "Point", "coordinates": [9.6, 50.4]},
        ),
        (
            f'<gml:LineString {DEGREES} srsDimension="3"><gml:posList>50.1 9.1 3 50.2 9.2 4</gml:posList></gml:LineString>',
            {"type": "LineString", "coordinates": [[9.1, 50.1], [9.2, 50.2]]},
        ),
        (
            (
                f"<gml:Curve {DEGREES}><gml:segments><gml:LineStringSegment><gml:posList>50.1 9.1 50.2 9.2</gml:posList>"
                "</gml:LineStringSegment></gml:segments></gml:Curve>"
            ),
            {"type": "LineString", "coordinates": [[9.1, 50.1], [9.2, 50.2]]},
        ),
        (
            (
                f"<gml:Polygon {DEGREES}><gml:exterior><gml:LinearRing><gml:posList>{RING}</gml:posList></gml:LinearRing>"
                f"</gml:exterior><gml:interior><gml:LinearRing><gml:posList>{HOLE}</gml:posList></gml:LinearRing></gml:interior>"
                "</gml:Polygon>"
            ),
            {"type": "Polygon", "coordinates": [TURNED, HOLE_TURNED]},
        ),
        (
            (
                f"<gml:MultiSurface {DEGREES}><gml:surfaceMember><gml:Surface><gml:patches><gml:PolygonPatch><gml:exterior>"
                f"<gml:LinearRing><gml:posList>{RING}</gml:posList></gml:LinearRing></gml:exterior></gml:PolygonPatch>"
                "</gml:patches></gml:Surface></gml:surfaceMember></gml:MultiSurface>"
            ),
            {"type": "MultiPolygon", "coordinates": [[TURNED]]},
        ),
        (
            (
                f"<gml:MultiPoint {DEGREES}><gml:pointMember><gml:Point><gml:pos>50.1 9.1</gml:pos></gml:Point></gml:pointMember>"
                "<gml:pointMember><gml:Point><gml:pos>50.2 9.2</gml:pos></gml:Point></gml:pointMember></gml:MultiPoint>"
            ),
            {"type": "MultiPoint", "coordinates": [[9.1, 50.1], [9.2, 50.2]]},
        ),
    ],
)
def test_kinds_of_geometry(written: str, expected: dict[str, Any]) -> None:
    assert geometry(written) == expected


def test_the_envelope_of_a_feature_is_no_geometry_and_names_no_property() -> None:
    box = (
        f"<gml:boundedBy><gml:Envelope {DEGREES}><gml:lowerCorner>50 9</gml:lowerCorner></gml:Envelope></gml:boundedBy>"
    )
    feature = read(f"{box}<t:name>Bank</t:name>").features[0]
    assert feature == {"type": "Feature", "geometry": None, "properties": {"name": "Bank"}}


def test_properties_within_properties_and_references() -> None:
    feature = read(
        '<t:adresse><t:Adresse><t:ort>Neuhof</t:ort><t:plz>36119</t:plz></t:Adresse></t:adresse><t:amt xlink:href="#a"/>'
        "<t:art>rot</t:art><t:art>blau</t:art>"
    ).features[0]
    assert feature["properties"] == {"adresse.ort": "Neuhof", "adresse.plz": "36119", "amt": "#a", "art": "rot; blau"}


def test_metres_without_a_reference_system_are_told_by_their_size() -> None:
    found = read("<t:ort><gml:Point><gml:pos>546166.6 5586643.7</gml:pos></gml:Point></t:ort>")
    assert [each.code for each in found.notes] == ["crs-assumed"]
    assert found.features[0]["geometry"]["coordinates"] == pytest.approx([9.65, 50.43], abs=1e-5)


def test_an_unknown_reference_system_leaves_the_properties() -> None:
    found = read('<t:n>x</t:n><t:ort><gml:Point srsName="EPSG:27700"><gml:pos>1 2</gml:pos></gml:Point></t:ort>')
    assert [each.code for each in found.notes] == ["crs-unknown"]
    assert found.features[0] == {"type": "Feature", "geometry": None, "properties": {"n": "x"}}


def test_what_the_service_says_there_is_counts() -> None:
    assert read("<t:n>x</t:n>").total == 7


def test_no_more_than_is_wanted() -> None:
    members = "".join(f"<wfs:member><t:B><t:n>{n}</t:n></t:B></wfs:member>" for n in range(10))
    found = read_features(f"{HEAD}{members}</wfs:FeatureCollection>".encode(), limit=3)
    assert [each["properties"]["n"] for each in found.features] == ["0", "1", "2"]
    assert found.total == 10


def test_a_feature_of_too_many_properties_is_cut() -> None:
    found = read("".join(f"<t:n{n}>x</t:n{n}>" for n in range(MAX_NAMES + 100)))
    assert len(found.features[0]["properties"]) == MAX_NAMES


@pytest.mark.parametrize(
    "body", [b"", b"<a", b"no", b"\xff\xfe\x00", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', b"<a>" * 200]
)
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(TableError) as refused:
        read_features(body)
    assert refused.value.note.code == "unreadable"


@given(st.text(st.sampled_from("0123456789.,- e<>/"), max_size=40), st.sampled_from(["pos", "posList", "coordinates"]))
def test_no_position_stops_the_reader(text: str, name: str) -> None:
    said = text.replace("<", "&lt;")
    for kind in ("Point", "LineString", "MultiPoint"):
        read(f"<t:ort><gml:{kind}><gml:{name}>{said}</gml:{name}></gml:{kind}></t:ort>")


@pytest.mark.samples
def test_car_parks_of_hamburg(samples: Path) -> None:
    found = read_features((samples / "geo/wfs_hamburg_parkhaeuser_featurecollection.xml").read_bytes())
    assert (len(found.features), found.crs, found.notes) == (125, "EPSG:25832", ())
    suerhop = found.features[0]
    assert suerhop["properties"]["name"] == "Suerhop"
    # EPSG:25832 556953.049, 5907758.496, as PROJ turns it
    assert suerhop["geometry"] == {"type": "Point", "coordinates": [9.8549103, 53.315945]}
    placed = [each["geometry"]["type"] for each in found.features if each["geometry"] is not None]
    assert placed == ["Point"] * 124  # one of them has no place in the original
