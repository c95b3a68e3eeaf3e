"""What is a person's name, a mailbox or a sign of either in a text, and what is none (F75)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.persons import texts as person_texts
from harvesters.persons.offices import office_names
from harvesters.persons.words import is_personal_mailbox, without_names
from schemas.kinds import Literal


@pytest.mark.parametrize(
    ("name", "office"),
    [
        ("Erika Mustermann", ""),
        ("Frau Mustermann", ""),
        ("Herr und Frau Mustermann", ""),
        ("Dr. med. Erika Mustermann", ""),
        ("Prof. Mustermann", ""),
        ("Erika M. Mustermann", ""),
        ("E. Mustermann", ""),
        ("E.Mustermann", ""),
        ("V. Nachname", ""),
        ("Vorname Nachname", ""),
        ("Mustermann, Erika", ""),
        ("Mustermann, E.", ""),
        ("ERIKA MUSTERMANN", ""),
        ("Erika von Mustermann-Muster", ""),
        ("Erika Mustermann, M.A.", ""),
        ("Max Mustermann und Erika Mustermann", ""),
        ("Ansprechpartnerin: Erika Mustermann", ""),
        ("Georg Mustermann", ""),
        ("Gisela Mustermann", ""),
        ("Erika Fischer", ""),
        ("Erika Jung", ""),
        ("Bauamt, Erika Mustermann", "Bauamt"),
        ("Erika Mustermann, Bauamt", "Bauamt"),
        ("Bauamt / Erika Mustermann", "Bauamt"),
        ("Bauamt - Erika Mustermann", "Bauamt"),
        ("Bauamt – Frau Mustermann", "Bauamt"),
        ("Bauamt (Erika Mustermann)", "Bauamt"),
        ("Bauamt Erika Mustermann", "Bauamt"),
        ("Bauamt, Mustermann, Erika", "Bauamt"),
        ("Gemeinde Neuhof, Fachdienst 3, E. Mustermann", "Gemeinde Neuhof, Fachdienst 3"),
        ("Anna Darmstadt", ""),
        ("Frau Darmstadt", ""),
        ("Darmstadt, Anna", ""),
        ("anna darmstadt", ""),
        ("Anna Maria Darmstadt, Bauamt", "Bauamt"),
        ("Stadt Darmstadt, Anna Darmstadt", "Stadt Darmstadt"),
    ],
)
def test_persons_go_from_names_and_offices_stay(name: str, office: str) -> None:
    assert without_names(name) == office


@pytest.mark.parametrize(
    "name",
    [
        "Gemeinde Neuhof",
        "Stadt Bad Hersfeld",
        "Stadt Darmstadt",
        "Darmstadt",
        "Regierungspräsidium Darmstadt",
        "Kita St. Anna Darmstadt",
        "Santa Anna Darmstadt",
        "Anna-Freud-Schule Darmstadt",
        "Frankfurt am Main",
        "Wiesbaden, Darmstadt",
        "Bad Salzschlirf",
        "Neuhof",
        "Landkreis Fulda, Abfallwirtschaft",
        "Amt für Umwelt und Natur",
        "Institut für Schnee",
        "Hessen Mobil",
        "Deutsche Bahn",
        "Deutscher Wetterdienst",
        "Statistisches Bundesamt",
        "Robert Koch Institut",
        "Regionalverband Ruhr",
        "Open Data Team",
        "Stadtwerke Fulda GmbH",
        "Umweltbundesamt (UBA)",
        "Hessische Verwaltung für Bodenmanagement und Geoinformation",
        "",
    ],
)
def test_bodies_are_no_persons(name: str) -> None:
    assert without_names(name) == name


@pytest.mark.parametrize(
    ("address", "personal"),
    [
        ("erika.mustermann@example.org", True),
        ("mailto:Erika.Mustermann@example.org", True),
        ("e.mustermann@example.org", True),
        ("erika_mustermann2@example.org", True),
        ("georg.mustermann@example.org", True),
        ("gisela.mustermann@example.org", True),
        ("erika@example.org", True),
        ("info@example.org", False),
        ("open.data@example.org", False),
        ("bauamt.neuhof@example.org", False),
        ("stadt-fulda@example.org", False),
        ("fd.bauen@example.org", False),
        ("III2.7@example.org", False),
        ("", False),
    ],
)
def test_mailboxes(address: str, personal: bool) -> None:
    assert is_personal_mailbox(address) is personal


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "Auskunft: Frau Erika Mustermann, Tel. 0661 12345-67, erika.mustermann@example.org.",
            "Auskunft: [Name entfernt], Tel. [Nummer entfernt], [Adresse entfernt].",
        ),
        (
            "Fragen an Dr. Erika M. Mustermann (Durchwahl 123)",
            "Fragen an [Name entfernt] (Durchwahl [Nummer entfernt])",
        ),
        ("Tel. Frau Mustermann 0661/1234-5", "Tel. [Name entfernt] [Nummer entfernt]"),
        ("Herr Mustermann Bauamt", "[Name entfernt] Bauamt"),
        (
            '<a href="mailto:erika.mustermann@example.org">Erika Mustermann</a>',
            '<a href="[Adresse entfernt]">[Name entfernt]</a>',
        ),
        ("Ansprechpartnerin: Erika Mustermann", "[Name entfernt]"),
    ],
)
def test_unambiguous_persons_go_from_texts(text: str, left: str) -> None:
    assert person_texts.without_persons(text, "de") == left


@pytest.mark.parametrize(
    "text",
    [
        "Beratungsstelle Frau und Beruf",
        "Frauen, Herren und Kinder",
        "Haltestellen: Dr. Konrad Straße, Erika Mustermann Weg",
        "Bauamt, Tel. 0661 1234, bauamt@example.org",
        "Ansprechpartner Bauamt Neuhof",
        "Schriften von Erika Mustermann aus dem Jahr 1840",
        "AGS 06631018, Stand 01.02.2026, Herr der Ringe @ Kino",
        "Dr. Muster GmbH",
    ],
)
def test_texts_without_these_signs_are_not_touched(text: str) -> None:
    assert person_texts.without_persons(text, "de") == text


@given(st.text(alphabet=st.sampled_from("ab @.FrauHe019-/\nDÄ"), max_size=80))
def test_taking_persons_out_of_a_text_twice_is_taking_them_out_once(text: str) -> None:
    once = person_texts.without_persons(text, "de")
    assert person_texts.without_persons(once, "de") == once


@pytest.mark.parametrize(
    ("said", "office"),
    [
        ("Frau Erika Beispielfrau, Tel. 06655 970-123", ()),
        ("Bauamt, Frau Erika Beispielfrau, Tel. 06655 970-123", ("Bauamt",)),
        ("Erika Beispielfrau, Bauamt, Zimmer 12", ("Bauamt",)),
    ],
)
def test_labels_and_numbers_that_a_name_leaves_behind_are_no_office(said: str, office: tuple[str, ...]) -> None:
    text = Literal(said, "de")
    assert tuple(each.text for each in office_names((text,), [text], [])) == office


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ansprechpartnerin: Anna Darmstadt, Bauamt", "[Name entfernt], Bauamt"),
        (
            "Auskunft gibt Frau Anna Darmstadt in der Stadt Darmstadt.",
            "Auskunft gibt [Name entfernt] in der Stadt Darmstadt.",
        ),
        ("Frau Darmstadt, Tel. 06655 970-123", "[Name entfernt], Tel. [Nummer entfernt]"),
        ("Die Stadt Darmstadt und Herr Fulda", "Die Stadt Darmstadt und [Name entfernt]"),
        ("Leitung: A. Darmstadt", "[Name entfernt]"),
        ("anna.darmstadt@example.org", "[Adresse entfernt]"),
        ("Kontakt: Stadt Darmstadt", "Kontakt: Stadt Darmstadt"),
        ("Kontakt: Regierungspräsidium Darmstadt", "Kontakt: Regierungspräsidium Darmstadt"),
        ("Ansprechpartner: Bauamt Darmstadt", "Ansprechpartner: Bauamt Darmstadt"),
        ("stadt.darmstadt@example.org", "stadt.darmstadt@example.org"),
    ],
)
def test_a_surname_that_is_a_towns_name_is_told_by_what_stands_before_it(text: str, left: str) -> None:
    assert person_texts.without_persons(text, "de") == left
