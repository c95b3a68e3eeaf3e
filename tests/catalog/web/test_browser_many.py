"""Maps of thousands of features in a real browser: all are counted from afar, single ones are seen when one zooms in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from schemas.model import Distribution
from tests.catalog.builder import Stored, dataset
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.catalog.web.asking import Place
from tests.catalog.web.browsing import DESK, LIVE_MAPS, chromium
from tests.catalog.web.serving import served
from tests.faultserver import FaultServer, Reply

pytestmark = LIVE_MAPS
COUNT, TOGETHER = 7_000, 450
KINDS = ("Linde", "Eiche", "Ahorn")


def trees() -> bytes:
    """A cadastre of trees: most scattered about, some with one and the same place."""
    chance = random.Random(3)
    lines = ["Baumnummer;Art;Längengrad;Breitengrad"]
    for n in range(COUNT):
        x, y = (9.9, 50.5) if n < TOGETHER else (chance.gauss(9.55, 0.02), chance.gauss(50.42, 0.012))
        lines.append(f"{n};{KINDS[n % 3]};{x:.6f};{y:.6f}".replace(".", ","))
    return "\n".join(lines).encode()


class Site(NamedTuple):
    """A served catalogue with one file of many features, and the address of its map."""

    place: Place
    map: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    pages = {"/baeume.csv": Reply(trees(), 200, {"content-type": "text/csv"})}
    with FaultServer(pages=pages) as source:
        place = Place(make_region(tmp_path_factory.mktemp("many") / "r", source.url("/")))
        kind = "http://publications.europa.eu/resource/authority/file-type/CSV"
        file = Distribution(
            iri=f"{place.region.base_url}/id/distribution/1", access_url=(source.url("/baeume.csv"),), format=(kind,)
        )
        place.publish(Stored("baeume", dataset("Baumkataster", "Alle Bäume", distribution=(file,))))
        path = f"/dataset/{place.slug('baeume')}/file/1"
        for _ in range(40):
            if place.ask.get(f"{path}/map.geojson").status_code == 200:
                break
        with served(place.app) as address:
            yield Site(place, f"{address}{path}?view=map")
    end_maker(place.region)
    place.close()


@pytest.fixture(scope="module")
def browser(site: Site) -> Iterator[Browser]:  # the site first: no other loop runs beside the browser's
    with chromium() as launched:
        yield launched


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".map-stage").scroll_into_view_if_needed()
    page.locator(".map-live .map-dot").first.wait_for()


COUNTED = """() => [...document.querySelectorAll('.map-live .map-dot')]
    .reduce((sum, dot) => sum + Number((dot.textContent || '1').replaceAll('.', '')), 0)"""


def moved(page: Page, how: Callable[[], None]) -> None:
    """Does what moves the map, and waits until what lies in the new view is shown."""
    before = page.locator(".map-seen").inner_text()
    with page.expect_response(lambda answer: "bbox=" in answer.url) as waiting:
        how()
    found = waiting.value.json()["numberMatched"]
    said = f"Im Ausschnitt: {found:,}".replace(",", ".")
    page.wait_for_function("said => document.querySelector('.map-seen').textContent === said", arg=said)
    assert page.evaluate(COUNTED) == found, (before, said)


def largest(page: Page) -> Locator:
    """The gathering that stands for most."""
    page.evaluate(
        """() => { const size = (dot) => Number(dot.textContent.replaceAll('.', ''));
        const dots = [...document.querySelectorAll('.map-dot.many')].sort((a, b) => size(b) - size(a));
        dots[0].dataset.largest = 'yes'; }"""
    )
    return page.locator("[data-largest]")


def test_all_are_counted_and_single_ones_are_seen_closer(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    opened(page, site.map)
    assert page.locator(".map-seen").inner_text() == "Im Ausschnitt: 7.000"
    assert page.evaluate(COUNTED) == COUNT
    assert page.locator(".map-dot").count() < 300
    gathering = largest(page)
    assert (gathering.get_attribute("aria-label") or "").endswith(" Objekte, zum Vergrößern öffnen")
    moved(page, gathering.click)
    zoom_in = page.get_by_role("button", name="Hineinzoomen")
    while page.locator(".map-dot.many").count():
        moved(page, zoom_in.click)
    page.locator(".map-dot").first.dispatch_event("click")
    words = page.locator(".leaflet-popup .map-words")
    words.locator("dt", has_text="Art").wait_for()
    assert words.locator("dd").first.inner_text()
    assert not told


def test_what_lies_at_one_place_is_told(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    opened(page, site.map)
    own = page.locator(".map-dot.many", has_text=f"{TOGETHER}").first
    moved(page, own.click)
    own.click()
    words = page.locator(".leaflet-popup .map-words")
    words.wait_for()
    assert f"{TOGETHER} Objekte liegen an dieser Stelle zu dicht für die Karte." in words.inner_text()
    assert page.evaluate("document.activeElement.textContent") == "Schließen"
    page.keyboard.press("Escape")
    page.locator(".leaflet-popup").wait_for(state="detached")
    assert page.evaluate("document.activeElement.classList.contains('many')")


def test_the_map_of_some_rows_asks_for_these_only(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, site.map.replace("?", "?Art=Linde&"))
    linden = sum(1 for n in range(COUNT) if KINDS[n % 3] == "Linde")
    assert page.evaluate(COUNTED) == linden
    moved(page, page.get_by_role("button", name="Hineinzoomen").click)
    queries = [parse_qs(urlsplit(address).query) for address in asked if "map.geojson" in address]
    assert len(queries) > 1
    assert all(each["Art"] == ["Linde"] for each in queries)


def test_the_keyboard_stays_with_its_feature_when_the_map_moves(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    opened(page, site.map)
    moved(page, largest(page).click)
    while page.locator(".map-dot.many").count():
        moved(page, page.get_by_role("button", name="Hineinzoomen").click)
    # Beyond the edge of the map, where the arrow keys lead: the map follows, and its features are fetched anew.
    page.evaluate(
        """() => { const map = document.querySelector('.map-live').getBoundingClientRect();
        window.chosen = [...document.querySelectorAll('.map-dot')].find((dot) => {
          const own = dot.getBoundingClientRect();
          return own.right < map.left || own.left > map.right || own.bottom < map.top || own.top > map.bottom; }); }"""
    )
    name = page.evaluate("window.chosen.getAttribute('aria-label')")
    moved(page, lambda: page.evaluate("window.chosen.focus()"))
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == name
    assert page.evaluate("window.chosen.isConnected") is False


def test_without_scripts_all_are_counted_in_the_drawing(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(site.map)
    for kind in ("wide", "narrow"):
        dots = page.locator(f".map-drawing.{kind} .map-features circle").count()
        numbers = page.locator(f".map-drawing.{kind} .map-features text").all_text_contents()
        assert dots - len(numbers) + sum(int(each.replace(".", "")) for each in numbers) == COUNT
    assert "Die Karte zeigt 7.000 Objekte." in page.locator("figcaption").inner_text()
    page.locator("summary", has_text="Dasselbe als Liste").click()
    assert page.locator(".map-list li").count() == 20
    assert "6.980 weitere Objekte" in page.locator("figure.map").inner_text()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_gatherings(browser: Browser, site: Site, scheme: str) -> None:
    axe_package = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    context = browser.new_context(
        viewport=DESK, color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    page = context.new_page()
    opened(page, site.map)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    answer = axe_package.Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    found = [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in answer.response["violations"]]
    context.close()
    assert not found
