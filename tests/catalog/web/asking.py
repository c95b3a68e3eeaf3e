"""Asks the application as a client does, without a socket; and a catalogue that has something to show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from catalog.follower import Follower
from catalog.search import Catalogue
from catalog.web.app import create_app
from schemas import iris, model
from schemas.kinds import Literal
from schemas.region import HarvestSource, Region
from tests.catalog.builder import BASE, Builder, Stored, dataset, region_in

AUTHORITY = "http://publications.europa.eu/resource/authority"
AGENT = iris.mint(BASE, "agent", iris.key("neuhof-portal", "org:bauamt"))
SERVICE = iris.mint(BASE, "service", iris.key("neuhof-portal", "wfs"))
SERIES = iris.mint(BASE, "series", iris.key("neuhof-portal", "reihe"))
_DATE = "http://www.w3.org/2001/XMLSchema#date"


class Asking:
    """A client of an application. Answers are as they are sent: no redirect is followed."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """One request; ``headers`` are named with _ for -. No ``Accept-Encoding`` unless one is given."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return asyncio.run(self._ask(path, method, {"accept-encoding": "identity", **named}))

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> httpx.Response:
        """A form that is sent; ``headers`` as in :meth:`get`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return asyncio.run(self._ask(path, "POST", {"accept-encoding": "identity", **named}, fields))

    async def _ask(
        self, path: str, method: str, headers: Mapping[str, str], fields: Mapping[str, str] | None = None
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as client:
            if "accept" not in headers:
                del client.headers["accept"]
            return await client.request(method, path, headers=headers, data=fields)


class Place:
    """A region with its builder, catalogue and application."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.builder = Builder(region)
        self.catalogue = Catalogue(region)
        self.app = create_app(region, self.catalogue)
        self.ask = Asking(self.app)

    def publish(self, *stored: Stored) -> int:
        """Publishes, and brings the index up to it."""
        number = self.builder.publish(*stored)
        follower = Follower(self.region)
        follower.catch_up()
        follower.close()
        return number

    def slug(self, native_id: str, source_key: str = "neuhof-portal") -> str:
        """The slug of a record."""
        entry = self.catalogue.get(iris.key(source_key, native_id))
        assert entry is not None
        return entry.slug

    def close(self) -> None:
        """Closes what was opened."""
        self.catalogue.close()
        self.builder.close()


@contextmanager
def place_in(folder: Path, **changes: Any) -> Iterator[Place]:
    """An empty place; ``changes`` are fields of the region."""
    place = Place(region_in(folder).model_copy(update=changes))
    try:
        yield place
    finally:
        place.close()


def folder_source(url: str) -> HarvestSource:
    """A source that is a folder of the region."""
    return HarvestSource(id="ordner", key="ordner", title="Ordner", municipality="neuhof", url=url)


def whole(title: str, **more: Any) -> model.Dataset:
    """A dataset with everything that the profiles demand and recommend, agents and services by reference."""
    distribution = model.Distribution(
        iri=f"{BASE}/id/distribution/{iris.key('neuhof-portal', title)}",
        title=(Literal("CSV", "de"),),
        access_url=("https://www.neuhof-fulda.de/daten.csv",),
        download_url=("https://www.neuhof-fulda.de/daten.csv",),
        license=("http://dcat-ap.de/def/licenses/dl-by-de/2.0",),
        license_attribution=(Literal("Gemeinde Neuhof"),),
        format=(f"{AUTHORITY}/file-type/CSV",),
        media_type=("https://www.iana.org/assignments/media-types/text/csv",),
        access_service=(SERVICE,),
    )
    values: dict[str, Any] = {
        "publisher": (AGENT,),
        "contact_point": (model.ContactPoint(fn=(Literal("Bauamt"),), has_email=("mailto:bauamt@neuhof.example",)),),
        "keyword": (Literal("bauen", "de"),),
        "theme": (f"{AUTHORITY}/data-theme/REGI",),
        "distribution": (distribution,),
        "in_series": (SERIES,),
        "spatial": (model.Location(iri="http://dcat-ap.de/def/politicalGeocoding/regionalKey/066310018018"),),
        "temporal": (model.PeriodOfTime(start_date=(Literal("2026-01-01", None, _DATE),)),),
        "access_rights": (f"{AUTHORITY}/access-right/PUBLIC",),
        "contributor_id": ("http://dcat-ap.de/def/contributors/hessen",),
        "political_geocoding_level": ("http://dcat-ap.de/def/politicalGeocoding/Level/municipality",),
        "accrual_periodicity": (f"{AUTHORITY}/frequency/ANNUAL",),
        "language": (f"{AUTHORITY}/language/DEU",),
        "issued": (Literal("2026-01-01", None, _DATE),),
        "availability": (f"{AUTHORITY}/planned-availability/STABLE",),
    }
    return dataset(title, f"Beschreibung von {title}", **{**values, **more})


def companions() -> tuple[Stored, ...]:
    """The agent, the service and the series that :func:`whole` refers to."""
    agent = model.Agent(iri=AGENT, name=(Literal("Bauamt Neuhof", "de"),))
    service = model.DataService(
        iri=SERVICE,
        title=(Literal("Kartendienst", "de"),),
        endpoint_url=("https://geo.neuhof.example/wfs",),
        publisher=(AGENT,),
    )
    series = model.DatasetSeries(
        iri=SERIES,
        title=(Literal("Baupläne", "de"),),
        description=(Literal("Alle Jahre", "de"),),
        publisher=(AGENT,),
    )
    return (
        Stored("org:bauamt", agent, positioned=False),
        Stored("wfs", service, positioned=False),
        Stored("reihe", series, positioned=False),
    )
