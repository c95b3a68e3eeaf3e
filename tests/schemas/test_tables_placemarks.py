"""The attributes of KML placemarks: a file's own, without those that programs add and that say nothing."""

from __future__ import annotations

import pytest

from schemas.tables.placemarks import read_kml


def kml(*placemarks: str) -> bytes:
    inner = "".join(
        f"<Placemark>{each}<Point><coordinates>9.6,50.4</coordinates></Point></Placemark>" for each in placemarks
    )
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inner}</Document></kml>'.encode()


def data(**values: str) -> str:
    said = "".join(f'<SimpleData name="{name}">{value}</SimpleData>' for name, value in values.items())
    return f"<ExtendedData><SchemaData>{said}</SchemaData></ExtendedData>"


@pytest.mark.parametrize(
    ("placemarks", "names"),
    [
        # The name stands twice, spelt in two ways, or as the attribute that it was made of.
        (
            ["<name>Weg 1</name>" + data(Name="Weg 1", Belag="Kies"), "<name>W2</name>" + data(Name="W2")],
            ["Name", "Belag"],
        ),
        (
            ["<name>7</name>" + data(Bezirk="7", Name="Nord"), "<name>8</name>" + data(Bezirk="8", Name="Süd")],
            ["Bezirk", "Name"],
        ),
        # What a program adds is empty, or as it was set from the start.
        (
            [
                "<name>Weg 1</name>"
                + data(Name="", Description="", tessellate="-1", extrude="0", visibility="1", Belag="Kies")
            ],
            ["name", "Belag"],
        ),
        # What says something stays.
        (["<name>Weg 1</name>" + data(Name="Kiesweg", tessellate="1")], ["name", "Name", "tessellate"]),
        (["<name>Weg</name>" + data(Name="Weg"), "<name>Pfad</name>"], ["name", "Name"]),
        (["<name>Weg</name><description>schön</description>", "<name>Pfad</name>"], ["name", "description"]),
        # A value of the file's own may be empty.
        (["<name>Weg</name>" + data(Belag="")], ["name", "Belag"]),
    ],
)
def test_attributes_that_say_nothing_are_left_out(placemarks: list[str], names: list[str]) -> None:
    found = read_kml(kml(*placemarks))
    assert list(found.names) == names
    assert len(found.rows) == len(found.geometries) == len(placemarks)


def test_a_name_that_only_some_have_goes_where_the_other_column_has_all() -> None:
    found = read_kml(kml(data(Name="Weg 1"), "<name>Weg 2</name>" + data(Name="Weg 2")))
    assert found.rows == (("Weg 1",), ("Weg 2",))


def test_folders_of_a_map_are_a_column_where_there_are_several() -> None:
    def placemarks(*names: str) -> str:
        return "".join(
            f"<Placemark><name>{n}</name><Point><coordinates>9.6,50.4</coordinates></Point></Placemark>" for n in names
        )

    inner = f"<Folder><name>Alt</name>{placemarks('C')}</Folder>"
    text = (
        f"<kml><Document><name>Plätze</name>{placemarks('0')}<Folder><name>Nord</name><open>1</open>{placemarks('A', 'B')}{inner}"
        f"{placemarks('D')}</Folder><Folder>{placemarks('E')}<name>Süd</name></Folder></Document></kml>"
    )
    found = read_kml(text.encode())
    assert (found.title, found.names) == ("Plätze", ("name", "Ordner"))
    assert found.rows == (("0", ""), ("A", "Nord"), ("B", "Nord"), ("C", "Nord / Alt"), ("D", "Nord"), ("E", ""))
    for one in (
        text.replace("Süd", "Nord").replace("Alt", ""),
        f"<kml><Folder><name>N</name>{placemarks('A', 'B')}</Folder></kml>",
    ):
        assert read_kml(one.encode()).names == ("name",)
