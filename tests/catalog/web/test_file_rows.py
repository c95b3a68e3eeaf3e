"""The rows of a file for programs: as JSON and CSV, filtered and paged by the address."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator

import httpx
import pandas
import pytest

from catalog.preview import kept_rows
from tests.catalog.builder import BASE
from tests.catalog.web.files_region import INHABITANTS, Site, rows, site_in
from tests.catalog.web.pages_reading import read


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("region") / "r") as made:
        yield made


def test_rows_are_typed(site: Site) -> None:
    found = rows(site, "pegel.csv", "?size=2&sort=-Datum")
    assert found["rows"][0] == {"Datum": "2024-02-28", "Ort": "Brücke Nord", "Pegel (cm)": 84.5, "Bemerkung": None} or (
        found["rows"][0] == {"Datum": "2024-02-28", "Ort": "Brücke Nord", "Pegel (cm)": 84.5}
    )
    assert (found["rows_found"], found["pages"], found["page"], found["size"], found["complete"]) == (
        29,
        15,
        1,
        2,
        True,
    )
    assert found["columns"][0]["type"] == "date"
    assert rows(site, "pegel.csv", "?size=1&raw=1")["rows"][0]["Pegel (cm)"] == "3,5"


def test_pages_of_rows_lead_on(site: Site) -> None:
    address = f"{site.path('einwohner.csv', '.json')}?Ort=Kalbach&size=4"
    seen: list[int] = []
    while address:
        answer = site.place.ask.get(address).json()
        seen += [row["Jahr"] for row in answer["rows"]]
        assert {row["Ort"] for row in answer["rows"]} == {"Kalbach"}
        address = (answer["next"] or "").removeprefix(BASE)
    assert seen == list(range(2010, 2025))


def test_filters_compare_as_people_write(site: Site) -> None:
    for query, years in (
        ("Einwohner.from=11.000&Ort.contains=neu", list(range(2020, 2025))),
        ("Jahr.to=2011&Ort=Neuhof", [2010, 2011]),
        ("Jahr=2013&Ort=flieden", [2013]),
        ("Ort.empty=1", []),
    ):
        assert [row["Jahr"] for row in rows(site, "einwohner.csv", f"?{query}")["rows"]] == years, query
    dated = rows(site, "pegel.csv", "?Datum.from=27.02.2024&Datum.to=2024-02-28")["rows"]
    assert [row["Datum"] for row in dated] == ["2024-02-27", "2024-02-28"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("Land=Hessen", "Land"),
        ("sort=Land", "sort"),
        ("Einwohner.from=abc", "Einwohner.from=abc ist keine Zahl"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("Einwohner.from=9&Einwohner.to=8", "Einwohner.from=9"),
        ("size=1001", "size"),
        ("size=-1", "size"),
    ],
)
def test_a_program_is_told_which_parameter_is_wrong(site: Site, query: str, said: str) -> None:
    for suffix in (".json", ".csv"):
        answer = site.place.ask.get(f"{site.path('einwohner.csv', suffix)}?{query}")
        assert answer.status_code == 400
        assert said in answer.text


def test_csv_opens_in_german_spreadsheets(site: Site) -> None:
    answer = site.place.ask.get(f"{site.path('einwohner.csv', '.csv')}?Ort=Neuhof&sort=-Jahr")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-disposition"] == f'attachment; filename="{site.slug}-2.csv"'
    assert answer.text.startswith("\ufeffJahr;Ort;Einwohner;page\r\n2024;Neuhof;11080;2\r\n")
    assert len(answer.text.splitlines()) == 16


def test_raw_csv_is_the_file_again(site: Site) -> None:
    answer = site.place.ask.get(f"{site.path('einwohner.csv', '.csv')}?raw=1")
    given = list(csv.reader(io.StringIO(INHABITANTS), delimiter=";"))
    assert list(csv.reader(io.StringIO(answer.text))) == given


def test_lines_for_programs_read_the_raw_rows_with_their_decimals(site: Site) -> None:
    rows(site, "pegel.csv")  # makes the preview that the dataset's page looks at
    shown = read(site.place, f"/dataset/{site.slug}")
    lines = [node.text() for node in shown.css("#reuse ~ pre")]
    raw = f"{BASE}{site.path('pegel.csv', '.csv')}?raw=1"
    python = next(line for line in lines if "pandas" in line)
    assert f'table <- read.csv("{raw}", dec = ",", fileEncoding = "UTF-8")' in "\n".join(lines)
    said = {"pandas": pandas, "io": io, "rows": site.place.ask.get(raw.removeprefix(BASE)).text}
    assert f'"{raw}", decimal=","' in python
    exec(python.replace(f'"{raw}"', "io.StringIO(rows)"), said)
    table = said["table"]
    assert isinstance(table, pandas.DataFrame)
    assert list(table.columns) == ["Datum", "Ort", "Pegel (cm)", "Bemerkung"]
    assert table["Pegel (cm)"].max() == 1218.0


def test_F61_no_cell_is_a_formula(site: Site) -> None:
    answer = site.place.ask.get(site.path("gift.csv", ".csv"))
    table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row[2] for row in table[1:3]] == ["'=1+0", "'=1+1"]
    assert table[-1] == ["Ende", "zahl", "-5"]
    raw = site.place.ask.get(f"{site.path('gift.csv', '.csv')}?raw=1").text
    assert list(csv.reader(io.StringIO(raw)))[1][2] == "=1+0"


def test_downloads_at_the_same_time_are_whole(site: Site) -> None:
    address = f"{site.path('lang.csv', '.csv')}?sort=-Platz"
    expected = "".join(f"{n};{'Wort' * 10}\r\n" for n in range(8_999, -1, -1))

    async def together() -> list[httpx.Response]:
        transport = httpx.ASGITransport(site.place.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE, timeout=60) as client:
            return await asyncio.gather(*(client.get(address) for _ in range(6)))

    for answer in asyncio.run(together()):
        assert answer.text == f"\ufeffPlatz;Wort\r\n{expected}"


def test_rows_that_take_too_long_are_refused_before_the_first(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = kept_rows.Rows.every
    monkeypatch.setattr(kept_rows.Rows, "every", lambda self, wanted: plain(self, wanted, -1.0))
    answer = site.place.ask.get(f"{site.path('lang.csv', '.csv')}?Wort.contains=ort&sort=Wort")
    assert answer.status_code == 503
    assert "dauert zu lange" in answer.text


def test_unchanged_rows_are_not_sent_again(site: Site) -> None:
    for suffix in (".json", ".csv", ""):
        address = f"{site.path('einwohner.csv', suffix)}?Ort=Neuhof"
        whole = site.place.ask.get(address)
        again = site.place.ask.get(address, if_none_match=whole.headers["etag"])
        assert (again.status_code, again.text) == (304, "")
        assert site.place.ask.get(address, method="HEAD").text == ""
