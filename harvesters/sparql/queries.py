"""The queries that get datasets out of a SPARQL endpoint: how many, which, and what is said about some of them.

https://www.w3.org/TR/sparql11-query/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph

from schemas.kinds import is_iri
from schemas.namespaces import PREFIXES
from schemas.refusals import Wrong

# How many steps from a dataset its description reaches: distribution, access service, contact point of that.
DEPTH = 3
# Records of their own and entries of code lists are referred to, not followed.
_NOT_FOLLOWED = "dcat:Dataset, dcat:Catalog, dcat:CatalogRecord, skos:Concept, skos:ConceptScheme"
_FEDERATED = re.compile(r"\bSERVICE\b", re.I)
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which datasets of an endpoint are meant: those of a graph (or the default graph), those of an own WHERE."""

    graph: str | None = None
    query: str | None = None

    def count(self, nameless: bool = False) -> str:
        """How many records there are; ``nameless``: how many that have no IRI to ask for."""
        kind = "isBlank" if nameless else "isIRI"
        return _prefixed(
            f"SELECT (COUNT(DISTINCT ?dataset) AS ?count) WHERE {{ {self._kinds()} FILTER({kind}(?dataset)) }}"
        )

    def titles(self) -> str:
        """Some titles."""
        return _prefixed(f"SELECT ?title WHERE {{ {self._kinds()} ?dataset dct:title ?title }} LIMIT 3")

    def page(self, after: str, size: int) -> str:
        """The IRIs of the records that follow ``after``, in order: no row is lost when the list changes meanwhile."""
        later = f" FILTER(STR(?dataset) > {_string(after)})" if after else ""
        where = f"{self._kinds()} FILTER(isIRI(?dataset)){later}"
        return _prefixed(f"SELECT DISTINCT ?dataset WHERE {{ {where} }} ORDER BY ?dataset LIMIT {size}")

    def description(self, datasets: Sequence[str]) -> str:
        """All that is said about records and what hangs on them, blank nodes included; each statement in one row."""
        return _prefixed(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {self._distinct(datasets)} }} }}")

    def statements(self, datasets: Sequence[str]) -> str:
        """How many statements the description of records has."""
        return _prefixed(f"SELECT (COUNT(*) AS ?count) WHERE {{ {{ {self._distinct(datasets)} }} }}")

    def _distinct(self, datasets: Sequence[str]) -> str:
        return f"SELECT DISTINCT ?s ?p ?o WHERE {{ {self._whole(datasets)} }}"

    def _kinds(self) -> str:
        """Datasets, and those services and series that no dataset refers to."""
        own = f"{{ {self.query} }} " if self.query else ""
        return self._within(
            f"{own}{{ ?dataset a dcat:Dataset FILTER NOT EXISTS {{ ?dataset a dcat:DatasetSeries }} }} "
            "UNION { ?dataset a dcat:DataService FILTER NOT EXISTS { ?some dcat:accessService ?dataset } "
            "FILTER NOT EXISTS { ?dataset a dcat:Dataset } } "
            "UNION { ?dataset a dcat:DatasetSeries FILTER NOT EXISTS { ?some dcat:inSeries ?dataset } } "
            "FILTER NOT EXISTS { ?dataset a dcat:Catalog }"
        )

    def _whole(self, datasets: Sequence[str]) -> str:
        # In each branch by itself: many engines would join the values with all branches only at the end.
        these = f"VALUES ?dataset {{ {' '.join(f'<{iri}>' for iri in datasets)} }}"
        branches = [f"{these} ?dataset ?p ?o BIND(?dataset AS ?s)", f"{these} ?s foaf:primaryTopic ?dataset . ?s ?p ?o"]
        for depth in range(1, DEPTH + 1):
            nodes = ["?dataset", *(f"?n{step}" for step in range(1, depth)), "?s"]
            steps = [
                f"{here} ?p{step} {there} {_followed(there)}" for step, (here, there) in enumerate(pairwise(nodes))
            ]
            branches.append(f"{these} {' '.join(steps)} ?s ?p ?o")
        return self._within(" UNION ".join(f"{{ {branch} }}" for branch in branches))

    def _within(self, pattern: str) -> str:
        return f"GRAPH <{self.graph}> {{ {pattern} }}" if self.graph else pattern


def graphs() -> str:
    """The named graphs with datasets, the fullest first."""
    pattern = "GRAPH ?graph { ?dataset a dcat:Dataset }"
    return _prefixed(
        f"SELECT ?graph (COUNT(DISTINCT ?dataset) AS ?count) WHERE {{ {pattern} }} GROUP BY ?graph ORDER BY DESC(?count) "
        "LIMIT 5"
    )


def check_pattern(pattern: str) -> str:
    """An own WHERE, as it is. Raises ValueError if it is none, or asks other endpoints."""
    if "?dataset" not in pattern:
        raise Wrong("the variable ?dataset is missing", "die Variable ?dataset fehlt")
    if _FEDERATED.search(pattern):
        raise Wrong("SERVICE is not allowed", "SERVICE ist nicht erlaubt")
    try:
        # Parsed and run on nothing.
        pyoxigraph.Store().query(Scope(query=pattern).page("", 1))
    except SyntaxError as error:
        raise Wrong(f"no SPARQL pattern: {error}", f"kein Muster in SPARQL: {error}") from error
    return pattern


def askable(iris: Iterable[str]) -> list[str]:
    """Those of the IRIs that may stand in a query."""
    return [iri for iri in iris if is_iri(iri)]


def _followed(node: str) -> str:
    # A statement ends before a filter, and one with a dot after it may follow.
    kind = f"{node}Kind"
    excluded = f"FILTER NOT EXISTS {{ {node} a {kind} FILTER({kind} IN ({_NOT_FOLLOWED})) }}"
    return f"FILTER(!isLiteral({node})) {excluded}"


def _string(text: str) -> str:
    return '"' + "".join(_ESCAPED.get(sign, sign) for sign in text) + '"'


def _prefixed(query: str) -> str:
    used = {prefix: iri for prefix, iri in PREFIXES.items() if f"{prefix}:" in query}
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in used.items()) + query
