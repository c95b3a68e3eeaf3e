"""The CKAN spider against a fake portal on loopback that has the quirks of real ones."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from harvesters.answer import Answer
from harvesters.ckan.portal import CkanOptions
from harvesters.regions.server import start
from harvesters.spiders.ckan import CkanSpider
from tests.harvesters.ckan_portal import FakePortal, Query, Reply, Server, error, package, packages, success
from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def harvest(server: Server, crawls: Crawls) -> Callable[..., Run]:
    """Harvests a fake portal: ``options`` are those of [ckan], ``path`` is what stands behind the root."""

    def run(fake: FakePortal, path: str = "", **wishes: Any) -> Run:
        server.portals["portal"] = fake
        return crawls.crawl("ckan", f"{server.url}/portal{path}", **wishes)

    return run


def rules(run: Run) -> set[str]:
    return {rule for rule, _ in run.report["findings"]}


# ---------------------------------------------------------------------------------------------------------- paging


def test_F79_pages_until_the_count_is_reached_though_rows_are_capped(harvest: Callable[..., Run]) -> None:
    fake = FakePortal(packages(25), cap=10)
    run = harvest(fake)
    assert len(run.records) == 25
    assert run.report["coverage"] == "complete"
    assert run.report["findings"] == []
    assert [query["start"] for query in fake.searches()] == ["0", "10", "20"]
    assert {query["sort"] for query in fake.searches()} == {"id asc"}


def test_organisation_page_filters_and_its_agent_comes_along(harvest: Callable[..., Run]) -> None:
    mine = [package(n, organization={"id": "o", "name": "neuhof", "title": "Neuhof"}) for n in range(3)]
    fake = FakePortal([*mine, package(7), package(8)])
    run = harvest(fake, path="/organization/neuhof")
    assert len(run.records) == 3
    assert fake.searches()[0]["fq"] == '+organization:"neuhof"'
    assert "authorization" not in fake.headers[0]
    assert 'http://xmlns.com/foaf/0.1/name> "Neuhof"' in run.records["id-0000"]["companions"][0]


_REAL_CRAWL = """
import logging, sys
from pathlib import Path
from harvesters.crawl import crawl
from harvesters.reading import Context
from harvesters.spider import Job
from harvesters.ckan.portal import CkanOptions
from schemas import region
from tests.harvesters.readings import ListSink, dataset
logging.basicConfig(level=1)
loaded = region.load(Path(sys.argv[1]), {"ALLMENDE_SOURCE_PORTAL__API_KEY": "canary-4711"})
sink = ListSink()
report = crawl("ckan", Job(Context(loaded, loaded.sources[0], loaded.municipalities[0], CkanOptions()), sink))
print(report, sink.outcomes)
"""


def test_F69_api_key_is_sent_and_stands_in_no_log(server: Server, tmp_path: Path) -> None:
    fake = FakePortal(packages(2))
    server.portals["secret"] = fake
    (tmp_path / "sources").mkdir()
    (tmp_path / "region.toml").write_text(
        '[region]\ntitle = "T"\ndescription = "D"\nbase_url = "https://daten.example.org"\n'
        'publisher = { name = "Z", email = "daten@example.org" }\nallowed_hosts = ["127.0.0.1"]\n'
        '[[municipality]]\nid = "neuhof"\nname = "Neuhof"\nags = "06631018"\nars = "066310018018"\n',
        encoding="utf-8",
    )
    source = f'title = "P"\nmunicipality = "neuhof"\nurl = "{server.url}/secret"\nprotocol = "ckan"\n'
    (tmp_path / "sources/portal.toml").write_text(source, encoding="utf-8")
    arguments = [sys.executable, "-c", _REAL_CRAWL, str(tmp_path)]
    done = subprocess.run(
        arguments, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60, check=True
    )
    assert fake.headers[0]["authorization"] == "canary-4711"
    assert "coverage='complete'" in done.stdout
    assert "canary-4711" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((200, "text/html", b"<!doctype html><title>Wartungsarbeiten</title>"), "Wartungsarbeiten"),
        ((200, "application/json", b""), "leer"),
        ((200, "application/json", b'{"success": true, "result": {"count": 3, "resu'), "kein JSON"),
        ((200, "application/json", b'{"anderes": 1}'), "keine Antwort der CKAN-Schnittstelle"),
        (success({"site_title": "x"}), "keine Liste von Datensätzen"),
        (error(200, "Search Error", "Solr antwortet nicht"), "Solr antwortet nicht"),
        (error(403, "Authorization Error", "Kein Zugriff"), "Kein Zugriff"),
        ((503, "text/html", b"voll"), "503"),
    ],
    ids=[
        "F01-html",
        "F03-empty",
        "F21-cut",
        "F01-other-json",
        "F01-no-list",
        "F02-success-false",
        "F02-forbidden",
        "F25-busy",
    ],
)
def test_F01_F02_unusable_first_answer_fails_the_run(harvest: Callable[..., Run], reply: Reply, said: str) -> None:
    run = harvest(FakePortal(packages(3), quirk=lambda portal, action, query: reply))
    assert run.records == {}
    assert run.report["pages"] == 0
    assert said in run.report["failure"]
    assert "/portal/api/3/action/package_search" in run.report["failure"]


def test_F11_the_same_page_again_ends_the_run_as_partial(harvest: Callable[..., Run]) -> None:
    def same(portal: FakePortal, action: str, query: Query) -> Reply:
        return success({"count": 30, "results": packages(10)})

    fake = FakePortal([], quirk=same)
    run = harvest(fake)
    assert len(run.records) == 10
    assert run.report["coverage"] == "partial"
    assert "gleicht einer schon gelesenen" in run.report["failures"][0]
    assert len(fake.searches()) == 2


def test_F12_a_ring_of_pages_ends_after_one_request_too_many(harvest: Callable[..., Run]) -> None:
    def ring(portal: FakePortal, action: str, query: Query) -> Reply:
        at = int(query["start"]) // 5 % 3
        return success({"count": 1000, "results": packages(15)[at * 5 : at * 5 + 5]})

    fake = FakePortal([], quirk=ring)
    run = harvest(fake)
    assert len(run.records) == 15
    assert run.report["coverage"] == "partial"
    assert len(fake.searches()) == 4


def test_F14_a_later_page_that_fails_makes_the_run_partial(harvest: Callable[..., Run]) -> None:
    def broken(portal: FakePortal, action: str, query: Query) -> Reply | None:
        return (500, "text/html", b"oops") if query["start"] == "20" else None

    run = harvest(FakePortal(packages(50), cap=10, quirk=broken))
    assert len(run.records) == 20
    assert run.report["coverage"] == "partial"
    assert run.report["failure"] is None
    assert "500" in run.report["failures"][0]


def test_F14_F79_fewer_than_stated_is_a_finding_and_counts_no_absence(harvest: Callable[..., Run]) -> None:
    def boasting(portal: FakePortal, action: str, query: Query) -> Reply:
        return success({"count": 30, "results": portal.page(query)})

    run = harvest(FakePortal(packages(25), cap=10, quirk=boasting))
    assert len(run.records) == 25
    assert run.report["coverage"] == "partial"
    assert rules(run) == {"ckan-count-gap"}
    assert "30" in run.report["findings"][0][1]
    assert "25" in run.report["findings"][0][1]


def test_F16_a_list_that_changes_while_paging_is_gone_through_twice(harvest: Callable[..., Run]) -> None:
    def shifting(portal: FakePortal, action: str, query: Query) -> Reply | None:
        if len(portal.searches()) == 2:  # before the second page the first dataset is deleted: all others move up
            portal.packages = portal.packages[1:]
        return None

    fake = FakePortal(packages(30), cap=10, quirk=shifting)
    run = harvest(fake)
    assert {f"id-{number:04}" for number in range(1, 30)} <= set(run.records)
    assert run.report["coverage"] == "complete"
    assert "ckan-list-changed" in rules(run)
    assert run.report["records"] == 30  # none twice
    assert [query["sort"] for query in fake.searches()][-1] == "id desc"


def test_F16_a_dataset_added_while_paging_is_not_delivered_twice(harvest: Callable[..., Run]) -> None:
    def growing(portal: FakePortal, action: str, query: Query) -> Reply | None:
        if len(portal.searches()) == 2:
            portal.packages = [package(9, id="id-0000-neu"), *portal.packages]
        return None

    run = harvest(FakePortal(packages(30), cap=10, quirk=growing))
    assert len(run.records) == 31
    assert run.report["records"] == 31
    assert run.report["coverage"] == "complete"


def test_F08_equal_ids_with_different_content_all_reach_the_sink(harvest: Callable[..., Run]) -> None:
    run = harvest(FakePortal([package(1), package(2, id="id-0001"), package(3, id="id-0001")]))
    assert run.report["records"] == 3
    assert run.report["coverage"] == "complete"


def test_F79_refused_sort_and_rows_are_left_out(harvest: Callable[..., Run]) -> None:
    def strict(portal: FakePortal, action: str, query: Query) -> Reply | None:
        if "sort" in query:
            return error(409, "Validation Error", "sort: nicht erlaubt")
        return error(409, "Validation Error", "rows: höchstens 100") if int(query["rows"]) > 100 else None

    fake = FakePortal(packages(120), quirk=strict)
    run = harvest(fake)
    assert len(run.records) == 120
    assert run.report["coverage"] == "complete"
    assert rules(run) == {"ckan-parameter-refused"}


def test_empty_portal_is_complete_with_no_record(harvest: Callable[..., Run]) -> None:
    run = harvest(FakePortal([]))
    assert run.records == {}
    assert run.report["coverage"] == "complete"
    assert run.report["pages"] == 1


def test_what_is_no_public_dataset_is_left_out(harvest: Callable[..., Run]) -> None:
    hidden = [package(1, type="harvest"), package(2, state="deleted"), package(3, private=True), package(4)]
    run = harvest(FakePortal(hidden))
    assert set(run.records) == {"id-0004"}
    assert run.report["coverage"] == "complete"
    assert [rule for rule, _ in run.report["findings"]] == ["record-not-public"] * 2


def test_F22_F44_one_bad_record_stops_nothing(harvest: Callable[..., Run]) -> None:
    def odd(portal: FakePortal, action: str, query: Query) -> Reply:
        status, kind, body = success({"count": 4, "results": ["kein Objekt", {"notes": "namenlos"}, *packages(2)]})
        return (
            status,
            kind,
            body.replace(b'"Daten 1"', b'"Daten \\ud800"').replace(b'"private": false', b'"private": NaN'),
        )

    run = harvest(FakePortal([], quirk=odd))
    assert set(run.records) == {"id-0000", "id-0001"}
    assert len(run.unusable) == 1
    assert len(run.set_aside) == 1
    assert rules(run) == {"json-repaired"}
    assert run.report["coverage"] == "complete"


# ------------------------------------------------------------------------------------------- portals without search


def dkan(portal: FakePortal, action: str, query: Query, *, lists: bool = True, nested: bool = True) -> Reply | None:
    """DKAN 1: no search, lists that know no offset, every result wrapped into a list, help in prose."""
    if action == "package_list":
        return success([entry["id"] for entry in portal.packages])
    if action == "current_package_list_with_resources" and lists:
        return success([portal.packages] if nested else portal.packages)
    if action == "package_show":
        return success([entry for entry in portal.packages if query["id"] in (entry["id"], entry["name"])])
    return 404, "text/html", b"<html>not found</html>"


@pytest.mark.parametrize("lists", [True, False], ids=["whole packages", "one by one"])
def test_F79_dkan_without_search_is_read_by_its_lists(harvest: Callable[..., Run], lists: bool) -> None:
    entries = [package(n, state="Active", private=True, type="Dataset") for n in range(4)]
    fake = FakePortal(entries, quirk=partial(dkan, lists=lists))
    run = harvest(fake)
    assert len(run.records) == 4
    assert run.report["coverage"] == "complete"
    shown = [action for action, _ in fake.asked].count("package_show")
    assert shown == (0 if lists else 4)


def test_lists_are_filtered_here_where_no_search_does_it(harvest: Callable[..., Run]) -> None:
    entries = [
        package(1, organization={"name": "neuhof"}),
        package(2, organization={"name": "flieden"}),
        package(3, groups=[{"name": "group/neuhof"}]),
    ]
    run = harvest(FakePortal(entries, quirk=dkan), options={"organizations": ["neuhof"]})
    assert set(run.records) == {"id-0001"}
    run = harvest(FakePortal(entries, quirk=dkan), options={"fq": "res_format:CSV"})
    assert run.records == {}
    assert "404" in run.report["failure"]


def test_F14_a_single_package_that_fails_makes_the_run_partial(harvest: Callable[..., Run]) -> None:
    def broken(portal: FakePortal, action: str, query: Query) -> Reply | None:
        if action == "package_show" and query["id"] == "id-0001":
            return 200, "text/html", b"<html>Fehler</html>"
        return dkan(portal, action, query, lists=False)

    run = harvest(FakePortal(packages(3), quirk=broken))
    assert set(run.records) == {"id-0000", "id-0002"}
    assert run.report["coverage"] == "partial"


# ------------------------------------------------------------------------------------------------- replay, next run


def test_replay_gives_the_same_without_the_portal(harvest: Callable[..., Run]) -> None:
    fake = FakePortal(packages(15), cap=10)
    run = harvest(fake)
    asked = len(fake.asked)
    again = harvest(fake, state=run.state, replay=True)
    assert again.titles == run.titles
    assert again.report["coverage"] == "complete"
    assert len(fake.asked) == asked


def test_next_run_knows_unchanged_records(harvest: Callable[..., Run]) -> None:
    fake = FakePortal(packages(5))
    run = harvest(fake)
    fake.packages[2] = package(2, title="Neuer Titel")
    again = harvest(fake, state=run.state)
    assert {key for key, record in again.records.items() if not record["unchanged"]} == {"id-0002"}


# -------------------------------------------------------------------------------------------------------- detection


def answers_of(server: Server, url: str) -> dict[str, Answer]:
    answers = {}
    for address in CkanSpider.probes(url):
        name = urlsplit(address).path.split("/")[1]
        status, kind, body = server.portals[name].answer(urlsplit(address).path, parse_qs(urlsplit(address).query))
        if status == 200:
            answers[address] = Answer(address, address, status, {}, body, kind, 0.0)
    return answers


def test_detection_of_a_portal_of_an_organisation_and_of_dkan(server: Server) -> None:
    server.portals["portal"] = FakePortal(
        [package(n, organization={"name": "neuhof" if n < 4 else "x"}) for n in range(9)]
    )
    url = f"{server.url}/portal/organization/neuhof"
    found = CkanSpider.detect(url, answers_of(server, url))
    assert found is not None
    assert (found.url, found.count, found.samples) == (f"{server.url}/portal", 4, ("Daten 0", "Daten 1", "Daten 2"))
    assert CkanSpider.options_model(**found.options) == CkanOptions(organizations=("neuhof",))
    server.portals["portal"] = FakePortal(packages(6), quirk=dkan)
    found = CkanSpider.detect(f"{server.url}/portal", answers_of(server, f"{server.url}/portal"))
    assert found is not None
    assert (found.count, found.certainty) == (6, 70)
    assert CkanSpider.detect(url, {}) is None
    assert CkanSpider.probes("daten/ordner") == ()


def test_no_portal_is_detected_where_html_answers() -> None:
    url = "https://www.example.org/"
    page = Answer(url, url, 200, {}, b"<html>", "text/html", 0.0)
    assert CkanSpider.detect(url, dict.fromkeys(CkanSpider.probes(url), page)) is None


# ---------------------------------------------------------------------------------------------------------- samples


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "datasets", "coverage"),
    [
        ("moers_ogd_dataset_2013.json", 1, "complete"),
        ("envidat_package_search.json", 2, "partial"),  # count 858, two results
        ("envidat_package_show.json", 1, "complete"),
        ("dkan_hauts_de_france_package_show.json", 1, "complete"),
        ("govdata_package_search_uba.json", 3, "complete"),
    ],
)
def test_sample_as_a_file(
    server: Server, samples: Path, crawls: Crawls, name: str, datasets: int, coverage: str
) -> None:
    server.files[f"/files/{name}"] = (200, "application/json", (samples / "ckan" / name).read_bytes())
    run = crawls.crawl("ckan", f"{server.url}/files/{name}")
    assert len(run.records) == datasets
    assert run.set_aside == {}
    assert run.report["coverage"] == coverage


@pytest.mark.samples
def test_sample_of_govdata_through_the_search(harvest: Callable[..., Run], samples: Path) -> None:
    answer = json.loads((samples / "ckan/govdata_package_search_uba.json").read_text(encoding="utf-8"))
    run = harvest(FakePortal(answer["result"]["results"], cap=2))
    assert len(run.records) == 3
    assert run.report["coverage"] == "complete"
    assert sum(record["ntriples"].count("dcat#Distribution>") for record in run.records.values()) == 3


@pytest.mark.samples
@pytest.mark.parametrize(
    "name", ["govdata_package_list.json", "envidat_tag_list.json", "stadt_zuerich_group_list.json"]
)
def test_sample_that_holds_no_packages_fails_with_words(
    server: Server, samples: Path, crawls: Crawls, name: str
) -> None:
    server.files[f"/files/{name}"] = (200, "application/json", (samples / "ckan" / name).read_bytes())
    run = crawls.crawl("ckan", f"{server.url}/files/{name}")
    assert run.records == {}
    assert "keine Liste von Datensätzen" in run.report["failure"]


def test_demo_portal_is_harvested_as_it_stands(tmp_path: Path, crawls: Crawls) -> None:
    demo = tmp_path / "demo"
    shutil.copytree(Path(__file__).parents[2] / "harvesters/regions/demo", demo)
    with start(demo, 0) as running:
        run = crawls.crawl("ckan", f"{running.base_url}/ckan-neuhof")
    total = len(json.loads((demo / "servers/ckan-neuhof/packages.json").read_bytes()))
    assert len(run.records) + len(run.set_aside) == total
    assert run.report["coverage"] == "complete"
