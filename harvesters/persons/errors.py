"""What an error says without the values that it quotes: they are a source's, and may be a person's (DESIGN 4.4)."""

from __future__ import annotations

import re
import traceback

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|„[^“]*“|“[^”]*”|»[^«]*«|`[^`]*`""")
_WORD = re.compile(r"(?<![\w@.+%-])(?=[\d_@.+%-]*[^\W\d_])[\w@.+%-]+")
_LONG_NUMBER = re.compile(r"\+?\d[\d\s()/-]{4,}\d|\d{5,}")
# The words by which libraries say where something is wrong; any other word after a colon may be a value.
_OF_PLACES = frozenset(
    """
    line column col char character byte bytes position row index at of in on to than from the a an and or is was not
    be must should has have no more less least most too many few expected got found given value values string text
    number numbers integer int float str list dict tuple none null true false empty missing type object array key
    keys item items element elements field attribute tag end start input output limit records triples length range
    could cannot can convert match matches format does do did time date data only concatenate parse parsed decode
    decoded encode read written write open support supported expecting property name enclosed double single quotes
    isoformat json xml csv html wrong bad failed error while during between before after with without into for by as
    it its there this that other same unpack index codepoint escape sequence control document node prefix namespace
    out invalid valid unexpected unknown unsupported required extra trailing delimiter token encoding codec
    """.split()  # noqa: SIM905
)
_TYPE = re.compile(r"[A-Z]\w*(?:Error|Exception|Warning|Limit|Type)")
REMOVED = "…"


def message(error: BaseException, allowed: bool = False) -> str:
    """An error's class and what it says, at most 300 characters; the values in it only if ``allowed``.

    What stands in quotes goes, and after a colon every word that does not say where something is wrong.
    """
    kind = type(error).__name__
    text = " ".join(str(error).split())
    if not allowed:
        text = _without_values(text)
    return (f"{kind}: {text}" if text else kind)[:300]


def trace(error: BaseException, allowed: bool = False) -> str:
    """An error's traceback with those of its causes: lines of the program, and messages as :func:`message` gives them."""
    if allowed:
        return "".join(traceback.format_exception(error))
    parts: list[str] = []
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{lines}{message(current)}\n")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(reversed(parts))


def _without_values(text: str) -> str:
    text = _LONG_NUMBER.sub(REMOVED, _QUOTED.sub(REMOVED, text))
    head, colon, tail = text.partition(": ")
    head = _WORD.sub(lambda word: _kept(word.group(), word.start() == 0), head)
    return head + colon + _WORD.sub(lambda word: _kept(word.group(), False), tail)


def _kept(word: str, first: bool) -> str:
    plain = word.strip(".").casefold()
    if plain in _OF_PLACES or _TYPE.fullmatch(word):
        return word
    if first and word.isascii() and word.isalpha():
        return word
    return REMOVED
