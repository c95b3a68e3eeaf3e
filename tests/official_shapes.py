"""The official shapes of DCAT-AP and DCAT-AP.de from the folder of standards, and what they find."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import rdflib
from pyshacl import validate
from rdflib import SH, Graph

_EU = "data/SEMICeu+DCAT-AP/master/releases/3.0.0/shacl/dcat-ap-SHACL.ttl"
_EU_301 = "data/SEMICeu+DCAT-AP/master/releases/3.0.1/html/shacl"
_DE = "data/GovDataOfficial+DCAT-AP.de/3.0/Releases/DCAT-AP.de V3.0/shacl"
# The overlay of DCAT-AP.de 3.0 fits the shapes of DCAT-AP 3.0.0 only (standards/versions.md).
FILES: Mapping[str, tuple[str, ...]] = {
    "dcat-ap-de-3.0": (
        _EU,
        f"{_DE}/dcat-ap-SHACL-DE.ttl",
        f"{_DE}/dcat-ap-spec-german-additions.ttl",
        f"{_DE}/dcat-ap-de-controlledvocabularies.ttl",
        f"{_DE}/dcat-ap-de-deprecated.ttl",
    ),
    "dcat-ap-3.0.1": (f"{_EU_301}/shapes.ttl", f"{_EU_301}/range.ttl"),
}


def shapes_of(standards: Path, name: str) -> Graph:
    """A set of shapes by its name in :data:`FILES`."""
    graph = Graph()
    for file in FILES[name]:
        graph.parse(standards / file, format="turtle")
    return graph


def report_of(data: Graph, shapes: Graph) -> Graph:
    """pySHACL's report, without inference. Whether rdflib rewrites literals stays as it was: pySHACL changes it for all."""
    before = rdflib.NORMALIZE_LITERALS
    try:
        _, report, _ = validate(data, shacl_graph=shapes, inference="none", advanced=True)
    finally:
        rdflib.NORMALIZE_LITERALS = before
    assert isinstance(report, Graph)
    return report


def violations(data: Graph, shapes: Graph) -> list[str]:
    """What the shapes call a violation, without inference."""
    report = report_of(data, shapes)
    return [
        f"{report.value(result, SH.focusNode)} {report.value(result, SH.resultPath)} "
        f"{report.value(result, SH.value)} {report.value(result, SH.resultMessage)}"
        for result in report.objects(None, SH.result)
        if report.value(result, SH.resultSeverity) == SH.Violation
    ]
