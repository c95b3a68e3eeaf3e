"""The figures of many datasets: averages, how many meet each metric, bands and GovData's stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from catalog.quality.score import Score
from schemas import mqa
from schemas.mqa import BANDS, DIMENSIONS, METRICS, Metric


class Cause(NamedTuple):
    """A metric that datasets do not meet: how many, and the points that they lack by it, all together."""

    metric: Metric
    datasets: int
    points: int


@dataclass
class Figures:
    """What a group of datasets comes to. ``missing`` and ``unknown`` count datasets by metric, in the order of METRICS."""

    datasets: int = 0
    total: int = 0
    missing: list[int] = field(default_factory=lambda: [0] * len(METRICS))
    unknown: list[int] = field(default_factory=lambda: [0] * len(METRICS))
    bands: Counter[str] = field(default_factory=Counter)
    licenses: Counter[int] = field(default_factory=Counter)  # GovData's stage of the licence
    keyword: int = 0
    contributor: int = 0
    publisher: int = 0
    bare: int = 0  # without any distribution: what is asked of one is not met, and nothing is deducted

    def add(self, score: Score, total: int) -> None:
        """Counts one dataset more."""
        self.datasets += 1
        self.total += total
        self.bands[mqa.band(total)] += 1
        for place, sign in enumerate(score.flags):
            if sign in "0x":
                self.missing[place] += 1
            elif sign == "-":
                self.unknown[place] += 1
        self.bare += "x" in score.flags
        self.licenses[score.stages.license] += 1
        self.keyword += score.stages.keyword
        self.contributor += score.stages.contributor
        self.publisher += score.stages.publisher

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.datasets + other.datasets,
            self.total + other.total,
            [one + more for one, more in zip(self.missing, other.missing, strict=True)],
            [one + more for one, more in zip(self.unknown, other.unknown, strict=True)],
            self.bands + other.bands,
            self.licenses + other.licenses,
            self.keyword + other.keyword,
            self.contributor + other.contributor,
            self.publisher + other.publisher,
            self.bare + other.bare,
        )

    @property
    def average(self) -> float:
        """The average sum, rounded to a tenth; 0 where there is no dataset."""
        return round(self.total / self.datasets, 1) if self.datasets else 0.0

    @property
    def band(self) -> str:
        """The band of the average."""
        return mqa.band(self.average)

    def points(self, dimension: str) -> float:
        """The average points of a dimension, rounded to a tenth."""
        if not self.datasets:
            return 0.0
        total = 0
        for place, metric in enumerate(METRICS):
            if metric.dimension == dimension:
                met = self.datasets - self.missing[place] - self.unknown[place]
                total += met * metric.points + self._deducted(place) * metric.penalty
        return round(total / self.datasets, 1)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What costs most, first; metrics that all meet are left out."""
        found = [
            Cause(metric, missing, missing * metric.points - self._deducted(place) * metric.penalty)
            for place, (metric, missing) in enumerate(zip(METRICS, self.missing, strict=True))
            if missing
        ]
        return tuple(sorted(found, key=lambda cause: (-cause.points, METRICS.index(cause.metric))))

    def _deducted(self, place: int) -> int:
        """From how many datasets the penalty of a metric is taken."""
        return self.missing[place] - (self.bare if METRICS[place].of_distribution else 0)

    def to_json(self) -> str:
        """The figures as they lie in the store."""
        return orjson.dumps(
            {
                "total": self.total,
                "missing": self.missing,
                "unknown": self.unknown,
                "bands": {name: self.bands[name] for name, _ in BANDS},
                "licenses": [self.licenses[stage] for stage in range(4)],
                "stages": [self.keyword, self.contributor, self.publisher],
                "bare": self.bare,
            }
        ).decode()

    @classmethod
    def from_json(cls, datasets: int, stored: str) -> Figures:
        """The figures out of the store."""
        found: Mapping[str, Any] = orjson.loads(stored)
        keyword, contributor, publisher = found["stages"]
        return cls(
            datasets,
            found["total"],
            found["missing"],
            found["unknown"],
            Counter(found["bands"]),
            Counter(dict(enumerate(found["licenses"]))),
            keyword,
            contributor,
            publisher,
            found["bare"],
        )

    def told(self) -> dict[str, Any]:
        """The figures for ``--json`` and the API."""
        return {
            "datasets": self.datasets,
            "score": self.average,
            "highest": mqa.HIGHEST,
            "band": self.band if self.datasets else None,
            "dimensions": {dimension: self.points(dimension) for dimension in DIMENSIONS},
            "bands": {name: self.bands[name] for name, _ in BANDS},
            "causes": [
                {"metric": cause.metric.id, "iri": cause.metric.iri, "datasets": cause.datasets, "points": cause.points}
                for cause in self.causes
            ],
            "not_yet_known": {m.id: n for m, n in zip(METRICS, self.unknown, strict=True) if n},
            "govdata": {
                "keyword": self.keyword,
                "contributor": self.contributor,
                "publisher": self.publisher,
                "license_stages": {str(stage): self.licenses[stage] for stage in range(4)},
            },
        }
