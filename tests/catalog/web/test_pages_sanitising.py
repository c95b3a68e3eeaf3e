"""Descriptions from outside: harmless whatever they hold, and still readable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.web import sanitising
from tests.catalog.web.payloads import ADDRESSES, PAYLOADS, dangers

PIECES = [*PAYLOADS, "<p>", "</p>", "<b>", "**", "[", "](", ")", "`", "\n\n", "|", "<table>", "<td>", "&", "ü", "# "]


def test_there_are_at_least_sixty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("payload", PAYLOADS)
def test_F60_no_description_runs(payload: str) -> None:
    for text in (payload, f"<p>Text</p>{payload}", f"# Titel\n\n{payload}\n\n* Punkt", payload * 3):
        assert not list(dangers(sanitising.clean(text)))
        assert not list(dangers(f"<p title='x'>{sanitising.clean(text)}</p>"))


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_F60_no_mixture_of_payloads_runs(pieces: list[str]) -> None:
    assert not list(dangers(sanitising.clean("".join(pieces))))


def test_no_picture_is_loaded() -> None:
    assert "img" not in sanitising.clean("![Bild](https://fremd.example/zaehler.png)")
    assert "img" not in sanitising.clean("<img src='https://fremd.example/zaehler.png'>")


def test_markdown_is_read() -> None:
    found = sanitising.clean("# Überschrift\n\nEin *Wort*.\nZweite Zeile\n\n* eins\n\n| a |\n|---|\n| 1 |")
    assert "<p><strong>Überschrift</strong></p>" in found
    assert "<em>Wort</em>" in found
    assert "<br>" in found
    assert "<li>eins</li>" in found
    assert "<td>1</td>" in found


def test_html_is_kept_where_it_is_harmless() -> None:
    found = sanitising.clean(
        '<h2 id="x">Titel</h2><ul><li>Punkt</li></ul><a href="https://x.example" target="_blank">Netz</a>'
    )
    assert "<p><strong>Titel</strong></p>" in found
    assert "<li>Punkt</li>" in found
    assert '<a href="https://x.example" rel="nofollow ugc noopener">Netz</a>' in found


def test_headings_of_others_do_not_break_the_order_of_ours() -> None:
    assert "<h" not in sanitising.clean("# eins\n## zwei\n###### sechs") + sanitising.clean("<h1>a</h1><h6>b</h6>")


@pytest.mark.parametrize("address", ["/intern", "//fremd.example", "seite.html", *ADDRESSES])
def test_only_links_that_lead_somewhere_are_links(address: str) -> None:
    assert not sanitising.is_link(address)
    assert "href" not in sanitising.clean(f'<a href="{address}">x</a>')


@pytest.mark.parametrize(
    "address", ["https://x.example/a?b=c", "http://x.example", "mailto:amt@x.example", "tel:+49 661 123-4"]
)
def test_addresses_of_people_and_pages_are_links(address: str) -> None:
    assert sanitising.is_link(address)


def test_plain_text() -> None:
    assert sanitising.plain("<p>Hallo &amp; Welt</p><p>zwei</p>") == "Hallo & Welt zwei"
    assert sanitising.plain("**fett** und [Netz](https://x.example)") == "fett und Netz"
    assert sanitising.plain("pH < 7 und > 3") == "pH < 7 und > 3"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Die Daten sind da. Sie sind gut.", "Die Daten sind da."),
        ("Daten der Str. Am Berg, z. B. Nr. 5 bzw. Alle. Ende.", "Daten der Str. Am Berg, z. B. Nr. 5 bzw. Alle."),
        ("Stand am 3. November 2026. Neu.", "Stand am 3. November 2026."),
        ("ohne Punkt", "ohne Punkt"),
        ("", ""),
    ],
)
def test_the_first_sentence(text: str, first: str) -> None:
    assert sanitising.sentence(text) == first


def test_a_long_sentence_is_cut_at_a_word() -> None:
    cut = sanitising.sentence("Wort " * 100)
    assert len(cut) <= 222
    assert cut.endswith("Wort …")
    assert len(sanitising.sentence("x" * 1000)) <= 222


@given(st.text(max_size=400))
def test_whatever_is_written_is_shown(text: str) -> None:
    assert not list(dangers(sanitising.clean(text)))
    assert len(sanitising.sentence(text)) <= 222


@given(st.text(alphabet="abÄß .-:;,()/\"'123\n\t!?=+@\x00\u00a0", max_size=60) | st.text(max_size=60))
def test_text_without_marks_is_what_the_long_way_makes_of_it(text: str) -> None:
    plain = sanitising.plain.__wrapped__
    with pytest.MonkeyPatch.context() as patch:
        short = plain(text)
        patch.setattr(sanitising, "_MARKED", re.compile(""))  # every text is marked
        assert plain(text) == short
