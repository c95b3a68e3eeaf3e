"""``allmende gaps``: what neighbours publish and a municipality does not, with their record as a template."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from catalog.cli.output import print_json, settings
from catalog.gaps import coverage, report
from catalog.gaps.coverage import HVD, MAYBE_HVD, NEIGHBOUR_HVD, Coverage
from catalog.search import Catalogue
from schemas.region import ConfigurationError, Municipality, Region

VERB = "gaps"
_DUTY = {
    HVD: "hochwertiger Datensatz, Pflicht",
    NEIGHBOUR_HVD: "ein Nachbar führt ihn als hochwertig",
    MAYBE_HVD: "vielleicht ein hochwertiger Datensatz",
}


def command(
    context: typer.Context,
    municipality: str = typer.Option("", "--municipality", metavar="ID", help="Only the gaps of this municipality."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Show what neighbours publish and others of the region do not.

    Compares the datasets of all municipalities by the Musterdatenkatalog, the list of what German towns publish. For
    each gap it names the neighbour's record that serves best as a template; `--json` holds it as a row of
    `metadaten.csv`, ready to be filled in.

    Example: `allmende gaps --municipality kalbach`
    """
    region = settings(context).region()
    if municipality and region.municipality(municipality) is None:
        known = ", ".join(m.id for m in region.municipalities)
        raise ConfigurationError(
            f"--municipality: {municipality!r} is unknown; allowed: {known}",
            f"--municipality: {municipality!r} gibt es nicht; erlaubt: {known}",
        )
    catalogue = Catalogue(region)
    try:
        at = catalogue.number()
        covered = coverage.coverage(catalogue, at)
        found = coverage.gaps(covered, region, municipality)
        if json:
            print_json(report.document(catalogue, at, covered, municipality))
        else:
            print("\n".join(_told(region, covered, found)))
    finally:
        catalogue.close()
    return 0


def _told(
    region: Region,
    covered: tuple[Coverage, ...],
    found: tuple[tuple[Coverage, tuple[Municipality, ...]], ...],
) -> Iterator[str]:
    number = len(region.municipalities)
    if not found:
        yield "Keine Lücke: Was eine Gemeinde veröffentlicht, veröffentlichen alle."
    for each, lacking in found:
        duty = f" ({_DUTY[each.duty]})" if each.duty else ""
        yield f"{each.entry.de}{duty}"
        publish = "veröffentlicht" if len(each.have) == 1 else "veröffentlichen"
        yield f"  {len(each.have)} von {number} Gemeinden {publish} das; es fehlt: {_names(lacking)}"
        for place in lacking:
            for one in each.maybe.get(place.id, ())[:1]:
                yield f"  vielleicht schon da bei {place.name}: {one.title} (zu {one.certainty} % sicher)"
        template = each.template()
        if template is not None:
            giver = region.municipality(template.municipality)
            yield f"  Vorlage von {giver.name if giver else template.municipality}: {template.title}"
            yield f"      {template.iri}"
    duties = coverage.duties(covered)
    if duties:
        yield ""
        yield f"Hochwertige Datensätze, die noch niemand in der Region veröffentlicht ({len(duties)}):"
        yield from (f"  {each.entry.de}" for each in duties)


def _names(places: tuple[Municipality, ...]) -> str:
    return ", ".join(place.name for place in places)
