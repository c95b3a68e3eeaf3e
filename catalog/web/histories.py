"""The history of a dataset as an address asks for it: for its page, its JSON twin and its Atom feed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from starlette.datastructures import QueryParams

from catalog.reading import timeline
from catalog.reading.differences import Comparison, compare
from catalog.reading.timeline import KeptVersion, Record, Timeline
from catalog.search import Catalogue
from catalog.web.pages import changed
from catalog.web.paging import demanded
from catalog.web.refusing import Refused, to_dataset, to_history

_HIGHEST = 10**6


class Wish(NamedTuple):
    """What is asked for: a page, and two versions by their places, the older first, or none."""

    page: int = 1
    pair: tuple[int, int] | None = None

    @classmethod
    def of(cls, parameters: QueryParams) -> Wish:
        """The wish of an address. Raises Refused (400)."""
        page = place_of("page", parameters["page"]) if parameters.get("page") else 1
        given = [place_of(name, parameters[name]) if parameters.get(name) else None for name in ("from", "to")]
        if given == [None, None]:
            return cls(page)
        if None in given:
            raise Refused(
                400,
                "Zum Vergleich gehören zwei Fassungen: from= und to=.",
                "To compare, name two versions: from= and to=.",
            )
        first, second = sorted(place for place in given if place is not None)
        return cls(page, (first, second))


class History(NamedTuple):
    """A page of a history; ``changes`` are the differences of each version to the one before, by its place.

    ``pair`` are the two versions that are compared, and ``comparison`` what differs; ``names`` is what the records are
    called whose IRIs stand in the differences.
    """

    record: Record
    line: Timeline
    changes: dict[int, Comparison]
    names: dict[str, str]
    pair: tuple[KeptVersion, KeptVersion] | None = None
    comparison: Comparison | None = None


def load(catalogue: Catalogue, slug: str, wish: Wish, at: int) -> History | str:
    """What is asked for of a dataset, or the SLUG that it has by now. Parses up to 23 versions: not for the event loop.

    Raises Refused (404).
    """
    with catalogue.engine.connect() as connection:
        record = timeline.find(connection, slug)
        if isinstance(record, str):
            return record
        line = timeline.read(connection, record, at, wish.page) if record and record.kind == "dataset" else None
        if record is None or line is None:
            raise _nothing(wish, slug, record is not None and record.kind == "dataset")
        pair = _pair(lambda place: timeline.version(connection, record.key, at, place), wish, line.total, slug)
        changes = dict(_changes(record, line))
        comparison = compare(record.kind, record.iri, pair[0].packed, pair[1].packed) if pair else None
        names = changed.names_in(connection, (*changes.values(), *([comparison] if comparison else [])), at)
    return History(record, line, changes, names, pair, comparison)


def _changes(record: Record, line: Timeline) -> Iterator[tuple[int, Comparison]]:
    for place, version in line.versions.items():
        before = line.versions.get(place - 1)
        if before is not None:
            yield place, compare(record.kind, record.iri, before.packed, version.packed)


def _pair(
    version: Callable[[int], KeptVersion | None], wish: Wish, total: int, slug: str
) -> tuple[KeptVersion, KeptVersion] | None:
    if wish.pair is None:
        return None
    older, newer = map(version, wish.pair)
    if older is None or newer is None:
        raise no_version(wish.pair[0] if older is None else wish.pair[1], total, slug)
    return older, newer


def place_of(name: str, text: str) -> int:
    """The number of a version or page in an address. Raises Refused (400)."""
    return demanded(name, text, _HIGHEST)


def no_version(place: int, total: int, slug: str) -> Refused:
    """The refusal of a version that a dataset does not have."""
    de, en = f"Es gibt die Fassungen 1 bis {total}.", f"There are versions 1 to {total}."
    if total == 1:
        de, en = "Bisher gibt es nur eine.", "So far there is only one."
    return Refused(
        404,
        f"Eine Fassung {place} gibt es nicht. {de}",
        f"There is no version {place}. {en}",
        ways=(to_dataset(slug), to_history(slug)),
    )


def _nothing(wish: Wish, slug: str, exists: bool) -> Refused:
    if exists and wish.page > 1:
        ways = (to_history(slug), to_dataset(slug))
        return Refused(404, "So viele Seiten hat diese Geschichte nicht.", "This history has no such page.", ways=ways)
    return Refused(404, "Diese Adresse gibt es nicht.", "There is nothing at this address.")
