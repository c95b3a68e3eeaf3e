"""The region folders that init and demo copy, and the server behind the demo's sources."""

import csv
import io
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from harvesters import registry
from harvesters.regions import server
from schemas import region
from schemas.vocabularies import find_file_type, find_frequency, find_license, find_theme
from tests.harvesters.demo_content import (
    DATASETS,
    DEMO,
    FILES,
    NOTE,
    REGIONS,
    SYSTEMS,
    address,
    packages_of_neuhof,
    served,
)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with server.start(DEMO, 0) as running:
        yield running.base_url


@pytest.fixture(scope="module")
def client(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, trust_env=False, timeout=20) as opened:
        yield opened


@pytest.mark.parametrize("path", FILES)
def test_every_file_answers_get_and_head_alike(client: httpx.Client, path: str) -> None:
    got, asked = client.get(address(path)), client.head(address(path))
    assert (got.status_code, asked.status_code) == (200, 200)
    assert got.content
    assert not asked.content
    assert int(got.headers["content-length"]) == len(got.content)
    for name in ("content-type", "content-length", "etag", "last-modified"):
        assert got.headers[name] == asked.headers[name]


def test_a_known_state_is_answered_304(client: httpx.Client) -> None:
    first = client.get("/ordner-kalbach/wahlbezirke.zip")
    tag, date = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"If-None-Match": tag}, {"If-None-Match": f'"other", W/{tag}'}, {"If-Modified-Since": date}):
        again = client.get("/ordner-kalbach/wahlbezirke.zip", headers=headers)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    for headers in (
        {"If-None-Match": '"other"', "If-Modified-Since": date},
        {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
    ):
        assert client.get("/ordner-kalbach/wahlbezirke.zip", headers=headers).status_code == 200


def test_a_changed_file_gets_another_etag(tmp_path: Path) -> None:
    (tmp_path / "servers/ordner-kalbach").mkdir(parents=True)
    (tmp_path / "servers/modified.csv").write_text("ordner-kalbach/a.csv,2026-11-01T00:00:00\n")
    file = tmp_path / "servers/ordner-kalbach/a.csv"
    file.write_text("a;b\n1;2\n")
    with server.start(tmp_path, 0) as running, httpx.Client(base_url=running.base_url, trust_env=False) as opened:
        first = opened.get("/ordner-kalbach/a.csv").headers["etag"]
        file.write_text("a;b\n1;3\n")
        again = opened.get("/ordner-kalbach/a.csv", headers={"If-None-Match": first})
    assert again.status_code == 200
    assert again.headers["etag"] != first


@pytest.mark.parametrize(
    "path",
    [
        "/texts/haushalt-kalbach-2026.txt",
        "/ckan-neuhof/packages.json",
        "/modified.csv",
        "/ordner-kalbach/../texts/einwohner-kalbach.csv",
        "/ordner-kalbach/%2e%2e/texts/einwohner-kalbach.csv",
        "/ordner-kalbach/%2Fetc/passwd",
        "/ordner-kalbach/\0",
        "/dcat-flieden/catalog.ttl?page=3",
        "/dcat-flieden/catalog.ttl?page=../../x",
        "/dcat-flieden/id/nichts",
        "/nirgends",
    ],
)
def test_only_listed_files_can_be_reached(path: str) -> None:
    assert SYSTEMS.answer(path).status == 404


def status_line(base: str, request: bytes) -> bytes:
    with (
        socket.create_connection((server.HOST, urlsplit(base).port or 0), timeout=10) as raw,
        raw.makefile("rb") as back,
    ):
        raw.sendall(request)
        return back.readline()


def test_a_target_that_is_no_address_is_refused(base: str) -> None:
    assert status_line(base, b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("length", [b"", b"Content-Length: -1\r\n", b"Content-Length: 1000001\r\n"])
def test_a_post_without_a_sensible_length_is_refused(base: str, length: bytes) -> None:
    head = b"POST /ckan-neuhof/api/3/action/site_read HTTP/1.1\r\nHost: x\r\n"
    assert status_line(base, head + length + b"\r\n").startswith(b"HTTP/1.1 413 ")


def test_exactly_one_file_declares_a_wrong_charset(client: httpx.Client) -> None:
    wrong = []
    for path in FILES:
        answer = client.get(address(path))
        charset = re.search(r"charset=([\w-]+)", answer.headers["content-type"])
        if charset:
            try:
                answer.content.decode(charset[1])
            except UnicodeDecodeError:
                wrong.append(path)
    assert wrong == ["ordner-kalbach/spielplaetze.csv"]


def test_a_taken_port_is_told(base: str) -> None:
    port = urlsplit(base).port or 0
    with pytest.raises(OSError, match=f"port {port} on 127.0.0.1 cannot be used"):
        server.start(DEMO, port)


def test_a_folder_without_servers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        server.start(tmp_path, 0)


def test_the_command_prints_its_address_and_ends_on_sigterm(base: str) -> None:
    with socket.socket() as free:
        free.bind((server.HOST, 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "harvesters.regions.server", "--folder", str(DEMO), "--port"]
    with subprocess.Popen(
        [*command, str(port)], stdout=subprocess.PIPE, text=True, cwd=REGIONS.parent.parent
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"http://127.0.0.1:{port}\n"
        assert httpx.get(f"http://127.0.0.1:{port}/robots.txt", trust_env=False).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    taken = subprocess.run(
        [*command, str(urlsplit(base).port)], capture_output=True, text=True, check=False, cwd=REGIONS.parent.parent
    )
    assert (taken.returncode, taken.stdout) == (2, "")
    assert taken.stderr.count("\n") == 1


def test_the_server_does_not_load_scrapy() -> None:
    code = "import sys; import harvesters.regions.server; print({'scrapy', 'twisted', 'pandas'} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REGIONS.parent.parent
    )
    assert run.stdout == "set()\n"


def test_the_demo_region_is_valid_and_names_the_fixed_port() -> None:
    loaded = region.load(DEMO, {})
    assert loaded.title == "Südkreis Fulda"
    assert [(m.id, m.ags, m.ars) for m in loaded.municipalities] == [
        ("neuhof", "06631018", "066310018018"),
        ("flieden", "06631008", "066310008008"),
        ("kalbach", "06631016", "066310016016"),
        ("eichenzell", "06631006", "066310006006"),
    ]
    assert {source.protocol for source in loaded.sources} == set(DATASETS)
    assert all(source.url.startswith(f"http://127.0.0.1:{server.PORT}/") for source in loaded.sources)
    assert all(source.license for source in loaded.sources)
    assert loaded.allowed_hosts == ("127.0.0.1",)


def test_the_example_names_every_kind_of_source_and_what_a_source_should_deliver() -> None:
    example = (REGIONS / "blank/sources/beispiel.toml.example").read_text(encoding="utf-8")
    named = re.search(r"^# Es gibt: (.*?)\(", example, re.M | re.S)
    assert named is not None
    assert re.findall(r"[a-z]+", named[1]) == sorted(registry.spider_classes())
    assert "siehe allmende detect URL" in example
    for shown in ("expected = { min = 10, filled = { license = 0.9 } }", 'grace = "7d"', 'missing = "withdraw"'):
        assert f"# {shown}\n" in example


def test_the_blank_region_and_its_example_are_valid(tmp_path: Path) -> None:
    blank = REGIONS / "blank"
    assert region.load(blank, {}).sources == ()
    example = (blank / "sources/beispiel.toml.example").read_text(encoding="utf-8")
    keys = re.compile(r"^# (\w+ = .*|\[\w+\])$", re.M)
    (tmp_path / "sources").mkdir()
    (tmp_path / "region.toml").write_text((blank / "region.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "sources/beispiel.toml").write_text(example, encoding="utf-8")
    [plain] = region.load(tmp_path, {}).sources
    (tmp_path / "sources/beispiel.toml").write_text(keys.sub(r"\1", example), encoding="utf-8")
    [full] = region.load(tmp_path, {}).sources
    assert full.options == {"organizations": ["ordnungsamt"]}
    assert (plain.schedule, plain.grace, plain.profile, plain.missing) == (
        full.schedule,
        full.grace,
        full.profile,
        full.missing,
    )
    assert plain.limits == full.limits
    named = set(re.findall(r"^(?:# )?(\w+) = ", example, re.M))
    assert set(region.HarvestSource.model_fields) - {"id", "options", "tables", "api_key", "limits"} <= named
    written = (blank / "region.toml").read_text(encoding="utf-8")
    for key in set(region.Region.model_fields) - {"folder", "municipalities", "sources"}:
        assert re.search(rf"^(# )?({key} = |\[?\[region\.{key}\]\]?$)", written, re.M), key


def test_the_region_offers_variety() -> None:
    """Nine themes, four licences in many spellings, ten formats: every screen has something to show."""
    packages = [package for package in packages_of_neuhof() if package["name"]]
    hub = json.loads(served("hub-eichenzell/data.json"))["dataset"]
    rows = list(csv.DictReader(io.StringIO(served("ordner-kalbach/metadaten.csv").decode("cp1252")), delimiter=";"))
    themes = {group["title"] for package in packages for group in package["groups"]}
    themes |= {theme for dataset in hub for theme in dataset.get("theme", [])} | {row["Thema"] for row in rows}
    licences = {package["license_id"] for package in packages} | {dataset.get("license", "") for dataset in hub}
    licences |= {row["Lizenz"] for row in rows}
    formats = {resource["format"] for package in packages for resource in package["resources"]}
    formats |= {Path(path).suffix for path in FILES if path.startswith(("ordner-", "web-"))} - {".html", ".xml"}
    assert all(find_theme(theme) for theme in themes)
    assert len({code.code for theme in themes for code in find_theme(theme)}) >= 8
    found = [find_license(licence) for licence in licences if licence]
    assert None not in found
    assert {code.code for code in found if code} == {"dl-by-de/2.0", "dl-zero-de/2.0", "cc-by/4.0", "cc-zero"}
    assert {find_file_type(form) is not None for form in formats} == {True}
    frequencies = {extra["value"] for package in packages for extra in package["extras"] if extra["key"] == "frequency"}
    frequencies |= {row["Aktualisierung"] for row in rows}
    assert {frequency for frequency in frequencies if find_frequency(frequency) is None} == set()


def test_some_records_lack_what_is_recommended() -> None:
    packages = [package for package in packages_of_neuhof() if package["name"]]
    assert [package["name"] for package in packages if not package["tags"]] == ["baustellen"]
    assert [package["name"] for package in packages if not package["groups"]] == ["baumkataster"]
    assert [package["name"] for package in packages if not package["license_id"]] == ["spielplaetze"]
    assert all(NOTE.search(package["notes"]) for package in packages)


def test_the_demo_is_small() -> None:
    assert sum(file.stat().st_size for file in DEMO.rglob("*") if file.is_file()) < 400_000
    assert sum(DATASETS.values()) == 53
