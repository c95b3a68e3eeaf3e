"""What no row of the table can say: conditions across properties and classes, one named function each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product

from schemas import convention_rules as by_convention
from schemas.classes import HVD_LEGISLATION
from schemas.findings import Finding, Severity, declare
from schemas.hvd import LICENSE_OPEN_ENOUGH
from schemas.kinds import Literal, is_iri
from schemas.namespaces import DCAT, DCATAP, DCATDE, DCTERMS, FOAF, VCARD
from schemas.views import View
from schemas.vocabularies import LISTS, needs_attribution
from schemas.vocabularies.codes import listed, rows

CONTRIBUTORS = LISTS["contributor"].base
"""How the IDs begin that GovData gives to those who deliver to it."""

Rule = Callable[[View, str], Iterator[Finding]]
"""Takes a view and a node of the rule's class in it; gives the findings on that node."""

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
TOO_CLOSED = declare(
    "license-closed-for-hvd",
    "Die Lizenz {0} schränkt mehr ein, als die Verordnung über hochwertige Datensätze erlaubt.",
    "The licence {0} restricts more than the regulation on high-value datasets allows.",
    "Stellen Sie die Daten an der Quelle unter CC BY 4.0, CC Zero oder die Datenlizenz Deutschland.",
    "Put the data under CC BY 4.0, CC Zero or Data Licence Germany at the source.",
    "Implementing Regulation (EU) 2023/138, article 4(3); DCAT-AP HVD 3.0.0",
)
DOWNLOAD_WITHOUT_ACCESS = declare(
    "download-differs-from-access",
    "Die Adresse zum Herunterladen steht nicht auch als Zugriffsadresse da.",
    "The download address is not given as access address as well.",
    "Geben Sie die Adresse an der Quelle zusätzlich als accessURL an.",
    "Give the address as accessURL as well at the source.",
    "Konventionenhandbuch 2.0, K39",
)


def period_is_not_turned(view: View, node: str) -> Iterator[Finding]:
    """A period does not end before it begins; dates of different precision are not compared."""
    starts, ends = view.values(node, str(DCAT.startDate)), view.values(node, str(DCAT.endDate))
    for start, end in product(starts, ends):
        if (
            isinstance(start, Literal)
            and isinstance(end, Literal)
            and _comparable(start, end)
            and end.text < start.text
        ):
            arguments = (start.text, end.text)
            yield Finding(Severity.WARNING, view.place(node), str(DCAT.endDate), TURNED_PERIOD, arguments)
            return


def _comparable(one: Literal, other: Literal) -> bool:
    return one.datatype == other.datatype and len(one.text) == len(other.text) and one.text[:1].isdigit()


def attribution_text(view: View, node: str) -> Iterator[Finding]:
    """A licence that demands attribution needs dcatde:licenseAttributionByText (K35)."""
    path = str(DCATDE.licenseAttributionByText)
    licenses = view.values(node, str(DCTERMS.license))
    if any(isinstance(iri, str) and needs_attribution(iri) for iri in licenses) and not view.values(node, path):
        yield Finding(Severity.INFO, view.place(node), path, ATTRIBUTION)


def one_contributor_id(view: View, node: str) -> Iterator[Finding]:
    """A dataset carries exactly one contributor ID of GovData's list; those of another form may stand beside it (K13)."""
    path = str(DCATDE.contributorID)
    number = sum(isinstance(v, str) and v.startswith(CONTRIBUTORS) for v in view.values(node, path))
    if number > 1:
        yield Finding(Severity.WARNING, view.place(node), path, CONTRIBUTOR, (str(number),))


def download_is_access(view: View, node: str) -> Iterator[Finding]:
    """A direct download's address stands in downloadURL and in accessURL (K39)."""
    access = view.values(node, str(DCAT.accessURL))
    if access and any(value not in access for value in view.values(node, str(DCAT.downloadURL))):
        yield Finding(Severity.INFO, view.place(node), str(DCAT.downloadURL), DOWNLOAD_WITHOUT_ACCESS)


def license_of_high_value(view: View, node: str) -> Iterator[Finding]:
    """What belongs to a high-value dataset bears a licence that restricts no more than CC BY 4.0."""
    licenses = [v for v in view.values(node, str(DCTERMS.license)) if isinstance(v, str) and v in too_closed()]
    if licenses and _is_marked(view, node):
        shown = (licenses[0].removeprefix(LISTS["license"].base),)
        yield Finding(Severity.WARNING, view.place(node), str(DCTERMS.license), TOO_CLOSED, shown)


def _is_marked(view: View, node: str) -> bool:
    path = str(DCATAP.applicableLegislation)
    owners = (node, *view.pointing(node, str(DCAT.distribution)))
    return any(HVD_LEGISLATION in view.values(each, path) for each in owners)


@cache
def too_closed() -> frozenset[str]:
    """The IRIs of licences that restrict more than the regulation on high-value datasets allows."""
    return frozenset(
        iri
        for row in rows("license")
        if row["code"] not in LICENSE_OPEN_ENOUGH
        for iri in (LISTS["license"].base + row["code"], *filter(is_iri, listed(row["also"])))
    )


_DCAT: tuple[tuple[str, Rule], ...] = (
    (str(DCTERMS.PeriodOfTime), period_is_not_turned),
    (str(DCAT.Distribution), license_of_high_value),
    (str(DCAT.DataService), license_of_high_value),
)
_GERMAN: tuple[tuple[str, Rule], ...] = (
    *_DCAT,
    (str(DCAT.Distribution), attribution_text),
    (str(DCAT.Dataset), one_contributor_id),
    (str(DCAT.Distribution), download_is_access),
    (str(VCARD.Kind), by_convention.contact_by_telephone),
    (str(DCAT.Dataset), by_convention.key_in_spatial),
    (str(DCAT.Dataset), by_convention.level_of_key),
    (str(DCAT.Dataset), by_convention.no_source),
    (str(DCAT.Distribution), by_convention.not_in_development),
    (str(DCAT.Distribution), by_convention.not_withdrawn),
    (str(DCAT.DataService), by_convention.service_has_license),
    (str(FOAF.Agent), by_convention.agent_is_authority),
    (str(DCAT.Dataset), by_convention.entry_is_keyword),
    (str(DCAT.Catalog), by_convention.taxonomy_of_eu),
)
RULES: Mapping[str, tuple[tuple[str, Rule], ...]] = {
    "dcat-ap": _DCAT,
    "dcat-ap-de": _GERMAN,
    "hvd": _DCAT,
    "geodcat-ap": _DCAT,
    "cpsv-ap": (),
}
"""The rules of each profile, each with the class of the nodes that it looks at."""


def check(view: View, profile: str) -> Iterator[Finding]:
    """The findings of all rules that the profile knows."""
    rules = RULES[profile]
    for node in view.by_subject if rules else ():
        classes = view.classes(node)
        if classes:
            for target, rule in rules:
                if target in classes:
                    yield from rule(view, node)
