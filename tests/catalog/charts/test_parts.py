"""Times that are told in several columns: read together, drawn as one course, and no measures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest

from catalog import charts
from catalog.charts import Choice, Lines, Wish
from catalog.charts.measures import measures
from catalog.web.pages.chart_sentences import Voice, sentences
from catalog.web.pages.charted import _title
from catalog.web.texts import texts
from schemas.tables import Profile, Table
from tests.catalog.charts import tables

DAYS = [f"{day:02d}.05.2026" for day in range(1, 5)]
MONTHS = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]


def prepared(made: tuple[Table, Profile]) -> charts.Prepared:
    found = charts.prepared(charts.prepare(*made))
    assert found is not None
    return found


def times(made: tuple[Table, Profile]) -> list[datetime]:
    figure = prepared(made).figure
    assert isinstance(figure, Lines)
    return [when for when, _ in figure.series[0].points]


@pytest.mark.parametrize(
    ("head", "parts", "first", "last"),
    [
        (("Datum", "Stunde"), [(d, h) for d in DAYS for h in range(24)], "2026-05-01T00:00", "2026-05-04T23:00"),
        (("Datum", "Stunde"), [(d, h) for d in DAYS for h in range(1, 25)], "2026-05-01T00:00", "2026-05-04T23:00"),
        (
            ("Datum", "Stunde"),
            [(d, f"{h:02d}") for d in DAYS for h in range(24)],
            "2026-05-01T00:00",
            "2026-05-04T23:00",
        ),
        (
            ("Datum", "Stunde"),
            [(d, f"{h}-{h + 1} Uhr") for d in DAYS for h in (7, 9)],
            "2026-05-01T07:00",
            "2026-05-04T09:00",
        ),
        (
            ("Datum", "Uhrzeit"),
            [(d, f"'{h:02d}:30'") for d in DAYS for h in range(24)],
            "2026-05-01T00:30",
            "2026-05-04T23:30",
        ),
        (
            ("Datum", "Zeit"),
            [(d, f"{h:02d}15") for d in DAYS for h in (0, 7, 9)],
            "2026-05-01T00:15",
            "2026-05-04T09:15",
        ),
        (("Jahr", "Monat"), [(y, m) for y in (2024, 2025) for m in range(1, 13)], "2024-01-01", "2025-12-01"),
        (("Jahr", "Monat"), [(y, m) for y in (2024, 2025) for m in MONTHS], "2024-01-01", "2025-12-01"),
        (("Jahr", "Monat"), [(2025, m) for m in MONTHS], "2025-01-01", "2025-12-01"),
        (("Jahr", "Monat", "Tag"), [(2025, m, t) for m in (1, 2) for t in range(1, 29)], "2025-01-01", "2025-02-28"),
        (
            ("Jahr", "Quartal"),
            [(y, f"{q}. Quartal") for y in (2024, 2025) for q in (1, 2, 3, 4)],
            "2024-01-01",
            "2025-10-01",
        ),
        (
            ("Jahr", "Quartal"),
            [(y, q) for y in (2024, 2025) for q in ("I", "II", "III", "IV")],
            "2024-01-01",
            "2025-10-01",
        ),
        (("Jahr", "KW"), [(y, k) for y in (2024, 2025) for k in range(1, 53)], "2024-01-01", "2025-12-22"),
        (("Jahr", "Woche"), [(2025, f"KW {k}") for k in range(1, 13)], "2024-12-30", "2025-03-17"),
    ],
)
def test_times_in_several_columns_are_one_course(
    head: Sequence[str], parts: Sequence[Sequence[object]], first: str, last: str
) -> None:
    made = tables.table([*head, "Fahrzeuge"], [(*each, 40 + n * 37 % 101) for n, each in enumerate(parts)])
    choice = prepared(made).choice
    assert (choice.kind, choice.x, choice.parts, choice.y) == ("line", head[0], tuple(head[1:]), ("Fahrzeuge",))
    found = times(made)
    assert (found[0], found[-1]) == (datetime.fromisoformat(first), datetime.fromisoformat(last))
    assert found == sorted(set(found))
    assert len(found) == len(parts)


def test_what_is_told_names_all_columns_of_the_time() -> None:
    rows = [(day, hour, way, 50 + 7 * hour + len(way)) for day in DAYS for hour in range(24) for way in ("Süd", "Nord")]
    figure = prepared(tables.table(["Datum", "Stunde", "Richtung", "Kfz"], rows)).figure
    assert isinstance(figure, Lines)
    assert (figure.group, figure.exact, figure.rule) == ("Richtung", "second", "as-is")
    voice = Voice(texts("de").plain, str, "de")
    assert _title(figure, voice) == "Kfz nach Datum, Stunde und Richtung"
    assert next(sentences(figure, voice)) == "Höchster Wert: 215 bei „Nord“ zu 4 Zeitpunkten."
    single = prepared(tables.table(["Jahr", "Monat", "Strom_kWh"], [(2025, m, 100 + m) for m in range(1, 13)])).figure
    assert isinstance(single, Lines)
    assert _title(single, voice) == "Strom (kWh) nach Jahr und Monat"
    assert next(sentences(single, voice)) == "Höchster Wert: 112 kWh im Dezember 2025."


def test_readers_who_choose_the_number_keep_the_whole_time() -> None:
    table, profile = tables.table(
        ["Datum", "Stunde", "Pkw", "Lkw"], [(d, h, h * 3, h % 7) for d in DAYS for h in range(24)]
    )
    choice = charts.wished(profile.columns, len(table.rows), Wish("line", "Datum", ("Lkw",)))
    assert choice == Choice("line", "Datum", ("Lkw",), parts=("Stunde",))
    figure = prepared((table, profile)).figure
    assert isinstance(figure, Lines)
    assert charts.from_json(figure.to_json()) == figure


def test_days_that_no_month_has_are_left_out_and_counted() -> None:
    rows = [(2025, month, day, month + day) for month in (1, 2) for day in range(1, 32)]
    figure = prepared(tables.table(["Jahr", "Monat", "Tag", "Fälle"], rows)).figure
    assert isinstance(figure, Lines)
    assert (figure.rows, figure.skipped) == (59, 3)


def test_parts_of_times_are_no_measures_and_others_are() -> None:
    rows = [(f"Weg {n}", n % 12 + 1, n % 24, n * 3 % 29, n % 20) for n in range(40)]
    _, profile = tables.table(["Name", "Monat", "Stunde", "Fahrten je Tag", "Stunden"], rows)
    assert [column.name for column in measures(profile.columns, 40)] == ["Fahrten je Tag", "Stunden"]


def test_a_day_of_the_week_tells_no_rows_of_a_time_apart() -> None:
    rows = [
        (f"{day:02d}.05.2026", ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"][day % 7], place, day + len(place))
        for day in range(1, 22)
        for place in ("Markt", "Am Bahnhof")
    ]
    assert prepared(tables.table(["Datum", "Wochentag", "Zählstelle", "Räder"], rows)).choice.group == "Zählstelle"


def test_an_hour_beside_days_that_come_once_is_no_part_of_them() -> None:
    rows = [(f"{day:02d}.05.2026", "08:00", 40 + day * 7 % 11) for day in range(1, 22)]
    choice = prepared(tables.table(["Datum", "Beginn", "Besucher"], rows)).choice
    assert (choice.kind, choice.x, choice.parts) == ("line", "Datum", ())
