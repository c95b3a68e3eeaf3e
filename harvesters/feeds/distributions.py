"""The files of a feed's entry as distributions: its links to data, those of a dataset's own feed, or the feed itself."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from harvesters.feeds.documents import Field, Item, Link
from harvesters.feeds.moments import moment
from harvesters.feeds.natives import FeedNative, dataset_feed, is_data
from harvesters.mapping.account import Account, Said
from harvesters.mapping.license_terms import Terms, terms
from harvesters.mapping.native_values import address_of
from harvesters.website.link_texts import data_format
from schemas.kinds import Literal
from schemas.model import Distribution, RightsStatement, Value
from schemas.namespaces import DCTERMS, XSD
from schemas.vocabularies import find_file_type, find_language, find_media_type, media_type_of

_CRS = re.compile(r"EPSG[/: ]{0,3}(?:[\d.]{1,6}[/:]{1,2})?(\d{4,6})\b", re.I)
_REGISTER = "http://www.opengis.net/def/crs/EPSG/0/"
_SIZE = str(XSD.nonNegativeInteger)
_MOST_PARTS = 1_000


def reference_system(field: Field) -> str:
    """The reference system that a category names; empty if it is none."""
    match = _CRS.search(field.more) or _CRS.search(field.text)
    return f"{_REGISTER}{match[1]}" if match else ""


class Distributions:
    """The distributions of one dataset; ``place`` is what its fields are told to stand in, ``entry`` or ``feed``."""

    def __init__(self, data: FeedNative, account: Account, place: str) -> None:
        self.data = data
        self.item = data.item
        self.account = account
        self.place = place

    def add(self) -> None:
        """Adds them to the dataset's account; what is said about rights goes along, or to the dataset if there are none."""
        account, data = self.account, self.data
        whole = terms(account, self._offers())
        used: set[str] = {account.focus}
        if data.whole:
            rss = Link(data.address, "self", f"application/{data.format}+xml")
            account.values["distribution"] = [self._distribution(rss, None, whole, used, "feed")]
            return
        found: list[Value] = []
        for link in self.item.links:
            if is_data(link) and link.href != dataset_feed(self.item):
                found.append(self._distribution(link, None, whole, used, f"entry/{link.field}"))
        for part in data.parts:
            for link in part.links:
                if is_data(link) and len(found) < _MOST_PARTS:
                    found.append(self._distribution(link, part, whole, used, "dataset feed/entry/link"))
        if found:
            account.values["distribution"] = found
        elif whole.license:
            account.extra += [(str(DCTERMS.license), value) for value in whole.license]
        if not found and whole.rights:
            account.extra.append((str(DCTERMS.rights), RightsStatement(label=whole.rights)))

    def _offers(self) -> list[Said]:
        """What is said about rights: by the entry, else by the dataset's feed, else by the feed; links of RFC 4946 too."""
        part = self.data.part_head
        for item, place in ((self.item, self.place), (part, "dataset feed"), (self.data.head, "feed")):
            if item is None:
                continue
            said = [(f"{place}/{f.field}", f.text) for f in item.fields if f.name in ("rights", "license")]
            said += [(f"{place}/link[rel=license]", link.href) for link in item.links if link.rel == "license"]
            if said:
                return said
        return []

    def _distribution(self, link: Link, part: Item | None, whole: Terms, used: set[str], field: str) -> Distribution:
        inner = self.account.within("distribution", Distribution)
        address = address_of(link.href)
        if address is None:
            inner.refuse(field, link.href, "access_url")
        else:
            inner.add("access_url", [address], field, "copy")
            if not self.data.whole:
                inner.add("download_url", [address], field, "copy")
        self._describe(inner, link, part, field)
        self._format(inner, link, field)
        if part is not None:
            self._part(inner, part)
        if whole.license:
            inner.values["license"] = list(whole.license)
        if whole.rights:
            inner.values["rights"] = [RightsStatement(label=whole.rights)]
        return Distribution(iri=self._subject(inner, link, used), extra=tuple(inner.extra), **inner.tuples())

    def _describe(self, inner: Account, link: Link, part: Item | None, field: str) -> None:
        named = [f for f in part.fields if f.name == "title"][:1] if part is not None else []
        if link.title:
            lang = self.item.lang or inner.language
            inner.add("title", [Literal(link.title, lang)], f"{field}/@title", "copy")
        elif named:
            inner.add("title", [Literal(named[0].text, named[0].lang or inner.language)], f"{field}/title", "copy")
        elif (name := unquote(urlsplit(link.href).path.rpartition("/")[2])) and not self.data.whole:
            inner.add("title", [Literal(name)], field, "file name")
        if link.length.isascii() and link.length.isdigit() and link.length.strip("0"):
            inner.add("byte_size", [Literal(link.length, None, _SIZE)], f"{field}/@length", "copy")
        if link.hreflang and (known := find_language(link.hreflang.partition("-")[0])):
            inner.add("language", [known.iri], f"{field}/@hreflang", "lookup")

    @staticmethod
    def _format(inner: Account, link: Link, field: str) -> None:
        kind = link.type.strip()
        file_type = find_file_type(kind) if kind else None
        media = find_media_type(kind) if kind else None
        if file_type is None and (code := data_format(link.href, "", "", link.title)):
            file_type = find_file_type(code)
        if file_type is not None:
            inner.add("format", [file_type.iri], f"{field}/@type", "lookup")
            media = media or media_type_of(file_type.code)
        if media is not None:
            inner.add("media_type", [media.iri], f"{field}/@type", "lookup")
        if kind and file_type is None and media is None:
            inner.refuse(f"{field}/@type", kind, "media_type")

    def _part(self, inner: Account, part: Item) -> None:
        for name, attribute in (("updated", "modified"), ("published", "issued")):
            if (text := part.text(name)) and (found := moment(text)):
                inner.add(attribute, [found], f"dataset feed/entry/{name}", "parse")
        systems = [system for each in part.fields if each.name == "category" and (system := reference_system(each))]
        if systems:
            inner.add("conforms_to", list(dict.fromkeys(systems)), "dataset feed/entry/category", "lookup")

    def _subject(self, inner: Account, link: Link, used: set[str]) -> str:
        name, number = f"{self.data.native_id}/{link.href}", 1
        subject = inner.mint("distribution", name)
        while subject in used:
            number += 1
            subject = inner.mint("distribution", f"{name}#{number}")
        used.add(subject)
        return subject
