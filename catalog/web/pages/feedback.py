"""The form to the office: questions, errors, wishes for data; taken without captcha and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.feedback import admission
from catalog.feedback.box import Box
from catalog.feedback.letters import LONGEST, REFERENCE, SHORTEST, Draft, Letter, read
from catalog.feedback.offices import Office, office
from catalog.reading.entries import Entry, Moved
from catalog.runs.staging import now_text
from catalog.web import file_addresses
from catalog.web.orders import form
from catalog.web.templates import Page, routes
from catalog.web.texts import LANGUAGES, SOURCE, later
from schemas.model import Dataset
from schemas.region import Municipality

# A letter of the longest kind, each of its characters sent as percent codes of four bytes.
_LARGEST = LONGEST * 12 + 8_000
_PATH = re.compile(r"/(?!/)[^\s\\]{0,499}")
# Pages that are about a dataset (also one of its files) or a municipality say so by their address.
_OF_DATASET = re.compile(r"/dataset/([^/?#]{1,200})(?:/file/([0-9]{1,6}))?(?:[/?#].*)?")
_OF_PLACE = re.compile(r"/municipality/([^/?#]{1,200})")
KINDS: Mapping[str, str] = {
    "question": later("Ich habe eine Frage"),
    "error": later("Ich habe einen Fehler gefunden"),
    "wish": later("Mir fehlen Daten"),
}
_HEADINGS: Mapping[str, str] = {
    "question": later("Frage an die Gemeinde"),
    "error": later("Fehler melden"),
    "wish": later("Daten wünschen"),
}
_WRONG: Mapping[tuple[str, str], str] = {
    ("message", "empty"): later("Schreiben Sie, worum es geht."),
    ("message", "short"): later("Das ist sehr kurz. Schreiben Sie mindestens {shortest} Zeichen."),
    ("message", "long"): later("Das ist zu lang. Möglich sind {longest} Zeichen."),
    ("message", "used"): later("Dieses Formular wurde schon gesendet. Senden Sie den neuen Text noch einmal."),
    ("email", "form"): later("Das ist keine E-Mail-Adresse. Richtig wäre zum Beispiel: name@beispiel.de"),
    ("website", "filled"): later("Dieses Feld muss leer bleiben. Löschen Sie seinen Inhalt."),
    ("form", "old"): later("Das Formular war zu lange offen. Senden Sie es bitte noch einmal."),
    ("form", "quick"): later("Das ging sehr schnell. Warten Sie einen Moment und senden Sie noch einmal."),
    ("form", "often"): later("Aus Ihrem Netz kamen gerade viele Nachrichten. Versuchen Sie es in einer Stunde wieder."),
    ("form", "full"): later("Wir können gerade nichts annehmen. Schreiben Sie bitte eine E-Mail: {email}"),
}
_STATUS = {"often": 429, "full": 503}


class About(NamedTuple):
    """What a letter is about: a page of ours, a dataset and the number of its file (0: none), a municipality; who answers."""

    page: str
    entry: Entry | None
    file: int
    place: Municipality | None
    office: Office


async def show(request: Request) -> Response:
    """``/feedback?dataset=SLUG&page=PATH&kind=KIND&q=WORDS&municipality=ID``; with ``sent`` what became of it."""
    page, asked = Page(request), request.query_params
    sent = asked.get("sent", "")
    if REFERENCE.fullmatch(sent):
        return page.render(
            "feedback_sent.html",
            title=page.texts.text("Danke, Ihre Nachricht ist da"),
            reference=sent,
            about=_about(page, asked),
            indexed=False,
        )
    words = " ".join(asked.get("q", "").split())[:200]
    text = page.texts.plain("Ich habe gesucht: {words}", words=words) + "\n" if words else ""
    draft = Draft(read({"kind": asked.get("kind", "")}).kind, text, "", {})
    return _form(page, draft, _about(page, asked))


async def send(request: Request) -> Response:
    """``POST /feedback``: takes the letter and leads to its reference. Raises Refused (400, 403, 413)."""
    page, fields = Page(request), await form(request, _LARGEST)
    about, draft, now = _about(page, fields), read(fields), page.now.timestamp()
    wrong = dict(draft.wrong)
    claimed = fields.get("stamp", "")
    age = admission.age(page.region, claimed, now)
    if fields.get("website", "").strip():
        wrong["website"] = "filled"
    if age is None or age > admission.LONGEST:
        wrong["form"] = "old"
    elif age < admission.QUICKEST and not wrong:  # who has something to mend takes that time anyway
        wrong["form"] = "quick"
    if not wrong:
        letter = _letter(page, draft, about, admission.reference(page.region, claimed))
        wrong |= await run_sync(_take, page, letter, _client(request))
        if not wrong:
            return RedirectResponse(page.link("/feedback", [*_named(about), ("sent", letter.reference)]), 303)
    # A new stamp would make who was too quick wait anew, and one that was used would stay used.
    kept = claimed if wrong.get("form") == "quick" else ""
    return _form(page, draft._replace(wrong=wrong), about, kept)


def _client(request: Request) -> str:
    """The reader's address, as the server or the proxy before it knows it."""
    return request.client.host if request.client else ""


def _take(page: Page, letter: Letter, client: str) -> Mapping[str, str]:
    """Puts a letter into the box; gives what hindered that. The same form sent twice is one letter."""
    box = Box(page.region)
    if known := box.get(letter.reference):
        same = (known.text, known.kind) == (letter.text, letter.kind)
        return {} if same else {"message": "used"}
    try:
        if box.is_full():
            return {"form": "full"}
        if not admission.admit(page.region, client):
            return {"form": "often"}
        box.put(letter)
    except OSError:
        return {"form": "full"}
    return {}


def _letter(page: Page, draft: Draft, about: About, reference: str) -> Letter:
    return Letter(
        reference=reference,
        written=now_text(page.now),
        kind=draft.kind,
        text=draft.text,
        email=draft.email,
        to=about.office.email,
        page=about.page,
        dataset=about.entry.slug if about.entry else "",
        title=about.entry.title if about.entry else "",
        municipality=about.place.id if about.place else "",
        language=page.language,
    )


def _about(page: Page, fields: Mapping[str, str]) -> About:
    """What a letter is about, as far as the fields, or else the page, name something of ours; the rest is passed over."""
    stated = fields.get("page", "")
    stated = stated if _PATH.fullmatch(stated) else ""
    on, at = _OF_DATASET.fullmatch(stated), _OF_PLACE.fullmatch(stated)
    slug = fields.get("dataset", "") or (unquote(on[1]) if on else "")
    entry = _dataset(page, slug)
    number = int(on[2] or 0) if on and entry and unquote(on[1]) == slug else 0
    place = page.place(entry.municipality if entry else fields.get("municipality", "") or (at[1] if at else ""))
    record = entry.record() if entry else None
    asked = office(page.region, record if isinstance(record, Dataset) else None, place, page.language)
    return About(stated, entry, number, place, asked)


def _dataset(page: Page, slug: str) -> Entry | None:
    """The dataset of a SLUG, also of a former one; None where there is none (any more)."""
    found = page.catalogue.get(slug, page.at) if 0 < len(slug) <= 200 else None
    if isinstance(found, Moved):
        found = page.catalogue.get(found.slug, page.at)
    return found if isinstance(found, Entry) and found.kind == "dataset" else None


def _named(about: About) -> list[tuple[str, str]]:
    """What a letter is about, as parameters of an address."""
    named = [
        ("dataset", about.entry.slug if about.entry else ""),
        ("municipality", about.place.id if about.place and not about.entry else ""),
        ("page", about.page),
    ]
    return [(name, value) for name, value in named if value]


def _form(page: Page, draft: Draft, about: About, stamp: str = "") -> Response:
    """The form, filled as far as it was; what is wrong stands beside the fields and above the form."""
    said = {field: _said(page, field, wrong) for field, wrong in draft.wrong.items()}
    status = max((_STATUS.get(wrong, 422) for wrong in draft.wrong.values()), default=200)
    trail: list[tuple[str, Any]] = []
    if about.entry:
        trail = [
            (page.link(f"/dataset/{quote(about.entry.slug)}"), page.spoken(about.entry.title, page.region.language))
        ]
    answer = page.render(
        "feedback.html",
        title=_heading(page, draft, about),
        tab=(_heading(page, draft, about), *_subject(about)),
        status=status,
        draft=draft,
        about=about,
        file_path=file_addresses.path,
        named=_named(about),
        kinds=[(kind, page.texts.text(word)) for kind, word in KINDS.items()],
        said=said,
        stamp=stamp or admission.stamp(page.region, page.now.timestamp()),
        longest=LONGEST,
        keep_days=page.region.feedback.keep_days,
        trail=trail,
        indexed=False,
    )
    answer.headers["cache-control"] = "no-store"
    if status == 429:
        answer.headers["retry-after"] = "3600"
    return answer


def _heading(page: Page, draft: Draft, about: About) -> Markup:
    """What the form is for. Without a dataset or a municipality the question goes to the region."""
    asks_region = draft.kind == "question" and about.entry is None and about.place is None
    return page.texts.text("Frage stellen" if asks_region else _HEADINGS[draft.kind])


def _subject(about: About) -> tuple[str, ...]:
    """What a letter is about, by its name."""
    return (about.entry.title,) if about.entry else (about.place.name,) if about.place else ()


def _said(page: Page, field: str, wrong: str) -> Markup:
    return page.texts.text(_WRONG[field, wrong], shortest=SHORTEST, longest=LONGEST, email=page.region.publisher.email)


ROUTES = (
    *routes("/feedback", show),
    *(
        Route("/feedback" if language == SOURCE else f"/{language}/feedback", send, methods=["POST"])
        for language in LANGUAGES
    ),
)
