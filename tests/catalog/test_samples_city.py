"""What real platforms of towns sent, harvested through the command: brokers, a sensor server, council systems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest

from catalog.search import Catalogue
from schemas.geocoding import regional_key
from schemas.model import iri_of, text
from tests.catalog.sampling import Harvested, Source, datasets, harvest
from tests.sample_server import serving

pytestmark = pytest.mark.samples


class Sample(NamedTuple):
    """A payload as a source, and what comes of it: titles, and whether a place is told."""

    protocol: str
    file: str
    titles: tuple[str, ...]
    placed: bool = True


# The number of entities and objects in each is that of the samples' README.
HERE = regional_key("066310018018")
SAMPLES = {
    "ngsi-heidelberg": Sample("ngsi", "ngsiv2_heidelberg_offstreetparking.json", ("Parkhäuser und Parkplätze",)),
    "ngsi-spot": Sample("ngsi", "ngsiv2_ParkingSpot_normalized.json", ("Stellplätze",)),
    "ngsi-spot-pairs": Sample("ngsi", "ngsiv2_ParkingSpot_keyvalues.json", ("Stellplätze",)),
    "ngsi-spot-ld": Sample("ngsi", "ngsild_ParkingSpot_normalized.jsonld", ("Stellplätze",)),
    "ngsi-street": Sample("ngsi", "ngsiv2_OffStreetParking_normalized.json", ("Parkhäuser und Parkplätze",)),
    "ngsi-street-pairs": Sample("ngsi", "ngsiv2_OffStreetParking_keyvalues.json", ("Parkhäuser und Parkplätze",)),
    "ngsi-street-ld": Sample("ngsi", "ngsild_OffStreetParking_normalized.jsonld", ("Parkhäuser und Parkplätze",)),
    "frost": Sample(
        "sensorthings",
        "sensorthings_tum_frost_observations.json",
        ("Messwerte (Things(529)/Datastreams(1440)/Observations)",),
        False,
    ),
}
COUNCILS = {
    "krefeld": "stadt_krefeld",
    "leipzig": "stadt_leipzig",
    "kerpen": "kolpingstadt_kerpen",
    "titz": "gemeinde_titz",
    "steinhagen": "steinhagen",
    "schwalmtal": "gemeinde_schwalmtal",
    "erkelenz": "stadt_erkelenz",
}


@pytest.fixture(scope="module")
def harvested(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    folder = tmp_path_factory.mktemp("city")
    with serving(samples) as address:
        at = f"{address}/static/smartcity"
        sources = {name: Source(sample.protocol, f"{at}/{sample.file}") for name, sample in SAMPLES.items()}
        # The lists lie on servers that are not here.
        more = "[oparl]\nfetch_lists = false\n"
        sources |= {name: Source("oparl", f"{at}/oparl_body_{file}.json", more) for name, file in COUNCILS.items()}
        yield harvest(folder, address, sources)


@pytest.fixture(scope="module")
def catalogue(harvested: Harvested) -> Iterator[Catalogue]:
    opened = Catalogue(harvested.region)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", SAMPLES)
def test_answer_of_a_platform_becomes_one_dataset_for_its_type(
    harvested: Harvested, catalogue: Catalogue, name: str
) -> None:
    sample, result = SAMPLES[name], harvested.results[name]
    assert result["status"] in ("ok", "warnings"), result
    records = datasets(catalogue, name)
    assert tuple(text(record.title) for record in records) == sample.titles
    # What says nothing of its place gets that of its source's municipality (K08 to K11).
    assert [tuple(map(iri_of, record.spatial)) != (HERE,) for record in records] == [sample.placed]
    assert [len(record.distribution) for record in records] == [1]


@pytest.mark.parametrize("name", COUNCILS)
def test_body_of_a_council_becomes_three_lists_without_anyone_named(
    harvested: Harvested, catalogue: Catalogue, samples: Path, name: str
) -> None:
    result = harvested.results[name]
    assert result["status"] in ("ok", "warnings"), result
    records = datasets(catalogue, name)
    body = orjson.loads((samples / f"smartcity/oparl_body_{COUNCILS[name]}.json").read_bytes())
    assert sorted(text(record.title).partition(" – ")[0] for record in records) == ["Gremien", "Sitzungen", "Vorlagen"]
    assert {text(record.title).partition(" – ")[2] for record in records} == {body["name"]}
    keyed = bool(body.get("ags") or body.get("rgs"))
    assert {bool(record.political_geocoding_level) for record in records} == {keyed}


def test_nothing_that_a_broker_knows_of_anyone_is_in_the_catalogue(harvested: Harvested, samples: Path) -> None:
    entities = orjson.loads((samples / "smartcity/ngsiv2_heidelberg_offstreetparking.json").read_bytes())
    fields = ("contactPointEMail", "contactPointTelephone")
    said = [str(entity[field]["value"]) for entity in entities for field in fields if field in entity]
    secrets = {each for each in said if len(each) > 5}
    assert len(secrets) > 3
    kept = [file for file in harvested.region.data.rglob("*") if file.is_file()]
    assert kept
    for file in kept:
        body = file.read_bytes()
        assert not any(secret.encode() in body for secret in secrets), file
