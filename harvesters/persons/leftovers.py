"""Takes persons out of what a reader left over and remarked: values go, the names of their fields stay."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import unquote

from harvesters.persons import texts as person_texts
from harvesters.persons.words import is_office_mailbox, is_personal_mailbox, is_surely_a_person
from harvesters.reading import TraceEntry
from schemas.findings import Finding

REMOVED = "…"

_PERSON_FIELD = re.compile(
    r"(?i)contact|kontakt|ansprech|maintainer|author|autor|editor|bearbeiter|person|creator|contributor|originator|"
    r"custodian|verantwortlich|responsible|phone|telefon|telephone|mobil(?!it)|durchwahl|mailbox|mbox|e-?mail|vorname|"
    r"nachname|given.?name|family.?name|first.?name|last.?name|surname|full.?name|modified.?by|created.?by|updated.?by|"
    r"uploader|steward|"
    r"(?:^|[._\[\]:-])(?:tel|fax|fon|handy|mail|owner|user|username|leiter|leitung|nick|vcard|cc|signature)(?:$|[._\[\]:-])"
)
_FIELD = re.compile(r"[\w.:\[\]#-]{1,200}")
_INNER_TEXT = re.compile(r'"((?:[^"\\]|\\.){3,200})"')
_MAILBOX = re.compile(r"[\w.%+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}")
_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NOTHING = frozenset({"", "true", "false", "null", "[]", "{}", REMOVED})
# No name is longer; a free text is looked at by its signs only.
_LONGEST_NAME = 200


@lru_cache(maxsize=8192)
def is_person_field(field: str) -> bool:
    """Whether a field of a source holds, by its name, something about a person: ``extras.ansprechpartner``."""
    return _PERSON_FIELD.search(field) is not None


def is_personal(value: str, own: frozenset[str] = frozenset()) -> bool:
    """Whether a value, also one inside JSON, holds a person for certain; ``own`` are the region's own names."""
    if "@" in value and any(is_personal_mailbox(box) for box in _MAILBOX.findall(value)):
        return True
    if person_texts.has_signs(value) and person_texts.without_persons(value, None) != value:
        return True
    if value[:1] in "[{":
        return any(is_surely_a_person(text, own) for text in _INNER_TEXT.findall(value) if " " in text)
    return " " in value and len(value) <= _LONGEST_NAME and is_surely_a_person(value, own)


def mentions(text: str, known: Collection[tuple[str, ...]]) -> bool:
    """Whether a text holds all words of a name that was removed elsewhere in the record."""
    if not known:
        return False
    folded = text.casefold()
    return any(all(word in folded for word in words) for words in known)


def with_vowels_apart(word: str) -> str:
    """A lower-cased word as addresses spell it: ``ae`` for ``ä``."""
    return word.translate(_PLAIN)


def address_mentions(address: str, known: Collection[tuple[str, ...]]) -> bool:
    """Whether a web address holds all words of such a name, percent codes and ``ue`` for ``ü`` read: ``/~erika.muster``."""
    if not known:
        return False
    folded = unquote(address).casefold()
    return any(all(word in folded or with_vowels_apart(word) in folded for word in words) for words in known)


def scrubbed_trace(
    trace: tuple[TraceEntry, ...], known: Collection[tuple[str, ...]], own: frozenset[str] = frozenset()
) -> tuple[TraceEntry, ...]:
    """The trace without persons in the places that it names: a key of the source's JSON, a constant of a source file."""
    if not any(_names_a_person(entry.field, known, own) for entry in trace):
        return trace
    return tuple(
        [entry._replace(field=REMOVED) if _names_a_person(entry.field, known, own) else entry for entry in trace]
    )


def _names_a_person(field: str, known: Collection[tuple[str, ...]], own: frozenset[str]) -> bool:
    # Nearly all places are paths without a blank.
    return ((" " in field or "@" in field) and is_personal(field, own)) or mentions(field, known)


def scrubbed_leftovers(
    leftovers: tuple[tuple[str, str], ...], known: Collection[tuple[str, ...]], own: frozenset[str] = frozenset()
) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """The leftovers with persons' values replaced by :data:`REMOVED`, and the fields where that happened.

    Under a person's field only the mailbox of an office stays.
    """
    fields: list[str] = []
    for field, value in leftovers:
        if value not in _NOTHING and _goes(field, value, known, own):
            fields.append(field)
    if not fields:
        return leftovers, fields
    gone = set(fields)
    kept = tuple(
        (field, REMOVED if field in gone and value not in _NOTHING and _goes(field, value, known, own) else value)
        for field, value in leftovers
    )
    return kept, fields


def _goes(field: str, value: str, known: Collection[tuple[str, ...]], own: frozenset[str]) -> bool:
    if is_person_field(field):
        return not (_MAILBOX.fullmatch(value.removeprefix("mailto:")) and is_office_mailbox(value))
    return is_personal(value, own) or mentions(value, known)


def scrubbed_findings(
    findings: tuple[Finding, ...],
    known: Collection[tuple[str, ...]],
    persons: Collection[str],
    place: str,
    own: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """The readers' findings without persons in their arguments, or as what they are about: then ``place`` stands there."""
    if not any(finding.arguments or finding.focus in persons for finding in findings):
        return findings
    return tuple([_scrubbed(finding, known, persons, place, own) for finding in findings])


def _scrubbed(
    finding: Finding, known: Collection[tuple[str, ...]], persons: Collection[str], place: str, own: frozenset[str]
) -> Finding:
    arguments = finding.arguments
    if arguments:
        field = arguments[0]
        named = (
            len(arguments) > 1 and _FIELD.fullmatch(field) is not None and "://" not in field and is_person_field(field)
        )
        by_path = finding.path is not None and is_person_field(finding.path.rpartition("/")[2])
        arguments = tuple(
            REMOVED
            if (named and number)
            or (by_path and len(arguments) == 1)
            or is_personal(text, own)
            or mentions(text, known)
            else text
            for number, text in enumerate(arguments)
        )
        if arguments != finding.arguments:
            finding = finding._replace(arguments=arguments)
    return finding._replace(focus=place) if finding.focus in persons or mentions(finding.focus, known) else finding
