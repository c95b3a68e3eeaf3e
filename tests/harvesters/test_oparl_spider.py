"""The OParl spider against a fake council on loopback: lists, pages, loops, changes, deletions – and no names of people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from catalog.runs.conclusion import RunResult
from catalog.runs.processes import run_sources
from catalog.runs.wish import Wish
from harvesters.answer import Answer
from harvesters.spiders.oparl import OparlOptions, OparlSpider
from schemas.region import load
from tests.catalog.runs import REGION
from tests.harvesters.city_servers import CANARY, Asked, CityServer, Council, Told, as_json, full_council, paper
from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls


class Peer:
    """A council that runs, and how it is harvested."""

    def __init__(self, city: CityServer, crawls: Crawls) -> None:
        self.city, self.crawls = city, crawls
        self.council = full_council(city.url)
        city.answer = self.council

    def harvest(self, options: dict[str, Any] | None = None, path: str = "/system", **wishes: Any) -> Run:
        return self.crawls.crawl("oparl", f"{self.city.url}{path}", options, **wishes)

    def ids(self, run: Run) -> set[str]:
        return {key.removeprefix(f"{self.city.url}/body/1#") for key in run.records}

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.city.asked]


@pytest.fixture
def peer(crawls: Crawls) -> Iterator[Peer]:
    with CityServer(lambda asked: Told(b"", 404)) as city:
        yield Peer(city, crawls)


@pytest.mark.parametrize("path", ["/system", "/bodies"])
def test_one_dataset_for_each_list_of_a_body(peer: Peer, path: str) -> None:
    run = peer.harvest(path=path)
    assert run.report["coverage"] == "complete", run.report
    assert peer.ids(run) == {"paper", "meeting", "organization"}
    assert peer.paths.count("/paper") == 3
    assert run.report["stated"] == 3


def test_F75_people_are_not_asked_for_not_told_and_not_kept(peer: Peer) -> None:
    run = peer.harvest({"titles": 5})
    assert "/person" not in peer.paths
    assert "/membership" not in peer.paths
    assert CANARY not in json.dumps(run.records)
    assert CANARY not in json.dumps(run.state)
    assert "Mustermann" not in json.dumps([run.records, run.state])
    assert "Bauausschuss" in json.dumps(run.records)


def test_list_of_people_is_told_of_only_where_it_is_wished_and_never_fetched(peer: Peer) -> None:
    run = peer.harvest({"lists": ["person", "membership"]})
    assert peer.ids(run) == {"person", "membership"}
    assert peer.paths == ["/system", "/bodies"]
    assert CANARY not in json.dumps(run.records)


def test_newest_papers_are_told_by_number_and_title_where_wished(peer: Peer) -> None:
    peer.council.lists["paper"] = [
        paper(n, id=f"x{n}", name=f"Bebauungsplan {n}", date=f"2026-0{n}-01") for n in range(1, 6)
    ]
    plain = peer.harvest().records[f"{peer.city.url}/body/1#paper"]["ntriples"]
    assert "Bebauungsplan" not in plain
    told = peer.harvest({"titles": 2}).records[f"{peer.city.url}/body/1#paper"]["ntriples"]
    assert "- 5/2026: Bebauungsplan 5\\n- 4/2026: Bebauungsplan 4" in told
    assert "Bebauungsplan 3" not in told


def test_lists_by_year_are_members_of_a_series(peer: Peer) -> None:
    run = peer.harvest({"per": "year"})
    years = {f"paper/20{n}" for n in range(20, 27)}
    assert peer.ids(run) == years | {"meeting/2026", "organization"}
    written = run.records[f"{peer.city.url}/body/1#paper/2022"]
    assert "inSeries" in written["ntriples"]
    assert any("DatasetSeries" in companion for companion in written["companions"])


def test_lists_by_legislative_term(peer: Peer) -> None:
    terms = [
        {"id": "t1", "name": "Wahlperiode 2016–2021", "startDate": "2016-04-01", "endDate": "2021-03-31"},
        {"id": "t2", "name": "Wahlperiode 2021–2026", "startDate": "2021-04-01"},
    ]
    peer.council.body["legislativeTerm"] = terms
    run = peer.harvest({"per": "term"})
    assert peer.ids(run) == {"paper/t1", "paper/t2", "meeting/t2", "organization"}
    assert run.titles[f"{peer.city.url}/body/1#paper/t1"] == "Vorlagen Wahlperiode 2016–2021 – Gemeinde Neuhof"


def test_only_bodies_that_are_named(peer: Peer) -> None:
    assert peer.ids(peer.harvest({"bodies": ["Gemeinde Neuhof"]})) == {"paper", "meeting", "organization"}
    run = peer.harvest({"bodies": ["Gemeinde Flieden"]})
    assert run.records == {}
    assert [rule for rule, _ in run.report["findings"]] == ["oparl-body-missing"]


def test_lists_need_not_be_fetched(peer: Peer) -> None:
    run = peer.harvest({"fetch_lists": False})
    assert peer.ids(run) == {"paper", "meeting", "organization"}
    assert peer.paths == ["/system", "/bodies"]


@pytest.mark.parametrize("target", [2, 1])
def test_F11_F12_pages_in_a_circle_end_the_list(peer: Peer, target: int) -> None:
    def ring(asked: Asked) -> Told | None:
        if asked.path != "/paper":
            return None
        at = int(asked.query.get("page", 1))
        following = at + 1 if at < 3 else target
        entries = [paper(at, id=f"p{at}")]
        return as_json({"data": entries, "links": {"next": f"{peer.city.url}/paper?page={following}"}})

    peer.council.quirk = ring
    run = peer.harvest()
    assert run.report["coverage"] == "partial"
    assert peer.ids(run) == {"meeting", "organization"}
    assert peer.paths.count("/paper") <= 4
    assert "wiederholen sich" in run.report["failures"][0]


def test_F14_page_that_fails_and_fewer_than_stated_leave_the_other_lists(peer: Peer) -> None:
    def broken(asked: Asked) -> Told | None:
        if asked.path == "/paper" and asked.query.get("page") == "2":
            return as_json({"message": "timeout"}, 500)
        if asked.path == "/meeting":
            return as_json({"data": [], "pagination": {"totalElements": 40}, "links": {}})
        return None

    peer.council.quirk = broken
    run = peer.harvest()
    assert run.report["coverage"] == "partial"
    assert "paper" not in peer.ids(run)
    assert any("nur 0 von 40" in failure for failure in run.report["failures"])


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Told(b"<html>Wartung</html>"), "kein JSON"),
        (Told(b""), "leer"),
        (as_json({"error": "kein Zugriff"}), "kein Zugriff"),
        (as_json({"type": "https://schema.oparl.org/1.1/Paper", "id": "x"}), "keine Körperschaft"),
        (as_json({"type": "https://schema.oparl.org/1.1/System", "id": "x", "body": 5}), "keine Adresse"),
    ],
)
def test_F01_F02_F03_no_council_answers(peer: Peer, told: Told, said: str) -> None:
    peer.city.answer = lambda asked: told
    run = peer.harvest()
    assert run.records == {}
    assert said in run.report["failures"][0]


def test_replay_gives_the_same_without_a_request(peer: Peer) -> None:
    first = peer.harvest({"per": "year", "titles": 3})
    asked = len(peer.city.asked)
    again = peer.harvest({"per": "year", "titles": 3}, state=first.state, replay=True)
    assert len(peer.city.asked) == asked
    assert again.report["coverage"] == "complete", again.report
    assert {k: r["ntriples"] for k, r in again.records.items()} == {k: r["ntriples"] for k, r in first.records.items()}


def test_detect_tells_a_council() -> None:
    council = Council("https://ris.example", {"paper": []})

    def found(document: Any) -> Any:
        body = as_json(document).body
        return OparlSpider.detect(
            "https://ris.example", {"https://ris.example": Answer("", "", 200, {}, body, "", 0.1)}
        )

    assert found(council.system()).certainty == 95
    assert found({"data": [council.whole_body()]}).samples == ("Gemeinde Neuhof",)
    others: tuple[Any, ...] = (
        {"data": [{"id": 1}]},
        {"dataset": []},
        [],
        {"type": "https://schema.oparl.org/1.1/Paper"},
    )
    assert [found(other) for other in others] == [None] * 4
    assert OparlSpider.probes("daten") == ()


@pytest.mark.parametrize("options", [{"lists": ["members"]}, {"per": "month"}, {"titles": 99}, {"x": 1}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OparlOptions(**options)


def run_in(folder: Path, url: str, wish: Wish | None = None) -> RunResult:
    if not (folder / "region.toml").exists():
        (folder / "sources").mkdir()
        region = REGION.replace("STORE", "sqlite:///data/allmende.db")
        (folder / "region.toml").write_text(region.replace("publisher", 'allowed_hosts = ["127.0.0.1"]\npublisher'))
        (folder / "sources/rat.toml").write_text(
            f'title = "Rat"\nmunicipality = "neuhof"\nurl = "{url}/system"\nprotocol = "oparl"\n'
        )
    return next(iter(run_sources(load(folder, {}), ["rat"], wish or Wish())))


def test_second_run_asks_for_changes_and_reads_only_the_list_that_has_some(peer: Peer, tmp_path: Path) -> None:
    first = run_in(tmp_path, peer.city.url)
    assert first.counts.created == 3
    peer.city.asked.clear()
    second = run_in(tmp_path, peer.city.url)
    assert (second.counts.absent, second.counts.updated, second.counts.withdrawn) == (0, 0, 0)
    lists = [asked for asked in peer.city.asked if asked.path in ("/paper", "/meeting", "/organization")]
    assert sorted(asked.path for asked in lists) == ["/meeting", "/organization", "/paper"]
    assert all(asked.query["modified_since"].endswith("Z") for asked in lists)
    peer.city.asked.clear()
    peer.council.lists["paper"].append(paper(9, id="new", date="2027-01-01", modified="2099-01-01T00:00:00Z"))
    third = run_in(tmp_path, peer.city.url)
    assert (third.counts.updated, third.counts.absent, third.counts.withdrawn) == (1, 0, 0)
    assert peer.paths.count("/paper") == 4, "what changed, then the whole list of eight"


def test_deleted_objects_are_changes_of_their_list(peer: Peer, tmp_path: Path) -> None:
    run_in(tmp_path, peer.city.url)
    gone = peer.council.lists["paper"][6]
    gone |= {"deleted": True, "modified": "2099-01-01T00:00:00Z"}
    second = run_in(tmp_path, peer.city.url)
    assert (second.counts.updated, second.counts.absent) == (1, 0)


def test_body_that_is_deleted_takes_its_lists_along(peer: Peer, tmp_path: Path) -> None:
    run_in(tmp_path, peer.city.url)
    peer.council.body["deleted"] = True
    second = run_in(tmp_path, peer.city.url)
    assert second.counts.created + second.counts.updated == 0
    assert second.status == "held" or second.counts.absent == 3 or second.counts.withdrawn == 3, second
