"""A chart in words: its title, what it says in sentences, what was done to its figures, and the same as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from catalog import charts
from catalog.charts import Bars, Captions, Figure, Histogram, Lines, labels
from catalog.charts.figures import Mark, Series
from catalog.preview import Preview
from catalog.web.pages import pinned
from catalog.web.templates import Page
from catalog.web.texts import Texts, later

_BUCKETS: Mapping[str, str] = {
    "hour": later("Es sind zu viele Werte für ein Bild. Jeder Punkt ist der Durchschnitt einer Stunde."),
    "day": later("Es sind zu viele Werte für ein Bild. Jeder Punkt ist der Durchschnitt eines Tages."),
    "week": later("Es sind zu viele Werte für ein Bild. Jeder Punkt ist der Durchschnitt einer Woche."),
    "month": later("Es sind zu viele Werte für ein Bild. Jeder Punkt ist der Durchschnitt eines Monats."),
    "quarter": later("Es sind zu viele Werte für ein Bild. Jeder Punkt ist der Durchschnitt eines Quartals."),
    "year": later("Es sind zu viele Werte für ein Bild. Jeder Punkt ist der Durchschnitt eines Jahres."),
}
PARTIAL = later("Das Diagramm beruht auf den ersten Zeilen. Die Datei hat mehr.")
_IN_SENTENCES = 3  # series that get a sentence each


class Shown(NamedTuple):
    """A chart for ``charts.html``: the drawing, its name, sentences, notes, and its twin: heads and rows as text.

    ``numeric`` says of each column of the twin whether it holds numbers. In heading, sentences, heads and the first cells
    of rows, words of another language say so; ``title`` is the heading as text.
    """

    drawing: Markup
    title: str
    heading: Markup
    sentences: tuple[Markup, ...]
    notes: tuple[str, ...]
    heads: tuple[Markup, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Markup | str, ...], ...]


class _Voice(NamedTuple):
    """How sentences are made of ours and of words that stay in the language of the data: ``own`` marks those."""

    text: Callable[..., str]
    own: Callable[[str], str]
    language: str


def shown(page: Page, preview: Preview, lang: str, name: str = "chart") -> Shown | None:
    """The chart that stands for a file; none if there is none. ``name`` is unique on the page. Called in a thread.

    ``lang`` is the language of the file's words.
    """
    made = pinned.drawn(page.region, preview)
    if made is None or made.figure is None:
        return None
    found = told(page, made.figure, lang, name)
    return found if made.whole else found._replace(notes=(*found.notes, page.texts.plain(PARTIAL)))


def told(page: Page, figure: Figure, lang: str, name: str = "chart") -> Shown:
    """A figure drawn and in words; ``lang`` is the language of its names."""
    said, language = page.texts, page.language
    plain = _Voice(said.plain, str, language)
    marked = _Voice(said.text, lambda words: page.spoken(words, lang), language)
    title = _title(figure, plain)
    description = " ".join(_sentences(figure, plain))
    captions = Captions(title, description, said.plain("Zahl der Zeilen"), lang if lang != language else "")
    heads, rows = _twin(figure, marked)
    return Shown(
        charts.draw(figure, captions, language, name),
        title,
        Markup(_title(figure, marked)),
        tuple(map(Markup, _sentences(figure, marked))),
        tuple(map(str, _notes(figure, said))),
        tuple(map(Markup, heads)),
        tuple(place > 0 for place in range(len(heads))),
        rows,
    )


def _title(figure: Figure, voice: _Voice) -> str:
    text, own = voice.text, voice.own
    if isinstance(figure, Histogram):
        return text("Wie oft welche Werte vorkommen: {name}", name=own(charts.named(figure.x, figure.unit)))
    if isinstance(figure, Bars):
        measure = own(charts.named(figure.y, figure.unit)) if figure.y else text("Zahl der Zeilen")
        return text("{measure} nach {name}", measure=measure, name=own(figure.x))
    if figure.group:
        unit = figure.series[0].unit if figure.shared else ""
        measure = own(charts.named(figure.y, unit))
        return text("{measure} nach {name} und {group}", measure=measure, name=own(figure.x), group=own(figure.group))
    measures = own(", ".join(charts.named(series.name, series.unit) for series in figure.series))
    return text("{measure} nach {name}", measure=measures, name=own(figure.x))


# ------------------------------------------------------------------------------------------------------ sentences


def _sentences(figure: Figure, voice: _Voice) -> Iterator[str]:
    if isinstance(figure, Lines):
        yield from _of_lines(figure, voice)
    elif isinstance(figure, Bars):
        yield from _of_bars(figure, voice)
    else:
        yield from _of_histogram(figure, voice)


def _of_lines(figure: Lines, voice: _Voice) -> Iterator[str]:
    text, own = voice.text, voice.own

    def marked(mark: Mark, series: Series) -> dict[str, str]:
        return {"value": _value(mark.value, series.unit, voice.language), "when": _when(mark, figure.exact, voice)}

    if len(figure.series) == 1:
        (series,) = figure.series
        yield text("Höchster Wert: {value} {when}.", **marked(series.highest, series))
        if series.lowest.value < series.highest.value:
            yield text("Niedrigster Wert: {value} {when}.", **marked(series.lowest, series))
            yield text("Zuletzt: {value} {when}.", **marked(series.last, series))
        return
    if figure.shared:
        top = max(figure.series, key=lambda series: series.highest.value)
        low = min(figure.series, key=lambda series: series.lowest.value)
        yield text("Höchster Wert: {value} bei „{name}“ {when}.", name=own(top.name), **marked(top.highest, top))
        yield text("Niedrigster Wert: {value} bei „{name}“ {when}.", name=own(low.name), **marked(low.lowest, low))
        return
    for series in figure.series[:_IN_SENTENCES]:
        yield text("{name}: höchster Wert {value} {when}.", name=own(series.name), **marked(series.highest, series))


def _when(mark: Mark, exact: str, voice: _Voice) -> str:
    """When something was, as a part of a sentence: am 3. Februar 2024, im März 2024, im Jahr 2024."""
    if exact == "years":
        return voice.text("im Jahr {year}", year=mark.text or str(mark.when.year))
    time = labels.moment(mark.when, exact, voice.language)
    if exact in ("month", "quarter"):
        return voice.text("im {month}", month=time)
    return voice.text("am {day}", day=time)


def _of_bars(figure: Bars, voice: _Voice) -> Iterator[str]:
    text, own = voice.text, voice.own
    name, high = max(figure.bars, key=lambda bar: bar[1])
    last, low = min(figure.bars, key=lambda bar: bar[1])
    if figure.rule == "count":
        value = labels.value(high, voice.language)
        yield text("Am häufigsten: „{name}“ mit {value} Zeilen.", name=own(name), value=value)
        return
    value = _value(high, figure.unit, voice.language)
    yield text("Höchster Wert: {value} bei „{name}“.", value=value, name=own(name))
    if low < high and not figure.hidden:
        value = _value(low, figure.unit, voice.language)
        yield text("Niedrigster Wert: {value} bei „{name}“.", value=value, name=own(last))


def _of_histogram(figure: Histogram, voice: _Voice) -> Iterator[str]:
    text, language = voice.text, voice.language
    place = max(range(len(figure.counts)), key=figure.counts.__getitem__)
    low, high = labels.ticks(figure.edges, figure.digits, language)[place : place + 2]
    if figure.single:
        yield text("Am häufigsten ist der Wert {value}.", value=_value(figure.edges[place], figure.unit, language))
    else:
        unit = f" {figure.unit}" if figure.unit else ""
        yield text("Am häufigsten sind Werte von {low} bis {high}.", low=low, high=f"{high}{unit}")
    yield text(
        "Durchschnitt: {mean}. Die Hälfte der Werte liegt bei höchstens {middle}.",
        mean=_value(figure.mean, figure.unit, language),
        middle=_value(figure.middle, figure.unit, language),
    )


def _value(value: float, unit: str, language: str) -> str:
    return f"{labels.value(value, language)} {unit}".rstrip()


# ---------------------------------------------------------------------------------------------------------- notes


def _notes(figure: Figure, said: Texts) -> Iterator[str]:
    """What was done to the figures: averaged, added, left out."""
    if isinstance(figure, Lines) and figure.bucket:
        yield said.text(_BUCKETS[figure.bucket])
    if not isinstance(figure, Histogram) and figure.rule == "sum":
        yield said.text("Zeilen, die zusammenfallen, sind zusammengezählt.")
    if not isinstance(figure, Histogram) and figure.rule == "mean":
        yield said.text("Von Zeilen, die zusammenfallen, ist der Durchschnitt gezeigt.")
    if not isinstance(figure, Histogram) and figure.hidden:
        yield said.plural(
            "{n} weiterer Eintrag ist hier nicht gezeigt.",
            "{n} weitere Einträge sind hier nicht gezeigt.",
            figure.hidden,
        )
    if figure.skipped:
        yield said.plural(
            "{n} Zeile ohne lesbaren Wert fehlt hier.", "{n} Zeilen ohne lesbaren Wert fehlen hier.", figure.skipped
        )


# ----------------------------------------------------------------------------------------------------------- twin


def _twin(figure: Figure, voice: _Voice) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The figures as a table: its heads and rows."""
    text, own, language = voice.text, voice.own, voice.language
    if isinstance(figure, Bars):
        measure = own(charts.named(figure.y, figure.unit)) if figure.y else text("Zahl der Zeilen")
        rows = tuple((own(name), labels.value(value, language)) for name, value in figure.bars)
        return (own(figure.x), measure), rows
    if isinstance(figure, Histogram):
        heads = (own(charts.named(figure.x, figure.unit)), text("Zahl der Zeilen"))
        edges = labels.ticks(figure.edges, figure.digits, language)
        spans = edges if figure.single else [f"{low} – {high}" for low, high in pairwise(edges)]
        counts = (labels.value(count, language) for count in figure.counts)
        return heads, tuple(zip(spans[: len(figure.counts)], counts, strict=True))
    return _twin_of_lines(figure, voice)


def _twin_of_lines(figure: Lines, voice: _Voice) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
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
    names = (series.name if figure.shared else charts.named(series.name, series.unit) for series in figure.series)
    return (own(figure.x), *map(own, names)), rows


def _exact_of_points(figure: Lines) -> str:
    """How exactly the time of a point is told: a point that stands for a month has no day."""
    spans = {"hour": "second", "week": "day", "year": "years"}
    return spans.get(figure.bucket, figure.bucket) or figure.exact
