"""How a run ends: its plan is made, held or published, and its outcome written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from catalog.corrections import staged as staged_corrections
from catalog.identity import naming, relinking
from catalog.runs import duplicates, filling, findings_writer, memory, planning, publishing
from catalog.runs.run_book import Run
from catalog.runs.run_rules import DUPLICATE, EMPTY, FOREIGN, SHARED_IRI, UNRECONCILED
from catalog.runs.staging import Staging
from catalog.store import Store, counts_json
from harvesters.reading import CrawlReport
from schemas.findings import Finding, Severity
from schemas.region import HarvestSource

# So many duplicates are named one by one; all of them stand in the run's table (catalog.runs.duplicates).
NAMED_DUPLICATES = 1000


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended, in the terms of ``harvest --json`` (DESIGN 4.2). ``waiting``: its plan waits for a steward."""

    id: str
    run: int | None
    status: str
    reason_de: str = ""
    reason_en: str = ""
    coverage: str | None = None
    counts: planning.Counts = field(default_factory=planning.Counts)
    findings: int = 0
    seconds: float = 0.0
    plan: Mapping[str, Any] | None = None
    waiting: bool = False
    detected: str = ""  # the protocol that was found where the source names none

    def to_json(self) -> dict[str, Any]:
        """The result as one entry of ``sources``."""
        return {
            "id": self.id,
            "run": self.run,
            "status": self.status,
            "reason": self.reason_de,
            "coverage": self.coverage,
            **self.counts.to_json(),
            "findings": self.findings,
            "seconds": round(self.seconds, 3),
            "plan": self.plan,
        }


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what terms a run is concluded.

    ``plan_only``: nothing is published. ``accepted``: a steward has looked, no guard. ``replay``: the responses are old
    ones, which tell nothing of absences; ``outdated``: a later run has newer ones, so a steward must look. ``relink``:
    new records take the place of the old ones that they are proposed to be.
    """

    now: datetime
    plan_only: bool = False
    accepted: bool = False
    replay: bool = False
    outdated: bool = False
    relink: bool = False
    report: Mapping[str, Any] = field(default_factory=dict)  # further entries of the run's report


def conclude(
    store: Store, source: HarvestSource, run: Run, staging: Staging, report: CrawlReport, terms: Terms
) -> RunResult:
    """Plans what a staged run would change, holds it or publishes it, and writes the run's outcome. Raises LeaseLost."""
    if terms.relink:
        relinking.carry_out(store, staging)
    if _is_empty(store, source, staging, report, terms):
        report = replace(report, findings=(Finding(Severity.WARNING, source.id, None, EMPTY), *report.findings))
    plan, outcome = _plan(store, source, staging, report, terms)
    told = None if terms.accepted else replace(report, findings=(*report.findings, *_unaccounted(staging, plan)))
    found = findings_writer.write(store, run.id, source, staging, told, terms.now)
    result = RunResult(
        source.id, run.id, outcome["status"], outcome["reason_de"], outcome["reason_en"], report.coverage
    )
    detected = str((terms.report.get("detected") or {}).get("protocol", ""))
    result = replace(result, findings=found.findings, plan=plan.to_json(), detected=detected)
    hold = None if terms.accepted else _hold(store, source, staging, report, plan, terms)
    if hold is not None or terms.plan_only:
        if hold is not None:
            outcome |= {"status": "held", "reason_de": hold.de, "reason_en": hold.en}
        else:
            outcome["reason_de"] = "; ".join(filter(None, ("Probelauf", outcome["reason_de"])))
            outcome["reason_en"] = "; ".join(filter(None, ("plan only", outcome["reason_en"])))
        counts = planning.waiting(plan.counts)
        relinking.propose(store, staging)
        outcome["counts"] = counts_json(counts)
        publishing.record_responses(store, run, staging)
        staging.close()
        store.close_run(run, terms.now, **{**outcome, "state": "waiting"})
        store.replace_waiting(source.key, run.id, terms.now)
        reason_de, reason_en = outcome["reason_de"], outcome["reason_en"]
        result = replace(result, status=outcome["status"], reason_de=reason_de, reason_en=reason_en)
        return replace(result, counts=counts, waiting=True)

    def replan() -> dict[str, Any]:
        # Another run has published since: what this one would change is looked at again (DESIGN 3, step 5).
        nonlocal plan, outcome, found
        plan, outcome = _plan(store, source, staging, report, terms)
        found = findings_writer.write(store, run.id, source, staging, told, terms.now)
        return outcome

    publishing.publish(store, run, source.key, staging, terms.now, outcome, replan)
    duplicates.write(store.region, run.id, staging)
    store.replace_waiting(source.key, run.id, terms.now)
    staging.remove()
    store.prune(terms.now)
    result = replace(result, status=outcome["status"], reason_de=outcome["reason_de"], reason_en=outcome["reason_en"])
    return replace(result, counts=plan.counts, findings=found.findings, plan=plan.to_json())


def _plan(
    store: Store, source: HarvestSource, staging: Staging, report: CrawlReport, terms: Terms
) -> tuple[planning.Plan, dict[str, Any]]:
    """The plan against the present number, and the columns of the run's row that would become true with it."""
    number = store.number()
    naming.settle(store, source.key, staging)
    staged_corrections.bring_up(store, source.key, staging, terms.now)
    coverage = _coverage(report, terms)
    policy = planning.Policy(source.missing, source.grace, terms.now, coverage, store.accepted_at(source.key))
    published = store.published(source.key, number)
    blocked = store.blocked(source.key)
    plan = planning.compute(staging, published, blocked, store.owners, store.contents, policy, number)
    lost = _unaccounted(staging, plan)
    if lost:
        # Records that went missing in the program must not count as gone at the source.
        report, policy = replace(report, coverage="partial"), replace(policy, coverage="partial")
        published = store.published(source.key, number)
        plan = planning.compute(staging, published, blocked, store.owners, store.contents, policy, number)
    named = _duplicates(staging)
    violations = staging.has_violations() or store.has_violations(source.key, number)
    status, de, en = _status(report, plan, violations, _shared_iris(staging))
    if lost:
        # Neither ok nor with warnings, whatever else there is to say (DESIGN 4.2).
        status, de, en = "partial", lost[0].message("de"), lost[0].message("en")
    if relinked := staging.count("SELECT count(*) FROM relinked"):
        de = "; ".join(filter(None, (f"{relinked} mit neuer Kennung weitergeführt", de)))
        en = "; ".join(filter(None, (f"{relinked} continued under new identifiers", en)))
    if plan.counts.held:
        runs = ", ".join(f"allmende harvest --accept {run_id}" for run_id in store.blockers(source.key))
        de, en = f"{de} (freigeben: {runs})", f"{en} (to release: {runs})"
    outcome = {
        "status": status,
        "reason_de": de,
        "reason_en": en,
        "coverage": report.coverage,
        "based_on": number,
        "plan": orjson.dumps(plan.to_json()).decode(),
        "counts": counts_json(plan.counts),
        "report": orjson.dumps({**report_json(report, staging.causes(), named), **terms.report}).decode(),
    }
    if terms.accepted:
        outcome["kind"] = "accepted"
    return plan, outcome


def _hold(
    store: Store, source: HarvestSource, staging: Staging, report: CrawlReport, plan: planning.Plan, terms: Terms
) -> planning.Hold | None:
    if terms.outdated and plan.counts.created + plan.counts.updated:
        return planning.Hold(
            "Es gibt einen neueren Lauf dieser Quelle; die älteren Antworten würden seinen Stand überschreiben.",
            "There is a later run of this source; the older responses would overwrite its state.",
        )
    pairs = [(version, staged.summary) for _, version, staged in staging.planned("update") if version is not None]
    lost = store.licenses_lost([(version, summary) for version, summary in pairs if summary])
    shares = [share for share in filling.shares(store, staging, source.expected.filled) if share.too_low]
    baseline = store.baseline(source.key, terms.now)
    hold = planning.guard(plan, source, baseline, lost, _coverage(report, terms), shares)
    # What the crawl itself noticed says why; the guard says what would follow.
    reasons = [*(planning.Hold(de, en) for de, en in report.holds), *([hold] if hold is not None else [])]
    reasons += [planning.Hold(lost.message("de"), lost.message("en")) for lost in _unaccounted(staging, plan)]
    return planning.Hold(" ".join(r.de for r in reasons), " ".join(r.en for r in reasons)) if reasons else None


def _is_empty(store: Store, source: HarvestSource, staging: Staging, report: CrawlReport, terms: Terms) -> bool:
    """Whether a source that was read whole delivered nothing, and never has: such a run must not look like a good one."""
    if report.coverage != "complete" or staging.count("SELECT count(*) FROM staged"):
        return False
    if staging.delivered or staging.count("SELECT count(*) FROM duplicates"):
        return False
    baseline = store.baseline(source.key, terms.now)
    return not (baseline.published or baseline.highest)


def _unaccounted(staging: Staging, plan: planning.Plan) -> list[Finding]:
    """What says that records were lost between the source's answers and the plan; nothing if the counts add up."""
    counts = plan.counts
    delivered = counts.fetched if staging.delivered is None else staging.delivered
    if counts.reconciled and delivered == counts.fetched:
        return []
    arguments = (str(max(delivered, counts.fetched)), str(counts.accounted))
    return [Finding(Severity.VIOLATION, staging.source_key, None, UNRECONCILED, arguments)]


def _coverage(report: CrawlReport, terms: Terms) -> str:
    """What a run can tell of absences; old responses tell nothing."""
    return "partial" if terms.replay else report.coverage


def _duplicates(staging: Staging) -> list[Finding]:
    """The records that were left because another has their identifier or IRI, by name (F08, F09)."""
    rows = staging.database.execute("SELECT native_id, url FROM duplicates LIMIT ?", (NAMED_DUPLICATES,))
    found = [Finding(Severity.WARNING, url, None, DUPLICATE, (native_id, url)) for native_id, url in rows]
    for where, rule in (("action = 'foreign'", FOREIGN), (planning.SHARES_IRI, SHARED_IRI)):
        rows = staging.database.execute(
            "SELECT s.native_id, coalesce(s.iri, ''), p.owner FROM staged s JOIN "
            f"(SELECT key, owner FROM plan WHERE {where} LIMIT ?) p USING (key)",
            (NAMED_DUPLICATES,),
        )
        found += [Finding(Severity.WARNING, native_id, None, rule, (iri, owner)) for native_id, iri, owner in rows]
    return found


def _shared_iris(staging: Staging) -> int:
    return staging.count(f"SELECT count(*) FROM plan WHERE {planning.SHARES_IRI}")


def _status(report: CrawlReport, plan: planning.Plan, violations: bool, shared: int) -> tuple[str, str, str]:
    if report.coverage == "partial":
        first = report.failures[0] if report.failures else None
        return "partial", first.de if first else "", first.en if first else ""
    counts = plan.counts
    said = [
        (number, de, en)
        for number, de, en in (
            (counts.failed, "zurückgestellt", "set aside"),
            (counts.duplicates, "doppelt", "duplicate"),
            (shared, "mit der IRI einer anderen Quelle", "with the IRI of another source"),
            (counts.held, "warten auf eine Entscheidung", "wait for a decision"),
        )
        if number
    ]
    german = [f"{number} {de}" for number, de, _ in said] + [f.message("de") for f in report.findings[:3]]
    english = [f"{number} {en}" for number, _, en in said] + [f.message("en") for f in report.findings[:3]]
    if violations:
        german.append("Befunde der Stufe „Verstoß“")
        english.append("findings of severity violation")
    return ("warnings" if german else "ok"), "; ".join(german), "; ".join(english)


def report_json(
    report: CrawlReport | None, causes: Counter[tuple[str, str]], named: list[Finding] | None = None
) -> dict[str, Any]:
    """A run's report as it lies in the store."""
    findings = [*(report.findings if report else ()), *(named or ())]
    return {
        "causes": [[severity, rule, count] for (severity, rule), count in causes.most_common()],
        "pages": report.pages if report else 0,
        "robots": [list(verdict) for verdict in report.robots] if report else [],
        "robots_files": memory.robots_json(report.robots_files) if report else [],
        "rest_seconds": report.rest_seconds if report else None,
        "failures": [list(failure) for failure in report.failures] if report else [],
        "findings": [finding.to_json() for finding in findings],
        "stated_total": report.stated_total if report else None,
    }
