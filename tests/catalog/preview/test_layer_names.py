"""The layer that a dataset is: told by the names of its record and its address, however they are spelt; else a choice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.preview.fetching import NotFetched
from catalog.preview.layer_names import Names, is_whole, meant, names_of, places_of, words
from catalog.preview.model import Wanted
from catalog.preview.service_layers import chosen, titles_of
from catalog.preview.wanting import of_file
from harvesters.ogc import standards
from harvesters.ogc.capabilities import Field, Layer
from harvesters.regions import server as demo_server
from schemas import rdf, syntax
from schemas.model import Dataset, Distribution, text
from schemas.namespaces import DCAT, RDF
from schemas.region import Region
from tests.catalog.preview.region_of_files import make_region

RECORD = "3f0e7c1a-5b7e-4a52-9f0e-6a1de84b1c11"
LAYERS = (
    Layer("flieden:pegel", "Pegelmessstellen", ()),
    Layer("flieden:baugrundstuecke", "Baugrundstücke", ()),
    Layer("flieden:wahlbezirke_2021", "Wahlbezirke 2021", ()),
    Layer("flieden:wahlbezirke_2026", "Wahlbezirke 2026", ()),
    Layer("flieden:flieden", "Gemeinde Flieden", ()),
    Layer("ns:4711", "Straßen", (Field("metadata", "Layer.MetadataURL", [f"https://csw.example/?id={RECORD}", ""]),)),
)
TYPE = str(RDF.type)
PLACES = frozenset(("flieden",))


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return make_region(tmp_path)


def found(*called: str, asked: str = "", layers: tuple[Layer, ...] = LAYERS) -> str:
    layer = meant(layers, Names(tuple(filter(None, asked.split(","))), called), PLACES)
    return layer.name.partition(":")[2] if layer is not None else ""


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        # The identifier has the workspace in another spelling.
        (("flieden-baugrundstuecke",), "baugrundstuecke"),
        (("FLIEDEN.Baugrundstücke",), "baugrundstuecke"),
        (("Flieden_Baugrundstücke",), "baugrundstuecke"),
        (("https://daten.flieden.example/id/baugrundst%C3%BCcke/",), "baugrundstuecke"),
        # By titles: with the form in brackets, with a place, in the singular.
        (("7f3a", "Baugrundstücke (WFS)"), "baugrundstuecke"),
        (("7f3a", "WFS", "Baugrundstücke der Gemeinde Flieden"), "baugrundstuecke"),
        (("7f3a", "Pegelmessstelle"), "pegel"),
        (("flieden-wasserstand", "Pegelmessstellen (WFS)", "Wasserstand der Fliede"), "pegel"),
        (("Straßen",), "4711"),
        (("STRASSEN",), "4711"),
        # The same before what is contained.
        (("Baugrundstücke am Weinberg", "pegel"), "pegel"),
        (("Wahlbezirke 2026 der Gemeinde Flieden",), "wahlbezirke_2026"),
        (("Wahlbezirke_2026",), "wahlbezirke_2026"),
        # Contained: the layer's words among the name's, and the other way round.
        (("Baugrundstücke im Baugebiet Am Weinberg",), "baugrundstuecke"),
        (("Wahlbezirke",), "wahlbezirke_2021"),
        # What the layer says of its metadata.
        ((RECORD.upper(), "Wege"), "4711"),
        # Nobody's: another year, the place alone, a part of a word.
        (("Wahlbezirke 2030",), ""),
        (("Spielplätze in Flieden",), ""),
        (("Straßenbeleuchtung",), ""),
        (("Bau",), ""),
        (("", "()", "WFS"), ""),
    ],
)
def test_a_layer_is_found_by_what_a_dataset_is_called(called: tuple[str, ...], expected: str) -> None:
    assert found(*called) == expected


def test_an_address_that_names_layers_goes_before_the_record() -> None:
    assert found("flieden-baugrundstuecke", asked="pegel") == "pegel"
    assert found("flieden-baugrundstuecke", asked="x:nichts,flieden:wahlbezirke_2026") == "wahlbezirke_2026"
    assert found("flieden-baugrundstuecke", asked="x:nichts") == "baugrundstuecke"
    wish = Wanted("https://x.example/ows?LAYERS=a,%20b&typeNames=c", "x", "WMS", called="d\nE f")
    assert names_of(wish) == (("c", "a", "b"), ("d", "E f"))


def test_where_nothing_fits_the_reader_chooses() -> None:
    wish = Wanted("https://x.example/ows", "x", "WFS", called="Spielplätze in Flieden")
    with pytest.raises(NotFetched) as refused:
        chosen(LAYERS, wish, ("WFS der Gemeinde Flieden",), PLACES)
    assert refused.value.reason.code == "which-layer"
    assert refused.value.reason.advice() == "Wählen Sie auf der Seite der Datei eine Ebene."
    assert dict(refused.value.layers)["flieden:pegel"] == "Pegelmessstellen"
    assert not refused.value.reason.temporary
    # A dataset that is the service as a whole shows its first; so does one of which nothing is known.
    whole = Wanted("https://x.example/ows", "x", "WFS", called="wfs-1\nWFS der Gemeinde Flieden")
    assert chosen(LAYERS, whole, ("WFS der Gemeinde Flieden",), PLACES).layer == LAYERS[0]
    assert chosen(LAYERS, Wanted("https://x.example/ows", "x", "WFS"), (), PLACES).layer == LAYERS[0]
    assert not is_whole(("",), Names((), ("?",)))


def test_each_service_of_the_demo_shows_the_dataset_s_own_layer(region: Region) -> None:
    servers = Path(demo_server.__file__).parent / "demo" / "servers"
    described = standards.cut((servers / "wfs-flieden" / "capabilities.xml").read_bytes(), "https://x.example", "WFS")
    shown = {}
    for page in ("catalog.ttl", "catalog.page2.ttl"):
        triples = syntax.parse((servers / "dcat-flieden" / page).read_bytes(), "ttl")
        kinds = {subject: said for subject, said in triples.by_subject.items() if (TYPE, str(DCAT.Dataset)) in said}
        for iri in kinds:
            record = rdf.Reading(triples).record(iri, Dataset)
            for file in (each for each in record.distribution if isinstance(each, Distribution)):
                wish = of_file(region, "x", file, record=record)
                if wish is not None and wish.service:
                    picked = chosen(described.capabilities.layers, wish, titles_of(described.capabilities), PLACES)
                    shown[text(record.title).split()[0]] = picked.layer.name
    assert shown == {"Wasserstände": "flieden:pegel", "Baugrundstücke": "flieden:baugrundstuecke"}


def test_a_region_s_places_say_nothing_of_what_data_are(region: Region) -> None:
    assert {"neuhof", "suedkreis"} <= places_of(region)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_whatever_things_are_called_a_name_finds_itself(name: str, title: str, other: str) -> None:
    layers = (Layer("a:b", other, ()), Layer(name or "x", title, ()))
    layer = meant(layers, Names((), (name or "x",)))
    assert layer is not None
    assert words(layer.name) == words(name or "x") or layer.name.rpartition(":")[2] == (name or "x").rpartition(":")[2]
    assert meant(layers, Names((), ())) is None
