"""All findings of a run, by cause: written from its staging file when it ends, read by its page, its files and the command.

Two files under ``data/reports``: a summary (the causes with counts and first records, what concerns the source as a
whole) and, compressed, a line for each finding on a record, in the order of the causes. So memory stays flat in both
directions, the store does not grow with each run, and what a run said stays what it said. Whoever reads a run again
that found the same as the one before gets the same bytes: they are linked, not written twice. What becomes of a
person's name in them is what becomes of it in the findings themselves (DESIGN 4.4); ``forget`` rewrites both files.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
import zstandard

from catalog import tables
from catalog.runs.staging import Staging, now_text
from catalog.runs.staging_file import UNCHANGED
from catalog.store import Store
from harvesters.reading import CrawlReport
from harvesters.reasons import Reason
from schemas import future_dates
from schemas.findings import Finding, Severity, declare
from schemas.region import HarvestSource, Region

DUPLICATE = declare(
    "duplicate-identifier",
    "Die Kennung {0} kommt in der Quelle mehrmals vor; der erste Eintrag gilt, dieser ({1}) blieb liegen.",
    "The identifier {0} occurs several times in the source; the first entry counts, this one ({1}) was left.",
    "Geben Sie jedem Eintrag an der Quelle eine eigene Kennung.",
    "Give each entry an identifier of its own at the source.",
    "faults F08",
)
FOREIGN = declare(
    "owned-by-another-source",
    "Die IRI {0} gehört einer anderen Quelle (Datensatz {1}); der Eintrag blieb als mögliche Dublette liegen.",
    "The IRI {0} belongs to another source (record {1}); the entry was left as a suspected duplicate.",
    "Ernten Sie den Datensatz nur aus einer Quelle, oder geben Sie ihm eine eigene IRI.",
    "Harvest the record from one source only, or give it an IRI of its own.",
    "faults F09",
)
SHARED_IRI = declare(
    "iri-of-another-source",
    "Die IRI {0} gehört einer anderen Quelle (Datensatz {1}); der Eintrag steht als derselbe Datensatz hinter jenem.",
    "The IRI {0} belongs to another source (record {1}); the entry stands behind that one as the same dataset.",
    "Ist es nicht derselbe Datensatz, so geben Sie ihm an der Quelle eine eigene IRI.",
    "If it is not the same dataset, give it an IRI of its own at the source.",
    "faults F09",
)
UNRECONCILED = declare(
    "counts-not-reconciled",
    "Die Zahlen des Laufs gehen nicht auf: {0} Einträge wurden gelesen, {1} sind zugeordnet.",
    "The counts of the run do not add up: {0} records were read, {1} are accounted for.",
    "Das ist ein Fehler des Programms, nicht der Quelle. Melden Sie ihn, und nehmen Sie den Lauf nur nach Durchsicht an.",
    "This is a fault of the program, not of the source. Report it, and accept the run only after a look.",
    "DESIGN 4.2",
)
EMPTY = declare(
    "source-empty",
    "Die Quelle liefert keinen einzigen Datensatz.",
    "The source delivers not a single dataset.",
    "Prüfen Sie mit „allmende detect ADRESSE“, ob unter der Adresse der Quelle die Daten liegen und die Art stimmt.",
    "Check with “allmende detect ADDRESS” whether the data lie at the source's address and its kind is right.",
)
ROBOTS_RULES = declare(
    "robots-rules",
    "{0} hat eine robots.txt ({1}); sie wurde befolgt.",
    "{0} has a robots.txt ({1}); it was followed.",
    "Nichts zu tun.",
    "Nothing to do.",
    "faults F35",
)
ROBOTS_NONE = declare(
    "robots-none",
    "{0} hat keine robots.txt ({1}); alles darf gelesen werden.",
    "{0} has no robots.txt ({1}); everything may be read.",
    "Nichts zu tun.",
    "Nothing to do.",
    "faults F35",
)
ROBOTS_UNREACHABLE = declare(
    "robots-not-to-be-had",
    "Die robots.txt von {0} war nicht zu bekommen ({1}); darum wurde dort nichts gelesen.",
    "The robots.txt of {0} could not be had ({1}); so nothing was read there.",
    "Sorgen Sie dafür, dass der Server unter /robots.txt mit der Datei oder mit 404 antwortet.",
    "See to it that the server answers at /robots.txt with the file or with 404.",
    "faults F36",
)
ROBOTS_PERMISSION = declare(
    "robots-permission",
    "Bei {0} galt statt der robots.txt die Erlaubnis: {1}",
    "At {0} a permission stood in the place of robots.txt: {1}",
    "Nichts zu tun.",
    "Nothing to do.",
    "faults F35",
)
_ROBOTS = {
    "rules": (Severity.INFO, ROBOTS_RULES),
    "allow-all": (Severity.INFO, ROBOTS_NONE),
    "disallow-all": (Severity.VIOLATION, ROBOTS_UNREACHABLE),
    "permission": (Severity.INFO, ROBOTS_PERMISSION),
}

# So many services, agents and series of a source are known as such; what concerns one of them is told once.
SHARED = 20_000
# So many records of each cause are named on the run's page; the files name all.
EXAMPLES = 20
BATCH = 500
# What became of a record, by the action of the plan; any other: it is public, or would be.
RECORD, SET_ASIDE, LEFT, HELD = "record", "set-aside", "duplicate", "held"
_BECAME = {"failed": SET_ASIDE, "foreign": LEFT, "blocked": HELD}
_ORDER = [str(severity) for severity in (Severity.VIOLATION, Severity.WARNING, Severity.INFO)]


class Place(NamedTuple):
    """A record with a finding. ``became`` is one of the words above; KEY and kind are empty where it has none."""

    became: str
    key: str
    kind: str
    native_id: str
    title: str


class Line(NamedTuple):
    """One finding on a record: the number of its cause in the summary, the record, the rest of the finding."""

    cause: int
    place: Place
    focus: str
    arguments: tuple[str, ...]


@dataclass(slots=True)
class Cause:
    """What is wrong alike: a rule on a property, with how often and in how many records it was found.

    ``arguments`` fill the rule's wording where all its findings say the same; None where they differ.
    """

    severity: str
    rule: str
    path: str | None
    findings: int = 0
    records: int = 0
    arguments: list[str | None] | None = None
    examples: list[Place] = field(default_factory=list)

    def add(self, arguments: Sequence[str]) -> None:
        """Counts a finding."""
        self.findings += 1
        if self.arguments is None:
            self.arguments = list(arguments)
        elif self.arguments != arguments:
            longest = max(len(self.arguments), len(arguments))
            mine, theirs = ([*each, *[None] * (longest - len(each))] for each in (self.arguments, arguments))
            self.arguments = [one if one == other else None for one, other in zip(mine, theirs, strict=True)]


@dataclass(frozen=True, slots=True)
class Summary:
    """The findings of a run: ``causes`` of those on records, the weightiest first; ``source`` are all that concern no record."""

    run: int
    digest: str
    causes: tuple[Cause, ...] = ()
    source: tuple[Finding, ...] = ()

    @property
    def findings(self) -> int:
        """How many findings there are."""
        return sum(cause.findings for cause in self.causes) + len(self.source)

    def finding(self, line: Line) -> Finding:
        """The finding of a line."""
        cause = self.causes[line.cause]
        return Finding(Severity(cause.severity), line.focus, cause.path, cause.rule, line.arguments)


# ------------------------------------------------------------------------------------------------------- writing


def write(
    store: Store, run_id: int, source: HarvestSource, staging: Staging | None, report: CrawlReport | None, now: datetime
) -> Summary:
    """Writes the findings of a run that ends: published, held or planned, or failed (then nothing was staged).

    Without a ``report`` (a waiting run that is accepted) what concerns the source is what was written when it was held.
    """
    known = summary(store.region, run_id)
    about = tuple(_of_the_source(report, source)) if report is not None else known.source if known else ()
    _folder(store.region).mkdir(parents=True, exist_ok=True)
    made = Summary(run_id, "", (), about)
    if staging is None:
        _lines_file(store.region, run_id).unlink(missing_ok=True)
    else:
        digest = _digest(staging)
        before = _before(store, run_id, source.key)
        same = before is not None and before.digest == digest and not _ends_by_itself(before)
        if before is not None and same and _link(store.region, before.run, run_id):
            made = Summary(run_id, digest, before.causes, about)
        else:
            made = Summary(run_id, digest, _write_lines(store, run_id, staging, now), about)
    _replace(_summary_file(store.region, run_id), orjson.dumps(_to_stored(made)))
    _prune(store, source, now)
    return made


def _of_the_source(report: CrawlReport, source: HarvestSource) -> Iterator[Finding]:
    yield from report.refusals
    refused = {finding.message("de") for finding in report.refusals}
    said = set()
    failures = report.failures or (Reason(report.failure_de or "", report.failure_en or ""),)
    for failure in failures:
        if failure.de and failure.de not in said and not any(message in failure.de for message in refused):
            said.add(failure.de)
            yield failure.finding(source.id)
    yield from report.findings
    for origin, verdict in report.robots:
        kind, _, reason = verdict.partition(": ")
        if kind in _ROBOTS:
            severity, rule = _ROBOTS[kind]
            yield Finding(severity, origin, None, rule, (origin, reason))


def _digest(staging: Staging) -> str:
    """What the findings on a run's records follow from: each record's input hash (DESIGN 3, step 4) and what became of it."""
    found = hashlib.blake2b(digest_size=16)
    rows = staging.database.execute(
        "SELECT p.key, s.input_hash, CASE WHEN p.action IN ('failed', 'foreign', 'blocked') THEN p.action ELSE '' END, "
        "ifnull(p.owner, '') FROM plan p JOIN staged s USING (key) WHERE s.companion = 0 ORDER BY p.key"
    )
    for key, input_hash, action, owner in rows:
        found.update(b"%s %s %s %s\n" % (key.encode(), input_hash, action.encode(), owner.encode()))
    for native_id, url in staging.database.execute("SELECT native_id, url FROM duplicates ORDER BY rowid"):
        found.update(orjson.dumps([native_id, url]))
    return found.hexdigest()


def _before(store: Store, run_id: int, source_key: str) -> Summary | None:
    runs = tables.runs
    ids = (
        sa.select(runs.c.id).where(runs.c.source_key == source_key, runs.c.id < run_id).order_by(runs.c.id.desc())
    ).limit(10)
    with store.engine.connect() as connection:
        before = list(connection.scalars(ids))
    return next((found for each in before if (found := summary(store.region, each)) and found.digest), None)


def _ends_by_itself(before: Summary) -> bool:
    """Whether a run told of dates in the future, which may have come since (F18)."""
    return any(cause.rule == future_dates.FUTURE for cause in before.causes)


def _link(region: Region, before: int, run_id: int) -> bool:
    file, theirs = _lines_file(region, run_id), _lines_file(region, before)
    file.unlink(missing_ok=True)
    with suppress(OSError):  # no links on this disk, or the file is gone
        os.link(theirs, file)
        return True
    return False


def _write_lines(store: Store, run_id: int, staging: Staging, now: datetime) -> tuple[Cause, ...]:
    database = staging.database
    causes: dict[tuple[str, str, str | None], Cause] = {}
    numbers: dict[tuple[str, str, str | None], int] = {}
    database.execute("DROP TABLE IF EXISTS found")
    database.execute("CREATE TABLE found (cause INTEGER NOT NULL, line BLOB NOT NULL)")
    database.execute("BEGIN")
    insert = database.cursor()
    rows: list[tuple[int, bytes]] = []
    shared, told = _shared(store, staging), set()
    for place, findings in _places(store, staging):
        touched = set()
        for severity, focus, path, rule, arguments in findings:
            if focus in shared:
                # A service says the same at each of its layers, and is mended in one place.
                mark = (focus, path, rule, *arguments)
                if mark in told:
                    continue
                told.add(mark)
            if rule == future_dates.FUTURE and not future_dates.is_future(arguments[-1], now):
                continue
            key = (severity, rule, path)
            cause = causes.get(key)
            if cause is None:
                cause = causes[key] = Cause(severity, rule, path)
                numbers[key] = len(numbers)
            cause.add(arguments)
            if key not in touched:
                touched.add(key)
                cause.records += 1
                if len(cause.examples) < EXAMPLES:
                    cause.examples.append(place)
            rows.append((numbers[key], orjson.dumps([(*place,), focus, arguments])))
        if len(rows) >= BATCH:
            insert.executemany("INSERT INTO found VALUES (?, ?)", rows)
            rows.clear()
    insert.executemany("INSERT INTO found VALUES (?, ?)", rows)
    ordered = sorted(causes, key=lambda key: (_rank(key[0]), -causes[key].findings, key[1], key[2] or ""))
    database.execute("CREATE TEMP TABLE place_of (cause INTEGER PRIMARY KEY, place INTEGER NOT NULL)")
    database.executemany("INSERT INTO place_of VALUES (?, ?)", [(numbers[key], n) for n, key in enumerate(ordered)])
    lines = database.execute("SELECT place, line FROM found JOIN place_of USING (cause) ORDER BY place, found.rowid")
    file = _lines_file(store.region, run_id)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    with unfinished.open("wb") as opened, zstandard.ZstdCompressor(level=3).stream_writer(opened) as packed:
        for number, line in lines:
            packed.write(b"[%d,%s\n" % (number, line[1:]))
    database.execute("DROP TABLE place_of")
    database.execute("DROP TABLE found")
    database.execute("COMMIT")
    unfinished.replace(file)
    return tuple(causes[key] for key in ordered)


def _shared(store: Store, staging: Staging) -> frozenset[str]:
    """The IRIs of the services, agents and series that the source's records refer to, as staged now or as known."""
    records = tables.records
    staged = staging.database.execute("SELECT iri FROM staged WHERE companion = 1 LIMIT ?", (SHARED,)).fetchall()
    known = (
        sa.select(records.c.iri)
        .where(records.c.source_key == staging.source_key, records.c.kind != "dataset")
        .limit(SHARED)
    )
    with store.engine.connect() as connection:
        return frozenset([iri for (iri,) in staged] + list(connection.scalars(known)))


def _places(store: Store, staging: Staging) -> Iterator[tuple[Place, list[Any]]]:
    """Each record that the run saw, with its findings: as mapped now, or as stored where it did not change."""
    rows = staging.database.execute(
        "SELECT p.action, p.version_id, p.owner, p.key, s.native_id, s.state, s.kind, s.iri, s.title, s.findings "
        "FROM plan p JOIN staged s USING (key) WHERE s.companion = 0 ORDER BY s.seq"
    )
    while batch := rows.fetchmany(BATCH):
        stored = _stored(store, [row[1] for row in batch if row[5] == UNCHANGED and row[1] is not None])
        for action, version, owner, key, native_id, state, kind, iri, title, findings in batch:
            if state == UNCHANGED and version in stored:
                kind, title, findings = stored[version]
            found = orjson.loads(findings)
            became = _BECAME.get(action, RECORD)
            if became == LEFT or (became == RECORD and owner and owner != key):
                rule = FOREIGN if became == LEFT else SHARED_IRI
                found.append([str(Severity.WARNING), native_id, None, rule, [iri or "", owner or ""]])
            if found:
                yield Place(became, key, kind or "", native_id, title or ""), found
    for native_id, url in staging.database.execute("SELECT native_id, url FROM duplicates ORDER BY rowid"):
        place = Place(LEFT, "", "", native_id, "")
        yield place, [[str(Severity.WARNING), url, None, DUPLICATE, [native_id, url]]]


def _stored(store: Store, version_ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    versions, records = tables.versions, tables.records
    if not version_ids:
        return {}
    statement = (
        sa.select(versions.c.id, records.c.kind, versions.c.title, versions.c.findings)
        .join_from(versions, records, records.c.key == versions.c.key)
        .where(versions.c.id.in_(version_ids))
    )
    with store.engine.connect() as connection:
        return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(statement)}


def _prune(store: Store, source: HarvestSource, now: datetime) -> None:
    """Deletes the findings of the source's runs that are older than its ``run_days``."""
    runs = tables.runs
    before = now_text(now - timedelta(days=source.limits.run_days))
    with store.engine.connect() as connection:
        old = connection.scalars(sa.select(runs.c.id).where(runs.c.source_key == source.key, runs.c.ended < before))
        for run_id in old.all():
            _summary_file(store.region, run_id).unlink(missing_ok=True)
            _lines_file(store.region, run_id).unlink(missing_ok=True)


# ------------------------------------------------------------------------------------------------------- reading


def summary(region: Region, run_id: int) -> Summary | None:
    """The causes of a run; None if they were never written or are too old to be kept."""
    try:
        stored = orjson.loads(_summary_file(region, run_id).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    causes = tuple(
        Cause(severity, rule, path, findings, records, arguments, [Place(*place) for place in examples])
        for severity, rule, path, findings, records, arguments, examples in stored["causes"]
    )
    source = tuple(
        Finding(Severity(severity), focus, path, rule, tuple(arguments))
        for severity, focus, path, rule, arguments in stored["source"]
    )
    return Summary(run_id, stored["digest"], causes, source)


def lines(region: Region, run_id: int) -> Iterator[Line]:
    """Every finding on a record, in the order of the causes, streamed; none if the file is not there."""
    try:
        opened = _lines_file(region, run_id).open("rb")
    except FileNotFoundError:
        return
    with opened, zstandard.ZstdDecompressor().stream_reader(opened) as reader:
        for line in io.BufferedReader(reader, 1 << 16):
            cause, place, focus, arguments = orjson.loads(line)
            yield Line(cause, Place(*place), focus, tuple(arguments))


def _to_stored(made: Summary) -> dict[str, Any]:
    return {
        "run": made.run,
        "digest": made.digest,
        "causes": [
            [c.severity, c.rule, c.path, c.findings, c.records, c.arguments or [], [list(p) for p in c.examples]]
            for c in made.causes
        ],
        "source": [[str(f.severity), f.focus, f.path, f.rule, list(f.arguments)] for f in made.source],
    }


def _rank(severity: str) -> int:
    return _ORDER.index(severity) if severity in _ORDER else len(_ORDER)


def source_causes(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """What concerns no record, by cause, the weightiest first."""
    causes: dict[tuple[str, str, str | None], Cause] = {}
    for finding in findings:
        key = (str(finding.severity), finding.rule, finding.path)
        causes.setdefault(key, Cause(*key)).add(list(finding.arguments))
    return tuple(sorted(causes.values(), key=lambda cause: (_rank(cause.severity), -cause.findings, cause.rule)))


def _replace(file: Path, content: bytes) -> None:
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    unfinished.write_bytes(content)
    unfinished.replace(file)


def _folder(region: Region) -> Path:
    return region.data / "reports"


def _summary_file(region: Region, run_id: int) -> Path:
    return _folder(region) / f"{run_id}-findings.json"


def _lines_file(region: Region, run_id: int) -> Path:
    return _folder(region) / f"{run_id}-findings.jsonl.zst"
