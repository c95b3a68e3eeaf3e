"""Rings to polygons, as ESRI writes them."""

from __future__ import annotations

from itertools import pairwise

Position = tuple[float, float]


def polygons_of(lines: list[list[Position]]) -> list[list[list[Position]]]:
    """Polygons out of rings: outer ones run clockwise, holes the other way and follow theirs (ESRI J-7855, p. 8)."""
    polygons: list[list[list[Position]]] = []
    for line in lines:
        if not polygons or _area(line) < 0:
            polygons.append([line])
        else:
            polygons[-1].append(line)
    return polygons


def _area(ring: list[Position]) -> float:
    return float(sum(x * y2 - x2 * y for (x, y), (x2, y2) in pairwise(ring)))
