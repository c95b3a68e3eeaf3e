"""The score of one dataset as it lies in the store."""

from __future__ import annotations

from typing import NamedTuple

import orjson

from schemas import mqa
from schemas.govdata_stages import Stages
from schemas.mqa import METRICS, Assessment, Metric, Outcome

_SIGNS = {True: "1", False: "0", None: "-"}
_MET = {"1": True, "0": False, "-": None, "x": False}
# Where the flags begin in the stored text: '["1101…'. A statement can so count a metric without reading the JSON.
FLAGS_AT = 3


class Score(NamedTuple):
    """What was found of a dataset. ``flags`` has a sign for each of METRICS in their order: 1 met, 0 not met, - not known,
    x not met because there is no distribution.

    ``access`` and ``download`` are status codes, None where the addresses were not asked; ``best`` the IRI of the
    distribution that counted, empty where there is none or it has no IRI.
    """

    flags: str
    access: int | None
    download: int | None
    best: str
    stages: Stages

    @classmethod
    def of(cls, assessment: Assessment, stages: Stages) -> Score:
        """The score of an assessment."""
        best = assessment.best.iri if assessment.best is not None else ""
        return cls(
            "".join("x" if outcome.bare else _SIGNS[outcome.met] for outcome in assessment.outcomes),
            assessment.outcome("accessUrlStatusCode").value,
            assessment.outcome("downloadUrlStatusCode").value,
            best or "",
            stages,
        )

    def to_json(self) -> str:
        """The score as it lies in the store."""
        return orjson.dumps([*self[:4], list(self.stages)]).decode()

    @classmethod
    def from_json(cls, stored: str) -> Score:
        """The score out of the store."""
        flags, access, download, best, stages = orjson.loads(stored)
        return cls(flags, access, download, best, Stages(*stages))

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcome of each metric, in the order of METRICS."""
        values = {"accessUrlStatusCode": self.access, "downloadUrlStatusCode": self.download}
        return tuple(
            Outcome(metric, _MET[sign], values.get(metric.id), sign == "x")
            for metric, sign in zip(METRICS, self.flags, strict=True)
        )

    @property
    def total(self) -> int:
        """The sum of all points."""
        return sum(outcome.points for outcome in self.outcomes)

    @property
    def band(self) -> str:
        """excellent, good, sufficient or bad."""
        return mqa.band(self.total)

    def points(self, dimension: str) -> int:
        """The sum of one dimension."""
        return sum(outcome.points for outcome in self.outcomes if outcome.metric.dimension == dimension)

    @property
    def lost(self) -> tuple[tuple[Metric, int], ...]:
        """The metrics that are not met, with the points that meeting them would bring, most first."""
        missing = [(o.metric, o.metric.points - o.points) for o in self.outcomes if o.met is False]
        return tuple(sorted(missing, key=lambda each: -each[1]))
