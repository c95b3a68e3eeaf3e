"""The answer that is none: what an endpoint raises where it cannot give what is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException


class Refused(HTTPException):
    """Raised by an endpoint for an answer that is none: the status, and what a reader should know in two languages."""

    def __init__(self, status: int, de: str, en: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, f"{de}\n{en}", headers)
        self.de = de
        self.en = en
