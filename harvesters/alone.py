"""Lets ``scrapy crawl PROTOCOL -a source=REGION/sources/ID.toml -O out.ttl`` run without a catalogue (DESIGN 2)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from twisted.python.failure import Failure

from harvesters import registry
from harvesters.guards.pins import Pin
from harvesters.guards.run import agent_string
from harvesters.reading import Context, Kept, Outcome, Page
from harvesters.spider import HarvestSpider, Job
from schemas import iris
from schemas.region import ConfigurationError, load

log = logging.getLogger(__name__)


class SourceFile:
    """A Scrapy extension that makes the job of a spider which was started with a source file in place of one.

    The region is the folder above ``sources/``. Nothing is remembered and nothing kept: what passes the pipelines goes
    to Scrapy's feed export (:mod:`harvesters.exporters`), what failed to the log.
    """

    def __init__(self, spider: HarvestSpider) -> None:
        self.spider = spider
        self.sink = Nowhere()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SourceFile:
        """Builds the job before the settings are frozen. Raises ConfigurationError for a file that is no source."""
        spider = crawler.spider
        if not isinstance(spider, HarvestSpider) or "job" in vars(spider):
            raise NotConfigured
        made = cls(spider)
        job = made.job()
        spider.job = job
        region, source = job.context.region, job.context.source
        agent = agent_string(region.base_url, region.publisher.email)
        for name, value in (
            ("ALLMENDE_LIMITS", source.limits),
            ("ALLMENDE_ALLOWED_HOSTS", region.allowed_hosts),
            ("ALLMENDE_PERMISSION", source.permission if source.personal_data == "remove" else None),
            ("ALLMENDE_PIN", Pin.of(source.url, source.certificate)),
            ("ALLMENDE_AGENT", agent),
            ("USER_AGENT", agent),
        ):
            crawler.settings.set(name, value, priority="spider")
        crawler.signals.connect(made.broke_off, signals.spider_error)
        crawler.signals.connect(made.broke_off, signals.item_error)
        crawler.signals.connect(made.closed, signals.spider_closed)
        return made

    def job(self) -> Job:
        """The job of the source file that ``-a source=`` names. Raises ConfigurationError."""
        # The spider's own attribute of this name is the source itself, which comes from the job.
        path = vars(self.spider).get("source")
        if not path:
            raise ConfigurationError("-a source=REGION/sources/ID.toml is needed")
        file = Path(path).resolve()
        if file.parent.name != "sources" or not file.is_file():
            raise ConfigurationError(f"-a source={path}: not a file sources/ID.toml of a region's folder")
        region = load(file.parent.parent)
        registry.check_sources(region)
        source = region.source(file.stem)
        assert source is not None, "load() reads every file of the folder"
        if source.protocol not in (None, self.spider.name):
            raise ConfigurationError(
                f"sources/{source.id}.toml: its protocol is {source.protocol}: scrapy crawl {source.protocol} …"
            )
        if source.protocol is None:
            options = source.tables.get(self.spider.name, {})
            source = source.model_copy(update={"protocol": self.spider.name, "options": options})
        municipality = region.municipality(source.municipality)
        assert municipality is not None
        context = Context(region, source, municipality, self.spider.options_of(source))
        return Job(context, self.sink, now=datetime.now(UTC))

    def broke_off(self, failure: Failure) -> None:
        """Enters an error of the spider or of a pipeline in the account."""
        self.spider.broke_off(failure.value or RuntimeError(str(failure)))

    def closed(self) -> None:
        """Says how it went; a crawl that brought less than all never goes unseen."""
        report = self.spider.job.report()
        for reason in report.failures:
            log.error("%s", reason.en)
        for finding in report.findings:
            log.warning("%s", finding.message("en"))
        for outcome in self.sink.set_aside:
            log.warning("set aside: %s: %s", outcome.native_id, outcome.findings[0].message("en"))
        log.info(
            "%s: %d records from %d pages, %s", self.spider.source.id, self.sink.read, report.pages, report.coverage
        )


class Nowhere:
    """A sink that keeps nothing but the count of what was read, and what was set aside."""

    def __init__(self) -> None:
        self.read = 0
        self.set_aside: list[Outcome] = []

    def keep(self, response: Kept) -> str:
        """The name that a store would keep the response under."""
        return iris.digest(response.body, 16)

    def deliver(self, page: Page, outcomes: Iterable[Outcome]) -> None:
        """Counts."""
        for outcome in outcomes:
            if outcome.set_aside:
                self.set_aside.append(outcome)
            else:
                self.read += 1
