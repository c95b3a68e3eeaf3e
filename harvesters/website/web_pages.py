"""A web page's bytes as text and as a tree, whatever charset the server, the page and the bytes disagree on (F20)."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapy.http import Response
from selectolax.lexbor import LexborHTMLParser, LexborNode
from w3lib.url import safe_url_string

from harvesters.markup import html_tree
from schemas.kinds import writable
from schemas.tables import Decoded, decode

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,300}charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([\w.:-]{2,40})", re.IGNORECASE)
_MARKUP = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|h[1-6]|p|div|table|ul|a|pre|span|br)[\s>/]", re.IGNORECASE
)


_PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "text/plain", "application/octet-stream"})
_BEFORE_TAG = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FIRST_TAG = re.compile(r"<(?P<name>[A-Za-z][\w:.-]{0,80})(?P<rest>[^>]{0,5000})")
# What nobody sees, and what stands there for those without JavaScript where Joomla hides a mail address.
_UNSEEN = 'script, style, template, [id^="cloak"], joomla-hidden-mail'


class WebPage(NamedTuple):
    """A parsed page: its address after redirects, its base for links, its tree, how its bytes were read."""

    url: str
    base: str
    tree: LexborHTMLParser
    decoded: Decoded


def page_text(body: bytes, content_type: str | None) -> Decoded:
    """The text of a page. What the page says of its charset goes before what the server says, what its bytes are before both.

    Servers add a default charset to pages that they know nothing of; UTF-8 that decodes strictly is never anything else.
    """
    meta = _META.search(body[:4096])
    header = _CHARSET.search(content_type or "")
    named = [meta.group(1).decode("ascii", "ignore") if meta else "", header.group(1) if header else ""]
    declared = next((name for name in named if name and name.lower().replace("-", "") != "utf8"), None)
    return decode(body, declared)


def is_page(text: str) -> bool:
    """Whether a text is marked up as HTML; plain text that a server calls HTML is not."""
    return _MARKUP.search(text[:20_000]) is not None


def is_html(body: bytes, content_type: str | None) -> bool:
    """Whether an answer is a page by its media type and its beginning.

    Feeds, map services and tables hold HTML in their texts, which :func:`is_page` alone takes for a page.
    """
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type not in _PAGE_TYPES or body.startswith((b"PK\x03\x04", b"%PDF")):
        return False
    text = page_text(body[:20_000], content_type).text.lstrip("\ufeff \t\r\n")
    if not is_page(text) or text.startswith(("{", "[")):
        return False
    root = _FIRST_TAG.search(_BEFORE_TAG.sub("", text))
    if root is None or root["name"].lower() in ("html", "head", "body"):
        return root is not None
    is_xml = text.startswith("<?xml") or "xmlns" in root["rest"] or ":" in root["name"]
    return not is_xml and root["name"].lower() not in ("rss", "feed") and (media_type != "" or text.startswith("<"))


def parse(body: bytes, url: str, content_type: str | None) -> WebPage | None:
    """The page that bytes hold, or None if they are no HTML."""
    decoded = page_text(body, content_type)
    if not is_page(decoded.text):
        return None
    tree = html_tree(decoded.text)
    for node in tree.css(_UNSEEN):
        # What describes data for machines is in scripts too.
        if "ld+json" not in (node.attributes.get("type") or "").casefold():
            node.decompose()
    base = tree.css_first("base[href]")
    address = join(url, attribute(base, "href")) if base is not None else None
    return WebPage(url, address or url, tree, decoded)


def join(base: str, href: str) -> str | None:
    """The http(s) address that a link leads to, without its fragment; None for mailto:, javascript: and broken ones."""
    href = "".join(href.split("\n")).strip()
    if not href or href.startswith("#"):
        return None
    try:
        target = urldefrag(urljoin(base, href)).url
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return None
    # As browsers do it: a name with umlauts has one address, however the link spells it.
    return writable(safe_url_string(target))


def attribute(node: LexborNode | None, name: str) -> str:
    """An attribute's value; empty if there is none."""
    return (node.attributes.get(name) or "") if node is not None else ""


def text_of(node: LexborNode | None) -> str:
    """The text inside a node with its blanks folded; empty for None."""
    return " ".join(node.text(deep=True, separator=" ").split()) if node is not None else ""


def title_of(page: WebPage) -> str:
    """The title of a page as it says it in its head; empty for none."""
    return text_of(page.tree.css_first("head > title"))


def moment_of(http_date: str) -> str | None:
    """The ISO moment (UTC) of an HTTP date header (RFC 9110 section 5.6.7); None if it is none."""
    try:
        moment = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    if moment.tzinfo is None or not 1990 <= moment.year <= 2200:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def header(response: Response, name: str) -> str | None:
    """A header of a response as text; None if it was not sent."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
