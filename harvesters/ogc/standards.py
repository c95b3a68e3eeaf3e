"""The OGC service standards that are read: which document is which, how it is asked for, who takes it apart."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import NamedTuple

from harvesters.ogc import wcs, wfs, wms, wmts
from harvesters.ogc.capabilities import Capabilities, Layer, Service
from harvesters.ogc.documents import Opened, open_xml, refusal
from harvesters.ogc.elements import Element, local
from schemas.syntax import Unreadable


class Standard(NamedTuple):
    """One standard: the names of its documents' root, its versions in the order in which they are asked for."""

    roots: tuple[str, ...]
    versions: tuple[str, ...]
    service: Callable[[Element], Service]
    layers: Callable[[Element, bool], tuple[Layer, ...]]


# In the order in which an address is tried that does not say which service it is: data before pictures of data.
STANDARDS: dict[str, Standard] = {
    "WFS": Standard(("WFS_Capabilities",), ("2.0.0", "1.1.0", "1.0.0"), wfs.service, wfs.layers),
    "WMS": Standard(("WMS_Capabilities", "WMT_MS_Capabilities"), ("1.3.0", "1.1.1"), wms.service, wms.layers),
    "WMTS": Standard((), ("1.0.0",), wmts.service, wmts.layers),
    "WCS": Standard(("WCS_Capabilities",), ("2.0.1", "1.1.1", "1.0.0"), wcs.service, wcs.layers),
}
# WMTS and WCS 1.1 and 2.0 share the name of the root; the namespace tells them apart.
_CAPABILITIES = "Capabilities"


class Cut(NamedTuple):
    """What a capabilities document holds: the layers chosen, how many there are, titles of those that cannot be had."""

    capabilities: Capabilities
    total: int
    unnamed: tuple[str, ...]
    repaired_lines: int


def cut(body: bytes, url: str, wanted: str | None = None, patterns: tuple[str, ...] = (), group: bool = False) -> Cut:
    """The service and layers of a capabilities document.

    Takes bytes, the address they came from, the service that was asked for (None: any), names or patterns with ``*`` of the
    layers wanted (none: all), and whether groups are taken instead of layers. Raises Unreadable, with the service's own
    words where it sent an exception report (F01, F02).
    """
    opened = open_xml(body)
    kind = _kind(opened, wanted)
    standard = STANDARDS[kind]
    layers = tuple(each for each in standard.layers(opened.root, group) if each.identity)
    chosen = tuple(each for each in layers if not patterns or _is_wanted(each, patterns))
    unnamed = wms.unnamed(opened.root) if kind == "WMS" else ()
    capabilities = Capabilities(url, standard.service(opened.root), chosen)
    return Cut(capabilities, len(layers), unnamed, opened.repaired_lines)


def _kind(opened: Opened, wanted: str | None) -> str:
    root = opened.root
    if (said := refusal(root)) is not None:
        raise Unreadable(f"der Dienst meldet einen Fehler: {said}", f"the service reports an error: {said}")
    name = local(root)
    kind = next((kind for kind, standard in STANDARDS.items() if name in standard.roots), None)
    if kind is None and name == _CAPABILITIES:
        namespace = str(root.tag).partition("}")[0].lower()
        kind = next((each for each in ("WMTS", "WCS") if f"/{each.lower()}/" in f"{namespace}/"), None)
    if kind is None:
        raise Unreadable(
            f"XML, aber kein Capabilities-Dokument: die Wurzel heißt {name}",
            f"XML, but no capabilities document: its root is {name}",
        )
    if wanted is not None and kind != wanted:
        raise Unreadable(
            f"das Capabilities-Dokument eines {kind} statt eines {wanted}",
            f"the capabilities document of a {kind} instead of a {wanted}",
        )
    return kind


def _is_wanted(layer: Layer, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(layer.identity, pattern) for pattern in patterns)
