"""What the kinds with configured fields share in reaching a list: the key, the cutting, the guards on paging."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.configured import items
from harvesters.configured.items import Item
from harvesters.configured.options import MappedOptions
from harvesters.configured.paths import Path, Scope
from harvesters.guards.destinations import origin
from harvesters.guards.exceptions import RequestRefused
from harvesters.mapping.native_values import word
from harvesters.reading import UNREADABLE_RECORD, Native
from harvesters.reasons import INCOMPLETE, NO_ACCESS
from harvesters.spider import HarvestSpider, Options, asked
from schemas.findings import Finding, Severity, declare
from schemas.kinds import is_web
from schemas.loose_json import JSON_REPAIRED
from schemas.region import ConfigurationError, HarvestSource, Region
from schemas.syntax import Unreadable, excerpt

LIST_UNSTEADY = declare(
    "list-changed-while-paging",
    "Während der Abfrage kamen {0} Einträge doppelt: Die Liste hat sich verändert.",
    "{0} entries came twice while the list was read: it changed meanwhile.",
    "Der nächste Lauf liest die Liste neu; kommt es wieder, sortieren Sie die Abfrage nach einer festen Kennung.",
    "The next run reads the list anew; if it happens again, sort the query by a fixed identifier.",
    "faults F16",
)
_MASK = b"***"
_FORBIDDEN = ("verbietet den Abruf oder verlangt", "forbids fetching or wants a key")


class ListSpider(HarvestSpider):
    """A spider whose records lie where the source file says; its options are :class:`MappedOptions`."""

    @classmethod
    def check(cls, region: Region, source: HarvestSource, options: Options) -> None:
        """Some field is mapped, or the whole is one dataset. Raises ConfigurationError."""
        assert isinstance(options, MappedOptions)
        if not options.one and not options.fields:
            raise ConfigurationError(
                f"sources/{source.id}.toml: [{cls.name}] fields.title is missing: the path to each record's title "
                "(or one = true, where the whole answer is one dataset)",
                f"sources/{source.id}.toml: [{cls.name}] fields.title fehlt: der Pfad zum Titel jedes Eintrags (oder one = true, "
                "wo die ganze Antwort ein Datensatz ist)",
            )

    def begin(self) -> None:
        """Makes the account of a crawl; called first by :meth:`first`."""
        self._pages: set[bytes] = set()
        self._entries: set[bytes] = set()
        self._twice = 0
        self._unchanged = 0
        self._repaired = False

    # --- The key --------------------------------------------------------------------------------------------------

    def key_headers(self, url: str) -> dict[str, str]:
        """The header with the key, for addresses of the source's own origin only (F32)."""
        key = self.source.api_key
        if not key or not self.is_own(url):
            return {}
        scheme = f"{self.options.scheme} " if self.options.scheme else ""
        return {self.options.header: f"{scheme}{key}"}

    def is_own(self, url: str) -> bool:
        """Whether an address is of the source's own origin."""
        try:
            return origin(url) == origin(self.source.url)
        except RequestRefused:
            return False

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must stand in nothing that is kept or said."""
        return (self.source.api_key,) if self.source.api_key else ()

    def masked(self, body: bytes) -> bytes:
        """A body without the key: some servers repeat it in links or messages (F69)."""
        for secret in self.secrets:
            body = body.replace(secret.encode(), _MASK)
        return body

    def refused(self, failure: Failure) -> None:
        """Keeps why there was no answer; for one that wants a key, where it comes from."""
        error = failure.value
        if not isinstance(error, HttpError) or (status := error.response.status) not in (401, 403):
            self.failed(failure)
            return
        url = error.response.url
        name = f"ALLMENDE_SOURCE_{self.source.id.upper().replace('-', '_')}__API_KEY"
        if self.source.api_key:
            self.fail(
                f"{url}: Der Server lehnt den Schlüssel ab (Status {status}). Prüfen Sie {name} sowie header und scheme "
                f"unter [{self.name}].",
                f"{url}: the server refuses the key (status {status}). Check {name}, and header and scheme under "
                f"[{self.name}].",
                NO_ACCESS,
            )
        else:
            # A 401 asks for a key; a 403 may also mean that nobody, or not this address, may fetch it (RFC 9110, 15.5.4).
            de, en = ("verlangt", "wants a key") if status == 401 else _FORBIDDEN
            self.fail(
                f"{url}: Der Server {de} einen Schlüssel (Status {status}). Setzen Sie ihn in der Umgebung: {name}.",
                f"{url}: the server {en} (status {status}). Set the key in the environment: {name}.",
                NO_ACCESS,
            )

    # --- Records --------------------------------------------------------------------------------------------------

    def document(self, response: Response, body: bytes) -> Any:
        """The JSON of an answer; NDJSON as a list. Raises Unreadable (F01, F03, F21)."""
        found = items.answer(body, (response.headers.get("Content-Type") or b"").decode("latin-1").lower())
        if found.repaired and not self._repaired:
            self._repaired = True
            self.job.findings.append(Finding(Severity.WARNING, asked(response), None, JSON_REPAIRED))
        self._bad_lines = [
            Finding(Severity.VIOLATION, asked(response), None, UNREADABLE_RECORD, (f"Zeile {number}: {excerpt(text)}",))
            for number, text in found.bad_lines
        ]
        return found.document

    def cut(self, document: Any, url: str, body: bytes) -> tuple[list[Native], list[Finding], int] | None:
        """The records of a document that did not come before, those that cannot be any, and how many there were.

        None if the path leads nowhere: then it is an error or another kind of document, and entered as a failure (F02).
        """
        options = self.options
        if options.one:
            return self._whole(document, url, body)
        found = items.cut(document, options.items)
        if found is None:
            self.fail(*_no_list(url, options.items, body))
            return None
        natives: list[Native] = []
        unusable = self._bad_lines
        for place in found:
            item = Item(place.value, place.key)
            fingerprint = items.fingerprint(item)
            if not isinstance(place.value, dict) or not fingerprint:
                kind = type(place.value).__name__ if fingerprint else "nested too deeply"
                reason = (f"{options.items.text if options.items else ''}[{place.path}]: {kind}",)
                unusable.append(Finding(Severity.VIOLATION, url, None, UNREADABLE_RECORD, reason))
                continue
            digest = blake2b(fingerprint, digest_size=12).digest()
            if digest in self._entries:
                self._twice += 1
                continue
            self._entries.add(digest)
            natives.append(Native(item, fingerprint, self._location(item)))
        return natives, unusable, len(found)

    def _whole(self, document: Any, url: str, body: bytes) -> tuple[list[Native], list[Finding], int] | None:
        found = items.cut(document, self.options.items)
        if found is None and (self.options.items is not None or not isinstance(document, list)):
            self.fail(*_no_list(url, self.options.items, body))
            return None
        mapped = {name for name in self.options.fields if name not in ("title", "description")}
        facts = items.facts(document, self.options.items)
        paging = getattr(self.options, "paging", None)
        if paging is not None and paging.total is not None and word(paging.total.first(document)).isdecimal():
            # Of a list in pages the first shows the fields, and the total their number.
            facts = facts._replace(number=int(word(paging.total.first(document))))
        item = Item(document, "", facts)
        # Values change by the minute; what the record says changes with the fields, and with values that it maps.
        said = {
            name: [place.value for choice in self.options.fields[name] for place in choice.places(Scope(document))]
            for name in ("title", "description", *mapped)
            if name in self.options.fields
        }
        fingerprint = items.fingerprint(Item(said, "", facts))
        return [Native(item, fingerprint, None)], self._bad_lines, 1

    def _location(self, item: Item) -> str | None:
        scope = Scope(item.value, item.key)
        for choice in self.options.fields.get("landing_page", ()):
            for place in choice.places(scope):
                if is_web(word(place.value)):
                    return word(place.value)
        return None

    # --- Guards ---------------------------------------------------------------------------------------------------

    def is_repeated(self, natives: Sequence[Native], count: int, body: bytes) -> bool:
        """Whether a page came before: then the list goes in a circle, which is entered as a failure (F11, F12)."""
        digest = blake2b(body, digest_size=12).digest()
        repeated = digest in self._pages or (count > 0 and not natives and self._twice >= count)
        self._pages.add(digest)
        if repeated:
            self.fail(
                f"{self.source.url}: Eine Seite der Liste kam zum zweiten Mal; geblättert wurde nicht weiter. Prüfen Sie "
                f"[{self.name}.paging].",
                f"{self.source.url}: a page of the list came a second time; paging stopped. Check [{self.name}.paging].",
                INCOMPLETE,
            )
        return repeated

    def stated(self, document: Any, total: Path | None) -> None:
        """Enters the number of records that the source says it has."""
        if total is None or self.options.one:
            return
        text = word(total.first(document))
        if text.isdecimal() and len(text) < 12:
            self.job.stated_total = max(int(text), self.job.stated_total or 0)

    @property
    def came(self) -> int:
        """How many records came, those unchanged included."""
        return len(self._entries) + self._unchanged

    def unchanged(self, ids: Sequence[str]) -> None:
        """Enters the records of a page that did not change since the last run."""
        self._unchanged += len(ids)

    def finish(self) -> None:
        """At the end of the list: fewer records than stated make the run partial (F05, F14), repeated ones a remark (F16)."""
        if self._twice:
            self.job.findings.append(Finding(Severity.INFO, self.source.url, None, LIST_UNSTEADY, (str(self._twice),)))
        total = self.job.stated_total
        if total is not None and not self.job.changes_only and self.came < total:
            self.fail(
                f"{self.source.url}: Die Quelle nennt {total} Datensätze, gekommen sind {self.came}.",
                f"{self.source.url}: the source states {total} records, {self.came} came.",
                INCOMPLETE,
            )


def _no_list(url: str, path: Path | None, body: bytes) -> tuple[str, str]:
    where = path.text if path is not None else ""
    shown = excerpt(body[:1000].decode("utf-8", "replace"))
    return (
        f"{url}: unter „{where}“ (items) liegt keine Liste; die Antwort beginnt mit: {shown}"
        if where
        else f"{url}: JSON ohne eindeutige Liste; nennen Sie ihren Pfad unter items. Die Antwort beginnt mit: {shown}",
        f"{url}: there is no list at “{where}” (items); the answer begins with: {shown}"
        if where
        else f"{url}: JSON without a clear list; name its path in items. The answer begins with: {shown}",
    )


def unreadable(spider: ListSpider, url: str, error: Unreadable) -> None:
    """Enters an answer that is no JSON as a failure."""
    spider.fail(f"{url}: {error.de}", f"{url}: {error.en}")


Requests = Iterator[Request | Any]
