"""Pages of long lists: what an address asks for, and the links that lead on."""

from __future__ import annotations

import pytest

from catalog.web.paging import Paging, asked, demanded, paging
from catalog.web.refusing import Refused


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("1", 1),
        ("7", 7),
        ("0", 1),
        ("-3", 1),
        ("x", 1),
        ("", 1),
        ("1.5", 1),
        ("501", 500),
        ("9" * 8, 500),
        ("9" * 9, 1),
    ],
)
def test_readers_get_a_page_whatever_they_ask_for(text: str, page: int) -> None:
    assert asked(text, 500) == page


def test_programs_are_told_which_number_is_wrong() -> None:
    assert demanded("page", "500", 500) == 500
    for text in ("0", "501", "-1", "x", "", "²", "٣", "9" * 5_000):
        with pytest.raises(Refused, match=r"page=.* ist keine Zahl von 1 bis 500\.") as refused:
            demanded("page", text, 500)
        assert refused.value.status_code == 400


def test_links_lead_to_the_ends_and_around_here() -> None:
    def numbers(found: Paging) -> list[int | None]:
        return [link[0] if link else None for link in found.links]

    middle = paging(10, 20, lambda number: f"?page={number}")
    assert numbers(middle) == [1, None, 8, 9, 10, 11, 12, None, 20]
    assert (middle.before, middle.after) == ("?page=9", "?page=11")
    assert numbers(paging(1, 1, str)) == [1]
    assert (paging(1, 3, str).before, paging(3, 3, str).after) == ("", "")
    beyond = paging(90, 3, str)
    assert (numbers(beyond), beyond.before, beyond.after) == ([1, None, 3], "3", "")
