"""What a chart says: when something was or how often, what was averaged, units as people write them; German and English."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from catalog import charts
from catalog.charts import Choice, Figure, Lines, labels
from catalog.web.pages.chart_sentences import Voice, notes, sentences
from catalog.web.texts import texts
from schemas.tables import Profile, Table
from tests.catalog.charts import tables


def figure(made: tuple[Table, Profile], choice: Choice | None = None, titles: tuple[str, ...] = ()) -> Figure:
    table, profile = made
    found = charts.prepared(charts.prepare(table, profile, titles=titles))
    assert found is not None
    shown = charts.figure(choice, profile.columns, table.rows) if choice else found.figure
    assert shown is not None
    return shown


def said(shown: Figure, language: str = "de") -> str:
    return " ".join(sentences(shown, Voice(texts(language).plain, str, language)))


def noted(shown: Figure, language: str = "de") -> str:
    return " ".join(map(str, notes(shown, texts(language))))


def test_what_came_often_is_told_by_how_often() -> None:
    rows = [(f"{n + 1:02d}.08.2026", 0 if n % 3 else 10 + n) for n in range(28)]
    rain = figure(tables.table(["Datum", "Niederschlag_mm"], rows))
    assert said(rain) == (
        "Höchster Wert: 37 mm am 28. August 2026. Niedrigster Wert: 0 mm an 18 Tagen. Zuletzt: 37 mm am 28. August 2026."
    )
    assert "Lowest value: 0 mm on 18 days." in said(rain, "en")
    for form, word in (("%Y-%m", "in 18 Monaten"), ("%Y", "in 18 Jahren"), ("%d.%m.%Y %H:%M", "zu 18 Zeitpunkten")):
        begin = datetime(1990, 1, 1)
        steps = {"%Y-%m": 31, "%Y": 366, "%d.%m.%Y %H:%M": 0.25}
        moments = [(f"{begin + timedelta(days=n * steps[form]):{form}}", value) for n, (_, value) in enumerate(rows)]
        assert f"Niedrigster Wert: 0 {word}." in said(figure(tables.table(["Zeit", "Regen"], moments)))


def test_weeks_are_told_by_their_numbers() -> None:
    shown = figure(tables.table(["Woche", "Fälle"], [(f"KW {n:02d}/2025", 0 if n % 3 else n) for n in range(1, 31)]))
    assert (
        said(shown) == "Höchster Wert: 30 in KW 30/2025. Niedrigster Wert: 0 in 20 Wochen. Zuletzt: 30 in KW 30/2025."
    )
    assert said(shown, "en").startswith("Highest value: 30 in week 30/2025. Lowest value: 0 in 20 weeks.")


def test_a_course_over_the_day_speaks_of_times_without_a_date() -> None:
    bath = figure(tables.visitors())
    assert said(bath) == "Höchster Wert: 160 zu 2 Uhrzeiten. Niedrigster Wert: 40 um 00:00 Uhr."
    assert said(bath, "en") == "Highest value: 160 at 2 times of the day. Lowest value: 40 at 00:00."
    minutes = [(f"{n // 60:02d}:{n % 60:02d}", n % 97) for n in range(1440)]
    many = figure(tables.table(["Uhrzeit", "Fahrzeuge"], minutes))
    assert "Jeder Punkt ist der Durchschnitt von 5 Minuten." in noted(many)
    points = [labels.moment(when, "time") for when, _ in many.series[0].points]  # type: ignore[union-attr]
    assert (points[0], points[1], points[-1]) == ("00:00 Uhr", "00:05 Uhr", "23:55 Uhr")


def test_what_several_lines_share_is_told_of_few_of_them() -> None:
    def shown(*lowest: int) -> str:
        rows = [
            (2010 + year, name, 5 + year if year else low)
            for year in range(8)
            for name, low in zip("ABCDE", lowest, strict=True)
        ]
        return said(figure(tables.table(["Jahr", "Ort", "Meldungen"], rows)))

    assert shown(0, 1, 2, 3, 4) == (
        "Höchster Wert: 12 bei „A“, „B“ und 3 weiteren. Niedrigster Wert: 0 bei „A“ im Jahr 2010."
    )
    assert shown(0, 0, 0, 3, 4) == (
        "Höchster Wert: 12 bei „A“, „B“ und 3 weiteren. Niedrigster Wert: 0 bei „A“, „B“ und „C“."
    )
    assert shown(0, 0, 0, 0, 4) == "Höchster Wert: 12 bei „A“, „B“ und 3 weiteren."


def test_of_many_that_share_a_value_the_first_are_named_with_their_times() -> None:
    rows = [
        (f"2026-{month:02d}", name, 5 if month == place + 3 else 1 + (month + place) % 3)
        for month in range(1, 11)
        for place, name in enumerate("ABCD")
    ]
    shown = figure(tables.table(["Monat", "Ort", "Meldungen"], rows))
    assert said(shown) == "Höchster Wert: 5 bei „A“ im März 2026, „B“ im April 2026 und 2 weiteren."
    assert said(shown, "en") == "Highest value: 5 for “A” in March 2026, “B” in April 2026 and 2 others."


def test_bars_that_are_alike_are_named_together() -> None:
    def shown(*values: int) -> str:
        rows = [(f"Platz {'ABCDEFGH'[n]}", value) for n, value in enumerate(values)]
        return said(figure(tables.table(["Spielplatz", "Geräte"], rows)))

    assert shown(9, 9, 4, 3) == "Höchster Wert: 9 bei „Platz A“ und „Platz B“. Niedrigster Wert: 3 bei „Platz D“."
    assert (
        shown(9, 3, 3, 3, 3)
        == "Höchster Wert: 9 bei „Platz A“. Niedrigster Wert: 3 bei „Platz B“, „Platz C“ und 2 weiteren."
    )
    counted = tables.table(["Art", "Straße"], [(("voll", "halb")[n % 2], f"Weg {n}") for n in range(6)])
    assert said(figure(counted)) == "Am häufigsten: „voll“ und „halb“ (je 3)."
    assert said(figure(counted), "en") == "Most frequent: “voll” and “halb” (3 each)."


def test_what_is_counted_is_told_with_its_number() -> None:
    bins = [*["Biotonne"] * 8, *["Papier"] * 4, *["Restmüll"] * 4, *["Glas"] * 4, *["Schrott"] * 4]
    rows = [(kind, f"Weg {n}") for n, kind in enumerate(bins)]
    assert said(figure(tables.table(["Abfallart", "Straße"], rows))) == "Am häufigsten: „Biotonne“ (8)."
    assert said(figure(tables.table(["Abfallart", "Straße"], rows[4:]))) == (
        "Am häufigsten: „Biotonne“, „Papier“ und 3 weiteren (je 4)."
    )


def test_numbers_alone_are_told_with_their_column() -> None:
    table = tables.table(["Nummer", "Fläche_m2"], [(str(n), 500 + n) for n in range(1, 9)])
    choice = Choice("bar", "Nummer", ("Fläche_m2",))
    assert said(figure(table, choice)) == (
        "Höchster Wert: 508 m² bei „Nummer 8“. Niedrigster Wert: 501 m² bei „Nummer 1“."
    )


@pytest.mark.parametrize(
    ("language", "sentence", "note"),
    [
        (
            "de",
            "Höchster Wert im Mittel: 83,8 cm bei „Buche“.",
            "Von Zeilen, die zusammenfallen, ist der Durchschnitt gezeigt.",
        ),
        ("en", "Highest mean: 83.8 cm for “Buche”.", "Of rows that fall together the mean is shown."),
    ],
)
def test_averages_are_called_so(language: str, sentence: str, note: str) -> None:
    shown = figure(tables.trees(), titles=("Stammumfang der Bäume",))
    assert said(shown, language).startswith(sentence)
    assert noted(shown, language) == note


def test_sums_are_called_so() -> None:
    rows = [(name, 100 * n) for n in range(1, 5) for name in ("Neuhof", "Flieden", "Kalbach")]
    shown = figure(tables.table(["Ort", "Betrag (€)"], [*rows, ("Kalbach", 50)]))
    assert said(shown) == "Höchste Summe: 1.050 € bei „Kalbach“. Niedrigste Summe: 1.000 € bei „Neuhof“ und „Flieden“."
    assert noted(shown) == "Zeilen, die zusammenfallen, sind zusammengezählt."


def test_steps_are_told_in_words_and_the_peak_is_in_the_picture() -> None:
    begin = datetime(2026, 10, 1)
    rows = [(f"{begin + timedelta(hours=n):%d.%m.%Y %H:%M}", 115 if n == 480 else 30 + n % 7) for n in range(744)]
    shown = figure(tables.table(["Datum", "Wasserstand_cm"], rows))
    # A time of day is told also where it is midnight.
    assert said(shown).startswith("Höchster Wert: 115 cm am 21. Oktober 2026, 00:00 Uhr. Niedrigster Wert: 30 cm zu ")
    assert noted(shown) == (
        "Es sind zu viele Werte für ein Bild. Jeder Punkt ist der Durchschnitt von 2 Stunden. "
        "Das Band reicht vom kleinsten bis zum größten Wert."
    )
    assert "Each point is the mean of 2 hours." in noted(shown, "en")


def test_a_number_that_no_span_has_alone_is_not_called_the_most_frequent() -> None:
    even = figure(tables.table(["Gewicht (kg)"], [(n,) for n in range(1, 13)]), Choice("histogram", "Gewicht (kg)"))
    assert said(even) == "Durchschnitt: 6,5 kg. Die Hälfte der Werte liegt bei höchstens 6,5 kg."


def test_millions_end_a_sentence_once() -> None:
    rows = [(n * 1_000_000 if n > 15 else 100_000 + n,) for n in range(40)]
    shown = figure(tables.table(["Größe"], rows), Choice("histogram", "Größe"))
    assert said(shown).startswith("Am häufigsten sind Werte von 0 bis 5 Mio. Durchschnitt: ")


def test_pictures_of_several_numbers_are_said_to_have_scales_of_their_own() -> None:
    rows = [(f"2025-{month:02d}", 90 + month, month % 5, month % 7, month % 3) for month in range(1, 13)]
    several = figure(tables.table(["Monat", "Einsätze", "Brände", "Hilfe", "Unwetter"], rows))
    assert isinstance(several, Lines)
    assert len(several.series) == 4
    assert noted(several) == "Jedes Bild hat seinen eigenen Maßstab."
    assert noted(several, "en") == "Each picture has its own scale."
    assert said(several).count("höchster Wert") == 4  # none is left out alone
    by_place = [(f"2025-{month:02d}", place, month) for month in range(1, 13) for place in ("Neuhof", "Flieden")]
    assert "Maßstab" not in noted(figure(tables.table(["Monat", "Ort", "Einsätze"], by_place)))


def test_a_number_of_things_is_no_unit() -> None:
    shown = figure(
        tables.table(["Ort", "Haushalte (Anzahl)"], [(f"Ort {name}", n * 7) for n, name in enumerate("ABCD", 1)])
    )
    assert said(shown) == "Höchster Wert: 28 bei „Ort D“. Niedrigster Wert: 7 bei „Ort A“."
