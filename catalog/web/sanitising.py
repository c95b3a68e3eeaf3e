"""Descriptions from outside as harmless HTML: an allow-list of tags, no pictures, no foreign address but in a link."""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from schemas.kinds import is_web

LONGEST = 100_000
_TAGS = {
    *("p", "br", "hr", "div", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code"),
    *("strong", "b", "em", "i", "u", "s", "sub", "sup", "small", "a", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
# Elements whose text is no text for readers, or that browsers parse by other rules (RUSTSEC-2025-0071): gone entirely.
_DROPPED = {
    *("script", "style", "svg", "math", "iframe", "object", "embed", "template", "noscript", "noembed", "noframes"),
    *("xmp", "plaintext", "textarea", "title", "select", "option", "head"),
}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
_HTML = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
# Our page has its own headings; after cleaning these tags stand without attributes.
_HEADING = re.compile(r"<(/?)h[1-6]>")
_CONTACT = re.compile(r"(?:mailto:[^\s@]+@|tel:\+?[\d\s()/.-]+$)", re.I)
_BLOCK = re.compile(r"<(?:br|hr|/p|/div|/li|/dt|/dd|/tr|/th|/td|/pre|/blockquote|/caption)\b[^>]*>")
_END = re.compile(r"\b(\w+)[.!?][\"“”)]?(?=\s+[A-ZÄÖÜ„\"])")
# A point behind these, behind one letter or a number of up to two digits ends no sentence.
_SHORT = frozenset(
    ["bzw", "ca", "etc", "evtl", "ggf", "inkl", "max", "min", "mind", "nr", "sog", "str", "tel", "usw", "vgl", "zzgl"]
)

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")


def is_link(address: str) -> bool:
    """Whether an address may stand in a link: http, https, mailto or tel."""
    return is_web(address) or _CONTACT.match(address) is not None


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "rel":
        return value
    if tag == "a":
        return value.strip() if is_link(value.strip()) else None
    return value if value.isdecimal() and len(value) < 4 else None


_cleaner = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED,
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="nofollow ugc noopener",
)
_stripper = nh3.Cleaner(tags=set(), clean_content_tags=_DROPPED, attributes={})


@lru_cache(maxsize=2048)
def clean(text: str) -> Markup:
    """A description as safe HTML. Takes HTML, Markdown or plain text; at most :data:`LONGEST` characters are shown."""
    text = text[:LONGEST]
    rendered = text if _HTML.search(text) else _markdown.render(text)
    cleaned = _cleaner.clean(rendered)
    return Markup(_HEADING.sub(_paragraph, cleaned))


def _paragraph(heading: re.Match[str]) -> str:
    return "</strong></p>" if heading[1] else "<p><strong>"


# What may be HTML or Markdown; most descriptions have nothing of it, and are plain text as they stand.
_MARKED = re.compile(r"[\x00<>&*_`#\[\]~|\\]|^\s*(?:[-+=]|\d+[.)])|\s{4}", re.M)


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A description as plain text on one line; still to be escaped where it is shown."""
    text = text[:4000]
    if not _MARKED.search(text):
        return " ".join(text.split())
    cleaned = _BLOCK.sub(" ", str(clean(text)))
    return " ".join(html.unescape(_stripper.clean(cleaned)).split())


@lru_cache(maxsize=8192)
def sentence(text: str, longest: int = 220) -> str:
    """The first sentence of a description as plain text, cut at a word if it is too long."""
    whole = plain(text)
    end = next((found.end() for found in _END.finditer(whole) if _is_end(found[1])), len(whole))
    first = whole[:end]
    if len(first) <= longest:
        return first
    return first[: first.rfind(" ", 0, longest) if " " in first[:longest] else longest].rstrip(" ,;:–-") + " …"


def _is_end(word: str) -> bool:
    return len(word) > (2 if word.isdecimal() else 1) and word.lower() not in _SHORT
