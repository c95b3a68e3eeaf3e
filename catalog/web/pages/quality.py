"""The quality of the region's descriptions: the score, what costs most, municipalities, sources, addresses, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from catalog import formats
from catalog.links import report
from catalog.links.answers import words
from catalog.quality import history, reading
from catalog.quality.figures import Figures
from catalog.quality.history import Day
from catalog.web import conditional, plans
from catalog.web.pages import curves, scores
from catalog.web.templates import Page, routes
from schemas.mqa import BY_ID, DIMENSIONS, HIGHEST, most

SECONDS = 60.0
COMPARED = timedelta(days=30)
LISTED = 100
BROKEN = 50
NAMED = 3


class Row(NamedTuple):
    """A municipality or source: its score, how that changed in a month, and what costs it most."""

    name: str
    href: str
    datasets: int
    average: float
    band: Markup
    tone: str
    change: float | None
    worst: Markup | None


class Loss(NamedTuple):
    """A cause of lost points: how many datasets lack it, and what that costs on the average of all."""

    metric: str
    name: Markup
    datasets: int
    points: float


async def quality(request: Request) -> Response:
    """``/quality``; ``?cause=METRIC`` lists the datasets that do not meet a metric."""
    conditional.keep(request, SECONDS)
    page = Page(request)
    metric = BY_ID.get(request.query_params.get("cause", ""))
    with page.catalogue.engine.begin() as connection:
        figures = history.latest(connection, page.region)
        before = history.before(connection, page.region, history.today(page.now - COMPARED))
        days = history.days(connection, history.REGION)
        places = reading.places(connection, metric, limit=LISTED) if metric is not None else []
        reach = report.reach(connection)
        broken = report.broken(connection, limit=BROKEN, names=NAMED + 1)
    own = figures.get(history.REGION, Figures())
    claimed = request.query_params.get("key", "")
    key = claimed if plans.repairs(page.region, claimed) else ""
    band, tone = scores.band(own.band, page.texts)
    return page.render(
        "quality.html",
        title=page.texts.text("Qualität der Beschreibungen"),
        tab=(
            *([scores.lacks(metric, page.texts)] if metric is not None else []),
            page.texts.text("Qualität der Beschreibungen"),
        ),
        figures=own,
        highest=HIGHEST,
        band=band,
        tone=tone,
        former=_former(before, own),
        curve=curves.curve(days, page.now),
        days=[(page.day(day.day), day.datasets, _points(day.total, page)) for day in reversed(days)],
        dimensions=[
            (page.texts.text(scores.NAMES[name]), _points(own.points(name), page), most(name)) for name in DIMENSIONS
        ],
        losses=_losses(page, own),
        key=key,
        cause=(metric.id, scores.lacks(metric, page.texts)) if metric is not None else None,
        places=places,
        more=max(_lacking(own, metric.id) - len(places), 0) if metric is not None else 0,
        municipalities=_municipalities(page, figures, before),
        sources=_sources(page, figures, before),
        reach=reach,
        broken=[(each, words(each.link.reason, each.link.status, page.language)) for each in broken],
        more_broken=max(reach.bad - len(broken), 0),
        slugs=_titles(page, [slug for each in broken for slug in each.datasets[:NAMED]]),
        points=lambda value: _points(value, page),
        addresses=[(page.file(f"/quality.{suffix}"), kind, name) for suffix, kind, name in _FORMS],
    )


_FORMS = (("ttl", "text/turtle", "DQV (Turtle)"), ("json", "application/json", "JSON"))


def _points(value: float, page: Page) -> str:
    return formats.number(round(value, 1), page.language)


def _former(before: Mapping[str, Day], own: Figures) -> float | None:
    """The average a month ago, if it was another."""
    day = before.get(history.REGION)
    return day.total if day is not None and day.datasets and day.total != own.average else None


def _losses(page: Page, own: Figures) -> list[Loss]:
    return [
        Loss(cause.metric.id, scores.lacks(cause.metric, page.texts), cause.datasets, cause.points / own.datasets)
        for cause in own.causes
    ]


def _lacking(own: Figures, metric_id: str) -> int:
    return next((cause.datasets for cause in own.causes if cause.metric.id == metric_id), 0)


def _municipalities(page: Page, figures: Mapping[str, Figures], before: Mapping[str, Day]) -> list[Row]:
    return [
        _row(
            page, place.name, page.link(f"/municipality/{place.id}"), history.of_municipality(place.id), figures, before
        )
        for place in page.region.municipalities
    ]


def _sources(page: Page, figures: Mapping[str, Figures], before: Mapping[str, Day]) -> list[Row]:
    return [
        _row(page, source.title, "", history.of_source(source.key), figures, before) for source in page.region.sources
    ]


def _row(
    page: Page, name: str, href: str, scope: str, figures: Mapping[str, Figures], before: Mapping[str, Day]
) -> Row:
    own = figures.get(scope, Figures())
    word, tone = scores.band(own.band, page.texts)
    day = before.get(scope)
    change = round(own.average - day.total, 1) if day is not None and day.datasets and own.datasets else None
    worst = scores.lacks(own.causes[0].metric, page.texts) if own.causes else None
    return Row(name, href, own.datasets, own.average, word, tone, change or None, worst)


def _titles(page: Page, slugs: Sequence[str]) -> dict[str, str]:
    """The titles of datasets by their slugs."""
    found: dict[str, Any] = {slug: page.catalogue.get(slug, page.at) for slug in dict.fromkeys(slugs)}
    return {slug: getattr(entry, "title", "") or slug for slug, entry in found.items()}


ROUTES = routes("/quality", quality)
