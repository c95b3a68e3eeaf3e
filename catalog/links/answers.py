"""What the answer of an address means: reachable or not, or not known; and the reasons in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from catalog.links.questions import Question, is_capabilities
from harvesters.answer import Answer
from harvesters.guards.exceptions import FetchRefused, Rescheduled
from harvesters.guards.pace import BUSY, retry_after

# A class only, never what the other side said: a check of links must not become a scanner of banners (F38).
REASONS: Mapping[str, tuple[str, str]] = {
    "http": ("der Server antwortet mit dem Fehler {status}", "the server answers with the error {status}"),
    "not-found": ("die Adresse gibt es nicht mehr ({status})", "the address is gone ({status})"),
    "forbidden": ("der Zugang ist gesperrt ({status})", "access is blocked ({status})"),
    "server-error": ("der Server hat einen Fehler ({status})", "the server has an error ({status})"),
    "dns": ("den Namen des Servers kennt das Internet nicht", "the server's name is not known on the internet"),
    "refused": ("der Server nimmt keine Verbindung an", "the server accepts no connection"),
    "reset": ("der Server hat die Verbindung abgebrochen", "the server broke off the connection"),
    "connect": ("der Server ist nicht zu erreichen", "the server cannot be reached"),
    "tls": ("das Zertifikat des Servers gilt nicht", "the server's certificate is not valid"),
    "deadline": ("der Server antwortet nicht in der vorgesehenen Zeit", "the server does not answer in time"),
    "damaged": ("die Antwort bricht ab", "the answer breaks off"),
    "protocol": ("die Antwort ist kein gültiges HTTP", "the answer is not valid HTTP"),
    "redirect": ("die Weiterleitung führt nicht zum Ziel", "the redirect leads nowhere"),
    "inner": (
        "die Adresse liegt in einem internen Netz und ist von außen nicht erreichbar",
        "the address lies in an inner network and cannot be reached from outside",
    ),
    "missing-file": ("die Datei fehlt im Ordner der Quelle", "the file is missing in the source's folder"),
    # Not asked, so nothing is known.
    "robots": ("robots.txt des Servers verbietet die Abfrage", "the server's robots.txt forbids asking"),
    "robots-unreachable": ("robots.txt des Servers ist nicht lesbar", "the server's robots.txt cannot be read"),
    "not-asked": ("solche Adressen werden nicht abgefragt", "such addresses are not asked"),
    "busy": ("der Server bittet um eine Pause", "the server asks for rest"),
    # Reachable, with a remark.
    "head": ("der Server lehnt HEAD-Anfragen ab", "the server refuses HEAD requests"),
    "no-capabilities": (
        "der Dienst antwortet auf GetCapabilities nicht mit seiner Beschreibung",
        "the service does not answer GetCapabilities with its description",
    ),
}
_NOT_ASKED = frozenset({"scheme", "port", "userinfo", "method"})
_REDIRECTS = frozenset({"redirect-loop", "redirect-domain", "redirect-scheme", "redirect-downgrade"})


class Outcome(NamedTuple):
    """What came of asking: ``status`` is the final status code, 0 where no answer came, None where nothing is known.

    ``reason`` is a key of REASONS, empty where all is well; ``wait`` the seconds that the server asked us to wait;
    ``visited`` host and port of each other server that a redirect led to; ``changed`` is Last-Modified (UTC, ISO 8601).
    """

    status: int | None
    reason: str = ""
    media_type: str = ""
    byte_size: int | None = None
    wait: float | None = None
    visited: tuple[tuple[str, int], ...] = ()
    changed: str = ""


def of_answer(asked: Question, answer: Answer, head_refused: bool = False) -> Outcome:
    """The outcome of an answer."""
    if answer.status in BUSY:
        wait = retry_after(answer.headers.get("retry-after", ""), answer.headers.get("date", ""))
        # Who says when to come back, or that we come too often, says nothing about whether the data are there.
        if wait is not None or answer.status == 429:
            return Outcome(None, "busy", wait=wait)
    if answer.status >= 400:
        return Outcome(answer.status, reason_of_status(answer.status))
    reason = "head" if head_refused else ""
    if asked.reads and asked.service and answer.status < 300 and not is_capabilities(answer.body):
        reason = "no-capabilities"
    changed = _moment(answer.headers.get("last-modified", ""))
    return Outcome(answer.status, reason, answer.media_type, _size(answer, asked), changed=changed)


def of_refusal(refused: FetchRefused) -> Outcome:
    """The outcome where no answer came, or a guard of ours refused to ask."""
    if isinstance(refused, Rescheduled):
        return Outcome(None, "busy", wait=refused.seconds)
    code = refused.code
    if code in _NOT_ASKED:
        return Outcome(None, "not-asked")
    if code in ("robots", "robots-unreachable"):
        return Outcome(None, code)
    if code == "address":
        return Outcome(0, "inner")
    if code in _REDIRECTS:
        return Outcome(0, "redirect")
    # A body larger or more packed than we read is there all the same.
    if code in ("body", "ratio", "encodings"):
        return Outcome(200)
    return Outcome(0, code if code in REASONS else "connect")


def words(reason: str, status: int | None, language: str = "de") -> str:
    """A reason as a part of a sentence, in German or English; empty where there is none."""
    if reason not in REASONS:
        return ""
    return REASONS[reason][0 if language == "de" else 1].format(status=status or "")


def reason_of_status(status: int) -> str:
    """The key of REASONS for a status code from 400 on."""
    if status in (404, 410):
        return "not-found"
    if status in (401, 402, 403, 407, 451):
        return "forbidden"
    return "server-error" if status >= 500 else "http"


def _moment(date: str) -> str:
    """A date of HTTP in UTC and ISO 8601; empty if it is none."""
    try:
        moment = parsedate_to_datetime(date)
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year > 1990 else ""
    except (ValueError, TypeError, OverflowError):
        return ""


def _size(answer: Answer, asked: Question) -> int | None:
    """The size of what lies there, as far as the answer tells: of the whole file, not of the range or of a service."""
    if asked.service:
        return None
    stated = answer.headers.get("content-range", "").rpartition("/")[2] or (
        answer.headers.get("content-length", "") if answer.status == 200 and not answer.body else ""
    )
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 16 else None
