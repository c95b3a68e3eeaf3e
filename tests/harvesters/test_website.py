"""A crawl of a town's site: what it visits, where it stops, and that each file is taken once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harvesters.answer import Answer
from harvesters.regions import server
from harvesters.spiders.website import WebsiteSpider
from harvesters.website.frontier import MOST_ALIKE, MOST_QUERIES, Frontier
from schemas.region import ConfigurationError
from tests.harvesters.crawl_runs import Run, Site, context_of, crawl, write_region


def page(*links: str, title: str = "Seite", head: str = "", text: str = "") -> str:
    items = "".join(link if link.startswith("<") else f'<li><a href="{link}">{link}</a></li>' for link in links)
    return (
        f'<!DOCTYPE html><html lang="de"><head><title>{title}</title>{head}</head>'
        f"<body><h1>{title}</h1><p>{text}</p><ul>{items}</ul></body></html>"
    )


def data(url: str, text: str) -> str:
    return f'<li><a href="{url}">{text}</a></li>'


def harvest(tmp_path: Path, site: Site, options: str = "", start: str = "/", **job: Any) -> Run:
    table = f"[website]\n{options}" if options and not options.startswith("[") else options
    folder = write_region(tmp_path, web=f'url = "{site.url}{start}"\nprotocol = "website"\n{table}\n')
    site.asked.clear()
    return crawl(folder, "web", **job)


def visited(site: Site) -> list[str]:
    return [path for path in site.asked if path not in ("/robots.txt", "/sitemap.xml")]


SITE: dict[str, Any] = {
    "/": page(
        "/a",
        "/b.html",
        "/index.html",
        "/bild.jpg",
        "mailto:x@example.org",
        data("/d/eins.csv", "Eins (CSV)"),
        title="Start",
    ),
    "/a": page(
        "/c",
        "/",
        data("/d/zwei.csv?cid=17", "Zwei (CSV)"),
        data("https://land.example.net/drei.csv", "Drei"),
        title="A",
    ),
    "/b.html": page("/a", data("/d/eins.csv", "Noch einmal Eins"), data("/d/vier.xlsx", "Vier"), title="B"),
    "/c": page("/d1", data("/d/fünf.ods", "Fünf"), title="C"),
    "/d1": page("/e", data("/d/sechs.csv", "Sechs"), title="D"),
    "/e": page(data("/d/zu-tief.csv", "Zu tief"), title="E"),
    "/karte": page(data("/d/karte.geojson", "Karte"), title="Karte"),
    "/sitemap.xml": '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{0}/karte</loc></url><url><loc>https://andere.example.org/x</loc></url></urlset>',
}


@pytest.fixture
def town() -> Callable[..., dict[str, Any]]:
    def pages(site_url: str = "") -> dict[str, Any]:
        return {**SITE, "/sitemap.xml": SITE["/sitemap.xml"].format(site_url)}

    return pages


def test_a_site_is_visited_and_each_file_taken_once(tmp_path: Path, town: Callable[..., dict[str, Any]]) -> None:
    with Site({}) as site:
        site.pages = town(site.url)
        run = harvest(tmp_path, site)
        assert run.titles == {
            f"{site.url}/d/eins.csv": "Eins",
            f"{site.url}/d/zwei.csv": "Zwei",
            "https://land.example.net/drei.csv": "Drei",
            f"{site.url}/d/vier.xlsx": "Vier",
            f"{site.url}/d/f%C3%BCnf.ods": "Fünf",
            f"{site.url}/d/sechs.csv": "Sechs",
            f"{site.url}/d/karte.geojson": "Karte",
        }
        assert (run.report["coverage"], run.set_aside) == ("complete", {})
        # Nearest first, each once, nothing beyond the depth, no file and nothing of other sites.
        assert visited(site) == ["/", "/a", "/b.html", "/karte", "/c", "/d1"]

        again = harvest(tmp_path, site, state=run.state)
        assert set(again.records) == set(run.records)
        assert all(record["unchanged"] for record in again.records.values())
        # The deepest page leads no further, so it need not be sent again.
        assert [path for path in site.whole if path == "/d1"] == ["/d1"]

        replayed = harvest(tmp_path, site, state=run.state, replay=True)
        assert site.asked == []
        assert {k: v["ntriples"] for k, v in replayed.records.items()} == {
            k: v["ntriples"] for k, v in run.records.items()
        }


def test_options_bound_the_crawl(tmp_path: Path, town: Callable[..., dict[str, Any]]) -> None:
    with Site({}) as site:
        site.pages = town(site.url)
        run = harvest(tmp_path, site, 'depth = 1\nsitemap = false\ndeny = ["/b"]')
        assert sorted(visited(site)) == ["/", "/a"]
        assert "/sitemap.xml" not in site.asked
        assert len(run.records) == 3
        few = harvest(tmp_path, site, "max_pages = 2")
        assert len(visited(site)) == 2
        assert few.report["coverage"] == "partial"
        assert "nach 2 Seiten (max_pages) wurde aufgehört" in few.report["failures"][0]


@pytest.mark.parametrize(
    ("options", "key"),
    [("depth = -1", "depth"), ('allow = ["rathaus"]', "allow"), ("pdfs = true", "unknown key 'pdfs'")],
)
def test_options_are_checked(tmp_path: Path, options: str, key: str) -> None:
    folder = write_region(
        tmp_path, web=f'url = "https://www.example.org/"\nprotocol = "website"\n[website]\n{options}\n'
    )
    with pytest.raises(ConfigurationError, match=rf"sources/web.toml: \[website\] {key}"):
        context_of(folder, "web")


def test_F12_a_ring_of_pages_ends(tmp_path: Path) -> None:
    ring = {
        f"/r{n}": page(f"/r{(n + 1) % 3}", f"/r{(n + 1) % 3}?PHPSESSID={n}", data(f"/f{n}.csv", f"Datei Nummer {n}"))
        for n in range(3)
    }
    with Site({**ring, "/": page("/r0")}) as site:
        run = harvest(tmp_path, site, "depth = 20")
    assert sorted(visited(site)) == ["/", "/r0", "/r1", "/r2"]
    assert len(run.records) == 3


def test_F12_the_same_page_under_ever_new_addresses_is_read_once(tmp_path: Path) -> None:
    body = page("naechste/", data("/f.csv", "Pegel"))
    pages: dict[str, Any] = {"/" + "naechste/" * n: body for n in range(30)}
    with Site(pages) as site:
        run = harvest(tmp_path, site, "depth = 20")
    assert visited(site) == ["/", "/naechste/"]
    assert list(run.titles.values()) == ["Pegel"]


def test_F13_an_endless_calendar_ends(tmp_path: Path) -> None:
    class Endless(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            if path in ("/robots.txt", "/sitemap.xml"):
                return default
            if path == "/":
                return page("/kalender/2026/1", "/suche?tag=a", "/daten")
            if path == "/daten":
                return page(data("/d.csv", "Termine des Jahres"))
            if path.startswith("/suche"):
                return page(*(f"{path}{letter}" for letter in "abc"), title=path)
            month = int(path.rpartition("/")[2])
            return page(f"/kalender/2026/{month + 1}", f"/kalender/2026/{month + 2}", title=path)

    with Site(Endless()) as site:
        run = harvest(tmp_path, site, "depth = 20\nmax_pages = 500\n[limits]\ndelay_seconds = 0")
    assert len([path for path in site.asked if path.startswith("/kalender")]) <= MOST_ALIKE
    assert len([path for path in site.asked if path.startswith("/suche")]) <= MOST_QUERIES
    assert list(run.titles.values()) == ["Termine des Jahres"]
    assert run.report["coverage"] == "complete"
    assert "website-pages-alike" in {rule for rule, _ in run.report["findings"]}


def test_F20_umlauts_survive_a_wrong_header(tmp_path: Path) -> None:
    html = page(data("/s.csv", "Größe der Gemarkung Fließ")).encode("cp1252")
    with Site({"/": (200, {"Content-Type": "text/html; charset=utf-8"}, html)}) as site:
        run = harvest(tmp_path, site)
    assert list(run.titles.values()) == ["Größe der Gemarkung Fließ"]


def test_what_pages_ask_of_robots_is_obeyed(tmp_path: Path) -> None:
    pages = {
        "/robots.txt": (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /intern/\n"),
        "/": page("/noindex", "/nofollow", "/intern/x", "/kopf"),
        "/noindex": page("/frei", data("/n.csv", "Nicht gelistet"), head='<meta name="robots" content="noindex">'),
        "/nofollow": page("/zu", data("/o.csv", "Offen"), head='<meta name="robots" content="nofollow">'),
        "/kopf": (200, {"X-Robots-Tag": "noindex", "Content-Type": "text/html"}, page(data("/k.csv", "Kopf"))),
        "/frei": page(data("/f.csv", "Frei")),
        "/zu": page(data("/z.csv", "Zu")),
        "/intern/x": page(data("/i.csv", "Intern")),
    }
    with Site(pages) as site:
        run = harvest(tmp_path, site)
    assert sorted(run.titles.values()) == ["Frei", "Offen"]
    assert not {"/intern/x", "/zu"} & set(site.asked)
    assert run.report["coverage"] == "complete"
    assert [message for rule, message in run.report["findings"] if rule == "website-dead-links"] == [
        f"Nicht erreichbar oder gesperrt und darum ausgelassen (1): {site.url}/intern/x"
    ]


def test_F36_a_page_that_gave_data_and_is_now_forbidden_makes_the_run_partial(tmp_path: Path) -> None:
    pages: dict[str, Any] = {"/": page("/daten/"), "/daten/": page(data("/d.csv", "Daten"))}
    with Site(pages) as site:
        first = harvest(tmp_path, site)
        pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /daten/\n")
        second = harvest(tmp_path, site, state=first.state)
    assert (len(first.records), second.records, second.report["coverage"]) == (1, {}, "partial")


def test_dead_links_are_the_towns_affair_failing_servers_are_not(tmp_path: Path) -> None:
    pages = {
        "/": page("/weg", "/fort", "/fremd", data("/d.csv", "Daten")),
        "/fremd": (302, {"Location": "https://andere.example.org/"}, b""),
    }
    with Site(pages) as site:
        run = harvest(tmp_path, site, "[limits]\nretries = 0")
        assert run.report["coverage"] == "complete"
        assert {rule for rule, _ in run.report["findings"]} == {"website-dead-links"}
        pages["/weg"] = (500, {}, b"")
        run = harvest(tmp_path, site, "[limits]\nretries = 0")
        assert run.report["coverage"] == "partial"
        assert len(run.records) == 1


def test_a_start_that_fails_fails_the_run(tmp_path: Path) -> None:
    with Site({"/": (200, {"Content-Type": "text/html"}, b"nur Text")}) as site:
        run = harvest(tmp_path, site)
        assert "erwartet wurde eine Web-Seite (HTML), gekommen ist: nur Text" in run.report["failure"]
        site.pages = {"/": (500, {}, b"")}
        run = harvest(tmp_path, site, "[limits]\nretries = 0")
        assert "Status 500" in run.report["failure"]


def test_canonical_addresses(tmp_path: Path) -> None:
    canonical = '<link rel="canonical" href="/liste">'
    pages = {
        "/": page("/liste", "/liste?druck=1", "/falsch1", "/falsch2"),
        "/liste": page(data("/l.csv", "Bäume"), head=canonical, text="Bildschirm"),
        "/liste?druck=1": page(data("/l2.csv", "Bäume im Druck"), head=canonical, text="Druck"),
        # Some systems name the start page on every page.
        "/falsch1": page(data("/f1.csv", "Falsch eins"), head='<link rel="canonical" href="/">'),
        "/falsch2": page(data("/f2.csv", "Falsch zwei"), head='<link rel="canonical" href="/">'),
    }
    with Site(pages) as site:
        run = harvest(tmp_path, site)
    assert sorted(run.titles.values()) == ["Bäume", "Falsch eins", "Falsch zwei"]


def test_redirects_are_followed_and_replayed(tmp_path: Path) -> None:
    pages = {
        "/": (301, {"Location": "/de/"}, b""),
        "/de/": page("/alt", "neu", data("daten.csv", "Pegel")),
        "/alt": (302, {"Location": "/de/neu"}, b""),
        "/de/neu": page(data("neu.csv", "Neu")),
    }
    with Site(pages) as site:
        run = harvest(tmp_path, site)
        assert run.titles == {f"{site.url}/de/daten.csv": "Pegel", f"{site.url}/de/neu.csv": "Neu"}
        replayed = harvest(tmp_path, site, state=run.state, replay=True)
    assert {k: v["ntriples"] for k, v in replayed.records.items()} == {k: v["ntriples"] for k, v in run.records.items()}
    assert replayed.report["coverage"] == "complete"


def test_a_hostile_sitemap_is_left(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'
    with Site({"/": page(data("/d.csv", "Daten")), "/sitemap.xml": bomb}) as site:
        run = harvest(tmp_path, site)
    assert (len(run.records), run.report["coverage"]) == (1, "complete")


def test_the_demo_site(tmp_path: Path) -> None:
    with server.start(Path(server.__file__).parent / "demo", 0) as running:
        folder = write_region(tmp_path, web=f'url = "{running.base_url}/web-eichenzell/"\nprotocol = "website"\n')
        run = crawl(folder, "web")
    assert sorted(run.titles.values()) == [
        "Abfuhrtermine 2027",
        "Einwohner nach Ortsteilen, Eichenzell",
        "Haushaltsplan 2026",
        "Sitzungstermine 2027",
        "Straßensperrungen",
        "Veranstaltungen 2026/27",
    ]
    assert run.report["coverage"] == "complete"
    [described] = [record for record in run.records.values() if record["title"].startswith("Einwohner")]
    assert described["ntriples"].count("accessURL") == 2
    assert "creator" not in described["ntriples"]


def test_town_pages_of_the_samples(tmp_path: Path, samples: Path) -> None:
    files = sorted((samples / "web").glob("*.html"))
    pages: dict[str, Any] = {f"/{file.name}": (200, {"Content-Type": "text/html"}, file.read_bytes()) for file in files}
    pages["/"] = page(*pages)
    with Site(pages) as site:
        run = harvest(tmp_path, site, "pdf = true\ndepth = 1")
    assert {f"/{file.name}" for file in files} <= set(site.asked)
    # 8 documents of Zagreb and one of Aalter; both listings name one record.
    assert (len(run.records), run.set_aside) == (10, {})
    assert run.report["coverage"] == "complete"


@pytest.mark.parametrize(
    ("url", "covered"),
    [
        ("https://www.neuhof.example.org/a", True),
        ("http://neuhof.example.org/a", True),
        ("https://example.net/a", False),
        ("https://neuhof.example.org:8443/a", False),
        ("ftp://neuhof.example.org/a", False),
        ("https://neuhof.example.org/intern/a", False),
    ],
)
def test_what_lies_on_the_site(url: str, covered: bool) -> None:
    assert Frontier("https://neuhof.example.org/", 10, 3, deny=("/intern",)).covers(url) is covered


def test_the_frontier_gives_the_nearest_first_and_each_once() -> None:
    frontier = Frontier("https://x.example.org/", 10, 2, allow=("/a", "/b"))
    for url, depth in (("/b", 2), ("/a", 1), ("/a#x", 1), ("/a/index.html", 2), ("/a/", 2), ("/c", 1), ("/b/tief", 3)):
        frontier.add(f"https://x.example.org{url.partition('#')[0]}", depth)
    given = [frontier.next() for _ in range(4)]
    assert [visit.url.removeprefix("https://x.example.org") if visit else None for visit in given] == [
        "/a",
        "/b",
        "/a/index.html",
        None,
    ]


def test_detection() -> None:
    def answers(html: str) -> dict[str, Answer]:
        return {
            "https://x.example.org": Answer(
                "https://x.example.org",
                "https://x.example.org/",
                200,
                {"content-type": "text/html"},
                html.encode(),
                "text/html",
                0.1,
            )
        }

    found = WebsiteSpider.detect("https://x.example.org", answers(page(data("a.csv", "Bäume (CSV)"), "b.pdf")))
    assert found is not None
    assert (found.count, found.samples, found.certainty, found.url) == (1, ("Bäume",), 20, "https://x.example.org/")
    empty = WebsiteSpider.detect("https://x.example.org", answers(page("a.html")))
    assert empty is not None
    assert (empty.count, empty.certainty) == (0, 10)
    assert WebsiteSpider.detect("https://x.example.org", answers('{"help": "x"}')) is None
