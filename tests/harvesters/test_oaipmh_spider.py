"""The OAI-PMH spider: formats, tokens that expire, repeat or never end, sets, deletions, changes, errors, replays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scrapy.http import Request

from harvesters.answer import Answer
from harvesters.oai.answers import address, base_address, read_answer
from harvesters.spiders.oaipmh import OaipmhSpider
from schemas.limits import Limits
from schemas.region import ConfigurationError
from schemas.syntax import Unreadable
from tests.harvesters.oai_repository import SINCE, URL, Repository, dcat, error, gone, ids, oai, record
from tests.harvesters.source_walks import Reply, walk


@pytest.mark.parametrize(
    ("url", "base"),
    [
        (f"{URL}?verb=Identify", URL),
        (f"{URL}?mode=oaipmh&verb=ListRecords&metadataPrefix=oai_dc", f"{URL}?mode=oaipmh"),
        (f"{URL}#x", URL),
    ],
)
def test_base_address(url: str, base: str) -> None:
    assert base_address(url) == base


def test_arguments_join_those_of_the_address() -> None:
    assert address(f"{URL}?mode=oaipmh", "ListRecords", from_="2026-01-01", set="") == (
        f"{URL}?mode=oaipmh&verb=ListRecords&from=2026-01-01"
    )


# --------------------------------------------------------------------------------------------------------- lists


def test_all_parts_are_read_and_the_token_stands_alone() -> None:
    repository = Repository({"": [record(number) for number in range(5)]})
    found = walk("oaipmh", f"{URL}?verb=Identify", repository)
    assert found.ids == ids(*range(5))
    assert found.titles["oai:data.example:3"] == "Daten 3"
    assert found.datasets["oai:data.example:3"].iri == "https://data.example/3"
    assert found.coverage == "complete"
    assert found.job.stated_total == 5
    first, *others = repository.lists_asked
    assert first == {"verb": "ListRecords", "metadataPrefix": "dcat_ap"}
    assert all(set(query) == {"verb", "resumptionToken"} for query in others)
    assert len(others) == 2


def test_deleted_records_are_passed_on_with_both_their_names() -> None:
    found = walk("oaipmh", URL, Repository({"": [record(1), gone(2), record(3)]}))
    assert found.ids == ids(1, 3)
    assert found.deleted == ["oai:data.example:2", "2"]
    assert found.job.stated_total == 2
    assert found.coverage == "complete"


def test_sets_one_after_another_and_a_record_in_two_of_them_once() -> None:
    repository = Repository({"a": [record(1), record(2), record(3)], "b": [record(3), record(4)]})
    found = walk("oaipmh", URL, repository, {"sets": ["a", "b", "empty"]})
    assert found.ids == ids(1, 2, 3, 4)
    assert found.job.stated_total == 4
    assert [query["set"] for query in repository.lists_asked if "set" in query] == ["a", "b", "empty"]
    assert found.coverage == "complete"


def test_F04_an_empty_repository_is_complete_with_no_record() -> None:
    found = walk("oaipmh", URL, Repository({}))
    assert (found.ids, found.coverage, found.job.pages) == ([], "complete", 1)


def test_several_datasets_in_one_record_keep_their_own_identity() -> None:
    both = dcat(1).replace("</rdf:RDF>", dcat(2).partition('terms/">')[2])
    found = walk("oaipmh", URL, Repository({"": [record(7, both)]}))
    assert found.ids == ["https://data.example/1", "https://data.example/2"]


def test_a_dataset_without_rdf_around_it_is_read_and_a_foreign_one_set_aside() -> None:
    bare = dcat(1).replace("<rdf:RDF", "<dcat:Dataset").replace("><dcat:Dataset rdf:about", " rdf:about", 1)
    bare = bare.replace("</rdf:RDF>", "")
    found = walk(
        "oaipmh", URL, Repository({"": [record(1, bare), record(2, "<mods xmlns='http://mods'/>"), record(3)]})
    )
    assert found.titles == {"oai:data.example:1": "Daten 1", "oai:data.example:3": "Daten 3"}
    assert found.unusable == ["oai-format-unknown"]
    assert found.coverage == "complete"


# --------------------------------------------------------------------------------------------------------- faults


def test_F17_an_expired_token_starts_the_list_again_once() -> None:
    repository = Repository({"": [record(number) for number in range(5)]}, quirks=[None, error("badResumptionToken")])
    found = walk("oaipmh", URL, repository)
    assert found.ids == ids(*range(5))
    assert found.coverage == "complete"
    assert found.job.stated_total == 5
    assert found.rules == ["oai-token-expired"]
    assert [query for query in repository.lists_asked if "metadataPrefix" in query] == [
        {"verb": "ListRecords", "metadataPrefix": "dcat_ap"}
    ] * 2
    again = walk("oaipmh", URL, {}, replay=found)
    assert sorted(again.ids) == sorted(found.ids)
    assert again.coverage == "complete"


def test_F17_a_token_that_expires_again_leaves_the_run_partial() -> None:
    expired = error("badResumptionToken", "too old")
    repository = Repository({"": [record(number) for number in range(5)]}, quirks=[None, expired, None, expired])
    found = walk("oaipmh", URL, repository)
    assert found.ids == ids(0, 1)
    assert found.coverage == "partial"
    assert "badResumptionToken: too old" in found.failures


def test_F17_an_error_sent_with_a_status_is_understood() -> None:
    expired: Reply = (400, {}, error("badResumptionToken"))
    found = walk("oaipmh", URL, Repository({"": [record(n) for n in range(3)]}, quirks=[None, expired]))
    assert found.ids == ids(0, 1, 2)
    assert found.coverage == "complete"


def test_F17_the_prefix_goes_with_the_token_only_where_the_repository_demands_it() -> None:
    demanded = error("badArgument", "Missing metadataPrefix parameter")
    repository = Repository({"": [record(n) for n in range(4)]}, quirks=[None, demanded, None])
    repository.records = lambda query: Repository.records(  # type: ignore[method-assign]
        repository, {name: value for name, value in query.items() if name == "verb" or name == "resumptionToken"}
    )
    found = walk("oaipmh", URL, repository)
    assert found.ids == ids(0, 1, 2, 3)
    assert found.rules == ["oai-token-not-exclusive"]
    assert ["metadataPrefix" in query for query in repository.lists_asked] == [True, False, True]


def test_F11_a_part_that_comes_again_ends_the_run_as_partial() -> None:
    same = oai(f"<ListRecords>{record(1)}<resumptionToken>t{{}}</resumptionToken></ListRecords>").decode()
    found = walk("oaipmh", URL, Repository({}, quirks=[same.replace("{}", str(n)).encode() for n in range(9)]))
    assert found.ids == ids(1)
    assert found.coverage == "partial"


def test_F12_a_token_that_comes_again_ends_the_run_as_partial() -> None:
    parts = [
        oai(f"<ListRecords>{record(n)}<resumptionToken>{'ab'[n % 2]}</resumptionToken></ListRecords>") for n in range(9)
    ]
    found = walk("oaipmh", URL, Repository({}, quirks=[*parts]))
    assert found.ids == ids(0, 1, 2)
    assert found.coverage == "partial"
    assert "zum zweiten Mal" in found.failures


def test_F13_the_budget_of_records_ends_an_endless_list() -> None:
    def endless() -> Iterator[bytes]:
        for n in range(400):
            yield oai(f"<ListRecords>{record(n)}<resumptionToken>t{n}</resumptionToken></ListRecords>")

    found = walk("oaipmh", URL, Repository({}, quirks=[*endless()]), limits=Limits(records=5))
    assert found.ids == ids(0, 1, 2, 3, 4)
    assert found.coverage == "partial"


def test_F14_fewer_records_than_stated_leave_the_run_partial() -> None:
    found = walk("oaipmh", URL, Repository({"": [record(1), record(2)]}, total=9))
    assert found.ids == ids(1, 2)
    assert found.coverage == "partial"
    assert "nur 2 von 9" in found.failures


def test_F14_a_later_part_that_fails_leaves_the_run_partial() -> None:
    found = walk("oaipmh", URL, Repository({"": [record(n) for n in range(5)]}, quirks=[None, (500, {}, b"kaputt")]))
    assert found.ids == ids(0, 1)
    assert found.coverage == "partial"


def test_F15_a_number_that_no_longer_grows_is_an_end_when_all_have_come() -> None:
    def part(n: int, token: int) -> bytes:
        end = f'<resumptionToken completeListSize="2">{token}</resumptionToken>'
        return oai(f"<ListRecords>{record(n)}{end}</ListRecords>")

    repository = Repository({}, quirks=[part(1, 2), part(2, 0), error("badArgument")])
    found = walk("oaipmh", URL, repository)
    assert (found.ids, found.coverage) == (ids(1, 2), "complete")
    assert len(repository.lists_asked) == 2


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"<!doctype html><title>Wartung</title>", "Wartung"),
        (b"  ", "leer"),
        (oai("<ListRecords/>")[:150], "wohlgeformt"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><OAI-PMH/>', "DOCTYPE"),
        (b'<ows:ExceptionReport xmlns:ows="o">nein</ows:ExceptionReport>', "nein"),
        (error("badVerb", "what?"), "badVerb: what?"),
        (error("cannotDisseminateFormat"), "cannotDisseminateFormat"),
        ((503, {}, b""), "503"),
    ],
    ids=["F01-html", "F03-empty", "F21-cut", "F39-doctype", "F02-report", "F02-verb", "F02-format", "F25-status"],
)
def test_F01_F02_an_unusable_answer_fails_the_run(reply: bytes | Reply, said: str) -> None:
    found = walk("oaipmh", URL, Repository({}, quirks=[reply]))
    assert found.ids == []
    assert found.job.report().failure_de is not None
    assert said in found.failures
    first = walk("oaipmh", URL, lambda request: reply)
    assert first.job.report().failure_de is not None


def test_F22_one_bad_record_stops_no_other() -> None:
    bad = dcat(2).replace("https://data.example/2", "https://daten.example.org/id/dataset/abc")
    empty = "<record><header><identifier>oai:data.example:4</identifier></header></record>"
    found = walk("oaipmh", URL, Repository({"": [record(1), record(2, bad), empty, record(3)]}, page=9))
    assert found.ids == ids(1, 3)
    assert found.unusable.count("record-unreadable") == 1
    assert found.coverage == "complete"


def test_identifiers_that_stand_for_a_whole_part_are_not_believed() -> None:
    same = [record(n).replace(f"oai:data.example:{n}", "oai:data.example:0") for n in range(4)]
    found = walk("oaipmh", URL, Repository({"": same}))
    assert found.ids == [f"https://data.example/{n}" for n in range(4)]


# ---------------------------------------------------------------------------------------------- changes and replays


@pytest.mark.parametrize(
    ("granularity", "asked"), [("YYYY-MM-DD", "2026-03-01"), ("YYYY-MM-DDThh:mm:ssZ", "2026-03-01T11:30:00Z")]
)
def test_changes_only_in_the_granularity_of_the_repository(granularity: str, asked: str) -> None:
    repository = Repository({"": [record(1), record(2), gone(3)]}, granularity=granularity)
    before = walk("oaipmh", URL, Repository({"": [record(n) for n in range(5)]}))
    found = walk("oaipmh", URL, repository, since=SINCE, before=before)
    assert repository.lists_asked[0]["from"] == asked
    assert all("from" not in query for query in repository.lists_asked[1:])
    assert found.coverage == "changes"
    assert found.deleted == ["oai:data.example:3"]
    again = walk("oaipmh", URL, {}, replay=found)
    assert (again.ids, again.coverage) == (ids(1, 2), "changes")


def test_nothing_changed_is_no_failure() -> None:
    found = walk("oaipmh", URL, Repository({}), since=SINCE)
    assert (found.ids, found.coverage, found.job.report().failure_de) == ([], "changes", None)


def test_replay_asks_nobody() -> None:
    found = walk("oaipmh", URL, Repository({"a": [record(1), record(2), record(3)]}), {"sets": ["a"]})
    again = walk("oaipmh", URL, {}, {"sets": ["a"]}, replay=found)
    assert again.titles == found.titles
    assert again.coverage == "complete"


def test_unchanged_records_are_known_whatever_the_envelope_declares() -> None:
    before = walk("oaipmh", URL, Repository({"": [record(1)]}))
    other = record(1).replace("<metadata>", '<metadata xmlns:other="urn:other">')
    found = walk("oaipmh", URL, Repository({"": [other]}), before=before)
    assert [outcome.reading for outcome in found.sink.outcomes] == [None]


# ----------------------------------------------------------------------------------------------- detection, options


def _answers(repository: Repository) -> dict[str, Answer]:
    found = {}
    for place in OaipmhSpider.probes(URL):
        body = repository(Request(place))
        assert isinstance(body, bytes)
        found[place] = Answer(place, place, 200, {}, body, "text/xml", 0.0)
    return found


def test_detection_counts_and_shows_titles() -> None:
    titled = "<dc xmlns='http://www.openarchives.org/OAI/2.0/oai_dc/'><t:title xmlns:t='u'>Bäume</t:title></dc>"
    repository = Repository({"": [record(n, titled) for n in range(7)]})
    found = OaipmhSpider.detect(URL, _answers(repository))
    assert found is not None
    assert (found.url, found.count, found.samples) == (URL, 7, ("Bäume", "Bäume"))
    assert OaipmhSpider.detect(URL, {}) is None
    html = Answer(URL, URL, 200, {}, b"<html>", "text/html", 0.0)
    assert OaipmhSpider.detect(URL, dict.fromkeys(OaipmhSpider.probes(URL), html)) is None
    assert OaipmhSpider.probes("ordner/daten") == ()
    assert len(OaipmhSpider.probes("https://www.example.org/")) == 4


def test_options_are_checked() -> None:
    with pytest.raises(ConfigurationError):
        walk("oaipmh", URL, {}, {"sets": [" "]})
    with pytest.raises(ConfigurationError):
        walk("oaipmh", URL, {}, {"format": "x"})


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"<a/>", b"\xff\xfe\x00", b"<OAI-PMH>", b"<a>" * 5000])
def test_F01_F40_what_is_no_oai_pmh(body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read_answer(body)
    assert refused.value.de != refused.value.en
