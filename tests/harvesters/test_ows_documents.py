"""XML answers of OGC services: what is read, what is refused before any parser of trees sees it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harvesters.ogc.addresses import asking, base, is_inner, parameter
from harvesters.ogc.crs import crs_iri
from harvesters.ogc.documents import open_xml, without_doctype
from harvesters.ogc.formats import FEATURES, downloads, file_type
from harvesters.ogc.standards import cut
from schemas.syntax import Unreadable, refuse_doctype

ROOT = b'<WMT_MS_Capabilities version="1.1.1"><Capability/></WMT_MS_Capabilities>'
DTD = b'"http://schemas.opengis.net/wms/1.1.1/WMS_MS_Capabilities.dtd"'


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE WMT_MS_Capabilities SYSTEM " + DTD + b">",
        b"<!DOCTYPE WMT_MS_Capabilities SYSTEM " + DTD + b"\n [\n <!ELEMENT VendorSpecificCapabilities EMPTY>\n ]>",
        b"<!-- MapServer <!DOCTYPE x> --><!DOCTYPE WMT_MS_Capabilities SYSTEM " + DTD + b" [<!-- ]> -->]  >",
        b'<!DOCTYPE WMT_MS_Capabilities [<!ATTLIST Layer queryable (0|1) "0">]>',
        b"<!DOCTYPE WMT_MS_Capabilities [<?pi ]> ?> <!ELEMENT a (b|c)*>]>",
    ],
)
def test_F39_document_type_of_wms_1_1_1_is_gone_before_the_parser(doctype: bytes) -> None:
    for body in (doctype + ROOT, b'<?xml version="1.0" encoding="UTF-8"?>\n' + doctype + b"\n" + ROOT):
        left = without_doctype(body)
        refuse_doctype(left)
        assert left.endswith(ROOT)
        assert left.count(b"\n") == body.count(b"\n")
        assert open_xml(body).root.get("version") == "1.1.1"


def lol(levels: int) -> bytes:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, levels))
    return b'<!DOCTYPE a [<!ENTITY l0 "lol">' + entities + b"]><a>&l%d;</a>" % (levels - 1)


@pytest.mark.parametrize(
    "body",
    [
        lol(9),
        b'<!DOCTYPE a [<!ENTITY x "' + b"x" * 100_000 + b'">]><a>' + b"&x;" * 1000 + b"</a>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]><a/>',
        b"<!DOCTYPE a [<!ENTITY % x \"<!ENTITY y 'z'>\"> %x;]><a>&y;</a>",
        b'<!DOCTYPE a [<!NOTATION n SYSTEM "x"><!ENTITY x SYSTEM "y" NDATA n>]><a/>',
        b'<!DOCTYPE a SYSTEM "x.dtd"><a>&foo;</a>',
        b"<!DOCTYPE a [" + b"<!ELEMENT a EMPTY>" * 2000 + b"]><a/>",
        b"<!DOCTYPE a",
        b'<!DOCTYPE a SYSTEM "<!DOCTYPE b>"',
        b'<!DOCTYPE a SYSTEM "<!DOCTYPE b"><a/>',
        b"<!DOCTYPE a><!DOCTYPE a><a/>",
        b"<!DOCTYPE html><html></html>",
    ],
    ids=lambda body: body[:60].decode(),
)
def test_F39_entities_are_refused_whatever_their_kind(body: bytes) -> None:
    begun = time.process_time()
    for each in (body, b"\xef\xbb\xbf" + body, body.decode().encode("utf-16")):
        with pytest.raises(Unreadable) as refused:
            open_xml(each)
        assert refused.value.de != refused.value.en
    assert time.process_time() - begun < 2


@given(st.binary(max_size=200), st.sampled_from([b"", b'"x"', b"SYSTEM 'x'", b"[", b"]", b"<!ENTITY a 'b'>"]))
def test_F39_no_bytes_bring_a_document_type_to_the_parser(noise: bytes, part: bytes) -> None:
    for body in (b"<!DOCTYPE a " + part + noise + b"><a/>", noise + b"<!DOCTYPE a " + part + b"><a>" + noise + b"</a>"):
        try:
            opened = open_xml(body)
        except Unreadable:
            continue
        assert opened.root.getroottree().docinfo.doctype == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "leer"),
        (b" \n\0", "leer"),
        (b"<html><body>Wartung</body></html>", "Wartung"),
        (b'{"error": 1}', "kein XML"),
        (ROOT[:40], "wohlgeformt"),
        (b"<a><b></a></b>", "wohlgeformt"),
        (b"<a/>", "die Wurzel heißt a"),
        (b'<Capabilities xmlns="http://www.opengis.net/cat/csw/3.0"/>', "Capabilities"),
        (b"<GetRecordByIdResponse/>", "GetRecordByIdResponse"),
    ],
)
def test_F01_F03_F21_what_is_no_capabilities_document(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        cut(body, "https://geo.example.org/ows")
    assert said in refused.value.de


OWS_REPORT = (
    b'<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Exception exceptionCode="Versions">'
    b"<ows:ExceptionText>nur 1.1.0</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
)
WMS_REPORT = (
    b'<!DOCTYPE ServiceExceptionReport SYSTEM "http://schemas.opengis.net/wms/1.1.1/exception_1_1_1.dtd">'
    b'<ServiceExceptionReport><ServiceException code="LayerNotDefined">kaputt</ServiceException></ServiceExceptionReport>'
)
BARE_REPORT = b"<ServiceExceptionReport><ServiceException>\n frei \n</ServiceException></ServiceExceptionReport>"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (OWS_REPORT, "Versions: nur 1.1.0"),
        (WMS_REPORT, "LayerNotDefined: kaputt"),
        (BARE_REPORT, "frei"),
        (b"<ExceptionReport/>", "ExceptionReport"),
    ],
)
def test_F02_exception_report_is_a_failure_with_its_words(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        cut(body, "https://geo.example.org/ows")
    assert said in refused.value.de
    assert said in refused.value.en


def test_F20_mark_of_utf_16_before_bytes_of_latin_1() -> None:
    told = "<WMS_Capabilities><Service><Title>Größe</Title></Service></WMS_Capabilities>"
    text = f'<?xml version="1.0" encoding="ISO-8859-1"?>{told}'
    for body, repaired in (
        (b"\xff\xfe" + text.encode("latin-1"), 1),
        (text.encode("latin-1"), 0),
        (text.encode(), 1),  # says Latin-1 and is UTF-8
        (text.replace("ISO-8859-1", "UTF-16").encode("utf-16"), 0),
    ):
        opened = open_xml(body)
        assert opened.root[0][0].text == "Größe"
        assert min(opened.repaired_lines, 1) == repaired


def test_other_services_document_is_told_by_name() -> None:
    with pytest.raises(Unreadable) as refused:
        cut(b'<WFS_Capabilities version="1.0.0"/>', "https://geo.example.org/ows", "WMS")
    assert "eines WFS statt eines WMS" in refused.value.de


def test_F42_schema_locations_are_not_followed(tmp_path: Path) -> None:
    here = f"xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='{tmp_path}/x'/>".encode()
    (tmp_path / "x").write_text("<geheim/>", encoding="utf-8")
    opened = open_xml(b"<WMS_Capabilities " + here + b"</WMS_Capabilities>")
    assert "geheim" not in etree.tostring(opened.root, encoding="unicode")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("EPSG:25832", "EPSG/0/25832"),
        ("urn:ogc:def:crs:EPSG::25832", "EPSG/0/25832"),
        ("urn:x-ogc:def:crs:EPSG:6.9:4326", "EPSG/0/4326"),
        ("http://www.opengis.net/gml/srs/epsg.xml#31467", "EPSG/0/31467"),
        ("https://www.opengis.net/def/crs/EPSG/0/3857", "EPSG/0/3857"),
        ("EPSG:900913", "EPSG/0/3857"),
        ("urn:ogc:def:crs:EPSG::900913", "EPSG/0/3857"),
        ("urn:ogc:def:crs:EPSG:6.18:3:3857", "EPSG/0/3857"),  # as 07-057r7 itself writes it, in annex E.4
        ("http://www.opengis.net/def/crs/EPSG/0/900913", "EPSG/0/3857"),
        ("ESRI:102100", "EPSG/0/3857"),
        ("CRS:84", "OGC/1.3/CRS84"),
        ("urn:ogc:def:crs:OGC:2:84", "OGC/1.3/CRS84"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC/1.3/CRS84"),
        ("http://www.opengis.net/def/crs/OGC/0/CRS84h", "OGC/0/CRS84h"),
        ("AUTO2:42001", None),
        ("EPSG:99999", None),
        ("", None),
    ],
)
def test_reference_systems_in_all_spellings(name: str, expected: str | None) -> None:
    assert crs_iri(name) == (f"http://www.opengis.net/def/crs/{expected}" if expected else None)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("application/json", "GEOJSON"),
        ("GEOJSON", "GEOJSON"),
        ("application/geo+json", "GEOJSON"),
        ("text/csv; charset=utf-8", "CSV"),
        ("text/xml; subtype=gml/3.2", "GML"),
        ('text/xml; subtype="gml/3.1.1"', "GML"),
        ("application/gml+xml; version=3.2", "GML"),
        ("GML2", "GML"),
        ("gml32", "GML"),
        ("SHAPE-ZIP", "SHP"),
        ("application/vnd.google-earth.kml xml", "KML"),
        ("Geopackage", "GPKG"),
        ("application/geopackage+sqlite3", "GPKG"),
        ("excel2007", "XLSX"),
        ("image/tiff", "GEOTIFF"),
        ("CSV+ZIP", None),
        ("GEOJSON+GZIP", None),
        ("ESRIGEOJSON", None),
    ],
)
def test_formats_in_the_spellings_of_servers(written: str, code: str | None) -> None:
    assert file_type(written) == code


def test_latest_gml_is_asked_for() -> None:
    offered = ("GML2", "text/xml; subtype=gml/3.1.1", "application/gml+xml; version=3.2", "gml3", "csv", "text/csv")
    assert downloads(offered, FEATURES) == {"CSV": "csv", "GML": "application/gml+xml; version=3.2"}


def test_addresses_keep_what_is_the_servers_own() -> None:
    url = "https://geo.example.org/cgi?map=/m/x.map&REQUEST=GetMap&Service=WMS&key=a%20b#x"
    assert base(url) == "https://geo.example.org/cgi?map=/m/x.map&key=a%20b"
    assert asking(url, SERVICE="WFS") == "https://geo.example.org/cgi?map=/m/x.map&key=a%20b&SERVICE=WFS"
    assert parameter(url, "service") == "WMS"
    assert parameter(url, "version") == ""


@pytest.mark.parametrize(
    ("url", "inner"),
    [
        ("http://localhost:8080/wfs", True),
        ("http://geoserver:8080/wfs", True),
        ("http://10.1.2.3/wfs", True),
        ("http://[::1]/wfs", True),
        ("http://gis.rathaus.local/wfs", True),
        ("https://geo.example.org/wfs", False),
        ("https://8.8.8.8/wfs", False),
    ],
)
def test_inner_hosts(url: str, inner: bool) -> None:
    assert is_inner(url) is inner
