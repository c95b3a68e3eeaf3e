"""How harvest sources and runs stand, in words: never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from markupsafe import Markup

from catalog.reading.entries import RunRow, SourceState
from catalog.search import Catalogue
from catalog.web.templates import Page
from catalog.web.texts import Texts, later
from schemas.region import HarvestSource

KEPT_SECONDS = 15.0
_BAD = ("failed", "partial", "unreconciled")
_WORDS: Mapping[str, tuple[str, str]] = {
    "ok": (later("In Ordnung"), "good"),
    "warnings": (later("Offene Punkte"), "notice"),
    "partial": (later("Unvollständig"), "bad"),
    "held": (later("Wartet auf Entscheidung"), "notice"),
    "failed": (later("Gestört"), "bad"),
    "cancelled": (later("Abgelehnt"), "idle"),
    "skipped": (later("Übersprungen"), "idle"),
    "planned": (later("Probelauf"), "idle"),
    "running": (later("Läuft gerade"), "idle"),
    "none": (later("Noch nie gelaufen"), "idle"),
    "undone": (later("Zurückgenommen"), "idle"),
    "unreconciled": (later("Zahlen gehen nicht auf"), "bad"),
    "replaced": (later("Ersetzt"), "idle"),
}
KINDS: Mapping[str, str] = {
    "harvest": later("Regulärer Lauf"),
    "plan": later("Probelauf"),
    "replay": later("Neu gelesen, ohne die Quelle zu fragen"),
    "undo": later("Rücknahme"),
    "accepted": later("Angenommener Lauf"),
    "split": later("Aufteilung eines Datensatzes"),
    "primary": later("Wahl des gezeigten Eintrags"),
    "correct": later("Korrektur"),
    "repair": later("Angenommene Verbesserungen"),
    "outdated": later("Überholte Angaben zu Dateien"),
    "forget": later("Vergessen einer Person"),
}
_remembered: WeakKeyDictionary[Catalogue, tuple[float, tuple[SourceState, ...]]] = WeakKeyDictionary()


class State(NamedTuple):
    """A state in a word. ``tone`` is good, notice, bad or idle; it only colours what the word says."""

    name: str
    word: Markup
    tone: str


def state_of(run: RunRow | None, texts: Texts) -> State:
    """The state of a run, or of a source by its last run."""
    name = _name(run)
    word, tone = _WORDS.get(name, (name, "idle"))
    return State(name, texts.text(word), tone)


def word_of(name: str, texts: Texts) -> str:
    """The word for a status, or for another state of a run."""
    return texts.plain(_WORDS[name][0]) if name in _WORDS else name


def _name(run: RunRow | None) -> str:
    if run is None:
        return "none"
    if run.state == "running":
        return "running"
    if run.replaced_by is not None:
        return "replaced"
    if run.state == "waiting":
        return "held" if run.status == "held" else "planned"
    if run.kind == "undo" and run.status == "ok":
        return "undone"
    if run.status in ("ok", "warnings") and not run.reconciled:
        return "unreconciled"
    return run.status or "running"


def kind_of(run: RunRow, texts: Texts) -> Markup:
    """What kind of run it was."""
    return texts.text(KINDS.get(run.kind, run.kind))


def reason_of(run: RunRow, texts: Texts) -> str:
    """Why a run ended as it did; empty if there is nothing to say."""
    return run.reason_de if texts.language == "de" else run.reason_en


def sources(page: Page) -> tuple[SourceState, ...]:
    """How the sources stand, at most some seconds ago: counting their findings reads every record."""
    catalogue = page.catalogue
    kept = _remembered.get(catalogue)
    if kept is None or monotonic() - kept[0] > KEPT_SECONDS:
        kept = _remembered[catalogue] = (monotonic(), catalogue.sources())
    return kept[1]


def disturbed(states: tuple[SourceState, ...]) -> int:
    """How many sources did not deliver at their last run."""
    return sum(_name(state.last_run) in _BAD for state in states)


def remarked(states: tuple[SourceState, ...]) -> int:
    """How many sources delivered at their last run, but not all of it well: the run says what is open."""
    return sum(_name(state.last_run) == "warnings" for state in states)


def checked(states: tuple[SourceState, ...], municipality: str = "", source_key: str = "") -> str:
    """When sources were last read whole: of one source, or the longest ago of a municipality's; empty if never."""
    chosen = [
        state.last_good.ended or ""
        for state in states
        if state.last_good is not None
        and (not source_key or state.source.key == source_key)
        and (not municipality or state.source.municipality == municipality)
    ]
    return min(chosen, default="")


def stale_since(states: tuple[SourceState, ...]) -> dict[str, str]:
    """Since when the sources that deliver nothing any more are out of date, by key (F59)."""
    return {state.source.key: state.stale.since for state in states if state.stale is not None}


def last_checked(states: tuple[SourceState, ...]) -> str:
    """When a source was last read whole; empty if none ever was."""
    return max((state.last_good.ended or "" for state in states if state.last_good), default="")


def shown_address(source: HarvestSource) -> str:
    """A source's address without what could be a secret: user, password, query; empty for a folder of this machine."""
    if source.is_folder:
        return ""
    parts = urlsplit(source.url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
