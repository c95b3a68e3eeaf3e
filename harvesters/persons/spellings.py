"""The spellings under which a person's name, mail address or number stands in texts, addresses, markup and JSON.

One pattern of letters serves all of them: upper and lower case, ä as ``ae``, ``a`` or with a combining mark, characters
written as percent codes, HTML entities, JSON or N-Triples escapes, UTF-8 taken for Latin-1, and raw bytes decoded as
Latin-1. Base64 is found at its three alignments, a domain also in its ASCII form (punycode).
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property, lru_cache
from html.entities import codepoint2name
from typing import NamedTuple, Protocol

SHORTEST = 3
# A surname of fewer letters is not looked for with an initial: "E. Au" is anything.
_SHORTEST_SURNAME = 4
_SHORTEST_GLUED = 9
_SHORTEST_CODED = 8
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"(?:mailto:)?([^\s@<>]{1,64})@([^\s@<>]{1,253}\.[^\s@<>]{2,63})")
_NUMBER = re.compile(r"[+\d(][\d\s()/.–-]*\d")
_TITLES = frozenset(["dr", "prof", "dipl", "med", "jur", "phil", "rer", "nat", "ing", "habil", "mag"])
_ADDRESSES = frozenset(["herr", "herrn", "frau", "familie", "mr", "mrs", "ms"])
_FOLD = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ð": "d", "þ": "th", "ł": "l", "đ": "d"})
_DIGRAPHS = re.compile("([aou])e")
_MARKERS = {
    "name": ("[Name entfernt]", "[name removed]"),
    "mail": ("[Adresse entfernt]", "[address removed]"),
    "number": ("[Nummer entfernt]", "[number removed]"),
}


_MARKED = re.compile(r"(?i)(?:\[|%5b)(?:Name|Adresse|Nummer)(?:\s|%20|\+)entfernt(?:\]|%5d)")


class Matcher(Protocol):
    """What finds persons in texts: spellings of a known text, or the keyed hashes of forgotten ones."""

    def holds(self, text: str) -> bool:
        """Whether a text holds one of the persons, also across markup."""
        ...

    def without(self, text: str, lang: str | None = None) -> str:
        """The text with a marker where a person stood."""
        ...

    def found(self, text: str) -> Spellings | None:
        """The spellings of whom a text holds, also across markup; None if it holds nobody."""
        ...


def canonical(word: str) -> str:
    """A word in the one form that all its spellings share: ``Müller``, ``MUELLER`` and ``Muller`` give ``muller``."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_FOLD))
    return _DIGRAPHS.sub(r"\1", "".join(each for each in plain if not unicodedata.combining(each)))


def canonical_mail(local: str, domain: str) -> str:
    """A mail address in one form: lower-case, without ``+tag``, its domain in ASCII."""
    return f"{local.casefold().partition('+')[0]}@{_ascii_domain(domain.casefold().strip('.'))}"


def canonical_number(text: str) -> str:
    """A telephone number as its digits, German ones with their leading 0: ``+49 (0) 661 123`` gives ``0661123``."""
    digits = "".join(each for each in text if each.isdigit())
    if "+" in text or digits.startswith("00"):
        digits = digits.removeprefix("00")
        return f"0{digits[2:].removeprefix('0')}" if digits.startswith("49") else f"+{digits}"
    return digits


def marker(kind: str, lang: str | None) -> str:
    """What stands where something was removed, so that a reader sees that something is missing."""
    return _MARKERS[kind][(lang or "").startswith("en")]


def has_marker(text: str) -> bool:
    """Whether something was removed from a text before, percent-coded or not."""
    return "entfern" in text and _MARKED.search(text) is not None


class Wanted(NamedTuple):
    """A text to look for, understood: its kind (``name``, ``mail``, ``number``) and its parts."""

    kind: str
    parts: tuple[str, ...]


def understand(text: str) -> Wanted | None:
    """What a text is: a mail address, a number of at least six digits, else a name; None if it has too few letters."""
    text = unicodedata.normalize("NFC", text).strip()
    address = _ADDRESS.fullmatch(text)
    if address:
        return Wanted("mail", (address[1].lower(), address[2].lower()))
    if _NUMBER.fullmatch(text):
        digits = canonical_number(text)
        return Wanted("number", (digits,)) if len(digits) >= 6 else None
    words = [word.lower() for word in _WORD.findall(text)]
    if "," in text and len(words) > 1:
        last = len(_WORD.findall(text.partition(",")[0]))
        words = words[last:] + words[:last]
    titled = [word for word in words if word not in _TITLES]
    bare = [word for word in titled if word not in _ADDRESSES]
    words = bare if len(bare) > 1 else titled or words
    return Wanted("name", tuple(words)) if sum(map(len, words)) >= SHORTEST else None


class Spellings:
    """Finds the spellings of what is wanted: see :func:`spellings_of`."""

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        self.wanted = tuple(wanted)

    @cached_property
    def _wide(self) -> re.Pattern[str]:
        return _compiled("|".join(_pattern(wanted, _WIDE) for wanted in self.wanted))

    @cached_property
    def _inner(self) -> list[tuple[str, re.Pattern[str]]]:
        # Addresses first: a name inside of one takes the whole address along.
        ordered = sorted(self.wanted, key=lambda wanted: ("mail", "number", "name").index(wanted.kind))
        return [(wanted.kind, _compiled(_pattern(wanted, _INNER))) for wanted in ordered]

    @cached_property
    def _signs(self) -> list[_Sign]:
        return [_sign(wanted) for wanted in self.wanted]

    def _is_suspect(self, text: str) -> bool:
        """Whether the pattern, which is slow, is worth trying: nearly every text is told by a plain search."""
        if _has_escaped_letters(text):
            return True
        folded = text.casefold() if text.isascii() else _plain(text)
        digits: str | None = None
        for sign in self._signs:
            if sign.letters in folded and sign.letters:
                return True
            if any(coded in text for coded in sign.coded):
                return True
            if sign.digits:
                digits = _GAPS_IN_NUMBERS.sub("", text) if digits is None else digits
                if sign.digits in digits:
                    return True
            elif not sign.letters:
                return True
        return False

    @cached_property
    def _parts(self) -> re.Pattern[str] | None:
        words = [word for wanted in self.wanted if wanted.kind == "name" for word in wanted.parts]
        return _compiled("|".join(_letters(word) for word in words)) if words else None

    def count(self, text: str) -> int:
        """How often a text holds one of the spellings."""
        return sum(1 for _ in self._wide.finditer(text)) if self._is_suspect(text) else 0

    def holds(self, text: str) -> bool:
        """Whether a text holds one of the spellings, also across markup or the fields of a JSON object."""
        return self._is_suspect(text) and self._wide.search(text) is not None

    def found(self, text: str) -> Spellings | None:
        """These spellings, if a text holds one of them."""
        return self if self.holds(text) else None

    def without(self, text: str, lang: str | None = None) -> str:
        """The text with a marker where a spelling stood. A mail address that is made of a name goes as a whole."""
        if not self._is_suspect(text):
            return text
        for kind, pattern in self._inner:
            if pattern.search(text) is None:
                continue
            if kind == "name" and ("@" in text or "%40" in text):
                text = _boxes(pattern).sub(marker("mail", lang), text)
            text = pattern.sub(marker(kind, lang), text)
        return text

    def is_part(self, text: str) -> bool:
        """Whether a text is nothing but a word of a name that is looked for."""
        return self._parts is not None and self._parts.fullmatch(text.strip()) is not None


def spellings_of(texts: Iterable[str]) -> Spellings:
    """The spellings of texts. Raises ValueError for one that has too few letters or digits to be told from others."""
    wanted = []
    for text in texts:
        understood = understand(text)
        if understood is None:
            raise ValueError(f"a text of fewer than {SHORTEST} letters or six digits cannot be told from others")
        wanted.append(understood)
    return Spellings(wanted)


# ---------------------------------------------------------------------------------------------- a quick look

_PERCENT_LETTER = re.compile("%[4-7][0-9a-fA-F]")
_MARKS = re.compile("[\u0300-\u036f]+")
_GAPS_IN_NUMBERS = re.compile(r"[\s()/.–-]+|%20|%2[89F]|&nbsp;")
_ALTERED = re.compile("ae|oe|ue|ss|[^a-z]")


class _Sign(NamedTuple):
    """What a text must hold to be worth a closer look: letters or digits, or one of some coded texts."""

    letters: str
    digits: str
    coded: tuple[str, ...]


def _sign(wanted: Wanted) -> _Sign:
    if wanted.kind == "number":
        digits = wanted.parts[0].lstrip("+0")
        return _Sign("", digits, tuple(_fixed_codes([wanted.parts[0]])))
    if wanted.kind == "mail":
        words = [wanted.parts[0].partition("+")[0]]
        coded = _fixed_codes(["@".join(wanted.parts)])
    else:
        words = [wanted.parts[-1]]
        coded = [*_fixed_codes(_code_forms(wanted.parts)), *_ascii_forms(wanted.parts)]
    runs = [run for word in words for run in _ALTERED.split(word)]
    longest = max(runs, key=len)
    return _Sign(longest if len(longest) > 1 else "", "", tuple(coded))


def _plain(text: str) -> str:
    """A text without capitals and marks."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))


def _has_escaped_letters(text: str) -> bool:
    if "&#" in text or "\\u00" in text:
        return True
    return "%" in text and _PERCENT_LETTER.search(text) is not None


# ------------------------------------------------------------------------------------------------- patterns

_TAG = r"</?[\w:.-]{1,40}(?:\s[^<>]{0,120})?>"
_ESCAPED_GAP = r"%2[0CcEe]|%5[Ff]|&nbsp;|&#160;|&#x[Aa]0;|\\[nrt]|\\u00[Aa]0"
_INNER = rf"(?:{_ESCAPED_GAP}|[\W_])"
_WIDE = rf'(?:{_ESCAPED_GAP}|{_TAG}|"\s{{0,9}},\s{{0,40}}"[\w .:-]{{1,30}}"\s{{0,9}}:\s{{0,9}}"|[\W_])'
_BEFORE = r"(?:(?<![^\W\d_])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))"
_AFTER = r"(?:['’]?s)?(?![^\W\d_])"
_AT = r"(?:@|%40|&#0*64;|&#x0*40;|&commat;|\\u0040|\s?[\[({]\s?(?:at|ät)\s?[\])}]\s?)"
_DOT = r"(?:\.|%2e|&#0*46;|&#x0*2e;|\s?[\[({]\s?(?:dot|punkt)\s?[\])}]\s?)"
_BETWEEN_DIGITS = r"(?:[\s()/.–-]|%20|%2[89F]|&nbsp;|&#160;|\u00a0)"


# What may stand between the parts of a name that are written in elements or fields of their own.
ACROSS_MARKUP = re.compile(rf'{_TAG}|"\s{{0,9}},\s{{0,40}}"[\w .:-]{{1,30}}"\s{{0,9}}:\s{{0,9}}"')


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?i:{pattern})")


def _pattern(wanted: Wanted, gap: str) -> str:
    if wanted.kind == "mail":
        return _mail(*wanted.parts)
    return _number(wanted.parts[0]) if wanted.kind == "number" else _name(wanted.parts, gap)


def _name(words: tuple[str, ...], gap: str) -> str:
    """A name in order or with its last word first, its words apart or joined, with initials for all but the last."""
    spelled = [_letters(word) for word in words]
    if len(words) == 1:
        return _either([f"{_BEFORE}{spelled[0]}{_AFTER}", *_coded(_code_forms(words))])
    least = 0 if sum(map(len, words)) >= _SHORTEST_GLUED else 1
    apart = f"{gap}{{{least},6}}(?:[^\\W\\d_]\\.?{gap}{{1,3}})?"
    backwards = [spelled[-1], *spelled[:-1]]
    forms = [apart.join(spelled), apart.join(backwards)]
    if len(canonical(words[-1])) >= _SHORTEST_SURNAME:
        first = _letter(words[0][0])
        others = "".join(rf"(?:{_letter(word[0])}\.?[\s-]?)?" for word in words[1:-1])
        forms.append(rf"{first}(?:\.\s?|[\s_-])?{others}{spelled[-1]}")
        forms.append(rf"{spelled[-1]}(?:,\s?|[._-]){first}(?!\.?\s?V\.)")
    return _either(
        [f"{_BEFORE}{_either(forms)}{_AFTER}", *map(re.escape, _ascii_forms(words)), *_coded(_code_forms(words))]
    )


def _mail(local: str, domain: str) -> str:
    before = r"(?:(?<![\w.+-])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))"
    host = _ascii_domain(domain)
    domains = {domain, host}
    spelled = _either([_DOT.join(_letters(label) for label in each.split(".")) for each in sorted(domains)])
    tagged = r"(?:(?:\+|%2B)[\w.-]{1,64})?"
    plain = _DOT.join(_letters(part) for part in local.partition("+")[0].split("."))
    return _either([f"{before}{plain}{tagged}{_AT}{spelled}(?![\\w-])", *_coded([f"{local}@{domain}"])])


def _number(digits: str) -> str:
    between = f"{_BETWEEN_DIGITS}{{0,3}}"
    if digits.startswith("0"):
        country = rf"(?:(?:(?:\+|%2B|00)49|0{between}0{between}49){between}(?:\(?0\)?)?|0)"
        spelled = between.join([country, *digits[1:]])
    else:
        plus = r"(?:\+|%2B|00)?" if digits.startswith("+") else ""
        spelled = plus + between.join(digits.lstrip("+"))
    return _either([rf"\(?(?<![\d+]){spelled}(?!\d|[-–/]\d)", *_coded([digits])])


def _either(forms: list[str]) -> str:
    return f"(?:{'|'.join(forms)})"


def _boxes(name: re.Pattern[str]) -> re.Pattern[str]:
    """Mail addresses whose local part holds a name."""
    return re.compile(
        rf"(?i:mailto:)?[\w.+-]{{0,40}}?{name.pattern}[\w.+-]{{0,40}}(?:@|%40)[\w-]{{1,63}}(?:\.[\w-]{{1,63}})+"
    )


@lru_cache(maxsize=512)
def _letters(word: str) -> str:
    """A pattern for a word in each of its spellings."""
    word = unicodedata.normalize("NFC", word).casefold().replace("ß", "ss")
    pieces: list[str] = []
    position = 0
    while position < len(word):
        two = word[position : position + 2]
        if two in ("ae", "oe", "ue", "ss"):
            pieces.append(_either([_letter(two[0]) + _letter(two[1]), *_pair(two)]))
            position += 2
        else:
            pieces.append(_letter(word[position]))
            position += 1
    return "".join(pieces)


def _pair(two: str) -> list[str]:
    """What two letters may stand for: ``ue`` is written ü, ``ss`` is written ß."""
    return [_letter("ß")] if two == "ss" else [_letter({"ae": "ä", "oe": "ö", "ue": "ü"}[two])]


@lru_cache(maxsize=512)
def _letter(each: str) -> str:
    """A pattern for one letter: as it is, in capitals, with or without its mark, and in each escape."""
    if not each.isalnum():
        return re.escape(each)
    if each.isdigit():
        return _either([each, rf"%3{each}", rf"&\#0*{ord(each)};"])
    base = canonical(each)
    variants = {each, each.upper()} if len(each.upper()) == 1 else {each, "ẞ"}
    forms: list[str] = []
    if len(base) == 1 and base.isascii():
        variants |= _marked(base)
        forms.append(rf"{base}[\u0300-\u036f]?")
    if each in "äöü":
        forms += [f"{base}e", rf"{base}\\u0308"]
    if each == "ß":
        forms.append("ss")
    forms.append(f"[{''.join(sorted(variants))}]")
    escapes: dict[str, None] = {}
    for variant in sorted({*variants, *([base, base.upper()] if len(base) == 1 else [])}):
        escapes |= dict.fromkeys(_escapes(variant))
    return _either([*forms, *escapes])


@lru_cache(maxsize=64)
def _marked(base: str) -> frozenset[str]:
    """The letters of Western European scripts that are this one with a mark."""
    return frozenset(each for each in map(chr, range(0xC0, 0x180)) if canonical(each) == base)


def _escapes(each: str) -> list[str]:
    code = ord(each)
    found = [f"&#0*{code};", f"&#x0*{code:x};", rf"\\u{code:04x}", rf"\\U{code:08x}"]
    if code in codepoint2name and code > 127:
        found.append(f"&{codepoint2name[code]};")
    encoded = each.encode()
    found.append("".join(f"%{byte:02x}" for byte in encoded))
    if 127 < code < 256:
        found.append(f"%{code:02x}")
    if code > 127:
        found.append(re.escape(encoded.decode("latin-1")))
        found.append(
            re.escape(encoded.decode("cp1252", "replace")) if "�" not in encoded.decode("cp1252", "replace") else ""
        )
    return [form.replace("#", r"\#") for form in found if form]


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return domain


def _ascii_forms(words: tuple[str, ...]) -> list[str]:
    """Punycode of domains that are made of a name: ``xn--…`` of ``müller-erika.de``."""
    if all(word.isascii() for word in words):
        return []
    joined = [sep.join(order) for sep in ("", "-") for order in (words, (words[-1], *words[:-1]))]
    return [coded for text in joined if (coded := _ascii_domain(text)) != text]


def _code_forms(words: tuple[str, ...]) -> list[str]:
    titled = [word.title() for word in words]
    if len(words) == 1:
        return [words[0], titled[0], words[0].upper()]
    ordered = " ".join(titled)
    return [ordered, f"{titled[-1]}, {' '.join(titled[:-1])}", ordered.upper(), " ".join(words), ".".join(words)]


def _fixed_codes(texts: list[str]) -> list[str]:
    """Base64 of texts in UTF-8, whatever stands before them: only the characters that all three alignments fix."""
    forms: dict[str, None] = {}
    for text in texts:
        data = text.encode()
        if len(data) < _SHORTEST_CODED:
            continue
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")[(0, 2, 3)[shift] :]
            forms[coded[:-1] if (shift + len(data)) % 3 else coded] = None
    return list(forms)


def _coded(texts: list[str]) -> list[str]:
    run = "[A-Za-z0-9+/]{0,4000}"
    return [f"(?-i:{run}{re.escape(fixed)}{run}={{0,2}})" for fixed in _fixed_codes(texts)]
