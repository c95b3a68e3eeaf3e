"""A dataset as a document of the search index: the index's fields, and what goes into them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import orjson
import tantivy

from catalog.reading import spelling, words
from catalog.reading.extents import Seen
from catalog.reading.summary import Summary
from schemas.german_time import BERLIN
from schemas.tables.geometry import BoundingBox
from schemas.vocabularies import LISTS

# Another number, and every index is built anew.
VERSION = 10
EPOCH = date(1970, 1, 1)
_FAR = 2**40
_FEW = 16


class Marker(NamedTuple):
    """Up to which publication number an index is, and when that was published (another store has another time).

    ``keyed`` is another when files have other keys of previews; ``mapped`` names the set of previews with a map that the
    index takes into account (catalog.preview.mapped).
    """

    number: int
    published_at: str
    version: int
    keyed: str = ""
    mapped: str = ""


class Indexed(NamedTuple):
    """What the index takes of one dataset. ``distributions`` are the KEYs of its minted distributions.

    ``changed`` is when its content last changed here (UTC, ISO 8601), ``called`` its own identifiers, one a line, by
    which a service of many layers knows its own, ``previews`` the keys of its files' previews.
    """

    key: str
    source_key: str
    position: int
    summary: Summary
    publisher: str
    distributions: tuple[str, ...]
    seen: Seen
    changed: str = ""
    called: str = ""
    previews: tuple[str, ...] = ()


class Marks(NamedTuple):
    """What the index tells of a dataset that it found, for the list of hits: its traits, and how it is called."""

    traits: tuple[str, ...] = ()
    called: str = ""


def schema() -> tantivy.Schema:
    """The fields of the index. Texts arrive as terms (catalog.reading.words), hence the plain tokenizer."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("marker", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    for field in ("source", "theme", "format", "license"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("trait", stored=True, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("called", stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("publisher", "distribution", "preview"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("title", "keywords", "description", "more"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="position")
    for field in ("title_parts", "parts"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    # Whether a dataset holds a term at all, of all places in one.
    for field in ("all", "all_parts"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("spelling", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("by_title", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("by_date", fast=True)
    builder.add_integer_field("by_change", fast=True)
    for field in ("day", "begin", "end"):
        builder.add_integer_field(field, fast=True, indexed=True)
    for field in BoundingBox._fields:
        builder.add_float_field(field, fast=True, indexed=True)
    builder.add_integer_field("position", fast=True, indexed=True)
    return builder.build()


SCHEMA = schema()


def one_of(field: str, values: Sequence[str]) -> tantivy.Query:
    """Datasets with one of the values in a raw field; none for no values.

    A set of terms is looked up in all documents before anything else is: few values are cheaper term by term.
    """
    if not values:
        return tantivy.Query.empty_query()
    if len(values) > _FEW:
        return tantivy.Query.term_set_query(SCHEMA, field, list(values))
    each = [tantivy.Query.term_query(SCHEMA, field, value) for value in values]
    return each[0] if len(each) == 1 else tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in each])


def document(indexed: Indexed) -> tantivy.Document:
    """A dataset as a document of the index."""
    summary = indexed.summary
    labels = [code.de for code in map(LISTS["data-theme"].by_code, summary.themes) if code]
    more = [indexed.publisher, *labels, *summary.formats, *(file[0] for file in summary.files), *summary.period]
    title = words.WORD.findall(summary.title)
    keywords = words.WORD.findall(" ".join(summary.keywords))
    description = words.WORD.findall(summary.description)
    rest = words.WORD.findall(" ".join(dict.fromkeys(more)))
    title_parts = _parts(title, words.part_terms, words.affixes) | _hyphened(summary.title)
    parts = _parts(keywords, words.part_terms, words.affixes) | _parts(description + rest, words.part_terms)
    parts |= _hyphened(" ".join(summary.keywords)) | _hyphened(summary.description)
    moment = _moment(summary.modified or summary.issued)
    chance = int.from_bytes(hashlib.blake2b(indexed.key.encode(), digest_size=2).digest(), "big")
    fields: dict[str, Any] = {
        "key": indexed.key,
        "kind": "dataset",
        "source": indexed.source_key,
        "theme": list(summary.themes),
        "format": list(summary.formats),
        "license": list(summary.licenses),
        "distribution": list(indexed.distributions),
        "preview": list(map(preview_term, indexed.previews)),
        "title": _joined(title),
        "keywords": _joined(keywords),
        "description": _joined(description),
        "more": _joined(rest),
        "title_parts": " ".join(title_parts),
        "parts": " ".join(parts),
        "all": _joined(dict.fromkeys((*title, *keywords, *description, *rest))),
        "all_parts": " ".join(title_parts | parts),
        "by_title": f"{_order(summary.title)}\x00{indexed.key}",
        "by_date": ((int(moment.timestamp()) if moment else -(2**40)) << 16) | chance,
        "position": indexed.position,
    }
    fields["spelling"] = " ".join(spelling.entries((*title, *keywords, *description, *rest)))
    fields["trait"] = list(indexed.seen.traits)
    if (changed := _moment(indexed.changed)) is not None:
        fields["by_change"] = (int(changed.timestamp()) << 16) | chance
    if (span := _span(*summary.period)) is not None:
        fields["begin"], fields["end"] = span
    if indexed.seen.extent is not None:
        fields |= indexed.seen.extent._asdict()
    if indexed.called:
        fields["called"] = indexed.called
    if summary.publisher:
        fields["publisher"] = summary.publisher
    if moment is not None:
        fields["day"] = (_day(moment, summary.modified or summary.issued) - EPOCH).days
    return tantivy.Document(**fields)


def preview_term(key: str) -> str:
    """What stands in the index for a preview's key: half of it, which is enough to find its datasets."""
    return key[:16]


def marks(found: tantivy.Document) -> Marks:
    """What a document of the index says beside its key."""
    return Marks(tuple(map(str, found["trait"] or ())), str((found["called"] or ("",))[0]))


def marker_document(marker: Marker) -> tantivy.Document:
    """The document that says up to which number the index is."""
    return tantivy.Document(key="marker", kind="marker", marker=orjson.dumps(list(marker)).decode())


def _joined(found: Iterable[str]) -> str:
    return " ".join(map(words.stem, found))


def _parts(found: Iterable[str], *ways: Callable[[str], tuple[str, ...]]) -> set[str]:
    once = set(found)
    return set().union(*(terms for way in ways for terms in map(way, once)))


def _hyphened(text: str) -> set[str]:
    return set(map(words.stem, words.hyphened(text)))


def _order(title: str) -> str:
    """What a title is sorted by: without case, umlauts and marks (DIN 5007-1)."""
    return " ".join(words.plain(word) for word in words.WORD.findall(title))[:100]


def _span(begin: str, end: str) -> tuple[int, int] | None:
    """The first and the last day of a period; an open end is far away. None if neither is known."""
    first, last = _moment(begin), _moment(end)
    if first is None and last is None:
        return None
    days = (first.date() - EPOCH).days if first else -_FAR, (last.date() - EPOCH).days if last else _FAR
    # "2024" and "2024-03" as an end mean their last day.
    after = {4: 365, 7: 30}.get(len(end.strip()), 0) if last else 0
    return days[0], days[1] + after


def _day(moment: datetime, text: str) -> date:
    """The day of a moment on German clocks, as pages say it; that of its text where it names no zone."""
    stated = text.strip()
    if len(stated) in (4, 7) or datetime.fromisoformat(stated).tzinfo is None:
        return moment.date()
    try:
        return moment.astimezone(BERLIN).date()
    except OverflowError:  # the last hour of the year 9999
        return moment.date()


def _moment(text: str) -> datetime | None:
    """A date, a time, a month or a year in ISO 8601; what lacks counts as its first."""
    text = text.strip()
    if len(text) in (4, 7):
        text = f"{text}-01-01" if len(text) == 4 else f"{text}-01"
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
