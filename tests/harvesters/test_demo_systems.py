"""The demo's fake systems: each speaks its protocol, and nothing in them leads nowhere."""

import csv
import io
import json
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import ckanapi
import httpx
import pytest
from defusedxml import ElementTree
from protego import Protego
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCTERMS

from harvesters.persons.words import is_personal_mailbox
from harvesters.regions import server
from harvesters.regions.demo_systems import WRITTEN
from schemas import region
from schemas.vocabularies import find_license
from tests.harvesters.demo_content import (
    DATASETS,
    DCAT,
    DEMO,
    FILES,
    HYDRA,
    NOTE,
    REGIONS,
    address,
    links_of,
    packages_of_neuhof,
    root_of,
    served,
)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with server.start(DEMO, 0) as running:
        yield running.base_url


@pytest.fixture(scope="module")
def client(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, trust_env=False, timeout=20) as opened:
        yield opened


@pytest.mark.parametrize("get_only", [True, False])
def test_a_ckan_client_pages_through_all_packages(base: str, get_only: bool) -> None:
    with ckanapi.RemoteCKAN(f"{base}/ckan-neuhof", get_only=get_only, user_agent="test") as portal:
        pages = [portal.action.package_search(rows=5, start=start) for start in (0, 5, 10, 15)]
        names = [package["name"] for page in pages for package in page["results"]]
        assert {page["count"] for page in pages} == {DATASETS["ckan"] + 1}
        assert [len(page["results"]) for page in pages] == [5, 5, 3, 0]
        assert len(set(names)) == DATASETS["ckan"] + 1
        assert set(portal.action.package_list()) == set(names) - {""}
        assert portal.action.package_show(id="bauplaetze")["title"] == "Bauplätze im Baugebiet Am Opperzer Berg"
        assert portal.action.status_show()["ckan_version"].startswith("2.")
        assert portal.action.site_read() is True
        assert "ordnungsamt" in portal.action.organization_list()
        assert portal.action.group_list(all_fields=True)[0]["display_name"] == "Umwelt"
        with pytest.raises(ckanapi.NotFound):
            portal.action.package_show(id="nichts")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("fq=organization:ordnungsamt", 4),
        ("fq=organization:(ordnungsamt OR kaemmerei)", 5),
        ("fq=-organization:bauamt", 7),
        ("fq=groups:tran", 2),
        ('fq=tags:"Kita"', 1),
        ("fq=res_format:GeoJSON groups:regi", 1),
        ("fq=metadata_modified:[2026-11-15T00:00:00Z TO *]", 3),
        ("fq=metadata_modified:[* TO 2025-01-01T00:00:00Z]", 1),
        ("q=straßenbeleuchtung", 1),
        ("q=*:*", 13),
        ("fq_list=groups:envi&fq_list=groups:ener", 1),
    ],
)
def test_package_search_filters(client: httpx.Client, query: str, count: int) -> None:
    result = client.get(f"/ckan-neuhof/api/3/action/package_search?{query}").json()["result"]
    assert result["count"] == count
    assert len(result["results"]) == min(count, 10)


def test_package_search_sorts_and_caps(client: httpx.Client) -> None:
    def names(query: str) -> list[str]:
        found = client.get(f"/ckan-neuhof/api/3/action/package_search?rows=5000&{query}").json()["result"]["results"]
        return [package["name"] for package in found]

    assert names("sort=name asc") == sorted(names(""))
    assert names("sort=name desc") == sorted(names(""), reverse=True)
    assert names("sort=metadata_modified desc")[0] == "baustellen"


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("package_search?fq=a:b&fq=c:d", 409, "Validation Error"),
        ("package_search?rows=-1", 409, "Validation Error"),
        ("package_show", 409, "Validation Error"),
        ("package_show?id=nichts", 404, "Not Found Error"),
        ("resource_destroy", 400, "Bad Request"),
    ],
)
def test_a_failed_action_says_so_in_ckans_way(client: httpx.Client, action: str, status: int, kind: str) -> None:
    answer = client.get(f"/ckan-neuhof/api/3/action/{action}")
    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert answer.json()["error"]["__type"] == kind


def test_a_posted_body_that_is_no_object_is_refused(client: httpx.Client) -> None:
    for body in (b"{", b"[1]"):
        assert client.post("/ckan-neuhof/api/3/action/package_search", content=body).status_code == 400


def test_exactly_one_package_has_neither_title_nor_identity() -> None:
    packages = packages_of_neuhof()
    assert sum(not (package["title"] or package["name"] or package["id"]) for package in packages) == 1
    assert len(packages) == DATASETS["ckan"] + 1


def catalogue(client: httpx.Client) -> tuple[Graph, int]:
    """Read the DCAT catalogue as a harvester does: page after page along hydra:next."""
    graph, url, pages = Graph(), URIRef(f"{root_of(client)}dcat-flieden/catalog.ttl?page=1"), 0
    while url:
        page = Graph().parse(data=client.get(str(url)).text, format="turtle")
        following = page.value(url, HYDRA.next)
        graph += page
        url, pages = URIRef(str(following)) if following else URIRef(""), pages + 1
    return graph, pages


def test_the_dcat_catalogue_is_paged_and_whole(client: httpx.Client) -> None:
    graph, pages = catalogue(client)
    datasets = set(graph.subjects(RDF.type, DCAT.Dataset))
    assert pages == 2
    assert len(datasets) == DATASETS["dcat"]
    assert datasets == set(graph.objects(None, DCAT.dataset))
    assert {int(str(total)) for total in graph.objects(None, HYDRA.totalItems)} == {DATASETS["dcat"]}
    [series] = graph.subjects(RDF.type, DCAT.DatasetSeries)
    assert len(set(graph.subjects(DCAT.inSeries, series))) == 3
    [service] = graph.subjects(RDF.type, DCAT.DataService)
    assert set(graph.objects(service, DCAT.servesDataset)) <= datasets
    for record in [*datasets, series, service]:
        for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher):
            assert graph.value(record, needed) is not None
        assert NOTE.search(str(graph.value(record, DCTERMS.description))) or "Sample data" in str(
            graph.value(record, DCTERMS.description)
        )
    distributions = set(graph.objects(None, DCAT.distribution))
    assert distributions == set(graph.subjects(RDF.type, DCAT.Distribution))
    for distribution in distributions:
        assert graph.value(distribution, DCAT.accessURL) is not None
        assert find_license(str(graph.value(distribution, DCTERMS.license))) is not None


def test_the_hvd_dataset_carries_what_the_profile_demands(client: httpx.Client) -> None:
    graph, _ = catalogue(client)
    legislation, category = (
        URIRef("http://data.europa.eu/r5r/applicableLegislation"),
        URIRef("http://data.europa.eu/r5r/hvdCategory"),
    )
    [dataset] = set(graph.subjects(category, None)) & set(graph.subjects(RDF.type, DCAT.Dataset))
    for record in [dataset, *graph.objects(dataset, DCAT.distribution), *graph.subjects(RDF.type, DCAT.DataService)]:
        assert str(graph.value(record, legislation)) == "http://data.europa.eu/eli/reg_impl/2023/138/oj"
    services = {graph.value(part, DCAT.accessService) for part in graph.objects(dataset, DCAT.distribution)}
    assert services > {None}


def test_the_data_json_has_what_a_hub_sends() -> None:
    datasets = json.loads(served("hub-eichenzell/data.json"))["dataset"]
    assert len(datasets) == DATASETS["datajson"]
    assert len({dataset["identifier"] for dataset in datasets}) == len(datasets)
    assert sum("license" not in dataset for dataset in datasets) == 1
    assert sum("keyword" not in dataset for dataset in datasets) == 1
    assert sum("theme" not in dataset for dataset in datasets) == 1
    assert all(NOTE.search(dataset["description"]) for dataset in datasets)


def test_the_wfs_gives_what_it_lists(client: httpx.Client) -> None:
    capabilities = ElementTree.fromstring(client.get("/wfs-flieden?SERVICE=WFS&REQUEST=GetCapabilities").content)
    names = [str(name.text) for name in capabilities.iter("{http://www.opengis.net/wfs/2.0}Name")]
    assert len(names) == 3
    for name in names:
        whole = client.get(f"/wfs-flieden?request=GetFeature&typeNames={name}").json()
        part = client.get(f"/wfs-flieden?request=GetFeature&typeNames={name}&count=2&startIndex=1").json()
        assert whole["numberMatched"] == whole["numberReturned"] == len(whole["features"]) >= 3
        assert part["features"] == whole["features"][1:3]
    for query in ("", "?request=GetFeature&typeNames=x", f"?request=GetFeature&typeNames={names[0]}&count=-1"):
        refused = client.get(f"/wfs-flieden{query}")
        assert refused.status_code == 400
        assert b"ExceptionReport" in refused.content


def test_the_folder_lists_its_files_and_describes_seven_of_ten() -> None:
    names = [path.partition("/")[2] for path in FILES if path.startswith("ordner-kalbach/")]
    listed = [url for url in links_of(served("ordner-kalbach/").decode()) if not url.startswith(("?", "/"))]
    described = list(
        csv.DictReader(io.StringIO(served("ordner-kalbach/metadaten.csv").decode("cp1252")), delimiter=";")
    )
    assert sorted(listed) == sorted(names)
    assert len(names) == DATASETS["folder"] + 1
    assert len(described) == 7
    assert {row["Datei"] for row in described} < set(names)
    assert all(NOTE.search(row["Beschreibung"]) for row in described)
    rest = set(names) - {row["Datei"] for row in described} - {"metadaten.csv"}
    assert len(rest) == 3
    assert all(name.startswith("beispieldaten_") for name in rest)


def test_a_polite_crawler_finds_the_sites_data_and_no_draft(client: httpx.Client) -> None:
    rules = Protego.parse(client.get("/robots.txt").text)
    assert rules.crawl_delay("Allmende") is None
    root = f"{root_of(client)}web-eichenzell/"
    seen, waiting, holders, files = set(), [root], set(), set()
    while waiting:
        url = waiting.pop()
        if url in seen or not url.startswith(root) or not rules.can_fetch(url, "Allmende"):
            continue
        seen.add(url)
        answer = client.get(url)
        if not answer.headers["content-type"].startswith("text/html"):
            files.add(url)
            continue
        found = [urljoin(url, link).partition("#")[0] for link in links_of(answer.text)]
        waiting += found
        if any("/fileadmin/" in link for link in found):
            holders.add(url)
            assert NOTE.search(answer.text)
    pages = {url for url in seen - files if url != root}
    sitemap = ElementTree.fromstring(client.get("/sitemap.xml").content)
    assert {str(place.text) for place in sitemap.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")} == pages
    assert len(holders) == DATASETS["website"]
    assert len(files) == 9
    assert not any("/intern/" in url for url in seen)
    assert rules.sitemaps
    assert client.get(next(iter(rules.sitemaps))).status_code == 200


def test_one_page_carries_a_schema_org_dataset() -> None:
    found = []
    for path in FILES:
        if path.endswith(".html"):
            found += re.findall(r'<script type="application/ld\+json">(.*?)</script>', served(path).decode(), re.S)
    [dataset] = [json.loads(text) for text in found]
    assert dataset["@type"] == "Dataset"
    assert find_license(dataset["license"]) is not None
    assert NOTE.search(dataset["description"])


def test_no_link_inside_the_demo_is_dead(client: httpx.Client) -> None:
    """Follow every address of this host in every page and record, starting at the first page and at each source."""
    base = root_of(client)
    waiting = [base, *(source.url.replace(WRITTEN + "/", base) for source in region.load(DEMO, {}).sources)]
    waiting.append(f"{base}ckan-neuhof/api/3/action/package_search?rows=1000")
    seen: set[str] = set()
    dead = []
    while waiting:
        url = waiting.pop().partition("#")[0]
        if url in seen or not url.startswith(base):
            continue
        seen.add(url)
        answer = client.get(url, follow_redirects=True)
        if answer.status_code != 200:
            dead.append(url)
        kind = answer.headers["content-type"]
        if kind.startswith("text/html"):
            waiting += [urljoin(str(answer.url), link) for link in links_of(answer.text)]
        if kind.startswith(("text/html", "text/turtle", "application/json", "application/xml")):
            text = answer.text.replace("&amp;", "&")
            assert WRITTEN not in text
            waiting += re.findall(re.escape(base) + r"[^\s\"'<>,;)]+", text)
            if kind.startswith("text/turtle"):
                waiting += [str(node) for node in Graph().parse(data=answer.text, format="turtle").all_nodes()]
    # A DCAT endpoint and a namespace are addresses to speak to, not to look at.
    assert set(dead) == {f"{base}wfs-flieden", f"{base}dcat-flieden/id/"}
    reached = {urlsplit(url).path for url in seen}
    # These are answered at a shorter address, or known to crawlers without a link.
    assert {path for path in FILES if address(path) not in reached} == {
        "dcat-flieden/catalog.page2.ttl",
        "dcat-flieden/index.html",
        "hub-eichenzell/rest/services/Leuchtstellen/FeatureServer/0/index.json",
        "robots.txt",
        "web-eichenzell/sitemap.xml",
        "wfs-flieden/capabilities.xml",
    }


def test_only_this_machine_and_standards_are_named() -> None:
    """No text may send a browser or a harvester to a host outside, nor carry anybody's address or a machine's path."""
    allowed = re.compile(
        r"127\.0\.0\.1|www\.w3\.org|purl\.org|publications\.europa\.eu|data\.europa\.eu|dcat-ap\.de|xmlns\.com"
        r"|www\.opengis\.net|www\.iana\.org|www\.govdata\.de|creativecommons\.org|www\.opendefinition\.org"
        r"|project-open-data\.cio\.gov|schema\.org|www\.sitemaps\.org|localhost|.*\.example"
    )
    for folder in (DEMO, REGIONS / "blank"):
        for file in folder.rglob("*"):
            if file.is_dir():
                continue
            text = file.read_bytes().decode("utf-8", errors="replace")
            hosts = set(re.findall(r"https?://([^/\s\"'<>:]+)", text))
            assert {host for host in hosts if not allowed.fullmatch(host)} == set()
            mails = set(re.findall(r"[\w.-]+@([\w.-]*\w)", text)) - {"localhost"}
            assert {mail for mail in mails if not f".{mail}".endswith(".example.org")} == set()
            assert not re.search(r"(?<![\w.:/])/(home|root|work|tmp|Users|var)/", text)


def test_contacts_are_offices_not_persons() -> None:
    """A demo whose contacts were taken out as personal data would show no contact at all."""
    mails = set()
    for file in DEMO.rglob("*"):
        if file.is_file():
            mails |= set(
                re.findall(r"[\w.-]+@[\w.-]*example\.org", file.read_bytes().decode("utf-8", errors="replace"))
            )
    assert len(mails) > 15
    assert {mail for mail in mails if is_personal_mailbox(mail)} == set()
