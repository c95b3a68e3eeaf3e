"""The search in a real browser: suggestions by keyboard and pointer, results swapped in, all of it without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import place_in
from tests.catalog.web.browsing import MARKS
from tests.catalog.web.pages_reading import filled
from tests.catalog.web.serving import served

pytestmark = MARKS


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with place_in(tmp_path_factory.mktemp("region")) as place:
        filled(place)
        place.publish(*(Stored(f"n{i}", dataset(f"Badegewässer {i}")) for i in range(25)))
        with served(place.app) as here:
            yield here


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def test_suggestions_are_a_combobox_for_the_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}/datasets")
    field = page.get_by_role("combobox", name="Was suchen Sie?")
    field.press_sequentially("baupl")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Bauplätze")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    findings = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert findings.violations_count == 0, findings.generate_report()
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("baupl")
    field.press_sequentially("ä")
    expect(options.first).to_contain_text("Bauplätze")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page).to_have_url(f"{address}/datasets?q=Baupl%C3%A4tze&sort=relevance")
    expect(page.locator("#results")).to_have_text("1 Ergebnis")


def test_suggestions_lead_to_datasets_by_pointer(page: Page, address: str) -> None:
    page.goto(f"{address}/datasets")
    page.get_by_role("combobox", name="Was suchen Sie?").press_sequentially("radw")
    page.get_by_role("option").filter(has_text="Datensatz").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Radwege")


def test_results_are_swapped_in_said_and_in_the_address(page: Page, address: str) -> None:
    page.goto(f"{address}/datasets")
    page.evaluate("window.same = true")
    page.get_by_label("Flieden").check()
    page.get_by_role("button", name="Filter anwenden").click()
    heading = page.locator("#results")
    expect(heading).to_have_text("1 Ergebnis")
    expect(heading).to_be_focused()
    expect(page.locator("#said")).to_have_text("1 Ergebnis")
    assert page.url == f"{address}/datasets?q=&municipality=flieden&sort=relevance"
    assert page.evaluate("window.same")
    expect(page.get_by_label("Neuhof")).to_be_enabled()
    page.go_back()
    expect(heading).to_contain_text("28 Ergebnisse")


@pytest.mark.parametrize("query", ["", "?q=Badegew%C3%A4sser&from=soon"])
def test_on_a_wide_screen_the_field_comes_first_and_results_stand_beside_the_filters(
    browser: Browser, address: str, query: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/datasets{query}")
    heading, field, filters, order, found = (
        box
        for part in ("h1", ".search", ".filter", ".order", "#found")
        if (box := page.locator(f".finding {part}").bounding_box())
    )
    mistakes = page.locator("#mistakes").bounding_box()
    assert mistakes
    assert (mistakes["height"] > 0) == bool(query)
    assert heading["y"] < mistakes["y"] + mistakes["height"] <= field["y"]
    assert field["y"] + field["height"] < filters["y"] == order["y"] < found["y"] < filters["y"] + filters["height"]
    assert filters["x"] + filters["width"] < order["x"] == found["x"]
    page.close()


@pytest.mark.parametrize("path", ["/", "/datasets?q=Wasser", "/datasets?q=" + "Gesellschaft" * 16])
def test_no_name_and_no_search_is_too_long_for_a_phone(browser: Browser, tmp_path: Path, path: str) -> None:
    title = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    with place_in(tmp_path, title=title) as place, served(filled(place).app) as here:
        page = browser.new_page(viewport={"width": 320, "height": 640})
        page.goto(f"{here}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.close()


def test_everything_works_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/datasets")
    page.get_by_label("Was suchen Sie?").fill("wasser")
    page.get_by_role("button", name="Suchen").click()
    expect(page.locator("#results")).to_have_text("1 Ergebnis")
    page.get_by_role("link", name="Badegewässer im Kreis").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Badegewässer im Kreis")
    context.close()
