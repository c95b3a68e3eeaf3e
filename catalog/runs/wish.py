"""What is asked of a run. Apart from the run itself: who only asks need not load the harvester."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a run: publish or only plan, ask anew or with validators, or map kept responses again."""

    plan: bool = False
    full: bool = False
    replay: int | None = None
