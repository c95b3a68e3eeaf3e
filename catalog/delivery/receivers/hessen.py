"""opendata.hessen.de: the state portal, which takes catalogues in DCAT-AP.de and checks them with GovData's shapes.

Source: standards/govdata.md 1 and 5. What the portal does with a record that fails the check is agreed with its office
case by case; we count a record that lacks something mandatory as not taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from catalog.delivery.feed import Described, Feed
from catalog.delivery.records import findings_of
from catalog.delivery.remarks import Effect, Record, Remark, Verdict, remark
from catalog.delivery.whole_feed import of_the_walk
from schemas.findings import Severity, declare
from schemas.namespaces import DCAT, DCATDE
from schemas.validation import MISSING

RECEIVER = "hessen"
TITLE = ("Landesportal opendata.hessen.de", "State portal opendata.hessen.de")
CONTRIBUTOR = "http://dcat-ap.de/def/contributors/hessen"

MANDATORY = declare(
    "delivery-mandatory-missing",
    "{0} Die Prüfung mit den Regeln von GovData lehnt den Datensatz ab.",
    "{1} The check with GovData's shapes refuses the dataset.",
    "{2}",
    "{3}",
    "DCAT-AP.de 3.0 shapes; opendata.hessen.de validates with GovData's service",
)
VIOLATED = declare(
    "delivery-shape-violated-de",
    "{0} Die Prüfung mit den Regeln von GovData beanstandet das.",
    "{1} The check with GovData's shapes objects to that.",
    "{2}",
    "{3}",
    "DCAT-AP.de 3.0 shapes",
)
NO_DISTRIBUTION = declare(
    "delivery-no-distribution-state",
    "Der Datensatz hat keine Distribution; ohne Daten nimmt das Portal ihn nicht auf.",
    "The dataset has no distribution; without data the portal does not take it.",
    "Ergänzen Sie an der Quelle wenigstens eine Distribution mit accessURL.",
    "Add at least one distribution with accessURL at the source.",
)
FILLED = declare(
    "delivery-contributor-hessen-filled",
    "Der Datensatz hat keine Datenbereitsteller-Kennung; das Land trägt seine ein (contributors/hessen).",
    "The dataset has no contributor ID; the state enters its own (contributors/hessen).",
    'Setzen Sie in region.toml contributor_id = "http://dcat-ap.de/def/contributors/hessen".',
    'Set contributor_id = "http://dcat-ap.de/def/contributors/hessen" in region.toml.',
    "standards/govdata.md 1; convention K13",
)
FOREIGN = declare(
    "delivery-contributor-foreign",
    "Der Datensatz trägt die Kennung {0}; mit der des Landes wären es zwei, erlaubt ist genau eine.",
    "The dataset bears the ID {0}; with the state's there would be two, exactly one is allowed.",
    "Liefern Sie über das Land, so gehört contributors/hessen in region.toml; eine eigene Kennung braucht nur, wer "
    "unmittelbar an GovData liefert.",
    "Whoever delivers by way of the state enters contributors/hessen in region.toml; an ID of one's own is for direct "
    "delivery to GovData.",
    "convention K13",
)


def check(feed: Feed) -> Verdict:
    """What the state portal would make of a feed."""
    own: dict[str, list[Remark]] = {}
    for described in feed.datasets:
        own.setdefault(described.iri, []).extend(_of_the_dataset(described))
    titles = {each.iri: each.title for each in feed.datasets}
    count, missing = feed.unreached
    return Verdict(
        RECEIVER,
        TITLE,
        tuple(Record(iri, titles[iri], tuple(dict.fromkeys(remarks))) for iri, remarks in own.items()),
        tuple(of_the_walk(feed)),
        count,
        missing,
    )


def _of_the_dataset(described: Described) -> Iterator[Remark]:
    iri, reader = described.iri, described.reader
    if not reader.objects(iri, str(DCAT.distribution)):
        yield remark(Effect.DROPPED, Severity.VIOLATION, iri, str(DCAT.distribution), NO_DISTRIBUTION)
    contributors = reader.values(iri, str(DCATDE.contributorID))
    path = str(DCATDE.contributorID)
    if not contributors:
        yield remark(Effect.FILLED, Severity.WARNING, iri, path, FILLED)
    for foreign in contributors:
        if foreign != CONTRIBUTOR:
            yield remark(Effect.NOTED, Severity.WARNING, iri, path, FOREIGN, foreign)
    for finding in findings_of(described, "dcat-ap-de"):
        if finding.severity is not Severity.VIOLATION:
            continue
        said = (finding.message("de"), finding.message("en"), finding.fix("de"), finding.fix("en"))
        missing = finding.rule == MISSING
        effect = Effect.DROPPED if missing else Effect.NOTED
        rule = MANDATORY if missing else VIOLATED
        yield remark(effect, Severity.VIOLATION, finding.focus, finding.path, rule, *said)
