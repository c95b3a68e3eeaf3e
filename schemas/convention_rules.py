"""What the handbook of conventions asks that no row can say: one named function for each (Konventionenhandbuch 2.0, K…)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from schemas import geocoding, musterdaten
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal
from schemas.namespaces import ADMS, DCAT, DCATDE, DCTERMS, VCARD
from schemas.views import View
from schemas.vocabularies import LISTS

TELEPHONE_ONLY = declare(
    "contact-by-telephone-only",
    "Die Kontaktstelle nennt nur eine Telefonnummer.",
    "The contact point names a telephone number only.",
    "Nennen Sie an der Quelle auch ein Funktionspostfach oder ein Kontaktformular.",
    "Name the office's mailbox or its form as well at the source.",
    "Konventionenhandbuch 2.0, K01",
)
KEY_NOT_IN_SPATIAL = declare(
    "geocoding-not-in-spatial",
    "Der Schlüssel {0} steht nicht auch bei der räumlichen Abdeckung (spatial).",
    "The key {0} is not given as spatial coverage (spatial) as well.",
    "Geben Sie den Schlüssel an der Quelle in dct:spatial an; politicalGeocodingURI kann dann entfallen.",
    "Give the key in dct:spatial at the source; politicalGeocodingURI is not needed then.",
    "Konventionenhandbuch 2.0, K08 and K11; DCAT-AP.de 3.0 deprecated",
)
LEVEL_OF_KEY = declare(
    "geocoding-level-differs",
    "Der Datensatz trägt den Schlüssel {0}, nennt aber nicht dessen Ebene ({1}).",
    "The dataset bears the key {0}, but does not name its level ({1}).",
    "Nennen Sie an der Quelle die Ebene, zu der das Gebiet gehört.",
    "Name the level that the area belongs to at the source.",
    "Konventionenhandbuch 2.0, K09 and K11",
)
SOURCE_STATED = declare(
    "source-stated",
    "Der Datensatz verweist auf Ausgangsdaten (dct:source); das Konventionenhandbuch rät davon ab.",
    "The dataset refers to the data that it was made from (dct:source); the handbook of conventions advises against it.",
    "Beschreiben Sie die Herkunft an der Quelle in Worten (dct:provenance).",
    "Say where the data come from in words at the source (dct:provenance).",
    "Konventionenhandbuch 2.0, K21",
)
IN_DEVELOPMENT = declare(
    "status-in-development",
    "Die Distribution ist als „im Aufbau“ gekennzeichnet; GovData zeigt solche nicht.",
    "The distribution is marked as under development; GovData shows none of those.",
    "Melden Sie die Distribution an der Quelle erst, wenn sie fertig ist.",
    "Announce the distribution at the source when it is ready.",
    "Konventionenhandbuch 2.0, K22 and K24",
)
WITHDRAWN = declare(
    "status-withdrawn",
    "Die Distribution ist als „eingestellt“ gekennzeichnet; GovData zeigt solche nicht.",
    "The distribution is marked as withdrawn; GovData shows none of those.",
    "Kennzeichnen Sie sie an der Quelle 30 Tage lang als veraltet; nehmen Sie sie dann heraus.",
    "Mark it as deprecated for 30 days at the source; then take it out.",
    "Konventionenhandbuch 2.0, K22 and K23",
)
SERVICE_LICENSE = declare(
    "service-without-license",
    "Der Datendienst nennt keine Lizenz.",
    "The data service names no licence.",
    "Nennen Sie beim Dienst an der Quelle die Lizenz der Daten, die er liefert.",
    "Name the licence of the data that it delivers at the service at the source.",
    "Konventionenhandbuch 2.0, K32",
)
NO_AUTHORITY = declare(
    "publisher-type-not-authority",
    "Die Stelle ist als {0} eingeordnet; vorgesehen sind nur Behörden von Kommune, Land, Bund und EU.",
    "The body is classed as {0}; only authorities of municipality, state, federation and EU are provided for.",
    "Wählen Sie an der Quelle die Art der Behörde, zum Beispiel LocalAuthority.",
    "Choose the kind of authority at the source, for example LocalAuthority.",
    "Konventionenhandbuch 2.0, K37",
)
MODEL_KEYWORD = declare(
    "musterdatensatz-not-keyword",
    "Der Datensatz nennt den Musterdatensatz „{0}“, aber kein Schlagwort dazu.",
    "The dataset names the entry “{0}” of the Musterdatenkatalog, but has no keyword of it.",
    "Ergänzen Sie den Namen des Musterdatensatzes an der Quelle als Schlagwort.",
    "Add the name of the entry as a keyword at the source.",
    "Konventionenhandbuch 2.0, use of the Musterdatenkatalog",
)
NO_TAXONOMY = declare(
    "catalog-without-data-theme",
    "Der Katalog nennt seine Themenlisten, aber nicht die der EU (data-theme).",
    "The catalogue names its lists of themes, but not that of the EU (data-theme).",
    "Nennen Sie an der Quelle auch die Themenliste der EU (themeTaxonomy).",
    "Name the EU's list of themes as well at the source (themeTaxonomy).",
    "DCAT-AP.de 3.0, dcat:themeTaxonomy",
)

AUTHORITIES = ("LocalAuthority", "RegionalAuthority", "NationalAuthority", "SupraNationalAuthority")
"""The kinds of agents that K37 provides for."""
_I = Severity.INFO
_LEVEL, _KEY, _SPATIAL = (
    str(each) for each in (DCATDE.politicalGeocodingLevelURI, DCATDE.politicalGeocodingURI, DCTERMS.spatial)
)


def contact_by_telephone(view: View, node: str) -> Iterator[Finding]:
    """A contact point has an e-mail or a web address (K01)."""
    ways = {path for path, _ in view.by_subject[node]}
    if str(VCARD.hasTelephone) in ways and not ways & {str(VCARD.hasEmail), str(VCARD.hasURL)}:
        yield Finding(_I, view.place(node), str(VCARD.hasEmail), TELEPHONE_ONLY)


def key_in_spatial(view: View, node: str) -> Iterator[Finding]:
    """Keys of administrative units stand in dct:spatial as well (K08, K11)."""
    keys = [value for value in view.values(node, _KEY) if isinstance(value, str)]
    here = view.values(node, _SPATIAL) if keys else ()
    yield from (
        Finding(_I, view.place(node), _SPATIAL, KEY_NOT_IN_SPATIAL, (key.rsplit("/", 2)[-1],))
        for key in keys
        if key not in here
    )


def level_of_key(view: View, node: str) -> Iterator[Finding]:
    """Who names a level names that of the administrative units whose keys stand beside it (K09, K11)."""
    stated = view.values(node, _LEVEL)
    if not stated:
        return
    for key in dict.fromkeys([*view.values(node, _KEY), *view.values(node, _SPATIAL)]):
        level = geocoding.level_of(key) if isinstance(key, str) and geocoding.is_key(key) else None
        if level is not None and level not in stated:
            shown = (str(key).rsplit("/", 1)[-1], level.rsplit("/", 1)[-1])
            yield Finding(_I, view.place(node), _LEVEL, LEVEL_OF_KEY, shown)


def no_source(view: View, node: str) -> Iterator[Finding]:
    """A dataset does not refer to other datasets by dct:source (K21)."""
    if view.values(node, str(DCTERMS.source)):
        yield Finding(_I, view.place(node), str(DCTERMS.source), SOURCE_STATED)


def not_in_development(view: View, node: str) -> Iterator[Finding]:
    """A distribution is announced when it is ready (K24)."""
    yield from _status(view, node, "DEVELOP", IN_DEVELOPMENT)


def not_withdrawn(view: View, node: str) -> Iterator[Finding]:
    """A distribution that is withdrawn is no longer announced (K23)."""
    yield from _status(view, node, "WITHDRAWN", WITHDRAWN)


def _status(view: View, node: str, code: str, rule: str) -> Iterator[Finding]:
    if status(code) in view.values(node, str(ADMS.status)):
        yield Finding(_I, view.place(node), str(ADMS.status), rule)


def service_has_license(view: View, node: str) -> Iterator[Finding]:
    """A data service has a licence (K32)."""
    if not view.values(node, str(DCTERMS.license)):
        yield Finding(_I, view.place(node), str(DCTERMS.license), SERVICE_LICENSE)


def agent_is_authority(view: View, node: str) -> Iterator[Finding]:
    """Of the kinds of publishers in the list, only authorities are used (K37)."""
    others = kinds_beside_authorities()
    for value in view.values(node, str(DCTERMS.type)):
        if isinstance(value, str) and value in others:
            yield Finding(_I, view.place(node), str(DCTERMS.type), NO_AUTHORITY, (others[value],))


def entry_is_keyword(view: View, node: str) -> Iterator[Finding]:
    """Whoever names an entry of the Musterdatenkatalog has its name among the keywords."""
    for value in view.values(node, str(DCTERMS.references)):
        entry = entries().get(value) if isinstance(value, str) else None
        if entry is not None:
            words = {v.text.lower() for v in view.values(node, str(DCAT.keyword)) if isinstance(v, Literal)}
            if words.isdisjoint(names_of(entry)):
                yield Finding(_I, view.place(node), str(DCAT.keyword), MODEL_KEYWORD, (entry.de,))


def taxonomy_of_eu(view: View, node: str) -> Iterator[Finding]:
    """A catalogue that names lists of themes names that of the EU."""
    stated = view.values(node, str(DCAT.themeTaxonomy))
    if stated and LISTS["data-theme"].scheme not in stated:
        yield Finding(_I, view.place(node), str(DCAT.themeTaxonomy), NO_TAXONOMY)


def status(code: str) -> str:
    """The IRI of a status of distributions."""
    return LISTS["distribution-status"].base + code


@cache
def kinds_beside_authorities() -> Mapping[str, str]:
    """The kinds of agents in the list that are no authorities: IRI to code."""
    return MappingProxyType({c.iri: c.code for c in LISTS["publisher-type"] if c.code not in AUTHORITIES})


@cache
def entries() -> Mapping[str, musterdaten.Entry]:
    """The entries of the Musterdatenkatalog by IRI."""
    return MappingProxyType({entry.iri: entry for entry in musterdaten.entries().values()})


def names_of(entry: musterdaten.Entry) -> frozenset[str]:
    """What the keyword of an entry may be, in small letters: its label, its topic, or what it is within the topic."""
    return frozenset(each.lower() for each in (entry.de, *entry.de.split(" – ")))
