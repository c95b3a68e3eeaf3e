"""A region with a dataset of files in a folder, whose pages can be asked: previews are made as in earnest."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import openpyxl

from catalog.web import previewed
from schemas.kinds import Literal
from tests.catalog.builder import Stored, dataset
from tests.catalog.preview.region_of_files import MUNICIPAL, end_maker, make_region
from tests.catalog.web.asking import Place
from tests.catalog.web.pages_reading import file
from tests.catalog.web.payloads import PAYLOADS

PEOPLE = "Verein;Ansprechpartner;Mitglieder\n" + "".join(
    f"Verein {n};erika.muster{n}@example.org;{20 + n}\n" for n in range(12)
)
INHABITANTS = "Jahr;Ort;Einwohner;page\n" + "".join(
    f"{year};{place};{number + (year - 2010) * 20};{year % 3}\n"
    for year in range(2010, 2025)
    for place, number in (("Neuhof", 10_800), ("Flieden", 8_500), ("Kalbach", 6_300), ("Eichenzell", 11_200))
)
POISON = (
    'Name;"<img src=x onerror=alert(1)>";Formel\n'
    + "".join('"{0}";"{0}";"=1+{1}"\n'.format(payload.replace('"', '""'), n) for n, payload in enumerate(PAYLOADS))
    + "Ende;zahl;-5\n"
)


def workbook() -> bytes:
    """A workbook of two sheets: the longer one is shown first, the other has pages of rows too."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Merkmale"
    book.active.append(["Nummer", "Bedeutung"])
    for number in range(500):
        book.active.append([number, f"Merkmal {number}"])
    sheet = book.create_sheet("Haus & Hof")
    sheet.append(["Jahr", "Ort", "Haushalte"])
    for year in range(1960, 2024):
        for place in ("Neuhof", "Flieden"):
            sheet.append([year, place, year * 2])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FILES: Mapping[str, bytes] = {
    "pegel.csv": MUNICIPAL,
    "einwohner.csv": INHABITANTS.encode(),
    "vereine.csv": PEOPLE.encode(),
    "gift.csv": POISON.encode(),
    "satzung.txt": b"Satzung\nzur Nutzung der Allmende\n" * 20,
    "leer.csv": b"",
    "kopf.csv": b"Jahr;Ort;Einwohner\n",
    "viele.csv": b"Platz;Wert\n" + b"".join(b"%d;%d\n" % (n, n % 97) for n in range(3_000)),
    "lang.csv": b"Platz;Wort\n" + b"".join(b"%d;%s\n" % (n, b"Wort" * 10) for n in range(9_000)),
    "mappe.xlsx": workbook(),
    "breit.csv": (";".join(f"Spalte {n}" for n in range(80)) + "\n" + (";".join("1" * 80) + "\n") * 5).encode(),
}


class Site(NamedTuple):
    """The place, and the slug of its dataset."""

    place: Place
    slug: str

    def path(self, name: str, suffix: str = "") -> str:
        """The path of a file's page."""
        return f"/dataset/{self.slug}/file/{[*FILES, 'fehlt.csv'].index(name) + 1}{suffix}"


@contextmanager
def site_in(folder: Path) -> Iterator[Site]:
    """The site; answers wait as long as a busy machine needs."""
    region = make_region(folder)
    for name, content in FILES.items():
        (folder / "files" / name).write_bytes(content)
    place = Place(region)
    patience, previewed.PATIENCE = previewed.PATIENCE, 300.0
    try:
        files = tuple(
            file(
                number,
                title=(Literal(f"Datei {name}", "de"),),
                access_url=(f"{region.base_url}/files/ordner/{quote(name)}",),
                download_url=(f"{region.base_url}/files/ordner/{quote(name)}",),
            )
            for number, name in enumerate([*FILES, "fehlt.csv"], 1)
        )
        place.publish(
            Stored("alle", dataset("Zahlen der Gemeinde", "Alle Zahlen.", distribution=files), source_key="ordner")
        )
        yield Site(place, place.slug("alle", "ordner"))
    finally:
        previewed.PATIENCE = patience
        place.close()
        end_maker(region)


def rows(site: Site, name: str, query: str = "") -> dict[str, Any]:
    """The rows of a file as JSON, as its address is asked with a query."""
    answer = site.place.ask.get(f"{site.path(name, '.json')}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
