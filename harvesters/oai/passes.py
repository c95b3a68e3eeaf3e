"""One pass through an OAI-PMH list, part by part: what was seen, and why it may not go on (F11 to F14)."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

from harvesters.oai.answers import Listed, Token
from harvesters.oai.records import Cut


@dataclass
class Pass:
    """The list of one set (or of all) in one format.

    ``attempt`` 2 is the restart after an expired token; ``surplus`` counts records that are gone or came by another set.
    """

    prefix: str
    set_name: str = ""
    attempt: int = 1
    with_prefix: bool = False
    received: int = 0
    surplus: int = 0
    total: int | None = None
    numbers: int = -1
    tokens: set[str] = field(default_factory=set)
    contents: set[bytes] = field(default_factory=set)

    @property
    def place(self) -> str:
        """How the list is called in messages."""
        return f"ListRecords {self.prefix}" + (f", set {self.set_name}" if self.set_name else "")

    def repeats(self, found: Cut) -> bool:
        """Whether a part holds what an earlier one held, whatever its token (F11)."""
        prints = sorted(blake2b(native.fingerprint, digest_size=16).digest() for native in found.natives)
        prints += [identifier.encode("utf-8", "surrogatepass") for identifier in sorted(found.deleted)]
        content = blake2b(b"\x1f".join(prints), digest_size=16).digest()
        if not prints:
            return False
        known = content in self.contents
        self.contents.add(content)
        return known

    def took(self, part: Listed) -> None:
        """Counts a part."""
        self.received += len(part.records)
        self.total = part.token.total if part.token.total is not None else self.total

    def ends(self, token: Token) -> bool:
        """Whether a part was the last: by an empty token, or a number that no longer grows when all have come.

        pycsw and other catalogues that number their records end with the token 0 instead of an empty one.
        """
        if not token.text:
            return True
        if not (token.text.isascii() and token.text.isdigit()) or len(token.text) > 18:
            return False
        number = int(token.text)
        stuck = number == 0 or number <= self.numbers
        self.numbers = max(self.numbers, number)
        return stuck and self.total is not None and self.received >= self.total

    def repeated(self, token: Token) -> bool:
        """Whether a token was given before (F12)."""
        known = token.text in self.tokens
        self.tokens.add(token.text)
        return known
