"""The AWIDO spider and reader: places, parts, holidays, files only where they are offered, and the turn of the year."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.runs.conclusion import RunResult
from catalog.runs.processes import run_sources
from catalog.runs.wish import Wish
from harvesters.answer import Answer
from harvesters.city import awido as answers_of
from harvesters.readers import awido
from harvesters.reading import Native, Outcome, Reading, Unusable
from harvesters.spiders.awido import AwidoOptions, AwidoSpider
from schemas.findings import WORDING
from schemas.loose_json import sorted_json
from schemas.region import load
from schemas.syntax import Unreadable
from tests.catalog.runs import REGION
from tests.harvesters.city_servers import Awido, CityServer, Told, as_json
from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls
from tests.harvesters.readings import VALUES, assert_as_recorded, assert_comes_back, context, outcomes_of

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/awido").iterdir())


class Peer:
    """An AWIDO that runs, and how it is harvested."""

    def __init__(self, city: CityServer, crawls: Crawls) -> None:
        self.city, self.crawls, self.awido = city, crawls, Awido()
        city.answer = self.awido

    def harvest(
        self, options: dict[str, Any] | None = None, path: str = "/Customer/kreis/v2/Calendar2.aspx", **wishes: Any
    ) -> Run:
        return self.crawls.crawl("awido", f"{self.city.url}{path}", options, **wishes)


@pytest.fixture
def peer(crawls: Crawls) -> Iterator[Peer]:
    with CityServer(lambda asked: Told(b"", 404)) as city:
        yield Peer(city, crawls)


def read(data: Any) -> Reading:
    return awido.read(Native(data, sorted_json(data)), context())


def recorded(folder: Path) -> Reading:
    return read(json.loads((folder / "input.json").read_text(encoding="utf-8")))


def through_pipelines(natives: list[Native]) -> list[Outcome]:
    return outcomes_of("awido", natives, "https://a.example.org")


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    reading = recorded(folder)
    assert_as_recorded(folder, reading)
    assert_comes_back(reading)


def test_one_dataset_for_each_place_and_year(peer: Peer) -> None:
    run = peer.harvest()
    assert run.report["coverage"] == "complete", run.report
    assert run.titles == {
        "kreis/neuhof/2026": "Abfallkalender Neuhof 2026",
        "kreis/flieden/2026": "Abfallkalender Flieden 2026",
    }
    written = run.records["kreis/neuhof/2026"]["ntriples"]
    assert written.count("/ns/dcat#Distribution>") == 4, "a file and JSON for each of two parts"
    assert '"Restmüll"@de' in written
    assert '"PT"@de' in written, "a code without a name stays a code"
    assert '"2026-01-07"' in written
    assert '"2026-12-22"' in written, "holidays are dropped"
    assert "Neujahr" not in str(run.records)
    assert "municipalityKey/06631018" in written
    assert "Musterweg" not in str(run.records)


@pytest.mark.parametrize("options", [{"customer": "kreis"}, {"customer": "kreis", "places": ["flieden"]}])
def test_customer_and_places_can_be_named(peer: Peer, options: dict[str, Any]) -> None:
    run = peer.harvest(options, "/")
    assert set(run.records) >= {"kreis/flieden/2026"}
    assert len(run.records) == (1 if "places" in options else 2)


def test_place_that_is_not_there_is_a_finding(peer: Peer) -> None:
    run = peer.harvest({"places": ["Flieden", "Fliden"]})
    assert set(run.records) == {"kreis/flieden/2026"}
    assert [rule for rule, _ in run.report["findings"]] == ["awido-place-missing"]


def test_files_are_told_of_only_where_they_are_offered(peer: Peer) -> None:
    assert "KalenderICS" in peer.harvest().records["kreis/flieden/2026"]["ntriples"]
    peer.awido.files = False
    without = peer.harvest()
    assert "KalenderICS" not in without.records["kreis/flieden/2026"]["ntriples"]
    peer.awido.quirk = lambda asked: Told(b"", 404) if "ICS" in asked.path else None
    assert "KalenderICS" not in peer.harvest().records["kreis/flieden/2026"]["ntriples"]


def test_street_with_several_calendars_is_divided_by_house_numbers(peer: Peer) -> None:
    peer.awido.numbered = ("Giesel",)
    run = peer.harvest()
    assert run.report["coverage"] == "complete", run.report
    assert "Giesel 10-20" in run.records["kreis/neuhof/2026"]["ntriples"]


def test_more_streets_than_wished_are_left_with_a_finding(peer: Peer) -> None:
    peer.awido.places["Flieden"] = [f"Straße {n:02}" for n in range(12)]
    run = peer.harvest({"streets": 3})
    assert [rule for rule, _ in run.report["findings"]] == ["awido-streets-left"]
    assert run.records["kreis/flieden/2026"]["ntriples"].count("KalenderICS") == 6


def test_F14_place_that_fails_leaves_the_others(peer: Peer) -> None:
    peer.awido.quirk = lambda asked: Told(b"", 500) if "getData/a-Neuhof-Giesel" in asked.path else None
    run = peer.harvest()
    assert set(run.records) == {"kreis/flieden/2026"}
    assert run.report["coverage"] == "partial"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Told(b"<html>Wartung</html>"), "kein JSON"),
        (Told(b""), "leer"),
        (as_json({"Message": "client unknown"}), "client unknown"),
        (as_json([]), "keine Orte"),
    ],
)
def test_F01_F02_F03_no_calendar_answers(peer: Peer, told: Told, said: str) -> None:
    peer.awido.quirk = lambda asked: told
    run = peer.harvest()
    assert run.records == {}
    assert said in run.report["failures"][0]
    assert "nennt keinen Kunden" in peer.harvest(path="/").report["failure"]


def test_second_run_is_unchanged_and_replay_gives_the_same(peer: Peer) -> None:
    first = peer.harvest()
    second = peer.harvest(state=first.state)
    assert [record["unchanged"] for record in second.records.values()] == [True, True]
    asked = len(peer.city.asked)
    again = peer.harvest(state=first.state, replay=True)
    assert len(peer.city.asked) == asked
    assert again.report["coverage"] == "changes", "a replay counts no absence: it does not know the years before"
    assert {k: r["ntriples"] for k, r in again.records.items()} == {k: r["ntriples"] for k, r in first.records.items()}


def run_in(folder: Path, url: str) -> RunResult:
    if not (folder / "region.toml").exists():
        (folder / "sources").mkdir()
        region = REGION.replace("STORE", "sqlite:///data/allmende.db")
        (folder / "region.toml").write_text(region.replace("publisher", 'allowed_hosts = ["127.0.0.1"]\npublisher'))
        (folder / "sources/abfall.toml").write_text(
            f'title = "A"\nmunicipality = "neuhof"\nurl = "{url}/Customer/kreis"\nprotocol = "awido"\ngrace = "0h"\n'
        )
    return next(iter(run_sources(load(folder, {}), ["abfall"], Wish())))


def test_F81_new_year_with_new_keys_is_a_new_member_and_the_old_one_stays(peer: Peer, tmp_path: Path) -> None:
    """31 December 2026, 1 January 2027 under new keys, and the days after."""
    assert run_in(tmp_path, peer.city.url).counts.created == 2
    peer.awido.salt, peer.awido.year = "b", 2027
    january = run_in(tmp_path, peer.city.url)
    counts = january.counts
    assert january.status in ("ok", "warnings")
    assert (counts.created, counts.updated, counts.absent, counts.withdrawn, counts.held) == (2, 0, 0, 0, 0)
    for _ in range(2):
        later = run_in(tmp_path, peer.city.url).counts
        assert (later.unchanged, later.absent, later.withdrawn, later.created) == (4, 0, 0, 0)


def test_addresses() -> None:
    at = answers_of.place("https://awido.example/Customer/fulda-stadt/v2/Calendar2.aspx")
    assert at == answers_of.Place("https://awido.example", "fulda-stadt")
    assert answers_of.place("https://awido.example/x/WebServices/a", "k") == answers_of.Place(
        "https://awido.example/x", "k"
    )
    assert answers_of.place("https://awido.example/") is None
    assert at is not None
    assert answers_of.file_address(at, "0-1", 2026) == (
        "https://awido.example/Customer/fulda-stadt/KalenderICS.aspx?oid=0-1&jahr=2026&fraktionen=&reminder=-1.17%3A00"
    )
    assert answers_of.data_address(at, "a/../b").endswith("/getData/a%2F..%2Fb?fractions=&client=fulda-stadt")


def test_years_of_a_calendar() -> None:
    found = answers_of.years_in(json.dumps(Awido().data()).encode())
    assert found == {2026: (date(2026, 1, 7), date(2026, 12, 22), ("Biotonne", "PT", "Restmüll"))}


@given(VALUES, VALUES)
def test_any_answer_is_read_or_refused(fractions: Any, calendar: Any) -> None:
    try:
        answers_of.years_in(sorted_json({"fracts": fractions, "calendar": calendar}) or b"[]")
    except Unreadable:
        assert not isinstance(calendar, list)


@given(
    st.dictionaries(
        st.sampled_from(["series", "customer", "place", "year", "kinds", "days", "service", "served", "streets"]),
        VALUES,
        max_size=9,
    )
)
def test_any_native_is_a_record_or_set_aside(data: dict[str, Any]) -> None:
    for outcome in through_pipelines([Native(data, b"x"), Native({**data, "id": "a"}, b"y")]):
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING for finding in outcome.findings)


@pytest.mark.parametrize("data", [None, [], {}, {"id": ""}])
def test_what_has_no_identity_is_set_aside(data: Any) -> None:
    with pytest.raises(Unusable):
        read(data)


@pytest.mark.parametrize("options", [{"customer": "../x"}, {"streets": 0}, {"x": 1}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AwidoOptions(**options)


def test_detect() -> None:
    url = "https://awido.example/Customer/kreis/"
    (probe,) = AwidoSpider.probes(url)
    told = Answer(probe, probe, 200, {}, b'[{"key": "a", "value": "Neuhof"}]', "application/json", 0.1)
    found = AwidoSpider.detect(url, {probe: told})
    assert found is not None
    assert (found.samples, found.certainty) == (("Neuhof",), 90)
    assert AwidoSpider.detect(url, {probe: Answer(probe, probe, 200, {}, b"[]", "", 0.1)}) is None
    assert AwidoSpider.probes("https://www.example.org/") == ()
