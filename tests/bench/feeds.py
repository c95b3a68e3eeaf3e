"""Feeds against ckanext-dcat: pages of 100 from records and from stored fragments, the whole catalogue, parsing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import NamedTuple

import zstandard

from catalog.feeds import dump, formats
from catalog.feeds.envelope import Envelope, View, around_page
from catalog.follower import Follower
from catalog.fragments import derive
from catalog.reading.entries import Entry
from catalog.search import PAGE, Catalogue
from harvesters.readers import dcat as reader
from harvesters.reading import Context
from schemas import ntriples
from schemas.model import Resource
from schemas.region import Region, load
from schemas.syntax import load as load_document
from tests.bench import feed, peer, portal, region
from tests.bench.figures import Figure, of_runs, ratio, timed

SYNTAXES = ("ttl", "rdf", "jsonld")
RUNS = 3


def measure(records: int, store: str) -> list[Figure]:
    """Part ``feeds``: a catalogue is harvested from the DCAT feed, then written in every way; the peer writes the same."""
    other = peer.measured()
    with portal.serving("ttl", records) as url, region.folder(url, "dcat", store) as folder:
        region.harvest(folder, ("created", records))
        loaded = load(folder)
        catalogue = Catalogue(loaded)
        try:
            shelf = _Shelf(loaded, catalogue)
            figures = [
                *_from_records(shelf, min(records, other.datasets or peer.DATASETS), other),
                *_from_fragments(shelf, records, other),
                *_whole(shelf, records, other),
                *_parse(loaded, min(records, other.datasets or peer.DATASETS), other),
            ]
        finally:
            catalogue.close()
    return figures


class _Typed(NamedTuple):
    """A page as typed records: entries whose content is to be made anew, each with its record."""

    entries: Sequence[tuple[Entry, Resource]]
    view: View


class _Shelf:
    """The catalogue at its published number, with the pages that the web server would make of it."""

    def __init__(self, loaded: Region, catalogue: Catalogue) -> None:
        self.region = loaded
        self.catalogue = catalogue
        self.at = catalogue.number()
        self.published_at = catalogue.published_at(self.at)

    def view(self, number: int, suffix: str, total: int) -> View:
        """The links of a page."""
        base, last = f"{self.region.base_url}/catalog.{suffix}", max(-(-total // PAGE), 1)
        return View(
            address=f"{base}?page={number}",
            first=f"{base}?page=1",
            previous=f"{base}?page={number - 1}" if number > 1 else None,
            next=f"{base}?page={number + 1}" if number < last else None,
            last=f"{base}?page={last}",
            total=total,
            page_size=PAGE,
        )

    def page(self, number: int, suffix: str) -> bytes:
        """A page from stored fragments, as ``catalog.web.api.rdf`` makes it."""
        found = self.catalogue.page(number, self.at, forms=() if suffix == "nt" else (suffix,))
        entries = [*found.entries, *found.companions]
        return self.written(suffix, entries, self.view(number, suffix, found.total))

    def written(self, suffix: str, entries: Sequence[Entry], view: View) -> bytes:
        """A page of some entries with its envelope."""
        return b"".join(formats()[suffix].write(entries, self.envelope(entries, view)))

    def envelope(self, entries: Sequence[Entry], view: View) -> Envelope:
        """What stands around the records of a page."""
        return around_page(self.region, self.published_at, entries, view)

    def typed(self, number: int) -> _Typed:
        """A page as typed records."""
        found = self.catalogue.page(number, self.at, forms=())
        entries = [*found.entries, *found.companions]
        return _Typed([(entry, entry.record()) for entry in entries], self.view(number, "ttl", found.total))


# ------------------------------------------------------------------------------------------------- from records


def _from_records(shelf: _Shelf, records: int, other: peer.Peer) -> Iterator[Figure]:
    pages = [shelf.typed(number) for number in range(1, -(-records // PAGE) + 1)]
    what = "catalogue pages of 100, built from records"
    plain = _rate(f"{what}, N-Triples", lambda: [_built(shelf, page, ("nt",)) for page in pages], records)
    three = _rate(
        f"{what}, Turtle + RDF/XML + JSON-LD", lambda: [_built(shelf, page, SYNTAXES) for page in pages], records
    )
    _assert_same(shelf, pages[0])
    yield plain
    yield three
    theirs = [rate for syntax in SYNTAXES if (rate := other.rate(f"pages {syntax}"))]
    if len(theirs) == len(SYNTAXES):
        together = 1 / sum(1 / rate for rate in theirs)
        yield ratio(f"{what}: all three syntaxes", three, together, 40, "ckanext-dcat writes one after the other")
        for syntax, rate in zip(SYNTAXES, theirs, strict=True):
            yield ratio(f"{what}: all three against its {_title(syntax)} alone", three, rate)


def _built(shelf: _Shelf, page: _Typed, suffixes: Sequence[str]) -> list[bytes]:
    """A page made of typed records: record → N-Triples → fragments, proven as at publication → page."""
    entries = []
    for entry, record in page.entries:
        lines = ntriples.ntriples_of(record, entry.key).encode()
        if suffixes == ("nt",):
            entries.append(replace(entry, packed=zstandard.compress(lines)))
        else:
            forms = derive(lines)
            entries.append(replace(entry, ttl=forms.ttl, rdf=forms.rdf, jsonld=forms.jsonld))
    envelope = shelf.envelope(entries, page.view)
    return [b"".join(formats()[suffix].write(entries, envelope)) for suffix in suffixes]


def _assert_same(shelf: _Shelf, page: _Typed) -> None:
    """What is built from records is what the stored fragments give: else two different things were timed."""
    if _built(shelf, page, ("ttl",))[0] != shelf.page(1, "ttl"):
        raise RuntimeError("a page built from records differs from the page of stored fragments")


# ------------------------------------------------------------------------------------------------- from fragments


def _from_fragments(shelf: _Shelf, records: int, other: peer.Peer) -> Iterator[Figure]:
    last = -(-records // PAGE)
    for suffix in (*SYNTAXES, "nt"):
        what = f"catalogue pages of 100, from stored fragments, {_title(suffix)}"
        seconds: list[float] = []
        rates = []
        for _ in range(RUNS):
            some = [_seconds(shelf, number, suffix) for number in range(1, last + 1)]
            rates.append(records / sum(some))
            seconds += some
        ours = of_runs(what, rates, "datasets/s")
        yield ours
        if (theirs := other.rate(f"pages {suffix}") if suffix in SYNTAXES else None) is not None:
            yield ratio(f"{what}: against ckanext-dcat", ours, theirs, 400)
        p95 = 1000 * (quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0])
        yield Figure(f"{what}: a page, p95", p95, "ms", 5, at_most=True, note="in process, made anew each time")
    yield from _parts(shelf, min(last, 10), records)


def _parts(shelf: _Shelf, pages: int, records: int) -> Iterator[Figure]:
    """Where the time of a page goes: out of the store, the envelope around it, joining."""
    count = min(records, pages * PAGE)
    numbers = range(1, pages + 1)
    what = "of a Turtle page"
    taken = partial(shelf.catalogue.page, at=shelf.at, forms=("ttl",))
    yield _rate(
        f"{what}: records out of the store",
        lambda: [shelf.catalogue.page(n, shelf.at, ("ttl",)) for n in numbers],
        count,
    )
    found = [(n, taken(n)) for n in numbers]
    entries = [([*page.entries, *page.companions], shelf.view(n, "ttl", page.total)) for n, page in found]
    yield _rate(f"{what}: its envelope", lambda: [shelf.envelope(some, view).ttl for some, view in entries], count)
    ready = [(some, shelf.envelope(some, view)) for some, view in entries]
    write = formats()["ttl"].write
    yield _rate(f"{what}: joining", lambda: [b"".join(write(some, around)) for some, around in ready], count)


def _seconds(shelf: _Shelf, number: int, suffix: str) -> float:
    began = perf_counter()
    shelf.page(number, suffix)
    return perf_counter() - began


# ------------------------------------------------------------------------------------------------- whole, parse


def _whole(shelf: _Shelf, records: int, other: peer.Peer) -> Iterator[Figure]:
    what = "whole catalogue from the store"
    stream = _rate(f"{what}, N-Triples", lambda: sum(map(len, shelf.catalogue.dump(shelf.at))), records)
    packed = _rate(f"{what}, catalog.nt.gz", lambda: _dump(shelf), records)
    yield stream
    yield packed
    for syntax in ("ttl", "rdf"):
        if (theirs := other.rate(f"whole {syntax}")) is not None:
            note = f"its {_title(syntax)} of {other.datasets:,} datasets against our {records:,}"
            yield ratio("whole catalogue: N-Triples against ckanext-dcat", stream, theirs, 400, note)


def _dump(shelf: _Shelf) -> int:
    # A region of its own, so that no finished dump is there already.
    with tempfile.TemporaryDirectory(prefix="allmende-bench-dump-") as made:
        elsewhere = shelf.region.model_copy(update={"folder": Path(made)})
        head = b"".join(dump.head(shelf.region, shelf.catalogue, shelf.at))
        return Follower(elsewhere, shelf.catalogue.engine).write_dump(lambda _number: [head]).path.stat().st_size


def _parse(loaded: Region, records: int, other: peer.Peer) -> Iterator[Figure]:
    for syntax in feed.SYNTAXES:
        documents = list(feed.pages(records, f"{feed.PORTAL}/catalog", syntax))
        what = f"parse, {_title(syntax)} → records"
        ours = _rate(what, partial(_read_all, documents, loaded), records)
        yield ours
        if (theirs := other.rate(f"parse {syntax}")) is not None:
            yield ratio(f"{what}: against ckanext-dcat's RDFParser", ours, theirs)


def _read_all(documents: Sequence[bytes], loaded: Region) -> int:
    return sum(_read(document, loaded) for document in documents)


def _read(document: bytes, loaded: Region) -> int:
    source = loaded.sources[0]
    context = Context(loaded, source, loaded.municipalities[0])
    natives = reader.cut(load_document(document, source.url).triples, loaded.base_url, source.limits).natives
    return len([reader.read(native, context) for native in natives])


def _rate(what: str, work: Callable[[], object], records: int) -> Figure:
    seconds, _ = timed(work, RUNS)
    return of_runs(what, [records / each for each in seconds], "datasets/s")


def _title(suffix: str) -> str:
    return formats()[suffix].TITLE
