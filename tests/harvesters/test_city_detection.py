"""What a smart city's systems are found to be, with all spiders asked: each its own protocol first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harvesters.detection import examine
from schemas.region import load
from tests.catalog.runs import REGION
from tests.harvesters.city_servers import (
    Asked,
    Awido,
    Broker,
    CityServer,
    Frost,
    Told,
    entity,
    five_things,
    full_council,
)

CALENDAR = b"BEGIN:VCALENDAR\r\nX-WR-CALNAME:Abfall\r\nEND:VCALENDAR\r\n"
PEERS: dict[str, tuple[str, Callable[[str], Callable[[Asked], Told]]]] = {
    "ngsi": ("", lambda url: Broker({"": [entity("WaterLevel", "", 1)]})),
    "ngsi ld": ("", lambda url: Broker({"": [entity("WaterLevel", "", 1)]}, "ld")),
    "sensorthings": ("/FROST-Server/v1.1", lambda url: Frost(five_things(), f"{url}/FROST-Server/v1.1")),
    "oparl": ("/system", full_council),
    "ics": ("/abfall.ics", lambda url: lambda asked: Told(CALENDAR, 200, {"Content-Type": "text/calendar"})),
    "awido": (
        "/Customer/kreis",
        lambda url: Awido(quirk=lambda asked: None if "kreis" in str(asked) else Told(b"", 404)),
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_system_is_found_to_be_what_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / "region.toml").write_text(
        REGION.replace("STORE", "sqlite:///x.db").replace("publisher", 'allowed_hosts = ["127.0.0.1"]\npublisher')
    )
    path, make = PEERS[name]
    with CityServer(lambda asked: Told(b"", 404)) as city:
        city.answer = make(city.url)
        found = examine(f"{city.url}{path}", load(tmp_path, {})).found
    assert found[0].protocol == name.split()[0]
    assert found[0].certainty >= 60
    assert [each.certainty for each in found[1:] if each.certainty >= found[0].certainty] == []
