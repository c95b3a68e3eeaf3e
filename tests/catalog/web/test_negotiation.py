"""Which form a client gets: Accept with its weights, suffixes, names that moved, records that are gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from catalog import database, tables
from catalog.web.negotiation import Offer, html_offer, machine_offers, preferred
from schemas import iris, model
from schemas.kinds import Literal
from schemas.region import publisher_key
from schemas.syntax import FORMATS
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.web.asking import AGENT, SERIES, SERVICE, Place, companions, place_in, whole

OFFERS = (html_offer(), *machine_offers())
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("region")) as made:
        made.publish(*companions(), Stored("a", whole("Plan A")), Stored("b", dataset("Fort <i>damit</i>", "x")))
        made.publish(Stored("b", None))
        yield made


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "html"),
        ("*/*", "html"),
        ("text/turtle", "ttl"),
        ("TEXT/TURTLE", "ttl"),
        ("text/turtle;charset=utf-8", "ttl"),
        ("application/rdf+xml;q=0.9, text/turtle;q=0.8", "rdf"),
        ("application/rdf+xml;q=0.5, text/turtle;q=0.8", "ttl"),
        ("application/rdf+xml ; q=0.5 , text/turtle ; q=0.8", "ttl"),
        ("application/ld+json, */*;q=0.1", "jsonld"),
        ("application/*", "html"),  # a page as application/xhtml+xml
        ("text/html;q=0, application/xhtml+xml;q=0, */*", "ttl"),
        ("text/*;q=0.3, text/html;q=0.2, application/n-triples;q=0.25", "ttl"),
        ("text/turtle;q=0, text/*;q=0", None),
        ("image/png", None),
        ("text/turtle;q=x", None),
        ("text/turtle;q=7", None),
        ("text/turtle;level=1;q=0.4, application/n-triples;q=0.5", "nt"),
        ("nonsense", "html"),
        (BROWSER, "html"),
    ],
)
def test_the_best_liked_form(accept: str, expected: str | None) -> None:
    assert preferred(accept, OFFERS) == expected


@given(st.text(max_size=200))
def test_no_accept_header_is_an_error(accept: str) -> None:
    found = preferred(accept, OFFERS)
    assert found is None or found in {"html", *FORMATS}


@given(st.permutations(OFFERS), st.lists(st.integers(1, 1000), min_size=5, max_size=5, unique=True))
def test_the_highest_weight_wins_whatever_the_order(offers: list[Offer], weights: list[int]) -> None:
    accept = ", ".join(f"{o.media_types[0]};q={w / 1000:.3f}" for o, w in zip(offers, weights, strict=True))
    assert preferred(accept, OFFERS) == max(zip(weights, offers, strict=True))[1].suffix


# ------------------------------------------------------------------------------------------------- /catalog


def test_catalog_leads_people_to_the_search_page(place: Place) -> None:
    answer = place.ask.get("/catalog?q=wald&theme=ENVI", accept=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (303, "/datasets?q=wald&theme=ENVI")
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize("suffix", tuple(FORMATS))
def test_catalog_gives_machines_their_form(place: Place, suffix: str) -> None:
    media_type = next(offer.media_types[0] for offer in OFFERS if offer.suffix == suffix)
    answer = place.ask.get("/catalog", accept=media_type)
    assert answer.headers["content-type"].startswith(media_type)
    assert "Accept" in answer.headers["vary"].split(", ")
    assert answer.content == place.ask.get(f"/catalog.{suffix}").content


def test_a_client_without_wishes_gets_the_catalogue(place: Place) -> None:
    for headers in ({}, {"accept": "*/*"}):
        assert place.ask.get("/catalog", **headers).headers["content-type"].startswith("text/turtle")


def test_nothing_acceptable_is_406_with_the_list(place: Place) -> None:
    for address in ("/catalog", f"/dataset/{place.slug('a')}"):
        answer = place.ask.get(address, accept="image/png")
        assert answer.status_code == 406
        assert answer.headers["vary"] == "Accept"
        for offer in machine_offers():
            assert offer.media_types[0] in answer.text


def test_an_unknown_suffix_is_404_with_the_list(place: Place) -> None:
    for address, known in (
        ("/catalog.docx", ".ttl"),
        (f"/dataset/{place.slug('a')}.docx", ".ttl"),
        (f"/dataset/{place.slug('a')}.docx", ".json"),
        ("/datasets.docx", ".json, .csv, .atom"),
    ):
        answer = place.ask.get(address)
        assert answer.status_code == 404
        assert f"{known}\n" in answer.text or f"{known}, " in answer.text


def test_each_form_that_a_refusal_names_exists(place: Place) -> None:
    for address in ("/catalog", "/datasets", f"/dataset/{place.slug('a')}"):
        refusal = place.ask.get(f"{address}.docx").text
        for suffix in re.findall(r"\.(\w+)", refusal.splitlines()[0].partition("Es gibt:")[2]):
            assert place.ask.get(f"{address}.{suffix}").status_code == 200


# ------------------------------------------------------------------------------------------------- /dataset/SLUG


@pytest.mark.parametrize("suffix", tuple(FORMATS))
def test_a_dataset_in_each_form(place: Place, suffix: str) -> None:
    media_type = next(offer.media_types[0] for offer in OFFERS if offer.suffix == suffix)
    address = f"/dataset/{place.slug('a')}"
    by_suffix = place.ask.get(f"{address}.{suffix}", accept="text/html")
    assert by_suffix.headers["content-type"].startswith(media_type)
    assert "Accept" not in by_suffix.headers.get("vary", "").split(", ")
    by_accept = place.ask.get(address, accept=media_type)
    assert by_accept.content == by_suffix.content
    assert "Accept" in by_accept.headers["vary"].split(", ")


def test_the_page_for_people_names_the_other_forms(place: Place) -> None:
    slug = place.slug("a")
    for headers in ({"accept": BROWSER}, {}):
        answer = place.ask.get(f"/dataset/{slug}", **headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "Accept" in answer.headers["vary"].split(", ")
        assert f'<{BASE}/dataset/{slug}>; rel="canonical"' in answer.headers["link"]
        assert f'<{BASE}/dataset/{slug}.ttl>; rel="alternate"; type="text/turtle"' in answer.headers["link"]


def test_a_feed_document_names_the_other_forms(place: Place) -> None:
    link = place.ask.get(f"/dataset/{place.slug('a')}.ttl").headers["link"]
    assert ".jsonld>" in link
    assert ".ttl>" not in link
    catalog = place.ask.get("/catalog.rdf?page=1").headers["link"]
    assert f'<{BASE}/catalog.ttl?page=1>; rel="alternate"; type="text/turtle"' in catalog
    assert f'<{BASE}/catalog.rdf?page=1>; rel="canonical"' in catalog


def test_other_names_lead_to_the_slug(place: Place) -> None:
    key = iris.key("neuhof-portal", "a")
    answer = place.ask.get(f"/dataset/{key}.ttl")
    assert (answer.status_code, answer.headers["location"]) == (301, f"/dataset/{place.slug('a')}.ttl")
    answer = place.ask.get(f"/dataset/{place.slug('wfs')}.ttl")
    assert (answer.status_code, answer.headers["location"]) == (301, f"/service/{place.slug('wfs')}.ttl")


def test_a_former_title_leads_to_the_slug(tmp_path_factory: pytest.TempPathFactory) -> None:
    with place_in(tmp_path_factory.mktemp("region")) as place:
        place.publish(Stored("a", dataset("Neuer Titel", "x")))
        with database.writing(place.builder.engine).begin() as connection:
            key = iris.key("neuhof-portal", "a")
            connection.execute(sa.insert(tables.aliases).values(slug="alter-titel-aaaaaa", key=key))
        for address, accept in (("", "text/turtle"), ("", BROWSER), (".rdf", "*/*")):
            answer = place.ask.get(f"/dataset/alter-titel-aaaaaa{address}", accept=accept)
            assert (answer.status_code, answer.headers["location"]) == (301, f"/dataset/{place.slug('a')}{address}")


@pytest.mark.parametrize("address", ["/dataset/gibt-es-nicht", "/dataset/gibt-es-nicht.ttl", "/agent/x", "/nirgendwo"])
def test_what_never_was_is_404(place: Place, address: str) -> None:
    for accept in (BROWSER, "text/turtle", "*/*"):
        answer = place.ask.get(address, accept=accept)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html" if accept == BROWSER else "text/plain")


def test_what_was_withdrawn_is_410_with_its_last_title(place: Place) -> None:
    key = iris.key("neuhof-portal", "b")
    slug = iris.slug("Fort <i>damit</i>", key)
    for address in (f"/dataset/{slug}.ttl", f"/id/dataset/{key}", f"/dataset/{slug}"):
        answer = place.ask.get(address, accept="text/turtle")
        assert answer.status_code == 410
        assert "„Fort <i>damit</i>“" in answer.text
        assert "am 2. Januar 2026" in answer.text
        page = place.ask.get(address, accept=BROWSER)
        assert page.status_code == 410
        assert "Fort &lt;i&gt;damit&lt;/i&gt;" in page.text
        assert "<i>" not in page.text


# ------------------------------------------------------------------------------------------------- /id/…


def test_a_minted_iri_leads_to_the_document(place: Place) -> None:
    slug = place.slug("a")
    key = iris.key("neuhof-portal", "a")
    distribution = iris.key("neuhof-portal", "Plan A")
    expected = {
        "/id/catalog": "/catalog",
        f"/id/dataset/{key}": f"/dataset/{slug}",
        f"/id/record/{key}": f"/dataset/{slug}",
        f"/id/distribution/{distribution}": f"/dataset/{slug}",
        AGENT.removeprefix(BASE): f"/agent/{place.slug('org:bauamt')}",
        SERVICE.removeprefix(BASE): f"/service/{place.slug('wfs')}",
        SERIES.removeprefix(BASE): f"/series/{place.slug('reihe')}",
    }
    for address, document in expected.items():
        answer = place.ask.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, document), address
        assert place.ask.get(document, accept="text/turtle").status_code == 200


@pytest.mark.parametrize("address", ["/id/dataset/aaaaaaaaaaaaa", "/id/nothing/aaaaaaaaaaaaa", "/id/distribution/x"])
def test_an_iri_that_was_never_minted_is_404(place: Place, address: str) -> None:
    assert place.ask.get(address).status_code == 404


def test_a_key_of_another_kind_is_404(place: Place) -> None:
    assert place.ask.get(f"/id/service/{iris.key('neuhof-portal', 'a')}").status_code == 404


def test_a_base_address_with_a_path_is_kept_in_redirects(tmp_path_factory: pytest.TempPathFactory) -> None:
    with place_in(tmp_path_factory.mktemp("region"), base_url="https://region.example/daten") as place:
        assert place.ask.get("/id/catalog").headers["location"] == "/daten/catalog"
        assert "https://region.example/daten/catalog.ttl?page=1" in place.ask.get("/catalog.ttl").text


def test_people_who_follow_a_municipality_as_an_agent_see_its_page(tmp_path: Path) -> None:
    agent = model.Agent(
        iri=iris.mint(BASE, "agent", publisher_key("flieden")), name=(Literal("Gemeinde Flieden", "de"),)
    )
    with place_in(tmp_path) as place:
        place.publish(Stored("flieden", agent, "municipality", positioned=False))
        address = f"/agent/{place.slug('flieden', 'municipality')}"
        assert place.ask.get(str(agent.iri).removeprefix(BASE)).headers["location"] == address
        page = place.ask.get(address, accept=BROWSER)
        assert (page.status_code, page.headers["location"]) == (303, "/municipality/flieden")
        assert "Accept" in page.headers["vary"]
        assert place.ask.get(address, accept="text/turtle").headers["content-type"].startswith("text/turtle")
