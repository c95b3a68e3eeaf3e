"""What a calendar means: one dataset for it, or for each year of it as a member of a series."""

from __future__ import annotations

import calendar as months
import datetime
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from harvesters.city import calendars
from harvesters.city.records import both, days, distribution, reading_of, say
from harvesters.cleaning import municipality_agent
from harvesters.mapping.account import Account
from harvesters.mapping.native_values import address_of, word
from harvesters.mapping.summaries import begun, summary_id
from harvesters.reading import Context, Native, Reading
from schemas.findings import Severity, declare
from schemas.kinds import Literal, date, is_web
from schemas.model import DatasetSeries, PeriodOfTime, Resource
from schemas.vocabularies import LISTS, find_frequency

_STANDARD = "https://www.rfc-editor.org/rfc/rfc5545"
RULES = {
    calendars.ZONE: declare(
        "ics-unknown-zone",
        "Der Kalender nennt die unbekannte Zeitzone „{0}“; seine Zeiten wurden als deutsche gelesen.",
        "The calendar names the unknown time zone “{0}”; its times were read as German ones.",
        "Lassen Sie den Kalender mit der Zeitzone Europe/Berlin ausgeben.",
        "Have the calendar written with the time zone Europe/Berlin.",
        "RFC 5545, 3.2.19; faults F47",
    ),
    calendars.FLOATING: declare(
        "ics-floating-time",
        "Der Kalender nennt Zeiten ohne Zeitzone; sie wurden als deutsche gelesen.",
        "The calendar gives times without a time zone; they were read as German ones.",
        "Lassen Sie den Kalender mit der Zeitzone Europe/Berlin ausgeben.",
        "Have the calendar written with the time zone Europe/Berlin.",
        "RFC 5545, 3.3.5; faults F47",
    ),
    calendars.REFUSED: declare(
        "ics-rule-not-expanded",
        "Die Wiederholung „{0}“ wurde nicht oder nur bis zu zwei Jahren ausgeführt.",
        "The recurrence “{0}” was not carried out, or only for up to two years.",
        "Geben Sie Wiederholungen nach Tagen, Wochen, Monaten oder Jahren mit einem Ende an.",
        "Give recurrences by days, weeks, months or years with an end.",
        "RFC 5545, 3.3.10; faults F47",
    ),
    calendars.CUT: declare(
        "ics-too-many-events",
        "Der Kalender hat mehr als {0} Termine; die übrigen blieben unberücksichtigt.",
        "The calendar has more than {0} events; the others were left out.",
        "Teilen Sie den Kalender auf.",
        "Divide the calendar.",
        "faults F47",
    ),
    calendars.UNREADABLE: declare(
        "ics-event-unreadable",
        "Der Kalender hat Termine ohne lesbaren Beginn; sie blieben unberücksichtigt.",
        "The calendar has events without a readable begin; they were left out.",
        "Geben Sie jedem Termin einen Beginn (DTSTART) in der Form des Standards.",
        "Give each event a begin (DTSTART) in the standard's form.",
        "RFC 5545, 3.8.2.4",
    ),
}
_WASTE = re.compile(
    r"(?i)abfall|abfuhr|müll|biotonne|papiertonne|restmuell|\btonne|gelbe[rn]?\s+sack|sperrmüll|wertstoff|schadstoff|altpapier|grünschnitt"
)
# Files of these names are told apart by nothing but their source.
_NO_NAMES = frozenset({"kalender", "calendar", "ical", "ics", "export", "feed", "termine", "events", "basic", "public"})
_YEAR = re.compile(r"(?:(?<!\s)\s+)?(?<!\d)20\d\d(?!\d)\s*")


def native_id(native: Native, context: Context) -> str | None:
    """The calendar's address or name without the year, and the year."""
    return summary_id(native)


def read(native: Native, context: Context) -> Reading:
    """The dataset of a calendar or of a year of it. Raises Unusable."""
    data, identity, account = begun(native, context)
    # A name alone is one for this source only.
    host = urlsplit(word(data.get("address"))).netloc
    known = identity if identity.startswith(host) else f"{host}/{identity}"
    account.add("identifier", [Literal(known)], "address", "composed")
    texts = data["texts"] if isinstance(data.get("texts"), dict) else {}
    year, series = word(data.get("year")), word(data.get("series"))
    name = _name(account, data, texts)
    _describe(account, data, texts, name, year)
    _period(account, data, bool(series))
    companions: list[Resource] = [_series(account, series, name)] if series and year else []
    title = ("Kalenderdatei (iCalendar)", "Calendar file (iCalendar)")
    address = word(data.get("address"))
    made = distribution(
        account, f"{identity}#ics", address, title, "ICS", field="address", standards=(_STANDARD,), download=True
    )
    account.values["distribution"] = [made]
    for remark in data.get("remarks") or [] if isinstance(data.get("remarks"), list) else []:
        if isinstance(remark, list) and remark and (rule := RULES.get(word(remark[0]))):
            arguments = (*(word(each) for each in remark[1:]), "")[:1]
            is_floating = word(remark[0]) == calendars.FLOATING
            account.remark(Severity.INFO if is_floating else Severity.WARNING, None, rule, *arguments)
    return reading_of(account, native, identity, companions)


def _name(account: Account, data: dict[str, Any], texts: dict[str, Any]) -> str:
    """How the calendar is called: by itself, by the link to it, by its file, by the source."""
    file = unquote(urlsplit(word(data.get("address"))).path).rpartition("/")[2].rpartition(".")[0]
    offers = (("NAME", word(texts.get("name"))), ("link", word(data.get("label"))), ("address", _words(file)))
    field, name = next(((field, text) for field, text in offers if text), ("source", account.context.source.title))
    year = word(data.get("year"))
    shown = f"{name} {year}" if year and year not in name else name
    account.add("title", [Literal(shown, account.language)], field, "copy")
    return name


def _words(file: str) -> str:
    words = re.sub(r"[_\-.+]+", " ", file).strip()
    return words if re.search(r"[^\W\d_]{3,}", words) and words.casefold() not in _NO_NAMES else ""


def _describe(account: Account, data: dict[str, Any], texts: dict[str, Any], name: str, year: str) -> None:
    kinds = [text for each in _list(data.get("kinds")) if (text := word(each))]
    if text := word(texts.get("description")):
        account.add("description", [Literal(text, account.language)], "DESCRIPTION", "copy")
    else:
        of = f" für {year}" if year else ""
        en_of = f" for {year}" if year else ""
        shown = f": {', '.join(kinds)}" if kinds else ""
        say(account, "description", f"Termine{of}{shown}.", f"Events{en_of}{shown}.", "SUMMARY")
    if kinds:
        account.add("keyword", [Literal(kind, account.language) for kind in kinds], "CATEGORIES", "copy")
    told = " ".join((name, *kinds))
    if _WASTE.search(told) and (theme := LISTS["data-theme"].by_code("ENVI")):
        account.add("theme", [theme.iri], "SUMMARY", "lookup")
    if (address := address_of(texts.get("url"))) and is_web(address):
        account.add("landing_page", [address], "URL", "copy")
    if refresh := word(texts.get("refresh")):
        if often := find_frequency(f"R/{refresh}"):
            account.add("accrual_periodicity", [often.iri], "REFRESH-INTERVAL", "lookup")
        else:
            account.leave("REFRESH-INTERVAL", refresh)


def _period(account: Account, data: dict[str, Any], is_year: bool) -> None:
    """From the first to the last day; where the window may move on each day, in whole months."""
    span = _list(data.get("days"))
    begin, end = (_day(each) for each in (span if len(span) == 2 else (None, None)))
    if begin is None:
        return
    if not is_year:
        begin = begin.replace(day=1)
        end = end.replace(day=months.monthrange(end.year, end.month)[1]) if end else None
    if end is not None:
        days(account, (begin.isoformat(), end.isoformat()), "DTSTART")
    elif start := date(begin.isoformat()):
        account.add("temporal", [PeriodOfTime(start_date=(start,))], "DTSTART", "computed")


def _day(value: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(word(value))
    except ValueError:
        return None


def _series(account: Account, series: str, name: str) -> DatasetSeries:
    """The series of the years of a calendar (F81)."""
    iri = account.mint("series", f"series|{series}")
    account.add("in_series", [iri], "year", "mint")
    context = account.context
    publisher = municipality_agent(context.base_url, context.municipality, context.region.language).iri
    title = _YEAR.sub(" ", name).strip(" -–,:") or name
    return DatasetSeries(
        iri=iri,
        title=(Literal(title, account.language),),
        description=both(f"Jahr um Jahr: {title}", f"Year by year: {title}"),
        publisher=(publisher,) if publisher else (),
        accrual_periodicity=(often.iri,) if (often := find_frequency("annual")) else (),
    )


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
