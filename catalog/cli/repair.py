"""``allmende repair``: what records lack, what can be said of it, what it would bring; accepts what a steward chooses."""

from __future__ import annotations

import html
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import typer

from catalog.cli.choice import choose
from catalog.cli.output import complain, print_json, print_json_rows, settings
from catalog.corrections.decision import Corrected, correct
from catalog.corrections.publication import Wish
from catalog.exceptions import NoSuchRun, RunActive
from catalog.follower import Follower
from catalog.reading.entries import Entry, Gone
from catalog.reading.rows import batches
from catalog.repair.accepting import chosen, doubtful, wishes
from catalog.repair.looks import Look
from catalog.repair.proposing import Advice, Proposing, turtle
from catalog.repair.rules import titles
from catalog.search import Catalogue
from catalog.store import utc_now
from catalog.web import plans
from catalog.web.pages import labels, scores
from catalog.web.texts import texts
from schemas.corrections import NotCorrectable
from schemas.mqa import HIGHEST
from schemas.region import ConfigurationError, Region

VERB = "repair"
# What nobody looks at one by one must be more likely right than wrong.
CERTAIN_FOR_ALL = 50


def command(
    context: typer.Context,
    record: str = typer.Argument("", metavar="[RECORD]", help="SLUG, KEY, IRI or SOURCE/NATIVE_ID."),
    every: bool = typer.Option(False, "--all", help="All datasets instead of one."),
    accept: list[str] | None = typer.Option(
        None, "--accept", metavar="RULE|ID", help="Accept what this rule proposes, or one."
    ),
    least: int | None = typer.Option(
        None, "--certainty", metavar="N", help="Only what is so certain at least.", min=0, max=100
    ),
    offline: bool = typer.Option(False, "--offline", help="Look at no file over the network."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Propose what mends a record, each with its evidence and the points that it brings.

    Accepting writes corrections, all of them one publication that `undo` takes back. Of all datasets at once only what is
    50 % certain is accepted, unless --certainty says otherwise.

    Examples:

    - `allmende repair pegel-fliede-x1y2z3`
    - `allmende repair --all` sums up by rule
    - `allmende repair --all --accept media-type --accept byte-size`
    """
    if bool(record) == every:
        raise ConfigurationError("repair: Geben Sie einen Eintrag an, oder --all (a RECORD, or --all)")
    region = settings(context).region()
    catalogue = Catalogue(region)
    try:
        quick = offline and not every
        proposing = Proposing(catalogue, utc_now(), not offline, quick, least=0 if accept else least or 0)
        some = all_datasets(catalogue) if every else iter([[_one(catalogue, record)]])
        advice = (each for entries in some for each in proposing.advise(entries, _tell))
        if not accept:
            (_tell_json if json else _tell_sums if every else _tell_each)(region, advice)
            return 0
        names = {name for said in accept for name in said.split(",") if name}
        wanted = wishes(
            chosen(advice, names, least if least is not None else CERTAIN_FOR_ALL if every else 0, bulk=every)
        )
    finally:
        catalogue.close()
    return _accept(region, wanted, json)


def _one(catalogue: Catalogue, record: str) -> Entry:
    found = choose(catalogue, record)
    if isinstance(found, Gone):
        raise ConfigurationError(f"record {record!r} ({found.title}) was withdrawn on {found.withdrawn}")
    if found.kind != "dataset":
        raise ConfigurationError(f"repair: {found.slug} ist kein Datensatz (no dataset)")
    return found


def all_datasets(catalogue: Catalogue) -> Iterator[list[Entry]]:
    """All public datasets of a catalogue, a hundred at a time."""
    at = catalogue.number()
    for some in batches([position.key for position in catalogue.positions(at, limit=None)], 100):
        found = [catalogue.get(key, at) for key in some]
        yield [each for each in found if isinstance(each, Entry) and each.kind == "dataset"]


def _tell(look: Look) -> None:
    said = f"{look.kind}, {look.size} Bytes" if look.answered else f"nicht gelesen ({look.status or 'keine Antwort'})"
    print(f"{look.address}: {said}", file=sys.stderr, flush=True)


class _Sums:
    """What is added up over many datasets, so that none of them has to be kept."""

    def __init__(self) -> None:
        self.datasets = self.before = self.after = 0
        self.number: Counter[str] = Counter()
        self.gains: Counter[str] = Counter()

    def add(self, advice: Advice) -> None:
        """Counts one dataset."""
        self.datasets += 1
        self.before += advice.before
        self.after += advice.after
        for each in advice.proposals:
            self.number[each.proposal.rule] += 1
            self.gains[each.proposal.rule] += each.gain

    def told(self) -> dict[str, Any]:
        """The averages, and what each rule proposes and brings, the most first."""
        by_gain = sorted(self.number.items(), key=lambda pair: (-self.gains[pair[0]], pair[0]))
        return {
            "average": round(self.before / (self.datasets or 1), 1),
            "average_after": round(self.after / (self.datasets or 1), 1),
            "rules": [
                {
                    "rule": rule,
                    "title": dict(zip(("de", "en"), titles()[rule], strict=True)),
                    "proposals": number,
                    "gain": self.gains[rule],
                }
                for rule, number in by_gain
            ],
        }


def _tell_json(_: Region, advice: Iterator[Advice]) -> None:
    sums = _Sums()

    def records() -> Iterator[dict[str, Any]]:
        for each in advice:
            sums.add(each)
            yield each.to_json()

    print_json_rows("records", records(), sums.told)


def _tell_each(region: Region, advice: Iterator[Advice]) -> None:
    for one in advice:
        print(f"{one.entry.title}\n  {one.before} von {HIGHEST} Punkten, mit allem hier Vorgeschlagenen {one.after}")
        for each in one.proposals:
            proposal = each.proposal
            title = titles()[proposal.rule][0]
            print(f"\n  {each.gain:+d}  {title} ({proposal.rule}), Gewissheit {proposal.certainty} %, {each.id}")
            print(f"      {proposal.evidence_de}")
            for line in turtle(each).splitlines():
                print(f"      {line}")
        rules = dict.fromkeys(each.proposal.rule for each in one.proposals if not doubtful(each))
        if rules:
            print(f"\n  Annehmen: allmende repair {one.entry.slug} --accept {' --accept '.join(rules)}")
        else:
            print("  Es gibt nichts vorzuschlagen.")
        for lacking in one.left:
            if lacking.metric is None:
                said = html.unescape(labels.attribute(lacking.attribute, texts("de")))
                print(f"  Es fehlt noch: {said}. {lacking.why_de}")
            else:
                said = html.unescape(scores.lacks(lacking.metric, texts("de")))
                print(f"  Es fehlen {lacking.points} Punkte: {said}. {lacking.why_de}")
        print(f"  Im Browser annehmen: {plans.repair_address(region, one.entry.slug)}")


def _tell_sums(region: Region, advice: Iterator[Advice]) -> None:
    counted = _Sums()
    for each in advice:
        counted.add(each)
    sums = counted.told()
    before, after = sums["average"], sums["average_after"]
    print(f"{counted.datasets} Datensätze: im Mittel {before} von {HIGHEST} Punkten, mit allen Vorschlägen {after}")
    for rule in sums["rules"]:
        print(f"  {rule['rule']:<24} {rule['title']['de']:<40} {rule['proposals']:>6} Vorschläge  +{rule['gain']}")
    if sums["rules"]:
        print("  Annehmen: allmende repair --all --accept REGEL   Einzeln ansehen: allmende repair EINTRAG")
    print(f"  Im Browser ansehen und annehmen: {plans.repairs_address(region)}")


def _accept(region: Region, wanted: Sequence[Wish], json: bool) -> int:
    made: Corrected | None = None
    if wanted:
        try:
            made = correct(region, wanted, utc_now(), "repair")
        except (NotCorrectable, NoSuchRun) as refused:
            raise ConfigurationError(f"repair: {refused}") from refused
        except RunActive as active:
            return complain(str(active))
        Follower(region).catch_up()
    if json:
        refused_json = [
            {"record": wish.key, "attribute": wish.attribute, "reason": str(why)} for wish, why in _refused(made)
        ]
        done = {"run": made.run, "records": list(made.records), "corrections": made.corrections} if made else {}
        print_json({"run": None, "records": [], "corrections": 0, **done, "refused": refused_json})
    elif made is None:
        print("Es gibt nichts anzunehmen.")
    else:
        number = "1 Angabe" if made.corrections == 1 else f"{made.corrections} Angaben"
        records = "1 Eintrag" if len(made.records) == 1 else f"{len(made.records)} Einträgen"
        print(f"{number} in {records} ergänzt (Lauf {made.run}). Zurücknehmen: allmende undo {made.run}")
        for wish, why in _refused(made):
            print(f"  nicht übernommen: {wish.key} {wish.attribute}: {why}")
    return 0


def _refused(made: Corrected | None) -> Sequence[tuple[Wish, NotCorrectable]]:
    return made.refused if made is not None else ()
