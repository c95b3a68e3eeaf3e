"""The chart that a steward chooses for a file: a table ``[[region.charts]]`` of ``region.toml`` (web.md 4, step 8)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas import refusals

_KINDS = ("line", "bar", "histogram", "none")
_AGGREGATES = ("sum", "mean", "count")


class PinnedChart(BaseModel):
    """What is drawn of a file instead of the chart that its columns speak for; a reader may still choose another.

    ``file`` is the address of the distribution as its source states it. ``kind`` "none" draws nothing. ``x`` and ``y``
    name columns, ``agg`` says what becomes of several rows at one time or name; what is left open is filled in as for a
    reader's choice. A chart that the columns cannot make is passed over, and the page says so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    file: str = Field(min_length=1)
    kind: Literal["line", "bar", "histogram", "none"]
    x: str = ""
    y: tuple[str, ...] = ()
    agg: Literal["", "sum", "mean", "count"] = ""

    @field_validator("kind", mode="before")
    @classmethod
    def _known_kind(cls, value: object) -> object:
        if isinstance(value, str) and value not in _KINDS:
            raise refusals.wrong_name(value, _KINDS, "chart")
        return value

    @field_validator("agg", mode="before")
    @classmethod
    def _known_aggregate(cls, value: object) -> object:
        if isinstance(value, str) and value and value not in _AGGREGATES:
            raise refusals.wrong_name(value, _AGGREGATES, "aggregate")
        return value

    @model_validator(mode="after")
    def _says_what_a_chart_needs(self) -> PinnedChart:
        if self.kind == "none" and (self.x or self.y or self.agg):
            raise refusals.Wrong("without a chart, x, y and agg say nothing", "ohne Diagramm sagen x, y und agg nichts")
        if self.kind == "histogram" and self.agg:
            raise refusals.Wrong(
                "a histogram counts how often values occur, agg says nothing there",
                "eine Häufigkeit zählt, wie oft Werte vorkommen; agg sagt dort nichts",
            )
        return self
