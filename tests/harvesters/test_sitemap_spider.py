"""The sitemap spider: maps and indexes, packed ones, robots.txt, patterns, dates, budgets, what is no map, replays."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.answer import Answer
from harvesters.spiders.sitemap import SitemapSpider
from harvesters.spiders.sitemap import _has_turn as has_turn
from harvesters.spiders.website import WebsiteSpider
from harvesters.website import sitemaps
from harvesters.website.sitemaps import Listed, named_in_robots, read_sitemap
from schemas.region import ConfigurationError
from schemas.syntax import Unreadable
from tests.harvesters.crawl_runs import Site, crawl, write_region
from tests.harvesters.source_walks import Reply, distributions, walk

ROOT = "https://www.gemeinde.example"
URL = f"{ROOT}/sitemap.xml"
SINCE = datetime(2026, 3, 10, tzinfo=UTC)
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urls(*paths: str, root: str = ROOT) -> bytes:
    each = []
    for path in paths:
        path, _, changed = path.partition(" ")
        address = path if "://" in path else f"{root}{path}"
        each.append(f"<url><loc>{address}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</url>")
    return f'<?xml version="1.0"?><urlset {SPACE}>{"".join(each)}</urlset>'.encode()


def index(*paths: str, root: str = ROOT) -> bytes:
    each = "".join(f"<sitemap><loc>{path if '://' in path else root + path}</loc></sitemap>" for path in paths)
    return f'<?xml version="1.0"?><sitemapindex {SPACE}>{each}</sitemapindex>'.encode()


def page(name: str, more: str = "") -> bytes:
    return (
        f"<!doctype html><html lang='de'><title>{name}</title><main><h1>{name}</h1>"
        f"<p><a href='/daten/{name}.csv'>Tabelle {name} (CSV)</a> <a href='/anders'>weiter</a></p>{more}</main></html>"
    ).encode()


def ids(*names: str) -> list[str]:
    return [f"{ROOT}/daten/{name}.csv" for name in names]


# ----------------------------------------------------------------------------------------------------------- maps


def test_pages_of_the_map_are_read_and_no_link_is_followed() -> None:
    found = walk("sitemap", URL, {URL: urls("/a", "/b"), f"{ROOT}/a": page("a"), f"{ROOT}/b": page("b")})
    assert found.ids == ids("a", "b")
    assert found.titles[ids("a")[0]] == "Tabelle a"
    assert found.urls == [URL, f"{ROOT}/a", f"{ROOT}/b"]
    assert found.coverage == "complete"


def test_indexes_packed_maps_and_plain_lists() -> None:
    pages: dict[str, bytes | str | Reply] = {
        URL: index("/teil1.xml.gz", "/teil2.txt", "/teil1.xml.gz", "https://anders.example/sitemap.xml"),
        f"{ROOT}/teil1.xml.gz": gzip.compress(urls("/a")),
        f"{ROOT}/teil2.txt": f"{ROOT}/b\n{ROOT}/a\n\n{ROOT}/b\n",
        f"{ROOT}/a": page("a"),
        f"{ROOT}/b": page("b"),
    }
    found = walk("sitemap", URL, pages)
    assert found.ids == ids("a", "b")
    assert found.coverage == "complete"
    assert len(found.asked) == 5
    again = walk("sitemap", URL, {}, replay=found)
    assert (again.titles, again.coverage) == (found.titles, "complete")


def test_robots_txt_names_the_maps_of_its_own_site() -> None:
    pages: dict[str, bytes | str | Reply] = {
        f"{ROOT}/robots.txt": f"User-agent: *\nDisallow: /intern\nSitemap: {ROOT}/karte.xml\nsitemap:/zwei.xml # x\n"
        "Sitemap: https://anders.example/sitemap.xml\n",
        f"{ROOT}/karte.xml": urls("/a"),
        f"{ROOT}/zwei.xml": urls("/b"),
        f"{ROOT}/a": page("a"),
        f"{ROOT}/b": page("b"),
    }
    found = walk("sitemap", f"{ROOT}/", pages)
    assert found.ids == ids("a", "b")
    again = walk("sitemap", f"{ROOT}/", {}, replay=found)
    assert again.titles == found.titles


@pytest.mark.parametrize("robots", [(404, {}, b""), b"User-agent: *\nDisallow:\n"])
def test_without_a_word_in_robots_txt_the_map_lies_at_its_usual_place(robots: bytes | Reply) -> None:
    pages: dict[str, bytes | str | Reply] = {f"{ROOT}/robots.txt": robots, URL: urls("/a"), f"{ROOT}/a": page("a")}
    found = walk("sitemap", ROOT, pages)
    assert (found.ids, found.coverage) == (ids("a"), "complete")


def test_patterns_choose_pages_by_their_path() -> None:
    names = ("/daten/a", "/daten/b", "/daten/intern/c", "/news/d")
    pages: dict[str, bytes | str | Reply] = {f"{ROOT}{name}": page(name[-1]) for name in names}
    pages[URL] = urls(*names)
    found = walk("sitemap", URL, pages, {"include": ["/daten/*"], "exclude": ["*/intern/*"]})
    assert found.ids == ids("a", "b")
    assert found.coverage == "complete"


def test_pages_of_other_sites_and_pictures_are_left_out() -> None:
    found = walk("sitemap", URL, {URL: urls("https://anders.example/a", "/bild.jpg", "/a"), f"{ROOT}/a": page("a")})
    assert found.urls == [URL, f"{ROOT}/a"]


def test_files_that_the_map_lists_are_datasets_unless_a_page_names_them() -> None:
    pages = {URL: urls("/daten/a.csv 2026-03-01", "/a", "/daten/b.xlsx 2026-02-01", "/daten/b.csv", "/c.pdf")}
    found = walk("sitemap", URL, {**pages, f"{ROOT}/a": page("a")})
    assert found.ids == [*ids("a"), f"{ROOT}/daten/b.xlsx"]
    record = found.datasets[f"{ROOT}/daten/b.xlsx"]
    assert [literal.text for literal in record.modified] == ["2026-02-01"]
    assert len(distributions(record)) == 2
    assert walk("sitemap", URL, {}, replay=found).ids == found.ids


def test_schema_org_datasets_are_read() -> None:
    dataset = '{"@type": "Dataset", "@id": "https://d.example/1", "name": "Beschrieben"}'
    described = f'<script type="application/ld+json">{dataset}</script>'
    found = walk("sitemap", URL, {URL: urls("/a"), f"{ROOT}/a": page("a", described)})
    assert found.titles["https://d.example/1"] == "Beschrieben"


# ----------------------------------------------------------------------------------------------------------- changes


def _dated(a: str, b: str, c: str) -> dict[str, bytes | str | Reply]:
    pages: dict[str, bytes | str | Reply] = {f"{ROOT}/{name}": page(name) for name in "abc"}
    pages[URL] = urls(f"/a {a}", f"/b {b}", f"/c {c}")
    return pages


def test_only_pages_changed_since_the_last_run_are_asked_for_and_all_count_as_seen() -> None:
    first = walk("sitemap", URL, _dated("2026-03-01", "2026-03-10", "irgendwann"))
    assert first.rules == ["sitemap-lastmod-unreadable"]
    since = _not_the_turn_of(f"{ROOT}/a", f"{ROOT}/c")
    second = walk("sitemap", URL, _dated("2026-03-01", "2026-03-20", "irgendwann"), before=first, since=since)
    assert second.urls == [URL, f"{ROOT}/b", f"{ROOT}/c"]
    assert sorted(second.ids) == ids("a", "b", "c")
    assert second.coverage == "complete"
    third = walk("sitemap", URL, _dated("2026-03-01", "", "2026-03-09T10:00:00+01:00"), before=second, since=since)
    assert third.urls == [URL, f"{ROOT}/b"]
    assert sorted(third.ids) == ids("a", "b", "c")


def _not_the_turn_of(*pages: str) -> datetime:
    days = (SINCE + timedelta(days=number) for number in range(5))
    return next(day for day in days if not any(has_turn(page, day) for page in pages))


def test_F19_each_page_is_asked_for_one_day_of_five_whatever_its_lastmod_says() -> None:
    first = walk("sitemap", URL, _dated("2020-01-01", "2020-01-01", "2020-01-01"))
    asked = [
        walk(
            "sitemap", URL, _dated("2020-01-01", "2020-01-01", "2020-01-01"), before=first, since=SINCE + timedelta(n)
        ).urls
        for n in range(5)
    ]
    assert sorted(url for urls_ in asked for url in urls_ if url != URL) == [f"{ROOT}/{name}" for name in "abc"]


def test_F19_the_first_run_asks_for_all_whatever_the_dates_say() -> None:
    found = walk("sitemap", URL, _dated("2020-01-01", "2020-01-01", "2020-01-01"), since=SINCE)
    assert found.ids == ids("a", "b", "c")


def test_crawl_asks_with_validators(tmp_path: Path) -> None:
    with Site({}) as site:
        site.pages |= {
            "/sitemap.xml": urls("/a.html", "/b.html", root=site.url),
            "/a.html": page("a"),
            "/b.html": page("b"),
        }
        folder = write_region(tmp_path, s=f'url = "{site.url}/sitemap.xml"\nprotocol = "sitemap"\n')
        first = crawl(folder, "s")
        assert set(first.records) == {f"{site.url}/daten/a.csv", f"{site.url}/daten/b.csv"}
        assert first.report["coverage"] == "complete"
        site.whole.clear()
        again = crawl(folder, "s", state=first.state)
        assert site.whole == ["/sitemap.xml"]
        assert set(again.records) == set(first.records)
        replayed = crawl(folder, "s", state=first.state, replay=True)
        assert replayed.titles == first.titles


# ------------------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"<!doctype html><title>Wartung</title>", "Wartung"),
        (b" ", "leer"),
        (urls("/a")[:120], "wohlgeformt"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><urlset/>", "DOCTYPE"),
        (b"<rss/>", "keine Sitemap"),
        (b"\x1f\x8b kaputt", "beschädigt"),
        (gzip.compress(urls("/a"))[:-20], "abgeschnitten"),
        ((404, {}, b""), "404"),
    ],
    ids=["F01-html", "F03-empty", "F21-cut", "F39-doctype", "other", "gzip", "gzip-cut", "missing"],
)
def test_F01_what_is_no_map_fails_the_run(reply: bytes | Reply, said: str) -> None:
    found = walk("sitemap", URL, {URL: reply})
    assert found.ids == []
    assert found.job.report().failure_de is not None
    assert said in found.failures


def test_F14_a_map_that_fails_leaves_the_run_partial_and_the_others_read() -> None:
    found = walk("sitemap", URL, {URL: index("/1.xml", "/2.xml"), f"{ROOT}/2.xml": urls("/a"), f"{ROOT}/a": page("a")})
    assert (found.ids, found.coverage) == (ids("a"), "partial")


def test_F14_pages_that_are_gone_are_told_and_a_failing_server_makes_the_run_partial() -> None:
    pages: dict[str, bytes | str | Reply] = {URL: urls("/a", "/weg"), f"{ROOT}/a": page("a")}
    found = walk("sitemap", URL, pages)
    assert (found.ids, found.coverage, found.rules) == (ids("a"), "complete", ["website-dead-links"])
    found = walk("sitemap", URL, {**pages, f"{ROOT}/weg": (500, {}, b"")})
    assert found.coverage == "partial"


def test_F12_maps_that_name_one_another_end() -> None:
    found = walk("sitemap", URL, {URL: index("/sitemap.xml", "/b.xml"), f"{ROOT}/b.xml": index("/sitemap.xml")})
    assert (len(found.asked), found.coverage) == (2, "complete")


def test_F13_budgets_of_pages_and_of_maps() -> None:
    pages: dict[str, bytes | str | Reply] = {f"{ROOT}/{n}": page(str(n)) for n in range(9)}
    found = walk("sitemap", URL, {**pages, URL: urls(*(f"/{n}" for n in range(9)))}, {"max_pages": 4})
    assert (len(found.ids), found.coverage) == (4, "partial")
    assert "5 weitere" in found.failures

    found = walk("sitemap", URL, {URL: index(*(f"/s{n}.xml" for n in range(300)))})
    assert len(found.asked) == 200
    assert found.coverage == "partial"


def test_F29_a_packed_map_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable):
        read_sitemap(gzip.compress(b" " * (sitemaps.MOST_BYTES + 10)), URL)
    monkeypatch.setattr(sitemaps, "MOST_ADDRESSES", 2)
    assert read_sitemap(urls("/a", "/b", "/c"), URL) == (False, (Listed(f"{ROOT}/a"), Listed(f"{ROOT}/b")), True)
    assert read_sitemap(b"https://a.example/1\nhttps://a.example/2\nhttps://a.example/3", URL).cut


def test_pictures_of_a_page_are_no_pages() -> None:
    body = urls("/a").replace(b"</url>", b'<i:image xmlns:i="i"><i:loc>https://x.example/a.jpg</i:loc></i:image></url>')
    assert read_sitemap(body, URL).listed == (Listed(f"{ROOT}/a"),)


def test_robots_txt_is_read_within_bounds() -> None:
    body = (
        b"\xef\xbb\xbfSitemap: /a.xml\r\n#Sitemap: /b.xml\nSITEMAP : http://[\nSitemap:\n"
        + b"x" * 600_000
        + b"\nSitemap: /c.xml"
    )
    assert named_in_robots(body, f"{ROOT}/robots.txt") == (f"{ROOT}/a.xml",)


@given(
    st.binary(max_size=200)
    | st.sampled_from([b"<urlset><url><loc>\xff</loc></url></urlset>", b"http://[", b"<urlset>" * 3000])
)
def test_any_bytes_are_a_map_or_refused(body: bytes) -> None:
    try:
        found = read_sitemap(body, URL)
    except Unreadable:
        return
    assert all(each.url for each in found.listed)


@pytest.mark.parametrize(
    "options", [{"include": ["daten"]}, {"exclude": ["/" + "*a" * 11]}, {"max_pages": 0}, {"depth": 2}]
)
def test_F49_options_are_checked(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        walk("sitemap", URL, {}, options)


def test_detection_claims_maps_only() -> None:
    found = SitemapSpider.detect(URL, {URL: Answer(URL, URL, 200, {}, urls("/a", "/b"), "", 0.0)})
    assert found is not None
    assert (found.certainty, found.samples) == (70, (f"{ROOT}/a", f"{ROOT}/b"))
    assert SitemapSpider.detect(URL, {URL: Answer(URL, URL, 200, {}, page("a"), "", 0.0)}) is None
    assert SitemapSpider.probes(ROOT) == ()
    assert WebsiteSpider.detect(URL, {URL: Answer(URL, URL, 200, {}, urls("/a"), "", 0.0)}) is None


def test_redirected_pages_are_read_where_they_lead_and_once(tmp_path: Path) -> None:
    with Site({}) as site:
        site.pages |= {
            "/sitemap.xml": urls("/alt", "/neu/b.html", "/auch", root=site.url),
            "/alt": (302, {"Location": "/neu/a.html"}, b""),
            "/auch": (302, {"Location": "/neu/b.html"}, b""),
            "/neu/a.html": page("a").replace(b"/daten/", b"dateien/"),
            "/neu/b.html": page("b").replace(b"/daten/", b"dateien/"),
        }
        folder = write_region(tmp_path, s=f'url = "{site.url}/sitemap.xml"\nprotocol = "sitemap"\n')
        run = crawl(folder, "s")
        assert set(run.records) == {f"{site.url}/neu/dateien/{name}.csv" for name in "ab"}
        assert run.report["coverage"] == "complete"
        replayed = crawl(folder, "s", state=run.state, replay=True)
        assert replayed.titles == run.titles
