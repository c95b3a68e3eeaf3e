"""Pages of what is not there: each says what is so, and leads on to what there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.runs import decisions
from catalog.web import misspelt
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import NOW, addresses, filled, first, read, words
from tests.catalog.web.test_pages_runs import PACKAGES, Steward

MISSPELT = "Vielleicht ist die Adresse falsch geschrieben"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("region")) as place:
        place.app.state.now = lambda: NOW
        yield filled(place)


@pytest.mark.parametrize(
    ("query", "said", "history"),
    [
        ("?on=2020-01-01", "gab es diesen Datensatz hier noch nicht", True),
        ("?version=9", "Eine Fassung 9 gibt es nicht. Bisher gibt es nur eine.", True),
        ("/file/99", "Eine Datei 99 hat dieser Datensatz nicht. Er hat nur eine.", False),
        ("/history?from=1&to=9", "Eine Fassung 9 gibt es nicht.", True),
        ("/history?page=9", "So viele Seiten hat diese Geschichte nicht.", True),
    ],
)
def test_what_a_dataset_does_not_have_leads_back_to_it(full: Place, query: str, said: str, history: bool) -> None:
    slug = full.slug("bau")
    for prefix in ("", "/en"):
        page = read(full, f"{prefix}/dataset/{slug}{query}", 404)
        links = addresses(page, "main ul:first-of-type a")
        assert f"{prefix}/dataset/{slug}" in links
        assert (f"{prefix}/dataset/{slug}/history" in links) is history
    german = words(first(read(full, f"/dataset/{slug}{query}", 404), "main"))
    assert said in german
    assert MISSPELT not in german
    assert MISSPELT in words(first(read(full, "/dataset/nie/history", 404), "main"))


def test_several_files_and_versions_are_counted(full: Place) -> None:
    slug = full.slug("bad", "flieden-portal")
    assert "Er hat 2 Dateien." in words(first(read(full, f"/dataset/{slug}/file/3", 404), "main"))
    assert "Er hat keine Dateien." in words(first(read(full, f"/dataset/{full.slug('rad')}/file/1", 404), "main"))


def test_what_its_source_left_out_says_so_and_offers_what_is_alike(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        place.publish(Stored("weg", dataset("Baumkataster Neuhof")), Stored("da", dataset("Baumkataster Flieden")))
        slug, other = place.slug("weg"), place.slug("da")
        place.publish(Stored("weg", None))
        page = read(place, f"/dataset/{slug}", 410)
        links = {words(a): a.attributes["href"] for a in page.css("main ul:first-of-type a")}
        assert links["Alle Fassungen"] == f"/dataset/{slug}/history"
        assert links["Ähnlich: Baumkataster Flieden"] == f"/dataset/{other}"
        assert links["Alle Daten: Gemeinde Neuhof"] == "/municipality/neuhof"


@pytest.fixture(scope="module")
def plays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("plays")) as place:
        place.app.state.now = lambda: NOW
        titles = ("Spielplätze in Neuhof", "Straßenbäume Flieden", "Haushaltsplan 2026", "Spielstraßen")
        place.publish(*(Stored(title, dataset(title)) for title in titles))
        yield place


@pytest.mark.parametrize(
    ("slug", "title"),
    [
        ("spielplaetze-in-neuhof-abc123", "Spielplätze in Neuhof"),
        ("spielplaetze-in-neuhof", "Spielplätze in Neuhof"),
        ("spielpletze-in-neuhof-abc123", "Spielplätze in Neuhof"),
        ("strasenbaeume-flieden-abcdef", "Straßenbäume Flieden"),
        ("haushaltsplan-2026", "Haushaltsplan 2026"),
        ("Haushaltspaln_2026", "Haushaltsplan 2026"),
    ],
)
def test_a_mistyped_address_offers_the_dataset_that_was_meant(plays: Place, slug: str, title: str) -> None:
    for prefix in ("", "/en"):
        page = read(plays, f"{prefix}/dataset/{slug}", 404)
        link = first(page, "main ul:first-of-type a")
        assert words(link) == title
        assert link.attributes["href"] == f"{prefix}/dataset/{plays.slug(title)}"
        assert read(plays, str(link.attributes["href"]))
    page = read(plays, f"/dataset/{slug}", 404)
    several = len(page.css("main ul:first-of-type a[href^='/dataset/']")) > 1
    meant = "einen dieser Datensätze" if several else "diesen Datensatz"
    assert f"Vielleicht meinten Sie {meant}:" in words(first(page, ".intro"))
    assert MISSPELT not in words(first(page, "main"))


@pytest.mark.parametrize(
    "slug", ["qqxxyyzz-abc123", "-", "%22", "%2D%2Dx%22%28", "in", "a" * 300, "NOT-OR-AND", "%F0%9F%98%80", "'"]
)
def test_an_address_without_likeness_says_once_that_it_is_not_there(plays: Place, slug: str) -> None:
    for address in (f"/dataset/{slug}", f"/en/dataset/{slug}"):
        page = read(plays, address, 404)
        said = words(first(page, "main"))
        assert "Diese Adresse gibt es nicht." not in said
        assert "There is nothing at this address." not in said
        assert said.count("gibt es nicht") + said.count("is no such") == 1


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_address_gets_an_answer(plays: Place, slug: str) -> None:
    refused = misspelt.refusal(plays.catalogue, slug, plays.catalogue.number(), NOW.date())
    assert refused.status_code == 404
    assert len(refused.ways) <= 3


def test_whoever_reads_no_pages_gets_the_addresses_of_what_was_meant(plays: Place) -> None:
    answer = plays.ask.get("/dataset/spielpletze-in-neuhof", accept="*/*")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    german, english, *addresses_ = answer.text.splitlines()
    assert german.startswith("Vielleicht meinten Sie")
    assert english.startswith("Perhaps you meant")
    assert addresses_[0] == f"{BASE}/dataset/{plays.slug('Spielplätze in Neuhof')}"


def test_programs_are_told_of_a_mistyped_address_as_before(plays: Place) -> None:
    answer = plays.ask.get("/dataset/spielplaetze-in-neuhof.json")
    assert answer.status_code == 404


@pytest.fixture
def steward(tmp_path: Path) -> Iterator[Steward]:
    made = Steward(tmp_path)
    yield made
    made.catalogue.close()


def test_what_happened_to_a_dataset_is_told_truly(steward: Steward) -> None:
    steward.source.harvest(PACKAGES)
    address = addresses(steward.read("/datasets"), ".hits h3 a")[0]
    second = steward.source.harvest([*PACKAGES, {**PACKAGES[0], "id": "neu", "name": "neu", "title": "Ganz neu"}]).run
    assert second is not None
    fresh = addresses(steward.read("/datasets?q=Ganz+neu"), ".hits h3 a")[0]
    decisions.undo(steward.region, second, steward.source.now)
    said = words(first(steward.read(fresh, 410), ".intro"))
    assert said.endswith("Wir haben den Lauf zurückgenommen, mit dem er gekommen war.")
    assert "bietet ihn nicht mehr an" not in said
    assert steward.read(address)
    left = [package for package in PACKAGES if package["name"] not in address]
    for _ in range(3):
        steward.source.now += timedelta(days=4)
        steward.source.harvest(left)
    said = words(first(steward.read(address, 410), ".intro"))
    assert said.endswith("Die Quelle bietet ihn nicht mehr an.")
    english = words(first(steward.read(f"/en{address}", 410), ".intro"))
    assert english.endswith("The source no longer offers it.")
