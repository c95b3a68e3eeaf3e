"""What no row of the table can say: conditions across properties and classes, one named function each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal
from schemas.model import (
    Catalog,
    ContactPoint,
    DataService,
    Dataset,
    DatasetSeries,
    Distribution,
    PeriodOfTime,
    Resource,
    iri_of,
    nested,
)
from schemas.namespaces import DCAT, DCATDE, DCTERMS, VCARD
from schemas.vocabularies import needs_attribution

Rule = Callable[[Resource, str], Iterator[Finding]]

EMPTY_CONTACT = declare(
    "contact-without-way",
    "Die Kontaktstelle nennt weder E-Mail noch Web-Adresse noch Telefon.",
    "The contact point names neither e-mail nor web address nor telephone.",
    "Nennen Sie an der Quelle das Funktionspostfach der Stelle.",
    "Name the office's mailbox at the source.",
    "DCAT-AP.de 3.0, vcard:Kind; convention K01",
)
EMPTY_PERIOD = declare(
    "period-without-date",
    "Der Zeitraum hat weder Beginn noch Ende.",
    "The period has neither a begin nor an end.",
    "Nennen Sie an der Quelle wenigstens Beginn oder Ende.",
    "Give at least a begin or an end at the source.",
    "DCAT-AP.de 3.0, dcterms:PeriodOfTime; convention K38",
)
TURNED_PERIOD = declare(
    "period-ends-before-begin",
    "Der Zeitraum endet ({1}), bevor er beginnt ({0}).",
    "The period ends ({1}) before it begins ({0}).",
    "Vertauschen Sie Beginn und Ende an der Quelle.",
    "Swap begin and end at the source.",
)
ATTRIBUTION = declare(
    "attribution-text-missing",
    "Die Lizenz verlangt, die Quelle zu nennen, aber der Text dafür fehlt.",
    "The licence demands that the source be named, but the text for it is missing.",
    "Ergänzen Sie den Namensnennungstext (licenseAttributionByText) an der Quelle.",
    "Add the attribution text (licenseAttributionByText) at the source.",
    "Konventionenhandbuch 2.0, K35",
)
CONTRIBUTOR = declare(
    "contributor-id-twice",
    "Der Datensatz trägt {0} Datenbereitsteller-Kennungen; GovData erlaubt genau eine.",
    "The dataset carries {0} contributor IDs; GovData allows exactly one.",
    "Lassen Sie an der Quelle nur die eigene Kennung stehen.",
    "Keep only your own ID at the source.",
    "Konventionenhandbuch 2.0, K13",
)
DOWNLOAD_WITHOUT_ACCESS = declare(
    "download-differs-from-access",
    "Die Adresse zum Herunterladen steht nicht auch als Zugriffsadresse da.",
    "The download address is not given as access address as well.",
    "Geben Sie die Adresse an der Quelle zusätzlich als accessURL an.",
    "Give the address as accessURL as well at the source.",
    "Konventionenhandbuch 2.0, K39",
)


def contact_has_a_way(record: Resource, focus: str) -> Iterator[Finding]:
    """vcard:Kind needs one of hasEmail, hasURL, hasTelephone (DCAT-AP.de 3.0, constraints section 3)."""
    for contact in nested(getattr(record, "contact_point", ()), ContactPoint):
        assert isinstance(contact, ContactPoint)
        if not (contact.has_email or contact.has_url or contact.has_telephone):
            yield Finding(Severity.VIOLATION, contact.iri or focus, str(VCARD.hasEmail), EMPTY_CONTACT)


def period_has_a_date(record: Resource, focus: str) -> Iterator[Finding]:
    """dcterms:PeriodOfTime needs a start or an end (DCAT-AP.de 3.0; K38), in this order."""
    for period in nested(getattr(record, "temporal", ()), PeriodOfTime):
        assert isinstance(period, PeriodOfTime)
        where = period.iri or focus
        if not (period.start_date or period.end_date or period.has_beginning or period.has_end):
            yield Finding(Severity.VIOLATION, where, str(DCTERMS.temporal), EMPTY_PERIOD)
        elif period.start_date and period.end_date:
            start, end = period.start_date[0], period.end_date[0]
            if _comparable(start, end) and end.text < start.text:
                arguments = (start.text, end.text)
                yield Finding(Severity.WARNING, where, str(DCTERMS.temporal), TURNED_PERIOD, arguments)


def _comparable(one: Literal, other: Literal) -> bool:
    return one.datatype == other.datatype and len(one.text) == len(other.text) and one.text[:1].isdigit()


def attribution_text(record: Resource, focus: str) -> Iterator[Finding]:
    """A licence that demands attribution needs dcatde:licenseAttributionByText (K35)."""
    for distribution in nested(getattr(record, "distribution", ()), Distribution):
        assert isinstance(distribution, Distribution)
        licenses = [iri for iri in map(iri_of, distribution.license) if iri]
        if any(needs_attribution(iri) for iri in licenses) and not distribution.license_attribution:
            where = distribution.iri or focus
            yield Finding(Severity.INFO, where, str(DCATDE.licenseAttributionByText), ATTRIBUTION)


def one_contributor_id(record: Resource, focus: str) -> Iterator[Finding]:
    """A dataset carries exactly one contributor ID at GovData (K13)."""
    if isinstance(record, Dataset) and len(record.contributor_id) > 1:
        arguments = (str(len(record.contributor_id)),)
        yield Finding(Severity.WARNING, focus, str(DCATDE.contributorID), CONTRIBUTOR, arguments)


def download_is_access(record: Resource, focus: str) -> Iterator[Finding]:
    """A direct download's address stands in downloadURL and in accessURL (K39)."""
    for distribution in nested(getattr(record, "distribution", ()), Distribution):
        assert isinstance(distribution, Distribution)
        access = {iri_of(value) for value in distribution.access_url}
        if access and any(iri_of(value) not in access for value in distribution.download_url):
            where = distribution.iri or focus
            yield Finding(Severity.INFO, where, str(DCAT.downloadURL), DOWNLOAD_WITHOUT_ACCESS)


_GENERAL: tuple[Rule, ...] = (period_has_a_date,)
_GERMAN: tuple[Rule, ...] = (contact_has_a_way, attribution_text, one_contributor_id, download_is_access)
_CHECKED = (Dataset, DatasetSeries, DataService, Catalog)


def check(record: Resource, focus: str, profile: str) -> Iterator[Finding]:
    """The findings of all rules that the profile knows."""
    if not isinstance(record, _CHECKED):
        return
    for rule in _GENERAL + (_GERMAN if profile == "dcat-ap-de" else ()):
        yield from rule(record, focus)
