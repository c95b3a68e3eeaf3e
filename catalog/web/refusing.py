"""The answer that is none: what an endpoint raises where it cannot give what is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from starlette.exceptions import HTTPException


class Way(NamedTuple):
    """A page of ours that helps whoever was refused: its path without a language, and what its link says."""

    path: str
    de: str
    en: str


class Refused(HTTPException):
    """Raised by an endpoint for an answer that is none: the status, and what a reader should know in two languages.

    ``ways`` are the pages to go on from there.
    """

    def __init__(
        self, status: int, de: str, en: str, headers: Mapping[str, str] | None = None, ways: Sequence[Way] = ()
    ) -> None:
        super().__init__(status, f"{de}\n{en}", headers)
        self.de = de
        self.en = en
        self.ways = tuple(ways)


def to_dataset(slug: str) -> Way:
    """The way to a dataset."""
    return Way(f"/dataset/{quote(slug)}", "Zum Datensatz", "To the dataset")


def to_history(slug: str) -> Way:
    """The way to all that a dataset has been."""
    return Way(f"/dataset/{quote(slug)}/history", "Alle Fassungen", "All versions")
