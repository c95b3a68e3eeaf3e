"""What a forgetting found, did and proved: counts by place before and after, backups, and what is out of its reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that a steward keeps elsewhere: how often it holds the person, and what of it could not be opened."""

    file: str
    hits: int
    unread: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether the file was wholly looked into and holds nobody."""
        return not self.hits and not self.unread


@dataclass(frozen=True, slots=True)
class Report:
    """The account of a forgetting, without the text that was forgotten.

    ``before`` and ``after`` count rows by table and files by folder; ``records`` are KEY and shown title of public
    records that held the person; ``unread`` are files of ``data/`` of which a part could not be opened.
    """

    before: Mapping[str, int]
    after: Mapping[str, int] = field(default_factory=dict)
    records: tuple[tuple[str, str], ...] = ()
    run: int | None = None
    number: int | None = None
    hashes: int = 0
    deleted_responses: int = 0
    dropped_plans: tuple[int, ...] = ()
    backups: tuple[Backup, ...] = ()
    configuration: tuple[str, ...] = ()
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    journal_empty: bool = True
    postgres: bool = False

    @property
    def proven(self) -> bool:
        """Whether nothing is left in what this program keeps, and all of it could be looked into."""
        return not self.after and not self.unread and self.journal_empty

    @property
    def remains(self) -> bool:
        """Whether somebody has to do something yet: a backup to delete, a file of the region to edit."""
        return not self.proven or bool(self.configuration) or any(not each.clean for each in self.backups)

    def to_json(self) -> dict[str, Any]:
        """The report as a JSON document."""
        return {
            "run": self.run,
            "number": self.number,
            "proven": self.proven,
            "remains": self.remains,
            "before": dict(self.before),
            "after": dict(self.after),
            "records": [{"key": key, "title": title} for key, title in self.records],
            "hashes": self.hashes,
            "deleted_responses": self.deleted_responses,
            "dropped_plans": list(self.dropped_plans),
            "backups": [
                {"file": each.file, "hits": each.hits, "unread": list(each.unread), "clean": each.clean}
                for each in self.backups
            ],
            "configuration": list(self.configuration),
            "unread": {name: list(reasons) for name, reasons in self.unread.items()},
            "journal_empty": self.journal_empty,
            "not_reached": [{"de": de, "en": en} for de, en in not_reached(self.postgres)],
        }


def not_reached(postgres: bool) -> list[tuple[str, str]]:
    """What no program can reach from here, in German and English."""
    said = [
        (
            "Was andere schon abgerufen haben (Feeds, Suchmaschinen, GovData) und die Quelle selbst: dort gesondert anfragen.",
            "What others have fetched already (feeds, search engines, GovData), and the source itself: ask them.",
        ),
        (
            "Freie Blöcke des Datenträgers und Schnappschüsse des Dateisystems: sie gehen mit deren Aufbewahrungsfrist.",
            "Free blocks of the disk and snapshots of the file system: they go when their time of keeping ends.",
        ),
    ]
    if postgres:
        said += [
            (
                "PostgreSQL: Das Schreibprotokoll (WAL), sein Archiv, Replikate und Sicherungen des Servers halten alte Seiten.",
                "PostgreSQL: the write-ahead log, its archive, replicas and the server's own backups hold old pages.",
            ),
            (
                "Weitere Rechner mit demselben Speicher: dort ebenfalls 'allmende forget' aufrufen, für ihre Ordner data/.",
                "Other machines with the same store: run 'allmende forget' there too, for their data/ folders.",
            ),
        ]
    return said
