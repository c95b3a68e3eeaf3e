"""Metadata Quality Assessment of data.europa.eu: a dataset, and how its addresses answer, to points.

Sources: the piveau DQV vocabulary (metrics, dimensions, points), the methodology page of data.europa.eu, and the scoring
of piveau (Fraunhofer FOKUS): of several distributions only the best one counts, for all metrics of distributions, as all
are taken to hold the same content; a date counts once, whether the dataset or that distribution has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from schemas import level1
from schemas.kinds import Literal
from schemas.model import Dataset, Distribution, Resource, Resources, Value, iri_of
from schemas.namespaces import DCAT, DCTERMS
from schemas.proposals import stated
from schemas.vocabularies import LISTS, find_license, machine_readable, non_proprietary
from schemas.vocabularies.codes import listed, rows
from schemas.vocabularies.licenses import EU_LICENCES

PIVEAU = "https://piveau.eu/ns/voc#"


class Metric(NamedTuple):
    """One metric: its id in the piveau DQV vocabulary, dimension, property IRI, whether it is asked of a distribution, the
    points it gives, and those it costs where it is not met (0 or below)."""

    id: str
    dimension: str
    path: str
    of_distribution: bool
    points: int
    penalty: int = 0

    @property
    def iri(self) -> str:
        """The metric's IRI in the piveau DQV vocabulary."""
        return PIVEAU + self.id


# The weights, once. piveau-dqv-vocabulary.ttl (2019) pv:trueScore, pv:falseScore; 23 metrics, 405 points.
METRICS = (
    Metric("keywordAvailability", "findability", str(DCAT.keyword), False, 30),
    Metric("categoryAvailability", "findability", str(DCAT.theme), False, 30),
    Metric("spatialAvailability", "findability", str(DCTERMS.spatial), False, 20),
    Metric("temporalAvailability", "findability", str(DCTERMS.temporal), False, 20),
    Metric("accessUrlStatusCode", "accessibility", str(DCAT.accessURL), True, 50),
    Metric("downloadUrlAvailability", "accessibility", str(DCAT.downloadURL), True, 20),
    Metric("downloadUrlStatusCode", "accessibility", str(DCAT.downloadURL), True, 30),
    Metric("formatAvailability", "interoperability", str(DCTERMS.format), True, 20, -5),
    Metric("mediaTypeAvailability", "interoperability", str(DCAT.mediaType), True, 10, -5),
    Metric("formatMediaTypeVocabularyAlignment", "interoperability", str(DCTERMS.format), True, 10),
    Metric("formatMediaTypeNonProprietary", "interoperability", str(DCTERMS.format), True, 20),
    Metric("formatMediaTypeMachineInterpretable", "interoperability", str(DCTERMS.format), True, 20),
    Metric("dcatApCompliance", "interoperability", "", False, 30),
    Metric("licenceAvailability", "reusability", str(DCTERMS.license), True, 20),
    Metric("knownLicence", "reusability", str(DCTERMS.license), True, 10),
    Metric("accessRightsAvailability", "reusability", str(DCTERMS.accessRights), False, 10),
    Metric("accessRightsVocabularyAlignment", "reusability", str(DCTERMS.accessRights), False, 5),
    Metric("contactPointAvailability", "reusability", str(DCAT.contactPoint), False, 20),
    Metric("publisherAvailability", "reusability", str(DCTERMS.publisher), False, 10),
    Metric("rightsAvailability", "contextuality", str(DCTERMS.rights), True, 5),
    Metric("byteSizeAvailability", "contextuality", str(DCAT.byteSize), True, 5),
    Metric("dateIssuedAvailability", "contextuality", str(DCTERMS.issued), False, 5),
    Metric("dateModifiedAvailability", "contextuality", str(DCTERMS.modified), False, 5),
)
BY_ID: Mapping[str, Metric] = {metric.id: metric for metric in METRICS}
DIMENSIONS: tuple[str, ...] = tuple(dict.fromkeys(metric.dimension for metric in METRICS))
HIGHEST = sum(metric.points for metric in METRICS)
LOWEST = sum(metric.penalty for metric in METRICS)
# The least sum of each band, best first (methodology page of data.europa.eu).
BANDS = (("excellent", 351), ("good", 221), ("sufficient", 121), ("bad", LOWEST))


class Outcome(NamedTuple):
    """What a metric found: ``met`` is None where it is not known, as for an address that was not asked yet; ``value`` is
    the status code of the metrics that measure one, 0 where no answer came. ``bare``: there is no distribution to ask."""

    metric: Metric
    met: bool | None
    value: int | None = None
    bare: bool = False

    @property
    def points(self) -> int:
        """What it gives to the sum; what is not known gives nothing."""
        if self.met:
            return self.metric.points
        return self.metric.penalty if self.met is False and not self.bare else 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """The outcomes of all metrics on one dataset, in the order of METRICS, and which distribution counted."""

    outcomes: tuple[Outcome, ...]
    best: Distribution | None = None

    @property
    def total(self) -> int:
        """The sum: at most 405; down to -10 for a distribution that states neither format nor media type."""
        return sum(outcome.points for outcome in self.outcomes)

    @property
    def band(self) -> str:
        """excellent, good, sufficient or bad."""
        return band(self.total)

    def points(self, dimension: str) -> int:
        """The sum of one dimension of DIMENSIONS."""
        return sum(outcome.points for outcome in self.outcomes if outcome.metric.dimension == dimension)

    def outcome(self, metric_id: str) -> Outcome:
        """What one metric found; raises KeyError for an unknown id."""
        return self.outcomes[METRICS.index(BY_ID[metric_id])]


def most(dimension: str) -> int:
    """The most points that a dimension can give."""
    return sum(metric.points for metric in METRICS if metric.dimension == dimension)


def band(total: float) -> str:
    """The band of a sum or of an average: excellent from 351, good from 221, sufficient from 121, else bad."""
    return next((name for name, least in BANDS if total >= least), "bad")


def reachable(status: int) -> bool:
    """Whether an address with this final status code counts as reachable: 200 to 399."""
    return 200 <= status < 400


def compliant(dataset: Dataset, companions: Iterable[Resource] = ()) -> bool:
    """Whether the dataset, with the agents, services and series that it refers to, breaks nothing of what data.europa.eu
    validates for this metric: ``shapes.ttl`` and ``range.ttl`` of DCAT-AP 3.0.1 (:mod:`schemas.level1`)."""
    return level1.conforms(dataset, companions)


def assess(
    dataset: Dataset, links: Mapping[str, int], conforms: bool | None = None, companions: Iterable[Resource] = ()
) -> Assessment:
    """The points of a dataset.

    ``links`` says how addresses answered when they were last asked: address to final status code, 0 where no answer came;
    an address that is not in it was never asked. ``conforms`` spares the validation where its result is known, else
    ``companions`` are what the dataset refers to.
    """
    conforms = compliant(dataset, companions) if conforms is None else conforms
    files = [value for value in dataset.distribution if isinstance(value, Distribution)]
    # max() keeps the first of equals, so that the same record always shows the same distribution.
    best = max(files, key=lambda file: _points_of(dataset, file, links), default=None)
    found = {outcome.metric.id: outcome for outcome in _of_dataset(dataset, best, conforms)}
    if best is not None:
        found |= {outcome.metric.id: outcome for outcome in _of_distribution(best, links)}
    # Without any distribution nothing is gained and, as at piveau, nothing deducted.
    return Assessment(tuple(found.get(metric.id, Outcome(metric, False, bare=True)) for metric in METRICS), best)


def _points_of(dataset: Dataset, file: Distribution, links: Mapping[str, int]) -> int:
    return sum(outcome.points for outcome in (*_of_distribution(file, links), *_dates(dataset, file)))


def _said(metric_id: str, met: bool) -> Outcome:
    return Outcome(BY_ID[metric_id], met)


def _of_dataset(dataset: Dataset, best: Distribution | None, conforms: bool) -> tuple[Outcome, ...]:
    rights = LISTS["access-right"]
    return (
        _there("keywordAvailability", dataset, "keyword"),
        _there("categoryAvailability", dataset, "theme"),
        _there("spatialAvailability", dataset, "spatial"),
        _there("temporalAvailability", dataset, "temporal"),
        _said("dcatApCompliance", conforms),
        _there("accessRightsAvailability", dataset, "access_rights"),
        _said("accessRightsVocabularyAlignment", any(iri_of(value) in rights for value in dataset.access_rights)),
        _there("contactPointAvailability", dataset, "contact_point"),
        _there("publisherAvailability", dataset, "publisher"),
        *_dates(dataset, best),
    )


def _dates(dataset: Dataset, file: Distribution | None) -> Iterator[Outcome]:
    """Dates count once, whether the dataset or the distribution that counts has them."""
    for metric_id, attribute in (("dateIssuedAvailability", "issued"), ("dateModifiedAvailability", "modified")):
        bearer = dataset if file is None or _all(dataset, attribute) else file
        yield _there(metric_id, bearer, attribute)


def _of_distribution(file: Distribution, links: Mapping[str, int]) -> tuple[Outcome, ...]:
    formats, media_types = _named(file, "format"), _named(file, "media_type")
    both = (*formats, *media_types)
    return (
        _asked("accessUrlStatusCode", file.access_url, links),
        _there("downloadUrlAvailability", file, "download_url"),
        _asked("downloadUrlStatusCode", file.download_url, links),
        _there("formatAvailability", file, "format"),
        _there("mediaTypeAvailability", file, "media_type"),
        _said(
            "formatMediaTypeVocabularyAlignment",
            any(iri in LISTS["file-type"] for iri in formats)
            and any(iri in LISTS["media-type"] for iri in media_types),
        ),
        _said("formatMediaTypeNonProprietary", any(map(non_proprietary, both))),
        _said("formatMediaTypeMachineInterpretable", any(map(machine_readable, both))),
        _there("licenceAvailability", file, "license"),
        _said("knownLicence", any(map(known_license, _iris(file.license)))),
        _there("rightsAvailability", file, "rights"),
        _there("byteSizeAvailability", file, "byte_size"),
    )


def _there(metric_id: str, record: Resource, attribute: str) -> Outcome:
    """Availability asks for any value, also for a text where an IRI belongs; only alignment asks for the list."""
    return _said(metric_id, bool(_all(record, attribute)))


def _all(record: Resource, attribute: str) -> tuple[Value, ...]:
    return tuple(v for v in stated(record, attribute) if not isinstance(v, Literal) or v.text.strip())


def _named(file: Distribution, attribute: str) -> tuple[str, ...]:
    """The IRIs of a property, and the texts that stand where one belongs: there, though in no vocabulary."""
    said = (value.text if isinstance(value, Literal) else iri_of(value) for value in _all(file, attribute))
    return tuple(each for each in said if each)


def _asked(metric_id: str, addresses: Resources, links: Mapping[str, int]) -> Outcome:
    """The best answer of several addresses counts; no address at all is a metric that is not met."""
    given = _iris(addresses)
    if not given:
        return _said(metric_id, False)
    answers = [links[address] for address in given if address in links]
    good = next(filter(reachable, answers), None)
    if good is not None:
        return Outcome(BY_ID[metric_id], True, good)
    # As long as one of them was not asked, nobody can say that none answers.
    known = len(answers) == len(given)
    return Outcome(BY_ID[metric_id], False if known else None, answers[0] if known else None)


def _iris(values: Resources) -> tuple[str, ...]:
    return tuple(iri for iri in map(iri_of, values) if iri)


def known_license(iri: str) -> bool:
    """Whether a licence is one of the MQA's list: the EU licence table, and those whose IRI says the same.

    The table has the licences of GovData's list under IRIs of its own; those without a twin there, such as "other
    closed licence", are not known to it.
    """
    if iri.startswith(EU_LICENCES) and len(iri) > len(EU_LICENCES):
        return True
    code = find_license(iri)
    return code is not None and code.code in _TWINS


_TWINS = frozenset(
    row["code"] for row in rows("license") if any(entry.startswith(EU_LICENCES) for entry in listed(row["also"]))
)
