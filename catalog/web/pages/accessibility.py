"""The statement on accessibility, made of the last test run and the known exceptions (EU 2016/2102; HVBIT § 4, § 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from catalog.web import accessibility, conditional
from catalog.web.templates import Page, routes
from catalog.web.texts import later
from schemas.region import Region

HESSEN = "06"


class Authority(NamedTuple):
    """Who enforces accessibility: name and address in lines, a mailbox and an address on the web, either may be empty."""

    lines: str
    email: str
    url: str


# As the body states it on https://lbit.hessen.de.
OF_HESSEN = Authority(
    "Durchsetzungs- und Überwachungsstelle Barrierefreie Informationstechnik\n"
    "Landeskompetenzzentrum Barrierefreie IT (LBIT), Regierungspräsidium Gießen\n"
    "Landgraf-Philipp-Platz 1-7, 35390 Gießen\n"
    "+49 641 303-2901",
    "Durchsetzungsstelle-LBIT@rpgi.hessen.de",
    "https://lbit.hessen.de/Durchsetzungs-und-Ueberwachungsstelle/Durchsetzungsverfahren-beantragen",
)
CHECKS: Mapping[str, str] = {
    "axe": later("Regeln von WCAG 2.2 (Stufen A und AA) und bewährte Regeln, geprüft mit dem Programm axe"),
    "keyboard": later("Bedienung mit der Tastatur: sichtbarer Fokus, Reihenfolge wie auf der Seite, keine Falle"),
    "reflow": later("kein seitliches Rollen bei 320 Pixeln Breite und 400 % Vergrößerung"),
    "spacing": later("größere Abstände zwischen Zeichen, Wörtern und Zeilen"),
    "structure": later("eine Hauptüberschrift, Überschriften ohne Sprünge, Sprache der Seite und ihrer Teile"),
    "no-script": later("alles ohne JavaScript: suchen, ansehen, herunterladen, schreiben"),
    "own-host": later("keine Anfrage an fremde Server, keine Meldung der Sicherheitsregeln"),
}
LOOKS: Mapping[str, str] = {
    "light-1280": later("hell, breiter Bildschirm"),
    "light-360": later("hell, Telefon"),
    "dark-1280": later("dunkel, breiter Bildschirm"),
    "dark-360": later("dunkel, Telefon"),
}


@conditional.kept
async def statement(request: Request) -> Response:
    """``/accessibility``"""
    page = Page(request)
    texts, report = page.texts, accessibility.report()
    german = page.language == "de"
    return page.render(
        "accessibility.html",
        title=texts.text("Barrierefreiheit"),
        report=report,
        checks=[texts.text(CHECKS[name]) for name in report.checks],
        looks=[texts.text(LOOKS[name]) for name in report.looks],
        exceptions=[each.de if german else each.en for each in accessibility.exemptions()],
        hessian=_in_hessen(page.region),
        authority=_authority(page.region),
    )


def _in_hessen(region: Region) -> bool:
    return all(place.ags.startswith(HESSEN) for place in region.municipalities)


def _authority(region: Region) -> Authority | None:
    """Who is named: whom the region states, else the state's own body, as far as this program knows it."""
    told = region.imprint
    stated = told.accessibility_authority, told.accessibility_authority_email, told.accessibility_authority_url
    if any(stated):
        return Authority(*(each or "" for each in stated))
    return OF_HESSEN if _in_hessen(region) else None


ROUTES = routes("/accessibility", statement)
