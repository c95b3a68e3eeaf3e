"""Takes a forgotten person out of readings and JSON documents, whatever the source is allowed to name (GDPR Art. 17).

Where an agent or a contact was the person, the office takes the place; in texts a marker does; addresses that hold the
person go. The same steps serve what is harvested (by keyed hashes) and what is stored (by the text itself).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Any, NamedTuple, cast

import orjson

from harvesters.mapping.account import PATHS
from harvesters.persons.markers import has_marker, marker
from harvesters.persons.signs import OF_PERSONS, ROLES, local_name
from harvesters.persons.spellings import Matcher, Spellings
from harvesters.reading import Context, Harvested, Reading, TraceEntry
from schemas import iris
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal
from schemas.model import (
    Agent,
    ContactPoint,
    DataService,
    Dataset,
    DatasetSeries,
    Distribution,
    Resource,
    Value,
    iri_of,
)

PERSON_FORGOTTEN = declare(
    "person-forgotten",
    "Angaben einer Person, deren Daten zu löschen waren, wurden aus {0} entfernt.",
    "Details of a person whose data had to be erased were removed from {0}.",
    "Nehmen Sie die Angaben auch an der Quelle heraus.",
    "Take the details out at the source as well.",
    "GDPR Art. 17; DESIGN 4.4",
)
_KINDS = {Dataset: "dataset", DataService: "service", DatasetSeries: "series", Agent: "agent"}
_NAMES_OF_BODIES = ("name", "fn")
_BLANK = re.compile(r"\s")


class Office(NamedTuple):
    """Who takes a person's place: a name with its language and a mailbox; and where IRIs are minted."""

    name: str
    language: str
    mailbox: str
    base_url: str


def office(context: Context) -> Office:
    """The office of a source: its municipality, with the region's mailbox."""
    region = context.region
    return Office(context.municipality.name, region.language, region.publisher.email, region.base_url)


def without_forgotten(
    reading: Reading, matcher: Matcher, instead: Office, source_key: str, key: str | None = ""
) -> Reading:
    """The reading without what a matcher finds, in its record, companions, trace, leftovers and findings.

    A native id that holds the person is replaced by one that leads to the same KEY (:func:`schemas.iris.key`). The new
    findings name the attributes, never the person. A reading that holds nobody comes back as it is. ``key`` is the
    record's KEY where that is known already, None for a companion, which is known by its IRI.
    """
    work = _Erasure(matcher, instead)
    own = key or iris.key(source_key, reading.native_id)
    native_id = iris.forgotten_id(own) if matcher.holds(reading.native_id) else reading.native_id
    record = cast(Harvested, work.record(reading.record, key if key is None else own))
    companions = tuple([work.record(each, None) for each in reading.companions])
    leftovers = tuple([(matcher.without(field), _leftover(value, matcher)) for field, value in reading.leftovers])
    trace = tuple([TraceEntry(*(matcher.without(part) for part in entry)) for entry in reading.trace])
    source_record = reading.source_record
    if source_record is not None and matcher.holds(source_record):
        source_record = None
    findings = tuple([finding_without(finding, matcher, native_id) for finding in reading.findings])
    if leftovers != reading.leftovers:
        work.places["leftovers"] = None
    paths = PATHS.get(type(record), {})
    findings += tuple(
        Finding(Severity.INFO, native_id, paths.get(place), PERSON_FORGOTTEN, (place,)) for place in work.places
    )
    return Reading(native_id, record, trace, leftovers, findings, companions, source_record)


def finding_without(finding: Finding, matcher: Matcher, place: str) -> Finding:
    """A finding without what a matcher finds; ``place`` stands where it was about the person."""
    focus = place if matcher.holds(finding.focus) else finding.focus
    return finding._replace(focus=focus, arguments=tuple(map(matcher.without, finding.arguments)))


Identity = Callable[[str], str]


def json_without(value: Any, matcher: Matcher, identity: Identity | None = None) -> Any:
    """A JSON value without what a matcher finds: in its texts, its keys, and in fields for given name and surname.

    ``identity`` gives what takes the place of a text without blanks, which may be a record's id.
    """
    text = orjson.dumps(value).decode()
    spellings = matcher.found(text)
    if spellings is None:
        return value
    return _json_without(value, matcher, spellings, identity)


def _json_without(value: Any, matcher: Matcher, spellings: Spellings, identity: Identity | None) -> Any:
    if isinstance(value, str):
        if identity is not None and "@" not in value and not _BLANK.search(value) and matcher.holds(value):
            return identity(value)
        return matcher.without(value)
    if isinstance(value, list):
        within = [json_without(each, matcher, identity) for each in value]
        return _without_parts(within, matcher, spellings)
    if isinstance(value, dict):
        inside = {matcher.without(name): json_without(each, matcher, identity) for name, each in value.items()}
        return _without_parts(inside, matcher, spellings)
    return value if not matcher.holds(str(value)) else None


def _without_parts(value: Any, matcher: Matcher, spellings: Spellings) -> Any:
    """An object or a list of which no text holds the person any more, but several do together."""
    if not matcher.holds(orjson.dumps(value).decode()):
        return value

    def shown(each: Any) -> Any:
        if isinstance(each, str):
            return marker("name", None) if spellings.is_part(each) else each
        if isinstance(each, list):
            return [shown(inner) for inner in each]
        return {name: shown(inner) for name, inner in each.items()} if isinstance(each, dict) else each

    return shown(value)


def _leftover(value: str, matcher: Matcher) -> str:
    if value[:1] in "[{" and matcher.holds(value):
        try:
            return orjson.dumps(json_without(orjson.loads(value), matcher)).decode()
        except orjson.JSONDecodeError:
            pass
    return matcher.without(value)


class _Erasure:
    """The erasure from one record and its companions; ``places`` are the attributes that something was taken from."""

    def __init__(self, matcher: Matcher, instead: Office) -> None:
        self.matcher = matcher
        self.instead = instead
        self.places: dict[str, None] = {}

    def record(self, record: Resource, key: str | None) -> Resource:
        """A record; ``key`` is its KEY, or None for one that comes with another and is known by its IRI."""
        kept = self._resource(record, "")
        if record.iri is None or not self._is_gone(record.iri):
            return kept
        kind = _KINDS.get(cast(Any, type(record)), "agent")
        self.places["iri"] = None
        return replace(kept, iri=iris.mint(self.instead.base_url, kind, key) if key else self._agent(record.iri, kind))

    def _is_gone(self, iri: str) -> bool:
        """Whether an IRI holds the person, or did before the kept response was rewritten."""
        return self.matcher.holds(iri) or iris.is_forgotten_id(iri) or has_marker(iri)

    def _agent(self, iri: str, kind: str = "agent") -> str:
        return iris.mint(self.instead.base_url, kind, iris.key("forgotten", iri))

    def _resource(self, value: Resource, place: str) -> Resource:
        changed: dict[str, Any] = {}
        for name in _attributes(cast(Any, type(value))):
            values = getattr(value, name)
            if not values:
                continue
            where = place or name
            after = tuple([kept for each in values if (kept := self._value(each, name, where, value)) is not None])
            if len(after) != len(values) or any(a is not b for a, b in zip(after, values, strict=True)):
                changed[name] = after
        extra = self._extra(value, place)
        if extra != value.extra:
            changed["extra"] = extra
        if not changed:
            return value
        return self._filled(replace(value, **changed))

    def _value(self, value: Value, name: str, place: str, holder: Resource) -> Value | None:
        if isinstance(value, Literal):
            text = self.matcher.without(value.text, value.lang)
            if iris.is_forgotten_id(text) or (
                text != value.text and "@" not in value.text and not _BLANK.search(value.text)
            ):
                text = marker("name", value.lang)  # an id, now or in a kept response that was rewritten
            # A kept response that was rewritten has the marker in the place of a name.
            if name in _NAMES_OF_BODIES and isinstance(holder, Agent | ContactPoint) and has_marker(text):
                self.places[place] = None
                return Literal(self.instead.name, self.instead.language)
            if text == value.text:
                return value
            self.places[place] = None
            return value._replace(text=text)
        if isinstance(value, str):
            if not self._is_gone(value):
                return value
            self.places[place] = None
            return self._agent(value) if name in ROLES and not value.startswith("mailto:") else None
        kept = self._resource(value, place)
        if kept.iri is not None and self._is_gone(kept.iri):
            self.places[place] = None
            kept = replace(kept, iri=self._agent(kept.iri, "distribution") if isinstance(kept, Distribution) else None)
        if isinstance(value, Distribution) and _addresses(value) and not _addresses(cast(Distribution, kept)):
            return None
        return kept

    def _extra(self, value: Resource, place: str) -> tuple[tuple[str, Value], ...]:
        after: list[tuple[str, Value]] = []
        said = [each.text for predicate, each in value.extra if isinstance(each, Literal)]
        said = [text for text in said if text]
        apart = self.matcher.holds(" ".join(said)) or self.matcher.holds(" ".join(reversed(said)))
        for predicate, each in value.extra:
            name = local_name(predicate)
            where = place or name
            if self.matcher.holds(predicate) or (apart and name in OF_PERSONS):
                self.places[where] = None
                continue
            kept = self._value(each, name, where, value)
            if kept is not None:
                after.append((predicate, kept))
        return tuple(after)

    def _filled(self, value: Resource) -> Resource:
        """A contact that lost its address gets the office's; it is no use without one."""
        if isinstance(value, ContactPoint) and not (value.has_email or value.has_url or value.has_telephone):
            return replace(value, has_email=(f"mailto:{self.instead.mailbox}",))
        return value


def _addresses(value: Distribution) -> list[str]:
    return [iri for each in (*value.access_url, *value.download_url) if (iri := iri_of(each))]


@cache
def _attributes(record_class: Callable[..., Resource]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cast(Any, record_class)) if each.name not in ("iri", "types", "extra"))
