"""The OParl reader: recordings, bodies of real servers, keys of municipalities, and any input whatever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from harvesters.city.oparl_answers import kind_of, municipality_key
from harvesters.city.oparl_lists import Parts, slim
from harvesters.readers import oparl
from harvesters.reading import Native, Outcome, Reading, Unusable
from schemas.findings import WORDING
from schemas.loose_json import sorted_json
from schemas.model import Dataset
from tests.harvesters.readings import VALUES, assert_as_recorded, assert_comes_back, context, outcomes_of

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/oparl").iterdir())


def natives(told: dict[str, Any], cut: bool = False) -> list[Native]:
    """What the spider makes of a body and the objects of a list; ``cut`` takes the objects as kept for replays."""
    name, per, titles = told["list"], told.get("per", "list"), told.get("titles", 0)
    terms = told["body"].get("legislativeTerm", [])
    parts = Parts(
        name, per, [each for each in terms if isinstance(each, dict)] if isinstance(terms, list) else [], titles
    )
    for entry in told.get("entries", []):
        parts.add(slim(entry, name, titles) if cut else entry)
    made = []
    for key, part in sorted(parts.found.items()):
        data = {
            "system": told["system"],
            "body": told["body"],
            "list": name,
            "url": told["body"].get(name),
            "lists": [name],
            "per": per if parts.is_split else "list",
            "part": key,
            **part.summary(),
        }
        made.append(Native(data, sorted_json(data)))
    return made


def recorded(folder: Path) -> list[Reading]:
    told = json.loads((folder / "input.json").read_text(encoding="utf-8"))
    return [oparl.read(native, context()) for native in natives(told)]


def through_pipelines(given_: list[Native]) -> list[Outcome]:
    return outcomes_of("oparl", given_, "https://r.example.org")


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    assert_as_recorded(folder, *recorded(folder))


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_F75_no_one_is_named_behind_the_pipelines(folder: Path) -> None:
    told = json.loads((folder / "input.json").read_text(encoding="utf-8"))
    for outcome in through_pipelines(natives(told)):
        assert "Mustermann" not in repr(outcome)
        assert "mustermann" not in outcome.ntriples
    assert [native.data for native in natives(told, cut=True)] == [native.data for native in natives(told)]


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    assert_comes_back(*recorded(folder))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"ags": "05754040", "rgs": "057540040040"}, "05754040"),
        ({"ags": "051140000", "rgs": "051140000000"}, "05114000"),
        ({"ags": "", "rgs": "06 631 0018 018"}, "06631018"),
        ({"ags": 5754040}, "05754040"),
        ({"ags": "575404"}, None),
        ({"ags": None, "rgs": []}, None),
    ],
)
def test_key_of_the_municipality(body: dict[str, Any], expected: str | None) -> None:
    assert municipality_key(body) == expected


@pytest.mark.parametrize(
    "data", [None, [], {}, {"body": {}}, {"body": {"id": "x"}, "list": "members"}, {"body": [], "list": "paper"}]
)
def test_what_has_no_body_or_list_is_set_aside(data: Any) -> None:
    with pytest.raises(Unusable):
        oparl.read(Native(data, b"x"), context())


@pytest.mark.samples
def test_bodies_and_systems_of_real_servers(samples: Path) -> None:
    files = sorted((samples / "smartcity").glob("oparl_body_*.json"))
    assert len(files) == 7
    for file in files:
        body = json.loads(file.read_text(encoding="utf-8"))
        system = json.loads(Path(str(file).replace("oparl_body_", "oparl_system_")).read_text(encoding="utf-8"))
        assert kind_of(body) == ("1.0", "Body")
        assert kind_of(system) == ("1.0", "System")
        for name in ("paper", "meeting", "organization"):
            (outcome,) = through_pipelines(natives({"system": system, "body": body, "list": name}))
            assert outcome.reading is not None, outcome.traceback
            record = outcome.reading.record
            assert isinstance(record, Dataset)
            assert bool(record.political_geocoding_level) == bool(body.get("rgs") or body.get("ags")), file.name
            person = body.get("contactName", "")
            if person and not any(word in person.casefold() for word in ("stadt", "gemeinde", "redaktion")):
                assert person not in outcome.ntriples


@pytest.mark.samples
def test_paper_of_the_specification(samples: Path) -> None:
    paper = json.loads((samples / "smartcity/oparl_paper_example.json").read_text(encoding="utf-8"))
    parts = Parts("paper", "year", [], 3)
    parts.add(paper)
    expected: dict[str, Any] = {
        "days": ["2014-04-04", "2014-04-04"],
        "modified": "2013-01-08",
        "kinds": ["Beantwortung einer Anfrage"],
        "papers": ["1234/2014: Antwort auf Anfrage 1200/2014"],
    }
    assert parts.found["2014"].summary() == expected


ENTRIES = st.dictionaries(
    st.sampled_from(
        ["name", "date", "start", "end", "modified", "paperType", "organizationType", "role", "reference", "deleted"]
    ),
    VALUES | st.sampled_from(["2026-01-01", "2019-05-05T10:00:00Z", "Gremium", "Bauausschuss"]),
    max_size=6,
)
BODIES = st.dictionaries(st.sampled_from([*oparl.BODY, "shortName", "x:y"]), VALUES, max_size=10)
SYSTEMS = st.dictionaries(
    st.sampled_from(["id", "license", "contactName", "contactEmail", "oparlVersion"]), VALUES, max_size=5
)


@given(
    SYSTEMS,
    BODIES,
    st.lists(ENTRIES, max_size=4),
    st.sampled_from(["paper", "meeting", "organization", "consultation"]),
    st.sampled_from(["list", "year", "term"]),
    st.integers(0, 2),
)
def test_any_objects_make_records_or_are_set_aside(
    system: dict[str, Any], body: dict[str, Any], entries: list[Any], name: str, per: str, titles: int
) -> None:
    told: dict[str, Any] = {"system": system, "body": {**body, "id": "https://r.example/1"}, "list": name, "per": per}
    told |= {"titles": titles, "entries": entries}
    made = natives(told)
    assert [native.data for native in natives(told, cut=True)] == [native.data for native in made]
    for outcome in through_pipelines(made):
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")


@given(
    st.dictionaries(
        st.sampled_from(["days", "modified", "kinds", "papers", "part", "per", "lists", "url", "system"]),
        VALUES,
        max_size=8,
    )
)
def test_any_native_is_a_record_or_set_aside(data: dict[str, Any]) -> None:
    whole = {
        "body": {"id": "https://r.example/1", "legislativeTerm": [{"id": "a", "startDate": 5}]},
        "list": "paper",
        **data,
    }
    for outcome in through_pipelines([Native(data, b"x"), Native(whole, b"y")]):
        assert outcome.traceback == ""
