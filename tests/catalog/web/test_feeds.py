"""The feeds: the same statements in every syntax, both spellings of Hydra, filters, dump, Atom, site map."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyoxigraph
import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st
from rdflib import DCTERMS, FOAF, RDF, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from catalog import feeds
from catalog.feeds import atom, sitemap
from catalog.feeds.envelope import Envelope
from catalog.feeds.sitemap import Place as SitemapPlace
from catalog.index import Found, Index
from catalog.reading.entries import Change
from catalog.web import searching
from catalog.web.api import sitemap as sitemap_api
from schemas import iris
from schemas.namespaces import DCAT, HYDRA, XSD
from schemas.syntax import FORMATS
from tests.catalog.builder import BASE, Stored, dataset, region_in
from tests.catalog.web.asking import AGENT, SERIES, SERVICE, Place, companions, place_in, whole

# rdflib's own JSON-LD parser uses what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
SUFFIXES = tuple(feeds.formats())
RDFLIB = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
CATALOG = URIRef(f"{BASE}/id/catalog")
_ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """250 datasets on three pages, one of them withdrawn again."""
    with place_in(tmp_path_factory.mktemp("region")) as made:
        made.publish(
            *companions(),
            *(Stored(f"d{i}", whole(f"Plan {i}")) for i in range(40)),
            *(Stored(f"d{i}", dataset(f"Wald {i}", "Bäume"), "flieden-portal") for i in range(40, 250)),
        )
        made.publish(Stored("d7", None))
        yield made


def graph_of(place: Place, address: str) -> Graph:
    answer = place.ask.get(address)
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.content, format=RDFLIB[urlsplit(address).path.rsplit(".", 1)[1]])


def datasets(graph: Graph) -> set[str]:
    return {str(found) for found in graph.subjects(RDF.type, DCAT.Dataset)}


def view(graph: Graph) -> URIRef:
    found = list(graph.subjects(RDF.type, HYDRA.PartialCollectionView))
    assert len(found) == 1
    assert isinstance(found[0], URIRef)
    return found[0]


def test_the_folder_is_the_registry() -> None:
    assert set(SUFFIXES) == set(FORMATS)
    for suffix, form in feeds.formats().items():
        assert isinstance(form, ModuleType)
        assert suffix == form.SUFFIX
        assert form.MEDIA_TYPE
        assert form.TITLE
        assert form.__doc__


# ------------------------------------------------------------------------------------------------- syntaxes


@pytest.mark.parametrize("address", ["/catalog.{}?page=1", "/dataset/SLUG.{}"])
def test_every_syntax_holds_the_same_statements(place: Place, address: str) -> None:
    address = address.replace("SLUG", place.slug("d0"))
    graphs = []
    for suffix in SUFFIXES:
        text = place.ask.get(address.format(suffix)).text.replace(f"{BASE}/catalog.{suffix}?", f"{BASE}/catalog?")
        graphs.append(Graph().parse(data=text, format=RDFLIB[suffix]))
    assert len(graphs[0]) >= 50
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_two_parsers_read_each_page_alike(place: Place, suffix: str) -> None:
    body = place.ask.get(f"/catalog.{suffix}").content
    read = {quad.triple for quad in pyoxigraph.parse(body, format=FORMATS[suffix])}
    assert len(read) == len(Graph().parse(data=body, format=RDFLIB[suffix])) > 500


# ------------------------------------------------------------------------------------------------- the catalogue


def test_the_catalogue_describes_itself(place: Place) -> None:
    graph = graph_of(place, "/catalog.ttl")
    assert graph.value(CATALOG, DCTERMS.title) == Literal("Testregion", lang="de")
    assert graph.value(CATALOG, DCTERMS.description) == Literal("Beispieldaten", lang="de")
    assert str(graph.value(CATALOG, DCTERMS.modified)) == "2026-01-02T04:00:00Z"
    assert graph.value(CATALOG, FOAF.homepage) == URIRef(f"{BASE}/")
    publisher = graph.value(CATALOG, DCTERMS.publisher)
    assert (publisher, RDF.type, FOAF.Agent) in graph
    assert graph.value(publisher, FOAF.name) == Literal("Zweckverband", lang="de")
    assert str(graph.value(CATALOG, DCAT.themeTaxonomy)).endswith("/authority/data-theme")
    assert {str(spatial).rsplit("/", 1)[1] for spatial in graph.objects(CATALOG, DCTERMS.spatial)} == {
        "066310018018",
        "066310006006",
    }


def test_each_record_has_an_entry_of_our_own(place: Place) -> None:
    graph = graph_of(place, "/catalog.ttl")
    listed = {*graph.objects(CATALOG, DCAT.dataset), *graph.objects(CATALOG, DCAT.service), URIRef(SERIES)}
    records = set(graph.objects(CATALOG, DCAT.record))
    assert {graph.value(record, FOAF.primaryTopic) for record in records} == listed
    key = iris.key("neuhof-portal", "d0")
    record = URIRef(f"{BASE}/id/record/{key}")
    assert record in records
    assert (record, RDF.type, DCAT.CatalogRecord) in graph
    assert str(graph.value(record, DCTERMS.issued)) == "2026-01-01T04:00:00Z"
    assert str(graph.value(record, DCTERMS.modified)) == "2026-01-01T04:00:00Z"


def test_what_datasets_refer_to_is_on_the_page_once(place: Place) -> None:
    text = place.ask.get("/catalog.nt").text
    of_class = f"<{RDF.type}>"
    assert text.count(f"<{AGENT}> {of_class} <{FOAF.Agent}> .") == 1
    assert text.count(f"<{SERVICE}> {of_class} <{DCAT.DataService}> .") == 1
    assert text.count(f"<{SERIES}> {of_class} <{DCAT.DatasetSeries}> .") == 1
    assert AGENT not in place.ask.get("/catalog.nt?page=2").text


def test_contact_points_publishers_and_records_are_typed_without_inference(place: Place) -> None:
    graph = graph_of(place, "/catalog.ttl")
    vcard = "http://www.w3.org/2006/vcard/ns#Kind"
    assert all((point, RDF.type, URIRef(vcard)) in graph for point in graph.objects(None, DCAT.contactPoint))
    assert all((agent, RDF.type, FOAF.Agent) in graph for agent in graph.objects(None, DCTERMS.publisher))
    for record_class in (DCAT.Dataset, DCAT.DatasetSeries, DCAT.DataService):
        found = set(graph.subjects(RDF.type, record_class))
        assert found
        assert all((record, RDF.type, DCAT.Resource) in graph for record in found)


# ------------------------------------------------------------------------------------------------- paging


@pytest.mark.parametrize(
    ("next_link", "typed"), [(HYDRA.next, HYDRA.PartialCollectionView), (HYDRA.nextPage, HYDRA.PagedCollection)]
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_client_of_either_spelling_sees_each_dataset_once(
    place: Place, suffix: str, next_link: URIRef, typed: URIRef
) -> None:
    address, seen, pages = f"/catalog.{suffix}", [], 0
    while address:
        graph = graph_of(place, address)
        seen += sorted(datasets(graph))
        pages += 1
        here = next(iter(graph.subjects(RDF.type, typed)))
        following = graph.value(here, next_link)
        address = str(following).removeprefix(BASE) if following else ""
    assert pages == 3
    assert len(seen) == len(set(seen)) == 249


def test_links_in_both_spellings(place: Place) -> None:
    graph = graph_of(place, "/catalog.ttl?page=2")
    here = view(graph)
    for name, page in (("first", 1), ("previous", 1), ("next", 3), ("last", 3)):
        for spelling in (HYDRA[name], HYDRA[f"{name}Page"]):
            assert graph.value(here, spelling) == URIRef(f"{BASE}/catalog.ttl?page={page}")
    assert graph.value(here, HYDRA.totalItems) == Literal("249", datatype=XSD.integer)
    assert graph.value(here, HYDRA.itemsPerPage) == Literal("100", datatype=XSD.integer)


def test_a_page_holds_the_datasets_of_100_positions(place: Place) -> None:
    # One of the first hundred was withdrawn: its hole stays, so that nobody who pages misses the next.
    sizes = [len(datasets(graph_of(place, f"/catalog.ttl?page={page}"))) for page in (1, 2, 3)]
    assert sizes == [99, 100, 50]


def test_without_page_the_first(place: Place) -> None:
    assert place.ask.get("/catalog.ttl").content == place.ask.get("/catalog.ttl?page=1").content


@pytest.mark.parametrize("page", ["4", "1000000000", "9" * 40])
def test_beyond_the_last_page_the_catalogue_and_no_dataset(place: Place, page: str) -> None:
    graph = graph_of(place, f"/catalog.ttl?page={page}")
    assert not datasets(graph)
    assert (CATALOG, RDF.type, DCAT.Catalog) in graph
    assert graph.value(view(graph), HYDRA.previous) == URIRef(f"{BASE}/catalog.ttl?page=3")
    assert graph.value(view(graph), HYDRA.next) is None


@pytest.mark.parametrize("suffix", [*SUFFIXES, ""])
@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "", "%D9%A1", "1%00", "+1", "0x1"])
def test_no_page_number(place: Place, suffix: str, page: str) -> None:
    answer = place.ask.get(f"/catalog{'.' if suffix else ''}{suffix}?page={page}")
    assert answer.status_code == 400
    assert "page=" in answer.text


# ------------------------------------------------------------------------------------------------- filters


def test_a_filtered_feed_pages_by_position(place: Place) -> None:
    address, seen = "/catalog.ttl?municipality=flieden&q=wald", []
    while address:
        graph = graph_of(place, address)
        seen += sorted(datasets(graph))
        assert graph.value(view(graph), HYDRA.totalItems) == Literal("210", datatype=XSD.integer)
        assert graph.value(view(graph), HYDRA.first) == URIRef(f"{BASE}/catalog.ttl?q=wald&municipality=flieden")
        following = graph.value(view(graph), HYDRA.next)
        assert following == graph.value(view(graph), HYDRA.nextPage)
        assert following is None or "after=" in str(following)
        address = str(following).removeprefix(BASE) if following else ""
    assert len(seen) == len(set(seen)) == 210


@pytest.mark.parametrize(
    ("filters", "total"),
    [
        ("municipality=neuhof", 39),
        ("municipality=neuhof&municipality=flieden", 249),
        ("municipality=neuhof&theme=REGI&format=CSV&license=dl-by-de/2.0", 39),
        ("theme=ENVI", 0),
        ("municipality=nirgendwo", 0),
        ("municipality=neuhof&municipality=nirgendwo", 39),
        ("q=Plan", 39),
        ("q=&municipality=&unknown=1", 249),
    ],
)
def test_filters_are_those_of_the_search_page(place: Place, filters: str, total: int) -> None:
    graph = graph_of(place, f"/catalog.ttl?{filters}")
    assert graph.value(view(graph), HYDRA.totalItems) == Literal(str(total), datatype=XSD.integer)
    assert len(datasets(graph)) == min(total, 99 if total == 249 and "neuhof" not in filters else 100)


def test_filtered_feeds_by_page_number(place: Place) -> None:
    first = place.ask.get("/catalog.ttl?municipality=flieden")
    assert place.ask.get("/catalog.ttl?municipality=flieden&page=1").content == first.content
    assert not datasets(graph_of(place, "/catalog.ttl?municipality=flieden&page=4"))
    refused = place.ask.get("/catalog.ttl?municipality=flieden&page=2")
    assert (refused.status_code, "hydra:next" in refused.text) == (400, True)
    assert place.ask.get("/catalog.ttl?municipality=flieden&after=x").status_code == 400


def test_a_slow_filtered_feed_holds_up_nobody_else(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = [f"/catalog.{suffix}?q=wald" for suffix in SUFFIXES]
    before = [place.ask.get(address).content for address in addresses]
    place.app.middleware_stack = None  # what is answered from memory is not searched for again
    monkeypatch.setattr(searching, "LARGE", 1)
    under_way, goes_on, lock, search = [0], threading.Event(), threading.Lock(), Index.after

    def slow(*asked: Any) -> Found:
        with lock:
            under_way[0] += 1
        assert goes_on.wait(30), "the event loop was held: nobody could let the search go on"
        return search(*asked)

    async def ask_beside() -> list[bytes]:
        transport = httpx.ASGITransport(place.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            client.headers["accept-encoding"] = "identity"
            feeds = [asyncio.ensure_future(client.get(address)) for address in addresses]
            while under_way[0] < searching.AT_ONCE:
                await asyncio.sleep(0.001)
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/catalog.ttl")).status_code == 200
            assert under_way[0] == searching.AT_ONCE
            assert not any(feed.done() for feed in feeds)
            goes_on.set()
            return [answer.content for answer in await asyncio.gather(*feeds)]

    monkeypatch.setattr(Index, "after", slow)
    assert asyncio.run(ask_beside()) == before
    assert under_way[0] == len(addresses)


def test_a_filter_value_cannot_break_out_of_a_link(place: Place) -> None:
    graph = graph_of(place, "/catalog.ttl?municipality=%3E%20.%20%3Curn:x%3E%20a%20%3Curn:y%3E%22%0A")
    assert (URIRef("urn:x"), None, None) not in graph
    assert "urn%3Ax" in str(view(graph))
    link = place.ask.get("/catalog.ttl?municipality=%3E%0D%0Ax:y").headers["link"]
    assert "\n" not in link
    assert "%3E%0D%0Ax%3Ay" in link


# ------------------------------------------------------------------------------------------------- documents


def test_a_document_holds_a_dataset_and_what_belongs_to_it(place: Place) -> None:
    graph = graph_of(place, f"/dataset/{place.slug('d0')}.ttl")
    assert len(datasets(graph)) == 1
    for iri, record_class in ((AGENT, FOAF.Agent), (SERVICE, DCAT.DataService), (SERIES, DCAT.DatasetSeries)):
        assert (URIRef(iri), RDF.type, record_class) in graph
    assert len(list(graph.subjects(RDF.type, DCAT.CatalogRecord))) == 1
    assert (None, RDF.type, DCAT.Catalog) not in graph


def test_other_records_have_documents_too(place: Place) -> None:
    for kind, native_id, iri in (
        ("agent", "org:bauamt", AGENT),
        ("service", "wfs", SERVICE),
        ("series", "reihe", SERIES),
    ):
        graph = graph_of(place, f"/{kind}/{place.slug(native_id)}.ttl")
        assert (URIRef(iri), RDF.type, None) in graph


# ------------------------------------------------------------------------------------------------- the dump


def test_the_dump_holds_the_whole_catalogue(place: Place) -> None:
    answer = place.ask.get("/catalog.nt.gz")
    assert answer.headers["content-type"] == "application/gzip"
    assert "content-encoding" not in answer.headers
    graph = Graph().parse(data=gzip.decompress(answer.content), format="nt")
    assert len(datasets(graph)) == 249
    assert {str(iri) for iri in graph.objects(CATALOG, DCAT.dataset)} >= datasets(graph)
    assert len(set(graph.objects(CATALOG, DCAT.record))) >= 249
    assert graph.value(CATALOG, DCTERMS.title) is not None
    pages = [graph_of(place, f"/catalog.nt?page={page}") for page in (1, 2, 3)]
    about_datasets = {
        statement
        for page in pages
        for statement in page
        if str(statement[0]) in datasets(page) and not isinstance(statement[2], BNode)
    }
    assert about_datasets <= set(graph)


def test_the_dump_is_revalidated_and_made_anew(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        place.publish(Stored("a", dataset("Eins", "x")))
        first = place.ask.get("/catalog.nt.gz")
        assert place.ask.get("/catalog.nt.gz", if_none_match=first.headers["etag"]).status_code == 304
        head = place.ask.get("/catalog.nt.gz", "HEAD")
        assert (head.content, head.headers["content-length"]) == (b"", str(len(first.content)))
        place.publish(Stored("b", dataset("Zwei", "x")))
        second = place.ask.get("/catalog.nt.gz", if_none_match=first.headers["etag"])
        assert second.status_code == 200
        assert b"Zwei" in gzip.decompress(second.content)


# ------------------------------------------------------------------------------------------------- Atom


def entries_of(body: bytes) -> list[tuple[str, ...]]:
    root = ElementTree.fromstring(body)
    return [
        tuple(entry.findtext(f"{_ATOM}{name}") or "" for name in ("id", "title", "updated"))
        for entry in root.iter(f"{_ATOM}entry")
    ]


def test_the_atom_feed_tells_what_changed(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        place.publish(Stored("a", dataset("Eins", "x")), Stored("b", dataset("Zwei <b>&", "x")))
        place.publish(Stored("a", dataset("Eins neu", "x")))
        place.publish(Stored("b", None))
        answer = place.ask.get("/feed.atom")
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        found = entries_of(answer.content)
        assert [title for _, title, _ in found][:2] == ["Entfernt: Zwei <b>&", "Geändert: Eins neu"]
        assert {title for _, title, _ in found[2:]} == {"Neu: Eins", "Neu: Zwei <b>&"}
        assert len({entry_id for entry_id, _, _ in found}) == 4
        assert (
            ElementTree.fromstring(answer.content).findtext(f"{_ATOM}updated") == found[0][2] == "2026-01-03T04:00:00Z"
        )


def test_an_empty_catalogue_has_valid_feeds(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        root = ElementTree.fromstring(place.ask.get("/feed.atom").content)
        assert all(root.findtext(f"{_ATOM}{name}") for name in ("id", "title", "updated"))
        for suffix in SUFFIXES:
            graph = graph_of(place, f"/catalog.{suffix}")
            assert (CATALOG, RDF.type, DCAT.Catalog) in graph
        assert gzip.decompress(place.ask.get("/catalog.nt.gz").content)
        assert ElementTree.fromstring(place.ask.get("/sitemap.xml").content) is not None


@given(st.text(), st.text(st.characters(codec="utf-8")))
def test_F62_no_title_breaks_the_atom_feed(title: str, slug: str) -> None:
    region = region_in(Path("/nowhere"))
    change = Change(
        1, "2026-01-01T00:00:00Z", "k", slug, title.encode("utf-8", "replace").decode(), "x", "updated", "urn:x"
    )
    found = entries_of(atom.write(region, [change], ""))
    assert len(found) == 1
    assert found[0][1].startswith("Geändert: ")


# ------------------------------------------------------------------------------------------------- site map


def test_the_site_map_lists_pages_and_datasets(place: Place) -> None:
    root = ElementTree.fromstring(place.ask.get("/sitemap.xml").content)
    found = [element.text or "" for element in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert {f"{BASE}/", f"{BASE}/datasets", f"{BASE}/municipality/neuhof"} <= set(found)
    assert sum(address.startswith(f"{BASE}/dataset/") for address in found) == 249


def test_a_large_site_map_is_an_index_of_files(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap_api, "POSITIONS", 120)
    place.app.middleware_stack = None  # ready answers of the other limit are forgotten
    try:
        root = ElementTree.fromstring(place.ask.get("/sitemap.xml").content)
        name = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
        files = [str(element.text).removeprefix(BASE) for element in root.iter(name)]
        assert files == ["/sitemap/1.xml", "/sitemap/2.xml", "/sitemap/3.xml"]
        listed = [
            element.text for file in files for element in ElementTree.fromstring(place.ask.get(file).content).iter(name)
        ]
        assert sum("/dataset/" in str(address) for address in listed) == 249
        assert len(listed) == len(set(listed))
        assert place.ask.get("/sitemap/4.xml").status_code == 404
        assert place.ask.get("/sitemap/0.xml").status_code == 404
    finally:
        place.app.middleware_stack = None


def test_a_file_of_the_site_map_stays_within_the_protocol() -> None:
    assert sitemap_api.POSITIONS + len(sitemap_api.PAGES) + 500 < sitemap.LIMIT == 50_000
    written = b"".join(sitemap.write([SitemapPlace("https://x.example/?a=1&b=<", "2026-01-01")]))
    assert ElementTree.fromstring(written)[0][0].text == "https://x.example/?a=1&b=<"


# ------------------------------------------------------------------------------------------------- formats by themselves


def test_an_empty_envelope_and_no_entry_is_a_document_in_every_syntax() -> None:
    for suffix, form in feeds.formats().items():
        body = b"".join(form.write((), Envelope()))
        assert len(Graph().parse(data=body, format=RDFLIB[suffix])) == 0
