"""Whether an address is that of an OGC API, by its landing page, its collections, or the records that it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from harvesters.answer import Answer
from harvesters.mapping.native_values import word
from harvesters.ogc import api as ogc
from harvesters.ogc.api_natives import document_of, is_record
from harvesters.spider import Detected


def probes(url: str) -> tuple[str, ...]:
    """What to ask: the address itself, and the collections below its landing page."""
    if not url.startswith(("http://", "https://")):
        return ()
    landing = ogc.place(url).landing
    below = urlsplit(landing)._replace(query="", fragment="").geturl().rstrip("/")
    return tuple(dict.fromkeys((url, ogc.with_query(f"{below}/collections", f="json"))))


def detect(protocol: str, url: str, answers: Mapping[str, Answer]) -> Detected | None:
    """What the answers say: the collections of an API; a landing page or a page of records that the address is itself."""
    asked = probes(url) or ("",)
    own, below = asked[0], asked[-1]
    for address in (below, own):
        found = document_of(answers.get(address))
        entries = ogc.collections_in(found) if found is not None else None
        if found is None or entries is None or "links" not in found:
            continue
        named = ogc.place(url).collection
        wanted = [each for each in entries if isinstance(each, dict) and (not named or each.get("id") == named)]
        titles = tuple(word(each.get("title")) or word(each.get("id")) for each in wanted[:3])
        count = None if any(ogc.holds_records(each) for each in wanted) else len(wanted)
        return Detected(protocol, url, count, titles, {}, 85, _title(answers.get(own)))
    found = document_of(answers.get(own))
    if found is None:
        return None
    records = ogc.records_in(found)
    if records and all(isinstance(each, dict) and is_record(each) for each in records[:3]):
        titles = tuple(word(each["properties"].get("title")) for each in records[:3])
        return Detected(protocol, url, ogc.total(found) or len(records), titles, {}, 75)
    return Detected(protocol, url, None, (), {}, 60, word(found.get("title"))) if ogc.is_landing(found) else None


def _title(landing: Answer | None) -> str:
    """What an API calls itself on its landing page."""
    found = document_of(landing)
    return word(found.get("title")) if found is not None and ogc.is_landing(found) else ""
