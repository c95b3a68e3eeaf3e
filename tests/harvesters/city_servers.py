"""Loopback peers of a smart city's sources: a server that answers by a function, and a context broker with tenants."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, unquote, urlsplit


class Asked(NamedTuple):
    """A request as it came in: path, query (the first value of each name), headers with lower-case names."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


class Told(NamedTuple):
    """An answer."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}


def as_json(document: Any, status: int = 200, **headers: str) -> Told:
    """A document as JSON; ``_`` in the names of headers stands for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Told(json.dumps(document).encode(), status, {"Content-Type": "application/json", **named})


class CityServer:
    """A server on a free loopback port; ``answer`` may be exchanged while it runs. ``asked`` holds what was asked."""

    def __init__(self, answer: Callable[[Asked], Told]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        city = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                asked = Asked(unquote(parts.path), query, {k.lower(): v for k, v in self.headers.items()})
                told = Told(b"", 404)
                if asked.path != "/robots.txt":
                    city.asked.append(asked)
                    told = city.answer(asked)
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told.body)))
                self.end_headers()
                self.wfile.write(told.body)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


CANARY = "Erika Mustermann"
TENANTS = ("neuhof", "kalbach", "flieden")
TYPES = ("ParkingSpot", "WaterLevel", "WeatherObserved", "WasteContainer", "StreetlightControlCabinet")


def entity(
    kind: str, tenant: str, number: int, value: float = 1.0, when: str = "2026-11-03T08:00:00Z"
) -> dict[str, Any]:
    """A normalised NGSI-v2 entity; its owner is a person whose name must never come out."""
    east = 9.6 + number / 1000
    return {
        "id": f"urn:{tenant}:{kind}:{number}",
        "type": kind,
        "location": {"type": "geo:json", "value": {"type": "Point", "coordinates": [east, 50.45]}, "metadata": {}},
        "level": {"type": "Number", "value": value, "metadata": {"unitCode": {"type": "Text", "value": "CMT"}}},
        "dateObserved": {"type": "DateTime", "value": when, "metadata": {}},
        "owner": {"type": "Text", "value": CANARY, "metadata": {}},
    }


def as_ld(given: dict[str, Any]) -> dict[str, Any]:
    """The same entity in NGSI-LD."""
    when = given["dateObserved"]["value"]
    return {
        "id": f"urn:ngsi-ld:{given['id']}",
        "type": given["type"],
        "location": {"type": "GeoProperty", "value": given["location"]["value"]},
        "level": {"type": "Property", "value": given["level"]["value"], "unitCode": "CMT", "observedAt": when},
        "refDevice": {"type": "Relationship", "object": "urn:ngsi-ld:Device:1"},
        "owner": {"type": "Property", "value": given["owner"]["value"]},
        "@context": ["https://context.example.org/never-fetched.jsonld"],
    }


@dataclass
class Broker:
    """A context broker: entities by tenant. ``version`` is what it speaks; ``quirk`` may answer first; ``cap`` its page."""

    entities: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    version: str = "v2"
    quirk: Callable[[Asked], Told | None] = lambda asked: None
    cap: int = 1000
    counts: bool = True

    def __call__(self, asked: Asked) -> Told:
        """The answer to a request."""
        if (told := self.quirk(asked)) is not None:
            return told
        root = {"v2": "/v2/", "ld": "/ngsi-ld/v1/"}[self.version]
        if not asked.path.startswith(root):
            return as_json({"error": "BadRequest", "description": "service not found"}, 404)
        name = "fiware-service" if self.version == "v2" else "ngsild-tenant"
        known = self.entities.get(asked.headers.get(name, ""), [])
        what = asked.path.removeprefix(root)
        return self._types(known) if what == "types" else self._entities(known, asked)

    def _types(self, known: list[dict[str, Any]]) -> Told:
        names = sorted({each["type"] for each in known})
        if self.version == "ld":
            return as_json({"id": "urn:ngsi-ld:EntityTypeList:1", "type": "EntityTypeList", "typeList": names})
        return as_json([{"type": name, "attrs": {}, "count": 1} for name in names], Fiware_Total_Count=str(len(names)))

    def _entities(self, known: list[dict[str, Any]], asked: Asked) -> Told:
        limit, offset = int(asked.query.get("limit", 20)), int(asked.query.get("offset", 0))
        if not asked.path.endswith("/entities") or "type" not in asked.query or limit > self.cap:
            return as_json({"error": "BadRequest", "description": "Bad pagination limit"}, 400)
        found = [each for each in known if each["type"] == asked.query["type"]]
        page = found[offset : offset + limit]
        shown = [as_ld(each) for each in page] if self.version == "ld" else page
        counted = {"v2": "Fiware-Total-Count", "ld": "NGSILD-Results-Count"}[self.version]
        told = as_json(shown)
        return told._replace(headers={**told.headers, counted: str(len(found))}) if self.counts else told


def full_broker(version: str = "v2", each: int = 3, value: float = 1.0, when: str = "2026-11-03T08:00:00Z") -> Broker:
    """Three tenants with five types of ``each`` entities (region.md, row 1)."""
    return Broker(
        {t: [entity(kind, t, n, value, when) for kind in TYPES for n in range(each)] for t in TENANTS}, version
    )


FROST_FORMATS = (
    "https://github.com/INSIDE-information-systems/SensorThingsAPI/blob/master/CSV-ResultFormat/CSV-ResultFormat.md",
    "https://fraunhoferiosb.github.io/FROST-Server/extensions/GeoJSON-ResultFormat.html",
)
PROPERTIES = {
    1: {
        "@iot.id": 1,
        "name": "Lufttemperatur",
        "definition": "https://def.example.org/AirTemperature",
        "description": "",
    },
    2: {"@iot.id": 2, "name": "Wasserstand", "definition": "n/a", "description": "Höhe über Pegelnull"},
    # The first once more, as servers hold it for each station.
    3: {
        "@iot.id": 3,
        "name": "Lufttemperatur",
        "definition": "https://def.example.org/AirTemperature",
        "description": "",
    },
}


def stream(number: int, observed: int, symbol: str, until: str = "2026-11-03T08:00:00Z") -> dict[str, Any]:
    """A Datastream with what was expanded in it."""
    return {
        "@iot.id": number,
        "name": f"Messreihe {number}",
        "unitOfMeasurement": {"name": "n/a" if symbol else "", "symbol": symbol, "definition": ""},
        "phenomenonTime": f"2025-04-01T00:00:00Z/{until}",
        "ObservedProperty": PROPERTIES[observed],
        "Sensor": {
            "name": "TH-21",
            "encodingType": "application/pdf",
            "metadata": "https://maker.example.org/th21.pdf",
        },
    }


def thing(number: int, *streams: dict[str, Any]) -> dict[str, Any]:
    """A Thing in someone's garden."""
    place = {"type": "Point", "coordinates": [9.6 + number / 1000, 50.45]}
    return {
        "@iot.id": number,
        "name": f"Garten {CANARY} {number}",
        "description": f"Schlüssel bei {CANARY}",
        "properties": {"kind": "Pegel" if number % 2 else "Wetter", "owner": CANARY},
        "Locations": [{"name": CANARY, "encodingType": "application/geo+json", "location": place}],
        "Datastreams": list(streams),
    }


@dataclass
class Frost:
    """A SensorThings server below /FROST-Server/v1.1; ``base`` is what it takes for its own address in links."""

    things: list[dict[str, Any]] = field(default_factory=list)
    base: str = ""
    conformance: tuple[str, ...] = FROST_FORMATS
    more: dict[str, Told] = field(default_factory=dict)
    page: int = 2

    def __call__(self, asked: Asked) -> Told:
        """The answer to a request."""
        path = asked.path.removeprefix("/FROST-Server/v1.1")
        if (told := self.more.get(f"{path}?{asked.query.get('$skip', '')}")) is not None:
            return told
        if path == "":
            sets = [{"name": name, "url": f"{self.base}/{name}"} for name in ("Things", "Datastreams", "Observations")]
            settings = {"serverSettings": {"conformance": list(self.conformance)}} if self.conformance else {}
            return as_json({"value": sets, **settings})
        if path != "/Things":
            return as_json({"code": 404, "type": "error", "message": "Nothing found."}, 404)
        skip = int(asked.query.get("$skip", 0))
        answer: dict[str, Any] = {"@iot.count": len(self.things), "value": self.things[skip : skip + self.page]}
        if skip + self.page < len(self.things):
            answer["@iot.nextLink"] = f"{self.base}/Things?$skip={skip + self.page}&$expand=Locations"
        return as_json(answer)


def five_things(until: str = "2026-11-03T08:00:00Z") -> list[dict[str, Any]]:
    """Five Things on three pages: three measure temperature under two ids, two the water level."""
    observed = (1, 2, 3, 2, 1)
    return [thing(n, stream(n, what, "°C" if what != 2 else "cm", until)) for n, what in enumerate(observed)]


def paper(number: int, **more: Any) -> dict[str, Any]:
    """A paper that a person has brought in, with an attachment."""
    return {
        "type": "https://schema.oparl.org/1.1/Paper",
        "name": f"Antrag {number} von Frau {CANARY}",
        "reference": f"{number}/2026",
        "date": f"20{20 + number % 7}-03-04",
        "paperType": "Antrag" if number % 2 else "Vorlage",
        "originatorPerson": [CANARY],
        "mainFile": {"name": CANARY, "text": f"Der Ort gehört {CANARY}"},
        "modified": "2026-01-08T12:05:27+01:00",
        **more,
    }


@dataclass
class Council:
    """An OParl system with bodies and lists of them; ``quirk`` may answer first."""

    url: str = ""
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    page: int = 3
    quirk: Callable[[Asked], Told | None] = lambda asked: None

    def __call__(self, asked: Asked) -> Told:
        """The answer to a request."""
        if (told := self.quirk(asked)) is not None:
            return told
        if asked.path == "/system":
            return as_json(self.system())
        if asked.path == "/bodies":
            return as_json({"data": [self.whole_body()], "pagination": {"totalElements": 1}, "links": {}})
        name = asked.path.strip("/")
        if name not in self.lists:
            return as_json({"error": "not here"}, 404)
        since = asked.query.get("modified_since", "")
        found = [entry for entry in self.lists[name] if not since or entry["modified"] >= since]
        if not since:
            found = [entry for entry in found if not entry.get("deleted")]
        at = int(asked.query.get("page", 1))
        page = found[(at - 1) * self.page : at * self.page]
        kept = f"&modified_since={since}" if since else ""
        links = {"next": f"{self.url}/{name}?page={at + 1}{kept}"} if at * self.page < len(found) else {}
        return as_json({"data": page, "pagination": {"totalElements": len(found)}, "links": links})

    def system(self) -> dict[str, Any]:
        """The system."""
        return {
            "id": f"{self.url}/system",
            "type": "https://schema.oparl.org/1.1/System",
            "oparlVersion": "https://schema.oparl.org/1.1/",
            "license": "http://www.govdata.de/dl-de/by-2-0",
            "body": f"{self.url}/bodies",
            "name": "RIS",
            "contactName": "Firma Software",
            "contactEmail": "info@firma.example",
        }

    def whole_body(self) -> dict[str, Any]:
        """The body, with the addresses of the lists that it has."""
        return {
            "id": f"{self.url}/body/1",
            "type": "https://schema.oparl.org/1.1/Body",
            "system": f"{self.url}/system",
            "name": "Gemeinde Neuhof",
            "ags": "06631018",
            "contactName": "Hauptamt",
            "contactEmail": "hauptamt@neuhof.example",
            **{name: f"{self.url}/{name}" for name in self.lists},
            **self.body,
        }


def full_council(url: str) -> Council:
    """Seven papers on three pages, two meetings, two committees and a group of one member, and people."""
    meetings = [
        {
            "type": "https://schema.oparl.org/1.1/Meeting",
            "start": f"2026-0{n}-01T19:00:00+01:00",
            "modified": "2026-02-01",
        }
        for n in (1, 2)
    ]
    groups = [("Gremium", "Bauausschuss"), ("Gremium", "Gemeindevertretung"), ("Fraktion", f"Liste {CANARY}")]
    organizations = [
        {
            "type": "https://schema.oparl.org/1.1/Organization",
            "organizationType": kind,
            "name": name,
            "modified": "2026-02-01",
        }
        for kind, name in groups
    ]
    lists = {"paper": [paper(n) for n in range(7)], "meeting": meetings, "organization": organizations}
    lists |= {"person": [{"name": CANARY, "modified": "2026"}], "membership": [{"person": CANARY, "modified": "2026"}]}
    for name, entries in lists.items():
        for number, entry in enumerate(entries):
            entry["id"] = f"{url}/{name}/{number}"
    return Council(url, lists)


@dataclass
class Awido:
    """AWIDO for the customer ``kreis``: places with parts. All keys hold ``salt``, which is another one each year."""

    places: dict[str, list[str]] = field(
        default_factory=lambda: {"Neuhof": ["Neuhof", "Giesel"], "Flieden": ["Flieden"]}
    )
    year: int = 2026
    salt: str = "a"
    files: bool = True
    numbered: tuple[str, ...] = ()
    quirk: Callable[[Asked], Told | None] = lambda asked: None

    def __call__(self, asked: Asked) -> Told:
        """The answer to a request."""
        if (told := self.quirk(asked)) is not None:
            return told
        if asked.path == "/Customer/kreis/KalenderICS.aspx":
            good = self.files and asked.query.get("reminder")
            return Told(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" if good else b"<html>Kalender</html>")
        what, _, key = asked.path.removeprefix("/WebServices/Awido.Service.svc/secure/").partition("/")
        if what == "getPlaces" and key == "client=kreis":
            return as_json([{"key": f"{self.salt}-{name}", "value": name} for name in self.places])
        if asked.query.get("client") != "kreis":
            return Told(b"", 404)
        name = key.removeprefix(f"{self.salt}-")
        if what == "getGroupedStreets":
            return as_json([{"key": f"{self.salt}-{name}-{part}", "value": part} for part in self.places[name]])
        if what == "getStreetAddons":
            return as_json([{"key": f"{key}-{number}", "value": number} for number in ("1-9", "10-20")])
        if what == "getData" and not any(name.endswith(f"-{part}") for part in self.numbered):
            return as_json(self.data())
        return Told(b"")

    def data(self) -> dict[str, Any]:
        """A calendar with a public holiday, one kind of no name, and a day that is none."""
        year = self.year
        return {
            "fracts": [{"snm": "RM", "nm": "Restmüll", "clr": "#000"}, {"snm": "BIO", "nm": "Biotonne"}],
            "calendar": [
                {"dt": f"{year}0101", "ad": None, "fr": None, "ft": "Neujahr"},
                {"dt": f"{year}0107", "ad": ["Musterweg"], "fr": ["RM", "BIO"]},
                {"dt": f"{year}1222", "ad": ["Musterweg"], "fr": ["PT"]},
                {"dt": f"{year}9999", "ad": ["Musterweg"], "fr": ["RM"]},
                {"dt": f"{year}1225", "ad": None, "fr": ["RM"], "ft": "1. Weihnachtstag"},
            ],
        }
