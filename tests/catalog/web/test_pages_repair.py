"""Proposals on their page: seen by everybody, accepted and taken back by whoever has the signed link."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalog.quality.following import follow
from catalog.reading.entries import Entry
from catalog.store import utc_now
from catalog.web import orders, plans
from tests.catalog.runs import package
from tests.catalog.web.asking import place_in
from tests.catalog.web.pages_reading import NOW, filled, read, words
from tests.catalog.web.test_pages_decisions import Desk, fields


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(orders, "_WAIT_SECONDS", 120.0)  # the loop of a test ends with its answer
    made = Desk(tmp_path)
    made.one.harvest([package(1, "Haushaltsplan der Gemeinde 2024")])
    yield made
    made.catalogue.close()


def entry(desk: Desk) -> Entry:
    found = desk.catalogue.get(desk.catalogue.candidates(f"eins/{package(1, '')['id']}")[0].key)
    assert isinstance(found, Entry)
    return found


def link(desk: Desk) -> tuple[str, str]:
    """Path and word of the link by which proposals are accepted."""
    parts = urlsplit(plans.repair_address(desk.region, entry(desk).slug))
    return parts.path, parse_qs(parts.query)["key"][0]


def offered(page: LexborHTMLParser) -> dict[str, str]:
    """The proposals that have a button: id by title and file."""
    return {
        words(button).removeprefix("Annehmen: "): str(button.attributes["value"])
        for button in page.css("form[method=post] button[name=accept]")
        if "," not in str(button.attributes["value"])
    }


def test_without_the_link_the_page_shows_but_decides_nothing(desk: Desk) -> None:
    path, key = link(desk)
    for address in (path, f"{path}?key=falsch"):
        page = desk.read(address)
        assert not page.css("form[method=post]")
        assert "Gewissheit" in words(page.css_first("main"))
    (first, *_) = offered(desk.read(f"{path}?key={key}")).values()
    for headers, word in (({}, ""), ({}, "falsch"), ({"sec_fetch_site": "cross-site"}, key)):
        assert desk.ask.post(path, {"key": word, "accept": first}, **headers).status_code == 403
    assert desk.ask.post(path, {"key": key}).status_code == 400
    assert entry(desk).corrected == ()


def test_one_click_mends_and_one_takes_it_back(desk: Desk) -> None:
    path, key = link(desk)
    before = desk.read(f"{path}?key={key}")
    choice = offered(before)
    title, chosen = next(iter(choice.items()))
    answer = desk.ask.post(path, {"key": key, "accept": chosen}, sec_fetch_site="same-origin")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?key={key}")
    after = desk.read(f"{path}?key={key}")
    assert title not in offered(after)
    assert len(entry(desk).corrected) == 1, "only what was clicked"
    again = desk.ask.post(path, {"key": key, "accept": chosen})
    assert again.status_code == 409, "it is no proposal any more"
    taken = after.css_first("form[method=post] button[name=remove]")
    assert taken is not None
    back = desk.ask.post(path, {"key": key, "remove": str(taken.attributes["value"]), "file": ""})
    assert back.status_code == 303
    assert offered(desk.read(f"{path}?key={key}")) == choice
    assert entry(desk).corrected == ()


def test_all_at_once(desk: Desk) -> None:
    path, key = link(desk)
    page = desk.read(f"/en{path}?key={key}")
    everything = max(fields(page)[f"/en{path}"], key=len)
    assert everything.count(",") == len(page.css("form[method=post] button[name=accept]")) - 2
    answer = desk.ask.post(f"/en{path}", {"key": key, "accept": everything})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/en{path}?key={key}")
    after = desk.read(f"{path}?key={key}")
    assert not offered(after)
    assert len(after.css("button[name=remove]")) == len(entry(desk).corrected) > 1
    # The page of the dataset says which file a correction is of by the name that its files have there.
    beside = words(desk.read(f"/dataset/{entry(desk).slug}").css_first("#corrections + ul"))
    assert "1.csv" in beside
    assert "/id/distribution/" not in beside


def test_the_list_of_quality_leads_to_the_proposals_with_the_link(desk: Desk) -> None:
    follow(desk.region, desk.catalogue.engine, utc_now())
    parts = urlsplit(plans.repairs_address(desk.region))
    page = desk.read(f"{parts.path}?{parts.query}")
    causes = [str(a.attributes["href"]) for a in page.css("section[aria-labelledby=causes] tbody a")]
    assert causes
    assert all(parts.query in href for href in causes)
    listed = desk.read(causes[0].partition("#")[0])
    path, key = link(desk)
    assert f"{path}?key={key}" in [a.attributes["href"] for a in listed.css("#list + ul a")]


def test_proposals_for_files_name_the_files_by_their_titles(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        place.app.state.now = lambda: NOW
        filled(place)
        page = read(place, f"/dataset/{place.slug('bad', 'flieden-portal')}/repair")
        told = [words(each) for each in page.css("ol.remarks p.hint")]
        assert any("Datei Nummer 1" in each for each in told), told
        assert not [each for each in told if "/id/distribution/" in each]
