"""The dcat reader: identity, records of their own, what is set aside, and where each value came from."""

from __future__ import annotations

import pytest

from harvesters.readers import dcat
from harvesters.reading import DERIVED_ID, NO_IDENTITY, RECORD_TOO_LARGE, Reading, TraceEntry, Unusable
from schemas import iris
from schemas.kinds import Literal
from schemas.limits import Limits
from schemas.model import DataService, Dataset, DatasetSeries, Distribution
from schemas.ntriples import ntriples_of
from schemas.triples import RecordLimit
from tests.harvesters.dcat_parts import BASE, context, cut, natives, readings

EX = "http://source.example/"


def _one(turtle: str) -> Reading:
    (reading,) = readings(turtle)
    return reading


def _rules(reading: Reading) -> list[str]:
    return [finding.rule for finding in reading.findings]


# ------------------------------------------------------------------------------------------------------ identity


def test_iri_of_its_own_is_kept() -> None:
    reading = _one('ex:d a dcat:Dataset ; dct:title "Bäume"@de ; dct:identifier "b-1" .')
    assert reading.native_id == f"{EX}d"
    assert reading.record.iri == f"{EX}d"
    assert reading.record.title == (Literal("Bäume", "de"),)
    assert reading.findings == ()


def test_blank_node_is_known_by_its_identifier() -> None:
    reading = _one('[] a dcat:Dataset ; dct:title "Bäume" ; dct:identifier "b-2", "b-1" .')
    assert reading.native_id == "b-1"
    assert reading.record.iri == f"{BASE}/id/dataset/{iris.key('feed', 'b-1')}"
    assert DERIVED_ID not in _rules(reading)


def test_iri_that_is_no_web_address_becomes_the_identifier() -> None:
    reading = _one('<urn:uuid:1> a dcat:Dataset ; dct:title "Bäume" .')
    assert reading.native_id == "urn:uuid:1"
    assert reading.record.iri == f"{BASE}/id/dataset/{iris.key('feed', 'urn:uuid:1')}"


NAMELESS = '[] a dcat:Dataset ; dct:title "Bäume"@de, "Trees"@en ; dcat:distribution [ dcat:accessURL ex:b, ex:a ] .'


def test_F10_missing_identifier_is_derived_from_address_and_title() -> None:
    reading = _one(NAMELESS)
    assert DERIVED_ID in _rules(reading)
    again = _one(
        NAMELESS.replace("ex:b, ex:a", "ex:a, ex:b").replace('"Bäume"@de, "Trees"@en', '"Trees"@en, "Bäume"@de')
    )
    assert again.native_id == reading.native_id
    assert again.record.iri == reading.record.iri
    assert _one(NAMELESS.replace("ex:a", "ex:c").replace("ex:b", "ex:d")).native_id != reading.native_id
    assert _one(NAMELESS.replace("Bäume", "Bänke")).native_id != reading.native_id


def test_F10_derived_identifiers_of_one_document_are_told_apart() -> None:
    found = readings(
        '[] a dcat:Dataset ; dct:title "A" ; dct:description "1" . [] a dcat:Dataset ; dct:title "A" ; dct:description "2" .'
    )
    assert len({reading.native_id for reading in found}) == 2


def test_F08_equal_identifiers_stay_equal() -> None:
    found = readings(
        '[] a dcat:Dataset ; dct:title "A" ; dct:identifier "TODO" . [] a dcat:Dataset ; dct:title "B" ; dct:identifier "TODO" .'
    )
    assert [reading.native_id for reading in found] == ["TODO", "TODO"]


def test_F09_equal_identifiers_of_two_sources_are_two_records() -> None:
    text = '[] a dcat:Dataset ; dct:title "A" ; dct:identifier "1" .'
    (one,), (other,) = readings(text), readings(text, id="zwei", key="zwei")
    assert one.native_id == other.native_id
    assert one.record.iri != other.record.iri


def test_record_without_anything_to_know_it_by_is_set_aside() -> None:
    (native,) = natives('[] a dcat:Dataset ; dct:description "?" .')
    assert dcat.native_id(native, context()) is None
    with pytest.raises(Unusable) as refused:
        dcat.read(native, context())
    assert refused.value.finding.rule == NO_IDENTITY


def test_nameless_dataset_that_another_refers_to_is_a_part_of_it() -> None:
    reading = _one('ex:d a dcat:Dataset ; dct:title "A" ; dct:source [ a dcat:Dataset ; dct:description "Vorlage" ] .')
    (part,) = reading.record.source if isinstance(reading.record, Dataset) else ()
    assert isinstance(part, Dataset)
    assert part.description == (Literal("Vorlage"),)


@pytest.mark.parametrize("iri", [f"{BASE}/id/dataset/x", f"{BASE}/", BASE, f"{BASE}#x"])
def test_iri_of_this_catalogue_shows_a_loop(iri: str) -> None:
    native = natives(f'<{iri}> a dcat:Dataset ; dct:title "A" .')[0]
    with pytest.raises(Unusable) as refused:
        dcat.read(native, context())
    assert refused.value.finding.rule == dcat.LOOP


def test_iri_that_only_begins_like_ours_is_none_of_ours() -> None:
    assert _one(f'<{BASE}.evil.example/d> a dcat:Dataset ; dct:title "A" .').record.iri == f"{BASE}.evil.example/d"


def test_what_is_said_about_our_iris_is_left_out_and_named() -> None:
    agent = f"<{BASE}/id/agent/x>"
    text = f'ex:d a dcat:Dataset ; dct:title "A" ; dct:publisher {agent} . {agent} foaf:name "Fälschung" .'
    found = cut(text)
    assert [finding.rule for finding in found.remarks] == [dcat.FOREIGN_WORDS]
    reading = dcat.read(found.natives[0], context())
    assert reading.record.publisher == (f"{BASE}/id/agent/x",)
    assert reading.companions == ()


# -------------------------------------------------------------------------------------------------- distributions


def _distributions(turtle: str) -> list[str]:
    record = _one(f'ex:d a dcat:Dataset ; dct:title "A" ; dcat:distribution {turtle} .').record
    assert isinstance(record, Dataset)
    assert all(isinstance(d, Distribution) and d.iri for d in record.distribution)
    return [d.iri for d in record.distribution if isinstance(d, Distribution) and d.iri]


def test_distribution_without_iri_gets_one_from_dataset_and_address() -> None:
    (iri,) = _distributions('[ dcat:accessURL ex:a ; dct:title "CSV" ]')
    assert iri == f"{BASE}/id/distribution/{iris.key('feed', f'{EX}d/{EX}a')}"
    assert _distributions('[ dcat:accessURL "http://source.example/a" ; dct:title "neuer Titel" ]') == [iri]


def test_distributions_with_one_address_or_none_are_told_apart() -> None:
    alike = ['[ dcat:accessURL ex:a ; dct:title "1" ]', '[ dcat:accessURL ex:a ; dct:title "2" ]', '[ dct:title "3" ]']
    found = _distributions(", ".join(alike))
    assert len(set(found)) == 3
    assert set(_distributions(", ".join(reversed(alike)))) == set(found)
    assert len(set(_distributions("[ dcat:accessURL ex:a ], [ dcat:accessURL ex:a ]"))) == 2
    assert len(set(_distributions("[], []"))) == 2


def test_distribution_with_an_iri_keeps_it() -> None:
    assert _distributions("ex:dist . ex:dist dcat:accessURL ex:a") == [f"{EX}dist"]


def test_contacts_periods_and_places_without_iri_stay_blank_nodes() -> None:
    reading = _one(
        'ex:d a dcat:Dataset ; dct:title "A" ; dcat:contactPoint [ vcard:fn "Amt" ] ; dct:spatial [ skos:prefLabel "Ort" ] ;'
        ' dct:temporal [ dcat:startDate "2026" ] .'
    )
    assert ntriples_of(reading.record, "k").count("> _:bk") == 3


# ------------------------------------------------------------------------------------------- records of their own


def test_services_and_series_are_companions_where_a_dataset_refers_to_them_and_else_records() -> None:
    found = readings(
        'ex:d a dcat:Dataset ; dct:title "D" ; dcat:inSeries ex:s ; dcat:distribution ex:x .'
        "ex:x dcat:accessService ex:api ."
        'ex:s a dcat:DatasetSeries, dcat:Dataset ; dct:title "S" . ex:api a dcat:DataService ; dct:title "API" .'
        'ex:wms a dcat:DataService ; dct:title "WMS" . ex:t a dcat:DatasetSeries ; dct:title "T" .'
        '[] a dcat:DataService ; dct:title "WFS" ; dcat:endpointURL ex:wfs .'
    )
    assert [(type(r.record), r.record.title[0].text) for r in found] == [
        (Dataset, "D"),
        (DataService, "WMS"),
        (DataService, "WFS"),
        (DatasetSeries, "T"),
    ]
    assert sorted(c.iri or "" for c in found[0].companions) == [f"{EX}api", f"{EX}s"]
    assert found[2].record.iri == f"{BASE}/id/service/{iris.key('feed', found[2].native_id)}"


def test_catalogue_that_is_also_typed_as_a_dataset_is_none() -> None:
    assert natives('ex:c a dcat:Catalog, dcat:Dataset ; dct:title "Katalog" ; dcat:dataset ex:d .') == []


def test_listed_and_described_dataset_needs_no_type() -> None:
    assert _one('ex:c a dcat:Catalog ; dcat:dataset ex:d . ex:d dct:title "A" .').record == Dataset(
        iri=f"{EX}d", title=(Literal("A"),)
    )


def test_blank_records_refer_to_one_another_by_their_new_iris() -> None:
    one, other = readings(
        '_:a a dcat:Dataset ; dct:identifier "a" ; dct:relation _:b .'
        '_:b a dcat:Dataset ; dct:identifier "b" ; dct:relation _:a .'
    )
    assert isinstance(one.record, Dataset)
    assert isinstance(other.record, Dataset)
    assert one.record.relation == (other.record.iri,)
    assert other.record.relation == (one.record.iri,)


def test_catalog_record_of_the_source_is_named() -> None:
    reading = _one(
        'ex:d a dcat:Dataset ; dct:title "A" . ex:r a dcat:CatalogRecord ; foaf:primaryTopic ex:d ; dct:modified "2026-01-01" .'
    )
    assert reading.source_record == f"{EX}r"
    assert "primaryTopic" not in ntriples_of(reading.record, "k")


def test_distribution_that_no_dataset_has_is_named() -> None:
    found = cut('ex:d a dcat:Dataset ; dct:title "A" . ex:x a dcat:Distribution ; dcat:accessURL ex:y .')
    assert [(finding.rule, finding.arguments) for finding in found.remarks] == [(dcat.ORPHANS, ("1", f"{EX}x"))]


def test_location_is_a_page_for_people() -> None:
    with_page, without = natives(
        'ex:d a dcat:Dataset ; dcat:landingPage "http://source.example/seite" . ex:e a dcat:Dataset ; dct:title "E" .'
    )
    assert (with_page.location, without.location) == (f"{EX}seite", f"{EX}e")


# ---------------------------------------------------------------------------------------------------------- limits


def test_F43_record_over_the_limit_is_not_cut_out_and_the_others_are() -> None:
    many = ", ".join(f'"{i}"' for i in range(5_001))
    found = cut(f'ex:d a dcat:Dataset ; dcat:keyword {many} . ex:e a dcat:Dataset ; dct:title "E" .')
    assert [native.data.subject for native in found.natives] == [f"{EX}e"]
    assert [(f.focus, f.rule) for f in found.unusable] == [(f"{EX}d", RECORD_TOO_LARGE)]


def test_F43_shared_giant_costs_no_record_more_than_its_limit() -> None:
    giant = "ex:giant a ex:X ; ex:p " + ", ".join(f"[ ex:p {i} ]" for i in range(3_000)) + " ."
    text = giant + "".join(f'ex:d{i} a dcat:Dataset ; dct:title "D" ; ex:p ex:giant .' for i in range(300))
    found = cut(text)
    assert len(found.unusable) == 300


def test_F40_limits_of_the_source_hold_for_reading() -> None:
    text = 'ex:d a dcat:Dataset ; dct:title "A" ; dct:provenance [ ex:p [ ex:p [ ex:p 1 ] ] ] .'
    (native,) = natives(text)
    assert dcat.read(native, context()).native_id
    with pytest.raises(RecordLimit):
        dcat.read(native, context(limits=Limits(depth=2)))
    with pytest.raises(RecordLimit):
        dcat.read(native, context(limits=Limits(record_blank_nodes=2)))


# ------------------------------------------------------------------------------------------------- trace, findings


def test_trace_names_the_field_of_the_source_and_the_rule() -> None:
    text = (
        'ex:d a dcat:Dataset ; dct:title "A" ; <http://dcat-ap.de/def/dcatde/1.0.1/maintainer> ex:m ; ex:eigenes 1 ;'
        " dcat:distribution [ dct:license ex:l ] ."
    )
    trace = _one(text).trace
    assert TraceEntry("title", "http://purl.org/dc/terms/title", "taken") in trace
    assert TraceEntry("custodian", "http://dcat-ap.de/def/dcatde/1.0.1/maintainer", "present spelling") in trace
    assert TraceEntry(f"{EX}eigenes", f"{EX}eigenes", "taken, kept as it is") in trace
    assert TraceEntry("distribution.license", "http://purl.org/dc/terms/license", "taken") in trace


@pytest.mark.parametrize("tag", ["", "@de", "@en", "@de-at"])
def test_no_language_tag_is_added_or_dropped(tag: str) -> None:
    for language in ("de", "fr"):
        (reading,) = readings(f'ex:d a dcat:Dataset ; dct:title "A"{tag} .', language=language)
        assert reading.record.title == (Literal("A", tag.removeprefix("@") or None),)


def test_findings_name_the_record_by_its_new_iri() -> None:
    reading = _one('[] a dcat:Dataset ; dct:identifier "a" ; dcat:landingPage "https://a.example/" .')
    (finding,) = reading.findings
    assert finding.focus == reading.record.iri
