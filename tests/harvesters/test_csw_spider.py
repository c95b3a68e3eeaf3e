"""The CSW spider against a fake catalogue on loopback that has the quirks of real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from harvesters.answer import Answer
from harvesters.iso.catalogue import Refused, base_of, capabilities_address, read_answer, read_capabilities
from harvesters.iso.detection import three
from harvesters.iso.elements import parse
from harvesters.iso.queries import Condition, Query, address, cql, document
from harvesters.spiders.csw import CswOptions, CswSpider
from schemas.syntax import Unreadable
from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls
from tests.harvesters.fake_catalogue import CSW_2, CSW_3, GMD, Asked, FakeCatalogue, dublin_core, exception, iso


@pytest.fixture
def harvest(crawls: Crawls) -> Callable[..., Run]:
    """Harvests a fake catalogue; ``query`` stands behind its address."""

    def run(fake: FakeCatalogue, query: str = "", options: dict[str, Any] | None = None, **wishes: Any) -> Run:
        if fake.url:
            return crawls.crawl("csw", fake.url + query, options, **wishes)
        with fake:
            return crawls.crawl("csw", fake.url + query, options, **wishes)

    return run


def isos(count: int) -> list[str]:
    return [iso(number) for number in range(1, count + 1)]


def ids(count: int) -> set[str]:
    return {f"id-{number}" for number in range(1, count + 1)}


def rules(run: Run) -> list[str]:
    return [rule for rule, _ in run.report["findings"]]


# --- Paging ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2.0.2", "3.0.0"])
@pytest.mark.parametrize("methods", [("Get", "Post"), ("Post",)])
def test_pages_until_all_have_come(harvest: Callable[..., Run], version: str, methods: tuple[str, ...]) -> None:
    schemas = (CSW_2 if version == "2.0.2" else CSW_3, GMD)
    fake = FakeCatalogue(isos(7), version=version, methods=methods, schemas=schemas)
    run = harvest(fake, options={"max_records": 3})
    assert set(run.records) == ids(7)
    assert run.report["coverage"] == "complete"
    assert run.report["stated"] == 7
    assert rules(run) == []
    assert [each.start for each in fake.lists] == [1, 4, 7]
    assert {each.method for each in fake.lists} == {"GET" if "Get" in methods else "POST"}
    assert {each.parameters["version"] for each in fake.lists} == {version}
    assert {each.parameters["outputschema"] for each in fake.lists} == {GMD}


def test_pages_that_the_catalogue_cuts_shorter_are_counted_as_they_came(harvest: Callable[..., Run]) -> None:
    fake = FakeCatalogue(isos(7), cap=2)
    run = harvest(fake, options={"max_records": 5})
    assert set(run.records) == ids(7)
    assert [each.start for each in fake.lists] == [1, 3, 5, 7]
    assert run.report["coverage"] == "complete"


@pytest.mark.parametrize(
    ("next_record", "noted"),
    [
        (lambda start, came, total: 0, True),
        (lambda start, came, total: None, True),
        (lambda start, came, total: 1, True),
        (lambda start, came, total: start + came, False),
        (lambda start, came, total: total + 5, True),
        (lambda start, came, total: max(1, start - 2), True),
        (lambda start, came, total: start, True),
    ],
    ids=["always-0", "never", "always-1", "beyond-total", "far-beyond", "decreasing", "same"],
)
def test_F15_next_record_that_lies(harvest: Callable[..., Run], next_record: Any, noted: bool) -> None:
    fake = FakeCatalogue(isos(7), next_record=next_record)
    run = harvest(fake, options={"max_records": 3})
    assert set(run.records) == ids(7)
    assert run.report["coverage"] == "complete"
    assert [each.start for each in fake.lists] == [1, 4, 7]
    assert ("csw-next-record-wrong" in rules(run)) == noted


def test_F15_all_in_one_page_and_next_record_1_ends(harvest: Callable[..., Run]) -> None:
    fake = FakeCatalogue(isos(3), next_record=lambda start, came, total: 1)
    run = harvest(fake)
    assert (set(run.records), run.report["coverage"], len(fake.lists)) == (ids(3), "complete", 1)
    assert rules(run) == []


def test_F14_jump_of_the_catalogue_is_followed_and_the_gap_makes_the_run_partial(harvest: Callable[..., Run]) -> None:
    fake = FakeCatalogue(isos(9), quirk=lambda catalogue, asked: leaving_out(catalogue, asked))

    def leaving_out(catalogue: FakeCatalogue, asked: Asked) -> str | None:
        if asked.request != "getrecords":
            return None
        catalogue.next_record = lambda start, came, total: start + 3 if start + 3 <= total else 0
        return catalogue.results(
            asked.start, catalogue.records[asked.start - 1 : asked.start + (0 if asked.start == 4 else 2)]
        )

    run = harvest(fake, options={"max_records": 3})
    assert set(run.records) == ids(9) - {"id-5", "id-6"}
    assert run.report["coverage"] == "partial"
    assert "9 Sätze, gekommen sind 7" in run.report["failures"][0]


def test_F15_matched_that_promises_too_much_is_partial(harvest: Callable[..., Run]) -> None:
    fake = FakeCatalogue(isos(4), matched=216)
    run = harvest(fake, options={"max_records": 2})
    assert set(run.records) == ids(4)
    assert run.report["coverage"] == "partial"
    assert len(fake.lists) <= 4


def test_F15_hits_without_records_are_a_failure(harvest: Callable[..., Run]) -> None:
    def hits(catalogue: FakeCatalogue, asked: Asked) -> str | None:
        return catalogue.results(1, [], returned=5) if asked.request == "getrecords" else None

    run = harvest(FakeCatalogue(isos(5), quirk=hits))
    assert run.records == {}
    assert run.report["pages"] == 0
    assert "nennt 5 Sätze und enthält keinen" in run.report["failure"]


def test_F11_same_page_for_ever_ends_as_partial(harvest: Callable[..., Run]) -> None:
    def same(catalogue: FakeCatalogue, asked: Asked) -> str | None:
        return catalogue.results(asked.start, catalogue.records[:2]) if asked.request == "getrecords" else None

    fake = FakeCatalogue(isos(40), quirk=same)
    run = harvest(fake, options={"max_records": 2})
    assert set(run.records) == ids(2)
    assert run.report["coverage"] == "partial"
    assert len(fake.lists) == 2


def test_F16_list_that_shifts_while_it_is_fetched_is_gone_through_again(harvest: Callable[..., Run]) -> None:
    def shifting(catalogue: FakeCatalogue, asked: Asked) -> None:
        # The list has a new first record after the first page: the last of page one comes again, none is lost.
        if asked.request == "getrecords" and len(catalogue.lists) == 2:
            catalogue.records = [iso(0), *catalogue.records]

    fake = FakeCatalogue(isos(6), quirk=shifting)
    run = harvest(fake, options={"max_records": 3})
    assert set(run.records) == ids(6) | {"id-0"}
    assert run.report["coverage"] == "complete"
    assert "csw-list-changed" in rules(run)


def test_F14_page_with_an_error_makes_the_run_partial(harvest: Callable[..., Run]) -> None:
    def failing(catalogue: FakeCatalogue, asked: Asked) -> tuple[int, str] | None:
        return (500, "kaputt") if asked.request == "getrecords" and asked.start == 4 else None

    run = harvest(FakeCatalogue(isos(7), quirk=failing), options={"max_records": 3})
    assert set(run.records) == ids(3)
    assert run.report["coverage"] == "partial"
    assert "500" in run.report["failures"][0]


def test_F04_empty_catalogue_is_complete_with_no_record(harvest: Callable[..., Run]) -> None:
    run = harvest(FakeCatalogue([]))
    assert (run.records, run.report["coverage"], run.report["stated"]) == ({}, "complete", 0)


# --- Failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (exception("NoApplicableCode", "Index wird neu aufgebaut"), "Index wird neu aufgebaut"),
        ("<!doctype html><html><body>Wartungsarbeiten</body></html>", "Wartungsarbeiten"),
        ((503, "voll"), "503"),
        ("", "leer"),
        ("<a><b>", "wohlgeformt"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        ("<feed/>", "feed"),
    ],
    ids=["F02-exception", "F01-html", "F25-status", "F03-empty", "F21-cut", "F39-doctype", "F01-other"],
)
@pytest.mark.parametrize("request_name", ["getcapabilities", "getrecords"])
def test_unusable_answers_fail_the_run(harvest: Callable[..., Run], request_name: str, answer: Any, said: str) -> None:
    fake = FakeCatalogue(isos(3), quirk=lambda catalogue, asked: answer if asked.request == request_name else None)
    run = harvest(fake)
    assert run.records == {}
    assert run.report["pages"] == 0
    assert said in run.report["failure"]


def test_F22_bad_record_is_set_aside_and_the_others_stay(harvest: Callable[..., Run]) -> None:
    fake = FakeCatalogue([iso(1), f'<gmd:MD_Metadata xmlns:gmd="{GMD}"/>', iso(2)])
    run = harvest(fake)
    assert set(run.records) == ids(2)
    assert [reasons[0] for reasons in run.set_aside.values()] == ["record-without-identity"]
    assert run.report["coverage"] == "complete"


# --- What is asked --------------------------------------------------------------------------------------------------


def test_dublin_core_where_there_is_no_iso(harvest: Callable[..., Run]) -> None:
    fake = FakeCatalogue([dublin_core(1), dublin_core(2)], schemas=(CSW_2,))
    run = harvest(fake)
    assert run.titles == {"id-1": "Karte 1", "id-2": "Karte 2"}
    assert {each.parameters["outputschema"] for each in fake.lists} == {CSW_2}
    assert {each.parameters["typenames"] for each in fake.lists} == {"csw:Record"}


def test_refused_schema_leads_to_the_next(harvest: Callable[..., Run]) -> None:
    def refusing(catalogue: FakeCatalogue, asked: Asked) -> tuple[int, str] | str | None:
        if asked.request == "getrecords" and asked.parameters["outputschema"] == GMD:
            return (400, exception("InvalidParameterValue", "no such schema", "outputSchema"))
        return None

    fake = FakeCatalogue([dublin_core(1)], quirk=refusing)
    run = harvest(fake)
    assert set(run.records) == ids(1)
    assert run.report["coverage"] == "complete"
    assert rules(run) == ["csw-query-refused"]


def test_version_3_that_refuses_is_asked_in_version_2(harvest: Callable[..., Run]) -> None:
    def refusing(catalogue: FakeCatalogue, asked: Asked) -> str | None:
        if asked.parameters.get("version") == "2.0.2":
            catalogue.version = "2.0.2"
        elif asked.request == "getrecords":
            return exception("NoApplicableCode", "3.0 is broken here")
        return None

    run = harvest(FakeCatalogue(isos(2), version="3.0.0", quirk=refusing))
    assert set(run.records) == ids(2)
    assert run.report["coverage"] == "complete"


def test_options_become_conditions(harvest: Callable[..., Run]) -> None:
    options = {"types": ["dataset", "series"], "keyword": "opendata"}
    fake = FakeCatalogue(isos(1))
    harvest(fake, options=options)
    asked = fake.lists[0].parameters
    assert asked["constraintlanguage"] == "FILTER"
    found = [each.text for each in etree.fromstring(asked["constraint"]).iter() if each.text]
    assert found == ["Type", "dataset", "Type", "series", "Subject", "%opendata%"]
    fake = FakeCatalogue(isos(1), languages=("CQL_TEXT",))
    harvest(fake, options={**options, "constraint": "Title = 'Plan'"})
    expected = "(Title = 'Plan') AND (Type = 'dataset' OR Type = 'series') AND Subject like '%opendata%'"
    assert fake.lists[0].parameters["constraint"] == expected


def test_constraint_in_the_address_is_asked_as_well(harvest: Callable[..., Run]) -> None:
    fake = FakeCatalogue(isos(1))
    query = "?service=CSW&version=2.0.2&request=GetRecords&typeNames=csw:Record&constraint=Title%20%3D%20%27x%27&maxRecords=10"
    harvest(fake, query)
    assert fake.lists[0].parameters["constraint"] == "Title = 'x'"
    assert [each.request for each in fake.asked] == ["getcapabilities", "getrecords"]


def test_inner_address_in_capabilities_is_not_followed(harvest: Callable[..., Run]) -> None:
    run = harvest(FakeCatalogue(isos(2), host="http://intern.example:8080/geonetwork/csw"))
    assert set(run.records) == ids(2)
    assert run.report["coverage"] == "complete"


@pytest.mark.parametrize(("queryables", "coverage"), [(("Modified",), "changes"), (("Title",), "complete")])
def test_only_changes_are_asked_for_where_the_catalogue_can_tell(
    harvest: Callable[..., Run], queryables: tuple[str, ...], coverage: str
) -> None:
    fake = FakeCatalogue(isos(2), queryables=queryables)
    run = harvest(fake, since="2026-11-20T10:00:00+00:00")
    assert run.report["coverage"] == coverage
    constraint = fake.lists[0].parameters.get("constraint", "")
    assert ("2026-11-19" in constraint) == (coverage == "changes")
    assert run.report["stated"] == (None if coverage == "changes" else 2)


@pytest.mark.parametrize("methods", [("Get",), ("Post",)])
def test_replay_asks_nobody(harvest: Callable[..., Run], methods: tuple[str, ...]) -> None:
    fake = FakeCatalogue(isos(5), methods=methods)
    with fake:
        first = harvest(fake, options={"max_records": 2})
        asked = len(fake.asked)
        again = harvest(fake, options={"max_records": 2}, state=first.state, replay=True)
        assert len(fake.asked) == asked
    assert again.titles == first.titles
    assert again.report["coverage"] == "complete"


def test_unchanged_records_are_not_read_again(harvest: Callable[..., Run]) -> None:
    fake = FakeCatalogue(isos(3))
    with fake:
        first = harvest(fake)
        fake.records = [iso(1), iso(2, "Neue Karte"), iso(3)]
        again = harvest(fake, state=first.state)
    assert {key: record["unchanged"] for key, record in again.records.items()} == {
        "id-1": True,
        "id-2": False,
        "id-3": True,
    }


# --- Detection ------------------------------------------------------------------------------------------------------


def answered(url: str, text: str) -> Answer:
    return Answer(url, url, 200, {}, text.encode(), "", 0.0)


@pytest.mark.parametrize(
    "url",
    [
        "https://k.example/csw",
        "https://k.example/csw?service=CSW&request=GetCapabilities&version=2.0.2",
        "https://k.example/csw?SERVICE=CSW&REQUEST=GetRecords&typenames=gmd:MD_Metadata&startPosition=1",
        "https://k.example/",
    ],
)
def test_detection_from_any_address_of_the_catalogue(url: str) -> None:
    fake = FakeCatalogue(isos(4), url="https://k.example/csw")
    base = "https://k.example/csw"
    answers = {
        capabilities_address(base): answered(base, fake.capabilities()),
        three(base): answered(base, fake.results(1, isos(3))),
    }
    assert set(answers) <= set(CswSpider.probes(url))
    found = CswSpider.detect(url, answers)
    assert found is not None
    assert (found.url, found.count, found.samples, found.options) == (base, 4, ("Karte 1", "Karte 2", "Karte 3"), {})
    assert CswSpider.detect(url, {}) is None
    assert CswSpider.detect(url, {capabilities_address(base): answered(base, "<html/>")}) is None


def test_own_parameters_of_a_catalogue_stay() -> None:
    url = "https://k.example/cgi?map=/x&SERVICE=CSW&request=GetRecords&maxRecords=10"
    assert base_of(url) == "https://k.example/cgi?map=%2Fx"
    assert CswSpider.probes("ordner/daten") == ()


# --- Documents ------------------------------------------------------------------------------------------------------


def test_cql_and_filters_escape_what_is_in_them() -> None:
    query = Query("2.0.2", GMD, "gmd:MD_Metadata", (Condition("Subject", "like", ("d'Or & <x>",)),))
    assert cql(query) == "Subject like '%d''Or & <x>%'"
    root = etree.fromstring(document(query, 1, 10))
    assert [each.text for each in root.iter("{*}Literal")] == ["%d'Or & <x>%"]
    assert "d%27%27Or+%26+%3Cx%3E" in address("https://k.example/csw", query, 1, 10)


def test_options_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValueError, match="max_records"):
        CswOptions(max_records=0)
    with pytest.raises(ValueError, match="version"):
        CswOptions(version="1.0")  # type: ignore[arg-type]


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "version", "schemas", "modified"),
    [
        ("csw202_geoportal_hessen_capabilities.xml", "2.0.2", 6, "apiso:Modified"),
        ("csw202_bayern_capabilities_1.xml", "2.0.2", None, None),
        ("csw_fisbroker_berlin_capabilities.xml", "2.0.2", None, None),
        ("csw_gdi_de_capabilities.xml", "2.0.2", 5, "Modified"),
    ],
)
def test_sample_of_capabilities(
    samples: Path, name: str, version: str, schemas: int | None, modified: str | None
) -> None:
    root, _ = parse((samples / "geo" / name).read_bytes())
    known = read_capabilities(root, "https://k.example/csw")
    assert known.version == version
    assert known.get == "https://k.example/csw" or known.post == "https://k.example/csw"
    if schemas is not None:
        assert len(known.schemas) == schemas
        assert known.queryable("Modified") == modified


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("csw_fisbroker_berlin_getrecords.xml", (3, 3, 3, 1)),
        ("csw_inspire_getrecords.xml", (2, 216, 2, 85)),
        ("csw_gdi_de_getrecords_hits.xml", (0, 5, 5, 0)),
        ("csw_geonetwork_iso_page1.xml", (2, 6, 2, 3)),
        ("csw_geoide_single.xml", (1, 1, 1, 0)),
    ],
)
def test_sample_of_an_answer(samples: Path, name: str, numbers: tuple[int, ...]) -> None:
    answer = read_answer(parse((samples / "geo" / name).read_bytes())[0])
    assert (len(answer.records), answer.matched, answer.returned, answer.following) == numbers


@pytest.mark.samples
def test_sample_of_an_exception(samples: Path) -> None:
    root, _ = parse((samples / "broken/csw_exception_missing_id.xml").read_bytes())
    with pytest.raises(Refused, match="missing parameter Id"):
        read_answer(root)
    with pytest.raises(Unreadable):
        read_answer(parse((samples / "broken/iso_decode_error.xml").read_bytes())[0])


# --- Records by their identifiers -----------------------------------------------------------------------------------

BY_ID = "?service=CSW&version=2.0.2&request=GetRecordById&id=id-2&outputSchema=" + GMD


def _by_id(fake: FakeCatalogue, asked: Asked) -> str | None:
    """A live catalogue: capabilities and lists as always, and the record that is asked for by its identifier."""
    if asked.request.casefold() != "getrecordbyid":
        return None
    found = [each for each in fake.records if f">{asked.parameters['id']}<" in each]
    return f'<csw:GetRecordByIdResponse xmlns:csw="{CSW_2}">{"".join(found)}</csw:GetRecordByIdResponse>'


def test_address_of_one_record_of_a_live_catalogue_means_that_record(harvest: Callable[..., Run]) -> None:
    with FakeCatalogue(isos(7), quirk=_by_id) as fake:
        first = harvest(fake, BY_ID)
        assert (set(first.records), first.report["coverage"], first.report["stated"]) == ({"id-2"}, "complete", 1)
        assert [each.request for each in fake.asked] == ["getrecordbyid"]
        again = harvest(fake, BY_ID, state=first.state, replay=True)
        assert again.titles == first.titles
        assert len(fake.asked) == 1


def test_F02_record_that_is_gone_or_refused_fails_in_its_own_words(harvest: Callable[..., Run]) -> None:
    refusal = exception("InvalidParameterValue", "no such record", "id")
    with FakeCatalogue(isos(1), quirk=lambda fake, asked: refusal) as fake:
        run = harvest(fake, BY_ID)
    assert run.records == {}
    assert "no such record" in run.report["failure"]


def test_detection_of_one_record_of_a_live_catalogue_names_that_record_only() -> None:
    base = "https://k.example/csw"
    fake = FakeCatalogue(isos(4), url=base)
    url = f"{base}{BY_ID}"
    one = f'<csw:GetRecordByIdResponse xmlns:csw="{CSW_2}">{iso(2)}</csw:GetRecordByIdResponse>'
    answers = {url: answered(url, one), capabilities_address(base): answered(base, fake.capabilities())}
    assert set(CswSpider.probes(url)) == {url}
    found = CswSpider.detect(url, answers)
    assert found is not None
    assert (found.url, found.count, found.samples) == (url, 1, ("Karte 2",))
    assert CswSpider.detect(url, {capabilities_address(base): answered(base, fake.capabilities())}) is None
