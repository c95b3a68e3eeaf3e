"""The reader of mapped JSON on recordings, with their source files, and on any JSON at all."""

from __future__ import annotations

import contextlib
import json
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from harvesters.configured import items, paths
from harvesters.configured.items import Item
from harvesters.configured.mapping import DATASET_FIELDS, DISTRIBUTION_FIELDS
from harvesters.readers import restjson
from harvesters.reading import Context, Native, Outcome, Reading
from harvesters.spiders.restjson import RestJsonOptions
from schemas.findings import WORDING
from tests.harvesters.readings import VALUES, assert_as_recorded, assert_comes_back, context, dataset, outcomes_of

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/restjson").iterdir())


def context_with(options: RestJsonOptions) -> Context:
    known = context()
    return Context(known.region, known.source, known.municipality, options)


def natives(document: Any, options: RestJsonOptions) -> list[Native]:
    if options.one:
        return [Native(Item(document, "", items.facts(document, options.items)), b"x")]
    found = items.cut(document, options.items)
    assert found is not None
    return [Native(item := Item(place.value, place.key), items.fingerprint(item)) for place in found]


def recorded(folder: Path) -> tuple[Native, Context]:
    options = RestJsonOptions(**tomllib.loads((folder / "source.toml").read_text(encoding="utf-8"))["restjson"])
    (native,) = natives(json.loads((folder / "input.json").read_text(encoding="utf-8")), options)
    return native, context_with(options)


def read(value: Any, **options: Any) -> Reading:
    chosen = RestJsonOptions(**{"id": "id", "fields": {"title": "name"}, **options})
    return restjson.read(natives([value], chosen)[0], context_with(chosen))


def through_pipelines(found: list[Native], known: Context) -> list[Outcome]:
    return outcomes_of("restjson", found, "https://www.example.org/liste", known)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    reading = restjson.read(*recorded(folder))
    assert_as_recorded(folder, reading)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    reading = restjson.read(*recorded(folder))
    assert_comes_back(reading)


def test_what_no_field_takes_is_left_over() -> None:
    reading = restjson.read(*recorded(next(folder for folder in RECORDINGS if folder.name == "portal")))
    left = dict(reading.leftovers)
    assert left["internal.shelf"] == "B7"
    assert left["reviewed"] == "true"
    assert left["files[0].pages"] == "3"
    assert not any(field.startswith(("tags", "texts", "pos", "office")) for field in left)


def test_trace_names_field_or_line_of_the_source_file() -> None:
    reading = restjson.read(*recorded(next(folder for folder in RECORDINGS if folder.name == "portal")))
    assert ("title", "name", "copy") in reading.trace
    assert ("keyword", "tags[0]", "copy") in reading.trace
    assert any(entry.rule == "configured" and "Offene Daten" in entry.field for entry in reading.trace)
    assert ("distribution.download_url", "files[0].href", "copy") in reading.trace


def test_first_way_that_gives_something_counts_for_each_language() -> None:
    ways = ["leer", "kurz", "name", {"path": "en", "language": "en"}, {"path": "en2", "language": "en"}]
    record = dataset(
        read({"id": "1", "leer": "", "kurz": "K", "name": "N", "en": "E", "en2": "F"}, fields={"title": ways})
    )
    assert [(title.text, title.lang) for title in record.title] == [("K", "de"), ("E", "en")]


def test_template_encodes_values_in_addresses_and_nothing_else() -> None:
    fields = {"title": "{name} ({id})", "landing_page": "https://www.example.org/{id}?q={name}"}
    record = dataset(read({"id": "a/b", "name": "Größe & Co"}, fields=fields))
    assert record.title[0].text == "Größe & Co (a/b)"
    assert record.landing_page == ("https://www.example.org/a%2Fb?q=Gr%C3%B6%C3%9Fe%20%26%20Co",)


def test_template_with_a_missing_value_gives_nothing() -> None:
    record = dataset(
        read({"id": "1", "name": "A"}, fields={"title": "name", "landing_page": "https://x.example/{slug}"})
    )
    assert record.landing_page == ()


def test_split_and_codes() -> None:
    fields = {"title": "name", "theme": {"path": "k", "split": "|", "codes": {"Verkehr": "TRAN", "Umwelt": "ENVI"}}}
    record = dataset(read({"id": "1", "name": "A", "k": "verkehr | Umwelt"}, fields=fields))
    assert [str(theme).rpartition("/")[2] for theme in record.theme] == ["TRAN", "ENVI"]


def test_F10_no_identifier_gives_a_stable_one_and_a_finding() -> None:
    first, second = (read({"name": "A", "x": x}) for x in (1, 2))
    assert first.native_id == second.native_id
    assert [finding.rule for finding in first.findings] == ["identifier-derived"]


# -------------------------------------------------------------------------------------------------------------- paths


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", [[{"b": 1}, {"b": 2}]]),
        ("a.b", [1, 2]),
        ("a[*].b", [1, 2]),
        ("a[-1].b", [2]),
        ("a[7].b", []),
        ("$.a[0].b", [1]),
        ('["x.y"].z', [3]),
        ("['x.y']", [{"z": 3}]),
        ("*.z", [3]),
        ("@id", ["i"]),
        ("u:v w", [4]),
        ("nichts.da", []),
    ],
)
def test_path(text: str, expected: list[Any]) -> None:
    document = {"a": [{"b": 1}, {"b": 2}], "x.y": {"z": 3}, "@id": "i", "u:v w": 4}
    assert paths.path(text).values(document) == expected


@pytest.mark.parametrize("text", ["a..b", "a[", "a[?(@.b)]", "a.{b}", "a[1:2]", "..a", "a]", "*x", "a" * 501, "a['b"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        paths.path(text)


@pytest.mark.parametrize(
    "text", ["[" * 400, "a." * 200 + "[", "[*]" * 160, '["' * 200, "*." * 200 + "!", "a[0" * 120, " " * 499 + "["]
)
def test_F49_paths_are_read_and_followed_in_linear_time(text: str) -> None:
    document: Any = "x"
    for _ in range(90):
        document = [document, document] if not isinstance(document, list) or len(str(document)) < 50_000 else [document]
    began = time.process_time()
    with contextlib.suppress(ValueError):
        paths.path(text).values(document)
    assert time.process_time() - began < 1


@given(st.text(max_size=60))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    for read_text in (paths.path, paths.template):
        try:
            read_text(text)
        except ValueError:
            continue


NAMES = sorted({*DATASET_FIELDS, "name", "a", "b"})
OPTIONS = RestJsonOptions.model_validate(
    {
        "id": "id",
        "fields": {**{name: name for name in DATASET_FIELDS}, "title": "name"},
        "distribution": [
            {"each": "a", **{name: name for name in DISTRIBUTION_FIELDS}},
            {"access_url": "https://www.example.org/{b}", "format": "format"},
        ],
    }
)
RECORDS = st.dictionaries(st.sampled_from([*NAMES, "id"]) | st.text(max_size=8), VALUES, max_size=14)


@given(RECORDS, st.lists(st.dictionaries(st.sampled_from(DISTRIBUTION_FIELDS), VALUES, max_size=8), max_size=3))
def test_any_object_is_a_record_or_set_aside(record: dict[str, Any], nested: list[Any]) -> None:
    for outcome in through_pipelines(natives([record, {**record, "a": nested}], OPTIONS), context_with(OPTIONS)):
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")


@given(VALUES)
def test_any_answer_can_be_one_dataset(document: Any) -> None:
    options = RestJsonOptions.model_validate({"one": True, "fields": {"title": "name", "keyword": "*"}})
    for outcome in through_pipelines(natives(document, options), context_with(options)):
        assert outcome.traceback == ""
