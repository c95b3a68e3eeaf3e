"""A region whose files lie on a misbehaving server and in a folder; its maker ends with the test."""

from __future__ import annotations

from pathlib import Path

from catalog.preview.keeping import Keeping
from schemas.region import Region, load

REGION = """
[region]
title = "Südkreis"
description = "Offene Daten"
base_url = "https://daten.example.org"
language = "de"
publisher = { name = "Südkreis", url = "https://suedkreis.example.org", email = "daten@example.org" }
allowed_hosts = ["127.0.0.1"]

[[municipality]]
id = "neuhof"
name = "Gemeinde Neuhof"
ags = "06631018"
ars = "066310018018"
"""
FOLDER = """
title = "Ordner"
municipality = "neuhof"
url = "files"
protocol = "folder"
"""
BROKER = """
title = "Kontextbroker"
municipality = "neuhof"
url = "{url}/orion"
protocol = "ngsi"

[ngsi]
tenants = [{{ service = "neuhof", path = "/pegel" }}, {{ service = "neuhof" }}, {{ service = "flieden" }}]
"""
PERMITTED = 'personal_data = "allowed"\npermission = "die Vereine haben zugestimmt"\n'

MUNICIPAL = (
    "Pegel der Fliede\nGemeinde Flieden; Stand 2024\n\n"
    "Datum;Ort;Pegel (cm);Bemerkung\n"
    + "".join(
        f"{day:02d}.02.2024;Brücke {'Süd' if day % 2 else 'Nord'};{day * 3 + 0.5:.1f};\n".replace(".5;", ",5;")
        for day in range(1, 29)
    )
    + "Summe;;1218,0;\n"
).encode("cp1252")


def make_region(folder: Path, server: str = "") -> Region:
    """A region with a source that is a folder.

    ``server`` is the address of two more, ``neuhof-portal`` and ``vereine``, of which the second may show persons.
    """
    (folder / "sources").mkdir(parents=True)
    (folder / "files").mkdir()
    (folder / "region.toml").write_text(REGION, encoding="utf-8")
    (folder / "sources" / "ordner.toml").write_text(FOLDER, encoding="utf-8")
    if server:
        there = FOLDER.replace("folder", "dcat").replace('"files"', f'"{server}"')
        portal, clubs = there.replace("Ordner", "Portal"), there.replace("Ordner", "Vereine") + PERMITTED
        (folder / "sources" / "neuhof-portal.toml").write_text(portal, encoding="utf-8")
        (folder / "sources" / "vereine.toml").write_text(clubs, encoding="utf-8")
    return load(folder)


def end_maker(region: Region) -> None:
    """Let the maker of a region end: it does when its lock file is gone."""
    for file in Keeping(region).wishes.glob("*"):
        file.unlink(missing_ok=True)
