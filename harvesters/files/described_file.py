"""What was read off one file of a folder: the part of its description that a record needs, and its form as JSON."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from harvesters.persons import errors
from harvesters.persons.private_lists import are_homes
from schemas.tables import FileDescription, Note, describe_file
from schemas.tables.kinds import JSON_LD, KINDS, Kind, extension
from schemas.tables.notes import note

log = logging.getLogger(__name__)

_UNKNOWN = KINDS["unknown"]
# The note of a file that our program failed at: its wording is the error's.
FAILED = "reading-failed"
# Notes after which a file has no content that we can speak of.
UNREADABLE = frozenset(
    {
        "archive-members",
        "archive-nested",
        "archive-overlap",
        "archive-path",
        "archive-ratio",
        "archive-too-large",
        "doctype",
        "empty",
        "encrypted",
        "sheet-too-large",
        "too-deep",
        "too-large",
        "unreadable",
    }
)
_DCAT = re.compile(rb"https?://www\.w3\.org/ns/dcat#|/dcat-ap\.jsonld")
_DATASET = re.compile(rb'dcat:Dataset\b|/ns/dcat#Dataset\b|"@type"\s*:\s*\[?\s*"Dataset"')
_ALIASES = {"text/html": frozenset({"html", "htm", "xhtml"})}


class ColumnFact(NamedTuple):
    """A column of a table: its name, its type (schemas.tables.types), its unit or an empty text."""

    name: str
    type: str
    unit: str


class DescribedFile(NamedTuple):
    """One file: where it lies, what it is, what is in it.

    ``path`` is relative to the folder, ``url`` the address it was had from (empty for a local one), ``modified`` an
    ISO moment from the file system or the server. ``size`` is in bytes; it and ``sha256`` are None where the file was
    not read whole. Days are ISO dates, ``box`` is west, south, east, north in degrees (WGS 84).
    """

    path: str
    url: str
    kind: str
    media_type: str
    file_type: str
    size: int | None = None
    sha256: str | None = None
    title: str = ""
    columns: tuple[ColumnFact, ...] = ()
    rows: int | None = None
    start: str | None = None
    end: str | None = None
    box: tuple[float, float, float, float] | None = None
    notes: tuple[Note, ...] = ()
    modified: str | None = None

    @property
    def unreadable(self) -> Note | None:
        """The note that says why nothing could be read off the file, or None."""
        return next((note for note in self.notes if note.code in UNREADABLE), None)

    @property
    def failed(self) -> Note | None:
        """The note that says at which error reading the file ended, or None."""
        return next((note for note in self.notes if note.code == FAILED), None)

    @property
    def is_web_page(self) -> bool:
        """Whether a web page was delivered under the name of a data file (F01)."""
        return self.kind == "html" and extension(self.path) not in _ALIASES["text/html"]


def describe(data: bytes, path: str, url: str, modified: str | None, allowed: bool = False) -> DescribedFile:
    """The file's facts by its content. Nothing is raised: what could not be read is in the notes.

    Where private persons live is told only if the source is ``allowed`` to name them. A file at which our program fails is
    known by its name, and ``failed``: one file must never cost the others of its folder.
    """
    try:
        return _described(data, path, url, modified, allowed)
    except Exception as error:  # whatever the program stumbles over in one file, the others of its folder are read
        reason = errors.message(error, allowed)
        log.error("%s: %s\n%s", path, reason, errors.trace(error, allowed))
        kind, known = by_name(path)
        digest, note_ = hashlib.sha256(data).hexdigest(), Note(FAILED, reason, reason)
        return DescribedFile(
            path, url, kind, known.media_type, known.file_type, len(data), digest, notes=(note_,), modified=modified
        )


def _described(data: bytes, path: str, url: str, modified: str | None, allowed: bool) -> DescribedFile:
    name = path.rpartition("/")[2]
    found = describe_file(data, name)
    period, box = found.period, found.box
    if box is not None and not allowed and are_homes(data, name, (column.name for column in found.columns)):
        box = None
    return DescribedFile(
        path=path,
        url=url,
        kind=found.kind,
        media_type=found.media_type,
        file_type=found.file_type,
        size=found.size,
        sha256=found.sha256,
        title=" ".join(found.title.split())[:500],
        columns=tuple(ColumnFact(column.name, column.type, column.unit) for column in found.columns),
        rows=found.rows,
        start=period.start.isoformat() if period else None,
        end=period.end.isoformat() if period else None,
        box=(box.west, box.south, box.east, box.north) if box else None,
        notes=(*_notes(found), *((note("catalogue-inside"),) if _is_catalogue(found.kind, data) else ())),
        modified=modified,
    )


def _notes(found: FileDescription) -> tuple[Note, ...]:
    return tuple(dict.fromkeys(found.notes))


def _is_catalogue(kind: str, data: bytes) -> bool:
    """Whether a file in RDF speaks of datasets by the words of DCAT."""
    return kind in ("json", "turtle", "xml") and _DCAT.search(data) is not None and _DATASET.search(data) is not None


def too_large(path: str, url: str, modified: str | None, size: int | None, limit: int) -> DescribedFile:
    """A file that is larger than ``limit`` bytes, known by its name only."""
    kind, known = by_name(path)
    megabytes = max(1, limit // 1_000_000)
    note = Note(
        "too-large",
        f"Die Datei ist größer als {megabytes} MB und wurde nicht gelesen.",
        f"The file is larger than {megabytes} MB and was not read.",
    )
    return DescribedFile(
        path, url, kind, known.media_type, known.file_type, size=size, notes=(note,), modified=modified
    )


def by_name(path: str) -> tuple[str, Kind]:
    """The kind of file that a name's ending stands for; ``unknown`` if for none."""
    ending = extension(path)
    if ending in JSON_LD.extensions:
        return "json", JSON_LD
    found = next(((name, kind) for name, kind in KINDS.items() if kind.extensions[:1] == (ending,)), None)
    found = found or next(((name, kind) for name, kind in KINDS.items() if ending in kind.extensions), None)
    return found or ("unknown", _UNKNOWN)


def to_json(files: Iterable[DescribedFile]) -> bytes:
    """The descriptions as JSON: what is kept for replays in place of the files' bytes."""
    return orjson.dumps([file._asdict() for file in files], default=list)


def from_json(body: bytes) -> tuple[DescribedFile, ...]:
    """The descriptions that :func:`to_json` wrote. Raises ValueError for anything else."""
    entries = orjson.loads(body)
    if not isinstance(entries, list):
        raise ValueError("not a list of descriptions")
    return tuple(_file(entry) for entry in entries)


def _file(entry: dict[str, Any]) -> DescribedFile:
    try:
        box = entry["box"]
        return DescribedFile(
            **{
                **entry,
                "columns": tuple(ColumnFact(*column) for column in entry["columns"]),
                "notes": tuple(Note(*note) for note in entry["notes"]),
                "box": tuple(box) if box else None,
            }
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a description of a file: {error}") from error
