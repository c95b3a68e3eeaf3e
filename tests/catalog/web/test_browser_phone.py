"""What a phone of 360 pixels shows first: what matters to a reader, without long ways or scrolling sideways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from catalog.web.pages import states
from schemas.findings import Finding, Severity
from schemas.namespaces import DCATDE, DCTERMS
from schemas.rules import ATTRIBUTION
from schemas.validation import RECOMMENDED
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import Place, companions, place_in
from tests.catalog.web.attacked import run_into
from tests.catalog.web.browsing import MARKS, PHONE
from tests.catalog.web.pages_reading import file
from tests.catalog.web.scored import FINE, GONE, history
from tests.catalog.web.serving import served

pytestmark = [*MARKS, pytest.mark.long]
_LACKING = ("temporal", "spatial", "issued", "modified", "language", "publisher", "license", "conformsTo")


class Site(NamedTuple):
    """A served place: where, and its dataset with many findings."""

    place: Place
    address: str

    @property
    def remarked(self) -> str:
        """The address of the dataset with many findings."""
        return f"{self.address}/dataset/{self.place.slug('a')}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A place with a dataset of many findings, runs, and addresses that do not answer."""
    found = [Finding(Severity.WARNING, "x", str(DCTERMS[name]), RECOMMENDED, (name,)) for name in _LACKING]
    path = str(DCATDE.licenseAttributionByText)
    found += [Finding(Severity.WARNING, f"f{n}", path, ATTRIBUTION) for n in range(3)]
    found += [Finding(Severity.INFO, "x", None, "preview-unknown", (f"bbox {n}",)) for n in range(8)]
    with place_in(tmp_path_factory.mktemp("region")) as place:
        place.publish(
            *companions(),
            Stored("a", dataset("Mit Befunden", distribution=(file(1), file(2))), findings=tuple(found)),
            Stored("b", dataset("Badeseen", distribution=(file(3),)), source_key="flieden-portal"),
        )
        run_into(place)
        history(place, {"https://x.example/1": GONE, "https://x.example/2": FINE})
        states._remembered.clear()
        with served(place.app) as address:
            yield Site(place, address)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page on a phone."""
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


def test_findings_for_stewards_do_not_stand_between_citizens_and_what_follows(phone: Page, site: Site) -> None:
    phone.goto(site.remarked)
    heading = phone.get_by_role("heading", name="Was an der Beschreibung fehlt")
    # What stands before the next section is half a screen at most; it was one and a half.
    way = phone.locator("#origin").bounding_box()["y"] - heading.bounding_box()["y"]  # type: ignore[index]
    assert way < PHONE["height"] / 2
    said = phone.locator("section", has=heading).inner_text()
    assert "Empfohlene Angaben fehlen: Zeitraum, Ort, Veröffentlicht," in said
    assert "Die Lizenz verlangt, die Quelle zu nennen, aber der Text dafür fehlt." in said
    assert "licenseAttributionByText" not in said
    assert "bbox" not in said
    advice = phone.get_by_text("Namensnennungstext (licenseAttributionByText)")
    assert not advice.is_visible()
    phone.get_by_text("für die Redaktion, mit Rat").click()
    assert advice.is_visible()


def test_findings_for_stewards_are_printed(phone: Page, site: Site) -> None:
    phone.goto(site.remarked)
    phone.emulate_media(media="print")
    assert phone.get_by_text("Namensnennungstext (licenseAttributionByText)").is_visible()


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize(
    ("path", "tables"), [("/status", 2), ("/quality", 4), ("/municipality/neuhof", 1), ("/gaps", 1)]
)
def test_tables_of_our_own_show_all_their_cells_on_a_phone(
    phone: Page, site: Site, path: str, tables: int, width: int
) -> None:
    phone.set_viewport_size(ViewportSize(width=width, height=740))
    phone.goto(site.address + path)
    stacks = phone.locator(".stack")
    assert stacks.count() == tables
    assert all(stacks.evaluate_all("all => all.map(each => each.scrollWidth <= each.clientWidth)"))
    seen = phone.locator(".stack tbody :is(th, td)")
    boxes = [seen.nth(n).bounding_box() for n in range(seen.count())]
    assert boxes
    assert all(box and box["width"] and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    # Each cell says what the hidden head of its column does.
    told = """all => all.map(stack => [
        [...stack.querySelectorAll('thead th')].slice(1).map(head => head.textContent),
        ...[...stack.querySelectorAll('tbody tr')].map(row =>
            [...row.querySelectorAll('td')].map(cell => cell.dataset.label))])"""
    for heads, *rows in stacks.evaluate_all(told):
        assert rows
        assert all(row == heads for row in rows)
    shown = phone.evaluate("getComputedStyle(document.querySelector('.stack td'), '::before').content")
    assert shown.startswith(("attr(data-label)", '"'))


def test_tables_of_our_own_are_tables_for_screen_readers_on_a_phone(phone: Page, site: Site) -> None:
    phone.goto(f"{site.address}/status")
    session = phone.context.new_cdp_session(phone)
    roles = [
        node["role"]["value"] for node in session.send("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]
    ]
    assert {"table", "row", "rowheader", "columnheader", "cell"} <= set(roles)


def test_tables_of_our_own_are_tables_on_wide_screens_and_on_paper(phone: Page, site: Site) -> None:
    display = "getComputedStyle(document.querySelector('.stack tbody tr')).display"
    phone.goto(f"{site.address}/status")
    assert phone.evaluate(display) == "block"
    phone.emulate_media(media="print")
    assert phone.evaluate(display) == "table-row"
    phone.emulate_media(media="screen")
    phone.set_viewport_size(ViewportSize(width=1280, height=900))
    assert phone.evaluate(display) == "table-row"


def test_heads_over_numbers_may_break_so_that_tables_fit(phone: Page, site: Site) -> None:
    phone.goto(f"{site.address}/quality")
    heads = phone.locator(".kern-table thead .num")
    assert heads.count()
    assert set(heads.evaluate_all("all => all.map(each => getComputedStyle(each).textWrapMode)")) == {"wrap"}
