"""The docs name what the code has: verbs, options, keys, limits, protocols, feed formats; and their links lead somewhere."""

from __future__ import annotations

import importlib
import pkgutil
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import BaseModel

import catalog.feeds
from catalog import cli
from catalog.cli.show import FORMATS
from harvesters import registry, settings
from schemas.dcat import PROFILES
from schemas.feedback import Feedback
from schemas.imprint import Imprint
from schemas.limits import Limits
from schemas.map_settings import MapSettings
from schemas.municipality import ACCENTS
from schemas.pinned_charts import PinnedChart
from schemas.region import HarvestSource, Municipality, Publisher, Region

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
VERBS = sorted(
    module.VERB
    for found in pkgutil.iter_modules(cli.__path__)
    if hasattr(module := importlib.import_module(f"catalog.cli.{found.name}"), "VERB")
)
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading that begins so, up to the next of its rank."""
    found = re.search(rf"^## {heading}\b.*?\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, f"no heading {heading}"
    return found.group(1)


def table(text: str, head: str) -> dict[str, list[str]]:
    """The rows of the table whose head begins so: the names of the first column, each with the other cells."""
    rows: dict[str, list[str]] = {}
    lines = text.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(f"| {head}"))
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        first, *rest = (cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1])
        for name in re.findall(r"`([^`]+)`", first):
            rows[name] = rest
    return rows


def command(verb: str) -> Any:
    """The verb as the command line parses it."""
    app = typer.Typer(add_completion=False)
    app.command(verb)(importlib.import_module(f"catalog.cli.{verb.replace('-', '_')}").command)
    return typer.main.get_command(app)


# ------------------------------------------------------------------------------------------------------ the command


def test_every_verb_has_its_heading_and_no_other() -> None:
    named = re.findall(r"^## ([a-z-]+)(?=\s|$)", page("command.md"), re.M)
    assert sorted(named) == VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_of_a_verb_is_told(verb: str) -> None:
    text = section(page("command.md"), verb)
    parameters = command(verb).params
    options = {name for each in parameters if each.param_type_name == "option" for name in each.opts} - {"--help"}
    told = {name.split()[0] for name in table(text, "option")} if "| option" in text else set()
    assert told == options
    heading = re.search(rf"^## {verb}\b(.*)$", page("command.md"), re.M)
    assert heading
    for each in parameters:
        if each.param_type_name == "argument":
            assert str(each.metavar).strip("[]") in heading.group(1), each.name


def test_defaults_of_options_are_told() -> None:
    for verb, option, default in (
        ("serve", "port", "8000"),
        ("serve", "host", "127.0.0.1"),
        ("serve", "workers", "1"),
        ("demo", "folder", "demo-region"),
        ("history", "limit", "50"),
        ("validate", "profile", "dcat-ap-de"),
    ):
        (found,) = [each for each in command(verb).params if each.name == option]
        assert str(found.default) == default
        assert default in section(page("command.md"), verb)


def test_forms_and_profiles_are_told() -> None:
    for form in FORMATS:
        assert f"`{form}`" in section(page("command.md"), "show")
    for profile in PROFILES:
        assert f"`{profile}`" in section(page("command.md"), "validate")
    for suffix in settings.FEED_EXPORTERS:
        assert f"`.{suffix}`" in section(page("command.md"), "Without the catalogue")


# ------------------------------------------------------------------------------------------------ the configuration


def check(rows: dict[str, list[str]], model: type[BaseModel], names: set[str]) -> None:
    """A table has a row for each key of a model, with its default as TOML writes it, or ``needed``."""
    assert set(rows) == names
    for name in names:
        field = model.model_fields[name]
        said = rows[name][0]
        if field.is_required():
            assert said == "needed", name
        elif isinstance(field.default, str) and field.default:
            assert said == f'`"{field.default}"`', name


def test_every_key_of_the_region_is_told() -> None:
    text = section(page("configuration.md"), "region.toml")
    keys = set(Region.model_fields) - {"folder", "municipalities", "sources"}
    check(table(text, "`[region]`"), Region, keys)
    check(table(text, "`[[municipality]]`"), Municipality, set(Municipality.model_fields))
    check(table(text, "`[region.feedback]`"), Feedback, set(Feedback.model_fields) - {"password"})
    check(table(text, "`[region.map]`"), MapSettings, set(MapSettings.model_fields))
    check(table(text, "`[region.imprint]`"), Imprint, set(Imprint.model_fields))
    check(table(text, "`[[region.charts]]`"), PinnedChart, set(PinnedChart.model_fields))
    for accent in ACCENTS:
        assert f"`{accent}`" in table(text, "`[[municipality]]`")["accent"][1]
    for key in Publisher.model_fields:
        assert key in table(text, "`[region]`")["publisher"][1]


def test_every_key_of_a_source_is_told() -> None:
    text = section(page("configuration.md"), "sources/ID.toml")
    keys = set(HarvestSource.model_fields) - {"id", "options", "tables", "api_key"}
    check(table(text, "key"), HarvestSource, keys)
    assert table(text, "key")["grace"][0] == '`"7d"`'


def test_every_limit_is_told_with_its_default() -> None:
    rows = table(section(page("configuration.md"), "Limits"), "`[limits]`")
    assert set(rows) == set(Limits.model_fields)
    for name, field in Limits.model_fields.items():
        default = field.default if isinstance(field.default, tuple) else (field.default,)
        assert [float(number.replace("_", "")) for number in rows[name][0].split(",")] == list(map(float, default)), (
            name
        )


def test_examples_of_the_configuration_are_right() -> None:
    text = page("configuration.md")
    region, source = (tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", text, re.S))
    assert set(region) == {"region", "defaults", "municipality"}
    assert set(region["region"]) <= set(Region.model_fields)
    assert set(source) - {"ckan"} <= set(HarvestSource.model_fields)
    Limits(**source["limits"])


# ------------------------------------------------------------------------------------------- protocols and feeds


@pytest.mark.parametrize("protocol", sorted(registry.spider_classes()))
def test_every_protocol_has_its_page_with_its_options(protocol: str) -> None:
    text = page(f"sources/{protocol}.md")
    assert f'protocol = "{protocol}"' in text
    fields = registry.spider_classes()[protocol].options_model.model_fields
    for option in (field.alias or name for name, field in fields.items()):
        # In a table or in the example.
        assert re.search(rf"`{option}`|^{option} = ", text, re.M), option
    assert f"`{protocol}`" in table(section(page("configuration.md"), "sources/ID.toml"), "key")["protocol"][1]


def test_every_page_of_a_source_is_of_a_protocol() -> None:
    assert {file.stem for file in (DOCS / "sources").glob("*.md")} == set(registry.spider_classes())
    # The overview names each.
    assert {name.strip("`") for name in table(page("sources.md"), "protocol")} == set(registry.spider_classes())


def test_every_feed_format_is_told() -> None:
    modules = [
        importlib.import_module(f"{catalog.feeds.__name__}.{found.name}")
        for found in pkgutil.iter_modules(catalog.feeds.__path__)
    ]
    formats = {f".{module.SUFFIX}": module.MEDIA_TYPE for module in modules if hasattr(module, "SUFFIX")}
    assert {name: rows[0].strip("`") for name, rows in table(page("feeds.md"), "suffix").items()} == formats
    assert {suffix.lstrip(".") for suffix in formats} == set(FORMATS) - {"json"} == set(settings.FEED_EXPORTERS)


# -------------------------------------------------------------------------------------------------------- the links


@pytest.mark.parametrize("file", PAGES, ids=[str(file.relative_to(ROOT)) for file in PAGES])
def test_links_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (file.parent / target).exists(), target
