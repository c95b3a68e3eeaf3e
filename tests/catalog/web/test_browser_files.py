"""The page of a file in a real browser: every view accessible in each look, rows swapped in, all of it without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize, expect

from tests.catalog.web.browsing import DESK, MARKS, PATIENCE, PHONE, watched
from tests.catalog.web.files_region import Site, site_in
from tests.catalog.web.serving import served

pytestmark = MARKS
expect.set_options(timeout=PATIENCE)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = (
    ("einwohner.csv", "?Ort=Neuhof&Jahr.from=2015"),
    ("einwohner.csv", "?view=chart&chart=bar&x=Ort"),
    ("pegel.csv", "?view=chart"),
    ("pegel.csv", "?view=columns"),
    ("gift.csv", ""),
    ("satzung.txt", ""),
    ("leer.csv", ""),
)


class Served(NamedTuple):
    """The site and where it answers."""

    site: Site
    address: str

    def url(self, name: str, query: str = "", language: str = "") -> str:
        return f"{self.address}{language}{self.site.path(name)}{query}"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with site_in(tmp_path_factory.mktemp("region") / "r") as site, served(site.place.app) as address:
        for name, query in VIEWS:  # the previews are made before anybody looks
            httpx.get(f"{address}{site.path(name)}{query}", timeout=120).raise_for_status()
        yield Served(site, address)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(browser: Browser, here: Served, scheme: str, viewport: ViewportSize) -> None:
    page, noted = watched(browser, here.address, viewport=viewport, color_scheme=scheme)
    found = []
    for number, (name, query) in enumerate(VIEWS):
        page.goto(here.url(name, query, "/en" if number % 2 else ""))
        answer = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
        found += [(name, query, each["id"], each["nodes"][0]["target"]) for each in answer.response["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    page.context.close()
    assert not found
    assert not noted


@pytest.mark.parametrize("width", [320, 360])
def test_a_phone_gets_the_drawing_for_phones_with_letters_that_can_be_read(
    browser: Browser, here: Served, width: int
) -> None:
    page, _ = watched(browser, here.address, viewport={"width": width, "height": 700})
    page.goto(here.url("pegel.csv", "?view=chart"))
    expect(page.locator("svg.narrow")).to_be_visible()
    expect(page.locator("svg.wide")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for words in page.locator("svg.narrow text").all():
        box = words.bounding_box()
        assert box is not None
        assert box["height"] >= 11
    page.emulate_media(media="print")
    page.context.close()


@pytest.mark.parametrize("name", ["pegel.csv", "einwohner.csv"])
def test_no_word_of_a_chart_is_cut_or_over_another(browser: Browser, here: Served, name: str) -> None:
    for viewport in (DESK, PHONE):
        page, _ = watched(browser, here.address, viewport=viewport)
        page.goto(here.url(name, "?view=chart"))
        page.evaluate("document.fonts.ready")
        drawing = page.locator("svg.chart:visible")
        frame = drawing.bounding_box()
        assert frame is not None
        boxes = [(each.text_content(), each.bounding_box()) for each in drawing.locator("text.tick").all()]
        for place, (words, box) in enumerate(boxes):
            assert box is not None
            assert frame["x"] - 1 <= box["x"], words
            assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1, words
            for other, beside in boxes[place + 1 :]:
                assert beside is not None
                if abs(box["y"] - beside["y"]) < 8:
                    apart = box["x"] + box["width"] <= beside["x"] or beside["x"] + beside["width"] <= box["x"]
                    assert apart, (words, other)
        page.context.close()


def test_rows_are_swapped_in_and_said(browser: Browser, here: Served) -> None:
    page, noted = watched(browser, here.address, viewport=DESK)
    page.goto(here.url("einwohner.csv"))
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Einwohner").click()
    expect(page.locator("#rows-head")).to_be_focused()
    expect(page.locator("tbody tr").first.locator("td").nth(2)).to_have_text("6300")
    page.get_by_text("Zeilen filtern").click()
    page.get_by_label("Ort", exact=True).select_option("Flieden")
    page.get_by_role("button", name="Filter anwenden").click()
    expect(page.locator("#said")).to_have_text("15 Zeilen gefunden")
    expect(page.locator("#rows-head")).to_be_focused()
    # What was left empty does not stand in the address.
    expect(page).to_have_url(here.url("einwohner.csv", "?sort=Einwohner&Ort=Flieden"))
    assert page.evaluate("window.stayed")
    page.go_back()
    expect(page.locator("#rows-head")).to_have_text("60 Zeilen")
    assert not noted
    page.context.close()


def test_a_mistake_in_a_filter_is_said_first_and_leads_to_its_field(browser: Browser, here: Served) -> None:
    page, noted = watched(browser, here.address, viewport=DESK)
    page.goto(here.url("einwohner.csv"))
    page.get_by_text("Zeilen filtern").click()
    page.locator("input[name='Einwohner.from']").fill("abc")
    page.get_by_role("button", name="Filter anwenden").click()
    expect(page.locator("#mistakes")).to_be_focused()
    expect(page.locator("#said")).to_contain_text("„abc“ ist keine Zahl.")
    page.locator("#mistakes a").click()
    field = page.locator("input[name='Einwohner.from']")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("„abc“ ist keine Zahl.")
    # Measured at once: the page may still be scrolling to the field.
    boxes = "found => found.map(each => each.getBoundingClientRect()).map(box => [box.x, box.y, box.height])"
    own, below = page.locator("fieldset.range :is([aria-invalid], .kern-error)").evaluate_all(boxes)
    assert below[0] == own[0]
    assert below[1] >= own[1] + own[2]
    # The groups of a row begin on one line, though one of them is higher.
    tops = [round(box[1]) for box in page.locator("form.fields > :is(div, fieldset)").evaluate_all(boxes)]
    assert len(tops) == 4
    assert tops[:3] == tops[:1] * 3
    answer = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert not answer.response["violations"]
    field.fill("9000")
    page.get_by_role("button", name="Filter anwenden").click()
    expect(page.locator("#rows-head")).to_be_focused()
    assert not noted
    page.context.close()


def test_everything_works_without_scripts(browser: Browser, here: Served) -> None:
    page, _ = watched(browser, here.address, viewport=PHONE, java_script_enabled=False)
    page.goto(f"{here.address}/dataset/{here.site.slug}/file/2")
    page.locator("details.kern-accordion summary").first.click()
    page.get_by_label("Ort", exact=True).select_option("Kalbach")
    page.get_by_role("button", name="Filter anwenden").click()
    expect(page.locator("#rows-head")).to_have_text("15 Zeilen gefunden")
    page.get_by_role("link", name="Diagramm").click()
    expect(page.locator("figcaption h2")).to_have_text("Einwohner nach Jahr und Ort")
    expect(page.locator("figcaption p")).to_contain_text("6.580")  # of the rows that were filtered
    page.get_by_role("link", name="Tabelle", exact=True).click()
    with page.expect_download() as download:
        page.locator("p.files a", has_text="CSV").click()
    assert download.value.suggested_filename == f"{here.site.slug}-2.csv"
    page.context.close()


def test_the_keyboard_reaches_views_heads_and_the_table(browser: Browser, here: Served) -> None:
    page, _ = watched(browser, here.address, viewport=DESK)
    page.goto(here.url("breit.csv"))
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
        if "Spalte 0" in seen[-1] and page.evaluate("document.activeElement.tagName") == "A":
            break
    assert "Zum Inhalt springen" in seen[0]
    places = [
        next(n for n, words in enumerate(seen) if re.search(word, words))
        for word in ("^CSV .*herunterladen", "Spalten")
    ]
    assert places == sorted(places)
    table = page.get_by_role("region", name="Zeilen der Tabelle")
    table.focus()
    page.keyboard.press("ArrowRight")
    for _ in range(100):  # the policy lets no text be run that would be waited for
        if page.evaluate("document.querySelector('.scroll').scrollLeft") > 0:
            break
        page.wait_for_timeout(50)
    assert page.evaluate("document.querySelector('.scroll').scrollLeft") > 0
    page.context.close()


@pytest.mark.parametrize(("name", "query"), [("einwohner.csv", "?view=columns"), ("gift.csv", "")])
def test_no_table_is_cut_off_on_paper(browser: Browser, here: Served, name: str, query: str) -> None:
    page, _ = watched(browser, here.address, viewport=ViewportSize(width=700, height=1000))
    page.goto(here.url(name, query))
    wide = "Math.max(...[...document.querySelectorAll('.scroll')].map(each => each.scrollWidth - each.clientWidth))"
    before = page.evaluate(wide)
    page.emulate_media(media="print")
    assert page.evaluate(wide) <= 0 < before
    page.context.close()


def test_forced_colours_keep_the_chart(browser: Browser, here: Served) -> None:
    page, _ = watched(browser, here.address, viewport=DESK, forced_colors="active")
    page.goto(here.url("pegel.csv", "?view=chart"))
    line, back = page.evaluate(
        "[getComputedStyle(document.querySelector('.chart .line')).stroke, getComputedStyle(document.body).backgroundColor]"
    )
    assert line not in ("none", back)
    page.context.close()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_fields_of_a_range_have_room_and_their_names_stand_apart(
    browser: Browser, here: Served, viewport: ViewportSize
) -> None:
    page, _ = watched(browser, here.address, viewport=viewport)
    page.goto(here.url("einwohner.csv"))
    page.locator("details:has(form.fields) > summary").click()
    for group in page.locator("fieldset.range").all():
        legend = group.locator("legend").bounding_box()
        assert legend is not None
        for part in group.locator(".row > *").all():
            box = part.bounding_box()
            assert box is not None
            assert box["y"] >= legend["y"] + legend["height"]
        for field in group.locator("input").all():
            box = field.bounding_box()
            assert box is not None
            assert box["width"] >= 128
        for label in group.locator("label").all():
            box = label.bounding_box()
            assert box is not None
            assert box["height"] < 32, "a word was broken"
    page.context.close()


def test_on_paper_a_file_has_its_rows_its_address_and_no_forms(browser: Browser, here: Served) -> None:
    page, _ = watched(browser, here.address, viewport=DESK)
    page.goto(here.url("einwohner.csv"))
    assert not page.locator(".paper").is_visible()
    page.emulate_media(media="print")
    assert not page.locator("form.fields").is_visible()
    assert not page.locator("nav.views").is_visible()
    assert page.locator("table.cells").is_visible()
    assert f"/dataset/{here.site.slug}/file/" in page.locator(".paper").inner_text()
    page.goto(f"{here.address}/datasets?q=einwohner")
    assert page.locator(".paper").inner_text().endswith("/datasets?q=einwohner")
    page.context.close()


@pytest.mark.parametrize("width", [320, 360])
def test_columns_are_blocks_on_phones_that_show_all_that_is_told_of_them(
    browser: Browser, here: Served, width: int
) -> None:
    page, _ = watched(browser, here.address, viewport=ViewportSize(width=width, height=740))
    page.goto(here.url("pegel.csv", "?view=columns"))
    table = page.locator(".stack:has(table.columns)")
    assert table.evaluate("each => each.scrollWidth <= each.clientWidth")
    cells = table.locator("tbody td")
    full = cells.evaluate_all("all => all.filter(each => each.childNodes.length).map(each => each.dataset.label)")
    seen = cells.evaluate_all("all => all.filter(each => each.offsetWidth).map(each => each.dataset.label)")
    assert seen == full  # what has nothing to say takes no place
    heads = table.locator("thead th").all_text_contents()
    assert set(seen) <= set(heads[1:])
    assert {"kleinster", "größter", "Durchschnitt"} <= set(seen)
    page.context.close()


def test_columns_fit_a_desk(browser: Browser, here: Served) -> None:
    page, _ = watched(browser, here.address, viewport=DESK)
    page.goto(here.url("pegel.csv", "?view=columns"))
    table = page.locator(".stack:has(table.columns)")
    assert table.locator("svg.small").count()  # whose margins were too much by 4 pixels
    assert table.evaluate("each => each.scrollWidth <= each.clientWidth")
    page.context.close()
