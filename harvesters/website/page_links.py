"""What a town's web page links to: files of data with the words around them, and further pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from harvesters.website import link_texts
from harvesters.website.web_pages import WebPage, attribute, join, text_of
from schemas.kinds import Literal, date

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption", "legend", "summary", "dt"})
_BLOCKS = frozenset({"li", "tr", "p", "dd", "figure", "article", "td"})
_PAGES = re.compile(r"[^.]*|.*\.(?:html?|xhtml|php\d?|aspx?|jspx?|do|cfm|cgi|pl|shtml)", re.I)
_EVENT = re.compile(
    r"termin\b.{0,30}(?:speichern|übernehmen|exportieren|hinzufügen|eintragen)|in\s.{0,15}kalender\b", re.I
)
_BREADCRUMB = (
    '[class*="breadcrumb"], [id*="breadcrumb"], [aria-label*="readcrumb"], [aria-label*="Brotkrumen"], '
    '[aria-label*="Sie sind hier"], [class*="rootline"]'
)
_SITE = re.compile(r"(?<!\s)\s+[-|–—·•:]\s+")
_MAX_LINKS = 5_000


class DataLink(NamedTuple):
    """A link to a file, with everything near it that may say what the file is. ``date`` is a typed literal and its rule."""

    url: str
    format: str
    text: str
    label: str = ""
    row: str = ""
    block: str = ""
    heading: str = ""
    paragraph: str = ""
    size: str = ""
    date: tuple[Literal, str] | None = None
    place: tuple[int, int] = (0, 0)


class PageFacts(NamedTuple):
    """What holds for a whole page."""

    url: str
    title: str
    breadcrumb: tuple[str, ...] = ()
    language: str = ""
    date: tuple[Literal, str] | None = None
    license: tuple[str, ...] = ()


class PageLinks(NamedTuple):
    """A page's facts, its links to data in the order of the page, the pages it leads to, what it asks of robots."""

    facts: PageFacts
    data: tuple[DataLink, ...]
    pages: tuple[str, ...]
    may_list: bool = True
    may_follow: bool = True
    canonical: str | None = None


def read_links(page: WebPage, robots_header: str = "") -> PageLinks:
    """The links of a page. ``robots_header`` is the answer's X-Robots-Tag."""
    directives = {robots_header.casefold()}
    for meta in page.tree.css("meta[name]"):
        if attribute(meta, "name").casefold() in ("robots", "allmende"):
            directives.add(attribute(meta, "content").casefold())
    asked = {word for text in directives for word in re.split(r"[\s,;:]+", text)}
    canonical = page.tree.css_first('link[rel="canonical"]')
    data = tuple(_data_links(page))
    return PageLinks(
        facts=_facts(page, frozenset(link.date[0] for link in data if link.date)),
        data=data,
        pages=tuple(dict.fromkeys(_page_links(page))),
        may_list=not asked & {"noindex", "none"},
        may_follow=not asked & {"nofollow", "none"},
        canonical=join(page.base, attribute(canonical, "href")) if canonical is not None else None,
    )


def _facts(page: WebPage, dates_of_links: frozenset[Literal]) -> PageFacts:
    tree = page.tree
    heading = text_of(tree.css_first("main h1") or tree.css_first("h1"))
    title = _SITE.split(text_of(tree.css_first("title")))[0]
    crumbs = tree.css_first(_BREADCRUMB)
    trail = (
        [text_of(node) for node in crumbs.css("a, li, span") if not node.css("a, li, span")]
        if crumbs is not None
        else []
    )
    licenses = [
        join(page.base, attribute(node, "href")) for node in tree.css('a[rel~="license"], link[rel~="license"]')
    ]
    return PageFacts(
        url=page.url,
        title=(heading or title)[:300],
        breadcrumb=tuple(dict.fromkeys(text for text in trail if text.strip(" >›»/|")))[:10],
        language=attribute(tree.css_first("html"), "lang").split("-")[0].casefold(),
        date=_page_date(page, dates_of_links),
        license=tuple(dict.fromkeys(address for address in licenses if address)),
    )


def _page_date(page: WebPage, dates_of_links: frozenset[Literal]) -> tuple[Literal, str] | None:
    """The page's date, if it states one that is not said of a single file."""
    root = page.tree.css_first("main") or page.tree.body
    if root is None:
        return None
    stated = link_texts.stated_dates(text_of(root)) - dates_of_links
    if len(stated) == 1:
        return next(iter(stated)), "Stand auf der Seite"
    for selector in (
        'meta[property="article:modified_time"]',
        'meta[name="dcterms.modified"]',
        'meta[name="last-modified"]',
    ):
        if (moment := date(attribute(page.tree.css_first(selector), "content"))) is not None:
            return moment, "meta"
    moments = {date(attribute(node, "datetime")) for node in root.css("time[datetime]")} - dates_of_links
    if len(moments) == 1 and (only := moments.pop()) is not None:
        return only, "time"
    return None


def _page_links(page: WebPage) -> Iterator[str]:
    for anchor in page.tree.css("a[href], area[href]")[:_MAX_LINKS]:
        if "nofollow" in attribute(anchor, "rel").casefold().split():
            continue
        target = join(page.base, attribute(anchor, "href"))
        if target and is_page_address(target):
            yield target


def is_page_address(url: str) -> bool:
    """Whether an address looks like that of a page: without an ending, or with one of pages."""
    name = url.partition("?")[0].partition("//")[2].partition("/")[2].rpartition("/")[2]
    return _PAGES.fullmatch(name) is not None


def _data_links(page: WebPage) -> Iterator[DataLink]:
    """Walks the page in its order, so that each link knows the heading and the paragraph that stand above it."""
    heading = paragraph = lead = ""
    section = block_number = 0
    blocks: dict[int, int] = {}
    root = page.tree.body
    for node in root.traverse() if root is not None else ():
        tag = node.tag or ""
        if tag in _HEADINGS:
            heading, paragraph, section = text_of(node), "", section + 1
        elif tag == "p" and not node.css_first("a[href]") and len(text := text_of(node)) >= 40:
            paragraph = text[:1000]
            lead = lead or paragraph
        elif tag == "a" and (href := attribute(node, "href")):
            target = join(page.base, href)
            code = target and link_texts.data_format(
                target, attribute(node, "type").partition(";")[0].strip(), attribute(node, "download"), text_of(node)
            )
            if not target or not code or (code == "ICS" and _EVENT.search(text_of(node))):
                continue
            block = _block(node)
            if block is not None and block.mem_id not in blocks:
                block_number += 1
                blocks[block.mem_id] = block_number
            place = (section, blocks[block.mem_id] if block is not None else 0)
            yield link_of(node, block, target, code, heading, paragraph or lead, place)


def link_of(
    node: LexborNode,
    block: LexborNode | None,
    target: str,
    code: str,
    heading: str,
    paragraph: str,
    place: tuple[int, int],
) -> DataLink:
    """A link to a file with what stands around it: the block that it lies in, the heading and paragraph above it."""
    text = text_of(node)
    around = text_of(block)[:1000] if block is not None else ""
    near = f"{text} {around}"
    label = attribute(node, "title") or attribute(node, "aria-label") or attribute(node.css_first("img"), "alt")
    return DataLink(
        url=link_texts.stable_url(target),
        format=code,
        text=text[:500],
        label=" ".join(label.split())[:500],
        row=_row_head(node)[:300],
        block=around if around != text else "",
        heading=heading[:300],
        paragraph=paragraph,
        size=link_texts.size_in(near),
        date=_link_date(text, around, block),
        place=place,
    )


def _link_date(text: str, around: str, block: LexborNode | None) -> tuple[Literal, str] | None:
    for moment, rule in (
        (link_texts.stated_date(text), "Stand im Linktext"),
        (link_texts.stated_date(around), "Stand neben dem Link"),
        (link_texts.any_date(text), "Datum im Linktext"),
    ):
        if moment is not None:
            return moment, rule
    moments = {attribute(node, "datetime") for node in block.css("time[datetime]")} if block is not None else set()
    if len(moments) == 1 and (moment := date(moments.pop())) is not None:
        return moment, "time neben dem Link"
    return None


def _block(node: LexborNode) -> LexborNode | None:
    """The list item, table row or paragraph that a link stands in: what is said there is said of the link."""
    parent = node.parent
    for _ in range(8):
        if parent is None or parent.tag in ("body", "main", "section", "html"):
            return None
        if parent.tag in _BLOCKS and parent.tag != "td":
            return parent
        parent = parent.parent
    return None


def _row_head(node: LexborNode) -> str:
    """The first cell of the link's table row, if the link does not stand in it."""
    parent: LexborNode | None = node
    while parent is not None and parent.tag != "tr":
        parent = parent.parent if parent.tag != "table" else None
    if parent is None:
        return ""
    first = parent.css_first("th, td")
    return text_of(first) if first is not None and not first.css_first("a[href]") else ""
