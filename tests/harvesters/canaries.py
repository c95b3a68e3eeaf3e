"""Invented persons, each in another form, and the offices, streets, schools and places that look like them (F75)."""

from __future__ import annotations

import re
from typing import NamedTuple

_GIVEN = """
Kunigunde Adelheid Balthasar Cordula Dietlinde Eckhard Friedolin Gesine Hieronymus Ilse Jobst Kunibert Lieselotte Meinhard
Notburga Ottokar Philippa Quirin Roswitha Sixtus Theda Ulrike Volkmar Walburga Xaver Yvonne Zita Aylin Bogdan Carlos Danuta
Emine Fatma Goran Hatice Igor Jelena Kemal Ludmila Mehmet Nesrin Oleg Piotr Rasmus Svetlana Tomasz Ümit Vesna Wojciech Yasemin
Zeynep André Chris Björn Jörg Käthe Günther Sören Renée Hannelore Gertrud Wolfram Siegrid Detlef Birgit Heike
""".split()  # noqa: SIM905
_SURNAMES = """
Testfall Probemann Kanarienhuber Musterloh Beispielow Prüfstein Scheinbach Zweifel-Testfall Testmüller Probst-Kanari Müßigprobe
""".split()  # noqa: SIM905


class Person(NamedTuple):
    """A person as a source may name one: the name in some form, a mailbox, a direct number."""

    given: str
    surname: str
    name: str
    mail: str
    phone: str
    number: int

    @property
    def plain(self) -> str:
        """Given name and surname."""
        return f"{self.given} {self.surname}"

    def stands_in(self, text: str) -> bool:
        """Whether anything of the person stands in a text, by a look that shares nothing with the program's."""
        folded = text.casefold()
        digits = re.sub(r"[\s/()-]", "", text)
        return (
            self.surname.casefold() in folded
            or _ascii(self.surname) in folded
            or re.sub(r"[\s/()-]", "", self.phone) in digits
        )


def _ascii(text: str) -> str:
    folded = text.casefold()
    for mark, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("é", "e")):
        folded = folded.replace(mark, plain)
    return folded


def _person(number: int, given: str) -> Person:
    surname = _SURNAMES[number % len(_SURNAMES)]
    forms = (
        f"{given} {surname}",
        f"{surname}, {given}",
        f"Frau {given} {surname}",
        f"Dr. {given} {surname}",
        f"Bauamt, {given} {surname}",
        f"{given} {surname} (Bauamt)",
        f"{given.lower()} {surname.lower()}",
        f"{given[0]}. {surname}",
        f"{given} {surname}".upper(),
        f"{surname}, {given[0]}.",
    )
    local = (
        f"{_ascii(given)}.{_ascii(surname)}",
        f"{_ascii(given)[0]}.{_ascii(surname)}",
        f"{_ascii(given)}_{_ascii(surname)}7",
    )
    return Person(
        given,
        surname,
        forms[number % len(forms)],
        f"{local[number % len(local)]}@example.org",
        f"0661 4711{number:02d}-{number + 11}",
        number,
    )


PERSONS = tuple(_person(number, given) for number, given in enumerate(_GIVEN))

# What must survive as the name of an agent or a contact.
BODIES = """
Gemeinde Neuhof|Stadt Bad Hersfeld|Marktgemeinde Eichenzell|Neuhof|Neuhof, Flieden|Neuhof Giesel|Neuhof-Rommerz|Bad Salzschlirf
Südkreis Fulda|Ville de Vanves|Comune di Milano|Ayuntamiento de Madrid|Gemeente Utrecht|City of Westminster|Landkreis Fulda
Bauamt|Fachdienst Bauen|Amt für Umwelt und Natur|Untere Naturschutzbehörde|Hessen Mobil|Hessen Forst|Rhön Energie|Osthessen News
Konrad-Zuse-Schule|Konrad Zuse Schule|Ludwig-Erhard-Schule|Robert Koch Institut|Johannes Gutenberg-Universität
Anne-Frank-Grundschule|Evangelische Kirche Neuhof|Kirchspiel Flieden
Johanniter Unfallhilfe|Malteser Hilfsdienst|Marien Apotheke|Müllabfuhr Fulda
Freiwillige Feuerwehr Kalbach|Stadtwerke Fulda GmbH|Biosphärenreservat Rhön|Main-Kinzig-Kreis|Vogelsberg Consult|Flieden Aktuell
Deutsche Bahn|Deutscher Wetterdienst|Open Data Team|Sankt Peter-Ording|St. Georg Kita|Fuldaer Land|Regionalforum Fulda Südwest
Hessische Verwaltung für Bodenmanagement und Geoinformation|Kompetenzzentrum Geodaten|Bürgermeister|Der Magistrat
Kolpingstadt Kerpen|Lutherstadt Wittenberg|Barbarossastadt Gelnhausen|Kerpen, Kolpingstadt|Wetteraukreis Friedberg
"""
# What must survive in titles, descriptions and keywords.
TEXTS = """
Theodor-Heuss-Straße|Haltestelle Dr. Konrad-Adenauer-Platz|Schriften von Johann Wolfgang von Goethe|Adam-von-Trott-Schule
Beratungsstelle Frau und Beruf|Herr der Ringe, Lesung|Tel. 06655 970-0|Bauamt, Tel. 0661 1234, bauamt@example.org
Stand 01.02.2026-05.02.2026|Öffnungszeiten 08:00-12:00 Uhr|AGS 06631018|Kontakt: Stadtwerke Fulda|Ansprechpartner: Rhön Energie
ISBN 3-89721-123-4|Heinrich-von-Bibra-Platz 1|Marien Apotheke, Neuhof|Max. Geschwindigkeit|Kirche St. Michael
"""


def listed(text: str) -> list[str]:
    """The entries of a list above."""
    return [entry.strip() for line in text.strip().splitlines() for entry in line.split("|") if entry.strip()]
