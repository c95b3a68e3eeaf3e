"""Folders of metadata files: listings of the usual servers, a folder of this machine, files that are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harvesters.answer import Answer
from harvesters.detection import examine
from harvesters.spiders.wafxml import WafXmlSpider
from schemas.region import load
from tests.faultserver import FaultServer, Reply
from tests.harvesters.crawl_runs import Run, Site, write_region
from tests.harvesters.crawls import Crawls
from tests.harvesters.fake_catalogue import iso

XML = {"Content-Type": "application/xml"}
HTML = {"Content-Type": "text/html"}


def listing(*names: str, server: str = "apache") -> bytes:
    """An index page as Apache, nginx and IIS write it."""
    if server == "iis":
        title, before = "x.example - /waf/", '<a href="/">[To Parent Directory]</a><br>'
        links = "".join(f'2026-01-02 10:00 1234 <a href="{name}">{name}</a><br>' for name in names)
    else:
        title, before = "Index of /waf/", '<a href="../">../</a>\n'
        if server == "apache":
            before = '<a href="?C=N;O=D">Name</a> <a href="/">Parent Directory</a>\n'
        links = "".join(f'<a href="{name}">{name}</a> 02-Jan-2026 10:00 12K\n' for name in names)
    body = f"<h1>{title}</h1><pre>{before}{links}</pre>"
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode()


@pytest.fixture
def site(crawls: Crawls) -> Iterator[Callable[..., Run]]:
    """Harvests a site of pages by path; its server is ``run.server``."""
    with FaultServer() as server:

        def run(
            pages: dict[str, Reply], path: str = "/waf/", options: dict[str, Any] | None = None, **wishes: Any
        ) -> Run:
            server.pages = pages
            return crawls.crawl("wafxml", server.url(path), options, **wishes)

        run.server = server  # type: ignore[attr-defined]
        yield run


def file(number: int, title: str = "", etag: str = "") -> Reply:
    return Reply(iso(number, title).encode(), headers={**XML, "ETag": etag or f'"{number}{title}"'})


@pytest.mark.parametrize("server", ["apache", "nginx", "iis"])
def test_listing_of_each_server(site: Callable[..., Run], server: str) -> None:
    pages = {
        "/waf/": Reply(listing("1.xml", "2.XML", "lies.txt", "teil/", server=server), headers=HTML),
        "/waf/1.xml": file(1),
        "/waf/2.XML": file(2),
        "/waf/teil/": Reply(listing("3.xml", server=server), headers=HTML),
        "/waf/teil/3.xml": file(3),
    }
    run = site(pages)
    assert run.titles == {"id-1": "Karte 1", "id-2": "Karte 2", "id-3": "Karte 3"}
    assert run.report["coverage"] == "complete"
    assert run.unusable == []


def test_sub_folders_are_bounded(site: Callable[..., Run]) -> None:
    pages = {
        "/waf/": Reply(listing("1.xml", "a/"), headers=HTML),
        "/waf/1.xml": file(1),
        "/waf/a/": Reply(listing("2.xml", "b/"), headers=HTML),
        "/waf/a/2.xml": file(2),
        "/waf/a/b/": Reply(listing("3.xml"), headers=HTML),
        "/waf/a/b/3.xml": file(3),
    }
    run = site(pages, options={"depth": 1})
    assert set(run.records) == {"id-1", "id-2"}
    assert [rule for rule, _ in run.report["findings"]] == ["folder-depth"]
    assert run.report["coverage"] == "complete"


def test_unchanged_files_are_not_sent_again(site: Callable[..., Run]) -> None:
    pages = {"/waf/": Reply(listing("1.xml", "2.xml"), headers=HTML), "/waf/1.xml": file(1), "/waf/2.xml": file(2)}
    first = site(pages)
    pages["/waf/1.xml"] = Reply(b"", 304, {"ETag": '"1"'})
    pages["/waf/2.xml"] = file(2, "Neu")
    again = site(pages, state=first.state)
    asked = [each.headers.get("if-none-match") for each in site.server.seen if each.path == "/waf/1.xml"]  # type: ignore[attr-defined]
    assert asked == [None, '"1"']
    assert {key: record["unchanged"] for key, record in again.records.items()} == {"id-1": True, "id-2": False}
    assert again.report["coverage"] == "complete"


def test_F22_unreadable_files_are_set_aside_with_their_names(site: Callable[..., Run]) -> None:
    pages = {
        "/waf/": Reply(listing("gut.xml", "kaputt.xml", "fremd.xml", "seite.xml", "leer.xml"), headers=HTML),
        "/waf/gut.xml": file(1),
        "/waf/kaputt.xml": Reply(iso(2).encode()[:150], headers=XML),
        "/waf/fremd.xml": Reply(b"<root/>", headers=XML),
        "/waf/seite.xml": Reply(b"<!doctype html><html>Nicht gefunden</html>", headers=HTML),
        "/waf/leer.xml": Reply(b"", headers=XML),
    }
    run = site(pages)
    assert set(run.records) == {"id-1"}
    assert len(run.unusable) == 4
    for name in ("kaputt.xml", "fremd.xml", "seite.xml", "leer.xml"):
        assert any(name in message for message in run.unusable)
    assert run.report["coverage"] == "complete"


def test_F20_file_in_another_encoding_is_read_and_named(site: Callable[..., Run]) -> None:
    body = iso(1, "Größe").encode("cp1252")
    run = site({"/waf/": Reply(listing("1.xml"), headers=HTML), "/waf/1.xml": Reply(body, headers=XML)})
    assert run.titles == {"id-1": "Größe"}
    assert [rule for rule, _ in run.report["findings"]] == ["metadata-charset-repaired"]


def test_F14_file_that_cannot_be_had_makes_the_run_partial(site: Callable[..., Run]) -> None:
    pages = {
        "/waf/": Reply(listing("1.xml", "2.xml"), headers=HTML),
        "/waf/1.xml": file(1),
        "/waf/2.xml": Reply(b"", 500),
    }
    run = site(pages)
    assert set(run.records) == {"id-1"}
    assert run.report["coverage"] == "partial"


def test_file_that_is_gone_is_a_finding(site: Callable[..., Run]) -> None:
    pages = {"/waf/": Reply(listing("1.xml", "2.xml"), headers=HTML), "/waf/1.xml": file(1)}
    run = site(pages)
    assert set(run.records) == {"id-1"}
    assert run.report["coverage"] == "complete"
    assert any("2.xml" in message for message in run.unusable)


@pytest.mark.parametrize(
    ("reply", "said"),
    [(Reply(b'{"a": 1}', headers={"Content-Type": "application/json"}), "Verzeichnisseite"), (Reply(b"", 404), "404")],
)
def test_F01_what_is_no_listing_fails_the_run(site: Callable[..., Run], reply: Reply, said: str) -> None:
    run = site({"/waf/": reply})
    assert run.records == {}
    assert said in run.report["failure"]


def test_F12_folder_that_shows_itself_is_read_once(site: Callable[..., Run]) -> None:
    page = Reply(listing("1.xml", "wieder/"), headers=HTML)
    pages = {"/waf/": page, "/waf/1.xml": file(1), **{f"/waf/{'wieder/' * n}": page for n in range(1, 9)}}
    run = site(pages, options={"depth": 20})
    assert set(run.records) == {"id-1"}
    assert [rule for rule, _ in run.report["findings"]] == ["folder-loop"]


def test_replay_asks_nobody(site: Callable[..., Run]) -> None:
    pages = {"/waf/": Reply(listing("1.xml", "weg.xml"), headers=HTML), "/waf/1.xml": file(1)}
    first = site(pages)
    again = site({}, state=first.state, replay=True)
    assert again.titles == first.titles == {"id-1": "Karte 1"}
    assert again.report["coverage"] == "complete"


def test_folder_of_this_machine(crawls: Crawls, tmp_path: Path) -> None:
    (tmp_path / "teil").mkdir()
    (tmp_path / "1.xml").write_text(iso(1), encoding="utf-8")
    (tmp_path / "teil/2.xml").write_text(iso(2), encoding="utf-8")
    (tmp_path / "kaputt.xml").write_text(iso(3)[:100], encoding="utf-8")
    (tmp_path / "daten.csv").write_text("a;b", encoding="utf-8")
    first = crawls.crawl("wafxml", str(tmp_path))
    assert first.titles == {"id-1": "Karte 1", "id-2": "Karte 2"}
    assert len(first.unusable) == 1
    assert "kaputt.xml" in first.unusable[0]
    assert first.report["coverage"] == "complete"
    (tmp_path / "1.xml").unlink()
    replayed = crawls.crawl("wafxml", str(tmp_path), state=first.state, replay=True)
    assert replayed.titles == first.titles
    again = crawls.crawl("wafxml", str(tmp_path), state=first.state)
    assert {key: record["unchanged"] for key, record in again.records.items()} == {"id-2": True}
    missing = crawls.crawl("wafxml", str(tmp_path / "fehlt"))
    assert "nicht da" in missing.report["failure"]


def test_detection(tmp_path: Path) -> None:
    def answered(url: str, body: bytes) -> dict[str, Answer]:
        return {url: Answer(url, url, 200, {"content-type": "text/html"}, body, "", 0.0)}

    metadata = WafXmlSpider.detect(
        "https://x.example/waf/", answered("https://x.example/waf/", listing("1.xml", "2.xml"))
    )
    assert metadata is not None
    assert (metadata.count, metadata.certainty) == (2, 78)
    unnamed = WafXmlSpider.detect("https://x.example/d/", answered("https://x.example/d/", listing("1.xml")))
    assert unnamed is not None
    assert unnamed.certainty < 70
    data = listing("1.csv", "2.csv", "3.xml")
    assert WafXmlSpider.detect("https://x.example/d/", answered("https://x.example/d/", data)) is None
    assert WafXmlSpider.detect("https://x.example/d/", {}) is None
    place = "https://x.example/d/"
    two = answered(place, listing("1.xml", "2.xml"))
    first, second = WafXmlSpider.closer(place, two)
    assert (first, second) == (f"{place}1.xml", f"{place}2.xml")
    assert WafXmlSpider.closer(place, {}) == ()
    looked = WafXmlSpider.detect(place, {**two, **answered(first, b"<gml/>"), **answered(second, iso(1).encode())})
    assert looked is not None
    assert (looked.count, looked.certainty) == (2, 88)
    assert WafXmlSpider.detect(place, {**two, **answered(first, b"<gml/>")}) is None
    (tmp_path / "daten.xml").write_text("<root/>", encoding="utf-8")
    assert WafXmlSpider.detect(str(tmp_path), {}) is None
    (tmp_path / "a.xml").write_text(iso(1), encoding="utf-8")
    found = WafXmlSpider.detect(str(tmp_path), {})
    assert found is not None
    assert found.samples == ("a.xml",)


@pytest.mark.parametrize(("body", "protocol"), [(iso(1), "wafxml"), ("<gml><a>1</a></gml>", "folder")])
def test_folder_of_xml_is_what_its_files_are(tmp_path: Path, body: str, protocol: str) -> None:
    index = (200, {"Content-Type": "text/html"}, listing("1.xml", "2.xml", "3.xml"))
    pages: dict[str, Any] = {"/iso/": index, **{f"/iso/{number}.xml": body for number in (1, 2, 3)}}
    with Site(pages) as site:
        folder = write_region(tmp_path, web=f'url = "{site.url}/iso/"\nprotocol = "folder"\n')
        found = examine(f"{site.url}/iso/", load(folder, {})).found
        assert found[0].protocol == protocol
        assert "/iso/3.xml" not in site.asked
