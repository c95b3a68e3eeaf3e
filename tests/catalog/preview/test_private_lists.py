"""Lists of private persons are told from lists of officials, clubs, shops, candidates and the dead (F75)."""

from __future__ import annotations

import pytest

from catalog.preview import private_lists
from catalog.preview.findings import findings
from catalog.preview.model import Preview
from catalog.preview.persons import shown
from schemas.model import Dataset, Distribution
from schemas.tables import PersonalHint, Table, profile, read_table

GIVEN = ("Anna", "Bernd", "Claudia", "Dieter", "Erika", "Franz")
FAMILY = ("Musterfrau", "Beispiel", "Probe", "Versuch", "Test-Fall", "Vorlage")
PEOPLE = tuple(zip(GIVEN, FAMILY, strict=True))


def table(header: str, *rows: str) -> Table:
    return read_table("\n".join((header, *rows)).encode(), "liste.csv")


def people(header: str, pattern: str) -> Table:
    """Six rows; {v} is the given name, {n} the family name, {i} a number from 0."""
    return table(header, *(pattern.format(v=v, n=n, i=i) for i, (v, n) in enumerate(PEOPLE)))


def hints(read: Table) -> dict[str, str]:
    return {hint.column: hint.kind for hint in private_lists.hints(read, profile(read))}


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
