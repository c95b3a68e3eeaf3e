"""A letter: what a citizen wrote in the form, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

KINDS = ("question", "error", "wish")
SHORTEST, LONGEST = 10, 4000
REFERENCE = re.compile(r"F-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]")
_BLANK_LINES = re.compile(r"\n{3,}")


class Draft(NamedTuple):
    """The fields of the form, tidied. ``wrong`` names what is wrong, by field."""

    kind: str
    text: str
    email: str
    wrong: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that was taken. Times are UTC in ISO 8601; ``sent`` is when the office's mail server took it (None: not).

    ``to`` is the office's mailbox. ``attempts`` counts failed ones, ``due`` is when the next one is, ``reason`` why the
    last one failed.
    """

    reference: str
    written: str
    kind: str
    text: str
    email: str
    to: str
    page: str = ""
    dataset: str = ""
    title: str = ""
    municipality: str = ""
    language: str = "de"
    sent: str | None = None
    attempts: int = 0
    due: str = ""
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The letter as its file holds it."""
        return asdict(self)


def read(fields: Mapping[str, str]) -> Draft:
    """The fields of a form as a draft. Whatever is sent, it is never an error; what is wrong stands in it.

    ``wrong`` holds ``message``: empty, short or long; ``email``: form.
    """
    text = _tidy(fields.get("message", ""))
    email = fields.get("email", "").strip()
    wrong: dict[str, str] = {}
    if not text:
        wrong["message"] = "empty"
    elif len(text) < SHORTEST:
        wrong["message"] = "short"
    elif len(text) > LONGEST:
        wrong["message"] = "long"
    mailbox = address(email)
    if email and not mailbox:
        wrong["email"] = "form"
    kind = fields.get("kind", "")
    return Draft(kind if kind in KINDS else KINDS[0], text, mailbox or email, wrong)


def address(said: str) -> str:
    """A mailbox as it may stand in the header of a mail (RFC 5321, 4.1.2, without quoted forms); empty if it is none.

    Umlauts in the domain become their ASCII form (IDNA). Takes also a ``mailto:`` address.
    """
    said = said.strip().removeprefix("mailto:").partition("?")[0]
    local, _, domain = said.rpartition("@")
    if len(said) > 254 or len(local) > 64 or not _LOCAL.fullmatch(local):
        return ""
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return f"{local}@{domain}" if _DOMAIN.fullmatch(domain) else ""


def _tidy(text: str) -> str:
    """A text without control characters and needless blank lines; its line breaks are kept."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(sign if sign in "\n\t" or sign.isprintable() else " " for sign in text)
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in kept.split("\n"))).strip()
