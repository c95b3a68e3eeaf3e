"""Brings what is derived from the store (search index, dump) up to the published number. All of it can be rebuilt."""

from __future__ import annotations

import fcntl
import gzip
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
import tantivy

from catalog import database, index, tables
from catalog.reading import documents, indexed, rows
from catalog.reading.documents import SCHEMA, Indexed, Marker
from schemas.iris import catalog_iri
from schemas.region import Region

BATCH = 1000
_HEAP_BYTES = 64_000_000
_DUMP = re.compile(r"catalog-(\d+)\.nt\.gz")


class Dump(NamedTuple):
    """A finished dump of the whole catalogue: gzip of N-Triples, and the publication number that it shows."""

    path: Path
    number: int


def current_dump(region: Region) -> Dump | None:
    """The newest finished dump, or None."""
    found = [(int(match[1]), file) for file in _dumps(region) if (match := _DUMP.fullmatch(file.name))]
    return Dump(max(found)[1], max(found)[0]) if found else None


class Follower:
    """Follows a region's store. One of several works at a time, the others wait for it."""

    def __init__(self, region: Region, engine: sa.Engine | None = None) -> None:
        self.region = region
        self.engine = engine or database.prepare(region)
        self.cache = region.data / "cache"

    def catch_up(self) -> int:
        """Brings the search index up to the published number; gives that number.

        Reads the change log from the index's own number on. Builds the index anew where it is missing, damaged, made
        by another version of this program or from another state of the store (a backup that was restored).
        """
        with self._alone():
            with self.engine.begin() as connection:
                number, published_at = rows.published(connection)
            marker = self._marker()
            wanted = Marker(number, published_at, documents.VERSION)
            if marker == wanted:
                return number
            if marker is None or not self._continues(marker, wanted):
                self._rebuild(wanted)
            else:
                self._go_on(marker, wanted)
            return number

    def rebuild(self) -> int:
        """Builds the index anew whatever it holds, and deletes the old one; gives the number."""
        with self._alone():
            with self.engine.begin() as connection:
                number, published_at = rows.published(connection)
            self._rebuild(Marker(number, published_at, documents.VERSION))
            return number

    def write_dump(self, head: Callable[[int], Iterable[bytes]] = lambda _number: (), anew: bool = False) -> Dump:
        """Writes the whole catalogue at the published number as gzip of N-Triples; gives the file.

        ``head`` gives what stands first, in pieces, for the number that is written. The same content gives the same
        bytes. An older dump is replaced once the new one is whole. ``anew`` writes it although there is one.
        """
        with self._alone("dump"):
            with self.engine.begin() as connection:
                number, _ = rows.published(connection)
            done = current_dump(self.region)
            if done is not None and done.number == number and not anew:
                return done
            folder = self.cache / "dump"
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"catalog-{number}.nt.gz"
            _write_gzip(file, self._with_head(head(number), number))
            for older in _dumps(self.region):
                if older != file:
                    older.unlink(missing_ok=True)
            return Dump(file, number)

    def close(self) -> None:
        """Closes the connections to the store."""
        self.engine.dispose()

    # ---------------------------------------------------------------------------------------- index

    def _marker(self) -> Marker | None:
        generation = index.current_generation(self.cache / "index")
        if generation is None:
            return None
        try:
            return index.read_marker(tantivy.Index(SCHEMA, path=str(generation)).searcher())
        except (ValueError, OSError):  # damaged, or of another program: built anew
            return None

    def _continues(self, marker: Marker, wanted: Marker) -> bool:
        if marker.version != wanted.version or marker.number > wanted.number:
            return False
        with self.engine.begin() as connection:
            return rows.published_at(connection, marker.number) == marker.published_at

    def _rebuild(self, wanted: Marker) -> None:
        folder = self.cache / "index"
        generation = folder / secrets.token_hex(8)
        generation.mkdir(parents=True)
        writer = tantivy.Index(SCHEMA, path=str(generation)).writer(_HEAP_BYTES, 1)
        last = 0
        while batch := self._datasets(wanted.number, tables.versions.c.id > last):
            for _, dataset in batch:
                writer.add_document(documents.document(dataset))
            last = batch[-1][0]
        writer.add_document(documents.marker_document(wanted))
        writer.commit()
        writer.wait_merging_threads()
        _replace(folder / "current", generation.name.encode())
        for other in folder.iterdir():
            if other.is_dir() and other != generation:
                shutil.rmtree(other, ignore_errors=True)

    def _go_on(self, marker: Marker, wanted: Marker) -> None:
        generation = index.current_generation(self.cache / "index")
        assert generation is not None
        opened = tantivy.Index(SCHEMA, path=str(generation))
        writer = opened.writer(_HEAP_BYTES, 1)
        for keys in _batches(self._changed(marker.number, wanted.number)):
            for key in keys:
                writer.delete_documents_by_term("key", key)
            for _, dataset in self._datasets(wanted.number, tables.versions.c.key.in_(keys)):
                writer.add_document(documents.document(dataset))
        writer.delete_documents_by_term("kind", "marker")
        writer.add_document(documents.marker_document(wanted))
        writer.commit()
        writer.wait_merging_threads()

    def _changed(self, after: int, number: int) -> Iterator[str]:
        """The keys of the change log between two numbers, and of datasets whose publisher has changed, each once."""
        versions, records = tables.versions, tables.records
        touched = sa.or_(
            sa.and_(versions.c.valid_from > after, versions.c.valid_from <= number),
            sa.and_(versions.c.valid_to > after, versions.c.valid_to <= number),
        )
        last = ""
        publishers: list[str] = []
        while True:
            statement = (
                sa.select(versions.c.key, records.c.kind, records.c.iri)
                .join_from(versions, records, records.c.key == versions.c.key)
                .where(touched, versions.c.key > last)
                .distinct()
                .order_by(versions.c.key)
                .limit(BATCH)
            )
            with self.engine.begin() as connection:
                found = connection.execute(statement).all()
            if not found:
                break
            last = found[-1].key
            publishers += (row.iri for row in found if row.kind == "agent")
            yield from (row.key for row in found if row.kind == "dataset")
        yield from self._overshadowed(after, number)
        reader = index.Index(self.cache)
        reader.refresh()
        for iris in _batches(publishers):
            yield from reader.keys_by("publisher", iris)

    def _overshadowed(self, after: int, number: int) -> Iterator[str]:
        """The keys of datasets that stepped behind another of their cluster between two numbers, or in front."""
        shadows = tables.shadows
        touched = sa.or_(shadows.c.valid_from.between(after + 1, number), shadows.c.valid_to.between(after + 1, number))
        last = 0
        while True:
            statement = sa.select(shadows.c.id, shadows.c.key).where(touched, shadows.c.id > last)
            with self.engine.begin() as connection:
                found = connection.execute(statement.order_by(shadows.c.id).limit(BATCH)).all()
            if not found:
                return
            last = found[-1].id
            yield from dict.fromkeys(row.key for row in found)

    def _datasets(self, number: int, which: sa.ColumnElement[bool]) -> list[tuple[int, Indexed]]:
        return indexed.datasets(self.engine, self.region.base_url, number, which, BATCH)

    # ---------------------------------------------------------------------------------------- dump, files

    def _with_head(self, head: Iterable[bytes], number: int) -> Iterator[bytes]:
        yield from head
        yield from rows.dump(self.engine, number, catalog_iri(self.region.base_url))

    @contextmanager
    def _alone(self, what: str = "index") -> Iterator[None]:
        self.cache.mkdir(parents=True, exist_ok=True)
        with (self.cache / f"{what}.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _dumps(region: Region) -> list[Path]:
    return list((region.data / "cache" / "dump").glob("catalog-*.nt.gz"))


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for key in keys:
        batch.append(key)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _write_gzip(file: Path, parts: Iterable[bytes]) -> None:
    unfinished = file.with_suffix(".part")
    with unfinished.open("wb") as opened:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=4, fileobj=opened, mtime=0) as packed:
            for part in parts:
                packed.write(part)
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.replace(file)


def _replace(file: Path, content: bytes) -> None:
    unfinished = file.with_suffix(".part")
    with unfinished.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.replace(file)
