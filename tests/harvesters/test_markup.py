"""HTML whose depth is bounded: hostile nesting is flattened in time, ordinary pages come through as they are (F40)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.markup import MAX_HTML_DEPTH, html_tree, shallow

RECORDINGS = Path(__file__).parents[1] / "recordings"


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000 + "Ende",
        "<ul><li>" * 60_000 + "Ende",
        "<DIV/>" * 60_000 + "Ende",
        "<span>" * 50_000 + "<div></div>" * 50_000 + "Ende",
        "<svg>" + "<div>" * 60_000 + "Ende",
        "<path/>" * 60_000 + "<div></div>" * 30_000 + "Ende",
        "<svg>" + "<path><div>" * 30_000 + "Ende",
        "<x-y/>" * 50_000 + "<div></div>" * 50_000 + "Ende",
        "<div>" * 400 + "<form><fieldset>" * 50_000 + "Ende",
    ],
    ids=lambda page: page[:12],
)
def test_F40_hostile_nesting_is_flattened_in_time(page: str) -> None:
    began = time.process_time()
    text = html_tree(page).text(deep=True)
    assert time.process_time() - began < 2
    assert text.endswith("Ende"), "what stands inside stays"


def test_F40_only_what_is_too_deep_loses_its_tags() -> None:
    deep = "<div>" * 600 + "<b>x</b>" + "</div>" * 600 + "<section>danach</section>"
    flat = shallow(deep)
    assert flat == "<div>" * MAX_HTML_DEPTH + "x" + "</div>" * MAX_HTML_DEPTH + "<section>danach</section>"
    assert html_tree(deep).css_first("section").text() == "danach"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "page",
    [
        "<p>x" * 2_000,
        "<table>" + "<tr><td>x" * 2_000 + "</table>",
        "<ul>" + "<li>x" * 2_000 + "</ul>",
        "<br/><img src=a><hr>" * 2_000,
        "<svg>" + "<path d='M0 0'/><use href=x />" * 2_000 + "</svg>",
        "<script>" + "document.write('<div>')" * 2_000 + "</script>",
        "<!--" + "<div>" * 2_000 + "-->",
        "<a name=x>" * 2_000,
        "<div><span>x</span></div>" * 2_000,
    ],
    ids=lambda page: page[:12],
)
def test_many_tags_that_do_not_nest_stay(page: str) -> None:
    assert shallow(page) == page


@pytest.mark.samples
def test_real_pages_stay(samples: Path) -> None:
    pages = [*samples.rglob("*.html"), *RECORDINGS.rglob("*.html")]
    assert len(pages) > 10
    for page in pages:
        text = page.read_bytes().decode("utf-8", "replace")
        assert shallow(text) == text, page.name


PIECES = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<b>",
        "</b>",
        "<svg>",
        "</svg>",
        "<path/>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<",
        ">",
        "x",
        "<p>",
        "<ul>",
        "</ul>",
    ]
)


@given(st.lists(PIECES, max_size=60), st.integers(1, 200))
def test_any_markup_keeps_its_words(pieces: list[str], times: int) -> None:
    flat = shallow("".join(pieces * times))
    assert flat.count("x") == "".join(pieces * times).count("x")
    assert shallow(flat).count("x") == flat.count("x")
