"""Findings on what is in the files of a dataset: columns with data of persons, which previews withhold (F75)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from catalog.preview.keeping import Keeping, key_of
from catalog.preview.model import Preview
from catalog.preview.wanting import of_file
from schemas.findings import Finding, Severity, declare
from schemas.model import Dataset, Distribution, iri_of
from schemas.namespaces import DCAT
from schemas.region import Region

_KINDS = {
    "e-mail": ("E-Mail-Adresse", "e-mail address"),
    "telephone": ("Telefonnummer", "telephone number"),
    "iban": ("IBAN", "IBAN"),
    "name": ("Name", "name"),
    "birthday": ("Geburtsdatum", "date of birth"),
    "address": ("Wohnanschrift", "home address"),
    "place": ("Lage der Wohnung", "place of the home"),
}
PERSONAL_COLUMN = declare(
    "preview-personal-data",
    "Die Spalte „{0}“ der Datei {1} enthält vermutlich Daten von Personen: {2}, {4}-mal. Die Vorschau zeigt sie nicht.",
    "The column “{0}” of the file {1} probably holds data of persons: {3}, {4} times. The preview does not show it.",
    "Nehmen Sie die Spalte aus der Datei, oder nennen Sie Stellen statt Personen. Dürfen sie öffentlich sein, erlaubt das "
    'die Quelle: personal_data = "allowed" mit permission.',
    "Take the column out of the file, or name offices instead of persons. If they may be public, the source allows it: "
    'personal_data = "allowed" with permission.',
    "GDPR Art. 5; faults.md F75",
)
PERSONAL_PAGE = declare(
    "preview-personal-page",
    "Die erste Seite der Datei {0} nennt vermutlich Personen: {1}, {3}-mal. Die Vorschau zeigt sie nicht.",
    "The first page of the file {0} probably names persons: {2}, {3} times. The preview does not show it.",
    "Nennen Sie im Dokument Stellen statt Personen. Dürfen sie öffentlich sein, erlaubt das die Quelle: "
    'personal_data = "allowed" mit permission.',
    "Name offices instead of persons in the document. If they may be public, the source allows it: "
    'personal_data = "allowed" with permission.',
    "GDPR Art. 5; faults.md F75",
)

PERSONAL_LINES = declare(
    "preview-personal-lines",
    "Über oder unter der Tabelle der Datei {0} stehen vermutlich Daten von Personen: {1}, {3}-mal. Die Vorschau verdeckt sie.",
    "Above or below the table of the file {0} there are probably data of persons: {2}, {3} times. The preview covers them.",
    "Nennen Sie dort eine Stelle statt einer Person. Dürfen sie öffentlich sein, erlaubt das die Quelle: "
    'personal_data = "allowed" mit permission.',
    "Name an office there instead of a person. If they may be public, the source allows it: "
    'personal_data = "allowed" with permission.',
    "GDPR Art. 5; faults.md F75",
)


def of_dataset(region: Region, source_key: str, dataset: Dataset) -> tuple[Finding, ...]:
    """The findings on a dataset's files, by the previews that there are; nothing is made for it."""
    kept = Keeping(region)
    previews: dict[str, list[Preview]] = {}
    for file in dataset.distribution:
        if isinstance(file, Distribution):
            for found in _withholding(region, kept, source_key, dataset, file):
                previews.setdefault(found.address, []).append(found)
    return findings(dataset, previews)


def _withholding(
    region: Region, kept: Keeping, source_key: str, dataset: Dataset, file: Distribution
) -> Iterator[Preview]:
    """The previews of a file that withhold something: the one shown first, then those of its other layers or sheets."""
    wish = of_file(region, source_key, file, record=dataset)
    first = kept.get(key_of(wish)) if wish is not None else None
    if wish is None or first is None:
        return
    if first.withheld:
        yield first
    for layer, _ in first.layers:
        key = key_of(replace(wish, layer=layer[:200]))
        if layer != first.layer and kept.withholds(key) and (other := kept.get(key)) is not None:
            yield other


def findings(dataset: Dataset, previews: Mapping[str, Sequence[Preview]]) -> tuple[Finding, ...]:
    """The findings on the files of a dataset; ``previews`` are those known of each address."""
    found: dict[Finding, None] = {}
    for file in dataset.distribution:
        if not isinstance(file, Distribution):
            continue
        focus = file.iri or dataset.iri or "_:record"
        for path, values in ((DCAT.accessURL, file.access_url), (DCAT.downloadURL, file.download_url)):
            for address in filter(None, map(iri_of, values)):
                for preview in previews.get(address, ()):
                    found |= dict.fromkeys(_of_preview(preview, focus, str(path)))
    return tuple(found)


def _of_preview(preview: Preview, focus: str, path: str) -> list[Finding]:
    made = []
    for hint in preview.withheld:
        kind = _KINDS[hint.kind]
        if hint.column:
            arguments: tuple[str, ...] = (hint.column, preview.address, *kind, str(hint.cells))
            made.append(Finding(Severity.WARNING, focus, path, PERSONAL_COLUMN, arguments))
        else:
            rule = PERSONAL_PAGE if preview.table is None else PERSONAL_LINES
            made.append(Finding(Severity.WARNING, focus, path, rule, (preview.address, *kind, str(hint.cells))))
    return made
