"""The walk over the pages ends as that of CKAN's own harvester: both spellings of Hydra, cut, repeated, broken pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from catalog.delivery.asking import Network
from catalog.delivery.feed import Feed, read
from catalog.delivery.paging import End
from catalog.delivery.receivers import govdata
from catalog.delivery.remarks import Verdict
from schemas.limits import Limits
from tests.catalog.builder import Stored
from tests.catalog.delivery.feed_server import Answering, Reply, application, documents, free_port, serving
from tests.catalog.delivery.feeds import PREFIXES
from tests.catalog.web.asking import Asking, Place, companions, place_in, whole
from tests.clients.dcat_client import Client

ASK = Network(Limits(), ("127.0.0.1",), "test")
DATASETS = 250


def page(
    number: int, following: int | None = None, view: str = "hydra:PagedCollection", link: str = "hydra:next"
) -> bytes:
    """A page with one dataset, and the link to another."""
    text = (
        f'{PREFIXES} ex:d{number} a dcat:Dataset ; dct:title "Seite {number}"@de ; dcat:distribution ex:f{number} . '
        f"ex:f{number} a dcat:Distribution ; dcat:accessURL <https://www.example.org/{number}> . "
    )
    if following is not None:
        text += (
            f'<BASE/c?page={number}> a {view} ; {link} <BASE/c?page={following}> ; hydra:totalItems "3"^^xsd:integer .'
        )
    return text.encode()


def iri(number: int) -> str:
    """The dataset of a page."""
    return f"https://daten.example.org/id/dataset/d{number}"


def pages_of(*found: bytes | Reply) -> dict[str, bytes | Reply]:
    """The documents of a feed."""
    return {"/c": found[0], **{f"/c?page={number}": each for number, each in enumerate(found, start=1)}}


def looked_at(url: str, known: tuple[str, ...] = ()) -> tuple[Feed, Verdict]:
    """What we say of a feed at an address."""
    feed = read(ASK, url, known or None)
    return feed, govdata.check(feed)


THREE = (page(1, 2), page(2, 3), page(3))
HTML = Reply(200, {"Content-Type": "text/html"}, b"<html>Wartung</html>")
WALKS: dict[str, tuple[dict[str, bytes | Reply], End]] = {
    "whole": (pages_of(*THREE), End.WHOLE),
    "partial view": (
        pages_of(*(page(n, f, "hydra:PartialCollectionView") for n, f in ((1, 2), (2, 3))), page(3)),
        End.WHOLE,
    ),
    "nextPage": (pages_of(page(1, 2, link="hydra:nextPage"), page(2, 3, link="hydra:nextPage"), page(3)), End.WHOLE),
    "view of no class": (pages_of(page(1, 2, "hydra:Collection"), page(2, 3), page(3)), End.WHOLE),
    "link of another name": (pages_of(page(1, 2, link="hydra:following"), page(2, 3), page(3)), End.WHOLE),
    "back to the first": (pages_of(page(1, 2), page(2, 1), page(3)), End.REPEATS),
    "not found": (pages_of(page(1, 2), page(2, 9)), End.FAILED),
    "server error": (pages_of(page(1, 2), Reply(500, {}, b"")), End.FAILED),
    "maintenance": (pages_of(page(1, 2), HTML), End.FAILED),
    "no RDF at all": (pages_of(HTML), End.FAILED),
    "cut off": (pages_of(page(1, 2), page(2)[:-40]), End.FAILED),
    "not UTF-8": (pages_of(page(1, 2), page(2).replace(b"Seite", b"S\xfcite")), End.FAILED),
    "said to be RDF/XML": (pages_of(Reply(200, {"Content-Type": "application/rdf+xml"}, page(1))), End.FAILED),
    "empty": (pages_of(PREFIXES.encode()), End.WHOLE),
}


@pytest.mark.parametrize("name", WALKS)
def test_walk_ends_as_that_of_the_real_harvester(client: Client, name: str) -> None:
    documents_, end = WALKS[name]
    known = tuple(map(iri, (1, 2, 3)))
    with serving(documents(documents_)) as url:
        feed, verdict = looked_at(f"{url}/c", known)
        gathered = client.gather(f"{url}/c", "euro_dcat_ap_2", known)
    assert feed.walk.end is end
    aborted = feed.walk.end is End.FAILED
    assert bool(gathered.errors) is aborted
    imported = [] if aborted else [each.iri for each in feed.datasets]
    assert [each["title"] for each in gathered.packages] == [f"Seite {each[-1]}" for each in imported]
    assert sorted(verdict.missing_iris) == gathered.deleted
    assert verdict.drops is (aborted or len(imported) < 3)


def test_pages_in_a_circle_are_said_to_be_without_end() -> None:
    with serving(documents(pages_of(page(1, 2), page(2, 3), page(3, 2)))) as url:
        feed, verdict = looked_at(f"{url}/c")
    assert feed.walk.end is End.ENDLESS
    assert verdict.counts == {"accepted": 0, "filled": 0, "rewritten": 0, "dropped": 3}


# ---------------------------------------------------------------------------------------- our own feed


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, int]]:
    """A region of three pages, with the port that its addresses name."""
    port = free_port()
    with place_in(tmp_path_factory.mktemp("region"), base_url=f"http://127.0.0.1:{port}") as made:
        made.publish(*companions(), *(Stored(f"d{i:03d}", whole(f"Plan {i}")) for i in range(DATASETS)))
        yield made, port


def without(ask: Asking, pattern: str) -> Answering:
    """An application, with lines taken out of its documents."""
    whole_ = application(ask)

    def answer(method: str, path: str, headers: Mapping[str, str]) -> Reply:
        reply = whole_(method, path, headers)
        return reply._replace(body=re.sub(pattern.encode(), b"", reply.body))

    return answer


@pytest.mark.parametrize(
    ("pattern", "seen"),
    [
        ("", DATASETS),
        (r"hydra:next <[^>]*> ;|;\s*hydra:next <[^>]*>", DATASETS),
        (r"hydra:nextPage <[^>]*> ;|;\s*hydra:nextPage <[^>]*>", DATASETS),
        (r"hydra:next(Page)? <[^>]*> ;|;\s*hydra:next(Page)? <[^>]*>", 100),
        (r", hydra:PartialCollectionView", DATASETS),
        (r"hydra:PagedCollection , ", DATASETS),
    ],
)
def test_our_feed_without_one_spelling_of_hydra(
    client: Client, place: tuple[Place, int], pattern: str, seen: int
) -> None:
    made, port = place
    known = tuple(position.iri for position in made.catalogue.positions(made.catalogue.number(), limit=None))
    assert re.search(pattern, made.ask.get("/catalog.ttl").text), "there is something to take out"
    answering = without(made.ask, pattern) if pattern else application(made.ask)
    with serving(answering, port) as url:
        feed, verdict = looked_at(f"{url}/catalog.ttl", known)
        gathered = client.gather(f"{url}/catalog.ttl", "euro_dcat_ap_2", known)
    assert gathered.errors == []
    assert len(feed.datasets) == len(gathered.packages) == seen
    assert sorted(verdict.missing_iris) == gathered.deleted
    assert len(gathered.deleted) == DATASETS - seen
    assert verdict.counts["dropped"] == DATASETS - seen


def test_feed_states_its_total_so_a_cut_is_seen_from_outside(place: tuple[Place, int], tmp_path: Path) -> None:
    made, port = place
    with serving(without(made.ask, r"hydra:next(Page)? <[^>]*> ;|;\s*hydra:next(Page)? <[^>]*>"), port) as url:
        feed, verdict = looked_at(f"{url}/catalog.ttl")
    assert (len(feed.datasets), verdict.missing, verdict.missing_iris) == (100, DATASETS - 100, ())
    assert verdict.drops
