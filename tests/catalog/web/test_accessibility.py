"""Every page of the demo region, in both languages, light and dark, on a phone and a screen: nobody is shut out.

With ALLMENDE_ACCESSIBILITY_REPORT=FILE what was found is written there; the statement on accessibility is made of it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize
from starlette.routing import Match

from catalog.feedback.admission import QUICKEST
from catalog.web import accessibility, pages
from catalog.web.pages.accessibility import CHECKS, LOOKS
from catalog.web.routing import modules
from tests.catalog.web.browsing import MARKS
from tests.catalog.web.demo_site import PAGES, Region

pytestmark = [*MARKS, pytest.mark.long]
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
HEIGHT = 800
# The rules whose answer depends on colours. A page has the same parts in each colour and each language: the dark looks of its
# second language are asked for nothing else.
COLOURS = ("color-contrast", "link-in-text-block")
LANGUAGES = ("de", "en")
# Within a field for a date are day, month, year and the button of the calendar.
INNER_STOPS = 4
# What a reader needs who enlarges text by a style of their own (WCAG 2.2, 1.4.12).
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"
    "p { margin-bottom: 2em !important; }"
)


@pytest.fixture(scope="module")
def report(browser: Browser) -> Iterator[dict[str, Any]]:
    """What is found over all tests; written at the end where a file is named."""
    found: dict[str, Any] = {
        "day": datetime.now(UTC).date().isoformat(),
        "axe": axe_version(browser),
        "browser": browser.version,
        "pages": list(PAGES),
        "languages": list(LANGUAGES),
        "looks": list(LOOKS),
        "checks": list(CHECKS),
        "findings": [],
    }
    yield found
    if file := os.environ.get("ALLMENDE_ACCESSIBILITY_REPORT"):
        Path(file).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@cache
def axe_script() -> str:
    return str(Axe().axe_script)


def axe_version(browser: Browser) -> str:
    page = browser.new_page()
    page.evaluate(axe_script())
    version = page.evaluate("axe.version")
    page.close()
    return str(version)


class Seen:
    """A page that notes foreign requests and what the browser complains of."""

    def __init__(self, page: Page, demo: Region) -> None:
        self.page = page
        self.notes: list[str] = []
        own = urlsplit(demo.address).netloc
        page.on("request", lambda request: self.foreign(request.url, own))
        page.on("console", lambda message: self.complaint(message.text))
        page.on("pageerror", lambda error: self.complaint(str(error)))

    def foreign(self, url: str, own: str) -> None:
        """Notes a request to somebody else."""
        if not url.startswith(("data:", "blob:")) and urlsplit(url).netloc != own:
            self.notes.append(f"asks {url}")

    def complaint(self, text: str) -> None:
        """Notes a message of the console, but for that of a page that is not there."""
        if "status of 404" not in text:
            self.notes.append(text)

    def taken(self) -> list[str]:
        """What was noted since it was last asked."""
        notes, self.notes = self.notes, []
        return notes


def looks_of(page: Page, language: str) -> list[str]:
    """What axe finds on a page in each look: its rule and the first places."""
    found = []
    page.evaluate(axe_script())
    for look in LOOKS:
        scheme, width = look.split("-")
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size(ViewportSize(width=int(width), height=HEIGHT))
        only_colours = scheme == "dark" and language != LANGUAGES[0]
        asked = {"type": "rule", "values": COLOURS} if only_colours else {"type": "tag", "values": TAGS}
        answer = page.evaluate("asked => axe.run(document, {runOnly: asked, resultTypes: ['violations']})", asked)
        for violation in answer["violations"]:
            places = [node["target"] for node in violation["nodes"]][:3]
            found.append(f"{look}: {violation['id']} at {places}")
    return found


def widths_of(page: Page) -> list[str]:
    """Whether a page must be moved sideways on the narrowest screen, also with more space in its text."""
    found = []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(ViewportSize(width=320, height=HEIGHT))
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > 320:
        found.append(f"is {wide} pixels wide on 320")
    page.set_viewport_size(ViewportSize(width=360, height=HEIGHT))
    page.evaluate(
        "text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text); document.adoptedStyleSheets = [sheet]; }",
        SPACING,
    )
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > 360:
        found.append(f"is {wide} pixels wide on 360 with wider spacing")
    found += page.evaluate(
        """() => [...document.querySelectorAll('main p, main li, main dd, main h1, main h2, main h3, main button, main a')]
            .filter(e => getComputedStyle(e).overflow === 'hidden' && e.scrollHeight > e.clientHeight + 2 && e.clientHeight > 2)
            .slice(0, 3).map(e => 'cuts off ' + e.outerHTML.slice(0, 80))"""
    )
    return found


def structure_of(page: Page, language: str) -> list[str]:
    """Whether a page has one main heading, headings without jumps, and its language."""
    told = page.evaluate(
        """() => ({lang: document.documentElement.lang, title: document.title,
            heads: [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(e => +e.tagName[1])})"""
    )
    found = []
    if told["lang"] != language or not told["title"].strip():
        found.append(f"is in {told['lang']!r}, called {told['title']!r}")
    heads = told["heads"]
    if heads.count(1) != 1:
        found.append(f"has {heads.count(1)} main headings")
    if any(after > before + 1 for before, after in pairwise(heads)):
        found.append(f"jumps in its headings: {heads}")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_look(demo: Region, browser: Browser, report: dict[str, Any], language: str) -> None:
    context = browser.new_context(viewport=ViewportSize(width=1280, height=HEIGHT))
    page = context.new_page()
    seen = Seen(page, demo)
    found = []
    for name in PAGES:
        page.set_viewport_size(ViewportSize(width=1280, height=HEIGHT))
        page.goto(demo.url(name, language))
        own = [*structure_of(page, language), *looks_of(page, language), *widths_of(page), *seen.taken()]
        found += [f"{name} ({language}): {each}" for each in own]
    context.close()
    report["findings"] += found
    assert not found, "\n".join(found)


# Notes at each key where the focus has come to.
LOOK = """() => {
    const all = [...document.querySelectorAll('*')];
    window.steps = [];
    addEventListener('keyup', event => {
        const e = document.activeElement;
        if (event.key !== 'Tab') return;
        if (!e || e === document.body) { window.steps.push(null); return; }
        const style = getComputedStyle(e), box = e.getBoundingClientRect();
        window.steps.push({place: all.indexOf(e), name: e.outerHTML.slice(0, 90),
            shown: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 3) || style.boxShadow !== 'none',
            there: box.width > 0 && box.height > 0});
    }, true);
}"""
AT_ONCE = 20


def steps_of(page: Page, most: int = 600) -> Iterator[dict[str, Any] | None]:
    """Where the focus is after each Tab key; many keys are pressed for each question to the page."""
    page.evaluate(LOOK)
    for _ in range(0, most, AT_ONCE):
        for _ in range(AT_ONCE):
            page.keyboard.press("Tab")
        noted = page.evaluate("window.steps.splice(0)")
        if not noted:
            return  # the browser's own bar has the focus
        yield from noted


def bring_maps(page: Page) -> None:
    """Maps come when they are seen, and bring buttons with them."""
    for number, stage in enumerate(page.locator("[data-map]").all()):
        stage.scroll_into_view_if_needed()
        page.locator("[data-map].alive").nth(number).wait_for()
    page.evaluate("window.scrollTo(0, 0)")


def walk_of(page: Page) -> list[str]:
    """What is wrong with a walk through a page by the Tab key."""
    found: list[str] = []
    before, stayed = -1, 0
    for number, told in enumerate(steps_of(page)):
        if told is None:
            return found
        if number == 0 and 'href="#main"' not in told["name"]:
            found.append(f"does not begin with the way to the content: {told['name']}")
        if told["place"] < before:
            return found  # round again, or on to the browser's own bar and back
        if told["place"] == before:
            stayed += 1
            if stayed > (INNER_STOPS if 'type="date"' in told["name"] else 0):
                return [*found, f"holds the focus at {told['name']}"]
            continue
        stayed = 0
        if not told["there"]:
            found.append(f"gives the focus to what is not there: {told['name']}")
        elif not told["shown"]:
            found.append(f"does not show the focus of {told['name']}")
        before = told["place"]
    return found


def test_the_keyboard_goes_through_every_page(demo: Region, browser: Browser, report: dict[str, Any]) -> None:
    context = browser.new_context(viewport=ViewportSize(width=1280, height=HEIGHT))
    page = context.new_page()
    found = []
    for name in PAGES:
        page.goto(demo.url(name))
        bring_maps(page)
        found += [f"{name}: {each}" for each in walk_of(page)]
    context.close()
    report["findings"] += found
    assert not found, "\n".join(found)


def test_the_whole_way_without_scripts(demo: Region, browser: Browser, report: dict[str, Any]) -> None:
    """Search, dataset, table, download, question to the office."""
    context = browser.new_context(viewport=ViewportSize(width=360, height=HEIGHT), java_script_enabled=False)
    page = context.new_page()
    page.goto(demo.url("home"))
    page.get_by_label("Was suchen Sie?").fill("Pegel Neuhof")
    page.get_by_role("button", name="Suchen").click()
    page.get_by_role("link", name="Wasserstand der Fliede").first.click()
    slug = demo.paths["dataset-chart"].removeprefix("/dataset/")
    assert urlsplit(page.url).path == f"/dataset/{slug}"
    address = page.get_by_role("link", name="herunterladen").first.get_attribute("href") or ""
    assert address.endswith(".csv")
    assert context.request.get(address).body().count(b"\n") > 5
    page.goto(demo.url("file-table"))
    assert page.locator("table tbody tr").count() > 5
    page.goto(demo.url("dataset-chart"))
    page.get_by_role("link", name="Fehler melden").first.click()
    page.get_by_label("Ihre Nachricht").fill("Der Pegel steht seit gestern still.")
    page.wait_for_timeout(QUICKEST * 1000 + 200)  # who sends sooner is taken for a machine
    page.get_by_role("button", name="Nachricht senden").click()
    assert "sent=" in page.url
    assert "Der Pegel steht seit gestern still." in "".join(
        each.read_text(encoding="utf-8") for each in demo.letters.rglob("*") if each.is_file()
    )
    context.close()


def test_every_page_stands_in_the_list() -> None:
    """A page that is new is tested, or this fails."""
    named = [re.sub(r"^\{.*\}#", "/dataset/x/file/", path).partition("?")[0] for path in PAGES.values()]
    asked = [{"type": "http", "method": "GET", "path": re.sub(r"\{.*\}", "x", path)} for path in named]
    for_people = [route for module in modules(pages, "allmende.pages") for route in module.ROUTES]
    left = {
        route.path
        for route in for_people
        if not any(route.matches(each)[0] is Match.FULL for each in asked) and "GET" in (route.methods or ())
    }
    assert {path for path in left if not path.startswith("/en")} == {
        "/assets/{name:path}",
        "/dataset/{slug}/file/{number:int}/picture",
        "/favicon.ico",
        "/sign-language/film",
    }


def test_the_statement_is_that_of_these_tests() -> None:
    """Who adds a page or a check runs scripts/accessibility; nothing is claimed that was not tested."""
    stated = accessibility.report()
    assert (stated.pages, stated.languages) == (tuple(PAGES), LANGUAGES)
    assert (stated.looks, stated.checks) == (tuple(LOOKS), tuple(CHECKS))
    assert accessibility.exemptions()
