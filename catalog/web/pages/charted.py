"""A chart in words: its title, what it says in sentences, what was done to its figures, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from catalog import charts
from catalog.charts import Bars, Captions, Figure, Histogram, Lines, labels
from catalog.charts.day_times import EXACT as IN_DAY
from catalog.preview import Preview
from catalog.web import past
from catalog.web.pages import pinned
from catalog.web.pages.chart_sentences import Voice, notes, sentences
from catalog.web.templates import Page
from catalog.web.texts import later

COUNTED = later("Anzahl")
PARTIAL = later("Das Diagramm beruht auf den ersten Zeilen. Die Datei hat mehr.")


class Shown(NamedTuple):
    """A chart for ``charts.html``: the drawing, its heading, sentences, notes, and its twin: heads and rows as text.

    ``name`` begins the ids of its elements. ``numeric`` says of each column of the twin whether it holds numbers. In
    heading, sentences, heads and the first cells of rows, words of another language say so.
    """

    name: str
    drawing: Markup
    heading: Markup
    sentences: tuple[Markup, ...]
    notes: tuple[str, ...]
    heads: tuple[Markup, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Markup | str, ...], ...]


def shown(page: Page, preview: Preview, lang: str, name: str = "chart") -> Shown | None:
    """The chart that stands for a file unasked; none if there is none. ``name`` is unique on the page. Called in a thread.

    ``lang`` is the language of the file's words.
    """
    made = pinned.unasked(page.region, preview, past.today(page.request))
    if made is None or made.figure is None:
        return None
    found = told(page, made.figure, lang, name)
    return found if made.whole else found._replace(notes=(*found.notes, page.texts.plain(PARTIAL)))


def told(page: Page, figure: Figure, lang: str, name: str = "chart") -> Shown:
    """A figure drawn and in words; ``lang`` is the language of its names."""
    said, language = page.texts, page.language
    marked = Voice(said.text, lambda words: page.spoken(words, lang), language)
    captions = Captions(said.plain(COUNTED), lang if lang != language else "")
    heads, rows = _twin(figure, marked)
    return Shown(
        name,
        charts.draw(figure, captions, language, name),
        Markup(_title(figure, marked)),
        tuple(map(Markup, sentences(figure, marked))),
        tuple(map(str, notes(figure, said))),
        tuple(map(Markup, heads)),
        tuple(place > 0 for place in range(len(heads))),
        rows,
    )


def _title(figure: Figure, voice: Voice) -> str:
    text, own = voice.text, voice.own
    if isinstance(figure, Histogram):
        return text("Wie oft welche Werte vorkommen: {name}", name=own(charts.named(figure.x, figure.unit)))
    name = _across(figure, voice)
    measure = _measure(figure, voice)
    if isinstance(figure, Bars) or not figure.group:
        if figure.rule == "mean":
            return text("{measure} im Mittel nach {name}", measure=measure, name=name)
        return text("{measure} nach {name}", measure=measure, name=name)
    name = own(", ".join(charts.readable(each) for each in (figure.x, *figure.parts)))
    group = own(charts.readable(figure.group))
    if figure.rule == "mean":
        return text("{measure} im Mittel nach {name} und {group}", measure=measure, name=name, group=group)
    return text("{measure} nach {name} und {group}", measure=measure, name=name, group=group)


def _across(figure: Bars | Lines, voice: Voice) -> str:
    """What the times or names are of: the day and the hour."""
    if isinstance(figure, Bars):
        return voice.own(charts.readable(figure.about or figure.x))
    *names, last = (charts.readable(name) for name in (figure.x, *figure.parts))
    if not names:
        return voice.own(last)
    return voice.text("{names} und {name}", names=voice.own(", ".join(names)), name=voice.own(last))


def _measure(figure: Bars | Lines, voice: Voice) -> str:
    """What is shown, with its unit."""
    if figure.rule == "count":
        return voice.text(COUNTED)
    if isinstance(figure, Bars):
        return voice.own(charts.named(figure.y, figure.unit))
    if figure.group:
        return voice.own(charts.named(figure.y, figure.series[0].unit if figure.shared else ""))
    return voice.own(", ".join(charts.named(series.name, series.unit) for series in figure.series))


# ----------------------------------------------------------------------------------------------------------- twin


def _twin(figure: Figure, voice: Voice) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The figures as a table: its heads and rows."""
    text, own, language = voice.text, voice.own, voice.language
    if isinstance(figure, Bars):
        rows = tuple((own(name), labels.value(value, language)) for name, value in figure.bars)
        return (_across(figure, voice), _measure(figure, voice)), rows
    if isinstance(figure, Histogram):
        heads = (own(charts.named(figure.x, figure.unit)), text("Zahl der Zeilen"))
        edges = labels.ticks(figure.edges, figure.digits, language)
        spans = edges if figure.single else [f"{low} – {high}" for low, high in pairwise(edges)]
        counts = (labels.value(count, language) for count in figure.counts)
        return heads, tuple(zip(spans[: len(figure.counts)], counts, strict=True))
    if len(figure.series) == 1 and figure.series[0].band:
        return _twin_with_band(figure, voice)
    return _twin_of_lines(figure, voice)


def _twin_of_lines(figure: Lines, voice: Voice) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    own, language = voice.own, voice.language
    by_time: dict[datetime, dict[int, float]] = {}
    for place, series in enumerate(figure.series):
        for when, value in series.points:
            by_time.setdefault(when, {})[place] = value
    exact = _exact_of_points(figure)
    rows = tuple(
        (
            labels.moment(when, exact, language),
            *(labels.value(values[p], language) if p in values else "" for p in range(len(figure.series))),
        )
        for when, values in sorted(by_time.items())
    )
    if figure.rule == "count" and not figure.group:
        heads: Iterator[str] = iter((_measure(figure, voice),))
    else:
        heads = (own(each.name if figure.shared else charts.named(each.name, each.unit)) for each in figure.series)
    return (_across(figure, voice), *heads), rows


def _twin_with_band(figure: Lines, voice: Voice) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """One line whose points stand for steps of time: with what it ranged between."""
    (series,) = figure.series
    text, language, exact = voice.text, voice.language, _exact_of_points(figure)
    name = voice.own(series.name if figure.shared else charts.named(series.name, series.unit))
    heads = (
        _across(figure, voice),
        text("{measure} im Mittel", measure=name),
        text("kleinster Wert"),
        text("größter Wert"),
    )
    rows = tuple(
        (labels.moment(when, exact, language), *(labels.value(each, language) for each in (value, *ends)))
        for (when, value), ends in zip(series.points, series.band, strict=True)
    )
    return heads, rows


def _exact_of_points(figure: Lines) -> str:
    """How exactly the time of a point is told: a point that stands for a month has no day."""
    if figure.step is None:
        return figure.exact
    unit = figure.step.unit
    if figure.exact == IN_DAY:
        return IN_DAY
    return {"minute": "second", "hour": "second", "week": "day", "year": "years"}.get(unit, unit)
