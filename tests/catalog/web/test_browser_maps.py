"""Maps in a real browser: loaded when seen, walked by keyboard, texts of strangers as text, no request to anybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from schemas.model import Distribution
from schemas.region import Municipality
from schemas.tables.geometry import BoundingBox
from tests.catalog.builder import Stored, dataset
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.catalog.web.asking import Place
from tests.catalog.web.browsing import DESK, LIVE_MAPS, chromium
from tests.catalog.web.serving import served
from tests.faultserver import FaultServer, Reply

pytestmark = LIVE_MAPS
EVIL = "<img src=x onerror=alert(1)>"
SQUARE = [[9.5, 50.35], [9.7, 50.35], [9.7, 50.5], [9.5, 50.5], [9.5, 50.35]]
FEATURES = [
    {"name": "Spielplatz", "art": EVIL, "geometry": {"type": "Point", "coordinates": [9.55, 50.4]}},
    {"name": EVIL, "art": "Weg", "geometry": {"type": "LineString", "coordinates": [[9.6, 50.42], [9.65, 50.45]]}},
    {"name": "Wald", "art": "Forst", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}},
]


class Site:
    """A served catalogue with one file that has a map, and its addresses."""

    def __init__(self, place: Place, path: str, address: str) -> None:
        self.place = place
        self.map = f"{path}?view=map"
        self.address = address


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("maps")
    neuhof = Municipality(id="neuhof", name="Gemeinde Neuhof", ags="06631018", ars="066310018018", outline="n.geojson")
    outline = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}
    features = [{"type": "Feature", "properties": dict(each), "geometry": each["geometry"]} for each in FEATURES]
    for feature in features:
        del feature["properties"]["geometry"]  # type: ignore[attr-defined]
    body = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    pages = {"/orte.geojson": Reply(body, 200, {"content-type": "application/geo+json"})}
    with FaultServer(pages=pages) as source:
        place = Place(make_region(folder / "r", source.url("/")).model_copy(update={"municipalities": (neuhof,)}))
        (folder / "r/n.geojson").write_text(json.dumps(outline), encoding="utf-8")
        kind = "http://publications.europa.eu/resource/authority/file-type/GEOJSON"
        file = Distribution(
            iri="https://daten.example.org/id/distribution/1",
            access_url=(source.url("/orte.geojson"),),
            format=(kind,),
        )
        place.publish(Stored("orte", dataset("Orte", "Orte im Wald", distribution=(file,))))
        path = f"/dataset/{place.slug('orte')}/file/1"
        for _ in range(40):
            if place.ask.get(f"{path}/map.geojson").status_code == 200:
                break
        with served(place.app) as address:
            yield Site(place, path, address)
    end_maker(place.region)
    place.close()


@pytest.fixture(scope="module")
def browser(site: Site) -> Iterator[Browser]:  # the site first: no other loop runs beside the browser's
    with chromium() as launched:
        yield launched


def complaining(page: Page) -> list[str]:
    """What the browser complains of from now on: also a style or script that the policy stopped."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: told.append(f"dialog {dialog.message}"))
    return told


def opened(page: Page, site: Site) -> None:
    page.goto(site.address + site.map)
    page.locator(".map-stage").scroll_into_view_if_needed()
    page.locator(".map-live .map-dot").first.wait_for()


def test_the_map_is_loaded_when_it_is_seen_and_asks_nobody_else(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    told = complaining(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1280, "height": 150})
    page.goto(site.address + site.map)
    page.wait_for_load_state("networkidle")
    assert not [address for address in asked if "leaflet" in address]
    assert page.locator(".map-drawing.wide").count() == 1
    page.locator(".map-stage").scroll_into_view_if_needed()
    page.locator(".map-live .map-dot").first.wait_for()
    assert {urlsplit(address).netloc for address in asked} == {urlsplit(site.address).netloc}
    assert not told
    assert not page.locator(".map-drawing").first.is_visible()
    assert page.locator(".map-live .map-shape").count() == 2


def test_features_are_walked_by_keyboard_and_the_map_is_left(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    told = complaining(page)
    opened(page, site)
    page.locator(".map-live").focus()
    label = "document.activeElement.getAttribute('aria-label')"
    page.keyboard.press("Tab")
    assert page.evaluate(label) == "Spielplatz"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(label) == EVIL
    page.keyboard.press("ArrowRight")
    assert page.evaluate(label) == "Wald"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    words = page.locator(".leaflet-popup .map-words")
    assert words.locator("strong").inner_text() == "Spielplatz"
    assert EVIL in words.locator("dl").inner_text()
    assert page.evaluate("document.activeElement.textContent") == "Schließen"
    page.keyboard.press("Escape")
    assert page.locator(".leaflet-popup").count() == 0
    assert page.evaluate(label) == "Spielplatz"
    # Beyond the features lie the two buttons of the map, and then the page goes on.
    for _ in range(4):
        page.keyboard.press("Tab")
        if not page.evaluate("!!document.activeElement.closest('.map-live')"):
            break
    assert not page.evaluate("!!document.activeElement.closest('.map-live')")
    assert not told
    assert page.locator("img[src='x']").count() == 0


def test_areas_are_filled_and_ways_are_not(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    opened(page, site)
    filled = page.locator(".map-live .map-shape").evaluate_all(
        "shapes => shapes.map(each => [each.getAttribute('d').endsWith('z'), getComputedStyle(each).fill !== 'none'])"
    )
    assert sorted(filled) == [[False, False], [True, True]]


def test_a_click_opens_what_is_clicked(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    told = complaining(page)
    opened(page, site)
    page.locator(".map-dot").first.click()
    words = page.locator(".leaflet-popup .map-words")
    assert words.locator("dt", has_text="art").is_visible()
    words.get_by_role("button", name="Schließen").click()
    assert words.count() == 0
    assert not told


def test_without_scripts_there_is_the_drawing_and_the_list(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(site.address + site.map)
    assert page.locator(".map-drawing.wide").is_visible()
    assert not page.locator(".map-drawing.narrow").is_visible()
    assert not page.locator(".map-help").is_visible()
    page.locator("summary", has_text="Dasselbe als Liste").click()
    assert page.locator(".map-list li").count() == 3
    assert page.locator(".map-list li").first.inner_text() == "Spielplatz 50,4° Nord, 9,55° Ost"
    context.close()


def test_the_view_of_the_map_becomes_the_place_of_the_search(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    told = complaining(page)
    page.goto(f"{site.address}/datasets")
    page.locator(".map-stage").scroll_into_view_if_needed()
    page.locator(".map-live").wait_for()
    page.get_by_role("button", name="Nur in diesem Ausschnitt suchen").click()
    page.wait_for_url("**west=9.*")
    edges = [float(page.locator(f"[name={name}]").first.input_value()) for name in ("west", "south", "east", "north")]
    box = BoundingBox(*edges)
    assert box.west < 9.5 < 9.7 < box.east
    assert box.south < 50.35 < 50.5 < box.north
    page.locator(".map-stage").scroll_into_view_if_needed()
    page.locator(".map-live .map-chosen").wait_for()
    # The map stays alive when the form is swapped, and its button works again.
    page.evaluate("document.querySelector('.map-live').dataset.mine = 'yes'")
    page.locator("#q").fill("spielplatz")
    page.locator("#q").press("Enter")
    page.wait_for_url("**q=spielplatz**")
    page.locator("#results").wait_for()
    assert page.locator(".map-live[data-mine]").count() == 1
    page.get_by_role("button", name="Hineinzoomen").click()
    page.get_by_role("button", name="Nur in diesem Ausschnitt suchen").click()
    page.wait_for_function("west => document.querySelector('[name=west]').value !== west", arg=str(edges[0]))
    page.wait_for_url("**q=spielplatz**west=**")
    assert page.locator(".map-live .map-chosen").count() == 1
    assert not told


def test_links_beside_the_results_name_the_search_that_was_swapped_in(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/datasets")
    page.locator("#q").fill("spielplatz")
    page.locator("#q").press("Enter")
    page.wait_for_url("**q=spielplatz**")
    page.wait_for_function("document.querySelector('#in-en').href.includes('spielplatz')")
    assert "q=spielplatz" in (page.locator("#paper").text_content() or "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_live_map(browser: Browser, site: Site, scheme: str) -> None:
    axe_package = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    # Colours are those of a popup that stands still, not of one that is appearing.
    context = browser.new_context(
        viewport=DESK, color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    page = context.new_page()
    opened(page, site)
    page.locator(".map-dot").first.click()
    page.locator(".leaflet-popup").wait_for()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    answer = axe_package.Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    found = [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in answer.response["violations"]]
    context.close()
    assert not found
