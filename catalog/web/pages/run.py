"""A harvest run as a steward reads it: how it ended, counts that add up, findings by cause, what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from catalog import formats
from catalog.reading.entries import RunRow
from catalog.runs import duplicates, run_findings
from catalog.web import plans
from catalog.web.negotiation import Refused
from catalog.web.pages import causes, labels, remarks, sameness, set_aside, states
from catalog.web.templates import Page, routes
from catalog.web.texts import Texts, later

CHANGES = 100
LONGEST = 400
PARTS: Mapping[str, str] = {
    "created": later("neu"),
    "updated": later("geändert"),
    "unchanged": later("gleich geblieben"),
    "held": later("warten auf Entscheidung"),
    "failed": later("zurückgestellt"),
    "duplicates": later("doppelt"),
}
BESIDE: Mapping[str, str] = {
    "absent": later("an der Quelle nicht mehr da, noch öffentlich"),
    "withdrawn": later("zurückgezogen"),
}
ACTIONS: Mapping[str, str] = {
    "create": later("neu"),
    "update": later("geändert"),
    "absent": later("nicht mehr da"),
    "gone": later("nicht mehr da, sagt die Quelle"),
    "archive": later("wird archiviert"),
    "withdraw": later("wird zurückgezogen"),
    "created": later("neu"),
    "updated": later("geändert"),
    "withdrawn": later("zurückgezogen"),
}


class Tally(NamedTuple):
    """Counts as a sum: the parts, what they add up to, and what stands beside the sum."""

    parts: tuple[tuple[Markup, int], ...]
    fetched: int
    beside: tuple[tuple[Markup, int], ...]

    @property
    def reconciled(self) -> bool:
        """Whether the parts add up to what was fetched."""
        return sum(count for _, count in self.parts) == self.fetched


class Field(NamedTuple):
    """One attribute that a run would change."""

    attribute: Markup
    old: tuple[str, ...]
    new: tuple[str, ...]


class Difference(NamedTuple):
    """One record that a run would change."""

    action: Markup
    title: str
    native_id: str
    fields: tuple[Field, ...]


class Proposal(NamedTuple):
    """An old record that a new one probably is."""

    old: Mapping[str, str]
    new: Mapping[str, str]
    score: str
    evidence: tuple[Markup, ...]


async def run(request: Request) -> Response:
    """``/runs/ID``. Raises Refused (404)."""
    page = Page(request)
    run_id: int = request.path_params["id"]
    found = page.catalogue.run(run_id) if run_id < 2**31 else None
    if found is None:
        raise Refused(404, "Diesen Lauf gibt es nicht.", "There is no such run.")
    texts = page.texts
    source = next((each for each in page.region.sources if each.key == found.source_key), None)
    report = found.report or {}
    aside = tuple(each for each in page.catalogue.set_aside(found.source_key) if each.run_id == found.id)
    word = request.query_params.get("key", "")
    shown = None
    if found.state == "waiting" and word and plans.opens(page.region, found.id, word):
        shown = await run_sync(plans.differences, page.region, found.id)
    published = found.published is not None and found.published <= page.at
    changes = page.catalogue.changes(found.published or 0, CHANGES, (found.published or 1) - 1) if published else ()
    state = states.state_of(found, texts)
    told = await run_sync(run_findings.summary, page.region, found.id)
    open_to_all = told is None or causes.may_read(page.region, found, told, word)
    return page.render(
        "run.html",
        title=texts.text("Lauf {n}", n=found.id),
        tab=(texts.text("Lauf {n}", n=found.id), source.title if source else found.source_id),
        run=found,
        state=state,
        kind=states.kind_of(found, texts),
        reason=states.reason_of(found, texts),
        source=source,
        source_title=source.title if source else found.source_id,
        took=formats.duration(_seconds(found), page.language) if found.ended else "",
        tally=tally(found.counts, texts),
        planned=tally(found.plan, texts) if found.state == "waiting" and found.plan else None,
        causes=causes.of_run(told, texts, open_to_all) if told else (),
        found=told.findings if told else 0,
        only_waiting=causes.only_waiting(told),
        files={"key": word} if shown else {},
        downloads=told is not None and open_to_all,
        place_of=causes.place_of,
        became={name: texts.text(words) for name, words in causes.BECAME.items()},
        former=remarks.causes([tuple(cause) for cause in report.get("causes", ())], texts) if told is None else (),
        failures=_said(report.get("failures", ()), texts) if told is None else (),
        run_findings=_findings(report.get("findings", ()), texts) if told is None else (),
        detected=(report.get("detected") or {}).get("protocol", ""),
        pages=report.get("pages", 0),
        stated_total=report.get("stated_total"),
        changes=[(texts.text(ACTIONS[change.kind]), change) for change in changes],
        aside=set_aside.shown(page, aside),
        aside_count=len(aside),
        differences=[_difference(page, each) for each in shown.changes] if shown else None,
        more=bool(shown and shown.more),
        proposals=[_proposal(each, texts) for each in shown.relinks] if shown else [],
        more_proposals=bool(shown and shown.more_relinks),
        word=word if shown else "",
        conflicts=report.get("conflicts", ()),
        duplicates=found.published is not None and duplicates.file_of(page.region, found.id).exists(),
        locked=found.state == "waiting" and shown is None,
        trail=[(page.link("/status"), texts.text("Zustand der Quellen"))],
        indexed=False,
    )


def tally(counts: Mapping[str, Any], texts: Texts) -> Tally:
    """The counts of a run or of its plan."""
    return Tally(
        tuple((texts.text(word), int(counts.get(name, 0))) for name, word in PARTS.items()),
        int(counts.get("fetched", 0)),
        tuple((texts.text(word), int(counts.get(name, 0))) for name, word in BESIDE.items()),
    )


def _seconds(run: RunRow) -> float:
    start, end = formats.moment(run.started), formats.moment(run.ended or "")
    return (end - start).total_seconds() if start and end else 0.0


def _said(pairs: Iterable[Iterable[str]], texts: Texts) -> list[str]:
    return [de if texts.language == "de" else en for de, en, *_ in pairs]


def _findings(stated: Iterable[Mapping[str, Any]], texts: Texts) -> list[tuple[str, str]]:
    """What is wrong with the source as a whole, and how to mend it; stored in both languages."""
    lang = "de" if texts.language == "de" else "en"
    return [(finding["message"][lang], finding["fix"][lang]) for finding in stated]


def _difference(page: Page, change: Mapping[str, Any]) -> Difference:
    texts, language = page.texts, page.region.language
    action = str(change["action"])
    return Difference(
        texts.text(ACTIONS[action]) if action in ACTIONS else Markup.escape(action),
        change.get("title") or change["key"],
        change.get("native_id", ""),
        tuple(
            Field(labels.attribute(each["attribute"], texts), _cut(each["old"], language), _cut(each["new"], language))
            for each in change.get("fields", ())
        ),
    )


def _proposal(proposed: Mapping[str, Any], texts: Texts) -> Proposal:
    said = sameness.evidence(proposed["evidence"], texts)
    return Proposal(proposed["old"], proposed["new"], sameness.percent(proposed["score"], texts), said)


def _cut(values: Iterable[str], language: str) -> tuple[str, ...]:
    """Values for reading: short, and without the tag that says that they are in the region's language."""
    plain = [value.removesuffix(f"@{language}") for value in values]
    return tuple(value if len(value) <= LONGEST else f"{value[:LONGEST]} …" for value in plain)


ROUTES = routes("/runs/{id:int}", run)
