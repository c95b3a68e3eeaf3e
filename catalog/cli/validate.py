"""``allmende validate FILE|URL``: the findings of any DCAT document; needs no region."""

from __future__ import annotations

import html
from pathlib import Path

import typer

from catalog.cli.output import complain, print_json, settings
from catalog.web.pages import remarks
from catalog.web.texts import texts
from harvesters.fetch import fetch_sync
from harvesters.guards.exceptions import FetchRefused
from harvesters.guards.run import agent_string
from schemas import validation
from schemas.documents import check_document
from schemas.findings import Finding, Severity
from schemas.limits import Limits
from schemas.profiles import PROFILES
from schemas.region import ConfigurationError, load
from schemas.syntax import Unreadable

VERB = "validate"


def command(
    context: typer.Context,
    document: str = typer.Argument(metavar="FILE|URL", help="A DCAT document in any RDF syntax."),
    profile: str = typer.Option("dcat-ap-de", "--profile", help=f"One of: {', '.join(PROFILES)}."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Check a DCAT document.

    An address on this machine or in the own network is asked only if the region of `--region`, or of this folder, lists
    its host in `allowed_hosts`.

    Example: `allmende validate catalog.ttl --profile dcat-ap-de`
    """
    if profile not in PROFILES:
        raise ConfigurationError(
            f"--profile: {profile!r} is unknown; allowed: {', '.join(PROFILES)}",
            f"--profile: {profile!r} gibt es nicht; erlaubt: {', '.join(PROFILES)}",
        )
    try:
        findings = check_document(_bytes(document, settings(context).folder), profile, document)
    except _NotFound as missing:
        return complain(*missing.args)
    except Unreadable as unreadable:
        findings = (
            Finding(Severity.VIOLATION, document, None, validation.UNPARSEABLE, (unreadable.de, unreadable.en)),
        )
    if json:
        print_json([finding.to_json() for finding in findings])
    else:
        for finding in findings:
            weight = html.unescape(remarks.title_of(finding.severity, texts("de"))[0])
            print(f"{weight}: {finding.focus}\n  {finding.message('de')}\n  → {finding.fix('de')}")
        print(f"{document}: {len(findings)} {'Befund' if len(findings) == 1 else 'Befunde'}")
    return 1 if any(finding.severity is Severity.VIOLATION for finding in findings) else 0


class _NotFound(Exception):
    """Raised where no document is had; says where and why, in English and German."""


def _bytes(document: str, folder: Path) -> bytes:
    if not document.startswith(("http://", "https://")):
        file = Path(document)
        if not file.exists():
            raise _NotFound(f"{document}: not found", f"{document}: nicht gefunden")
        if file.is_dir():
            raise _NotFound(
                f"{document}: is a folder; a file or an address is allowed",
                f"{document}: ist ein Ordner; erlaubt ist eine Datei oder eine Adresse",
            )
        return file.read_bytes()
    # No region is needed; one that was asked for must be there.
    region = load(folder) if folder != Path() or (folder / "region.toml").is_file() else None
    allowed = region.allowed_hosts if region else ()
    who = (region.base_url, region.publisher.email) if region else ("https://example.org", "daten@example.org")
    try:
        answer = fetch_sync(document, Limits(), allowed, agent_string(*who))
    except FetchRefused as refused:
        raise _NotFound(refused.message("en"), refused.message("de")) from refused
    if answer.status >= 400:
        raise _NotFound(
            f"{document}: not found (status {answer.status})", f"{document}: nicht gefunden (Status {answer.status})"
        )
    return answer.body
