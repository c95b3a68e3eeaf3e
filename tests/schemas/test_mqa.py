"""The points of MQA: weights as in the vocabulary, each metric met and unmet, bounds, and what must never cost points."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from schemas import mqa
from schemas.kinds import Literal
from schemas.model import Agent, ContactPoint, Dataset, Distribution, Location, PeriodOfTime, RightsStatement
from schemas.mqa import METRICS, assess, band, known_license, most
from schemas.namespaces import DCAT, DCTERMS, XSD
from schemas.vocabularies import LISTS

ACCESS = "https://daten.example.org/baeume"
DOWNLOAD = "https://daten.example.org/baeume.csv"
CSV = LISTS["file-type"].by_code("CSV")
PDF = LISTS["file-type"].by_code("PDF")
TEXT_CSV = LISTS["media-type"].by_code("text/csv")
PUBLIC = LISTS["access-right"].by_code("PUBLIC")
LICENSE = LISTS["license"].by_code("dl-by-de/2.0")
assert CSV is not None
assert PDF is not None
assert TEXT_CSV is not None
assert PUBLIC is not None
assert LICENSE is not None
DAY = Literal("2026-11-03", None, str(XSD.date))
FILE = Distribution(
    access_url=(ACCESS,),
    download_url=(DOWNLOAD,),
    format=(CSV.iri,),
    media_type=(TEXT_CSV.iri,),
    license=(LICENSE.iri,),
    license_attribution=(Literal("Gemeinde Neuhof", "de"),),
    rights=(RightsStatement(label=(Literal("Frei", "de"),)),),
    byte_size=(Literal("812", None, str(XSD.nonNegativeInteger)),),
    issued=(DAY,),
    modified=(DAY,),
)
FULL = Dataset(
    iri="https://daten.example.org/1",
    title=(Literal("Baumkataster", "de"),),
    description=(Literal("Alle Bäume", "de"),),
    publisher=(Agent(iri="https://daten.example.org/a", name=(Literal("Gemeinde Neuhof", "de"),)),),
    contact_point=(ContactPoint(fn=(Literal("Bauamt", "de"),), has_email=("mailto:bauamt@example.org",)),),
    keyword=(Literal("Baum", "de"),),
    theme=(next(iter(LISTS["data-theme"])).iri,),
    spatial=(Location(iri="http://dcat-ap.de/def/politicalGeocoding/municipalityKey/06631018"),),
    temporal=(PeriodOfTime(start_date=(DAY,)),),
    access_rights=(PUBLIC.iri,),
    distribution=(FILE,),
)
GOOD_LINKS = {ACCESS: 200, DOWNLOAD: 200}


def with_file(**changes: Any) -> Dataset:
    return replace(FULL, distribution=(replace(FILE, **changes),))


def test_weights_are_those_of_the_piveau_vocabulary(standards: Path) -> None:
    graph = rdflib.Graph()
    graph.parse(next(standards.glob("data/piveau-data*/**/piveau-dqv-vocabulary.ttl")), format="turtle")
    pv = rdflib.Namespace(mqa.PIVEAU)
    dqv = rdflib.Namespace("http://www.w3.org/ns/dqv#")
    scored = set(graph.subjects(pv.trueScore, None))
    assert scored == {rdflib.URIRef(metric.iri) for metric in METRICS}
    for metric in METRICS:
        subject = rdflib.URIRef(metric.iri)
        assert graph.value(subject, pv.trueScore).value == metric.points, metric.id  # type: ignore[union-attr]
        penalty = graph.value(subject, pv.falseScore)
        assert (penalty.value if penalty is not None else 0) == metric.penalty, metric.id  # type: ignore[attr-defined]
        # The vocabulary misspells one of its dimensions at two of its metrics.
        dimension = str(graph.value(subject, dqv.inDimension)).replace("reusablity", "reusability")
        assert dimension == pv[metric.dimension].toPython(), metric.id


def test_table_of_the_methodology(standards: Path) -> None:
    """The sums of the dimensions, read from the notes on the methodology page."""
    noted = (standards / "mqa.md").read_text(encoding="utf-8")
    named = {name.lower(): int(points) for name, points in re.findall(r"^\| (\w+) \((\d+)\) \|", noted, re.M)}
    assert named == {dimension: most(dimension) for dimension in mqa.DIMENSIONS}
    assert (len(METRICS), mqa.HIGHEST, mqa.LOWEST) == (23, 405, -10)


def test_a_full_record_has_all_points() -> None:
    assessment = assess(FULL, GOOD_LINKS)
    assert assessment.total == 405
    assert all(outcome.met for outcome in assessment.outcomes)
    assert [assessment.points(dimension) for dimension in mqa.DIMENSIONS] == [100, 100, 110, 75, 20]
    assert assessment.band == "excellent"


@pytest.mark.parametrize(
    ("record", "links", "lost"),
    [
        (replace(FULL, keyword=()), GOOD_LINKS, {"keywordAvailability": 30}),
        (replace(FULL, keyword=(Literal(" ", "de"),)), GOOD_LINKS, {"keywordAvailability": 30}),
        (replace(FULL, theme=()), GOOD_LINKS, {"categoryAvailability": 30}),
        (replace(FULL, spatial=()), GOOD_LINKS, {"spatialAvailability": 20}),
        (replace(FULL, temporal=()), GOOD_LINKS, {"temporalAvailability": 20}),
        (FULL, {ACCESS: 404, DOWNLOAD: 200}, {"accessUrlStatusCode": 50}),
        (FULL, {ACCESS: 200, DOWNLOAD: 0}, {"downloadUrlStatusCode": 30}),
        (FULL, {ACCESS: 200}, {"downloadUrlStatusCode": 30}),
        (with_file(download_url=()), GOOD_LINKS, {"downloadUrlAvailability": 20, "downloadUrlStatusCode": 30}),
        (with_file(media_type=()), GOOD_LINKS, {"mediaTypeAvailability": 15, "formatMediaTypeVocabularyAlignment": 10}),
        (with_file(format=()), GOOD_LINKS, {"formatAvailability": 25, "formatMediaTypeVocabularyAlignment": 10}),
        (
            with_file(format=(PDF.iri,), media_type=("https://www.iana.org/assignments/media-types/application/pdf",)),
            GOOD_LINKS,
            {"formatMediaTypeNonProprietary": 20, "formatMediaTypeMachineInterpretable": 20},
        ),
        (
            with_file(format=("https://example.org/format/csv2",)),
            GOOD_LINKS,
            {"formatMediaTypeVocabularyAlignment": 10},
        ),
        (replace(FULL, title=()), GOOD_LINKS, {"dcatApCompliance": 30}),
        (with_file(license=()), GOOD_LINKS, {"licenceAvailability": 20, "knownLicence": 10}),
        (with_file(license=("http://dcat-ap.de/def/licenses/other-closed",)), GOOD_LINKS, {"knownLicence": 10}),
        (
            replace(FULL, access_rights=()),
            GOOD_LINKS,
            {"accessRightsAvailability": 10, "accessRightsVocabularyAlignment": 5},
        ),
        (replace(FULL, contact_point=()), GOOD_LINKS, {"contactPointAvailability": 20}),
        (replace(FULL, publisher=()), GOOD_LINKS, {"publisherAvailability": 10}),
        (with_file(rights=()), GOOD_LINKS, {"rightsAvailability": 5}),
        (with_file(byte_size=()), GOOD_LINKS, {"byteSizeAvailability": 5}),
        (with_file(issued=()), GOOD_LINKS, {"dateIssuedAvailability": 5}),
        (with_file(modified=()), GOOD_LINKS, {"dateModifiedAvailability": 5}),
    ],
)
def test_each_metric_costs_its_points(record: Dataset, links: dict[str, int], lost: dict[str, int]) -> None:
    assessment = assess(record, links)
    costs = {o.metric.id: o.metric.points - o.points for o in assessment.outcomes if o.points != o.metric.points}
    assert costs == lost


def test_an_address_that_was_not_asked_is_not_known() -> None:
    outcome = assess(FULL, {}).outcome("accessUrlStatusCode")
    assert (outcome.met, outcome.value, outcome.points) == (None, None, 0)
    answered = assess(FULL, {ACCESS: 404}).outcome("accessUrlStatusCode")
    assert (answered.met, answered.value) == (False, 404)


@pytest.mark.parametrize(("status", "good"), [(0, False), (199, False), (200, True), (304, True), (400, False)])
def test_status_codes_of_200_and_300_are_reachable(status: int, good: bool) -> None:
    assert mqa.reachable(status) is good


def test_of_several_distributions_only_the_best_counts() -> None:
    poor = Distribution(access_url=("https://daten.example.org/alt",))
    assessment = assess(replace(FULL, distribution=(poor, FILE, poor)), GOOD_LINKS)
    assert assessment.total == 405
    assert assessment.best == FILE


def test_nothing_of_one_distribution_is_added_to_another() -> None:
    """Half the points in one, half in the other, do not make a whole: they would be two different files."""
    address_only = Distribution(access_url=(ACCESS,))
    format_only = replace(FILE, access_url=("https://daten.example.org/weg",), download_url=())
    split = assess(replace(FULL, distribution=(address_only, format_only)), GOOD_LINKS)
    alone = [assess(replace(FULL, distribution=(file,)), GOOD_LINKS).total for file in (address_only, format_only)]
    assert split.total == max(alone) < 405


def test_a_date_counts_once_wherever_it_stands() -> None:
    of_dataset = assess(replace(with_file(issued=()), issued=(DAY,)), GOOD_LINKS)
    of_both = assess(replace(FULL, issued=(DAY,)), GOOD_LINKS)
    assert of_dataset.total == of_both.total == 405


def test_no_distribution_gives_and_costs_nothing() -> None:
    assessment = assess(replace(FULL, distribution=(), issued=(DAY,), modified=(DAY,)), {})
    assert assessment.total == 100 + 30 + 45 + 10
    assert assessment.best is None
    assert {o.met for o in assessment.outcomes if o.metric.of_distribution} == {False}
    assert assess(Dataset(), {}).total == 0


def test_formats_and_licences_as_text_are_there_but_in_no_list() -> None:
    said = ((str(DCTERMS.format), Literal("CSV")), (str(DCTERMS.license), Literal("frei")))
    found = assess(with_file(format=(), license=(), extra=said), GOOD_LINKS, conforms=True)
    met = {o.metric.id: o.met for o in found.outcomes}
    assert {met["formatAvailability"], met["licenceAvailability"]} == {True}
    assert {met["formatMediaTypeVocabularyAlignment"], met["knownLicence"]} == {False}


@pytest.mark.parametrize(
    ("attribute", "path", "metric"),
    [
        ("theme", DCAT.theme, "categoryAvailability"),
        ("spatial", DCTERMS.spatial, "spatialAvailability"),
        ("temporal", DCTERMS.temporal, "temporalAvailability"),
        ("access_rights", DCTERMS.accessRights, "accessRightsAvailability"),
        ("contact_point", DCAT.contactPoint, "contactPointAvailability"),
        ("publisher", DCTERMS.publisher, "publisherAvailability"),
        ("distribution.media_type", DCAT.mediaType, "mediaTypeAvailability"),
        ("distribution.format", DCTERMS.format, "formatAvailability"),
        ("distribution.license", DCTERMS.license, "licenceAvailability"),
        ("distribution.rights", DCTERMS.rights, "rightsAvailability"),
    ],
)
def test_availability_asks_for_any_value_also_for_a_text(attribute: str, path: object, metric: str) -> None:
    def met(words: str) -> bool | None:
        head, _, rest = attribute.partition(".")
        changed: dict[str, Any] = {rest or head: (), "extra": ((str(path), Literal(words)),)}
        record = with_file(**changed) if rest else replace(FULL, **changed)
        return assess(record, GOOD_LINKS, conforms=True).outcome(metric).met

    assert met("text/csv") is True
    assert met("  ") is False


def test_alignment_asks_for_the_lists() -> None:
    record = with_file(media_type=(), extra=((str(DCAT.mediaType), Literal("text/csv")),))
    assert assess(record, GOOD_LINKS, conforms=True).outcome("formatMediaTypeVocabularyAlignment").met is False
    said = replace(FULL, access_rights=(), extra=((str(DCTERMS.accessRights), Literal("PUBLIC")),))
    assert assess(said, GOOD_LINKS, conforms=True).outcome("accessRightsVocabularyAlignment").met is False


@pytest.mark.parametrize(
    ("iri", "known"),
    [
        ("http://dcat-ap.de/def/licenses/dl-by-de/2.0", True),
        ("http://publications.europa.eu/resource/authority/licence/CC_BY_4_0", True),
        ("http://publications.europa.eu/resource/authority/licence/", False),
        ("https://creativecommons.org/licenses/by/4.0/", True),
        ("http://dcat-ap.de/def/licenses/other-open", False),
        ("https://example.org/agb", False),
    ],
)
def test_known_licences(iri: str, known: bool) -> None:
    assert known_license(iri) is known


@pytest.mark.parametrize(
    ("total", "name"),
    [
        *((405, "excellent"), (351, "excellent"), (350.9, "good"), (350, "good"), (221, "good")),
        *((220, "sufficient"), (121, "sufficient"), (120, "bad"), (0, "bad"), (-10, "bad")),
    ],
)
def test_bands(total: float, name: str) -> None:
    assert band(total) == name


# ------------------------------------------------------------------------------------------------ any record

_addresses = st.sampled_from((ACCESS, DOWNLOAD, "https://daten.example.org/3", "urn:x"))
_iris = st.sampled_from((CSV.iri, PDF.iri, TEXT_CSV.iri, PUBLIC.iri, LICENSE.iri, "urn:x", "https://example.org/y"))
_texts = st.lists(st.builds(Literal, st.text(max_size=5)), max_size=2).map(tuple)
_files = st.builds(
    Distribution,
    access_url=st.lists(_addresses, max_size=2).map(tuple),
    download_url=st.lists(_addresses, max_size=2).map(tuple),
    format=st.lists(_iris, max_size=2).map(tuple),
    media_type=st.lists(_iris, max_size=2).map(tuple),
    license=st.lists(_iris, max_size=2).map(tuple),
    rights=st.lists(_iris, max_size=1).map(tuple),
    byte_size=_texts,
    issued=_texts,
    modified=_texts,
)
_datasets = st.builds(
    Dataset,
    title=_texts,
    keyword=_texts,
    theme=st.lists(_iris, max_size=1).map(tuple),
    spatial=st.lists(_iris, max_size=1).map(tuple),
    temporal=st.lists(_iris, max_size=1).map(tuple),
    access_rights=st.lists(_iris, max_size=1).map(tuple),
    contact_point=st.lists(_iris, max_size=1).map(tuple),
    publisher=st.lists(_iris, max_size=1).map(tuple),
    distribution=st.lists(_files, max_size=3).map(tuple),
    issued=_texts,
)
_links = st.dictionaries(_addresses, st.sampled_from((0, 200, 301, 404, 503)))


@given(_datasets, _links)
def test_any_record_stays_within_the_bounds(dataset: Dataset, links: dict[str, int]) -> None:
    assessment = assess(dataset, links)
    assert mqa.LOWEST <= assessment.total <= mqa.HIGHEST
    assert sum(map(assessment.points, mqa.DIMENSIONS)) == assessment.total
    assert all(assessment.points(dimension) <= most(dimension) for dimension in mqa.DIMENSIONS)
    assert [outcome.metric for outcome in assessment.outcomes] == list(METRICS)
    assert assess(dataset, links) == assessment


@given(_datasets, _links, st.data())
def test_what_is_added_never_costs_points(dataset: Dataset, links: dict[str, int], data: st.DataObject) -> None:
    """With the validation's result held: a value more in any property, an address that answers."""
    before = assess(dataset, links, conforms=True).total
    attribute = data.draw(st.sampled_from(("keyword", "theme", "spatial", "temporal", "access_rights", "issued")))
    more = data.draw(_texts if attribute in ("keyword", "issued") else st.lists(_iris, max_size=2).map(tuple))
    richer = replace(dataset, **{attribute: getattr(dataset, attribute) + more})
    assert assess(richer, links, conforms=True).total >= before
    assert assess(dataset, {**links, ACCESS: 200}, conforms=True).total >= before


@given(_datasets, _links, st.data())
def test_a_better_distribution_never_costs_points(dataset: Dataset, links: dict[str, int], data: st.DataObject) -> None:
    before = assess(dataset, links, conforms=True).total
    files = list(dataset.distribution)
    if files:
        place = data.draw(st.integers(0, len(files) - 1))
        attribute = data.draw(st.sampled_from(("format", "media_type", "license", "rights")))
        file = files[place]
        assert isinstance(file, Distribution)
        more = getattr(file, attribute) + data.draw(st.lists(_iris, max_size=2).map(tuple))
        files[place] = replace(file, **{attribute: more})
        assert assess(replace(dataset, distribution=tuple(files)), links, conforms=True).total >= before
    added = replace(dataset, distribution=(*dataset.distribution, FILE))
    assert assess(added, links, conforms=True).total >= before


@given(_datasets, _links)
def test_validation_costs_its_points_only(dataset: Dataset, links: dict[str, int]) -> None:
    yes, no = (assess(dataset, links, conforms=conforms) for conforms in (True, False))
    assert yes.total - no.total == 30
