"""The ISO reader on recordings, on what real catalogues sent, and on records damaged in any way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harvesters.iso.cutting import cut
from harvesters.iso.elements import parse, tag_of
from harvesters.readers import iso19139
from harvesters.reading import Native, Outcome, Reading, Unusable
from schemas.findings import WORDING
from schemas.kinds import Literal
from schemas.model import Agent, ContactPoint, DataService, Distribution, Location
from schemas.ntriples import ntriples_of
from schemas.syntax import Unreadable
from tests.harvesters.readings import assert_as_recorded, assert_comes_back, context, dataset, outcomes_of

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/iso19139").iterdir())
GMD = (
    'xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco"'
    ' xmlns:gmx="http://www.isotc211.org/2005/gmx" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:srv="http://www.isotc211.org/2005/srv"'
)


def string(name: str, text: str) -> str:
    return f"<gmd:{name}><gco:CharacterString>{text}</gco:CharacterString></gmd:{name}>"


def record(
    identification: str = "", rest: str = "", title: str = "A", identifier: str = "a", scope: str = "dataset"
) -> bytes:
    """A record with a title and an identifier and what else is given."""
    cited = f"<gmd:citation><gmd:CI_Citation>{string('title', title)}</gmd:CI_Citation></gmd:citation>" if title else ""
    kind = "srv:SV_ServiceIdentification" if scope == "service" else "gmd:MD_DataIdentification"
    return (
        f"<gmd:MD_Metadata {GMD}>{string('fileIdentifier', identifier) if identifier else ''}"
        f'<gmd:hierarchyLevel><gmd:MD_ScopeCode codeListValue="{scope}"/></gmd:hierarchyLevel>'
        f"<gmd:identificationInfo><{kind}>{cited}{identification}</{kind}></gmd:identificationInfo>"
        f"{rest}</gmd:MD_Metadata>"
    ).encode()


def online(url: str, function: str = "", protocol: str = "") -> str:
    code = f'<gmd:function><gmd:CI_OnLineFunctionCode codeListValue="{function}"/></gmd:function>' if function else ""
    return (
        "<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions><gmd:onLine>"
        f"<gmd:CI_OnlineResource><gmd:linkage><gmd:URL>{url}</gmd:URL></gmd:linkage>{string('protocol', protocol)}{code}"
        "</gmd:CI_OnlineResource></gmd:onLine></gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution>"
        "</gmd:distributionInfo>"
    )


def read(body: bytes) -> Reading:
    return iso19139.read(Native(body, body), context())


def through_pipelines(bodies: list[bytes]) -> list[Outcome]:
    natives = [Native(each, each) for each in bodies]
    return outcomes_of("iso19139", natives, "https://katalog.example.org/csw")


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    reading = read((folder / "input.xml").read_bytes())
    assert_as_recorded(folder, reading)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    reading = read((folder / "input.xml").read_bytes())
    assert_comes_back(reading)


def test_record_is_the_same_in_any_container() -> None:
    alone = (RECORDINGS[0] / "input.xml").read_bytes()
    inner = cut(parse(alone)[0], "x").natives[0]
    around = (
        b'<a:results xmlns:a="urn:a" xmlns:gmd="http://www.isotc211.org/2005/gmd">\n ' + inner.data + b"</a:results>"
    )
    (again,) = cut(parse(around)[0], "y").natives
    assert (again.data, again.fingerprint) == (inner.data, inner.data)
    assert read(again.data).record == read(alone).record


def test_bytes_and_element_are_read_alike() -> None:
    body = record()
    assert iso19139.read(Native(etree.fromstring(body), body), context()) == read(body)


@pytest.mark.parametrize(
    ("constraints", "license", "attribution"),
    [
        ('{"id": "dl-by-de/2.0", "name": "x", "url": "", "quelle": "© Amt"}', "dl-by-de/2.0", "© Amt"),
        ('{ "id": "cc-by" , "url": "http://creativecommons.org/licenses/by/4.0/" }', "cc-by", None),
        ('{"id": "anders", "url": "https://www.govdata.de/dl-de/zero-2-0", "quelle": ""}', "dl-zero-de/2.0", None),
        ("Nutzungsbedingungen: Es gilt CC BY 4.0", "cc-by/4.0", None),
        ("https://www.govdata.de/dl-de/by-2-0", "dl-by-de/2.0", None),
    ],
)
def test_licence_by_the_convention_of_gdi_de(constraints: str, license: str, attribution: str | None) -> None:
    block = (
        "<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:useConstraints><gmd:MD_RestrictionCode codeListValue="
        f'"otherRestrictions"/></gmd:useConstraints>{string("otherConstraints", constraints)}'
        "</gmd:MD_LegalConstraints></gmd:resourceConstraints>"
    )
    (found,) = dataset(read(record(block, online("https://www.example.org/a.csv", "download")))).distribution
    assert isinstance(found, Distribution)
    assert found.license == (f"http://dcat-ap.de/def/licenses/{license}",)
    assert [each.text for each in found.license_attribution] == ([attribution] if attribution else [])
    assert found.rights == ()


def test_F76_licences_that_contradict_are_not_guessed() -> None:
    block = "".join(
        f"<gmd:resourceConstraints><gmd:MD_LegalConstraints>{string('otherConstraints', each)}"
        "</gmd:MD_LegalConstraints></gmd:resourceConstraints>"
        for each in ('{"id": "cc-by/4.0"}', '{"id": "dl-zero-de/2.0"}')
    )
    reading = read(record(block, online("https://www.example.org/a.csv", "download")))
    (found,) = dataset(reading).distribution
    assert isinstance(found, Distribution)
    assert found.license == ()
    assert "license-contradictory" in {finding.rule for finding in reading.findings}


@pytest.mark.parametrize(
    ("constraint", "right"),
    [
        ("Es gelten keine Zugriffsbeschränkungen", "PUBLIC"),
        ("Zugriffseinschränkungen: Es gelten keine Bedingungen.", "PUBLIC"),
        ("No limitations on public access", "PUBLIC"),
        ("Pas de restriction d'accès public selon INSPIRE", "PUBLIC"),
    ],
)
def test_access_in_words(constraint: str, right: str) -> None:
    block = (
        "<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:accessConstraints><gmd:MD_RestrictionCode codeListValue="
        f'"otherRestrictions"/></gmd:accessConstraints>{string("otherConstraints", constraint)}'
        "</gmd:MD_LegalConstraints></gmd:resourceConstraints>"
    )
    rights = f"http://publications.europa.eu/resource/authority/access-right/{right}"
    assert dataset(read(record(block))).access_rights == (rights,)


@pytest.mark.parametrize(
    ("url", "function", "protocol", "place"),
    [
        ("https://x.example/a.zip", "download", "", "download"),
        ("https://x.example/a.zip", "", "", "download"),
        ("https://x.example/portal", "download", "", "access"),
        ("https://x.example/portal", "", "WWW:DOWNLOAD-1.0-http--download", "download"),
        ("https://x.example/seite", "information", "", "page"),
        ("https://x.example/seite", "", "WWW:LINK-1.0-http--link", "landing_page"),
        ("https://x.example/seite", "", "", "landing_page"),
        ("https://x.example/a.pdf", "information", "", "page"),
        ("https://x.example/a.csv", "information", "", "download"),
        ("https://x.example/ows?service=WFS&amp;request=GetCapabilities", "information", "", "service"),
        ("https://x.example/wms", "", "", "service"),
        ("https://x.example/anything", "", "OGC:WMS-1.3.0-http-get-map", "service"),
        ("https://x.example/arcgis/services/a/MapServer/WMSServer", "", "", "service"),
        ("https://x.example/csw?request=GetRecordById&amp;service=CSW&amp;id=1", "", "", "page"),
    ],
)
def test_what_a_link_is(url: str, function: str, protocol: str, place: str) -> None:
    reading = read(record("", online(url, function, protocol)))
    found, address = dataset(reading), url.replace("&amp;", "&")
    if place in ("page", "landing_page"):
        assert getattr(found, place) == (address,)
        assert found.distribution == ()
        return
    (distribution,) = found.distribution
    assert isinstance(distribution, Distribution)
    assert distribution.access_url == (address,)
    assert distribution.download_url == ((address,) if place == "download" else ())
    assert bool(distribution.access_service) == (place == "service")
    services = [each for each in reading.companions if isinstance(each, DataService)]
    assert tuple(each.iri for each in services) == distribution.access_service
    assert all(each.serves_dataset == (found.iri,) for each in services)


def test_endpoint_keeps_what_chooses_the_service() -> None:
    url = "https://x.example/ows?map=plan&amp;SERVICE=WMS&amp;VERSION=1.3.0&amp;REQUEST=GetCapabilities"
    (service,) = (each for each in read(record("", online(url))).companions if isinstance(each, DataService))
    assert service.endpoint_url == ("https://x.example/ows?map=plan",)
    assert service.endpoint_description == (url.replace("&amp;", "&"),)


REVISED = (
    "<gmd:citation><gmd:CI_Citation><gmd:date><gmd:CI_Date><gmd:date><gco:Date>2020-05-06</gco:Date></gmd:date>"
    '<gmd:dateType><gmd:CI_DateTypeCode codeListValue="revision"/></gmd:dateType></gmd:CI_Date></gmd:date>'
    "</gmd:CI_Citation></gmd:citation>"
)
STAMPED = "<gmd:dateStamp><gco:Date>2026-01-02</gco:Date></gmd:dateStamp>"


def test_k40_the_record_s_own_date_is_the_change_and_the_revision_that_of_the_files() -> None:
    reading = read(record(REVISED, STAMPED + online("https://x.example/a.csv", "download"), title=""))
    found = dataset(reading)
    assert [each.text for each in found.modified] == ["2026-01-02"]
    assert ("modified", "dateStamp", "K40") in reading.trace
    (form,) = [each for each in found.distribution if isinstance(each, Distribution)]
    assert [each.text for each in form.modified] == ["2020-05-06"]


def test_k40_without_a_file_the_revision_is_left_with_the_record() -> None:
    reading = read(record(REVISED, STAMPED, title=""))
    assert ("identificationInfo/citation/date", "2020-05-06") in reading.leftovers


def test_k40_the_revision_is_the_change_where_the_record_is_not_dated() -> None:
    assert [each.text for each in dataset(read(record(REVISED, title=""))).modified] == ["2020-05-06"]


def test_service_without_an_address_is_a_finding() -> None:
    reading = read(record("", scope="service"))
    assert isinstance(reading.record, DataService)
    assert "service-without-endpoint" in {finding.rule for finding in reading.findings}


def test_series_is_found_as_a_dataset_and_referred_to_by_its_parts() -> None:
    whole = read(record(scope="series", identifier="reihe"))
    part = read(record("", string("parentIdentifier", "reihe")))
    assert dataset(whole).types == ("http://www.w3.org/ns/dcat#DatasetSeries",)
    assert dataset(part).in_series == (whole.record.iri,)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ('xlink:href="https://k.example/csw?REQUEST=GetRecordById&amp;ID=a" uuidref="x"', "own"),
        ('uuidref="a"', "own"),
        ('xlink:href="https://registry.example/id/a" uuidref="a"', "https://registry.example/id/a"),
        ('uuidref="https://registry.example/id/a" xlink:href="https://k.example/csw"', "https://registry.example/id/a"),
    ],
)
def test_service_serves_the_dataset_that_it_is_coupled_with(reference: str, expected: str) -> None:
    service = read(record(f"<srv:operatesOn {reference}/>", identifier="s", scope="service")).record
    assert isinstance(service, DataService)
    assert service.serves_dataset == (read(record()).record.iri if expected == "own" else expected,)


@pytest.mark.parametrize(
    ("system", "ring", "west"),
    [
        ("urn:ogc:def:crs:EPSG::4326", "50.3 9.5 50.5 9.5 50.5 9.7 50.3 9.5", "9.5"),
        ("", "9.5 50.3 9.5 50.5 9.7 50.5 9.5 50.3", "9.5"),
        ("EPSG:3857", "9.5 50.3 9.5 50.5 9.7 50.5 9.5 50.3", "9.5"),
    ],
)
def test_F48_axes_of_polygons(system: str, ring: str, west: str) -> None:
    body = record(
        "<gmd:extent><gmd:EX_Extent><gmd:geographicElement><gmd:EX_BoundingPolygon><gmd:polygon>"
        f'<gml:Polygon srsName="{system}"><gml:exterior><gml:LinearRing><gml:posList>{ring}</gml:posList></gml:LinearRing>'
        "</gml:exterior></gml:Polygon></gmd:polygon></gmd:EX_BoundingPolygon></gmd:geographicElement></gmd:EX_Extent>"
        "</gmd:extent>"
    )
    (place,) = dataset(read(body)).spatial
    assert isinstance(place, Location)
    assert place.bbox[0].text.startswith(f"POLYGON(({west} 50.5")


def test_F75_named_person_is_taken_out_and_the_office_stays() -> None:
    party = (
        "<gmd:pointOfContact><gmd:CI_ResponsibleParty>"
        f"{string('individualName', 'Mustermann, Erika')}{string('organisationName', 'Bauamt Neuhof')}"
        "<gmd:contactInfo><gmd:CI_Contact><gmd:address><gmd:CI_Address>"
        f"{string('electronicMailAddress', 'bauamt@example.org')}"
        "</gmd:CI_Address></gmd:address></gmd:CI_Contact></gmd:contactInfo>"
        '<gmd:role><gmd:CI_RoleCode codeListValue="pointOfContact"/></gmd:role>'
        "</gmd:CI_ResponsibleParty></gmd:pointOfContact>"
    )
    body = record(party)
    before = ntriples_of(read(body).record, "k")
    assert "Mustermann" in before
    (outcome,) = through_pipelines([body])
    assert outcome.reading is not None
    (point,) = dataset(outcome.reading).contact_point
    assert isinstance(point, ContactPoint)
    assert [each.text for each in point.fn] == ["Bauamt Neuhof"]
    assert point.has_email == ("mailto:bauamt@example.org",)
    shown = outcome.ntriples + "".join(companion.ntriples for companion in outcome.companions)
    assert "Mustermann" not in shown
    assert "Mustermann" not in str(outcome.reading)


def test_the_same_body_is_one_agent_in_all_records() -> None:
    def body(mail: str) -> bytes:
        return record(
            f"<gmd:pointOfContact><gmd:CI_ResponsibleParty>{string('organisationName', 'Gemeinde Neuhof')}"
            f"<gmd:contactInfo><gmd:CI_Contact><gmd:address><gmd:CI_Address>{string('electronicMailAddress', mail)}"
            "</gmd:CI_Address></gmd:address></gmd:CI_Contact></gmd:contactInfo>"
            '<gmd:role><gmd:CI_RoleCode codeListValue="publisher"/></gmd:role></gmd:CI_ResponsibleParty></gmd:pointOfContact>'
        )

    first, second = (read(body(mail)).companions for mail in ("bauamt@example.org", "info@example.org"))
    assert first == second
    assert isinstance(first[0], Agent)


def test_F10_no_identifier_gives_a_stable_one_and_a_finding() -> None:
    assert read(record(identifier="")).native_id == read(record(identifier="")).native_id
    assert "identifier-derived" in {finding.rule for finding in read(record(identifier="")).findings}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a/>",
        b"<html><body>Wartung</body></html>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
        record(title="", identifier=""),
        record()[:-20],
        None,
        3,
        etree.fromstring(b"<a/>"),
    ],
    ids=["empty", "other", "F01-html", "F39-doctype", "F10-nothing", "F21-cut", "none", "number", "element"],
)
def test_what_is_no_record_is_set_aside(data: Any) -> None:
    assert iso19139.native_id(Native(data, b""), context()) is None
    with pytest.raises(Unusable) as refused:
        iso19139.read(Native(data, b""), context())
    assert refused.value.finding.rule in ("record-without-identity", "record-unreadable")


def test_F40_deep_nesting_is_refused() -> None:
    with pytest.raises(Unreadable):
        parse(b"<a>" * 5000 + b"</a>" * 5000)


def test_F20_latin_1_under_the_name_of_utf_8_is_read() -> None:
    body = record(title="Gemarkung Größe").decode().encode("cp1252")
    root, recoded = parse(b'<?xml version="1.0" encoding="UTF-8"?>' + body)
    assert recoded == 1
    assert "Größe" in etree.tostring(root, encoding="unicode")


def test_languages_of_locales() -> None:
    names = ("ger", "deu", "Deutsch", "fre", "http://www.loc.gov/standards/iso639-2/#eng", "Klingonisch?", "")
    assert [tag_of(each) for each in names] == ["de", "de", "de", "fr", "en", None, None]


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("geo/csw202_bayern_getrecords_atom.xml", 3),
        ("geo/csw_fisbroker_berlin_getrecords.xml", 3),
        ("geo/csw_fisbroker_berlin_naehrstoffe.xml", 1),
        ("geo/csw_geoide_single.xml", 1),
        ("geo/csw_geonetwork_iso_page1.xml", 2),
        ("geo/csw_geonetwork_iso_page3.xml", 2),
        ("geo/csw_geonetwork_iso_page5.xml", 2),
        ("geo/csw_inspire_getrecords.xml", 2),
        ("geo/iso19139_dwd_dataset.xml", 1),
        ("geo/iso_che_swiss.xml", 1),
        ("geo/iso_cuzk_multilingual.xml", 1),
        ("geo/iso_fisbroker_dataset_open_data.xml", 1),
        ("geo/iso_fisbroker_wfs_closed_data.xml", 1),
        ("geo/iso_fisbroker_wfs_open_data.xml", 1),
        ("geo/iso_keywords_anchor.xml", 1),
        ("broken/iso_fisbroker_no_email.xml", 1),
        ("broken/iso_fisbroker_no_org_name.xml", 1),
        ("broken/csw_no_record_found.xml", 0),
    ],
)
def test_sample(samples: Path, name: str, count: int) -> None:
    natives = cut(parse((samples / name).read_bytes())[0], name).natives
    outcomes = through_pipelines([native.data for native in natives])
    assert [outcome.traceback for outcome in outcomes if outcome.set_aside] == []
    assert len(outcomes) == count
    for outcome in outcomes:
        assert outcome.reading is not None
        assert outcome.reading.record.title
        assert outcome.reading.record.description
        assert len(list(pyoxigraph.parse(outcome.ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES)))


@pytest.mark.samples
def test_sample_of_the_dwd_says_what_it_said(samples: Path) -> None:
    reading = read((samples / "geo/iso19139_dwd_dataset.xml").read_bytes())
    found = dataset(reading)
    assert found.iri == "https://registry.gdi-de.org/id/de.bund.dwd/de.dwd.geoserver.fach.RBSN_FF"
    assert {(each.lang, each.text) for each in found.title} == {
        ("de", "Windgeschwindigkeit an RBSN Stationen"),
        ("en", "Wind speed at RBSN stations"),
    }
    formats = {each.format for each in found.distribution if isinstance(each, Distribution)}
    base = "http://publications.europa.eu/resource/authority/file-type/"
    assert formats == {(f"{base}WMS_SRVC",), (f"{base}CSV",)}
    assert "http://www.opengis.net/def/crs/EPSG/0/4258" in {getattr(each, "iri", each) for each in found.conforms_to}


@pytest.mark.samples
def test_sample_of_bavaria_couples_services_and_licences(samples: Path) -> None:
    natives = cut(parse((samples / "geo/csw202_bayern_getrecords_atom.xml").read_bytes())[0], "x").natives
    for native in natives:
        found = read(native.data).record
        assert isinstance(found, DataService)
        assert found.license == ("http://dcat-ap.de/def/licenses/cc-by",)
        assert found.license_attribution[0].text.startswith("Datenquelle: Bayerische Vermessungsverwaltung")
        assert str(found.serves_dataset[0]).startswith("http://geoportal.bayern.de/dataset/")
        assert str(found.endpoint_url[0]).startswith("https://geoportal.bayern.de/gdiadmin/ausgabe/ATOM_SERVICE/")


SEEDS = [etree.fromstring(cut(parse((f / "input.xml").read_bytes())[0], "x").natives[0].data) for f in RECORDINGS]
WORDS = st.text(max_size=30) | st.sampled_from(
    [
        "",
        "-",
        "2020-01-01",
        "http://x.example/a b",
        "javascript:x",
        "{}",
        '{"id": 3}',
        "1e400",
        "NaN",
        "EPSG:",
        "\u2028",
        "ſ",
    ]
)


@given(
    st.integers(0, len(SEEDS) - 1), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 4), WORDS), max_size=12)
)
def test_any_damage_is_a_record_or_set_aside(seed: int, damages: list[tuple[int, int, str]]) -> None:
    root = etree.fromstring(etree.tostring(SEEDS[seed]))
    for number, kind, word in damages:
        elements = list(root.iter("*"))
        element = elements[number % len(elements)]
        said = "".join(
            sign
            for sign in word
            if sign in "\t\n\r" or (sign >= " " and not "\ud800" <= sign <= "\udfff" and sign not in "\ufffe\uffff")
        )
        above = element.getparent()
        if kind == 0 and above is not None:
            above.remove(element)
        elif kind == 1 and above is not None:
            above.append(etree.fromstring(etree.tostring(element, with_tail=False)))
        elif kind == 2:
            for key in element.attrib:
                element.set(key, said)
        elif kind == 3 and above is not None:
            elements[(number * 7) % len(elements)].append(etree.fromstring(etree.tostring(element, with_tail=False)))
        else:
            element.text = said
    for outcome in through_pipelines([etree.tostring(root)]):
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")


def test_texts_of_the_document_keep_their_paragraphs() -> None:
    reading = read(record(string("abstract", "Eins.\n      Zwei.\n\n      Drei.")))
    assert dataset(reading).description == (Literal("Eins.\nZwei.\n\nDrei.", "de"),)
