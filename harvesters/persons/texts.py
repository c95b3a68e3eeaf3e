"""Takes out of free texts what is certainly a person: "Frau X Y", ``vorname.nachname@``, numbers beside such a name.

A text without these signs is not touched: a name alone may be a street, an author of 1840 or a school.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from harvesters.persons.words import (
    is_given_name,
    is_office_word,
    is_personal_mailbox,
    is_place_word,
    is_surname_after,
    is_surname_when_addressed,
    name_of_mailbox,
)

# One ``in`` each is far cheaper than a search, and nearly every text has none of them.
_SIGNS = (
    *(
        "Frau",
        "Herr",
        "@",
        "Dr.",
        "Prof.",
        "nsprechp",
        "earbeiter",
        "Mr",
        "Ms.",
        "ontakt",
        "gez.",
        "uständig",
        "eitung:",
    ),
    *("Tel", "tel", "urchwahl", "+49", "(0", "Fon", "eiter:", "eiterin:"),
)
_NAME = r"[A-ZÄÖÜÉ][^\W\d_]+(?:['’-][A-ZÄÖÜÉ][^\W\d_]+)*"
_GAP = r"[ \t\u00a0]+"
_FULL_NAME = rf"(?:[A-ZÄÖÜ]\.[ \t-]?)*(?:(?:von|van|zu|de)(?:{_GAP}(?:der|den|dem))?{_GAP})?{_NAME}"
_NAMED = re.compile(
    rf"(?P<address>\b(?:(?:Herrn?|Frau|Mr\.?|Mrs\.?|Ms\.?|Dr\.|Prof\.|Dipl\.-?\w*\.?|med\.|jur\.|rer\.|nat\.|phil\.|-?Ing\.){_GAP})+"
    rf"|\b(?:(?:Ansprechpartner(?:in)?|Ansprechperson|(?:Sachb|B)earbeiter(?:in)?|Kontaktperson):?|gez\."
    rf"|(?:Kontakt|Leitung|(?:[A-ZÄÖÜ]\w*l|L)eiter(?:in)?|[Zz]uständig):){_GAP}(?:(?:Frau|Herrn?|Dr\.|Prof\.){_GAP})*)"
    rf"(?P<name>{_FULL_NAME}(?:{_GAP}{_FULL_NAME}){{0,3}})"
)
_MAILBOX = re.compile(r"(?:mailto:)?[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_TELEPHONE = re.compile(
    r"(?:(?P<word>(?i:tel(?:efon)?|fon|phone|fax|telefax|mobil|handy|durchwahl|dw|app(?:arat)?)[.:]*[ \t\u00a0]{0,2})?"
    r"(?P<number>(?:\+|00)?\(?\d[\d \t\u00a0()/–-]{1,22}\d))"
)
_BLANKS = re.compile(r"[ \t()/–-]")
_NAMED_PLACE = re.compile(r"(?i)(?:straße|strasse|str\.?|platz|weg|allee|ring|schule|stiftung|haus|halle|gymnasium)$")
# What announces a person or an office; those of the second line announce persons only.
_LABELS = ("nsprech", "earbeiter", "ontakt", "eitung", "eiter", "uständig", "gez.")
_OF_PERSONS_ONLY = ("nsprech", "achbearbeiter", "ontaktperson")
# A number with an extension is somebody's own; with -0 it is the switchboard's.
_DIRECT = re.compile(
    r"(?P<number>(?:(?<=[Tt]el\. )|(?<=[Tt]el: )|(?<=[Tt]el\.: )|(?<=[Tt]elefon )|(?<=[Tt]elefon: )|(?<=Fon )|(?<=Fon: ))"
    r"(?:\+49|\(?0)[\d \u00a0()/]{2,16}\d\s?[-–]\s?(?P<extension>\d{1,4})"
    r"|(?<![\w+/])(?:\+49[ (/]|\(0\d{2,4}\)|0\d{2,4}(?=\s?[/ ]))[\d \u00a0()/]{2,14}\d\s?[-–]\s?(?P<other>\d{1,4}))"
    r"(?!\d|\s?[-–]\s?\d)"
)
_EXTENSION = re.compile(r"\b(?:Durchwahl|DW|Apparat|App\.)[.:]?[ \t\u00a0]{1,2}-?(?P<number>\d{2,5})\b")
# Words in capitals that follow a name without being part of it.
_AFTER_NAME = frozenset(
    (
        "tel",
        "telefon",
        "fon",
        "fax",
        "mail",
        "email",
        "e-mail",
        "mobil",
        "durchwahl",
        "zimmer",
        "raum",
        "postfach",
        "büro",
        "herr",
        "frau",
        "oder",
        "und",
    )
)
_FORMS = ("Frau", "Herr", "Herrn", "Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.")
# How far a telephone number may stand from a name that it belongs to.
_NEAR = 80


def has_signs(text: str) -> bool:
    """Whether a closer look at a text is worth while; quick."""
    for sign in _SIGNS:  # noqa: SIM110 - any() is three times as slow here
        if sign in text:
            return True
    return False


def without_persons(text: str, lang: str | None, known: Iterable[tuple[str, ...]] = ()) -> str:
    """A text without persons; ``known`` are the words of names that were removed elsewhere in the record.

    What stood there is named in the text's language, so that a reader sees that something is missing.
    """
    english = (lang or "").startswith("en")
    name, number, box = (
        ("[name removed]", "[number removed]", "[address removed]")
        if english
        else ("[Name entfernt]", "[Nummer entfernt]", "[Adresse entfernt]")
    )
    spans: list[tuple[int, int, str]] = []
    names = set(known)
    if "@" in text:
        for found in _MAILBOX.finditer(text):
            if is_personal_mailbox(found.group()):
                spans.append((found.start(), found.end(), box))
                names.add(name_of_mailbox(found.group()))
    for named in _NAMED.finditer(text):
        end = _end_of_name(named)
        if end:
            spans.append((named.start(), end, name))
    folded = text.casefold() if names else ""
    for words in names:
        if len(words) > 1 and all(word in folded or _with_umlauts(word) in folded for word in words):
            spans += [(found.start(), found.end(), name) for found in _anywhere(words).finditer(text)]
    spans += [(*span, number) for span in _numbers_near(text, spans)] if spans else []
    spans += [(*span, number) for span in _direct_numbers(text)]
    if not spans:
        return text
    return _replaced(text, spans)


def _end_of_name(found: re.Match[str]) -> int:
    """Where the name ends that a form of address announces; 0 if it is none."""
    words = list(re.finditer(r"\S+", found["name"]))
    if any(_NAMED_PLACE.search(word.group()) for word in words):
        return 0
    kept: list[re.Match[str]] = []
    address = found["address"]
    for word in words:
        plain = word.group().casefold().strip(".")
        if plain in _AFTER_NAME or (is_office_word(plain) and not _is_surname(word.group(), kept, address)):
            break
        kept.append(word)
    if not kept:
        return 0
    if any(sign in address for sign in _LABELS):
        titled = any(title in address for title in ("Frau", "Herr", "Dr.", "Prof."))
        if len(kept) < 2 and not titled:
            return 0
        certain = titled or any(is_given_name(word.group()) or word.group()[1:2] == "." for word in kept)
        if not certain and not (":" in address and any(sign in address for sign in _OF_PERSONS_ONLY)):
            return 0
        if not certain and any(is_place_word(word.group()) for word in kept):
            return 0
    elif is_office_word(found["name"].split()[-1]) and not address.startswith(("Frau", "Herr", "M")):
        return 0  # "Dr. Muster GmbH"
    return found.start("name") + kept[-1].end()


def _is_surname(word: str, kept: list[re.Match[str]], address: str) -> bool:
    """Whether a word of offices is a surname here: "Anna Darmstadt", "Frau Darmstadt"; not in "Stadt Darmstadt"."""
    if kept:
        return is_surname_after(word, kept[-1].group())
    return address.rstrip().endswith(_FORMS) and is_surname_when_addressed(word)


def _with_umlauts(word: str) -> str:
    return word.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü")


@lru_cache(maxsize=1024)
def _anywhere(words: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for a name in either order; ``ue`` in a mailbox stands for ``ü`` as well, ``ss`` for ``ß``."""
    spelled = [
        re.escape(word)
        .replace("ae", "(?:ae|ä)")
        .replace("oe", "(?:oe|ö)")
        .replace("ue", "(?:ue|ü)")
        .replace("ss", "(?:ss|ß)")
        for word in words
    ]
    between = r"[\s.,_-]{1,3}(?:[^\W\d_]\.?\s)?(?:(?:von|van|zu|de|der|den)\s)*"
    return re.compile(rf"(?i)(?<!\w)(?:{between.join(spelled)}|{between.join(reversed(spelled))})(?!\w)")


def _numbers_near(text: str, spans: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
    found = []
    for match in _TELEPHONE.finditer(text):
        number = match["number"]
        digits = sum(map(str.isdigit, number))
        if not match["word"] and (digits < 6 or _BLANKS.search(number) is None or number[0] not in "0+("):
            continue
        start, end = match.span("number")
        if any(start - _NEAR <= stop and begin <= end + _NEAR for begin, stop, _ in spans):
            found.append((start, end))
    return found


def _direct_numbers(text: str) -> list[tuple[int, int]]:
    """Where telephone numbers with an extension stand, and extensions alone; a switchboard's (-0) is none."""
    found = []
    for match in _DIRECT.finditer(text):
        if (match["extension"] or match["other"]).strip("0"):
            found.append(match.span("number"))
    return found + [match.span("number") for match in _EXTENSION.finditer(text)]


def _replaced(text: str, spans: list[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end, instead in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < position:
            # What overlaps goes as well, under the first name.
            position = max(position, end)
            continue
        pieces += [text[position:start], instead]
        position = end
    pieces.append(text[position:])
    return "".join(pieces)
