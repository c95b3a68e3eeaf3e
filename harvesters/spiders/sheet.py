"""Reaches a metadata list in a table: a file of this machine, or one at an address; one row for each dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator
from scrapy.http import Request, Response

from harvesters.answer import Answer
from harvesters.files import column_proposals, file_groups
from harvesters.files.sheet_list import FIELDS, Columns, SheetDataset, SheetList, read_list
from harvesters.reading import Kept, Native, Page
from harvesters.reasons import LIMIT, LOCAL_FILE
from harvesters.spider import Detected, HarvestSpider, Options
from schemas import refusals
from schemas.findings import Finding, Severity, declare
from schemas.tables import TableError

ROWS_PASSED_OVER = declare(
    "sheet-rows-without-dataset",
    "{0} Zeilen der Liste nennen weder Titel noch Kennung und wurden ausgelassen: {1}",
    "{0} rows of the list name neither title nor identifier and were left out: {1}",
    "Tragen Sie in diesen Zeilen einen Titel und eine Kennung ein, oder leeren Sie sie.",
    "Enter a title and an identifier in these rows, or empty them.",
)
COLUMNS_UNUSED = declare(
    "sheet-columns-unused",
    "Spalten, die keinem Feld zugeordnet sind; ihre Werte bleiben nur als Zusatzangaben erhalten: {0}",
    "Columns that stand for no field; their values are kept as additions only: {0}",
    "Ordnen Sie sie unter [sheet.columns] der Quelle einem Feld zu, wenn sie etwas über die Daten sagen.",
    "Assign them to a field under [sheet.columns] of the source if they say something about the data.",
)
COLUMNS_MISSING = declare(
    "sheet-columns-missing",
    "Spalten, die unter [sheet.columns] stehen, hat die Liste nicht: {0}. Vorhanden sind: {1}",
    "Columns that [sheet.columns] names are not in the list: {0}. There are: {1}",
    "Nennen Sie unter [sheet.columns] die heutigen Namen der Spalten, oder benennen Sie die Spalten der Liste wieder so; bis "
    "dahin fehlen diese Angaben.",
    "Give the columns' present names under [sheet.columns], or name the list's columns so again; until then these details "
    "are missing.",
    "faults F24",
)
# Fields that a list of datasets has and a table of data seldom, and those whose cells are looked at.
_TELLING = frozenset(
    {"description", "file", "license", "publisher", "theme", "access_url", "frequency", "contact", "attribution"}
)
_LINKS = frozenset({"landing_page", "file", "access_url"})


class SheetOptions(Options):
    """The table ``[sheet]`` of a source file."""

    sheet: str = ""
    """The name of the sheet; without it the one with the data."""

    header_row: int | None = Field(default=None, ge=1, le=1000)
    """The row with the columns' names, from 1; without it, it is found."""

    files_at: str | None = None
    """Where files lie that the list names without an address; without it beside the list."""

    columns: Mapping[str, tuple[str, ...]] = {}
    """Which column is which field; columns not named here are known by their usual names."""

    @field_validator("columns", mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            raise refusals.Wrong("a table of fields is allowed", "erlaubt ist eine Tabelle von Feldern")
        for field in given:
            if field not in FIELDS:
                raise refusals.wrong_name(str(field), FIELDS, "field")
        return {field: (names,) if isinstance(names, str) else names for field, names in given.items()}

    @field_validator("files_at")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise refusals.Wrong(
                "an address that begins with https:// is allowed",
                "erlaubt ist eine Adresse, die mit https:// beginnt",
            )
        return value if value is None or value.endswith("/") else f"{value}/"


class SheetSpider(HarvestSpider):
    """One table, fetched whole and cut into its datasets."""

    name = "sheet"
    reader = "sheet"
    title = ("Metadatenliste (Tabelle)", "Metadata list (table)")
    options_model: ClassVar[type[Options]] = SheetOptions

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """A table whose columns are named like those of a metadata list; any other with a proposal of its columns."""
        answer = answers.get(url)
        if answer is None or answer.media_type in ("text/html", "application/json"):
            return None
        path = answer.final_url.partition("?")[0]
        try:
            found = read_list(answer.body, path, {})
        except TableError:
            return None
        fields = {field for dataset in found.datasets[:50] for row in dataset.rows for field, _, _ in row.values}
        if "title" not in fields or len(fields & _TELLING) < 2:
            return cls._proposed(url, answer, _name(path))
        # What a column of addresses holds is seen from its cells, unless the source file says it.
        columns = {field: names for field, names in column_proposals.known(found.names).items() if field not in _LINKS}
        return cls._detected(url, found, columns, 60)

    @classmethod
    def _proposed(cls, url: str, answer: Answer, name: str) -> Detected | None:
        """A table with columns of its own: a list if they tell of licence or description, else rather data."""
        table = column_proposals.read_head(answer.body, name)
        columns = column_proposals.propose(table) if table is not None else {}
        if not columns:
            return None
        found = read_list(answer.body, name, columns)
        if not found.datasets or found.missing:
            return None
        is_list = len(columns.keys() & _TELLING) >= 3 and bool(columns.keys() & {"description", "license"})
        return cls._detected(url, found, columns, 45 if is_list else 12)

    @classmethod
    def _detected(cls, url: str, found: SheetList, columns: Columns, certainty: int) -> Detected:
        samples = tuple(dataset.rows[0].first("title") or dataset.native_id for dataset in found.datasets[:3])
        options = {"columns": column_proposals.written(columns)}
        title = file_groups.title_of(_name(url))
        return Detected(cls.name, url, len(found.datasets), samples, options, certainty, title)

    def first(self) -> Iterable[Request | Page]:
        """The table at its address, or the file."""
        if self.source.is_folder:
            yield from self._local()
        else:
            yield self.request(self.source.url, self.fetched, headers=self._key())

    def _key(self) -> dict[str, str]:
        return {"Authorization": self.source.api_key} if self.source.api_key else {}

    def fetched(self, response: Response) -> Iterator[Page]:
        """The table as one page."""
        if (known := self.not_modified(response)) is not None:
            yield known
            return
        natives = self.cut(response.body, response.url)
        if natives is not None:
            yield self.page(response, natives)

    def _local(self) -> Iterator[Page]:
        """The file, or in a replay what was kept of it."""
        url = self.source.url
        if self.job.replay is not None:
            kept = self.job.replay(url)
            if kept is None:
                self.fail(f"{url}: vom Lauf ist nichts aufbewahrt", f"{url}: nothing was kept of the run")
                return
            body = kept.body
        else:
            file = (self.job.context.region.folder / url).resolve()
            most = self.source.limits.body_bytes
            try:
                with file.open("rb") as opened:
                    body = opened.read(most + 1)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                self.fail(f"{url}: nicht lesbar ({reason})", f"{url}: not readable ({reason})", LOCAL_FILE)
                return
            if len(body) > most:
                self.fail(
                    f"{url}: größer als {most} Bytes (body_bytes)", f"{url}: over {most} bytes (body_bytes)", LIMIT
                )
                return
        natives = self.cut(body, url)
        if natives is not None:
            self.job.pages += 1
            self.job.records += len(natives)
            yield Page(url, tuple(natives), response=self.job.sink.keep(Kept(url, None, body)))

    def cut(self, body: bytes, url: str) -> list[Native] | None:
        """The datasets of a table; None with the reason entered where it holds none, or where the column is gone by which its
        records are known (F24). Any other column that it lacks is a finding, and what is there is read.
        """
        options = self.options
        try:
            found = read_list(body, _name(url), options.columns, options.sheet, options.header_row)
        except TableError as error:
            self.fail(f"{url}: {error.note.de}", f"{url}: {error.note.en}")
            return None
        names = ", ".join(found.names)[:400]
        if found.lost:
            wanted = ", ".join(f"„{name}“" for name in found.lost)
            self.fail(
                f"{url}: Spalten fehlen, die unter [sheet.columns] stehen: {wanted}; vorhanden sind: {names}",
                f"{url}: columns that [sheet.columns] names are missing: {wanted}; there are: {names}",
            )
            return None
        if not found.has_title:
            self.fail(
                f"{url}: keine Spalte für Titel oder Kennung; nennen Sie sie unter [sheet.columns]. Vorhanden sind: {names}",
                f"{url}: no column for title or identifier; name it under [sheet.columns]. There are: {names}",
            )
            return None
        if found.missing:
            shown = (", ".join(found.missing)[:400], names)
            self.job.findings.append(Finding(Severity.WARNING, url, None, COLUMNS_MISSING, shown))
        self._remark(found.empty_rows, found.unknown, url)
        self.job.stated_total = len(found.datasets)
        return [_native(dataset, url) for dataset in found.datasets]

    def _remark(self, empty: tuple[int, ...], unknown: tuple[str, ...], url: str) -> None:
        if empty:
            shown = ", ".join(map(str, empty[:20])) + (" …" if len(empty) > 20 else "")
            finding = Finding(Severity.WARNING, url, None, ROWS_PASSED_OVER, (str(len(empty)), shown))
            self.job.findings.append(finding)
        if unknown:
            shown = ", ".join(unknown)[:500]
            self.job.findings.append(Finding(Severity.INFO, url, None, COLUMNS_UNUSED, (shown,)))


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2] or url


def _native(dataset: SheetDataset, url: str) -> Native:
    return Native(dataset, dataset.fingerprint(), url if url.startswith(("http://", "https://")) else None)
