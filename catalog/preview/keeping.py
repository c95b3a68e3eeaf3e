"""Finished previews on disk, in ``data/cache/previews/``: found by key, replaced whole, the oldest go when room is short.

A preview is ``KEY.json`` and names the folder that holds its rows, its map and its picture; the folder of an older one
stays a while for those who are still reading it.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from catalog.preview.mapped import has_map
from catalog.preview.model import VERSION, Preview, Wanted
from schemas.region import Region

MAX_BYTES = 2_000_000_000
"""Most room that all previews may take (bytes)."""
MAX_JSON = 20_000_000
"""Largest preview that is kept and read, without its rows, its map and its picture (bytes)."""
ROWS, MAP, INDEX, PICTURE = "rows.db", "map.json", "map.index", "picture"
_OTHERS = frozenset(("wishes", "withheld", "mapped"))  # folders beside those of previews
_GRACE_SECONDS = 120
_TOUCH_SECONDS = 3600
_JSON = TypeAdapter(Preview)
# Key and address, which stand before them, are short; in them a quotation mark is written with a backslash.
_BEGINNING = re.compile(rb'(?<!\\)","state":"ready","kind":"(\w+)"')
_LONGEST_BEGINNING = 8192
# Five texts and the status stand before the size; where the server did not tell it what was read counts, if that is all.
_SIZE = re.compile(rb'"source":\[(?:"(?:[^"\\]++|\\.)*+",){5}\d+,(?:(\d{1,18})|null,(\d{1,18}),true),')
_END = re.compile(rb'"folder":"([\w-]{0,100})","version":(\d{1,9})\}\Z')
_LONGEST_END = 200


def key_of(wanted: Wanted) -> str:
    """The key of a preview: of its address, of its source and what that allows, of the engine's version."""
    parts = (
        str(VERSION),
        wanted.source_key,
        wanted.address,
        wanted.service,
        wanted.layer,
        str(wanted.personal),
        "" if wanted.layer else wanted.called,  # a layer that is named is the same for all datasets
    )
    text = "\n".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def to_json(preview: Preview) -> bytes:
    """A preview as it is kept."""
    return _JSON.dump_json(preview)


def from_json(content: bytes) -> Preview:
    """A preview as it was kept. Raises ValueError for what is none."""
    return _JSON.validate_json(content)


class Keeping:
    """The previews of a region. Reading needs no lock: a preview is replaced in one step."""

    def __init__(self, region: Region) -> None:
        self.folder = region.data / "cache" / "previews"
        self.mapped = self.folder / "mapped"
        """The folder of markers, each named by the key of a preview that shows a map: the search goes by them."""
        self._withheld = self.folder / "withheld"

    @cached_property
    def wishes(self) -> Path:
        """The folder of wishes that the maker reads."""
        folder = self.folder / "wishes"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def get(self, key: str) -> Preview | None:
        """The kept preview; None where there is none, or none that this program can read."""
        file = self._file(key)
        try:
            facts = file.stat()
            preview = from_json(file.read_bytes()) if facts.st_size <= MAX_JSON else None
        except (OSError, ValidationError, ValueError):
            return None
        if preview is None or preview.version != VERSION or preview.key != key:
            return None
        if time.time() - facts.st_mtime > _TOUCH_SECONDS:
            with suppress(OSError):
                os.utime(file)  # the oldest to go are those that nobody looks at
        return preview

    def state(self, key: str) -> tuple[int, int, int] | None:
        """What is another when the preview is; None where there is none. Reads nothing, and is quick."""
        try:
            facts = self._file(key).stat()
        except OSError:
            return None
        return facts.st_ino, facts.st_mtime_ns, facts.st_size

    def shown(self, key: str) -> str:
        """What kind of preview is ready; nothing where none is. Reads its first bytes only, for lists of many files."""
        return self.told(key)[0]

    def told(self, key: str) -> tuple[str, int]:
        """The same, and the size of the file (bytes; 0 where it is not known)."""
        try:
            with self._file(key).open("rb") as opened:
                beginning = opened.read(_LONGEST_BEGINNING)
        except OSError:
            return "", 0
        found = _BEGINNING.search(beginning)
        if found is None:
            return "", 0
        size = _SIZE.search(beginning, found.end())
        return found[1].decode(), int(size[1] or size[2]) if size else 0

    def path(self, preview: Preview, name: str) -> Path | None:
        """A file beside a preview: ROWS, MAP, INDEX or PICTURE; None where there is none."""
        if not preview.folder:
            return None
        file = self.folder / Path(preview.folder).name / name
        return file if file.is_file() else None

    def new_folder(self, key: str) -> Path:
        """An empty folder for what belongs to a preview. Raises OSError."""
        folder = self.folder / f"{key}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        return folder

    def put(
        self,
        preview: Preview,
        folder: Path | None = None,
        *,
        geojson: bytes | None = None,
        picture: bytes | None = None,
    ) -> Preview:
        """Keep a preview in the place of an older one, with the folder of :meth:`new_folder` if it has one.

        Gives it with the name of its folder. Raises OSError where the disk does not take it.
        """
        if folder is None and (geojson is not None or picture is not None):
            folder = self.new_folder(preview.key)
        for name, content in ((MAP, geojson), (PICTURE, picture)):
            if folder is not None and content is not None:
                (folder / name).write_bytes(content)
        preview = replace(preview, folder=folder.name if folder is not None else "")
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self._file(preview.key)
        fresh = file.with_suffix(f".{secrets.token_hex(4)}.new")
        fresh.write_bytes(to_json(preview))
        fresh.replace(file)
        marker = self._withheld / preview.key
        if preview.withheld:
            self._withheld.mkdir(exist_ok=True)
            marker.touch()
        else:
            marker.unlink(missing_ok=True)
        self._mark(preview)
        return preview

    def _mark(self, preview: Preview) -> None:
        """Notes whether a preview shows a map. What is not finished, or failed for now, leaves the note as it was."""
        marker = self.mapped / preview.key
        for_now = preview.growing or (preview.reason is not None and not preview.ready and preview.reason.temporary)
        if has_map(preview):
            self.mapped.mkdir(exist_ok=True)
            marker.touch()
        elif preview.state != "making" and not for_now:
            marker.unlink(missing_ok=True)

    def is_marked(self, preview: Preview) -> bool:
        """Whether it is noted that a preview shows a map, if it does."""
        return not has_map(preview) or (self.mapped / preview.key).is_file()

    def mark_all(self) -> None:
        """Notes of previews that an older program has made which of them show a map; once, where nothing is noted yet."""
        if self.mapped.is_dir():
            return
        maps = [file.stem for file in self.folder.glob("*.json") if self.shown(file.stem) == "map"]
        fresh = self.folder / f"{secrets.token_hex(4)}.mapped"
        fresh.mkdir(parents=True)
        for key in maps:
            (fresh / key).touch()
        fresh.replace(self.mapped)

    def withholds(self, key: str) -> bool:
        """Whether a preview withholds data of persons; reads nothing of it."""
        return (self._withheld / key).is_file()

    def withheld(self) -> Iterator[Preview]:
        """The previews that withhold data of persons: what a steward should look at."""
        for marker in sorted(self._withheld.glob("*")):
            if (preview := self.get(marker.name)) is not None and preview.withheld:
                yield preview
            else:
                marker.unlink(missing_ok=True)

    def prune(self, most: int = MAX_BYTES) -> int:
        """Remove what nobody names any more, then the previews longest not looked at until the rest fits; gives its bytes.

        That one of them showed a map stays noted: it would again.
        """
        if not self.folder.is_dir():
            return 0
        named: dict[str, Path] = {}
        kept: list[tuple[float, Path, Path | None]] = []
        for file in self.folder.glob("*.json"):
            name = _named_folder(file)
            if name is None:
                file.unlink(missing_ok=True)
                continue
            folder = self.folder / name if name else None
            if folder is not None:
                named[folder.name] = file
            kept.append((_mtime(file), file, folder))
        for folder in (each for each in self.folder.iterdir() if each.is_dir() and each.name not in _OTHERS):
            if folder.name not in named and time.time() - _mtime(folder) > _GRACE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        for stray in self.folder.glob("*.new"):
            if time.time() - _mtime(stray) > _GRACE_SECONDS:
                stray.unlink(missing_ok=True)
        sizes = {file: _size(file) + (_size(folder) if folder else 0) for _, file, folder in kept}
        total = sum(sizes.values())
        for _, file, folder in sorted(kept):
            if total <= most:
                break
            file.unlink(missing_ok=True)
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            total -= sizes[file]
        return total

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def _named_folder(file: Path) -> str | None:
    """The folder that a preview names, nothing where it has none; None for what is no preview of this version.

    Reads its end only: folder and version are its last attributes.
    """
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - _LONGEST_END))
            found = _END.search(opened.read(_LONGEST_END))
    except OSError:
        return None
    return found[1].decode() if found and int(found[2]) == VERSION else None


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            return sum(each.stat().st_size for each in path.iterdir())
        return path.stat().st_size
    except OSError:
        return 0
