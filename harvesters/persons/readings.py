"""Takes persons out of readings: clerks' names, direct numbers and personal mailboxes give way to the office.

DESIGN 4.4: no clerk's name or direct number leaves by any door unless the source is marked as allowed to. What looks
like a person is told by :mod:`harvesters.persons.words`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from operator import attrgetter
from typing import Any, cast

from harvesters.mapping.account import PATHS
from harvesters.persons import texts as person_texts
from harvesters.persons.leftovers import (
    address_mentions,
    scrubbed_findings,
    scrubbed_leftovers,
    scrubbed_trace,
)
from harvesters.persons.offices import office_agent, office_contact, region_names
from harvesters.persons.signs import (
    CREDITS,
    IMPERSONAL,
    MAILBOXES,
    NAMES,
    OF_PERSONS,
    PAGES,
    ROLE_ATTRIBUTES,
    ROLES,
    has_agent,
    is_named_by,
    is_named_like_agent,
    is_typed_as_body,
    is_typed_as_person,
    local_name,
    mailboxes,
    member_names,
    without_numbers,
)
from harvesters.persons.words import (
    is_likely_a_person,
    is_office_mailbox,
    is_office_word,
    is_person_name,
    is_personal_mailbox,
    is_surely_a_person,
    name_of_mailbox,
    name_words,
    without_names,
)
from harvesters.reading import Context, Harvested, Reading
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal
from schemas.model import Agent, Attribution, ContactPoint, Resource, Texts, Value
from schemas.namespaces import PROV

PERSON_REMOVED = declare(
    "person-removed",
    "Angaben zu einer Person in {0} wurden entfernt oder durch die Stelle ersetzt.",
    "Details of a person in {0} were removed or replaced by the office.",
    "Nennen Sie an der Quelle die Organisationseinheit mit Funktionspostfach statt einer Person.",
    "Name the unit with its mailbox at the source instead of a person.",
    "GDPR Art. 5; DESIGN 4.4",
)
_AGREEING_PASSES = 3
_ATTRIBUTION = str(PROV.Attribution)
# Agents and contact points in which no person was found, by place in memory, role and region.
_WITHOUT_PERSONS: dict[tuple[int, str, frozenset[str]], Resource] = {}
_MOST_KEPT = 4096


def without_persons(reading: Reading, context: Context) -> Reading:
    """The reading with each person replaced by the office or, where none is named, by the region's contact.

    Persons go from the record, what comes with it, the leftovers and the readers' findings. The new findings name
    the field and never the person.
    """
    work = _Removal(context)
    record, companions = reading.record, reading.companions
    for _ in range(_AGREEING_PASSES):
        before = (len(work.persons), len(work.known))
        companions = tuple([kept for each in companions if (kept := work.companion(each, record)) is not None])
        record = cast(Harvested, work.inside(record))
        if before == (len(work.persons), len(work.known)):
            break
    leftovers, left = scrubbed_leftovers(reading.leftovers, work.known, work.own) if reading.leftovers else ((), [])
    trace = scrubbed_trace(reading.trace, work.known, work.own)
    findings = reading.findings
    if findings:
        findings = scrubbed_findings(findings, work.known, work.persons, reading.native_id, work.own)
    if work.places or left:
        paths = PATHS.get(type(record), {})
        new = [
            Finding(Severity.INFO, reading.native_id, paths.get(attribute), PERSON_REMOVED, (place,))
            for place, attribute in work.places.items()
        ]
        new += [
            Finding(Severity.INFO, reading.native_id, None, PERSON_REMOVED, (field,))
            for field in dict.fromkeys(left)
            if field not in work.places
        ]
        findings += tuple(new)
    elif findings is reading.findings and trace is reading.trace:
        return reading
    return replace(reading, record=record, companions=companions, trace=trace, leftovers=leftovers, findings=findings)


class _Removal:
    """The removal of persons from one reading.

    ``persons`` are the IRIs of removed persons, ``known`` the words of their names, ``places`` says where they stood.
    """

    __slots__ = ("context", "known", "own", "path", "persons", "places")

    def __init__(self, context: Context) -> None:
        self.context = context
        self.own = region_names(context.region)
        self.persons: set[str] = set()
        self.known: set[tuple[str, ...]] = set()
        self.places: dict[str, str] = {}
        self.path: list[str] = []

    def companion(self, companion: Resource, record: Resource) -> Resource | None:
        """A record that comes with the reading, without persons; None if it is one."""
        if not isinstance(companion, Agent | ContactPoint):
            return self._resource(companion, _KINDS.get(type(companion).__name__, "companion"), False)
        # The finding names the role in which the record refers to it; one that is gone is noted where it was named.
        roles = (name for name in ROLE_ATTRIBUTES if companion.iri in getattr(record, name, ()))
        noted = len(self.places)
        role = next(roles, "agent")
        kept = self._resource(companion, role, True)
        if isinstance(companion, ContactPoint) and companion.iri in self.persons:
            kept = None
        if kept is None and role == "agent" and len(self.places) > noted:
            self.places.pop(role, None)
        return kept

    def inside(self, record: Resource) -> Resource:
        """A record without the persons that it names."""
        names, get = _attributes(cast(Any, type(record)))
        changed: dict[str, Any] = {}
        for name, values in zip(names, get(record), strict=True):
            if values:
                after = self._values(name, values)
                if after is not values:
                    changed[name] = after
        if record.extra:
            extra = self._extra(record.extra)
            if extra is not record.extra:
                changed["extra"] = extra
        return replace(record, **changed) if changed else record

    def _values(self, name: str, values: tuple[Value, ...]) -> tuple[Value, ...]:
        after: list[Value] | None = None
        for number, value in enumerate(values):
            kept: Value | None = value
            if type(value) is str:
                if name in ROLES or name in PAGES or value[:7] == "mailto:":
                    kept = self._reference(value, name)
                elif value in self.persons:
                    kept = None
                    self._note(name)
            elif type(value) is Literal:
                if value.datatype is None and (self.known or person_texts.has_signs(value.text)):
                    kept = self._text(value, name)
                if name in CREDITS and kept is value and is_surely_a_person(value.text, self.own):
                    kept = self._name(value, name)
            else:
                kept = self._resource(cast(Resource, value), name, name in ROLES)
            if after is None:
                if kept is value:
                    continue
                after = list(values[:number])
            if kept is not None:
                after.append(kept)
        return values if after is None else tuple(after)

    def _extra(self, extra: tuple[tuple[str, Value], ...]) -> tuple[tuple[str, Value], ...]:
        touched = False
        after: list[tuple[str, Value]] = []
        for predicate, value in extra:
            name = local_name(predicate)
            kept: Value | None = value
            if name in OF_PERSONS:
                kept = None
                self._note(name, value)
            elif (name in ROLES or name in MAILBOXES) and type(value) is Literal:
                kept = self._name(value, name)
            else:
                (kept,) = self._values(name, (value,)) or (None,)
            if kept is not value:
                touched = True
            if kept is not None:
                after.append((predicate, kept))
        return tuple(after) if touched else extra

    def _note(self, name: str, value: Value | None = None) -> None:
        """Notes that something of a person stood here; what it said is not to appear elsewhere."""
        path = [*self.path, name]
        path = path[: next((number for number, part in enumerate(path) if part in ROLES), len(path)) + 1]
        self.places.setdefault(".".join(_SHOWN.get(part, part) for part in path), path[0])
        if isinstance(value, Literal):
            self._remember(value.text)

    def _remember(self, name: str) -> None:
        if "@" in name:
            words = name_of_mailbox(name)
        else:
            office = name_words(without_names(name, self.own))
            words = tuple(word for word in name_words(name) if word not in office) or office
        if len(words) > 1 and not any(is_office_word(word) for word in words):
            self.known.add(words)

    def _reference(self, iri: str, name: str) -> str | None:
        personal = iri in self.persons or (iri[:7] == "mailto:" and is_personal_mailbox(iri))
        if not personal and (name in ROLES or name in PAGES):
            personal = "orcid.org/" in iri or address_mentions(iri, self.known)
        if not personal:
            return iri
        self._note(name)
        if iri[:7] == "mailto:":
            self._remember(iri)
        return None

    def _text(self, value: Literal, name: str) -> Literal:
        text = person_texts.without_persons(value.text, value.lang, self.known)
        if text == value.text:
            return value
        self._note(name)
        return value._replace(text=text)

    def _name(self, value: Literal, name: str) -> Literal | None:
        rest = without_names(value.text, self.own)
        if "@" in rest and is_personal_mailbox(rest):
            rest = ""
        if rest == value.text:
            return value
        self._note(name, value)
        return value._replace(text=rest) if rest else None

    def _resource(self, value: Resource, name: str, role: bool) -> Resource | None:
        contact = isinstance(value, ContactPoint)
        if not (contact or role or isinstance(value, Agent) or is_typed_as_person(value) or is_named_like_agent(value)):
            self.path.append(name)
            kept: Resource | None = self.inside(value)
            self.path.pop()
            if type(value) is Attribution or _ATTRIBUTION in value.types:
                return kept if kept is value or has_agent(cast(Resource, kept)) or not has_agent(value) else None
            return kept
        # The same publisher and contact come with record after record, as one object.
        alone = not (self.known or self.persons)
        if alone and _WITHOUT_PERSONS.get((id(value), name, self.own)) is value:
            return value
        kept = self._contact(value, name) if isinstance(value, ContactPoint) else self._agent(value, name)
        if alone and kept is value:
            if len(_WITHOUT_PERSONS) >= _MOST_KEPT:
                _WITHOUT_PERSONS.clear()
            _WITHOUT_PERSONS[id(value), name, self.own] = value
        return kept

    def _names_of(self, value: Resource, own: Texts) -> list[Literal]:
        return [
            *own,
            *(said for predicate, said in value.extra if isinstance(said, Literal) and local_name(predicate) in NAMES),
        ]

    def _agent(self, value: Resource, name: str) -> Resource | None:
        own: Texts = value.name if isinstance(value, Agent) else ()
        names = self._names_of(value, own)
        looks = is_person_name
        if is_typed_as_body(value):
            looks = is_surely_a_person
        elif name == "publisher":
            looks = is_likely_a_person
        persons = [each for each in names if looks(each.text, self.own)]
        boxes = mailboxes(value)
        persons += [each for each in names if each not in persons and is_named_by(each.text, boxes)]
        whole = is_typed_as_person(value) or (
            all(each in persons and without_names(each.text, self.own) in ("", each.text) for each in names)
            if names
            else any(local_name(predicate) in OF_PERSONS for predicate, _ in value.extra)
        )
        if whole:
            for each in names:
                self._remember(each.text)
            for box in boxes:
                if is_personal_mailbox(box):
                    self._remember(box)
            if value.iri:
                self.persons.add(value.iri)
            self._note(name)
            return None
        personal = bool(persons) or any(is_personal_mailbox(box) for box in boxes)
        if not personal:
            self.path.append(name)
            kept = self.inside(value)
            self.path.pop()
            return kept
        for each in persons:
            self._remember(each.text)
        self._note(name)
        self.path.append(name)
        kept = self.inside(office_agent(value, persons, boxes, self.own))
        self.path.pop()
        return kept

    def _contact(self, value: ContactPoint, name: str) -> Resource:
        names = self._names_of(value, value.fn)
        boxes = mailboxes(value)
        typed = is_typed_as_person(value)
        persons = [
            each for each in names if typed or is_person_name(each.text, self.own) or is_named_by(each.text, boxes)
        ]
        personal = [box for box in boxes if is_personal_mailbox(box) or (typed and not is_office_mailbox(box))]
        of_person = any(local_name(predicate) in OF_PERSONS for predicate, _ in value.extra)
        if not (persons or personal or typed or of_person):
            self.path.append(name)
            # Beside somebody who is named in a body stands that person's number.
            named = any(is_person_name(each, self.own) for each in member_names(value))
            kept = self.inside(without_numbers(value) if named else value)
            self.path.pop()
            return kept
        self._note(name)
        for each in persons:
            self._remember(each.text)
        for box in personal:
            self._remember(box)
        self._remember(
            " ".join(
                said.text
                for predicate, said in value.extra
                if isinstance(said, Literal) and local_name(predicate) in _GIVEN_AND_FAMILY
            )
        )
        if value.iri and (persons or typed or of_person):
            self.persons.add(value.iri)
        return office_contact(value, persons, personal, self.known, self.context)


_GIVEN_AND_FAMILY = ("given-name", "family-name", "givenname", "familyname", "firstname", "lastname")
_KINDS = {"DataService": "service", "DatasetSeries": "series"}
_SHOWN = {"contact_point": "contactPoint"}


@cache
def _attributes(record_class: Any) -> tuple[tuple[str, ...], Callable[[Resource], tuple[Any, ...]]]:
    names = tuple(f.name for f in fields(record_class) if f.name not in IMPERSONAL)
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda record: tuple(getattr(record, name) for name in names)
