"""A folder that a web server lists: indexes, sheets, files; what is asked for again, and what failures leave alone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from harvesters.answer import Answer
from harvesters.spiders.folder import FolderSpider
from tests.harvesters.crawl_runs import Run, Site, crawl, write_region

LONG_AGO = "Tue, 03 Nov 2026 10:00:00 GMT"
INDEXES = Path(__file__).parents[1] / "recordings/files/indexes"


def listing(*names: str) -> str:
    links = "".join(f'<a href="{name}">{name}</a> 12-Jan-2026 09:30 17\n' for name in names)
    return (
        f'<html><head><title>Index of /d/</title></head><body><pre><a href="../">../</a>\n{links}</pre></body></html>'
    )


def harvest(tmp_path: Path, site: Site, options: str = "", start: str = "/d/", **job: Any) -> Run:
    folder = write_region(tmp_path, web=f'url = "{site.url}{start}"\nprotocol = "folder"\n{options}')
    site.asked.clear()
    site.whole.clear()
    return crawl(folder, "web", **job)


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nullen.csv", b"0" * 150_000_000)
    return buffer.getvalue()


PAGES: dict[str, Any] = {
    "/d/": listing(
        "a.csv",
        "a.json",
        "b.csv",
        "metadaten.csv",
        "2025/",
        "bild.jpg",
        "bombe.zip",
        "html.csv",
        "README.md",
        "weg.csv",
    ),
    "/d/2025/": listing("haushalt.csv"),
    "/d/a.csv": (200, {"Last-Modified": "Tue, 03 Nov 2026 10:00:00 GMT"}, "x;y\n1;2\n"),
    "/d/a.json": '[{"x": 1, "y": 2}]',
    "/d/b.csv": "x;y\n1;2\n",
    "/d/metadaten.csv": "Datei;Titel\na.csv;Alpha\n",
    "/d/2025/haushalt.csv": "Produkt;Betrag\nSchulen;1\n",
    "/d/bombe.zip": bomb(),
    "/d/html.csv": "<html><body><h1>Fehler</h1></body></html>",
}


def test_all_files_become_datasets_and_unchanged_ones_are_not_sent_again(tmp_path: Path) -> None:
    with Site(dict(PAGES)) as site:
        first = harvest(tmp_path, site)
        assert first.titles == {"2025/haushalt": "Haushalt 2025", "a": "Alpha", "b": "B", "bombe": "Bombe"}
        assert first.report["coverage"] == "complete"
        assert f"accessURL> <{site.url}/d/a.csv>" in first.records["a"]["ntriples"]
        assert '"2026-11-03T10:00:00Z"' in first.records["a"]["ntriples"]
        assert ["modified", "a.csv: Last-Modified", "derived"] in first.records["a"]["trace"]
        assert list(first.set_aside) == ["html"]
        [gone] = first.unusable
        assert gone == f"Das Verzeichnis nennt {site.url}/d/weg.csv, aber der Server hat die Datei nicht (Status 404)."
        assert [message for _, message in first.report["findings"]] == [
            "Keine Daten und darum nicht aufgenommen (1): bild.jpg"
        ]

        second = harvest(tmp_path, site, state=first.state)
        assert {native_id for native_id, record in second.records.items() if record["unchanged"]} == set(first.records)
        # The web page under a table's name is looked at again, as nothing of it was published.
        assert {path for path in site.whole if not path.endswith("/")} == {
            "/d/metadaten.csv",
            "/d/weg.csv",
            "/d/html.csv",
        }

        site.pages["/d/a.json"] = '[{"x": 1, "y": 3}]'
        third = harvest(tmp_path, site, state=second.state)
        changed = [native_id for native_id, record in third.records.items() if not record["unchanged"]]
        assert changed == ["a"]
        assert third.records["a"]["ntriples"].count("accessURL") == 2

        site.pages["/d/metadaten.csv"] = "Datei;Titel\na.csv;Neu\n"
        fourth = harvest(tmp_path, site, state=third.state)
        assert fourth.titles == {"2025/haushalt": "", "a": "Neu", "b": "", "bombe": ""}

        full = harvest(tmp_path, site, state=fourth.state, full=True)
        assert "/d/b.csv" in site.whole
        assert all(record["unchanged"] for record in full.records.values())


def test_a_replay_opens_no_address(tmp_path: Path) -> None:
    with Site(dict(PAGES)) as site:
        first = harvest(tmp_path, site)
        again = harvest(tmp_path, site, state=first.state, replay=True)
        assert site.asked == []
    assert {k: v["ntriples"] for k, v in again.records.items()} == {k: v["ntriples"] for k, v in first.records.items()}
    assert (again.state["hashes"], list(again.set_aside)) == (first.state["hashes"], ["html"])
    assert not any("Schulen" in body for _, _, body in first.state["kept"].values())


def test_F14_a_file_that_fails_leaves_its_dataset_as_it_was(tmp_path: Path) -> None:
    pages = {**PAGES, "/d/": listing("a.csv", "a.json", "b.csv"), "/d/a.json": (500, {}, b"")}
    with Site(pages) as site:
        run = harvest(tmp_path, site, "[limits]\nretries = 0\n")
    assert list(run.records) == ["b"]
    assert run.report["coverage"] == "partial"
    assert run.report["failures"] == [f"{site.url}/d/a.json: der Server antwortet mit Status 500"]


def test_F14_a_folder_that_fails_makes_the_run_partial(tmp_path: Path) -> None:
    pages = {**PAGES, "/d/": listing("b.csv", "2025/"), "/d/2025/": (503, {}, b"")}
    with Site(pages) as site:
        run = harvest(tmp_path, site, "[limits]\nretries = 0\n")
    assert (list(run.records), run.report["coverage"]) == (["b"], "partial")


def test_without_its_sheet_no_record_is_made_poorer(tmp_path: Path) -> None:
    pages = {**PAGES, "/d/metadaten.csv": (500, {}, b"")}
    with Site(pages) as site:
        run = harvest(tmp_path, site, "[limits]\nretries = 0\n")
    assert (run.records, run.report["coverage"]) == ({}, "partial")


@pytest.mark.parametrize(
    ("body", "said"), [(b"06-09-2019 13:17\r\n\r\nPLADS=\xd8stre Havn\r\nANTAL=404", "PLADS=Østre Havn"), (b"", "")]
)
def test_F01_what_is_no_index_fails_the_run(tmp_path: Path, body: bytes, said: str) -> None:
    with Site({"/d/": body}) as site:
        run = harvest(tmp_path, site)
    assert run.report["failure"] is not None
    assert f"{site.url}/d/: erwartet wurde eine Verzeichnisseite (HTML)" in run.report["failure"]
    assert said in run.report["failure"]


def test_F12_a_folder_in_a_circle_is_read_once(tmp_path: Path) -> None:
    pages: dict[str, Any] = {"/d/a.csv": "x;y\n1;2\n"}
    for depth in range(12):
        place = "/d/" + "kreis/" * depth
        pages[place] = listing("a.csv", "kreis/")
        pages[f"{place}a.csv"] = "x;y\n1;2\n"
    with Site(pages) as site:
        run = harvest(tmp_path, site, "[folder]\ndepth = 10\n")
    assert list(run.records) == ["a"]
    assert [path for path in site.asked if path.endswith("/")] == ["/d/", "/d/kreis/"]
    assert [rule for rule, _ in run.report["findings"]] == ["folder-loop"]


def test_depth_is_bounded(tmp_path: Path) -> None:
    pages: dict[str, Any] = {}
    for depth in range(6):
        place = "/d/" + "".join(f"{n}/" for n in range(depth))
        pages[place] = listing(f"f{depth}.csv", f"{depth}/")
        pages[f"{place}f{depth}.csv"] = "x;y\n1;2\n"
    with Site(pages) as site:
        run = harvest(tmp_path, site)
    assert sorted(run.records) == ["0/1/2/f3", "0/1/f2", "0/f1", "f0"]
    assert [rule for rule, _ in run.report["findings"]] == ["folder-depth"]


def test_F27_a_file_over_the_limit_is_a_finding_not_a_partial_run(tmp_path: Path) -> None:
    pages = {"/d/": listing("gross.csv", "b.csv"), "/d/b.csv": "x;y\n1;2\n", "/d/gross.csv": "a;b\n" * 5000}
    with Site(pages) as site:
        run = harvest(tmp_path, site, "[limits]\nbody_bytes = 10000\n")
    assert (sorted(run.records), run.report["coverage"]) == (["b", "gross"], "complete")
    assert "file-unreadable" in {rule for _, rule, _ in run.records["gross"]["findings"]}
    assert "checksum" not in run.records["gross"]["ntriples"]


def test_a_redirected_folder_is_read_where_it_leads(tmp_path: Path) -> None:
    pages = {**PAGES, "/d": (301, {"Location": "/d/"}, b""), "/d/": listing("b.csv")}
    with Site(pages) as site:
        run = harvest(tmp_path, site, start="/d")
    assert list(run.records) == ["b"]


@pytest.mark.parametrize("name", ["waf_apache_index.html", "waf_nginx_index.html"])
def test_index_pages_of_the_samples(tmp_path: Path, samples: Path, name: str) -> None:
    pages: dict[str, Any] = {
        "/d/": (200, {"Content-Type": "text/html"}, (samples / "web" / name).read_bytes()),
        "/d/subfolder/": listing(),
        "/d/record-1.xml": (samples / "geo/iso19139_dwd_dataset.xml").read_bytes(),
    }
    with Site(pages) as site:
        run = harvest(tmp_path, site)
    assert (list(run.records), run.report["coverage"]) == (["record-1"], "complete")


def test_the_samples_served_as_a_folder(tmp_path: Path, samples: Path) -> None:
    files = sorted(file for file in (samples / "files").iterdir())
    pages: dict[str, Any] = {f"/d/{file.name}": file.read_bytes() for file in files}
    pages["/d/"] = (200, {"Content-Type": "text/html"}, listing(*(file.name for file in files)))
    with Site(pages) as site:
        run = harvest(tmp_path, site)
    assert len(run.records) == len(files) == 24
    assert (run.set_aside, run.report["coverage"]) == ({}, "complete")
    assert sum(record["ntriples"].count("accessURL") for record in run.records.values()) == 24


@pytest.mark.parametrize(
    ("start", "options", "native_id", "title"),
    [
        ("/schulen_2025.csv", "", "schulen_2025", "Schulen 2025"),
        ("/export?was=schulen", '[folder]\nfile = "schulen.csv"\n', "schulen", "Schulen"),
    ],
)
def test_single_file_is_one_dataset(tmp_path: Path, start: str, options: str, native_id: str, title: str) -> None:
    with Site({start: (200, {"Last-Modified": LONG_AGO}, "Schule;Plätze\nRain;120\n")}) as site:
        first = harvest(tmp_path, site, options, start)
        assert (first.titles, first.report["coverage"]) == ({native_id: title}, "complete")
        assert f"accessURL> <{site.url}{start}>" in first.records[native_id]["ntriples"]
        again = harvest(tmp_path, site, options, start, state=first.state)
        assert start not in site.whole
        assert again.records[native_id]["unchanged"]
        replayed = harvest(tmp_path, site, options, start, state=first.state, replay=True)
        assert (replayed.titles, site.asked) == (first.titles, [])


def test_single_file_that_is_gone_is_a_finding(tmp_path: Path) -> None:
    with Site({}) as site:
        run = harvest(tmp_path, site, start="/weg.csv")
    assert (run.records, len(run.unusable)) == ({}, 1)
    assert "Status 404" in run.unusable[0]


def answer(url: str, body: bytes) -> dict[str, Answer]:
    return {url: Answer(url, url, 200, {"content-type": "text/html"}, body, "text/html", 0.1)}


@pytest.mark.parametrize(
    ("name", "certainty"), [("apache-table", 70), ("nginx", 70), ("iis", 70), ("python", 70), ("page-of-links", None)]
)
def test_detection(name: str, certainty: int | None) -> None:
    url = "https://daten.example.org/daten/"
    found = FolderSpider.detect(url, answer(url, (INDEXES / f"{name}.html").read_bytes()))
    if certainty is None:
        assert found is None
    else:
        assert found is not None
        assert (found.url, found.count, found.certainty) == (url, 2, certainty)
        assert found.samples == ("Straßen und Wege", "Abfall Termine 2026")
    assert FolderSpider.detect(url, {}) is None
    assert FolderSpider.detect(url, answer(url, b"PLADS=1")) is None
