"""The words of a title that tell what the data are about: nouns, without places, years and words of every title."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_][\w-]*[^\W_]")
# Words that stand in titles of data of any kind.
_EMPTY = frozenset(
    word
    for line in (
        "aktuelle aktueller aktuelles alle amtliche beispiel beispieldaten bestand csv daten datei dateien datensatz",
        "datensätze der die das den dem des ein eine einer gemeinde gemeinden geojson gesamt information informationen",
        "in im von vom zum zur und oder auf aus bei mit nach neue open data dataset für je kreis landkreis liste listen",
        "ort orte ortsteil ortsteile region stadt stand tabelle übersicht verzeichnis xlsx jahr jahre monat monate version",
    )
    for word in line.split()
)


def telling_words(title: str, places: Iterable[str] = ()) -> list[str]:
    """The nouns of a German title (they begin with a capital), each once, without the names of the places."""
    named = {word.casefold() for place in places for word in _WORD.findall(place)}
    found = [word for word in _WORD.findall(title) if word[0].isupper() and len(word) > 2]
    return list(dict.fromkeys(w for w in found if w.casefold() not in _EMPTY and w.casefold() not in named))
