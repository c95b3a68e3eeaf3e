"""What a sitemap lists: pages with the dates of their last change, or further sitemaps; and where a site says they are.

https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urljoin

from lxml import etree

from schemas.syntax import Unreadable, decode, excerpt
from schemas.xml_tree import local_name, plain_xml, text_of

# The protocol's own bounds: bytes of an unpacked map, addresses in it.
MOST_BYTES = 52_428_800
MOST_ADDRESSES = 50_000
_ROBOTS_BYTES = 512_000
_ROBOTS_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,2000})", re.I | re.M)
_WEB = re.compile(r"https?://\S+", re.I)


class Listed(NamedTuple):
    """An address of a map, and when what is there last changed, as written (empty: not said)."""

    url: str
    changed: str = ""


class SiteMap(NamedTuple):
    """A map: whether it lists further maps, its addresses in order, and whether it holds more than may be read."""

    is_index: bool
    listed: tuple[Listed, ...]
    cut: bool


def read_sitemap(body: bytes, url: str) -> SiteMap:
    """A map in XML or as plain text, packed with gzip or not. Raises Unreadable for anything else (F01, F21, F29, F39)."""
    body, cut = _unpacked(body)
    text = decode(body[:2000])[0].strip("\ufeff \t\r\n")
    if _WEB.match(text):
        return _of_text(body, url, cut)
    if cut:
        raise Unreadable(
            f"die Sitemap ist entpackt größer als {MOST_BYTES} Bytes",
            f"unpacked, the sitemap is over {MOST_BYTES} bytes",
        )
    document, _ = plain_xml(body, "Sitemap")
    found: list[Listed] = []
    kind = ""
    for event, element in etree.iterparse(
        BytesIO(document),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
    ):
        name = local_name(element)
        if not kind and event == "start":
            kind = name
            if kind not in ("urlset", "sitemapindex"):
                shown = excerpt(text)
                raise Unreadable(f"keine Sitemap; sie beginnt mit: {shown}", f"no sitemap; it begins with: {shown}")
        elif event == "end" and name == ("sitemap" if kind == "sitemapindex" else "url"):
            # Pictures and films that belong to a page have a loc of their own, one level deeper.
            parts = {local_name(each): text_of(each) for each in element if local_name(each) in ("loc", "lastmod")}
            if len(found) < MOST_ADDRESSES and (address := _join(url, parts.get("loc", ""))):
                found.append(Listed(address, parts.get("lastmod", "")))
            else:
                cut = cut or len(found) >= MOST_ADDRESSES
            element.clear()
    return SiteMap(kind == "sitemapindex", tuple(found), cut)


def _of_text(body: bytes, url: str, cut: bool) -> SiteMap:
    lines = decode(body)[0].split("\n", MOST_ADDRESSES)
    addresses = [_join(url, line) for line in lines[:MOST_ADDRESSES] if _WEB.match(line.strip("\ufeff \t\r"))]
    return SiteMap(
        False, tuple(Listed(address) for address in addresses if address), cut or len(lines) > MOST_ADDRESSES
    )


def named_in_robots(body: bytes, url: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names (RFC 9309 section 2.2.4), each once."""
    text = body[:_ROBOTS_BYTES].decode("utf-8-sig", "replace")
    return tuple(dict.fromkeys(address for line in _ROBOTS_LINE.findall(text) if (address := _join(url, line))))


def _unpacked(body: bytes) -> tuple[bytes, bool]:
    if body[:2] != b"\x1f\x8b":
        return body, False
    engine = zlib.decompressobj(31)
    try:
        unpacked = engine.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise Unreadable(
            f"die gepackte Sitemap ist beschädigt: {error}", f"the packed sitemap is damaged: {error}"
        ) from error
    if not engine.eof and not engine.unconsumed_tail:
        raise Unreadable("die gepackte Sitemap ist abgeschnitten", "the packed sitemap is cut off")
    return unpacked, not engine.eof


def _join(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip()) if address.strip() else ""
    except ValueError:
        return ""
