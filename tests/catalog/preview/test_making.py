"""Previews from the wish to what a page gets: fetched, read apart, kept, asked for again; and each reason why not."""

from __future__ import annotations

import io
import os
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from catalog import preview as previews
from catalog.preview import Filter, Preview, Selection, contents, keeping, occurrences
from catalog.preview.access import _of_known_layer
from catalog.preview.assembly import assembled
from catalog.preview.findings import of_dataset
from catalog.preview.keeping import Keeping
from catalog.preview.persons import nobody
from catalog.preview.wanting import of_file
from schemas.kinds import Literal
from schemas.model import Dataset, Distribution
from schemas.region import Region
from schemas.tables import PersonalHint, read_table
from tests.catalog.preview.calendars import calendar
from tests.catalog.preview.region_of_files import MUNICIPAL, end_maker, make_region
from tests.faultserver import FaultServer, Reply

PATIENCE = 240.0  # a machine that is busy with other tests takes its time


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory, server: FaultServer) -> Iterator[Region]:
    made = make_region(tmp_path_factory.mktemp("region") / "r", server.url("/"))
    yield made
    end_maker(made)


def found(region: Region, address: str, **others: str) -> Preview:
    """The preview, whole."""
    wish = previews.wanted(region, source_of(region, address), address, **others)
    preview = previews.find(region, wish, PATIENCE)
    until = time.monotonic() + PATIENCE
    while preview.growing and time.monotonic() < until:
        time.sleep(0.05)
        preview = previews.peek(region, wish) or preview
    return preview


def source_of(region: Region, address: str) -> str:
    return "ordner" if address.startswith(region.base_url) else "neuhof-portal"


def served(server: FaultServer, name: str, body: bytes, status: int = 200, **headers: str) -> str:
    server.pages[f"/{name}"] = Reply(body, status, {key.replace("_", "-"): value for key, value in headers.items()})
    return server.url(f"/{name}")


def test_a_municipal_table_from_the_wish_to_the_rows(region: Region, server: FaultServer) -> None:
    preview = found(region, served(server, "pegel.csv", MUNICIPAL, etag='"one"'))
    assert (preview.state, preview.kind, preview.reason) == ("ready", "table", None)
    assert preview.source is not None
    assert (preview.source.name, preview.source.kind, preview.source.size) == ("pegel.csv", "csv", len(MUNICIPAL))
    assert preview.table is not None
    assert preview.table.skipped[0] == "Pegel der Fliede"
    assert (preview.table.encoding, preview.table.delimiter, preview.table.sum_rows) == ("cp1252", ";", (28,))
    assert preview.profile is not None
    assert [column.type for column in preview.profile.columns] == ["date", "category", "number", "empty"]
    assert "skipped-lines" in [note.code for note in preview.notes]
    assert preview.rows_kept == 29
    assert preview.chart["kind"] == "line"
    assert [facet.column for facet in preview.facets] == ["Ort"]
    page = previews.rows(region, preview, Selection((Filter("Ort", "is", "brücke süd"),), "Pegel (cm)", True, size=3))
    assert (page.found, page.searched, page.whole) == (14, 29, True)
    assert [row[0] for row in page.rows] == ["27.02.2024", "25.02.2024", "23.02.2024"]


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (404, "not-found", "404"),
        (410, "not-found", "410"),
        (403, "forbidden", "403"),
        (401, "forbidden", "401"),
        (500, "server-error", "500"),
        (400, "http", "400"),
        (429, "busy", "Pause"),
    ],
)
def test_the_server_says_no(region: Region, server: FaultServer, status: int, code: str, said: str) -> None:
    preview = found(region, served(server, f"status-{status}", b"no", status))
    assert preview.state == "none"
    assert preview.reason is not None
    assert preview.reason.code == code
    assert said in preview.reason.text()
    assert preview.reason.advice("en").endswith(".")


def test_a_dead_server_and_addresses_that_are_not_asked(region: Region) -> None:
    codes = {}
    for address in (
        "http://127.0.0.1:9/file.csv",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:8080/x.csv",
        "ftp://127.0.0.1/x.csv",
        "file:///etc/passwd",
        "http://",
    ):
        reason = found(region, address).reason
        codes[address] = reason.code if reason else ""
    assert codes.pop("http://127.0.0.1:9/file.csv") == "address"  # our source's host, but not its port
    assert codes.pop("http://169.254.169.254/latest/meta-data") == "address"
    assert codes.pop("http://[::1]:8080/x.csv") == "address"
    assert set(codes.values()) <= {"not-asked", "unreachable", "redirect"}
    assert previews.find(region, previews.wanted(region, "ordner", "")).reason == previews.Reason("no-address")


def test_what_another_source_names_inside_is_not_published(region: Region, server: FaultServer) -> None:
    address = served(server, "innen.csv", MUNICIPAL)
    with FaultServer() as inner:
        inner.pages["/_search"] = Reply(MUNICIPAL)
        redirect = served(server, "weiter.csv", b"", 302, location=inner.url("/_search"))
        for source, named in (("ordner", address), ("fremd", address), ("neuhof-portal", redirect)):
            preview = previews.find(region, previews.wanted(region, source, named), PATIENCE)
            assert preview.reason is not None, (source, named)
            assert preview.reason.code == "address"
        assert not inner.seen
    assert found(region, address).state == "ready"  # no refusal stands in the way of the source's own record


def test_a_web_page_behind_a_csv_address_is_said_to_be_one(region: Region, server: FaultServer) -> None:
    page = b"<!DOCTYPE html><html><head><title>Seite nicht gefunden</title></head><body>Hallo</body></html>"
    preview = found(region, served(server, "daten.csv", page, content_type="text/csv"))
    assert (preview.state, preview.kind, preview.title) == ("none", "page", "Seite nicht gefunden")
    assert preview.reason is not None
    assert "Web-Seite" in preview.reason.text()


def test_a_file_beyond_the_limit_shows_its_beginning(region: Region, server: FaultServer, tmp_path: Path) -> None:
    line = b"12345;Hauptstrasse;8,75\n"
    body = b"Nummer;Strasse;Betrag\n" + line * (51_000_000 // len(line))
    preview = found(region, served(server, "gross.csv", body))
    assert (preview.state, preview.reason and preview.reason.code) == ("ready", "too-large")
    assert preview.reason is not None
    assert preview.reason.text() == "Die Datei ist zu groß (51 MB). Wir zeigen den Anfang."
    assert preview.table is not None
    assert len(preview.table.rows) == 1000
    assert (preview.table.total_rows, preview.table.counted) == (2_120_000, "about")  # of all 51 MB, not of those read
    assert preview.table.notes[-1].de == "Gelesen wurden die ersten 200.000 von etwa 2.120.000 Zeilen."
    whole = found(region, served(server, "gross.zip", b"PK\x03\x04" + body))
    assert whole.reason is not None
    assert (whole.state, whole.reason.code) == ("none", "too-large-whole")
    assert whole.reason.text() == "Die Datei ist zu groß (51 MB). Dieses Format lässt sich nur ganz lesen."


def test_an_unchanged_file_is_not_read_again_and_a_changed_one_is(region: Region, server: FaultServer) -> None:
    address = served(server, "leise.csv", b"a;b\n1;2\n3;4\n", etag='"v1"')
    first = found(region, address)
    assert first.source is not None
    grown_old(region, first)
    server.pages["/leise.csv"] = Reply(b"", 304)
    shown = previews.find(region, previews.wanted(region, source_of(region, address), address))
    assert shown.table == first.table  # the old one at once
    again = changed(region, address, lambda each: each.source is not None and each.source.checked_at > "2020-01-02")
    assert again.table == first.table
    assert server.seen[-1].headers["if-none-match"] == '"v1"'
    grown_old(region, again)
    server.pages["/leise.csv"] = Reply(b"a;b\n1;2\n3;4\n5;6\n", headers={"etag": '"v2"'})
    previews.find(region, previews.wanted(region, source_of(region, address), address))
    newer = changed(region, address, lambda each: each.source is not None and each.source.etag == '"v2"')
    assert newer.rows_kept == 3


def test_a_calendar_whose_next_dates_run_out_is_read_again_though_it_is_the_same(
    region: Region, server: FaultServer
) -> None:
    choir = calendar("DTSTART;TZID=Europe/Berlin:20250107T193000\nRRULE:FREQ=WEEKLY\nSUMMARY:Chor")
    address = served(server, "chor.ics", choir, etag='"v1"')
    first = found(region, address)
    assert first.occurrences is not None
    assert 50 < len(first.occurrences.found) < 60
    wish, kept = previews.wanted(region, source_of(region, address), address), Keeping(region)
    granted(kept, first.key)
    previews.freshen(region, wish, first)
    assert not list(kept.wishes.glob(f"*-{first.key}.json"))
    # It was read 300 days ago: 100 days are left of it.
    then = datetime.now(UTC).date() - timedelta(days=300)
    assert first.source is not None
    long_ago = first.source._replace(checked_at="2020-01-01T00:00:00Z")
    old = replace(first, occurrences=occurrences.next_of(choir, then), source=long_ago)
    # A server that is gone takes nothing away, and is not asked again at once.
    kept.put(old, kept.folder / first.folder)
    server.pages["/chor.ics"] = Reply(b"", 404)
    previews.freshen(region, wish, old)
    asked = changed(region, address, lambda each: each.source is not None and each.source.checked_at > "2020-01-02")
    assert (asked.state, asked.occurrences) == ("ready", old.occurrences)
    granted(kept, first.key)
    previews.freshen(region, wish, asked)
    assert not list(kept.wishes.glob(f"*-{first.key}.json"))
    assert found(region, address) == asked
    # Whoever opens its page when it is time to ask again does not take them away either.
    kept.put(old, kept.folder / first.folder)
    assert found(region, address).occurrences == old.occurrences
    looked = changed(region, address, lambda each: each.source is not None and each.source.checked_at > "2020-01-02")
    assert (looked.state, looked.occurrences) == ("ready", old.occurrences)
    granted(kept, first.key)
    # Where it is there, it is read: nothing is asked of it by its ETag.
    kept.put(old, kept.folder / first.folder)
    served(server, "chor.ics", choir, etag='"v1"')
    previews.freshen(region, wish, old)
    again = changed(region, address, lambda each: each.occurrences is not None and each.occurrences.since > str(then))
    assert again.occurrences is not None
    assert again.occurrences.since >= first.occurrences.since
    assert len(again.occurrences.found) > 50
    assert "if-none-match" not in server.seen[-1].headers


def test_dates_of_a_calendar_in_an_archive_and_none_of_what_is_withheld() -> None:
    source = previews.Source("k.ics", "", "ics", "", "", 200, 1, 1, True, "", "", "", "2026-03-20T23:30:00Z", "")
    base = Preview("k", "https://example.org/k.zip", "making", source=source)
    choir = calendar("DTSTART;TZID=Europe/Berlin:20250107T193000\nRRULE:FREQ=WEEKLY\nSUMMARY:Chor")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("k.ics", choir)
    found_ = contents.read(out.getvalue(), "k.zip", True)
    told = assembled(found_, base, False).preview.occurrences
    assert told is not None
    assert (told.since, told.found[0].begin) == ("2026-03-21", "2026-03-24 19:30")  # the 21st in Germany
    assert found_.table is not None
    without = replace(
        found_,
        table=replace(found_.table, columns=(replace(found_.table.columns[0], name="X"), *found_.table.columns[1:])),
    )
    assert assembled(without, base, False).preview.occurrences is None


def grown_old(region: Region, preview: Preview) -> None:
    """Let a preview be of long ago."""
    assert preview.source is not None
    kept = Keeping(region)
    old = preview.source._replace(checked_at="2020-01-01T00:00:00Z")
    kept.put(replace(preview, source=old), kept.folder / preview.folder if preview.folder else None)


def changed(region: Region, address: str, as_wanted: Callable[[Preview], bool]) -> Preview:
    wish = previews.wanted(region, source_of(region, address), address)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if (preview := previews.peek(region, wish)) is not None and as_wanted(preview):
            return preview
        time.sleep(0.05)
    raise AssertionError("the preview did not change")


def granted(kept: Keeping, key: str) -> None:
    """Wait until no wish for a preview is left."""
    until = time.monotonic() + PATIENCE
    while list(kept.wishes.glob(f"*-{key}.json")):
        assert time.monotonic() < until
        time.sleep(0.05)  # between two looks; the maker is another process


def test_many_readers_of_one_file_make_one_fetch(region: Region, server: FaultServer) -> None:
    address = served(server, "beliebt.csv", MUNICIPAL)
    results: list[str] = []

    def read() -> None:
        results.append(
            previews.find(region, previews.wanted(region, source_of(region, address), address), PATIENCE).state
        )

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert results == ["ready"] * 8
    assert server.hits["/beliebt.csv"] == 1


def test_who_has_no_patience_is_told_that_it_is_being_made(region: Region, server: FaultServer) -> None:
    server.pages["/spaet.csv"] = Reply(b"a;b\n1;2\n", delay=1.0)
    wish = previews.wanted(region, "neuhof-portal", server.url("/spaet.csv"))
    assert previews.peek(region, wish) is None
    assert previews.find(region, wish, patience=0.2).state == "making"
    assert found(region, server.url("/spaet.csv")).state == "ready"


def test_F75_columns_with_persons_are_withheld_everywhere(region: Region, server: FaultServer) -> None:
    rows = "".join(
        f"Verein {n};vorname.nachname{n}@mail.example;36119 Neuhof;{50.4 + n / 1000};{9.6 + n / 1000}\n"
        for n in range(40)
    )
    address = served(server, "vereine.csv", ("Verein;Mail;Ort;lat;lon\n" + rows).encode())
    preview = found(region, address)
    assert preview.table is not None
    assert preview.table.names == ("Verein", "Ort", "lat", "lon")
    assert [(hint.column, hint.kind, hint.cells) for hint in preview.withheld] == [("Mail", "e-mail", 40)]
    kept = Keeping(region)
    for file in [kept.folder / f"{preview.key}.json", *(kept.folder / preview.folder).iterdir()]:
        assert b"nachname1" not in file.read_bytes(), file.name
    with previews.features(region, preview) as drawn:
        assert drawn is not None
        assert len(drawn) == 40
    assert not previews.cells(region, preview, ["Mail"]).rows
    assert preview.key in [each.key for each in kept.withheld()]
    dataset = Dataset(title=(Literal("Vereine"),), distribution=(Distribution(download_url=(address,)),))
    (finding,) = of_dataset(region, "neuhof-portal", dataset)
    assert finding.rule == "preview-personal-data"
    assert "Mail" in finding.message("de")
    allowed = previews.find(region, previews.wanted(region, "vereine", address), PATIENCE)
    assert allowed.table is not None
    assert "Mail" in allowed.table.names


def test_a_file_in_a_folder_is_read_where_it_lies_and_only_by_its_own_source(region: Region) -> None:
    file = region.folder / "files" / "müll 2024.csv"
    file.write_bytes(b"Tag;Art\n01.02.2024;Papier\n02.02.2024;Bio\n")
    address = "https://daten.example.org/files/ordner/m%C3%BCll%202024.csv"
    first = found(region, address)
    assert (first.state, first.rows_kept) == ("ready", 2)
    file.write_bytes(b"Tag;Art\n01.02.2024;Papier\n02.02.2024;Bio\n03.02.2024;Rest\n")
    os.utime(file, ns=(1, 1))
    assert found(region, address).rows_kept == 3
    stranger = previews.find(region, previews.wanted(region, "vereine", address), PATIENCE)
    assert stranger.state == "none"  # it goes over the network like anybody, and there is no such server
    missing = found(region, "https://daten.example.org/files/ordner/fehlt.csv")
    assert missing.reason is not None
    assert missing.reason.code == "missing-file"
    outside = found(region, "https://daten.example.org/files/ordner/..%2Fregion.toml")
    assert outside.state == "none"


def test_the_sheet_of_a_workbook_can_be_chosen(region: Region, server: FaultServer) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Einwohner"
    for row in (["Ort", "Zahl"], ["Neuhof", 10], ["Flieden", 8]):
        book.active.append(row)
    other = book.create_sheet("Haushalte")
    for row in (["Ort", "Haushalte"], ["Neuhof", 5], ["Flieden", 4]):
        other.append(row)
    out = io.BytesIO()
    book.save(out)
    address = served(server, "mappe.xlsx", out.getvalue())
    first, second = found(region, address), found(region, address, layer="Haushalte")
    assert first.layers == (("Einwohner", "Einwohner"), ("Haushalte", "Haushalte"))
    assert (first.layer, second.layer) == ("Einwohner", "Haushalte")
    assert second.table is not None
    assert second.table.names == ("Ort", "Haushalte")
    asked = server.hits["/mappe.xlsx"]
    for name in ("gibt es nicht", "../../etc", "Einwohner"):
        assert found(region, address, layer=name).key == first.key
    assert server.hits["/mappe.xlsx"] == asked


def test_an_archive_shows_its_largest_table_and_names_its_files(region: Region, server: FaultServer) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("klein.csv", "a;b\n1;2\n")
        archive.writestr("gross.csv", "x;y\n" + "1;2\n" * 50)
        archive.writestr("liesmich.txt", "Hinweise")
    preview = found(region, served(server, "paket.zip", out.getvalue()))
    assert preview.table is not None
    assert preview.table.names == ("x", "y")
    assert set(preview.members) == {"klein.csv", "gross.csv", "liesmich.txt"}
    assert "archive-chosen" in [note.code for note in preview.notes]


def test_a_large_table_shows_its_first_rows_before_all_are_read(region: Region, server: FaultServer) -> None:
    body = "Datum;Wert\n" + "".join(f"{n % 28 + 1:02d}.{n % 12 + 1:02d}.2023;{n},5\n" for n in range(60_000))
    preview = found(region, served(server, "reihe.csv", body.encode()))
    assert preview.rows_kept == 60_000
    assert not preview.growing
    assert preview.table is not None
    assert len(preview.table.rows) == 1000
    page = previews.rows(region, preview, Selection(sort="Wert", descending=True, size=1))
    assert page.rows[0][1] == "59999,5"
    assert (page.found, page.whole) == (60_000, True)
    cells = previews.cells(region, preview, ["Wert", "gibt es nicht"], [Filter("Wert", "from", "59.998,5")])
    assert (cells.rows, cells.found) == ((("59998,5",), ("59999,5",)), 2)
    every = previews.every(region, preview, Selection((Filter("Wert", "to", "99,5"),)))
    assert every is not None
    assert sum(1 for _ in every) == 100


def test_old_previews_go_when_room_is_short(tmp_path: Path) -> None:
    kept = Keeping(make_region(tmp_path / "r"))
    for number in range(5):
        folder = kept.new_folder(f"{number:032x}")
        (folder / keeping.ROWS).write_bytes(b"x" * 1000)
        kept.put(Preview(f"{number:032x}", "a", "ready"), folder)
        os.utime(kept.folder / f"{number:032x}.json", (number, number))
    stray = kept.new_folder("stray")
    os.utime(stray, (1, 1))
    assert kept.prune(3500) <= 3500
    assert [file.name[-6] for file in sorted(kept.folder.glob("*.json"))][-1] == "4"
    assert not (kept.folder / f"{0:032x}.json").exists()
    assert not stray.exists()


def test_pruning_goes_by_the_end_of_each_preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Keeping(make_region(tmp_path / "r"))
    replaced, present = kept.new_folder("a" * 32), kept.new_folder("a" * 32)
    kept.put(Preview("a" * 32, "x", "ready", text='","folder":"","version":1}'), replaced)
    kept.put(Preview("a" * 32, "x", "ready", text='","folder":"","version":1}'), present)
    kept.put(Preview("b" * 32, "x", "ready"))
    kept.put(Preview("c" * 32, "x", "ready", version=0))
    (kept.folder / f"{'d' * 32}.json").write_bytes(b'{"key": 1}')
    for folder in (replaced, present):
        os.utime(folder, (1, 1))
    monkeypatch.setattr(keeping, "from_json", None)  # no preview is read whole
    kept.prune()
    assert sorted(file.stem[0] for file in kept.folder.glob("*.json")) == ["a", "b"]
    assert (replaced.exists(), present.exists()) == (False, True)


@pytest.mark.parametrize(("columns", "sign"), [(100, "\x01"), (100, '"'), (100, "ä"), (5_000, "\x01"), (1, "x")])
def test_the_first_rows_are_never_more_than_can_be_kept(columns: int, sign: str) -> None:
    from catalog.preview.assembly import _head

    table = read_table(b"a\n1\n2\n", "x.csv")
    names = tuple(replace(table.columns[0], name=str(number)) for number in range(columns))
    row = (sign * 5_000,) * columns
    head, notes = _head(replace(table, columns=names, rows=(row,) * 1_000), True, nobody)
    assert 1 <= len(head.rows) <= 1_000
    assert [note.code for note in notes] == ["cells-cut"]
    assert len(keeping.to_json(Preview("k" * 32, "x", "ready", table=head))) < keeping.MAX_JSON


def test_F75_findings_know_other_sheets_and_layers_of_services(tmp_path: Path) -> None:
    region = make_region(tmp_path / "r")
    kept = Keeping(region)
    file = Distribution(access_url=("https://dienst.example/ows?service=WFS",))
    record = Dataset(identifier=(Literal("wald"),), distribution=(file,))
    first = of_file(region, "ordner", file, record=record)
    other = of_file(region, "ordner", file, "baenke", record)
    assert first is not None
    assert other is not None
    assert (first.service, first.called) == ("WFS", "wald")
    hint = PersonalHint("Pate", "e-mail", 3)
    layers = (("wald", "Wald"), ("baenke", "Bänke"), ("wege", "Wege"))
    kept.put(Preview(keeping.key_of(first), first.address, "ready", layers=layers, layer="wald"))
    assert of_dataset(region, "ordner", record) == ()
    kept.put(Preview(keeping.key_of(other), other.address, "ready", withheld=(hint,), layers=layers, layer="baenke"))
    (finding,) = of_dataset(region, "ordner", record)
    assert finding.arguments[0] == "Pate"
    # A reader who chooses that layer gets the preview that stands, although the dataset is called otherwise.
    assert _of_known_layer(kept, other) == other


def test_a_preview_of_another_engine_is_none(tmp_path: Path) -> None:
    kept = Keeping(make_region(tmp_path / "r"))
    kept.put(Preview("a" * 32, "x", "ready", version=0))
    assert kept.get("a" * 32) is None
    (kept.folder / f"{'b' * 32}.json").write_bytes(b'{"key": 1}')
    assert kept.get("b" * 32) is None
    assert orjson.loads(keeping.to_json(Preview("k", "x", "none")))["state"] == "none"


def test_a_failure_that_may_pass_is_tried_again_sooner() -> None:
    from catalog.preview.access import _old
    from catalog.preview.model import Source

    ago = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    source = Source("", "", "", "", "", 0, None, 0, False, "", "", "", ago, ago)
    assert _old(Preview("k", "a", "none", reason=previews.Reason("unreachable"), source=source))
    assert not _old(Preview("k", "a", "none", reason=previews.Reason("encrypted"), source=source))
    assert not _old(Preview("k", "a", "ready", source=source))


def test_the_chart_shows_what_dataset_or_file_is_about(region: Region, server: FaultServer) -> None:
    table = "Bereich;Erträge_EUR;Aufwendungen_EUR\n" + "".join(f"Bereich {n};{n * 70};{n * 90}\n" for n in range(8))
    german = Literal("Zahlen der Gemeinde", lang="de")
    for number, record, file, measure in (
        (1, Dataset(title=(german,)), Distribution(), "Erträge_EUR"),
        (2, Dataset(title=(Literal("Aufwendungen 2025", lang="de"),)), Distribution(), "Aufwendungen_EUR"),
        (3, Dataset(title=(german,)), Distribution(title=(Literal("Aufwendungen"),)), "Aufwendungen_EUR"),
    ):
        address = served(server, f"bereiche-{number}.csv", table.encode())
        wish = of_file(region, "neuhof-portal", replace(file, access_url=(address,)), record=record)
        assert wish is not None
        assert keeping.key_of(wish) == keeping.key_of(previews.wanted(region, "neuhof-portal", address))
        assert previews.find(region, wish, PATIENCE).chart["figure"]["y"] == measure
    named = served(server, "aufwendungen-2025.csv", table.encode())
    assert found(region, named).chart["figure"]["y"] == "Aufwendungen_EUR"


def test_the_size_of_a_file_is_told_by_the_beginning_of_its_preview(tmp_path: Path) -> None:
    kept = Keeping(make_region(tmp_path))
    kept.folder.mkdir(parents=True)
    head = b'{"key":"k","address":"https://x.example/a","state":"ready","kind":"table","reason":null,"source":'
    for source, size in (
        (b'["a \\"b\\".csv","https://x.example/","csv","text/csv","CSV",200,888,888,true,"","","","",""]', 888),
        (b'["a.csv","https://x.example/","csv","","CSV",200,null,77,true,"","","","",""]', 77),
        (b'["a.csv","https://x.example/","csv","","CSV",200,null,77,false,"","","","",""]', 0),
        (b'["' + b"a" * 20_000, 0),  # what is cut off costs no time
        (b"null", 0),
    ):
        (kept.folder / "k.json").write_bytes(head + source)
        assert kept.told("k") == ("table", size)
    assert kept.told("fehlt") == ("", 0)
