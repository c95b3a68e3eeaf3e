"""Lists the demo's files that are made from a text when they are asked for, instead of being kept in the folder."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from harvesters.regions import demo_formats as formats
from harvesters.regions import demo_maps as maps
from harvesters.regions import demo_series as series

_NOTE = "Beispieldaten, keine amtlichen Angaben"

_SERIES: dict[str, Callable[[], bytes]] = {
    "abfuhr-neuhof": partial(series.waste, "neuhof"),
    "abfuhr-flieden": partial(series.waste, "flieden"),
    "abfuhr-eichenzell": partial(series.waste, "eichenzell"),
    "pegel-neuhof": partial(series.water_level, "Neuhof", 42),
    "pegel-flieden": partial(series.water_level, "Flieden", 31),
    "pegel-kalbach": partial(series.water_level, "Mittelkalbach", 24),
    "regen-flieden": partial(series.rain, ("Flieden Kläranlage", "Magdlos", "Rückers", "Stork")),
    "regen-eichenzell": partial(series.rain, ("Eichenzell Bauhof", "Döllbach", "Lütter", "Rothemann")),
    "parken-neuhof": partial(series.parking, {"Bahnhof Nord": 84, "Bahnhof Süd": 52, "Schlossplatz": 36}),
    "parken-eichenzell": partial(series.parking, {"Schlösschen": 48, "Kulturscheune": 64, "Bahnhof": 30}),
    "strassenlicht-neuhof": partial(series.street_light, "neuhof"),
    "waerme-flieden": partial(
        series.heating, {"Rathaus": 118000, "Grundschule": 342000, "Feuerwehrhaus": 61000, "Bürgerhaus": 147000}
    ),
    "waerme-kalbach": partial(
        series.heating, {"Rathaus": 96000, "Kalbachhalle": 171000, "Kindergarten Heubach": 54000, "Bauhof": 38000}
    ),
    "baeume-neuhof": partial(series.trees, "neuhof", 240),
    "baeume-kalbach": partial(series.trees, "kalbach", 120),
}


class Made(NamedTuple):
    """How a file comes into being: what writes it, and the text that it is written from.

    `source` is the name of a series, or the path of a file below `servers/`.
    """

    write: Callable[[bytes], bytes]
    source: str


def _plain(text: bytes) -> bytes:
    return text


def _xlsx(source: str, title: str) -> Made:
    return Made(partial(formats.xlsx, title=f"{title} ({_NOTE})"), source)


def _ods(source: str, title: str) -> Made:
    return Made(partial(formats.ods, title=f"{title} ({_NOTE})"), source)


def _pdf(source: str, title: str) -> Made:
    return Made(partial(formats.pdf, title=f"{title} (Beispieldaten)"), source)


def _ics(source: str, title: str) -> Made:
    return Made(partial(formats.ics, title=f"{title} ({_NOTE})"), source)


def _kml(source: str, title: str) -> Made:
    return Made(partial(maps.kml, title=f"{title} ({_NOTE})"), source)


def _shapefile(source: str, name: str) -> Made:
    return Made(partial(maps.shapefile, name=name), source)


FILES: dict[str, Made] = {
    # Neuhof
    "ckan-neuhof/files/abfuhrtermine-2027.csv": Made(_plain, "abfuhr-neuhof"),
    "ckan-neuhof/files/abfuhrtermine-2027.ics": _ics("abfuhr-neuhof", "Abfuhrtermine 2027 Gemeinde Neuhof"),
    "ckan-neuhof/files/pegel-fliede-neuhof.csv": Made(_plain, "pegel-neuhof"),
    "ckan-neuhof/files/parkbelegung.csv": Made(_plain, "parken-neuhof"),
    "ckan-neuhof/files/parkbelegung.json": Made(formats.objects, "parken-neuhof"),
    "ckan-neuhof/files/baumkataster.csv": Made(formats.cp1252, "baeume-neuhof"),
    "ckan-neuhof/files/strassenbeleuchtung.csv": Made(_plain, "strassenlicht-neuhof"),
    "ckan-neuhof/files/kita-plaetze.xlsx": _xlsx("ckan-neuhof/files/kita-plaetze.csv", "Kindergartenplätze Neuhof"),
    "ckan-neuhof/files/haushalt-2026.xlsx": _xlsx("texts/haushalt-neuhof-2026.csv", "Haushaltsplan Neuhof 2026"),
    "ckan-neuhof/files/haushalt-2026.pdf": _pdf("texts/haushalt-neuhof-2026.txt", "Haushaltsplan Neuhof 2026"),
    "ckan-neuhof/files/veranstaltungen.json": Made(formats.objects, "ckan-neuhof/files/veranstaltungen.csv"),
    "ckan-neuhof/files/veranstaltungen.ics": _ics("ckan-neuhof/files/veranstaltungen.csv", "Veranstaltungen in Neuhof"),
    "ckan-neuhof/files/bauplaetze.zip": _shapefile("ckan-neuhof/files/bauplaetze.geojson", "bauplaetze"),
    "ckan-neuhof/files/wahlbezirke.kml": _kml("ckan-neuhof/files/wahlbezirke.geojson", "Wahlbezirke Neuhof"),
    # Flieden
    "dcat-flieden/files/abfuhrtermine-2027.csv": Made(formats.international, "abfuhr-flieden"),
    "dcat-flieden/files/abfuhrtermine-2027.ics": _ics("abfuhr-flieden", "Abfuhrtermine 2027 Gemeinde Flieden"),
    "dcat-flieden/files/pegel.csv": Made(formats.international, "pegel-flieden"),
    "dcat-flieden/files/regen.csv": Made(formats.international, "regen-flieden"),
    "dcat-flieden/files/waerme-2025.csv": Made(_plain, "waerme-flieden"),
    "dcat-flieden/files/sitzungstermine.ics": _ics(
        "dcat-flieden/files/sitzungstermine.csv", "Sitzungstermine der Gemeindevertretung Flieden"
    ),
    "dcat-flieden/files/haushalt-2026.xlsx": _xlsx("dcat-flieden/files/haushalt-2026.csv", "Haushalt Flieden 2026"),
    "dcat-flieden/files/wahlbezirke.zip": _shapefile("dcat-flieden/files/wahlbezirke.geojson", "wahlbezirke"),
    # Eichenzell, hub
    "hub-eichenzell/files/parken.csv": Made(formats.international, "parken-eichenzell"),
    "hub-eichenzell/files/regen.csv": Made(formats.international, "regen-eichenzell"),
    "hub-eichenzell/files/leuchtstellen.zip": _shapefile("hub-eichenzell/files/leuchtstellen.geojson", "leuchtstellen"),
    "hub-eichenzell/files/radwege.kml": _kml("hub-eichenzell/files/radwege.geojson", "Radwege in Eichenzell"),
    "hub-eichenzell/files/mobilitaetsstationen.kml": _kml(
        "hub-eichenzell/files/mobilitaetsstationen.geojson", "Mobilitätsstationen in Eichenzell"
    ),
    # Eichenzell, the town's site
    "web-eichenzell/fileadmin/abfall/abfuhrtermine-2027.csv": Made(formats.cp1252, "abfuhr-eichenzell"),
    "web-eichenzell/fileadmin/abfall/abfuhrtermine-2027.ics": _ics(
        "abfuhr-eichenzell", "Abfuhrtermine 2027 Gemeinde Eichenzell"
    ),
    "web-eichenzell/fileadmin/kultur/veranstaltungen.xlsx": _xlsx(
        "texts/veranstaltungen-eichenzell.csv", "Veranstaltungen in Eichenzell"
    ),
    "web-eichenzell/fileadmin/zahlen/einwohner.xlsx": _xlsx(
        "web-eichenzell/fileadmin/zahlen/einwohner.csv", "Einwohner nach Ortsteilen"
    ),
    "web-eichenzell/fileadmin/finanzen/haushalt-2026.pdf": _pdf(
        "texts/haushalt-eichenzell-2026.txt", "Haushaltsplan Eichenzell 2026"
    ),
    "web-eichenzell/fileadmin/finanzen/haushalt-2026.xlsx": _xlsx(
        "texts/haushalt-eichenzell-2026.csv", "Haushaltsplan Eichenzell 2026"
    ),
    # Kalbach
    "ordner-kalbach/beispieldaten_baumbestand.csv": Made(formats.cp1252, "baeume-kalbach"),
    "ordner-kalbach/beispieldaten_pegel_mittelkalbach.csv": Made(formats.cp1252, "pegel-kalbach"),
    "ordner-kalbach/beispieldaten_waermeverbrauch_2025.xlsx": _xlsx("waerme-kalbach", "Wärmeverbrauch Kalbach 2025"),
    "ordner-kalbach/einwohner_ortsteile.ods": _ods("texts/einwohner-kalbach.csv", "Einwohner nach Ortsteilen, Kalbach"),
    "ordner-kalbach/feuerwehr_einsaetze_2025.xlsx": _xlsx(
        "texts/feuerwehr-kalbach-2025.csv", "Feuerwehreinsätze Kalbach 2025"
    ),
    "ordner-kalbach/haushaltsplan_2026.pdf": _pdf("texts/haushalt-kalbach-2026.txt", "Haushaltsplan Kalbach 2026"),
    "ordner-kalbach/wahlbezirke.zip": _shapefile("texts/wahlbezirke-kalbach.geojson", "wahlbezirke"),
    "ordner-kalbach/wanderwege.kml": _kml("texts/wanderwege-kalbach.geojson", "Wanderwege in Kalbach"),
}


def made(servers: Path, path: str) -> bytes | None:
    """Take the demo's `servers/` and a path below it; give the file made for it, None if none is made there."""
    if path not in FILES:
        return None
    recipe = FILES[path]
    invent = _SERIES.get(recipe.source)
    return recipe.write(invent() if invent else (servers / recipe.source).read_bytes())
