"""Bytes to text, without statistics: BOM, strict UTF-8, then line by line Windows-1252 (fault F20)."""

from __future__ import annotations

import codecs
import io
import re
from typing import NamedTuple

from schemas.tables.notes import Note, note

# Bytes that cp1252 leaves undefined read as the control character of the same number, as browsers do.
_CP1252 = "".join(
    bytes([byte]).decode("cp1252", "ignore") or chr(byte)  # one byte gives one character or, undefined, none
    for byte in range(256)
)
_TO_CP1252 = {character: byte for byte, character in enumerate(_CP1252)}
_CONTROLS = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n\r")
_ASCII = bytes(range(128))
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
_C1 = re.compile("[\x80-\x9f]")

_TRAIL = "".join(re.escape(_CP1252[byte]) for byte in range(0x80, 0xC0)) + "\x80-\x9f"
# UTF-8 read as cp1252 or Latin-1: Ã and Â lead two-byte, â three-byte sequences. German has none of these letters.
_MOJIBAKE = re.compile(f"[ÃÂ][{_TRAIL}]|â[{_TRAIL}][{_TRAIL}]")
# Pieces that mean nothing else, whatever stands beside them.
_CERTAIN = frozenset("ÄÖÜäöüßẞéèêàáçñ§°²³€µ–—„“”‚‘’…«»½¼¾×\xa0\xad")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The charsets we believe a server or a page. Others (punycode, unicode_escape …) are slow or can run wild.
_DECLARABLE = frozenset(
    ["utf-16", "utf-16-le", "utf-16-be", "mac-roman", "koi8-r"]
    + [f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 7, 9, 10, 13, 14, 15, 16)]
    + [f"cp{page}" for page in (437, 850, 852, 858, 1250, 1251, 1252, 1253, 1254, 1257)]
)
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


class _OldPage(NamedTuple):
    """A code page of old programs: the bytes of its letters and signs that German texts have, and what only it has.

    ``inside`` is an umlaut inside a word, where cp1252 has a sign or nothing; ``foreign`` is one of cp1252 there.
    """

    name: str
    known: frozenset[int]
    inside: re.Pattern[bytes]
    foreign: re.Pattern[bytes]


_FOREIGN = re.compile(rb"[A-Za-z][\xe4\xf6\xfc\xdf][a-z]|[\xc4\xd6\xdc][a-z]")
_OLD_PAGES = (
    # DOS: äöüÄÖÜß, é è ê à á ç, ° ² ³ § µ ½ ¼ · and the euro of cp858.
    _OldPage(
        "cp858",
        frozenset(b"\x84\x94\x81\x8e\x99\x9a\xe1\x82\x8a\x88\x85\xa0\x87\xf8\xfd\xfc\xf5\xe6\xab\xac\xfa\xd5"),
        re.compile(rb"[A-Za-z][\x84\x94\x81][A-Za-z\xe1]"),
        _FOREIGN,
    ),
    # Old Macintosh: äöüÄÖÜß, é è ê à á ç, ° § µ € · and its dashes, dots and quotes.
    _OldPage(
        "mac-roman",
        frozenset(
            b"\x8a\x9a\x9f\x80\x85\x86\xa7\x8e\x8f\x90\x88\x87\x8d\xa1\xa4\xb5\xdb\xe1\xd0\xd1\xc9\xe3\xd2\xd3\xd4\xd5\xca"
        ),
        # Of these cp1252 has Š, Ÿ and §, none of which follows and precedes small letters; š does in names.
        re.compile(rb"[a-z\x8a\x9a\x9f][\x8a\x9f\xa7][a-z\x8a\x9a\x9f\xa7]|[A-Z][\x9f\x8a][a-z\xa7]"),
        _FOREIGN,
    ),
)


class Decoded(NamedTuple):
    """Text and how it was read. `text` holds no U+FFFD, no NUL and no control character but tab and line ends."""

    text: str
    encoding: str
    bom: bool
    repaired_lines: int
    notes: tuple[Note, ...]


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode a file or an answer from the web; never fails and never yields U+FFFD (F20).

    Order: BOM, UTF-16 by its zero bytes, strict UTF-8, the `declared` charset (only where it decodes strictly and shows
    no mojibake), then line by line UTF-8 or Windows-1252. `repaired_lines` counts the lines that differ from the rest.
    """
    notes: list[Note] = []
    body, encoding, bom = _without_bom(data, notes)
    repaired = 0
    if encoding.startswith(("utf-16", "utf-32")):
        text = _wide(body, encoding, notes)
    else:
        text, encoding, repaired = _narrow(body, declared, notes)
    if repaired:
        other = "Windows-1252" if encoding == "utf-8" else "UTF-8"
        notes.append(note("repaired-lines", count=repaired, encoding=other))
    return Decoded(_cleaned(text, notes), encoding, bom, repaired, tuple(notes))


def _without_bom(data: bytes, notes: list[Note]) -> tuple[bytes, str, bool]:
    for mark, encoding in _BOMS:
        if not data.startswith(mark):
            continue
        body = data[len(mark) :]
        # Western text in UTF-16 has zero bytes; a UTF-16 mark before text without any was put there by mistake.
        if encoding != "utf-8" and body and b"\0" not in body[:65536]:
            notes.append(note("wrong-bom"))
            return body, "utf-8", False
        return body, encoding, True
    head = data[:2048]
    if len(head) >= 4:
        even, odd = head[0::2].count(0) / (len(head) / 2), head[1::2].count(0) / (len(head) / 2)
        if odd > 0.4 and even < 0.05:
            return data, "utf-16-le", False
        if even > 0.4 and odd < 0.05:
            return data, "utf-16-be", False
    return data, "utf-8", False


def _wide(body: bytes, encoding: str, notes: list[Note]) -> str:
    width = 4 if encoding.startswith("utf-32") else 2
    if len(body) % width:
        notes.append(note("cut-character"))
        body = body[: -(len(body) % width)]
    # Half a surrogate pair becomes U+FFFD here and is counted as lost below.
    return body.decode(encoding, "replace")


def _narrow(body: bytes, declared: str | None, notes: list[Note]) -> tuple[str, str, int]:
    try:
        return body.decode("utf-8"), "utf-8", 0
    except UnicodeDecodeError as error:
        cut = error.start if error.reason == "unexpected end of data" else None
    if cut is not None and not body[:cut].isascii():
        notes.append(note("cut-character"))
        return body[:cut].decode("utf-8"), "utf-8", 0
    if declared is not None and (charset := _charset(declared)) is not None:
        text = _declared(body, charset)
        if text is not None:
            return text, charset, 0
    for page in _OLD_PAGES:
        if _is_of(page, body):
            # Without a euro it is the older page: people know it by this name.
            name = "cp850" if page.name == "cp858" and b"\xd5" not in body else page.name
            return body.decode(name), name, 0
    return _by_line(body)


def _charset(declared: str) -> str | None:
    try:
        name = codecs.lookup(declared.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    if name == "iso8859-1":
        return "cp1252"  # what people call Latin-1 is Windows-1252: https://encoding.spec.whatwg.org/#names-and-labels
    return name if name in _DECLARABLE else None


def _declared(body: bytes, charset: str) -> str | None:
    try:
        text = body.decode(charset)
    except (UnicodeDecodeError, ValueError):
        return None
    return None if _C1.search(text) or _MOJIBAKE.search(text) or "\ufffd" in text else text


def _is_of(page: _OldPage, body: bytes) -> bool:
    """Whether a text is of an old code page: it has nothing but its letters, and one where no other page has a letter."""
    high = set(body.translate(None, _ASCII))
    return high <= page.known and page.inside.search(body) is not None and page.foreign.search(body) is None


def _by_line(body: bytes) -> tuple[str, str, int]:
    if not _UTF8_SEQUENCE.search(body):
        return codecs.charmap_decode(body, "strict", _CP1252)[0], "cp1252", 0
    lines: list[str] = []
    ours = theirs = 0
    for line in io.BytesIO(body):
        if line.isascii():
            lines.append(line.decode("ascii"))
            continue
        try:
            lines.append(line.decode("utf-8"))
            ours += 1
        except UnicodeDecodeError:
            lines.append(codecs.charmap_decode(line, "strict", _CP1252)[0])
            theirs += 1
    if ours >= theirs:
        return "".join(lines), "utf-8", theirs
    return "".join(lines), "cp1252", ours


def _cleaned(text: str, notes: list[Note]) -> str:
    if not text.isascii():
        text = _without_mojibake(text.lstrip("\ufeff"), notes)  # some programs write the mark twice
        text = _without_c1(text, notes)
        if "\ufffd" in text:
            notes.append(note("characters-lost", count=text.count("\ufffd")))
            text = text.replace("\ufffd", "?")
    # Counting on bytes takes 5 ms for 10 MB, a regular expression over the text 90 ms.
    encoded = text.encode("utf-8", "surrogatepass")
    removed = len(encoded) - len(encoded.translate(None, _CONTROLS))
    if removed or (not text.isascii() and _C1.search(text)):
        text, removed = _CONTROL.subn("", text)
        notes.append(note("controls-removed", count=removed))
    return text


def _without_mojibake(text: str, notes: list[Note]) -> str:
    repaired = 0
    for _ in range(2):  # some files went through the wrong converter twice
        if not ("Ã" in text or "Â" in text or "â" in text):
            break
        lines = text.split("\n")
        before = repaired
        for number, line in enumerate(lines):
            if not line.isascii() and _MOJIBAKE.search(line):
                lines[number], count = _line_without_mojibake(line)
                repaired += count
        text = "\n".join(lines)
        if repaired == before:
            break
    if repaired:
        notes.append(note("mojibake-repaired", count=repaired))
    return text


def _line_without_mojibake(line: str) -> tuple[str, int]:
    """Put back a line read with the wrong charset: all if it is UTF-8 throughout, else the pieces that are certain."""
    whole = _as_utf8(line)
    if whole is not None:
        return whole, len(_MOJIBAKE.findall(line))
    count = 0

    def restore(match: re.Match[str]) -> str:
        nonlocal count
        restored = _as_utf8(match.group())
        if restored is None or restored not in _CERTAIN:
            return match.group()
        count += 1
        return restored

    return _MOJIBAKE.sub(restore, line), count


def _as_utf8(text: str) -> str | None:
    try:
        return bytes(_TO_CP1252.get(character, ord(character)) for character in text).decode("utf-8")
    except ValueError:  # a character beyond cp1252, or bytes that are no UTF-8
        return None


def _without_c1(text: str, notes: list[Note]) -> str:
    """C1 characters are Windows-1252 bytes that were read as Latin-1 (NEL is the ellipsis), never text."""
    if not _C1.search(text):
        return text
    if "\x85" in text and "\n" not in text and "\r" not in text:
        text = text.replace("\x85", "\n")  # NEL ends the lines of a mainframe's file
    repaired = 0

    def restore(match: re.Match[str]) -> str:
        nonlocal repaired
        character = _CP1252[ord(match.group())]
        repaired += character != match.group()
        return character

    text = _C1.sub(restore, text)
    if repaired:
        notes.append(note("controls-repaired", count=repaired))
    return text
