"""A feed with all that receivers ask of it: its pages, its datasets, what it should hold, and how to ask it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from catalog.delivery.asking import Asking
from catalog.delivery.ckan_values import Reader
from catalog.delivery.paging import FeedPage, Walk, walk
from schemas.namespaces import DCTERMS


class Described(NamedTuple):
    """A dataset on a page: its subject, and the reader of that page."""

    iri: str
    title: str
    page: FeedPage
    reader: Reader


@dataclass(frozen=True)
class Feed:
    """A feed as it was read once. ``expected`` are the datasets that it should hold, if that is known.

    ``dead`` are the addresses of data that did not answer when ``check-links`` last asked, with the reason (German,
    English).
    """

    url: str
    ask: Asking
    walk: Walk
    expected: tuple[str, ...] | None = None
    dead: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @cached_property
    def datasets(self) -> tuple[Described, ...]:
        """The datasets of all pages in their order; one that stands on several pages is there several times."""
        return tuple(self._described())

    def _described(self) -> Iterator[Described]:
        for page in self.walk.pages:
            reader = Reader(page.triples)
            for iri in page.datasets:
                yield Described(iri, reader.value(iri, str(DCTERMS.title)), page, reader)

    @cached_property
    def unreached(self) -> tuple[int, tuple[str, ...]]:
        """How many datasets are on no page that was read, and which, as far as that is known."""
        read = {each.iri for each in self.datasets}
        if self.expected is not None:
            missing = tuple(iri for iri in self.expected if iri not in read)
            return len(missing), missing
        return max((self.walk.stated_total or 0) - len(read), 0), ()


def read(
    ask: Asking,
    url: str,
    expected: tuple[str, ...] | None = None,
    dead: Mapping[str, tuple[str, str]] | None = None,
) -> Feed:
    """Reads all pages of a feed."""
    return Feed(url, ask, walk(ask, url), expected, dead or {})
