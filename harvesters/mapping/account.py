"""A native record being taken apart: values by attribute, where each came from, what was not understood, what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from harvesters.mapping.native_values import beginning, word, written
from harvesters.reading import NOT_UNDERSTOOD, Context, TraceEntry
from schemas import iris
from schemas.dcat import TABLE_OF
from schemas.findings import Finding, Severity, declare
from schemas.kinds import iri, is_web
from schemas.model import Dataset, Resource, Value

OWN_ADDRESS = declare(
    "native-iri-under-base-url",
    "Der Eintrag trägt eine IRI dieses Katalogs ({0}); sie wird von keiner Quelle angenommen.",
    "The entry carries an IRI of this catalogue ({0}); none is accepted from a source.",
    "Prüfen Sie, ob die Quelle diesen Katalog ihrerseits einliest.",
    "Check whether the source harvests this catalogue in turn.",
    "DESIGN 3, Identity",
)

# The properties of each class by attribute, for the paths of findings.
PATHS: Mapping[type[Resource], Mapping[str, str]] = {
    record_class: {row.attribute: str(row.property) for row in table.rows} for record_class, table in TABLE_OF.items()
}

# A value with the name of its field, as messages and the trace show it.
Said = tuple[str, Any]
# The values that describe one thing together (an agent, a box), by the part that each plays.
Parts = dict[str, Said]
T = TypeVar("T")


class Account:
    """A native record, or one nested in it, being taken apart.

    ``values`` go into the record; ``plain`` and ``parts`` hold what means something only together with other fields;
    ``extra`` are statements that the record's class has no attribute for.
    """

    __slots__ = (
        "attribute",
        "context",
        "extra",
        "findings",
        "focus",
        "language",
        "leftovers",
        "origin",
        "parts",
        "paths",
        "plain",
        "prefix",
        "trace",
        "values",
    )

    def __init__(self, context: Context, focus: str, record_class: type[Resource] = Dataset) -> None:
        self.context = context
        self.focus = focus
        self.language = context.source.language
        self.origin = (context.base_url.rstrip("/"), context.source.key, self.language)
        self.prefix = ""
        self.paths = PATHS[record_class]
        self.trace: list[TraceEntry] = []
        self.leftovers: list[tuple[str, str]] = []
        self.findings: list[Finding] = []
        self._clear()

    def _clear(self) -> None:
        self.attribute = ""
        self.values: dict[str, list[Value]] = {}
        self.plain: Parts = {}
        self.parts: dict[str, Parts] = {}
        self.extra: list[tuple[str, Value]] = []

    def within(self, attribute: str, record_class: type[Resource]) -> Account:
        """The account of a record nested under an attribute; trace, leftovers and findings are those of the whole."""
        inner = Account.__new__(Account)
        inner.context, inner.focus, inner.language, inner.origin = self.context, self.focus, self.language, self.origin
        inner.trace, inner.leftovers, inner.findings = self.trace, self.leftovers, self.findings
        inner.prefix = f"{self.prefix}{attribute}."
        inner.paths = PATHS[record_class]
        inner._clear()
        return inner

    def take(self, fields: Iterable[tuple[str, str, Any]], table: Mapping[str, Rule | Part]) -> None:
        """Takes fields (name, name with its place, value) by their rules; fallbacks only where nothing better was found."""
        later: list[tuple[int, str, Any, Rule]] = []
        for name, field, value in fields:
            if value is None or (value in _EMPTY if type(value) is str else value == [] or value == {}):
                continue
            rule = table.get(name)
            if rule is IGNORED:
                continue
            if rule is None:
                self.leave(field, value)
            elif isinstance(rule, Part):
                self.lay_aside(rule.role, rule.name, field, value)
            elif rule.rank:
                later.append((rule.rank, field, value, rule))
            else:
                self.apply(rule, field, value)
        if len(later) > 1:
            later.sort(key=itemgetter(0))
        for _, field, value, rule in later:
            if rule.attribute not in self.values:
                self.apply(rule, field, value)

    def apply(self, rule: Rule, field: str, value: Any) -> None:
        """Takes one value by one rule."""
        attribute, take, _, how = rule
        self.attribute = attribute
        if found := take(self, field, value):
            self.add(attribute, found, field, how)

    def add(self, attribute: str, found: Sequence[Value], field: str, how: str) -> None:
        """Enters values of an attribute, each once, with the field and the rule they came from."""
        known = self.values.get(attribute)
        if known is None and len(found) == 1:
            self.values[attribute] = [found[0]]
        else:
            if known is None:
                known = self.values[attribute] = []
            for value in found:
                if value not in known:
                    known.append(value)
        self.trace.append(_entry(self.prefix, attribute, field, how))

    def lay_aside(self, role: str, part: str, field: str, value: Any) -> None:
        """Keeps a value for when all fields are known; of several fields for one part the first counts."""
        parts = self.parts.setdefault(role, {}) if role else self.plain
        if parts.setdefault(part, (field, value))[0] != field:
            self.leave(field, value)

    def note(self, attribute: str, field: str, how: str) -> None:
        """Enters into the trace what was found without :meth:`add`."""
        self.trace.append(_entry("", attribute, field, how))

    def leave(self, field: str, value: Any) -> None:
        """Keeps a value that has no place in the record."""
        self.leftovers.append((field, value if isinstance(value, str) else written(value)))

    def refuse(self, field: str, value: Any, attribute: str | None = None) -> tuple[()]:
        """Keeps a value that was not understood, with a finding that names its field."""
        self.leave(field, value)
        path = self.paths.get(self.attribute if attribute is None else attribute)
        self.remark(Severity.WARNING, path, NOT_UNDERSTOOD, field, beginning(self.leftovers[-1][1]))
        return ()

    def remark(self, severity: Severity, path: str | None, rule: str, *arguments: str) -> None:
        """Enters a finding on the record."""
        self.findings.append(Finding(severity, self.focus, path, rule, arguments))

    def tuples(self) -> dict[str, Any]:
        """The values as keyword arguments of a record."""
        return {attribute: tuple(values) for attribute, values in self.values.items()}

    def own_iri(self, field: str, value: Any) -> str | None:
        """An http(s) IRI that the source gave a record; IRIs under our own base are accepted from nobody."""
        text = word(value)
        if not text or not is_web(text):
            if text:
                self.refuse(field, value, "")
            return None
        if text.startswith(self.origin[0] + "/"):
            self.remark(Severity.WARNING, None, OWN_ADDRESS, beginning(text))
            return None
        return iri(text)

    def mint(self, kind: str, native_id: str) -> str:
        """An IRI of ours for something of the source."""
        base_url, source_key, _ = self.origin
        return iris.mint(base_url, kind, iris.key(source_key, native_id))

    def once(self, what: str, said: Sequence[tuple[str, Said]], make: Callable[[], T]) -> T:
        """What ``make`` gives for these fields (part, (field, value)), made once for all records that say the same.

        The same publisher, contact and licence come with record after record. What leaves a remark is made anew each
        time, for the remark is on the record.
        """
        if not all(type(given[1]) is str for _, given in said):
            return make()
        key = (what, self.origin, self.prefix, *said)
        known = _KNOWN.get(key)
        if known is not None:
            self.trace += known[1]
            result: T = known[0]
            return result
        traced, left, found = len(self.trace), len(self.leftovers), len(self.findings)
        made = make()
        if len(self.leftovers) == left and len(self.findings) == found:
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()
            _KNOWN[key] = made, tuple(self.trace[traced:])
        return made


Take = Callable[[Account, str, Any], Sequence[Value]]


class Rule(NamedTuple):
    """How a field becomes values of an attribute; of several fields for one, those of the lowest rank count."""

    attribute: str
    take: Take
    rank: int = 0
    how: str = "copy"


class Part(NamedTuple):
    """For a field that means something only with others: the role that they share, or none, and the part it plays."""

    role: str
    name: str


# For fields that say nothing about the data.
IGNORED = Rule("", lambda account, field, value: ())
_EMPTY = frozenset({"", "null", "[]", "{}"})
_KNOWN: dict[tuple[object, ...], tuple[Any, tuple[TraceEntry, ...]]] = {}
_MOST_KNOWN = 4096


@lru_cache(maxsize=8192)
def _entry(prefix: str, attribute: str, field: str, how: str) -> TraceEntry:
    return TraceEntry(prefix + attribute, field, how)


class _Places(dict[str, str]):
    def __init__(self, place: str) -> None:
        self.place = place

    def __missing__(self, name: str) -> str:
        field = f"{self.place}.{name}"
        if len(self) < 500:
            self[name] = field
        return field


@lru_cache(maxsize=256)
def places_under(place: str) -> Mapping[str, str]:
    """The full names of fields by their names under a place, as ``resources[0].url``; any name may be asked for."""
    return _Places(place)


def fields_of(place: str, entry: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """The fields of a nested object as :meth:`Account.take` wants them."""
    full = places_under(place)
    return [(name, full[name], value) for name, value in entry.items()]
