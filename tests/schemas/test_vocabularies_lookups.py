"""The look-ups read what towns really write, and answer nothing where they would have to guess."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import vocabularies as v
from schemas.vocabularies.codes import rows
from schemas.vocabularies.spelling import LONGEST, fold

EU = "http://publications.europa.eu/resource/authority/"

ONE: dict[str, Callable[[str], v.Code | None]] = {
    "file-type": v.find_file_type,
    "media-type": v.find_media_type,
    "license": v.find_license,
    "frequency": v.find_frequency,
    "language": v.find_language,
    "access-right": v.find_access_right,
    "planned-availability": v.find_availability,
    "distribution-status": v.find_status,
    "publisher-type": v.find_publisher_type,
    "checksum-algorithm": v.find_checksum_algorithm,
    "geocoding-level": v.find_geocoding_level,
}


def code(found: v.Code | None) -> str | None:
    return None if found is None else found.code


@pytest.mark.parametrize("name", ONE)
def test_no_spelling_is_listed_for_two_codes(name: str) -> None:
    claims: dict[str, set[str]] = {}
    for row in rows(name):
        for word in (row.get("also") or "").split("|"):
            if word and "://" not in word:
                claims.setdefault(fold(word), set()).add(row["code"])
    assert {word: codes for word, codes in claims.items() if len(codes) > 1} == {}


FORMATS = {
    "CSV": "csv|csv-Datei|CSV-Format|.csv|text/csv|text/csv; charset=utf-8|application/csv|CSV (Semikolon)",
    "XLSX": "Excel|Excel-Datei|.xlsx|xlsx|MS Excel|Microsoft Excel|XSLX",
    "XLS": "xls|application/vnd.ms-excel|.XLS",
    "TIFF": "TIF/TIFF|tif|image/tiff",
    "JPEG": "JPG/JPEG|jpg|image/jpeg",
    "PNG": "PNG 24|png",
    "WMS_SRVC": f"WMS|WMS-Dienst|OGC WMS|WMS 1.3.0|OGC:WMS|Web Map Service|{EU}file-type/WMS",
    "WFS_SRVC": "WFS|WFS-Dienst|WFS 2.0.0|OGC Web Feature Service",
    "GEOJSON": "GeoJSON|GeoJSON (EPSG:25832)|geojson|application/vnd.geo+json|application/geo+json",
    "SHP": "shp|SHP|esri shape|Shapefile|ESRI Shapefile (SHP)|Shape-Datei|Shape (gezippt)",
    "HTML": "HTML|Webseite|Web Page|page web|HTML 4.01|text/html",
    "REST": "REST|ArcGIS GeoServices REST API|Esri REST",
    "PDF": "pdf|PDF-Dokument|PDF/A|application/pdf",
    "PDFA1B": "PDF/A-1b",
    "JSON": "json|application/json|JSON-Datei",
    "ICS": "ics|iCal|text/calendar",
    "KML": "kml|application/vnd.google-earth.kml+xml",
    "PARQUET": "parquet|GeoParquet",
    "GPKG": "GeoPackage|gpkg|.gpkg",
    "RDF_N_TRIPLES": "n-triples|N-Triples|.nt",
    "RDF_XML": "RDF/XML|application/rdf+xml|.rdf",
    "TAB": "MapInfo TAB",
    "ZIP": f"zip|application/x-zip-compressed|{EU}file-type/ZIP|https://publications.europa.eu/resource/authority/file-type/ZIP/",
    "GDB": "Esri File Geodatabase|FGDB",
}
LICENSES = {
    "dl-by-de/2.0": "dl-de/by-2-0|dl-de-by-2.0|dl-by-de/2.0|DL-DE-BY-2.0|DL-DE->BY-2.0|dl-by-de/2_0|DL-DE BY 2.0"
    "|Datenlizenz Deutschland – Namensnennung – Version 2.0|Datenlizenz Deutschland Namensnennung 2.0"
    "|Data licence Germany – attribution – version 2.0|https://www.govdata.de/dl-de/by-2-0|www.govdata.de/dl-de/by-2-0/"
    f"|http://dcat-ap.de/def/licenses/dl-by-de/2_0|{EU}licence/DLDE_BY_2_0|https://spdx.org/licenses/DL-DE-BY-2.0",
    "dl-by-de/1.0": "dl-de-by-1.0|https://www.govdata.de/dl-de/by-1-0",
    "dl-by-nc-de/1.0": "dl-de-by-nc-1.0|https://www.govdata.de/dl-de/by-nc-1-0",
    "dl-zero-de/2.0": "dl-de/zero-2-0|dl-zero-de/2.0|Datenlizenz Deutschland – Zero – Version 2.0|dl-de-zero-2.0",
    "cc-by": "cc-by|CC BY|http://www.opendefinition.org/licenses/cc-by|Creative Commons Namensnennung",
    "cc-by/4.0": "CC BY 4.0|CC-BY-4.0|cc-by-4.0|creative commons namensnennung 4.0|Lizenz: CC BY 4.0"
    "|Creative Commons Namensnennung – 4.0 International (CC BY 4.0)|Creative Commons Attribution (CC-BY 4.0)"
    "|https://creativecommons.org/licenses/by/4.0/|http://creativecommons.org/licenses/by/4.0/deed.de"
    "|https://creativecommons.org/licenses/by/4.0/legalcode.de|creativecommons.org/licenses/by/4.0"
    f"|{EU}licence/CC_BY_4_0|CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)|http://dcat-ap.de/def/licenses/cc-by/4_0",
    "cc-by-de/3.0": "CC BY 3.0 DE|https://creativecommons.org/licenses/by/3.0/de/deed.de",
    "cc-by-sa/4.0": "CC BY-SA 4.0|Creative Commons Namensnennung - Weitergabe unter gleichen Bedingungen 4.0 International",
    "cc-by-nc/4.0": "CC BY-NC 4.0|Creative Commons Namensnennung – Nicht kommerziell 4.0|https://creativecommons.org/licenses/by-nc/4.0/",
    "cc-by-nd/3.0": "CC BY-ND 3.0|http://creativecommons.org/licenses/by-nd/3.0/",
    "cc-zero": "CC0|cc-zero|CC0 1.0|cc0-1.0|Creative Commons Zero|https://creativecommons.org/publicdomain/zero/1.0/"
    "|https://www.dcat-ap.de/def/licenses/cc-zero|https://creativecommons.org/publicdomain/zero/1.0/deed.de",
    "odbl": "ODbL|odc-odbl|Open Database License (ODbL) 1.0|https://opendatacommons.org/licenses/odbl/1-0/",
    "geonutz/20130319": "GeoNutzV|geonutzv-de-2013-03-19",
    "officialWork": "official-work|Amtliches Werk|Amtliches Werk, lizenzfrei nach §5 Abs. 1 UrhG",
    "other-closed": "other-closed|Andere geschlossene Lizenz",
}
FREQUENCIES = {
    "ANNUAL": f"jährlich|Jaehrlich|annual|annually|R/P1Y|P1Y|einmal jährlich|{EU}frequency/ANNUAL",
    "ANNUAL_2": "halbjährlich|semiannual|biannually|R/P6M",
    "QUARTERLY": "vierteljährlich|VIERTELJÄHRLICH|quartalsweise|quarterly|R/P3M",
    "MONTHLY": "monatlich|monthly|P1M|R/P1M",
    "BIWEEKLY": "14-tägig|fortnightly|R/P2W",
    "WEEKLY": "wöchentlich|weekly|P1W",
    "DAILY": "täglich|taeglich|daily|http://purl.org/cld/freq/daily",
    "UPDATE_CONT": "laufend|continual|Echtzeit|R/PT1S",
    "IRREG": "bei Bedarf|asNeeded|unregelmäßig|irregular",
    "NEVER": "einmalig|notPlanned|http://inspire.ec.europa.eu/metadata-codelist/MaintenanceFrequencyCode/notPlanned",
    "AS_NEEDED": f"AS_NEEDED|{EU}frequency/AS_NEEDED",
    "1MIN": "PT1M|minütlich",
    "UNKNOWN": "unbekannt|unknown",
}
LANGUAGES = {
    "DEU": f"de|deu|ger|de-DE|de_AT|DE|deutsch|German|{EU}language/DEU|{EU}language/GER|http://id.loc.gov/vocabulary/iso639-1/de"
    "|http://lexvo.org/id/iso639-3/deu",
    "ENG": "en|eng|en-GB|English|Englisch",
    "FRA": f"fr|fre|fra|Französisch|{EU}language/FRE",
    "NLD": "dut|nl|Niederländisch",
}
ACCESS = {
    "PUBLIC": "public|öffentlich|Es gelten keine Zugriffsbeschränkungen"
    "|http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations",
    "RESTRICTED": "restricted public|eingeschränkt",
    "NON_PUBLIC": "nicht öffentlich|non-public",
}
STATUS = {"COMPLETED": "http://purl.org/adms/status/Completed|completed", "DEVELOP": "underDevelopment|im Aufbau"}
AVAILABILITY = {"STABLE": "stabil|https://www.dcat-ap.de/def/plannedAvailability/stable"}
CHECKSUMS = {"sha256": "SHA-256|sha256|https://www.dcat-ap.de/def/hashAlgorithms/sha/256", "md5": "MD5|md5"}
PUBLISHERS = {"LocalAuthority": "LocalAuthority|Gemeinde|http://purl.org/adms/publishertype/LocalAuthority"}

SPELLINGS = [
    (find, text, expected)
    for find, table in (
        (v.find_file_type, FORMATS),
        (v.find_license, LICENSES),
        (v.find_frequency, FREQUENCIES),
        (v.find_language, LANGUAGES),
        (v.find_access_right, ACCESS),
        (v.find_status, STATUS),
        (v.find_availability, AVAILABILITY),
        (v.find_checksum_algorithm, CHECKSUMS),
        (v.find_publisher_type, PUBLISHERS),
    )
    for expected, texts in table.items()
    for text in texts.split("|")
]


@pytest.mark.parametrize(("find", "text", "expected"), SPELLINGS)
def test_spellings_of_the_wild(find: Callable[[str], v.Code | None], text: str, expected: str) -> None:
    assert code(find(text)) == expected
    assert code(find(f"  {text}\n")) == expected


UNCLEAR_FORMATS = (
    "API|CSV, XLSX|XML/GML|GTFS-RT|N/A|--|keine Angabe|null, Datenbank|Kartenviewer|ISO 19139|Datei|1"
    "|WWW:LINK-1.0-http--link|application/octet-stream|GEOSERVICE|OGC API Features|INTERLIS"
)


@pytest.mark.parametrize(
    ("find", "texts"),
    [
        (
            v.find_file_type,
            UNCLEAR_FORMATS,
        ),
        (v.find_media_type, "WMS|SHP|csv/xlsx|application/nonsense"),
        (v.find_frequency, "punctual|oft|P1|P|1|zwei Wochen"),
        (v.find_language, "xx|d|de,en|Deutsch und Englisch|zz-ZZ"),
        (v.find_access_right, "NonCommercialAllowed-CommercialAllowed-ReferenceRequired|nur für Berechtigte"),
        (v.find_status, "onGoing|http://purl.org/adms/status/"),
        (v.find_checksum_algorithm, "sha|http://dcat-ap.de/def/hashAlgorithms/md/1"),
    ],
)
def test_none_rather_than_a_guess(find: Callable[[str], v.Code | None], texts: str) -> None:
    assert {text: code(find(text)) for text in ["", " ", *texts.split("|")] if find(text) is not None} == {}


@pytest.mark.parametrize(
    "text",
    [
        "notspecified",
        "Es gelten keine Zugriffsbeschränkungen",
        "© Gemeinde Neuhof",
        "© Gemeinde Neuhof, CC BY 4.0 für Teile",
        "Datenlizenz Deutschland Namensnennung",
        "CC BY-NC-SA 4.0",
        "CC BY 3.0",
        "http://creativecommons.org/licenses/by/3.0/",
        "CC BY 4.0 oder dl-de/by-2-0",
        "nicht unter CC BY 4.0",
        "Die Karten sind von CC BY 4.0 ausgenommen.",
        "Fotos: CC BY 4.0",
        "CC BY 4.0 and ODbL",
        "Datenlizenz Deutschland Namensnennung, CC BY 4.0",
        "CC BY 4.0 (https://creativecommons.org/licenses/by/3.0/)",
        "http://dcat-ap.de/def/licenses/cc-nc",
        "Licence ouverte / Open Licence",
        "MIT",
        "cc",
        '{"id": "unbekannt", "name": "CC BY 4.0"}',
    ],
)
def test_F76_a_licence_is_never_guessed(text: str) -> None:
    assert v.find_license(text) is None


def test_licence_in_a_sentence_and_in_the_json_of_gdi_de() -> None:
    sentence = (
        "Nutzungsbedingungen: Für die Nutzung der Daten ist die Datenlizenz Deutschland - Namensnennung - Version 2.0 "
        "anzuwenden. Die Lizenz ist über https://www.govdata.de/dl-de/by-2-0 abrufbar. Der Quellenvermerk lautet: Amt."
    )
    assert code(v.find_license(sentence)) == "dl-by-de/2.0"
    gdi = '{ "id": "dl-de-zero-2.0" , "name": "Datenlizenz", "url": "https://www.govdata.de/dl-de/zero-2-0" }'
    assert code(v.find_license(gdi)) == "dl-zero-de/2.0"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Umwelt & Klima", "ENVI"),
        ("umwelt_klima", "ENVI"),
        ("Verkehr", "TRAN"),
        ("transport_verkehr", "TRAN"),
        ("bevoelkerung und gesellschaft", "SOCI"),
        ("politik_wahlen", "GOVE"),
        ("bildung_wissenschaft", "EDUC TECH"),
        ("Bildung und Wissenschaft", "EDUC TECH"),
        ("environment", "ENVI"),
        ("transportation", "TRAN"),
        ("ENVI", "ENVI"),
        (f"{EU}data-theme/TRAN", "TRAN"),
        ("https://publications.europa.eu/resource/authority/data-theme/TRAN/", "TRAN"),
        ("http://inspire.ec.europa.eu/metadata-codelist/TopicCategory/farming", "AGRI"),
        ("http://inspire.ec.europa.eu/theme/tn", "TRAN"),
        ("https://opendata.example.org/id/theme/Wirtschaft%20und%20Arbeit", "ECON"),
        ("geo", ""),
        ("infrastruktur_bauen_wohnen", ""),
        ("Theme 1", ""),
        ("https://example.org/Verkehr", ""),
        ("", ""),
    ],
)
def test_themes(text: str, codes: str) -> None:
    assert " ".join(c.code for c in v.find_theme(text)) == codes


@pytest.mark.parametrize("name", ONE)
def test_a_look_up_finds_its_own_codes(name: str) -> None:
    assert [c for c in v.LISTS[name] if ONE[name](c.iri) != c or ONE[name](c.code) != c] == []


def test_every_theme_is_found_by_iri_code_and_label() -> None:
    for c in v.LISTS["data-theme"]:
        assert v.find_theme(c.iri) == v.find_theme(c.code) == v.find_theme(c.de) == v.find_theme(c.en) == (c,)


VOCABULARY = """cc by nc nd sa 4.0 3.0 de dl zero datenlizenz deutschland namensnennung version http:// / ( ) , ; - _ &
creativecommons.org/licenses/by/ csv und text/ .xlsx excel datei {"id": theme/ P1 R/ täglich ß é"""
WORDS = st.sampled_from(VOCABULARY.split())
TEXTS = st.text() | st.lists(WORDS | st.text(max_size=3)).map(" ".join) | st.lists(WORDS).map("".join)


@given(TEXTS)
def test_look_ups_never_raise_and_agree_with_themselves(text: str) -> None:
    for find in ONE.values():
        found = find(text)
        assert found is None or find(found.iri) == found
    for theme in v.find_theme(text):
        assert v.find_theme(theme.iri) == (theme,)
    v.open_license(text)
    v.needs_attribution(text)
    assert v.modern(v.modern(text)) == v.modern(text)


@pytest.mark.parametrize("part", ["(", "/", "cc by nc ", '{"id":', "https://", "a.", "by-nc-", "_", "%c3"])
def test_F49_hostile_texts_are_answered(part: str) -> None:
    for length in (LONGEST, 50_000):
        text = (part * length)[:length]
        for find in ONE.values():
            find(text)
        v.find_theme(text)
