"""Which files make one dataset, what its name says, which datasets make a series."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.files.file_groups import (
    FileEntry,
    FileGroup,
    fingerprint,
    group,
    is_data,
    is_skipped,
    period_of,
    stem_of,
    title_of,
    without_period,
)
from harvesters.files.folder_index import folder_of, read_index
from harvesters.files.metadata_sheet import read_sheet
from harvesters.website.web_pages import parse

INDEXES = Path(__file__).parents[1] / "recordings/files/indexes"


def entries(*paths: str) -> list[FileEntry]:
    return [FileEntry(path, f"https://www.example.org/daten/{path}") for path in paths]


def by_id(*paths: str, sheet: str = "") -> dict[str, FileGroup]:
    sheets = [read_sheet(sheet.encode(), "metadaten.csv")] if sheet else []
    return {found.native_id: found for found in group(entries(*paths), sheets)}


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("abfall_termine-2026.csv", "Abfall Termine 2026"),
        ("2025/haushalt.csv", "Haushalt 2025"),
        ("kita_2025_26.csv", "Kita 2025-26"),
        ("pegel-2026-11.csv", "Pegel 2026-11"),
        ("WLAN_standorte.geojson", "WLAN Standorte"),
        ("kinder_und_jugend.ods", "Kinder und Jugend"),
        ("Stra%C3%9Fen.csv", "Straßen"),
        ("grundstuecke.shp.xml", "Grundstuecke"),
        ("Bericht Q1.2.xlsx", "Bericht Q1.2"),
    ],
)
def test_a_title_from_a_file_name(path: str, title: str) -> None:
    assert title_of(path) == title


@pytest.mark.parametrize(
    ("path", "period"),
    [
        ("haushalt_2025.csv", ("2025-01-01", "2025-12-31")),
        ("haushalt_2024-2025.csv", ("2024-01-01", "2025-12-31")),
        ("kita_2025-26.csv", ("2025-01-01", "2026-12-31")),
        ("pegel_2024-02.csv", ("2024-02-01", "2024-02-29")),
        ("sitzung_20261103.pdf", ("2026-11-03", "2026-11-03")),
        ("2025/haushalt.csv", ("2025-01-01", "2025-12-31")),
        ("von2020_bis_2024_und.csv", None),
        ("plz_36119.csv", None),
        ("einwohner.csv", None),
    ],
)
def test_a_period_from_a_file_name(path: str, period: tuple[str, str] | None) -> None:
    assert period_of(path) == period


def test_files_of_one_stem_are_one_dataset() -> None:
    found = by_id(
        "strassen.csv", "strassen.xlsx", "netz.shp", "netz.dbf", "netz.prj", "netz.shp.xml", "archiv/strassen.csv"
    )
    assert {native_id: len(one.files) for native_id, one in found.items()} == {
        "archiv/strassen": 1,
        "netz": 4,
        "strassen": 2,
    }


def test_yearly_files_stay_datasets_of_one_series() -> None:
    found = by_id(
        "haushalt_2024.csv",
        "haushalt_2025.csv",
        "haushalt_2025.xlsx",
        "einwohner_2025.csv",
        "2024/abfall.csv",
        "2025/abfall.csv",
    )
    assert {one.native_id: one.series.title if one.series else None for one in found.values()} == {
        "2024/abfall": "Abfall",
        "2025/abfall": "Abfall",
        "einwohner_2025": None,
        "haushalt_2024": "Haushalt",
        "haushalt_2025": "Haushalt",
    }
    assert found["haushalt_2024"].series == found["haushalt_2025"].series


def test_F81_a_new_year_changes_no_id_and_no_series() -> None:
    before = by_id("haushalt_2024.csv", "haushalt_2025.csv")
    after = by_id("haushalt_2024.csv", "haushalt_2025.csv", "haushalt_2026.csv")
    assert [after[native_id] for native_id in before] == list(before.values())
    assert after["haushalt_2026"].series == after["haushalt_2025"].series


def test_a_row_takes_its_files_and_those_of_their_stem() -> None:
    found = by_id(
        "strassen.csv",
        "strassen.xlsx",
        "b.csv",
        "unter/tief.csv",
        sheet="Datei;Titel;Kennung\nSTRASSEN.CSV;Straßen;s-1\nb.csv, fehlt.csv;B;\ntief.csv;Tief;\nhttps://x.example.org/a.csv;Fern;\n",
    )
    assert [entry.path for entry in found["s-1"].files] == ["strassen.csv", "strassen.xlsx"]
    assert (found["b"].missing, found["unter/tief"].row is not None) == (("fehlt.csv",), True)
    assert found["row:fern"].links == ("https://x.example.org/a.csv",)


def test_two_rows_may_name_one_file_and_a_file_name_may_hold_a_comma() -> None:
    found = by_id("a, b und c.csv", sheet='Datei;Titel\n"a, b und c.csv";Eins\n"a, b und c.csv";Zwei\n')
    assert {native_id: [entry.path for entry in one.files] for native_id, one in found.items()} == {
        "a, b und c": ["a, b und c.csv"],
        "a, b und c#zwei": ["a, b und c.csv"],
    }


@pytest.mark.parametrize(
    "name",
    [".htaccess", "~$liste.xlsx", "liste.xlsx.tmp", "Thumbs.db", "README.md", "liesmich.txt", "#auto.csv#", "x.bak"],
)
def test_what_a_folder_holds_by_accident_is_skipped(name: str) -> None:
    assert is_skipped(name)
    assert not is_skipped(f"lesen_{name.strip('.~$#')}.csv")


@pytest.mark.parametrize(
    ("name", "listing"),
    [("apache-table", True), ("nginx", True), ("iis", True), ("python", True), ("page-of-links", False)],
)
def test_index_pages_of_all_servers_say_the_same(name: str, listing: bool) -> None:
    url = "https://daten.example.org/daten/"
    page = parse((INDEXES / f"{name}.html").read_bytes(), url, "text/html")
    assert page is not None
    index = read_index(page, folder_of(url))
    assert index.folders == (f"{url}2025/",)
    data = {entry.path: entry.url for entry in index.data}
    more = {"unter/haltestellen.geojson": f"{url}unter/haltestellen.geojson"} if not listing else {}
    assert data.pop("abfall_termine-2026.csv") == f"{url}abfall_termine-2026.csv"
    assert data.pop("Straßen und Wege.xlsx").casefold() == f"{url}Stra%C3%9Fen%20und%20Wege.xlsx".casefold()
    assert data == more
    assert index.listing is listing


def test_an_index_leads_nowhere_else() -> None:
    url = "https://daten.example.org/a/"
    html = "<title>Index of /a</title>" + "".join(
        f'<a href="{href}">x</a>'
        for href in (
            "..",
            "/",
            "/b/x.csv",
            "//evil.example.org/a/y.csv",
            "%2e%2e/z.csv",
            "ftp://daten.example.org/a/f.csv",
            "a%5c..%5cx.csv",
            "?C=N;O=D",
            "http://[",
            "s.html",
        )
    )
    page = parse(html.encode(), url, None)
    assert page is not None
    index = read_index(page, url)
    assert (index.folders, index.files) == ((), ())


NAMES = st.text("abAÄß 0129_-.,", min_size=1, max_size=12).map(lambda name: f"{name.strip('. ') or 'x'}.csv")


@given(
    st.lists(st.tuples(st.sampled_from(["", "2024/", "2025/", "u/v/"]), NAMES).map("".join), unique=True, max_size=12),
    st.data(),
)
def test_no_file_is_lost_and_no_id_stands_twice(paths: list[str], data: st.DataObject) -> None:
    named = data.draw(st.lists(st.sampled_from(paths), max_size=4)) if paths else []
    sheet = "Datei\n" + "".join(f'"{name}"\n' for name in named)
    found = group(entries(*paths), [read_sheet(sheet.encode(), "metadaten.csv")] if named else [])
    assert {entry.path for one in found for entry in one.files} >= set(paths)
    assert len({one.native_id for one in found}) == len(found)
    for one in found:
        assert title_of(one.files[0].path if one.files else "x.csv")
        assert stem_of(one.files[0].path if one.files else "x.csv")
        without_period(one.native_id)
        assert fingerprint(one, ["s"] * len(one.files)) != fingerprint(one, ["t"] * len(one.files)) or not one.files


def test_what_is_data() -> None:
    found = [
        entry.path
        for entry in entries("a.CSV", "a.html", "a.docx", "a", "a.gpkg", "a.jpg", "a.jsonld")
        if is_data(entry)
    ]
    assert found == ["a.CSV", "a.gpkg", "a.jsonld"]
