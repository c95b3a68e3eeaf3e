"""The chart that a steward chooses for a file: a table ``[[region.charts]]`` of ``region.toml`` (web.md 4, step 8)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas import refusals

_KINDS = ("line", "bar", "histogram", "none")


class PinnedChart(BaseModel):
    """What is drawn of a file instead of the chart that its columns speak for; a reader may still choose another.

    ``file`` is the address of the distribution as its source states it. ``kind`` "none" draws nothing. ``x`` and ``y``
    name columns; what is left open is filled in as for a reader's choice. A chart that the columns cannot make is passed
    over, and the page says so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    file: str = Field(min_length=1)
    kind: Literal["line", "bar", "histogram", "none"]
    x: str = ""
    y: tuple[str, ...] = ()

    @field_validator("kind", mode="before")
    @classmethod
    def _known_kind(cls, value: object) -> object:
        if isinstance(value, str) and value not in _KINDS:
            raise refusals.wrong_name(value, _KINDS, "chart")
        return value

    @model_validator(mode="after")
    def _names_columns_of_a_chart(self) -> PinnedChart:
        if self.kind == "none" and (self.x or self.y):
            raise refusals.Wrong("without a chart, x and y say nothing", "ohne Diagramm sagen x und y nichts")
        return self
