"""A code list: its codes with IRI and labels, read once from the small table of its name beside this module."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from schemas.vocabularies.spelling import fold, iri_key, is_iri


class Code(NamedTuple):
    """One code of a list. A label is empty where the list has none in that language."""

    code: str
    iri: str
    de: str
    en: str


@cache
def rows(table: str) -> tuple[Mapping[str, str], ...]:
    """The rows of `table`.csv, each by column name. Raises FileNotFoundError if there is no such table."""
    text = files(__package__).joinpath(f"{table}.csv").read_text(encoding="utf-8")
    return tuple(MappingProxyType(row) for row in csv.DictReader(text.split("\n"), delimiter=";"))


def listed(cell: str) -> list[str]:
    """The entries of a table's cell that holds several, separated by |."""
    return [entry for entry in cell.split("|") if entry]


class CodeList:
    """The codes of one scheme; ``de`` is its title. Reads its table on first use; one with a pattern knows unlisted codes too."""

    def __init__(self, name: str, de: str, scheme: str, base: str, twin: str = "", pattern: str = "") -> None:
        self.name = name
        self.de = de
        self.scheme = scheme
        self.base = base
        self._twin = twin  # a second base that counts as this list's own
        self.pattern = pattern  # of codes that the list has without naming them
        self._pattern = re.compile(pattern) if pattern else None

    def __iter__(self) -> Iterator[Code]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, iri: object) -> bool:
        """Whether the list has exactly this IRI: what an official shape would accept, no other spelling of it."""
        return iri in self._by_iri or (isinstance(iri, str) and self._by_pattern(iri.removeprefix(self.base), iri))

    def iris(self) -> Iterable[str]:
        """All IRIs that the list names, in both spellings where it has two."""
        return self._by_iri.keys()

    def by_code(self, code: str) -> Code | None:
        """The code of this notation; upper and lower case are the same."""
        found = self._by_code.get(code.casefold())
        return self._unlisted(code) if found is None else found

    def by_iri(self, iri: str) -> Code | None:
        """The code of this IRI, also if http is written https, www. or a slash is added, or the case differs."""
        found = self._by_iri.get(iri)
        if found is None:
            key = iri_key(iri)
            found = self._by_key.get(key)
            if found is None and self._pattern is not None and key.startswith(iri_key(self.base) + "/"):
                return self._unlisted(key[len(iri_key(self.base)) + 1 :])
        return found

    def label(self, iri: str, lang: str) -> str | None:
        """The label of an IRI in German (`de`) or English, else in the other language; None if there is none."""
        code = self.by_iri(iri)
        if code is None:
            return None
        return (code.de or code.en if lang == "de" else code.en or code.de) or None

    def find(self, text: str) -> Code | None:
        """The code a text names: an IRI, a code, a label or a spelling listed in the table; None if not certain."""
        text = text.strip()
        if is_iri(text):
            return self.by_iri(text) or self._same_as.get(iri_key(text))
        found = self._by_code.get(text.casefold()) if text else None
        return self._words.get(fold(text)) if found is None else found

    def broader(self, iri: str) -> Code | None:
        """The code above this IRI's in a list with levels (HVD categories), None at the top or if it has none."""
        code = self.by_iri(iri)
        above = None if code is None else self._above.get(code.code)
        return self._by_code.get(above.casefold()) if above else None

    def _by_pattern(self, code: str, iri: str) -> bool:
        return self._pattern is not None and iri == self.base + code and bool(self._pattern.fullmatch(code))

    def _unlisted(self, code: str) -> Code | None:
        return Code(code, self.base + code, "", "") if self._by_pattern(code, self.base + code) else None

    @cached_property
    def _codes(self) -> tuple[Code, ...]:
        return tuple(
            Code(row["code"], row.get("iri") or self.base + row["code"], row.get("de") or "", row.get("en") or "")
            for row in rows(self.name)
        )

    @cached_property
    def _by_code(self) -> Mapping[str, Code]:
        return {code.code.casefold(): code for code in self._codes}

    @cached_property
    def _by_iri(self) -> Mapping[str, Code]:
        twins = {self._twin + code.code: code for code in self._codes} if self._twin else {}
        return {code.iri: code for code in self._codes} | twins

    @cached_property
    def _by_key(self) -> Mapping[str, Code]:
        return {iri_key(code.iri): code for code in self._codes}

    @cached_property
    def _above(self) -> Mapping[str, str]:
        return {row["code"]: row.get("broader") or "" for row in rows(self.name)}

    @cached_property
    def _same_as(self) -> Mapping[str, Code]:
        """IRIs of other lists that mean a code of this one, and this list's IRIs of former editions."""
        own = {row["code"]: row.get("also") or "" for row in rows(self.name)}
        found = {iri_key(iri): c for c in self._codes for iri in listed(own[c.code]) if is_iri(iri)}
        for row in rows("replaced"):
            if row["list"] == self.name and row["code"]:
                found[iri_key(row["old"])] = self._by_code[row["code"].casefold()]
        return found

    @cached_property
    def _words(self) -> Mapping[str, Code]:
        """Folded texts. The table's own spellings go before labels, labels before codes; the ambiguous is left out."""
        own = {row["code"]: row.get("also") or "" for row in rows(self.name)}
        also = ((w, c) for c in self._codes for w in listed(own[c.code]) if not is_iri(w))
        labels = ((w, c) for c in self._codes for w in (c.de, c.en))
        notations = ((c.code, c) for c in self._codes)
        return {**_certain(notations), **_certain(labels), **_certain(also)}


def _certain(words: Iterable[tuple[str, Code]]) -> dict[str, Code]:
    found: dict[str, Code] = {}
    twice: set[str] = set()
    for word, code in words:
        key = fold(word)
        if found.setdefault(key, code) != code:
            twice.add(key)
    return {key: code for key, code in found.items() if key and key not in twice}


LISTS: Mapping[str, CodeList] = MappingProxyType(
    {
        row["name"]: CodeList(row["name"], row["de"], row["scheme"], row["base"], row["twin"], row["pattern"])
        for row in rows("lists")
    }
)
