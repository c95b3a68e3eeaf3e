"""The coverages of a Web Coverage Service: WCS 1.0 (OGC 03-065), 1.1 (OGC 07-067), 2.0 (OGC 09-110)."""

from __future__ import annotations

from collections.abc import Iterator

from harvesters.ogc.capabilities import Field, Layer, Service
from harvesters.ogc.elements import Element, child, children, local, text
from harvesters.ogc.layer_fields import allowed, common, corners, first_text, listed
from harvesters.ogc.service_fields import service_of

_NAMES = ("CoverageId", "Identifier", "name")
_READ = frozenset(
    {
        *(*_NAMES, "CoverageSummary", "CoverageSubtype", "CoverageSubtypeParent", "WGS84BoundingBox", "BoundingBox"),
        *("SupportedCRS", "SupportedFormat", "lonLatEnvelope", "DatasetSeriesSummary"),
    }
)


def service(root: Element) -> Service:
    """The service, with the formats of GetCoverage; WCS 1.0 tells them by DescribeCoverage only."""
    formats = (
        *listed(child(root, "ServiceMetadata"), "formatSupported"),
        *listed(child(root, "Contents"), "SupportedFormat"),
        *allowed(child(root, "OperationsMetadata"), "GetCoverage", "format"),
    )
    return service_of(root, "WCS", str(root.get("version") or ""), tuple(dict.fromkeys(formats)))


def layers(root: Element, group: bool = False) -> tuple[Layer, ...]:
    """The coverages that have an identifier and none such below them. ``group`` means nothing here."""
    return tuple(_coverage(element) for element in _deepest(root))


def _deepest(root: Element) -> Iterator[Element]:
    yield from children(child(root, "ContentMetadata"), "CoverageOfferingBrief")
    waiting = [*reversed([*children(child(root, "Contents"), "CoverageSummary")])]
    while waiting:
        element = waiting.pop()
        inner = [*children(element, "CoverageSummary")]
        if inner:
            waiting.extend(reversed(inner))
        elif first_text(element, _NAMES):
            yield element


def _coverage(element: Element) -> Layer:
    place = local(element)
    name = first_text(element, _NAMES)
    fields = [Field("name", f"{place}.{next(n for n in _NAMES if text(element, n) or n == 'name')}", name)]
    fields += common(element, _READ)
    envelope = child(element, "lonLatEnvelope")
    times = listed(envelope, "timePosition")
    if times:
        fields.append(Field("time", f"{place}.lonLatEnvelope", "/".join((times[0], times[-1]))))
    title = first_text(element, ("Title", "label")) or name
    box = corners(child(element, "WGS84BoundingBox")) or _envelope(envelope)
    return Layer(name, title, tuple(fields), listed(element, "SupportedCRS"), box, listed(element, "SupportedFormat"))


def _envelope(element: Element | None) -> tuple[str, ...]:
    """Longitude and latitude of the two corners (WCS 1.0, 8.3.3)."""
    points = [text(each).split() for each in children(element, "pos")]
    whole = len(points) == 2 and all(len(point) >= 2 for point in points)
    return (*points[0][:2], *points[1][:2]) if whole else ()
