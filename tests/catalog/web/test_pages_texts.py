"""Every text of the pages stands in every language, with the same places to fill; dates, numbers and ages as one says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date
from babel.messages.extract import extract_from_dir
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from catalog import formats
from catalog.web.pages import labels
from catalog.web.texts import FOLDER, LANGUAGES, SOURCE, texts

WEB = FOLDER.parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "later": None,
    "text": None,
    "plain": None,
    "_": None,
    "plural": (1, 2),
    "_n": (1, 2),
}
PLACES = re.compile(r"\{(\w*)\}")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def messages() -> dict[str | tuple[str, ...], str]:
    """All texts in templates and modules with the place where they stand first."""
    found: dict[str | tuple[str, ...], str] = {}
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    for file, line, message, _, _ in extract_from_dir(WEB, method_map=methods, keywords=KEYWORDS):
        found.setdefault(message, f"{file}:{line}")
    return found


def test_there_are_texts_and_languages() -> None:
    assert LANGUAGES == ("de", "en")
    assert len(messages()) > 200


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_text_is_translated_with_the_same_places(language: str) -> None:
    said = texts(language)
    missing: list[object] = []
    wrong: list[object] = []
    for message, where in messages().items():
        if isinstance(message, tuple):
            forms = said._plurals.get(message[0])
            if forms is None:
                missing.append((where, message))
            elif set(PLACES.findall(forms[1])) != set(PLACES.findall(message[1])):
                wrong.append((where, message))
        elif message not in said._translations:
            missing.append((where, message))
        elif sorted(PLACES.findall(said._translations[message])) != sorted(PLACES.findall(message)):
            wrong.append((where, message))
    assert not missing
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_no_translation_is_left_over(language: str) -> None:
    said = texts(language)
    used = {message[0] if isinstance(message, tuple) else message for message in messages()}
    assert set(said._translations) | set(said._plurals) <= used


def test_sentences_are_short() -> None:
    long = [
        sentence
        for message in messages()
        for text in (message if isinstance(message, tuple) else (message,))
        for sentence in re.split(r"[.!?;:]", text)
        if len(sentence.split()) > 15
    ]
    assert not long


def test_values_are_escaped_and_the_text_too() -> None:
    said = texts(SOURCE)
    assert said.text("{what} herunterladen", what="<b>&") == "&lt;b&gt;&amp; herunterladen"
    assert said.text("{what} herunterladen", what=Markup("<b>x</b>")) == "<b>x</b> herunterladen"
    assert said.text("a < b") == "a &lt; b"
    assert said.plain("{what} öffnen", what="<b>") == "<b> öffnen"


def test_plurals_follow_the_number() -> None:
    german, english = texts("de"), texts("en")
    assert german.plural("{n} Datensatz", "{n} Datensätze", 1) == "1 Datensatz"
    assert german.plural("{n} Datensatz", "{n} Datensätze", 0) == "0 Datensätze"
    assert english.plural("{n} Datensatz", "{n} Datensätze", 1) == "1 dataset"
    assert english.plural("{n} Datensatz", "{n} Datensätze", 1234) == "1,234 datasets"


def test_a_text_without_translation_is_german() -> None:
    assert texts("en").text("Gibt es nicht in der Übersetzung") == "Gibt es nicht in der Übersetzung"


def test_a_language_that_is_not_there() -> None:
    assert not (FOLDER / "xx.po").exists()
    with pytest.raises(FileNotFoundError):
        texts("xx")


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ("2026-11-03", "3. November 2026", "3 November 2026"),
        ("2026-11", "November 2026", "November 2026"),
        ("2026", "2026", "2026"),
        ("2026-11-03T23:30:00Z", "4. November 2026", "4 November 2026"),
        ("2026-11-03T16:00:00", "3. November 2026", "3 November 2026"),
        ("2026-11-03+01:00", "3. November 2026", "3 November 2026"),
        ("2026-02-30", "2026-02-30", "2026-02-30"),
        ("2026-13", "2026-13", "2026-13"),
        ("irgendwann", "irgendwann", "irgendwann"),
    ],
)
def test_days(text: str, german: str, english: str) -> None:
    assert formats.day(text) == german
    assert formats.day(text, "en") == english


@pytest.mark.parametrize(("language", "locale"), [("de", "de_DE"), ("en", "en_GB")])
@given(when=st.dates())
def test_days_are_written_as_babel_writes_them(language: str, locale: str, when: date) -> None:
    assert formats.day(when.isoformat(), language) == format_date(when, "long", locale=locale)


@given(st.text(max_size=30))
def test_whatever_a_source_writes_as_a_date_is_shown(text: str) -> None:
    assert isinstance(formats.day(text), str)
    assert isinstance(formats.age(text, NOW), str)
    assert isinstance(formats.time(text), str)
    assert isinstance(formats.size(text), str)


@pytest.mark.parametrize(
    ("size", "german", "english"),
    [
        ("293000", "293 kB", "293 kB"),
        ("1234567", "1,2 MB", "1.2 MB"),
        ("999", "999 Byte", "999 bytes"),
        ("999600", "1 MB", "1 MB"),
        ("1500000000", "1,5 GB", "1.5 GB"),
        ("0", "", ""),
        ("-5", "", ""),
        ("NaN", "", ""),
        ("viel", "", ""),
    ],
)
def test_sizes(size: str, german: str, english: str) -> None:
    assert formats.size(size) == german
    assert formats.size(size, "en") == english


def test_numbers() -> None:
    assert formats.number(1234.5) == "1.234,5"
    assert formats.number(1234.5, "en") == "1,234.5"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "heute 13:00 Uhr"),
        (1, "gestern"),
        (2, "vor 2 Tagen"),
        (12, "vor 12 Tagen"),
        (30, "vor 30 Tagen"),
        (31, "24. Oktober 2026"),
        (-3, "27. November 2026"),
    ],
)
def test_ages(days: int, said: str) -> None:
    assert formats.age((NOW - timedelta(days=days)).isoformat(), NOW) == said


@pytest.mark.parametrize(
    ("hours", "german", "english"),
    [
        (1, "heute 14:00 Uhr", "today 14:00"),
        (15, "morgen 04:00 Uhr", "tomorrow 04:00"),
        (39, "26. November 2026", "26 November 2026"),
    ],
)
def test_what_is_to_come(hours: int, german: str, english: str) -> None:
    when = NOW + timedelta(hours=hours)
    assert (formats.coming(when, NOW), formats.coming(when, NOW, "en")) == (german, english)


def test_the_day_changes_at_midnight_in_berlin() -> None:
    assert formats.age("2026-11-24T23:10:00Z", datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == "heute 00:10 Uhr"
    assert formats.age("2026-11-24T22:50:00Z", datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == "gestern"


def test_times_and_durations() -> None:
    assert formats.time("2026-07-03T14:00:00Z") == "3. Juli 2026, 16:00 Uhr"
    assert formats.duration(75) == "75 Sekunden"
    assert formats.duration(190, "en") == "3 minutes"
    assert formats.duration(-1) == "0 Sekunden"


@pytest.mark.parametrize(
    ("code", "german", "english"),
    [
        ("GEOJSON", "GeoJSON", "GeoJSON"),
        ("WFS_SRVC", "WFS-Dienst", "WFS"),
        ("XLSX", "XLSX", "Excel XLSX"),
        ("CSV", "CSV", "CSV"),
        ("HTML", "Webseite", "HTML"),
        ("REST", "ArcGIS-REST-Dienst", "Esri REST"),
        ("MAP_SRVC", "ArcGIS-Kartendienst", "ArcGIS Map Service"),
        ("eigenes Format", "eigenes Format", "eigenes Format"),
        ("", "", ""),
    ],
)
def test_formats_on_buttons_are_short_names(code: str, german: str, english: str) -> None:
    assert (labels.format_name(code, "de"), labels.format_name(code, "en")) == (german, english)
