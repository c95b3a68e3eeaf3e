"""What CKAN portals say: addresses, and JSON that is broken, hidden, cut or none at all (F01, F03, F21, F40, F44)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from harvesters.ckan.answers import cut
from harvesters.ckan.portal import CkanOptions, Portal, filter_query, portal
from schemas.loose_json import load_json
from schemas.syntax import Unreadable
from tests.harvesters.ckan_portal import package


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h.example/", Portal("https://h.example")),
        ("https://h.example/ckan", Portal("https://h.example/ckan")),
        ("https://h.example/api/3", Portal("https://h.example")),
        ("https://h.example/ckan/api/3/action/package_search?q=x", Portal("https://h.example/ckan")),
        ("https://h.example/dataset/abfall", Portal("https://h.example")),
        ("https://h.example/de/organization/neuhof", Portal("https://h.example/de", organizations=("neuhof",))),
        ("https://h.example/organization/about/neuhof", Portal("https://h.example", organizations=("neuhof",))),
        ("https://h.example/group/envi", Portal("https://h.example", groups=("envi",))),
        (
            "https://h.example/dataset?organization=a&organization=b&tags=Abfall",
            Portal("https://h.example", organizations=("a", "b"), tags=("Abfall",)),
        ),
        ("https://h.example/files/packages.json", Portal("https://h.example/files/packages.json", document=True)),
    ],
)
def test_portal_behind_an_address(url: str, expected: Portal) -> None:
    assert portal(url) == expected


def test_F79_filters_make_one_query() -> None:
    options = CkanOptions(organizations=("neuhof", 'a"b'), groups=("envi",), fq="res_format:CSV")
    asked = filter_query(portal("https://h.example/organization/neuhof"), options)
    assert asked == '+organization:("neuhof" OR "a\\"b") +groups:"envi" res_format:CSV'


def test_unknown_option_is_refused() -> None:
    with pytest.raises(ValidationError):
        CkanOptions(include_private=True)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("body", "value", "repaired"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}, False),
        (b'{"a": NaN, "b": Infinity}', {"a": None, "b": None}, True),
        (b'{"a": ' + b"9" * 1_000_000 + b"}", {"a": None}, True),
        (b'{"a": 12345678901234567890123, "n": NaN}', {"a": "12345678901234567890123", "n": None}, True),
        (b'{"a": "x\\ud800y"}', {"a": "xy"}, True),
        (b'{"a": "x\\u0000y"}', {"a": "x\0y"}, False),
        (b'{"a": 1, "a": 2}', {"a": 2}, False),
        ('{"a": "Größe"}'.encode("cp1252"), {"a": "Größe"}, True),
    ],
)
def test_F44_json_is_read_or_cleaned(body: bytes, value: Any, repaired: bool) -> None:
    assert load_json(body) == (value, repaired)


@pytest.mark.parametrize(
    "body", [b"", b" \n", b"<html>Wartung</html>", b'{"a": [1, 2', b"[" * 100_000 + b"]" * 100_000, b"\xff\xfe"]
)
def test_F01_F03_F21_F40_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        load_json(body)
    assert len(refused.value.de) < 500


def test_cut_knows_the_shapes_of_results() -> None:
    one = package(1)
    assert cut({"count": 9, "results": [one]}) == ([one], [], 9)
    assert cut([[one]]) == ([one], [], None)
    assert cut(one) == ([one], [], None)
    assert cut(["a", "b"]) == ([], ["a", "b"], None)
    assert cut([{"title": "Amt", "name": "amt", "id": "1", "is_organization": True}]) is None
    assert cut({"site_title": "x"}) is None
    assert cut("x") is None
