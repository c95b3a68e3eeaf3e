"""What is open to whoever has the link: the differences that a waiting run would make, and stewards' decisions.

Nothing of a held or planned run may become public (DESIGN 3, step 6; F66), and there is no login yet: so the address of
the differences holds a word that only this region's folder can make. The command prints it. The same word lets the run
be accepted or rejected on its page, and one of its own lets a record be taken out of a cluster; another
lets proposals of repair be accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import quote

from catalog.signing import is_word, word
from schemas.region import Region

SHOWN = 200
_REPAIR = "repair"


class Differences(NamedTuple):
    """What a waiting run would change, record by record as :func:`catalog.harvest.planned_changes` tells it.

    ``relinks`` are the proposals of :func:`catalog.runs.decisions.proposed_relinks`, the surest first. ``more`` and
    ``more_relinks`` say that there are more than are listed.
    """

    changes: tuple[Mapping[str, Any], ...]
    more: bool
    relinks: tuple[Mapping[str, Any], ...] = ()
    more_relinks: bool = False


def address(region: Region, run_id: int) -> str:
    """Where the differences of a run can be looked at."""
    return f"{region.base_url}/runs/{run_id}?key={word(region, f'plan {run_id}')}"


def opens(region: Region, run_id: int, claimed: str) -> bool:
    """Whether a word is the one in the address of a run's differences."""
    return is_word(region, f"plan {run_id}", claimed)


def record_address(region: Region, slug: str, key: str) -> str:
    """Where a record can be taken out of the cluster of a dataset; takes the SLUG and KEY of the one that is public."""
    return f"{region.base_url}/dataset/{quote(slug)}?key={word(region, f'cluster {key}')}"


def splits(region: Region, key: str, claimed: str) -> bool:
    """Whether a word is the one in the address of :func:`record_address`."""
    return is_word(region, f"cluster {key}", claimed)


def repair_address(region: Region, slug: str) -> str:
    """Where the proposals for a dataset can be accepted."""
    return f"{region.base_url}/dataset/{quote(slug)}/repair?key={word(region, _REPAIR)}"


def repairs_address(region: Region) -> str:
    """Where the datasets that lack something are listed, each with the address to accept proposals at."""
    return f"{region.base_url}/quality?key={word(region, _REPAIR)}"


def repairs(region: Region, claimed: str) -> bool:
    """Whether a word is the one in the address of :func:`repair_address`; it holds for every dataset of the region."""
    return is_word(region, _REPAIR, claimed)


def differences(region: Region, run_id: int) -> Differences | None:
    """What a waiting run would change; None if its plan is no longer there."""
    # The harvester is large, and only this page of a worker needs it.
    from catalog.exceptions import NoSuchRun
    from catalog.runs.decisions import planned_changes, proposed_relinks

    try:
        found = tuple(islice(planned_changes(region, run_id), SHOWN + 1))
        relinks = tuple(islice(proposed_relinks(region, run_id), SHOWN + 1))
    except NoSuchRun:
        return None
    return Differences(found[:SHOWN], len(found) > SHOWN, relinks[:SHOWN], len(relinks) > SHOWN)
