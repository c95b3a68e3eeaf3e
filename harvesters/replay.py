"""Answers requests from the responses that an earlier run kept: all of a replay, those fetched of an interrupted run."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from harvesters.spider import ASKED, HarvestSpider


class ReplayMiddleware:
    """A downloader middleware before all others; without a replay it does nothing."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReplayMiddleware:
        """Builds the middleware for a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        """The kept response of the address; in a replay IgnoreRequest where the run kept none."""
        spider = self.crawler.spider
        if not isinstance(spider, HarvestSpider):
            return None
        source = spider.job.replay or spider.job.resume
        if source is None:
            return None
        kept = source(str(request.meta.get(ASKED, request.url)))
        if kept is None:
            if spider.job.replay is None:
                return None
            raise IgnoreRequest(f"the replayed run kept no answer of {request.url}")
        headers = {b"Content-Type": kept.content_type.encode("latin-1")} if kept.content_type else {}
        response_class = responsetypes.from_args(headers=headers, url=request.url, body=kept.body)
        return response_class(request.url, status=200, headers=headers, body=kept.body, request=request)
