"""Which files show a map, taken over by the index between publications: whatever happened since, and to whomever."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import serving
from catalog.follower import Follower
from catalog.index import current_generation
from catalog.past import catalogue_at
from catalog.preview import mapped
from catalog.preview.keeping import Keeping, key_of
from catalog.preview.model import Geometry, Preview, Wanted
from catalog.preview.wanting import of_file, wanted
from catalog.reading import indexed
from catalog.reading.entries import YES, Query
from catalog.reading.extents import LIVE, MAP
from catalog.search import Catalogue
from schemas.kinds import Literal
from schemas.model import DataService, Dataset, Distribution
from schemas.region import Region
from schemas.tables.geometry import BoundingBox
from tests.catalog.builder import BACKENDS, Builder, Stored, region_in, region_on
from tests.catalog.links.linked import file, linked

SOURCE = "neuhof-portal"
POINTS = Geometry(1, 1, ("Point",), BoundingBox(9.6, 50.4, 9.7, 50.5), 1, 100, False, "columns")


class Kept:
    """A store with its follower, and previews that are kept as the maker keeps them."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.builder = Builder(region)
        self.follower = Follower(region, self.builder.engine)
        self.catalogue = Catalogue(region)
        self.previews = Keeping(region)

    def publish(self, **datasets: Dataset | None) -> None:
        """Publishes datasets by their native ids, and has the index follow."""
        self.builder.publish(*(Stored(name, made) for name, made in datasets.items()), fragments=False)
        self.follower.catch_up()

    def put(self, wish: Wanted, has_map: bool) -> None:
        """Keeps a preview."""
        made = Preview(key_of(wish), wish.address, "ready", "table")
        self.previews.put(replace(made, kind="map", geometry=POINTS) if has_map else made)

    def wish(self, name: str, form: str = "", called: str = "") -> Wanted:
        """The wish for the preview of a file."""
        return replace(wanted(self.region, SOURCE, address(name), form), called=called)

    @property
    def mapped(self) -> set[str]:
        """The titles of the datasets with a map, as the search finds, counts and marks them."""
        self.catalogue.index.refresh()
        found = self.catalogue.find(Query(map=(YES,), size=100))
        titles = {hit.summary.title for hit in found.hits}
        everything = self.catalogue.find(Query(size=100))
        assert everything.facets["map"] == ((YES, len(titles)),)
        assert {hit.summary.title for hit in everything.hits if MAP in hit.traits} == titles
        return titles

    @property
    def known(self) -> Path:
        """The file of what the index took into account; there is one."""
        generation = current_generation(self.region.data / "cache" / "index")
        assert generation is not None
        (found,) = generation.glob("maps-*")
        return found

    def close(self) -> None:
        """Closes the connections."""
        self.catalogue.close()
        self.builder.close()


def address(name: str) -> str:
    return f"https://x.example/{name}.csv"


def table(name: str, *others: str) -> Dataset:
    return linked(name, *(file(download=address(each), form="CSV") for each in (name, *others)))


@pytest.fixture(params=BACKENDS)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    with region_on(request.param, tmp_path) as region:
        made = Kept(region)
        yield made
        made.close()


def test_a_table_with_coordinates_has_a_map_once_its_preview_is_made(kept: Kept) -> None:
    kept.publish(a=table("a"), b=table("b", "c"))
    assert kept.follower.sweep() == 0
    kept.put(kept.wish("c"), has_map=True)
    kept.put(kept.wish("a"), has_map=False)
    assert kept.mapped == set()
    assert kept.follower.sweep() == 1
    assert kept.mapped == {"b"}
    assert kept.catalogue.find(Query()).number == kept.catalogue.index.number == 1
    kept.put(kept.wish("c"), has_map=False)
    assert kept.follower.sweep() == 1
    assert kept.mapped == set()
    assert kept.follower.sweep() == 0


def test_publications_rebuilds_and_other_followers_keep_it(kept: Kept) -> None:
    kept.publish(a=table("a"), b=table("b"))
    kept.put(kept.wish("a"), has_map=True)
    kept.put(kept.wish("later"), has_map=True)
    kept.follower.sweep()
    kept.publish(a=linked("a, neu", file(download=address("a"), form="CSV")))
    assert kept.mapped == {"a, neu"}
    kept.publish(later=table("later"))
    assert kept.mapped == {"a, neu", "later"}
    kept.follower.rebuild()
    assert kept.mapped == {"a, neu", "later"}
    kept.put(kept.wish("a"), has_map=False)
    other = Follower(kept.region, kept.builder.engine)
    assert other.sweep() == 1
    assert kept.follower.sweep() == 0
    assert kept.mapped == {"later"}


def test_a_rebuild_takes_over_what_nobody_has_swept(kept: Kept) -> None:
    kept.publish(a=table("a"))
    kept.put(kept.wish("a"), has_map=True)
    kept.follower.rebuild()
    assert kept.mapped == {"a"}
    assert kept.follower.sweep() == 0


def test_what_the_format_says_stays_whatever_the_preview_shows(kept: Kept) -> None:
    kept.publish(a=linked("a", file(download=address("a"), form="GEOJSON")))
    for has_map in (True, False):
        kept.put(kept.wish("a"), has_map=has_map)
        assert kept.follower.sweep() == 1
        assert kept.mapped == {"a"}


def test_a_service_s_layer_is_known_by_its_dataset(kept: Kept) -> None:
    layers = {
        name: linked(name, file(access=address("dienst"), form="REST"), identifier=(Literal(name),))
        for name in ("baum", "bank")
    }
    kept.publish(**layers)
    kept.put(kept.wish("dienst", "REST", "bank"), has_map=True)
    assert kept.follower.sweep() == 1
    assert kept.mapped == {"bank"}


def test_a_file_that_only_its_whole_record_tells_is_found_as_its_page_has_it(kept: Kept) -> None:
    service = DataService(conforms_to=("http://www.opengis.net/def/serviceType/ogc/wms",))
    told = Distribution(access_url=(address("ows"),), access_service=(service,))
    described = linked("a", told, identifier=(Literal("ebene"),))
    mailed = linked("b", file(access=address("daten"), download="ftp://x.example/daten.csv"))
    kept.publish(a=described, b=mailed)
    for record in (described, mailed):
        (part,) = record.distribution
        assert isinstance(part, Distribution)
        wish = of_file(kept.region, SOURCE, part, record=record)
        assert wish is not None
        kept.put(wish, has_map=True)
    assert kept.follower.sweep() == 2
    assert kept.mapped == {"a", "b"}


def test_previews_of_files_of_no_public_dataset_change_nothing(kept: Kept) -> None:
    kept.publish(a=table("a"))
    kept.put(kept.wish("fremd"), has_map=True)
    (kept.previews.mapped / "was-anderes").touch()
    assert kept.follower.sweep() == 0
    assert kept.mapped == set()


def test_markers_of_what_is_gone_are_removed_once_they_are_old(kept: Kept) -> None:
    kept.publish(a=table("a"), b=table("b"))
    for name in ("a", "b", "fremd"):
        kept.put(kept.wish(name), has_map=True)
    past = time.time() - mapped.KEEP_SECONDS - 10
    for name in ("a", "b"):
        os.utime(kept.previews.mapped / key_of(kept.wish(name)), (past, past))
    kept.publish(a=None)
    assert kept.follower.sweep() == 1
    assert set(mapped.marked(kept.previews.mapped)) == {key_of(kept.wish(name)) for name in ("b", "fremd")}
    assert kept.mapped == {"b"}


def test_nothing_is_read_where_nothing_has_changed(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.follower._SETTLED_NS", 0)
    kept.publish(a=table("a"))
    kept.put(kept.wish("a"), has_map=True)
    assert kept.follower.sweep() == 1
    assert kept.follower.sweep() == 0  # it looks once more: something may have been marked meanwhile
    with monkeypatch.context() as nothing:
        nothing.setattr(mapped, "marked", None)
        nothing.setattr(Follower, "_alone", None)
        assert kept.follower.sweep() == 0
    kept.put(kept.wish("b"), has_map=True)
    kept.publish(b=table("b"))
    assert kept.follower.sweep() == 1
    assert kept.mapped == {"a", "b"}


def test_what_is_marked_in_the_same_moment_is_not_missed(kept: Kept) -> None:
    kept.publish(a=table("a"))
    kept.put(kept.wish("fremd"), has_map=True)
    kept.follower.sweep()
    kept.follower.sweep()
    stamp = kept.previews.mapped.stat()
    kept.put(kept.wish("a"), has_map=True)
    os.utime(kept.previews.mapped, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert kept.follower.sweep() == 1
    assert kept.mapped == {"a"}


def test_a_sweep_that_breaks_off_has_changed_nothing_and_is_made_up_for(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.publish(a=table("a"))
    kept.put(kept.wish("a"), has_map=True)

    def broken(*_args: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as full:
        full.setattr(indexed, "datasets", broken)
        with pytest.raises(OSError, match="no space"):
            kept.follower.sweep()
    assert kept.mapped == set()
    assert kept.follower.sweep() == 1
    assert kept.mapped == {"a"}


def test_a_lost_or_damaged_set_is_made_up_for(kept: Kept) -> None:
    kept.publish(a=table("a"))
    for lose in (Path.unlink, lambda path: path.write_bytes(b"x")):
        lose(kept.known)
        kept.put(kept.wish("a"), has_map=True)
        kept.follower.sweep()
        assert kept.mapped == {"a"}
    kept.known.unlink()
    kept.publish(b=table("b"))
    assert kept.mapped == {"a"}


def test_a_sweep_that_fails_holds_up_nothing_else(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept.publish(a=table("a"))
    kept.put(kept.wish("a"), has_map=True)
    monkeypatch.setattr(mapped, "write", lambda *_args: 1 / 0)
    serving._sweep(kept.follower)
    assert [(record.levelname, record.name) for record in caplog.records] == [("ERROR", "catalog.serving")]
    monkeypatch.undo()
    serving._sweep(kept.follower)
    assert kept.mapped == {"a"}


def test_an_index_that_is_behind_is_left_to_who_catches_up(kept: Kept) -> None:
    kept.publish(a=table("a"))
    kept.put(kept.wish("a"), has_map=True)
    kept.builder.publish(Stored("b", table("b")), fragments=False)
    assert kept.follower.sweep() == 0
    assert kept.mapped == set()
    kept.follower.catch_up()
    assert kept.follower.sweep() == 1
    assert kept.mapped == {"a"}


def test_a_source_that_may_show_persons_now_has_other_previews(kept: Kept) -> None:
    kept.publish(a=table("a"))
    kept.put(kept.wish("a"), has_map=True)
    kept.follower.sweep()
    assert kept.mapped == {"a"}
    sources = tuple(each.model_copy(update={"personal_data": "allowed"}) for each in kept.region.sources)
    changed = kept.region.model_copy(update={"sources": sources})
    follower = Follower(changed, kept.builder.engine)
    follower.catch_up()
    assert kept.mapped == set()
    wish = wanted(changed, SOURCE, address("a"))
    kept.put(wish, has_map=True)
    assert follower.sweep() == 1
    assert kept.mapped == {"a"}


def test_the_cache_may_be_deleted(kept: Kept) -> None:
    kept.publish(a=table("a"))
    kept.put(kept.wish("a"), has_map=True)
    kept.follower.sweep()
    (kept.region.data / "cache").rename(kept.region.data / "lost")
    assert kept.follower.sweep() == 0
    kept.follower.catch_up()
    assert kept.follower.sweep() == 0
    assert kept.mapped == set()


def test_the_past_goes_by_what_its_files_show_now(kept: Kept) -> None:
    kept.publish(a=table("a"), c=table("c"))
    kept.publish(a=None, b=table("b"))
    for name in ("a", "b"):
        kept.put(kept.wish(name), has_map=True)
    kept.follower.sweep()
    found = catalogue_at(kept.catalogue, 1).find(Query(map=(YES,)), 1)
    assert {hit.summary.title for hit in found.hits} == {"a"}
    assert kept.mapped == {"b"}
    assert LIVE not in found.hits[0].traits


NAMES = ("a", "b", "c")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["map", "table", "withdraw", "lone", "pair", "age"]), st.sampled_from(NAMES)),
        st.tuples(st.sampled_from(["sweep", "rebuild", "restart", "prune"]), st.just("")),
    ),
    max_size=12,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_the_index_agrees_with_the_markers_after_a_sweep(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    kept = Kept(region_in(tmp_path_factory.mktemp("region")))
    shown: set[str] = set()  # files whose preview shows a map
    public: dict[str, set[str]] = {}  # datasets with their files
    aged: set[str] = set()
    kept.publish()
    for step, name in [*steps, ("sweep", "")]:
        if step in ("map", "table"):
            kept.put(kept.wish(name), has_map=step == "map")
            shown = shown | {name} if step == "map" else shown - {name}
            aged -= {name}
        elif step == "age" and name in shown:
            old = time.time() - 2 * mapped.KEEP_SECONDS
            os.utime(kept.previews.mapped / key_of(kept.wish(name)), (old, old))
            aged.add(name)
        elif step == "withdraw" and name in public:
            kept.publish(**{name: None})
            del public[name]
        elif step in ("lone", "pair"):
            others = ("b",) if step == "pair" else ()
            kept.publish(**{name: table(name, *others)})
            public[name] = {name, *others}
        elif step == "prune":
            kept.previews.prune(0)
        elif step == "rebuild":
            kept.follower.rebuild()
        elif step == "restart":
            kept.follower = Follower(kept.region, kept.builder.engine)
            kept.follower.catch_up()
        elif step == "sweep":
            if kept.follower._is_untidy():
                shown -= aged - set().union(*public.values())
                aged &= shown
            kept.follower.sweep()
            assert kept.mapped == {title for title, files in public.items() if files & shown}
    kept.close()
