"""The pages in a real browser: nothing from elsewhere, nothing in the console, on a phone, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from catalog.web.pages import states
from schemas.findings import Finding, Severity
from schemas.validation import RECOMMENDED
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import Place, companions, place_in, whole
from tests.catalog.web.attacked import poisoned, run_into
from tests.catalog.web.browsing import DESK, MARKS, PHONE
from tests.catalog.web.pages_reading import SIZE, file
from tests.catalog.web.payloads import PAYLOADS
from tests.catalog.web.scored import FINE, GONE, history
from tests.catalog.web.serving import served

pytestmark = [*MARKS, pytest.mark.long]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsverzeichnis"


class Site:
    """A served catalogue with something on every page, and what to visit."""

    def __init__(self, place: Place, address: str) -> None:
        self.place = place
        self.address = address
        self.dataset = f"/dataset/{place.slug('bau')}"
        german = [
            *("/", "/datasets", "/datasets?q=bauen&municipality=neuhof", "/datasets?q=nirgends", self.dataset),
            *(f"/dataset/{place.slug('lang')}", f"/dataset/{place.slug('gift')}", "/municipality/neuhof", "/status"),
            *("/set-aside", "/runs/1", "/runs/2", "/nichts"),
            *("/quality", "/quality?cause=keywordAvailability", "/gaps", "/gaps?municipality=flieden"),
            *("/imprint", "/privacy", "/licences", "/help", "/developers", "/components"),
            *("/easy-language", "/sign-language", "/themes", "/theme/REGI", "/municipalities", "/news", "/feedback"),
        ]
        self.german = german
        self.paths = [*german, *(f"/en{'' if path == '/' else path}" for path in german)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with place_in(tmp_path_factory.mktemp("region")) as place:
        remark = Finding(Severity.WARNING, "x", "http://purl.org/dc/terms/temporal", RECOMMENDED, ("temporal",))
        place.publish(
            *companions(),
            Stored("bau", whole("Bauplätze bauen"), findings=(remark,)),
            Stored("lang", dataset(LONG, f"{LONG} {LONG}", distribution=(file(1, byte_size=SIZE), file(2, "ODS")))),
            Stored("gift", poisoned(PAYLOADS[12], "javascript:alert(1)")),
            *(Stored(f"n{i}", dataset(f"Datensatz {i}", "Text " * 40)) for i in range(30)),
        )
        run_into(place)
        history(place, {"https://www.neuhof-fulda.de/daten.csv": FINE, "https://x.example/1": GONE})
        states._remembered.clear()
        with served(place.app) as address:
            yield Site(place, address)


class Visit:
    """A page that notes all requests, and what the browser complains of."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.site = site
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))

    def open(self, path: str) -> Page:
        self.page.goto(self.site.address + path)
        return self.page

    @property
    def hosts(self) -> set[str]:
        return {urlsplit(address).netloc for address in self.requests}


@pytest.fixture
def desk(browser: Browser, site: Site) -> Iterator[Visit]:
    context = browser.new_context(viewport=DESK)
    yield Visit(context, site)
    context.close()


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Visit]:
    context = browser.new_context(viewport=PHONE, color_scheme="dark")
    yield Visit(context, site)
    context.close()


def test_nothing_comes_from_elsewhere_and_the_browser_has_no_complaint(desk: Visit, site: Site) -> None:
    for path in site.paths:
        desk.open(path)
    assert desk.hosts == {urlsplit(site.address).netloc}
    missing = [text for text in desk.complaints if "404 (Not Found)" not in text]
    assert not missing
    assert len(desk.complaints) == 2  # the two pages that do not exist, which the browser calls so itself


def test_the_data_block_is_allowed_by_the_policy_and_the_policy_is_strict(desk: Visit, site: Site) -> None:
    page = desk.open(site.dataset)
    assert page.locator("script[type='application/ld+json']").count() == 1
    assert not desk.complaints
    blocked = page.evaluate(
        """() => new Promise(done => {
            document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective));
            const script = document.createElement('script'); script.textContent = 'window.ran = 1';
            document.body.append(script); setTimeout(() => done('ran'), 500); })"""
    )
    assert blocked == "script-src-elem"


@pytest.mark.parametrize("width", [320, 360])
def test_no_page_scrolls_sideways_on_a_phone(phone: Visit, site: Site, width: int) -> None:
    phone.page.set_viewport_size({"width": width, "height": 740})
    wide = []
    for path in site.paths:
        page = phone.open(path)
        scrolled = page.evaluate("document.documentElement.scrollWidth")
        if scrolled > width:
            wide.append((path, scrolled))
    assert not wide


def test_targets_are_large_enough_to_touch(phone: Visit, site: Site) -> None:
    small = []
    for path in ("/", "/datasets", site.dataset, "/status"):
        page = phone.open(path)
        for box in page.locator(
            "button, .kern-btn, nav.anchors a, header.site a, .chips a, .check, summary, footer nav a"
        ).all():
            size = box.bounding_box()
            if size is not None and 0 < size["height"] < 24:  # what is folded away has no height
                small.append((path, box.inner_text(), size["height"]))
    assert not small


def test_the_keyboard_reaches_the_content_and_the_main_action(desk: Visit, site: Site) -> None:
    page = desk.open(site.dataset)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(10):
        page.keyboard.press("Tab")
        if "herunterladen" in page.evaluate("document.activeElement.textContent"):
            break
    assert "herunterladen" in page.evaluate("document.activeElement.textContent")
    outline = page.evaluate("getComputedStyle(document.activeElement).outline")
    assert "4px" in outline
    assert "solid" in outline


def test_the_order_of_the_keyboard_is_the_order_of_the_page(desk: Visit, site: Site) -> None:
    page = desk.open("/datasets?municipality=neuhof")
    visited = []
    for _ in range(25):
        page.keyboard.press("Tab")
        visited.append(
            page.evaluate(
                """[...document.querySelectorAll('a, button, input, select, summary, [tabindex]')]
                .indexOf(document.activeElement)"""
            )
        )
    assert visited == sorted(visited)
    # A field for a date has three parts, which are one element.
    assert len(set(visited)) > 15


def test_searching_without_scripts_from_home_to_the_file(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    visit = Visit(context, site)
    page = visit.open("/")
    page.get_by_label("Was suchen Sie?").fill("bauen")
    page.get_by_role("button", name="Suchen").click()
    assert page.get_by_role("heading", name="1 Ergebnis").is_visible()
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("CSV (1)").check()
    page.get_by_role("button", name="Filter anwenden").click()
    assert "format=CSV" in page.url
    assert "q=bauen" in page.url
    page.get_by_role("link", name="Bauplätze bauen", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "Bauplätze bauen"
    button = page.get_by_role("link", name=re.compile("^CSV .*herunterladen")).first
    assert button.get_attribute("href") == "https://www.neuhof-fulda.de/daten.csv"
    page.locator("summary", has_text="Welche Angabe aus welchem Feld").click()
    assert page.get_by_role("cell", name="titel").is_visible()
    page.get_by_role("link", name="English").click()
    assert page.get_by_role("link", name=re.compile("Download CSV")).first.is_visible()
    assert not visit.complaints
    context.close()


def test_filters_stand_open_beside_the_results_where_there_is_room(desk: Visit, phone: Visit) -> None:
    assert desk.open("/datasets").get_by_role("button", name="Filter anwenden").is_visible()
    assert not phone.open("/datasets").get_by_role("button", name="Filter anwenden").is_visible()


def test_a_page_can_be_printed(desk: Visit, site: Site) -> None:
    page = desk.open(site.dataset)
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("header nav").is_visible()
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator("#origin ~ details table").is_visible()


def test_a_reader_chooses_light_or_dark_and_it_stays(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=PHONE, color_scheme="light")
    visit = Visit(context, site)
    page = visit.open("/")
    back = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(back)
    page.get_by_role("button", name="Dunkel").click()
    dark = page.evaluate(back)
    assert dark != light
    assert page.get_by_role("button", name="Dunkel").get_attribute("aria-pressed") == "true"
    visit.open("/datasets")
    assert page.evaluate(back) == dark
    page.emulate_media(media="print")
    assert page.evaluate(back) == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Wie das System").click()
    assert page.evaluate(back) == light
    assert page.evaluate("localStorage.length") == 0
    assert not context.cookies()
    assert not visit.complaints
    context.close()


def test_without_scripts_there_is_no_switch_and_the_system_decides(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=PHONE, color_scheme="dark", java_script_enabled=False)
    page = Visit(context, site).open("/")
    assert not page.get_by_role("group", name="Farben").is_visible()
    assert page.locator("body").is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(browser: Browser, site: Site, scheme: str, viewport: ViewportSize) -> None:
    axe_package = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    axe = axe_package.Axe()
    context = browser.new_context(viewport=viewport, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = []
    # Structure is the same in every look: all pages in one of them, the others where colours and layout differ.
    everything = scheme == "light" and viewport is DESK
    for path in site.german if everything else ("/", "/datasets?q=bauen", f"/en{site.dataset}", "/runs/2"):
        page.goto(site.address + path)
        answer = axe.run(page, options={"runOnly": {"type": "tag", "values": tags}})
        for violation in answer.response["violations"]:
            places = [node["target"] for node in violation["nodes"]][:3]
            found.append((path, violation["id"], places))
    context.close()
    assert not found
