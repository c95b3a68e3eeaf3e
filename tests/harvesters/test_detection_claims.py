"""One address that answers with one thing: the protocol that reads it comes first, and none claims what it cannot read."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import orjson
import pytest

from harvesters import registry
from harvesters.answer import Answer
from harvesters.detection import _page_title
from harvesters.spider import Detected

SITE = "https://daten.example.org"


def claims(path: str, body: bytes, media_type: str, everywhere: bool = False) -> list[Detected]:
    """What all protocols make of an address, the surest first; ``everywhere`` answers each other address alike.

    As servers of files do, it answers whatever the query says.
    """
    url = f"{SITE}{path}"
    found = []
    for spider in registry.spider_classes().values():
        answers = {
            address: Answer(address, address, 200, {"content-type": media_type}, body, media_type, 0.0)
            for address in spider.probes(url)
            if everywhere or address.partition("?")[0] == url.partition("?")[0]
        }
        result = spider.detect(url, answers)
        if result is not None:
            found.append(result)
    return sorted(found, key=lambda each: -each.certainty)


def protocols(path: str, document: Any, media_type: str = "application/json", everywhere: bool = False) -> list[str]:
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    return [each.protocol for each in claims(path, body, media_type, everywhere)]


# ------------------------------------------------------------------------------------------------------------- NGSI


@pytest.mark.parametrize("document", [[{"id": 1, "name": "A"}, {"id": 2, "name": "B"}], [], ["a", "b"]])
def test_list_that_answers_every_path_is_no_broker(document: Any) -> None:
    assert "ngsi" not in protocols("/api", document, everywhere=True)


@pytest.mark.parametrize(
    "document",
    [
        {"id": "https://ris.example.org/paper/1", "type": "https://schema.oparl.org/1.1/Paper", "name": "Antwort"},
        {"@id": "https://d.example.org/data.json", "@type": "dcat:Catalog", "dataset": []},
    ],
)
def test_documents_of_other_standards_are_no_entities(document: Any) -> None:
    assert "ngsi" not in protocols("/a.json", document)


def test_empty_broker_is_known_by_its_header_only() -> None:
    spider = registry.spider_classes()["ngsi"]
    address = spider.probes(SITE)[0]

    def found(**headers: str) -> Detected | None:
        return spider.detect(SITE, {address: Answer(address, address, 200, headers, b"[]", "application/json", 0.0)})

    assert found() is None
    empty = found(**{"fiware-total-count": "0"})
    assert empty is not None
    assert (empty.count, empty.certainty) == (0, 60)


# ---------------------------------------------------------------------------------------------------------- website

FEED = (
    b'<rss version="2.0"><channel><title>Amt</title><item><description><p>Neu</p></description></item></channel></rss>'
)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (FEED, "text/html"),
        (b'<?xml version="1.0"?><feed><entry><p>x</p></entry></feed>', ""),
        (b'<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0"><a>x</a></wfs:FeatureCollection>', ""),
        (b'{"dataset": [{"description": "<p>x</p>"}]}', "text/html"),
        (b"PK\x03\x04 <p>x</p>", "application/octet-stream"),
        (b"Titel;Text\nA;<br>x</br>\n", "text/csv"),
        (b"Titel;Text\nA;<br>x</br>\n", ""),
    ],
)
def test_what_is_no_page_is_no_website(body: bytes, media_type: str) -> None:
    assert "website" not in protocols("/x", body, media_type)


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><html><body><p>x</p></body></html>",
        b'<?xml version="1.0"?>\n<!-- <rss> --><html xmlns="http://www.w3.org/1999/xhtml"><p>x</p></html>',
        b"Warning: include() failed\n<html><head><title>x</title></head></html>",
        b"<meta charset=utf-8><title>x</title><p>x",
    ],
)
def test_pages_are_websites(body: bytes) -> None:
    assert "website" in protocols("/x", body, "text/html")


# -------------------------------------------------------------------------------------------- catalogues and portals

_ISO = (
    '<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco">'
    "<gmd:fileIdentifier><gco:CharacterString>a</gco:CharacterString></gmd:fileIdentifier>"
    "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title>"
    "<gco:CharacterString>Baumkataster</gco:CharacterString></gmd:title></gmd:CI_Citation></gmd:citation>"
    "</gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>"
)
_CSW = "http://www.opengis.net/cat/csw/2.0.2"


@pytest.mark.parametrize(
    "document",
    [
        _ISO,
        f'<c:GetRecordByIdResponse xmlns:c="{_CSW}">{_ISO}</c:GetRecordByIdResponse>',
        f'<c:GetRecordsResponse xmlns:c="{_CSW}"><c:SearchResults>{_ISO}</c:SearchResults></c:GetRecordsResponse>',
    ],
)
@pytest.mark.parametrize("path", ["/kataster.xml", "/csw?request=GetRecordById&id=a", "/daten"])
def test_kept_answers_of_a_catalogue_are_known(path: str, document: str) -> None:
    first, *others = claims(path, document.encode(), "application/xml")
    assert (first.protocol, first.url, first.count) == ("csw", f"{SITE}{path}", 1)
    assert first.samples == ("Baumkataster",)
    assert [each.protocol for each in others] in ([], ["folder"])


def test_catalogue_answer_without_records_is_not_claimed() -> None:
    document = (
        f'<c:GetRecordsResponse xmlns:c="{_CSW}"><c:SearchResults numberOfRecordsMatched="5"/></c:GetRecordsResponse>'
    )
    assert "csw" not in protocols("/daten", document.encode(), "application/xml")


def test_kept_answer_of_piveau_is_no_ckan() -> None:
    entries = [{"id": "a", "title": {"de": "Bäume", "en": "Trees"}}, {"id": "b", "title": {"en": "Roads"}}]
    document = {"success": True, "result": {"count": 7, "results": entries}}
    first, *others = claims("/suche.json", orjson.dumps(document), "application/json")
    assert (first.protocol, first.url, first.count) == ("piveau", f"{SITE}/suche.json", 7)
    assert first.samples == ("Bäume", "Roads")
    assert "ckan" not in [each.protocol for each in others]


# ------------------------------------------------------------------------------------------------------ single files

_TABLE = "Schule;Straße;Plätze\nAstrid-Lindgren;Am Rain 1;120\nLinden;Hauptstr. 5;80\n".encode()
_GEOJSON = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [9.6, 50.4]}, "properties": {"name": n}}
        for n in ("A", "B")
    ],
}


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("stops.txt", "stop_id,stop_name\n1,Rathaus\n")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("path", "body", "media_type", "options"),
    [
        ("/schulen_2025.csv", _TABLE, "text/csv", {}),
        ("/schulen_2025.csv", _TABLE, "text/html", {}),
        ("/parken.geojson", orjson.dumps(_GEOJSON), "application/geo+json", {}),
        ("/parken.json", orjson.dumps(_GEOJSON), "application/json", {}),
        ("/wfs?request=GetFeature", orjson.dumps(_GEOJSON), "application/json", {"file": "wfs.geojson"}),
        ("/gtfs.zip", archive(), "application/zip", {}),
        ("/download?id=7", archive(), "application/octet-stream", {"file": "download.zip"}),
    ],
)
def test_single_file_of_data_is_offered_as_one_dataset(
    path: str, body: bytes, media_type: str, options: dict[str, str]
) -> None:
    found = {each.protocol: each for each in claims(path, body, media_type)}
    offered = found["folder"]
    assert (offered.url, offered.count, dict(offered.options)) == (f"{SITE}{path}", 1, options)
    assert not [each for each in found.values() if each.protocol in ("restjson", "website") and each.certainty >= 30]


@pytest.mark.parametrize(
    ("path", "body", "media_type"),
    [
        ("/liste", b'[{"id": 1, "name": "A"}]', "application/json"),
        ("/schulen", b"<html><body>Seite</body></html>", "text/html"),
        ("/schulen.csv", b"<html><body>Nicht gefunden</body></html>", "text/html"),
        ("/bild.png", b"\x89PNG\r\n\x1a\n0000", "image/png"),
        ("/gruss", b"Guten Tag", "text/plain"),
        ("/leer.csv", b"", "text/csv"),
    ],
)
def test_what_is_no_file_of_data_is_not_offered_as_one(path: str, body: bytes, media_type: str) -> None:
    assert "folder" not in protocols(path, body, media_type)


# ------------------------------------------------------------------------------------------------------------ titles

_ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Amtsblatt</title><entry><title>Neu</title></entry></feed>'
_TURTLE = b"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://d.example.org/c> a dcat:Catalog ; dct:title "Datenkatalog" ; dcat:dataset <https://d.example.org/a> .
<https://d.example.org/a> a dcat:Dataset ; dct:title "A" ."""
_WMS = b"""<WMS_Capabilities xmlns="http://www.opengis.net/wms" version="1.3.0"><Service><Name>WMS</Name><Title>Karten</Title>
</Service><Capability><Layer><Name>a</Name><Title>Wege</Title></Layer></Capability></WMS_Capabilities>"""
_COUNCIL = {"id": SITE, "type": "https://schema.oparl.org/1.1/System", "name": "Ratsinformation", "body": f"{SITE}/b"}
_CALENDAR = b"BEGIN:VCALENDAR\r\nX-WR-CALNAME:Abfall\r\nEND:VCALENDAR\r\n"
_PAGE = b"<!doctype html><html><head><title>Daten der Gemeinde</title></head><body><p>x</p></body></html>"


@pytest.mark.parametrize(
    ("protocol", "path", "body", "title"),
    [
        ("feed", "/rss", _ATOM, "Amtsblatt"),
        ("dcat", "/katalog.ttl", _TURTLE, "Datenkatalog"),
        ("ows", "/wms?service=WMS", _WMS, "Karten"),
        ("ows", "/wms?service=WMS", _WMS.replace(b"<Title>K", b'<Title xml:lang="de">K'), "Karten"),
        ("oparl", "/system", orjson.dumps(_COUNCIL), "Ratsinformation"),
        ("ics", "/abfall.ics", _CALENDAR, "Abfall"),
        ("website", "/", _PAGE, "Daten der Gemeinde"),
        ("folder", "/schulen_2025.csv", _TABLE, "Schulen 2025"),
    ],
)
def test_title_is_what_the_source_calls_itself(protocol: str, path: str, body: bytes, title: str) -> None:
    found = {each.protocol: each for each in claims(path, body, "")}
    assert found[protocol].title == title


def test_interface_without_a_title_has_that_of_its_page() -> None:
    page = Answer(SITE, SITE, 200, {"content-type": "text/html"}, _PAGE, "text/html", 0.0)
    assert _page_title(Detected("ckan", SITE, 1, ()), page) == "Daten der Gemeinde"
    assert _page_title(Detected("folder", SITE, 1, ()), page) == ""
    assert _page_title(Detected("ckan", SITE, 1, ()), None) == ""
