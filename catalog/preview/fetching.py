"""Gets the bytes of a file for its preview: out of a folder of the region, by a service, or over the network."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from aiohttp.abc import AbstractResolver

from catalog.folder_files import opened
from catalog.links.answers import of_refusal, reason_of_status
from catalog.preview.model import Preview, Source, Tiling, Wanted
from catalog.preview.pictures import Mosaic
from catalog.preview.reasons import TEXTS, Reason
from catalog.runs.staging import now_text
from harvesters.answer import Answer
from harvesters.city import tenants
from harvesters.fetch import fetch
from harvesters.guards.exceptions import FetchRefused, SizeRefused
from harvesters.guards.pace import Pace
from harvesters.guards.pins import Pin
from harvesters.guards.run import agent_string
from schemas.limits import Limits
from schemas.region import HarvestSource, Region
from schemas.tables import BoundingBox, Note

MAX_BYTES = 50_000_000
"""Where the reading of a file ends (bytes): what is larger shows its beginning."""
SECONDS = 20.0
# RFC 6266: the encoded form goes before the plain one.
_NAMED_ENCODED = re.compile(r"filename\*\s{0,3}=\s{0,3}[\w-]{0,20}'[\w-]{0,10}'([^;\s]{1,300})", re.IGNORECASE)
_NAMED = re.compile(r'filename\s{0,3}=\s{0,3}"?([^";]{1,300})', re.IGNORECASE)
_UNREACHABLE = frozenset(("refused", "reset", "connect", "protocol"))
_SAME = {"inner": "address", "robots-unreachable": "robots", "head": "http", "no-capabilities": "no-service"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a file and what is known of them; ``kind`` and ``sha256`` of the source are filled in later.

    ``mosaic`` says that they are pictures that belong together, ``extent`` what of the earth a map service's picture shows,
    ``tiling`` which tiles it has.
    """

    body: bytes
    source: Source
    reason: Reason | None = None
    notes: tuple[Note, ...] = ()
    layers: tuple[tuple[str, str], ...] = ()
    layer: str = ""
    mosaic: Mosaic | None = None
    extent: BoundingBox | None = None
    tiling: Tiling | None = None


class Unchanged(Exception):
    """Raised where the server says that the file is the one that the known preview shows."""


class NotFetched(Exception):
    """Raised where there is no file to read; says why, and the status of the answer (0: none came).

    ``layers`` are name and title of those that one can choose from, where it is a choice that is missing.
    """

    def __init__(self, reason: Reason, status: int = 0, layers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(reason.code)
        self.reason = reason
        self.status = status
        self.layers = layers


def local_path(region: Region, wanted: Wanted) -> tuple[HarvestSource, str] | None:
    """The folder and the path in it, where a file lies in a folder of the region whose own record names it."""
    prefix = f"{region.base_url}/files/"
    if not wanted.address.startswith(prefix):
        return None
    source_id, _, path = urlsplit(wanted.address[len(prefix) :]).path.partition("/")
    source = region.source(unquote(source_id))
    # The record of another source must not make a file public that its own source does not offer.
    if source is None or not source.is_folder or source.key != wanted.source_key:
        return None
    return source, unquote(path)


def stamp(region: Region, wanted: Wanted) -> str | None:
    """What changes when a file in a folder changes; none for a file elsewhere."""
    place = local_path(region, wanted)
    if place is None:
        return None
    try:
        handle = opened(region.folder / place[0].url, place[1])
    except (OSError, ValueError):
        return ""
    try:
        facts = os.fstat(handle)
    finally:
        os.close(handle)
    return f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'


def from_folder(region: Region, wanted: Wanted, now: datetime) -> Fetched | None:
    """The file out of a folder of the region; none where it lies elsewhere. Raises NotFetched, OSError."""
    place = local_path(region, wanted)
    if place is None:
        return None
    try:
        handle = opened(region.folder / place[0].url, place[1])
    except (OSError, ValueError) as error:
        raise NotFetched(Reason("missing-file")) from error
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(file.fileno())
        body = file.read(MAX_BYTES)
    name = PurePosixPath(place[1]).name
    modified = datetime.fromtimestamp(facts.st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    source = _source(name, wanted.address, 200, facts.st_size, body, facts.st_size <= len(body), now)
    return _cut(body, source._replace(etag=f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"', modified=modified))


async def from_network(
    region: Region,
    wanted: Wanted,
    known: Preview | None,
    now: datetime,
    *,
    pace: Pace | None = None,
    resolver: AbstractResolver | None = None,
    most: int = MAX_BYTES,
) -> Fetched:
    """The file at its address, under the guards of every fetch, at most ``most`` bytes of it.

    An inner host is asked only where the record's own source lies there, at the same port: what another source names
    must not publish what only we can reach. Raises NotFetched, and Unchanged against ``known``.
    """
    source = next((each for each in region.sources if each.key == wanted.source_key), None)
    own = origin_of(region, wanted)
    limits = (source.limits if source is not None else Limits()).model_copy(
        update={"response_seconds": SECONDS, "retry_after_seconds": 0.0}
    )
    pin = Pin.of(source.url, source.certificate) if source is not None else None
    headers = tenants.headers(region, wanted.source_key, wanted.address, wanted.called.split("\n"))
    if known is not None and known.source is not None and known.ready:
        headers |= {"If-None-Match": known.source.etag} if known.source.etag else {}
        headers |= {"If-Modified-Since": known.source.modified} if known.source.modified else {}
    try:
        answer = await fetch(
            wanted.address,
            limits,
            region.allowed_hosts if own is not None else (),
            agent_string(region.base_url, region.publisher.email),
            headers=headers,
            max_bytes=most,
            cut=True,
            # A person follows a redirect to another server too; each hop is checked as the first address is.
            any_domain=True,
            pace=pace,
            pin=pin,
            resolver=resolver,
            inner_at=own,
        )
    except SizeRefused as refused:
        raise NotFetched(Reason("bomb" if refused.code == "ratio" else "unreadable")) from refused
    except FetchRefused as refused:
        raise NotFetched(_reason(of_refusal(refused).reason)) from refused
    except ValueError as error:  # no address that could be taken apart
        raise NotFetched(Reason("not-asked")) from error
    return of_answer(answer, now)


def origin_of(region: Region, wanted: Wanted) -> str | None:
    """The address of the source that a wish is of; None for a folder, and where the region has no such source."""
    source = next((each for each in region.sources if each.key == wanted.source_key), None)
    return source.url if source is not None and not source.is_folder else None


def of_answer(answer: Answer, now: datetime) -> Fetched:
    """What an answer brought. Raises NotFetched for all but success, Unchanged for 304."""
    if answer.status == 304:
        raise Unchanged
    if answer.status in (429, 503) and (answer.status == 429 or "retry-after" in answer.headers):
        raise NotFetched(Reason("busy"), answer.status)
    if not 200 <= answer.status < 300:
        raise NotFetched(Reason(reason_of_status(answer.status), {"status": str(answer.status)}), answer.status)
    stated = answer.headers.get("content-length", "")
    size = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 16 else None
    if not answer.truncated:
        size = len(answer.body)
    elif size is not None and size <= len(answer.body):
        size = None  # that of the packed form
    source = _source(name_of(answer), answer.final_url, answer.status, size, answer.body, not answer.truncated, now)
    etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
    return _cut(answer.body, source._replace(etag=etag[:200], modified=modified[:100]))


def name_of(answer: Answer) -> str:
    """The file's name: as the server gives it, else the last part of its address."""
    disposition = answer.headers.get("content-disposition", "")
    if found := _NAMED_ENCODED.search(disposition):
        return PurePosixPath(unquote(found.group(1), errors="replace").replace("\\", "/")).name
    if found := _NAMED.search(disposition):
        return PurePosixPath(found.group(1).strip().replace("\\", "/")).name
    return PurePosixPath(unquote(urlsplit(answer.final_url).path, errors="replace")).name


def nothing(wanted: Wanted, refused: NotFetched, now: datetime) -> Source:
    """What is known of a file that could not be had."""
    return _source("", wanted.address, refused.status, None, b"", False, now)


def _source(name: str, address: str, status: int, size: int | None, body: bytes, whole: bool, now: datetime) -> Source:
    at = now_text(now)
    return Source(name[:200], address, "", "", "", status, size, len(body), whole, "", "", "", at, at)


def _cut(body: bytes, source: Source) -> Fetched:
    if source.whole:
        return Fetched(body, source)
    return Fetched(body, source, Reason("too-large", {"size": str(source.size or "")}))


def _reason(code: str, values: Mapping[str, str] = {}) -> Reason:
    if code in _UNREACHABLE:
        return Reason("unreachable")
    code = _SAME.get(code, code)
    return Reason(code if code in TEXTS else "unreachable", values)
