"""A drawing as SVG: plain elements with classes, no style; text is escaped and stays inside its edges."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal, NamedTuple

from markupsafe import Markup, escape

from catalog.charts import labels

Anchor = Literal["start", "middle", "end"]
LINE_HEIGHT = 1.25
BOLD = frozenset(("head", "value"))  # the classes of text that the style sheet sets in bold


class Form(NamedTuple):
    """How large a chart is drawn: for a desk, or for a phone. ``name`` is the class by which CSS switches them."""

    name: str
    width: float
    font: float

    @property
    def is_narrow(self) -> bool:
        """Whether it is the one for phones."""
        return self.width < 500


WIDE = Form("wide", 720.0, 14.0)
NARROW = Form("narrow", 340.0, 13.0)
FORMS = (WIDE, NARROW)


class Sheet:
    """An SVG drawing that grows element by element. Units are those of its view box, in which a font has ``font``."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self._parts: list[str] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """A straight line."""
        self._parts.append(f'<line class="{kind}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>')

    def rect(self, x: float, y: float, width: float, height: float, kind: str, title: str = "") -> None:
        """A rectangle; ``title`` is what a mouse that rests on it shows."""
        inner = f"><title>{escape(labels.plain(title))}</title></rect>" if title else "/>"
        size = f'width="{_n(max(width, 0))}" height="{_n(max(height, 0))}"'
        self._parts.append(f'<rect class="{kind}" x="{_n(x)}" y="{_n(y)}" {size}{inner}')

    def dot(self, x: float, y: float, radius: float, kind: str, title: str = "") -> None:
        """A filled circle."""
        inner = f"><title>{escape(labels.plain(title))}</title></circle>" if title else "/>"
        self._parts.append(f'<circle class="{kind}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"{inner}')

    def path(self, runs: Iterable[Iterable[tuple[float, float]]], kind: str) -> None:
        """Lines from point to point; each run stands by itself."""
        drawn = "".join(_steps(run) for run in runs)
        if drawn:
            self._parts.append(f'<path class="{kind}" d="{drawn}"/>')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        kind: str,
        anchor: Anchor = "start",
        room: float | None = None,
        lang: str = "",
    ) -> None:
        """A text at its base line, cut to ``room`` (at most the sheet) and moved inside the sheet's sides.

        ``lang`` is its language where that is not the page's.
        """
        font = self.form.font
        room = self.form.width if room is None else min(room, self.form.width)
        bold = kind in BOLD
        fitted = labels.fitted(labels.plain(words), room, font, bold)
        width = labels.width(fitted, font, bold)
        before = {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        x = min(max(x, before), self.form.width - width + before)
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        at += f' lang="{escape(lang)}"' if lang else ""
        self._parts.append(f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}"{at}>{escape(fitted)}</text>')

    def svg(self, height: float, name: str) -> Markup:
        """The drawing; what it is called and shows stands in the elements NAME-title and NAME-said of the page.

        There a word can say which language it is of, which in the text of an SVG's own title none can.
        """
        width, font, name = self.form.width, self.form.font, escape(name)
        head = (
            f'<svg class="chart {self.form.name}" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" '
            f'height="{_n(height)}" font-size="{_n(font)}" role="img" aria-labelledby="{name}-title" '
            f'aria-describedby="{name}-said">'
        )
        return Markup(head + "".join(self._parts) + "</svg>")

    def bare(self, height: float) -> Markup:
        """The drawing as an ornament beside its figures: hidden from programs that read aloud."""
        size = f'width="{_n(self.form.width)}" height="{_n(height)}"'
        head = f'<svg class="chart {self.form.name}" viewBox="0 0 {_n(self.form.width)} {_n(height)}" {size} '
        return Markup(head + 'aria-hidden="true" focusable="false">' + "".join(self._parts) + "</svg>")


def _steps(run: Iterable[tuple[float, float]]) -> str:
    """A run as the way from each point to the next: half as long as places when packed. Rounded places, so no error grows."""
    places = [(round(10 * x), round(10 * y)) for x, y in run]
    steps = [(there[0] - here[0], there[1] - here[1]) for here, there in pairwise(places)]
    begin = [f"M{_n(x / 10)} {_n(y / 10)}" for x, y in places[:1]]
    return "".join([*begin, *(["l"] if steps else []), " ".join(f"{_tenths(x)} {_tenths(y)}" for x, y in steps)])


def _tenths(value: int) -> str:
    """Tenths as a number without what SVG does not need: -3 is -.3."""
    whole, rest = divmod(abs(value), 10)
    return f"{'-' if value < 0 else ''}{whole or ('' if rest else '0')}{f'.{rest}' if rest else ''}"


def _n(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
