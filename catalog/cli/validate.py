"""``allmende validate FILE|URL``: the findings of any DCAT document; needs no region."""

from __future__ import annotations

from pathlib import Path

import typer

from catalog.cli.output import complain, print_json
from harvesters.fetch import fetch_sync
from harvesters.guards.exceptions import FetchRefused
from harvesters.guards.run import agent_string
from schemas import validation
from schemas.dcat import PROFILES
from schemas.documents import check_document
from schemas.findings import Finding, Severity
from schemas.limits import Limits
from schemas.region import ConfigurationError
from schemas.syntax import Unreadable

VERB = "validate"


def command(
    document: str = typer.Argument(metavar="FILE|URL", help="A DCAT document in any RDF syntax."),
    profile: str = typer.Option("dcat-ap-de", "--profile", help=f"One of: {', '.join(PROFILES)}."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Check a DCAT document.

    Example: `allmende validate catalog.ttl --profile dcat-ap-de`
    """
    if profile not in PROFILES:
        raise ConfigurationError(f"--profile: {profile!r} is unknown; allowed: {', '.join(PROFILES)}")
    try:
        findings = check_document(_bytes(document), profile, document)
    except FileNotFoundError:
        return complain(f"{document}: not found")
    except Unreadable as unreadable:
        findings = (
            Finding(Severity.VIOLATION, document, None, validation.UNPARSEABLE, (unreadable.de, unreadable.en)),
        )
    if json:
        print_json([finding.to_json() for finding in findings])
    else:
        for finding in findings:
            print(f"{finding.severity}: {finding.focus}\n  {finding.message('de')}\n  → {finding.fix('de')}")
        print(f"{document}: {len(findings)} findings")
    return 1 if any(finding.severity is Severity.VIOLATION for finding in findings) else 0


def _bytes(document: str) -> bytes:
    if not document.startswith(("http://", "https://")):
        file = Path(document)
        if not file.is_file():
            raise FileNotFoundError(document)
        return file.read_bytes()
    try:
        answer = fetch_sync(document, Limits(), (), agent_string("https://example.org", "daten@example.org"))
    except FetchRefused as refused:
        raise FileNotFoundError(str(refused)) from refused
    if answer.status >= 400:
        raise FileNotFoundError(f"{document}: status {answer.status}")
    return answer.body
