"""The examples of the pages of help find something in the demo region, and do what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalog.reading.entries import Query
from catalog.search import Catalogue
from catalog.web.app import create_app
from schemas.region import load
from tests.catalog.web.asking import Asking, place_in


@pytest.fixture(scope="module")
def catalogue(harvested: Path) -> Iterator[Catalogue]:
    opened = Catalogue(load(harvested, {}))
    yield opened
    opened.close()


def examples(ask: Asking, path: str) -> Mapping[str, str]:
    """The searches that a page links to, by what is said of each."""
    page = LexborHTMLParser(ask.get(path, accept="text/html").text)
    found = {}
    for link in page.css("main a"):
        address = urlsplit(link.attributes.get("href") or "")
        if address.path.removeprefix("/en") == "/datasets" and address.query:
            assert link.parent is not None
            found[" ".join(link.parent.text().split())] = parse_qs(address.query)["q"][0]
    return found


@pytest.mark.parametrize(
    ("path", "least"), [("/help", 6), ("/en/help", 6), ("/easy-language", 1), ("/en/easy-language", 1)]
)
def test_every_example_finds_something(catalogue: Catalogue, path: str, least: int) -> None:
    found = examples(Asking(create_app(catalogue.region, catalogue)), path)
    assert len(found) >= least, found
    for said, q in found.items():
        assert catalogue.count(Query(q=q)) >= 1, said


def test_an_example_with_an_excluded_word_leaves_something_out(catalogue: Catalogue) -> None:
    ask = Asking(create_app(catalogue.region, catalogue))
    for path in ("/help", "/en/help"):
        (q,) = (q for q in examples(ask, path).values() if " -" in q)
        assert 0 < catalogue.count(Query(q=q)) < catalogue.count(Query(q=q.partition(" -")[0]))


def test_an_empty_catalogue_gives_no_examples(tmp_path: Path) -> None:
    with place_in(tmp_path) as empty:
        for path in ("/help", "/en/help", "/easy-language"):
            assert examples(empty.ask, path) == {}
