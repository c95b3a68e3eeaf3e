"""The feature types of a Web Feature Service: WFS 1.0 (OGC 02-058), 1.1 (OGC 04-094), 2.0 (OGC 09-025)."""

from __future__ import annotations

from harvesters.ogc.capabilities import Field, Layer, Service
from harvesters.ogc.elements import Element, child, children, local
from harvesters.ogc.layer_fields import allowed, common, corners, edges, listed
from harvesters.ogc.service_fields import service_of

_DEFAULT_CRS = ("DefaultCRS", "DefaultSRS", "SRS")
_OTHER_CRS = ("OtherCRS", "OtherSRS")
_BOXES = ("WGS84BoundingBox", "LatLongBoundingBox")
_READ = frozenset(
    {
        "Name",
        *_DEFAULT_CRS,
        *_OTHER_CRS,
        *_BOXES,
        "NoCRS",
        "NoSRS",
        "OutputFormats",
        "Operations",
        "ExtendedDescription",
    }
)


def service(root: Element) -> Service:
    """The service, with the formats of GetFeature."""
    formats = allowed(child(root, "OperationsMetadata"), "GetFeature", "outputFormat")
    if not formats:  # 1.0 names each by an element
        formats = tuple(
            local(each) for each in children(child(root, "Capability", "Request", "GetFeature", "ResultFormat"))
        )
    return service_of(root, "WFS", str(root.get("version") or ""), formats)


def layers(root: Element, group: bool = False) -> tuple[Layer, ...]:
    """The feature types that have a name. ``group`` means nothing here: feature types stand side by side."""
    found = []
    for element in children(child(root, "FeatureTypeList"), "FeatureType"):
        names = listed(element, "Name")
        fields = list(common(element, _READ))
        fields += [Field("name", "FeatureType.Name", name) for name in names[:1]]
        crs = tuple(dict.fromkeys((*listed(element, *_DEFAULT_CRS), *listed(element, *_OTHER_CRS))))
        box = corners(child(element, "WGS84BoundingBox")) or edges(child(element, "LatLongBoundingBox"))
        title = next(iter(listed(element, "Title")), "")
        formats = listed(child(element, "OutputFormats"), "Format")
        name = names[0] if names else ""
        if name or title:
            found.append(Layer(name, title or name, tuple(fields), crs, box, formats))
    return tuple(found)
