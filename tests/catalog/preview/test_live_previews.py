"""Previews of live values: asked for with the headers of their tenant, again after minutes, and kept where a service is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from catalog import preview as previews
from catalog.preview import Preview
from catalog.preview.access import _old, ask
from catalog.preview.keeping import Keeping
from catalog.preview.model import Source, Wanted
from catalog.preview.reasons import Reason
from catalog.preview.wanting import of_file, of_summary
from harvesters.city import tenants
from schemas.kinds import Literal
from schemas.model import Dataset, Distribution
from schemas.region import Region, load
from tests.catalog.preview.region_of_files import BROKER, REGION, end_maker
from tests.harvesters.city_servers import Broker, CityServer, Told, entity

PATIENCE = 240.0  # a machine that is busy with other tests takes its time


class City(NamedTuple):
    """A region whose source is a broker with tenants, and the broker."""

    region: Region
    server: CityServer
    broker: Broker


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    broker = Broker(
        {each: [entity("WaterLevel", each, 1, level)] for each, level in (("neuhof", 40.5), ("flieden", 9))}
    )
    with CityServer(lambda asked: broker(asked._replace(path=asked.path.removeprefix("/orion")))) as server:
        (tmp_path / "sources").mkdir()
        (tmp_path / "region.toml").write_text(REGION, encoding="utf-8")
        (tmp_path / "sources" / "broker.toml").write_text(BROKER.format(url=server.url), encoding="utf-8")
        region = load(tmp_path)
        yield City(region, server, broker)
        end_maker(region)


def wish_of(city: City, tenant: str) -> Wanted:
    """What the page of a dataset's file wants to show, by its record as the harvester made it."""
    address = f"{city.server.url}/orion/v2/entities?type=WaterLevel&limit=1000"
    standard = "https://fiware.github.io/specifications/ngsiv2/stable/"
    file = Distribution(access_url=(address,), conforms_to=(standard,))
    named = f"{city.server.url}/orion#{tenant}|WaterLevel"
    record = Dataset(title=(Literal("Wasserstände", "de"),), identifier=(Literal(named),), distribution=(file,))
    wish = of_file(city.region, "broker", file, record=record)
    assert wish is not None
    in_lists = of_summary(city.region, "broker", ("", "JSON", address, ""), "Wasserstände", named)
    assert (in_lists.called, in_lists.address) == (wish.called, wish.address)  # one key for all pages
    return wish


def chosen(city: City, wish: Wanted) -> dict[str, str]:
    return tenants.headers(city.region, wish.source_key, wish.address, wish.called.split("\n"))


def until(seen: Callable[[], Preview | None]) -> Preview:
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if (preview := seen()) is not None:
            return preview
        time.sleep(0.05)
    raise AssertionError("nothing came")


def level(preview: Preview) -> str:
    assert preview.table is not None
    return preview.table.rows[0][preview.table.names.index("Stand (cm)")]


def aged(city: City, preview: Preview, ago: timedelta) -> None:
    """Let a preview be one that was made some time ago, of values that were new then."""
    assert preview.source is not None
    kept = Keeping(city.region)
    then = (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%SZ")
    old = replace(preview, source=preview.source._replace(fetched_at=then, checked_at=then), measured=then)
    kept.put(old, kept.folder / preview.folder if preview.folder else None)


def test_each_tenant_shows_its_own_values_though_all_share_one_address(city: City) -> None:
    assert level(previews.find(city.region, wish_of(city, "neuhof"), PATIENCE)) == "40.5"
    assert level(previews.find(city.region, wish_of(city, "flieden"), PATIENCE)) == "9"
    assert [each.headers.get("fiware-service") for each in city.server.asked] == ["neuhof", "flieden"]


def test_headers_of_a_tenant_go_to_the_servers_of_its_source_only(city: City) -> None:
    wish = wish_of(city, "neuhof|/pegel")
    assert chosen(city, wish) == {
        "Accept": "application/json",
        "Fiware-Service": "neuhof",
        "Fiware-ServicePath": "/pegel",
    }
    elsewhere = replace(wish, address="https://fremd.example.org/orion/v2/entities?type=WaterLevel")
    assert chosen(city, elsewhere) == {}
    assert chosen(city, replace(wish, source_key="other")) == {}
    assert chosen(city, replace(wish, called="urn:of:nobody")) == {}
    # Who asks whether an address answers does so for each tenant that shares it.
    sent = [each.get("Fiware-Service") for each in tenants.of_address(city.region, wish.address)]
    assert sent == ["neuhof", "neuhof", "flieden"]
    assert tenants.of_address(city.region, elsewhere.address) == []


def test_live_values_are_asked_for_again_after_minutes_and_waited_for(city: City) -> None:
    wish = wish_of(city, "neuhof")
    first = previews.find(city.region, wish, PATIENCE)
    assert wish.live
    asked = len(city.server.asked)
    aged(city, first, timedelta(seconds=60))
    assert previews.find(city.region, wish, PATIENCE).measured > first.measured
    assert len(city.server.asked) == asked  # a minute is no age
    aged(city, first, timedelta(days=3))
    city.broker.entities["neuhof"] = [entity("WaterLevel", "neuhof", 1, 77.5)]
    assert level(previews.find(city.region, wish, PATIENCE)) == "77.5"
    assert len(city.server.asked) == asked + 1


def test_the_last_values_stay_with_the_reason_while_a_service_is_gone(city: City) -> None:
    wish = wish_of(city, "neuhof")
    first = previews.find(city.region, wish, PATIENCE)
    aged(city, first, timedelta(days=3))
    city.broker.quirk = lambda asked: Told(b"down", 503)
    gone = previews.find(city.region, wish, PATIENCE)
    assert (gone.state, level(gone)) == ("ready", "40.5")
    assert gone.reason is not None
    assert gone.reason.code == "server-error"
    # Not asked again by the next reader …
    assert ask(city.region, wish).settled()
    # … and once it answers, nothing is said of it any more.
    aged(city, gone, timedelta(days=3))
    city.broker.quirk = lambda asked: None
    back = previews.find(city.region, wish, PATIENCE)
    assert (back.reason, level(back)) == (None, "40.5")


@pytest.mark.parametrize(
    ("value_age", "checked", "is_old"),
    [
        (timedelta(minutes=1), timedelta(seconds=90), False),
        (timedelta(minutes=1), timedelta(seconds=150), True),
        (timedelta(minutes=30), timedelta(minutes=14), False),
        (timedelta(minutes=30), timedelta(minutes=16), True),
        (timedelta(days=400), timedelta(minutes=59), False),
        (timedelta(days=400), timedelta(minutes=61), True),
        (None, timedelta(minutes=3), True),
    ],
)
@pytest.mark.parametrize("failed", [False, True])
def test_how_long_live_values_are_shown_before_a_service_is_asked_again(
    value_age: timedelta | None, checked: timedelta, is_old: bool, failed: bool
) -> None:
    now = datetime.now(UTC)
    at = (now - checked).isoformat()
    measured = (now - checked - value_age).isoformat() if value_age else ""
    source = Source("e", "", "json", "", "", 200, 1, 1, True, "", "", "", at, at)
    preview = Preview("k", "https://example.org", "ready", source=source, measured=measured)
    if failed:
        preview, is_old = replace(preview, reason=Reason("server-error")), checked > timedelta(minutes=10)
    assert _old(preview, live=True) is is_old
