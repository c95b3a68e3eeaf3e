"""The dcat spider: pages in both spellings, circles, budgets, answers that are no feed, and whole crawls on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Request, TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters import pipelines
from harvesters.answer import Answer
from harvesters.reading import RECORD_TOO_LARGE, Kept, Outcome, Page
from harvesters.spider import Job
from harvesters.spiders import dcat
from harvesters.spiders.dcat import DcatOptions, DcatSpider
from schemas import syntax
from schemas.limits import Limits
from schemas.region import ConfigurationError
from tests.faultserver import FaultServer, Reply
from tests.harvesters.crawl_runs import crawl, write_region
from tests.harvesters.dcat_parts import BASE, PREFIXES, URL, context

Pages = Mapping[str, str] | Callable[[str], str | None]


@dataclass
class ListSink:
    """Keeps what is delivered."""

    outcomes: list[Outcome] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def keep(self, response: Kept) -> str:
        self.kept.append(response)
        return str(len(self.kept))

    def deliver(self, page: Page, outcomes: Iterable[Outcome]) -> None:
        self.outcomes.extend(outcomes)


@dataclass
class KnownHashes:
    """What a run left behind."""

    hashes: dict[str, bytes]

    def known(self, native_ids: Iterable[str]) -> dict[str, bytes]:
        return {i: self.hashes[i] for i in native_ids if i in self.hashes}

    def page(self, url: str) -> None:
        return None


@dataclass
class Walk:
    """What became of a walk: the account, the addresses asked, the pages, what was delivered."""

    job: Job
    asked: list[str]
    pages: list[Page]
    outcomes: list[Outcome]

    @property
    def ids(self) -> list[str]:
        return [outcome.native_id for outcome in self.outcomes if not outcome.set_aside]

    @property
    def coverage(self) -> str:
        return self.job.report().coverage

    @property
    def rules(self) -> list[str]:
        return [finding.rule for finding in self.job.findings]


def walk(pages: Pages, options: DcatOptions | None = None, memory: KnownHashes | None = None, **source: Any) -> Walk:
    """Lets the spider walk through pages held in memory, with the whole way of a page behind it."""
    sink = ListSink()
    job = Job(context(options or DcatOptions(), **source), sink, memory=memory)
    spider = DcatSpider(job=job)
    result = Walk(job, [], [], sink.outcomes)
    waiting: list[Any] = list(spider.first())
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, Page):
            result.pages.append(item)
            pipelines.run(job, "dcat", item)
            continue
        assert isinstance(item, Request)
        result.asked.append(item.url)
        body = pages(item.url) if callable(pages) else pages.get(item.url)
        response = TextResponse(item.url, body=(body or "").encode(), request=item, status=404 if body is None else 200)
        if body is None:
            assert item.errback is not None
            failure: Any = Failure(HttpError(response, "404"))
            failure.request = item
            item.errback(failure)
        else:
            assert item.callback is not None
            waiting.extend(item.callback(response, **item.cb_kwargs))
    return result


def feed(*names: str, following: str = "", more: str = "") -> str:
    """A page with datasets, in Turtle; ``following`` is what stands after the view's type."""
    datasets = "".join(f'ex:{name} a dcat:Dataset ; dct:title "{name}" .\n' for name in names)
    view = f"<> a hydra:PartialCollectionView {following} .\n" if following else ""
    return PREFIXES + datasets + view + more


def _ids(*names: str) -> list[str]:
    return [f"http://source.example/{name}" for name in names]


# ---------------------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize(
    "following",
    [
        "; hydra:next <http://source.example/catalog.ttl?page=2>",
        '; hydra:next "http://source.example/catalog.ttl?page=2"',
        "; hydra:next <?page=2>",
        '; hydra:nextPage " ?page=2 "',
        '; hydra:nextPage "/catalog.ttl?page=2#x"',
        ", hydra:PagedCollection ; hydra:nextPage <catalog.ttl?page=2> ; hydra:next <catalog.ttl?page=2>",
    ],
)
def test_next_page_in_every_spelling(following: str) -> None:
    found = walk({URL: feed("a", following=following), f"{URL}?page=2": feed("b")})
    assert found.asked == [URL, f"{URL}?page=2"]
    assert found.ids == _ids("a", "b")
    assert found.coverage == "complete"


def test_next_page_without_a_typed_view() -> None:
    found = walk({URL: feed("a", more="ex:x hydra:next <?page=2> ."), f"{URL}?page=2": feed("b")})
    assert found.ids == _ids("a", "b")


def test_stated_total_is_kept() -> None:
    found = walk({URL: feed("a", following="; hydra:totalItems 217")})
    assert found.job.stated_total == 217


def test_document_of_one_dataset_is_a_feed() -> None:
    assert walk({URL: feed("a")}).ids == _ids("a")


def test_F04_valid_document_without_datasets_is_a_page_without_records() -> None:
    found = walk({URL: PREFIXES + 'ex:c a dcat:Catalog ; dct:title "leer" .'})
    assert [len(page.natives) for page in found.pages] == [0]
    assert found.coverage == "complete"


def test_F11_next_page_is_the_same_page() -> None:
    found = walk({URL: feed("a", following=f"; hydra:next <{URL}>")})
    assert found.asked == [URL]
    assert found.ids == _ids("a")
    assert found.coverage == "partial"
    assert URL in found.job.failures[0][0]


def test_F11_every_page_repeats_the_first() -> None:
    numbers = iter(range(2, 100))

    def page(url: str) -> str:
        number = next(numbers)
        # Servers name blank nodes anew for each answer.
        contact = f'ex:a dcat:contactPoint _:n{number} . _:n{number} vcard:fn "Amt" .'
        return feed("a", following=f"; hydra:next <?page={number}>", more=contact)

    found = walk(page)
    assert len(found.asked) == 2
    assert found.ids == _ids("a")
    assert found.coverage == "partial"


def test_F12_ring_of_pages_ends_without_a_further_request() -> None:
    pages = {
        URL: feed("a", following="; hydra:next <?page=2>"),
        f"{URL}?page=2": feed("b", following="; hydra:next <?page=3>"),
        f"{URL}?page=3": feed("c", following="; hydra:next <?page=2>"),
    }
    found = walk(pages)
    assert len(found.asked) == 3
    assert found.ids == _ids("a", "b", "c")
    assert found.coverage == "partial"


def _endless(url: str) -> str:
    number = int(url.partition("=")[2] or 1)
    return feed(f"d{number}", following=f"; hydra:next <?page={number + 1}>")


def test_F13_endless_pages_end_with_the_budget() -> None:
    found = walk(_endless, DcatOptions(max_pages=7))
    assert len(found.asked) == 7
    assert found.coverage == "partial"
    assert "Budget von 7 Seiten" in found.job.failures[0][0]
    assert len(walk(_endless, limits=Limits(pages=5)).asked) == 5


def test_F13_endless_records_end_with_the_budget() -> None:
    found = walk(_endless, limits=Limits(records=4))
    assert len(found.ids) == 4
    assert found.coverage == "partial"


def test_F16_pages_without_records_between_others_are_no_repetition() -> None:
    pages = {
        URL: feed(following="; hydra:next <?page=2>"),
        f"{URL}?page=2": feed(following="; hydra:next <?page=3>"),
        f"{URL}?page=3": feed("a"),
    }
    found = walk(pages)
    assert found.ids == _ids("a")
    assert found.coverage == "complete"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "ftp://source.example/x", "mailto:a@b.example"]
)
def test_next_page_that_is_no_web_address_is_not_asked(address: str) -> None:
    found = walk({URL: feed("a", following=f'; hydra:next "{address}"')})
    assert found.asked == [URL]
    assert found.coverage == "partial"


def test_failed_page_makes_the_run_partial_and_keeps_the_others() -> None:
    found = walk({URL: feed("a", following="; hydra:next <?page=2>")})
    assert found.ids == _ids("a")
    assert found.coverage == "partial"


# ------------------------------------------------------------------------------------------- listed, not described


def test_datasets_that_later_pages_describe_are_not_missing() -> None:
    listed = "ex:c a dcat:Catalog ; dcat:dataset ex:a, ex:b ."
    pages = {URL: feed("a", following="; hydra:next <?page=2>", more=listed), f"{URL}?page=2": feed("b", more=listed)}
    assert walk(pages).rules == []


def test_datasets_that_nobody_describes_are_named() -> None:
    found = walk({URL: feed("a", more="ex:c a dcat:Catalog ; dcat:dataset ex:a, ex:b, ex:x .")})
    (finding,) = found.job.findings
    assert (finding.rule, finding.arguments[0]) == (dcat.NOT_DESCRIBED, "2")
    assert found.coverage == "complete"


def test_linked_datasets_are_fetched_where_the_source_says_so() -> None:
    listed = "ex:c a dcat:Catalog ; dcat:dataset ex:a, ex:b, <urn:x> ."
    found = walk({URL: feed("a", more=listed), "http://source.example/b": feed("b", "a")}, DcatOptions(follow=True))
    assert found.asked == [URL, "http://source.example/b"]
    assert found.ids == _ids("a", "b")
    assert found.coverage == "complete"


def test_linked_dataset_that_does_not_come_makes_the_run_partial() -> None:
    found = walk({URL: feed("a", more="ex:c a dcat:Catalog ; dcat:dataset ex:b .")}, DcatOptions(follow=True))
    assert found.coverage == "partial"


def test_linked_document_about_something_else_is_named() -> None:
    pages = {URL: feed("a", more="ex:c a dcat:Catalog ; dcat:dataset ex:b ."), "http://source.example/b": feed("z")}
    assert walk(pages, DcatOptions(follow=True)).rules == [dcat.NOT_DESCRIBED]


def test_linked_datasets_are_within_the_budget() -> None:
    listed = "ex:c a dcat:Catalog ; dcat:dataset " + ", ".join(f"ex:l{i}" for i in range(20)) + " ."
    found = walk(
        lambda url: feed(url.rpartition("/")[2].removesuffix(".ttl"), more=listed),
        DcatOptions(follow=True, max_pages=4),
    )
    assert len(found.asked) == 4
    assert found.coverage == "partial"


# --------------------------------------------------------------------------------------------------- bad answers


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<!DOCTYPE html><html><body>Wartung</body></html>", id="F01 page"),
        pytest.param('{"success": false, "error": {"message": "nicht erlaubt"}}', id="F02 json"),
        pytest.param('<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"/>', id="F02 xml"),
        pytest.param(" \n", id="F03 blanks"),
        pytest.param(feed("a", "b")[:-40], id="F21 cut off"),
        pytest.param(
            '<!DOCTYPE rdf:RDF [<!ENTITY a "x">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
            id="F39 doctype",
        ),
        pytest.param('{"@context": "http://127.0.0.1:9/x", "@id": "http://a"}', id="F41 context"),
    ],
)
def test_F01_F02_F03_F21_F39_F41_unusable_answer_fails_the_run(body: str) -> None:
    found = walk({URL: body})
    assert found.pages == []
    report = found.job.report()
    assert report.failure_de is not None
    assert report.failure_de.startswith(f"{URL}: erwartet war")
    assert report.failure_en is not None


def test_F20_repaired_encoding_is_named() -> None:
    job = Job(context(DcatOptions()), ListSink())
    spider = DcatSpider(job=job)
    (request,) = spider.first()
    assert isinstance(request, Request)
    body = feed("a").replace('"a"', '"Größe"').encode("cp1252")
    (page,) = spider.catalog(TextResponse(URL, body=body, request=request))
    assert [finding.rule for finding in job.findings] == [dcat.CHARSET]
    pipelines.run(job, "dcat", page)
    assert isinstance(job.sink, ListSink)
    assert "Größe" in job.sink.outcomes[0].ntriples


def test_F22_one_bad_record_among_a_thousand_is_set_aside() -> None:
    names = [f"d{i}" for i in range(997)]
    huge = f'ex:huge a dcat:Dataset ; dct:description "{"x" * 10_000_000}" .'
    odd = (
        'ex:date a dcat:Dataset ; dct:title "D" ; dct:issued "31.2.2026"^^xsd:date .'
        'ex:iri a dcat:Dataset ; dct:title "I" ; dcat:landingPage <http://a.example/b c> .'
    )
    found = walk({URL: feed(*names, more=huge + odd)})
    assert len(found.ids) == 999
    (aside,) = [outcome for outcome in found.outcomes if outcome.set_aside]
    assert aside.native_id == "http://source.example/huge"
    assert [finding.rule for finding in aside.findings] == [RECORD_TOO_LARGE]
    assert found.coverage == "complete"


def test_F23_odd_iris_reach_the_feed_as_valid_ones() -> None:
    odd = "<http://a.example/b c>, <http://a.example/d>, <http://straße.example/ü>, <javascript:alert(1)>, <http://a.example:x/>"
    found = walk({URL: feed("a", more=f"ex:a dcat:landingPage {odd.replace('/d>', '/d{}>')} .")})
    triples = syntax.load(found.outcomes[0].ntriples.encode()).triples
    assert triples.repaired == {}
    assert len(triples.values("http://source.example/a", "http://www.w3.org/ns/dcat#landingPage")) == 5


def test_F40_F43_records_over_a_limit_are_set_aside_and_the_others_delivered() -> None:
    deep = 'ex:deep a dcat:Dataset ; dct:title "T" ; dct:provenance ' + "[ ex:p " * 150 + "1" + " ]" * 150 + " ."
    wide = "ex:wide a dcat:Dataset ; ex:p " + ", ".join("[]" for _ in range(300)) + " ."
    found = walk({URL: feed("a", more=deep + wide)})
    assert found.ids == _ids("a")
    assert [finding.focus for page in found.pages for finding in page.unusable] == _ids("deep")
    assert [outcome.native_id for outcome in found.outcomes if outcome.set_aside] == _ids("wide")


def test_F42_imports_are_not_followed() -> None:
    found = walk(
        {URL: feed("a", more="ex:c <http://www.w3.org/2002/07/owl#imports> ex:ontology ; dct:hasPart ex:teil .")}
    )
    assert found.asked == [URL]


def test_own_iris_are_set_aside() -> None:
    found = walk({URL: PREFIXES + f'<{BASE}/id/dataset/x> a dcat:Dataset ; dct:title "A" .'})
    assert found.ids == []
    assert len(found.outcomes) == 1


def test_second_run_finds_the_same_records_unchanged_whatever_the_blank_nodes_are_called() -> None:
    text = feed(
        "a", more='ex:a dcat:contactPoint _:one . _:one vcard:fn "Amt" . [] a dcat:Dataset ; dct:title "ohne" .'
    )
    first = walk({URL: text})
    memory = KnownHashes({outcome.native_id: outcome.input_hash for outcome in first.outcomes})
    second = walk({URL: text.replace("_:one", "_:other")}, memory=memory)
    assert [outcome.reading for outcome in second.outcomes] == [None, None]
    changed = walk({URL: text.replace('"Amt"', '"Bauamt"')}, memory=memory)
    assert [outcome.reading is None for outcome in changed.outcomes] == [False, True]


# ------------------------------------------------------------------------------------------------------- detection


def _answer(url: str, body: str, status: int = 200) -> Answer:
    return Answer(url, url, status, {}, body.encode(), "text/plain", 0.1)


def test_detect_goes_by_content() -> None:
    found = DcatSpider.detect(URL, {URL: _answer(URL, feed("a", "b", following="; hydra:totalItems 7"))})
    assert found is not None
    assert (found.protocol, found.url, found.count, found.samples) == ("dcat", URL, 7, ("a", "b"))


def test_detect_finds_the_feed_of_a_portal() -> None:
    portal = "http://portal.example/"
    answers = {url: _answer(url, "<html>", 200) for url in DcatSpider.probes(portal)}
    assert DcatSpider.detect(portal, answers) is None
    below = "http://portal.example/catalog.rdf"
    answers[below] = _answer(below, feed("a"))
    found = DcatSpider.detect(portal, answers)
    assert found is not None
    assert found.url == below
    assert found.certainty < 80  # a portal's own interface says more


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        '{"@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld"}',
        PREFIXES + "ex:a a ex:B .",
    ],
)
def test_detect_takes_nothing_else_for_a_feed(body: str) -> None:
    assert DcatSpider.detect(URL, {URL: _answer(URL, body), f"{URL}/catalog.ttl": _answer(URL, feed("a"), 404)}) is None


def test_unknown_option_is_refused_by_name() -> None:
    with pytest.raises(
        ConfigurationError, match=r"\[dcat\] unknown key 'folow'; did you mean 'follow'\? allowed: follow, max_pages"
    ):
        DcatSpider.options_of(context(options={"folow": True}).source.model_copy(update={"options": {"folow": True}}))


@pytest.mark.samples
def test_samples_are_detected(samples: Path) -> None:
    for file in sorted((samples / "dcat").iterdir()):
        found = DcatSpider.detect(URL, {URL: Answer(URL, URL, 200, {}, file.read_bytes(), "", 0.1)})
        assert found is not None, file.name
        assert found.count, file.name


# ---------------------------------------------------------------------------------------------- crawls on loopback


def test_crawl_asks_for_rdf_and_follows_the_pages(tmp_path: Path) -> None:
    pages = {
        "/catalog": Reply(
            feed("a", following='; hydra:nextPage "/catalog/2"').encode(), headers={"Content-Type": "text/html"}
        ),
        "/catalog/2": Reply(feed("b").encode("utf-16")),
    }
    with FaultServer(pages=pages) as server:
        write_region(tmp_path, feed=f'url = "{server.url("/catalog")}"\nprotocol = "dcat"\n')
        run = crawl(tmp_path, "feed")
        accepts = {request.headers["accept"] for request in server.seen if request.path.startswith("/catalog")}
    assert run.titles == {"http://source.example/a": "a", "http://source.example/b": "b"}
    assert run.report["coverage"] == "complete"
    assert accepts == {dcat.ACCEPT}


def test_F14_crawl_with_a_failing_page_is_partial(tmp_path: Path) -> None:
    pages = {
        "/catalog": Reply(feed("a", following='; hydra:next "/catalog/2"').encode()),
        "/catalog/2": Reply(b"kaputt", status=500),
    }
    with FaultServer(pages=pages) as server:
        write_region(tmp_path, feed=f'url = "{server.url("/catalog")}"\nprotocol = "dcat"\n[limits]\nretries = 0\n')
        run = crawl(tmp_path, "feed")
    assert list(run.records) == ["http://source.example/a"]
    assert run.report["coverage"] == "partial"
    assert "500" in run.report["failures"][0]


def test_F01_crawl_of_a_web_page_fails(tmp_path: Path) -> None:
    with FaultServer(pages={"/catalog": Reply(b"<html><body>Wartungsarbeiten</body></html>")}) as server:
        write_region(tmp_path, feed=f'url = "{server.url("/catalog")}"\nprotocol = "dcat"\n')
        run = crawl(tmp_path, "feed")
    assert run.records == {}
    assert "Wartungsarbeiten" in run.report["failure"]
