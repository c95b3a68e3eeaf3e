"""A catalogue in a triple store for tests: datasets that share a publisher and a service."""

from __future__ import annotations

import pyoxigraph
from pyoxigraph import RdfFormat

URL = "https://endpoint.example/sparql"
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix ex: <https://data.example/> .
"""


def dataset(number: int, more: str = "") -> str:
    return f"""
ex:d{number:04} a dcat:Dataset ; dct:title "Daten {number}"@de ; dct:publisher ex:amt ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "Bauamt" ; vcard:hasEmail <mailto:bauamt@example.org> ] ;
  dcat:distribution ex:d{number:04}-csv {more} .
ex:d{number:04}-csv a dcat:Distribution ; dcat:accessURL <https://data.example/{number}.csv> ;
  dcat:accessService ex:wfs .
"""


SHARED = """
ex:amt a foaf:Organization ; foaf:name "Amt"@de .
ex:wfs a dcat:DataService ; dct:title "WFS"@de ; dcat:endpointURL <https://data.example/wfs> ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "GIS" ] ; dcat:servesDataset ex:d0001 .
"""


def store(turtle: str, graph: str | None = None) -> pyoxigraph.Store:
    found = pyoxigraph.Store()
    to_graph = pyoxigraph.NamedNode(graph) if graph else None
    found.load(input=(PREFIXES + turtle).encode(), format=RdfFormat.TURTLE, to_graph=to_graph)
    return found


def catalog(count: int, more: str = "") -> pyoxigraph.Store:
    return store("".join(dataset(number) for number in range(count)) + SHARED + more)


def ids(count: int) -> list[str]:
    return [f"https://data.example/d{number:04}" for number in range(count)]


def titles(count: int) -> dict[str, str]:
    return {iri: f"Daten {number}" for number, iri in enumerate(ids(count))}
