"""A steward's correction of one property of one record, and what a record is with and without corrections.

Values are kept as canonical N-Triples about :data:`SUBJECT`, so that a value of any kind (a code, a text in two languages,
a period) lies in one text, is compared byte by byte and is read back by the table of :mod:`schemas.dcat`. All here is pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

from schemas import whole
from schemas.dcat import TABLE_OF
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal
from schemas.model import Dataset, Distribution, Resource, Value, iri_of
from schemas.ntriples import ntriples_of
from schemas.proposals import is_named, name_of
from schemas.validation import name_of as property_name
from schemas.vocabularies import LISTS, Code

SUBJECT = "urn:allmende:corrected"
# The codes of the HVD categories are numbers that tell nobody anything.
_NUMBERED = re.compile(r"c_[0-9a-f]{8}")
# The rule of a correction that a steward wrote by hand.
BY_HAND = "steward"
# The rules of repair that count something of a file's bytes: size, checksum, date of change. They hold for those bytes only.
OF_BYTES = ("byte-size", "checksum", "modified")
APPLIED, RESTING, HOMELESS = "applied", "resting", "homeless"
R = TypeVar("R", bound=Resource)

CHANGED = declare(
    "correction-source-changed",
    "{0} ist hier auf „{1}“ korrigiert; die Quelle gab damals „{2}“ an und sagt jetzt „{3}“.",
    "{0} is corrected to “{1}” here; the source stated “{2}” then and says “{3}” now.",
    "Prüfen Sie, ob die Korrektur noch gilt. Zurücknehmen mit „allmende correct EINTRAG {4}“.",
    "Check whether the correction still holds. “allmende correct RECORD {4}” takes it back.",
    "DESIGN 3, Steward's decisions",
)
RESTS = declare(
    "correction-rests",
    "Die Quelle gibt {0} jetzt selbst so an wie die Korrektur; diese ruht.",
    "The source now states {0} as the correction does; the correction rests.",
    "Es ist nichts zu tun. Ändert die Quelle ihre Angabe wieder, gilt die Korrektur erneut.",
    "There is nothing to do. Should the source change its value again, the correction applies anew.",
    "DESIGN 3, Steward's decisions",
)
NO_PLACE = declare(
    "correction-without-place",
    "Die Datei {1}, deren Angabe {0} korrigiert wurde, gibt es in diesem Eintrag nicht mehr; die Korrektur ruht.",
    "The file {1}, of which {0} was corrected, is no longer in this record; the correction rests.",
    "Nehmen Sie die Korrektur zurück, wenn die Datei nicht wiederkommt (allmende correct EINTRAG {2}).",
    "Take the correction back if the file does not come again (allmende correct RECORD {2}).",
    "DESIGN 3, Steward's decisions",
)
UNREADABLE = declare(
    "correction-unreadable",
    "Die Korrektur von {0} kann nicht gelesen werden und bleibt unberücksichtigt.",
    "The correction of {0} cannot be read and is left out.",
    "Korrigieren Sie die Angabe neu (allmende correct EINTRAG {0} WERT).",
    "Correct the property anew (allmende correct RECORD {0} VALUE).",
    "DESIGN 3, Steward's decisions",
)
RULES = frozenset({CHANGED, RESTS, NO_PLACE, UNREADABLE})


class NotCorrectable(ValueError):
    """Raised for what cannot be corrected, or not so; says why in German and English."""

    def __init__(self, de: str, en: str) -> None:
        super().__init__(f"{de} ({en})")
        self.de = de
        self.en = en


@dataclass(frozen=True, slots=True)
class Correction:
    """What a steward has said that a property of a record is.

    ``attribute`` is a path of the model (``theme``, ``distribution.format``); ``part`` is the IRI or address of the
    distribution, empty for the record itself, ``part_address`` what it is known by should its IRI change. ``value`` and
    ``source_value`` are statements about SUBJECT, empty for no value; the latter is what the source said when the
    correction was made. ``id`` is its number in the store.
    """

    attribute: str
    value: str
    source_value: str = ""
    part: str = ""
    part_address: str = ""
    rule: str = BY_HAND
    evidence_de: str = ""
    evidence_en: str = ""
    id: int = 0

    @property
    def place(self) -> tuple[str, str]:
        """What it is about; a record has one correction for each place."""
        return self.part, self.attribute

    @property
    def names(self) -> tuple[str, ...]:
        """What the distribution is known by, the surest first; empty for the record itself."""
        return (self.part, *([self.part_address] if self.part_address else [])) if self.part else ()


class Corrected(NamedTuple):
    """What a correction did to one version of a record: ``source`` is the value beneath it, as the source gives it."""

    id: int
    attribute: str
    names: tuple[str, ...]  # of the distribution, the surest first; empty: the record itself
    source: str
    state: str
    trace: tuple[tuple[str, str, str], ...] = ()  # the entries whose place the correction's took


class Applied(NamedTuple):
    """A record under corrections, what each did, the findings about them, and records of their own that came with them."""

    record: Any
    corrected: tuple[Corrected, ...] = ()
    findings: tuple[Finding, ...] = ()
    companions: tuple[Resource, ...] = ()


def property_of(record_class: type[Resource], attribute: str) -> str:
    """The IRI of the property that a path names. Raises NotCorrectable, which says what there is."""
    owner, name = _owner(record_class, attribute)
    rows = {row.attribute: str(row.property) for row in TABLE_OF[owner].rows}
    # Files come and go at the source: what is said of each is corrected, not which there are.
    for which in ("distribution", "sample"):
        rows.pop(which, None)
    if name not in rows:
        prefix = attribute[: -len(name)] if name else attribute
        allowed = ", ".join(prefix + row for row in rows)
        raise NotCorrectable(
            f"Angabe {attribute!r} lässt sich nicht korrigieren; möglich: {allowed}",
            f"{attribute!r} cannot be corrected",
        )
    return rows[name]


def _owner(record_class: Any, attribute: str) -> tuple[Any, str]:
    head, dot, rest = attribute.partition(".")
    if dot and head == "distribution" and record_class is Dataset:
        return Distribution, rest
    if record_class not in TABLE_OF or dot:
        raise NotCorrectable(
            f"{attribute!r} ist keine Angabe eines solchen Eintrags", f"{attribute!r} is no property of such a record"
        )
    return record_class, attribute


# ------------------------------------------------------------------------------------------------- statements


def statements(record_class: type[Resource], attribute: str, values: Iterable[Value], extra: Any = ()) -> str:
    """Values of a property as canonical statements about SUBJECT; empty if there are none.

    ``extra`` are values that the property's attribute cannot hold, as (property, value).
    """
    owner, name = _owner(record_class, attribute)
    given: dict[str, Any] = {name: tuple(values)}
    if not given[name] and not extra:
        return ""
    # The statements of SUBJECT's own class say nothing about the value.
    bare = ntriples_of(owner(iri=SUBJECT), "")
    whole = ntriples_of(replace(owner(iri=SUBJECT), extra=tuple(extra), **given), "")
    own = set(bare.splitlines())
    return "".join(f"{line}\n" for line in whole.splitlines() if line not in own)


def statements_of(record: Resource, attribute: str, names: Sequence[str] = ()) -> str | None:
    """What a record states of a property, of its own or of the distribution of a name; None if it has none of that name."""
    target = part_of(record, names) if names else record
    if target is None:
        return None
    name = attribute.rpartition(".")[2]
    path = property_of(type(record), attribute)
    return statements(type(record), attribute, getattr(target, name), _extra_of(target, path))


def _extra_of(record: Resource, path: str) -> tuple[tuple[str, Value], ...]:
    return tuple(each for each in record.extra if each[0] == path)


class _Values(NamedTuple):
    values: tuple[Value, ...]
    extra: tuple[tuple[str, Value], ...]
    companions: tuple[Resource, ...]


def _values(owner: Any, name: str, said: str) -> _Values:
    # One object is one node: what two places say alike must not become one node of both.
    return deepcopy(_parsed(owner, name, said))


@lru_cache(maxsize=4096)
def _parsed(owner: Any, name: str, said: str) -> _Values:
    if not said:
        return _Values((), (), ())
    found, companions = whole.read(said.encode(), SUBJECT, owner)
    return _Values(getattr(found, name), found.extra, companions)


def values_of(record_class: type[Resource], attribute: str, said: str) -> tuple[Value, ...]:
    """The values out of statements about SUBJECT, in the model's terms; texts where an IRI should stand come last."""
    owner, name = _owner(record_class, attribute)
    found = _values(owner, name, said)
    return (*found.values, *(value for _, value in found.extra))


def with_companions(said: str, companions: Iterable[Resource], record_key: str = "") -> str:
    """Statements of a value with those of the records of their own that it refers to."""
    return said + "".join(ntriples_of(companion, record_key) for companion in companions)


def same(record_class: type[Resource], attribute: str, one: str, other: str) -> bool:
    """Whether two sets of statements give a property the same value, whatever they say of companions."""
    if one == other:
        return True
    owner, name = _owner(record_class, attribute)
    first, second = (_values(owner, name, said) for said in (one, other))
    return statements(record_class, attribute, first.values, first.extra) == statements(
        record_class, attribute, second.values, second.extra
    )


def shown(record_class: type[Resource], attribute: str, said: str) -> str:
    """A value in one line, as people read it: codes by their notation, numbers of categories with their name, ``–`` for none."""
    owner, name = _owner(record_class, attribute)
    row = next((row for row in TABLE_OF[owner].rows if row.attribute == name), None)
    known = LISTS[row.vocabulary] if row is not None and row.vocabulary else None
    found = []
    for value in values_of(record_class, attribute, said):
        code = known.by_iri(value) if known is not None and isinstance(value, str) else None
        found.append(_shown(value) if code is None else _notation(code))
    return ", ".join(found)[:500] or "–"


def _notation(code: Code) -> str:
    return f"{code.de} ({code.code})" if code.de and _NUMBERED.fullmatch(code.code) else code.code


def _shown(value: Value) -> str:
    if isinstance(value, Literal):
        return value.text
    if isinstance(value, str):
        return value
    rows = TABLE_OF[type(value)].rows if type(value) in TABLE_OF else ()
    inner = [_shown(each) for row in rows for each in getattr(value, row.attribute)]
    return " / ".join(inner) or value.iri or "[]"


# ------------------------------------------------------------------------------------------------- applying


def apply(record: R, corrections: Sequence[Correction]) -> Applied:
    """A record as its source gives it, under corrections. One that cannot be read any more does nothing but a finding."""
    done = _Applying(record)
    for each in corrections:
        try:
            done.add(each)
        except ValueError:  # of a newer program, or a text that a forgetting has cut
            done.findings.append(Finding(Severity.WARNING, record.iri or "", None, UNREADABLE, (each.attribute,)))
    return Applied(done.result, tuple(done.corrected), tuple(done.findings), tuple(done.companions.values()))


class _Applying:
    def __init__(self, record: Resource) -> None:
        self.source = record
        self.result: Any = record
        self.corrected: list[Corrected] = []
        self.findings: list[Finding] = []
        self.companions: dict[str, Resource] = {}

    def add(self, each: Correction) -> None:
        record_class = type(self.source)
        said = _values(*_owner(record_class, each.attribute), each.value)
        path = property_of(record_class, each.attribute)
        # Parts are found in the record as the source gives it: their order stays, whatever is corrected in them.
        place = _place(self.source, each.names) if each.names else None
        target = self.source if not each.names else None if place is None else _distributions(self.source)[place]
        focus = (target.iri if target is not None else None) or self.source.iri or ""
        if target is None:
            self._note(each, "", HOMELESS)
            self._find(Severity.WARNING, focus, path, NO_PLACE, each.part, f"{each.attribute} --remove")
            return
        source = statements_of(self.source, each.attribute, each.names) or ""
        if same(record_class, each.attribute, source, each.value):
            self._note(each, source, RESTING)
            self._find(Severity.INFO, focus, path, RESTS)
            return
        if not same(record_class, each.attribute, source, each.source_value):
            told = [shown(record_class, each.attribute, s) for s in (each.value, each.source_value, source)]
            self._find(Severity.WARNING, focus, path, CHANGED, *told, f"{each.attribute} --remove")
        self._note(each, source, APPLIED)
        self.result = _set_at(self.result, place, each.attribute, said)
        self.companions |= {c.iri: c for c in said.companions if c.iri}

    def _note(self, each: Correction, source: str, state: str) -> None:
        self.corrected.append(Corrected(each.id, each.attribute, each.names, source, state))

    def _find(self, severity: Severity, focus: str, path: str, rule: str, *arguments: str) -> None:
        self.findings.append(Finding(severity, focus, path, rule, (property_name(path), *arguments)))


def unapply(record: R, corrected: Iterable[Corrected], corrections: Iterable[Correction] = ()) -> R:
    """The record as its source gives it, out of one that stands under corrections.

    ``corrections`` are those that were applied, as far as they are known: a part may be named by an address that one of
    them has changed.
    """
    renamed = {
        value: each.part
        for each in (corrections if isinstance(record, Dataset) else ())  # others have no parts
        if each.part and each.attribute in ("distribution.access_url", "distribution.download_url")
        for value in values_of(type(record), each.attribute, each.value)
        if isinstance(value, str)
    }
    result: Any = record
    places = {each.names: _place(record, each.names, renamed) for each in corrected if each.names}
    for each in corrected:
        if each.state == APPLIED and (not each.names or places[each.names] is not None):
            values = _values(*_owner(type(record), each.attribute), each.source)
            result = _set_at(result, places.get(each.names), each.attribute, values)
    return cast(R, result)


def part_of(record: Resource, names: Sequence[str]) -> Distribution | None:
    """The distribution of a record that bears one of the names, the surest first; None if there is none."""
    place = _place(record, names)
    found = None if place is None else _distributions(record)[place]
    return found if isinstance(found, Distribution) else None


def part_names(record: Dataset, distribution: Distribution) -> tuple[str, str]:
    """What a distribution is named by in a correction: its IRI, else an address; and an address that is its alone."""
    name = name_of(distribution) or ""
    others = [d for d in record.distribution if isinstance(d, Distribution) and d is not distribution]
    for value in (*distribution.download_url, *distribution.access_url):
        address = iri_of(value)
        if address and not any(is_named(other, address) for other in others):
            return name, address if address != name else ""
    return name, ""


def _distributions(record: Resource) -> tuple[Any, ...]:
    return getattr(record, "distribution", ())


def _place(record: Resource, names: Sequence[str], renamed: Mapping[Any, str] = MappingProxyType({})) -> int | None:
    """Where a record has the distribution of a name: by its IRI first, for several may share an address."""
    own = [(number, d) for number, d in enumerate(_distributions(record)) if isinstance(d, Distribution)]
    for name in names:
        by_iri = next((number for number, d in own if d.iri == name), None)
        if by_iri is not None:
            return by_iri
        named = [number for number, d in own if is_named(d, name)]
        if named and (len(named) == 1 or name == names[0]):
            return named[0]
    return next((n for n, d in own if any(renamed.get(v) in names for v in (*d.access_url, *d.download_url))), None)


def _set_at(record: Any, place: int | None, attribute: str, found: _Values) -> Any:
    name = attribute.rpartition(".")[2]
    path = property_of(type(record), attribute)
    if place is None:
        return _with(record, name, path, found)
    changed = [_with(each, name, path, found) if n == place else each for n, each in enumerate(record.distribution)]
    return replace(record, distribution=tuple(changed))


def _with(record: Any, name: str, path: str, found: _Values) -> Any:
    rest = tuple(each for each in record.extra if each[0] != path)
    given: dict[str, Any] = {name: found.values, "extra": (*rest, *found.extra)}
    return replace(record, **given)
