"""What differs between two versions of a record, in words: what each attribute said before, and what it says now."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import sqlalchemy as sa
from markupsafe import Markup

from catalog import formats
from catalog.reading import rows
from catalog.reading.differences import ADDED, REMOVED, Comparison, Difference, FileDifference, Leaf, written
from catalog.web.pages import labels
from catalog.web.texts import Texts
from schemas.kinds import DATATYPES, Kind, Literal
from schemas.vocabularies import LISTS

# So many attributes, and values of each, are told; the JSON twin has all of them.
_FIELDS, _VALUES, _LONGEST = 60, 30, 600
# Word by word only where that is quick; and so many words stand around each difference.
_WORDS, _AROUND = 300, 6
_PIECE = re.compile(r"\S+\s*|\s+")
_DATES = DATATYPES[Kind.DATE]


class Piece(NamedTuple):
    """A piece of a value; ``differs`` from the other side."""

    text: str
    differs: bool


class Spoken(NamedTuple):
    """A value in words, in pieces; ``lang`` where its language is known."""

    pieces: tuple[Piece, ...]
    lang: str = ""


class Field(NamedTuple):
    """An attribute that differs: the values that only one side has, and how many both have."""

    label: Markup
    old: tuple[Spoken, ...]
    new: tuple[Spoken, ...]
    kept: int
    more: int


class FileTold(NamedTuple):
    """A file that came, went or changed, in a sentence and its attributes."""

    sentence: Markup
    fields: tuple[Field, ...]


class Told(NamedTuple):
    """A comparison in words. ``more`` attributes differ beside those that are told."""

    fields: tuple[Field, ...]
    files: tuple[FileTold, ...]
    more: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing that people read differs."""
        return not (self.fields or self.files)


def told(comparison: Comparison, texts: Texts, names: Mapping[str, str]) -> Told:
    """A comparison in words; ``names`` are the titles of records by their IRI (:func:`names_in`)."""
    shown = comparison.record[:_FIELDS]
    files = tuple(_file(each, texts, names) for each in comparison.files[:_FIELDS])
    more = len(comparison.record) - len(shown) + len(comparison.files) - len(files)
    return Told(tuple(_field(each, texts, names) for each in shown), files, more)


def names_in(connection: sa.Connection, comparisons: Iterable[Comparison], at: int) -> dict[str, str]:
    """What the records are called whose IRIs stand in comparisons."""
    found: set[str] = set()
    for comparison in comparisons:
        for each in (*comparison.record, *(d for file in comparison.files for d in file.differences)):
            found |= {value for value in (*each.old, *each.new) if isinstance(value, str)}
    return rows.titles(connection, found, at)


def apart(difference: Difference) -> tuple[tuple[Leaf, ...], tuple[Leaf, ...], int]:
    """The values that only the old side has, those that only the new one has, and how many are on both."""
    old, new = (Counter(map(written, side)) for side in (difference.old, difference.new))
    both = (old & new).total()
    return tuple(_only(difference.old, old - new)), tuple(_only(difference.new, new - old)), both


def _only(values: Sequence[Leaf], left: Counter[str]) -> Iterator[Leaf]:
    for value in values:
        if left[written(value)] > 0:
            left[written(value)] -= 1
            yield value


def _file(each: FileDifference, texts: Texts, names: Mapping[str, str]) -> FileTold:
    name = each.title or _readable(each.address) or texts.text("ohne Titel")
    if each.kind == ADDED:
        return FileTold(texts.text("Datei hinzugekommen: „{name}“", name=name), ())
    if each.kind == REMOVED:
        return FileTold(texts.text("Datei entfallen: „{name}“", name=name), ())
    fields = tuple(_field(difference, texts, names) for difference in each.differences[:_FIELDS])
    return FileTold(texts.text("Datei geändert: „{name}“", name=name), fields)


def _field(difference: Difference, texts: Texts, names: Mapping[str, str]) -> Field:
    old, new, both = apart(difference)
    more = max(len(old) - _VALUES, 0) + max(len(new) - _VALUES, 0)
    label = labels.attribute(difference.attribute, texts)
    name = difference.attribute.rpartition(".")[2]
    before, after = (
        [(_words(name, value, texts.language, names), _lang(value)) for value in side[:_VALUES]] for side in (old, new)
    )
    if len(before) == len(after) == 1:
        pieces = _pieces(before[0][0], after[0][0])
        return Field(label, (Spoken(pieces[0], before[0][1]),), (Spoken(pieces[1], after[0][1]),), both, more)
    was, now = (tuple(Spoken((Piece(_cut(text), True),), lang) for text, lang in side) for side in (before, after))
    return Field(label, was, now, both, more)


def _lang(value: Leaf) -> str:
    return (value.lang or "") if isinstance(value, Literal) else ""


def _words(name: str, value: Leaf, language: str, names: Mapping[str, str]) -> str:
    if not isinstance(value, Literal):
        return names.get(value) or _code(value, language) or _readable(value)
    if value.datatype in _DATES:
        return formats.time(value.text, language) if "T" in value.text else formats.day(value.text, language)
    if name == "byte_size" and value.text.isascii() and value.text.isdigit() and len(value.text) < 16:
        return f"{formats.number(int(value.text), language)} {'Byte' if language == 'de' else 'bytes'}"
    return value.text


@lru_cache(maxsize=4096)
def _code(iri: str, language: str) -> str:
    """The label of a code of any list; empty if it is none."""
    return next((label for codes in LISTS.values() if (label := codes.label(iri, language))), "")


def _readable(iri: str) -> str:
    return unquote(iri.removeprefix("mailto:").removeprefix("tel:"), errors="replace")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _pieces(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two texts word by word: what both have in common, shortened where it is long, and what differs."""
    before, after = _PIECE.findall(old), _PIECE.findall(new)
    whole = ((Piece(_cut(old), True),), (Piece(_cut(new), True),))
    if not 3 < min(len(before), len(after)) <= max(len(before), len(after)) <= _WORDS:
        return whole
    matcher = SequenceMatcher(None, [word.strip() for word in before], [word.strip() for word in after], autojunk=False)
    if matcher.ratio() < 0.4:
        return whole
    steps = matcher.get_opcodes()
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for number, (kind, a, b, c, d) in enumerate(steps):
        first, last = number == 0, number == len(steps) - 1
        for side, words in ((sides[0], before[a:b]), (sides[1], after[c:d])):
            if words and kind == "equal":
                side.append(Piece(_around(words, first, last), False))
            elif words:
                text = _cut("".join(words))
                side += [Piece(text.rstrip(), True), Piece(text[len(text.rstrip()) :], False)]
    return tuple(sides[0]), tuple(sides[1])


def _around(words: Sequence[str], first: bool, last: bool) -> str:
    """Words that both sides have: those next to a difference, and an ellipsis for the rest."""
    if len(words) <= 2 * _AROUND + 1:
        return _cut("".join(words))
    head = "" if first else "".join(words[:_AROUND])
    tail = "" if last else "".join(words[-_AROUND:])
    return _cut(f"{head}… {tail}")
