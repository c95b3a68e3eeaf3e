"""What a look at a data file gave: what it is, how large, which days and place it covers; kept in the cache for a week."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from harvesters.answer import Answer
from harvesters.persons.private_lists import are_homes
from schemas.region import Region
from schemas.tables import FileDescription, describe_file

# A larger file is looked into no further than this: its kind can be told, its figures cannot.
LARGEST = 8_000_000
KEPT = timedelta(days=7)
_COLUMNS = 40
_PACKED = frozenset({"zip", "xlsx", "ods", "pdf", "kmz", "shp-zip", "gpkg"})


class Period(NamedTuple):
    """First and last day that a file speaks of (ISO 8601), and the columns that say so."""

    start: str
    end: str
    columns: tuple[str, ...]


class Look(NamedTuple):
    """One file as it answered. ``kind`` and the like are by its content, empty where there was none.

    ``status`` is 0 where no answer came. ``whole``: all of it was read, so that figures hold for the file; ``sha256`` is
    then that of all of it. ``size`` are bytes, None where they are not known. ``changed`` is Last-Modified as a day.
    """

    address: str
    looked: str
    status: int
    kind: str = ""
    media_type: str = ""
    file_type: str = ""
    size: int | None = None
    whole: bool = False
    sha256: str = ""
    changed: str = ""
    columns: tuple[str, ...] = ()
    rows: int | None = None
    period: Period | None = None
    box: tuple[float, float, float, float] | None = None
    stated_type: str = ""
    personal: bool = False

    @property
    def answered(self) -> bool:
        """Whether the file came."""
        return self.status == 200 and bool(self.kind) and self.kind not in ("empty", "unknown", "encrypted")

    @property
    def is_data(self) -> bool:
        """Whether it is a file to be downloaded, not a page about it."""
        return self.answered and self.kind != "html"

    @property
    def name(self) -> str:
        """The file's name in the address."""
        return name_of(self.address)


def name_of(address: str) -> str:
    """The last part of an address's path."""
    return address.partition("?")[0].partition("#")[0].rstrip("/").rsplit("/", 1)[-1]


def of_answer(address: str, answer: Answer, now: datetime) -> Look:
    """The look that an answer to GET gives."""
    if answer.status != 200:
        return Look(address, _moment(now), answer.status)
    whole = not answer.truncated
    size = len(answer.body) if whole else None
    look = _look(
        Look(
            *(address, _moment(now), answer.status),
            size=size,
            whole=whole,
            changed=_day(answer.headers.get("last-modified", "")),
            stated_type=answer.media_type,
        ),
        answer.body,
    )
    if not whole and look.kind in _PACKED:
        # Of other files the stated length may be that of their compressed form.
        look = look._replace(size=_length(answer.headers.get("content-length", "")))
    return look


def of_file(address: str, body: bytes, changed: datetime, now: datetime) -> Look:
    """The look at a file of the region's own folders."""
    whole = len(body) <= LARGEST
    look = Look(address, _moment(now), 200, size=len(body), whole=whole, changed=changed.date().isoformat())
    return _look(look, body[:LARGEST])


def nothing(address: str, now: datetime, status: int = 0) -> Look:
    """The look at an address that gave nothing."""
    return Look(address, _moment(now), status)


def _look(look: Look, body: bytes) -> Look:
    found = describe_file(body, name_of(look.address))
    described = look._replace(kind=found.kind, media_type=found.media_type, file_type=found.file_type)
    if not look.whole:
        return described
    figures = _with_figures(described, found)
    # What it proposes is read by everybody: not where private persons live.
    columns = (column.name for column in found.columns)
    return figures._replace(box=None) if figures.box and are_homes(body, name_of(look.address), columns) else figures


def _with_figures(look: Look, found: FileDescription) -> Look:
    period = found.period
    return look._replace(
        sha256=found.sha256,
        columns=tuple(column.name for column in found.columns[:_COLUMNS]),
        rows=found.rows,
        period=Period(period.start.isoformat(), period.end.isoformat(), period.columns) if period else None,
        box=(found.box.west, found.box.south, found.box.east, found.box.north) if found.box else None,
        personal=bool(found.personal),
    )


def _length(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _day(text: str) -> str:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return ""
    return moment.date().isoformat() if 1995 <= moment.year <= 2100 else ""


def _moment(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")


# ------------------------------------------------------------------------------------------------- cache


class Looks:
    """The looks that a region's cache keeps, by address; it may be deleted at any time."""

    def __init__(self, region: Region) -> None:
        self.folder = region.data / "cache" / "looks"

    def of(self, address: str, now: datetime) -> Look | None:
        """The look at an address, if it is not older than a week."""
        try:
            look = _from_json(orjson.loads(self._file(address).read_bytes()))
        except (OSError, ValueError, TypeError, KeyError):
            return None
        fresh = datetime.fromisoformat(look.looked) > now - KEPT
        return look if fresh and look.address == address else None

    def keep(self, look: Look) -> None:
        """Keeps a look."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self._file(look.address)
        written = file.with_suffix(".part")
        period = list(look.period) if look.period else None
        written.write_bytes(orjson.dumps({**look._asdict(), "period": period}))
        written.replace(file)

    def forget(self, address: str) -> None:
        """Forgets a look: what lies there is another file now."""
        self._file(address).unlink(missing_ok=True)

    def _file(self, address: str) -> Path:
        return self.folder / f"{hashlib.blake2b(address.encode('utf-8', 'replace'), digest_size=16).hexdigest()}.json"


def _from_json(loaded: dict[str, Any]) -> Look:
    period, box = loaded.pop("period"), loaded.pop("box")
    columns = tuple(loaded.pop("columns"))
    # NamedTuples lie in JSON as arrays.
    return Look(
        **loaded,
        columns=columns,
        period=Period(period[0], period[1], tuple(period[2])) if period else None,
        box=(box[0], box[1], box[2], box[3]) if box else None,
    )
