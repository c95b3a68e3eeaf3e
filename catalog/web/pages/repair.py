"""What would mend a dataset: each proposal with its evidence and the points that it brings, and the command that accepts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote
from weakref import WeakKeyDictionary

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog.reading.entries import Entry, Moved
from catalog.repair.neighbours import Neighbours
from catalog.repair.proposing import Advice, Proposing, Weighed, turtle
from catalog.repair.rules import titles
from catalog.search import Catalogue
from catalog.web import conditional
from catalog.web.negotiation import existing
from catalog.web.pages import labels
from catalog.web.templates import Page, routes
from schemas.mqa import HIGHEST
from schemas.proposals import Proposal

# Of a larger region, what neighbours say takes longer to find out than a page may take.
MOST_NEIGHBOURS = 2000
_Around = tuple[int, Neighbours, Mapping[str, Sequence[Proposal]]]
_remembered: WeakKeyDictionary[Catalogue, _Around] = WeakKeyDictionary()


class Row(NamedTuple):
    """One proposal in words."""

    title: str
    attribute: Markup
    file: str
    evidence: str
    gain: int
    certainty: int
    turtle: str
    rule: str


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
    rules = list(dict.fromkeys(each.proposal.rule for each in advice.proposals)) if advice else []
    return page.render(
        "repair.html",
        title=page.texts.text("Was diesen Eintrag besser macht"),
        entry=entry,
        advice=advice,
        highest=HIGHEST,
        rows=[_row(page, each) for each in advice.proposals] if advice else [],
        command=" ".join([f"allmende repair {entry.slug}", *(f"--accept {rule}" for rule in rules)]),
        look=f"allmende repair {entry.slug}",
        trail=[(page.link("/datasets"), page.texts.text("Daten")), (page.link(f"/dataset/{quote(slug)}"), entry.title)],
        indexed=False,
    )


def _advice(page: Page, entry: Entry) -> Advice | None:
    proposing = Proposing(page.catalogue, page.now, fetches=False)
    known = _remembered.get(page.catalogue)
    if known is not None and known[0] == proposing.at:
        _, proposing.neighbours, proposing.series = known
    elif page.catalogue.counts(proposing.at).datasets > MOST_NEIGHBOURS:
        proposing.neighbours, proposing.series = Neighbours(), {}
    _remembered[page.catalogue] = (proposing.at, proposing.neighbours, proposing.series)
    return next(iter(proposing.advise([entry])), None)


def _row(page: Page, each: Weighed) -> Row:
    german = page.texts.language == "de"
    proposal = each.proposal
    title = titles().get(proposal.rule, (proposal.rule, proposal.rule))[0 if german else 1]
    evidence = proposal.evidence_de if german else proposal.evidence_en
    attribute = labels.attribute(proposal.attribute, page.texts)
    return Row(
        title, attribute, proposal.part or "", evidence, each.gain, proposal.certainty, turtle(each), proposal.rule
    )


ROUTES = routes("/dataset/{slug}/repair", repair)
