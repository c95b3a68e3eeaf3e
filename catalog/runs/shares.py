"""A share of records that have an attribute, and the one that is expected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """So many of the records have an attribute, and so large a share of them is expected to."""

    attribute: str
    filled: int
    records: int
    least: float

    @property
    def too_low(self) -> bool:
        """Whether fewer records have the attribute than expected."""
        return self.records > 0 and self.filled < self.least * self.records
