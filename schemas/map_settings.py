"""What maps are drawn on: the table ``[region.map]`` of ``region.toml``, and boxes in degrees as settings."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from schemas import refusals
from schemas.tables.geometry import BoundingBox

_PARTS = ("{z}", "{x}", "{y}")
_NO_BOX = refusals.Wrong(
    "a box [west, south, east, north] in degrees is allowed, like [9.4, 50.3, 9.9, 50.6]",
    "erlaubt ist ein Rechteck [West, Süd, Ost, Nord] in Grad, etwa [9.4, 50.3, 9.9, 50.6]",
)


def _box(value: object) -> BoundingBox:
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise _NO_BOX
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in value):
        raise _NO_BOX
    west, south, east, north = (float(each) for each in value)
    # Comparisons with what is no number are false.
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise _NO_BOX
    return BoundingBox(west, south, east, north)


Box = Annotated[BoundingBox, BeforeValidator(_box)]
"""A box in degrees (WGS 84), written as a list of four numbers."""


class MapSettings(BaseModel):
    """The ground of maps. Without ``tiles`` there are outlines only, and nothing is fetched.

    ``tiles`` is the address of a tile in web Mercator with {z}, {x} and {y}; ``attribution`` how its source is to be named,
    ``attribution_url`` where its terms stand. ``bbox`` is the region's own place; without it that of its municipalities.
    Tiles are kept in ``data/cache/tiles``: at most ``cache_megabytes``, each for ``cache_days``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    tiles: str | None = None
    attribution: str | None = Field(default=None, min_length=1)
    attribution_url: str | None = None
    bbox: Box | None = None
    min_zoom: int = Field(default=8, ge=0, le=22)
    max_zoom: int = Field(default=18, ge=0, le=22)
    cache_megabytes: int = Field(default=500, ge=1, le=100_000)
    cache_days: int = Field(default=30, ge=1, le=3650)

    @field_validator("tiles")
    @classmethod
    def _template(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not re.match(r"https?://[^/\s{}]+/\S*$", value) or any(value.count(part) != 1 for part in _PARTS):
            raise refusals.Wrong(
                "an address with {z}, {x} and {y} in it is allowed, like 'https://karten.example/{z}/{x}/{y}.png'",
                "erlaubt ist eine Adresse mit {z}, {x} und {y}, etwa 'https://karten.example/{z}/{x}/{y}.png'",
            )
        return value

    @field_validator("attribution_url")
    @classmethod
    def _web(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("http", "https"):
            raise refusals.Wrong(
                "an address with http:// or https:// is allowed", "erlaubt ist eine Adresse mit http:// oder https://"
            )
        return value

    @model_validator(mode="after")
    def _whole(self) -> MapSettings:
        if self.tiles is not None and self.attribution is None:
            raise refusals.Wrong(
                "to tiles belongs attribution, the words by which their source is named",
                "zu tiles gehört attribution, der Quellenvermerk",
            )
        if self.min_zoom > self.max_zoom:
            raise refusals.Wrong("min_zoom may not be above max_zoom", "min_zoom darf nicht über max_zoom liegen")
        return self
