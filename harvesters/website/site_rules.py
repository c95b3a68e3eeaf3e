"""The rules of a site during one crawl: what they find on each page, and whether they still fit what is there (F24)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harvesters.reading import Memory
from harvesters.website.blocks import Applied, Block, apply, not_matching
from harvesters.website.link_groups import LinkedFiles
from harvesters.website.page_links import DataLink, PageFacts
from harvesters.website.proposals import propose
from harvesters.website.web_pages import WebPage


class Ruled(NamedTuple):
    """What the rules found on a page; ``alone``: links that no rule found are not looked at."""

    datasets: tuple[LinkedFiles, ...]
    alone: bool


class Change(NamedTuple):
    """A rule that does not fit any more: its page, the selectors that find nothing, how many entries there were before,
    and what fits now. ``grave``: records would be lost or lose their titles.
    """

    page: str
    missing: tuple[str, ...]
    was: int
    now: str
    grave: bool


class _Account:
    """What one rule found in the crawl."""

    def __init__(self, rule: Block) -> None:
        self.rule = rule
        self.applied: list[Applied] = []
        self.page = ""
        self.was = 0
        self.now = ""


class SiteRules:
    """The confirmed rules of a source file. ``memory`` tells how many records a page gave in the last run."""

    def __init__(self, rules: Sequence[Block], memory: Memory | None) -> None:
        self._accounts = [_Account(rule) for rule in rules if rule.confirmed]
        self._memory = memory
        self._claims: dict[str, LinkedFiles] = {}

    def read(self, page: WebPage, facts: PageFacts) -> Ruled:
        """The datasets that the rules find on a page."""
        found: list[LinkedFiles] = []
        alone = False
        for account in self._accounts:
            if not account.rule.holds_on(page.url):
                continue
            applied = apply(account.rule, page, facts)
            known = self._memory.page(page.url) if self._memory is not None else None
            remembered = len(known.native_ids) if known is not None else 0
            account.applied.append(applied)
            account.was += remembered
            alone = alone or applied.blocks > 0 or (bool(account.rule.page) and remembered > 0)
            if not_matching(account.rule, [applied]) and (remembered or not account.page):
                account.page = page.url
                account.now = _told(page, facts)
            found += applied.datasets
        return Ruled(tuple(found), alone)

    def claim(self, found: LinkedFiles) -> None:
        """Keeps a dataset until the page is read that its block leads to."""
        assert found.given is not None
        self._claims[found.given.page] = found

    def claimed(self, url: str, links: Sequence[DataLink], facts: PageFacts) -> LinkedFiles | None:
        """The dataset that a page belongs to, with the files that it links to."""
        claim = self._claims.pop(url, None)
        return claim._replace(links=tuple({link.url: link for link in links}.values()), facts=facts) if claim else None

    def changes(self) -> list[Change]:
        """The rules that were looked at and do not fit any more."""
        found = []
        for account in self._accounts:
            missing = not_matching(account.rule, account.applied) if account.applied else []
            if not missing:
                continue
            was = account.was or account.rule.found
            lost = any(part == account.rule.block or part.startswith(("title: ", "link: ")) for part in missing)
            found.append(Change(account.page, tuple(missing), was, account.now or "–", lost and was > 0))
        return found


def _told(page: WebPage, facts: PageFacts) -> str:
    """What a page would be read by now, in one line."""
    proposal = propose(page, facts)
    if proposal is None:
        return "–"
    rule = proposal.rule
    parts = "".join(f"; {name} = {selector}" for name, selector in (*rule.parts, ("link", rule.link)))
    return f"{rule.block} ({rule.found}{parts})"
