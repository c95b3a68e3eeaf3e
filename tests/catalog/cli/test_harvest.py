"""``allmende harvest``: what it reports, what it publishes, what it holds, what it leaves alone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.cli.choice import choose
from catalog.reading.entries import Entry
from catalog.search import Catalogue
from schemas.region import load
from tests.catalog.cli.command import Result, allmende, ckan, group, none_left, region, started
from tests.catalog.cli.portal import Portal
from tests.catalog.runs import package

pytestmark = pytest.mark.long

KEYS = {
    *("id", "run", "status", "reason", "coverage", "fetched", "created", "updated", "unchanged", "absent", "withdrawn"),
    *("held", "failed", "duplicates", "findings", "seconds", "plan"),
}
STATUS = {"ok", "warnings", "partial", "held", "failed", "cancelled", "skipped"}


def only(result: Result) -> dict[str, Any]:
    """The one source of a ``harvest --json``; its counts add up."""
    (source,) = result.json()["sources"]
    assert isinstance(source, dict)
    check(source)
    return source


def check(source: dict[str, Any]) -> None:
    assert set(source) == KEYS
    assert source["status"] in STATUS
    parts = ("created", "updated", "unchanged", "held", "failed", "duplicates")
    assert source["fetched"] == sum(source[part] for part in parts), source


def counts(source: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(source[name] for name in names)


def wait_for(reached: Callable[[], bool], seconds: float = 240) -> None:
    """Waits until something is so."""
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until, "not reached within the time"
        time.sleep(0.02)


def datasets(folder: Path) -> int:
    """How many datasets are public."""
    catalogue = Catalogue(load(folder, {}))
    try:
        return catalogue.counts(catalogue.number()).datasets
    finally:
        catalogue.close()


PACKAGES = [package(number) for number in range(20)]


@pytest.fixture(scope="module")
def server() -> Iterator[Portal]:
    with Portal(PACKAGES) as portal:
        yield portal


@pytest.fixture
def portal(server: Portal) -> Portal:
    """A portal of twenty datasets that works."""
    server.packages, server.broken_from, server.held_from = PACKAGES, None, None
    server.go.clear()
    server.asked.clear()
    return server


@pytest.fixture(scope="module")
def once(server: Portal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region that has harvested the portal once, in run 1."""
    folder = region(tmp_path_factory.mktemp("once") / "region", portal=ckan(server.url))
    assert allmende("harvest", cwd=folder).code == 0
    return folder


@pytest.fixture
def published(once: Path, tmp_path: Path) -> Path:
    """A copy of that region, of the test's own."""
    return Path(shutil.copytree(once, tmp_path / "region"))


def test_demo_is_harvested_with_one_document_on_stdout(first_run: tuple[Path, Result]) -> None:
    folder, result = first_run
    assert result.code == 0, "warnings are no failure"
    document = result.json()
    assert set(document) == {"sources"}
    ids = [source["id"] for source in document["sources"]]
    assert ids == sorted(file.stem for file in (folder / "sources").glob("*.toml"))
    assert {"eichenzell-website", "flieden-katalog", "kalbach-ordner", "neuhof-portal", "neuhof-sensoren"} <= set(ids)
    for source in document["sources"]:
        check(source)
        assert source["coverage"] == "complete"
        assert isinstance(source["run"], int)
        assert source["seconds"] > 0
        assert source["created"] > 0
        assert source["findings"] > 0
        assert source["plan"]["created"] == source["created"]
    portal = document["sources"][ids.index("neuhof-portal")]
    assert counts(portal, "status", "failed") == ("warnings", 1), "one entry has neither title nor identity"
    assert "zurückgestellt" in portal["reason"]
    assert "Einträge" in result.err, "progress goes to stderr"


def test_plan_publishes_nothing_and_accept_publishes_it(tmp_path: Path, portal: Portal) -> None:
    folder = region(tmp_path, portal=ckan(portal.url))
    planned = allmende("harvest", "--plan", "--json", cwd=folder)
    source = only(planned)
    assert (planned.code, source["status"]) == (0, "ok")
    assert counts(source, "fetched", "created", "held") == (20, 0, 20)
    assert source["plan"]["created"] == 20
    assert {change["action"] for change in source["plan"]["changes"]} == {"create"}
    assert datasets(folder) == 0

    asked = len(portal.asked)
    accepted = only(allmende("harvest", "--accept", source["run"], "--json", cwd=folder))
    assert counts(accepted, "status", "created", "held") == ("ok", 20, 0)
    assert len(portal.asked) == asked, "accepting fetches nothing"
    assert datasets(folder) == 20

    again = allmende("harvest", "--accept", source["run"], cwd=folder)
    assert f"run {source['run']} waits for no decision" in again.complaint


def test_held_run_waits_for_a_decision(published: Path, portal: Portal) -> None:
    folder = published
    portal.packages = [package(0, "Neuer Titel"), *portal.packages[1:8]]
    result = allmende("harvest", "--json", cwd=folder)
    held = only(result)
    assert (result.code, held["status"]) == (1, "held")
    assert counts(held, "created", "updated", "withdrawn", "absent") == (0, 0, 0, 0)
    assert counts(held, "fetched", "unchanged", "held") == (8, 7, 1)
    assert counts(held["plan"], "updated", "absent") == (1, 12)
    (update,) = [change for change in held["plan"]["changes"] if change["action"] == "update"]
    assert update["fields"][0]["attribute"] == "title"
    status = allmende("status", "--json", cwd=folder)
    assert (status.code, status.json()["datasets"]) == (1, 20)

    human = allmende("harvest", cwd=folder)
    assert human.code == 1
    later = held["run"] + 1
    assert f"allmende harvest --accept {later}" in human.out
    assert (
        f"run {held['run']} waits for no decision" in allmende("harvest", "--reject", held["run"], cwd=folder).complaint
    )

    rejected = allmende("harvest", "--reject", later, "--json", cwd=folder)
    assert (rejected.code, only(rejected)["status"]) == (0, "cancelled")
    assert datasets(folder) == 20


def test_F07_changed_identifiers_can_be_accepted_as_the_records_they_were(published: Path, portal: Portal) -> None:
    slugs = [hit["slug"] for hit in _shown(published, range(20))]
    portal.packages = [{**package(number), "id": f"neu-{number}", "name": f"neu-{number}"} for number in range(20)]
    held = only(allmende("harvest", "--json", cwd=published))
    assert held["status"] == "held"
    assert len(held["plan"]["relink"]) == 20
    assert set(held["plan"]["relink"][0]) == {"old", "new", "score", "evidence"}
    human = allmende("harvest", cwd=published)
    again = held["run"] + 1
    same = f"wahrscheinlich derselbe (100 %): Datensatz 3 ({package(3)['id']}) → Datensatz 3 (neu-3); "
    assert same in human.out
    assert "Titel zu 100 % gleich" in human.out
    assert f"allmende harvest --accept {again} --relink" in human.out
    accepted = only(allmende("harvest", "--accept", again, "--relink", "--json", cwd=published))
    assert counts(accepted, "status", "created", "absent") == ("ok", 0, 0)
    assert [hit["slug"] for hit in _shown(published, [f"neu-{number}" for number in range(20)])] == slugs
    later = only(allmende("harvest", "--json", cwd=published))
    assert counts(later, "status", "unchanged") == ("ok", 20)
    replayed = only(
        allmende("harvest", "--replay", later["run"], "--json", cwd=published, ALLMENDE_SOURCE_PORTAL__LANGUAGE="en")
    )
    assert counts(replayed, "created", "updated") == (0, 20), "a replay knows relinked records too"


def _shown(folder: Path, names: Iterable[int | str]) -> list[dict[str, Any]]:
    catalogue = Catalogue(load(folder, {}))
    try:
        ids = [name if isinstance(name, str) else package(name)["id"] for name in names]
        return [{"slug": catalogue.candidates(f"portal/{native_id}")[0].slug} for native_id in ids]
    finally:
        catalogue.close()


def test_replay_maps_kept_responses_without_a_request(published: Path, portal: Portal) -> None:
    replayed = allmende("harvest", "--replay", 1, "--json", cwd=published, ALLMENDE_SOURCE_PORTAL__LANGUAGE="en")
    source = only(replayed)
    assert replayed.code == 0
    assert counts(source, "status", "fetched", "updated") == ("ok", 20, 20), "another setting maps anew"
    assert portal.asked == []


def test_full_ignores_validators(published: Path, portal: Portal) -> None:
    second = only(allmende("harvest", "--json", cwd=published))
    assert counts(second, "status", "unchanged") == ("ok", 20)
    assert any(path.startswith("*") for path in portal.asked), "the second run asks with validators"
    portal.asked.clear()
    full = only(allmende("harvest", "--full", "--json", cwd=published))
    assert counts(full, "status", "unchanged") == ("ok", 20)
    assert portal.asked
    assert not any(path.startswith("*") for path in portal.asked)


def test_F14_page_that_fails_makes_the_run_partial(tmp_path: Path, portal: Portal) -> None:
    folder = region(tmp_path, portal=ckan(portal.url, "[limits]\nretries = 0\n"))
    portal.broken_from = 10
    result = allmende("harvest", "--json", cwd=folder)
    source = only(result)
    assert (result.code, source["status"], source["coverage"]) == (1, "partial", "partial")
    assert counts(source, "fetched", "created", "absent") == (10, 10, 0)
    assert "500" in source["reason"]


def test_F25_source_that_does_not_answer_fails_and_the_others_go_on(tmp_path: Path, portal: Portal) -> None:
    folder = region(
        tmp_path,
        portal=ckan(portal.url),
        tot=ckan("http://127.0.0.1:1", "[limits]\nretries = 0\n"),
        unbekannt='url = "http://127.0.0.1:1"\n[limits]\nretries = 0\n',
    )
    result = allmende("harvest", "--json", cwd=folder)
    found = {source["id"]: source for source in result.json()["sources"]}
    for source in found.values():
        check(source)
    assert result.code == 1
    assert {name: source["status"] for name, source in found.items()} == {
        "portal": "ok",
        "tot": "failed",
        "unbekannt": "failed",
    }
    assert "http://127.0.0.1:1" in found["tot"]["reason"]
    assert datasets(folder) == 20


def test_sources_are_chosen_by_their_ids_each_once(tmp_path: Path, portal: Portal) -> None:
    folder = region(tmp_path, eins=ckan(portal.url), zwei=ckan(portal.url))
    result = allmende("harvest", "zwei", "zwei", "--json", "--region", folder)
    assert only(result)["id"] == "zwei"


def test_environment_overrides_a_source_file(tmp_path: Path, portal: Portal) -> None:
    folder = region(tmp_path, **{"altes-portal": ckan("http://127.0.0.1:1")})
    result = allmende("harvest", "--json", cwd=folder, ALLMENDE_SOURCE_ALTES_PORTAL__URL=portal.url)
    assert counts(only(result), "status", "created") == ("ok", 20)


def test_F50_killed_run_leaves_the_old_state_and_the_next_completes(published: Path, portal: Portal) -> None:
    folder = published
    portal.packages = [package(number, f"Neu {number}") for number in range(60)]
    portal.held_from = 30
    with started("harvest", cwd=folder) as killed:
        wait_for(lambda: len(portal.asked) > 3)
        assert len(group(killed.pid)) > 1, "a run is a process of its own"
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait(120)
        assert none_left(killed.pid), "F50: no process outlives the command"
    portal.held_from = None
    portal.asked.clear()
    catalogue = Catalogue(load(folder, {}))
    kept = choose(catalogue, f"portal/{package(7)['id']}")
    assert isinstance(kept, Entry)
    assert kept.title == "Datensatz 7"
    assert datasets(folder) == 20
    result = allmende("harvest", "--json", cwd=folder)
    assert (result.code, *counts(only(result), "status", "updated", "created")) == (0, "ok", 20, 40)
    starts = {int(start) for path in portal.asked for start in re.findall(r"[?&]start=(\d+)", path)}
    assert starts == {30, 40, 50}, "what the killed run had fetched is not asked for again"
    runs = catalogue.runs()
    catalogue.close()
    assert [run.status for run in runs] == ["ok", "failed", "ok"]
    assert "unterbrochen" in runs[1].reason_de
    assert list((folder / "data" / "staging").iterdir()) == [], "no orphaned file"


def test_F53_second_run_of_a_source_at_once_is_skipped(tmp_path: Path, portal: Portal) -> None:
    folder = region(tmp_path, portal=ckan(portal.url, "[limits]\nresponse_seconds = 100\n"))
    portal.held_from = 0
    with started("harvest", "--json", cwd=folder) as first:
        wait_for(lambda: bool(portal.asked))
        second = allmende("harvest", "--json", cwd=folder)
        skipped = only(second)
        assert (second.code, skipped["status"], skipped["run"]) == (0, "skipped", None)
        assert skipped["reason"].startswith("Lauf 1 dieser Quelle ist seit ")
        portal.go.set()
        out, _ = first.communicate(timeout=240)
    assert only(Result(first.returncode, out, ""))["created"] == 20


def test_records_that_wait_after_an_undo_are_exit_1_though_the_run_is_published(
    published: Path, portal: Portal
) -> None:
    assert allmende("undo", 1, cwd=published).code == 0
    result = allmende("harvest", "--json", cwd=published)
    source = only(result)
    assert counts(source, "status", "held") == ("warnings", 20)
    assert result.code == 1, "something waits for a decision"
    assert allmende("status", "--json", cwd=published).code == 1
    runs = allmende("history", "--json", cwd=published).json()
    assert [run["run"] for run in runs] == [run["id"] for run in runs] == [source["run"], 2, 1]
    assert allmende("harvest", "--accept", 2, "--json", cwd=published).code == 0
    assert counts(only(allmende("harvest", "--json", cwd=published)), "held", "created") == (0, 20)
    assert allmende("status", cwd=published).code == 0
