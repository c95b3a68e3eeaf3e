"""The keys of a ``[[municipality]]`` of ``region.toml``: who it is, where questions go, where it lies, its colour."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from schemas import refusals
from schemas.feedback import EMAIL
from schemas.map_settings import Box

Accent = Literal["darkblue", "green", "lightblue", "limette", "turquois", "violet"]
ACCENTS: tuple[Accent, ...] = get_args(Accent)
"""The palettes of KERN UX that a municipality's colour may come from: none that stands for a warning or an error."""


class Municipality(BaseModel):
    """A municipality of the region with its official keys (AGS 8 digits, ARS 12 digits), and where questions go.

    ``accent`` is the palette of KERN UX that its page and its badge are coloured by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    name: str = Field(min_length=1)
    ags: str = Field(pattern=r"^\d{8}$")
    ars: str = Field(pattern=r"^\d{12}$")
    url: str | None = None
    email: str | None = Field(default=None, pattern=EMAIL)
    outline: str | None = Field(default=None, pattern=r"^[^/\\][^\\]*\.(geojson|json)$")
    bbox: Box | None = None
    accent: Accent = "darkblue"

    @field_validator("accent", mode="before")
    @classmethod
    def _known_palette(cls, value: object) -> object:
        if isinstance(value, str) and value not in ACCENTS:
            raise refusals.wrong_name(value, ACCENTS, "colour")
        return value
