"""F60 in a real browser: on a region that an attacker has written into everywhere nothing runs, and no policy is broken."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page

from catalog.web.pages import states
from tests.catalog.web.attacked import Attacked, attacked
from tests.catalog.web.browsing import MARKS
from tests.catalog.web.payloads import PAYLOADS
from tests.catalog.web.serving import served
from tests.catalog.web.walk import WALK

pytestmark = MARKS
# Notes whatever an attack would do, before any script of the page runs.
WATCH = """
window.attacks = [];
for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => window.attacks.push(name);
document.addEventListener('securitypolicyviolation', event => window.attacks.push(event.violatedDirective));
"""
# So many of the records with payloads are looked at on each page; all of them are by the walk without a browser.
SHOWN = 2
NO_PAGE = (
    ".ttl",
    ".rdf",
    ".nt",
    ".gz",
    ".json",
    ".jsonld",
    ".csv",
    ".xml",
    ".atom",
    ".txt",
    ".svg",
    ".png",
    ".geojson",
)


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Attacked, str]]:
    with attacked(tmp_path_factory.mktemp("region")) as made, served(made.place.app) as address:
        states._remembered.clear()
        yield made, address


class Visit:
    """A page that notes what runs on it, what is blocked or fails, and what is fetched from elsewhere."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.host = urlsplit(address).netloc
        self.told: list[str] = []
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.told.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))

    def _dialog(self, dialog: Dialog) -> None:
        self.told.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != self.host:
            self.told.append(url)

    def happened(self) -> list[str]:
        """What happened on the page that is open; then it is forgotten."""
        found = [*self.told, *self.page.evaluate("window.attacks || ['no watch']")]
        self.told.clear()
        return found


@pytest.fixture
def visit(browser: Browser, region: tuple[Attacked, str]) -> Iterator[Visit]:
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield Visit(page, region[1])
    context.close()


def pages(region: Attacked) -> Iterator[str]:
    """The pages of the walk in both languages by turns."""
    number = 0
    for templates in WALK.values():
        for template in templates:
            path = template.partition("?")[0]
            if path.endswith(NO_PAGE) or path.startswith(("/api/", "/id/", "/files/", "/healthz", "/readyz")):
                continue
            if path.split("/")[1] in ("agent", "service", "series", "catalog") or path.endswith(("/picture", "/film")):
                continue
            for address in [*region.addresses(template)][:SHOWN]:
                number += 1
                yield address if number % 2 else f"/en{address if address != '/' else ''}"


def test_F60_no_page_runs_what_was_written_into_it(visit: Visit, region: tuple[Attacked, str]) -> None:
    made, address = region
    found = {}
    seen = 0
    for path in pages(made):
        visit.page.goto(address + path)
        seen += 1
        visit.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        if what := visit.happened():
            found[path] = what
    assert not found
    assert seen > 50


def test_F60_no_error_page_runs_what_was_asked(visit: Visit, region: tuple[Attacked, str]) -> None:
    found = {}
    for payload in PAYLOADS[::4]:
        for path in (f"/datasets?on={quote(payload, safe='')}", f"/datasets?q={quote(payload, safe='')}"):
            visit.page.goto(region[1] + path)
            if what := visit.happened():
                found[path] = what
    assert not found


def test_F60_a_map_that_is_alive_shows_names_as_text(visit: Visit, region: tuple[Attacked, str]) -> None:
    made, address = region
    (slug,) = made.names["file"]
    visit.page.goto(f"{address}/dataset/{slug}/file/2?view=map")
    visit.page.locator(".map-stage").scroll_into_view_if_needed()
    visit.page.locator(".map-live .map-dot").first.wait_for()
    visit.page.locator(".map-live").focus()
    visit.page.keyboard.press("Tab")
    for _ in range(3):
        visit.page.keyboard.press("ArrowRight")
        visit.page.keyboard.press("Enter")
        words = visit.page.locator(".leaflet-popup .map-words").last
        assert words.locator("strong").inner_text()
        assert words.locator("script, img, svg, iframe, a").count() == 0
        visit.page.keyboard.press("Escape")
    assert not visit.happened()


def test_F60_suggestions_are_text(visit: Visit, region: tuple[Attacked, str]) -> None:
    visit.page.goto(f"{region[1]}/datasets")
    for typed in ("scr", "alert", "<img", "onerror"):
        visit.page.locator("#q").fill("")
        visit.page.locator("#q").press_sequentially(typed, delay=20)
        visit.page.wait_for_timeout(400)
        assert not visit.happened()


def test_the_watch_would_see_an_attack(visit: Visit, region: tuple[Attacked, str]) -> None:
    visit.page.goto(region[1])
    visit.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=/x onerror=alert(1)>')")
    visit.page.evaluate("alert(1)")
    visit.page.wait_for_timeout(300)
    assert {"alert", "script-src-attr"} <= set(visit.happened())
