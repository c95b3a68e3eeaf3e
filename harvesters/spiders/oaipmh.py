"""Reaches the records of an OAI-PMH 2.0 repository, part by part by its resumption tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import field_validator
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.oai import answers
from harvesters.oai.answers import Said, address, base_address, listed, named, read_answer
from harvesters.oai.passes import Pass
from harvesters.oai.records import Cut, OaiNative, Places, cut
from harvesters.reading import Kept, Native, Page
from harvesters.reasons import FAILURE, INCOMPLETE, LIMIT
from harvesters.spider import Detected, HarvestSpider, Options, asked
from schemas.findings import Finding, Severity, declare
from schemas.refusals import Wrong
from schemas.syntax import Unreadable
from schemas.xml_tree import local_name, text_of

NOT_EXCLUSIVE = declare(
    "oai-token-not-exclusive",
    "{0} verlangt zum resumptionToken auch metadataPrefix; nach OAI-PMH steht das Token allein.",
    "{0} demands metadataPrefix beside the resumptionToken; by OAI-PMH the token stands alone.",
    "Weisen Sie den Betreiber darauf hin; die Einträge wurden dennoch abgerufen.",
    "Tell the operator; the entries were fetched nevertheless.",
    "OAI-PMH 2.0 section 4.5",
)
RESTARTED = declare(
    "oai-token-expired",
    "{0}: Ein resumptionToken galt nicht mehr; die Liste wurde einmal von vorn gelesen.",
    "{0}: A resumptionToken was no longer valid; the list was read from the start once more.",
    "Der Betreiber sollte resumptionTokens länger gelten lassen.",
    "The operator should let resumptionTokens live longer.",
    "OAI-PMH 2.0 section 3.5; faults F17",
)

_FALLBACK = "oai_dc"


class OaipmhOptions(Options):
    """The table ``[oaipmh]`` of a source file."""

    prefix: str | None = None
    """The metadata format to ask for; without it the best one that the repository offers."""

    sets: tuple[str, ...] = ()
    """The sets (``setSpec``) to harvest; empty for everything."""

    @field_validator("sets")
    @classmethod
    def _named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not name.strip() for name in value):
            raise Wrong("a set without a name", "ein Satz (set) ohne Namen")
        return tuple(dict.fromkeys(value))


class OaipmhSpider(HarvestSpider):
    """Identify, ListMetadataFormats, then ListRecords for each set; deletions that the repository states are passed on."""

    name = "oaipmh"
    reader = "oaipmh"
    title = ("OAI-PMH", "OAI-PMH")
    options_model: ClassVar[type[Options]] = OaipmhOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """Identify and the first records in Dublin Core, which every repository has; at the address and at /oai below it."""
        if not url.startswith(("http://", "https://")):
            return ()
        base = base_address(url)
        bases = [base] if "oai" in base.lower() else [base, f"{base.partition('?')[0].rstrip('/')}/oai"]
        return [
            place
            for each in bases
            for place in (address(each, "Identify"), address(each, "ListRecords", metadataPrefix=_FALLBACK))
        ]

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """The first address that says who it is in OAI-PMH."""
        places = list(cls.probes(url))
        for identify, records in zip(places[::2], places[1::2], strict=True):
            said = _readable(answers.get(identify))
            if said is None or said.content is None or local_name(said.content) != "Identify":
                continue
            part = _readable(answers.get(records))
            found = listed(part) if part is not None else None
            total = (found.token.total if found.token.total is not None else len(found.records)) if found else None
            titles = [_title(record.payload) for record in (found.records if found else ()) if not record.deleted]
            samples = tuple(title for title in titles[:3] if title)
            named = (text_of(each) for each in said.content if local_name(each) == "repositoryName")
            return Detected(cls.name, base_address(identify), total, samples, {}, 85, next(named, ""))
        return None

    def first(self) -> Iterable[Request | Page]:
        """Who is it?"""
        self._base = base_address(self.source.url)
        self._pattern = "%Y-%m-%d"
        self._knows_changes = True
        self._sets = list(self.options.sets) or [""]
        # Which set brought a record first: it may be in several.
        self._taken: dict[int, str] = {}
        self._totals: list[int] = []
        yield self._ask(address(self._base, "Identify"), self.identified)

    def _ask(self, url: str, callback: Any, asked_as: str | None = None, **kwargs: Any) -> Request:
        headers = {"Authorization": self.source.api_key} if self.source.api_key else {}
        # What comes next stands in the answers only, so a 304 would end the walk: no conditional requests.
        return self.request(
            url,
            callback,
            conditional=False,
            asked_as=asked_as,
            dont_filter=True,
            headers=headers,
            errback=self.refused,
            cb_kwargs=kwargs,
        )

    def identified(self, response: Response) -> Iterator[Any]:
        """The repository's granularity; without one days, which all know."""
        said = self._said(response)
        if said is None:
            return
        yield self._aside(response)
        self._pattern = answers.repository(said).pattern
        # pycsw compares ``from`` with the date of the data, not of the record: changes would go unseen.
        self._knows_changes = b"<!-- pycsw" not in response.body[:500]
        if self.options.prefix:
            yield from self._next_set(self.options.prefix)
        else:
            yield self._ask(address(self._base, "ListMetadataFormats"), self.offered)

    def offered(self, response: Response) -> Iterator[Any]:
        """The formats: the best of them is asked for."""
        said = self._said(response)
        if said is None:
            return
        yield self._aside(response)
        formats = answers.formats(said)
        best = answers.best_format(formats)
        if best is not None:
            yield from self._next_set(best.prefix)
        elif not formats:
            # Dublin Core is mandatory (section 4.4); a repository that lists nothing may have it still.
            yield from self._next_set(_FALLBACK)
        else:
            shown = ", ".join(each.prefix for each in formats)[:300]
            self.fail(
                f"{self._base}: keines der angebotenen Formate wird gelesen ({shown})",
                f"{self._base}: none of the formats on offer is read ({shown})",
            )

    # --- The lists ------------------------------------------------------------------------------------------------

    def _next_set(self, prefix: str) -> Iterator[Any]:
        if self._sets:
            yield self._start(Pass(prefix, self._sets.pop(0)))

    def _start(self, walk: Pass) -> Request:
        arguments = {"metadataPrefix": walk.prefix, "set": walk.set_name}
        # The name is that of the whole list, so that a run of changes can be replayed at another time.
        name = self._name(address(self._base, "ListRecords", **arguments), walk)
        if self.job.since is not None and self._knows_changes:
            arguments["from_"] = self.job.since.strftime(self._pattern)
            self.job.changes_only = True
        return self._ask(address(self._base, "ListRecords", **arguments), self.part, name, walk=walk)

    def _further(self, token: str, walk: Pass) -> Request:
        prefix = walk.prefix if walk.with_prefix else ""
        url = address(self._base, "ListRecords", resumptionToken=token, metadataPrefix=prefix)
        return self._ask(url, self.part, self._name(url, walk), walk=walk, token=token)

    @staticmethod
    def _name(url: str, walk: Pass) -> str:
        return url if walk.attempt == 1 else f"{url}#{walk.attempt}"

    def part(self, response: Response, walk: Pass, token: str = "") -> Iterator[Any]:
        """A part of a list, and the request to the next one."""
        said = self._said(response)
        if said is None:
            return
        if said.since is not None:
            self.job.changes_only = True
        if said.errors and said.content is None:
            yield from self._refusal(response, said, walk, token)
            return
        part = listed(said)
        places = Places(response.url, self._base, walk.prefix, self.job.context.base_url)
        found = cut(part.records, places, self.source.limits)
        if walk.repeats(found):
            self._stop(
                walk,
                "ein Teil der Liste wiederholt einen früheren",
                "a part of the list repeats an earlier one",
                INCOMPLETE,
            )
            return
        walk.took(part)
        yield self._page(response, found, walk)
        if walk.ends(part.token):
            yield from self._ended(walk)
        elif walk.repeated(part.token):
            self._stop(
                walk,
                "ein resumptionToken kam zum zweiten Mal",
                "a resumptionToken came for the second time",
                INCOMPLETE,
            )
        elif self.job.records < self.source.limits.records:
            yield self._further(part.token.text, walk)
        else:
            most = self.source.limits.records
            self._stop(
                walk,
                f"das Budget von {most} Datensätzen ist erschöpft",
                f"the budget of {most} records is spent",
                LIMIT,
            )

    def _page(self, response: Response, found: Cut, walk: Pass) -> Page:
        fresh: list[Native] = []
        for native in found.natives:
            data: OaiNative = native.data
            mark = hash(data.identifier if data.identifier and data.alone else (data.identifier, native.fingerprint))
            by = self._taken.setdefault(mark, f"{walk.set_name} {walk.attempt}")
            if by == f"{walk.set_name} {walk.attempt}":
                fresh.append(native)
            elif not by.startswith(f"{walk.set_name} "):
                walk.surplus += 1
        walk.surplus += len(found.deleted)
        self.job.findings.extend(found.remarks)
        return self.page(response, fresh, found.unusable, deleted_ids=self._gone(found.deleted))

    def _gone(self, identifiers: Sequence[str]) -> list[str]:
        """The ids of records that are gone: as the repository names them, and without its ``oai:NAMESPACE:``.

        ISO records have their own identifier, which is the last part of the repository's (OAI identifier format 2.0).
        """
        names = [name for each in identifiers for name in dict.fromkeys((each, each.split(":", 2)[-1])) if name]
        if self.job.memory is None or not names:
            return names
        known = self.job.memory.known(names)
        return [name for name in names if name in known]

    def _refusal(self, response: Response, said: Said, walk: Pass, token: str) -> Iterator[Any]:
        """An answer that holds errors only (section 3.6)."""
        if said.has("noRecordsMatch"):
            yield self.page(response, ())
            yield from self._ended(walk)
            return
        yield self._aside(response)
        if (
            token
            and not walk.with_prefix
            and said.has("badArgument")
            and "metadataprefix" in named(said.errors).lower()
        ):
            walk.with_prefix = True
            arguments = (self._base,)
            self.job.findings.append(Finding(Severity.INFO, self._base, None, NOT_EXCLUSIVE, arguments))
            yield self._further(token, walk)
        elif token and said.has("badResumptionToken") and walk.attempt == 1:
            self.job.findings.append(Finding(Severity.WARNING, self._base, None, RESTARTED, (walk.place,)))
            yield self._start(Pass(walk.prefix, walk.set_name, 2, walk.with_prefix))
        else:
            self._stop(walk, named(said.errors), named(said.errors))

    def _ended(self, walk: Pass) -> Iterator[Any]:
        if walk.total is not None:
            self._totals.append(walk.total - walk.surplus)
            if walk.received < walk.total:
                self._stop(
                    walk,
                    f"nur {walk.received} von {walk.total} genannten Einträgen kamen",
                    f"only {walk.received} of {walk.total} stated entries came",
                    INCOMPLETE,
                )
        if self._sets:
            yield from self._next_set(walk.prefix)
        elif self._totals:
            self.job.stated_total = max(0, sum(self._totals))

    # --- Answers that are none -------------------------------------------------------------------------------------

    def refused(self, failure: Failure) -> Iterator[Any]:
        """A status that says no; some repositories send their errors so, with the protocol's words in the body."""
        error, request = failure.value, getattr(failure, "request", None)
        if isinstance(error, HttpError) and isinstance(request, Request):
            try:
                told = read_answer(error.response.body).errors
            except Unreadable:
                told = ()
            if told and request.callback is not None:
                yield from request.callback(error.response.replace(request=request), **request.cb_kwargs)
                return
        self.failed(failure)

    def _said(self, response: Response) -> Said | None:
        """The answer; what is none fails the run. Errors are told where nothing else can be made of them."""
        try:
            said = read_answer(response.body)
        except Unreadable as unreadable:
            self.fail(
                f"{response.url}: erwartet war OAI-PMH: {unreadable.de}",
                f"{response.url}: OAI-PMH was expected: {unreadable.en}",
            )
            return None
        return said

    def _aside(self, response: Response) -> Page:
        """An answer that holds no records, kept so that a replay finds its way."""
        name = asked(response)
        content_type = response.headers.get("Content-Type")
        kept = Kept(name, content_type.decode("latin-1") if content_type else None, response.body)
        return Page(name, response=self.job.sink.keep(kept), revision=self.job.revision)

    def _stop(self, walk: Pass, de: str, en: str, rule: str = FAILURE) -> None:
        self.fail(f"{self._base}: {walk.place}: {de}", f"{self._base}: {walk.place}: {en}", rule)


def _readable(answer: Answer | None) -> Said | None:
    if answer is None:
        return None
    try:
        return read_answer(answer.body)
    except Unreadable:
        return None


def _title(payload: Any) -> str:
    found = (each for each in payload.iter() if local_name(each) == "title") if payload is not None else ()
    return next((text_of(each) for each in found), "")
