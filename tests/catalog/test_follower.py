"""The follower: index and dump come up to the published number, whatever state they were found in."""

from __future__ import annotations

import gzip
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

from catalog.follower import Follower, current_dump
from catalog.index import Index, current_generation
from catalog.reading import documents
from catalog.reading.entries import Query
from catalog.search import Catalogue
from schemas import model
from schemas.kinds import Literal
from schemas.region import Region
from tests.catalog.builder import BACKENDS, BASE, Builder, Stored, dataset, region_in, region_on


@pytest.fixture(params=BACKENDS)
def region(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Region]:
    with region_on(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def builder(region: Region) -> Iterator[Builder]:
    made = Builder(region)
    yield made
    made.close()


def titles(region: Region, q: str = "") -> set[str]:
    catalogue = Catalogue(region)
    try:
        return {hit.summary.title for hit in catalogue.find(Query(q=q, size=1000)).hits}
    finally:
        catalogue.close()


def follow(builder: Builder) -> int:
    return Follower(builder.region, builder.engine).catch_up()


def lose_cache(region: Region) -> None:
    """Moves the cache away whole: tantivy's threads may still tidy up in it while it would be emptied file by file."""
    (region.data / "cache").rename(region.data / f"lost-{secrets.token_hex(4)}")


def generation(region: Region) -> Path:
    found = current_generation(region.data / "cache" / "index")
    assert found is not None
    return found


def test_the_index_follows_what_is_created_updated_and_withdrawn(region: Region, builder: Builder) -> None:
    builder.publish(Stored("1", dataset("Eins")), Stored("2", dataset("Zwei")))
    assert follow(builder) == 1
    first = generation(region)
    builder.publish(Stored("1", dataset("Eins neu")), Stored("3", dataset("Drei")))
    builder.publish(Stored("2", None))
    builder.publish(Stored("4", dataset("Ungesehen")), visible=False)
    assert follow(builder) == 3
    assert titles(region) == {"Eins neu", "Drei"}
    assert titles(region, "zwei") == set()
    assert generation(region) == first


def test_without_a_publication_there_is_an_empty_index(region: Region, builder: Builder) -> None:
    assert follow(builder) == 0
    assert titles(region) == set()
    builder.publish(Stored("1", dataset("Eins")))
    assert follow(builder) == 1
    assert titles(region) == {"Eins"}


def test_a_deleted_cache_is_built_again_beside_an_open_reader(region: Region, builder: Builder) -> None:
    builder.publish(Stored("1", dataset("Eins")))
    follow(builder)
    reader = Index(region.data / "cache")
    reader.refresh()
    lose_cache(region)
    builder.publish(Stored("2", dataset("Zwei")))
    assert follow(builder) == 2
    reader.refresh()
    assert reader.number == 2
    assert titles(region) == {"Eins", "Zwei"}


@pytest.mark.parametrize("victim", ["meta.json", "*.store", "*.term", "*.idx"])
def test_a_damaged_index_is_built_again(region: Region, builder: Builder, victim: str) -> None:
    builder.publish(Stored("1", dataset("Eins")))
    follow(builder)
    for file in generation(region).glob(victim):
        file.write_bytes(b"")
    builder.publish(Stored("2", dataset("Zwei")))
    assert follow(builder) == 2
    assert titles(region) == {"Eins", "Zwei"}
    assert len([f for f in (region.data / "cache" / "index").iterdir() if f.is_dir()]) == 1


def test_an_index_of_another_program_version_is_built_again(
    region: Region, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder.publish(Stored("1", dataset("Eins")))
    follow(builder)
    before = generation(region)
    monkeypatch.setattr(documents, "VERSION", documents.VERSION + 1)
    follow(builder)
    assert generation(region) != before


def test_an_index_of_a_store_that_was_restored_is_built_again(tmp_path: Path) -> None:
    later, earlier = region_in(tmp_path / "later"), region_in(tmp_path / "earlier")
    builder = Builder(later)
    for number in range(1, 4):
        builder.publish(Stored(str(number), dataset(f"Nummer {number}")))
    follow(builder)
    builder.close()
    restored = Builder(earlier)
    restored.publish(Stored("1", dataset("Sicherung")))
    shutil.copytree(later.data / "cache", earlier.data / "cache", dirs_exist_ok=True)
    assert follow(restored) == 1  # the index is at 3
    assert titles(earlier) == {"Sicherung"}
    restored.close()


def test_an_index_of_the_same_number_but_another_publication_is_built_again(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    builder = Builder(region)
    builder.publish(Stored("1", dataset("Eins")))
    follow(builder)
    builder.number = 0
    with builder.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE publication SET published_at = '2027-01-01T00:00:00Z'")
        connection.exec_driver_sql("UPDATE publications SET published_at = '2027-01-01T00:00:00Z'")
    before = generation(region)
    follow(builder)
    assert generation(region) != before
    builder.close()


def test_a_publisher_that_is_renamed_is_found_under_its_new_name(region: Region, builder: Builder) -> None:
    agent = "https://amt.example/a"
    builder.publish(
        Stored("a", model.Agent(iri=agent, name=(Literal("Wasserwerk", "de"),)), positioned=False),
        Stored("1", dataset("Pegel", publisher=(agent,))),
    )
    follow(builder)
    assert titles(region, "wasserwerk") == {"Pegel"}
    renamed = model.Agent(iri=agent, name=(Literal("Eigenbetrieb", "de"),))
    builder.publish(Stored("a", renamed, positioned=False))
    follow(builder)
    assert titles(region, "eigenbetrieb") == {"Pegel"}
    assert titles(region, "wasserwerk") == set()


def test_followers_that_start_at_once_wait_for_one_another(region: Region, builder: Builder) -> None:
    builder.publish(*(Stored(str(i), dataset(f"Nummer {i}")) for i in range(1, 300)), fragments=False)
    code = (
        "import sys; from pathlib import Path; from catalog.follower import Follower;"
        "from tests.catalog.builder import region_in;"
        "print(Follower(region_in(Path(sys.argv[1]), sys.argv[2])).catch_up())"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(region.folder), region.store],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(documents.__file__).parents[2],
        )
        for _ in range(2)
    ]
    assert [process.communicate(timeout=240)[0].strip() for process in processes] == ["1"] * 2
    assert len(titles(region)) == 299


STEPS = st.lists(
    st.lists(
        st.tuples(st.integers(1, 6), st.sampled_from(["Bäume", "Straßenlampen", "Abfallkalender", ""])),
        min_size=1,
        max_size=4,
        unique_by=lambda step: step[0],
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, follow_after=st.sets(st.integers(0, 5)))
def test_following_step_by_step_gives_the_same_as_building_anew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[int, str]]], follow_after: set[int]
) -> None:
    region = region_in(tmp_path_factory.mktemp("region"))
    builder = Builder(region)
    catalogue = Catalogue(region)
    for number, step in enumerate(steps):
        builder.publish(*(Stored(str(i), dataset(f"{t} {i}") if t else None) for i, t in step), fragments=False)
        if number in follow_after:
            follow(builder)

    def answers() -> list[set[str]]:
        follow(builder)
        found = (catalogue.find(Query(q=q)) for q in ("", "baum", "straße", "lampen", "kalender"))
        return [{hit.summary.title for hit in results.hits} for results in found]

    followed = answers()
    lose_cache(region)
    assert answers() == followed
    last = dict(pair for step in steps for pair in step)
    assert followed[0] == {f"{title} {i}" for i, title in last.items() if title}
    catalogue.close()
    builder.close()


# ------------------------------------------------------------------------------------------------- dump


def test_the_dump_is_written_whole_and_replaced(region: Region, builder: Builder) -> None:
    assert current_dump(region) is None
    builder.publish(Stored("1", dataset("Eins")))
    follower = Follower(region, builder.engine)
    head = f'<{BASE}/id/catalog> <http://purl.org/dc/terms/title> "Katalog" .\n'.encode()
    first = follower.write_dump(lambda _number: [head])
    assert first == current_dump(region)
    assert first.number == 1
    statements = list(pyoxigraph.parse(gzip.decompress(first.path.read_bytes()), format=RdfFormat.N_TRIPLES))
    assert len(statements) == len(set(statements))
    assert {str(s.predicate.value).rpartition("#")[2].rpartition("/")[2] for s in statements} == {
        "title",
        "dataset",
        "type",
    }
    builder.publish(Stored("2", dataset("Zwei")))
    opened = first.path.open("rb")
    second = follower.write_dump(lambda _number: [head])
    assert second.number == 2
    assert [file.name for file in first.path.parent.iterdir()] == ["catalog-2.nt.gz"]
    assert gzip.decompress(opened.read()).startswith(head)
    opened.close()


def test_the_same_catalogue_gives_the_same_dump(region: Region, builder: Builder) -> None:
    builder.publish(*(Stored(str(i), dataset(f"Nummer {i}")) for i in range(1, 20)))
    follower = Follower(region, builder.engine)
    first = follower.write_dump().path.read_bytes()
    lose_cache(region)
    assert follower.write_dump().path.read_bytes() == first


def test_a_dump_that_broke_off_is_not_served(region: Region, builder: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    builder.publish(Stored("1", dataset("Eins")))
    follower = Follower(region, builder.engine)
    done = follower.write_dump()
    builder.publish(Stored("2", dataset("Zwei")))

    def full(*_args: object) -> Iterator[bytes]:
        yield b"<a> <b> <c> .\n"
        raise OSError("no space left on device")

    monkeypatch.setattr("catalog.reading.rows.dump", full)
    with pytest.raises(OSError, match="no space"):
        follower.write_dump()
    assert current_dump(region) == done
