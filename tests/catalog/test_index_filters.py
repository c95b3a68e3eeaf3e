"""Searches by place on a map, by time and by features; what helps where nothing is found; suggestions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import index
from catalog.follower import Follower
from catalog.preview.wanting import identifiers
from catalog.reading import extents, synonyms, words
from catalog.reading.entries import FACETS, NEWEST, YES, Entry, Query, Results
from catalog.reading.remembered import Remembered
from catalog.search import Catalogue
from schemas import model
from schemas.kinds import Literal
from schemas.tables.geometry import BoundingBox
from schemas.vocabularies import LISTS
from schemas.vocabularies.codes import listed, rows
from tests.catalog.builder import Builder, Stored, dataset, region_in

TODAY = date(2026, 11, 24)
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
SENSORTHINGS = "http://www.opengis.net/doc/is/sensorthings/1.1"
NEUHOF = BoundingBox(9.55, 50.4, 9.7, 50.5)


def box(west: float, south: float, east: float, north: float) -> model.Location:
    text = f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
    return model.Location(bbox=(Literal(text, None, WKT),))


def file(number: int, code: str, **more: Any) -> model.Distribution:
    found = LISTS["file-type"].by_code(code)
    assert found is not None
    iri = f"https://daten.example.org/id/distribution/d{number}"
    return model.Distribution(iri=iri, format=(found.iri,), **more)


def period(begin: str, end: str = "") -> model.PeriodOfTime:
    return model.PeriodOfTime(start_date=(Literal(begin),) if begin else (), end_date=(Literal(end),) if end else ())


RECORDS = {
    "level": dataset(
        "Pegel der Fliede",
        "Wasserstände",
        spatial=(model.Location(centroid=(Literal("POINT(9.61 50.45)", None, WKT),)),),
        distribution=(file(1, "JSON", conforms_to=(SENSORTHINGS,)),),
    ),
    "play": dataset("Spielplätze", spatial=(box(9.6, 50.41, 9.65, 50.44),), distribution=(file(2, "GEOJSON"),)),
    "budget": dataset("Haushaltsplan 2024", temporal=(period("2024-01-01", "2024-12-31"),)),
    "since": dataset(
        "Zählung seit 2020", temporal=(period("2020"),), distribution=(file(3, "CSV"),), identifier=(Literal("z"),)
    ),
    "layer": dataset(
        "Flurkarte",
        distribution=(file(4, "WMS_SRVC"),),
        identifier=(Literal('alkis "Flur"\nNord'), Literal("alkis:2")),
        spatial=(box(20.0, 60.0, 20.1, 60.1),),
    ),
    "north": dataset("Strandzugänge", spatial=(box(12.0, 54.1, 12.2, 54.2),)),
    "lamps": dataset("Straßenbeleuchtung", hvd_category=("http://data.europa.eu/bna/c_ac64a52d",)),
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    region = region_in(tmp_path_factory.mktemp("region"))
    neuhof, flieden = region.municipalities
    region = region.model_copy(update={"municipalities": (neuhof.model_copy(update={"bbox": NEUHOF}), flieden)})
    builder = Builder(region)
    flieden_has = {"since", "north"}
    builder.publish(
        *(Stored(i, r, "flieden-portal" if i in flieden_has else "neuhof-portal") for i, r in RECORDS.items())
    )
    builder.publish(Stored("budget", dataset("Haushaltsplan 2024, neu", temporal=(period("2024", "2024"),))))
    Follower(region, builder.engine).catch_up()
    opened = Catalogue(region)
    yield opened
    opened.close()
    builder.close()


def found(catalogue: Catalogue, **asked: Any) -> set[str]:
    return {hit.summary.title for hit in results(catalogue, **asked).hits}


def results(catalogue: Catalogue, **asked: Any) -> Results:
    return catalogue.find(Query(**asked), today=TODAY)


# ------------------------------------------------------------------------------------------------- features


def test_features_are_counted_and_filter(catalogue: Catalogue) -> None:
    assert found(catalogue, map=(YES,)) == {"Spielplätze", "Flurkarte"}  # a point of the record is drawn nowhere
    assert found(catalogue, live=(YES,)) == {"Pegel der Fliede"}
    assert found(catalogue, hvd=(YES,)) == {"Straßenbeleuchtung"}
    assert found(catalogue, map=(YES,), live=(YES,)) == set()
    assert found(catalogue, map=("no",)) == found(catalogue, live=("1",)) == set()
    assert results(catalogue).facets["map"] == ((YES, 2),)
    narrow = results(catalogue, map=(YES,)).facets
    assert narrow["map"] == ((YES, 2),)
    assert narrow["live"] == ((YES, 0),)
    assert narrow["hvd"] == ((YES, 0),)


@pytest.mark.parametrize("q", ["", "Pegel", "Neuhof"])
@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"map": (YES,)},
        {"format": ("GEOJSON", "JSON"), "municipality": ("neuhof",)},
        {"format": ("GEOJSON", "CSV"), "municipality": ("neuhof", "flieden"), "map": (YES,)},
        {"format": ('CSV" OR map', "JSON"), "map": (YES,)},
        {"format": ("*",), "municipality": ("neuhof",)},
        {"municipality": ("nowhere",), "live": (YES,)},
        {"age": ("today", "year"), "format": ("JSON",)},
        {"format": tuple(f"F{number}" for number in range(40)), "hvd": (YES,)},
    ],
)
def test_each_number_is_that_of_the_search_with_that_value(
    catalogue: Catalogue, chosen: dict[str, tuple[str, ...]], q: str
) -> None:
    counted = results(catalogue, q=q, **chosen).facets
    assert set(counted) == set(FACETS)
    for facet, values in counted.items():
        for value, number in values:
            alone: dict[str, Any] = {**chosen, facet: (value,)}
            assert catalogue.count(Query(q=q, **alone), TODAY) == number, (facet, value)


def test_hits_say_their_traits_and_how_their_layer_is_called(catalogue: Catalogue) -> None:
    hits = {hit.summary.title: hit for hit in results(catalogue).hits}
    assert hits["Pegel der Fliede"].traits == ("live",)
    assert hits["Straßenbeleuchtung"].traits == ("hvd",)
    assert hits["Haushaltsplan 2024, neu"].traits == ()
    layer = hits["Flurkarte"]
    assert layer.called == 'alkis "Flur" Nord\nalkis:2'
    entry = catalogue.get(layer.key)
    assert isinstance(entry, Entry)
    record = entry.record()
    assert isinstance(record, model.Dataset)
    assert identifiers(each.text for each in record.identifier) == layer.called
    # Only of services: a file has no layers.
    assert hits["Zählung seit 2020"].called == ""


def test_what_was_found_before_is_what_is_found_anew(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = [
        Query(q=q, format=chosen, sort=sort, page=page, size=size)
        for q in ("", "Pegel", "Neuhof")
        for chosen in ((), ("GEOJSON", "JSON"))
        for sort in ("relevance", "title", NEWEST)
        for page, size in ((1, 20), (2, 2), (1, 0), (1, 1000))
    ]
    kept = [(catalogue.find(query, today=TODAY), catalogue.count(query, TODAY)) for query in (*queries, *queries)]
    monkeypatch.setattr(Remembered, "once", lambda _self, _key, make: make())
    anew = [(catalogue.find(query, today=TODAY), catalogue.count(query, TODAY)) for query in queries]
    assert kept == [*anew, *anew]
    monkeypatch.setattr(index, "_BESIDE_FROM", 0)  # as in a large catalogue
    assert [(catalogue.find(query, today=TODAY), catalogue.count(query, TODAY)) for query in queries] == anew
    assert len({results.total for results, _ in anew}) > 3


# ------------------------------------------------------------------------------------------------- place, time


def test_a_box_finds_what_lies_there_and_what_the_municipality_there_publishes(catalogue: Catalogue) -> None:
    coast = BoundingBox(11.9, 54.0, 12.3, 54.3)
    assert found(catalogue, bbox=coast) == {"Strandzugänge"}
    # Haushaltsplan and Straßenbeleuchtung do not say where they lie: they go by their municipality.
    assert found(catalogue, bbox=NEUHOF) == {
        *("Pegel der Fliede", "Spielplätze", "Haushaltsplan 2024, neu", "Straßenbeleuchtung")
    }
    assert found(catalogue, bbox=BoundingBox(9.64, 50.43, 9.66, 50.45), map=(YES,)) == {"Spielplätze"}
    assert found(catalogue, bbox=BoundingBox(0, 0, 1, 1)) == set()
    assert results(catalogue, bbox=coast).facets["municipality"] == (("flieden", 1),)


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2024-06-01", "2024-06-30", {"Haushaltsplan 2024, neu", "Zählung seit 2020"}),
        ("2024-12-31", None, {"Haushaltsplan 2024, neu", "Zählung seit 2020"}),
        ("2025-01-01", None, {"Zählung seit 2020"}),
        (None, "2023-12-31", {"Zählung seit 2020"}),
        (None, "2019-12-31", set()),
    ],
)
def test_a_time_finds_what_speaks_of_it(
    catalogue: Catalogue, begin: str | None, end: str | None, expected: set[str]
) -> None:
    days = [date.fromisoformat(day) if day else None for day in (begin, end)]
    assert found(catalogue, begin=days[0], end=days[1]) == expected


def test_what_changed_last_comes_first(catalogue: Catalogue) -> None:
    assert results(catalogue, sort=NEWEST).hits[0].summary.title == "Haushaltsplan 2024, neu"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rb"POINT(9.6 50.4)", (9.6, 50.4, 9.6, 50.4)),
        (rb"SRID=4326;POINT(9.6 50.4)", (9.6, 50.4, 9.6, 50.4)),
        (rb"<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(9.6 50.4)", (9.6, 50.4, 9.6, 50.4)),
        (rb"<http://www.opengis.net/def/crs/EPSG/0/25832> POINT(542000 5588000)", (9.591, 50.442, 9.592, 50.443)),
        (rb"{\"type\":\"Point\",\"coordinates\":[9.6,50.4]}", (9.6, 50.4, 9.6, 50.4)),
        (rb"POINT(900 50)", None),
        (rb"POINT EMPTY", None),
        (rb"", None),
    ],
)
def test_where_something_lies(text: bytes, expected: tuple[float, ...] | None) -> None:
    line = b'_:a <http://www.w3.org/ns/dcat#bbox> "%s"^^<x> .\n' % text
    extent = extents.seen(line, (), hvd=False).extent
    if expected is None:
        assert extent is None
    else:
        assert extent is not None
        assert list(extent) == pytest.approx(list(expected), abs=0.002)


@given(st.binary(max_size=200))
def test_no_bytes_are_an_error(text: bytes) -> None:
    extents.seen(b'<http://www.w3.org/ns/dcat#bbox> "%s"' % text, ("CSV",), hvd=True)


@pytest.mark.parametrize(
    "said",
    [
        *("https://gtfs.org/realtime/reference/", "https://www.etsi.org/deliver/etsi_gs/CIM/001_099/009/"),
        *("https://fiware.github.io/specifications/ngsiv2/stable/", "https://github.com/MobilityData/gbfs"),
        *(SENSORTHINGS, "http://www.opengis.net/spec/sensorthings/1.1"),
    ],
)
def test_interfaces_with_live_values(said: str) -> None:
    line = f"_:a <http://purl.org/dc/terms/conformsTo> <{said}> .\n".encode()
    assert extents.seen(line, (), hvd=False).traits == ("live",)
    assert extents.seen(line.replace(b"conformsTo", b"source"), (), hvd=False).traits == ()


# ------------------------------------------------------------------------------------------------- help


def test_a_slip_is_mended_with_the_words_of_the_catalogue(catalogue: Catalogue) -> None:
    for q, meant, total in (("Speilplätze", "Spielplätze", 1), ("Pegel Fleide", "Pegel Fliede", 1)):
        assert results(catalogue, q=q).total == 0
        instead = catalogue.helped(Query(q=q), TODAY).meant
        assert instead is not None
        assert (instead.query.q, instead.total) == (meant, total)
    assert catalogue.helped(Query(q='"Spielpltz"'), TODAY).meant is None
    assert catalogue.helped(Query(q="qwertzuiop"), TODAY).meant is None


def test_a_slip_of_an_everyday_word_is_mended_where_that_leads_to_datasets(catalogue: Catalogue) -> None:
    slips = {
        "Laternne": "Laterne",
        "Kinderspielpaltz": "Kinderspielplatz",
        "Spielpltz": "Spielplatz",  # nearer than the catalogue's own "Spielplätze"
        "playgruond": "playground",
        "water Lateerne": None,
    }
    for q, meant in slips.items():
        assert results(catalogue, q=q).total == 0
        instead = catalogue.helped(Query(q=q), TODAY).meant
        assert (instead.query.q if instead else None) == meant
        assert not instead or instead.total == results(catalogue, q=instead.query.q).total > 0
    assert catalogue.suggestions("Laternne", TODAY).texts == (("Laterne", 1),)
    # No dataset is of libraries or of doctors.
    for q in ("Bibliotek", "Mediziener"):
        assert catalogue.helped(Query(q=q), TODAY).meant is None


def test_the_words_of_a_phrase_are_offered_without_quotes(catalogue: Catalogue) -> None:
    loose = catalogue.helped(Query(q='"Beleuchtung" -"alte Lampen"'), TODAY).unquoted
    assert loose is not None
    assert (loose.query.q, loose.total) == ('Beleuchtung -"alte Lampen"', 1)
    assert catalogue.helped(Query(q='"Flut" Wald'), TODAY).unquoted is None
    assert catalogue.helped(Query(q='Flut -"Lampen"'), TODAY).unquoted is None


def test_fewer_words_other_places_and_no_filters_are_offered_with_true_numbers(catalogue: Catalogue) -> None:
    fewer = catalogue.helped(Query(q="Pegel Spielplatz"), TODAY).fewer
    assert [(instead.query.q, instead.total) for instead in fewer] == [("Spielplatz", 1), ("Pegel", 1)]
    elsewhere = catalogue.helped(Query(q="Pegel Flieden"), TODAY).elsewhere
    assert [(place, instead.query.q, instead.total) for place, instead in elsewhere] == [("neuhof", "Pegel", 1)]
    unfiltered = catalogue.helped(Query(q="Pegel", format=("PDF",)), TODAY).unfiltered
    assert unfiltered is not None
    assert (unfiltered.query, unfiltered.total) == (Query(q="Pegel"), 1)


@given(q=st.text(max_size=60))
def test_no_text_breaks_help_or_suggestions(catalogue: Catalogue, q: str) -> None:
    catalogue.helped(Query(q=q), TODAY)
    catalogue.suggestions(q, TODAY)


# ------------------------------------------------------------------------------------------------- suggestions


def test_suggestions_go_on_what_is_typed(catalogue: Catalogue) -> None:
    assert catalogue.suggestions("spielpl", TODAY).texts == (("Spielplätze", 1),)
    assert catalogue.suggestions("strass", TODAY).texts == (("Straßenbeleuchtung", 1),)
    assert catalogue.suggestions("pegel fl", TODAY).texts == (("pegel Fliede", 1),)
    assert catalogue.suggestions("spielplätse", TODAY).texts == (("Spielplätze", 1),)
    assert catalogue.suggestions("wo ist der nächste spielpl", TODAY).texts == (("wo ist der nächste Spielplätze", 1),)
    assert catalogue.suggestions("schauk", TODAY).texts == (("Schaukel", 1),)  # no dataset has it, but it leads to one
    assert catalogue.suggestions("pegel neu", TODAY).places == (("neuhof", 1),)
    assert len(catalogue.suggestions("haush", TODAY).datasets) == 1
    for text in ("", "s", "pegel ", "pegel -fl", '"pegel fl', "qwertz"):
        assert catalogue.suggestions(text, TODAY) == ((), (), (), (), ())


# ------------------------------------------------------------------------------------------------- synonyms


@pytest.mark.parametrize(
    ("word", "other"), [("Müllabfuhr", "Abfallabfuhr"), ("Lichtsignalanlagen", "Ampeln"), ("Kita", "Kindergarten")]
)
def test_everyday_words_and_office_words_stand_for_one_another(word: str, other: str) -> None:
    assert (words.stem(other),) in synonyms.others(words.stem(word))
    assert (words.stem(word),) in synonyms.others(words.stem(other))


def test_each_group_of_words_says_where_it_comes_from() -> None:
    entries = {row["de"]: f"{row['de']}|{row['words']}".casefold() for row in rows("musterdatenkatalog")}
    form = re.compile(
        r"(?:OpenThesaurus|(?:OpenThesaurus \((?P<listed>[^)]+)\), )?own(?: \((?P<stated>[^)]+)\))?)(?:, after a miss)?"
    )
    for row in (*rows("everyday-words"), *rows("wider-words")):
        said = form.fullmatch(row["source"])
        assert said is not None, row
        group = listed(row["words"]) + listed(row.get("wider", ""))
        names = said["listed"].split(", ") if said["listed"] else []
        assert len(names) != 1
        assert set(names) < set(group), row
        known = (said["stated"] or "").removeprefix("Musterdatenkatalog: ")
        if known != (said["stated"] or ""):
            assert any(word.casefold() in entries[known] for word in group), row


def test_a_word_with_a_hyphen_is_known_in_one_too() -> None:
    assert (words.stem("Bebauungsplan"),) in synonyms.others(words.stem("BPlan"))
    assert synonyms.others("gibtesnicht") == ()
