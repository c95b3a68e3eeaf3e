"""What the answers of addresses say about a record, as findings. They are no part of the record: no feed shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.links.answers import words
from catalog.links.book import Link
from schemas.findings import Finding, Severity, declare
from schemas.model import Dataset, Distribution, iri_of
from schemas.namespaces import DCAT

BROKEN = declare(
    "link-broken",
    "Die Adresse {0} ist seit dem {1} nicht erreichbar: {3}.",
    "The address {0} has not been reachable since {2}: {4}.",
    "Berichtigen Sie die Adresse an der Quelle oder stellen Sie die Datei wieder bereit.",
    "Correct the address at the source, or put the file back.",
    "MQA accessUrlStatusCode, downloadUrlStatusCode",
)
FAILED_ONCE = declare(
    "link-failed-once",
    "Die Adresse {0} war beim letzten Versuch am {1} nicht erreichbar: {3}. Sie wird bald noch einmal geprüft.",
    "The address {0} was not reachable at the last attempt on {2}: {4}. It will be checked again soon.",
    "Noch ist nichts zu tun; bleibt es so, prüfen Sie die Adresse an der Quelle.",
    "Nothing to do yet; if it stays like that, check the address at the source.",
    "MQA accessUrlStatusCode, downloadUrlStatusCode",
)
HEAD_REFUSED = declare(
    "link-head-refused",
    "Die Adresse {0} ist erreichbar, lehnt aber HEAD-Anfragen ab; data.europa.eu prüft damit und zieht Punkte ab.",
    "The address {0} is reachable but refuses HEAD requests; data.europa.eu checks with these and deducts points.",
    "Bitten Sie den Betreiber des Servers, die Methode HEAD zuzulassen.",
    "Ask the operator of the server to allow the method HEAD.",
    "MQA: HTTP HEAD request",
)
NO_CAPABILITIES = declare(
    "link-no-capabilities",
    "Der Dienst {0} beantwortet GetCapabilities nicht mit seiner Beschreibung.",
    "The service {0} does not answer GetCapabilities with its description.",
    "Prüfen Sie, ob Adresse und Format des Dienstes an der Quelle stimmen.",
    "Check whether address and format of the service are right at the source.",
    "OGC WMS 1.3.0, WFS 2.0, WCS 2.0, WMTS 1.0: GetCapabilities",
)
NOT_CHECKED = declare(
    "link-not-checked",
    "Ob die Adresse {0} erreichbar ist, lässt sich nicht prüfen: {1}.",
    "Whether the address {0} is reachable cannot be checked: {2}.",
    "Soll sie geprüft werden, muss der Server die Abfrage erlauben (robots.txt, üblicher Port).",
    "For it to be checked, the server has to allow that (robots.txt, a usual port).",
    "RFC 9309; faults.md F38",
)


def findings(dataset: Dataset, links: Mapping[str, Link]) -> tuple[Finding, ...]:
    """The findings on the addresses of a dataset's distributions; ``links`` is what is known of each."""
    found: dict[Finding, None] = {}
    for file in dataset.distribution:
        if not isinstance(file, Distribution):
            continue
        focus = file.iri or dataset.iri or "_:record"
        for path, values in ((DCAT.accessURL, file.access_url), (DCAT.downloadURL, file.download_url)):
            for address in filter(None, map(iri_of, values)):
                if (link := links.get(address)) is not None:
                    found |= dict.fromkeys(_of_link(link, focus, str(path)))
    return tuple(found)


def _of_link(link: Link, focus: str, path: str) -> Iterator[Finding]:
    reason = words(link.reason, link.status), words(link.reason, link.status, "en")
    if link.works is False:
        day = (link.failing_since or link.checked or "")[:10]
        dates = ".".join(reversed(day.split("-"))), day
        lasting = link.failures > 1 or link.reason == "inner"
        severity = Severity.WARNING if lasting else Severity.INFO
        rule = BROKEN if lasting else FAILED_ONCE
        yield Finding(severity, focus, path, rule, (link.address, *dates, *reason))
    elif link.works and link.reason == "head":
        yield Finding(Severity.INFO, focus, path, HEAD_REFUSED, (link.address,))
    elif link.works and link.reason == "no-capabilities":
        yield Finding(Severity.WARNING, focus, path, NO_CAPABILITIES, (link.address,))
    elif link.works is None and link.reason in ("robots", "robots-unreachable", "not-asked"):
        yield Finding(Severity.INFO, focus, path, NOT_CHECKED, (link.address, *reason))
