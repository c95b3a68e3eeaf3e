"""Proposes rules for a site from a page itself: the block that repeats around its links, and what stands in each of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from harvesters.website import link_texts
from harvesters.website.blocks import Block, apply, check_selector
from harvesters.website.page_links import PageFacts, is_page_address
from harvesters.website.web_pages import WebPage, attribute, join, text_of

LEAST_BLOCKS = 3
_MOST_LINKS = 2_000
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ASIDE = frozenset({"nav", "header", "footer", "aside", "form"})
_TOP = frozenset({"body", "html", "main"})
_TITLES = ("title", "titel", "headline", "heading", "name", "bezeichnung", "caption")
_DATES = ("date", "datum", "stand", "published", "modified")
_TEXTS = ("description", "beschreibung", "teaser", "text", "desc", "summary", "lead", "bodytext")
_MENU = re.compile(r"foot|nav|menu|side-?bar|breadcrumb|pagination|social|header", re.IGNORECASE)
# Classes that number elements or tell odd ones from even say nothing about the layout.
_VOLATILE = re.compile(r".*\d.*|odd|even|first|last|active|current|clearfix|cat-list-row.*|row|col|is-.*|has-.*")
# In how many of the blocks something must stand to be a part of them.
_SHARE = 0.7


class Proposal(NamedTuple):
    """A rule for a page, and the titles that it would give."""

    rule: Block
    titles: tuple[str, ...]


def propose(page: WebPage, facts: PageFacts) -> Proposal | None:
    """The rule that fits a page best; None if no block repeats around links to files, or to dated or headed pages."""
    anchors = page.tree.css("a[href]")[:_MOST_LINKS]
    files = [anchor for anchor in anchors if _is_file(anchor, page)]
    best = _repeated(files, page)
    if best is None:
        best = _repeated([anchor for anchor in anchors if _is_entry(anchor, page)], page, is_telling)
    if best is None:
        return None
    selector, nodes = best
    title = _title(nodes)
    rule = Block(
        block=selector,
        title=title,
        link=_link(nodes, page, bool(files)),
        date=_date(nodes),
        description=_description(nodes, title),
        page=unquote(urlsplit(page.url).path) or "/",
        found=len(nodes),
    )
    datasets = apply(rule, page, facts).datasets
    titles = tuple(each.given.title or each.native_id for each in datasets if each.given is not None)
    return Proposal(rule, titles) if len(datasets) >= LEAST_BLOCKS else None


def _is_file(anchor: LexborNode, page: WebPage) -> bool:
    target = join(page.base, attribute(anchor, "href"))
    kind = attribute(anchor, "type").partition(";")[0].strip()
    return bool(target and link_texts.data_format(target, kind, attribute(anchor, "download"), text_of(anchor)))


def _is_entry(anchor: LexborNode, page: WebPage) -> bool:
    target = join(page.base, attribute(anchor, "href"))
    if target is None or not is_page_address(target) or not text_of(anchor):
        return False
    return not any(
        node.tag in _ASIDE or _MENU.search(f"{attribute(node, 'class')} {attribute(node, 'id')}")
        for node in _ancestors(anchor, 20)
    )


def is_telling(nodes: Sequence[LexborNode]) -> bool:
    """Whether blocks are more than a menu: most have a heading or a date."""
    telling = sum(bool(node.css_first("h2, h3, h4, h5, time")) or bool(_day(node)) for node in nodes)
    return telling >= _SHARE * len(nodes)


def _day(node: LexborNode) -> bool:
    text = text_of(node)
    return link_texts.stated_date(text) is not None or link_texts.any_date(text) is not None


# --- The block ---------------------------------------------------------------------------------------------------------


def _repeated(
    anchors: Iterable[LexborNode], page: WebPage, fits: Callable[[Sequence[LexborNode]], bool] = lambda nodes: True
) -> tuple[str, list[LexborNode]] | None:
    """The selector of the block that stands around most of the links, each time around others; the outermost of equals."""
    groups: dict[str, dict[int, LexborNode]] = defaultdict(dict)
    order: dict[str, int] = {}
    for anchor in anchors:
        for level, node in enumerate(_ancestors(anchor, 8)):
            if node.tag in _TOP:
                break
            selector = _selector(node)
            groups[selector][node.mem_id] = node
            order[selector] = max(order.get(selector, 0), level)
    ranked = sorted(groups, key=lambda each: (-len(groups[each]), -order[each]))
    for selector in ranked:
        if len(groups[selector]) < LEAST_BLOCKS:
            return None
        nodes = page.tree.css(selector)
        # What the selector finds elsewhere on the page would become datasets too.
        if len(nodes) <= len(groups[selector]) * 1.3 and fits(nodes):
            return selector, nodes
    return None


def _ancestors(node: LexborNode, most: int) -> Iterable[LexborNode]:
    parent = node.parent
    for _ in range(most):
        if parent is None:
            return
        yield parent
        parent = parent.parent


def _selector(node: LexborNode) -> str:
    """An element by its name and classes, below the nearest element that has a class of its own."""
    own = _simple(node)
    parent = node.parent
    if parent is None or parent.tag in _TOP:
        return own
    above = _simple(parent)
    if above == parent.tag and parent.parent is not None and parent.parent.tag not in _TOP:
        grand = _simple(parent.parent)
        if grand != parent.parent.tag:
            return f"{grand} > {above} > {own}"
    return f"{above} > {own}"


def _simple(node: LexborNode) -> str:
    classes = [
        name
        for name in attribute(node, "class").split()
        if re.fullmatch(r"[A-Za-z_-][A-Za-z_-]{1,60}", name) and not _VOLATILE.fullmatch(name.casefold())
    ]
    text = (node.tag or "*") + "".join(f".{name}" for name in classes[:3])
    try:
        return check_selector(text)
    except ValueError:
        return "*"


# --- What stands in it ---------------------------------------------------------------------------------------------------


def _common(nodes: Sequence[LexborNode], selectors: Iterable[str], fits: Callable[[str], bool]) -> str:
    """The first of the selectors that finds something fitting in most of the blocks, not the same in all; or none."""
    for selector in dict.fromkeys(selectors):
        texts = [text_of(node.css_first(selector)) for node in nodes]
        fitting = [text for text in texts if text and fits(text)]
        if len(fitting) >= _SHARE * len(nodes) and len(set(fitting)) > 1:
            return selector
    return ""


def _named(nodes: Sequence[LexborNode], words: tuple[str, ...], tags: str = "*") -> Iterable[str]:
    """Selectors of elements whose class holds one of the words."""
    for word in words:
        for node in nodes[:3]:
            for inner in node.css(tags):
                if any(word in name.casefold() for name in attribute(inner, "class").split()):
                    selector = _simple(inner)
                    if "." in selector:
                        yield selector


def _title(nodes: Sequence[LexborNode]) -> str:
    def fits(text: str) -> bool:
        return bool(link_texts.clean_title(text)) and len(text) <= 300

    linked = [link_texts.clean_title(text_of(node.css_first("a"))) for node in nodes]
    found = _common(nodes, (*_HEADINGS, *_named(nodes, _TITLES)), fits)
    if found:
        return found
    if sum(map(bool, linked)) >= _SHARE * len(nodes) and len(set(linked)) > 1:
        return ""  # the link's own text
    return _common(nodes, ("dt", "th", "strong", "b", "td"), fits)


def _date(nodes: Sequence[LexborNode]) -> str:
    def fits(text: str) -> bool:
        return link_texts.stated_date(text) is not None or link_texts.any_date(text) is not None

    return _common(nodes, ("time", *_named(nodes, _DATES), "td + td", "small", "span", "p"), fits)


def _description(nodes: Sequence[LexborNode], title: str) -> str:
    titles = {text_of(node.css_first(title)) for node in nodes} if title else set()

    def fits(text: str) -> bool:
        return len(text) >= 30 and text not in titles

    return _common(nodes, (*_named(nodes, _TEXTS, "p, div, span, td"), "p", "dd"), fits)


def _link(nodes: Sequence[LexborNode], page: WebPage, files: bool) -> str:
    """The link's selector: narrower than ``a`` where blocks hold other links beside it."""
    if not files:
        return _common(nodes, (*(f"{heading} a" for heading in _HEADINGS), "a"), bool) or "a"
    classes: dict[str, int] = defaultdict(int)
    for node in nodes:
        for selector in {_simple(anchor) for anchor in node.css("a[href]") if _is_file(anchor, page)}:
            classes[selector] += 1
    every = [selector for selector, count in classes.items() if "." in selector and count >= len(nodes)]
    return every[0] if len(every) == 1 and len(classes) == 1 else "a"
