"""Filters that cannot be used: the page keeps the search, says at each field what is wrong, and shows what the others find."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from lxml import html
from playwright.sync_api import Page, expect

from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.browsing import MARKS, chromium
from tests.catalog.web.pages_reading import filled
from tests.catalog.web.serving import served


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("region")) as place:
        filled(place)
        yield place


def _page(place: Place, query: str, language: str = "") -> html.HtmlElement:
    answer = place.ask.get(f"{language}/datasets?{query}", accept="text/html")
    assert answer.status_code == 400
    return html.fromstring(answer.text)


@pytest.mark.parametrize(
    ("query", "fields", "said"),
    [
        ("from=2026-05-01&to=2025-05-01", ["from"], "Der Anfang liegt nach dem Ende."),
        ("from=gestern", ["from"], "Das ist kein Tag."),
        ("to=2024-02-30", ["to"], "Das ist kein Tag."),
        ("on=morgen", ["on"], "Das ist kein Tag."),
        ("on=2999-01-01", ["on"], "Dieser Tag liegt in der Zukunft."),
        ("west=9,5", ["south", "east", "north"], "Diese Angabe fehlt."),
        ("west=links&south=50&east=10&north=51", ["west"], "Hier muss eine Zahl in Grad stehen."),
        ("west=10&south=50&east=9&north=51", ["west"], "Der Westen muss links vom Osten liegen"),
        ("bbox=1,2,3", ["west"], "Hier muss eine Zahl in Grad stehen."),
        ("from=gestern&west=links&south=50&east=10&north=51", ["from", "west"], "Das ist kein Tag."),
    ],
)
def test_each_mistake_is_told_at_its_field_and_above_the_results(
    full: Place, query: str, fields: list[str], said: str
) -> None:
    page = _page(full, f"q=bauen&municipality=neuhof&{query}")
    listed = [link.get("href") for link in page.xpath("//*[@id='mistakes']//li/a")]
    assert listed == [f"#{field}" for field in fields]
    assert said in page.get_element_by_id("mistakes").text_content()
    for field in fields:
        entry = page.get_element_by_id(field)
        assert entry.get("aria-invalid") == "true"
        assert entry.get("aria-describedby") == f"{field}-error"
        assert page.get_element_by_id(f"{field}-error").text_content().strip()
    wrong = page.xpath("//*[@aria-invalid='true']/@id")
    assert sorted(wrong) == sorted(fields)
    assert page.xpath("//details[@class='filter'][@open]")


def test_the_rest_of_the_search_is_kept_and_holds(full: Place) -> None:
    right = html.fromstring(full.ask.get("/datasets?q=bauen&municipality=neuhof&sort=title").text)
    page = _page(full, "q=bauen&municipality=neuhof&sort=title&from=gestern")
    assert page.get_element_by_id("q").get("value") == "bauen"
    assert page.xpath("//input[@name='municipality'][@checked]/@value") == ["neuhof"]
    assert page.get_element_by_id("sort").value == "title"
    assert page.get_element_by_id("from").get("value") == "gestern"
    hits = "//ol[@class='hits']//h3//text()"
    assert page.xpath(hits) == right.xpath(hits) != []
    chips = "//ul[@class='chips']/li//text()"
    assert page.xpath(chips) == right.xpath(chips) != []


def test_english_pages_say_it_in_english(full: Place) -> None:
    assert "This is no day." in _page(full, "from=soon", "/en").get_element_by_id("mistakes").text_content()


def test_what_was_typed_is_text(full: Place) -> None:
    harmful = '"><script>alert(1)</script>'
    page = _page(full, f"from={quote(harmful)}")
    assert not page.xpath("//script[not(@src)][contains(., 'alert')]")
    assert page.get_element_by_id("from").get("value") == harmful


def test_a_search_without_mistakes_says_nothing_of_them(full: Place) -> None:
    answer = full.ask.get("/datasets?q=bauen&from=2024&to=2024")
    assert answer.status_code == 200
    page: html.HtmlElement = html.fromstring(answer.text)
    assert not page.get_element_by_id("mistakes").text_content().strip()
    assert "aria-invalid" not in answer.text


# ------------------------------------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def address(full: Place) -> Iterator[str]:
    with served(full.app) as here:
        yield here


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        yield context.new_page()
        context.close()


@pytest.mark.browser
@MARKS[1]
def test_with_scripts_the_mistakes_take_the_focus_and_are_mended(page: Page, address: str) -> None:
    page.goto(f"{address}/datasets?q=bauen")
    page.locator("#from").fill("2026-05-01")
    page.locator("#to").fill("2025-05-01")
    page.get_by_role("button", name="Filter anwenden").click()
    expect(page.locator("#mistakes")).to_be_focused()
    expect(page.locator("#mistakes")).to_contain_text("Der Anfang liegt nach dem Ende.")
    expect(page.locator("#from")).to_have_value("2026-05-01")
    expect(page.locator("#from")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".hits li").first).to_be_visible()
    page.locator("#mistakes a").first.click()
    expect(page.locator("#from")).to_be_focused()
    page.locator("#from").fill("2024-05-01")
    page.get_by_role("button", name="Filter anwenden").click()
    expect(page.locator("#results")).to_be_focused()
    expect(page.locator("#mistakes")).to_be_empty()
    expect(page.locator("#from")).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.browser
@MARKS[1]
def test_on_a_phone_the_mistakes_are_the_first_thing_of_the_page(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/datasets?q=bauen&from=2026-05-01&to=2025-05-01")
    assert page.title().startswith("Fehler: ")
    expect(page.locator("#mistakes")).to_be_focused()
    expect(page.locator("#mistakes")).to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.browser
@MARKS[1]
def test_an_answer_of_another_kind_is_opened_as_the_page_that_it_is(page: Page, address: str) -> None:
    page.goto(f"{address}/datasets?q=bauen")
    page.route(
        "**/datasets?q=wald*",
        lambda route: route.fulfill(status=503, body="<h1>Gerade nicht</h1>", content_type="text/html"),
    )
    page.locator("#q").fill("wald")
    page.locator("#q").press("Enter")
    expect(page.get_by_role("heading", name="Gerade nicht")).to_be_visible()
    page.unroute_all()
    page.go_back()
    expect(page.locator("#q")).to_be_visible()
