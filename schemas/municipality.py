"""The keys of a ``[[municipality]]`` of ``region.toml``: who it is, its parts, where questions go, where it lies."""

from __future__ import annotations

import re
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from schemas import refusals
from schemas.feedback import EMAIL
from schemas.map_settings import Box

Accent = Literal["darkblue", "green", "lightblue", "limette", "turquois", "violet"]
ACCENTS: tuple[Accent, ...] = get_args(Accent)
"""The palettes of KERN UX that a municipality's colour may come from: none that stands for a warning or an error."""

_POSTCODE = re.compile(r"\d{5}", re.ASCII)
_LONGEST_NAME = 80


class Municipality(BaseModel):
    """A municipality of the region with its official keys (AGS 8 digits, ARS 12 digits), and where questions go.

    ``parts`` are the names of its villages and quarters, ``postcodes`` of 5 digits those that are in use there: searches
    know them. ``accent`` is the palette of KERN UX that its page and its badge are coloured by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    name: str = Field(min_length=1)
    ags: str = Field(pattern=r"^\d{8}$")
    ars: str = Field(pattern=r"^\d{12}$")
    url: str | None = None
    email: str | None = Field(default=None, pattern=EMAIL)
    parts: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    outline: str | None = Field(default=None, pattern=r"^[^/\\][^\\]*\.(geojson|json)$")
    bbox: Box | None = None
    accent: Accent = "darkblue"

    @field_validator("parts")
    @classmethod
    def _named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if len(name) > _LONGEST_NAME or not any(map(str.isalpha, name)):
                raise refusals.Wrong(
                    f"names of at most {_LONGEST_NAME} characters are allowed (found: {name[:100]!r})",
                    f"erlaubt sind Namen von höchstens {_LONGEST_NAME} Zeichen (gefunden: {name[:100]!r})",
                )
        return _each_once(value)

    @field_validator("postcodes")
    @classmethod
    def _of_five_digits(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for postcode in value:
            if not _POSTCODE.fullmatch(postcode):
                raise refusals.Wrong(
                    f"postcodes of 5 digits are allowed (found: {postcode[:100]!r})",
                    f"erlaubt sind Postleitzahlen von 5 Ziffern (gefunden: {postcode[:100]!r})",
                )
        return _each_once(value)

    @field_validator("accent", mode="before")
    @classmethod
    def _known_palette(cls, value: object) -> object:
        if isinstance(value, str) and value not in ACCENTS:
            raise refusals.wrong_name(value, ACCENTS, "colour")
        return value


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise refusals.Wrong(f"{twice!r} stands there twice", f"{twice!r} steht zweimal da")
    return values
