"""Samples of interfaces without a standard, harvested through the command with mappings written here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from catalog.search import Catalogue
from schemas.model import Dataset, Distribution, text
from tests.catalog.sampling import Harvested, Source, datasets, harvest
from tests.sample_server import serving

pytestmark = pytest.mark.samples


class Sample(NamedTuple):
    """A payload with its mapping, how many records it holds by the samples' list, the title of one of them."""

    path: str
    mapping: str
    records: int
    title: str
    protocol: str = "restjson"


SAMPLES = {
    "ulm-list": Sample(
        "smartcity/ulm_parking_sensors.json",
        '[restjson]\nid = "id"\n[restjson.fields]\ntitle = "Stellplatz {id}"\nmodified = "timestamp"\n',
        44,
        "Stellplatz pbg-b-elade-w-1-054",
    ),
    "ulm-live": Sample(
        "smartcity/ulm_parking_sensors.json",
        '[restjson]\none = true\n[restjson.fields]\ntitle = "=Ladeplätze Ulm"\ntheme = "=TRAN"\nlicense = "=cc-zero"\n',
        1,
        "Ladeplätze Ulm",
    ),
    "herrenberg": Sample(
        "smartcity/herrenberg_parkapi.json",
        '[restjson]\nitems = "lots"\nid = "id"\n[restjson.fields]\ntitle = "{lot_type} {name}"\n'
        'description = ["notes", "opening_hours"]\nlanding_page = "url"\nlatitude = "coords.lat"\nlongitude = "coords.lng"\n',
        26,
        "Parkhaus Altstadtgarage",
    ),
    "aalen-live": Sample(
        "smartcity/aalen_parking.json",
        '[restjson]\none = true\n[restjson.fields]\ntitle = "=Freie Parkplätze in Aalen"\n',
        1,
        "Freie Parkplätze in Aalen",
    ),
    "aalen-list": Sample(
        "smartcity/aalen_parking.json",
        '[restjson]\nid = "name"\n[restjson.fields]\ntitle = "name"\n',
        6,
        "P6 Bahnhof",
    ),
    "pbw": Sample(
        "portals/pbw_object_by_city.json",
        '[restjson]\nitems = "*"\nid = "@key"\n[restjson.fields]\ntitle = "objekt.name"\nkeyword = ["umgebung[*]"]\n'
        'latitude = "position.latitude"\nlongitude = "position.longitude"\npublisher = "=Parkraumgesellschaft"\n'
        '[restjson.distribution]\naccess_url = "https://www.example.org/objekt/{@key}"\nformat = "=JSON"\n',
        31,
        "Parkgarage Kunstakademie / Am Weißenhof",
    ),
    # A federal list, one row for each dataset; by the samples' list 4 rows with that of the names.
    "mcloud": Sample(
        "files/mcloud_excel_metadata.xlsx",
        '[sheet]\nsheet = "Daten"\n[sheet.columns]\ntitle = "Daten"\ndescription = "Kurzbeschreibung"\n'
        'rights = "Nutzungshinweise"\n'
        'file = "Dateidownload"\naccess_url = ["WMS", "FTP", "AtomFeed", "Portal"]\nperiod = "Aktualität / Zeitraum"\n'
        'theme = "DCAT-Kategorie"\nformat = "Datenformat"\n',
        3,
        "Badegewässer-DE (BG-RL)",
        "sheet",
    ),
}


@pytest.fixture(scope="module")
def harvested(samples: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    with serving(samples) as address:  # type: ignore[arg-type]
        sources = {
            name: Source(sample.protocol, f"{address}/static/{sample.path}", sample.mapping)
            for name, sample in SAMPLES.items()
        }
        yield harvest(tmp_path_factory.mktemp("configured"), address, sources)


@pytest.fixture(scope="module")
def catalogue(harvested: Harvested) -> Iterator[Catalogue]:
    opened = Catalogue(harvested.region)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_harvested_with_the_counts_of_its_list(harvested: Harvested, catalogue: Catalogue, name: str) -> None:
    sample, result = SAMPLES[name], harvested.results[name]
    assert (result["status"], result["failed"], result["duplicates"]) in (("ok", 0, 0), ("warnings", 0, 0)), result
    records = datasets(catalogue, name)
    assert len(records) == sample.records
    assert sample.title in {text(record.title) for record in records}


def one(catalogue: Catalogue, name: str) -> Dataset:
    (record,) = datasets(catalogue, name)
    return record


def test_live_interface_tells_its_fields_and_count(catalogue: Catalogue) -> None:
    said = text(one(catalogue, "aalen-live").description)
    assert said == "6 Einträge. Felder: name (Text), status (Text), free (Zahl), max (Zahl), occupied (Zahl)."
    (found,) = one(catalogue, "ulm-live").distribution
    assert isinstance(found, Distribution)
    assert found.license == ("http://dcat-ap.de/def/licenses/cc-zero",)
    assert "44 Einträge" in text(found.description)


def test_places_and_links_of_the_sample_come_out(catalogue: Catalogue) -> None:
    lots = {text(record.title): record for record in datasets(catalogue, "herrenberg")}
    garage = lots["Parkhaus Altstadtgarage"]
    assert str(garage.landing_page[0]).endswith("id=1008")
    assert "POINT(8.872705 48.593768)" in str(garage.spatial)
    notes = {(literal.lang, literal.text) for literal in lots["Parkplatz Aischbachstraße"].description}
    assert notes == {("de", "Parken mit Parkscheibe"), ("en", "Parking with parking disc")}


def test_key_of_the_object_identifies_and_fills_the_template(catalogue: Catalogue) -> None:
    addresses = {
        str(d.access_url[0]) for r in datasets(catalogue, "pbw") for d in r.distribution if isinstance(d, Distribution)
    }
    assert "https://www.example.org/objekt/52" in addresses
    assert len(addresses) == 31


def test_workbook_gives_a_distribution_for_each_way_to_the_data(catalogue: Catalogue) -> None:
    lakes = next(record for record in datasets(catalogue, "mcloud") if text(record.title).startswith("Badegewässer"))
    found = [each for each in lakes.distribution if isinstance(each, Distribution)]
    formats = {
        str(each.access_url[0]).split("/")[3]: [str(code).rpartition("/")[2] for code in each.format] for each in found
    }
    assert formats == {"wmsproxy": ["WMS_SRVC"], "inspire": ["ATOM"], "portal": []}
    assert {license for each in found for license in each.license} == {
        "http://dcat-ap.de/def/licenses/geonutz/20130319"
    }
    assert {str(theme).rpartition("/")[2] for theme in lakes.theme} == {"TRAN", "ENVI"}
