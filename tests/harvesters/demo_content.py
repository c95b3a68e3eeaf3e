"""What the tests of the demo region share: its folder, its files and where they are served, links of a page."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
from rdflib import Namespace

from harvesters.regions import server
from harvesters.regions.demo_systems import WRITTEN, Systems

REGIONS = Path(server.__file__).parent
DEMO = REGIONS / "demo"
SERVERS = DEMO / "servers"
SYSTEMS = Systems(DEMO)
FILES = sorted(SYSTEMS.modified)
DCAT = Namespace("http://www.w3.org/ns/dcat#")  # rdflib's own list of terms is older than DCAT 3
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
NOTE = re.compile(r"Beispieldaten, keine amtlichen Angaben")

# What a harvest of the demo must find: the records of each source, published or set aside.
DATASETS = {"ckan": 12, "dcat": 12, "datajson": 8, "folder": 10, "website": 6, "ngsi": 5}


def root_of(client: httpx.Client) -> str:
    return str(client.base_url).rstrip("/") + "/"


def served(path: str) -> bytes:
    return SYSTEMS.answer(f"/{path}").body


def address(path: str) -> str:
    """Where a listed file is served: a CKAN resource has a longer address than its file."""
    if path == "wfs-flieden/capabilities.xml":
        return "/wfs-flieden?service=WFS&request=GetCapabilities"
    if not path.startswith("ckan-neuhof/files/"):
        return f"/{path}"
    name = path.rpartition("/")[2]
    packages = json.loads((SERVERS / "ckan-neuhof/packages.json").read_bytes())
    [url] = [r["url"] for p in packages for r in p["resources"] if r["url"].endswith(f"/download/{name}")]
    return str(url).removeprefix(WRITTEN)


def content(path: str) -> bytes:
    return SYSTEMS.answer(address(path)).body


def packages_of_neuhof() -> list[dict[str, Any]]:
    return list(json.loads((SERVERS / "ckan-neuhof/packages.json").read_bytes()))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def links_of(text: str) -> list[str]:
    parser = _Links()
    parser.feed(text)
    return parser.found
