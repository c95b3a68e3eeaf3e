"""A site's own rules: which blocks of a page are datasets, and what in them is title, link, date and description.

Selectors are CSS without pseudo-classes: names, classes, ids, attributes, and the two ways from one to the next. There is
no pattern of a steward's that is run over text (F49).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from harvesters.spider import Options
from harvesters.website import link_texts
from harvesters.website.link_groups import Given, LinkedFiles
from harvesters.website.page_links import DataLink, PageFacts, is_page_address, link_of
from harvesters.website.web_pages import WebPage, attribute, join, text_of
from schemas.kinds import Literal, date
from schemas.refusals import Wrong

_NAME = r"(?:[A-Za-z0-9_-]|\\.)+"
_SIMPLE = rf"(?:\*|{_NAME})?(?:[.#]{_NAME}|\[[A-Za-z-]+(?:[~|^$*]?=(?:\"[^\"\]]*\"|'[^'\]]*'|[A-Za-z0-9_-]+))?\])*"
_PART = re.compile(_SIMPLE)
_WAY = re.compile(r"\s*[>+~]\s*|\s+")
_LONGEST = 200
MOST_BLOCKS = 2_000


def check_selector(text: str) -> str:
    """A selector as it may stand in a source file. Raises ValueError."""
    stripped = text.strip()
    at = 0
    while at < len(stripped) <= _LONGEST:
        part = _PART.match(stripped, at)
        if part is None or part.end() == at:
            break
        at = part.end()
        way = _WAY.match(stripped, at)
        if way is None or way.end() == len(stripped):
            break
        at = way.end()
    if not stripped or at != len(stripped) or not _parses(stripped):
        raise Wrong(
            f"{text!r}: a CSS selector of at most {_LONGEST} characters like 'ul.downloads > li' is allowed, without commas, "
            "pseudo-classes and functions",
            f"{text!r}: erlaubt ist ein CSS-Selektor von höchstens {_LONGEST} Zeichen wie 'ul.downloads > li', ohne Kommas, "
            "Pseudoklassen und Funktionen",
        )
    return stripped


def _parses(selector: str) -> bool:
    try:
        LexborHTMLParser("<p></p>").css(selector)
    except SelectolaxError:
        return False
    return True


class Block(Options):
    """One ``[[website.block]]`` of a source file."""

    block: str
    """The selector of the block that is repeated for each dataset."""

    title: str = ""
    """In the block, the title; left out: the link's text."""

    link: str = "a"
    """In the block, the links to files, or to the dataset's own page."""

    date: str = ""
    """In the block, the date of the last change."""

    description: str = ""
    """In the block, the description."""

    page: str = ""
    """The beginning of the paths of the pages on which the rule holds; empty: on all."""

    found: int = Field(default=0, ge=0)
    """How many blocks there were when the rule was proposed."""

    confirmed: bool = False
    """Whether a steward has looked at the rule: it is used only then."""

    @field_validator("block", "title", "link", "date", "description")
    @classmethod
    def _selector(cls, value: str) -> str:
        return check_selector(value) if value else value

    @field_validator("block", "link")
    @classmethod
    def _needed(cls, value: str) -> str:
        if not value:
            raise Wrong("a selector is needed", "nötig ist ein Selektor")
        return value

    @field_validator("page")
    @classmethod
    def _path(cls, value: str) -> str:
        if value and not value.startswith("/"):
            raise Wrong("a path that begins with / is allowed", "erlaubt ist ein Pfad, der mit / beginnt")
        return value

    def holds_on(self, url: str) -> bool:
        """Whether the rule holds on the page of an address."""
        return (unquote(urlsplit(url).path) or "/").startswith(self.page)

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """What is looked for in a block: its name, and its selector."""
        named = (("title", self.title), ("date", self.date), ("description", self.description))
        return tuple((name, selector) for name, selector in named if selector)


class Applied(NamedTuple):
    """What a rule found on a page: blocks, of them datasets, and for each part in how many blocks it was found."""

    blocks: int
    datasets: tuple[LinkedFiles, ...]
    parts: tuple[tuple[str, int], ...]


def apply(rule: Block, page: WebPage, facts: PageFacts) -> Applied:
    """The datasets that a rule finds on a page; a block without a link of the rule's is none."""
    nodes = page.tree.css(rule.block)[:MOST_BLOCKS]
    counts = {name: 0 for name, _ in rule.parts}
    found: list[LinkedFiles] = []
    for node in nodes:
        texts = {name: node.css_first(selector) for name, selector in rule.parts}
        for name, inner in texts.items():
            counts[name] += bool(text_of(inner))
        if (dataset := _dataset(rule, node, page, facts, texts)) is not None:
            found.append(dataset)
    return Applied(len(nodes), tuple(found), tuple(counts.items()))


def _dataset(
    rule: Block, node: LexborNode, page: WebPage, facts: PageFacts, parts: dict[str, LexborNode | None]
) -> LinkedFiles | None:
    links, pages = _links(rule, node, page)
    if not links and not pages:
        return None
    identity = next((link.url for link in links if link.format != "PDF"), links[0].url if links else pages[0])
    title = link_texts.clean_title(text_of(parts.get("title"))) or text_of(parts.get("title"))
    named = next((text for anchor in node.css(rule.link) if (text := link_texts.clean_title(text_of(anchor)))), "")
    given = Given(
        rule=rule.block,
        title=(title or named)[:500],
        title_at=rule.title if title else rule.link,
        description=text_of(parts.get("description"))[:5_000],
        description_at=rule.description,
        date=_moment(parts.get("date")),
        date_at=rule.date,
        page=pages[0] if pages else "",
    )
    return LinkedFiles(identity, tuple(links), facts, given=given)


def _links(rule: Block, node: LexborNode, page: WebPage) -> tuple[list[DataLink], list[str]]:
    """The files and the pages that a block's links lead to; a link that is neither by its address is a file."""
    links: dict[str, DataLink] = {}
    pages: dict[str, None] = {}
    for anchor in _anchors(rule, node):
        target = join(page.base, attribute(anchor, "href"))
        if target is None:
            continue
        kind = attribute(anchor, "type").partition(";")[0].strip()
        code = link_texts.data_format(target, kind, attribute(anchor, "download"), text_of(anchor))
        if code or not is_page_address(target):
            link = link_of(anchor, node, target, code or "", "", "", (0, 0))
            links.setdefault(link.url, link)
        else:
            pages[link_texts.stable_url(target)] = None
    return list(links.values()), list(pages)


def _anchors(rule: Block, node: LexborNode) -> Iterator[LexborNode]:
    for found in node.css(rule.link):
        if found.tag == "a":
            yield found
        else:
            yield from found.css("a[href]")
    if node.tag == "a":
        yield node


def _moment(node: LexborNode | None) -> Literal | None:
    if node is None:
        return None
    stated = attribute(node, "datetime")
    text = text_of(node)
    return date(stated) or link_texts.stated_date(text) or link_texts.any_date(text) or date(text)


def not_matching(rule: Block, applied: Sequence[Applied]) -> list[str]:
    """The selectors of a rule that found nothing on all its pages though their blocks were there."""
    blocks = sum(each.blocks for each in applied)
    if not blocks:
        return [rule.block]
    counts = {name: sum(dict(each.parts).get(name, 0) for each in applied) for name, _ in rule.parts}
    missing = [f"{name}: {selector}" for name, selector in rule.parts if not counts[name]]
    if not any(each.datasets for each in applied):
        missing.append(f"link: {rule.link}")
    return missing
