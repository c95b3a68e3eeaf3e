"""Reaches the packages of a CKAN or DKAN portal through the Action API, version 3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import orjson
from pydantic import Field
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.ckan_fields import NOT_PUBLIC, not_public
from harvesters.native_values import word
from harvesters.reading import UNREADABLE_RECORD, Native, Page
from harvesters.spider import Detected, HarvestSpider, Options
from schemas.findings import Finding, Severity, declare
from schemas.syntax import Unreadable, decode, excerpt

JSON_REPAIRED = declare(
    "json-repaired",
    "Die Antwort ist kein gültiges JSON; sie wurde bereinigt gelesen (NaN, überlange Zahlen, unvollständige Zeichen).",
    "The answer is no valid JSON; it was read with repairs (NaN, overlong numbers, incomplete characters).",
    "Lassen Sie den Betreiber der Quelle die Ausgabe berichtigen.",
    "Have the operator of the source correct its output.",
    "RFC 8259; faults F44",
)
GAP = declare(
    "ckan-count-gap",
    "Die Schnittstelle nennt {0} Datensätze, geliefert wurden {1}.",
    "The interface states {0} datasets, {1} were delivered.",
    "Lassen Sie den Suchindex des Portals neu aufbauen (ckan search-index rebuild).",
    "Have the portal's search index rebuilt (ckan search-index rebuild).",
    "faults F14, F79",
)
COUNT_CHANGED = declare(
    "ckan-list-changed",
    "Die Liste änderte sich während des Abrufs ({0}); sie wurde ein zweites Mal durchgesehen.",
    "The list changed while it was fetched ({0}); it was gone through a second time.",
    "Es ist nichts zu tun; ein Abruf zu einer ruhigen Zeit vermeidet den zweiten Durchgang.",
    "Nothing needs to be done; a run at a quiet time avoids the second pass.",
    "faults F16",
)
MANNER_REFUSED = declare(
    "ckan-parameter-refused",
    "Die Schnittstelle lehnte eine Abfrage ab ({0}); sie wurde einfacher gestellt.",
    "The interface refused a query ({0}); it was put more simply.",
    "Es ist nichts zu tun.",
    "Nothing needs to be done.",
    "faults F79",
)

# What extensions store as packages although it holds no data: harvest sources, applications, showcases.
_NO_DATA = frozenset({"harvest", "showcase", "application", "app"})


class CkanOptions(Options):
    """The table ``[ckan]`` of a source file."""

    organizations: tuple[str, ...] = ()
    """Names of organisations, as in the addresses of their pages; only their datasets are taken."""

    groups: tuple[str, ...] = ()
    """Names of groups; only datasets of one of them are taken."""

    tags: tuple[str, ...] = ()
    """Tags; only datasets with one of them are taken."""

    fq: str | None = None
    """A further filter in Solr's syntax, as ``res_format:CSV``."""

    rows: int = Field(default=1000, ge=1)
    """Datasets asked for in one request; a portal may send fewer."""


class Portal(NamedTuple):
    """What an address says: the portal's root, filters named in it, whether it is a JSON file of packages."""

    root: str
    organizations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    fq: str = ""
    document: bool = False

    def action(self, name: str, **parameters: str | int) -> str:
        """The address of an action."""
        query = urlencode(parameters, quote_via=quote)
        return f"{self.root}/api/3/action/{name}" + (f"?{query}" if query else "")


_SUBPAGES = frozenset({"about", "activity", "edit", "members", "bulk_process"})


def portal(url: str) -> Portal:
    """The portal behind an address: its root, ``/api/3``, an action, a dataset's, an organisation's or a group's page."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    query = parse_qs(parts.query)
    named: dict[str, list[str]] = {key: query.get(key, []) for key in ("organization", "groups", "tags")}
    if segments and segments[-1].lower().endswith(".json") and "action" not in segments:
        return Portal(url, document=True)
    at = len(segments)
    for mark in ("api", "dataset", "organization", "group"):
        if mark in segments:
            at = segments.index(mark)
            behind = [segment for segment in segments[at + 1 :] if segment not in _SUBPAGES]
            key = {"organization": "organization", "group": "groups"}.get(mark)
            if key and behind:
                named[key] = [*named[key], behind[-1]]
            break
    root = f"{parts.scheme}://{parts.netloc}" + "".join(f"/{segment}" for segment in segments[:at])
    fq = " ".join(query.get("fq", []))
    return Portal(root, tuple(named["organization"]), tuple(named["groups"]), tuple(named["tags"]), fq)


def filter_query(named: Portal, options: CkanOptions) -> str:
    """One Solr filter for all that is asked for; a second ``fq`` would be refused with status 409 (F79)."""
    clauses = []
    for field, values in (
        ("organization", (*named.organizations, *options.organizations)),
        ("groups", (*named.groups, *options.groups)),
        ("tags", (*named.tags, *options.tags)),
    ):
        quoted = [f'"{_escaped(value)}"' for value in dict.fromkeys(values)]
        if quoted:
            clauses.append(f"+{field}:{quoted[0]}" if len(quoted) == 1 else f"+{field}:({' OR '.join(quoted)})")
    clauses += [clause for clause in (named.fq, options.fq) if clause]
    return " ".join(clauses)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def load_json(body: bytes) -> tuple[Any, bool]:
    """What a JSON document holds, and whether it had to be repaired (F44): NaN is null, an overlong number a string.

    Takes bytes in any encoding; a key given twice counts as given last. Raises Unreadable (F01, F03, F21).
    """
    data = body.removeprefix(b"\xef\xbb\xbf")
    if not data.strip(b" \t\r\n\0"):
        raise Unreadable("die Antwort ist leer", "the answer is empty")
    try:
        return orjson.loads(data), False
    except orjson.JSONDecodeError as strict:
        text, _ = decode(data)
        try:
            loose = json.loads(text, parse_constant=lambda _: None, parse_int=_integer, parse_float=_fraction)
            return orjson.loads(json.dumps(loose, ensure_ascii=False).encode("utf-8", "ignore")), True
        except (ValueError, RecursionError):
            place = (strict.lineno, strict.colno)
            raise Unreadable(
                f"kein JSON ({strict.msg}, Zeile {place[0]}, Spalte {place[1]}); die Antwort beginnt mit: {excerpt(text)}",
                f"no JSON ({strict.msg}, line {place[0]}, column {place[1]}); the answer begins with: {excerpt(text)}",
            ) from strict


def _integer(digits: str) -> int | str | None:
    return int(digits) if len(digits) <= 18 else digits if len(digits) <= 100 else None


def _fraction(digits: str) -> float | None:
    number = float(digits)
    return number if abs(number) < float("inf") else None


class Cursor(NamedTuple):
    """Where paging stands: the next start, the way of asking, whether it is the second pass."""

    start: int = 0
    manner: int = 0
    second: bool = False


class Cut(NamedTuple):
    """What an answer's ``result`` holds: entries that may be packages, names of packages, the count stated."""

    entries: list[Any]
    names: list[str]
    stated: int | None


def cut(result: Any) -> Cut | None:
    """The packages of a result: of a search, a list (DKAN nests it), or a single package. None if it holds none."""
    if isinstance(result, dict) and isinstance(result.get("results"), list):
        count = result.get("count")
        return Cut(result["results"], [], count if isinstance(count, int) else None)
    if isinstance(result, dict):
        return Cut([result], [], None) if _is_package(result) else None
    if not isinstance(result, list):
        return None
    flat = [entry for each in result for entry in (each if isinstance(each, list) else [each])]
    names = [entry for entry in flat if isinstance(entry, str)]
    entries = [entry for entry in flat if not isinstance(entry, str)]
    if entries and not any(_is_package(entry) for entry in entries):
        return None
    return Cut(entries, names, None)


def _is_package(entry: Any) -> bool:
    if not isinstance(entry, dict) or "is_organization" in entry:
        return False
    return "resources" in entry or ("title" in entry and ("name" in entry or "id" in entry))


class Refusal(NamedTuple):
    """An answer that is none: CKAN's error type and message, or what came instead, in German and English."""

    kind: str
    de: str
    en: str


def answered(body: bytes) -> tuple[Any, bool] | Refusal:
    """The ``result`` of an answer of the Action API and whether its JSON was repaired, or the refusal (F01, F02)."""
    try:
        document, repaired = load_json(body)
    except Unreadable as unreadable:
        return Refusal("", unreadable.de, unreadable.en)
    if not isinstance(document, dict) or "success" not in document:
        return Refusal(
            "",
            f"JSON, aber keine Antwort der CKAN-Schnittstelle: {excerpt(_shown(document))}",
            f"JSON, but no answer of a CKAN interface: {excerpt(_shown(document))}",
        )
    if document["success"] is True and "result" in document:
        return document["result"], repaired
    error = document.get("error")
    given = error if isinstance(error, dict) else {"message": error}
    kind = word(given.get("__type"))
    said = excerpt(word(given.get("message")) or _shown({k: v for k, v in given.items() if k != "__type"}))
    text = f"{kind}: {said}" if kind else said
    return Refusal(kind or "error", f"die Schnittstelle meldet: {text}", f"the interface reports: {text}")


def _shown(value: Any) -> str:
    return _bytes_of(value).decode()


def _bytes_of(value: Any) -> bytes:
    """A value as JSON with sorted keys; empty if it is nested more deeply than any record."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return b""


class CkanSpider(HarvestSpider):
    """CKAN's package_search, page by page; where it is missing (DKAN), the lists of packages."""

    name = "ckan"
    reader = "ckan"
    title = ("CKAN-Schnittstelle", "CKAN API")
    options_model: ClassVar[type[Options]] = CkanOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The search with three results, and the list of names that a portal without search has."""
        if not url.startswith(("http://", "https://")):
            return ()
        named = portal(url)
        return (url,) if named.document else (_search_probe(named), named.action("package_list", limit=3))

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """A search that answers, else a list of packages; or a JSON file that holds packages."""
        named = portal(url) if url.startswith(("http://", "https://")) else None
        if named is None:
            return None
        stated = {"organizations": named.organizations, "groups": named.groups, "tags": named.tags, "fq": named.fq}
        options = {key: value if isinstance(value, str) else list(value) for key, value in stated.items() if value}
        for address, certainty in zip(cls.probes(url), (60,) if named.document else (90, 70), strict=True):
            found = _found(answers[address].body, named.document) if address in answers else None
            if found is None or not (found.entries or found.names or found.stated == 0):
                continue
            packages = [entry for entry in found.entries if isinstance(entry, dict)]
            titles = tuple(word(entry.get("title")) or word(entry.get("name")) for entry in packages[:3])
            count = found.stated if found.stated is not None else len(packages) or len(found.names)
            return Detected(cls.name, url if named.document else named.root, count, titles, options, certainty)
        return None

    def first(self) -> Iterable[Request | Page]:
        """The first search, or the file of packages."""
        self.portal = portal(self.source.url)
        self.filter = filter_query(self.portal, self.options)
        self._ids: set[int] = set()
        self._entries: set[int] = set()
        self._pages: set[int] = set()
        self._totals: dict[int, None] = {}
        self._names: dict[str, None] = {}
        self._known_names: set[str] = set()
        self._refused: Refusal | None = None
        self._unchanged = 0
        if self.portal.document:
            yield self.ask(self.source.url, self.documented)
        else:
            yield self.search(Cursor())

    def ask(self, url: str, callback: Callable[..., Any], **kwargs: Any) -> Request:
        """A request that carries the source's API key; redirects to another origin drop it (F32)."""
        headers = {"Authorization": self.source.api_key} if self.source.api_key else {}
        return self.request(url, callback, headers=headers, dont_filter=True, **kwargs)

    # --- the search -----------------------------------------------------------------------------------------------

    def search(self, cursor: Cursor) -> Request:
        """One page of the search. The second pass asks in the other order, so that no shift hides the same dataset."""
        rows = self.options.rows if cursor.manner < 2 else min(self.options.rows, 100)
        asked: dict[str, str | int] = {"q": "*:*", "rows": rows, "start": cursor.start}
        if cursor.manner == 0:
            asked["sort"] = "id desc" if cursor.second else "id asc"
        if self.filter:
            asked["fq"] = self.filter
        url = self.portal.action("package_search", **asked)
        return self.ask(
            url,
            self.searched,
            conditional=not cursor.second,
            errback=self.search_failed,
            cb_kwargs={"cursor": cursor},
        )

    def searched(self, response: Response, cursor: Cursor) -> Iterator[Any]:
        """A page of the search, then the next, until the count is reached; what counts is what came (F79)."""
        if (page := self.not_modified(response)) is not None:
            self._unchanged += len(page.seen_ids)
            self._ids.update(map(hash, page.seen_ids))
            yield page
            yield from self.go_on(cursor, len(page.seen_ids), None)
            return
        answer = self.result_of(response)
        if isinstance(answer, Refusal):
            yield from self.refused(response.url, answer, cursor)
            return
        found = cut(answer)
        if found is None or found.names:
            self.fail_at(response.url, *_no_packages(answer))
            return
        page = self.page_of(response, found.entries, cursor.second)
        if page is None:
            return
        if page.natives or not cursor.second:
            yield page
        if found.stated is not None:
            self._totals[found.stated] = None
            self.job.stated_total = found.stated
        yield from self.go_on(cursor, len(found.entries), found.stated)

    def go_on(self, cursor: Cursor, came: int, total: int | None) -> Iterator[Any]:
        """The next page, or the end; a list that changed or has gaps is gone through a second time (F14, F16)."""
        reached = cursor.start + came
        if came and (total is None or reached < total):
            yield self.search(cursor._replace(start=reached))
        elif total is not None:
            missing = total - len(self._entries) - self._unchanged
            if not cursor.second and len(self._totals) > 1:
                self.note(COUNT_CHANGED, ", ".join(map(str, self._totals)))
            if not cursor.second and (missing > 0 or len(self._totals) > 1):
                self._pages.clear()
                yield self.search(Cursor(manner=cursor.manner, second=True))
            elif missing > 0:
                self.gap(total)

    def search_failed(self, failure: Failure) -> Iterator[Any]:
        """A search that was refused with an error status; other failures go into the account."""
        error, request = failure.value, getattr(failure, "request", None)
        assert isinstance(request, Request)
        cursor: Cursor = request.cb_kwargs["cursor"]
        if isinstance(error, HttpError) and error.response.status < 500 and error.response.status != 429:
            status = error.response.status
            answer = answered(error.response.body)
            refusal = answer if isinstance(answer, Refusal) and answer.kind else Refusal("", *_status(status))
            if status in (404, 405, 410):
                refusal = refusal._replace(kind=_MISSING)
            yield from self.refused(request.url, refusal, cursor)
        elif self.job.replay is not None and isinstance(error, IgnoreRequest):
            # A replay has no answers of what the replayed run was refused.
            yield from self.refused(request.url, Refusal(_REPLAYED, str(error), str(error)), cursor)
        else:
            self.failed(failure)

    def refused(self, url: str, refusal: Refusal, cursor: Cursor) -> Iterator[Any]:
        """Asks more simply where a parameter was refused, by the lists where the search is missing, or gives up."""
        self._refused = self._refused or Refusal(refusal.kind, f"{url}: {refusal.de}", f"{url}: {refusal.en}")
        if cursor.start or cursor.second or not refusal.kind or "Authorization" in refusal.kind:
            self.fail_at(url, refusal.de, refusal.en)
        elif cursor.manner < 2 and refusal.kind != _MISSING and "not known" not in refusal.en:
            if refusal.kind != _REPLAYED:
                self.note(MANNER_REFUSED, refusal.en)
            yield self.search(cursor._replace(manner=cursor.manner + 1))
        elif self.options.fq or self.portal.fq:
            self.fail(self._refused.de, self._refused.en)
        else:
            yield self.list_names(0)

    # --- the lists, for portals without search ----------------------------------------------------------------------

    def list_names(self, offset: int) -> Request:
        """The names of all packages; what else is there has to be known before absences may count."""
        url = self.portal.action("package_list", limit=self.options.rows, offset=offset)
        return self.ask(url, self.named, conditional=False, errback=self.names_failed)

    def named(self, response: Response) -> Iterator[Any]:
        """Names, until no new ones come: DKAN ignores limit and offset and sends all of them each time."""
        answer = self.result_of(response)
        found = None if isinstance(answer, Refusal) else cut(answer)
        if found is None or found.entries:
            yield from self.no_names()
            return
        before = len(self._names)
        self._names.update(dict.fromkeys(found.names))
        if len(self._names) > before:
            yield self.page(response, [])
            yield self.list_names(len(self._names))
        else:
            self.job.stated_total = len(self._names)
            yield self.list_packages(0)

    def names_failed(self, failure: Failure) -> Iterator[Any]:
        """No list of names: the search's own refusal is what counts."""
        yield from self.no_names()

    def no_names(self) -> Iterator[Any]:
        """What is left to do without names: nothing, or the packages whose names came."""
        if self._names:
            yield self.list_packages(0)
        elif self._refused is not None:
            self.fail(self._refused.de, self._refused.en)

    def list_packages(self, offset: int) -> Request:
        """A page of whole packages, as DKAN has them."""
        url = self.portal.action("current_package_list_with_resources", limit=self.options.rows, offset=offset)
        return self.ask(url, self.listed, conditional=False, errback=self.list_failed, cb_kwargs={"offset": offset})

    def listed(self, response: Response, offset: int) -> Iterator[Any]:
        """A page of packages, then the next, then single ones that no page had."""
        answer = self.result_of(response)
        found = None if isinstance(answer, Refusal) else cut(answer)
        if found is None:
            yield from self.single_packages()
            return
        entries = found.entries
        if offset and entries and all(self._known(entry) for entry in entries):
            entries = []  # a portal that ignores the offset sends the same page again (F11)
        page = self.page_of(response, entries)
        if page is None:
            return
        yield page
        yield from self.after_list(offset, len(entries))

    def after_list(self, offset: int, came: int) -> Iterator[Any]:
        """The next page of the list as long as one came and names are missing."""
        if came and not self._names.keys() <= self._known_names:
            yield self.list_packages(offset + came)
        else:
            yield from self.single_packages()

    def list_failed(self, failure: Failure) -> Iterator[Any]:
        """No list of whole packages: one by one."""
        if isinstance(failure.value, IgnoreRequest):  # an error status, or nothing kept for a replay
            yield from self.single_packages()
        else:
            self.failed(failure)

    def single_packages(self) -> Iterator[Any]:
        """Each package that no list had."""
        for name in self._names:
            if name not in self._known_names:
                yield self.ask(self.portal.action("package_show", id=name), self.shown)

    def shown(self, response: Response) -> Iterator[Any]:
        """One package; DKAN wraps it into a list."""
        if (page := self.not_modified(response)) is not None:
            yield page
            return
        answer = self.result_of(response)
        found = None if isinstance(answer, Refusal) else cut(answer)
        if found is None:
            self.fail_at(
                response.url, *((answer.de, answer.en) if isinstance(answer, Refusal) else _no_packages(answer))
            )
        elif (page := self.page_of(response, found.entries)) is not None:
            yield page

    # --- a file of packages -----------------------------------------------------------------------------------------

    def documented(self, response: Response) -> Iterator[Any]:
        """A JSON file: a kept answer of the interface, a list of packages, a single package."""
        if (page := self.not_modified(response)) is not None:
            yield page
            return
        found = _found(response.body, True)
        if found is None or found.names:
            try:
                document, _ = load_json(response.body)
                self.fail_at(response.url, *_no_packages(document))
            except Unreadable as unreadable:
                self.fail_at(response.url, unreadable.de, unreadable.en)
            return
        self.job.stated_total = found.stated
        if (page := self.page_of(response, found.entries)) is not None:
            yield page
        if found.stated is not None and found.stated > len(self._entries):
            self.gap(found.stated)

    # --- what all answers share -------------------------------------------------------------------------------------

    def result_of(self, response: Response) -> Any:
        """The ``result`` of an answer, or a Refusal."""
        answer = answered(response.body)
        if isinstance(answer, Refusal):
            return answer
        result, repaired = answer
        if repaired:
            self.note(JSON_REPAIRED)
        return result

    def page_of(self, response: Response, entries: Sequence[Any], second: bool = False) -> Page | None:
        """The page's packages as natives, each only once in a run; None, and a failure, if it is one that came before."""
        written = [_bytes_of(entry) for entry in entries]
        marks = [hash(each) for each in written]
        whole = hash(tuple(marks))
        if marks and whole in self._pages:
            self.fail_at(response.url, *_SAME_PAGE)
            return None
        self._pages.add(whole)
        natives: list[Native] = []
        unusable: list[Finding] = []
        for entry, fingerprint, mark in zip(entries, written, marks, strict=True):
            fresh = mark not in self._entries
            self._entries.add(mark)
            if not isinstance(entry, dict) or not fingerprint:
                reason = type(entry).__name__ if fingerprint else "nested too deeply"
                unusable.append(Finding(Severity.VIOLATION, response.url, None, UNREADABLE_RECORD, (reason,)))
            elif fresh and self.wanted(entry, second):
                natives.append(Native(entry, fingerprint, self.location(entry)))
        page = self.page(response, natives, unusable)
        # Asked for with validators, a page of the second pass would stand for the few datasets that only it had.
        return replace(page, etag=None, last_modified=None) if second else page

    def wanted(self, entry: dict[str, Any], second: bool) -> bool:
        """Whether a package is data, public, asked for, and not delivered in the first pass."""
        name, identity = word(entry.get("name")), word(entry.get("id")) or word(entry.get("name"))
        known = hash(identity) in self._ids if identity else False
        self._ids.add(hash(identity))
        if self._names:
            self._known_names.update((name, identity))
        if word(entry.get("type")).casefold() in _NO_DATA or (second and known):
            return False
        if hidden := not_public(entry):
            self.job.findings.append(Finding(Severity.INFO, identity or self.source.url, None, NOT_PUBLIC, (hidden,)))
            return False
        return not self._names or self.chosen(entry)

    def chosen(self, entry: dict[str, Any]) -> bool:
        """Whether a package of the lists, which know no filter, meets the source's filters."""
        for key, values in (
            ("organization", (*self.portal.organizations, *self.options.organizations)),
            ("groups", (*self.portal.groups, *self.options.groups)),
            ("tags", (*self.portal.tags, *self.options.tags)),
        ):
            given = entry.get(key)
            marks: set[str] = set()
            for each in given if isinstance(given, list) else [given]:
                named = [each.get(part) for part in ("name", "id", "title")] if isinstance(each, dict) else [each]
                marks.update(text.removeprefix("group/") for part in named if (text := word(part)))
            if values and not marks & set(values):
                return False
        return True

    def location(self, package: dict[str, Any]) -> str | None:
        """Where a person can look at a package."""
        name = word(package.get("name")) or word(package.get("id"))
        return f"{self.portal.root}/dataset/{quote(name, safe='')}" if name and not self.portal.document else None

    def _known(self, entry: Any) -> bool:
        return isinstance(entry, dict) and (word(entry.get("id")) or word(entry.get("name"))) in self._known_names

    def note(self, rule: str, *arguments: str) -> None:
        """Enters a finding on the source into the account."""
        self.job.findings.append(Finding(Severity.WARNING, self.source.url, None, rule, arguments))

    def gap(self, total: int) -> None:
        """Fewer datasets than stated: a finding, and no absence counts (F14)."""
        finding = Finding(Severity.WARNING, self.source.url, None, GAP, (str(total), str(len(self._entries))))
        if finding not in self.job.findings:
            self.job.findings.append(finding)
        self.fail_at(self.source.url, finding.message("de"), finding.message("en"))

    def fail_at(self, url: str, de: str, en: str) -> None:
        """Enters a failure at an address into the account."""
        self.fail(f"{url}: {de}", f"{url}: {en}")


# Kinds of refusals beside CKAN's own error types.
_MISSING, _REPLAYED = "missing", "replayed"
_SAME_PAGE = (
    "die nächste Seite gleicht einer schon gelesenen; der Abruf endet hier, Fehlendes zählt nicht als gelöscht",
    "the next page equals one read before; fetching ends here, and what is missing does not count as deleted",
)


def _status(status: int) -> tuple[str, str]:
    return f"der Server antwortet mit Status {status}", f"the server answers with status {status}"


def _no_packages(answer: Any) -> tuple[str, str]:
    shown = excerpt(_shown(answer))
    return f"keine Liste von Datensätzen; die Antwort beginnt mit: {shown}", (
        f"no list of datasets; the answer begins with: {shown}"
    )


def _search_probe(named: Portal) -> str:
    fq = filter_query(named, CkanOptions())
    return named.action("package_search", q="*:*", rows=3, **({"fq": fq} if fq else {}))


def _found(body: bytes, document: bool) -> Cut | None:
    """What an answer holds, for detection and for files, which need not be an answer of the interface."""
    answer = answered(body)
    if not isinstance(answer, Refusal):
        return cut(answer[0])
    try:
        return cut(load_json(body)[0]) if document else None
    except Unreadable:
        return None
