"""Rules of repetition in words: simple ones as one says them, no others."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.web.pages import recurring_words
from catalog.web.texts import texts

SAID = (
    ("FREQ=DAILY", "jeden Tag", "every day"),
    ("FREQ=WEEKLY", "jede Woche", "every week"),
    ("FREQ=WEEKLY;BYDAY=TU", "jede Woche am Dienstag", "every week on Tuesday"),
    ("freq=weekly;byday=tu;", "jede Woche am Dienstag", "every week on Tuesday"),
    ("FREQ=WEEKLY;WKST=SU;BYDAY=TH,TU", "jede Woche am Dienstag und Donnerstag", "every week on Tuesday and Thursday"),
    (
        "FREQ=DAILY;BYDAY=MO,TU,WE",
        "jede Woche am Montag, Dienstag und Mittwoch",
        "every week on Monday, Tuesday and Wednesday",
    ),
    ("FREQ=WEEKLY;INTERVAL=2", "alle zwei Wochen", "every two weeks"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "alle zwei Wochen am Montag", "every two weeks on Monday"),
    ("FREQ=WEEKLY;INTERVAL=6", "alle 6 Wochen", "every 6 weeks"),
    ("FREQ=WEEKLY;UNTIL=20261231", "jede Woche, bis 31. Dezember 2026", "every week, until 31 December 2026"),
    # The last hour of the year, written in UTC.
    ("FREQ=WEEKLY;UNTIL=20261231T230000Z", "jede Woche, bis 1. Januar 2027", "every week, until 1 January 2027"),
    ("FREQ=WEEKLY;UNTIL=20261231T225959Z", "jede Woche, bis 31. Dezember 2026", "every week, until 31 December 2026"),
    ("FREQ=DAILY;COUNT=10", "jeden Tag, 10-mal", "every day, 10 times"),
    ("FREQ=MONTHLY", "jeden Monat", "every month"),
    ("FREQ=MONTHLY;BYDAY=1TU", "jeden Monat am ersten Dienstag", "every month on the first Tuesday"),
    ("FREQ=MONTHLY;BYDAY=-1FR", "jeden Monat am letzten Freitag", "every month on the last Friday"),
    ("FREQ=MONTHLY;BYDAY=WE;BYSETPOS=3", "jeden Monat am dritten Mittwoch", "every month on the third Wednesday"),
    ("FREQ=MONTHLY;BYMONTHDAY=15", "jeden Monat am 15.", "every month on day 15"),
    ("FREQ=MONTHLY;BYMONTHDAY=-1;INTERVAL=2", "alle zwei Monate am letzten Tag", "every two months on the last day"),
    ("FREQ=YEARLY", "jedes Jahr", "every year"),
    ("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=3", "jedes Jahr am 3. Oktober", "every year on 3 October"),
    (
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "jedes Jahr am letzten Sonntag im März",
        "every year on the last Sunday of March",
    ),
    ("FREQ=YEARLY;BYMONTH=12", "jedes Jahr im Dezember", "every year in December"),
)
# What would be said wrongly or by half.
UNSAID = (
    *("", "FREQ=", "FREQ=HOURLY", "FREQ=SECONDLY", "jeden Dienstag", "INTERVAL=2", "FREQ=WEEKLY;X-EIGENES=1"),
    *("FREQ=WEEKLY;BYHOUR=9,17", "FREQ=WEEKLY;BYDAY=1TU", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYMONTH=4,5"),
    *(
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=WEEKLY;UNTIL=bald",
        "FREQ=DAILY;COUNT=2;UNTIL=20261231",
    ),
    *("FREQ=DAILY;INTERVAL=2;BYDAY=MO,TU", "FREQ=DAILY;BYMONTH=6", "FREQ=WEEKLY;BYDAY=TU;BYSETPOS=1"),
    *("FREQ=MONTHLY;BYDAY=TU", "FREQ=MONTHLY;BYDAY=1TU,3TU", "FREQ=MONTHLY;BYDAY=7TU", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
    *("FREQ=MONTHLY;BYMONTHDAY=40", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"),
    *(
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYMONTHDAY=3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=0",
    ),
    *(
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=YEARLY;BYYEARDAY=100",
        "FREQ=YEARLY;BYMONTH=1,7",
        "FREQ=YEARLY;BYSETPOS=1;BYMONTH=3",
    ),
)


@pytest.mark.parametrize(("rule", "german", "english"), SAID)
def test_a_simple_rule_is_said(rule: str, german: str, english: str) -> None:
    assert recurring_words.said(texts("de"), rule) == german
    assert recurring_words.said(texts("en"), rule) == english


@pytest.mark.parametrize("rule", UNSAID)
def test_what_words_do_not_say_wholly_is_not_said(rule: str) -> None:
    assert recurring_words.said(texts("de"), rule) is None


PARTS = st.sampled_from(
    (
        *(
            "FREQ=DAILY",
            "FREQ=WEEKLY",
            "FREQ=MONTHLY",
            "FREQ=YEARLY",
            "BYDAY=MO",
            "BYDAY=2TU",
            "BYDAY=-1SU",
            "BYMONTH=5",
        ),
        *(
            "BYMONTHDAY=31",
            "BYMONTHDAY=-1",
            "BYSETPOS=2",
            "BYSETPOS=99",
            "COUNT=1",
            "COUNT=x",
            "UNTIL=99991231",
            "INTERVAL=3",
        ),
        *("UNTIL=00010101T000000Z", "BYWEEKNO=1", "BYDAY=", "=", "BYMONTH=13", "BYMONTHDAY=١", "WKST=MO"),
    )
)


@given(st.one_of(st.text(), st.lists(PARTS, max_size=6).map(";".join)), st.sampled_from(("de", "en")))
@example("FREQ=WEEKLY;UNTIL=99991231T235959Z", "de")
def test_no_rule_breaks_a_page(rule: str, language: str) -> None:
    said = recurring_words.said(texts(language), rule)
    assert said is None or (said and "=" not in said and "{" not in said)
