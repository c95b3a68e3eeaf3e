"""Reaches the metadata of a geo-catalogue through its catalogue service, CSW 2.0.2 or 3.0."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Literal, NamedTuple

from pydantic import Field
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.iso import catalogue, detection, queries
from harvesters.iso.catalogue import Refused
from harvesters.iso.cutting import cut_all
from harvesters.iso.elements import RECODED, parse
from harvesters.iso.manners import Manner, Wishes, manners
from harvesters.marks import Marks
from harvesters.reading import Page
from harvesters.reasons import FAILURE, INCOMPLETE, rule_of
from harvesters.spider import Detected, HarvestSpider, Options, request_of
from schemas.findings import Finding, Severity, declare
from schemas.syntax import Unreadable

LIST_CHANGED = declare(
    "csw-list-changed",
    "Die Trefferliste änderte sich während des Abrufs ({0}); sie wurde ein zweites Mal durchgesehen.",
    "The list of results changed while it was fetched ({0}); it was gone through a second time.",
    "Es ist nichts zu tun; ein Abruf zu einer ruhigen Zeit vermeidet den zweiten Durchgang.",
    "Nothing needs to be done; a run at a quiet time avoids the second pass.",
    "faults F16",
)
POSITION_CORRECTED = declare(
    "csw-next-record-wrong",
    "Der Katalog nennt nach Satz {0} von {1} als nächsten Satz {2}; gezählt wurde statt dessen, was kam.",
    "After record {0} of {1} the catalogue names {2} as the next record; what came was counted instead.",
    "Melden Sie dem Betreiber des Katalogs, dass nextRecord nicht stimmt.",
    "Tell the catalogue's operator that nextRecord is wrong.",
    "faults F15; OGC 07-006r1, 10.8.4.1",
)
MANNER_REFUSED = declare(
    "csw-query-refused",
    "Der Katalog lehnte eine Abfrage ab ({0}); sie wurde anders gestellt.",
    "The catalogue refused a query ({0}); it was put in another way.",
    "Es ist nichts zu tun.",
    "Nothing needs to be done.",
    "OGC 07-006r1, 10.8",
)
NOT_OFFERED = declare(
    "csw-property-not-offered",
    "Der Katalog bietet die Eigenschaft „{0}“ nicht zur Abfrage an; gefragt wurde nach „{1}“.",
    "The catalogue does not offer the property “{0}” for queries; “{1}” was asked for.",
    "Prüfen Sie, ob die Auswahl die gewünschten Einträge bringt.",
    "Check whether the selection brings the entries that you want.",
    "OGC 07-045, table 9",
)


class CswOptions(Options):
    """The table ``[csw]`` of a source file."""

    types: tuple[str, ...] = ()
    """Only records about these: ``dataset``, ``series``, ``service``; all where nothing is said."""

    keyword: str = ""
    """Only records with this keyword, as ``opendata``."""

    constraint: str = ""
    """A condition in CQL, as the catalogue understands it; it is asked together with the others."""

    max_records: int = Field(default=50, ge=1, le=1000)
    """How many records a page has at most."""

    version: Literal["", "2.0.2", "3.0.0"] = ""
    """The version to speak; left out: the one in which the catalogue answers."""

    output_schema: str = ""
    """``gmd`` (ISO 19139), ``mdb`` (ISO 19115-3), ``dc`` (Dublin Core) or an address; left out: the best on offer."""


class Cursor(NamedTuple):
    """Where paging stands: the position asked for, which way of asking, whether it is the second pass."""

    start: int = 1
    manner: int = 0
    second: bool = False


class CswSpider(HarvestSpider):
    """GetCapabilities, then GetRecords page by page; what counts is what came, not what the catalogue says of it."""

    name = "csw"
    reader = "iso19139"
    title = ("Katalogdienst (CSW)", "Catalogue service (CSW)")
    options_model: ClassVar[type[Options]] = CswOptions

    # --- Detection ----------------------------------------------------------------------------------------------

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """GetCapabilities at the address or where catalogues lie below it, and three records for the count."""
        return detection.probes(url)

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """The first address that answers with capabilities of a catalogue; else records at the address itself."""
        return detection.detect(cls.name, url, answers)

    # --- Capabilities -------------------------------------------------------------------------------------------

    def first(self) -> Iterable[Request | Page]:
        """The catalogue's capabilities, or the records that the address names."""
        self._manners: list[Manner] = []
        self._reasons: list[str] = []
        self._waiting: list[Response] = []
        self._seen = Marks()
        self._in_pass = Marks()
        self._positions: set[int] = set()
        self._totals: dict[int, None] = {}
        self._repeated = 0
        self._stepped_back = False
        if catalogue.asks_for_records(self.source.url):
            yield self.request(self.source.url, self.named, headers=self._headers())
        else:
            yield self._ask_capabilities(self.options.version)

    def named(self, response: Response) -> Iterator[Any]:
        """The records of a GetRecordById."""
        if (page := self.not_modified(response)) is not None:
            yield page
        else:
            yield from self._kept_answer(response)

    def _ask_capabilities(self, version: str, last: bool = False) -> Request:
        return self.request(
            catalogue.capabilities_address(self.source.url, version),
            self.described,
            conditional=False,
            headers=self._headers(),
            cb_kwargs={"last": last or bool(version)},
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": self.source.api_key} if self.source.api_key else {}

    def described(self, response: Response, last: bool) -> Iterator[Any]:
        """The capabilities; what answers with records instead is a kept answer, and read as such."""
        try:
            root, _ = parse(response.body)
            known = catalogue.read_capabilities(root, self.source.url)
        except Refused as refused:
            if last:
                self._fail(response.url, refused.message, refused.message)
            else:
                yield self._ask_capabilities("2.0.2", last=True)
            return
        except Unreadable as unreadable:
            yield from self._kept_answer(response, unreadable)
            return
        self._manners, missing = manners(known, self._wishes())
        for name, asked in missing:
            self.job.findings.append(Finding(Severity.INFO, self.source.url, None, NOT_OFFERED, (name, asked)))
        self.job.changes_only = self.job.since is not None and known.queryable("Modified") is not None
        if not self._manners:
            de, en = "GetRecords wird weder mit GET noch mit POST (XML) angeboten", "GetRecords by neither GET nor POST"
            self._fail(response.url, de, en)
            return
        # Capabilities alone are no usable answer: they are kept with the first page of records.
        self._waiting.append(response)
        yield self._ask(Cursor())

    def _wishes(self) -> Wishes:
        # Many records bear a day only: the day before holds whatever the time zone.
        day = (self.job.since - timedelta(days=1)).date().isoformat() if self.job.since else ""
        constraint = self.options.constraint or catalogue.condition_in(self.source.url)
        return Wishes(self.options.types, self.options.keyword, constraint, self.options.output_schema, day)

    def _kept_answer(self, response: Response, refused: Unreadable | None = None) -> Iterator[Any]:
        try:
            answer = catalogue.read_answer(parse(response.body)[0])
        except Refused as error:
            said = (error.message, error.message) if refused is None else (refused.de, refused.en)
            self._fail(response.url, *said)
            return
        except Unreadable as error:
            self._fail(response.url, (refused or error).de, (refused or error).en)
            return
        found = cut_all(answer.records, response.url, None)
        self.job.stated_total = answer.matched
        yield self.page(response, found.natives, found.unusable)
        self._end(len({native.fingerprint for native in found.natives}) + len(found.unusable), answer.matched)

    # --- Pages --------------------------------------------------------------------------------------------------

    def _ask(self, cursor: Cursor) -> Request:
        manner = self._manners[cursor.manner]
        most = self.options.max_records
        kwargs: dict[str, Any] = {"cb_kwargs": {"cursor": cursor}, "errback": self.refused_by_status}
        kwargs |= {"conditional": False, "dont_filter": True}
        if manner.method == "GET":
            url = queries.address(manner.url, manner.query, cursor.start, most)
            asked = f"{url}#2" if cursor.second else url
            return self.request(url, self.listed, asked_as=asked, headers=self._headers(), **kwargs)
        body = queries.document(manner.query, cursor.start, most)
        name = f"{manner.url}#{hashlib.sha256(body).hexdigest()[:16]}{'#2' if cursor.second else ''}"
        headers = {**self._headers(), "Content-Type": "application/xml"}
        return self.request(manner.url, self.listed, asked_as=name, method="POST", body=body, headers=headers, **kwargs)

    def listed(self, response: Response, cursor: Cursor) -> Iterator[Any]:
        """A page of records, then the next, until all that the catalogue counts have come."""
        try:
            root, recoded = parse(response.body)
            answer = catalogue.read_answer(root)
        except Refused as refused:
            yield from self._refused(response.url, refused.message, cursor)
            return
        except Unreadable as unreadable:
            self._fail(response.url, unreadable.de, unreadable.en)
            return
        if not answer.records and answer.returned and answer.matched and cursor.start <= answer.matched:
            self._fail(
                response.url,
                f"die Antwort nennt {answer.returned} Sätze und enthält keinen",
                f"the answer states {answer.returned} records and holds none",
            )
            return
        if recoded:
            self.job.findings.append(
                Finding(Severity.WARNING, response.url, None, RECODED, (response.url, str(recoded)))
            )
        found = cut_all(answer.records, response.url, self._manners[cursor.manner].url)
        marks = [native.fingerprint for native in found.natives]
        fresh = [native for native in found.natives if native.fingerprint not in self._seen]
        new_in_pass = sum([self._in_pass.add(mark) for mark in marks])
        self._repeated += len(marks) - new_in_pass
        self._seen.update(marks)
        for waiting in self._waiting:
            yield self.page(waiting, ())
        self._waiting.clear()
        if fresh or found.unusable or not cursor.second:
            yield self.page(response, fresh, found.unusable)
        if answer.matched is not None:
            self._totals[answer.matched] = None
            if not self.job.changes_only:
                self.job.stated_total = answer.matched
        yield from self._go_on(
            response.url, cursor, answer, len(answer.records), new_in_pass > 0 or bool(found.unusable)
        )

    def _go_on(self, url: str, cursor: Cursor, answer: catalogue.Answer, came: int, is_new: bool) -> Iterator[Any]:
        """The next page, or the end. The three guards of F15, and those against lists that repeat (F11, F12)."""
        self._positions.add(cursor.start)
        reached = cursor.start - 1 + came
        matched = answer.matched
        if came and not is_new:
            self._fail(
                url,
                f"die Seite ab Satz {cursor.start} wiederholt, was schon da war; die übrigen Sätze fehlen",
                f"the page from record {cursor.start} repeats what was there already; the others are missing",
                INCOMPLETE,
            )
            return
        following = self._following(url, cursor, answer, reached)
        if following is not None and following not in self._positions:
            yield self._ask(cursor._replace(start=following))
            return
        yield from self._finish(cursor, matched)

    def _following(self, url: str, cursor: Cursor, answer: catalogue.Answer, reached: int) -> int | None:
        """The next position: the catalogue's where it is plausible, else the one after what came; None at the end."""
        matched, stated = answer.matched, answer.following
        if reached < cursor.start:  # nothing came
            return None
        if matched is None:
            return stated if stated is not None and stated > reached else None
        if reached >= matched:
            return None
        if stated is not None and reached < stated <= matched:
            # A gap is of records that the catalogue could not write; the count at the end says how many.
            return stated
        arguments = (str(reached), str(matched), "–" if stated is None else str(stated))
        self._note(POSITION_CORRECTED, *arguments)
        return reached + 1

    def _finish(self, cursor: Cursor, matched: int | None) -> Iterator[Any]:
        came = len(self._seen)
        unsteady = len(self._totals) > 1 or self._repeated > 0
        if matched is not None and came < matched and unsteady and not cursor.second:
            self._note(LIST_CHANGED, ", ".join(map(str, self._totals)))
            self._in_pass.clear()
            self._positions.clear()
            self._repeated = 0
            yield self._ask(Cursor(manner=cursor.manner, second=True))
            return
        self._end(came, matched)

    def _end(self, came: int, matched: int | None) -> None:
        if matched is not None and came < matched:
            self.fail(
                f"{self.source.url}: der Katalog zählt {matched} Sätze, gekommen sind {came}",
                f"{self.source.url}: the catalogue counts {matched} records, {came} came",
                INCOMPLETE,
            )

    # --- Refusals -----------------------------------------------------------------------------------------------

    def refused_by_status(self, failure: Failure) -> Iterator[Any]:
        """An error status: with an ExceptionReport in it a refusal, otherwise a failure."""
        error, request = failure.value, request_of(failure)
        if isinstance(error, HttpError) and error.response.status in (400, 404, 405, 415, 500, 501):
            said = f"Status {error.response.status}"
            try:
                catalogue.refuse_exception(parse(error.response.body)[0])
            except Refused as refused:
                said = refused.message
            except Unreadable:
                pass
            if error.response.status != 500 or not said.startswith("Status"):
                rule = rule_of(error.response.status)
                yield from self._refused(request.url, said, request.cb_kwargs["cursor"], rule)
                return
        elif self.job.replay is not None and request.cb_kwargs["cursor"].start == 1:
            # A replay has no answers of what the replayed run was refused.
            yield from self._refused(request.url, str(error), request.cb_kwargs["cursor"])
            return
        self.failed(failure)

    def _refused(self, url: str, said: str, cursor: Cursor, rule: str = FAILURE) -> Iterator[Any]:
        """Asks in the next way where the first page was refused; otherwise that is a failure (F02)."""
        self._reasons.append(said)
        if cursor.start == 1 and not cursor.second and cursor.manner + 1 < len(self._manners):
            self._note(MANNER_REFUSED, said[:300])
            yield self._ask(cursor._replace(manner=cursor.manner + 1))
        elif cursor.start == 1 and not self.options.version and self._manners[0].query.is_3 and not self._stepped_back:
            # Some catalogues answer in the newer version and understand the older one better.
            self._stepped_back = True
            self._waiting.clear()
            yield self._ask_capabilities("2.0.2", last=True)
        else:
            reason = self._reasons[0]
            self._fail(url, f"der Katalog lehnt ab: {reason}", f"the catalogue refuses: {reason}", rule)

    def _note(self, rule: str, *arguments: str) -> None:
        finding = Finding(Severity.INFO, self.source.url, None, rule, arguments)
        if not any(each.rule == rule for each in self.job.findings):
            self.job.findings.append(finding)

    def _fail(self, url: str, de: str, en: str, rule: str = FAILURE) -> None:
        place = catalogue.base_of(url)
        self.fail(f"{place}: {de}", f"{place}: {en}", rule)
