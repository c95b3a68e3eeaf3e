"""What is left of an agent or a contact when a person goes out of it: the office, or the region's own contact."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

from harvesters.persons.leftovers import address_mentions, mentions
from harvesters.persons.signs import (
    NAMES,
    NUMBERS,
    ORGANIZATION_NAMES,
    is_of_person,
    is_page_of,
    is_typed_as_person,
    local_name,
    surnames,
)
from harvesters.persons.words import (
    is_person_name,
    is_personal_mailbox,
    name_of_mailbox,
    name_words,
    own_names,
    without_names,
)
from harvesters.reading import Context
from schemas.kinds import Literal
from schemas.model import Agent, ContactPoint, Resource, Texts, Value
from schemas.region import Region

_MARKS = re.compile(r"\[[^\]]{0,200}(?:entfernt|removed)\]|(?:(?<!\S)|(?<=\]))\S+@\S+")
_LETTERS = re.compile(r"[^\W\d_]+")
_LABELS = frozenset(
    {
        *("tel", "telefon", "telefonnummer", "phone", "fon", "mobil", "handy", "fax", "telefax", "e", "mail", "email"),
        *("durchwahl", "dw", "nr", "nummer", "zimmer"),
    }
)
_PARTS = re.compile(r"(?:(?<!\s)\s+)?[,;/|()]\s*|(?<!\s)\s+[-–]\s+")


def region_names(region: Region) -> frozenset[str]:
    """The names of the region itself, which are nobody's: its title, its publisher, its municipalities."""
    # A region cannot be hashed: its sources hold options in a dictionary.
    return _names_of(region.title, region.publisher.name, *(each.name for each in region.municipalities))


_names_of = lru_cache(maxsize=64)(own_names)


def office_names(
    names: Texts, persons: Collection[Literal], known: Collection[tuple[str, ...]], own: frozenset[str] = frozenset()
) -> Texts:
    """Names without persons: of "Bauamt, Erika Mustermann" the office.

    ``known`` are the words of personal mailboxes beside it: they show that "Mustermann" alone is a person as well.
    ``own`` are the region's own names.
    """
    kept: list[Literal] = []
    for each in names:
        text = without_names(each.text, own) if each in persons else each.text
        if each in persons and text == each.text:
            continue
        if known:
            parts = [part for part in _PARTS.split(text) if part]
            left = [part for part in parts if not any(set(name_words(part)) <= set(words) for words in known)]
            text = text if len(left) == len(parts) else ", ".join(left)
        if text != each.text:
            # Of "Bauamt, Frau Muster, Tel. 06655 970-123" the number was hers.
            text = ", ".join(part.strip() for part in text.split(",") if not _is_label(part))
        if text:
            kept.append(each._replace(text=text))
    return tuple(kept)


def _is_label(text: str) -> bool:
    """Whether nothing is left but labels, numbers and marks, as in "Tel. 06655 970-123"."""
    return not any(word.casefold() not in _LABELS for word in _LETTERS.findall(_MARKS.sub(" ", text)))


def office_agent(value: Resource, persons: list[Literal], boxes: list[str], own: frozenset[str]) -> Resource:
    """An office that a person is named with: the person's names and the direct numbers go."""
    rest: list[tuple[str, Value]] = []
    for predicate, said in value.extra:
        local = local_name(predicate)
        if local in NUMBERS:
            continue
        if isinstance(said, Literal) and local in NAMES and said in persons:
            office = without_names(said.text, own)
            if office and office != said.text:
                rest.append((predicate, said._replace(text=office)))
            continue
        rest.append((predicate, said))
    if not isinstance(value, Agent):
        return replace(value, extra=tuple(rest))
    names = office_names(value.name, persons, _names_in(boxes), own)
    words = surnames(persons, own)
    pages = tuple([page for page in value.homepage if not (isinstance(page, str) and is_page_of(page, words))])
    return replace(value, name=names, homepage=pages, extra=tuple(rest))


def office_contact(
    value: ContactPoint,
    persons: list[Literal],
    personal: list[str],
    removed: Collection[tuple[str, ...]],
    context: Context,
) -> ContactPoint:
    """The office's contact: what of it the source names, else the municipality and the region's mailbox."""
    own = region_names(context.region)
    words = _names_in(personal)
    known = [*removed, *words]
    # If the type says person, no name is believed to be an office's.
    office = () if is_typed_as_person(value) else office_names(value.fn, persons, words, own)
    if not office:
        office = tuple(
            said
            for predicate, said in value.extra
            if isinstance(said, Literal)
            and local_name(predicate) in ORGANIZATION_NAMES
            and not is_person_name(said.text, own)
            and not mentions(said.text, known)
        )
    boxes = tuple(
        box for box in value.has_email if isinstance(box, str) and box not in personal and not is_of_person(box, known)
    )
    surely = surnames(persons, own)
    urls = tuple(
        url
        for url in value.has_url
        if isinstance(url, str) and not (address_mentions(url, known) or is_page_of(url, surely))
    )
    return ContactPoint(
        fn=office or (Literal(context.municipality.name, context.region.language),),
        has_email=boxes or (() if urls else (f"mailto:{context.region.publisher.email}",)),
        has_url=urls,
    )


def _names_in(boxes: list[str]) -> list[tuple[str, ...]]:
    return [words for box in boxes if is_personal_mailbox(box) and len(words := name_of_mailbox(box)) > 1]
