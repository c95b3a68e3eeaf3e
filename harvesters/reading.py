"""What passes between spider, reader, pipelines and sink: natives in, readings out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from harvesters.reasons import Reason
from harvesters.robots import Robots
from schemas.corrections import Corrected, Correction
from schemas.findings import Finding, Severity, declare
from schemas.model import DataService, Dataset, DatasetSeries, Resource
from schemas.region import HarvestSource, Municipality, Region

Harvested = Dataset | DataService | DatasetSeries

NO_IDENTITY = declare(
    "record-without-identity",
    "Der Eintrag hat weder Titel noch Kennung und wurde zurückgestellt.",
    "The entry has neither a title nor an identifier and was set aside.",
    "Geben Sie dem Eintrag an der Quelle einen Titel und eine Kennung.",
    "Give the entry a title and an identifier at the source.",
)
UNREADABLE_RECORD = declare(
    "record-unreadable",
    "Der Eintrag konnte nicht gelesen werden und wurde zurückgestellt: {0}",
    "The entry could not be read and was set aside: {0}",
    "Prüfen Sie das genannte Feld an der Quelle.",
    "Check the named field at the source.",
)
RECORD_TOO_LARGE = declare(
    "record-too-large",
    "Der Eintrag überschreitet eine Grenze und wurde zurückgestellt: {0}",
    "The entry exceeds a limit and was set aside: {0}",
    "Verkleinern Sie den Eintrag an der Quelle, oder heben Sie die Grenze unter [limits] der Quelle an.",
    "Make the entry smaller at the source, or raise the limit under [limits] of the source.",
)
NOT_UNDERSTOOD = declare(
    "field-not-understood",
    "Das Feld {0} mit dem Wert „{1}“ wurde nicht verstanden und bleibt unberücksichtigt.",
    "The field {0} with the value “{1}” was not understood and is left out.",
    "Geben Sie den Wert in der Form an, die das Feld vorsieht.",
    "Give the value in the form that the field provides for.",
)
DERIVED_ID = declare(
    "identifier-derived",
    "Der Eintrag hat keine Kennung; sie wurde aus Adresse und Titel gebildet.",
    "The entry has no identifier; one was derived from its address and title.",
    "Vergeben Sie an der Quelle eine dauerhafte Kennung, damit der Eintrag auch nach Änderungen derselbe bleibt.",
    "Assign a permanent identifier at the source, so that the entry stays the same after changes.",
    "faults F10",
)


class TraceEntry(NamedTuple):
    """Where a value came from: the attribute, the source's field, the rule that took it (``default``, ``lookup`` …)."""

    attribute: str
    field: str
    rule: str


@dataclass(frozen=True, slots=True)
class Native:
    """One record as the source delivered it.

    ``data`` is what the reader of the format understands; ``fingerprint`` are bytes that change exactly when the
    record changes at the source; ``location`` is the address where a person can look at it, or None.
    """

    data: Any
    fingerprint: bytes
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a native record. What the record could not hold lies in ``leftovers`` (field, value).

    ``corrected`` says which corrections of a steward the record stands under, and what the source gives beneath them.
    """

    native_id: str
    record: Harvested
    trace: tuple[TraceEntry, ...] = ()
    leftovers: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    companions: tuple[Resource, ...] = ()
    source_record: str | None = None
    corrected: tuple[Corrected, ...] = ()


class Unusable(Exception):
    """Raised by a reader for a record that has to be set aside; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message("en"))
        self.finding = finding


def without_identity(focus: str) -> Unusable:
    """The exception for a record with neither title nor identity; ``focus`` says where it stood."""
    return Unusable(Finding(Severity.VIOLATION, focus, None, NO_IDENTITY))


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader may know besides the native record; it opens no address and has no clock."""

    region: Region
    source: HarvestSource
    municipality: Municipality
    options: Any = None
    forgotten: Any = None  # harvesters.persons.forgotten.Forgotten: whom the region has forgotten
    corrections: Mapping[str, Sequence[Correction]] = field(default_factory=dict)  # by native id

    @property
    def base_url(self) -> str:
        """The region's base address, from which IRIs are minted."""
        return self.region.base_url


class Reader(Protocol):
    """A module in :mod:`harvesters.readers`: pure functions from native to reading."""

    def native_id(self, native: Native, context: Context) -> str | None:
        """The record's identifier at the source, cheaply; None if only reading can tell."""
        ...

    def read(self, native: Native, context: Context) -> Reading:
        """The record. Raises Unusable."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """One fetched page: its natives, or the ids last read from it where the source answered 304.

    ``response`` is the name under which the body is kept; ``unusable`` are entries that could not even be cut out;
    ``revision`` says by which mapping and settings the page is read (part of each input hash); ``deleted_ids`` are
    records that the source says are gone.
    """

    url: str
    natives: Sequence[Native] = ()
    seen_ids: Sequence[str] = ()
    response: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    unusable: tuple[Finding, ...] = ()
    revision: bytes = b""
    deleted_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one native record: unchanged (no record), delivered, or set aside (finding and traceback)."""

    native_id: str
    input_hash: bytes
    reading: Reading | None = None
    findings: tuple[Finding, ...] = ()
    ntriples: str = ""
    content_hash: bytes = b""
    traceback: str = ""
    set_aside: bool = False
    companions: tuple[Companion, ...] = ()


@dataclass(frozen=True, slots=True)
class Companion:
    """An agent, service or series that a delivered record refers to, ready to be stored."""

    record: Resource
    key: str
    ntriples: str
    content_hash: bytes


class Memory(Protocol):
    """What the last runs of a source left behind."""

    def known(self, native_ids: Sequence[str]) -> Mapping[str, bytes]:
        """The input hashes of those of the ids that are published."""
        ...

    def page(self, url: str) -> PageMemory | None:
        """The validators of an address and the ids last read from it."""
        ...


@dataclass(frozen=True, slots=True)
class PageMemory:
    """What is remembered of an address: validators for a conditional request, and the ids that stood there."""

    etag: str | None
    last_modified: str | None
    native_ids: tuple[str, ...]
    response: str | None
    revision: bytes = b""


class Kept(NamedTuple):
    """A response as it is kept for replays: the address asked, its media type, its body."""

    url: str
    content_type: str | None
    body: bytes


class Sink(Protocol):
    """Where a crawl delivers to: the store's staging, a list in a test, a file."""

    def keep(self, response: Kept) -> str:
        """Keeps a response compressed under its hash; gives the hash."""
        ...

    def deliver(self, page: Page, outcomes: Iterable[Outcome]) -> None:
        """Takes what became of one page's records."""
        ...


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """How a crawl went: ``failure`` says why nothing usable came (or None).

    ``coverage`` is complete, partial, or ``changes`` where only what changed was asked for: such a run counts no absence
    but those that the source states. ``rest_seconds`` is how long the server asked to be left alone, where that is
    longer than a run may wait (faults F34). ``robots`` are the verdicts on robots.txt by origin, ``robots_files`` the
    files themselves, for the next run. ``refusals`` are addresses that were not fetched, each with its reason.
    """

    coverage: str
    pages: int
    failure_de: str | None = None
    failure_en: str | None = None
    findings: tuple[Finding, ...] = ()
    robots: tuple[tuple[str, str], ...] = field(default=())
    stated_total: int | None = None
    failures: tuple[Reason, ...] = ()
    holds: tuple[tuple[str, str], ...] = ()
    rest_seconds: float | None = None
    robots_files: tuple[Robots, ...] = ()
    refusals: tuple[Finding, ...] = ()
