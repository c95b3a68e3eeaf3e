"""Why a crawl failed has a kind of its own, whatever its sentence says, and the advice is that of the kind."""

from __future__ import annotations

import pytest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters import reasons, registry
from harvesters.guards.exceptions import BudgetSpent, FetchFailed
from harvesters.reasons import Reason, answered, joined
from harvesters.spider import Job
from schemas.findings import WORDING
from tests.harvesters.source_walks import Sink, context

URL = "https://daten.example.org/a"


@pytest.mark.parametrize(
    ("status", "rule"),
    [
        (401, reasons.NO_ACCESS),
        (403, reasons.NO_ACCESS),
        (404, reasons.NOT_THERE),
        (410, reasons.NOT_THERE),
        (429, reasons.SERVER_TROUBLE),
        (500, reasons.SERVER_TROUBLE),
        (503, reasons.SERVER_TROUBLE),
        (400, reasons.FAILURE),
    ],
)
def test_status_says_what_kind_of_failure_it_is(status: int, rule: str) -> None:
    reason = answered(status).at(URL)
    assert (reason.rule, reason.de) == (rule, f"{URL}: der Server antwortet mit Status {status}")
    finding = reason.finding("portal")
    assert (finding.focus, finding.message("de"), finding.message("en")) == ("portal", reason.de, reason.en)
    assert finding.fix("de") == WORDING[rule].fix_de


def test_refusal_keeps_its_own_rule_and_arguments() -> None:
    refusal = FetchFailed("dns", URL, "daten.example.org").finding()
    finding = Reason.refused(refusal).finding("portal")
    assert (finding.rule, finding.message("de"), finding.fix("en")) == (
        "fetch-dns",
        refusal.message("de"),
        refusal.fix("en"),
    )


def test_several_ways_that_failed_alike_are_one_kind() -> None:
    assert joined([answered(404).at("a"), answered(410).at("b")]).rule == reasons.NOT_THERE
    assert joined([answered(404), Reason("kein JSON", "no JSON")]) == Reason(
        "der Server antwortet mit Status 404; kein JSON", "the server answers with status 404; no JSON"
    )


def test_reason_out_of_a_report() -> None:
    kept = Reason("a {b}", "b", "fetch-dns", ("x", "y"))
    assert Reason.stored([*kept[:3], list(kept.arguments)]) == kept
    assert Reason.stored(["de", "en"]) == Reason("de", "en"), "as earlier versions wrote them"


def test_what_the_network_did_keeps_its_kind() -> None:
    spider = registry.spider_classes()["dcat"]()
    spider.job = Job(context("dcat", URL), Sink())
    for error in (BudgetSpent("run-bytes", URL, "5"), HttpError(Response(URL, status=403)), ConnectionError("weg")):
        spider.failed(Failure(error))
    spider.broke_off(KeyError("title"))
    kinds = [failure.rule for failure in spider.job.failures[-4:]]
    assert kinds == ["fetch-run-bytes", reasons.NO_ACCESS, reasons.NO_ANSWER, reasons.PROGRAM]


def test_every_kind_has_its_words_and_no_two_advise_the_same() -> None:
    rules = [rule for rule in WORDING if rule.startswith("crawl-")]
    assert len({WORDING[rule].fix_de for rule in rules}) == len(rules) == 11
