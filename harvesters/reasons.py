"""Why a crawl brought nothing, or not all: a sentence, and a rule that says what kind of failure it is, with its advice.

Refusals of a guard and failures of the network have rules of their own (``harvesters.guards.exceptions``). Where a
spider gives a reason of its own it names the rule that it falls under: no answer, no access, an incomplete list …
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

from schemas.findings import Finding, Severity, declare

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

_OF_STATUS = {401: NO_ACCESS, 403: NO_ACCESS, 404: NOT_THERE, 410: NOT_THERE, 429: SERVER_TROUBLE}


class Reason(NamedTuple):
    """A reason in German and English. ``rule`` says what kind it is; ``arguments`` fill its wording where it is a refusal's."""

    de: str
    en: str
    rule: str = FAILURE
    arguments: tuple[str, ...] = ()

    @classmethod
    def refused(cls, refusal: Finding) -> Self:
        """The reason that a refusal is."""
        return cls(refusal.message("de"), refusal.message("en"), refusal.rule, refusal.arguments)

    @classmethod
    def stored(cls, written: Sequence[object]) -> Self:
        """A reason out of a run's report; those of earlier versions are the two sentences only."""
        de, en, *rest = written
        rule, arguments = rest if len(rest) == 2 else (FAILURE, ())
        return cls(
            str(de), str(en), str(rule), tuple(map(str, arguments if isinstance(arguments, list | tuple) else ()))
        )

    def at(self, place: str) -> Self:
        """The same, said of an address."""
        return self._replace(de=f"{place}: {self.de}", en=f"{place}: {self.en}")

    def finding(self, source_id: str) -> Finding:
        """The reason as a finding of the source, with the advice that fits its kind."""
        return Finding(Severity.VIOLATION, source_id, None, self.rule, self.arguments or (self.de, self.en))


def rule_of(status: int) -> str:
    """The rule for an answer with an error status."""
    return _OF_STATUS.get(status, SERVER_TROUBLE if status >= 500 else FAILURE)


def answered(status: int) -> Reason:
    """That the server answered with an error status."""
    said = (f"der Server antwortet mit Status {status}", f"the server answers with status {status}")
    return Reason(*said, rule_of(status))


def joined(reasons: Sequence[Reason]) -> Reason:
    """Several reasons as one, as where several ways were tried; its kind is theirs where they agree, else no special one."""
    kinds = {each.rule for each in reasons}
    rule = kinds.pop() if len(kinds) == 1 else FAILURE
    return Reason("; ".join(each.de for each in reasons), "; ".join(each.en for each in reasons), rule)
