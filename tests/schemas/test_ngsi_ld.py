"""The bundled core context of NGSI-LD: an entity becomes statements without any address being opened."""

from __future__ import annotations

import json
import sys
from typing import Any

import pyoxigraph
import pytest
import rdflib

from schemas.contexts import ForeignContext, resolve
from schemas.ngsi_ld import core_context

NGSI = rdflib.Namespace("https://uri.etsi.org/ngsi-ld/")
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"


def entity(context: Any) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [9.6, 50.4]}
    return {
        "id": "urn:ngsi-ld:WaterLevel:1",
        "type": "WaterLevel",
        "status": {"type": "Property", "value": "ok", "observedAt": "2026-11-03T08:00:00Z"},
        "refDevice": {"type": "Relationship", "object": "urn:ngsi-ld:Device:1"},
        "location": {"type": "GeoProperty", "value": place},
        "@context": context,
    }


def test_F41_entity_with_the_core_context_is_read_without_opening_an_address() -> None:
    opened: list[str] = []
    sys.addaudithook(lambda name, _: opened.append(name) if name in ("socket.connect", "urllib.Request") else None)
    document = entity(resolve([CORE]))
    quads = pyoxigraph.parse(json.dumps(document).encode(), format=pyoxigraph.RdfFormat.JSON_LD)
    lines = pyoxigraph.serialize((quad.triple for quad in quads), format=pyoxigraph.RdfFormat.N_TRIPLES)
    graph = rdflib.Graph().parse(data=lines, format="nt")
    assert opened == []
    subject = rdflib.URIRef("urn:ngsi-ld:WaterLevel:1")
    assert (subject, rdflib.RDF.type, NGSI["default-context/WaterLevel"]) in graph
    (status,) = graph.objects(subject, NGSI.status)
    assert graph.value(status, NGSI.hasValue) == rdflib.Literal("ok")
    seen = graph.value(status, NGSI.observedAt)
    assert isinstance(seen, rdflib.Literal)
    assert seen.datatype == NGSI.DateTime
    (reference,) = graph.objects(subject, NGSI["default-context/refDevice"])
    assert graph.value(reference, NGSI.hasObject) == rdflib.URIRef("urn:ngsi-ld:Device:1")


def test_F41_other_contexts_beside_it_are_refused() -> None:
    with pytest.raises(ForeignContext):
        resolve([CORE, "https://raw.example.org/context.jsonld"])
    with pytest.raises(ForeignContext):
        resolve(CORE.replace("uri.etsi.org", "uri.etsi.org.example"))
    assert resolve(CORE.replace("-v1.8", "")) == core_context()


def test_no_term_leads_to_another_context() -> None:
    assert "@context" not in json.dumps(core_context())
    assert "@import" not in json.dumps(core_context())
