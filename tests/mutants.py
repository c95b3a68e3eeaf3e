"""Records broken on purpose: for each class that a profile or its official shapes know, a sound one, changed at random."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from random import Random
from typing import TypeAlias

from rdflib import SH, XSD, Graph, URIRef

from schemas.constraints import ANY, Ask, Constraint, constraints
from schemas.kinds import Literal
from schemas.namespaces import ADMS, DCAT, DCATDE, DCTERMS, OWL, SPDX
from schemas.triples import RDF_TYPE, Triples
from schemas.vocabularies import LISTS

Term: TypeAlias = str | Literal
Statements: TypeAlias = list[tuple[str, Term]]
BASE = "https://mutant.example.org/"
_TYPED: dict[str, tuple[str, str]] = {
    str(XSD.date): ("2026-11-03", "3. November"),
    str(XSD.decimal): ("10.5", "10,5"),
    str(XSD.nonNegativeInteger): ("5", "fünf"),
    str(XSD.duration): ("P1D", "1 Tag"),
    str(XSD.hexBinary): ("00ff", "xyz"),
    str(XSD.double): ("12.5E0", "zwölf"),
}
_SECOND: dict[str, str] = {
    str(XSD.date): "2026-11-04",
    str(XSD.decimal): "11.5",
    str(XSD.nonNegativeInteger): "6",
    str(XSD.duration): "P2D",
    str(XSD.hexBinary): "A0",
    str(XSD.double): "13.5E0",
}
# Terms that were given up, and a scheme that nobody knows: what a class table never lists.
_FORMER: Statements = [
    (str(DCATDE.originator), f"{BASE}good/agent"),
    (str(DCATDE.maintainer), f"{BASE}good/agent"),
    (str(DCATDE.politicalGeocodingURI), "http://dcat-ap.de/def/politicalGeocoding/districtKey/06631"),
    (str(DCATDE.geocodingDescription), Literal("Neuhof", "de")),
    (str(DCATDE.legalBasis), Literal("Satzung", "de")),
    (str(DCATDE.qualityProcessURI), f"{BASE}quality"),
    (str(DCTERMS.hasVersion), f"{BASE}2"),
    (str(DCTERMS.isVersionOf), f"{BASE}1"),
    (str(OWL.versionInfo), Literal("2")),
    (str(ADMS.status), "http://purl.org/adms/status/Completed"),
    (str(SPDX.algorithm), "http://dcat-ap.de/def/hashAlgorithms/sha/256"),
]


class _Model:
    """What is asked of one class: enough to make a sound node of it."""

    def __init__(self, asked: Sequence[Constraint], official: Sequence[str]) -> None:
        self.paths = sorted({each.path for each in asked if each.ask is not Ask.DEPRECATED} | set(official))
        self.by_path: dict[str, list[Constraint]] = {path: [] for path in self.paths}
        for each in asked:
            if each.path in self.by_path:
                self.by_path[each.path].append(each)


class Mutants:
    """Mutants of one profile; the same seed gives the same ones."""

    def __init__(self, profile: str, official: Sequence[Graph], seed: int = 1) -> None:
        self.chance = Random(seed)
        by_class: dict[str, list[Constraint]] = {}
        for each in constraints(profile):
            if each.target != ANY:
                by_class.setdefault(each.target, []).append(each)
        known = _official_paths(official)
        self.models = {
            target: _Model(by_class.get(target, ()), known.get(target, ())) for target in sorted({*by_class, *known})
        }
        self.triples = Triples()
        self.good: dict[str, str] = {}

    def make(self, count: int) -> Triples:
        """So many mutants in one set of statements: first each property of each class with each change, then at random."""
        each = self._each_once()
        for number in range(count):
            target, changes = next(each, None) or self._at_random()
            self._mutant(f"{BASE}{number}", target, changes)
        return self.triples

    def _each_once(self) -> Iterator[tuple[str, list[tuple[str, Change]]]]:
        cases = [(t, p, change) for t, model in self.models.items() for p in model.paths for change in CHANGES]
        cases += [(str(DCAT.Dataset), "", _former)] * (len(_FORMER) if str(DCAT.Dataset) in self.models else 0)
        self.chance.shuffle(cases)
        # What only a number or a kind of node shows comes first, so that a small number of mutants holds all of it.
        cases.sort(key=lambda case: case[2] not in (_double, _blank))
        yield from ((target, [(path, change)]) for target, path, change in cases)

    def _at_random(self) -> tuple[str, list[tuple[str, Change]]]:
        target = self.chance.choice(list(self.models))
        paths = self.models[target].paths
        changes = [(self.chance.choice(paths), self.chance.choice(CHANGES)) for _ in range(self.chance.randint(1, 5))]
        return target, changes

    def _mutant(self, node: str, target: str, changes: list[tuple[str, Change]]) -> None:
        values = self._sound(target)
        for path, change in changes:
            change(self, node, path, values)
        self._say(node, target, values)

    def _say(self, node: str, target: str, values: dict[str, list[Term]]) -> None:
        self.triples.add(node, RDF_TYPE, target)
        for path, terms in values.items():
            for term in terms:
                self.triples.add(node, path, term)

    def _sound(self, target: str) -> dict[str, list[Term]]:
        model = self.models[target]
        chosen = [p for p in model.paths if any(c.ask in (Ask.MIN, Ask.ANY_OF) for c in model.by_path[p])]
        chosen += self.chance.sample(model.paths, min(4, len(model.paths)))
        return {path: [self.value(model.by_path[path], path)] for path in dict.fromkeys(chosen)}

    def value(self, asked: Sequence[Constraint], path: str, number: int = 0) -> Term:
        """A value that the constraints of a property find nothing wrong with."""
        by_ask = {each.ask: each.parameter for each in asked}
        if Ask.LIST in by_ask:
            return list(LISTS[by_ask[Ask.LIST]])[number].iri
        if Ask.HAS_VALUE in by_ask:
            return by_ask[Ask.HAS_VALUE]
        if Ask.DATATYPE in by_ask:
            datatypes = by_ask[Ask.DATATYPE].split()
            for each in _TYPED:
                if each in datatypes:
                    return Literal(_SECOND[each] if number else _TYPED[each][0], None, each)
            return Literal(f"Text {number}", "de")
        if Ask.CLASS in by_ask:
            return self._good(by_ask[Ask.CLASS], number)
        if by_ask.get(Ask.NODE_KIND) == "Literal":
            return Literal(f"Text {number}", "de")
        return f"{BASE}{path.rpartition('/')[2].rpartition('#')[2]}/{number}"

    def _good(self, target: str, number: int) -> str:
        node = f"{BASE}good/{target.rpartition('/')[2].rpartition('#')[2]}/{number}"
        if node not in self.good:
            self.good[node] = target
            self._say(node, target, self._least(target))
        return node

    def _least(self, target: str) -> dict[str, list[Term]]:
        model = self.models.get(target)
        if model is None:
            return {}
        wanted = [p for p in model.paths if any(c.ask in (Ask.MIN, Ask.ANY_OF) for c in model.by_path[p])]
        return {path: [self.value(model.by_path[path], path)] for path in wanted}


Change: TypeAlias = Callable[[Mutants, str, str, dict[str, list[Term]]], None]


def _drop(_: Mutants, _node: str, path: str, values: dict[str, list[Term]]) -> None:
    values.pop(path, None)


def _double(mutants: Mutants, node: str, path: str, values: dict[str, list[Term]]) -> None:
    asked = next((m.by_path[path] for m in mutants.models.values() if path in m.by_path), [])
    values[path] = [mutants.value(asked, path, 0), mutants.value(asked, path, 1), *values.get(path, [])]


def _literal(_: Mutants, _node: str, path: str, values: dict[str, list[Term]]) -> None:
    values[path] = [Literal("nur ein Text", "de")]


def _plain(_: Mutants, _node: str, path: str, values: dict[str, list[Term]]) -> None:
    values[path] = [Literal("ohne Sprache")]


def _iri(_: Mutants, node: str, path: str, values: dict[str, list[Term]]) -> None:
    values[path] = [f"{node}/unknown"]


def _blank(mutants: Mutants, node: str, path: str, values: dict[str, list[Term]]) -> None:
    label = f"_:{node.rpartition('/')[2]}x{len(mutants.triples.by_subject)}"
    mutants.triples.add(label, str(DCTERMS.title), Literal("ein Knoten ohne Klasse", "de"))
    values[path] = [label]


def _ill_typed(mutants: Mutants, _node: str, path: str, values: dict[str, list[Term]]) -> None:
    datatype = mutants.chance.choice(list(_TYPED))
    values[path] = [Literal(_TYPED[datatype][1], None, datatype)]


def _well_typed(mutants: Mutants, _node: str, path: str, values: dict[str, list[Term]]) -> None:
    datatype = mutants.chance.choice(list(_TYPED))
    values[path] = [Literal(_TYPED[datatype][0], None, datatype)]


def _foreign_code(mutants: Mutants, _node: str, path: str, values: dict[str, list[Term]]) -> None:
    codes = LISTS[
        mutants.chance.choice(["language", "data-theme", "file-type", "license", "contributor", "media-type"])
    ]
    values[path] = [mutants.chance.choice(list(codes)).iri]


def _former(mutants: Mutants, _node: str, _path: str, values: dict[str, list[Term]]) -> None:
    path, value = mutants.chance.choice(_FORMER)
    values[path] = [value]


CHANGES: tuple[Change, ...] = (
    _drop,
    _double,
    _literal,
    _plain,
    _iri,
    _blank,
    _ill_typed,
    _well_typed,
    _foreign_code,
)


def _official_paths(sets: Sequence[Graph]) -> dict[str, list[str]]:
    """The properties that official shapes ask about, by class."""
    found: dict[str, set[str]] = {}
    for shapes in sets:
        for shape, target in shapes.subject_objects(SH.targetClass):
            for asked in shapes.objects(shape, SH.property):
                path = shapes.value(asked, SH.path)
                if isinstance(path, URIRef):
                    found.setdefault(str(target), set()).add(str(path))
    return {target: sorted(paths) for target, paths in found.items() if paths}


@cache
def of(profile: str, count: int, sets: tuple[Graph, ...], seed: int = 1) -> Triples:
    """So many mutants of a profile, made once."""
    return Mutants(profile, sets, seed).make(count)
