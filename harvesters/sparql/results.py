"""What a SPARQL endpoint answers: rows in any of the formats, statements, and the signs of a cut answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pyoxigraph
from pyoxigraph import QueryResultsFormat

from schemas.namespaces import ADMS, DCAT
from schemas.syntax import Unreadable, decode, excerpt, load
from schemas.triples import Triples
from schemas.xml_tree import plain_xml

_HAS_DISTRIBUTION = frozenset({str(DCAT.distribution), str(ADMS.sample)})

Row = dict[str, Any]


def rows(body: bytes) -> list[Row]:
    """The rows of an answer to SELECT, told by content: JSON, XML or TSV. Raises Unreadable (F01, F02, F03, F21)."""
    text, _ = decode(body)
    text = text.strip("\ufeff \t\r\n\0")
    if not text:
        raise Unreadable("die Antwort ist leer", "the answer is empty")
    data = text.encode("utf-8", "surrogatepass")
    if text.startswith("{"):
        kind = QueryResultsFormat.JSON
    elif text.startswith("<"):
        data, _ = plain_xml(body, "SPARQL-XML")
        kind = QueryResultsFormat.XML
    elif text.startswith("?"):
        kind, data = QueryResultsFormat.TSV, data + b"\n"
    else:
        raise _no_results(text)
    found = _parsed(data, kind)
    if found is None:
        raise _no_results(text)
    return found


def _parsed(data: bytes, kind: QueryResultsFormat) -> list[Row] | None:
    """The rows; None where they are none.

    The error ends here: its traceback would keep the solutions alive, and they may only be freed on the thread that
    made them, while the collector of cycles runs on any.
    """
    try:
        found = pyoxigraph.parse_query_results(data, format=kind)
        if not isinstance(found, pyoxigraph.QuerySolutions):
            return None
        names = [variable.value for variable in found.variables]
        return [{name: solution[name] for name in names} for solution in found]
    except (SyntaxError, ValueError):
        return None


def _no_results(text: str) -> Unreadable:
    shown = excerpt(text)
    return Unreadable(
        f"keine Ergebnisse einer SPARQL-Abfrage; die Antwort beginnt mit: {shown}",
        f"no results of a SPARQL query; the answer begins with: {shown}",
    )


def number(body: bytes, name: str = "count") -> int | None:
    """The number in the first row of an answer; None if it holds none. Raises Unreadable."""
    found = rows(body)
    value = found[0].get(name) if found else None
    text = value.value if isinstance(value, pyoxigraph.Literal) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def iris(body: bytes, name: str = "dataset") -> list[str]:
    """The IRIs in a column of an answer, in their order. Raises Unreadable."""
    return [value.value for row in rows(body) if isinstance(value := row.get(name), pyoxigraph.NamedNode)]


def statements(body: bytes, url: str) -> Triples:
    """The statements of an answer to CONSTRUCT in any RDF syntax. Raises Unreadable; an empty answer holds none."""
    return load(body, url).triples if body.strip() else Triples()


def size(triples: Triples) -> int:
    """The number of different statements."""
    return sum(len(set(found)) for found in triples.by_subject.values())


def seems_cut(triples: Triples, headers: Mapping[str, str], wanted: Collection[str]) -> bool:
    """Whether an answer may hold less than was asked for: a header says so, or something in it is not described.

    Virtuoso says ``X-SPARQL-MaxRows`` where it cut, and state ``S1TAT`` where its time was over; others say nothing (F70).
    """
    described = triples.by_subject
    if any(iri not in described for iri in wanted):
        return True
    if headers.get("x-sql-state", "").upper() == "S1TAT" or "x-sparql-maxrows" in headers:
        return True
    return any(
        isinstance(value, str) and value not in described and (value.startswith("_:") or predicate in _HAS_DISTRIBUTION)
        for said in described.values()
        for predicate, value in said
    )
