"""``allmende gaps``: what neighbours publish and a municipality does not, with their record as a template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from catalog.cli.output import print_json, settings
from catalog.entries import Entry
from catalog.gaps import coverage, templates
from catalog.gaps.coverage import HVD, MAYBE_HVD, Coverage, Published
from catalog.search import Catalogue
from schemas.model import Dataset
from schemas.region import ConfigurationError, Municipality, Region

VERB = "gaps"
_DUTY = {HVD: "hochwertiger Datensatz, Pflicht", MAYBE_HVD: "vielleicht ein hochwertiger Datensatz"}


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
        raise ConfigurationError(f"--municipality: {municipality!r} is unknown; allowed: {known}")
    catalogue = Catalogue(region)
    try:
        at = catalogue.number()
        covered = coverage.coverage(catalogue, at)
        found = coverage.gaps(covered, region, municipality)
        if json:
            print_json(_document(catalogue, at, covered, found))
        else:
            print("\n".join(_told(region, covered, found)))
    finally:
        catalogue.close()
    return 0


def _document(
    catalogue: Catalogue,
    at: int,
    covered: tuple[Coverage, ...],
    found: tuple[tuple[Coverage, tuple[Municipality, ...]], ...],
) -> dict[str, Any]:
    return {
        "number": at,
        "published": [_covered(each) for each in covered if each.have or each.maybe],
        "gaps": [
            {
                **_covered(each),
                "lacking": [m.id for m in lacking],
                "templates": [_template(catalogue, at, each, m) for m in lacking],
            }
            for each, lacking in found
        ],
        "duties": [_covered(each) for each in coverage.duties(covered)],
    }


def _covered(each: Coverage) -> dict[str, Any]:
    def listed(places: Any) -> dict[str, list[dict[str, Any]]]:
        return {place: [_published(one) for one in some] for place, some in places.items()}

    names = {"de": each.entry.de, "en": each.entry.en}
    return {
        "entry": each.entry.code,
        "iri": each.entry.iri,
        "name": names,
        "duty": each.duty,
        "have": listed(each.have),
        "maybe": listed(each.maybe),
    }


def _published(one: Published) -> dict[str, Any]:
    return {"iri": one.iri, "slug": one.slug, "title": one.title, "certainty": one.certainty}


def _template(catalogue: Catalogue, at: int, each: Coverage, taker: Municipality) -> dict[str, Any] | None:
    chosen = each.template(taker.id)
    entry = catalogue.get(chosen.key, at) if chosen else None
    if chosen is None or not isinstance(entry, Entry):
        return None
    record = entry.record()
    assert isinstance(record, Dataset)
    row = templates.row(record, each.entry, catalogue.region, chosen.municipality, taker)
    return {"municipality": taker.id, "from": _published(chosen), "row": dict(row)}


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
        yield f"  {len(each.have)} von {number} Gemeinden veröffentlichen das; es fehlt: {_names(lacking)}"
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
