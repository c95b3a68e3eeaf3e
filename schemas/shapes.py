"""A profile as a SHACL graph, made from the constraints and rules that :mod:`schemas.validation` checks.

The graph stands by itself: it needs no background vocabulary in the data and no inference. Codes are listed in it, and
where a class is asked its subclasses and the codes that have it are accepted. Core SHACL, with SPARQL where rules compare values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from rdflib import URIRef

from schemas.classes import CODE_CLASSES, HVD_LEGISLATION, SUPERCLASSES, above
from schemas.constraints import ANY, MEDIA_TYPES, Ask, Constraint, constraints
from schemas.findings import WORDING, Severity
from schemas.kinds import Literal as Text
from schemas.kinds import iri_to_ntriples, literal_to_ntriples
from schemas.namespaces import DCAT, ELI, PREFIXES, SKOS
from schemas.profiles import ALL
from schemas.rule_shapes import Twin, twins
from schemas.validation import words_of
from schemas.vocabularies import LISTS, open_license

_SEVERITY = {
    Severity.VIOLATION: "sh:Violation",
    Severity.WARNING: "sh:Warning",
    Severity.INFO: "sh:Info",
}
_PREFIXES = {**PREFIXES, "sh": "http://www.w3.org/ns/shacl#"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_UNKNOWN = "…"


def write(profile: str, base: str) -> str:
    """The shapes of a profile in Turtle. Takes its name and the address that they stand under; raises KeyError.

    The same profile and address give the same text.
    """
    return _Writing(profile, base).text()


@cache
def shape_names(profile: str) -> dict[str, Constraint]:
    """The constraints of a profile by the local name of their shape: what a report of SHACL points to."""
    return {_name(each): each for each in constraints(profile)}


def rule_name(rule: str) -> str:
    """The local name of the shape of a rule of :mod:`schemas.rules`."""
    return f"rule-{rule}"


def _local(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _short(iri: str) -> str:
    """An IRI with its prefix, as a name: ``dct-title``."""
    for prefix, namespace in _PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}-{iri[len(namespace) :]}"
    return _local(iri)


def _name(each: Constraint) -> str:
    parameter = f"-{_local(each.parameter.split()[0])}" if each.ask in (Ask.CLASS, Ask.LIST) else ""
    target = "any" if each.target == ANY else _short(each.target)
    return re.sub(r"[^A-Za-z0-9-]", "-", f"{target}.{_short(each.path)}.{each.ask}{parameter}")


def _term(iri: str) -> str:
    for prefix, namespace in _PREFIXES.items():
        if iri.startswith(namespace) and _NAME.fullmatch(iri[len(namespace) :]):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri_to_ntriples(iri)


def _text(text: str, lang: str | None = None) -> str:
    return literal_to_ntriples(Text(text, lang))


def _subclasses(wanted: str) -> list[str]:
    """A class and all that are below it, the class first."""
    return [
        wanted,
        *sorted(str(each) for each in SUPERCLASSES if str(each) != wanted and wanted in above(frozenset({str(each)}))),
    ]


class _Writing:
    """One graph in the making."""

    def __init__(self, profile: str, base: str) -> None:
        self.profile = ALL[profile]
        self.base = base
        self.classes: dict[str, None] = {}
        self.lists: dict[str, Iterable[str]] = {}

    def text(self) -> str:
        by_target: dict[str, list[Constraint]] = {}
        for each in constraints(self.profile.name):
            by_target.setdefault(each.target, []).append(each)
        shapes = [self._node(target, asked) for target, asked in sorted(by_target.items()) if target != ANY]
        shapes += [self._anywhere(each) for each in by_target.get(ANY, ())]
        shapes += [self._rule(twin) for twin in twins(self.profile.name, self._in)]
        helpers = [self._class(each) for each in list(self.classes)]
        helpers += [self._codes(name, codes) for name, codes in sorted(self.lists.items())]
        return "\n".join([*self._head(), *shapes, *helpers])

    def _head(self) -> Iterator[str]:
        yield f"@prefix : <{self.base}#> ."
        for prefix, namespace in sorted(_PREFIXES.items()):
            yield f"@prefix {prefix}: <{namespace}> ."
        title, version = self.profile.title, self.profile.version
        yield (
            f"\n<{self.base}> a owl:Ontology ;\n"
            f"    dct:title {_text(f'Prüfregeln: {title} {version}', 'de')} , {_text(f'Shapes: {title} {version}', 'en')} ;\n"
            f"    owl:versionInfo {_text(version)} .\n"
        )

    def _node(self, target: str, asked: list[Constraint]) -> str:
        targets = " , ".join(_term(each) for each in _subclasses(target))
        names = " , ".join(f":{name}" for name in dict.fromkeys(_name(each) for each in asked))
        node = f":{_short(target)} a sh:NodeShape ;\n    sh:targetClass {targets} ;\n    sh:property {names} .\n"
        return node + "".join(self._property(each) for each in asked)

    def _anywhere(self, each: Constraint) -> str:
        name = _name(each)
        node = f":on-{name} a sh:NodeShape ;\n    sh:targetSubjectsOf {_term(each.path)} ;\n    sh:property :{name} .\n"
        return node + self._property(each)

    def _property(self, each: Constraint) -> str:
        path, asked = self._asked(each)
        de, en = (self._message(each, lang) for lang in ("de", "en"))
        return (
            f":{_name(each)} a sh:PropertyShape ;\n    sh:path {path} ;\n    {asked} ;\n"
            f"    sh:severity {_SEVERITY[each.severity]} ;\n    sh:message {_text(de, 'de')} , {_text(en, 'en')} .\n"
        )

    def _message(self, each: Constraint, lang: str) -> str:
        rule, arguments = words_of(each, _UNKNOWN, _UNKNOWN)
        wording = WORDING[rule]
        return (wording.de if lang == "de" else wording.en).format(*arguments)

    def _asked(self, each: Constraint) -> tuple[str, str]:
        """The path and the constraint of a property shape."""
        path, parameter = _term(each.path), each.parameter
        simple = {
            Ask.MIN: f"sh:minCount {parameter}",
            Ask.MAX: f"sh:maxCount {parameter}",
            Ask.NODE_KIND: f"sh:nodeKind sh:{parameter}",
            Ask.PATTERN: f'sh:pattern {_text(parameter)} ; sh:flags "i"',
            Ask.HAS_VALUE: f"sh:hasValue <{parameter}>",
            Ask.DEPRECATED: "sh:maxCount 0",
            Ask.FORMER_LIST: f"sh:not [ sh:pattern {_text('^' + re.escape(parameter))} ]",
        }
        if each.ask is Ask.MIN and each.instead:
            return f"[ sh:alternativePath ( {_term(each.path)} {_term(each.instead)} ) ]", "sh:minCount 1"
        if each.ask in simple:
            return path, simple[each.ask]
        if each.ask is Ask.ANY_OF:
            return f"[ sh:alternativePath ( {' '.join(map(_term, each.paths))} ) ]", "sh:minCount 1"
        if each.ask is Ask.INVERSE:
            return f"[ sh:inversePath {path} ]", "sh:minCount 1"
        if each.ask is Ask.MEMBERS:
            return f"[ sh:inversePath {path} ]", f"sh:node {self._is(parameter)}"
        if each.ask is Ask.SERVED:
            ways = f"[ sh:inversePath {path} ] ( {_term(str(DCAT.distribution))} {_term(str(DCAT.accessService))} )"
            return f"[ sh:alternativePath ( {ways} ) ]", "sh:minCount 1"
        return path, self._of_values(each)

    def _of_values(self, each: Constraint) -> str:
        parameter = each.parameter
        if each.ask is Ask.DATATYPE:
            return _datatypes(parameter.split())
        if each.ask is Ask.CLASS:
            return f"sh:node {self._is(parameter)}"
        if each.ask is Ask.OPEN:
            return f"sh:in {self._in('open-license', [c.iri for c in LISTS['license'] if open_license(c.iri)])}"
        if each.ask is Ask.INNER:
            literal = "sh:qualifiedValueShape [ sh:nodeKind sh:Literal ] ; sh:qualifiedMinCount 1"
            return f"sh:node [ sh:property [ sh:path {_term(parameter)} ; {literal} ] ]"
        if each.ask is Ask.QUALIFIED:
            name, least, most = parameter.split()
            asked = "sh:nodeKind sh:Literal" if name == "Literal" else f"sh:in {self._list(name)}"
            limit = "" if most == "*" else f" ; sh:qualifiedMaxCount {most}"
            return f"sh:qualifiedValueShape [ {asked} ] ; sh:qualifiedMinCount {least}{limit}"
        assert each.ask is Ask.LIST
        listed = f"sh:in {self._list(parameter)}"
        if parameter == "media-type":
            return f'sh:or ( [ {listed} ] [ sh:not [ sh:pattern {_text(MEDIA_TYPES)} ; sh:flags "i" ] ] )'
        return listed

    def _list(self, name: str) -> str:
        return self._in(name, LISTS[name].iris())

    def _in(self, name: str, codes: Iterable[str]) -> str:
        self.lists[name] = codes
        return f":codes-{name}"

    def _is(self, wanted: str) -> str:
        self.classes[wanted] = None
        return f":is-{_short(wanted)}"

    def _class(self, wanted: str) -> str:
        """The shape of what is accepted where a class is asked."""
        ways = [f"[ sh:class {_term(each)} ]" for each in _subclasses(wanted)]
        for name, codes in LISTS.items():
            if wanted == str(SKOS.Concept) or URIRef(wanted) in CODE_CLASSES.get(name, ()):
                if codes.pattern:
                    ways.append(f"[ sh:pattern {_text(f'^{re.escape(codes.base)}{codes.pattern}$')} ]")
                if len(codes):
                    ways.append(f"[ sh:in {self._list(name)} ]")
        if wanted == str(ELI.LegalResource):
            ways.append(f"[ sh:in ( <{HVD_LEGISLATION}> ) ]")
        if wanted == str(SKOS.ConceptScheme):
            ways.append(f"[ sh:in ( <{LISTS['data-theme'].scheme}> ) ]")
        return f":is-{_short(wanted)} a sh:NodeShape ;\n    sh:or (\n        " + "\n        ".join(ways) + "\n    ) .\n"

    def _codes(self, name: str, codes: Iterable[str]) -> str:
        first, *others = [f"<{code}>" for code in codes]
        rest = "(\n    " + "\n    ".join(others) + "\n)" if others else "()"
        return f":codes-{name} rdf:first {first} ; rdf:rest {rest} .\n"

    def _rule(self, twin: Twin) -> str:
        wording = WORDING[twin.rule]
        de, en = (text.format(*[_UNKNOWN] * 9) for text in (wording.de, wording.en))
        said = f"sh:message {_text(de, 'de')} , {_text(en, 'en')}"
        classes = [each for target in twin.targets for each in _subclasses(target)]
        asked = twin.asked.replace("SAID", said).replace("CLASSES", ", ".join(f"<{each}>" for each in classes))
        target = f"sh:targetClass {' , '.join(map(_term, classes))}"
        if twin.subjects_of:
            target = f"sh:targetSubjectsOf {_term(twin.subjects_of)}"
        return (
            f":{rule_name(twin.rule)} a sh:NodeShape ;\n    {target} ;\n"
            f"    {asked} ;\n    sh:severity {_SEVERITY[twin.severity]} ;\n    {said} .\n"
        )


_PATTERNS = {"http://www.w3.org/2001/XMLSchema#nonNegativeInteger": " ; sh:minInclusive 0"}


def _datatypes(datatypes: list[str]) -> str:
    if len(datatypes) > 1:
        return f"sh:or ( {' '.join(f'[ sh:datatype {_term(each)} ]' for each in datatypes)} )"
    return f"sh:datatype {_term(datatypes[0])}{_PATTERNS.get(datatypes[0], '')}"
