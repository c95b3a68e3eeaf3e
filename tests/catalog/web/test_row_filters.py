"""The addresses of rows: what they ask for, and that asking for it again says the same."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from catalog.preview import Filter, Selection
from catalog.web import row_filters
from catalog.web.row_filters import COMPARISONS, RESERVED

NAMES = st.one_of(
    st.text(min_size=1, max_size=20), st.sampled_from([*sorted(RESERVED), "_page", "__x", "a.from", "-a"])
)
VALUES = st.text(min_size=1, max_size=40).map(str.strip).filter(bool)


@given(
    st.lists(NAMES, min_size=1, max_size=8, unique=True),
    st.data(),
    st.integers(1, 500),
    st.booleans(),
)
def test_what_an_address_says_it_asks_for(names: list[str], data: st.DataObject, page: int, descending: bool) -> None:
    # A column that is called like another one with a comparison is meant itself, not the comparison.
    taken = {row_filters.parameter(name) for name in names}
    wishes = st.builds(Filter, st.sampled_from(names), st.sampled_from(["is", *COMPARISONS]), VALUES)
    filters = [
        each
        for each in data.draw(st.lists(wishes, max_size=6, unique=True))
        if each.comparison == "is" or f"{row_filters.parameter(each.column)}.{each.comparison}" not in taken
    ]
    sort = data.draw(st.sampled_from(["", *names]))
    if descending and f"-{sort}" in names:
        descending = False
    selection = Selection(tuple(filters), sort, descending and bool(sort), page, 50)
    asked = row_filters.asked(QueryParams(urlencode(row_filters.pairs(selection))), names)
    assert asked.selection == selection
    assert asked.unknown == ()


@given(st.lists(NAMES, max_size=5, unique=True), st.text(max_size=80))
def test_any_address_asks_for_something(names: list[str], query: str) -> None:
    asked = row_filters.asked(QueryParams(query), names)
    assert 1 <= asked.selection.page <= row_filters.LAST_PAGE
    assert {each.column for each in asked.selection.filters} <= set(names)


def test_parameters_of_ours_are_no_filters() -> None:
    asked = row_filters.asked(QueryParams("view=chart&page=2&x=a&_page=3&_view=4&_ort=5"), ["page", "view", "_ort"])
    assert asked.selection.filters == (Filter("page", "is", "3"), Filter("view", "is", "4"))
    assert asked.unknown == ("_ort",)
    assert row_filters.parameter("_ort") == "__ort"


@pytest.mark.parametrize("page", ["", "0", "-1", "x", "1e3", "999999999999", "²"])
def test_a_bad_page_is_one_that_there_is(page: str) -> None:
    assert row_filters.asked(QueryParams(f"page={page}"), ["a"]).selection.page == 1


def test_empty_fields_of_a_form_are_no_filters() -> None:
    asked = row_filters.asked(QueryParams("a=&b.from=+&c.contains="), ["a", "b", "c"])
    assert asked == row_filters.Asked(Selection(size=50), ())


def test_there_is_an_end_to_filters() -> None:
    asked = row_filters.asked(QueryParams("&".join(f"a={n}" for n in range(100))), ["a"])
    assert len(asked.selection.filters) == row_filters.MAX_FILTERS
