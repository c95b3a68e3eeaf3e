"""The readers of portals' own interfaces on recordings and on any JSON at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvesters import registry
from harvesters.reading import Context, Native, Outcome, Reading, Unusable
from schemas.findings import WORDING
from schemas.model import DataService, Distribution
from tests.harvesters.readings import VALUES, assert_as_recorded, assert_comes_back, context, dataset, outcomes_of

_ROOT = Path(__file__).parents[1] / "recordings"
FORMATS = [name for name in ("opendatasoft", "arcgis", "udata", "piveau", "socrata") if (_ROOT / name).is_dir()]
RECORDINGS = [folder for name in FORMATS for folder in sorted((_ROOT / name).iterdir())]
PAGE = "https://portal.example.org/daten/x"


def of_format(name: str) -> Context:
    spider = registry.spider_classes()[name]
    plain = context(protocol=name)
    return Context(plain.region, plain.source, plain.municipality, spider.options_of(plain.source))


def read(name: str, entry: Any, location: str | None = PAGE) -> Reading:
    return registry.reader(name).read(Native(entry, orjson.dumps(entry), location), of_format(name))


def recorded(folder: Path) -> Reading:
    return read(folder.parent.name, json.loads((folder / "input.json").read_text(encoding="utf-8")))


def through_pipelines(name: str, entries: list[Any]) -> list[Outcome]:
    natives = [Native(entry, orjson.dumps(entry), PAGE) for entry in entries]
    return outcomes_of(name, natives, "https://portal.example.org/api", of_format(name))


def distributions(reading: Reading) -> list[Distribution]:
    return [each for each in dataset(reading).distribution if isinstance(each, Distribution)]


def services(reading: Reading) -> list[DataService]:
    return [each for each in reading.companions if isinstance(each, DataService)]


def case(folder: Path) -> str:
    return f"{folder.parent.name}-{folder.name}"


@pytest.mark.parametrize("folder", RECORDINGS, ids=case)
def test_recording(folder: Path) -> None:
    reading = recorded(folder)
    assert_as_recorded(folder, reading)


@pytest.mark.parametrize("folder", RECORDINGS, ids=case)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    reading = recorded(folder)
    assert_comes_back(reading)


@pytest.mark.parametrize("folder", RECORDINGS, ids=case)
def test_every_value_has_a_trace_and_every_field_a_place(folder: Path) -> None:
    reading = recorded(folder)
    traced = {entry.attribute for entry in reading.trace}
    record = dataset(reading)
    named = {name for name in record.__dataclass_fields__ if getattr(record, name)} - {"iri", "types", "extra"}
    assert named - {"distribution"} <= traced


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("entry", [[], "text", None, 3, {}, {"description": "namenlos"}])
def test_neither_title_nor_identity_is_set_aside(name: str, entry: Any) -> None:
    with pytest.raises(Unusable) as refused:
        read(name, entry)
    assert refused.value.finding.rule in ("record-without-identity", "record-unreadable")


def _inner(value: Any) -> set[str]:
    """All keys of a recording, at any depth: the words of the format."""
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in _inner(each)}
    return {key for each in value for key in _inner(each)} if isinstance(value, list) else set()


WORDS = {
    name: sorted(
        {key for folder in (_ROOT / name).iterdir() for key in _inner(json.loads((folder / "input.json").read_text()))}
    )
    for name in FORMATS
}
WHOLE = {
    name: [json.loads((folder / "input.json").read_text()) for folder in sorted((_ROOT / name).iterdir())]
    for name in FORMATS
}


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_any_object_is_a_record_or_set_aside(name: str, data: st.DataObject) -> None:
    keys = st.sampled_from(WORDS[name]) | st.text(max_size=6)
    flat = st.dictionaries(keys, VALUES, max_size=8)
    nested = st.dictionaries(keys, VALUES | flat | st.lists(flat, max_size=2), max_size=8)
    entry = data.draw(st.dictionaries(keys, VALUES | nested | st.lists(nested, max_size=2), max_size=10))
    spoiled = {**data.draw(st.sampled_from(WHOLE[name])), **data.draw(nested)}
    for outcome in through_pipelines(name, [entry, spoiled]):
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")


@pytest.mark.parametrize("name", FORMATS)
def test_a_reader_loads_neither_scrapy_nor_a_reactor(name: str) -> None:
    code = f"import sys, harvesters.readers.{name}; sys.exit(bool({{'scrapy', 'twisted'}} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
