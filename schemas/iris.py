"""The only place that mints IRIs, keys, slugs and blank-node labels."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from functools import lru_cache

KINDS = ("dataset", "distribution", "service", "series", "agent", "record")


def label(data: bytes) -> str:
    """What tells a blank node of a record from its others: ten hexadecimal digits of what hangs on it."""
    return hashlib.blake2b(data, digest_size=5).hexdigest()


def digest(data: bytes, size: int = 8) -> str:
    """A short name for bytes: BLAKE2b of ``size`` bytes, in lower-case base 32 without padding."""
    return base64.b32encode(hashlib.blake2b(data, digest_size=size).digest()).decode().lower().rstrip("=")


def content_hash(ntriples: str) -> bytes:
    """The hash of a record's canonical N-Triples, 16 bytes: it alone decides changed or unchanged (DESIGN 3)."""
    return hashlib.blake2b(ntriples.encode(), digest_size=16).digest()


_FORGOTTEN = "forgotten:"
_KEY = re.compile("[a-z2-7]{13}")


def forgotten_id(record_key: str) -> str:
    """What stands in the place of a native id that held a forgotten person; :func:`key` gives the same KEY for it."""
    return f"{_FORGOTTEN}{record_key}"


def is_forgotten_id(text: str) -> bool:
    """Whether a text is one of :func:`forgotten_id`."""
    return text.startswith(_FORGOTTEN) and _KEY.fullmatch(text, len(_FORGOTTEN)) is not None


@lru_cache(maxsize=16384)
def key(source_key: str, native_id: str) -> str:
    """KEY of a record: a function of its source's key and its native id (DESIGN 3, Identity), 13 characters.

    A source that delivers an id of :func:`forgotten_id` for another's record gains nothing: a KEY has one owner.
    """
    if is_forgotten_id(native_id):
        return native_id[len(_FORGOTTEN) :]
    return digest(f"{source_key}\x1f{native_id}".encode())


def companion_key(iri: str, source_key: str, base_url: str) -> str:
    """KEY of an agent, service or series that records refer to: that of its minted IRI, else one of its own.

    Only IRIs under the region's base address are minted ones; ``/id/`` in another's says nothing.
    """
    minted = iri.startswith(f"{base_url}/id/")
    return iri.rsplit("/", 1)[-1] if minted else key(source_key, iri)


def mint(base_url: str, kind: str, record_key: str) -> str:
    """The IRI of a record of one of :data:`KINDS` under the region's base address."""
    return f"{base_url.rstrip('/')}/id/{kind}/{record_key}"


def catalog_iri(base_url: str) -> str:
    """The IRI of the regional catalogue."""
    return f"{base_url.rstrip('/')}/id/catalog"


_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe"})


@lru_cache(maxsize=4096)
def ascii_words(text: str) -> str:
    """Text as lower-case ASCII words joined by hyphens: ``Straßenbäume 2026!`` gives ``strassenbaeume-2026``."""
    folded = unicodedata.normalize("NFC", text).lower().translate(_FOLD)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def slug(title: str, record_key: str) -> str:
    """SLUG of a record: its title in ASCII, at most 60 characters, and the first six of its KEY (DESIGN 4.3)."""
    words = ascii_words(title)
    if len(words) > 60:
        cut = words[:61].rfind("-")
        words = words[: cut if cut > 30 else 60]
    return f"{words or 'datensatz'}-{record_key[:6]}".strip("-")
