"""The forms of a name in which its letters are not to be seen: Base64, and the punycode of domains that are made of it."""

from __future__ import annotations

import base64

from harvesters.persons.wanted import ascii_domain

# Fewer bytes are in Base64 what anything may be.
_SHORTEST_CODED = 8


def ascii_forms(words: tuple[str, ...]) -> list[str]:
    """Punycode of domains that are made of a name: ``xn--…`` of ``müller-erika.de``."""
    if all(word.isascii() for word in words):
        return []
    joined = [sep.join(order) for sep in ("", "-") for order in (words, (words[-1], *words[:-1]))]
    return [coded for text in joined if (coded := ascii_domain(text)) != text]


def code_forms(words: tuple[str, ...]) -> list[str]:
    """How a name is likely to be written before it is coded."""
    titled = [word.title() for word in words]
    if len(words) == 1:
        return [words[0], titled[0], words[0].upper()]
    ordered = " ".join(titled)
    return [ordered, f"{titled[-1]}, {' '.join(titled[:-1])}", ordered.upper(), " ".join(words), ".".join(words)]


def fixed_codes(texts: list[str]) -> list[str]:
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
