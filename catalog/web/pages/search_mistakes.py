"""Filters of a search that cannot be used, as its form tells them: above the results, and at each field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup

from catalog.web.searches import Mistake
from catalog.web.texts import Texts, later

_FIELDS = {
    "from": later("Von"),
    "to": later("Bis"),
    "west": later("Westen (Grad)"),
    "south": later("Süden (Grad)"),
    "east": later("Osten (Grad)"),
    "north": later("Norden (Grad)"),
    "bbox": later("Ort auf der Karte"),
    "on": later("Tag"),
}
_WORDS = {
    "day": later("Das ist kein Tag. Ein Tag sieht so aus: 2026-03-01."),
    "order": later("Der Anfang liegt nach dem Ende."),
    "future": later("Dieser Tag liegt in der Zukunft."),
    "number": later("Hier muss eine Zahl in Grad stehen."),
    "missing": later("Diese Angabe fehlt. Ein Ausschnitt braucht alle vier Ränder."),
    "edges": later("Der Westen muss links vom Osten liegen, der Süden unter dem Norden."),
}
_WITHOUT_FIELD = {"bbox": "west"}


class Wrong(NamedTuple):
    """A filter that cannot be used: the id of its field, how that is called, what is wrong with it."""

    field: str
    label: Markup
    words: Markup


class Told(NamedTuple):
    """All of them; ``said`` is what was typed into the fields, by their names, ``words`` what is wrong, likewise."""

    wrong: tuple[Wrong, ...]
    said: Mapping[str, str]
    words: Mapping[str, Markup]


def told(texts: Texts, mistakes: Iterable[Mistake], typed: Mapping[str, str]) -> Told:
    """What a form tells of the mistakes in what was ``typed``, the parameters of its address."""
    wrong = tuple(
        Wrong(_WITHOUT_FIELD.get(each.name, each.name), texts.text(_FIELDS[each.name]), texts.text(_WORDS[each.kind]))
        for each in mistakes
    )
    said = {name: typed.get(name, "").strip()[:40] if wrong else "" for name in _FIELDS}
    return Told(wrong, said, dict.fromkeys(_FIELDS, Markup()) | {each.field: each.words for each in wrong})
