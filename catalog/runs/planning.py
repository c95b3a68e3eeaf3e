"""What a run would change: staged against published, record by record, and the guard that holds it back.

The plan lies in the run's staging file (table ``plan``), so memory stays flat however many records there are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from catalog.reading.summary import Summary
from catalog.runs.shares import Share
from catalog.runs.staging import Staging
from catalog.runs.staging_file import MAPPED, SET_ASIDE, UNCHANGED
from schemas.region import HarvestSource

BATCH = 500
# Not at the source any more: one more run without it, stated by the source, and what the grace has run out for.
ABSENCES = ("absent", "gone", "archive", "withdraw")
# Of a plan's rows: datasets whose IRI belongs to another source. They are kept behind its owner, and are duplicates.
SHARES_IRI = "companion = 0 AND action IN ('create', 'update', 'unchanged') AND owner <> key"


class Published(NamedTuple):
    """A published record as planning needs it."""

    key: str
    version_id: int
    content_hash: bytes
    input_hash: bytes
    companion: bool
    absent_runs: int
    absent_since: str | None
    owner: str | None = None  # KEY of the record that owns its IRI, where that is another's


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of DESIGN 4.2; fetched = created + updated + unchanged + held + failed + duplicates."""

    fetched: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    absent: int = 0
    withdrawn: int = 0
    held: int = 0
    failed: int = 0
    duplicates: int = 0

    def to_json(self) -> dict[str, int]:
        """The counts as a JSON object."""
        return asdict(self)

    @property
    def accounted(self) -> int:
        """Of how many records it is said what became of them."""
        return self.created + self.updated + self.unchanged + self.held + self.failed + self.duplicates

    @property
    def reconciled(self) -> bool:
        """Whether the counts add up."""
        return self.fetched == self.accounted


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would change, computed against a publication number."""

    based_on: int
    counts: Counts
    unaccepted_absences: int = 0
    shared: int = 0  # of the duplicates, those that stand behind the owner of their IRI

    def to_json(self) -> dict[str, object]:
        """The planned counts as a JSON object."""
        return {"based_on": self.based_on, **self.counts.to_json()}


@dataclass(frozen=True, slots=True)
class Policy:
    """How absences are dealt with: the source's settings, the time, and what this run's coverage says of them.

    ``complete``: what was not seen is absent. ``changes``: only what the source states to be deleted. ``partial``:
    nothing. ``accepted_at`` is when a steward last accepted a run: what was absent then is known to them.
    """

    missing: str
    grace: timedelta
    now: datetime
    coverage: str
    accepted_at: str | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the guard measures against: the highest count of the last good runs (0: none yet)."""

    highest: int = 0
    published: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a run is held, in German and English."""

    de: str
    en: str


def compute(
    staging: Staging,
    published: Iterator[Published],
    blocked: Mapping[str, bytes],
    owners: Callable[[Sequence[str]], Mapping[str, str]],
    contents: Callable[[Sequence[str]], Mapping[str, bytes]],
    policy: Policy,
    based_on: int,
) -> Plan:
    """Fills the staging file's plan and gives its counts.

    Takes the published records of the source in the order of their keys, what an undo blocked (native id to
    content hash), and look-ups of the owners of IRIs (IRI to KEY) and of what is published under a KEY (its content hash).
    """
    database = staging.database
    database.execute("BEGIN")
    database.execute("DELETE FROM plan")
    unaccepted = 0
    staged = database.cursor().execute(
        "SELECT key, native_id, state, iri, input_hash, content_hash, companion, kind FROM staged ORDER BY key"
    )
    for batch in _batches(_merge(map(_Mine._make, staged), published)):
        owned = owners([mine.iri for mine, _ in batch if mine and mine.iri])
        # A KEY that is published but not by this source is another's: agents that several sources refer to.
        elsewhere = contents([mine.key for mine, theirs in batch if mine and theirs is None])
        stated = staging.stated_gone([theirs.key for mine, theirs in batch if theirs and mine is None])
        rows = []
        for mine, theirs in batch:
            if mine is not None:
                owner = "" if mine.key in elsewhere else owned.get(mine.iri or "", mine.key)
                action = _action(mine, theirs, owner, blocked)
                fresh = action in ("create", "update") or (
                    theirs is not None
                    and (
                        theirs.absent_since is not None or (theirs.input_hash != mine.input_hash and not mine.companion)
                    )
                )
                version = theirs.version_id if theirs else None
                bearer = owned.get(mine.iri or "") or (theirs.owner if theirs else None)
                rows.append((mine.key, action, version, mine.companion, fresh, bearer))
            elif theirs is not None:
                action = "kept" if theirs.companion else _absence(theirs, policy, stated)
                unaccepted += action in ABSENCES and not _accepted(theirs, policy)
                rows.append((theirs.key, action, theirs.version_id, theirs.companion, True, None))
        database.executemany("INSERT OR REPLACE INTO plan VALUES (?, ?, ?, ?, ?, ?)", rows)
    database.execute("COMMIT")
    return Plan(based_on, _counts(staging), unaccepted, staging.count(f"SELECT count(*) FROM plan WHERE {SHARES_IRI}"))


def _accepted(record: Published, policy: Policy) -> bool:
    return (
        record.absent_since is not None and policy.accepted_at is not None and record.absent_since <= policy.accepted_at
    )


class _Mine(NamedTuple):
    key: str
    native_id: str
    state: int
    iri: str | None
    input_hash: bytes
    content_hash: bytes | None
    companion: int
    kind: str | None


def _action(mine: _Mine, theirs: Published | None, owner: str, blocked: Mapping[str, bytes]) -> str:
    if mine.state == SET_ASIDE:
        return "failed"
    # A dataset with the IRI of another joins that one's cluster and stays behind its owner; others are left.
    if owner != mine.key and (mine.companion or mine.kind != "dataset"):
        return "kept" if mine.companion else "foreign"
    if not mine.companion and _is_blocked(mine, theirs, blocked):
        return "blocked"
    if theirs is None:
        return "create" if mine.state == MAPPED else "failed"
    return "unchanged" if mine.state == UNCHANGED or theirs.content_hash == mine.content_hash else "update"


def _is_blocked(mine: _Mine, theirs: Published | None, blocked: Mapping[str, bytes]) -> bool:
    if mine.native_id not in blocked:
        return False
    if mine.state == UNCHANGED:
        # It was staged as what was public then; an undo has taken that back since.
        return theirs is None or theirs.input_hash != mine.input_hash
    return blocked[mine.native_id] == mine.content_hash


_Pair = tuple[_Mine | None, Published | None]


def _batches(pairs: Iterator[_Pair]) -> Iterator[list[_Pair]]:
    while batch := list(islice(pairs, BATCH)):
        yield batch


def _merge(staged: Iterator[_Mine], published: Iterator[Published]) -> Iterator[_Pair]:
    """Both streams are ordered by key; pairs what has the same key."""
    mine = next(staged, None)
    theirs = next(published, None)
    while mine is not None or theirs is not None:
        if theirs is None or (mine is not None and mine.key < theirs.key):
            yield mine, None
            mine = next(staged, None)
        elif mine is None or theirs.key < mine.key:
            yield None, theirs
            theirs = next(published, None)
        else:
            yield mine, theirs
            mine, theirs = next(staged, None), next(published, None)


def _absence(record: Published, policy: Policy, stated: Collection[str]) -> str:
    """What becomes of a published record that the run did not see (DESIGN 3, Guard)."""
    if policy.coverage == "changes" and record.key in stated:
        # A listing has to confirm it: the source's word alone never takes a record away.
        return "gone"
    if policy.coverage != "complete":
        return "unseen"
    if policy.missing == "keep":
        return "absent"
    runs = record.absent_runs + 1
    since = datetime.fromisoformat(record.absent_since) if record.absent_since else policy.now
    if runs >= 2 and policy.now - since >= policy.grace:
        return "withdraw" if policy.missing == "withdraw" else "archive"
    return "absent"


def _counts(staging: Staging) -> Counts:
    by_action = dict(
        staging.database.execute(
            f"SELECT action, count(*) FROM plan WHERE companion = 0 AND ({SHARES_IRI}) IS NOT TRUE GROUP BY action"
        ).fetchall()
    )
    shared = staging.count(f"SELECT count(*) FROM plan WHERE {SHARES_IRI}")
    duplicates = staging.count("SELECT count(*) FROM duplicates") + by_action.get("foreign", 0) + shared
    return Counts(
        fetched=staging.count("SELECT count(*) FROM staged WHERE companion = 0")
        + staging.count("SELECT count(*) FROM duplicates"),
        created=by_action.get("create", 0),
        updated=by_action.get("update", 0),
        unchanged=by_action.get("unchanged", 0),
        absent=sum(by_action.get(action, 0) for action in ABSENCES),
        withdrawn=by_action.get("withdraw", 0),
        held=by_action.get("blocked", 0),
        failed=by_action.get("failed", 0),
        duplicates=duplicates,
    )


def waiting(counts: Counts) -> Counts:
    """The counts of a run that publishes nothing: what it would have changed is held (DESIGN 4.2)."""
    return replace(
        counts,
        created=0,
        updated=0,
        withdrawn=0,
        absent=0,
        held=counts.held + counts.created + counts.updated,
    )


def guard(
    plan: Plan, source: HarvestSource, baseline: Baseline, unlicensed: int, coverage: str, shares: Sequence[Share] = ()
) -> Hold | None:
    """Why the run must wait for a steward, each reason in a sentence; or None (DESIGN 3, Guard; F04, F05, F07, F24).

    ``coverage`` says what the run can tell: only a complete one is measured by how many records it saw, any by what
    the source would have after it. ``shares`` are the fill rates to be looked at.
    """
    found = [*_vanished(plan, baseline, coverage), *_unexpected(plan, source, baseline, coverage, shares)]
    if unlicensed > max(1, max(baseline.highest, baseline.published) // 5):
        found.append(
            Hold(
                f"Bei {unlicensed} Datensätzen fiele die Lizenz weg.", f"{unlicensed} records would lose their licence."
            )
        )
    if not found:
        return None
    return Hold(" ".join(hold.de for hold in found), " ".join(hold.en for hold in found))


def _vanished(plan: Plan, baseline: Baseline, coverage: str) -> Iterator[Hold]:
    counts = plan.counts
    seen = counts.fetched - counts.duplicates + plan.shared
    highest = max(baseline.highest, baseline.published)
    tolerated = max(1, highest // 5)
    if coverage != "changes" and seen == 0 and highest > 0:
        yield Hold(
            f"Die Quelle liefert keinen Datensatz mehr, vorher waren es {highest}.",
            f"The source delivers no record any more; before there were {highest}.",
        )
        return
    known = counts.unchanged + counts.updated + counts.held + counts.failed + plan.shared
    if coverage != "changes" and baseline.published and counts.created and known == 0:
        yield Hold(
            f"Keine der {baseline.published} bekannten Kennungen kommt mehr vor: Hat die Quelle ihre Kennungen geändert?",
            f"0 of {baseline.published} ids known: has the source changed its identifiers?",
        )
        return
    if plan.unaccepted_absences > tolerated:
        yield Hold(
            f"{plan.unaccepted_absences} von {highest} Datensätzen würden fehlen; ohne Rückfrage sind {tolerated} erlaubt.",
            f"{plan.unaccepted_absences} of {highest} records would be absent; {tolerated} are allowed without asking.",
        )
    elif coverage == "complete" and highest - seen > tolerated:
        yield Hold(
            f"Die Quelle liefert {seen} Datensätze, in den letzten 30 Tagen waren es bis zu {highest}.",
            f"The source delivers {seen} records; in the last 30 days there were up to {highest}.",
        )


def _unexpected(
    plan: Plan, source: HarvestSource, baseline: Baseline, coverage: str, shares: Sequence[Share]
) -> Iterator[Hold]:
    counts, expected = plan.counts, source.expected
    total = counts.fetched - counts.duplicates + plan.shared
    if coverage != "complete":
        # What was not asked for stays: the source is measured as it would be after the run.
        total = max(total, baseline.published + counts.created - counts.absent)
    if coverage != "partial" and expected.min is not None and total < expected.min:
        yield Hold(
            f"Die Quelle hätte {total} Datensätze, erwartet sind mindestens {expected.min}.",
            f"The source would have {total} records; at least {expected.min} are expected.",
        )
    if expected.max is not None and total > expected.max:
        yield Hold(
            f"Die Quelle hätte {total} Datensätze, erwartet sind höchstens {expected.max}.",
            f"The source would have {total} records; at most {expected.max} are expected.",
        )
    for share in shares:
        found, least = f"{share.filled / share.records:.1%}", f"{share.least:.1%}"
        figures = f"{share.filled} von {share.records} ({found.replace('.', ',')})"
        yield Hold(
            f"Das Merkmal {share.attribute} hätten nur {figures} Datensätze, erwartet sind {least.replace('.', ',')}.",
            f"Only {share.filled} of {share.records} records ({found}) would have {share.attribute}; "
            f"{least} are expected.",
        )


def loses_license(before: str, after: str) -> bool:
    """Whether a record had a licence and would have none; takes the two stored summaries."""
    return bool(Summary.from_json(before).licenses) and not Summary.from_json(after).licenses
