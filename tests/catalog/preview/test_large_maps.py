"""Large cadastres are read whole within the bounds of every reader: all their features are kept, each finds its row."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.maps.features import opened
from catalog.preview import keeping
from tests.catalog.preview.test_hostile_files import read_apart

pytestmark = pytest.mark.long


def _places(count: int) -> Iterator[tuple[float, float]]:
    chance = random.Random(5)
    return ((round(chance.gauss(9.6, 0.03), 6), round(chance.gauss(50.4, 0.02), 6)) for _ in range(count))


def trees(count: int) -> bytes:
    lines = ["Baumnummer;Art;Kronendurchmesser;Längengrad;Breitengrad"]
    lines += [f"{n};Linde;{n % 90 / 10};{x};{y}".replace(".", ",") for n, (x, y) in enumerate(_places(count))]
    return "\n".join(lines).encode()


def _collection(found: Iterator[tuple[dict[str, Any], dict[str, Any]]]) -> bytes:
    features = [{"type": "Feature", "properties": told, "geometry": drawn} for told, drawn in found]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def lamps(count: int) -> bytes:
    return _collection(
        ({"Nummer": n, "Leistung": n % 90, "Straße": f"Straße {n % 400}"}, {"type": "Point", "coordinates": [*place]})
        for n, place in enumerate(_places(count))
    )


def lots(count: int) -> bytes:
    def ring(x: float, y: float) -> list[list[float]]:
        turns = [2 * math.pi * n / 12 for n in range(12)]
        found = [[round(x + 2e-4 * math.cos(turn), 7), round(y + 2e-4 * math.sin(turn), 7)] for turn in turns]
        return [*found, found[0]]

    return _collection(
        ({"Flurstück": f"{n}/1"}, {"type": "Polygon", "coordinates": [ring(*place)]})
        for n, place in enumerate(_places(count))
    )


@pytest.mark.parametrize(
    ("made", "name", "count"),
    [(trees, "baeume.csv", 100_000), (lamps, "lampen.geojson", 100_000), (lots, "flurstuecke.geojson", 20_000)],
)
def test_all_features_of_a_cadastre_are_kept(
    tmp_path: Path, made: Callable[[int], bytes], name: str, count: int
) -> None:
    folder = tmp_path / "read"
    ended = read_apart(folder, made(count), name)
    assert ended.status == 0
    assert ended.preview is not None
    assert ended.preview.reason is None
    geometry = ended.preview.geometry
    assert geometry is not None
    assert (geometry.shown, geometry.total, geometry.simplified) == (count, count, False)
    with opened(folder / keeping.MAP, folder / keeping.INDEX) as found:
        assert len(found.every) == count
        (last,) = found.read([count - 1])
    assert last["properties"]["row"] == count - 1
