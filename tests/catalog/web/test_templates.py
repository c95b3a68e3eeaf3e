"""Templates escape what is text and leave what is HTML; the frame that is kept ready is that of its page and its region."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from catalog.reading.remembered import Remembered
from catalog.web import templates
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import words

ENVIRONMENT = templates._environment("", "de")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        yield made


@given(text=st.text())
def test_text_is_escaped_and_html_is_not(text: str) -> None:
    template = ENVIRONMENT.from_string("<i>{{ text }}</i>{{ html }}{{ number }}{{ text if text else html }}")
    html = Markup("<b>{}</b>").format(text)
    shown = template.render(text=text, html=html, number=2)
    assert shown == Markup("<i>{}</i>{}2{}").format(text, html, text if text else html)


def test_what_only_looks_like_html_is_escaped() -> None:
    class Pretended(str):
        """Text of another kind."""

    assert ENVIRONMENT.from_string("{{ text }}").render(text=Pretended("<b>")) == "&lt;b&gt;"
    assert ENVIRONMENT.from_string("{{ [text]|join }}").render(text="<b>") == "&lt;b&gt;"


@given(pairs=st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))))
def test_addresses_say_what_they_are_given(pairs: list[tuple[str, str]]) -> None:
    address = templates.Links("/x", "de").page("/datasets", pairs)
    assert address == "/x/datasets" + (f"?{urlencode(pairs)}" if pairs else "")


def html(place: Place, address: str) -> LexborHTMLParser:
    return LexborHTMLParser(place.ask.get(address, accept="text/html").text)


def test_menus_mark_the_page_that_is_shown(place: Place) -> None:
    for address, marked in (
        *(("/datasets?q=x", ["Daten"]), ("/en/datasets", ["Data"]), ("/themes", ["Themen"])),
        *(("/", []), ("/nowhere", []), ("/help", ["Hilfe"]), ("/datasets", ["Daten"])),
    ):
        found = html(place, address).css("header.site a[aria-current], footer.site a[aria-current]")
        assert [words(link) for link in found] == marked, address


def test_each_region_has_its_own_frame(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with place_in(tmp_path / name) as made:
            publisher = made.app.state.region.publisher.model_copy(update={"name": f"<{name}>"})
            made.app.state.region = made.app.state.region.model_copy(
                update={"title": f"Region {name}", "publisher": publisher}
            )
            page = html(made, "/datasets")
            assert words(page.css_first("a.brand")) == f"Region {name}"
            assert f"<{name}>" in words(page.css_first("footer.site"))
            assert page.css_first("footer.site p a[href='/feedback?kind=error&page=%2Fdatasets']") is not None


def test_the_one_that_was_not_asked_for_the_longest_goes() -> None:
    kept = Remembered(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)
