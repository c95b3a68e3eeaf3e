"""A folder of this machine: what becomes of its files, what is read again, what is set aside."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from harvesters.crawl import revision_of
from harvesters.files import described_file, local_folder
from harvesters.pipelines import run
from harvesters.reading import Outcome
from harvesters.spider import Job
from harvesters.spiders.folder import FolderSpider
from schemas.findings import Finding
from schemas.model import Dataset, Distribution
from schemas.region import ConfigurationError
from tests.graphs import canonical
from tests.harvesters.crawl_runs import ListSink, context_of, write_region

RECORDINGS = Path(__file__).parents[1] / "recordings/files"
OPTIONS = 'url = "daten"\nprotocol = "folder"\n'


class Folder:
    """A region with one local folder, harvested as often as one likes."""

    def __init__(self, tmp_path: Path, options: str = "") -> None:
        self.region = write_region(tmp_path, daten=OPTIONS + options)
        self.path = tmp_path / "daten"
        self.path.mkdir(exist_ok=True)
        self.before: ListSink | None = None
        self.job: Job

    def put(self, name: str, content: bytes | str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def harvest(self, **job: Any) -> ListSink:
        sink = ListSink()
        self.job = Job(
            context_of(self.region, "daten"), sink, memory=self.before.memory() if self.before else None, **job
        )
        self.job.revision = revision_of(FolderSpider, self.job)
        for page in FolderSpider(job=self.job).first():
            run(self.job, "files", page)  # type: ignore[arg-type]
        self.before = sink
        return sink


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def dataset(outcome: Outcome) -> Dataset:
    assert outcome.reading is not None
    assert isinstance(outcome.reading.record, Dataset)
    return outcome.reading.record


def by_id(sink: ListSink) -> dict[str, Outcome]:
    return {outcome.native_id: outcome for outcome in sink.outcomes}


def of_files(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.message() for finding in findings if finding.rule.startswith("file")]


@pytest.mark.parametrize("case", ["metadata-sheet", "without-metadata"])
def test_recordings(folder: Folder, case: str) -> None:
    shutil.copytree(RECORDINGS / case / "input", folder.path, dirs_exist_ok=True)
    for file in folder.path.rglob("*"):
        os.utime(file, (1_772_000_000, 1_772_000_000))
    sink = folder.harvest()
    lines = [line for outcome in sink.outcomes for line in outcome.ntriples.splitlines()]
    lines += [
        line
        for outcome in sink.outcomes
        for companion in outcome.companions
        for line in companion.ntriples.splitlines()
    ]
    findings = {
        outcome.native_id: [
            [str(f.severity), f.rule, *f.arguments] for f in outcome.findings if not f.rule.startswith("missing-")
        ]
        for outcome in sink.outcomes
    }
    findings[""] = [[str(f.severity), f.rule, *f.arguments] for f in folder.job.findings]
    expected = RECORDINGS / case / "expected.nt"
    assert canonical(set(lines)) == canonical(expected.read_text(encoding="utf-8").splitlines())
    assert findings == json.loads((RECORDINGS / case / "findings.json").read_text(encoding="utf-8"))


def test_without_metadata_all_is_marked_as_derived(folder: Folder) -> None:
    folder.put("abfall_termine-2026.csv", "Datum;Fraktion\n05.01.2026;Restmüll\n21.12.2026;Biotonne\n")
    [outcome] = folder.harvest().outcomes
    record = dataset(outcome)
    assert record.title[0].text == "Abfall Termine 2026"
    assert record.description[0].text == (
        "Tabelle mit 2 Zeilen und 2 Spalten: Datum, Fraktion. Zeitraum: 5.1.2026 bis 21.12.2026. "
        "Diese Angaben wurden aus den Dateien ermittelt."
    )
    assert outcome.reading is not None
    rules = {entry.attribute: entry.rule for entry in outcome.reading.trace}
    assert {name for name, rule in rules.items() if rule == "derived"} == {
        "title",
        "description",
        "temporal",
        "modified",
        "spatial",
        "political_geocoding_level",
        "distribution.format",
        "distribution.media_type",
        "distribution.byte_size",
        "distribution.checksum",
        "distribution.description",
        "distribution.modified",
    }
    [distribution] = record.distribution
    assert isinstance(distribution, Distribution)
    assert distribution.access_url == ("https://daten.example.org/files/daten/abfall_termine-2026.csv",)


def test_a_public_address_stands_in_for_ours(tmp_path: Path) -> None:
    folder = Folder(tmp_path, '[folder]\npublic_url = "https://www.example.org/offen/"\n')
    folder.put("unter ordner/Straßen.csv", "a;b\n1;2\n")
    [distribution] = dataset(folder.harvest().outcomes[0]).distribution
    assert isinstance(distribution, Distribution)
    assert distribution.download_url == ("https://www.example.org/offen/unter%20ordner/Stra%C3%9Fen.csv",)


@pytest.mark.parametrize(
    ("options", "key"),
    [("depth = 99", "depth"), ('public_url = "/daten"', "public_url"), ("tiefe = 1", "unknown key 'tiefe'")],
)
def test_options_are_checked(tmp_path: Path, options: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"sources/daten.toml: \[folder\] {key}"):
        Folder(tmp_path, f"[folder]\n{options}\n").harvest()


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of files that were described."""
    paths: list[str] = []
    describe = described_file.describe

    def watched(data: bytes, path: str, url: str, modified: str | None, allowed: bool) -> described_file.DescribedFile:
        paths.append(path)
        return describe(data, path, url, modified, allowed)

    monkeypatch.setattr(described_file, "describe", watched)
    return paths


def test_unchanged_files_are_not_described_again(folder: Folder, described: list[str]) -> None:
    folder.put("a.csv", "x;y\n1;2\n")
    folder.put("a.json", '[{"x": 1, "y": 2}]')
    folder.put("b.csv", "x;y\n1;2\n")
    first = folder.harvest()
    assert sorted(described) == ["a.csv", "a.json", "b.csv"]
    described.clear()
    second = folder.harvest()
    assert (described, [outcome.reading for outcome in second.outcomes]) == ([], [None, None])
    assert {page.url: page.response for page in first.pages} == {page.url: page.response for page in second.pages}
    folder.put("b.csv", "x;y\n1;3\n")
    third = folder.harvest()
    assert described == ["b.csv"]
    assert by_id(third)["a"].reading is None
    assert by_id(third)["b"].reading is not None


def test_a_changed_row_reads_its_dataset_again(folder: Folder, described: list[str]) -> None:
    folder.put("a.csv", "x;y\n1;2\n")
    folder.put("b.csv", "x;y\n1;2\n")
    folder.put("metadaten.csv", "Datei;Titel\na.csv;Alt\nb.csv;Gleich\n")
    folder.harvest()
    described.clear()
    folder.put("metadaten.csv", "Datei;Titel\na.csv;Neu\nb.csv;Gleich\n")
    found = by_id(folder.harvest())
    assert described == ["a.csv"]
    assert dataset(found["a"]).title[0].text == "Neu"
    assert found["b"].reading is None


def test_a_replay_needs_no_file(folder: Folder, described: list[str]) -> None:
    shutil.copytree(RECORDINGS / "metadata-sheet/input", folder.path, dirs_exist_ok=True)
    first = folder.harvest()
    assert all(b"Am Graben" not in kept.body for kept in first.kept.values())
    described.clear()
    shutil.rmtree(folder.path)
    folder.before = None
    again = folder.harvest(replay=first.replay)
    assert described == []
    assert {o.native_id: (o.ntriples, o.input_hash) for o in again.outcomes} == {
        o.native_id: (o.ntriples, o.input_hash) for o in first.outcomes
    }


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nullen.csv", b"0" * 150_000_000)
    return buffer.getvalue()


def test_F45_broken_and_hostile_files_become_findings_and_nothing_else_is_lost(folder: Folder) -> None:
    folder.put("gut.csv", "a;b\n1;2\n")
    folder.put("kaputt.xlsx", b"PK\x03\x04" + b"\0" * 300)
    folder.put("bombe.zip", bomb())
    folder.put("leer.csv", b"")
    folder.put("stein.geojson", '{"type": "FeatureCollection", "features": [' + "[" * 100_000)
    found = by_id(folder.harvest())
    assert set(found) == {"gut", "kaputt", "bombe", "leer", "stein"}
    assert not any(outcome.set_aside for outcome in found.values())
    assert of_files(found["gut"].findings) == []
    for name, reason in (("kaputt.xlsx", "beschädigt"), ("bombe.zip", "100 zu 1"), ("leer.csv", "leer")):
        [message] = [
            text for text in of_files(found[name.partition(".")[0]].findings) if "konnte nicht gelesen werden" in text
        ]
        assert message.startswith(name)
        assert reason in message
    assert folder.job.report().coverage == "complete"


def test_F01_a_web_page_under_the_name_of_a_table_is_set_aside(folder: Folder) -> None:
    folder.put(
        "liste.csv", "<!DOCTYPE html><html><head><title>Wartung</title></head><body><h1>Wartung</h1></body></html>"
    )
    folder.put("teils.csv", "<html><body><p>Fehler</p></body></html>")
    folder.put("teils.json", '[{"a": 1}]')
    found = by_id(folder.harvest())
    assert found["liste"].set_aside
    assert "Unter liste.csv liegt eine Web-Seite" in found["liste"].findings[0].message()
    assert len(dataset(found["teils"]).distribution) == 1
    assert "Unter teils.csv liegt eine Web-Seite" in found["teils"].findings[0].message()


def test_a_file_over_the_limit_is_described_by_its_name(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "[limits]\nbody_bytes = 1000\n")
    folder.put("gross.csv", "a;b\n" * 1000)
    folder.put("zu-gross.jsonld", "[{}]" + " " * 1000)
    linked, outcome = sorted(folder.harvest().outcomes, key=lambda each: each.native_id, reverse=True)
    [distribution] = dataset(linked).distribution
    assert isinstance(distribution, Distribution)
    assert str(distribution.format[0]).endswith("/JSON_LD")
    [distribution] = dataset(outcome).distribution
    assert isinstance(distribution, Distribution)
    assert (distribution.byte_size[0].text, distribution.checksum) == ("4000", ())
    assert str(distribution.format[0]).endswith("/CSV")
    assert "größer als 1 MB" in of_files(outcome.findings)[0]


@pytest.mark.parametrize("name", ["hunde.csv", "hunde.geojson"])
@pytest.mark.parametrize("allowed", [False, True])
def test_where_private_persons_live_is_no_place_of_the_data(tmp_path: Path, name: str, allowed: bool) -> None:
    permitted = 'personal_data = "allowed"\npermission = "alle sind einverstanden"\n'
    folder = Folder(tmp_path, permitted if allowed else "")
    row = {"Vorname": "Anna", "Nachname": "Musterfrau", "Geburtsdatum": "11.02.1971"}
    place = {"type": "Point", "coordinates": [9.61234, 50.51234]}
    if name.endswith(".csv"):
        cells = (*row.values(), "50.51234", "9.61234")
        folder.put(name, ";".join((*row, "lat", "lon")) + "\n" + ";".join(cells) + "\n")
    else:
        feature = {"type": "Feature", "properties": row, "geometry": place}
        folder.put(name, json.dumps({"type": "FeatureCollection", "features": [feature]}))
    folder.put("baeder.csv", "Name;lat;lon\nHallenbad;50.51234;9.61234\n")
    found = by_id(folder.harvest())
    assert ("POLYGON" in str(dataset(found["hunde"]).spatial)) is allowed
    assert "POLYGON" in str(dataset(found["baeder"]).spatial)


def test_linked_data_are_files_like_any_other(folder: Folder) -> None:
    context = '"@context": {"dcat": "http://www.w3.org/ns/dcat#", "name": "https://schema.org/name"}'
    folder.put("baeder.jsonld", f'{{{context}, "@graph": [{{"name": "Hallenbad"}}, {{"name": "Freibad"}}]}}')
    folder.put("katalog.jsonld", f'{{{context}, "@graph": [{{"@type": "dcat:Dataset", "name": "Bäder"}}]}}')
    folder.put("katalog2.ttl", "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n<https://x.example/1> a dcat:Dataset .\n")
    found = by_id(folder.harvest())
    assert set(found) == {"baeder", "katalog", "katalog2"}
    assert not [finding for finding in folder.job.findings if finding.rule == "files-passed-over"]
    [distribution] = dataset(found["baeder"]).distribution
    assert isinstance(distribution, Distribution)
    assert str(distribution.format[0]).endswith("/JSON_LD")
    assert str(distribution.media_type[0]).endswith("/application/ld+json")
    assert str(distribution.download_url[0]).endswith("/files/daten/baeder.jsonld")
    assert of_files(found["baeder"].findings) == []
    for name in ("katalog", "katalog2"):
        [said] = of_files(found[name].findings)
        assert "Die Datei beschreibt Datensätze (DCAT)" in said
        assert 'protocol = "dcat"' in said


def test_what_does_not_belong_to_it_is_left_out(folder: Folder, tmp_path: Path) -> None:
    outside = tmp_path / "geheim.csv"
    outside.write_text("a;b\n1;2\n")
    folder.put("gut.csv", "a;b\n1;2\n")
    for name in (
        ".versteckt.csv",
        "~$gut.xlsx",
        "gut.csv.tmp",
        "Thumbs.db",
        "README.md",
        ".git/x.csv",
        "bild.jpg",
        "seite.html",
    ):
        folder.put(name, "a;b\n1;2\n")
    (folder.path / "verweis.csv").symlink_to(outside)
    (folder.path / "kreis").symlink_to(folder.path, target_is_directory=True)
    folder.put("1/2/3/tief.csv", "a;b\n1;2\n")
    folder.put("1/2/3/4/tiefer.csv", "a;b\n1;2\n")
    found = by_id(folder.harvest())
    assert set(found) == {"gut", "1/2/3/tief"}
    assert [finding.message() for finding in folder.job.findings] == [
        "1/2/3/4: tiefer als 3 Ebenen wird nicht gesucht; der Unterordner bleibt unberücksichtigt.",
        "Keine Daten und darum nicht aufgenommen (2): bild.jpg, seite.html",
    ]


def test_a_missing_folder_is_a_failure(folder: Folder) -> None:
    folder.path.rmdir()
    assert folder.harvest().outcomes == []
    report = folder.job.report()
    assert report.failure_de is not None
    assert report.failure_de.startswith("daten: Der Ordner")


def test_F04_an_empty_folder_is_no_failure(folder: Folder) -> None:
    assert folder.harvest().outcomes == []
    assert (folder.job.report().coverage, folder.job.pages) == ("complete", 1)


def test_an_unusable_sheet_is_a_finding_not_the_end(folder: Folder) -> None:
    folder.put("a.csv", "x;y\n1;2\n")
    folder.put("metadaten.xlsx", b"PK\x03\x04" + b"\0" * 300)
    assert set(by_id(folder.harvest())) == {"a"}
    assert [finding.rule for finding in folder.job.findings] == ["metadata-sheet-unusable"]


def test_a_sheet_holds_for_its_own_folder(folder: Folder) -> None:
    folder.put("a.csv", "x;y\n1;2\n")
    folder.put("unter/a.csv", "x;y\n1;2\n")
    folder.put("unter/metadaten.csv", "Datei;Titel\na.csv;Unten\n")
    titles = {native_id: dataset(outcome).title[0].text for native_id, outcome in by_id(folder.harvest()).items()}
    assert titles == {"a": "A", "unter/a": "Unten"}


def test_the_series_of_yearly_files_is_delivered(folder: Folder) -> None:
    for year in (2024, 2025):
        folder.put(f"haushalt_{year}.csv", "Produkt;Betrag\nSchulen;1\n")
    found = by_id(folder.harvest())
    [one], [other] = (dataset(outcome).in_series for outcome in found.values())
    assert one == other
    assert all(outcome.companions[0].record.iri == one for outcome in found.values())
    assert '"Haushalt"@de' in found["haushalt_2024"].companions[0].ntriples


def test_detection(folder: Folder) -> None:
    folder.put("a.csv", "x;y\n1;2\n")
    folder.put("a.xlsx", b"")
    folder.put("metadaten.csv", "Datei\n")
    found = FolderSpider.detect(str(folder.path), {})
    assert found is not None
    assert (found.protocol, found.count, found.samples) == ("folder", 1, ("A",))
    assert FolderSpider.detect(str(folder.path / "a.csv"), {}) is None


def test_descriptions_survive_json(folder: Folder) -> None:
    folder.put("a.csv", "Datum;Wert (m³);Breite;Länge\n1.1.2026;3,5;50,4;9,6\n2.1.2026;x;50,5;9,7\n")
    data = (folder.path / "a.csv").read_bytes()
    described = described_file.describe(data, "a.csv", "", "2026-01-01T00:00:00Z")
    assert described_file.from_json(described_file.to_json([described])) == (described,)
    for broken in (b"{}", b'[{"path": 1}]', b"x", b"[1]"):
        with pytest.raises((ValueError, TypeError)):
            described_file.from_json(broken)


def test_edges_are_read_whole_from_small_and_in_part_from_large_files(folder: Folder) -> None:
    small, large = folder.put("s.csv", b"abc"), folder.put("l.csv", b"a" * 100_000 + b"b" * 100_000)
    assert local_folder.edges(small) == b"abc"
    assert local_folder.edges(large) == b"a" * 65_536 + b"b" * 65_536


def test_every_file_of_the_samples_becomes_a_dataset(tmp_path: Path, samples: Path) -> None:
    folder = Folder(tmp_path)
    shutil.copytree(samples / "files", folder.path, dirs_exist_ok=True)
    readme = (samples / "README.md").read_text(encoding="utf-8")
    listed = readme.partition("\n## files")[2].partition("\n## ")[0]
    names = {line.split("|")[1].strip() for line in listed.splitlines() if line.startswith("| ")} - {"file"}
    sink = folder.harvest()
    served = {
        str(address).rpartition("/")[2]
        for outcome in sink.outcomes
        for one in dataset(outcome).distribution
        if isinstance(one, Distribution)
        for address in one.access_url
    }
    assert served == names
    assert len(sink.outcomes) == len(names) == 24
    assert not any(outcome.traceback for outcome in sink.outcomes)
