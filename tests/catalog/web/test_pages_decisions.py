"""What a steward decides on a page: runs that wait, relinks, splits; and who may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalog.follower import Follower
from catalog.reading.entries import Entry
from catalog.runs import decisions
from catalog.search import Catalogue
from catalog.store import Store
from catalog.web import orders, plans
from catalog.web.app import create_app
from catalog.web.pages import states
from schemas import iris
from tests.catalog.runs import Source, package, region
from tests.catalog.web.asking import Asking
from tests.catalog.web.pages_reading import first, words

PACKAGES = [package(number, f"Datensatz der Reihe {number}") for number in range(8)]
MOVED = [{**each, "id": f"neu-{number}", "name": f"neu-{number}"} for number, each in enumerate(PACKAGES)]


class Desk:
    """A region with two sources, and its pages as a steward sees them."""

    def __init__(self, folder: Path) -> None:
        self.region = region(folder, eins="", zwei="")
        self.one, self.two = Source(self.region, "eins"), Source(self.region, "zwei")
        self.catalogue = Catalogue(self.region)
        self.ask = Asking(create_app(self.region, self.catalogue))

    def read(self, path: str) -> LexborHTMLParser:
        """A page after everything has caught up."""
        states._remembered.clear()
        follower = Follower(self.region)
        follower.catch_up()
        follower.close()
        answer = self.ask.get(path, accept="text/html")
        assert answer.status_code == 200, answer.text[:300]
        return LexborHTMLParser(answer.text)

    def plan(self, run: int | None) -> tuple[str, str]:
        """Path and word of the link to a run's plan."""
        assert run is not None
        return _parts(plans.address(self.region, run))

    def status(self, run: int | None) -> tuple[str, str | None]:
        """State and status of a run."""
        assert run is not None
        found = self.catalogue.run(run)
        assert found is not None
        return found.state, found.status


def _parts(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.path, parse_qs(parts.query)["key"][0]


def fields(page: LexborHTMLParser) -> dict[str, list[str]]:
    """The forms of a page that are sent: their addresses, and the values that their buttons send."""
    return {
        str(form.attributes["action"]): [str(button.attributes["value"]) for button in form.css("button")]
        for form in page.css("form[method=post]")
    }


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(orders, "_WAIT_SECONDS", 120.0)  # the loop of a test ends with its answer
    made = Desk(tmp_path)
    yield made
    made.catalogue.close()


def test_F07_the_link_shows_what_is_probably_the_same_and_lets_it_be_accepted(desk: Desk) -> None:
    desk.one.harvest(PACKAGES)
    before = desk.catalogue.candidates(f"eins/{PACKAGES[0]['id']}")[0]
    held = desk.one.harvest(MOVED)
    path, word = desk.plan(held.run)
    assert "Wahrscheinlich dieselben" not in str(desk.read(path).html)
    page = desk.read(f"{path}?key={word}")
    rows = [words(row) for row in page.css("#relinks ~ .scroll tbody tr")]
    assert len(rows) == 8
    expected = f"Datensatz der Reihe 0 {PACKAGES[0]['id']} Datensatz der Reihe 0 neu-0 100 % gleiche Adresse: "
    assert any(row.startswith(expected) and row.endswith("Titel zu 100 % gleich") for row in rows)
    assert fields(page) == {f"{path}/decision": ["relink", "accept", "reject"]}
    answer = desk.ask.post(f"{path}/decision", {"key": word, "decision": "relink"}, sec_fetch_site="same-origin")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert desk.status(held.run) == ("done", "ok")
    after = desk.catalogue.candidates("eins/neu-0")[0]
    assert (after.key, after.slug) == (before.key, before.slug)
    assert "/decision" not in str(desk.read(f"{path}?key={word}").html), "it is decided"
    again = desk.ask.post(f"{path}/decision", {"key": word, "decision": "accept"})
    assert again.status_code == 409
    assert f"run {held.run} waits for no decision" in again.text


def test_a_run_is_rejected_on_its_page(desk: Desk) -> None:
    desk.one.harvest(PACKAGES)
    held = desk.one.harvest(PACKAGES[:2])
    path, word = desk.plan(held.run)
    page = desk.read(f"/en{path}?key={word}")
    assert fields(page) == {f"/en{path}/decision": ["accept", "reject"]}
    answer = desk.ask.post(f"/en{path}/decision", {"key": word, "decision": "reject"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/en{path}")
    assert desk.status(held.run) == ("done", "cancelled")


@pytest.mark.parametrize(
    ("change", "headers", "status"),
    [
        ({"key": "falsch"}, {}, 403),
        ({"key": ""}, {}, 403),
        ({}, {"sec_fetch_site": "cross-site"}, 403),
        ({}, {"sec_fetch_site": "same-site"}, 403),
        ({"decision": "publish"}, {}, 400),
        ({"decision": ""}, {}, 400),
        ({"more": "x" * 9000}, {}, 413),
    ],
)
def test_F67_who_may_not_decide(desk: Desk, change: dict[str, str], headers: dict[str, Any], status: int) -> None:
    desk.one.harvest(PACKAGES)
    held = desk.one.harvest([])
    path, word = desk.plan(held.run)
    answer = desk.ask.post(f"{path}/decision", {"key": word, "decision": "accept", **change}, **headers)
    assert answer.status_code == status
    assert desk.status(held.run) == ("waiting", "held")


def test_F67_nothing_is_decided_by_looking(desk: Desk) -> None:
    desk.one.harvest(PACKAGES)
    held = desk.one.harvest([])
    path, word = desk.plan(held.run)
    assert desk.ask.get(f"{path}/decision?key={word}&decision=accept").status_code == 405
    other = plans.address(desk.region, (held.run or 0) + 1).rpartition("=")[2]
    assert desk.ask.post(f"{path}/decision", {"key": other, "decision": "accept"}).status_code == 403
    assert desk.status(held.run) == ("waiting", "held")


def test_a_replaced_run_names_the_one_that_replaced_it(desk: Desk) -> None:
    desk.one.harvest(PACKAGES)
    held = desk.one.harvest(PACKAGES[:2])
    newer = desk.one.harvest(PACKAGES[:3])
    page = desk.read(f"/runs/{held.run}")
    assert words(first(page, ".badges")) == "Ersetzt"
    assert held.reason_de in words(first(page, ".intro")), "why it was held is still told"
    assert f"ein späterer hat ihn ersetzt: Lauf {newer.run}" in words(first(page, ".note"))
    assert "--accept" not in words(first(page, "main"))


def test_an_undo_lists_what_it_left_alone(desk: Desk) -> None:
    desk.one.harvest(PACKAGES)
    wrong = desk.one.harvest([package(0, "Falsch"), package(1, "Falsch"), *PACKAGES[2:]])
    later = desk.one.harvest([package(0, "Später geändert"), package(1, "Falsch"), *PACKAGES[2:]])
    assert wrong.run is not None
    undone = decisions.undo(desk.region, wrong.run, desk.one.now)
    page = desk.read(f"/runs/{undone.run}")
    assert f"Nimmt Lauf {wrong.run} zurück." in words(first(page, ".intro"))
    assert words(first(page, "#conflicts")) == "1 Eintrag blieb, wie er ist"
    (row,) = [words(row) for row in page.css("#conflicts ~ .news li")]
    assert row == f"Später geändert Lauf {later.run}"


def test_a_run_of_changes_says_so(desk: Desk) -> None:
    desk.one.harvest(PACKAGES)
    run = desk.one.harvest(PACKAGES[:1], coverage="changes").run
    assert "was nicht genannt ist, bleibt" in words(first(desk.read(f"/runs/{run}"), "main"))


def test_the_page_shows_the_other_sources_and_splits_by_the_link(desk: Desk) -> None:
    desk.one.harvest([PACKAGES[0]])
    desk.two.harvest([{**PACKAGES[0], "id": "fremd", "name": "fremd"}])
    shown = desk.catalogue.get(iris.key("eins", PACKAGES[0]["id"]))
    hidden = desk.catalogue.get(iris.key("zwei", "fremd"), behind=True)
    assert isinstance(shown, Entry)
    assert isinstance(hidden, Entry)
    page = desk.read(f"/dataset/{shown.slug}")
    section = words(next(node for node in page.css("section") if node.attributes.get("aria-labelledby") == "same"))
    assert section.startswith("Auch aus 1 anderer Quelle")
    assert (
        "Portal: Datensatz der Reihe 0 fremd gleiche Adresse: portal.example.org/0.csv; Titel zu 100 % gleich"
        in section
    )
    assert fields(page) == {}
    for path in (f"/dataset/{hidden.slug}", f"/id/dataset/{hidden.key}", f"/dataset/{hidden.slug}.ttl"):
        answer = desk.ask.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith(f"/dataset/{shown.slug}"), path
    path, word = _parts(plans.record_address(desk.region, shown.slug, shown.key))
    assert fields(desk.read(f"{path}?key={word}")) == {f"{path}/split": [hidden.key], f"{path}/primary": [hidden.key]}
    for given in ({"key": "falsch", "record": hidden.key}, {"key": word, "record": shown.key}):
        assert desk.ask.post(f"{path}/split", given).status_code in (400, 403)
    assert desk.ask.post(f"{path}/split", {"key": word, "record": hidden.key}).status_code == 303
    assert isinstance(desk.catalogue.get(hidden.key), Entry)
    assert "Auch aus" not in words(first(desk.read(f"/dataset/{shown.slug}"), "main"))
    store = Store(desk.region)
    kinds = [store.run(run.id).kind for run in desk.catalogue.runs("zwei")]
    store.close()
    assert kinds == ["split", "harvest"]
    assert words(first(desk.read(f"/runs/{desk.catalogue.runs('zwei')[0].id}"), ".intro")).startswith("Kein Duplikat")


def test_the_page_shows_another_record_in_front_by_the_link(desk: Desk) -> None:
    desk.one.harvest([PACKAGES[0]])
    desk.two.harvest([{**PACKAGES[0], "id": "fremd", "name": "fremd"}])
    shown = desk.catalogue.get(iris.key("eins", PACKAGES[0]["id"]))
    hidden = desk.catalogue.get(iris.key("zwei", "fremd"), behind=True)
    assert isinstance(shown, Entry)
    assert isinstance(hidden, Entry)
    path, word = _parts(plans.record_address(desk.region, shown.slug, shown.key))
    for given, status in (({"key": "falsch", "record": hidden.key}, 403), ({"key": word, "record": shown.key}, 400)):
        assert desk.ask.post(f"{path}/primary", given).status_code == status
    assert isinstance(desk.catalogue.get(shown.key), Entry)
    answer = desk.ask.post(f"{path}/primary", {"key": word, "record": hidden.key})
    assert answer.status_code == 303
    page = desk.read(answer.headers["location"])
    section = words(next(node for node in page.css("section") if node.attributes.get("aria-labelledby") == "same"))
    assert "den die Redaktion dafür gewählt hat" in section
    assert fields(page) == {f"/dataset/{hidden.slug}/{what}": [shown.key] for what in ("split", "primary")}
    assert desk.ask.get(path).headers["location"] == f"/dataset/{hidden.slug}"
    run = desk.catalogue.runs("zwei")[0]
    assert run.kind == "primary"
    assert words(first(desk.read(f"/runs/{run.id}"), ".intro")).startswith("Gezeigt wird jetzt")
    decisions.undo(desk.region, run.id, desk.two.now)
    assert desk.ask.get(path).status_code == 200
