"""Which previews show a map: noted when they are kept, kept as sets of keys, and by the keys that pages ask for."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.preview import mapped
from catalog.preview.keeping import Keeping, key_of
from catalog.preview.mapped import Keys, has_map
from catalog.preview.model import Geometry, Picture, Preview
from catalog.preview.reasons import Reason
from catalog.preview.wanting import identifiers, of_file, of_summary, wanted
from catalog.reading.summary import file_of
from schemas.kinds import Literal
from schemas.model import DataService, Distribution
from schemas.tables.geometry import BoundingBox
from tests.catalog.builder import dataset, region_in
from tests.catalog.links.linked import file

BOX = BoundingBox(9.6, 50.4, 9.7, 50.5)
POINTS = Geometry(1, 1, ("Point",), BOX, 1, 100, False, "columns")
KEY = "0123456789abcdef0123456789abcdef"
SETS = st.sets(st.binary(min_size=16, max_size=16).map(bytes.hex), max_size=20)


@pytest.fixture
def kept(tmp_path: Path) -> Keeping:
    return Keeping(region_in(tmp_path))


def table(key: str = KEY, **more: Any) -> Preview:
    return replace(Preview(key, "https://x.example/a.csv", "ready", "table"), **more)


def marks(kept: Keeping) -> set[str]:
    return set(mapped.marked(kept.mapped))


def test_a_preview_with_a_map_is_marked_until_it_has_none(kept: Keeping) -> None:
    kept.put(table())
    assert marks(kept) == set()
    kept.put(table(kind="map", geometry=POINTS))
    assert marks(kept) == {KEY}
    kept.put(table())
    assert marks(kept) == set()


def test_the_picture_of_a_map_service_is_a_map_and_another_picture_is_none(kept: Keeping) -> None:
    picture = Picture("image/png", 10, 10)
    kept.put(table(kind="image", picture=picture))
    assert marks(kept) == set()
    kept.put(table(kind="image", picture=picture, extent=BOX))
    assert marks(kept) == {KEY}


@pytest.mark.parametrize(
    ("unfinished", "stays"),
    [
        (table(growing=True), True),
        (table(state="making"), True),
        (table(state="none", kind="none", reason=Reason("server-error")), True),
        (table(state="none", kind="none", reason=Reason("not-found")), False),
        (table(state="none", kind="none", reason=Reason("personal-data")), False),
    ],
)
def test_what_is_not_finished_or_failed_for_now_changes_nothing(
    kept: Keeping, unfinished: Preview, stays: bool
) -> None:
    kept.put(unfinished)
    assert marks(kept) == set()
    kept.put(table(geometry=POINTS))
    kept.put(unfinished)
    assert marks(kept) == ({KEY} if stays else set())


def test_a_preview_that_made_room_would_show_its_map_again(kept: Keeping) -> None:
    kept.put(table(geometry=POINTS), geojson=b"{}" * 100)
    assert kept.prune(0) == 0
    assert kept.get(KEY) is None
    assert marks(kept) == {KEY}


def test_previews_of_an_older_program_are_marked_once(kept: Keeping) -> None:
    other = KEY[::-1]
    kept.put(table(kind="map", geometry=POINTS))
    kept.put(table(other))
    (kept.mapped / KEY).unlink()
    kept.mapped.rmdir()
    kept.mark_all()
    assert marks(kept) == {KEY}
    (kept.mapped / KEY).unlink()
    kept.mark_all()
    assert marks(kept) == set()


def test_markers_that_nobody_has_any_more_go_when_they_are_old(kept: Keeping) -> None:
    old, public, young = KEY, KEY[::-1], KEY.replace("0", "f")
    for key in (old, public, young):
        kept.put(table(key, geometry=POINTS))
    (kept.mapped / "fremd").touch()
    past = time.time() - mapped.KEEP_SECONDS - 10
    for name in (old, public, "fremd"):
        os.utime(kept.mapped / name, (past, past))
    assert mapped.tidy(kept.mapped, lambda key: key == public) == 2
    assert {each.name for each in kept.mapped.iterdir()} == {public, young}
    assert mapped.tidy(kept.mapped.with_name("nirgends"), lambda _key: False) == 0


# ------------------------------------------------------------------------------------------------- sets


@given(SETS, SETS)
def test_sets_of_keys_are_sets(one: set[str], other: set[str]) -> None:
    keys, others = Keys.of(one), Keys.of([*other, "fremd", "../x"])
    assert set(keys) == one
    assert len(keys) == len(one)
    assert [key for key in one | other if key in keys] == [key for key in one | other if key in one]
    assert list(keys.differing(others)) == sorted(one ^ other)
    assert Keys(keys.packed).packed == keys.packed


def test_a_set_that_was_damaged_is_none(tmp_path: Path) -> None:
    name = mapped.write(tmp_path, Keys.of([KEY]))
    read = mapped.read(tmp_path, name)
    assert read is not None
    assert list(read) == [KEY]
    (tmp_path / name).write_bytes(bytes(16))
    assert mapped.read(tmp_path, name) is None
    (tmp_path / name).write_bytes(b"x")
    assert mapped.read(tmp_path, name) is None
    assert mapped.read(tmp_path, "") is mapped.read(tmp_path, "maps-x") is None


# ------------------------------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("form", "address"),
    [
        ("CSV", "https://x.example/a.csv"),
        ("", "https://x.example/daten"),
        ("REST", "https://x.example/arcgis/rest/services/Baum/FeatureServer/0"),
        ("WFS_SRVC", "https://x.example/wfs"),
        ("", "https://x.example/ows?SERVICE=WFS"),
        ("HTML", "https://x.example/ows?Service=wms&Request=GetCapabilities"),
        ("", "https://x.example/ows?service=WFS&request=GetFeature&typenames=baum"),
        ("JSON", "https://x.example/api/collections?f=json"),
        ("JSON", "https://x.example/api/collections/baum/items"),
    ],
)
def test_lists_and_files_pages_ask_for_the_same_preview(tmp_path: Path, form: str, address: str) -> None:
    region = region_in(tmp_path)
    described = file(access=address, form=form)
    record = dataset("Bäume", identifier=(Literal("baum"),), distribution=(described,))
    of_page = of_file(region, "neuhof-portal", described, record=record)
    assert of_page is not None
    assert key_of(of_summary(region, "neuhof-portal", file_of(described), "Bäume", "baum")) == key_of(of_page)


def test_the_names_of_a_layer_are_the_same_whoever_asks(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    titles = (Literal("Trees (WFS)", "en"), Literal("Bäume  (WFS)", "de"))
    described = file(access="https://x.example/wfs", form="WFS_SRVC", title=titles)
    known = (Literal("z:2"), Literal("a:1"), Literal(" z:2 "), Literal("mit\nUmbruch"))
    record = dataset("Bäume in Neuhof", identifier=known, distribution=(described,))
    of_page = of_file(region, "neuhof-portal", described, record=record)
    assert of_page is not None
    assert of_page.called == "a:1\nmit Umbruch\nz:2\nBäume (WFS)\nBäume in Neuhof"
    turned = replace(record, identifier=known[::-1])
    same = of_file(region, "neuhof-portal", described, record=turned)
    assert same is not None
    assert key_of(same) == key_of(of_page)
    said = identifiers(each.text for each in known)
    assert key_of(of_summary(region, "neuhof-portal", file_of(described), "Bäume in Neuhof", said)) == key_of(of_page)


def test_only_what_may_have_several_layers_is_known_by_names(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    for address, expected in (
        ("https://x.example/a.csv", ""),
        ("https://x.example/ogc/features/v1/collections/baum/items?f=json", ""),
        ("https://x.example/ogc/features/v1", "baum"),
        ("https://x.example/api/collections/?f=json", "baum"),
    ):
        assert of_summary(region, "neuhof-portal", ("", "JSON", address, ""), "", "baum").called == expected


def test_a_standard_tells_a_service_to_the_file_s_page_alone(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    service = DataService(conforms_to=("http://www.opengis.net/def/serviceType/ogc/wfs",))
    described = Distribution(access_url=("https://x.example/ows",), access_service=(service,))
    of_page = of_file(region, "neuhof-portal", described)
    assert of_page is not None
    assert of_page.service == "WFS"
    assert of_summary(region, "neuhof-portal", file_of(described)).service == ""


def test_keys_are_others_when_a_source_may_show_persons(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    allowed = region.sources[0].model_copy(update={"personal_data": "allowed"})
    other = region.model_copy(update={"sources": (allowed, *region.sources[1:])})
    assert mapped.keyed(region) != mapped.keyed(other)
    keys = [key_of(wanted(each, allowed.key, "https://x.example/a.csv")) for each in (region, other)]
    assert keys[0] != keys[1]


def test_a_map_is_a_geometry_or_a_picture_that_says_where() -> None:
    assert not has_map(table())
    assert not has_map(table(extent=BOX))
    assert has_map(table(geometry=POINTS))
