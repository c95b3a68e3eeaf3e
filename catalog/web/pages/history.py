"""The history of a dataset: each version with its date, cause and differences in words; any two side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog.reading.timeline import Cause, Event, KeptVersion
from catalog.web import conditional, histories
from catalog.web.histories import History, Wish
from catalog.web.pages import changed, labels, states
from catalog.web.pages.changed import Told
from catalog.web.templates import Page, routes, short_name
from catalog.web.texts import SOURCE, Texts, later
from schemas.corrections import Correction

KINDS: Mapping[str, tuple[str, str]] = {
    "created": (later("Erstmals veröffentlicht"), "good"),
    "updated": (later("Geändert"), "idle"),
    "returned": (later("Wieder veröffentlicht"), "good"),
    "withdrawn": (later("Zurückgezogen"), "notice"),
    "behind": (later("Tritt hinter einen anderen Eintrag"), "notice"),
    "forward": (later("Steht wieder für sich"), "good"),
    "joined": (later("Zusammengefasst"), "idle"),
    "parted": (later("Wieder getrennt"), "idle"),
    "split": (later("Für einen anderen Datensatz erklärt"), "idle"),
    "preferred": (later("Als gezeigter Eintrag gewählt"), "idle"),
    "relinked": (later("Unter neuer Kennung weitergeführt"), "idle"),
    "corrected": (later("Korrektur"), "idle"),
}
_ABOUT: Mapping[str, str] = {
    "behind": later("Derselbe Datensatz einer anderen Quelle wird gezeigt: {other}"),
    "forward": later("Er stand hinter diesem Eintrag: {other}"),
    "joined": later("Derselbe Datensatz einer anderen Quelle steht nun dahinter: {other}"),
    "parted": later("Dieser Eintrag steht nicht mehr dahinter: {other}"),
    "split": later("So hat es ein Mensch entschieden."),
    "preferred": later("So hat es ein Mensch entschieden."),
    "relinked": later("Die Quelle nennt ihn anders; Adresse und Fassungen sind geblieben."),
}
# Runs that read the source, in contrast to what a steward decides.
_READING = ("harvest", "plan", "accepted", "replay")


class Shown(NamedTuple):
    """An event in words. ``told`` is what differs from the version before; None where there is none to compare."""

    number: int
    published_at: str
    word: Markup
    tone: str
    about: Markup | None
    cause: Markup | None
    undone: Markup | None
    version: KeptVersion | None
    told: Told | None
    same: Markup | None
    corrections: tuple[Markup, ...]


async def history(request: Request) -> Response:
    """``/dataset/SLUG/history``, also of a withdrawn dataset. Raises Refused: 400, 404."""
    conditional.keep(request, seconds=60)
    page = Page(request)
    slug: str = request.path_params["slug"]
    wish = Wish.of(request.query_params)
    found = await run_sync(histories.load, page.catalogue, slug, wish, page.at)
    if isinstance(found, str):
        return RedirectResponse(page.link(f"/dataset/{quote(found)}/history"), 301)
    line, address = found.line, f"/dataset/{quote(slug)}/history"
    forms = [("application/json", ".json", "JSON"), ("application/atom+xml", ".atom", "Atom")]
    return page.render(
        "history.html",
        title=page.texts.text("Fassungen von „{title}“", title=line.last.title or slug),
        heading_words=page.texts.text(
            "Fassungen von „{title}“", title=page.spoken(line.last.title or slug, page.region.language)
        ),
        slug=slug,
        line=line,
        withdrawn=line.last.ended_at if line.last.valid_to is not None else "",
        events=list(events(page, found)),
        pair=found.pair,
        comparison=changed.told(found.comparison, page.texts, found.names) if found.comparison else None,
        newer=page.link(address, _page(line.page - 1)) if line.page > 1 else "",
        older=page.link(address, _page(line.page + 1)) if line.page < line.pages else "",
        forms=[(page.file(address + suffix), media_type, name) for media_type, suffix, name in forms],
        alternates=[(media_type, page.public(address, SOURCE) + suffix, name) for media_type, suffix, name in forms],
        trail=list(_trail(page, found)),
        indexed=found.pair is None and line.page == 1 and line.last.valid_to is None,
    )


def _page(number: int) -> dict[str, str]:
    return {"page": str(number)} if number > 1 else {}


def _trail(page: Page, found: History) -> Iterator[tuple[str, str]]:
    yield page.link("/datasets"), page.texts.text("Daten")
    if place := page.place(page.catalogue.municipalities.get(found.record.source_key, "")):
        yield page.link(f"/municipality/{place.id}"), short_name(place.name)
    if found.line.last.valid_to is None:
        yield (
            page.link(f"/dataset/{quote(found.record.slug)}"),
            page.spoken(found.line.last.title or found.record.slug, page.region.language),
        )


def events(page: Page, found: History) -> Iterator[Shown]:
    """The events of a page of a history in words."""
    texts = page.texts
    hidden_from_start = {each.number for each in found.line.events if each.kind == "behind"}
    for event in found.line.events:
        word, tone = KINDS[event.kind]
        if event.kind == "created" and event.number in hidden_from_start:
            word, tone = later("Aufgenommen"), "idle"
        begins = event.version is not None and event.kind != "withdrawn"
        comparison = found.changes.get(event.version.place) if begins and event.version else None
        told = changed.told(comparison, texts, found.names) if comparison else None
        yield Shown(
            event.number,
            event.published_at,
            texts.text(word),
            tone,
            _about(page, event),
            cause(page, event.cause),
            _undone(page, event),
            event.version if begins else None,
            told if told and not told.is_empty else None,
            _same(found, event, texts) if told and told.is_empty else None,
            tuple(corrections(event, texts)),
        )


def _about(page: Page, event: Event) -> Markup | None:
    said = _ABOUT.get(event.kind)
    if said is None:
        return None
    if "{other}" not in said:
        return page.texts.text(said)
    if event.other is None:
        return None
    address = page.link(f"/dataset/{quote(event.other.slug)}")
    link = Markup('<a href="{}">{}</a>').format(address, event.other.title or event.other.slug)
    return page.texts.text(said, other=link)


def cause(page: Page, made: Cause | None) -> Markup | None:
    """Which run made a publication, with a link to it."""
    if made is None:
        return None
    texts = page.texts
    run = _link(page, made.run)
    if made.undoes is not None:
        return texts.text("{run} hat diesen Lauf zurückgenommen: {undone}", run=run, undone=_link(page, made.undoes))
    kind = texts.text(states.KINDS[made.kind]) if made.kind in states.KINDS else Markup.escape(made.kind)
    if made.kind in _READING:
        return texts.text("{run} hat die Quelle gelesen ({kind})", run=run, kind=kind)
    return Markup("{}: {}").format(run, kind)


def _undone(page: Page, event: Event) -> Markup | None:
    if event.cause is None or event.cause.undone_by is None:
        return None
    return page.texts.text("Später zurückgenommen: {run}", run=_link(page, event.cause.undone_by))


def _link(page: Page, run: int) -> Markup:
    return Markup('<a href="{}">{}</a>').format(page.link(f"/runs/{run}"), page.texts.text("Lauf {n}", n=run))


def _same(found: History, event: Event, texts: Texts) -> Markup:
    """Why a version that reads like the one before is one."""
    version = event.version
    before = found.line.versions.get(version.place - 1) if version else None
    if event.cause is not None and event.cause.kind == "forget":
        return texts.text("Angaben zu einer Person wurden aus allen Fassungen gelöscht.")
    if version and before and version.content_hash != before.content_hash:
        return texts.text("Nur die technische Schreibweise ist anders.")
    return texts.text("Der Inhalt ist derselbe wie in der Fassung davor.")


def corrections(event: Event, texts: Texts) -> Iterator[Markup]:
    """What a steward set or lifted with an event, in words."""
    again = {_what(each) for each in event.set}
    for each in event.set:
        by_hand = each.rule == "steward"
        said = later("Von Hand gesetzt: {what}") if by_hand else later("Vorschlag angenommen: {what}")
        yield texts.text(said, what=labels.attribute(each.attribute, texts))
    for each in event.lifted:
        if _what(each) not in again:
            yield texts.text("Korrektur aufgehoben: {what}", what=labels.attribute(each.attribute, texts))


def _what(correction: Correction) -> tuple[str, str]:
    return correction.attribute, correction.part


def sentence(told: Told, texts: Texts) -> str:
    """What differs, in a line: Lizenz, Beschreibung; Datei geändert: „Bäume“."""
    fields = [str(field.label.unescape()) for field in told.fields]
    files = [str(file.sentence.unescape()) for file in told.files]
    more = [str(texts.plural("{n} weitere Angabe ist anders.", "{n} weitere Angaben sind anders.", told.more))]
    return "; ".join([", ".join(dict.fromkeys(fields))] * bool(fields) + files + more * bool(told.more))


ROUTES = routes("/dataset/{slug}/history", history)
