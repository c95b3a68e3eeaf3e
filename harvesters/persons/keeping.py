"""The sink between a crawl and its store that keeps nothing of a forgotten person: bodies, addresses, ids, remarks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

import orjson

from harvesters.persons.erasure import finding_without, json_without
from harvesters.persons.forgotten import Forgotten
from harvesters.persons.layers import layers
from harvesters.persons.spellings import Matcher
from harvesters.reading import CrawlReport, Kept, Outcome, Page, Sink
from harvesters.reasons import Reason
from schemas import iris

# A marker inside an address or an attribute that may be a record's id: a replay would take it for another record.
_MARKED_ID = re.compile(r"""["'<](?!mailto:|tel:)[^"'<>\s]*\[(?:Name|Nummer) entfernt\]""")


def body_without(body: bytes, matcher: Matcher, source_key: str = "") -> bytes | None:
    """A response's body without what a matcher finds; None if it cannot be written anew and must not be kept.

    JSON stays JSON and text stays text. In JSON of a source a text without blanks, which may be a record's id, becomes
    one that leads to the same KEY. What is packed, holds a person across its markup or in an id is not kept.
    """
    if not any(matcher.holds(layer.text) for layer in layers(body)):
        return body
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None

    def identity(value: str) -> str:
        return iris.forgotten_id(iris.key(source_key, value))

    try:
        written = orjson.dumps(json_without(orjson.loads(text), matcher, identity if source_key else None))
    except orjson.JSONDecodeError:
        left = matcher.without(text)
        if source_key and _MARKED_ID.search(left):
            return None
        written = left.encode()
    return None if any(matcher.holds(layer.text) for layer in layers(written)) else written


def report_without(report: CrawlReport, matcher: Matcher) -> CrawlReport:
    """A crawl's report without what a matcher finds, in its failures, findings and the robots files that it names."""
    failure_de, failure_en = (text and matcher.without(text) for text in (report.failure_de, report.failure_en))
    return replace(
        report,
        failure_de=failure_de,
        failure_en=failure_en,
        failures=tuple([_reason_without(reason, matcher) for reason in report.failures]),
        findings=tuple([finding_without(finding, matcher, "…") for finding in report.findings]),
        refusals=tuple([finding_without(finding, matcher, "…") for finding in report.refusals]),
    )


def _reason_without(reason: Reason, matcher: Matcher) -> Reason:
    without = matcher.without
    return Reason(without(reason.de), without(reason.en), reason.rule, tuple(map(without, reason.arguments)))


class ForgettingSink:
    """Hands on to another sink what a crawl delivers, without what a region has forgotten."""

    def __init__(self, sink: Sink, forgotten: Forgotten, source_key: str) -> None:
        self.sink = sink
        self.forgotten = forgotten
        self.source_key = source_key

    def keep(self, response: Kept) -> str:
        """Keeps a response without forgotten persons; one that cannot be written without them is not kept.

        Then it gives the name that the body would have, and a replay says that it is missing.
        """
        body = body_without(response.body, self.forgotten, self.source_key)
        if body is None:
            return iris.digest(response.body, 16)
        return self.sink.keep(Kept(self._address(response.url), response.content_type, body))

    def deliver(self, page: Page, outcomes: Iterable[Outcome]) -> None:
        """Hands one page's outcomes on."""
        unusable = tuple([finding_without(finding, self.forgotten, "…") for finding in page.unusable])
        deleted = [self._id(native_id) for native_id in page.deleted_ids]
        page = replace(page, url=self._address(page.url), unusable=unusable, deleted_ids=deleted)
        self.sink.deliver(page, [self._outcome(outcome) for outcome in outcomes])

    def _outcome(self, outcome: Outcome) -> Outcome:
        native_id = self._id(outcome.native_id)
        findings = tuple([finding_without(finding, self.forgotten, native_id) for finding in outcome.findings])
        traceback = self.forgotten.without(outcome.traceback) if outcome.traceback else ""
        return replace(outcome, native_id=native_id, findings=findings, traceback=traceback)

    def _id(self, native_id: str) -> str:
        if self.forgotten.holds(native_id):
            return iris.forgotten_id(iris.key(self.source_key, native_id))
        return native_id

    def _address(self, url: str) -> str:
        if not self.forgotten.holds(url):
            return url
        name = f"entfernt-{self.forgotten.token(url)}"
        parts = urlsplit(url)
        if self.forgotten.holds(parts.netloc):
            return f"{parts.scheme}://{name}.invalid/"
        return f"{parts.scheme}://{parts.netloc}/{name}"
