"""What a page's links and its description for machines become, without a crawl."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.cleaning import clean
from harvesters.readers import website
from harvesters.reading import Context, Native, Reading, Unusable
from harvesters.website import link_texts
from harvesters.website.link_groups import LinkedFiles, group, title_of_links
from harvesters.website.linked_data import find_datasets
from harvesters.website.page_links import read_links
from harvesters.website.schema_org import SchemaDataset, identity
from harvesters.website.web_pages import WebPage, join, moment_of, parse
from schemas import iris
from schemas.ntriples import ntriples_of
from tests.graphs import canonical
from tests.harvesters.crawl_runs import context_of, write_region

RECORDINGS = Path(__file__).parents[1] / "recordings/website"
URL = "https://www.example.org/rathaus/daten.html"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    folder = write_region(
        tmp_path_factory.mktemp("region"), web='url = "https://www.example.org/"\nprotocol = "website"\n'
    )
    return context_of(folder, "web")


def page_of(html: str | bytes, url: str = URL, content_type: str | None = "text/html") -> WebPage:
    page = parse(html.encode() if isinstance(html, str) else html, url, content_type)
    assert page is not None
    return page


def readings(page: WebPage, context: Context, pdf: bool = False) -> list[Reading]:
    """The datasets of a page as the spider cuts them out."""
    natives: list[Native] = []
    for entry in find_datasets(page).datasets:
        data = SchemaDataset(identity(entry, page.url), entry, page.url, read_links(page).facts.language)
        natives.append(Native(data, data.fingerprint(), page.url))
    links = read_links(page)
    taken = {address for native in natives for address in website_files(native)}
    fresh = [link for link in links.data if link.url not in taken]
    natives += [Native(found, found.fingerprint(), page.url) for found in group(fresh, links.facts, pdf)]
    return [website.read(native, context) for native in natives]


def website_files(native: Native) -> tuple[str, ...]:
    from harvesters.website.schema_org import files_of

    return files_of(native.data.entry, native.data.page)


@pytest.mark.parametrize("case", ["downloads", "json-ld", "microdata", "table-of-years"])
def test_recordings(context: Context, case: str) -> None:
    page = page_of((RECORDINGS / case / "input.html").read_bytes())
    read = [clean(reading, context) for reading in readings(page, context)]
    lines = {line for r in read for line in ntriples_of(r.record, iris.key("web", r.native_id)).splitlines()}
    lines |= {line for r in read for companion in r.companions for line in ntriples_of(companion, "c").splitlines()}
    said = {
        reading.native_id: {
            "findings": [[str(finding.severity), finding.rule, *finding.arguments] for finding in reading.findings],
            "leftovers": [list(entry) for entry in reading.leftovers],
        }
        for reading in read
    }
    said[""] = {"findings": [["broken", text] for text in find_datasets(page).broken], "leftovers": []}
    expected = (RECORDINGS / case / "expected.nt").read_text(encoding="utf-8").splitlines()
    assert canonical(lines) == canonical(expected)
    assert said == json.loads((RECORDINGS / case / "findings.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Abfuhrtermine 2027 für Ihren Kalender (ICS)", "Abfuhrtermine 2027"),
        ("Abfuhrtermine 2027 als Tabelle (CSV)", "Abfuhrtermine 2027"),
        ("Haushaltsplan 2026 (PDF, 1,2 MB)", "Haushaltsplan 2026"),
        ("Einwohner (Stand 31.12.2025) [XLSX; 22 KB]", "Einwohner"),
        ("Einwohner (nach Ortsteilen)", "Einwohner (nach Ortsteilen)"),
        ("CSV-Datei herunterladen", ""),
        ("CSV, 12 KB", ""),
        ("Download: Pegelstände", "Pegelstände"),
        ("hier", ""),
        ("XLSX", ""),
        ("Wasserwerte 2025 - PDF", "Wasserwerte 2025"),
        ("2026", ""),
    ],
)
def test_titles_of_links(text: str, title: str) -> None:
    assert link_texts.clean_title(text) == title


@pytest.mark.parametrize(
    ("url", "stable"),
    [
        ("https://x.de/a.csv?cid=1b.2&t=1699999999", "https://x.de/a.csv"),
        ("https://x.de/a.csv?1699999999", "https://x.de/a.csv"),
        ("https://x.de/a.csv?jahr=2026&v=3", "https://x.de/a.csv?jahr=2026"),
        (
            "https://x.de/index.php?eID=dumpFile&t=f&f=12&token=ab",
            "https://x.de/index.php?eID=dumpFile&t=f&f=12&token=ab",
        ),
        ("https://x.de/p;jsessionid=AB12?x=1&PHPSESSID=9", "https://x.de/p?x=1"),
        ("https://x.de/s?utm_source=a&q=b%20c", "https://x.de/s?q=b+c"),
        ("https://x.de/s?q=b%20c", "https://x.de/s?q=b%20c"),
    ],
)
def test_addresses_without_what_changes_by_itself(url: str, stable: str) -> None:
    assert link_texts.stable_url(url) == stable


@pytest.mark.parametrize(
    ("link", "code"),
    [
        (("https://x.de/a.CSV", "", "", ""), "CSV"),
        (("https://x.de/dl?file=b.xlsx", "", "", ""), "XLSX"),
        (("https://x.de/index.php?eID=dumpFile&f=1", "", "", "Haushalt (XLSX, 1 MB)"), "XLSX"),
        (("https://x.de/x", "text/csv", "", ""), "CSV"),
        (("https://x.de/x", "", "plan.ods", ""), "ODS"),
        (("https://x.de/netz.shp", "", "", ""), "SHP"),
        (("https://x.de/radwege.gpx", "", "", ""), "GPX"),
        (("https://x.de/feed.xml", "", "", ""), ""),
        (("https://x.de/sitemap.xml", "", "", ""), ""),
        (("https://x.de/csv-und-excel.html", "", "", "CSV"), ""),
        (("https://x.de/bild.jpg", "image/jpeg", "", ""), ""),
        (("https://x.de/a.docx", "", "", ""), ""),
    ],
)
def test_what_leads_to_data(link: tuple[str, str, str, str], code: str) -> None:
    assert link_texts.data_format(*link) == code


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Stand: 3.11.2026", "2026-11-03"),
        ("Datenstand 3. November 2026", "2026-11-03"),
        ("zuletzt geändert am: 2026-11-03", "2026-11-03"),
        ("am 3.11.2026 beschlossen", None),
        ("Stand: 31.2.2026", None),
    ],
)
def test_stated_dates(text: str, day: str | None) -> None:
    found = link_texts.stated_date(text)
    assert (found.text if found else None) == day


def test_one_date_is_meant_two_are_not() -> None:
    assert link_texts.any_date("Werte vom 3.11.2026") is not None
    assert link_texts.any_date("vom 3.11.2026 bis 4.11.2026") is None
    found = link_texts.url_date("https://x.de/2026/11/03/werte.csv")
    assert found is not None
    assert found.text == "2026-11-03"


def groups(html: str, pdf: bool = False) -> list[tuple[str, list[str]]]:
    links = read_links(page_of(html))
    return [
        (title_of_links(found.links, links.facts)[0], [link.format for link in found.links])
        for found in group(links.data, links.facts, pdf)
    ]


def test_formats_of_one_thing_are_one_dataset() -> None:
    assert groups(
        '<ul><li>Bäume: <a href="1.csv">CSV</a> <a href="2.xlsx">XLSX</a></li><li>Bänke: <a href="3.csv">CSV</a></li></ul>'
    ) == [
        ("Bäume", ["CSV", "XLSX"]),
        ("Bänke", ["CSV"]),
    ]
    assert groups(
        '<p><a href="a/plan.csv">Tabelle der Bäume</a></p><p><a href="a/plan.json">Bäume für Programme</a></p>'
    ) == [("Tabelle der Bäume", ["CSV", "JSON"])]
    assert (
        groups('<p><a href="1.csv">Bäume (CSV)</a></p><p><a href="2.csv">Bäume (CSV)</a></p>')
        == [("Bäume", ["CSV"])] * 2
    )


def test_a_pdf_counts_beside_data_or_where_asked_for() -> None:
    html = '<p><a href="s.pdf">Satzung</a></p><p><a href="h.pdf">Haushalt (PDF)</a> <a href="x.xlsx">Haushalt (XLSX)</a></p>'
    assert groups(html) == [("Haushalt", ["PDF", "XLSX"])]
    assert groups(html, pdf=True) == [("Satzung", ["PDF"]), ("Haushalt", ["PDF", "XLSX"])]


def test_single_appointments_and_feeds_are_no_data() -> None:
    assert groups(
        '<a href="1.ics">Termin in Kalender übernehmen</a> <a href="alle.ics">Alle Abfuhrtermine (ICS)</a>'
        '<a href="rss.xml">RSS</a>'
    ) == [("Alle Abfuhrtermine", ["ICS"])]


def test_titles_shared_by_several_get_the_name_of_their_file(context: Context) -> None:
    html = '<h2>Anlagen</h2><p><a href="stellenplan.csv">Download</a></p><p><a href="schulden.csv">Download</a></p>'
    titles = [reading.record.title[0].text for reading in readings(page_of(html), context)]
    assert titles == ["Anlagen – Stellenplan", "Anlagen – Schulden"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("Größe Fließ Gemarkung".encode("cp1252"), "text/html; charset=utf-8"),
        ("Größe Fließ Gemarkung".encode(), "text/html; charset=iso-8859-1"),
        (b'<meta charset="utf-8">' + "Größe Fließ Gemarkung".encode("cp1252"), "text/html"),
        ("Größe Fließ Gemarkung".encode("utf-16"), None),
        (b"\xef\xbb\xbf" + "Größe Fließ Gemarkung".encode(), "text/html; charset=windows-1252"),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15">'
            + "Größe Fließ Gemarkung".encode("iso-8859-15"),
            "text/html; charset=utf-8",
        ),
    ],
)
def test_F20_pages_in_any_charset(body: bytes, content_type: str | None) -> None:
    wide = content_type is None
    around = ("<html><h1>", "</h1></html>")
    first, last = (part.encode("utf-16-le") if wide else part.encode() for part in around)
    html = (
        body[:2] + first + body[2:] + last
        if wide
        else (body[:3] + first + body[3:] + last if body.startswith(b"\xef\xbb\xbf") else first + body + last)
    )
    assert "Größe Fließ Gemarkung" in read_links(page_of(html, content_type=content_type)).facts.title


def test_what_a_page_asks_of_robots() -> None:
    links = read_links(page_of('<meta name="robots" content="NOINDEX, follow"><a href="/a.html">a</a>'))
    assert (links.may_list, links.may_follow) == (False, True)
    links = read_links(page_of("<p>x</p>"), "googlebot: nofollow")
    assert (links.may_list, links.may_follow) == (True, False)
    links = read_links(page_of('<meta name="robots" content="none"><p>x</p>'))
    assert (links.may_list, links.may_follow) == (False, False)
    assert read_links(page_of('<a rel="nofollow" href="/a.html">a</a><a href="/b">b</a>')).pages == (
        "https://www.example.org/b",
    )


def test_pages_and_files_are_told_apart() -> None:
    html = (
        '<a href="a">1</a><a href="b.html">2</a><a href="c.php?x=1">3</a><a href="d.jpg">4</a>'
        '<a href="mailto:x@example.org">5</a><a href="e.csv">6</a><a href="https://www.example.org">7</a>'
    )
    assert read_links(page_of(html)).pages == (
        "https://www.example.org/rathaus/a",
        "https://www.example.org/rathaus/b.html",
        "https://www.example.org/rathaus/c.php?x=1",
        "https://www.example.org",
    )


def test_F76_several_licences_are_none(context: Context) -> None:
    html = (
        '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">A</a>'
        '<a rel="license" href="https://www.govdata.de/dl-de/by-2-0">B</a><a href="a.csv">Bäume</a>'
    )
    [reading] = readings(page_of(html), context)
    assert [finding.rule for finding in reading.findings] == ["page-licenses-differ"]
    assert "license" not in ntriples_of(reading.record, "k")
    [reading] = readings(page_of('<a rel="license" href="/unsere-lizenz.html">A</a><a href="a.csv">Bäume</a>'), context)
    assert '"https://www.example.org/unsere-lizenz.html"' in ntriples_of(reading.record, "k")


def test_a_person_is_marked_and_taken_out(context: Context) -> None:
    page = page_of((RECORDINGS / "json-ld/input.html").read_bytes())
    reading = clean(readings(page, context)[0], context)
    assert "Mustermann" not in ntriples_of(reading.record, "k")


def test_identities() -> None:
    assert identity({"@id": "#d", "name": "x"}, URL) == f"{URL}#d"
    assert identity({"@id": "_:b0", "identifier": {"value": "k7"}}, URL) == "k7"
    assert identity({"url": URL, "distribution": [{"contentUrl": "/a.csv"}]}, URL) == "https://www.example.org/a.csv"
    assert identity({"name": "Bäume 2026"}, URL) == f"{URL}#baeume-2026"


def test_joined_addresses() -> None:
    assert join(URL, "a b.csv") == "https://www.example.org/rathaus/a%20b.csv"
    assert [
        join(URL, href) for href in ("#x", "", "javascript:x()", "mailto:a@example.org", "http://[", "data:text/csv,a")
    ] == [None] * 6


def test_http_dates() -> None:
    assert moment_of("Tue, 03 Nov 2026 10:00:00 GMT") == "2026-11-03T10:00:00Z"
    assert [moment_of(text) for text in ("", "gestern", "Tue, 03 Nov 1026 10:00:00 GMT", "2026-11-03")] == [None] * 4


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_links(text: str) -> None:
    cleaned = link_texts.clean_title(text)
    assert link_texts.clean_title(cleaned) in (cleaned, "") or len(link_texts.clean_title(cleaned)) < len(cleaned)
    link_texts.stated_date(text)
    link_texts.size_in(text)
    assert link_texts.data_format(f"https://x.de/{text}", text, text, text) is not None


@given(st.text(max_size=60), st.text("abct=&?v1.csv_%;", max_size=30))
def test_stable_addresses_are_stable(path: str, query: str) -> None:
    url = join(URL, f"/{path}?{query}")
    if url is not None:
        once = link_texts.stable_url(url)
        assert link_texts.stable_url(once) == once


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**31), 2**31)
    | st.text(max_size=12)
    | st.sampled_from(["https://x.de/a.csv", "2026-01-01", "CSV", "a@b.de"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@value",
                    "@language",
                    "@id",
                    "name",
                    "url",
                    "value",
                    "email",
                    "contentUrl",
                    "geo",
                    "box",
                    "de",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
FIELDS = re.findall(
    r"\S+",
    "@id name description url identifier keywords license inLanguage dateModified temporalCoverage spatialCoverage publisher "
    "creator distribution contactPoint version sameAs creditText conditionsOfAccess",
)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8))
def test_F44_no_description_breaks_the_reader(context: Context, entry: dict[str, Any]) -> None:
    data = SchemaDataset(identity(entry, URL), {"@type": "Dataset", **entry}, URL, "de")
    data.fingerprint()
    try:
        reading = clean(website.read(Native(data, b""), context), context)
    except Unusable:
        return
    list(pyoxigraph.parse(ntriples_of(reading.record, "k").encode(), format=pyoxigraph.RdfFormat.N_TRIPLES))


def test_F40_deeply_nested_descriptions_are_left() -> None:
    deep = '{"a": ' * 300 + '{"@type": "Dataset", "name": "tief"}' + "}" * 300
    html = f'<h1>x</h1><script type="application/ld+json">{deep}</script>'
    assert find_datasets(page_of(html)).datasets == ()
    broken = f'<h1>x</h1><script type="application/ld+json">{"[" * 100_000}</script>'
    assert len(find_datasets(page_of(broken)).broken) == 1


def test_pages_of_the_samples(samples: Path, context: Context) -> None:
    """No page breaks; what the README counts as files of these kinds is found: 11 documents in Zagreb (8 of them PDF)."""
    found: dict[str, tuple[int, int]] = {}
    for file in sorted((samples / "web").glob("*.html")):
        page = page_of(file.read_bytes(), f"https://www.example.org/{file.name}")
        links = read_links(page)
        assert "\ufffd" not in page.decoded.text
        found[file.name] = (len(links.data), len(readings(page, context, pdf=True)))
    data = {name: counts for name, counts in found.items() if counts[0]}
    assert len(found) == 15
    assert data == {
        "aalter_eid.html": (2, 1),
        "waf_apache_index.html": (1, 1),
        "waf_nginx_index.html": (1, 1),
        "zagreb_service_downloads.html": (8, 8),
    }
    assert "Nürnberg" in read_links(page_of((samples / "web/nuernberg_parken.html").read_bytes())).facts.title


def test_plain_text_is_no_page(samples: Path) -> None:
    assert parse((samples / "broken/aalborg_plaintext_as_html.html").read_bytes(), URL, "text/html") is None


def test_linked_files_change_with_what_stands_around_them() -> None:
    def fingerprint(html: str) -> bytes:
        links = read_links(page_of(html))
        [found] = group(links.data, links.facts, False)
        assert isinstance(found, LinkedFiles)
        return found.fingerprint()

    one = fingerprint('<h1>A</h1><p><a href="a.csv">Bäume</a></p>')
    assert one == fingerprint('<h1>A</h1>\n\n<p class="neu"><a href="a.csv?cid=9">Bäume</a></p><footer>anders</footer>')
    assert one != fingerprint('<h1>A</h1><p><a href="a.csv">Bäume 2026</a></p>')
