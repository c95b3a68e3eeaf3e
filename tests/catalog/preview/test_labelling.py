"""What the things of a map are called: names that tell them apart, whatever the columns are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.preview.contents import read
from catalog.preview.labelling import labels
from catalog.preview.placing import features
from schemas.tables import read_table


def called(text: str) -> list[str]:
    table = read_table(text.encode(), "x.csv")
    name = labels(table)
    return [name(row) for row in table.rows]


TREES = "Baumnummer;Baumart;botanisch;Pflanzjahr;Ortsteil\n" + "".join(
    f"NE-{number:04};{('Rosskastanie', 'Linde')[number % 2]};{('Aesculus', 'Tilia')[number % 2]};{1950 + number % 60};"
    f"{('Giesel', 'Rommerz', 'Dorfborn')[number % 3]}\n"
    for number in range(1, 61)
)


def test_trees_are_called_by_kind_and_number_not_by_village() -> None:
    found = called(TREES)
    assert found[:2] == ["Linde, NE-0001", "Rosskastanie, NE-0002"]
    assert len(set(found)) == 60


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A column with another name in each row, although none is called a name.
        (
            "Nr;Spielplatz;Ortsteil\n01;Am Bach;Kalbach\n02;Dorfplatz;Kalbach\n03;Schule;Heubach\n",
            ["Am Bach", "Dorfplatz"],
        ),
        ("Ortsteil;Name\nKalbach;Am Bach\nKalbach;Dorfplatz\nHeubach;Schule\n", ["Am Bach", "Dorfplatz"]),
        # The place, where it tells things apart and nothing else does.
        ("Ortsteil;Stand\nKalbach;frei\nHeubach;frei\nGiesel;belegt\n", ["Kalbach", "Heubach"]),
        # A bare number says of what it is one, and goes first where no column says what a thing is.
        (
            "Nummer;Ortsteil;Status\n1;Neuhof;frei\n2;Neuhof;frei\n3;Neuhof;verkauft\n",
            ["Nummer 1, frei", "Nummer 2, frei"],
        ),
        ("Nummer;Fläche\n1;100\n2;120\n3;120\n", ["Nummer 1", "Nummer 2"]),
        # Without a number, what and where.
        ("Art;Straße\nGlas;Am Bach\nGlas;Ring\nPapier;Am Bach\nPapier;Ring\n", ["Glas, Am Bach", "Glas, Ring"]),
        # A street with its house number, and not the number alone.
        ("Straße;Hausnummer;Ort\nRing;1;Neuhof\nRing;2;Neuhof\nAm Bach;1;Neuhof\n", ["Ring 1", "Ring 2"]),
        ("Art;Straße;Hausnr.\nGlas;Ring;1\nGlas;Ring;-\nGlas;Am Bach;1\n", ["Ring 1", "Ring"]),
        # What is said of a thing is not its name.
        ("Name;Bemerkung\nBank;eins\nBank;zwei\nTisch;drei\n", ["Bank", "Bank"]),
        ("Fläche;Preis\n1;2\n3;4\n", ["", ""]),
    ],
)
def test_names_tell_apart_what_can_be_told_apart(text: str, expected: list[str]) -> None:
    assert called(text)[:2] == expected


def test_the_features_of_a_map_bear_these_names() -> None:
    rows = [f"NE-{number};Linde;Giesel;50,4{number};9,6{number}" for number in range(1, 9)]
    text = "\n".join(("Baumnummer;Baumart;Ortsteil;Breite;Länge", *rows)) + "\n"
    content = read(text.encode(), "b.csv", True)
    drawn = features(content, content.table)
    assert len(drawn) == 8
    assert [each["properties"]["name"] for each in drawn][:2] == ["NE-1", "NE-2"], "a kind that all are tells nothing"


@given(st.lists(st.lists(st.text(max_size=6), min_size=3, max_size=3), min_size=1, max_size=8))
def test_any_table_has_names(rows: list[list[str]]) -> None:
    table = read_table(b"Name;Nr;Ort\na;1;x\nb;2;y\n", "x.csv")
    name = labels(table)
    assert all(isinstance(name(row), str) for row in rows)
