"""What must be public after each run and decision, told from what the runs reported and were given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Seen:
    """What the model knows of one public record."""

    version: int
    absent_runs: int = 0
    absent_since: datetime | None = None


@dataclass
class Published:
    """What one published run made of the catalogue: the state before it, and the ids that it touched."""

    run: int
    before: dict[int, int]
    after: dict[int, int]


@dataclass
class Decision:
    """What a steward decided about a cluster: to split it, or that a record be in front. ``since`` orders those in force."""

    run: int
    number: int
    front: str | None  # the KEY that is to be in front; None: a split
    since: int
    in_force: bool = True


@dataclass
class Model:
    """What must be public, told from what the runs reported and what they were given."""

    public: dict[int, Seen] = field(default_factory=dict)
    runs: list[Published] = field(default_factory=list)
    decided: list[Decision] = field(default_factory=list)

    def is_split(self, number: int) -> bool:
        """Whether a split of an id's records is in force."""
        return any(each.in_force and each.number == number and each.front is None for each in self.decided)

    def front(self, number: int) -> str | None:
        """The KEY of the record that a steward wants in front, if any: the latest word counts."""
        chosen = [each for each in self.decided if each.in_force and each.number == number and each.front]
        return max(chosen, key=lambda each: each.since).front if chosen else None

    def versions(self) -> dict[int, int]:
        """The public records with their versions."""
        return {number: seen.version for number, seen in self.public.items()}
