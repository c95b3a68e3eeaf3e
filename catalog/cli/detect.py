"""``allmende detect URL``: what answers at an address, and the source file that would be written for it."""

from __future__ import annotations

import typer

from catalog.cli.output import complain, print_json, settings
from catalog.cli.parsing import fingerprints
from catalog.sourcefile import source_file, source_id
from harvesters.detection import examine
from harvesters.spider import Detected
from schemas.region import Region

VERB = "detect"


def command(
    context: typer.Context,
    url: str = typer.Argument(metavar="URL", help="An address, or a folder of this machine."),
    certificate: str = typer.Option(
        "", "--certificate", metavar="SHA256", help="The fingerprint of a certificate that nobody vouches for."
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Find out which protocols answer at an address.

    Example: `allmende detect https://daten.neuhof.example`
    """
    region = settings(context).region()
    known = fingerprints(certificate)
    examined = examine(url, region, certificate=known)
    found = examined.found
    if examined.reason is not None:
        return complain(examined.reason.en, examined.reason.de)
    if json:
        print_json([_to_json(each, region, known) for each in found])
    else:
        for each in found:
            count = "unbekannt viele" if each.count is None else each.count
            print(f"{each.protocol}: {count} {'Datensatz' if count == 1 else 'Datensätze'} unter {each.url}")
            for title in each.samples[:3]:
                print(f"  - {title}")
        if found:
            print(f"\n# sources/{source_id(found[0].url)}.toml")
            print(source_file(found[0], region.municipalities[0].id, region.folder, known))
        else:
            print(f"{url}: keine bekannte Schnittstelle und keine Daten gefunden")
    return 0 if found else 1


def _to_json(each: Detected, region: Region, certificate: tuple[str, ...]) -> dict[str, object]:
    return {
        "protocol": each.protocol,
        "url": each.url,
        "count": each.count,
        "samples": list(each.samples[:3]),
        "source": source_file(each, region.municipalities[0].id, region.folder, certificate),
    }
