"""The features of one map on disk: GeoJSON, and beside it an index that says of each where it lies, its row and its bytes.

Nobody has to read what is not asked for: of 100,000 features the index is 7 MB, which NumPy filters in a millisecond. Lines
and areas with many positions stand there twice, the second time as rough as the whole map can show them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from schemas.tables.geometry import BoundingBox

Feature = Mapping[str, Any]
Numbers = npt.NDArray[np.intp]
"""Places of features in the order of the file, from 0."""
_BEGIN, _BETWEEN, _ROUGH, _END = b'{"type":"FeatureCollection","features":[\n', b",\n", b'\n],"rough":[\n', b"\n]}\n"
_NOWHERE = (np.nan,) * 4
_RECORD = np.dtype(
    [
        *((edge, "<f8") for edge in BoundingBox._fields),
        ("row", "<i4"),
        ("shape", "?"),
        ("at", "<u8"),
        ("length", "<u4"),
        ("rough_at", "<u8"),
        ("rough_length", "<u4"),
    ]
)


class Written(NamedTuple):
    """What is kept of a map: its GeoJSON, and the index of it."""

    geojson: bytes
    directory: bytes


def written(features: Sequence[Feature], around: Sequence[BoundingBox | None], rough: Mapping[int, Feature]) -> Written:
    """Features with a geometry in degrees as they are kept; ``around`` has the box of each.

    ``rough`` has those whose lines are drawn with fewer positions, by their places in the sequence. GeoJSON may have members
    of its own (RFC 7946, 6.1): ``rough`` is one.
    """
    # One text that grows: what orjson gives keeps four kilobytes each, however short it is.
    body, starts = bytearray(_BEGIN), [len(_BEGIN)]
    for each in features:
        body += orjson.dumps(each)
        body += _BETWEEN
        starts.append(len(body))
    index = np.zeros(len(features), _RECORD)
    index["at"] = index["rough_at"] = starts[:-1]
    index["length"] = index["rough_length"] = np.diff(starts) - len(_BETWEEN)
    index["row"] = [row if isinstance(row := each["properties"].get("row"), int) else -1 for each in features]
    index["shape"] = [each["geometry"]["type"] != "Point" for each in features]
    edges = np.array([_NOWHERE if each is None else each for each in around], "<f8").reshape(
        -1, len(BoundingBox._fields)
    )
    for place, edge in enumerate(BoundingBox._fields):
        index[edge] = edges[:, place]
    if features:
        del body[-len(_BETWEEN) :]
    body += _ROUGH
    for place, number in enumerate(rough):
        body += _BETWEEN if place else b""
        part = orjson.dumps(rough[number])
        index[number]["rough_at"], index[number]["rough_length"] = len(body), len(part)
        body += part
    body += _END
    return Written(bytes(body), index.tobytes())


class Features:
    """The features of a map, opened for reading. Numbers count them from 0, in the order of the file."""

    def __init__(self, index: npt.NDArray[Any], file: int) -> None:
        self._index = index
        self._file = file

    def __len__(self) -> int:
        return len(self._index)

    @property
    def every(self) -> Numbers:
        """The numbers of all features that lie somewhere."""
        return np.flatnonzero(~np.isnan(self._index["west"]))

    def of_rows(self, rows: Collection[int]) -> Numbers | None:
        """The features of these rows (from 0); None where no feature tells its row.

        Where others do, a feature without a row is of none that was asked for.
        """
        told = self._index["row"]
        if len(told) and told.max() < 0:
            return None
        most = int(told.max(initial=-1)) + 1
        wanted = np.zeros(most + 1, bool)  # the last one is for features without a row
        chosen = np.fromiter(rows, np.int64, len(rows))
        wanted[chosen[(chosen >= 0) & (chosen < most)]] = True
        every = self.every
        found: Numbers = every[wanted[told[every]]]
        return found

    def meeting(self, numbers: Numbers, box: BoundingBox) -> Numbers:
        """Those whose own box has a point in common with a box; its edges belong to it."""
        own = self._index[numbers]
        meets = (own["west"] <= box.east) & (own["east"] >= box.west)
        meets &= (own["south"] <= box.north) & (own["north"] >= box.south)
        return numbers[meets]

    def edges(self, numbers: Numbers) -> tuple[npt.NDArray[np.float64], ...]:
        """West, south, east and north of features in degrees."""
        own = self._index[numbers]
        return tuple(own[edge] for edge in BoundingBox._fields)

    def box(self, numbers: Numbers) -> BoundingBox | None:
        """The box around features; None around none."""
        if not len(numbers):
            return None
        west, south, east, north = self.edges(numbers)
        return BoundingBox(float(west.min()), float(south.min()), float(east.max()), float(north.max()))

    def shapes(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Which of these features are more than a single point."""
        found: npt.NDArray[np.bool_] = self._index["shape"][numbers]
        return found

    def sizes(self, numbers: Numbers, *, rough: bool) -> npt.NDArray[np.int64]:
        """How many bytes features take as GeoJSON."""
        return self._index["rough_length" if rough else "length"][numbers].astype(np.int64)

    def read(self, numbers: Iterable[int], rough: Collection[int] = ()) -> list[dict[str, Any]]:
        """Features as GeoJSON; of those in ``rough`` the rough drawing. Raises OSError, and ValueError for damaged ones."""
        found = []
        for number in map(int, numbers):
            record = self._index[number]
            at, length = ("rough_at", "rough_length") if number in rough else ("at", "length")
            found.append(orjson.loads(os.pread(self._file, int(record[length]), int(record[at]))))
        return found


@contextmanager
def opened(geojson: Path, index: Path) -> Iterator[Features]:
    """The features of a map that was written to two files. Raises OSError, and ValueError for what is no index."""
    records = np.frombuffer(index.read_bytes(), _RECORD)
    file = os.open(geojson, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield Features(records, file)
    finally:
        os.close(file)
