"""What attributes of records, rules of the mapping and properties are called on the pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from markupsafe import Markup

from catalog.links.questions import SERVICES
from catalog.web.texts import Texts, later
from schemas.dcat import TABLES
from schemas.namespaces import PREFIXES
from schemas.vocabularies import LISTS

ATTRIBUTES: Mapping[str, str] = {
    "access_rights": later("Zugang"),
    "access_service": later("Datendienst"),
    "access_url": later("Zugangsadresse"),
    "accrual_periodicity": later("Aktualisierung"),
    "agent": later("Stelle"),
    "algorithm": later("Prüfsummenverfahren"),
    "applicable_legislation": later("Rechtsvorschrift"),
    "availability": later("Verfügbarkeit"),
    "bbox": later("Begrenzung"),
    "byte_size": later("Größe"),
    "centroid": later("Mittelpunkt"),
    "checksum": later("Prüfsumme"),
    "checksum_value": later("Wert der Prüfsumme"),
    "compress_format": later("Kompression"),
    "conforms_to": later("Standard"),
    "contact_point": later("Ansprechstelle"),
    "contributor": later("Mitwirkende"),
    "contributor_id": later("Datenbereitsteller"),
    "creator": later("Ersteller"),
    "custodian": later("Pflegende Stelle"),
    "date": later("Datum"),
    "description": later("Beschreibung"),
    "distribution": later("Datei"),
    "download_url": later("Downloadadresse"),
    "end_date": later("Ende"),
    "endpoint_description": later("Beschreibung des Dienstes"),
    "endpoint_url": later("Adresse des Dienstes"),
    "fn": later("Name"),
    "format": later("Format"),
    "geocoding_description": later("Ort in Worten"),
    "geometry": later("Umriss"),
    "had_role": later("Rolle"),
    "has_beginning": later("Beginn"),
    "has_email": later("E-Mail"),
    "has_end": later("Ende"),
    "has_policy": later("Nutzungsregel"),
    "has_telephone": later("Telefon"),
    "has_url": later("Internetadresse"),
    "has_version": later("Andere Fassung"),
    "homepage": later("Internetseite"),
    "hvd_category": later("Kategorie hochwertiger Daten"),
    "identifier": later("Kennung"),
    "in_series": later("Datenserie"),
    "is_referenced_by": later("Erwähnt in"),
    "is_version_of": later("Fassung von"),
    "issued": later("Veröffentlicht"),
    "keyword": later("Schlagwörter"),
    "label": later("Wortlaut"),
    "landing_page": later("Internetseite"),
    "language": later("Sprache"),
    "legal_basis": later("Rechtsgrundlage"),
    "license": later("Lizenz"),
    "license_attribution": later("Namensnennung"),
    "mbox": later("E-Mail"),
    "media_type": later("Medientyp"),
    "modified": later("Letzte Änderung der Daten"),
    "name": later("Name"),
    "notation": later("Kennung"),
    "originator": later("Urheber"),
    "other_identifier": later("Weitere Kennung"),
    "package_format": later("Verpackung"),
    "page": later("Dokumentation"),
    "political_geocoding": later("Verwaltungsgebiet"),
    "political_geocoding_level": later("Verwaltungsebene"),
    "pref_label": later("Bezeichnung"),
    "provenance": later("Entstehung"),
    "publisher": later("Herausgeber"),
    "qualified_attribution": later("Beteiligte"),
    "qualified_relation": later("Beziehung"),
    "quality_process": later("Qualitätssicherung"),
    "references": later("Verweist auf"),
    "relation": later("Verwandtes"),
    "rights": later("Nutzungsrechte"),
    "sample": later("Beispieldatei"),
    "serves_dataset": later("Datensätze des Dienstes"),
    "source": later("Abgeleitet von"),
    "spatial": later("Ort"),
    "spatial_resolution": later("Räumliche Auflösung in Metern"),
    "start_date": later("Beginn"),
    "status": later("Stand"),
    "temporal": later("Zeitraum"),
    "temporal_resolution": later("Zeitliche Auflösung"),
    "theme": later("Thema"),
    "title": later("Titel"),
    "type": later("Art"),
    "version": later("Version"),
    "version_notes": later("Hinweise zur Version"),
    "was_generated_by": later("Entstanden durch"),
}
_RULES: Mapping[str, str] = {
    "copy": later("übernommen"),
    "copied": later("übernommen"),
    "kept": later("im Wortlaut behalten"),
    "lookup": later("in der Codeliste nachgeschlagen"),
    "parse": later("gelesen"),
    "date": later("als Datum gelesen"),
    "split": later("in einzelne Wörter zerlegt"),
    "contact": later("als Ansprechstelle gelesen"),
    "derived": later("aus der Datei ermittelt"),
    "default": later("Voreinstellung, weil die Quelle nichts angibt"),
    "correction": later("von Hand korrigiert oder ergänzt"),
    "mint": later("von diesem Katalog vergeben"),
    "composed": later("aus mehreren Angaben zusammengesetzt"),
    "computed": later("berechnet"),
    "fallback": later("ersatzweise, weil Besseres fehlt"),
    "request": later("aus einer Abfrage des Dienstes gebildet"),
    "selector": later("mit der Regel für die Website gefunden"),
    "latest": later("vom jüngsten Eintrag"),
    "configured": later("in der Datei der Quelle eingestellt"),
    "taken": later("übernommen"),
    "taken, kept as it is": later("übernommen, wie es ist"),
    "present spelling": later("in der heutigen Schreibweise übernommen"),
    "present spelling, kept as it is": later("in der heutigen Schreibweise übernommen, sonst wie es ist"),
    "joined": later("aus mehreren Angaben zusammengesetzt"),
    "address": later("aus der Adresse der Quelle gebildet"),
    "file name": later("aus dem Namen der Datei gebildet"),
    "K11": later("nach Konvention 11 von DCAT-AP.de"),
    "K39": later("nach Konvention 39 von DCAT-AP.de"),
    "K40": later("nach Konvention 40 von DCAT-AP.de"),
}
PAGES = frozenset(("HTML", "XHTML", "HTML_SIMPL"))
_LONGEST_NAME = 16  # of a format on a button
_NAME = re.compile(r"[#/]([^#/]+)$")


def attribute(name: str, texts: Texts) -> Markup:
    """An attribute's name in words, with what it belongs to: ``distribution.license`` is Datei: Lizenz."""
    ours, scheme, property_iri = name.partition("http")  # a property without attribute is called by its IRI
    parts = [part for part in ours.split(".") if part] + ([scheme + property_iri] if scheme else [])
    words = [texts.text(ATTRIBUTES[part]) if part in ATTRIBUTES else Markup.escape(part) for part in parts]
    return Markup(": ").join(words)


def rule(name: str, texts: Texts) -> Markup:
    """A rule of the mapping in words; one that we have no word for is shown by its name."""
    return texts.text(_RULES[name]) if name in _RULES else Markup.escape(name)


@cache
def _attributes() -> Mapping[str, str]:
    """Properties to attributes; classes that share a property call it alike, or the first one counts."""
    found: dict[str, str] = {}
    for table in TABLES:
        for row in table.rows:
            found.setdefault(str(row.property), row.attribute)
    return found


def property_name(iri: str, texts: Texts) -> str:
    """A property in words with its short name: „Zeitraum“ (temporal); the short name alone if we have no word."""
    short = short_name(iri)
    known = _attributes().get(iri)
    if known is None or known not in ATTRIBUTES:
        return short
    return texts.plain("„{word}“ ({name})", word=texts.plain(ATTRIBUTES[known]), name=short)


def property_word(iri: str, texts: Texts) -> str:
    """What people call a property, without its short name: Zeitraum; empty if we have no word."""
    known = _attributes().get(iri)
    return texts.plain(ATTRIBUTES[known]) if known in ATTRIBUTES and known is not None else ""


def short_name(iri: str) -> str:
    """What a property is called after its namespace."""
    found = _NAME.search(iri)
    return found[1] if found else iri


def property_label(iri: str, texts: Texts) -> str:
    """A property as the head of a column: Lizenz (dct:license); the short form alone if we have no word."""
    short = next((f"{prefix}:{iri[len(base) :]}" for prefix, base in PREFIXES.items() if iri.startswith(base)), iri)
    known = _attributes().get(iri)
    return f"{texts.plain(ATTRIBUTES[known])} ({short})" if known in ATTRIBUTES and known is not None else short


def format_name(code: str, language: str) -> str:
    """What a format is called on a button: its label where that is short, GeoJSON, WFS-Dienst; else its code, XLSX, ODS.

    Services and pages have their label however long it is: REST or MAP_SRVC tell nobody what opens.
    """
    found = LISTS["file-type"].by_code(code)
    label = (found.de or found.en if language == "de" else found.en or found.de) if found else ""
    if code in SERVICES or code in PAGES:
        return label.partition(" (")[0] or code
    return label if 0 < len(label) <= _LONGEST_NAME and "(" not in label else code
