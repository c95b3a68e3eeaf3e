"""The spider for OGC services on loopback: versions in turn, exceptions, what the next run asks, replay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from harvesters.answer import Answer
from harvesters.spiders.ows import OwsOptions, OwsSpider, Try, tries
from tests.faultserver import FaultServer, Reply, Request, answer
from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls

RECORDINGS = Path(__file__).parents[1] / "recordings/ows"
XML = {"Content-Type": "text/xml"}
REFUSED = (
    b'<ExceptionReport xmlns="http://www.opengis.net/ows/1.1"><Exception exceptionCode="VersionNegotiationFailed">'
    b"<ExceptionText>nicht diese Version</ExceptionText></Exception></ExceptionReport>"
)


def recorded(name: str) -> bytes:
    return (RECORDINGS / name / "input.xml").read_bytes()


class Service(FaultServer):
    """An OGC service at /ows that answers by service and version; everything else is an exception report."""

    def __init__(self) -> None:
        super().__init__(robots=Reply(b"", 404))
        self.answers: dict[tuple[str, str], Reply] = {}
        self.asked: list[tuple[str, str]] = []

    def _answer(self, request: Request) -> Iterable[bytes]:
        if request.path != "/ows":
            return super()._answer(request)
        query = {key.lower(): value for key, value in request.query.items()}
        asked = (query.get("service", ""), query.get("version", ""))
        self.asked.append(asked)
        reply = self.answers.get(asked, Reply(REFUSED, 400, XML))
        return answer(reply.body, reply.status, reply.headers)


@pytest.fixture
def server() -> Iterator[Service]:
    with Service() as running:
        yield running


@pytest.fixture
def harvest(crawls: Crawls, server: Service) -> Callable[..., Run]:
    """Harvests /ows whose answers are given by (service, version)."""

    def run(answers: dict[tuple[str, str], Reply], query: str = "", options: Any = None, **wishes: Any) -> Run:
        server.answers = answers
        return crawls.crawl("ows", server.url("/ows") + query, options, **wishes)

    return run


def test_latest_version_is_asked_first(harvest: Callable[..., Run], server: Service) -> None:
    run = harvest({("WFS", "2.0.0"): Reply(recorded("wfs200_inspire"), headers=XML)}, "?service=WFS")
    assert {*run.titles} == {"flieden:schulen", "flieden:vertauscht"}
    assert (run.report["coverage"], run.report["stated"]) == ("complete", 2)
    assert server.asked == [("WFS", "2.0.0")]


def test_older_version_where_the_latest_is_refused(harvest: Callable[..., Run], server: Service) -> None:
    run = harvest({("WFS", "1.0.0"): Reply(recorded("wfs100_boxes"), headers=XML)}, "?SERVICE=WFS")
    assert {*run.titles} == {"baeume", "baeume_utm"}
    assert run.report["coverage"] == "complete"
    assert server.asked == [("WFS", "2.0.0"), ("WFS", "1.1.0"), ("WFS", "1.0.0")]


def test_F39_wms_1_1_1_with_its_doctype_is_read_where_1_3_0_is_not_there(harvest: Callable[..., Run]) -> None:
    run = harvest({("WMS", "1.1.1"): Reply(recorded("wms111_doctype"), headers=XML)}, options={"service": "WMS"})
    assert run.titles == {"luftbild": "Luftbilder 2020 und später"}
    evil = recorded("wms111_doctype").replace(b"<!ELEMENT V", b"<!ENTITY x 'y'><!ELEMENT V")
    run = harvest({("WMS", "1.1.1"): Reply(evil, headers=XML)}, options={"service": "wms"})
    assert run.records == {}
    assert "Entities" in run.report["failure"]


def test_service_that_is_not_said_is_the_first_that_answers(harvest: Callable[..., Run], server: Service) -> None:
    run = harvest({("WMTS", "1.0.0"): Reply(recorded("wmts100_tiles"), headers=XML)})
    assert {*run.titles} == {"karte_grau"}
    assert [kind for kind, _ in server.asked] == ["WFS", "WMS", "WMTS"]


def test_version_of_the_options_is_the_only_one(harvest: Callable[..., Run], server: Service) -> None:
    run = harvest({("WFS", "1.0.0"): Reply(recorded("wfs100_boxes"))}, options={"service": "WFS", "version": "1.1.0"})
    assert run.records == {}
    assert server.asked == [("WFS", "1.1.0")]


def test_layers_by_name_and_pattern(harvest: Callable[..., Run]) -> None:
    answers = {("WMS", "1.3.0"): Reply(recorded("wms130_tree"), headers=XML)}
    assert {*harvest(answers, "?service=WMS", {"layers": ["*_historie"]}).titles} == {"bplan_historie"}
    assert {*harvest(answers, "?service=WMS", {"layers": ["bplan_rechtskraft"]}).titles} == {"bplan_rechtskraft"}
    assert {*harvest(answers, "?service=WMS", {"group": True}).titles} == {"bplan"}
    nothing = harvest(answers, "?service=WMS", {"layers": ["x*"]})
    assert nothing.records == {}
    assert "layers-option-matches-nothing" in [rule for rule, *_ in nothing.report["findings"]]


def test_crawl_tells_what_is_odd_about_the_service(harvest: Callable[..., Run]) -> None:
    tree = harvest({("WMS", "1.3.0"): Reply(recorded("wms130_tree"), headers=XML)}, "?service=WMS")
    assert [rule for rule, *_ in tree.report["findings"]] == ["layers-without-name"]
    inner = harvest({("WFS", "2.0.0"): Reply(recorded("wfs200_inspire"), headers=XML)}, "?service=WFS")
    assert [rule for rule, *_ in inner.report["findings"]] == ["service-address-unreachable"]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(REFUSED, headers=XML), "nicht diese Version"),
        (Reply(REFUSED, 400, XML), "nicht diese Version"),
        (Reply(b"<html><title>Wartung</title></html>", headers={"Content-Type": "text/html"}), "Wartung"),
        (Reply(b" ", headers=XML), "leer"),
        (Reply(recorded("wms130_tree")[:900], headers=XML), "wohlgeformt"),
        (Reply(recorded("wfs100_boxes"), headers=XML), "WFS statt eines WMS"),
        (Reply(b"nein", 404), "404"),
        (Reply(b"zu", 503), "503"),
        (Reply(b"geheim", 401), "401"),
    ],
    ids=["F02", "F02-400", "F01", "F03", "F21", "other", "404", "F14-503", "401"],
)
def test_F01_F02_unusable_answer_fails_the_run(harvest: Callable[..., Run], reply: Reply, said: str) -> None:
    run = harvest({("WMS", version): reply for version in ("1.3.0", "1.1.1")}, "?service=WMS")
    assert run.records == {}
    assert run.report["pages"] == 0
    assert said in run.report["failure"]
    assert "/ows?" in run.report["failure"]


def test_unchanged_document_is_not_read_again(harvest: Callable[..., Run]) -> None:
    tagged = {**XML, "ETag": '"eins"'}
    answers = {("WFS", "1.0.0"): Reply(recorded("wfs100_boxes"), headers=tagged)}
    first = harvest(answers, "?service=WFS")
    again = harvest({("WFS", "1.0.0"): Reply(b"", 304, tagged)}, "?service=WFS", state=first.state)
    assert again.report["coverage"] == "complete"
    assert {*again.records} == {*first.records}
    assert all(each["unchanged"] for each in again.records.values())


def test_changed_terms_of_the_service_change_every_dataset(harvest: Callable[..., Run]) -> None:
    answers = {("WFS", "1.0.0"): Reply(recorded("wfs100_boxes"), headers=XML)}
    first = harvest(answers, "?service=WFS")
    body = recorded("wfs100_boxes").replace(b"<Fees>NONE</Fees>", b"<Fees>cc-zero</Fees>")
    second = harvest({("WFS", "1.0.0"): Reply(body, headers=XML)}, "?service=WFS", state=first.state)
    assert not any(each["unchanged"] for each in second.records.values())
    third = harvest({("WFS", "1.0.0"): Reply(body, headers=XML)}, "?service=WFS", state=second.state)
    assert all(each["unchanged"] for each in third.records.values())


def test_replay_needs_no_network(harvest: Callable[..., Run], server: Service) -> None:
    first = harvest({("WFS", "1.0.0"): Reply(recorded("wfs100_boxes"), headers=XML)}, "?service=WFS")
    seen = len(server.seen)
    replayed = harvest({}, "?service=WFS", state=first.state, replay=True)
    assert replayed.titles == first.titles
    assert replayed.report["coverage"] == "complete"
    assert len(server.seen) == seen


def test_other_refusals_do_not_ask_on(harvest: Callable[..., Run], server: Service) -> None:
    harvest({("WMS", "1.3.0"): Reply(b"nein", 403)}, "?service=WMS")
    assert {version for _, version in server.asked} == {"1.3.0"}


# ------------------------------------------------------------------------------------------------- how it is asked


def test_ways_of_asking() -> None:
    whole = "https://geo.example.org/ows?map=a"
    assert [each.service for each in tries(whole)] == ["WFS", "WMS", "WMTS", "WCS"]
    assert [each.url.rpartition("=")[2] for each in tries(whole, "WCS")] == ["2.0.1", "1.1.1", "1.0.0"]
    assert tries(f"{whole}&SERVICE=wms&version=1.1.1&REQUEST=GetMap&LAYERS=x") == (
        Try("WMS", f"{whole}&SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1"),
    )
    assert tries("https://geo.example.org/1.0.0/WMTSCapabilities.xml") == (
        Try(None, "https://geo.example.org/1.0.0/WMTSCapabilities.xml"),
    )


@pytest.mark.parametrize("wrong", [{"service": "CSW"}, {"version": "latest"}, {"layer": "x"}])
def test_wrong_options_raise(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        OwsOptions(**wrong)  # type: ignore[arg-type]


def got(url: str, body: bytes) -> Answer:
    return Answer(url, url, 200, {}, body, "text/xml", 0.1)


def test_detection_names_service_count_and_titles() -> None:
    url = "https://geo.example.org/geoserver/ows"
    answers = {each: got(each, REFUSED) for each in OwsSpider.probes(url)}
    assert OwsSpider.detect(url, answers) is None
    wms = next(each for each in answers if "SERVICE=WMS&" in each)
    found = OwsSpider.detect(url, {**answers, wms: got(wms, recorded("wms130_tree"))})
    assert found is not None
    assert (found.url, found.count, found.options) == (url, 2, {"service": "WMS"})
    assert found.samples == ("Rechtskräftige Bebauungspläne", "Frühere Bebauungspläne")
    said = f"{url}?service=WMS"
    (probe,) = OwsSpider.probes(said)
    told = OwsSpider.detect(said, {probe: got(probe, recorded("wms130_tree"))})
    assert told is not None
    assert told.options == {}


def test_detection_asks_little_of_addresses_that_do_not_look_like_a_service() -> None:
    assert len(OwsSpider.probes("https://www.example.org/daten")) == 2
    assert len(OwsSpider.probes("https://www.example.org/geoserver/wfs")) == 4
    assert OwsSpider.probes("/daten") == ()
