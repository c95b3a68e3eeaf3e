"""Scores follow publications and checks of links, with history; only what changed is computed; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog import database, serving, tables
from catalog.follower import Follower
from catalog.quality import figures, following, history, reading
from catalog.quality.figures import Figures
from catalog.quality.following import Followed
from catalog.quality.score import Score
from schemas import iris, mqa
from schemas.govdata_stages import Stages
from schemas.kinds import Literal
from schemas.model import Agent, Dataset
from schemas.mqa import BY_ID, METRICS
from tests.catalog.builder import BACKENDS, BASE, Stored
from tests.catalog.links.linked import Linked, file, linked, linked_region
from tests.faultserver import FaultServer, Reply

KEYWORD = {"keyword": (Literal("Baum", "de"),)}
NOTHING = Stages(False, False, False, 0)


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Linked]:
    with linked_region(tmp_path, request.param) as made:
        yield made


def follow(place: Linked) -> Followed:
    return following.follow(place.region, place.engine, place.clock())


def total(place: Linked, native_id: str = "a", source: str = "neuhof-portal") -> int | None:
    with place.engine.connect() as connection:
        found = reading.of_record(connection, iris.key(source, native_id))
    return found.total if found else None


def latest(place: Linked) -> dict[str, Figures]:
    with place.engine.connect() as connection:
        return history.latest(connection, place.region)


def days(place: Linked, scope: str) -> list[tuple[str, int, float]]:
    with place.engine.connect() as connection:
        return [(day.day, day.datasets, day.total) for day in history.days(connection, scope)]


def test_scores_are_those_of_the_pure_function(place: Linked) -> None:
    records: list[Dataset] = [linked("a", file("https://x.example/a", form="CSV"), **KEYWORD), linked("b"), linked("c")]
    place.publish(**{record.title[0].text: record for record in records})
    assert follow(place) == Followed(1, 3, 0)
    for record in records:
        assert total(place, record.title[0].text) == mqa.assess(replace(record, iri="x"), {}).total


def test_only_what_changed_is_computed(place: Linked) -> None:
    place.publish(a=linked("a"), b=linked("b"))
    assert follow(place).computed == 2
    assert follow(place) == Followed(1, 0, 0)
    place.publish(b=linked("b", **KEYWORD))
    assert follow(place) == Followed(2, 1, 0)
    assert (total(place, "a"), total(place, "b")) == (0, 30)
    place.publish(a=None)
    assert follow(place) == Followed(3, 0, 1)
    assert total(place, "a") is None


def test_what_was_not_followed_for_a_while_is_made_up_for(place: Linked) -> None:
    for number in range(4):
        place.publish(a=linked(f"a{number}"), **{f"b{number}": linked("b")})
    place.publish(b0=None)
    assert follow(place) == Followed(5, 4, 0)
    assert latest(place)["region"].datasets == 4


def test_other_weights_make_all_scores_anew(place: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    place.publish(a=linked("a"), b=linked("b"))
    follow(place)
    with database.writing(place.engine).begin() as connection:
        # A score of a record that is no longer public, as a damaged store could have.
        connection.execute(
            sa.update(tables.quality).where(tables.quality.c.key == iris.key("neuhof-portal", "b")).values(key="x")
        )
    monkeypatch.setattr(following, "_VERSION", following._VERSION + 1)
    assert follow(place) == Followed(1, 2, 1)
    assert follow(place) == Followed(1, 0, 0)


def test_a_dataset_behind_another_source_has_no_score(place: Linked) -> None:
    place.publish(a=linked("a"))
    place.builder.publish(Stored("b", linked("b"), source_key="flieden-portal"))
    follow(place)
    assert latest(place)["region"].datasets == 2
    number = place.builder.number + 1
    with database.writing(place.engine).begin() as connection:
        connection.execute(
            sa.insert(tables.shadows).values(
                key=iris.key("flieden-portal", "b"),
                primary_key=iris.key("neuhof-portal", "a"),
                evidence="{}",
                valid_from=number,
                run_id=number,
            )
        )
    place.publish(c=linked("c"))
    assert follow(place) == Followed(number, 1, 1)
    assert total(place, "b", "flieden-portal") is None
    assert "source/flieden-portal" in latest(place)
    assert latest(place)["source/flieden-portal"].datasets == 0


def test_figures_stand_for_source_municipality_and_region(place: Linked) -> None:
    place.publish(a=linked("a", **KEYWORD), b=linked("b"))
    place.builder.publish(Stored("c", linked("c", **KEYWORD), source_key="flieden-portal"))
    follow(place)
    found = latest(place)
    averages = {scope: (own.datasets, own.average) for scope, own in found.items()}
    assert averages == {
        "region": (3, 20.0),
        "municipality/neuhof": (2, 15.0),
        "municipality/flieden": (1, 30.0),
        "source/neuhof-portal": (2, 15.0),
        "source/flieden-portal": (1, 30.0),
    }
    assert found["region"].points("findability") == 20.0
    (worst, *_) = found["region"].causes
    assert worst.metric.id == "accessUrlStatusCode"
    assert (worst.datasets, worst.points) == (3, 150)
    assert sum(found["region"].points(dimension) for dimension in mqa.DIMENSIONS) == pytest.approx(20.0)


def test_history_has_a_row_for_each_day_on_which_something_changed(place: Linked) -> None:
    place.publish(a=linked("a"))
    follow(place)
    place.clock.pass_by(days=1)
    place.publish(b=linked("b"))
    follow(place)
    place.clock.pass_by(hours=1)
    place.publish(a=linked("a", **KEYWORD))
    follow(place)
    place.clock.pass_by(days=5)
    follow(place)
    assert days(place, "region") == [("2026-11-28", 1, 0.0), ("2026-11-29", 2, 15.0)]
    assert days(place, history.of_record(iris.key("neuhof-portal", "a"))) == [
        ("2026-11-28", 1, 0.0),
        ("2026-11-29", 1, 30.0),
    ]
    assert days(place, history.of_record(iris.key("neuhof-portal", "b"))) == [("2026-11-29", 1, 0.0)]
    with place.engine.connect() as connection:
        assert history.before(connection, place.region, "2026-11-28")["region"].total == 0.0
        assert history.before(connection, place.region, "2026-12-24")["region"].total == 15.0
        assert history.before(connection, place.region, "2026-11-27") == {}


def test_a_version_that_scores_alike_writes_no_history(place: Linked) -> None:
    place.publish(a=linked("a"))
    follow(place)
    place.clock.pass_by(days=1)
    place.publish(a=linked("a, anders geschrieben"))
    assert follow(place).computed == 1
    assert len(days(place, "region")) == len(days(place, history.of_record(iris.key("neuhof-portal", "a")))) == 1


def test_the_day_is_that_of_berlin(place: Linked) -> None:
    place.clock.now = place.clock.now.replace(hour=23, minute=30)
    assert history.today(place.clock()) == "2026-11-29"


def test_answers_of_addresses_change_the_score_and_its_history(place: Linked) -> None:
    with FaultServer(pages={"/a": Reply(b"da"), "/b": Reply(status=404)}) as server:
        place.publish(
            a=linked("a", file(server.url("/a"), server.url("/a"))),
            b=linked("b", file(server.url("/b"))),
        )
        follow(place)
        before = total(place, "a"), total(place, "b")
        place.clock.pass_by(days=1)
        place.round()
        # Both lack format and media type: -10.
        assert before == (20 - 10, -10)
        assert (total(place, "a"), total(place, "b")) == (20 - 10 + 50 + 30, -10)
        with place.engine.connect() as connection:
            scored = reading.of_record(connection, iris.key("neuhof-portal", "b"))
        assert scored is not None
        assert (scored.score.access, scored.score.download) == (404, None)
        server.pages["/a"] = Reply(status=500)
        place.clock.pass_by(weeks=2)
        place.round()
        assert total(place, "a") == 10
        assert [value for _, _, value in days(place, "region")] == [0.0, 40.0, 0.0]


def test_a_new_version_knows_how_its_addresses_answered(place: Linked) -> None:
    with FaultServer() as server:
        address = server.url("/ok")
        place.publish(a=linked("a", file(address)))
        place.round()
        place.publish(a=linked("a", file(address), **KEYWORD), b=linked("b", file(address)))
        follow(place)
        assert (total(place, "a"), total(place, "b")) == (-10 + 50 + 30, -10 + 50)


def test_a_publisher_that_gets_a_name_changes_the_stage(place: Linked) -> None:
    agent = iris.mint(BASE, "agent", iris.key("neuhof-portal", "amt"))
    place.builder.publish(
        Stored("amt", Agent(iri=agent), positioned=False), Stored("a", linked("a", publisher=(agent,)))
    )
    follow(place)
    assert latest(place)["region"].publisher == 0
    place.builder.publish(Stored("amt", Agent(iri=agent, name=(Literal("Bauamt", "de"),)), positioned=False))
    assert follow(place).computed == 1
    assert latest(place)["region"].publisher == 1


def test_what_a_record_refers_to_is_validated_with_it(place: Linked) -> None:
    """An agent without a name breaks DCAT-AP wherever it stands; nobody asks for it to be described in the dataset."""
    agent = iris.mint(BASE, "agent", iris.key("neuhof-portal", "amt"))
    words = (Literal("Bauamt", "de"),)
    place.builder.publish(
        Stored("amt", Agent(iri=agent, name=words), positioned=False),
        Stored("a", linked("a", publisher=(agent,), description="Alle Bäume")),
        Stored("b", linked("b", publisher=("https://nirgends.example/amt",), description="Alle Bäume")),
    )
    follow(place)
    assert (total(place, "a"), total(place, "b")) == (40, 10)
    place.builder.publish(Stored("amt", Agent(iri=agent), positioned=False))
    assert follow(place).computed == 1
    assert total(place, "a") == 10
    with place.engine.connect() as connection:
        found = reading.of_record(connection, iris.key("neuhof-portal", "a"))
    assert found is not None
    assert found.total == mqa.assess(linked("a", publisher=(Agent(iri=agent),), description="Alle Bäume"), {}).total


def test_datasets_without_a_metric_are_found_in_the_store(place: Linked) -> None:
    place.publish(
        a=linked("a", **KEYWORD), b=linked("b"), c=linked("c", file("https://x.example/", form="CSV"), **KEYWORD)
    )
    follow(place)
    with place.engine.connect() as connection:

        def without(metric: str, **options: Any) -> list[str]:
            return [each.title for each in reading.places(connection, BY_ID[metric], limit=9, **options)]

        assert without("keywordAvailability") == ["b"]
        assert without("formatAvailability") == ["b", "a"]
        assert without("accessUrlStatusCode") == ["b", "a"]  # of c it is not known
        assert without("keywordAvailability", source_keys=["flieden-portal"]) == []
        assert [each.title for each in reading.places(connection, limit=2, offset=1)] == ["a", "c"]
        assert set(reading.of_records(connection, [iris.key("neuhof-portal", "a"), "x"])) == {
            iris.key("neuhof-portal", "a")
        }


def test_links_are_kept_while_scores_are_made_anew(place: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer() as server:
        place.publish(a=linked("a", file(server.url("/ok"))))
        place.round()
        monkeypatch.setattr(following, "_VERSION", 3)
        follow(place)
        assert total(place, "a") == 40
        assert place.round().asked == 0


def test_whatever_goes_wrong_with_scores_search_and_feeds_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("kaputt")

    with linked_region(tmp_path) as place:
        place.publish(a=linked("a"))
        follower = Follower(place.region)
        try:
            serving._score(place.region, follower)
            assert total(place) == 0
            monkeypatch.setattr(following, "follow", broken)
            serving._score(place.region, follower)
        finally:
            follower.close()
    assert "kaputt" in caplog.text


# ------------------------------------------------------------------------------------------------ pure


def score(**met: bool | None) -> Score:
    signs = {True: "1", False: "0", None: "-"}
    return Score("".join(signs[met.get(metric.id, False)] for metric in METRICS), None, None, "", NOTHING)


def test_a_score_comes_out_of_the_store_as_it_went_in() -> None:
    stored = Score("1" * 22 + "-", 200, None, "https://x.example/#1", Stages(True, False, True, 2))
    assert Score.from_json(stored.to_json()) == stored
    bare = Score.of(mqa.assess(Dataset(), {}), NOTHING)
    assert bare.total == 0
    assert Score.from_json(bare.to_json()).total == 0


def test_flags_stand_where_statements_look_for_them() -> None:
    from catalog.quality.score import FLAGS_AT

    assert score(keywordAvailability=True).to_json()[FLAGS_AT - 1] == "1"


def test_lost_points_count_what_is_deducted() -> None:
    lost = dict(score().lost)
    assert lost[BY_ID["formatAvailability"]] == 25
    assert sum(lost.values()) == mqa.HIGHEST - mqa.LOWEST
    assert score(formatAvailability=None).lost[0][0].id == "accessUrlStatusCode"
    assert BY_ID["formatAvailability"] not in dict(score(formatAvailability=None).lost)


def test_figures_add_up_and_come_back() -> None:
    one, other = Figures(), Figures()
    one.add(score(keywordAvailability=True), 20)
    other.add(Score.of(mqa.assess(Dataset(), {}), Stages(True, True, True, 3)), 0)
    both = one + other
    assert (both.datasets, both.average, both.bare) == (2, 10.0, 1)
    assert Figures.from_json(2, both.to_json()) == both
    assert sum(both.points(dimension) for dimension in mqa.DIMENSIONS) == 10.0
    assert both.causes[0] == figures.Cause(BY_ID["accessUrlStatusCode"], 2, 100)
    told = both.told()
    assert told["govdata"]["license_stages"] == {"0": 1, "1": 0, "2": 0, "3": 1}
    assert told["bands"] == {"excellent": 0, "good": 0, "sufficient": 0, "bad": 2}
    assert Figures().told()["band"] is None


def test_scores_are_made_anew_when_they_may_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    before = following.rules()
    monkeypatch.setattr(mqa, "METRICS", (METRICS[0]._replace(points=31), *METRICS[1:]))
    assert following.rules() != before
