"""Runs in words, a line each, for the command: the same words as the pages, times in Europe/Berlin."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from textwrap import shorten
from typing import Any

from catalog import formats
from catalog.reading.entries import RunRow, SourceState, Version
from catalog.runs import breaker, run_findings
from catalog.runs.breaker import Strain
from catalog.runs.conclusion import RunResult
from catalog.runs.run_findings import Summary
from catalog.runs.undoing import Undone
from catalog.web.pages import causes, labels, remarks, run, sameness, states
from catalog.web.texts import Texts, later
from harvesters.guards.exceptions import printable
from harvesters.reasons import NOTHING_TO_DO
from schemas.findings import Severity
from schemas.region import Region

# So many remedies are told where a run failed; its findings tell all.
_REMEDIES = 3
# So many records of each cause are named in a text; the table names all.
_NAMED = 5
_LONGEST = 4000
# So many changes and causes of findings of a plan are told; the page and ``history --findings`` tell all.
_CHANGES = 20
_CAUSES = 3
_VALUE = 80
AGAIN = later("Was vorher öffentlich war, ist geblieben. So wird die Quelle noch einmal gelesen:")
AGAIN_PARTIAL = later(
    "Was gelesen wurde, ist öffentlich; was fehlt, gilt nicht als entfernt. So wird die Quelle noch einmal gelesen:"
)


def _plain(text: object) -> str:
    """A text of the pages, or one from outside, for a terminal: no HTML, no control characters."""
    return printable(html.unescape(str(text)), _LONGEST)


def result(region: Region, ended: RunResult, texts: Texts) -> Iterator[str]:
    """How a run ended that the command has waited for: state, counts that add up, reason, remedy."""
    source = region.source(ended.id)
    state = states.word_of("planned" if ended.waiting and ended.status != "held" else ended.status, texts)
    head = f"{source.title if source else ended.id} ({ended.id}): {state}"
    if ended.run is not None:
        head += f" – {texts.plain('Lauf {n}', n=ended.run)}"
    if ended.detected:
        head += f", {texts.plain('erkannt: {protocol}', protocol=ended.detected)}"
    took = formats.duration(ended.seconds, texts.language)
    yield _plain(f"{head}, {counts(ended.counts.to_json(), texts)}, {took}")
    if ended.waiting and ended.plan is not None:
        yield "  " + _plain(texts.plain("Nach Annahme: {counts}", counts=counts(ended.plan, texts)))
    if reason := ended.reason_de if texts.language == "de" else ended.reason_en:
        yield f"  {_plain(reason)}"
    if ended.run is None:
        return
    found = run_findings.summary(region, ended.run)
    if ended.status in ("failed", "partial"):
        yield from remedies(ended.id, found, texts, published=ended.status == "partial" and not ended.waiting)
    if found is not None and found.findings:
        yield "  " + all_findings(ended.run, found, texts)


def counts(stated: Mapping[str, Any], texts: Texts) -> str:
    """Counts as a sum, then what stands beside it: 14 gelesen = 12 neu + 2 doppelt."""
    told = run.tally(stated, texts)
    parts = [f"{formats.number(count, texts.language)} {html.unescape(word)}" for word, count in told.parts if count]
    total = texts.plain("{n} gelesen", n=formats.number(told.fetched, texts.language))
    line = f"{total} = {' + '.join(parts)}" if parts else total
    beside = [f"{formats.number(count, texts.language)} {html.unescape(word)}" for word, count in told.beside if count]
    if beside:
        line += f"; {texts.plain('außerdem:')} {', '.join(beside)}"
    return line if told.reconciled else f"{line} ({texts.plain('Die Zahlen gehen nicht auf.')})"


def remedies(source_id: str, found: Summary | None, texts: Texts, published: bool = False) -> Iterator[str]:
    """What to do where a run failed or stayed partial, each remedy once; then how to read the source again.

    ``published``: what the run read is public. Where only waiting helps, nothing is said of reading again (F34).
    """
    wrong = [finding for finding in (found.source if found else ()) if finding.severity == Severity.VIOLATION]
    if causes.only_waiting(found):
        for fix in dict.fromkeys(remarks.sentences(finding, texts)[1] for finding in wrong):
            yield _plain(f"  → {fix}")
        return
    fixes = dict.fromkeys(
        remarks.sentences(finding, texts)[1] for finding in wrong if finding.rule not in NOTHING_TO_DO
    )
    for fix in list(filter(None, fixes))[:_REMEDIES]:
        yield _plain(f"  → {texts.plain('So wird es besser:')} {fix}")
    yield _plain(f"  → {texts.plain(AGAIN_PARTIAL if published else AGAIN)} allmende harvest {source_id}")


def all_findings(run_id: int, found: Summary, texts: Texts) -> str:
    """How to see all findings of a run."""
    number = html.unescape(texts.plural("{n} Befund", "{n} Befunde", found.findings))
    told = texts.plain("{number}; jeder mit dem Weg, wie er zu beheben ist:", number=number)
    return _plain(f"→ {told} allmende history {run_id} --findings")


def plan(changes: Iterable[Mapping[str, Any]], number: int, texts: Texts) -> Iterator[str]:
    """What a waiting run would change, field by field: the first records a line each, then how many more there are.

    ``number`` is how many records it would change; beyond the first ones ``changes`` is not read.
    """
    shown = 0
    for change in islice(changes, _CHANGES):
        shown += 1
        action = str(change["action"])
        word = texts.plain(run.ACTIONS[action]) if action in run.ACTIONS else action
        fields = "; ".join(_field(each, texts) for each in change.get("fields", ()))
        yield _plain(f"  {word}: {change.get('title') or change['key']}{f' ({fields})' if fields else ''}")
    if number > shown:
        more = formats.number(number - shown, texts.language)
        yield "  " + _plain(texts.plain("… und {n} weitere (auf der Seite)", n=more))


def _field(change: Mapping[str, Any], texts: Texts) -> str:
    old, new = (shorten(", ".join(change[side]) or "–", _VALUE, placeholder=" …") for side in ("old", "new"))
    return f"{html.unescape(labels.attribute(change['attribute'], texts))}: {old} → {new}"


def frequent_causes(found: Summary | None, texts: Texts) -> Iterator[str]:
    """How many findings a run has from how many causes, and the most frequent causes, each with its remedy."""
    told = causes.of_run(found, texts) if found else ()
    wrong = [cause for cause in told if cause.severity != Severity.INFO]
    if found is None or not wrong:
        return
    from_causes = texts.plural("{n} Ursache", "{n} Ursachen", len(told))
    number = texts.plural("{n} Befund", "{n} Befunde", found.findings)
    most = texts.plain("häufigste:")
    yield _plain(f"  {from_causes}, {number}; {most}")
    for cause in sorted(wrong, key=lambda cause: -cause.findings)[:_CAUSES]:
        named = not cause.property or cause.property.rpartition(" (")[0] in cause.message
        called = "" if named else f" ({cause.property})"
        yield _plain(f"  - {texts.plural('{n}-mal', '{n}-mal', cause.findings)}: {cause.message}{called}")
        if cause.fix:
            yield _plain(f"    → {cause.fix}")


def relink(proposal: Mapping[str, Any], texts: Texts) -> str:
    """An old record that a new one probably is."""
    said = "; ".join(html.unescape(each) for each in sameness.evidence(proposal["evidence"], texts))
    old, new = (f"{proposal[side]['title']} ({proposal[side]['native_id']})" for side in ("old", "new"))
    same = texts.plain("wahrscheinlich derselbe")
    return _plain(f"  {same} ({sameness.percent(proposal['score'], texts)} %): {old} → {new}; {said}")


def run_line(row: RunRow, texts: Texts) -> str:
    """A run of the history."""
    state, kind = states.state_of(row, texts), states.kind_of(row, texts)
    began = formats.time(row.started, texts.language)
    head = f"{texts.plain('Lauf {n}', n=row.id)}  {began}  {row.source_id}  {html.unescape(kind)}: {state.word}"
    reason = states.reason_of(row, texts)
    return _plain(f"{head} – {reason}" if reason else head)


def version_line(version: Version, texts: Texts) -> str:
    """A version of a record."""
    since = formats.time(version.published_at, texts.language)
    if version.ended_at:
        since = texts.plain("{since} bis {until}", since=since, until=formats.time(version.ended_at, texts.language))
    return _plain(f"{since}  {texts.plain('Lauf {n}', n=version.run_id)}  {version.title}")


def undone(run_id: int, made: Undone, texts: Texts) -> Iterator[str]:
    """What an undo did, and what it left."""
    parts = [
        texts.plural("{n} Eintrag wiederhergestellt", "{n} Einträge wiederhergestellt", made.restored),
        texts.plural("{n} Eintrag zurückgezogen", "{n} Einträge zurückgezogen", made.withdrawn),
    ]
    if made.relinked:
        parts.append(
            texts.plural(
                "{n} Eintrag wieder unter seiner früheren Kennung",
                "{n} Einträge wieder unter ihrer früheren Kennung",
                made.relinked,
            )
        )
    if made.named:
        parts.append(
            texts.plural("IRI von {n} Eintrag neu vergeben", "IRIs von {n} Einträgen neu vergeben", made.named)
        )
    if made.conflicts:
        parts.append(
            texts.plural("{n} Eintrag blieb, wie er ist", "{n} Einträge blieben, wie sie sind", len(made.conflicts))
        )
    head = texts.plain("Lauf {n} ist zurückgenommen:", n=run_id)
    yield _plain(f"{head} {', '.join(map(str, parts))}")
    for conflict in made.conflicts:
        later = texts.plain("{title} ({slug}): Lauf {n} hat ihn seither geändert", n=conflict.run, **_named(conflict))
        yield f"  {_plain(later)}"
    if made.conflicts:
        yield "  → " + texts.plain(
            "Spätere Läufe haben sie geändert. Sollen sie auch zurück, nehmen Sie zuerst diese Läufe zurück."
        )


def _named(conflict: Any) -> dict[str, str]:
    return {"title": conflict.title or conflict.slug, "slug": conflict.slug}


def next_run(following: datetime | None, now: datetime, texts: Texts) -> str:
    """When a source runs next."""
    if following is None:
        return texts.plain("nur von Hand")
    return formats.coming(following, now, texts.language) if following > now else texts.plain("sobald möglich")


def strain(source_id: str, fared: Strain, now: datetime, texts: Texts) -> Iterator[str]:
    """Why a source runs less often or later than its schedule says (faults F34, F59)."""
    if fared.failures >= breaker.OPENS_AT:
        told = texts.plain("Seit {n} Läufen in Folge gestört; nach Zeitplan läuft sie nun seltener.", n=fared.failures)
        yield _plain(f"  {told} {_by_hand(source_id, texts)}")
    if fared.rest_until is not None and fared.rest_until > now:
        until = formats.time(fared.rest_until.isoformat(), texts.language)
        told = texts.plain("Der Server bittet um Ruhe bis {until}.", until=until)
        yield _plain(f"  {told} {_by_hand(source_id, texts)}")


def stale(state: SourceState, texts: Texts) -> Iterator[str]:
    """Since when a source that delivers nothing any more is out of date (faults F59)."""
    if state.stale is not None:
        since = formats.day(state.stale.since, texts.language)
        yield _plain("  " + texts.plain("Veraltet seit {date}: Die Quelle liefert nichts mehr", date=since))


def _by_hand(source_id: str, texts: Texts) -> str:
    return texts.plain("Ein Lauf von Hand versucht es immer:") + f" allmende harvest {source_id}"


def permission(reason: str, texts: Texts) -> str:
    """That a source is read by permission."""
    return _plain(texts.plain("Mit Erlaubnis: {reason}", reason=reason))


def status_head(texts: Texts) -> tuple[str, ...]:
    """The columns of the table of sources."""
    return (
        texts.plain("Quelle"),
        texts.plain("Zustand"),
        texts.plain("Letzter Lauf"),
        texts.plain("Datensätze"),
        texts.plain("Nicht mehr da"),
        texts.plain("Zurückgestellt"),
        texts.plain("Nächster Lauf"),
    )


def status_row(state: SourceState, following: str, texts: Texts) -> Sequence[str]:
    """A source in the table of sources."""
    last = state.last_run
    began = formats.time(last.started, texts.language) if last else "–"
    figures = (formats.number(each, texts.language) for each in (state.records, state.absent, state.set_aside))
    return (state.source.id, _plain(states.state_of(last, texts).word), began, *figures, following)


def findings(region: Region, row: RunRow, found: Summary, texts: Texts) -> Iterator[str]:
    """All causes of a run's findings, each with its remedy and the first records concerned."""
    shown = causes.of_run(found, texts)
    began = formats.time(row.started, texts.language)
    yield _plain(f"{texts.plain('Lauf {n}', n=row.id)}: {row.source_id}, {began}, {states.state_of(row, texts).word}")
    number = texts.plural("{n} Befund", "{n} Befunde", found.findings)
    from_causes = texts.plural("{n} Ursache", "{n} Ursachen", len(shown))
    yield _plain(f"{number}, {from_causes}")
    for cause in shown:
        yield ""
        how_many = texts.plural("{n}-mal", "{n}-mal", cause.findings)
        where = (
            texts.plural("in {n} Eintrag", "in {n} Einträgen", cause.records)
            if cause.records
            else texts.plain("die Quelle als Ganzes")
        )
        yield _plain(f"{cause.title}, {how_many}, {where}: {cause.message}")
        if cause.property:
            yield _plain(f"  {texts.plain('Angabe')}: {cause.property}")
        if cause.fix:
            yield _plain(f"  → {texts.plain('So wird es besser:')} {cause.fix}")
        for place in cause.examples[:_NAMED]:
            address = causes.place_of(place, row)
            name = f"{place.title} ({place.native_id})" if place.title else place.native_id
            yield _plain(f"  - {name} {region.base_url + address if address else ''}".rstrip())
        if cause.records > _NAMED:
            shown_here = texts.plain("Gezeigt werden die ersten {n}.", n=_NAMED)
            yield _plain(f"  {shown_here} {texts.plain('Die Tabelle (CSV) nennt alle.')}")
