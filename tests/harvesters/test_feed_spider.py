"""The feed spider: pages, windows, download services, feeds as one dataset, what is no feed, unchanged feeds, replays."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.http import Request

from harvesters.answer import Answer
from harvesters.spiders.feed import FeedSpider
from schemas.limits import Limits
from schemas.region import ConfigurationError
from tests.harvesters.crawl_runs import Site, crawl, write_region
from tests.harvesters.source_walks import Reply, distributions, walk

URL = "https://feed.example/feed.xml"
RECORDINGS = Path(__file__).parents[1] / "recordings/feed"
DATASET_FEED = "https://geo.example/atom/bplan-1.xml"


def item(number: int, data: bool = True) -> str:
    enclosure = f'<enclosure url="https://feed.example/{number}.csv" type="text/csv" length="1"/>' if data else ""
    return f"<item><title>Daten {number}</title><guid>id-{number}</guid>{enclosure}</item>"


def rss(*items: str, more: str = "") -> bytes:
    spaces = (
        'xmlns:a="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" '
        'xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns:os="http://a9.com/-/spec/opensearch/1.1/"'
    )
    return f"<rss version='2.0' {spaces}><channel><title>F</title>{more}{''.join(items)}</channel></rss>".encode()


def following(page: int, rel: str = "next") -> str:
    return f'<a:link rel="{rel}" href="feed.xml?page={page}"/>'


def ids(*numbers: int) -> list[str]:
    return [f"id-{number}" for number in numbers]


# ---------------------------------------------------------------------------------------------------------- pages


def test_entries_with_data_are_datasets_and_a_plain_feed_is_a_window() -> None:
    found = walk("feed", URL, {URL: rss(item(1), item(2))})
    assert found.titles == {"id-1": "Daten 1", "id-2": "Daten 2"}
    assert found.coverage == "changes"


@pytest.mark.parametrize("more", ["<fh:complete/>", ""])
def test_a_feed_that_says_so_or_is_said_to_be_is_complete(more: str) -> None:
    found = walk("feed", URL, {URL: rss(item(1), more=more)}, {} if more else {"complete": True})
    assert found.coverage == "complete"


@pytest.mark.parametrize("rel", ["next", "prev-archive"])
def test_pages_and_archives_are_followed_and_are_all_there_is(rel: str) -> None:
    pages = {
        URL: rss(item(1), item(2), more=following(2, rel)),
        f"{URL}?page=2": rss(item(2), item(3), more=following(3, rel)),
        f"{URL}?page=3": rss(item(4)),
    }
    found = walk("feed", URL, pages)
    assert found.ids == ids(1, 2, 3, 4)
    assert found.coverage == "complete"
    again = walk("feed", URL, {}, replay=found)
    assert (again.ids, again.coverage) == (found.ids, "complete")


def test_F11_a_page_that_comes_again_ends_the_run_as_partial() -> None:
    def same(request: Request) -> bytes:
        page = int(request.url.partition("=")[2] or 1)
        return rss(item(1), more=following(page + 1))

    found = walk("feed", URL, same)
    assert (found.ids, found.coverage, len(found.asked)) == (ids(1), "partial", 2)


def test_F12_a_ring_of_pages_ends_the_run_as_partial() -> None:
    pages = {
        URL: rss(item(1), more=following(2)),
        f"{URL}?page=2": rss(item(2), more='<a:link rel="next" href="feed.xml"/>'),
    }
    found = walk("feed", URL, pages)
    assert (found.ids, found.coverage) == (ids(1, 2), "partial")
    assert "schon abgerufen" in found.failures


def test_F13_budgets_of_pages_and_records() -> None:
    def endless(request: Request) -> bytes:
        page = int(request.url.partition("=")[2] or 1)
        return rss(item(page), more=following(page + 1))

    assert walk("feed", URL, endless, {"max_pages": 3}).ids == ids(1, 2, 3)
    found = walk("feed", URL, endless, limits=Limits(records=2))
    assert (found.ids, found.coverage) == (ids(1, 2), "partial")


def test_F14_a_later_page_that_fails_or_fewer_entries_than_stated() -> None:
    found = walk("feed", URL, {URL: rss(item(1), more=following(2))})
    assert (found.ids, found.coverage) == (ids(1), "partial")
    found = walk("feed", URL, {URL: rss(item(1), more="<os:totalResults>7</os:totalResults>")})
    assert found.coverage == "partial"
    assert "nur 1 von 7" in found.failures


def test_deleted_entries_are_passed_on() -> None:
    found = walk("feed", URL, {URL: rss(item(1), more='<at:deleted-entry ref="id-7" when="2026-01-01T00:00:00Z"/>')})
    assert found.deleted == ["id-7"]


def test_F22_an_entry_without_title_and_identity_is_set_aside() -> None:
    found = walk("feed", URL, {URL: rss(item(1), "<item><description>x</description></item>", item(2))})
    assert found.ids == ids(1, 2)
    assert found.unusable == ["record-without-identity"]


# --------------------------------------------------------------------------------------------------- feed as a whole


def test_news_are_one_dataset() -> None:
    found = walk("feed", URL, {URL: (RECORDINGS / "news/input.xml").read_bytes()})
    assert found.titles == {URL: "Aktuelles aus dem Rathaus"}
    assert found.coverage == "complete"
    (distribution,) = distributions(found.datasets[URL])
    assert distribution.access_url == (URL,)


def test_as_says_what_is_a_dataset() -> None:
    plain = {URL: rss(item(1, data=False), item(2, data=False))}
    assert walk("feed", URL, plain).ids == [URL]
    assert walk("feed", URL, plain, {"as": "entries"}).ids == ids(1, 2)
    assert walk("feed", URL, {URL: rss(item(1), more=following(2))}, {"as": "feed"}).ids == [URL]


def test_options_are_checked() -> None:
    with pytest.raises(ConfigurationError, match=r"as: .entries. or .feed. is allowed"):
        walk("feed", URL, {}, {"as": "dataset"})


# --------------------------------------------------------------------------------------------------- download services


def _service() -> dict[str, bytes | str | Reply]:
    folder = RECORDINGS / "inspire-download"
    return {URL: (folder / "input.xml").read_bytes(), DATASET_FEED: (folder / "dataset.xml").read_bytes()}


def test_a_download_service_has_a_dataset_for_each_entry() -> None:
    found = walk("feed", URL, _service())
    assert found.ids == [DATASET_FEED]
    assert found.coverage == "complete"
    assert len(distributions(found.datasets[DATASET_FEED])) == 3
    again = walk("feed", URL, {}, replay=found)
    assert again.titles == found.titles


def test_F14_a_dataset_feed_that_fails_leaves_the_run_partial() -> None:
    pages = _service()
    pages[DATASET_FEED] = (500, {}, b"kaputt")
    found = walk("feed", URL, pages)
    assert (found.ids, found.coverage) == ([], "partial")


def test_an_unchanged_dataset_feed_is_not_sent_again_unless_the_service_changed() -> None:
    pages = _service()
    body = pages[DATASET_FEED]
    assert isinstance(body, bytes)

    def web(request: Request) -> bytes | Reply:
        if request.url == URL:
            service = pages[URL]
            assert isinstance(service, bytes)
            return 200, {"ETag": '"dienst"'}, service
        return (304, {}, b"") if request.headers.get("If-None-Match") == b'"eins"' else (200, {"ETag": '"eins"'}, body)

    first = walk("feed", URL, web)
    second = walk("feed", URL, web, before=first)
    assert second.ids == [DATASET_FEED]
    assert [outcome.reading for outcome in second.sink.outcomes] == [None]
    assert [bool(request.headers.get("If-None-Match")) for request in second.asked] == [False, True]
    service = pages[URL]
    assert isinstance(service, bytes)
    pages[URL] = service.replace("„Am Sportplatz“".encode(), "„Am Bach“".encode())
    third = walk("feed", URL, web, before=second)
    assert third.titles == {DATASET_FEED: "Bebauungsplan 1 „Am Bach“"}


# ------------------------------------------------------------------------------------------------------------ faults


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"<!doctype html><title>Wartung</title>", "Wartung"),
        (b"<html><body>Wartung</body></html>", "Wartung"),
        (b" ", "leer"),
        (rss(item(1))[:150], "wohlgeformt"),
        (b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", "DOCTYPE"),
        (b"<urlset/>", "weder RSS noch Atom"),
        ((404, {}, b""), "404"),
    ],
    ids=["F01-html", "F01-xhtml", "F03-empty", "F21-cut", "F39-doctype", "other", "missing"],
)
def test_F01_what_is_no_feed_fails_the_run(reply: bytes | Reply, said: str) -> None:
    found = walk("feed", URL, {URL: reply})
    assert found.ids == []
    assert found.job.report().failure_de is not None
    assert said in found.failures


def test_F20_a_wrong_encoding_is_put_right_and_said() -> None:
    body = rss(item(1)).replace(b"Daten 1", "Bäume Straße".encode("cp1252"))
    found = walk("feed", URL, {URL: body})
    assert found.titles == {"id-1": "Bäume Straße"}
    assert found.rules == ["feed-charset-repaired"]


def test_F69_the_key_goes_to_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    found = walk("feed", URL, {URL: rss(item(1))}, api_key="geheim")
    assert found.asked[0].headers["Authorization"] == b"geheim"


def test_crawl_of_an_unchanged_feed_asks_with_its_validators(tmp_path: Path) -> None:
    with Site({"/feed.xml": rss(item(1), item(2))}) as site:
        folder = write_region(tmp_path, s=f'url = "{site.url}/feed.xml"\nprotocol = "feed"\n[feed]\nas = "entries"\n')
        first = crawl(folder, "s")
        assert first.titles == {"id-1": "Daten 1", "id-2": "Daten 2"}
        site.whole.clear()
        again = crawl(folder, "s", state=first.state)
        assert site.whole == []
        assert set(again.records) == {"id-1", "id-2"}
        assert again.report["coverage"] == "changes"


# --------------------------------------------------------------------------------------------------------- detection


@pytest.mark.parametrize(
    ("body", "count", "options", "certainty"),
    [
        (rss(item(1), item(2)), 2, {}, 75),
        (rss(item(1, data=False)), 1, {"as": "feed"}, 60),
        ((RECORDINGS / "inspire-download/input.xml").read_bytes(), 1, {}, 85),
        (b"<html><link rel='alternate'></html>", None, {}, 0),
    ],
)
def test_detection(body: bytes, count: int | None, options: dict[str, str], certainty: int) -> None:
    found = FeedSpider.detect(URL, {URL: Answer(URL, URL, 200, {}, body, "", 0.0)})
    if count is None:
        assert found is None
    else:
        assert found is not None
        assert (found.count, found.options, found.certainty) == (count, options, certainty)
    assert FeedSpider.detect(URL, {}) is None
    assert FeedSpider.probes("ordner") == ()
