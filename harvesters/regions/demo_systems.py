"""Knows what each source system of the demo region answers: path and query in, answer out, no sockets.

Every system has its path prefix; what it delivers lies in the region's folder under `servers/`, binary files and long
tables are made when they are asked for (demo_files.py). `servers/modified.csv` lists all that can be reached.
"""

import csv
import html
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from harvesters.regions import demo_broker, demo_ckan, demo_files

# The address that the texts under `servers/` name; the demo's sources/*.toml name it too.
WRITTEN = "http://127.0.0.1:8410"
_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".html": "text/html; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".json": "application/json",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".pdf": "application/pdf",
    ".ttl": "text/turtle; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
# Files saved by Excel in cp1252. Most of them are served without a charset, as a web server does that knows none …
_CP1252 = frozenset(
    {
        "ckan-neuhof/files/baumkataster.csv",
        "ordner-kalbach/beispieldaten_baumbestand.csv",
        "ordner-kalbach/beispieldaten_pegel_mittelkalbach.csv",
        "ordner-kalbach/metadaten.csv",
        "ordner-kalbach/spielplaetze.csv",
        "web-eichenzell/fileadmin/abfall/abfuhrtermine-2027.csv",
        "web-eichenzell/fileadmin/verkehr/strassensperrungen.csv",
    }
)
# … and one goes out with the wrong charset, as Apache's AddDefaultCharset makes it.
_WRONG_CHARSET = {"ordner-kalbach/spielplaetze.csv": "text/csv; charset=UTF-8"}
# Systems that answer at their prefix without a slash, and what to ask them for first.
_DOORS = {"wfs-flieden": "?service=WFS&request=GetCapabilities"}


class Request(NamedTuple):
    """What a system is asked: the path below its prefix, the query string, what was posted, and for which tenant."""

    path: str
    query: str
    posted: bytes = b""
    tenant: str = ""


class Answer(NamedTuple):
    """What a system answers. `modified` stands on files only; they also get an ETag and answer conditional requests.

    `total` is how many entries there are in all, which a context broker says in a header.
    """

    body: bytes
    media_type: str
    status: int = 200
    modified: datetime | None = None
    location: str | None = None
    total: int | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Systems:
    """All systems of one region folder: path and query in, answer out; no sockets. `now` is the clock of live values."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = _utc_now) -> None:
        self._now = now
        self._servers = folder / "servers"
        self._portal = demo_ckan.Portal(self._servers / "ckan-neuhof")
        self._made: dict[str, bytes] = {}
        self._systems: Mapping[str, Callable[[Request], Answer | None]] = {
            "broker-suedkreis": self._broker,
            "ckan-neuhof": self._ckan,
            "dcat-flieden": self._dcat,
            "hub-eichenzell": self._hub,
            "ordner-kalbach": self._folder,
            "web-eichenzell": lambda request: self._file("web-eichenzell", request.path),
            "wfs-flieden": self._wfs,
        }

    def answer(self, target: str, posted: bytes = b"", tenant: str = "") -> Answer:
        """Take the target of a request line, what was posted and the header Fiware-Service; give the answer.

        404 where nothing is, 400 for no address.
        """
        try:
            parts = urlsplit(target)
        except ValueError:
            return page_of("Anfrage nicht verstanden", [], 400)
        name, _, rest = unquote(parts.path).lstrip("/").partition("/")
        if name == "":
            return page_of(
                "Beispielsysteme", [(f"/{prefix}{_DOORS.get(prefix, '/')}", prefix) for prefix in self._systems]
            )
        if parts.path == f"/{name}" and name in self._systems and name not in _DOORS:
            return Answer(b"", "text/plain", 301, location=f"/{name}/")  # else its relative links would lead nowhere
        if name in ("robots.txt", "sitemap.xml") and not rest:
            # robots.txt belongs to the host, and so does the sitemap that a crawler looks for without being told.
            found = self._file("" if name == "robots.txt" else "web-eichenzell", name)
        elif name in self._systems:
            found = self._systems[name](Request(rest, parts.query, posted, tenant))
        else:
            found = None
        return found or page_of("Seite nicht gefunden", [], 404)

    @cached_property
    def modified(self) -> Mapping[str, datetime]:
        """The date of every file, from `servers/modified.csv`: a copied file's own date says when it was copied."""
        with (self._servers / "modified.csv").open(encoding="utf-8", newline="") as lines:
            return {path: datetime.fromisoformat(day).replace(tzinfo=UTC) for path, day in csv.reader(lines)}

    def _content(self, path: str) -> bytes | None:
        """The bytes of a listed file, read from the folder or made; nothing else in the folder can be reached."""
        if path not in self.modified:
            return None
        if path not in self._made:
            made = demo_files.made(self._servers, path)
            if made is None:
                return (self._servers / path).read_bytes()
            self._made[path] = made
        return self._made[path]

    def _file(self, system: str, path: str) -> Answer | None:
        for name in (path, *(f"{path.rstrip('/')}/{index}".lstrip("/") for index in ("index.html", "index.json"))):
            full = f"{system}/{name}".lstrip("/")
            if (content := self._content(full)) is not None:
                return Answer(content, _media_type(full), modified=self.modified[full])
        return None

    def _broker(self, request: Request) -> Answer | None:
        if not request.path:
            return page_of("Kontextbroker der Region", [("/broker-suedkreis/v2/types", "Typen (NGSI-v2)")])
        told = demo_broker.answer(request.path, request.query, request.tenant, self._now())
        return Answer(told.body, "application/json", told.status, total=told.total) if told is not None else None

    def _ckan(self, request: Request) -> Answer | None:
        match PurePosixPath(request.path).parts:
            case ():
                packages = [package for package in self._portal.packages() if package["name"]]
                return page_of("Offene Daten Neuhof", [(package["url"], package["title"]) for package in packages])
            case ("api", "3", "action", action) | ("api", "action", action):
                status, body = self._portal.answer(action, request.query, request.posted)
                return Answer(body, "application/json;charset=utf-8", status)
            case ("dataset", name):
                for package in self._portal.packages():
                    if name and name in (package["id"], package["name"]):
                        links = [(resource["url"], resource["name"]) for resource in package["resources"]]
                        return page_of(package["title"], links)
            case ("dataset", _, "resource", _, "download", file):
                address = f"{WRITTEN}/ckan-neuhof/{request.path}"
                if any(address == r["url"] for package in self._portal.packages() for r in package["resources"]):
                    return self._file("ckan-neuhof", f"files/{file}")
        return None

    def _dcat(self, request: Request) -> Answer | None:
        """The catalogue's pages, and a redirect from each IRI to where the portal's page speaks of it."""
        page = parse_qs(request.query).get("page", ["1"])[0]
        if request.path == "catalog.ttl" and page != "1":
            return self._file("dcat-flieden", f"catalog.page{page}.ttl")
        if request.path.startswith("id/"):
            place = request.path.removeprefix("id/").partition("--")[0]
            index = self._file("dcat-flieden", "index.html")
            if index and f'id="{place}"'.encode() in index.body:
                return Answer(b"", "text/plain", 303, location=f"/dcat-flieden/#{place}")
            return None
        return self._file("dcat-flieden", request.path)

    def _hub(self, request: Request) -> Answer | None:
        if request.path == "rest/services/Leuchtstellen/FeatureServer/0/query":
            return self._file("hub-eichenzell", "files/leuchtstellen.geojson")
        datasets = json.loads(self._content("hub-eichenzell/data.json") or b"{}")["dataset"]
        address = f"{WRITTEN}/hub-eichenzell/{request.path}"
        if not request.path:
            return page_of("Smart City Eichenzell", [(entry["landingPage"], entry["title"]) for entry in datasets])
        for entry in datasets:
            if entry["landingPage"] == address:
                links = [(d["downloadURL"], d["title"]) for d in entry["distribution"] if "downloadURL" in d]
                return page_of(entry["title"], links)
            if entry["identifier"] == f"{address}?{request.query}":
                return Answer(b"", "text/plain", 302, location=urlsplit(entry["landingPage"]).path)
        return self._file("hub-eichenzell", request.path)

    def _folder(self, request: Request) -> Answer | None:
        if request.path:
            return self._file("ordner-kalbach", request.path)
        rows = []
        for path, modified in sorted(self.modified.items()):
            if path.startswith("ordner-kalbach/"):
                name, size = path.partition("/")[2], len(self._content(path) or b"")
                rows.append(_INDEX_ROW.format(name=name, modified=f"{modified:%Y-%m-%d %H:%M}", size=_size(size)))
        return Answer(_INDEX.format(rows="".join(rows)).encode(), "text/html;charset=UTF-8")

    def _wfs(self, request: Request) -> Answer | None:
        if request.path:
            return None
        asked = {name.lower(): values[0] for name, values in parse_qs(request.query).items()}
        kinds = {"pegel": "messstellen", "baugrundstuecke": "baugrundstuecke", "wahlbezirke": "wahlbezirke"}
        kind = asked.get("typenames", asked.get("typename", "")).removeprefix("flieden:")
        match asked.get("request", "").lower():
            case "getcapabilities":
                return self._file("wfs-flieden", "capabilities.xml")
            case "getfeature" if kind in kinds:
                found = json.loads(self._content(f"dcat-flieden/files/{kinds[kind]}.geojson") or b"{}")
                start, count = asked.get("startindex", "0"), asked.get("count", "1000")
                if start.isdecimal() and count.isdecimal():
                    total = len(found["features"])
                    found["features"] = found["features"][int(start) : int(start) + int(count)]
                    found |= {"numberMatched": total, "numberReturned": len(found["features"])}
                    return Answer(json.dumps(found, ensure_ascii=False).encode(), _TYPES[".geojson"])
        return Answer(_OWS_EXCEPTION.encode(), "application/xml", 400)


def _media_type(path: str) -> str:
    if path in _WRONG_CHARSET:
        return _WRONG_CHARSET[path]
    if path in _CP1252:
        return "text/csv"
    return _TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")


def _size(octets: int) -> str:
    return f"{octets / 1024:.1f}K" if octets >= 1024 else str(octets)


def page_of(title: str, links: list[tuple[str, str]], status: int = 200) -> Answer:
    """Give a plain page: a title, the note on Beispieldaten, and links as pairs of address and text."""
    items = "".join(f'<li><a href="{html.escape(url)}">{html.escape(text)}</a></li>' for url, text in links)
    body = _PAGE.format(title=html.escape(title), items=f"<ul>{items}</ul>" if items else "")
    return Answer(body.encode(), _TYPES[".html"], status)


_PAGE = (
    '<!DOCTYPE html>\n<html lang="de"><head><meta charset="utf-8"><title>{title} (Beispieldaten)</title></head>'
    "<body><main><h1>{title}</h1><p>Beispieldaten, keine amtlichen Angaben.</p>{items}</main></body></html>\n"
)
_INDEX = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html>
 <head>
  <title>Index of /ordner-kalbach</title>
 </head>
 <body>
<h1>Index of /ordner-kalbach</h1>
  <table>
   <tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th><th><a href="?C=S;O=A">Size</a></th></tr>
   <tr><td><a href="/">Parent Directory</a></td><td>&nbsp;</td><td align="right">  - </td></tr>
{rows}  </table>
<address>Beispieldaten, keine amtlichen Angaben</address>
</body></html>
"""
_INDEX_ROW = (
    '   <tr><td><a href="{name}">{name}</a></td><td align="right">{modified}  </td><td align="right">{size}</td></tr>\n'
)
_OWS_EXCEPTION = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"'
    ' version="2.0.0"><ows:Exception exceptionCode="InvalidParameterValue"><ows:ExceptionText>'
    "request=GetCapabilities or request=GetFeature with typeNames is needed"
    "</ows:ExceptionText></ows:Exception></ows:ExceptionReport>\n"
)
