"""Brings what is derived from the store (search index, dump) up to the published number. All of it can be rebuilt."""

from __future__ import annotations

import fcntl
import gzip
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
import tantivy

from catalog import database, index, tables
from catalog.preview import mapped
from catalog.preview.keeping import Keeping
from catalog.preview.mapped import Keys
from catalog.reading import documents, indexed, rows
from catalog.reading.documents import SCHEMA, Indexed, Marker
from schemas.iris import catalog_iri
from schemas.region import Region

BATCH = 1000
_HEAP_BYTES = 64_000_000
_TIDY_SECONDS = 86_400.0
_SETTLED_NS = 2_000_000_000
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
        self._markers = Keeping(region).mapped
        self._swept: object = None
        self._tidied: float | None = None

    def catch_up(self) -> int:
        """Brings the search index up to the published number; gives that number.

        Reads the change log from the index's own number on. Builds the index anew where it is missing, damaged, made
        by another version of this program or from another state of the store (a backup that was restored).
        """
        with self._alone():
            wanted = self._wanted()
            marker = self._marker()
            if marker is not None and marker._replace(mapped="") == wanted:
                return wanted.number
            known = self._known(marker) if marker is not None and self._continues(marker, wanted) else None
            if marker is None or known is None:
                self._rebuild(wanted)
            else:
                self._go_on(marker, wanted, known)
            return wanted.number

    def sweep(self) -> int:
        """Takes over which previews show a map by now; gives how many datasets were indexed anew for it.

        The index stays at its number. Where nothing has changed since this follower last looked, it costs the look at two
        folders. Does nothing while the index is behind: whatever is indexed then may be another by the next call.
        Markers of files that nobody publishes any more are removed once a day.
        """
        if self._swept is not None and self._swept == self._stamps() and not self._is_untidy():
            return 0
        with self._alone():
            wanted, marker = self._wanted(), self._marker()
            if marker is None or marker._replace(mapped="") != wanted:
                return 0
            if self._is_untidy():
                self._tidy()
            stamps = self._stamps()
            there, known = mapped.marked(self._markers), self._known(marker)
            if known is None:
                self._rebuild(wanted)
                return 0
            changed = known.packed != there.packed
            count = self._map(marker, known, there) if changed else 0
            # What was marked in the same moment as it was looked at may show no other time.
            self._swept = None if changed or _is_recent(stamps) else stamps
            return count

    def rebuild(self) -> int:
        """Builds the index anew whatever it holds, and deletes the old one; gives the number."""
        with self._alone():
            wanted = self._wanted()
            self._rebuild(wanted)
            return wanted.number

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

    def _wanted(self) -> Marker:
        """The marker of an index that is up to the published number, whatever previews it takes into account."""
        with self.engine.begin() as connection:
            return Marker(*rows.published(connection), documents.VERSION, mapped.keyed(self.region))

    def _marker(self) -> Marker | None:
        generation = index.current_generation(self.cache / "index")
        if generation is None:
            return None
        try:
            return index.read_marker(tantivy.Index(SCHEMA, path=str(generation)).searcher())
        except (ValueError, OSError):  # damaged, or of another program: built anew
            return None

    def _continues(self, marker: Marker, wanted: Marker) -> bool:
        if (marker.version, marker.keyed) != (wanted.version, wanted.keyed) or marker.number > wanted.number:
            return False
        with self.engine.begin() as connection:
            return rows.published_at(connection, marker.number) == marker.published_at

    def _rebuild(self, wanted: Marker) -> None:
        folder = self.cache / "index"
        generation = folder / secrets.token_hex(8)
        generation.mkdir(parents=True)
        there = mapped.marked(self._markers)
        wanted = wanted._replace(mapped=mapped.write(generation, there))
        writer = tantivy.Index(SCHEMA, path=str(generation)).writer(_HEAP_BYTES, 1)
        last = 0
        while batch := self._datasets(wanted.number, tables.versions.c.id > last, there):
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

    def _go_on(self, marker: Marker, wanted: Marker, known: Keys) -> None:
        changed = self._changed(marker.number, wanted.number)
        self._index_anew(changed, wanted._replace(mapped=marker.mapped), known)

    def _map(self, marker: Marker, known: Keys, there: Keys) -> int:
        """Indexes the datasets anew whose previews are marked now and were not, or were and are not; gives how many."""
        generation = self._generation()
        # The marker in the index names the set: both are in force with one step, or neither.
        named = marker._replace(mapped=mapped.write(generation, there))
        count = self._index_anew(self._of_previews(known.differing(there)), named, there)
        mapped.forget_others(generation, named.mapped)
        return count

    def _index_anew(self, changed: Iterable[str], marker: Marker, known: Keys) -> int:
        writer = tantivy.Index(SCHEMA, path=str(self._generation())).writer(_HEAP_BYTES, 1)
        count = 0
        for keys in _batches(changed):
            for key in keys:
                writer.delete_documents_by_term("key", key)
            for _, dataset in self._datasets(marker.number, tables.versions.c.key.in_(keys), known):
                writer.add_document(documents.document(dataset))
                count += 1
        writer.delete_documents_by_term("kind", "marker")
        writer.add_document(documents.marker_document(marker))
        writer.commit()
        writer.wait_merging_threads()
        return count

    def _generation(self) -> Path:
        generation = index.current_generation(self.cache / "index")
        assert generation is not None
        return generation

    def _known(self, marker: Marker) -> Keys | None:
        """The previews that the index takes into account; None where that is not to be known any more."""
        return mapped.read(self._generation(), marker.mapped)

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

    def _datasets(self, number: int, which: sa.ColumnElement[bool], known: Keys) -> list[tuple[int, Indexed]]:
        return indexed.datasets(self.engine, self.region, number, which, BATCH, known)

    # ---------------------------------------------------------------------------------------- previews

    def _of_previews(self, keys: Iterable[str]) -> Iterator[str]:
        """The keys of the datasets that have files with some keys of previews."""
        reader = index.Index(self.cache)
        reader.refresh()
        for terms in _batches(map(documents.preview_term, keys)):
            yield from reader.keys_by("preview", terms)

    def _tidy(self) -> None:
        searcher = tantivy.Index(SCHEMA, path=str(self._generation())).searcher()

        def is_public(key: str) -> bool:
            return bool(searcher.search(documents.one_of("preview", [documents.preview_term(key)]), 1).hits)

        mapped.tidy(self._markers, is_public)
        self._tidied = time.monotonic()

    def _is_untidy(self) -> bool:
        return self._tidied is None or time.monotonic() - self._tidied > _TIDY_SECONDS

    def _stamps(self) -> tuple[tuple[int, int] | None, ...]:
        """What is another when previews were marked, or the index was built anew."""
        return index.stamp(self._markers), index.stamp(self.cache / "index" / "current")

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


def _is_recent(stamps: Iterable[tuple[int, int] | None]) -> bool:
    return any(stamp and time.time_ns() - stamp[0] < _SETTLED_NS for stamp in stamps)


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
