"""What a chart says in sentences: its highest, lowest and last values, and what was done to its figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from catalog.charts import Bars, Figure, Histogram, Lines, labels, readable, sign
from catalog.charts.day_times import EXACT as IN_DAY
from catalog.charts.figures import Mark, Series
from catalog.web.texts import Texts, later

_IN_SENTENCES = 3  # series that get a sentence each, and names that stand in one
_NAMED = 2  # of more names than that, so many are told
_NO_UNITS = frozenset(("anzahl", "zahl", "number"))
_NO_LETTER = re.compile(r"[\d\W_]+")
# What several values that are alike stood at, by the smallest unit of time that is known.
_MOMENTS: Mapping[str, str] = {
    IN_DAY: later("zu {n} Uhrzeiten"),
    "second": later("zu {n} Zeitpunkten"),
    "day": later("an {n} Tagen"),
    "week": later("in {n} Wochen"),
    "month": later("in {n} Monaten"),
    "quarter": later("in {n} Quartalen"),
    "years": later("in {n} Jahren"),
}
# What a point stands for: one of a unit, several.
_SPANS: Mapping[str, tuple[str, str]] = {
    "minute": (later("einer Minute"), later("{n} Minuten")),
    "hour": (later("einer Stunde"), later("{n} Stunden")),
    "day": (later("einem Tag"), later("{n} Tagen")),
    "week": (later("einer Woche"), later("{n} Wochen")),
    "month": (later("einem Monat"), later("{n} Monaten")),
    "quarter": (later("einem Quartal"), later("{n} Quartalen")),
    "year": (later("einem Jahr"), later("{n} Jahren")),
}


class Voice(NamedTuple):
    """How sentences are made of ours and of words that stay in the language of the data: ``own`` marks those."""

    text: Callable[..., str]
    own: Callable[[str], str]
    language: str


def sentences(figure: Figure, voice: Voice) -> Iterator[str]:
    """What a figure says."""
    if isinstance(figure, Lines):
        yield from _of_lines(figure, voice)
    elif isinstance(figure, Bars):
        yield from _of_bars(figure, voice)
    else:
        yield from _of_histogram(figure, voice)


def notes(figure: Figure, said: Texts) -> Iterator[str]:
    """What was done to the figures: averaged, added, left out."""
    if isinstance(figure, Lines) and len(figure.series) > 1 and not figure.shared:
        yield said.text("Jedes Bild hat seinen eigenen Maßstab.")
    if isinstance(figure, Lines) and figure.step:
        yield said.text("Es sind zu viele Werte für ein Bild.")
        span = said.text(_SPANS[figure.step.unit][figure.step.number > 1], n=figure.step.number)
        if figure.rule == "count":
            yield said.text("Jeder Punkt zählt die Zeilen von {span}.", span=span)
        else:
            yield said.text("Jeder Punkt ist der Durchschnitt von {span}.", span=span)
            yield said.text("Das Band reicht vom kleinsten bis zum größten Wert.")
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


# ---------------------------------------------------------------------------------------------------------- lines


def _of_lines(figure: Lines, voice: Voice) -> Iterator[str]:
    text, own = voice.text, voice.own
    highest, lowest = _extremes(figure, voice)
    if len(figure.series) == 1:
        (series,) = figure.series
        yield text("{extreme}: {value} {when}.", extreme=highest, **_marked(series.highest, series, figure, voice))
        if series.lowest.value < series.highest.value:
            yield text("{extreme}: {value} {when}.", extreme=lowest, **_marked(series.lowest, series, figure, voice))
            if figure.exact != IN_DAY:  # the end of the day is not the newest value
                yield text("Zuletzt: {value} {when}.", **_marked(series.last, series, figure, voice))
        return
    if figure.shared:
        top = max(series.highest.value for series in figure.series)
        low = min(series.lowest.value for series in figure.series)
        yield _of_shared(highest, [(s, s.highest) for s in figure.series if s.highest.value == top], figure, voice)
        lows = [(s, s.lowest) for s in figure.series if s.lowest.value == low]
        if low < top and len(lows) <= _IN_SENTENCES:  # that most of them had 0 at times tells nothing
            yield _of_shared(lowest, lows, figure, voice)
        return
    told = len(figure.series) if len(figure.series) == _IN_SENTENCES + 1 else _IN_SENTENCES  # none is left out alone
    for series in figure.series[:told]:
        name = own(readable(series.name, series.unit) if not figure.group else series.name)
        said = _marked(series.highest, series, figure, voice)
        if figure.rule == "mean":
            yield text("{name}: höchster Wert im Mittel {value} {when}.", name=name, **said)
        else:
            yield text("{name}: höchster Wert {value} {when}.", name=name, **said)


def _of_shared(extreme: str, found: Sequence[tuple[Series, Mark]], figure: Lines, voice: Voice) -> str:
    """The extreme of several series: when one of them had it, or which ones had it."""
    (series, mark), *others = found
    if others:
        whens = {mark: _when(mark, figure.exact, voice) for _, mark in found[:_NAMED]}
        # What stood there at the same time needs no time beside each of its names.
        whens = whens if len(found) > _IN_SENTENCES and len(set(whens.values())) > 1 else {}
        names = [series.name for series, _ in found]
        return _of_ends(extreme, mark.value, series.unit, names, voice, [whens.get(mark, "") for _, mark in found])
    said = _marked(mark, series, figure, voice)
    return voice.text("{extreme}: {value} bei „{name}“ {when}.", extreme=extreme, name=voice.own(series.name), **said)


def _marked(mark: Mark, series: Series, figure: Lines, voice: Voice) -> dict[str, str]:
    return {
        "value": value_of(mark.value, series.unit, voice.language),
        "when": _when(mark, figure.exact, voice),
    }


def _when(mark: Mark, exact: str, voice: Voice) -> str:
    """When something was, as a part of a sentence: am 3. Februar 2024, im März 2024, im Jahr 2024, an 23 Tagen."""
    if mark.times > 1:
        return voice.text(_MOMENTS[exact], n=labels.value(mark.times, voice.language))
    if exact == "years":
        return voice.text("im Jahr {year}", year=mark.text or str(mark.when.year))
    time = labels.moment(mark.when, exact, voice.language)
    if exact == IN_DAY:
        return voice.text("um {time}", time=time)
    if exact == "week":
        return voice.text("in {week}", week=time)
    if exact in ("month", "quarter"):
        return voice.text("im {month}", month=time)
    return voice.text("am {day}", day=time)


# ----------------------------------------------------------------------------------------------------------- bars


def _of_bars(figure: Bars, voice: Voice) -> Iterator[str]:
    text = voice.text
    high, low = max(value for _, value in figure.bars), min(value for _, value in figure.bars)
    top = [_called(name, figure) for name, value in figure.bars if value == high]
    last = [_called(name, figure) for name, value in figure.bars if value == low]
    if figure.rule == "count":
        value = labels.value(high, voice.language)
        if len(top) == 1:
            yield text("Am häufigsten: {name} ({value}).", name=_listed(top, voice), value=value)
        elif len(top) <= _IN_SENTENCES:
            yield text("Am häufigsten: {names} (je {value}).", names=_listed(top, voice), value=value)
        else:
            names = _listed(top[:_NAMED], voice, more=len(top) - _NAMED)
            yield text("Am häufigsten: {names} (je {value}).", names=names, value=value)
        return
    highest, lowest = _extremes(figure, voice)
    yield _of_ends(highest, high, figure.unit, top, voice)
    if low < high and not figure.hidden:
        yield _of_ends(lowest, low, figure.unit, last, voice)


def _of_ends(
    extreme: str, value: float, unit: str, names: Sequence[str], voice: Voice, whens: Sequence[str] = ()
) -> str:
    """An extreme with the names that have it, of many the first ones; ``whens`` says of names when they had it, if not empty."""
    said = value_of(value, unit, voice.language)
    shown = len(names) if len(names) <= _IN_SENTENCES else _NAMED
    listed = _listed(names[:shown], voice, whens[:shown], len(names) - shown)
    return voice.text("{extreme}: {value} bei {names}.", extreme=extreme, value=said, names=listed)


def _called(name: str, figure: Bars) -> str:
    """What a bar is called in a sentence: a number alone tells nothing without its column."""
    return f"{readable(figure.about or figure.x)} {name}" if _NO_LETTER.fullmatch(name) else name


def _listed(names: Sequence[str], voice: Voice, whens: Sequence[str] = (), more: int = 0) -> str:
    """Some names in quotation marks: „A“, „B“ und „C“; „A“ im März 2024, „B“ im Mai 2024 und 2 weiteren."""
    quoted = [voice.text("„{name}“", name=voice.own(name)) for name in names]
    space, comma = type(quoted[0])(" "), type(quoted[0])(", ")  # HTML stays HTML
    quoted = [space.join(filter(None, pair)) for pair in zip_longest(quoted, whens, fillvalue="")]
    if more:
        return voice.text("{names} und {n} weiteren", names=comma.join(quoted), n=labels.value(more, voice.language))
    if len(quoted) == 1:
        return quoted[0]
    return voice.text("{names} und {name}", names=comma.join(quoted[:-1]), name=quoted[-1])


def _extremes(figure: Lines | Bars, voice: Voice) -> tuple[str, str]:
    if figure.rule == "mean":
        return voice.text("Höchster Wert im Mittel"), voice.text("Niedrigster Wert im Mittel")
    if figure.rule == "sum":
        return voice.text("Höchste Summe"), voice.text("Niedrigste Summe")
    return voice.text("Höchster Wert"), voice.text("Niedrigster Wert")


# ------------------------------------------------------------------------------------------------------ histogram


def _of_histogram(figure: Histogram, voice: Voice) -> Iterator[str]:
    text, language = voice.text, voice.language
    most = max(figure.counts)
    if figure.counts.count(most) == 1:
        place = figure.counts.index(most)
        low, high = labels.ticks(figure.edges, figure.digits, language)[place : place + 2]
        if figure.single:
            value = value_of(figure.edges[place], figure.unit, language)
            yield text("Am häufigsten ist der Wert {value}.", value=value)
        else:
            end = f"{high} {sign(figure.unit)}" if figure.unit else high.removesuffix(".")  # "Mio." ends the sentence
            yield text("Am häufigsten sind Werte von {low} bis {high}.", low=low, high=end)
    yield text(
        "Durchschnitt: {mean}. Die Hälfte der Werte liegt bei höchstens {middle}.",
        mean=value_of(figure.mean, figure.unit, language),
        middle=value_of(figure.middle, figure.unit, language),
    )


def value_of(value: float, unit: str, language: str) -> str:
    """A number with its unit; a number of things has none."""
    said = "" if unit.casefold() in _NO_UNITS else sign(unit)
    return f"{labels.value(value, language)} {said}".rstrip()
