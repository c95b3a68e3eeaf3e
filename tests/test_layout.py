"""The rules of the layout: imports go one way, packages stay apart, no file names a machine or a registry."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("schemas", "harvesters", "catalog")
TOP_LEVEL = {
    *("pyproject.toml", "harvesters", "schemas", "catalog", "scripts", "tests"),
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "publiccode.yml", "scrapy.cfg", "requirements.lock"),
    *("docs", ".ci", ".gitignore"),
}
# What each package may import of ours.
ALLOWED = {
    "schemas": {"schemas"},
    "harvesters": {"schemas", "harvesters"},
    "catalog": {"schemas", "harvesters", "catalog"},
}
# What each package may not import of others.
FORBIDDEN = {
    "schemas": {
        "scrapy",
        "twisted",
        "sqlalchemy",
        "alembic",
        "starlette",
        "uvicorn",
        "aiohttp",
        "jinja2",
        "typer",
        "socket",
    },
    "harvesters": {"sqlalchemy", "alembic", "starlette", "uvicorn", "jinja2", "typer", "tantivy"},
    "catalog": set(),
}
# The catalogue reaches spiders, crawl and Scrapy only through these.
DOORS = {"catalog/harvest.py", "catalog/runs/pool.py", "catalog/sourcefile.py"}
# Only what starts or asks the web application knows it; all else in the catalogue is for it to use.
WEB = ("catalog/web/", "catalog/cli/", "catalog/serving.py")
BEHIND_THE_DOOR = ("scrapy", "harvesters.spiders", "harvesters.crawl", "harvesters.pipelines", "harvesters.detection")


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return listed.stdout.splitlines()


def modules(package: str) -> Iterator[Path]:
    return (file for file in sorted((ROOT / package).rglob("*.py")) if "__pycache__" not in file.parts)


def imports(file: Path) -> Iterator[str]:
    """All modules that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_one_way(package: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules(package)
        for name in imports(file)
        if name.split(".")[0] in PACKAGES and name.split(".")[0] not in ALLOWED[package]
    ]
    assert not wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_stay_apart_from_what_is_not_their_job(package: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules(package)
        for name in imports(file)
        if name.split(".")[0] in FORBIDDEN[package]
    ]
    assert not wrong


def test_catalogue_reaches_the_crawl_through_its_door_only() -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules("catalog")
        for name in imports(file)
        if name.startswith(BEHIND_THE_DOOR)
        and str(file.relative_to(ROOT)) not in DOORS
        and not str(file.relative_to(ROOT)).startswith("catalog/cli/")
    ]
    assert not wrong


def test_nothing_below_the_web_imports_it() -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules("catalog")
        for name in imports(file)
        if f"{name}.".startswith("catalog.web.") and not str(file.relative_to(ROOT)).startswith(WEB)
    ]
    assert not wrong


def test_no_import_circle() -> None:
    files = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for package in PACKAGES
        for file in modules(package)
    }
    graph = {}
    for module, file in files.items():
        names = set(imports(file)) & files.keys() - {module}
        # "from package import module" needs the module, not what the package's own file imports.
        graph[module] = {name for name in names if not any(other.startswith(f"{name}.") for other in names)}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path[path.index(name) :], name))
        if name in done:
            return
        for imported in sorted(graph[name]):
            visit(imported, (*path, name))
        done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_top_level_is_what_the_design_says() -> None:
    assert {name.split("/")[0] for name in tracked()} <= TOP_LEVEL


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_its_one_job(package: str) -> None:
    silent = [str(file.relative_to(ROOT)) for file in modules(package) if _needs_words(file) and not _first_line(file)]
    assert not silent


def _needs_words(file: Path) -> bool:
    return bool(file.read_text(encoding="utf-8").strip())


def _first_line(file: Path) -> str:
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n")[0]


def test_no_module_is_named_after_nothing() -> None:
    vague = re.compile(r"(utils?|helpers?|common|misc|manager|process|handle)\.py")
    assert not [name for name in tracked() if vague.fullmatch(name.rsplit("/", 1)[-1])]


def test_no_file_names_a_machine_or_a_registry() -> None:
    private = re.compile(
        r"(?<![\w./-])/(?:home|root|work|Users)/[a-z]|pypi\.org/simple|files\.pythonhosted|registry\.npmjs"
    )
    wrong: list[str] = []
    for name in tracked():
        file = ROOT / name
        if name == "tests/test_layout.py" or not file.is_file():
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong.extend(f"{name}: {match.group()}" for match in private.finditer(text))
    assert not wrong


def test_docs_are_short() -> None:
    long = {name for name in tracked() if name.startswith("docs/") and name.endswith(".md") and _lines(name) > 300}
    assert not long


def _lines(name: str) -> int:
    return len((ROOT / name).read_text(encoding="utf-8").splitlines())


def test_scripts_are_short_and_listed() -> None:
    scripts = [name for name in tracked() if name.startswith("scripts/") and not name.endswith(".md")]
    listed = (ROOT / "scripts" / "README.md").read_text(encoding="utf-8")
    assert scripts
    for name in scripts:
        assert _lines(name) <= 40, name
        assert f"`{name.removeprefix('scripts/')}`" in listed, name
