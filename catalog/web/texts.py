"""The texts of the pages: written in German where they stand, in other languages by `translations/LANGUAGE.po`.

A page says ``_("Daten vom {date}", date=…)`` and ``_n("{n} Datensatz", "{n} Datensätze", n)``. What stands in braces is
put in and escaped; the sentence itself is text, never HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from catalog import formats

FOLDER = Path(__file__).parent / "translations"
SOURCE = "de"
LANGUAGES = (SOURCE, *sorted(file.stem for file in FOLDER.glob("*.po")))


def later(message: str) -> str:
    """Marks a text that is looked up elsewhere (a table of labels), so that translators find it; gives it unchanged."""
    return message


class Texts:
    """The texts of one language. A text that has no translation appears in German."""

    def __init__(self, language: str, translations: Mapping[str, str], plurals: Mapping[str, tuple[str, str]]) -> None:
        self.language = language
        self._translations = translations
        self._plurals = plurals
        self._ready: dict[str, Markup] = {}

    def text(self, message: str, /, **values: object) -> Markup:
        """A text as HTML, its values put in and escaped."""
        ready = self._ready.get(message)
        if ready is None:
            # Only texts of ours come here, so the memory is bounded by their number.
            ready = self._ready[message] = escape(self._translations.get(message) or message)
        return ready.format(**values) if values else ready

    def plain(self, message: str, /, **values: object) -> str:
        """A text for where no HTML is written (a header, JSON)."""
        text = self._translations.get(message) or message
        return text.format(**values) if values else text

    def plural(self, one: str, many: str, n: int, /, **values: object) -> Markup:
        """The text for a number: German and English have one form for 1 and one for all others."""
        forms = self._plurals.get(one, (one, many))
        return escape(forms[0] if n == 1 else forms[1]).format(n=formats.number(n, self.language), **values)


@cache
def texts(language: str) -> Texts:
    """The texts of a language of :data:`LANGUAGES`. Raises FileNotFoundError for another."""
    if language == SOURCE:
        return Texts(language, {}, {})
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    single: dict[str, str] = {}
    plural: dict[str, tuple[str, str]] = {}
    for message in catalog:
        if isinstance(message.id, tuple | list):
            forms = tuple(message.string or ())
            if len(forms) == 2 and all(forms):
                plural[message.id[0]] = (forms[0], forms[1])
        elif isinstance(message.id, str) and message.id and isinstance(message.string, str) and message.string:
            single[message.id] = message.string
    return Texts(language, single, plural)
