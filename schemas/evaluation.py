"""The constraints of a profile against a view: which node breaks which constraint, with which value.

Compiled once per profile: a node's statements are grouped by property once, and only what is there is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from schemas.constraints import ANY, MEDIA_TYPES, Ask, Constraint, constraints
from schemas.kinds import Literal
from schemas.lexical import valid
from schemas.namespaces import DCAT
from schemas.views import View
from schemas.vocabularies import LISTS, open_license

Term: TypeAlias = str | Literal
Offending: TypeAlias = Sequence[Term | None]
"""The values that break a constraint; None stands for their number."""
_Test: TypeAlias = Callable[[str, Sequence[Term], View], Offending]
_FORM, _ACCESS = str(DCAT.distribution), str(DCAT.accessService)
_ITSELF: Offending = (None,)
_FINE: Offending = ()
_PRESENT = frozenset(
    {
        Ask.MAX,
        Ask.NODE_KIND,
        Ask.DATATYPE,
        Ask.CLASS,
        Ask.LIST,
        Ask.PATTERN,
        Ask.DEPRECATED,
        Ask.FORMER_LIST,
        Ask.INNER,
        Ask.OPEN,
    }
)


class Broken(NamedTuple):
    """A constraint that a node breaks; ``value`` is None where it is about their ``number``."""

    constraint: Constraint
    node: str
    value: Term | None
    number: int


class Shape:
    """The constraints of one class."""

    __slots__ = ("always", "by_path", "needed")

    def __init__(self, asked: Sequence[Constraint]) -> None:
        self.needed = [(each.path, each.instead, each) for each in asked if each.ask is Ask.MIN]
        self.by_path: dict[str, list[tuple[_Test, Constraint]]] = {}
        self.always: list[tuple[_Test, Constraint]] = []
        for each in asked:
            if each.ask in _PRESENT:
                self.by_path.setdefault(each.path, []).append((_test(each), each))
            elif each.ask is not Ask.MIN:
                self.always.append((_test(each), each))


def _test(each: Constraint) -> _Test:
    return _TESTS[each.ask](each)


def _max(each: Constraint) -> _Test:
    most = int(each.parameter)
    return lambda _node, values, _view: _ITSELF if len(values) > most else _FINE


def _node_kind(each: Constraint) -> _Test:
    if each.parameter == "Literal":
        return lambda _node, values, _view: [v for v in values if type(v) is str]
    if each.parameter == "BlankNodeOrIRI":
        return lambda _node, values, _view: [v for v in values if type(v) is not str]
    return lambda _node, values, _view: [v for v in values if type(v) is not str or v[:2] == "_:"]


def _datatype(each: Constraint) -> _Test:
    wanted = frozenset(each.parameter.split())
    return lambda _node, values, _view: [v for v in values if not isinstance(v, Literal) or not valid(v, wanted)]


def _class(each: Constraint) -> _Test:
    wanted = each.parameter
    return lambda _node, values, view: [v for v in values if not view.has_class(v, wanted)]


def _list(each: Constraint) -> _Test:
    known = LISTS[each.parameter]
    if each.parameter == "media-type":
        # What is no address of a media type at all breaks the pattern that stands beside this constraint.
        found = re.compile(MEDIA_TYPES, re.I).match
        return lambda _node, values, _view: [v for v in values if type(v) is str and v not in known and found(v)]
    return lambda _node, values, _view: [v for v in values if type(v) is not str or v not in known]


def _pattern(each: Constraint) -> _Test:
    found = re.compile(each.parameter, re.I).search
    return lambda _node, values, _view: [v for v in values if type(v) is not str or v[:2] == "_:" or not found(v)]


def _deprecated(_each: Constraint) -> _Test:
    return lambda _node, values, _view: _ITSELF if values else _FINE


def _former_list(each: Constraint) -> _Test:
    begin = each.parameter
    return lambda _node, values, _view: [v for v in values if type(v) is str and v.startswith(begin)]


def _has_value(each: Constraint) -> _Test:
    wanted, path = each.parameter, each.path
    return lambda node, _values, view: _FINE if wanted in view.values(node, path) else _ITSELF


def _any_of(each: Constraint) -> _Test:
    paths = frozenset(each.paths)
    return lambda node, _values, view: _FINE if any(p in paths for p, _ in view.by_subject[node]) else _ITSELF


def _inverse(each: Constraint) -> _Test:
    path = each.path
    return lambda node, _values, view: _FINE if view.pointing(node, path) or not view.whole else _ITSELF


def _members(each: Constraint) -> _Test:
    path, wanted = each.path, each.parameter
    return lambda node, _values, view: [
        member for member in view.pointing(node, path) if not view.has_class(member, wanted)
    ]


def _served(each: Constraint) -> _Test:
    path = each.path

    def test(node: str, _values: Sequence[Term], view: View) -> Offending:
        forms = [form for form in view.values(node, _FORM) if type(form) is str]
        served = any(view.values(form, _ACCESS) for form in forms) or view.pointing(node, path)
        return _FINE if served else _ITSELF

    return test


def _qualified(each: Constraint) -> _Test:
    name, least, most = each.parameter.split()
    path, low = each.path, int(least)
    known = None if name == "Literal" else LISTS[name]

    def test(node: str, _values: Sequence[Term], view: View) -> Offending:
        values = view.values(node, path)
        number = sum(type(v) is not str if known is None else v in known for v in values)
        return _ITSELF if number < low or (most != "*" and number > int(most)) else _FINE

    return test


def _open(_each: Constraint) -> _Test:
    # GovData counts the licences of its own list only.
    known = LISTS["license"]
    return lambda _node, values, _view: [
        v for v in values if type(v) is not str or v not in known or not open_license(v)
    ]


def _inner(each: Constraint) -> _Test:
    inner = each.parameter

    def test(_node: str, values: Sequence[Term], view: View) -> Offending:
        return [v for v in values if not _named(v, inner, view)]

    return test


def _named(value: Term, path: str, view: View) -> bool:
    if type(value) is not str:
        return False
    if value not in view.by_subject:
        return not view.whole
    return any(type(v) is not str for v in view.values(value, path))


_TESTS: dict[Ask, Callable[[Constraint], _Test]] = {
    Ask.MAX: _max,
    Ask.NODE_KIND: _node_kind,
    Ask.DATATYPE: _datatype,
    Ask.CLASS: _class,
    Ask.LIST: _list,
    Ask.PATTERN: _pattern,
    Ask.PATTERN: _pattern,
    Ask.DEPRECATED: _deprecated,
    Ask.FORMER_LIST: _former_list,
    Ask.HAS_VALUE: _has_value,
    Ask.ANY_OF: _any_of,
    Ask.INVERSE: _inverse,
    Ask.MEMBERS: _members,
    Ask.QUALIFIED: _qualified,
    Ask.SERVED: _served,
    Ask.INNER: _inner,
    Ask.OPEN: _open,
}


@cache
def shapes(profile: str) -> dict[str, Shape]:
    """The constraints of a profile by class, compiled. Raises KeyError for an unknown profile."""
    return compiled(constraints(profile))


def compiled(asked: Iterable[Constraint]) -> dict[str, Shape]:
    """Constraints by class, ready to be asked."""
    by_class: dict[str, list[Constraint]] = {}
    for each in asked:
        by_class.setdefault(each.target, []).append(each)
    return {target: Shape(own) for target, own in by_class.items()}


def grouped(statements: Sequence[tuple[str, Term]]) -> dict[str, list[Term]]:
    """The values of a node by property, each once."""
    values: dict[str, list[Term]] = {}
    several = set()
    for path, value in statements:
        known = values.get(path)
        if known is None:
            values[path] = [value]
        else:
            known.append(value)
            several.add(path)
    for path in several:
        values[path] = list(dict.fromkeys(values[path]))
    return values


def evaluate(view: View, profile: str) -> Iterator[Broken]:
    """What breaks the constraints of a profile, node by node in the order of the document."""
    known = shapes(profile)
    anywhere = known.get(ANY)
    for node, statements in view.by_subject.items():
        values = grouped(statements)
        for each in view.classes(node):
            shape = known.get(each)
            if shape is not None:
                yield from broken(shape, node, values, view)
        if anywhere is not None and not anywhere.by_path.keys().isdisjoint(values):
            yield from broken(anywhere, node, values, view)


def broken(shape: Shape, node: str, values: dict[str, list[Term]], view: View) -> Iterator[Broken]:
    """What a node breaks of one class's constraints."""
    for path, instead, constraint in shape.needed:
        if path not in values and (not instead or instead not in values):
            yield Broken(constraint, node, None, 0)
    by_path = shape.by_path
    for path, found in values.items():
        tests = by_path.get(path)
        if tests is not None:
            for test, constraint in tests:
                for value in test(node, found, view):
                    yield Broken(constraint, node, value, len(found))
    for test, constraint in shape.always:
        for value in test(node, (), view):
            yield Broken(constraint, node, value, len(values.get(constraint.path, ())))
