"""What keeps an answer from coming: refusals of a guard and failures of the network, with their wording."""

from __future__ import annotations

from urllib.parse import urlsplit

from schemas.findings import WORDING, Finding, Severity, declare


class FetchRefused(Exception):
    """No usable answer came. ``code`` says why for machines, `message` for people; every subclass is raised before or
    instead of a response, never in addition to one.
    """

    def __init__(self, code: str, url: str, *arguments: str) -> None:
        # Nowhere in the exception, its repr included, stands a password that was in the address.
        self.url = _without_userinfo(url)
        super().__init__(code, self.url, *arguments)
        self.code = code
        self.arguments = (shown(url), *(printable(argument) for argument in arguments))
        self.finding()

    def __str__(self) -> str:
        return self.message("en")

    def message(self, lang: str = "de") -> str:
        """What happened, as one sentence in ``lang`` (de or en)."""
        return self.finding().message(lang)

    def fix(self, lang: str = "de") -> str:
        """What the steward can do, as one sentence in ``lang`` (de or en)."""
        return self.finding().fix(lang)

    def finding(self) -> Finding:
        """The same as a finding on the address asked for, rule ``fetch-CODE``."""
        rule = f"fetch-{self.code}"
        if rule not in WORDING:
            raise ValueError(f"no wording for {rule!r}")
        return Finding(Severity.VIOLATION, shown(self.url), None, rule, self.arguments)


class AddressRefused(FetchRefused):
    """The host's numeric address is not a public one (schemas/addresses.py, F37). Code: address."""


class RequestRefused(FetchRefused):
    """The request itself may not be sent (F31, F38). Codes: scheme, port, userinfo, method."""


class RedirectRefused(FetchRefused):
    """A redirect leads where we do not follow (F30, F31). Codes: redirect-loop, redirect-domain, redirect-scheme,
    redirect-downgrade. For redirect-domain the second argument is the host to be approved.
    """


class RobotsRefused(FetchRefused):
    """robots.txt forbids the address, or cannot be had (RFC 9309, F35, F36). Codes: robots, robots-unreachable."""


class SizeRefused(FetchRefused):
    """The body is larger than its limit (F27, F29). Codes: body, ratio, encodings."""


class DeadlineExceeded(FetchRefused):
    """The response was not there in the time for one response (F26). Code: deadline."""


class Rescheduled(FetchRefused):
    """The server asks us to come back later than a run can wait (F34). Code: rescheduled; ``seconds`` is its wish."""

    def __init__(self, url: str, seconds: float) -> None:
        super().__init__("rescheduled", url, str(round(seconds)))
        self.seconds = seconds


class BudgetSpent(FetchRefused):
    """The run has used up its pages, its bytes or its time (F13). Codes: pages, run-bytes, run-time."""


class FetchFailed(FetchRefused):
    """The network gave no whole answer (F25, F28, F33). Codes: dns, refused, reset, connect, tls,
    certificate, damaged, protocol."""


def printable(text: str, longest: int = 300) -> str:
    """Text from outside for a log line or message: no control characters, at most ``longest`` characters."""
    clean = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def shown(url: str) -> str:
    """An address as it may be shown: without user name and password (F69)."""
    return printable(_without_userinfo(url))


def _without_userinfo(url: str) -> str:
    try:
        netloc = urlsplit(url).netloc
    except ValueError:
        return url
    return url.replace(netloc, netloc.rpartition("@")[2], 1) if "@" in netloc else url


declare(
    "fetch-address",
    de="{0}: Der Rechner {1} hat die Adresse {2}; sie ist nicht öffentlich ({3}) und wird nicht abgerufen.",
    en="{0}: the host {1} has the address {2}, which is not a public one ({3}) and is not fetched.",
    fix_de="Die öffentliche Adresse der Quelle eintragen; ein eigener Rechner muss in allowed_hosts stehen.",
    fix_en="Enter the public address of the source; a host of your own must be listed in allowed_hosts.",
    source="faults.md F37",
)
declare(
    "fetch-scheme",
    de="{0}: Nur http und https werden abgerufen.",
    en="{0}: only http and https are fetched.",
    fix_de="Eine Adresse eintragen, die mit https:// beginnt.",
    fix_en="Enter an address that begins with https://.",
    source="faults.md F31",
)
declare(
    "fetch-port",
    de="{0}: Der Port {1} gehört nicht zu den erlaubten.",
    en="{0}: the port {1} is not one of those allowed.",
    fix_de="Den Port in der Quelle unter [limits] ports eintragen, wenn dort wirklich ein Webserver antwortet.",
    fix_en="List the port in the source under [limits] ports if a web server really answers there.",
    source="faults.md F38",
)
declare(
    "fetch-userinfo",
    de="{0}: Die Adresse enthielt Benutzername oder Kennwort und wird so nicht abgerufen.",
    en="{0}: the address contained a user name or password and is not fetched like that.",
    fix_de="Zugangsdaten gehören in die Umgebung (ALLMENDE_SOURCE_…__API_KEY), nicht in die Adresse.",
    fix_en="Credentials belong in the environment (ALLMENDE_SOURCE_…__API_KEY), not in the address.",
    source="faults.md F32, F69",
)
declare(
    "fetch-method",
    de="{0}: Die Methode {1} wird nicht gesendet.",
    en="{0}: the method {1} is not sent.",
    fix_de="Nur GET, HEAD und POST (Suchanfragen von Diensten) sind vorgesehen.",
    fix_en="Only GET, HEAD and POST (search requests of services) are provided for.",
    source="faults.md F38",
)
declare(
    "fetch-redirect-loop",
    de="{0}: Nach {1} Weiterleitungen abgebrochen: {2}",
    en="{0}: stopped after {1} redirects: {2}",
    fix_de="Die letzte funktionierende Adresse als Adresse der Quelle eintragen.",
    fix_en="Enter the last address that works as the address of the source.",
    source="faults.md F30",
)
declare(
    "fetch-redirect-domain",
    de="{0}: Die Weiterleitung führt zu einem anderen Anbieter, {1}, und wird nicht verfolgt.",
    en="{0}: the redirect leads to another domain, {1}, and is not followed.",
    fix_de="Prüfen, ob {1} der neue Ort der Quelle ist, und ihn als Adresse der Quelle eintragen.",
    fix_en="Check whether {1} is the new place of the source, and enter it as the source's address.",
    source="faults.md F31",
)
declare(
    "fetch-redirect-scheme",
    de="{0}: Die Weiterleitung führt zu „{1}“; nur http und https werden verfolgt.",
    en='{0}: the redirect leads to "{1}"; only http and https are followed.',
    fix_de="Dem Betreiber der Quelle melden: Die Weiterleitung ist falsch.",
    fix_en="Tell the source's operator: the redirect is wrong.",
    source="faults.md F31",
)
declare(
    "fetch-redirect-downgrade",
    de="{0}: Die Weiterleitung führt von https zu unverschlüsseltem http ({1}) und wird nicht verfolgt.",
    en="{0}: the redirect leads from https to plain http ({1}) and is not followed.",
    fix_de="Die https-Adresse eintragen, unter der die Daten ohne diese Weiterleitung liegen.",
    fix_en="Enter the https address where the data lies without this redirect.",
    source="faults.md F30",
)
declare(
    "fetch-robots",
    de="{0}: Die robots.txt des Servers verbietet den Abruf.",
    en="{0}: the server's robots.txt forbids fetching it.",
    fix_de="Den Betreiber bitten, Allmende in der robots.txt zu erlauben; der letzte gute Stand bleibt erhalten.",
    fix_en="Ask the operator to allow Allmende in robots.txt; the last good state is kept.",
    source="RFC 9309; faults.md F35, F36",
)
declare(
    "fetch-robots-unreachable",
    de="{0}: Die robots.txt ist nicht zu bekommen ({1}); deshalb gilt alles als verboten.",
    en="{0}: robots.txt cannot be had ({1}), so that everything counts as forbidden.",
    fix_de="Später noch einmal versuchen; bleibt es so, den Betreiber darauf hinweisen.",
    fix_en="Try again later; if it stays like that, tell the operator.",
    source="RFC 9309 section 2.3.1.4; faults.md F35",
)
declare(
    "fetch-body",
    de="{0}: Die Antwort ist größer als {1} Byte und wurde abgebrochen.",
    en="{0}: the response is larger than {1} bytes and was cut off.",
    fix_de="Eine kleinere Datei veröffentlichen oder body_bytes unter [limits] erhöhen.",
    fix_en="Publish a smaller file, or raise body_bytes under [limits].",
    source="faults.md F27, F29",
)
declare(
    "fetch-ratio",
    de="{0}: Die Antwort wird beim Entpacken mehr als {1}-mal so groß und wurde abgebrochen.",
    en="{0}: the response grows more than {1} times when decompressed and was cut off.",
    fix_de="Ist die Datei in Ordnung, ratio unter [limits] erhöhen.",
    fix_en="If the file is sound, raise ratio under [limits].",
    source="faults.md F29",
)
declare(
    "fetch-encodings",
    de="{0}: Die Antwort ist {1}-mal hintereinander gepackt und wird nicht entpackt.",
    en="{0}: the response is compressed {1} times over and is not decompressed.",
    fix_de="Dem Betreiber der Quelle melden: Content-Encoding ist falsch.",
    fix_en="Tell the source's operator: Content-Encoding is wrong.",
    source="faults.md F29",
)
declare(
    "fetch-deadline",
    de="{0}: Die Antwort war nach {1} Sekunden nicht vollständig.",
    en="{0}: the response was not complete after {1} seconds.",
    fix_de="Später noch einmal versuchen oder response_seconds unter [limits] erhöhen.",
    fix_en="Try again later, or raise response_seconds under [limits].",
    source="faults.md F26",
)
declare(
    "fetch-rescheduled",
    de="{0}: Der Server bittet, erst in {1} Sekunden wiederzukommen; der Abruf ist verschoben.",
    en="{0}: the server asks us to come back in {1} seconds only; the request is rescheduled.",
    fix_de="Nichts zu tun: der nächste geplante Lauf versucht es wieder.",
    fix_en="Nothing to do: the next scheduled run tries again.",
    source="faults.md F34",
)
declare(
    "fetch-pages",
    de="{0}: Der Lauf hat seine {1} Seiten verbraucht; der Rest wurde nicht abgerufen.",
    en="{0}: the run has used its {1} pages; the rest was not fetched.",
    fix_de="Ist die Quelle wirklich so groß, pages unter [limits] erhöhen.",
    fix_en="If the source really is that large, raise pages under [limits].",
    source="faults.md F13",
)
declare(
    "fetch-run-bytes",
    de="{0}: Der Lauf hat seine {1} Byte verbraucht; der Rest wurde nicht abgerufen.",
    en="{0}: the run has used its {1} bytes; the rest was not fetched.",
    fix_de="Ist die Quelle wirklich so groß, run_bytes unter [limits] erhöhen.",
    fix_en="If the source really is that large, raise run_bytes under [limits].",
    source="faults.md F13",
)
declare(
    "fetch-run-time",
    de="{0}: Der Lauf hat seine {1} Sekunden verbraucht; der Rest wurde nicht abgerufen.",
    en="{0}: the run has used its {1} seconds; the rest was not fetched.",
    fix_de="Ist die Quelle wirklich so langsam, run_seconds unter [limits] erhöhen.",
    fix_en="If the source really is that slow, raise run_seconds under [limits].",
    source="faults.md F13, F26",
)
declare(
    "fetch-dns",
    de="{0}: Der Name {1} ist im Internet nicht bekannt.",
    en="{0}: the name {1} is not known on the internet.",
    fix_de="Die Adresse auf Tippfehler prüfen.",
    fix_en="Check the address for typing errors.",
    source="faults.md F25",
)
declare(
    "fetch-refused",
    de="{0}: Der Server nimmt keine Verbindung an.",
    en="{0}: the server accepts no connection.",
    fix_de="Adresse und Port prüfen; später noch einmal versuchen.",
    fix_en="Check address and port; try again later.",
    source="faults.md F25",
)
declare(
    "fetch-reset",
    de="{0}: Der Server hat die Verbindung abgebrochen.",
    en="{0}: the server broke off the connection.",
    fix_de="Später noch einmal versuchen; bleibt es so, den Betreiber darauf hinweisen.",
    fix_en="Try again later; if it stays like that, tell the operator.",
    source="faults.md F25",
)
declare(
    "fetch-connect",
    de="{0}: Der Server ist nicht zu erreichen ({1}).",
    en="{0}: the server cannot be reached ({1}).",
    fix_de="Später noch einmal versuchen; bleibt es so, den Betreiber darauf hinweisen.",
    fix_en="Try again later; if it stays like that, tell the operator.",
    source="faults.md F25",
)
declare(
    "fetch-tls",
    de="{0}: Die verschlüsselte Verbindung kam nicht zustande ({1}).",
    en="{0}: the encrypted connection could not be made ({1}).",
    fix_de="Den Betreiber auf sein Zertifikat hinweisen; die Prüfung wird nicht abgeschaltet. Hat er es selbst "
    "ausgestellt, sich den SHA-256-Fingerabdruck nennen lassen und ihn in der Quelle unter certificate eintragen "
    "(bei detect und add: --certificate).",
    fix_en="Tell the operator about the certificate; the check is not turned off. If they issued it themselves, ask for "
    "its SHA-256 fingerprint and enter that in the source under certificate (with detect and add: --certificate).",
    source="faults.md F33",
)
declare(
    "fetch-certificate",
    de="{0}: Der Server weist ein anderes Zertifikat vor als das eingetragene; sein SHA-256-Fingerabdruck ist {1}.",
    en="{0}: the server presents another certificate than the one entered; its SHA-256 fingerprint is {1}.",
    fix_de="Den Betreiber fragen, ob er sein Zertifikat erneuert hat; bestätigt er den Fingerabdruck, ihn in der Quelle "
    "unter certificate eintragen.",
    fix_en="Ask the operator whether the certificate was renewed; if they confirm the fingerprint, enter it in the source "
    "under certificate.",
    source="faults.md F33",
)
declare(
    "fetch-damaged",
    de="{0}: Die Antwort ist unvollständig oder beschädigt ({1}).",
    en="{0}: the response is incomplete or damaged ({1}).",
    fix_de="Später noch einmal versuchen; bleibt es so, den Betreiber darauf hinweisen.",
    fix_en="Try again later; if it stays like that, tell the operator.",
    source="faults.md F28",
)
declare(
    "fetch-protocol",
    # What came instead is not told: a link check must not become a scanner of banners (F38).
    de="{0}: Die Antwort ist kein gültiges HTTP.",
    en="{0}: the response is not valid HTTP.",
    fix_de="Adresse und Port prüfen.",
    fix_en="Check address and port.",
    source="faults.md F28",
)
