"""How many rows a file has, as pages and programs are told it: counted, estimated, or at least so many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.preview.keeping import Keeping, key_of
from catalog.preview.model import Preview, Source
from catalog.preview.wanting import wanted
from catalog.reading import filtering
from catalog.runs.staging import now_text
from catalog.web.pages import ages, facets
from schemas.tables import profile, read_table
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import place_in
from tests.catalog.web.pages_reading import file, first, read, words

TABLE = read_table(b"Ort;Zahl\n" + b"Neuhof;2\n" * 40, "x.csv")


@pytest.mark.parametrize(
    ("counted", "total", "head", "english", "part", "said"),
    [
        ("all", 40, "40 Zeilen", "40 rows", "", {"rows_in_file": 40}),
        (
            *("about", 600_000, "Etwa 600.000 Zeilen", "About 600,000 rows", "Sie sehen 40 von etwa 600.000 Zeilen."),
            {"rows_in_file": None, "rows_estimated": 600_000},
        ),
        (
            *("least", 463_991, "Mindestens 463.991 Zeilen", "At least 463,991 rows"),
            "Sie sehen 40 von mindestens 463.991 Zeilen.",
            {"rows_in_file": None, "rows_at_least": 463_991},
        ),
        # All rows that were fetched are there, but these are not the whole file.
        (
            *("least", 40, "Mindestens 40 Zeilen", "At least 40 rows", "Sie sehen 40 von mindestens 40 Zeilen."),
            {"rows_in_file": None, "rows_at_least": 40},
        ),
    ],
)
def test_no_number_is_told_that_was_not_counted(
    tmp_path: Path, counted: Any, total: int, head: str, english: str, part: str, said: dict[str, Any]
) -> None:
    table = replace(TABLE, total_rows=total, counted=counted)
    with place_in(tmp_path) as place:
        place.publish(Stored("zahlen", dataset("Zahlen", distribution=(file(1),))))
        wish = wanted(place.region, "neuhof-portal", "https://x.example/1.csv", "CSV")
        now = now_text()
        source = Source("1.csv", wish.address, "csv", "text/csv", "CSV", 200, 1, 1, True, "", "", "", now, now)
        made = Preview(key_of(wish), wish.address, "ready", "table", source=source, table=table, profile=profile(table))
        Keeping(place.region).put(made)
        path = f"/dataset/{place.slug('zahlen')}/file/1"
        shown = read(place, path)
        assert words(first(shown, "#rows-head")) == head
        assert words(first(read(place, f"/en{path}"), "#rows-head")) == english
        banner = shown.css_first("#rows .banner")
        assert (words(banner).startswith(part) if part else banner is None) is True
        answer = place.ask.get(f"{path}.json").json()
        assert {key: value for key, value in answer.items() if key.startswith("rows_") and key != "rows_found"} == said
        assert answer["complete"] is (counted == "all")
        glance = words(first(read(place, f"/dataset/{place.slug('zahlen')}"), "main"))
        assert (part.replace("40 von", "10 von", 1) or "Sie sehen 10 von 40 Zeilen.") in glance


def test_ages_are_called_alike_in_filters_and_bars() -> None:
    """The bars of the status page count what the filters of the search find: the same days in the same words."""
    for age in ("week", "month"):
        filtered, barred = facets._AGES[age], ages._WORDS[age]
        assert filtered.removeprefix("in den ") == barred.removeprefix("aus den ")
        days = int(filtered.split()[-2])
        assert filtering._DAYS[age] + 1 == days  # today is the first of them
