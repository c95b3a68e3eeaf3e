"""What failed in a crawl, told from its reason, so that the advice fits: no answer, no access, an answer not understood.

Refusals of a guard and failures of the network have rules of their own (``harvesters.guards.exceptions``). A spider's
own reasons are sentences; what kind they are is read from the words that spiders use.
"""

from __future__ import annotations

import re
from functools import cache

from harvesters.guards import exceptions as _declares_refusals  # noqa: F401
from schemas.findings import WORDING, Finding, Severity, declare

# The reason stands in the arguments: German, then English. The advice fits whatever the source did answer.
FAILURE = declare(
    "crawl-failure",
    "{0}",
    "{1}",
    "Prüfen Sie Adresse, Art (protocol) und Einstellungen in der Datei der Quelle; „allmende detect ADRESSE“ sagt, was "
    "dort antwortet.",
    "Check address, kind (protocol) and settings in the file of the source; “allmende detect ADDRESS” says what answers "
    "there.",
)
NO_ANSWER = declare(
    "crawl-no-answer",
    "{0}",
    "{1}",
    "Prüfen Sie, ob die Quelle unter dieser Adresse antwortet, und lesen Sie sie dann noch einmal.",
    "Check whether the source answers at this address, then read it once more.",
    "faults F25",
)
NO_ACCESS = declare(
    "crawl-no-access",
    "{0}",
    "{1}",
    "Die Quelle verlangt einen Zugang: Prüfen Sie ihren Schlüssel (ALLMENDE_SOURCE_…__API_KEY), oder bitten Sie den "
    "Betreiber, den Abruf zu erlauben.",
    "The source demands access: check its key (ALLMENDE_SOURCE_…__API_KEY), or ask the operator to allow the fetch.",
    "RFC 9110 sections 15.5.2, 15.5.4",
)
NOT_THERE = declare(
    "crawl-not-there",
    "{0}",
    "{1}",
    "Der Server antwortet, aber unter dieser Adresse liegt nichts. Tragen Sie die heutige Adresse ein; „allmende detect "
    "ADRESSE“ sagt, ob sie stimmt.",
    "The server answers, but nothing lies at this address. Enter the address of today; “allmende detect ADDRESS” says "
    "whether it is right.",
    "RFC 9110 sections 15.5.5, 15.5.11",
)
SERVER_TROUBLE = declare(
    "crawl-server-trouble",
    "{0}",
    "{1}",
    "Der Server ist gestört oder überlastet. Lesen Sie die Quelle später noch einmal; bleibt es so, sagen Sie es dem "
    "Betreiber.",
    "The server is disturbed or overloaded. Read the source again later; if it stays like that, tell the operator.",
    "RFC 9110 section 15.6",
)
INCOMPLETE = declare(
    "crawl-incomplete",
    "{0}",
    "{1}",
    "Die Quelle hat geantwortet, aber nicht alles geliefert. Lesen Sie sie noch einmal; bleibt es so, sagen Sie es dem "
    "Betreiber.",
    "The source answered, but did not deliver all. Read it once more; if it stays like that, tell the operator.",
    "faults F11-F17",
)
LIMIT = declare(
    "crawl-limit",
    "{0}",
    "{1}",
    "Ist die Quelle wirklich so groß, erhöhen Sie die genannte Grenze in ihrer Datei.",
    "If the source really is that large, raise the limit named in its file.",
    "faults F13, F27",
)
LOCAL_FILE = declare(
    "crawl-local-file",
    "{0}",
    "{1}",
    "Legen Sie die Datei oder den Ordner an die genannte Stelle, und erlauben Sie dem Dienst, dort zu lesen.",
    "Put the file or folder at the place named, and allow the service to read there.",
)
PROGRAM = declare(
    "crawl-broke-off",
    "{0}",
    "{1}",
    "Das ist wahrscheinlich ein Fehler des Programms, nicht der Quelle. Melden Sie ihn; was dazu nötig ist, steht im "
    "Protokoll des Dienstes.",
    "This is probably a fault of the program, not of the source. Report it; what is needed stands in the service's log.",
)
DISK = declare(
    "crawl-disk",
    "{0}",
    "{1}",
    "Schaffen Sie auf diesem Datenträger Platz oder das Recht zu schreiben, und lesen Sie die Quelle noch einmal.",
    "Make room on this disk or allow writing to it, then read the source once more.",
)
SUPERSEDED = declare(
    "crawl-superseded",
    "{0}",
    "{1}",
    "Nichts zu tun: der andere Lauf liest die Quelle.",
    "Nothing to do: the other run reads the source.",
)
# Where only waiting helps: to read the source again at once would be against what its server asks for (fault F34).
NOTHING_TO_DO = frozenset({"fetch-rescheduled", SUPERSEDED})

_STATUS = re.compile(r"\b(?:Status|HTTP) ([1-5]\d\d)\b")
_PLACES = re.compile(r"\{(\d)\}")
_OF_STATUS = {401: NO_ACCESS, 403: NO_ACCESS, 404: NOT_THERE, 410: NOT_THERE, 429: SERVER_TROUBLE}
_WORDS = (
    (SUPERSEDED, re.compile(r"^Ein anderer Lauf hat diesen abgelöst")),
    (DISK, re.compile(r"^Der Datenträger von ")),
    (PROGRAM, re.compile(r"^Der Lauf brach ab: |: Fehler im Abruf \(")),
    (NO_ANSWER, re.compile(r": keine Antwort \(")),
    (LIMIT, re.compile(r"\((?:max_\w+|body_bytes)\)|: größer als \d+ Byte")),
    (INCOMPLETE, re.compile(r"gekommen sind \d|\bkamen an\b|im Kreis|wiederholen sich|zum zweiten Mal|einer früheren")),
    (LOCAL_FILE, re.compile(r"\b(?:Ordner|Datei)\b.* (?:ist nicht da|fehlt|gibt es nicht)|: nicht lesbar \(")),
)


def finding(source_id: str, de: str, en: str) -> Finding:
    """A reason why a run failed or stayed partial, as a finding of the source with the advice that fits it.

    Where the reason is the sentence of a refusal (before a protocol is known it is told as one), it is that refusal.
    """
    for rule, pattern in _refusals():
        if said := pattern.fullmatch(de):
            return Finding(Severity.VIOLATION, source_id, None, rule, said.groups())
    return Finding(Severity.VIOLATION, source_id, None, rule_of(de), (de, en))


@cache
def _refusals() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The wordings of all refusals, with the places of their arguments as groups (all name them in order, each once)."""
    return tuple(
        (rule, re.compile(re.sub(r"\\\{\d\\\}", "(.+)", re.escape(wording.de))))
        for rule, wording in WORDING.items()
        if rule.startswith("fetch-") and _PLACES.findall(wording.de) == [str(n) for n in range(wording.de.count("{"))]
    )


def rule_of(reason_de: str) -> str:
    """The rule for a reason in German; :data:`FAILURE` where nothing tells what kind it is."""
    for rule, words in _WORDS:
        if words.search(reason_de):
            return rule
    if said := _STATUS.search(reason_de):
        status = int(said[1])
        return _OF_STATUS.get(status, SERVER_TROUBLE if status >= 500 else FAILURE)
    return FAILURE
