"""The rules of what a run itself finds: entries that are there twice, empty sources, counts, what robots.txt allowed."""

from __future__ import annotations

from schemas.findings import Severity, declare

DUPLICATE = declare(
    "duplicate-identifier",
    "Die Kennung {0} kommt in der Quelle mehrmals vor; der erste Eintrag gilt, dieser ({1}) blieb liegen.",
    "The identifier {0} occurs several times in the source; the first entry counts, this one ({1}) was left.",
    "Geben Sie jedem Eintrag an der Quelle eine eigene Kennung.",
    "Give each entry an identifier of its own at the source.",
    "faults F08",
)
FOREIGN = declare(
    "owned-by-another-source",
    "Die IRI {0} gehört einer anderen Quelle (Datensatz {1}); der Eintrag blieb als mögliche Dublette liegen.",
    "The IRI {0} belongs to another source (record {1}); the entry was left as a suspected duplicate.",
    "Ernten Sie den Datensatz nur aus einer Quelle, oder geben Sie ihm eine eigene IRI.",
    "Harvest the record from one source only, or give it an IRI of its own.",
    "faults F09",
)
SHARED_IRI = declare(
    "iri-of-another-source",
    "Die IRI {0} gehört einer anderen Quelle (Datensatz {1}); der Eintrag steht als derselbe Datensatz hinter jenem.",
    "The IRI {0} belongs to another source (record {1}); the entry stands behind that one as the same dataset.",
    "Ist es nicht derselbe Datensatz, so geben Sie ihm an der Quelle eine eigene IRI.",
    "If it is not the same dataset, give it an IRI of its own at the source.",
    "faults F09",
)
UNRECONCILED = declare(
    "counts-not-reconciled",
    "Die Zahlen des Laufs gehen nicht auf: {0} Einträge wurden gelesen, {1} sind zugeordnet.",
    "The counts of the run do not add up: {0} records were read, {1} are accounted for.",
    "Das ist ein Fehler des Programms, nicht der Quelle. Melden Sie ihn, und nehmen Sie den Lauf nur nach Durchsicht an.",
    "This is a fault of the program, not of the source. Report it, and accept the run only after a look.",
    "DESIGN 4.2",
)
EMPTY = declare(
    "source-empty",
    "Die Quelle liefert keinen einzigen Datensatz.",
    "The source delivers not a single dataset.",
    "Prüfen Sie mit „allmende detect ADRESSE“, ob unter der Adresse der Quelle die Daten liegen und die Art stimmt.",
    "Check with “allmende detect ADDRESS” whether the data lie at the source's address and its kind is right.",
)
ROBOTS_RULES = declare(
    "robots-rules",
    "{0} hat eine robots.txt ({1}); sie wurde befolgt.",
    "{0} has a robots.txt ({1}); it was followed.",
    "Nichts zu tun.",
    "Nothing to do.",
    "faults F35",
)
ROBOTS_NONE = declare(
    "robots-none",
    "{0} hat keine robots.txt ({1}); alles darf gelesen werden.",
    "{0} has no robots.txt ({1}); everything may be read.",
    "Nichts zu tun.",
    "Nothing to do.",
    "faults F35",
)
ROBOTS_UNREACHABLE = declare(
    "robots-not-to-be-had",
    "Die robots.txt von {0} war nicht zu bekommen ({1}); darum wurde dort nichts gelesen.",
    "The robots.txt of {0} could not be had ({1}); so nothing was read there.",
    "Sorgen Sie dafür, dass der Server unter /robots.txt mit der Datei oder mit 404 antwortet.",
    "See to it that the server answers at /robots.txt with the file or with 404.",
    "faults F36",
)
ROBOTS_PERMISSION = declare(
    "robots-permission",
    "Bei {0} galt statt der robots.txt die Erlaubnis: {1}",
    "At {0} a permission stood in the place of robots.txt: {1}",
    "Nichts zu tun.",
    "Nothing to do.",
    "faults F35",
)
# By the kind of verdict.
ROBOTS = {
    "rules": (Severity.INFO, ROBOTS_RULES),
    "allow-all": (Severity.INFO, ROBOTS_NONE),
    "disallow-all": (Severity.VIOLATION, ROBOTS_UNREACHABLE),
    "permission": (Severity.INFO, ROBOTS_PERMISSION),
}
