"""The reader of capabilities on recordings, against OWSLib as a second opinion, and on any layer at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from owslib.wcs import WebCoverageService  # type: ignore[import-untyped]
from owslib.wfs import WebFeatureService  # type: ignore[import-untyped]
from owslib.wms import WebMapService  # type: ignore[import-untyped]
from owslib.wmts import WebMapTileService  # type: ignore[import-untyped]

from harvesters.ogc.capabilities import Field, Layer, OfferedLayer, Service
from harvesters.ogc.standards import Cut, cut
from harvesters.readers import ows
from harvesters.reading import Native, Outcome, Reading, Unusable
from harvesters.spiders.ows import natives_of
from schemas.findings import WORDING
from schemas.model import DataService, Distribution, Resource, RightsStatement
from schemas.syntax import Unreadable
from tests.harvesters.readings import assert_as_recorded, assert_comes_back, context, dataset, outcomes_of

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/ows").iterdir())
ASKED = "https://geo.example.org/ows?SERVICE=X&REQUEST=GetCapabilities"


def document(name: str) -> Cut:
    folder = Path(__file__).parents[1] / "recordings/ows" / name
    return cut((folder / "input.xml").read_bytes(), ASKED, group=name.endswith("_group"))


def readings(name: str) -> dict[str, Reading]:
    return {native.data.native_id: ows.read(native, context()) for native in natives_of(document(name))}


def service(reading: Reading) -> DataService:
    (found,) = [each for each in reading.companions if isinstance(each, DataService)]
    return found


def distributions(reading: Reading) -> dict[str, Distribution]:
    """By the last part of the format's IRI."""
    found = [each for each in dataset(reading).distribution if isinstance(each, Distribution)]
    return {str(each.format[0]).rpartition("/")[2] if each.format else "": each for each in found}


def box(reading: Reading) -> tuple[float, ...]:
    """West, south, east, north of the only place."""
    (place,) = [each for each in dataset(reading).spatial if isinstance(each, Resource)]
    (polygon,) = place.bbox  # type: ignore[attr-defined]
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", polygon.text)]
    return (min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    assert_as_recorded(folder, *readings(folder.name).values())


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    assert_comes_back(*readings(folder.name).values())


# ------------------------------------------------------------------------------------------ what the standards say


def test_deepest_named_layers_are_datasets() -> None:
    assert [*readings("wms130_tree")] == ["bplan_rechtskraft", "bplan_historie"]
    assert document("wms130_tree").unnamed == ("Hintergrund ohne Namen",)


def test_group_draws_its_layers_together() -> None:
    ((name, reading),) = readings("wms130_group").items()
    assert name == "bplan"
    assert dataset(reading).title[0].text == "Bebauungspläne"
    assert "LAYERS=bplan&" in str(distributions(reading)["PNG"].access_url[0])


def test_keywords_and_titles_are_not_handed_down_but_boxes_and_systems_are() -> None:
    above, history = readings("wms130_tree").values()
    assert {each.text for each in dataset(above).keyword} == {"Bebauungsplan", "planningCadastre"}
    assert dataset(history).keyword == ()
    assert dataset(history).description == ()
    epsg = "http://www.opengis.net/def/crs/EPSG/0/"
    assert {*dataset(above).conforms_to} == {f"{epsg}{code}" for code in (25832, 4326, 3857)}
    assert {*dataset(history).conforms_to} == {f"{epsg}{code}" for code in (25832, 4326)}
    assert dataset(above).creator == dataset(history).creator != ()


def test_F48_axes_of_1_3_0_are_latitude_first_only_in_epsg_4326() -> None:
    above, history = readings("wms130_tree").values()
    assert box(above) == (9.58, 50.42, 9.66, 50.48)
    # Handed down from a box in EPSG:4326: minx is the south there.
    assert box(history) == (9.55, 50.40, 9.70, 50.50)
    assert "BBOX=50.42,9.58,50.48,9.66&" in str(distributions(above)["PNG"].access_url[0])
    ((_, photo),) = readings("wms111_doctype").items()
    assert box(photo) == (9.5, 50.4, 9.7, 50.5)
    assert "SRS=EPSG:4326&BBOX=9.5,50.4,9.7,50.5&" in str(distributions(photo)["JPEG"].access_url[0])


def test_F48_swapped_corners_of_a_feature_type_are_a_finding() -> None:
    right, wrong = readings("wfs200_inspire").values()
    assert box(right) == (9.5, 50.3, 9.7, 50.5)
    assert "coordinates-swapped" not in {finding.rule for finding in right.findings}
    assert "coordinates-swapped" in {finding.rule for finding in wrong.findings}


def test_box_in_metres_is_no_place() -> None:
    degrees, metres = readings("wfs100_boxes").values()
    assert box(degrees) == (9.5, 50.3, 9.7, 50.5)
    assert dataset(metres).spatial == ()
    assert ("BoundingBox", "540000,5583000,550000,5594000") in [finding.arguments for finding in metres.findings]


def test_one_download_for_each_file_type_that_is_offered() -> None:
    found = distributions(readings("wfs200_inspire")["flieden:schulen"])
    assert {*found} == {"WFS_SRVC", "GEOJSON", "CSV", "GML", "SHP"}
    assert str(found["GML"].download_url[0]).endswith("OUTPUTFORMAT=application/gml%2Bxml%3B%20version%3D3.2")
    assert str(found["GEOJSON"].download_url[0]).endswith("OUTPUTFORMAT=application/json&SRSNAME=EPSG:4326")
    assert found["WFS_SRVC"].download_url == ()
    assert all(each.access_service for each in found.values())


def test_picture_is_no_download() -> None:
    for name in ("wms130_tree", "wms111_doctype"):
        for reading in readings(name).values():
            pictures = [each for each in distributions(reading).values() if "GetMap" in str(each.access_url[0])]
            assert [each.download_url for each in pictures] == [()]


def test_server_parameters_stay_in_every_address() -> None:
    for reading in readings("wms130_tree").values():
        own = [each for each in distributions(reading).values() if each.access_service]
        assert all("map=/maps/bau.map&" in str(each.access_url[0]) for each in own)
    (roads,) = readings("wfs110_limits").values()
    assert "?tenant=kalbach&SERVICE=WFS&" in str(distributions(roads)["GEOJSON"].download_url[0])


def test_inner_address_gives_way_to_the_one_that_was_asked() -> None:
    for reading in readings("wfs200_inspire").values():
        assert service(reading).endpoint_url == ("https://geo.example.org/ows",)
        assert all("geoserver:8080" not in str(each.access_url) for each in distributions(reading).values())


def test_https_of_the_source_counts_before_http_of_the_document() -> None:
    for reading in readings("wcs201_coverages").values():
        assert str(distributions(reading)["GEOTIFF"].download_url[0]).startswith("https://geo.example.org/wcs?")


@pytest.mark.parametrize(
    ("name", "license", "attribution"),
    [
        ("wms130_tree", "dl-by-de/2.0", "© Gemeinde Neuhof, Bauamt"),
        ("wms111_doctype", "cc-by/4.0", None),
        ("wfs200_inspire", "dl-zero-de/2.0", None),
        ("wmts100_tiles", "cc-by-sa/4.0", None),
        ("wcs201_coverages", "cc-zero", None),
        ("wcs100_coverages", None, None),
        ("wfs110_limits", None, None),
        ("wfs100_boxes", None, None),
    ],
)
def test_F76_licence_from_fees_and_constraints(name: str, license: str | None, attribution: str | None) -> None:
    for reading in readings(name).values():
        offers: list[Distribution | DataService] = [*distributions(reading).values(), service(reading)]
        for each in offers:
            assert each.license == ((f"http://dcat-ap.de/def/licenses/{license}",) if license else ())
            assert [text.text for text in each.license_attribution] == ([attribution] if attribution else [])


def test_words_beside_a_licence_are_kept() -> None:
    for reading in readings("wcs201_coverages").values():
        for each in distributions(reading).values():
            (rights,) = [right for right in each.rights if isinstance(right, RightsStatement)]
            assert [label.text for label in rights.label] == ["Bitte Quelle nennen"]


def test_service_serves_all_of_its_layers() -> None:
    for folder in RECORDINGS:
        found = readings(folder.name)
        for reading in found.values():
            assert {*service(reading).serves_dataset} == {each.record.iri for each in found.values()}


def test_text_speaks_the_language_of_the_response() -> None:
    schools, swapped = (dataset(each) for each in readings("wfs200_inspire").values())
    assert [(each.lang, each.text) for each in schools.title] == [("de", "Schulen"), ("en", "Schools")]
    assert [each.lang for each in schools.description] == ["en"]
    assert [each.lang for each in swapped.title] == ["en"]


def test_more_systems_than_a_layer_can_have_are_those_of_the_server() -> None:
    body = (Path(__file__).parents[1] / "recordings/ows/wms130_tree/input.xml").read_bytes()
    many = b"".join(b"<CRS>EPSG:%d</CRS>" % code for code in range(2000, 8000))
    body = body.replace(b"<CRS>EPSG:25832</CRS>", b"<CRS>EPSG:25832</CRS>" + many)
    for native in natives_of(cut(body, ASKED)):
        assert len(dataset(ows.read(native, context())).conforms_to) <= 4
        assert len(native.fingerprint) < 10_000


@pytest.mark.parametrize("depth", [200, 1500, 100_000])
def test_F40_deep_tree_of_layers_is_read_or_refused(depth: int) -> None:
    inner = b"<Layer><Title>x</Title>" * depth + b"<Layer><Name>tief</Name></Layer>" + b"</Layer>" * depth
    body = b"<WMS_Capabilities version='1.3.0'><Capability>" + inner + b"</Capability></WMS_Capabilities>"
    if depth > 200:
        with pytest.raises(Unreadable):
            cut(body, ASKED)
    else:
        assert [layer.name for layer in cut(body, ASKED).capabilities.layers] == ["tief"]


# ------------------------------------------------------------------------------------------- the second opinion


def peer(kind: str, version: str, body: bytes) -> dict[str, tuple[float, ...] | None]:
    """What OWSLib makes of a document: boxes by name."""
    if kind == "WMS":
        maps = WebMapService("http://x.invalid/", version=version, xml=body)
        return {name: layer.boundingBoxWGS84 for name, layer in maps.contents.items() if not layer.layers}
    if kind == "WFS":
        features = WebFeatureService("http://x.invalid/", version=version, xml=body)
        return {name: layer.boundingBoxWGS84 for name, layer in features.contents.items()}
    if kind == "WMTS":
        tiles = WebMapTileService("http://x.invalid/", xml=body)
        return {name: layer.boundingBoxWGS84 for name, layer in tiles.contents.items()}
    coverages = WebCoverageService("http://x.invalid/", version=version, xml=body)
    return {name: getattr(layer, "boundingBoxWGS84", None) for name, layer in coverages.contents.items()}


def check_with_owslib(body: bytes, found: Cut) -> None:
    told = found.capabilities.service
    theirs = peer(told.kind, told.version, body)
    ours = {layer.name: layer.box for layer in found.capabilities.layers}
    assert {*ours} == {*theirs}
    for name, edges in theirs.items():
        if edges and told.kind != "WCS":
            assert tuple(map(float, ours[name])) == pytest.approx(tuple(map(float, edges))), name


@pytest.mark.parametrize(
    "name", ["wfs200_inspire", "wms111_doctype", "wmts100_tiles", "wcs201_coverages", "wcs100_coverages"]
)
def test_owslib_counts_the_same_layers_and_boxes(name: str) -> None:
    body = (Path(__file__).parents[1] / f"recordings/ows/{name}/input.xml").read_bytes()
    check_with_owslib(body, document(name))


@pytest.mark.samples
@pytest.mark.parametrize("name", ["wfs200_dwd", "wfs200_koeln_arcgis", "wfs20_bayern_verwaltungsgrenzen"])
def test_owslib_counts_the_same_layers_and_boxes_in_samples(samples: Path, name: str) -> None:
    body = (samples / f"geo/{name}_capabilities.xml").read_bytes()
    check_with_owslib(body, cut(body, ASKED))


# --------------------------------------------------------------------------------------------------- anything at all

TRAPS = ("9.5", "NaN", "1e999", "EPSG:4326", "http://x/", "2020/2021", "{}", "[", '{"id":"x"}')
WORDS = st.text(max_size=20) | st.sampled_from(TRAPS)
FIELDS = st.one_of(
    st.builds(
        Field,
        st.sampled_from(["name", "title", "abstract", "time", "scale", "other"]),
        WORDS,
        WORDS | st.dictionaries(WORDS, WORDS, max_size=2),
    ),
    st.builds(
        Field,
        st.sampled_from(["keyword", "metadata", "identifier", "attribution", "data"]),
        WORDS,
        st.lists(WORDS, min_size=2, max_size=2),
    ),
)
LAYERS = st.builds(
    Layer,
    WORDS,
    WORDS,
    st.lists(FIELDS, max_size=8).map(tuple),
    st.lists(WORDS, max_size=3).map(tuple),
    st.lists(WORDS, max_size=5).map(tuple),
    st.lists(st.sampled_from(["csv", "application/json", "GML2", "image/tiff"]) | WORDS, max_size=4).map(tuple),
    st.lists(WORDS, max_size=2).map(tuple),
)
TERMS = st.builds(Field, st.sampled_from(["terms", "site", "title", "metadata"]), WORDS, WORDS)
SERVICES = st.builds(
    Service,
    st.sampled_from(["WMS", "WFS", "WMTS", "WCS"]),
    st.sampled_from(["1.0.0", "1.1.1", "1.3.0", "2.0.0", ""]),
    st.lists(TERMS, max_size=5).map(tuple),
    st.dictionaries(
        st.sampled_from(["person", "organization", "position", "tel", "email", "street", "city"]),
        st.tuples(WORDS, WORDS),
    ),
    st.dictionaries(st.sampled_from(["GetCapabilities", "GetFeature", "GetMap", "GetCoverage"]), WORDS),
    st.lists(st.sampled_from(["image/png", "csv", "application/json"]) | WORDS, max_size=4).map(tuple),
    WORDS,
    WORDS,
)


def through_pipelines(data: list[Any]) -> list[Outcome]:
    natives = [Native(each, repr(each).encode("utf-8", "ignore")) for each in data]
    return outcomes_of("ows", natives, ASKED)


@given(LAYERS, SERVICES)
def test_any_layer_is_a_record_or_set_aside(layer: Layer, told: Service) -> None:
    (outcome,) = through_pipelines([OfferedLayer(layer.identity, layer, told, ASKED, (layer.identity,))])
    assert outcome.traceback == ""
    assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
    if not outcome.set_aside:
        assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")


@pytest.mark.parametrize("data", [None, 3, "x", {"a": 1}])
def test_what_is_no_layer_is_set_aside(data: Any) -> None:
    with pytest.raises(Unusable):
        ows.read(Native(data, b"x"), context())
