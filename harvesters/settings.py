"""Scrapy's settings for Allmende: each value departs from the default named beside it, for the reason given."""

from __future__ import annotations

from harvesters.guards.run import agent_string
from schemas.limits import Limits

# What a run sets for its region and source (harvesters/crawl.py); these hold for a bare `scrapy crawl`.
ALLMENDE_LIMITS = Limits()
ALLMENDE_ALLOWED_HOSTS: tuple[str, ...] = ()
ALLMENDE_AGENT = agent_string("https://example.org", "daten@example.org")
ALLMENDE_PIN = None  # the certificate that a source's host is known by (harvesters.guards.pins.Pin)
ALLMENDE_ROBOTS = ()  # robots.txt files kept from the last run (harvesters.robots.Robots)

BOT_NAME = "allmende"  # "scrapybot"
SPIDER_MODULES = ["harvesters.spiders"]  # none

# --- Our guards in place of Scrapy's -------------------------------------------------------------------------------

DOWNLOAD_HANDLERS = {
    # Scrapy's handlers open local files, data: and ftp: (F31), and check neither address nor total time.
    "http": "harvesters.guards.handler.GuardedHandler",
    "https": "harvesters.guards.handler.GuardedHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOADER_MIDDLEWARES = {
    "harvesters.middlewares.RefusalGuard": 5,  # nearest to the engine: sees a refusal after the last retry
    "harvesters.middlewares.RequestGuard": 10,
    "harvesters.middlewares.RobotsGuard": 100,
    "harvesters.middlewares.RetryGuard": 550,
    "harvesters.middlewares.RedirectGuard": 600,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # 100; goes on after a 503 (F35)
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # 300; a spider sets its own header, per origin
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,  # 350; the handler has the deadline
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": None,  # 500; RequestGuard signs
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # 550; knows neither Retry-After nor back-off (F34)
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # 580; a page is content, not a command
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # 590; too late (F29)
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # 600; follows to any host (F31)
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,  # 700; see COOKIES_ENABLED
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,  # 750; a proxy would connect for us, unchecked
}
HTTPPROXY_ENABLED = False  # True; reads http_proxy from the environment
DOWNLOAD_VERIFY_CERTIFICATES = True  # False; a wrong certificate is a failure (F33)
COOKIES_ENABLED = False  # True; we have no sessions, and a cookie must not travel (F32)
REFERER_ENABLED = False  # True; a source need not know where we come from
ROBOTSTXT_OBEY = False  # False; RobotsGuard obeys, always

# --- Manners -------------------------------------------------------------------------------------------------------

USER_AGENT = ALLMENDE_AGENT  # Scrapy's name; a server's operator must be able to reach the region
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # 8; the handler enforces it in any case
CONCURRENT_REQUESTS = 8  # 16; a run is one source, seldom more than a few hosts
DOWNLOAD_DELAY = 0  # 0; the handler waits, because its pause counts from the end of a response and knows crawl-delay
DEFAULT_REQUEST_HEADERS = {  # asks for HTML in English; we read data, and texts in German first
    "Accept": "*/*",
    "Accept-Language": "de, en;q=0.5",
}

# --- What could be lost silently -----------------------------------------------------------------------------------

URLLENGTH_LIMIT = 0  # 2083; longer addresses are dropped without a word, and those of geo services are longer
DOWNLOAD_FAIL_ON_DATALOSS = True  # True; a short body is a failure (F28)

# --- The process ---------------------------------------------------------------------------------------------------

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"  # same; the guards wait on asyncio
TWISTED_DNS_RESOLVER = "scrapy.resolver.CachingHostnameResolver"  # CachingThreadedResolver; that one has no IPv6
TELNETCONSOLE_ENABLED = False  # True; a port that runs Python for whoever connects
REMOTE_CONTROL_ENABLED = False  # True; likewise
LOG_INSTALL_ROOT_HANDLER = False  # True; logging is set up by the command, not by a library
LOG_LEVEL = "INFO"  # DEBUG; prints each item
STATS_DUMP = False  # True; the run's report says it in words

# --- The path of a record ------------------------------------------------------------------------------------------

ITEM_PIPELINES = {
    "harvesters.pipelines.Read": 100,
    "harvesters.pipelines.Clean": 200,
    "harvesters.pipelines.Correct": 250,
    "harvesters.pipelines.Check": 300,
    "harvesters.pipelines.Deliver": 400,
}

# --- Without a catalogue: scrapy crawl PROTOCOL -a source=REGION/sources/ID.toml -O out.ttl -------------------------

EXTENSIONS = {"harvesters.alone.SourceFile": 0}  # none; reads the source file where no run handed a job over
FEED_EXPORTERS = {  # none of RDF
    "ttl": "harvesters.exporters.Turtle",
    "nt": "harvesters.exporters.NTriples",
    "rdf": "harvesters.exporters.RdfXml",
    "jsonld": "harvesters.exporters.JsonLd",
}
