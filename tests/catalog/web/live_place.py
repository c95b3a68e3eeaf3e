"""A region with one live dataset: water levels of a tenant of a context broker, with their preview."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from catalog import preview as previews
from catalog.preview.model import Wanted
from catalog.preview.wanting import of_file
from schemas.kinds import Literal
from schemas.model import Distribution
from schemas.region import load
from tests.catalog.builder import Stored, dataset
from tests.catalog.preview.region_of_files import BROKER, REGION, end_maker
from tests.catalog.web.asking import Place
from tests.harvesters.city_servers import Broker, CityServer, entity

MEASURED = datetime(2026, 11, 30, 10, 15, tzinfo=UTC)


class Live(NamedTuple):
    """A region with one dataset of a broker's tenant, its slug, the broker, and the wish for its preview."""

    place: Place
    slug: str
    broker: Broker
    wish: Wanted

    def at(self, later: timedelta) -> None:
        """Lets it be so long after the newest value was measured."""
        self.place.app.state.now = lambda: MEASURED + later


def gauge(level: float) -> dict[str, object]:
    when = MEASURED.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**entity("WaterLevel", "neuhof", 1, level, when), "name": {"type": "Text", "value": "Pegel Brücke"}}


@contextmanager
def live_place(folder: Path) -> Iterator[Live]:
    """The region in a folder; its newest value was measured four minutes ago."""
    broker = Broker({"neuhof": [gauge(47.3)]})
    with CityServer(lambda asked: broker(asked._replace(path=asked.path.removeprefix("/orion")))) as server:
        (folder / "sources").mkdir()
        (folder / "region.toml").write_text(REGION, encoding="utf-8")
        (folder / "sources" / "broker.toml").write_text(BROKER.format(url=server.url), encoding="utf-8")
        region = load(folder)
        place = Place(region)
        file = Distribution(
            iri="https://daten.example.org/id/distribution/1",
            title=(Literal("Aktuelle Werte", "de"),),
            access_url=(f"{server.url}/orion/v2/entities?type=WaterLevel&limit=1000",),
            conforms_to=("https://fiware.github.io/specifications/ngsiv2/stable/",),
        )
        named = Literal(f"{server.url}/orion#neuhof|WaterLevel")
        try:
            record = dataset("Wasserstände", identifier=(named,), distribution=(file,))
            place.publish(Stored("t", record, source_key="broker"))
            wish = of_file(region, "broker", file, record=record)
            assert wish is not None
            found = previews.find(region, wish, patience=300)
            assert found.ready, found.reason
            made = Live(place, place.slug("t", "broker"), broker, wish)
            made.at(timedelta(minutes=4))
            yield made
        finally:
            end_maker(region)
            place.close()
