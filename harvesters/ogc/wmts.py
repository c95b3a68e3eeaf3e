"""The layers of a Web Map Tile Service, WMTS 1.0.0 (OGC 07-057r7)."""

from __future__ import annotations

from harvesters.ogc.capabilities import Field, Layer, Service
from harvesters.ogc.elements import Element, child, children, text
from harvesters.ogc.layer_fields import common, corners, listed
from harvesters.ogc.service_fields import service_of

_READ = frozenset(
    {
        *("Identifier", "WGS84BoundingBox", "BoundingBox", "Style", "Format", "InfoFormat", "Dimension"),
        *("TileMatrixSetLink", "ResourceURL", "DatasetDescriptionSummary"),
    }
)


def service(root: Element) -> Service:
    """The service, with the formats of all its tiles."""
    contents = child(root, "Contents")
    formats = dict.fromkeys(said for layer in children(contents, "Layer") for said in listed(layer, "Format"))
    return service_of(root, "WMTS", str(root.get("version") or ""), tuple(formats))


def layers(root: Element, group: bool = False) -> tuple[Layer, ...]:
    """The layers that have an identifier. ``group`` means nothing here."""
    contents = child(root, "Contents")
    sets = {text(each, "Identifier"): text(each, "SupportedCRS") for each in children(contents, "TileMatrixSet")}
    found = []
    for element in children(contents, "Layer"):
        name, title = text(element, "Identifier"), text(element, "Title")
        fields = list(common(element, _READ))
        fields += [Field("name", "Layer.Identifier", name)] if name else []
        for each in children(element, "Dimension"):
            if text(each, "Identifier").lower() == "time" and (values := listed(each, "Value")):
                fields.append(Field("time", "Layer.Dimension", ",".join(values)))
        for each in children(element, "ResourceURL"):
            fields.append(Field("other", "Layer.ResourceURL", str(each.get("template") or "")))
        links = (text(each, "TileMatrixSet") for each in children(element, "TileMatrixSetLink"))
        crs = tuple(dict.fromkeys(sets[link] for link in links if sets.get(link)))
        if name or title:
            box = corners(child(element, "WGS84BoundingBox"))
            found.append(Layer(name, title or name, tuple(fields), crs, box, listed(element, "Format")))
    return tuple(found)
