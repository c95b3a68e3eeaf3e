"""Whether a dataset is kept up, in words: at a glance (badges), and how late it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from markupsafe import Markup

from catalog import formats
from catalog.reading.entries import Entry
from catalog.web.pages import live, states
from catalog.web.templates import Page
from schemas.model import Dataset, PeriodOfTime, iri_of
from schemas.vocabularies import LISTS

# How many days may pass between two changes; what is missing here has no fixed rhythm.
_DAYS = {
    code: days
    for days, codes in {
        1: "UPDATE_CONT 1MIN 10MIN 15MIN HOURLY DAILY_2 DAILY",
        7: "WEEKLY_3 WEEKLY_2 WEEKLY",
        14: "BIWEEKLY",
        31: "MONTHLY_3 MONTHLY_2 MONTHLY",
        62: "BIMONTHLY",
        92: "QUARTERLY",
        183: "ANNUAL_3 ANNUAL_2",
        366: "ANNUAL",
        731: "BIENNIAL",
        1096: "TRIENNIAL",
    }.items()
    for code in codes.split()
}


def lateness(page: Page, entry: Entry, record: Dataset) -> int | None:
    """By how many days a dataset is late against its own rhythm; 0 if it is kept up, None where that cannot be told."""
    rhythm = next(
        (code for v in record.accrual_periodicity if (code := LISTS["frequency"].by_iri(iri_of(v) or ""))), None
    )
    changed = formats.moment(entry.summary.modified)
    if rhythm is None or rhythm.code not in _DAYS or changed is None:
        return None
    days = _DAYS[rhythm.code]
    late = page.now - changed - timedelta(days=days)
    # Half a rhythm more is no delay yet: weekends, holidays, a monthly table on the 3rd.
    if late <= timedelta(days=days / 2 + 1):
        return 0
    return None if is_finished(page, record) else late.days


def is_finished(page: Page, record: Dataset) -> bool:
    """Whether a dataset is a part of a series whose time is over: what comes next is a dataset of its own."""
    said = [end.text for period in record.temporal if isinstance(period, PeriodOfTime) for end in period.end_date]
    ends = [end for text in said if (end := formats.moment(text)) is not None]
    return bool(record.in_series and ends) and max(ends) < page.now


def badges(page: Page, entry: Entry, record: Dataset) -> Iterator[tuple[Markup, str]]:
    """What a reader should know at first sight: source dead, gone at the source, kept up or not, high value."""
    _ = page.texts.text
    if stale := states.stale_since(states.sources(page)).get(entry.source_key):
        yield _("Veraltet seit {date}: Die Quelle liefert nichts mehr", date=page.day(stale)), "notice"
    if entry.absent_since:
        yield _("Seit {date} nicht mehr an der Quelle", date=page.day(entry.absent_since)), "notice"
    if entry.archived:
        yield _("Archiviert"), "idle"
    late = lateness(page, entry, record)
    if late:
        yield page.texts.plural("Überfällig seit {n} Tag", "Überfällig seit {n} Tagen", late), "notice"
    elif late == 0:
        yield _("Aktuell"), "good"
    elif is_finished(page, record):
        yield _("Zeitraum abgeschlossen"), "idle"
    if live.is_live(record):
        yield _("Live-Werte"), "info"
    if record.hvd_category:
        yield _("Hochwertiger Datensatz (HVD)"), "good"
