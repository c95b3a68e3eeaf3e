"""The stages of GovData's quality dashboard, for one dataset.

Source: the dashboard's shapes, db-shapes.ttl of DCAT-AP.de-SHACL-Validation (dashboard-live).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from schemas.kinds import Literal
from schemas.model import Agent, Dataset, Distribution, iri_of
from schemas.namespaces import DCTERMS
from schemas.vocabularies import LISTS, open_license


class Stages(NamedTuple):
    """What GovData's dashboard would show of a dataset.

    ``license`` is the highest stage reached: 1 each distribution has exactly one licence, 2 each from the list of
    DCAT-AP.de, 3 at least one of them open; 0 none, also where there is no distribution.
    """

    keyword: bool
    contributor: bool
    publisher: bool
    license: int

    @property
    def complete(self) -> bool:
        """Whether the dashboard would find nothing to mend."""
        return self.keyword and self.contributor and self.publisher and self.license == 3


def stages(dataset: Dataset, named: Collection[str] = ()) -> Stages:
    """The stages of a dataset; ``named`` are the IRIs of agents described elsewhere that have a name."""
    contributors = [iri for iri in map(iri_of, dataset.contributor_id) if iri in LISTS["contributor"]]
    return Stages(
        keyword=bool(dataset.keyword),
        contributor=len(contributors) == 1,
        publisher=len(dataset.publisher) == 1 and _has_name(dataset.publisher[0], named),
        license=_license_stage([value for value in dataset.distribution if isinstance(value, Distribution)]),
    )


def _has_name(publisher: object, named: Collection[str]) -> bool:
    return bool(publisher.name) if isinstance(publisher, Agent) else publisher in named


def _license_stage(files: list[Distribution]) -> int:
    stated = [_licenses(file) for file in files]
    if not files or any(len(licenses) != 1 for licenses in stated):
        return 0
    if any(licenses[0] not in LISTS["license"] for licenses in stated):
        return 1
    return 3 if any(open_license(licenses[0]) is True for licenses in stated) else 2


def _licenses(file: Distribution) -> list[str]:
    """All licences of a distribution; one that stands as text or as a node without IRI counts, but is in no list."""
    texts = [v.text for path, v in file.extra if path == str(DCTERMS.license) and isinstance(v, Literal)]
    return [iri_of(value) or "_:" for value in file.license] + texts
