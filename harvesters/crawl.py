"""One crawl of one source: Scrapy's process around a spider, with sink and memory handed in."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from importlib.metadata import version

from scrapy import signals
from scrapy.crawler import CrawlerProcess
from twisted.python.failure import Failure

from harvesters import registry, settings
from harvesters.guards.exceptions import Rescheduled
from harvesters.guards.pins import Pin
from harvesters.guards.run import RunGuards
from harvesters.reading import CrawlReport
from harvesters.spider import HarvestSpider, Job
from schemas.region import Region


def revision_of(spider: type[HarvestSpider], job: Job) -> bytes:
    """What an input hash covers besides the native record: reader, code lists, and the settings that shape a record."""
    context = job.context
    shape = repr(
        (
            context.base_url,
            context.region.publisher,
            context.region.contributor_id,
            context.region.language,
            context.source.id,
            context.municipality,
            context.source.license,
            context.source.language,
            context.source.profile,
            context.source.personal_data,
            sorted(context.source.options.items(), key=str),
        )
    )
    return blake2b(shape.encode(), digest_size=32, key=registry.revision(spider.reader)).digest()


def agent(region: Region) -> str:
    """The agent string: product, version, the region's address and contact (faults 4, promise 7)."""
    return f"Allmende/{version('allmende')} ({region.agent})"


def _broke_off(failure: Failure, spider: HarvestSpider) -> None:
    spider.broke_off(failure.value or RuntimeError(str(failure)))


def crawl(protocol: str, job: Job) -> CrawlReport:
    """Runs the spider of a protocol to its end in this process and gives the report.

    Takes a job with sink and memory; Twisted's reactor runs once in a process, so this does too. Raises KeyError for
    an unknown protocol.
    """
    spider_class = registry.spider_classes()[protocol]
    job.revision = revision_of(spider_class, job)
    permission = job.context.source.permission
    process = CrawlerProcess(
        {
            **{key: getattr(settings, key) for key in dir(settings) if key.isupper()},
            "DOWNLOADER_MIDDLEWARES": {**settings.DOWNLOADER_MIDDLEWARES, "harvesters.replay.ReplayMiddleware": 1},
            "ALLMENDE_LIMITS": job.context.source.limits,
            "ALLMENDE_ALLOWED_HOSTS": job.context.region.allowed_hosts,
            # Where persons' data are allowed, the permission is about them, and robots.txt is obeyed.
            "ALLMENDE_PERMISSION": permission if job.context.source.personal_data == "remove" else None,
            "ALLMENDE_ROBOTS": job.robots,
            "ALLMENDE_PIN": Pin.of(job.context.source.url, job.context.source.certificate),
            "ALLMENDE_AGENT": agent(job.context.region),
            "USER_AGENT": agent(job.context.region),
        }
    )
    crawler = process.create_crawler(spider_class)
    crawler.signals.connect(_broke_off, signals.spider_error)
    crawler.signals.connect(_broke_off, signals.item_error)
    process.crawl(crawler, job=job)
    process.start()
    robots = crawler.stats.get_value("allmende/robots", ()) if crawler.stats else ()
    guards = RunGuards.of(crawler)
    asked = [refusal.seconds for refusal in guards.refusals if isinstance(refusal, Rescheduled)]
    return replace(
        job.report(robots),
        rest_seconds=max(asked, default=None),
        robots_files=tuple(guards.robots.values()),
        refusals=tuple(refusal.finding() for refusal in guards.refusals),
    )
