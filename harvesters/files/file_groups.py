"""Which files of a folder make one dataset: those of one stem, or those that a row of the metadata sheet names."""

from __future__ import annotations

import fnmatch
import hashlib
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import unquote

import orjson

from harvesters.files.described_file import DescribedFile
from harvesters.files.endings import DATA_ENDINGS
from harvesters.files.metadata_sheet import MetadataSheet, SheetRow
from schemas.iris import ascii_words
from schemas.vocabularies.spelling import fold

SHAPEFILE_PARTS = frozenset(re.findall(r"\w+", "shp dbf shx prj cpg sbn sbx qix qpj"))
_SKIPPED = re.compile(
    r"[.~$_].*|.*[~#]|.*\.(?:tmp|temp|bak|part|crdownload|swp|lock|log)|thumbs\.db|desktop\.ini|"
    r"(?:readme|read_me|liesmich|lies_mich|licen[sc]e|lizenz|changelog|robots|index)(?:\.\w{1,5})?",
    re.IGNORECASE,
)
_YEAR = r"(?:19|20)\d{2}"
_MONTH = r"(?:0[1-9]|1[0-2])"
_PERIOD = re.compile(
    rf"(?<!\d){_YEAR}(?:(?P<sep>[-_.]?){_MONTH}(?:(?P=sep)(?:0[1-9]|[12]\d|3[01]))?(?!\d)|[-_/]{_YEAR}(?!\d)|[-_/]\d{{2}}(?!\d)|(?!\d))"
)
_JOINED = re.compile(r"[_+]+|(?<!\d)-+|-+(?!\d)|(?<!\d)\.|\.(?!\d)|\s+")
_SMALL = frozenset(
    re.findall(
        r"\w+",
        "und oder der die das den dem des in im an am auf aus bei für fuer mit nach pro je von vom zu zum zur bis ab nur",
    )
)


class FileEntry(NamedTuple):
    """A file as the folder lists it: its path in the folder, and the address or path it is had from."""

    path: str
    url: str
    size: int | None = None
    modified_ns: int | None = None

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.rpartition("/")[2]

    @property
    def ending(self) -> str:
        """The ending of the name, lower case, without its dot."""
        return self.name.rpartition(".")[2].casefold() if "." in self.name else ""


class Series(NamedTuple):
    """A series of datasets that differ in their period only: its key in the source, and its title."""

    key: str
    title: str


class FileGroup(NamedTuple):
    """One dataset of a folder: its files, the sheet's row about it, and what was read off the files.

    ``missing`` are files that the row names and the folder does not hold; ``links`` addresses that it names elsewhere.
    """

    native_id: str
    files: tuple[FileEntry, ...] = ()
    row: SheetRow | None = None
    series: Series | None = None
    links: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    described: tuple[DescribedFile, ...] = ()


def is_skipped(name: str) -> bool:
    """Whether a file is no part of what a folder publishes: hidden, temporary, of the system, a read-me."""
    return _SKIPPED.fullmatch(name) is not None


def is_data(entry: FileEntry) -> bool:
    """Whether a file's ending is one under which data are published."""
    return entry.ending in DATA_ENDINGS


def stem_of(path: str) -> str:
    """A path without the ending of its name; the parts of a shapefile share one (``x.shp.xml`` too)."""
    folder, slash, name = path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    if stem.casefold().endswith(".shp"):
        stem = stem[:-4]
    return f"{folder}{slash}{stem}"


def title_of(path: str) -> str:
    """A title from a file's path: ``abfall_termine-2026.csv`` gives ``Abfall Termine 2026``.

    A period that only the folder's name holds (``2025/haushalt.csv``) is put behind.
    """
    folder, _, name = stem_of(path).rpartition("/")
    name = _PERIOD.sub(lambda match: match.group().replace("_", "-"), unquote(name))
    words = _JOINED.sub(" ", name).split()
    title = " ".join(word if word in _SMALL and place else _capital(word) for place, word in enumerate(words))
    periods = [match.group() for match in _PERIOD.finditer(folder)]
    if periods and not _PERIOD.search(title):
        title = f"{title} {periods[-1]}"
    return title or name


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:] if word[:1].islower() and word == word.lower() else word


def period_of(path: str) -> tuple[str, str] | None:
    """First and last day of the only period that a path names (``haushalt_2025``, ``pegel-2026-11``), or None."""
    name = stem_of(path).rpartition("/")[2]
    found = {match.group() for match in _PERIOD.finditer(name)} or {match.group() for match in _PERIOD.finditer(path)}
    if len(found) != 1:
        return None
    return _days(found.pop())


def _days(text: str) -> tuple[str, str] | None:
    digits = re.sub(r"\D", "", text)
    year = digits[:4]
    rest = text[4:].lstrip("-_/.")
    if not rest:
        return f"{year}-01-01", f"{year}-12-31"
    if re.fullmatch(_YEAR, rest) and int(rest) >= int(year):
        return f"{year}-01-01", f"{rest}-12-31"
    if len(rest) == 2 and int(rest) == (int(year) + 1) % 100 and not re.fullmatch(_MONTH, rest):
        return f"{year}-01-01", f"{int(year) + 1}-12-31"
    if len(digits) == 8:
        day = f"{year}-{digits[4:6]}-{digits[6:8]}"
        return day, day
    month = int(digits[4:6])
    if len(digits) == 6 and 1 <= month <= 12:
        return f"{year}-{month:02d}-01", f"{year}-{month:02d}-{_last_day(int(year), month):02d}"
    return None


def _last_day(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def without_period(text: str) -> str:
    """A text without the years and months in it, and without what joined them to it."""
    return " ".join(_PERIOD.sub("", text).replace("()", "").split()).strip(" ,;:–_-(")


def group(entries: Iterable[FileEntry], sheets: Sequence[MetadataSheet]) -> tuple[FileGroup, ...]:
    """The datasets of a folder, in the order of their first files; rows of sheets without files come last.

    Takes the data files (no sheets among them) and the folder's sheets. A file that a row names belongs to it, with
    the files of its stem that no other row names.
    """
    stems: dict[str, list[FileEntry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.path):
        stems[stem_of(entry.path)].append(entry)
    by_path = {_folded(entry.path): entry for files in stems.values() for entry in files}
    groups: list[FileGroup] = []
    taken: set[str] = set()
    rows = [(sheet, row, _named(sheet, row, by_path, stems)) for sheet in sheets for row in sheet.rows]
    claimed = {entry.path for _, _, named in rows for entry in named.files}
    for sheet, row, named in rows:
        files = list(named.files)
        for stem in dict.fromkeys(stem_of(entry.path) for entry in named.files):
            files += [entry for entry in stems[stem] if entry.path not in claimed and entry not in files]
        native_id = _row_id(sheet, row, files, taken)
        taken.add(native_id)
        groups.append(FileGroup(native_id, tuple(files), row, links=named.links, missing=named.missing))
        claimed.update(entry.path for entry in files)
    for stem, files in stems.items():
        if rest := tuple(entry for entry in files if entry.path not in claimed):
            native_id = _free(stem, rest[0].path, taken)
            taken.add(native_id)
            groups.append(FileGroup(native_id, rest))
    groups.sort(key=lambda found: (not found.files, found.files[0].path if found.files else found.native_id))
    return _with_series(groups)


class _Named(NamedTuple):
    files: tuple[FileEntry, ...]
    links: tuple[str, ...]
    missing: tuple[str, ...]


def _named(
    sheet: MetadataSheet, row: SheetRow, by_path: dict[str, FileEntry], stems: dict[str, list[FileEntry]]
) -> _Named:
    files: list[FileEntry] = []
    links: list[str] = []
    missing: list[str] = []
    for cell in row.all("file"):
        for name in _names(cell, sheet.folder, by_path):
            if re.match(r"https?://", name, re.IGNORECASE):
                links.append(name)
            elif found := _find(name, sheet.folder, by_path, stems):
                files += [entry for entry in found if entry not in files]
            else:
                missing.append(name)
    return _Named(tuple(files), tuple(dict.fromkeys(links)), tuple(dict.fromkeys(missing)))


def _names(cell: str, folder: str, by_path: dict[str, FileEntry]) -> list[str]:
    # A name may hold commas, so the whole cell goes first.
    if _folded(_path(cell, folder)) in by_path:
        return [cell]
    return [name.strip() for name in re.split(r"[\n;|]|,(?=\s)|,(?=[^,]*\.\w)", cell) if name.strip()]


def _folded(path: str) -> str:
    # Macs spell umlauts in file names with two characters.
    return unicodedata.normalize("NFC", path).casefold()


def _path(name: str, folder: str) -> str:
    parts = [part for part in name.strip().strip("\"'").replace("\\", "/").split("/") if part not in ("", ".")]
    return "/".join([folder, *parts]) if folder else "/".join(parts)


def _find(name: str, folder: str, by_path: dict[str, FileEntry], stems: dict[str, list[FileEntry]]) -> list[FileEntry]:
    path = _path(name, folder)
    if entry := by_path.get(_folded(path)):
        return [entry]
    if found := stems.get(path):
        return found
    if "*" in path or "?" in path:
        return [entry for key, entry in by_path.items() if fnmatch.fnmatchcase(key, _folded(path))]
    # Sheets often name a file without the sub-folder that it lies in.
    name = _folded(path).rpartition("/")[2]
    found = [entry for key, entry in by_path.items() if key.rpartition("/")[2] == name]
    return found if len(found) == 1 else []


def _row_id(sheet: MetadataSheet, row: SheetRow, files: list[FileEntry], taken: set[str]) -> str:
    if identifier := row.first("identifier"):
        return identifier
    title = row.first("title")
    if files:
        return _free(stem_of(files[0].path), title or files[0].path, taken)
    named = "/".join(part for part in (sheet.folder, ascii_words(title or row.first("file"))) if part)
    return _free(f"row:{named}", f"{sheet.name} {row.number}", taken)


def _free(native_id: str, otherwise: str, taken: set[str]) -> str:
    if native_id not in taken:
        return native_id
    marked = f"{native_id}#{ascii_words(otherwise) or '2'}"
    more = (f"{marked}-{number}" for number in itertools.count(2))
    return marked if marked not in taken else next(candidate for candidate in more if candidate not in taken)


def _with_series(groups: list[FileGroup]) -> tuple[FileGroup, ...]:
    """Datasets whose names differ in their period only share a series (F81): each year stays a dataset of its own."""
    members: dict[str, list[FileGroup]] = defaultdict(list)
    for found in groups:
        if found.files and _PERIOD.search(stem_of(found.files[0].path)):
            members[_series_key(found)].append(found)
    series: dict[str, Series] = {}
    for key, found_members in members.items():
        if len(found_members) < 2:
            continue
        newest = max(found_members, key=_last_period)
        title = newest.row.first("title") if newest.row else ""
        title = without_period(title or title_of(newest.files[0].path))
        if title:
            series.update(dict.fromkeys((member.native_id for member in found_members), Series(key, title)))
    return tuple(found._replace(series=series.get(found.native_id)) for found in groups)


def _last_period(found: FileGroup) -> str:
    return max(match.group() for match in _PERIOD.finditer(stem_of(found.files[0].path)))


def _series_key(found: FileGroup) -> str:
    return "/".join(fold(part) for part in _PERIOD.sub("", stem_of(found.files[0].path)).split("/") if fold(part))


def fingerprint(found: FileGroup, states: Sequence[str]) -> bytes:
    """Bytes that change when a dataset's row, series or files change; ``states`` tells each file's state, in order."""
    row = (found.row.values, found.row.unknown) if found.row else None
    files = [(entry.path, entry.url, state) for entry, state in zip(found.files, states, strict=True)]
    return orjson.dumps([found.native_id, row, found.series, files, found.links, found.missing], default=list)


def local_state(entry: FileEntry, edges: bytes) -> str:
    """The state of a local file: size, time and a hash over its first and last 64 kB (``edges``)."""
    return f"{entry.size} {entry.modified_ns} {hashlib.sha256(edges).hexdigest()}"
