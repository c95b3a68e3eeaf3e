"""``allmende add URL``: detects what answers at an address and writes its source file."""

from __future__ import annotations

import typer

from catalog.cli.output import complain, print_json, settings
from catalog.cli.parsing import fingerprints
from catalog.sourcefile import source_file, source_id
from harvesters import registry
from harvesters.detection import examine
from schemas.region import IDENTIFIER, ConfigurationError, load

VERB = "add"


def command(
    context: typer.Context,
    url: str = typer.Argument(metavar="URL", help="An address, or a folder of this machine."),
    municipality: str = typer.Option(..., "--municipality", metavar="ID", help="Whose data they are."),
    id: str = typer.Option("", "--id", metavar="ID", help="The source's id (default: from the address)."),
    certificate: str = typer.Option(
        "", "--certificate", metavar="SHA256", help="The fingerprint of a certificate that nobody vouches for."
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Detect what answers at an address and write sources/ID.toml.

    Example: `allmende add https://daten.neuhof.example --municipality neuhof --id neuhof-portal`
    """
    region = settings(context).region()
    if region.municipality(municipality) is None:
        allowed = ", ".join(m.id for m in region.municipalities)
        raise ConfigurationError(
            f"--municipality: {municipality!r} is not in region.toml; allowed: {allowed}",
            f"--municipality: {municipality!r} steht nicht in region.toml; erlaubt: {allowed}",
        )
    name = id or source_id(url)
    if not IDENTIFIER.fullmatch(name):
        raise ConfigurationError(
            f"--id: {name!r}: a-z, 0-9, - and _ are allowed", f"--id: {name!r}: erlaubt sind a-z, 0-9, - und _"
        )
    file = region.folder / "sources" / f"{name}.toml"
    if file.exists():
        raise ConfigurationError(
            f"sources/{name}.toml: exists already; choose another --id",
            f"sources/{name}.toml: gibt es schon; wählen Sie eine andere --id",
        )
    known = fingerprints(certificate)
    examined = examine(url, region, certificate=known)
    if examined.reason is not None:
        return complain(f"{examined.reason.en} Nothing was written.", f"{examined.reason.de} Nichts wurde geschrieben.")
    found = examined.found
    if not found:
        if json:
            print_json({"id": name, "url": url, "protocol": None})
        else:
            print(f"{url}: keine bekannte Schnittstelle und keine Daten gefunden; nichts wurde geschrieben")
        return 1
    file.parent.mkdir(exist_ok=True)
    file.write_text(source_file(found[0], municipality, region.folder, known), encoding="utf-8")
    try:
        registry.check_sources(load(region.folder))
    except ConfigurationError as refused:
        file.unlink()
        raise ConfigurationError(
            f"{refused}; nothing was written, docs/sources/{found[0].protocol}.md shows a whole file",
            f"{refused.de or refused}; nichts wurde geschrieben, docs/sources/{found[0].protocol}.md zeigt eine ganze Datei",
        ) from refused
    if json:
        best = found[0]
        print_json({"id": name, "url": best.url, "protocol": best.protocol, "count": best.count})
    else:
        print(f"sources/{name}.toml: geschrieben ({found[0].protocol}). Erst ansehen: allmende harvest {name} --plan")
        if found[0].options.get("block"):
            print(
                "Darin steht eine vorgeschlagene Regel für die Seite: Stimmen ihre Beispieltitel, setzen Sie confirmed = true."
            )
    return 0
