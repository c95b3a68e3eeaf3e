"""One whole response of a single fetch; what the detection of protocols reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One whole response after redirects. ``headers`` have lower-case names, repeated ones joined by a comma; ``body`` is
    decompressed; ``media_type`` is lower case without parameters, empty if none was sent; ``seconds`` from first to last.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    media_type: str
    seconds: float
    truncated: bool = False
