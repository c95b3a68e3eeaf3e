"""Runs a real MapServer (WMS 1.1.1 and 1.3.0, WFS 1.0 to 2.0, tiles) on loopback, as a CGI program of Debian's package.

    with serving(folder, layers) as mapserver:
        mapserver.url           # the address that services are asked at
        mapserver.requests      # the query strings so far

Skips the test where ``mapserv`` is absent (apt-get install cgi-mapserver).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

_PROGRAM = shutil.which("mapserv") or shutil.which("mapserv", path="/usr/lib/cgi-bin:/usr/bin")
_KINDS = {"Point": "POINT", "LineString": "LINE", "Polygon": "POLYGON"}


class MapServer:
    """A running MapServer: its address, and what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[str] = []


@contextmanager
def serving(
    folder: Path,
    layers: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    wfs: str = "2.0.0",
    wms: str = "1.3.0",
    systems: str = "EPSG:25832 EPSG:4326 EPSG:3857",
    formats: str = "gml",
) -> Iterator[MapServer]:
    """Serves layers of GeoJSON features by their names.

    ``wfs`` and ``wms`` are the versions that it describes itself in, ``systems`` its reference systems, the default first,
    ``formats`` what it gives features in (``geojson`` is one).
    """
    if _PROGRAM is None:
        pytest.skip("no MapServer here: apt-get install cgi-mapserver")
    folder.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    running = MapServer(f"http://127.0.0.1:{server.server_address[1]}/cgi?")
    about = (
        f'"ows_onlineresource" "{running.url}" "wfs_getcapabilities_version" "{wfs}" '
        f'"wms_getcapabilities_version" "{wms}" "ows_srs" "{systems}" "wfs_getfeature_formatlist" "{formats}"'
    )
    configuration = _written(folder, layers, about)
    server.RequestHandlerClass = _handler(running, configuration, folder / "map.map")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _written(folder: Path, layers: Mapping[str, Sequence[Mapping[str, Any]]], about: str) -> Path:
    blocks = []
    for name, features in layers.items():
        file = folder / f"{name}.geojson"
        document = {"type": "FeatureCollection", "name": name, "features": list(features)}
        file.write_text(json.dumps(document), encoding="utf-8")
        kind = _KINDS[features[0]["geometry"]["type"]]
        style = 'SYMBOL "dot" SIZE 12 ' if kind == "POINT" else ""
        blocks.append(
            f'LAYER NAME "{name}" TYPE {kind} STATUS ON CONNECTIONTYPE OGR CONNECTION "{file}" DATA "{name}" '
            f'PROJECTION "init=epsg:4326" END TEMPLATE "x" METADATA "ows_title" "{name.title()}" "gml_include_items" "all" '
            '"gml_featureid" "nr" "ows_enable_request" "*" END '
            f"CLASS STYLE {style}COLOR 0 90 160 OUTLINECOLOR 0 0 0 END END END"
        )
    (folder / "map.map").write_text(
        'MAP NAME "karten" SIZE 400 400 EXTENT 9.4 50.3 9.8 50.6 IMAGECOLOR 250 250 250 PROJECTION "init=epsg:4326" END '
        'SYMBOL NAME "dot" TYPE ELLIPSE FILLED TRUE POINTS 1 1 END END '
        'IMAGETYPE "png" OUTPUTFORMAT NAME "png" DRIVER "AGG/PNG" MIMETYPE "image/png" IMAGEMODE RGB END '
        'OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json; subtype=geojson" '
        'FORMATOPTION "STORAGE=stream" FORMATOPTION "FORM=SIMPLE" END '
        f'WEB METADATA "ows_title" "Karten" "ows_enable_request" "*" {about} END END '
        f"{' '.join(blocks)} END",
        encoding="utf-8",
    )
    configuration = folder / "mapserver.conf"
    configuration.write_text('CONFIG ENV MS_MAP_PATTERN "." END END', encoding="utf-8")
    return configuration


def _handler(running: MapServer, configuration: Path, map_file: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = self.path.partition("?")[2]
            running.requests.append(query)
            environment = {
                "PATH": os.environ["PATH"],
                "MAPSERVER_CONFIG_FILE": str(configuration),
                "MS_MAPFILE": str(map_file),
                "REQUEST_METHOD": "GET",
                "QUERY_STRING": query,
                "SERVER_NAME": "127.0.0.1",
                "SCRIPT_NAME": "/cgi",
            }
            assert _PROGRAM is not None
            answer = subprocess.run([_PROGRAM], env=environment, capture_output=True, check=False, timeout=60).stdout
            head, _, body = answer.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line)
            self.send_response(int(fields.get("Status", "200").split()[0]))
            self.send_header("Content-Type", fields.get("Content-Type", "text/plain"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:
            pass

    return Handler
