"""Takes persons out of readings: clerks' names, direct numbers and personal mailboxes give way to the office.

DESIGN 4.4: no clerk's name or direct number leaves by any door unless the source is marked as allowed to.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, cast

from harvesters.reading import Context, Reading
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal
from schemas.model import Agent, ContactPoint, Dataset, Resource, Resources, iri_of
from schemas.namespaces import DCAT, FOAF, VCARD

PERSON_REMOVED = declare(
    "person-removed",
    "Angaben zu einer Person in {0} wurden durch die Stelle ersetzt.",
    "Details of a person in {0} were replaced by the office.",
    "Nennen Sie an der Quelle die Organisationseinheit mit Funktionspostfach statt einer Person.",
    "Name the unit with its mailbox at the source instead of a person.",
    "GDPR Art. 5; DESIGN 4.4",
)
_PERSON_TYPES = {
    str(FOAF.Person),
    str(VCARD.Individual),
    "http://schema.org/Person",
    "http://www.w3.org/ns/prov#Person",
}
# Words of an office: a name that holds one of them is not a person's name.
_OFFICE = re.compile(
    r"(?i)\b(amt|ämter|abteilung|abt|fachbereich|fachdienst|sachgebiet|referat|dezernat|gemeinde\w*|stadt\w*|markt|kreis\w*|"
    r"landkreis|land|bund\w*|ministerium|verband|zweckverband|verein|gmbh|ag|kg|eigenbetrieb|betriebshof|bauhof|werke|"
    r"verwaltung|büro|buero|team|redaktion|service|stelle|zentrum|institut|office|department|agency|city|county|data|"
    r"open|geo\w*|portal|kontakt|contact|info\w*|support|helpdesk|webmaster|administrator|universit\w+|hochschule|"
    r"bibliothek|schule|kita|feuerwehr|polizei|gesundheit\w*|umwelt\w*|statist\w*|vermessung\w*|kataster\w*|\w*amt|"
    r"\w*verwaltung|\w*stelle|\w*dienst|\w*büro|\w*werke|\w*betrieb\w*|\w*verband|\w*referat|\w*leitung)\b"
)
_NAME_WORD = r"[A-ZÄÖÜ][a-zäöüßéèáàç]+(?:-[A-ZÄÖÜ][a-zäöüßéèáàç]+)?"
_PERSON_NAME = re.compile(
    rf"(?:(?:Herr|Frau|Dr\.|Prof\.|Dipl\.-?\w+\.?|Mr\.?|Mrs\.?|Ms\.?)\s+)*{_NAME_WORD}(?:\s+(?:von|van|zu|de)\s+|\s+|,\s*){_NAME_WORD}"
)
_TITLED = re.compile(r"\b(?:Herr|Frau|Mr\.?|Mrs\.?|Ms\.?)\s+[A-ZÄÖÜ]")
_MAILBOX_WORDS = re.compile(
    r"(?i)^(info|kontakt|contact|post|poststelle|mail|open[._-]?data|daten|geo\w*|gis\w*|service|rathaus|gemeinde|stadt\w*|"
    r"buergerbuero|buero|bauamt|ordnungsamt|webmaster|redaktion|presse|office|support|help\w*|statist\w*|umwelt\w*|"
    r"kaemmerei|verwaltung|zentrale|team|admin\w*|portal\w*|data\w*|\w*amt|\w*stelle|\w*dienst\w*|\w*verwaltung)\b"
)
_PERSONAL_MAILBOX = re.compile(r"(?i)^[a-zäöüß]+[._][a-zäöüß]{2,}(-[a-zäöüß]+)?\d*$")


def is_person_name(text: str) -> bool:
    """Whether a name is most likely a person's: a form of address, or two or three name words and no office word."""
    text = text.strip()
    if _TITLED.search(text):
        return True
    return _PERSON_NAME.fullmatch(text) is not None and not _OFFICE.search(text)


def is_personal_mailbox(address: str) -> bool:
    """Whether an e-mail address is most likely a person's: ``vorname.nachname@`` and no word of an office."""
    local = re.sub(r"(?i)^mailto:", "", address.strip()).partition("@")[0]
    return _PERSONAL_MAILBOX.match(local) is not None and not any(
        _MAILBOX_WORDS.match(part) for part in re.split(r"[._-]", local)
    )


def without_persons(reading: Reading, context: Context) -> Reading:
    """The reading with each person replaced by the office or, where none is named, by the region's contact."""
    record = reading.record
    findings: list[Finding] = []
    place = reading.native_id
    changed: dict[str, Resources] = {}
    contacts = tuple(_contact(value, context) for value in record.contact_point)
    if contacts != record.contact_point:
        changed["contact_point"] = contacts
        findings.append(Finding(Severity.INFO, place, str(DCAT.contactPoint), PERSON_REMOVED, ("contactPoint",)))
    if isinstance(record, Dataset):
        for role in ("creator", "contributor", "originator", "custodian"):
            before: Resources = getattr(record, role)
            after = tuple(agent for agent in (_agent(value) for value in before) if agent is not None)
            if after != before:
                changed[role] = after
                findings.append(Finding(Severity.INFO, place, None, PERSON_REMOVED, (role,)))
    publishers = tuple(agent for agent in (_agent(value) for value in record.publisher) if agent is not None)
    if publishers != record.publisher:
        changed["publisher"] = publishers
        findings.append(Finding(Severity.INFO, place, None, PERSON_REMOVED, ("publisher",)))
    persons = {companion.iri for companion in reading.companions if _is_person(companion)}
    if persons:
        for role in ("publisher", "creator", "contributor", "originator", "custodian"):
            values: Resources = changed.get(role, getattr(record, role, ()))
            if any(iri_of(value) in persons for value in values):
                changed[role] = tuple(value for value in values if iri_of(value) not in persons)
                findings.append(Finding(Severity.INFO, place, None, PERSON_REMOVED, (role,)))
    if not changed and not persons:
        return reading
    return replace(
        reading,
        record=replace(record, **cast(Any, changed)) if changed else record,
        companions=tuple(companion for companion in reading.companions if companion.iri not in persons),
        findings=reading.findings + tuple(findings),
    )


def _is_person(record: Resource) -> bool:
    if set(record.types) & _PERSON_TYPES:
        return True
    return isinstance(record, Agent) and any(is_person_name(name.text) for name in record.name)


def _agent(value: str | Resource) -> str | Resource | None:
    if not isinstance(value, Agent):
        return value
    if _is_person(value):
        return None
    personal = tuple(box for box in value.mbox if is_personal_mailbox(iri_of(box) or ""))
    return replace(value, mbox=tuple(box for box in value.mbox if box not in personal)) if personal else value


def _contact(value: str | Resource, context: Context) -> str | Resource:
    if not isinstance(value, ContactPoint):
        return value
    person = bool(set(value.types) & _PERSON_TYPES) or any(is_person_name(name.text) for name in value.fn)
    personal = tuple(box for box in value.has_email if is_personal_mailbox(iri_of(box) or ""))
    if not person and not personal:
        return value
    office = tuple(name for name in value.fn if not is_person_name(name.text))
    boxes = tuple(box for box in value.has_email if box not in personal)
    publisher = context.region.publisher
    return ContactPoint(
        fn=office or (Literal(context.municipality.name, context.region.language),),
        has_email=boxes or (() if value.has_url else (f"mailto:{publisher.email}",)),
        has_url=value.has_url,
    )
