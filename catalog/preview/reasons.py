"""Why there is no preview, or only a part of one: a code that never changes, in words, with what to do next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

_WAIT = ("Wir versuchen es später noch einmal.", "We try again later.")
_TELL = ("Bitte melden Sie es der Gemeinde.", "Please tell the municipality.")
_GIS = (
    "Öffnen Sie seine Adresse in einem Geoinformationssystem, etwa QGIS.",
    "Open its address in a GIS such as QGIS.",
)
_TAKE = ("Sie können die Datei herunterladen.", "You can download the file.")

# Code: what is so (German, English), and what to do next.
TEXTS: Mapping[str, tuple[str, str, tuple[str, str]]] = {
    # The server
    "not-found": (
        "Die Datei wurde nicht gefunden (Fehler {status}).",
        "The file was not found (error {status}).",
        _TELL,
    ),
    "forbidden": (
        "Der Server gibt die Datei nicht heraus (Fehler {status}).",
        "The server does not give the file away (error {status}).",
        _TELL,
    ),
    "server-error": (
        "Der Server hat gerade eine Störung (Fehler {status}).",
        "The server has a fault at the moment (error {status}).",
        _WAIT,
    ),
    "http": (
        "Der Server antwortet mit dem Fehler {status}.",
        "The server answers with the error {status}.",
        _TELL,
    ),
    "busy": ("Der Server bittet um eine Pause.", "The server asks for rest.", _WAIT),
    "deadline": ("Der Server antwortet nicht rechtzeitig.", "The server does not answer in time.", _WAIT),
    "dns": (
        "Den Namen des Servers kennt das Internet nicht.",
        "The server's name is not known on the internet.",
        _TELL,
    ),
    "unreachable": ("Der Server ist nicht zu erreichen.", "The server cannot be reached.", _WAIT),
    "tls": ("Das Zertifikat des Servers gilt nicht.", "The server's certificate is not valid.", _TELL),
    "damaged": ("Die Antwort des Servers bricht ab.", "The server's answer breaks off.", _WAIT),
    "redirect": ("Die Weiterleitung führt nicht zum Ziel.", "The redirect leads nowhere.", _TELL),
    "missing-file": (
        "Die Datei fehlt im Ordner der Quelle.",
        "The file is missing in the source's folder.",
        _TELL,
    ),
    # Our own guards
    "address": (
        "Die Adresse liegt in einem internen Netz. Wir fragen sie nicht ab.",
        "The address lies in an inner network. We do not ask it.",
        _TELL,
    ),
    "not-asked": ("Solche Adressen fragen wir nicht ab.", "We do not ask such addresses.", _TELL),
    "robots": (
        "Der Server verbietet den Abruf durch Programme (robots.txt).",
        "The server forbids programs to fetch it (robots.txt).",
        _TAKE,
    ),
    "too-large": (
        "Die Datei ist zu groß ({size}). Wir zeigen den Anfang.",
        "The file is too large ({size}). We show its beginning.",
        _TAKE,
    ),
    "too-large-whole": (
        "Die Datei ist zu groß ({size}). Dieses Format lässt sich nur ganz lesen.",
        "The file is too large ({size}). This format can only be read as a whole.",
        _TAKE,
    ),
    "bomb": (
        "Die Datei würde entpackt riesig. Wir öffnen sie nicht.",
        "The file would become huge when unpacked. We do not open it.",
        _TELL,
    ),
    "too-costly": (
        "Die Datei braucht zum Lesen zu viel Zeit oder Speicher.",
        "Reading the file takes too much time or memory.",
        _TAKE,
    ),
    "unsafe": (
        "Die Datei enthält etwas, das wir aus Sicherheit nicht öffnen.",
        "The file holds something that we do not open, for safety.",
        _TELL,
    ),
    "nested-archive": (
        "Das Archiv enthält weitere Archive. Wir öffnen sie nicht.",
        "The archive holds further archives. We do not open them.",
        _TAKE,
    ),
    # The content
    "web-page": (
        "Das ist keine Datei, sondern eine Web-Seite.",
        "This is no file but a web page.",
        ("Öffnen Sie die Seite über den Link.", "Open the page by its link."),
    ),
    "encrypted": ("Die Datei ist durch ein Passwort geschützt.", "The file is protected by a password.", _TELL),
    "empty": ("Die Datei ist leer.", "The file is empty.", _TELL),
    "no-table": ("In der Datei steht keine Tabelle.", "There is no table in the file.", _TAKE),
    "unreadable": (
        "Die Datei ist beschädigt oder unvollständig.",
        "The file is damaged or incomplete.",
        _TELL,
    ),
    "unknown-format": (
        "Für dieses Format haben wir keine Vorschau.",
        "We have no preview for this format.",
        _TAKE,
    ),
    "several-files": (
        "Das Archiv enthält mehrere Dateien. Wir zeigen ihre Namen.",
        "The archive holds several files. We show their names.",
        _TAKE,
    ),
    "personal-data": (
        "Die Datei enthält vermutlich Daten von Personen. Wir zeigen sie erst nach einer Prüfung.",
        "The file probably holds data of persons. We show it only after a check.",
        _TAKE,
    ),
    "no-address": (
        "Zu dieser Datei ist keine Adresse angegeben.",
        "No address is stated for this file.",
        _TELL,
    ),
    # Services
    "no-service": (
        "Der Dienst antwortet nicht mit seiner Beschreibung.",
        "The service does not answer with its description.",
        _WAIT,
    ),
    "no-layer": (
        "Der Dienst bietet keine Ebene an, die wir zeigen können.",
        "The service offers no layer that we can show.",
        _TAKE,
    ),
    "which-layer": (
        "Der Dienst hat mehrere Ebenen. Welche zu diesem Datensatz gehört, ist nicht angegeben.",
        "The service has several layers. Which one belongs to this dataset is not stated.",
        ("Wählen Sie auf der Seite der Datei eine Ebene.", "Choose a layer on the page of the file."),
    ),
    "no-tiles": (
        "Der Dienst hat für diese Ebene keine Kacheln, die sich auf unsere Karten legen lassen.",
        "The service has no tiles for this layer that can be laid on our maps.",
        _GIS,
    ),
    "coverage": (
        "Der Dienst gibt Rasterdaten heraus (WCS). Solche Daten zeigen wir nicht als Karte.",
        "The service gives raster data (WCS). We do not show such data as a map.",
        _GIS,
    ),
    # Ourselves
    "no-room": (
        "Uns fehlt gerade der Platz für die Vorschau.",
        "We lack the room for the preview at the moment.",
        _WAIT,
    ),
    "failed": (
        "Die Vorschau ist uns nicht gelungen.",
        "We did not succeed with the preview.",
        _TAKE,
    ),
}
# What may be different in an hour; all else is tried again after a day.
TEMPORARY = frozenset(
    ("server-error", "busy", "deadline", "dns", "unreachable", "damaged", "no-service", "no-room", "failed")
)


class Reason(NamedTuple):
    """Why something is not shown: a key of TEXTS and the values of its wording; a size is in bytes."""

    code: str
    values: Mapping[str, str] = {}

    def text(self, language: str = "de") -> str:
        """The reason as a sentence; a question mark stands where a value is not known."""
        from catalog.formats import size  # readers of files say nothing, and do without its languages

        german, english, _ = TEXTS[self.code]
        values = {key: size(value, language) or "?" if key == "size" else value for key, value in self.values.items()}
        return (german if language == "de" else english).format_map(defaultdict(lambda: "?", values))

    def advice(self, language: str = "de") -> str:
        """What to do next, as a sentence."""
        return TEXTS[self.code][2][0 if language == "de" else 1]

    @property
    def temporary(self) -> bool:
        """Whether it is worth asking again soon."""
        return self.code in TEMPORARY
