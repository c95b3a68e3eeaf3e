"""What a list of a council's information system means: one dataset for a body and list, or for a year or term of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from harvesters.city.oparl_answers import LISTS, OF_PEOPLE, kind_of, municipality_key, said
from harvesters.city.oparl_lists import term_key
from harvesters.city.records import both, data_service, distribution, place_key, reading_of, say
from harvesters.cleaning import municipality_agent
from harvesters.mapping.account import IGNORED, Account, Part, Parts, Rule
from harvesters.mapping.agents import contact, publisher
from harvesters.mapping.field_rules import addresses
from harvesters.mapping.license_terms import Terms, terms
from harvesters.mapping.native_values import address_of, word
from harvesters.persons.words import is_likely_a_person
from harvesters.reading import UNREADABLE_RECORD, Context, Native, Reading, Unusable
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal, date, is_web
from schemas.model import Agent, DatasetSeries, PeriodOfTime, Resource, RightsStatement
from schemas.vocabularies import LISTS as CODES

KEY_REPAIRED = declare(
    "oparl-key-repaired",
    "Der Gemeindeschlüssel „{0}“ hat nicht acht Ziffern; er wurde als {1} gelesen.",
    "The municipality's key “{0}” does not have eight digits; it was read as {1}.",
    "Geben Sie im Ratsinformationssystem den achtstelligen amtlichen Gemeindeschlüssel an.",
    "Give the official key of eight digits in the council information system.",
    "OParl 1.1, Body.ags; faults F80",
)


class ListNames(NamedTuple):
    """How a list is called, and what stands in it, in German and English."""

    de: str
    en: str
    of_de: str
    of_en: str


_NAMES = {
    "paper": ListNames("Vorlagen", "Papers", "Drucksachen: Vorlagen, Anträge, Anfragen", "papers, motions, questions"),
    "meeting": ListNames(
        "Sitzungen", "Meetings", "Sitzungen der Gremien", "meetings of the council and its committees"
    ),
    "organization": ListNames("Gremien", "Committees", "Gremien und Gruppierungen", "committees and groups"),
    "consultation": ListNames("Beratungen", "Consultations", "Beratungen der Vorlagen", "consultations of papers"),
    "agendaItem": ListNames("Tagesordnungspunkte", "Agenda items", "Tagesordnungspunkte der Sitzungen", "agenda items"),
    "file": ListNames("Dateien", "Files", "Verzeichnis der Dokumente", "the list of documents"),
    "locationList": ListNames("Ortsbezüge", "Places", "Orte, um die es geht", "places that are dealt with"),
    "legislativeTermList": ListNames("Wahlperioden", "Legislative terms", "Wahlperioden", "legislative terms"),
    "person": ListNames("Mandatsträger", "Council members", "Personen im Rat", "members of the council"),
    "membership": ListNames("Mitgliedschaften", "Memberships", "Mitgliedschaften in Gremien", "memberships"),
}


def _website(account: Account, field: str, value: Any) -> Any:
    """An address; servers write ``N/A`` where they have none."""
    return addresses(account, field, value) if said(value) else ()


BODY: dict[str, Rule | Part] = {
    "website": Rule("landing_page", _website),
    "web": Rule("landing_page", _website),
    "name": Part("", "name"),
    "license": Part("", "license"),
    "contactName": Part("contact", "name"),
    "contactEmail": Part("contact", "email"),
    **dict.fromkeys(("id", "type", "system", "created", "modified", "keyword", "ags", "rgs", "location"), IGNORED),
    **dict.fromkeys(("legislativeTerm", "mainOrganization", "oparlSince", "deleted"), IGNORED),
    **dict.fromkeys((*LISTS, *OF_PEOPLE), IGNORED),
}


def native_id(native: Native, context: Context) -> str | None:
    """The body's id, the list, and the year or term."""
    data = native.data if isinstance(native.data, dict) else {}
    body = data.get("body")
    identity = word(body.get("id")) if isinstance(body, dict) else ""
    name, part = word(data.get("list")), word(data.get("part"))
    if not identity or name not in _NAMES:
        return None
    return f"{identity}#{name}" + (f"/{part}" if part else "")


def read(native: Native, context: Context) -> Reading:
    """The dataset of a list or of a part of it. Raises Unusable."""
    data = native.data
    identity = native_id(native, context)
    if identity is None:
        reason = f"{type(data).__name__} without a body and a list"
        raise Unusable(Finding(Severity.VIOLATION, context.source.url, None, UNREADABLE_RECORD, (reason,)))
    body: dict[str, Any] = data["body"]
    system = data["system"] if isinstance(data.get("system"), dict) else {}
    account = Account(context, identity)
    account.focus = account.mint("dataset", identity)
    account.add("identifier", [Literal(identity)], "id", "copy")
    account.take([(name, f"body.{name}", value) for name, value in body.items()], BODY)
    named = said(body.get("name")) or context.municipality.name
    _describe(account, data, named)
    companions = _publisher(account, body, named)
    _contact(account, system, named)
    _period(account, data, body)
    rights = _terms(account, system)
    companions += _series(account, data, body, named, [companions[0].iri or ""])
    companions.append(_service(account, data, body, system, [companions[0].iri or ""], rights))
    _distribution(account, data, body, system, identity, rights)
    return reading_of(account, native, identity, companions)


def _describe(account: Account, data: dict[str, Any], named: str) -> None:
    """Title and description by the list, its part and the body; kinds of objects as keywords; the theme of governing."""
    names, part = _NAMES[word(data["list"])], _part_name(data)
    behind = f" {part}" if part else ""
    say(account, "title", f"{names.de}{behind} – {named}", f"{names.en}{behind} – {named}", "body.name")
    de = f"{names.of_de} aus dem Ratsinformationssystem: {named}{f' ({part})' if part else ''}."
    en = f"{names.of_en[0].upper()}{names.of_en[1:]} from the council information system: {named}{f' ({part})' if part else ''}."
    papers = [text for each in _list(data.get("papers")) if (text := word(each))]
    if papers:
        de += "\n\nNeueste Vorlagen:\n" + "\n".join(f"- {text}" for text in papers)
        en += "\n\nNewest papers:\n" + "\n".join(f"- {text}" for text in papers)
    say(account, "description", de, en, word(data["list"]))
    kinds = [Literal(text, account.language) for each in _list(data.get("kinds")) if (text := word(each))]
    account.add(
        "keyword", [Literal(names.de, "de"), Literal("Ratsinformation", "de"), *kinds], word(data["list"]), "copy"
    )
    if theme := CODES["data-theme"].by_code("GOVE"):
        account.add("theme", [theme.iri], word(data["list"]), "lookup")


def _part_name(data: dict[str, Any]) -> str:
    """How a part is called: its year, or the name of its legislative term."""
    part = word(data.get("part"))
    if not part or word(data.get("per")) != "term":
        return part
    term = _term(data["body"], part)
    return said(term.get("name")) or part


def _term(body: dict[str, Any], key: str) -> dict[str, Any]:
    terms = [each for each in _list(body.get("legislativeTerm")) if isinstance(each, dict)]
    return next((each for each in terms if term_key(each) == key), {})


def _publisher(account: Account, body: dict[str, Any], named: str) -> list[Resource]:
    """The body as publisher, and its place: by its official key, for names change and are written in many ways."""
    context = account.context
    key = municipality_key(body)
    stated = "ags" if word(body.get("ags")) else "rgs"
    placed = key is not None and place_key(account, key, f"body.{stated}")
    if not placed and word(body.get(stated)):
        account.refuse(f"body.{stated}", body[stated], "spatial")
    elif key is not None and word(body.get("ags")) not in ("", key):
        account.remark(Severity.INFO, account.paths["spatial"], KEY_REPAIRED, word(body["ags"]), key)
    town = next((each for each in context.region.municipalities if each.ags == key), None)
    agent: Agent | None = municipality_agent(context.base_url, town, context.region.language) if town else None
    if agent is None:
        # A body under public law is nobody, however it is called.
        parts: Parts = {"name": ("body.name", named), "contacttype": ("body.type", "organization")}
        website = address_of(body.get("website")) if said(body.get("website")) else None
        parts |= {"url": ("body.website", website)} if website else {}
        agent = publisher(account, parts, key or word(body.get("id")))
    assert agent is not None, "a name was given"
    assert agent.iri
    account.add("publisher", [agent.iri], "body.ags" if town else "body.name", "lookup" if town else "copy")
    return [agent]


def _contact(account: Account, system: dict[str, Any], named: str) -> None:
    """The body's contact, else the system's; who is a person is taken out later, the office stays."""
    parts = {name: given for name, given in account.parts.get("contact", {}).items() if said(given[1])}
    if not parts:
        fields = (("name", "contactName"), ("email", "contactEmail"))
        parts = {name: (f"system.{field}", system[field]) for name, field in fields if said(system.get(field))}
    if parts.get("name", ("", ""))[1] == named and is_likely_a_person(named):
        # "Kolpingstadt Kerpen" reads like a person; that it is the body itself says so much more.
        parts["name"] = (parts["name"][0], f"Verwaltung {named}")
    if parts and (point := contact(account, parts)) is not None:
        account.add("contact_point", [point], next(iter(parts.values()))[0], "copy")


def _period(account: Account, data: dict[str, Any], body: dict[str, Any]) -> None:
    """From when to when the objects are; a term that says so reaches as far as it says. The last change of an object."""
    term = _term(body, word(data.get("part"))) if word(data.get("per")) == "term" else {}
    begin, end = (date(word(term.get(field))) for field in ("startDate", "endDate"))
    field = "body.legislativeTerm"
    if begin is None:
        span = [date(word(day)) for day in _list(data.get("days"))]
        begin, end = span if len(span) == 2 else (None, None)
        field = "date" if data["list"] == "paper" else "start"
    if begin is not None:
        period = PeriodOfTime(start_date=(begin,), end_date=(end,) if end else ())
        account.add("temporal", [period], field, "computed")
    if changed := date(word(data.get("modified"))):
        account.add("modified", [changed], "modified", "computed")


def _terms(account: Account, system: dict[str, Any]) -> Terms:
    """The licence of the body, else that of the whole system (2.9)."""
    given = account.plain.get("license")
    if given is None or not said(given[1]):
        given = ("system.license", system["license"]) if said(system.get("license")) else None
    return terms(account, [given]) if given else Terms()


def _series(
    account: Account, data: dict[str, Any], body: dict[str, Any], named: str, publishers: list[str]
) -> list[Resource]:
    """The series that a year or term is a member of."""
    if not word(data.get("part")):
        return []
    names = _NAMES[word(data["list"])]
    iri = account.mint("series", f"series|{word(body['id'])}#{word(data['list'])}")
    account.add("in_series", [iri], word(data["list"]), "mint")
    made = DatasetSeries(
        iri=iri,
        title=both(f"{names.de} – {named}", f"{names.en} – {named}"),
        description=both(
            f"{names.of_de} aus dem Ratsinformationssystem: {named}.",
            f"{names.of_en[0].upper()}{names.of_en[1:]} from the council information system: {named}.",
        ),
        publisher=tuple(publishers),
        spatial=tuple(account.values.get("spatial", ())),  # type: ignore[arg-type]
    )
    return [made]


def _standard(body: dict[str, Any], system: dict[str, Any]) -> str:
    kind = kind_of(body)
    stated = word(system.get("oparlVersion"))
    return stated if is_web(stated) else f"https://schema.oparl.org/{kind.version if kind else '1.1'}/"


def _service_name(body: dict[str, Any]) -> str:
    return f"oparl|{word(body['id'])}"


def _service(
    account: Account,
    data: dict[str, Any],
    body: dict[str, Any],
    system: dict[str, Any],
    publishers: list[str],
    rights: Terms,
) -> Resource:
    """The interface of a body. What it serves is known where lists are whole; years and terms name it themselves."""
    named = said(body.get("name")) or account.context.municipality.name
    lists = [word(each) for each in _list(data.get("lists"))] if not word(data.get("part")) else []
    return data_service(
        account,
        _service_name(body),
        word(system.get("id")) or word(body["id"]),
        (f"OParl-Schnittstelle – {named}", f"OParl interface – {named}"),
        [f"{word(body['id'])}#{each}" for each in lists if each in _NAMES],
        description=(
            "Vorlagen, Sitzungen und Gremien des Ratsinformationssystems über OParl.",
            "Papers, meetings and committees of the council information system through OParl.",
        ),
        standards=(_standard(body, system),),
        publisher=[each for each in publishers if each],
        documents=("https://dev.oparl.org/spezifikation",),
        license=rights.license,
    )


def _distribution(
    account: Account, data: dict[str, Any], body: dict[str, Any], system: dict[str, Any], identity: str, rights: Terms
) -> None:
    part = _part_name(data)
    told = (
        "Seite um Seite; die nächste nennt links.next. Filter: created_since, modified_since.",
        "Page by page; links.next names the next. Filters: created_since, modified_since.",
    )
    if part:
        told = (
            f"{told[0]} Die Liste enthält auch die übrigen Jahre.",
            f"{told[1]} The list holds the other years too.",
        )
    made = distribution(
        account,
        f"{identity}#list",
        word(data.get("url")),
        ("Liste über OParl (JSON)", "List through OParl (JSON)"),
        "JSON",
        field=f"body.{word(data['list'])}",
        description=told,
        service=account.mint("service", _service_name(body)),
        standards=(_standard(body, system),),
        license=rights.license,
        rights=(RightsStatement(label=rights.rights),) if rights.rights else (),
    )
    account.values["distribution"] = [made]


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
