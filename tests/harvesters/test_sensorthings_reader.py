"""The SensorThings reader: recordings, groups, the recorded page of a real server, and any input whatever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from harvesters.city import sensor_answers
from harvesters.city.sensor_groups import Groups, slim_thing
from harvesters.readers import sensorthings
from harvesters.reading import Native, Outcome, Reading, Unusable
from schemas.findings import WORDING
from schemas.loose_json import sorted_json
from tests.harvesters.readings import VALUES, assert_as_recorded, assert_comes_back, context, outcomes_of

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/sensorthings").iterdir())
PERSON = "Mustermann"


def natives(by: str, things: list[Any], where: dict[str, Any], member: str | None = None) -> list[Native]:
    groups = Groups(by, member)
    for thing in things:
        groups.add_thing(thing)
    found = [group.summary() for _, group in sorted(groups.found.items())]
    served = {"group": by, "member": member, "datasets": [each["id"] for each in found], **where}
    return [Native(data, sorted_json(data)) for data in ({**each, **served} for each in found)]


def recorded(folder: Path) -> list[Reading]:
    told = json.loads((folder / "input.json").read_text(encoding="utf-8"))
    made = [Native(data, sorted_json(data)) for data in told.get("natives", [])]
    made += natives(told["by"], told.get("things", []), told["where"], told.get("member"))
    return [sensorthings.read(native, context()) for native in made]


def through_pipelines(given_: list[Native]) -> list[Outcome]:
    return outcomes_of("sensorthings", given_, "https://s.example.org")


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    assert_as_recorded(folder, *recorded(folder))


def test_F75_names_of_things_and_their_properties_do_not_come_out() -> None:
    folder = next(each for each in RECORDINGS if each.name == "property")
    assert PERSON in (folder / "input.json").read_text(encoding="utf-8")
    assert PERSON not in repr(recorded(folder))


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    assert_comes_back(*recorded(folder))


def test_order_of_things_decides_nothing() -> None:
    folder = next(each for each in RECORDINGS if each.name == "property")
    things = json.loads((folder / "input.json").read_text(encoding="utf-8"))["things"]
    things[1]["Datastreams"][0]["ObservedProperty"] |= {"name": "Air temperature", "description": "in two metres"}
    there, back = natives("observed_property", things, {}), natives("observed_property", things[::-1], {})
    assert [native.fingerprint for native in there] == [native.fingerprint for native in back]


@pytest.mark.parametrize(("value", "expected"), [(5, "5"), ("a'b", "'a''b'"), ("5", "'5'"), (True, "'True'")])
def test_values_in_filters(value: Any, expected: str) -> None:
    assert sensor_answers.literal(value) == expected


@pytest.mark.parametrize("data", [None, [], {}, {"id": ""}, {"id": ["a"]}])
def test_what_has_no_identity_is_set_aside(data: Any) -> None:
    with pytest.raises(Unusable):
        sensorthings.read(Native(data, b"x"), context())


@pytest.mark.samples
def test_sample_of_frost(samples: Path) -> None:
    body = (samples / "smartcity/sensorthings_tum_frost_observations.json").read_bytes()
    found = sensor_answers.listing_in(body)
    assert sensor_answers.kind_of(found.entries) == "observations"
    assert len(found.entries) == 2
    assert found.next_link
    assert sensor_answers.root_of(found.next_link) == "https://gi3.gis.lrg.tum.de/frost/v1.1"


KEYS = st.sampled_from(
    ["@iot.id", "name", "description", "definition", "symbol", "metadata", "location", "phenomenonTime", "observedArea"]
)
INNER = st.dictionaries(KEYS, VALUES, max_size=4)
STREAMS = st.fixed_dictionaries(
    {},
    optional={
        "phenomenonTime": VALUES | st.just("2025-01-01T00:00:00Z/2026-01-01T00:00:00Z"),
        "observedArea": VALUES,
        "unitOfMeasurement": VALUES | INNER,
        "unitOfMeasurements": VALUES | st.lists(INNER, max_size=2),
        "ObservedProperty": VALUES | INNER,
        "ObservedProperties": VALUES | st.lists(INNER, max_size=2),
        "Sensor": VALUES | INNER,
    },
)
THINGS = st.fixed_dictionaries(
    {},
    optional={
        "@iot.id": VALUES,
        "name": VALUES,
        "properties": VALUES | st.dictionaries(st.just("kind"), VALUES),
        "Locations": VALUES | st.lists(INNER, max_size=2),
        "Datastreams": VALUES | st.lists(STREAMS, max_size=3),
        "MultiDatastreams": VALUES | st.lists(STREAMS, max_size=2),
    },
)


@given(st.lists(THINGS, max_size=3), st.sampled_from(["observed_property", "thing"]), st.sampled_from([None, "kind"]))
def test_any_things_make_records_or_are_set_aside(things: list[Any], by: str, member: str | None) -> None:
    where = {"root": "https://s.example.org/v1.1", "formats": ["CSV", "GeoJSON"]}
    made = natives(by, things, where, member)
    slim = natives(by, [slim_thing(each, by, member) for each in things], where, member)
    assert [native.data for native in slim] == [native.data for native in made], "what is kept tells the same"
    for outcome in through_pipelines(made):
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "id",
                "name",
                "ids",
                "units",
                "sensors",
                "box",
                "years",
                "group",
                "member",
                "root",
                "document",
                "formats",
                "datasets",
                "definition",
                "observed",
                "description",
            ]
        ),
        VALUES,
        max_size=10,
    )
)
def test_any_native_is_a_record_or_set_aside(data: dict[str, Any]) -> None:
    for outcome in through_pipelines([Native(data, b"x"), Native({**data, "id": "a"}, b"y")]):
        assert outcome.traceback == ""
