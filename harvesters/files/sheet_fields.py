"""What a row of a metadata sheet says, field by field, into the attributes of a dataset."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from harvesters.cleaning import municipality_agent
from harvesters.files.metadata_sheet import SheetRow
from harvesters.reading import NOT_UNDERSTOOD, Context, TraceEntry
from schemas import iris
from schemas.classes import HVD_LEGISLATION
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal, date, iri
from schemas.model import (
    Agent,
    ContactPoint,
    Location,
    PeriodOfTime,
    ProvenanceStatement,
    Resource,
    Resources,
    RightsStatement,
    Texts,
    Value,
)
from schemas.namespaces import DCTERMS
from schemas.region import Municipality
from schemas.vocabularies import (
    LISTS,
    find_access_right,
    find_frequency,
    find_geocoding_level,
    find_language,
    find_license,
    find_theme,
)
from schemas.vocabularies.spelling import fold

Extra = tuple[tuple[str, Value], ...]

WITHOUT_FILE = declare(
    "sheet-value-without-file",
    "Die Spalte „{0}“ sagt „{1}“ über eine Datei, die Zeile nennt aber keine; der Wert bleibt als Zusatzangabe erhalten.",
    "The column “{0}” says “{1}” of a file, but the row names none; the value is kept as an addition.",
    "Tragen Sie in der Zeile die Adresse der Datei ein.",
    "Enter the file's address in the row.",
)

_MAIL = re.compile(r"(?<![^@\s<>,;()])[^@\s<>,;()]+@[^@\s<>,;()]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"[+0(][\d\s()/.-]{5,30}")
_LIST = re.compile(r"[;|\n]")
_PERIOD = re.compile(r"(.{4,25}?)\s*(?:/|\bbis\b|–|—|\s-\s|(?<=\d{4})-(?=\d{4}))\s*(.{4,25})")
_TOWN = re.compile(r"^(?:Stadt|Gemeinde|Markt)\s+")
_YES = frozenset({"ja", "yes", "true", "wahr", "x", "1", "j", "y"})
_NO = frozenset({"nein", "no", "false", "falsch", "0", "n"})


class Draft:
    """A dataset in the making: attributes, licence for its distributions, trace, leftovers, findings, companions."""

    def __init__(self, native_id: str, context: Context) -> None:
        self.native_id = native_id
        self.context = context
        self.language = context.source.language
        self.values: dict[str, Any] = {}
        self.license: Resources = ()
        self.attribution: Texts = ()
        self.rights: Resources = ()
        self.trace: list[TraceEntry] = []
        self.leftovers: list[tuple[str, str]] = []
        self.findings: list[Finding] = []
        self.companions: list[Resource] = []

    def put(self, attribute: str, value: tuple[Any, ...], place: str, rule: str) -> None:
        """Enters a value that the source states."""
        self.values[attribute] = (*self.values.get(attribute, ()), *value)
        self.trace.append(TraceEntry(attribute, place, rule))

    def derive(self, attribute: str, value: tuple[Any, ...], place: str) -> None:
        """Enters a value that was read off the files."""
        self.put(attribute, value, place, "derived")

    def not_understood(self, field: str, text: str) -> None:
        """Enters that a value was not understood, and keeps it."""
        self.findings.append(Finding(Severity.WARNING, self.native_id, None, NOT_UNDERSTOOD, (field, text[:200])))
        self.leftovers.append((field, text))

    def without_file(self, row: SheetRow, *fields: str) -> None:
        """Enters that the row says something of a file and names none, and keeps it."""
        for field, column, text in row.values:
            if field in fields:
                name = field if column == "=" else column
                self.findings.append(Finding(Severity.WARNING, self.native_id, None, WITHOUT_FILE, (name, text[:200])))
                self.leftovers.append((name, text))

    def terms_of_dataset(self) -> Extra:
        """Licence and rights where no file bears them: at the dataset itself, as other catalogues have them."""
        self.trace = [
            entry._replace(attribute=entry.attribute.removeprefix("distribution."))
            if entry.attribute in ("distribution.license", "distribution.rights")
            else entry
            for entry in self.trace
            if entry.attribute != "distribution.license_attribution"
        ]
        terms = [(str(DCTERMS.license), value) for value in self.license]
        return (*terms, *((str(DCTERMS.rights), value) for value in self.rights))

    def literal(self, text: str) -> Literal:
        """A text in the source's language."""
        return Literal(text, self.language)


def read_row(row: SheetRow, draft: Draft) -> None:
    """Takes each field of a row; what no field is understands stays with the record as a leftover."""
    done: set[str] = set()
    for field, column, text in row.values:
        if field in _TOGETHER:
            if _TOGETHER[field] not in done:
                done.add(_TOGETHER[field])
                _BLOCKS[_TOGETHER[field]](row, draft)
        elif field in _FIELDS:
            _FIELDS[field](text, f"{row.sheet}: {column}, Zeile {row.number}", column, draft)
    draft.leftovers += row.unknown


_Field = Callable[[str, str, str, Draft], None]


def _text(attribute: str) -> _Field:
    def take(text: str, place: str, column: str, draft: Draft) -> None:
        draft.put(attribute, (draft.literal(text),), place, "copied")

    return take


def _plain(attribute: str) -> _Field:
    def take(text: str, place: str, column: str, draft: Draft) -> None:
        draft.put(attribute, (Literal(text),), place, "copied")

    return take


def _date(attribute: str) -> _Field:
    def take(text: str, place: str, column: str, draft: Draft) -> None:
        moment = date(text)
        if moment is None:
            draft.not_understood(column, text)
        else:
            draft.put(attribute, (moment,), place, "date")

    return take


def _keywords(text: str, place: str, column: str, draft: Draft) -> None:
    words = [word.strip() for word in re.split(r"[,;|\n]", text) if word.strip()]
    draft.put("keyword", tuple(draft.literal(word) for word in dict.fromkeys(words)), place, "split")


def _themes(text: str, place: str, column: str, draft: Draft) -> None:
    # Names of themes hold commas, so the whole goes first, then what semicolons part, then what commas part.
    found: list[str] = []
    for part in (part.strip() for part in _LIST.split(text)):
        codes = find_theme(part) or tuple(code for piece in part.split(",") for code in find_theme(piece.strip()))
        unknown = [piece.strip() for piece in part.split(",") if not find_theme(piece.strip())]
        if not find_theme(part) and unknown and part:
            draft.not_understood(column, ", ".join(unknown))
        found += [code.iri for code in codes]
    if found:
        draft.put("theme", tuple(dict.fromkeys(found)), place, "lookup")


def _license(text: str, place: str, column: str, draft: Draft) -> None:
    code = find_license(text)
    if code is not None:
        draft.license = (code.iri,)
        draft.trace.append(TraceEntry("distribution.license", place, "lookup"))
        return
    # Never guessed and never dropped (F76): what no list knows stays as rights in words.
    draft.findings.append(Finding(Severity.WARNING, draft.native_id, None, NOT_UNDERSTOOD, (column, text[:200])))
    _rights(text, place, column, draft)


def _rights(text: str, place: str, column: str, draft: Draft) -> None:
    draft.rights = (*draft.rights, RightsStatement(label=(draft.literal(text),)))
    draft.trace.append(TraceEntry("distribution.rights", place, "copied"))


def _attribution(text: str, place: str, column: str, draft: Draft) -> None:
    draft.attribution = (*draft.attribution, draft.literal(text))
    draft.trace.append(TraceEntry("distribution.license_attribution", place, "copied"))


def _publisher(text: str, place: str, column: str, draft: Draft) -> None:
    context = draft.context
    town = context.municipality
    if _is_town(text, town):
        agent = municipality_agent(context.base_url, town, context.region.language)
    else:
        key = iris.key(context.source.key, f"org:{fold(text)}")
        agent = Agent(iri=iris.mint(context.base_url, "agent", key), name=(draft.literal(text),))
    assert agent.iri
    draft.companions.append(agent)
    draft.put("publisher", (agent.iri,), place, "agent")


def _frequency(text: str, place: str, column: str, draft: Draft) -> None:
    _look_up("accrual_periodicity", find_frequency(text), text, place, column, draft)


def _access(text: str, place: str, column: str, draft: Draft) -> None:
    _look_up("access_rights", find_access_right(text), text, place, column, draft)


def _look_up(attribute: str, code: Any, text: str, place: str, column: str, draft: Draft) -> None:
    if code is None:
        draft.not_understood(column, text)
    else:
        draft.put(attribute, (code.iri,), place, "lookup")


def _languages(text: str, place: str, column: str, draft: Draft) -> None:
    for part in (part.strip() for part in re.split(r"[,;|\n]", text)):
        if part:
            _look_up("language", find_language(part), part, place, column, draft)


def _spatial(text: str, place: str, column: str, draft: Draft) -> None:
    """A municipality of the region by its official key (DCAT-AP.de 3.0 asks for it in dcterms:spatial); else the name."""
    for town in draft.context.region.municipalities:
        if _is_town(text, town):
            code, level = LISTS["municipality-key"].by_code(town.ags), find_geocoding_level("Gemeinde")
            if code is not None and level is not None:
                draft.put("spatial", (code.iri,), place, "lookup")
                draft.put("political_geocoding_level", (level.iri,), place, "lookup")
                return
    draft.put("spatial", (Location(pref_label=(draft.literal(text),)),), place, "copied")


def _is_town(text: str, town: Municipality) -> bool:
    return fold(text) in (fold(town.name), fold(_TOWN.sub("", town.name)))


def _landing_page(text: str, place: str, column: str, draft: Draft) -> None:
    address = iri(text)
    if address is None:
        draft.not_understood(column, text)
    else:
        draft.put("landing_page", (address,), place, "iri")


def _hvd(text: str, place: str, column: str, draft: Draft) -> None:
    if fold(text) in _NO:
        return
    found = [LISTS["hvd-category"].find(part.strip()) for part in (text, *_LIST.split(text))]
    codes = [code.iri for code in found if code is not None]
    if not codes and fold(text) not in _YES:
        draft.not_understood(column, text)
        return
    draft.put("applicable_legislation", (HVD_LEGISLATION,), place, "lookup")
    if codes:
        draft.put("hvd_category", tuple(dict.fromkeys(codes)), place, "lookup")


def _provenance(text: str, place: str, column: str, draft: Draft) -> None:
    draft.put("provenance", (ProvenanceStatement(label=(draft.literal(text),)),), place, "copied")


def _contact(row: SheetRow, draft: Draft) -> None:
    """Contact, e-mail and telephone make one contact point; persons are taken out later (harvesters.persons.readings)."""
    text = " ".join((*row.all("contact"), *row.all("email")))
    boxes = tuple(dict.fromkeys(f"mailto:{box}" for box in _MAIL.findall(text)))
    pages = tuple(filter(None, map(iri, re.findall(r"https?://\S+", text))))
    names = []
    for name in row.all("contact"):
        bare = re.sub(r"https?://\S+", "", _MAIL.sub("", name)).strip(" ,;:()<>")
        if bare:
            names.append(draft.literal(bare))
    phones = []
    for phone in row.all("phone"):
        if _PHONE.fullmatch(phone):
            phones.append("tel:" + re.sub(r"[^\d+]", "", phone.replace("(0)", "")))
        else:
            draft.not_understood("Telefon", phone)
    for mail in row.all("email"):
        if not _MAIL.search(mail):
            draft.not_understood("E-Mail", mail)
    if boxes or pages or names or phones:
        point = ContactPoint(fn=tuple(names), has_email=boxes, has_url=pages, has_telephone=tuple(phones))
        field = next(name for name, _, _ in row.values if name in ("contact", "email", "phone"))
        draft.put("contact_point", (point,), row.place(field), "contact")


def _temporal(row: SheetRow, draft: Draft) -> None:
    """The period from two columns, or from one that holds both ends (``2020-2024``, ``1.1.2025 bis 31.12.2025``)."""
    start, end = (row.first("start"), "start"), (row.first("end"), "end")
    if text := row.first("period"):
        match = _PERIOD.fullmatch(text)
        parts = match.groups() if match and date(text) is None else (text, text)
        start, end = (start if start[0] else (parts[0], "period")), (end if end[0] else (parts[1], "period"))
    days = []
    for text, field in (start, end):
        moment = date(text.strip()) if text else None
        if text and moment is None and (column := row.place(field)):
            draft.not_understood(column.partition(": ")[2].partition(", Zeile")[0], text)
        days.append((moment,) if moment else ())
    if days[0] or days[1]:
        field = start[1] if start[0] else end[1]
        draft.put("temporal", (PeriodOfTime(start_date=days[0], end_date=days[1]),), row.place(field), "date")


_FIELDS: dict[str, _Field] = {
    "title": _text("title"),
    "description": _text("description"),
    "keyword": _keywords,
    "theme": _themes,
    "license": _license,
    "rights": _rights,
    "publisher": _publisher,
    "frequency": _frequency,
    "spatial": _spatial,
    "modified": _date("modified"),
    "issued": _date("issued"),
    "identifier": _plain("identifier"),
    "landing_page": _landing_page,
    "attribution": _attribution,
    "language": _languages,
    "hvd": _hvd,
    "provenance": _provenance,
    "legal_basis": _text("legal_basis"),
    "version": _plain("version"),
    "access": _access,
}
_TOGETHER = {"contact": "contact", "email": "contact", "phone": "contact"} | dict.fromkeys(
    ("period", "start", "end"), "temporal"
)
_BLOCKS: dict[str, Callable[[SheetRow, Draft], None]] = {"contact": _contact, "temporal": _temporal}
