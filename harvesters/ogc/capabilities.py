"""A capabilities document in neutral terms: one service, and the layers, feature types or coverages that it offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Field(NamedTuple):
    """A statement: its neutral name, the element that it stands in, and its value as text, list or object."""

    name: str
    place: str
    value: Any


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer, feature type or coverage. ``name`` is what requests call it, empty for a group that cannot be asked for.

    ``parts`` are the names of a group's layers; ``crs`` the reference systems, the default first; ``box`` west, south, east,
    north in WGS84 degrees as they were written, whatever the document's order of axes; ``formats`` those of this layer alone.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    crs: tuple[str, ...] = ()
    box: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    path: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """What tells it from the service's others: its name, else where it stands in the tree of titles."""
        return self.name or "/".join((*self.path, self.title))


@dataclass(frozen=True, slots=True)
class Service:
    """A service: ``kind`` is WMS, WFS, WMTS or WCS. ``contact`` holds parts of the contact with the place of each.

    ``operations`` are the GET addresses by operation; ``most`` is how many features one answer holds, where it is limited.
    """

    kind: str
    version: str
    fields: tuple[Field, ...]
    contact: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    operations: Mapping[str, str] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    language: str = ""
    most: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """A capabilities document: its address, the service, and what was chosen of it."""

    url: str
    service: Service
    layers: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferedLayer:
    """A native record: one layer with its service, and the identities of all that the service serves to us."""

    native_id: str
    layer: Layer
    service: Service
    url: str
    served: tuple[str, ...]
