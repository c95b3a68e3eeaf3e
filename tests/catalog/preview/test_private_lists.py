"""Lists of private persons are told from lists of officials, clubs, shops, candidates and the dead (F75)."""

from __future__ import annotations

import json

import orjson
import pytest

from catalog.preview import contents, keeping
from catalog.preview.assembly import assembled
from catalog.preview.contents import Content
from catalog.preview.findings import findings
from catalog.preview.model import Preview
from catalog.preview.persons import shown
from harvesters.persons import private_lists
from schemas.model import Dataset, Distribution
from schemas.tables import PersonalHint, Table, profile, read_table

GIVEN = ("Anna", "Bernd", "Claudia", "Dieter", "Erika", "Franz")
FAMILY = ("Musterfrau", "Beispiel", "Probe", "Versuch", "Test-Fall", "Vorlage")
BASE = Preview("key", "https://example.org/liste", "making")
PEOPLE = tuple(zip(GIVEN, FAMILY, strict=True))


def table(header: str, *rows: str) -> Table:
    return read_table("\n".join((header, *rows)).encode(), "liste.csv")


def people(header: str, pattern: str) -> Table:
    """Six rows; {v} is the given name, {n} the family name, {i} a number from 0."""
    return table(header, *(pattern.format(v=v, n=n, i=i) for i, (v, n) in enumerate(PEOPLE)))


def hints(read: Table) -> dict[str, str]:
    return {hint.column: hint.kind for hint in private_lists.listed(read, profile(read)).hints}


@pytest.mark.parametrize(
    ("header", "pattern", "expected"),
    [
        ("Name;Vorname;Geburtsdatum", "{n};{v};1{i}.02.197{i}", "Name: name, Vorname: name, Geburtsdatum: birthday"),
        ("Name;Geburtsdatum", "{n}, {v};1{i}.02.197{i}", "Name: name, Geburtsdatum: birthday"),
        (
            "Vorname;Nachname;Straße;Hausnummer;Rasse",
            "{v};{n};{n}weg;1{i};Dackel",
            "Vorname: name, Nachname: name, Straße: address, Hausnummer: address",
        ),
        ("Flurstück;Eigentümer;Anschrift", "{i}/1;{v} {n};Weg {i}", "Eigentümer: name, Anschrift: address"),
        (
            "Familienname, Vorname;Straße, Hausnr.;Ort",
            "{n}, {v};Weg {i}, 3;Neuhof",
            "Familienname, Vorname: name, Straße, Hausnr.: address",
        ),
        ("Vor- und Nachname;Anschrift", "{v} {n};Weg {i}", "Vor- und Nachname: name, Anschrift: address"),
        ("Verein;Ansprechpartner;Mail", "Club {i};{v} {n};{v}.x@mail.example", "Ansprechpartner: name"),
        ("Verein;Kontakt;Telefon privat", "Club {i};Frau {v} {n};0661 1234{i}6", "Kontakt: name"),
        ("Verein;Kontakt;Telefon", "Club {i};{v} {n};0171 123456{i}", "Kontakt: name"),
    ],
)
def test_lists_of_private_persons_are_told(header: str, pattern: str, expected: str) -> None:
    found = hints(people(header, pattern))
    assert ", ".join(f"{column}: {kind}" for column, kind in found.items()) == expected


@pytest.mark.parametrize(
    ("header", "pattern"),
    [
        # No name, or nothing private beside it.
        ("Vorname;Anzahl", "{v};{i}"),
        ("Name;Vorname;Ort", "{n};{v};Neuhof"),
        ("Geburtsdatum;Geschlecht", "1{i}.02.197{i};w"),
        ("Name;Straße;Hausnummer;Telefon", "Kita {n};Hauptstraße;{i};0661 1234{i}6"),
        ("Name;Adresse", "Bäckerei {n};Hauptstraße {i}"),
        ("Vorname;Nachname;Straße", "{v};{n};{n}weg"),  # a street alone is no home
        ("Name, Vorname;Ort", "{n}, {v};Neuhof"),
        ("Name, Vorname;Fraktion;Anschrift", "{n}, {v};XYZ;Weg {i}"),
        ("Name (Vorname optional);Straße;Hausnummer", "Bäckerei {n};Hauptstraße;{i}"),
        ("Eigentümer;Straße", "Stadt Fulda;Weg {i}"),
        # Office, election, profession, honour, history.
        ("Amt;Ansprechpartner;Mail", "Bauamt;{v} {n};{v}.{n}@stadt.example"),
        ("Sachbearbeiter;Durchwahl;Mail", "{v} {n};1{i};{v}.{n}@stadt.example"),
        ("Name;Vorname;Partei;Geburtsdatum;Anschrift", "{n};{v};XYZ;1{i}.02.197{i};Weg {i}"),
        ("Name;Vorname;Fachrichtung;Straße;Hausnummer", "{n};{v};Innere Medizin;Weg;{i}"),
        ("Firma;Inhaber;Anschrift", "{n} GmbH;{v} {n};Weg {i}"),
        ("Straßenname;Vorname;Nachname;Geburtsdatum;Sterbedatum", "{n}straße;{v};{n};1{i}.02.193{i};1{i}.03.199{i}"),
        ("Vorname;Nachname;Geburtsdatum", "{v};{n};1{i}.02.187{i}"),
        ("Ansprechpartner;Telefon", "{v} {n};0661 1234{i}6"),
    ],
)
def test_other_tables_raise_no_alarm(header: str, pattern: str) -> None:
    assert hints(people(header, pattern)) == {}


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    ("header", "pattern", "expected"),
    [
        ("Vorname;Nachname;Geburtsdatum", "{v};{n};1{i}.02.197{i}", "Vorname Nachname Geburtsdatum"),
        ("Name;Vorname;geboren;PLZ", "{n};{v};1{i}.02.197{i};36119", "Name Vorname geboren"),
        ("Name;Geburtsdatum;Anschrift", "{n}, {v};1{i}.02.197{i};Weg {i}", "Name Geburtsdatum Anschrift"),
        ("Vorname;Nachname;Straße;Hausnummer", "{v};{n};{n}weg;1{i}", "Vorname Nachname Straße Hausnummer"),
        ("Name Vorname;Straße;Hausnummer", "{n}, {v};{n}weg;1{i}", "Name Vorname Straße Hausnummer"),
        ("Vorname;Nachname;Wohnanschrift;Telefon", "{v};{n};Weg {i};0661 1234{i}6", "Vorname Nachname Wohnanschrift"),
        ("Flurstück;Eigentümer;Anschrift", "{i}/1;{v} {n};Weg {i}", "Eigentümer Anschrift"),
        ("Hundehalter;Telefon", "{v} {n};0171 123456{i}", "Hundehalter"),
        ("Vorname;Nachname;Konto", "{v};{n};DE89370400440532013000", "Vorname Nachname"),
    ],
)
def test_one_or_two_private_persons_are_told_where_the_header_leaves_no_doubt(
    header: str, pattern: str, expected: str, count: int
) -> None:
    rows = [pattern.format(v=v, n=n, i=i) for i, (v, n) in enumerate(PEOPLE[:count])]
    assert " ".join(hints(table(header, *rows))) == expected


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    ("header", "pattern"),
    [
        # Officials, and who can be visited or called.
        ("Vorname;Nachname;Telefon;E-Mail", "{v};{n};0661 1234{i}6;{v}.{n}@stadt.example"),
        ("Vorname;Nachname;Straße;Hausnummer;Telefon", "{v};{n};Am Rathaus;1;0661 1234{i}6"),
        ("Vorname;Nachname;Geburtsdatum;Wahlperiode", "{v};{n};1{i}.02.197{i};2021-2026"),
        ("Bürgermeister;Vorname;Nachname;Geburtsdatum", "ja;{v};{n};1{i}.02.197{i}"),
        ("Name;Sprechzeiten;Adresse;Geburtsdatum", "{v} {n};Mo 9-12;Rathausplatz {i};1{i}.02.197{i}"),
        ("Amt;Ansprechpartner;Mail", "Bauamt;{v} {n};{v}.{n}@stadt.example"),
        # Clubs, contacts, opening hours.
        ("Ansprechpartner;Mobil", "{v} {n};0171 123456{i}"),
        ("Verein;Kontakt;Adresse", "Club {i};{v} {n};Weg {i}"),
        ("Name;Straße;Hausnummer;Öffnungszeiten", "Hallenbad;Badweg;{i};9-18 Uhr"),
        ("Inhaber;Anschrift;Telefon", "{v} {n};Weg {i};0661 1234{i}6"),
        # Things that bear or have a name.
        ("Name;Anschrift", "{v}-{n}-Schule;Schulstraße {i}"),
        ("Eigentümer;Anschrift", "Stadt Fulda;Weg {i}"),
        ("Eigentümer;Denkmal;Anschrift", "{v} {n};Alte Mühle;Weg {i}"),
        ("Vorname;Nachname;Geburtsdatum", "{v};{n};1{i}.02.187{i}"),
        ("Vorname;Anzahl", "{v};{i}"),
        ("Name;Vorname;Ort", "{n};{v};Neuhof"),
    ],
)
def test_other_tables_of_one_or_two_rows_raise_no_alarm(header: str, pattern: str, count: int) -> None:
    rows = [pattern.format(v=v, n=n, i=i) for i, (v, n) in enumerate(PEOPLE[:count])]
    assert hints(table(header, *rows)) == {}


def test_among_one_or_two_values_all_must_fit() -> None:
    header = "Vorname;Nachname;Geburtsdatum"
    assert hints(table(header, "Anna;Musterfrau;11.02.1971", "Halle;Süd;12.02.1971")) == {}
    assert hints(table(header, "Anna;Musterfrau;11.02.1971", "Bernd;Beispiel;12.02.1871")) == {}


def test_a_family_of_one_name_is_not_named_by_it() -> None:
    assert list(hints(people("Vorname;Nachname;Geburtsdatum", "{v};Musterfrau;1{i}.02.197{i}"))) == [
        "Vorname",
        "Nachname",
        "Geburtsdatum",
    ]
    # Many persons at one address work there.
    assert hints(people("Vorname;Nachname;Straße;Hausnummer", "{v};{n};Schulweg;1")) == {}


COORDINATES = [
    ("lat;lon", "50.5{i}123;9.6{i}123"),
    ("Ostwert;Nordwert", "54512{i}.5;559812{i}.5"),
    ("x;y", "54512{i};559812{i}"),
    ("wkt", "POINT(9.6{i} 50.5{i})"),
    ("Fundort", "50.5{i}123, 9.6{i}123"),
    ("Verweis", "https://maps.example/?mlat=50.5{i}123&mlon=9.6{i}123"),
    ("Feld", '"{{""type"":""Point"",""coordinates"":[9.6{i}1,50.5{i}1]}}"'),
]


@pytest.mark.parametrize(("columns", "cells"), COORDINATES)
def test_where_private_persons_live_goes_with_their_names(columns: str, cells: str) -> None:
    read = people(f"Vorname;Nachname;Geburtsdatum;Rasse;{columns}", "{v};{n};1{i}.02.197{i};Dackel;" + cells)
    seen = shown(read, profile(read), allowed=False)
    assert seen.table.names == ("Rasse",)
    assert [hint.column for hint in seen.withheld if hint.kind == "place"] == columns.split(";")
    assert (seen.homes, seen.profile.box, seen.table.extent) == (True, None, None)
    assert [note.code for note in seen.notes][-1] == "place-withheld"
    made = assembled(Content("csv", "table", table=read), BASE, allowed=False)
    assert (made.drawn, made.preview.geometry, made.preview.kind) == (None, None, "table")
    assert "50.5" not in str(made)
    assert "5598" not in str(made)
    open_ = assembled(Content("csv", "table", table=read), BASE, allowed=True)
    assert open_.table == read
    assert not open_.preview.withheld


def test_features_of_private_persons_are_not_drawn() -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"Vorname": v, "Nachname": n, "Geburtsdatum": f"1{i}.02.197{i}", "Rasse": "Dackel"},
            "geometry": {"type": "Point", "coordinates": [9.6 + i / 1000, 50.5 + i / 1000]},
        }
        for i, (v, n) in enumerate(PEOPLE)
    ]
    body = orjson.dumps({"type": "FeatureCollection", "features": features})
    found = contents.read(body, "hunde.geojson", True)
    made = assembled(found, BASE, allowed=False)
    assert (made.drawn, made.preview.geometry, made.preview.kind) == (None, None, "table")
    assert "50.5" not in keeping.to_json(made.preview).decode()
    assert made.preview.withheld[-1] == PersonalHint("geometry", "place", 6)
    assert [each.de for each in made.preview.notes if each.code == "place-withheld"] == [
        "Wo das liegt, zeigen wir nicht: Vermutlich wohnen dort Personen."
    ]
    whole = assembled(found, BASE, allowed=True)
    assert whole.preview.geometry is not None
    assert whole.preview.geometry.shown == 6


def test_the_place_of_a_club_stays_whoever_is_to_be_asked() -> None:
    cells = "Club {i};{v} {n};{v}.x@mail.example;50.5{i}123;9.6{i}123"
    for header in ("Verein;Ansprechpartner;Mail;lat;lon", "Verein;Trainer;Mail;lat;lon"):
        read = people(header, cells)
        made = assembled(Content("csv", "table", table=read), BASE, allowed=False)
        assert "Mail" in [hint.column for hint in made.preview.withheld]
        assert made.preview.geometry is not None
        assert made.preview.geometry.shown == 6


def test_what_stands_in_such_a_list_is_withheld_and_told_the_steward() -> None:
    read = people("Vorname;Nachname;Geburtsdatum;Rasse", "{v};{n};1{i}.02.197{i};Dackel")
    seen = shown(read, profile(read), allowed=False)
    assert seen.table.names == ("Rasse",)
    assert not any(name in str(seen) for pair in PEOPLE for name in pair)
    assert shown(read, profile(read), allowed=True).table.names == read.names
    address = "https://x.example/hunde.csv"
    preview = Preview("k", address, "ready", withheld=seen.withheld)
    record = Dataset(distribution=(Distribution(download_url=(address,)),))
    said = [finding.message("de") for finding in findings(record, {address: [preview]})]
    assert [text.partition("Personen: ")[2].partition(".")[0] for text in said] == [
        "Name, 6-mal",
        "Name, 6-mal",
        "Geburtsdatum, 6-mal",
    ]


def test_a_column_is_named_once() -> None:
    read = people("Vorname;Nachname;Geburtsdatum;Mail", "{v};{n};1{i}.02.197{i};{v}.x@mail.example")
    withheld = shown(read, profile(read), allowed=False).withheld
    assert [hint.column for hint in withheld] == ["Mail", "Vorname", "Nachname", "Geburtsdatum"]
    assert withheld[1] == PersonalHint("Vorname", "name", 6)


def test_persons_in_the_lines_beside_a_table_are_covered_and_told_the_steward() -> None:
    lines = ["Pegel, Auskunft: erika.muster@example.org", "Datum;W (cm)"]
    lines += [f"{n + 1:02d}.01.2026;{n * 3}" for n in range(9)]
    read = read_table("\n".join([*lines, "", "Kontakt: max.muster@example.org"]).encode())
    made = assembled(Content("csv", "table", table=read), BASE, allowed=False)
    preview = made.preview
    assert preview.table is not None
    assert preview.table.names == ("Datum", "W (cm)")
    assert "muster" not in str((preview.table.skipped, preview.table.below))
    assert {note.code: note.de for note in preview.notes}["text-masked"].endswith(": 2.")
    address = "https://x.example/pegel.csv"
    record = Dataset(distribution=(Distribution(download_url=(address,)),))
    (finding,) = findings(record, {address: [preview]})
    assert "Über oder unter der Tabelle" in finding.message("de")
    assert finding.message("en").endswith("probably data of persons: e-mail address, 2 times. The preview covers them.")
    assert assembled(Content("csv", "table", table=read), BASE, allowed=True).preview.withheld == ()


def test_the_keys_of_a_list_of_persons_are_withheld_too() -> None:
    document = {
        f"{v.casefold()}.{n.casefold()}": {"Vorname": v, "Nachname": n, "geboren": "11.02.1971"} for v, n in PEOPLE
    }
    read = read_table(json.dumps(document).encode(), "liste.json")
    assert read.names == ("Schlüssel", "Vorname", "Nachname", "geboren")
    assert shown(read, profile(read), allowed=False).table.names == ()
    places = read_table(json.dumps({name: {"Plätze": 3} for name in "abcd"}).encode(), "liste.json")
    assert shown(places, profile(places), allowed=False).table.names == ("Schlüssel", "Plätze")
