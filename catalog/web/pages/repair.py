"""What would mend a dataset: each proposal with its evidence and points; by the signed link it is accepted, and taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple
from urllib.parse import quote
from weakref import WeakKeyDictionary

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog.corrections import kept
from catalog.corrections.shown import shown
from catalog.reading.entries import Entry, Moved
from catalog.repair.neighbours import Neighbours
from catalog.repair.proposing import Advice, Proposing, Weighed, turtle
from catalog.repair.rules import titles
from catalog.search import Catalogue
from catalog.web import conditional, plans
from catalog.web.negotiation import Refused, existing
from catalog.web.orders import form, locked, order
from catalog.web.pages import facts, labels, scores
from catalog.web.templates import Page, routes
from schemas.corrections import BY_HAND
from schemas.model import Dataset, Distribution
from schemas.mqa import HIGHEST
from schemas.proposals import Proposal

_QUOTED = re.compile(r"“([^”]*)”")
_Around = tuple[int, Neighbours, Mapping[str, Sequence[Proposal]]]
_remembered: WeakKeyDictionary[Catalogue, _Around] = WeakKeyDictionary()


class Row(NamedTuple):
    """One proposal in words."""

    title: str
    attribute: Markup
    file: str
    evidence: Markup
    gain: int
    certainty: int
    turtle: str
    rule: str
    id: str


class Accepted(NamedTuple):
    """One correction that was accepted as a proposal, in words."""

    title: str
    attribute: Markup
    file: str
    value: str
    field: str
    made: str


async def repair(request: Request) -> Response:
    """``/dataset/SLUG/repair``: the proposals for a dataset. Raises Refused: 404, 410."""
    conditional.keep(request, seconds=60)
    page = Page(request)
    slug: str = request.path_params["slug"]
    entry = existing(page.catalogue.get(slug, page.at))
    if isinstance(entry, Moved):
        return RedirectResponse(page.link(f"/dataset/{quote(entry.slug)}/repair"), entry.status)
    if entry.slug != slug or entry.kind != "dataset":
        return RedirectResponse(page.link(f"/{entry.kind}/{quote(entry.slug)}"), 301)
    advice = _advice(page, entry)
    rows = [_row(page, each) for each in advice.proposals] if advice else []
    rules = list(dict.fromkeys(row.rule for row in rows))
    key = request.query_params.get("key", "")
    opened = plans.repairs(page.region, key)
    return page.render(
        "repair.html",
        title=page.texts.text("Was diesen Eintrag besser macht"),
        tab=(page.texts.text("Was diesen Eintrag besser macht"), entry.title),
        entry=entry,
        advice=advice,
        highest=HIGHEST,
        rows=rows,
        accepted=_accepted(page, entry),
        called=_called(page, entry),
        left=_left(page, advice) if advice else (),
        key=key if opened else "",
        pending="pending" in request.query_params,
        command=" ".join([f"allmende repair {entry.slug}", *(f"--accept {rule}" for rule in rules)]),
        look=f"allmende repair {entry.slug}",
        trail=[
            (page.link("/datasets"), page.texts.text("Daten")),
            (page.link(f"/dataset/{quote(slug)}"), page.spoken(entry.title, page.region.language)),
        ],
        indexed=False,
    )


async def mend(request: Request) -> Response:
    """``POST /dataset/SLUG/repair``: accepts proposals by their ids, or takes one back. Raises Refused (400, 403, 404, 409)."""
    page, fields = Page(request), await form(request)
    entry = existing(page.catalogue.get(request.path_params["slug"], page.at))
    key = fields.get("key", "")
    if not isinstance(entry, Entry) or not plans.repairs(page.region, key):
        raise locked()
    if accepted := fields.get("accept", ""):
        done = await order(page.region, "repair", "--offline", "--accept", accepted, "--", entry.key)
    elif attribute := fields.get("remove", ""):
        files = ["--file", fields["file"]] if fields.get("file") else []
        done = await order(page.region, "correct", "--remove", *files, "--", entry.key, attribute)
    else:
        raise Refused(400, "Diese Entscheidung gibt es nicht.", "There is no such decision.")
    said = {"key": key} if done else {"key": key, "pending": "1"}
    return RedirectResponse(page.link(f"/dataset/{quote(entry.slug)}/repair", said), 303)


def _called(page: Page, entry: Entry) -> dict[str, Markup | str]:
    """What the files of a dataset are called, by their IRIs; without those that have no title."""
    record = entry.record()
    if not isinstance(record, Dataset):
        return {}
    files = [file for file in record.distribution if isinstance(file, Distribution)]
    titles = ((file.iri, facts.spoken(file.title, page.language)) for file in files)
    return {iri: page.spoken(title.text, title.lang) for iri, title in titles if iri and title.text}


def _left(page: Page, advice: Advice) -> list[tuple[Markup, int, str]]:
    german = page.texts.language == "de"
    return [
        (
            scores.lacks(each.metric, page.texts)
            if each.metric is not None
            else labels.attribute(each.attribute, page.texts),
            each.points,
            each.why_de if german else each.why_en,
        )
        for each in advice.left
    ]


def _accepted(page: Page, entry: Entry) -> list[Accepted]:
    german = page.texts.language == "de"
    return [
        Accepted(
            titles().get(each.rule, (each.rule, each.rule))[0 if german else 1],
            labels.attribute(each.attribute, page.texts),
            *(each.file, each.value, each.attribute, each.made),
        )
        for each in shown(kept.of_record(page.catalogue.engine, entry.key, page.at), entry)
        if each.rule != BY_HAND
    ]


def _advice(page: Page, entry: Entry) -> Advice | None:
    proposing = Proposing(page.catalogue, page.now, fetches=False, quick=True)
    known = _remembered.get(page.catalogue)
    if known is not None and known[0] == proposing.at:
        _, proposing.neighbours, proposing.series = known
    _remembered[page.catalogue] = (proposing.at, proposing.neighbours, proposing.series)
    return next(iter(proposing.advise([entry])), None)


def _row(page: Page, each: Weighed) -> Row:
    german = page.texts.language == "de"
    proposal = each.proposal
    title = titles().get(proposal.rule, (proposal.rule, proposal.rule))[0 if german else 1]
    evidence = escape(proposal.evidence_de) if german else _english(page, proposal)
    attribute = labels.attribute(proposal.attribute, page.texts)
    return Row(
        *(title, attribute, proposal.part or "", evidence, each.gain),
        *(proposal.certainty, turtle(each), proposal.rule, each.id),
    )


def _english(page: Page, proposal: Proposal) -> Markup:
    """The evidence in English. What is quoted alike in German is the record's, and in its language."""

    def quoted(found: re.Match[str]) -> Markup:
        of_record = f"„{found[1]}“" in proposal.evidence_de
        return Markup("“{}”").format(page.spoken(found[1], page.region.language if of_record else ""))

    parts = _QUOTED.split(proposal.evidence_en)
    words = [quoted(match) for match in _QUOTED.finditer(proposal.evidence_en)]
    plain = map(escape, parts[::2])
    return Markup().join(part for pair in zip_longest(plain, words, fillvalue=Markup()) for part in pair)


ROUTES = (*routes("/dataset/{slug}/repair", repair), *routes("/dataset/{slug}/repair", mend, methods=("POST",)))
