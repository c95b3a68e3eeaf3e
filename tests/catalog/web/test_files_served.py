"""The files of local-folder sources: what a public dataset offers, as a download, and nothing else on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.folder_files import opened
from schemas import model
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.web.asking import Place, folder_source, place_in

CONTENT = b"Strasse;Plaetze\r\nHauptstr.;12\r\n" * 50_000
NAMES = (
    "plätze 2026.csv",
    "unter/ordner/karte.geojson",
    "seite.html",
    "leer.csv",
    "ohne-endung",
    'a"b;c.csv',
    "baeder.jsonld",
)


def offering(*paths: str) -> model.Dataset:
    return dataset(
        "Parkplätze",
        "x",
        distribution=tuple(
            model.Distribution(
                iri=f"{BASE}/id/distribution/{number}",
                access_url=(f"{BASE}/files/ordner/{quote(path)}",),
                download_url=(f"{BASE}/files/ordner/{quote(path)}",),
            )
            for number, path in enumerate(paths)
        ),
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("region")
    with place_in(folder, sources=(folder_source("dateien"),)) as made:
        (folder / "dateien/unter/ordner").mkdir(parents=True)
        for name in NAMES:
            (folder / "dateien" / name).write_bytes(b"" if name == "leer.csv" else CONTENT)
        (folder / "dateien/metadaten.csv").write_text("Titel;Ansprechpartner\nParken;Frau Muster\n")
        (folder / "dateien/.geheim").write_text("geheim")
        (folder / "aussen.csv").write_text("geheim")
        (folder / "dateien/innen.csv").symlink_to("seite.html")
        (folder / "dateien/nach-aussen.csv").symlink_to("../aussen.csv")
        (folder / "dateien/oben").symlink_to("..")
        os.mkfifo(folder / "dateien/rohr.csv")
        paths = (*NAMES, "innen.csv", "nach-aussen.csv", "oben/aussen.csv", "../aussen.csv", "rohr.csv", "unter")
        made.publish(Stored("parken", offering(*paths), "ordner"))
        yield made


def test_a_published_file_is_a_download(place: Place) -> None:
    answer = place.ask.get("/files/ordner/pl%C3%A4tze%202026.csv")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''pl%C3%A4tze%202026.csv"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["access-control-allow-origin"] == "*"


def test_linked_data_are_served_as_such(place: Place) -> None:
    answer = place.ask.get("/files/ordner/baeder.jsonld")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/ld+json")


@pytest.mark.parametrize("name", NAMES)
def test_F60_no_file_runs_in_our_name(place: Place, name: str) -> None:
    answer = place.ask.get(f"/files/ordner/{quote(name)}")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert not set('"; ') & set(answer.headers["content-disposition"].removeprefix("attachment; "))


def test_head_and_revalidation(place: Place) -> None:
    get = place.ask.get("/files/ordner/seite.html")
    head = place.ask.get("/files/ordner/seite.html", "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(get.headers)
    again = place.ask.get("/files/ordner/seite.html", if_none_match=get.headers["etag"])
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", get.headers["etag"])
    assert place.ask.get("/files/ordner/seite.html", if_none_match='"x"').status_code == 200
    assert place.ask.get("/files/ordner/leer.csv").content == b""


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("0-9", 0, 10), ("5-", 5, None), ("-7", -7, None), ("100-99999999999", 100, None), ("-99999999999", 0, None)],
)
def test_a_part_of_a_file(place: Place, wanted: str, start: int, end: int | None) -> None:
    answer = place.ask.get("/files/ordner/seite.html", range=f"bytes={wanted}")
    expected = CONTENT[start:end]
    assert (answer.status_code, answer.content) == (206, expected)
    first = len(CONTENT) + start if start < 0 else start
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{len(CONTENT)}"
    assert answer.headers["content-length"] == str(len(expected))


@pytest.mark.parametrize("wanted", ["bytes=99999999999-", "bytes=5-4", "bytes=-0"])
def test_a_part_that_is_not_there(place: Place, wanted: str) -> None:
    answer = place.ask.get("/files/ordner/seite.html", range=wanted)
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize("wanted", ["bytes=-", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes=" + "9" * 400 + "-"])
def test_what_is_no_single_range_gives_the_whole(place: Place, wanted: str) -> None:
    assert place.ask.get("/files/ordner/seite.html", range=wanted).content == CONTENT


def test_a_link_inside_the_folder_is_a_file_of_it(place: Place) -> None:
    assert place.ask.get("/files/ordner/innen.csv").content == CONTENT


@pytest.mark.parametrize(
    "path",
    [
        *("metadaten.csv", ".geheim", "gibt-es-nicht.csv", "", "unter", "unter/", "rohr.csv", "nach-aussen.csv"),
        *("oben/aussen.csv", "../aussen.csv", "..%2faussen.csv", "%2e%2e/aussen.csv", "%2e%2e%2faussen.csv"),
        *("unter/../../aussen.csv", "%2e/seite.html", "unter//ordner/karte.geojson", "/etc/passwd", "%2fetc%2fpasswd"),
        *("seite.html%00", "seite.html%00.csv", "..%5caussen.csv", "%5c%5chost%5cx", "%c0%ae%c0%ae/aussen.csv"),
        *("....//aussen.csv", "seite.html/", "seite.html/x", "%252e%252e/aussen.csv", "x" * 1900, "a/" * 900),
    ],
)
def test_F65_nothing_else_can_be_reached(place: Place, path: str) -> None:
    answer = place.ask.get(f"/files/ordner/{path}")
    assert answer.status_code == 404
    assert "geheim" not in answer.text


def test_only_folder_sources_have_files(place: Place) -> None:
    for source in ("neuhof-portal", "..", "%2e%2e", "gibt-es-nicht"):
        assert place.ask.get(f"/files/{source}/seite.html").status_code == 404


def test_a_withdrawn_dataset_takes_its_files_with_it(tmp_path: Path) -> None:
    with place_in(tmp_path, sources=(folder_source("dateien"),)) as place:
        (tmp_path / "dateien").mkdir()
        (tmp_path / "dateien/a.csv").write_text("a;b\n")
        assert place.ask.get("/files/ordner/a.csv").status_code == 404
        place.publish(Stored("a", offering("a.csv"), "ordner"))
        assert place.ask.get("/files/ordner/a.csv").status_code == 200
        (tmp_path / "dateien/a.csv").unlink()
        assert place.ask.get("/files/ordner/a.csv").status_code == 404
        (tmp_path / "dateien/a.csv").write_text("a;b\n")
        place.publish(Stored("a", None, "ordner"))
        assert place.ask.get("/files/ordner/a.csv").status_code == 404


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret").write_text("secret")
    folder = outside / "folder"
    (folder / "a/b").mkdir(parents=True)
    for name in ("file", "a/file", "a/b/file"):
        (folder / name).write_text("inside")
    (folder / "out").symlink_to("..")
    (folder / "secret").symlink_to("../secret")
    return folder


@settings(max_examples=300)
@given(
    parts=st.lists(
        st.one_of(st.sampled_from(["a", "b", "file", "secret", "out", "..", ".", "", "folder"]), st.text(max_size=6)),
        max_size=6,
    )
)
def test_F65_whatever_the_path_only_the_inside_is_opened(walled: Path, parts: list[str]) -> None:
    try:
        handle = opened(walled, "/".join(parts))
    except (OSError, ValueError):
        return
    with os.fdopen(handle) as file:
        assert file.read() == "inside"
