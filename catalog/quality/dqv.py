"""Scores in the Data Quality Vocabulary (W3C DQV), with the metrics of the piveau vocabulary as data.europa.eu has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from catalog.quality.figures import Figures
from catalog.quality.reading import Place, Scored
from schemas.kinds import Literal, iri_to_ntriples, literal_to_ntriples
from schemas.mqa import DIMENSIONS, PIVEAU
from schemas.namespaces import HYDRA, PROV, SKOS, XSD

DQV = "http://www.w3.org/ns/dqv#"
MEDIA_TYPE = "text/turtle"
_SCORING = f"{PIVEAU}scoring"
_HEAD = f"""@prefix dqv: <{DQV}> .
@prefix hydra: <{HYDRA}> .
@prefix prov: <{PROV}> .
@prefix skos: <{SKOS}> .
@prefix xsd: <{XSD}> .

""".encode()


# GovData names what its dashboard finds missing, but no metrics: these are ours, below the address of the region's scores.
GOVDATA = {
    "govdata-keyword": ("boolean", "has a keyword that is a literal"),
    "govdata-contributor": ("boolean", "has exactly one contributorID of the list of DCAT-AP.de"),
    "govdata-publisher": ("boolean", "has exactly one publisher with a name"),
    "govdata-license": ("integer", "stage of its licences: 1 one for each distribution, 2 of the list, 3 one is open"),
}


class Measurement(NamedTuple):
    """One measurement: what it is called in its document, its metric's IRI, what it was computed on, its value."""

    name: str
    metric: str
    computed_on: str
    value: bool | int | float


def govdata_metric(base_url: str, name: str) -> str:
    """The IRI of one of the metrics for GovData's stages."""
    return f"{base_url}/quality.ttl#{name}"


def definitions(base_url: str) -> bytes:
    """What the metrics for GovData's stages are, as statements in Turtle."""
    return "".join(
        f"{iri_to_ntriples(govdata_metric(base_url, name))} a dqv:Metric ; dqv:expectedDataType xsd:{datatype} ;\n"
        f"    skos:definition {literal_to_ntriples(Literal(f'GovData dashboard: the dataset {text}', 'en'))} .\n"
        for name, (datatype, text) in GOVDATA.items()
    ).encode()


def of_record(iri: str, scored: Scored, base_url: str) -> Iterator[Measurement]:
    """The measurements of a dataset: each metric that is known, the sums of the dimensions, the sum of all, GovData's stages.

    What is asked of a distribution is computed on the one that counts. An address that was not asked has no measurement.
    """
    score = scored.score
    for outcome in score.outcomes:
        if outcome.met is None or outcome.bare:
            continue
        value: bool | int = outcome.met
        if outcome.metric.id in ("accessUrlStatusCode", "downloadUrlStatusCode"):
            if outcome.value is None:  # no address to ask: availability says that
                continue
            value = outcome.value
        on = score.best if outcome.metric.of_distribution and score.best else iri
        yield Measurement(outcome.metric.id, outcome.metric.iri, on, value)
    for dimension in DIMENSIONS:
        yield Measurement(f"{dimension}Scoring", f"{PIVEAU}{dimension}Scoring", iri, score.points(dimension))
    yield Measurement("scoring", _SCORING, iri, scored.total)
    for name, stage in zip(GOVDATA, score.stages, strict=True):
        yield Measurement(name, govdata_metric(base_url, name), iri, stage)


def of_figures(iri: str, name: str, figures: Figures) -> Iterator[Measurement]:
    """The averages of many datasets, computed on the catalogue, a municipality or a source that the IRI names."""
    for dimension in DIMENSIONS:
        yield Measurement(f"{name}-{dimension}Scoring", f"{PIVEAU}{dimension}Scoring", iri, figures.points(dimension))
    yield Measurement(f"{name}-scoring", _SCORING, iri, figures.average)


def of_place(place: Place) -> Measurement:
    """The sum of one dataset of a list."""
    return Measurement(f"{place.key}-scoring", _SCORING, place.iri, place.total)


def document(address: str, measured: Iterable[tuple[Measurement, str]], more: Sequence[bytes] = ()) -> Iterator[bytes]:
    """Measurements, each with when it was made (empty: not known), as Turtle in pieces; their IRIs lie in ``address``."""
    yield _HEAD
    yield from more
    for measurement, computed in measured:
        yield _written(address, measurement, computed)


def page_links(address: str, total: int, page: int, last: int) -> bytes:
    """The place of a page among the pages of a document (Hydra), as statements in Turtle."""

    def at(number: int) -> str:
        return iri_to_ntriples(f"{address}?page={number}")

    lines = ["a hydra:PartialCollectionView", f"hydra:first {at(1)}", f"hydra:last {at(last)}"]
    lines += [f"hydra:previous {at(page - 1)}"] if page > 1 else []
    lines += [f"hydra:next {at(page + 1)}"] if page < last else []
    collection = f"a hydra:Collection ; hydra:totalItems {total} ; hydra:view {at(page)}"
    return f"{at(page)} {' ; '.join(lines)} .\n{iri_to_ntriples(address)} {collection} .\n\n".encode()


def _written(address: str, measurement: Measurement, computed: str) -> bytes:
    own = iri_to_ntriples(f"{address}#{measurement.name}")
    on = iri_to_ntriples(measurement.computed_on)
    statements = [
        f"{own} a dqv:QualityMeasurement",
        f"dqv:isMeasurementOf {iri_to_ntriples(measurement.metric)}",
        f"dqv:computedOn {on}",
        f"dqv:value {_value(measurement.value)}",
    ]
    if computed:
        moment = literal_to_ntriples(Literal(computed, None, str(XSD.dateTime)))
        statements.append(f"prov:generatedAtTime {moment}")
    described = " ;\n    ".join(statements)
    return f"{on} dqv:hasQualityMeasurement {own} .\n{described} .\n".encode()


def _value(value: bool | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else f'"{value:.1f}"^^xsd:decimal'
