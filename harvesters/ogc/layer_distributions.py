"""The forms in which a layer can be had: the service itself, files where it gives files, a picture where it draws."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from harvesters.mapping.account import Account
from harvesters.mapping.native_values import address_of
from harvesters.ogc.addresses import asking
from harvesters.ogc.capabilities import Field, OfferedLayer
from harvesters.ogc.crs import crs84, crs_iri, is_geographic
from harvesters.ogc.formats import COVERAGES, FEATURES, downloads, file_type
from harvesters.ogc.service_record import Offer, capabilities_address, endpoint
from schemas.kinds import Literal
from schemas.model import Distribution, Value
from schemas.vocabularies import LISTS, find_media_type, media_type_of

_WIDEST = 800
# In this spelling servers give longitude first, as GeoJSON wants it.
_DEGREES = "EPSG:4326"
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_PICTURE_TITLE = (Literal("Kartenbild (Beispiel)", "de"), Literal("Map image (example)", "en"))


def distributions(account: Account, native: OfferedLayer, offered: Offer, data: Sequence[Field]) -> list[Distribution]:
    """All distributions of a layer, each under the service's terms; ``data`` are links to the data behind it."""
    making = _Making(account, native, offered)
    found = [making.of_service(), *making.files(), *making.picture()]
    found += [each for field in data for each in making.linked(field)]
    return found


class _Making:
    """The making of a layer's distributions."""

    def __init__(self, account: Account, native: OfferedLayer, offered: Offer) -> None:
        self.account = account
        self.native = native
        self.layer = native.layer
        self.service = native.service
        self.offered = offered

    def of_service(self) -> Distribution:
        """The service as a form of the layer: reached by the capabilities, asked by a program."""
        kind = self.service.kind
        address = capabilities_address(self.service, self.native.url)
        self._note("access_url", "GetCapabilities")
        return self._made(kind, address, f"{kind}_SRVC", served=True)

    def files(self) -> Iterator[Distribution]:
        """What the service gives as a whole file (WFS, WCS from 1.1), once for each file type."""
        offered = (*self.layer.formats, *self.service.formats)
        if not self.layer.name:
            return
        if self.service.kind == "WFS":
            for code, written in downloads(offered, FEATURES).items():
                self._note("download_url", "GetFeature")
                yield self._made(code, self._feature_address(code, written), code, download=True, served=True)
        elif self.service.kind == "WCS":
            for code, written in downloads(offered, COVERAGES).items():
                if address := self._coverage_address(written):
                    self._note("download_url", "GetCoverage")
                    yield self._made(code, address, code, download=True, served=True)

    def picture(self) -> Iterator[Distribution]:
        """An example of a map (WMS): it shows the layer and is no download of it."""
        kind = next((each for each in _PICTURES if each in self.service.formats), None)
        address = self._map_address(kind) if self.service.kind == "WMS" and kind else None
        if address and kind and (code := file_type(kind)):
            self._note("access_url", "GetMap")
            yield self._made("GetMap", address, code, title=_PICTURE_TITLE, served=True)

    def linked(self, field: Field) -> Iterator[Distribution]:
        """The data behind a layer by their own address (DataURL, FeatureListURL)."""
        written, media_type = field.value
        address = address_of(written)
        if address is None:
            self.account.refuse(field.place, written, "distribution")
            return
        code = file_type(media_type) if media_type else None
        self.account.note("distribution.access_url", field.place, "copy")
        is_file = code is not None and code not in ("HTML", "XML") and not code.endswith("_SRVC")
        yield self._made(address, address, code, download=is_file)

    def _note(self, attribute: str, operation: str) -> None:
        self.account.note(f"distribution.{attribute}", operation, "request")

    def _made(
        self,
        role: str,
        address: str,
        code: str | None,
        *,
        title: tuple[Literal, ...] = (),
        download: bool = False,
        served: bool = False,
    ) -> Distribution:
        file_types = LISTS["file-type"].by_code(code) if code else None
        media = (media_type_of(code) or find_media_type(code)) if code and not code.endswith("_SRVC") else None
        more: dict[str, Any] = {}
        statements: tuple[tuple[str, tuple[Value, ...]], ...] = (
            ("license", self.offered.license),
            ("rights", self.offered.rights),
            ("license_attribution", self.offered.attribution),
        )
        more |= {name: values for name, values in statements if values}
        return Distribution(
            iri=self.account.mint("distribution", f"{self.native.native_id}/{role}"),
            access_url=(address,),
            download_url=(address,) if download else (),
            title=title,
            format=(file_types.iri,) if file_types is not None else (),
            media_type=(media.iri,) if media is not None else (),
            access_service=(self.offered.iri,) if served else (),
            **more,
        )

    def _feature_address(self, code: str, written: str) -> str:
        version = self.service.version
        asked = {"SERVICE": "WFS", "VERSION": version, "REQUEST": "GetFeature"}
        asked["TYPENAMES" if version >= "2" else "TYPENAME"] = self.layer.name
        asked["OUTPUTFORMAT"] = written
        # GeoJSON is WGS84 by its standard; a server left alone sends it in the type's own system (F48).
        systems = [crs_iri(each) for each in self.layer.crs]
        if code == "GEOJSON" and crs_iri(_DEGREES) in systems[1:]:
            asked["SRSNAME"] = _DEGREES
        return asking(endpoint(self.service, self.native.url, "GetFeature"), **asked)

    def _coverage_address(self, written: str) -> str | None:
        version, name = self.service.version, self.layer.name
        asked = {"SERVICE": "WCS", "VERSION": version, "REQUEST": "GetCoverage"}
        if version >= "2":
            asked |= {"COVERAGEID": name, "FORMAT": written}
        elif version >= "1.1" and len(self.layer.box) == 4:
            edges = ",".join((*self.layer.box, "urn:ogc:def:crs:OGC:1.3:CRS84"))
            asked |= {"IDENTIFIER": name, "BOUNDINGBOX": edges, "FORMAT": written}
        else:
            return None
        return asking(endpoint(self.service, self.native.url, "GetCoverage"), **asked)

    def _map_address(self, media_type: str) -> str | None:
        """GetMap for the whole box in degrees; WMS 1.3.0 wants EPSG:4326 in the order of its axes, latitude first."""
        box, version = degrees_of(self.layer.box), self.service.version
        plain = next((each for each in self.layer.crs if crs84(each)), None)
        geographic = next((each for each in self.layer.crs if is_geographic(each)), None)
        crs = plain or geographic
        names = self.layer.name or ",".join(self.layer.parts)
        if box is None or crs is None or not names:
            return None
        west, south, east, north = box
        width, height = _size(east - west, north - south)
        turned = plain is None and version >= "1.3"
        edges = (south, west, north, east) if turned else (west, south, east, north)
        return asking(
            endpoint(self.service, self.native.url, "GetMap"),
            SERVICE="WMS",
            VERSION=version,
            REQUEST="GetMap",
            LAYERS=names,
            STYLES="",
            **{"CRS" if version >= "1.3" else "SRS": crs},
            BBOX=",".join(map(repr, edges)),
            WIDTH=str(width),
            HEIGHT=str(height),
            FORMAT=media_type,
        )


def degrees_of(box: Sequence[str]) -> tuple[float, float, float, float] | None:
    """The edges of a box as numbers; None if they are none, or lie nowhere on earth."""
    try:
        west, south, east, north = (float(edge) for edge in box)
    except ValueError:
        return None
    if not all(map(math.isfinite, (west, south, east, north))):
        return None
    return (west, south, east, north) if -180 <= west <= east <= 180 and -90 <= south <= north <= 90 else None


def _size(width: float, height: float) -> tuple[int, int]:
    """A picture's size in pixels, in the proportions of the box."""
    longest = max(width, height)
    if longest <= 0:
        return _WIDEST, _WIDEST
    return max(1, round(_WIDEST * width / longest)), max(1, round(_WIDEST * height / longest))
