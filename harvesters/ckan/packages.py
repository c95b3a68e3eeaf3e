"""What all requests to a CKAN portal share: the key that goes along, and the packages of an answer, each once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from scrapy.http import Request, Response

from harvesters.ckan.answers import Refusal, answered
from harvesters.ckan.fields import NOT_PUBLIC, not_public
from harvesters.ckan.portal import Portal, is_chosen
from harvesters.ckan.tally import Tally
from harvesters.mapping.native_values import word
from harvesters.reading import UNREADABLE_RECORD, Native, Page
from harvesters.reasons import FAILURE, INCOMPLETE
from harvesters.spider import HarvestSpider
from schemas.findings import Finding, Severity, declare
from schemas.loose_json import JSON_REPAIRED, sorted_json

GAP = declare(
    "ckan-count-gap",
    "Die Schnittstelle nennt {0} Datensätze, geliefert wurden {1}.",
    "The interface states {0} datasets, {1} were delivered.",
    "Lassen Sie den Suchindex des Portals neu aufbauen (ckan search-index rebuild).",
    "Have the portal's search index rebuilt (ckan search-index rebuild).",
    "faults F14, F79",
)

# What extensions store as packages although it holds no data: harvest sources, applications, showcases.
_NO_DATA = frozenset({"harvest", "showcase", "application", "app"})
_SAME_PAGE = (
    "die nächste Seite gleicht einer schon gelesenen; der Abruf endet hier, Fehlendes zählt nicht als gelöscht",
    "the next page equals one read before; fetching ends here, and what is missing does not count as deleted",
)


class PackageSpider(HarvestSpider):
    """The base of what reaches packages: by a search, by lists, in a file."""

    portal: Portal
    tally: Tally

    def ask(self, url: str, callback: Callable[..., Any], **kwargs: Any) -> Request:
        """A request that carries the source's API key; redirects to another origin drop it (F32)."""
        headers = {"Authorization": self.source.api_key} if self.source.api_key else {}
        return self.request(url, callback, headers=headers, dont_filter=True, **kwargs)

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
        written = [sorted_json(entry) for entry in entries]
        marks = [hash(each) for each in written]
        if self.tally.is_repeated(marks):
            self.fail_at(response.url, *_SAME_PAGE, INCOMPLETE)
            return None
        natives: list[Native] = []
        unusable: list[Finding] = []
        for entry, fingerprint, mark in zip(entries, written, marks, strict=True):
            fresh = self.tally.is_fresh(mark)
            if not isinstance(entry, dict) or not fingerprint:
                reason = type(entry).__name__ if fingerprint else "nested too deeply"
                unusable.append(Finding(Severity.VIOLATION, response.url, None, UNREADABLE_RECORD, (reason,)))
            elif fresh and self._is_wanted(entry, second):
                natives.append(Native(entry, fingerprint, self.portal.page_of(entry)))
        page = self.page(response, natives, unusable)
        # Asked for with validators, a page of the second pass would stand for the few datasets that only it had.
        return replace(page, etag=None, last_modified=None) if second else page

    def _is_wanted(self, entry: dict[str, Any], second: bool) -> bool:
        """Whether a package is data, public, asked for, and not delivered in the first pass."""
        name, identity = word(entry.get("name")), word(entry.get("id")) or word(entry.get("name"))
        known = self.tally.is_known(identity)
        if self.tally.names:
            self.tally.met.update((name, identity))
        if word(entry.get("type")).casefold() in _NO_DATA or (second and known):
            return False
        if hidden := not_public(entry):
            self.job.findings.append(Finding(Severity.INFO, identity or self.source.url, None, NOT_PUBLIC, (hidden,)))
            return False
        return not self.tally.names or is_chosen(entry, self.portal, self.options)

    def note(self, rule: str, *arguments: str) -> None:
        """Enters a finding on the source into the account."""
        self.job.findings.append(Finding(Severity.WARNING, self.source.url, None, rule, arguments))

    def gap(self, total: int) -> None:
        """Fewer datasets than stated: a finding, and no absence counts (F14)."""
        finding = Finding(Severity.WARNING, self.source.url, None, GAP, (str(total), str(self.tally.came)))
        if finding not in self.job.findings:
            self.job.findings.append(finding)
        self.fail_at(self.source.url, finding.message("de"), finding.message("en"), INCOMPLETE)

    def fail_at(self, url: str, de: str, en: str, rule: str = FAILURE) -> None:
        """Enters a failure at an address into the account."""
        self.fail(f"{url}: {de}", f"{url}: {en}", rule)
