"""``allmende check-delivery``: what GovData, the state portal and data.europa.eu would make of our feed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from catalog.cli.output import complain, print_json, settings
from catalog.delivery.asking import Asking, InProcess, Network
from catalog.delivery.feed import Feed, read
from catalog.delivery.receivers import receivers
from catalog.delivery.remarks import Effect, NotTaken, Record, Remark, Verdict
from harvesters.guards.run import agent_string
from schemas.limits import Limits
from schemas.region import ConfigurationError, Region
from schemas.validation import name_of

VERB = "check-delivery"
_EXAMPLES = 3  # datasets named for each cause; all stand in --json
_WORDS = {
    "accepted": "unverändert übernommen",
    "filled": "mit Ergänzungen übernommen",
    "rewritten": "mit Änderungen übernommen",
    "dropped": "nicht übernommen",
}
_EFFECTS = {
    Effect.DROPPED: "verworfen",
    Effect.FILLED: "ergänzt",
    Effect.REWRITTEN: "geändert",
    Effect.NOTED: "Hinweis",
}
_KINDS = {
    "dataset": "Datensatz",
    "distribution": "Distribution",
    "service": "Datendienst",
    "place": "Ort",
    "period": "Zeitraum",
}


def command(
    context: typer.Context,
    feed: str = typer.Option("", "--feed", metavar="URL", help="A feed to read instead of this region's own."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Check what those who harvest our feed would accept, fill in or drop.

    Reads the region's own feed page by page, as GovData's harvester, the state portal and data.europa.eu would; no
    server needs to run. With `--feed` it reads another address, under the guards of every fetch.

    Examples:

    - `allmende check-delivery`
    - `allmende check-delivery --feed https://daten.example.org/catalog.rdf --json`
    """
    region = settings(context).region()
    if feed and not feed.startswith(("http://", "https://")):
        raise ConfigurationError(
            f"--feed: {feed!r} is no web address; http:// or https:// is allowed",
            f"--feed: {feed!r} ist keine Webadresse; erlaubt ist http:// oder https://",
        )
    with _remote(region, feed) if feed else _own(region) as found:
        if feed and not found.walk.pages:
            return complain(f"{found.walk.at}: {found.walk.reason[1]}", f"{found.walk.at}: {found.walk.reason[0]}")
        verdicts = [receiver.check(found) for receiver in receivers().values()]
    if json:
        read_datasets = len({each.iri for each in found.datasets})
        print_json(
            {
                "feed": found.url,
                "pages": len(found.walk.pages),
                "datasets": read_datasets,
                "receivers": [verdict.to_json() for verdict in verdicts],
            }
        )
    else:
        print("\n".join(_told(found, verdicts)))
    return 1 if any(verdict.drops for verdict in verdicts) else 0


@contextmanager
def _remote(region: Region, url: str) -> Iterator[Feed]:
    who = agent_string(region.base_url, region.publisher.email)
    yield read(Network(Limits(), region.allowed_hosts, who), url)


@contextmanager
def _own(region: Region) -> Iterator[Feed]:
    """The feed that the region serves, asked in this process: the receivers' further questions too."""
    # Imported here: a wrong use need not wait for the web application.
    from catalog.links.report import broken, told
    from catalog.search import Catalogue
    from catalog.web.app import create_app

    catalogue = Catalogue(region)
    try:
        at = catalogue.number()
        expected = tuple(position.iri for position in catalogue.positions(at, limit=None))
        with catalogue.engine.connect() as connection:
            reasons = {each.link.address: told(each.link)["reason"] for each in broken(connection)}
        dead = {address: (reason["de"], reason["en"]) for address, reason in reasons.items()}
        ask: Asking = InProcess(create_app(region, catalogue), region.base_url)
        yield read(ask, f"{region.base_url}/catalog.ttl", expected, dead)
    finally:
        catalogue.close()


def _told(feed: Feed, verdicts: list[Verdict]) -> Iterator[str]:
    datasets = len({each.iri for each in feed.datasets})
    pages = len(feed.walk.pages)
    yield (
        f"{feed.url}: {datasets} {'Datensatz' if datasets == 1 else 'Datensätze'} "
        f"auf {pages} {'Seite' if pages == 1 else 'Seiten'}"
    )
    for verdict in verdicts:
        yield ""
        yield verdict.title[0]
        counts = [f"{number} {_WORDS[word]}" for word, number in verdict.counts.items() if number]
        yield f"  {', '.join(counts) if counts else 'nichts zu übernehmen'}"
        of_records = {remark for record in verdict.records for remark in record.remarks}
        for remark in verdict.remarks:
            if remark not in of_records:
                yield from _lines(remark, ())
        for remark, records in _causes(verdict.records):
            yield from _lines(remark, records)
        if verdict.missing:
            gone = "1 Datensatz, der" if verdict.missing == 1 else f"{verdict.missing} Datensätze, die"
            yield f"  verworfen: {gone} auf keiner gelesenen Seite {'steht' if verdict.missing == 1 else 'stehen'}"
            yield from (f"      {iri}" for iri in verdict.missing_iris[:_EXAMPLES])
        if verdict.not_taken:
            yield f"  Ohne Verwendung bleiben: {', '.join(map(_passed_over, verdict.not_taken))}"
        if verdict.facts:
            yield "  Angaben für die Anmeldung: " + "; ".join(f"{k}: {v}" for k, v in verdict.facts.items() if v)


def _lines(remark: Remark, records: tuple[Record, ...]) -> Iterator[str]:
    shown = f" ({len(records)} Datensätze)" if len(records) > 1 else ""
    yield f"  {_EFFECTS[remark.effect]}: {remark.finding.message('de')}{shown}"
    yield from (f"      {record.title or record.iri}: {record.iri}" for record in records[:_EXAMPLES])
    if len(records) > _EXAMPLES:
        yield f"      … und {len(records) - _EXAMPLES} weitere"
    yield f"    → {remark.finding.fix('de')}"


def _causes(records: tuple[Record, ...]) -> list[tuple[Remark, tuple[Record, ...]]]:
    """The remarks by cause, each with the datasets that it concerns; the worst effect first."""
    found: dict[tuple[str, str, tuple[str, ...]], tuple[Remark, dict[str, Record]]] = {}
    for record in records:
        for remark in record.remarks:
            cause = (str(remark.effect), remark.finding.rule, remark.finding.arguments)
            found.setdefault(cause, (remark, {}))[1][record.iri] = record
    order = list(Effect)
    causes = sorted(found.values(), key=lambda cause: (order.index(cause[0].effect), -len(cause[1])))
    return [(remark, tuple(some.values())) for remark, some in causes]


def _passed_over(entry: NotTaken) -> str:
    return f"{_KINDS[entry.kind]} {name_of(entry.property)} ({entry.records})"
