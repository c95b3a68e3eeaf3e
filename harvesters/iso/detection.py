"""Whether an address is that of a catalogue service (CSW), or of records that one wrote."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from harvesters.answer import Answer
from harvesters.iso import catalogue, queries
from harvesters.iso.catalogue import GMD, Refused
from harvesters.iso.elements import parse
from harvesters.iso.queries import Query
from harvesters.spider import Detected
from schemas.syntax import Unreadable

# Where catalogues lie below an address.
_PLACES = ("/csw", "/srv/ger/csw", "/geonetwork/srv/ger/csw")


def probes(url: str) -> tuple[str, ...]:
    """What to ask: GetCapabilities at the address or where catalogues lie below it, and three records for the count."""
    if not url.startswith(("http://", "https://")):
        return ()
    if catalogue.asks_for_records(url):
        return (url,)
    return tuple(address for base in _bases(url) for address in (catalogue.capabilities_address(base), three(base)))


def detect(protocol: str, url: str, answers: Mapping[str, Answer]) -> Detected | None:
    """What the answers say: the first capabilities of a catalogue, else records at the address itself."""
    if not url.startswith(("http://", "https://")):
        return None
    if catalogue.asks_for_records(url):
        return _kept_records(protocol, url, answers.get(url))
    for base in _bases(url):
        address = catalogue.capabilities_address(base)
        if address not in answers:
            continue
        try:
            known = catalogue.read_capabilities(parse(answers[address].body)[0], base)
        except (Unreadable, Refused):
            continue
        count, titles = _sampled(answers.get(three(base)))
        constraint = catalogue.condition_in(url)
        stated = {"constraint": constraint} if constraint else {}
        return Detected(protocol, base, count, titles, stated, 95, known.title)
    # What the crawl asks first: a file answers with its records whatever is asked of it.
    return _kept_records(protocol, url, answers.get(catalogue.capabilities_address(url)))


def three(base: str) -> str:
    """The address of a catalogue's first three records."""
    return queries.address(base, Query("2.0.2", GMD, "gmd:MD_Metadata"), 1, 3)


def _bases(url: str) -> tuple[str, ...]:
    base = catalogue.base_of(url)
    path = urlsplit(base).path.rstrip("/")
    if "csw" in path.lower() or urlsplit(base).query or "." in path.rpartition("/")[2]:
        return (base,)
    root = base.rstrip("/")
    return tuple(dict.fromkeys([base, *(f"{root}{place}" for place in _PLACES)]))


def _kept_records(protocol: str, url: str, answer: Answer | None) -> Detected | None:
    """A page of records, a GetRecordById answer or a single metadata file at an address, which the crawl reads as it is."""
    if answer is None:
        return None
    try:
        records = catalogue.read_answer(parse(answer.body)[0]).records
    except (Unreadable, Refused):
        return None
    titles = tuple(catalogue.title_of(each) for each in records[:3])
    title = titles[0] if len(titles) == 1 else ""
    return Detected(protocol, url, len(records), titles, {}, 88, title) if records else None


def _sampled(answer: Answer | None) -> tuple[int | None, tuple[str, ...]]:
    if answer is None:
        return None, ()
    try:
        found = catalogue.read_answer(parse(answer.body)[0])
    except (Unreadable, Refused):
        return None, ()
    return found.matched, tuple(catalogue.title_of(each) for each in found.records[:3])
