"""Regular expressions for all spellings of a name, a mail address or a number.

One pattern of letters serves all of them: upper and lower case, ä as ``ae``, ``a`` or with a combining mark, characters
written as percent codes, HTML entities, JSON or N-Triples escapes, UTF-8 taken for Latin-1, and raw bytes decoded as
Latin-1. Base64 is found at its three alignments, a domain also in its ASCII form (punycode).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html.entities import codepoint2name

from harvesters.persons.coded_forms import ascii_forms, code_forms, fixed_codes
from harvesters.persons.wanted import SHORTEST_GLUED, SHORTEST_SURNAME, Wanted, ascii_domain, canonical

_TAG = r"</?[\w:.-]{1,40}(?:\s[^<>]{0,120})?>"
_ESCAPED_GAP = r"%2[0CcEe]|%5[Ff]|&nbsp;|&#160;|&#x[Aa]0;|\\[nrt]|\\u00[Aa]0"
_NEXT_FIELD = r'"\s{0,9},\s{0,40}"[\w .:-]{1,30}"\s{0,9}:\s{0,9}"'
# What may stand between the parts of a name that are written in elements or fields of their own.
ACROSS_MARKUP = re.compile(f"{_TAG}|{_NEXT_FIELD}")
# The gaps between the words of a name: inside of a text, and also across markup and fields.
INNER = rf"(?:{_ESCAPED_GAP}|[\W_])"
WIDE = rf"(?:{_ESCAPED_GAP}|{_TAG}|{_NEXT_FIELD}|[\W_])"
_BEFORE = r"(?:(?<![^\W\d_])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))"
_AFTER = r"(?:['’]?s)?(?![^\W\d_])"
_AT = r"(?:@|%40|&#0*64;|&#x0*40;|&commat;|\\u0040|\s?[\[({]\s?(?:at|ät)\s?[\])}]\s?)"
_DOT = r"(?:\.|%2e|&#0*46;|&#x0*2e;|\s?[\[({]\s?(?:dot|punkt)\s?[\])}]\s?)"
_BETWEEN_DIGITS = r"(?:[\s()/.–-]|%20|%2[89F]|&nbsp;|&#160;|\u00a0)"


@lru_cache(maxsize=64)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern ready to search with, whatever the case."""
    return re.compile(f"(?i:{pattern})")


def pattern_of(wanted: Wanted, gap: str) -> str:
    """The pattern for the spellings of a text; ``gap`` is :data:`INNER` or :data:`WIDE`."""
    if wanted.kind == "mail":
        return _mail(*wanted.parts)
    return _number(wanted.parts[0]) if wanted.kind == "number" else _name(wanted.parts, gap)


def _name(words: tuple[str, ...], gap: str) -> str:
    """A name in order or with its last word first, its words apart or joined, with initials for all but the last."""
    spelled = [letters(word) for word in words]
    if len(words) == 1:
        return _either([f"{_BEFORE}{spelled[0]}{_AFTER}", *_coded(code_forms(words))])
    least = 0 if sum(map(len, words)) >= SHORTEST_GLUED else 1
    apart = f"{gap}{{{least},6}}(?:[^\\W\\d_]\\.?{gap}{{1,3}})?"
    backwards = [spelled[-1], *spelled[:-1]]
    forms = [apart.join(spelled), apart.join(backwards)]
    if len(canonical(words[-1])) >= SHORTEST_SURNAME:
        first = _letter(words[0][0])
        others = "".join(rf"(?:{_letter(word[0])}\.?[\s-]?)?" for word in words[1:-1])
        forms.append(rf"{first}(?:\.\s?|[\s_-])?{others}{spelled[-1]}")
        forms.append(rf"{spelled[-1]}(?:,\s?|[._-]){first}(?!\.?\s?V\.)")
    return _either(
        [f"{_BEFORE}{_either(forms)}{_AFTER}", *map(re.escape, ascii_forms(words)), *_coded(code_forms(words))]
    )


def _mail(local: str, domain: str) -> str:
    before = r"(?:(?<![\w.+-])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))"
    host = ascii_domain(domain)
    domains = {domain, host}
    spelled = _either([_DOT.join(letters(label) for label in each.split(".")) for each in sorted(domains)])
    tagged = r"(?:(?:\+|%2B)[\w.-]{1,64})?"
    plain = _DOT.join(letters(part) for part in local.partition("+")[0].split("."))
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


def mailboxes_of(name: re.Pattern[str]) -> re.Pattern[str]:
    """Mail addresses whose local part holds a name."""
    return re.compile(
        rf"(?i:mailto:)?[\w.+-]{{0,40}}?{name.pattern}[\w.+-]{{0,40}}(?:@|%40)[\w-]{{1,63}}(?:\.[\w-]{{1,63}})+"
    )


@lru_cache(maxsize=512)
def letters(word: str) -> str:
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


def _coded(texts: list[str]) -> list[str]:
    run = "[A-Za-z0-9+/]{0,4000}"
    return [f"(?-i:{run}{re.escape(fixed)}{run}={{0,2}})" for fixed in fixed_codes(texts)]
