"""Serves the recorded payloads on loopback as the systems that they came from would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

MEDIA_TYPES = {
    ".rdf": "application/rdf+xml",
    ".xml": "application/xml",
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".html": "text/html",
    ".csv": "text/csv",
    ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}

# Takes the rest of a path and the query; gives status, media type and body.
Kind = Callable[[str, dict[str, list[str]]], tuple[int, str, bytes]]


class SampleServer:
    """The folder of samples at ``/static/…``, as CKAN portals at ``/ckan/NAME``, as an index of files at ``/folder/KIND/``."""

    def __init__(self, folder: Path, more: Mapping[str, Kind]) -> None:
        self.folder = folder
        self.more = more

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, str, bytes]:
        """Status, media type and body of an address."""
        kind, _, rest = path.strip("/").partition("/")
        if kind == "static":
            return self._static(rest)
        if kind == "folder":
            return self._folder(rest, path)
        if kind == "ckan":
            return self._ckan(rest, query)
        if kind in self.more:
            return self.more[kind](rest, query)
        return 404, "text/plain", b"not here"

    def _static(self, name: str) -> tuple[int, str, bytes]:
        file = self.folder / name
        if not file.is_file():
            return 404, "text/plain", b"not here"
        return 200, MEDIA_TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes()

    def _folder(self, rest: str, path: str) -> tuple[int, str, bytes]:
        folder, _, name = rest.partition("/")
        if name:
            return self._static(f"{folder}/{name}")
        names = sorted(file.name for file in (self.folder / folder).iterdir())
        links = "".join(f'<a href="{name}">{name}</a>\n' for name in names)
        body = f"<html><head><title>Index of {path}</title></head><body><h1>Index of {path}</h1><pre>{links}</pre></body></html>"
        return 200, "text/html; charset=utf-8", body.encode()

    def _ckan(self, rest: str, query: dict[str, list[str]]) -> tuple[int, str, bytes]:
        # CKAN's own client names no version.
        name, _, action = rest.replace("/api/action/", "/api/3/action/").partition("/api/3/action/")
        sample: dict[str, Any] = orjson.loads((self.folder / "ckan" / f"{name}.json").read_bytes())
        if action == "package_search" and isinstance(sample.get("result"), dict) and "results" in sample["result"]:
            result = dict(sample["result"])
            start, rows = (int(query.get(key, ["0"])[0]) for key in ("start", "rows"))
            result["results"] = result["results"][start : start + rows]
            return _json({"success": True, "result": result})
        packages = _packages(sample)
        if action == "package_list":
            return _json({"success": True, "result": [package.get("name") or package["id"] for package in packages]})
        if action == "package_show":
            wanted = query.get("id", [""])[0]
            shown = [p for p in packages if wanted in (p.get("name"), p.get("id"))]
            if shown:
                answer = shown if isinstance(sample.get("result"), list) else shown[0]
                return _json({"help": sample.get("help", ""), "success": True, "result": answer})
        return 404, "application/json", b'{"success": false, "error": {"message": "Not found"}}'


def _packages(sample: dict[str, Any]) -> list[dict[str, Any]]:
    result = sample.get("result", sample)
    return list(result) if isinstance(result, list) else [result]


def _json(document: Any) -> tuple[int, str, bytes]:
    return 200, "application/json", orjson.dumps(document)


@contextmanager
def serving(folder: Path, **more: Kind) -> Iterator[str]:
    """Serves a folder of samples; gives the server's address. ``more`` are answers below ``/KIND/`` of a test's own."""
    samples = SampleServer(folder, more)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, media_type, body = samples.answer(unquote(parts.path), parse_qs(parts.query))
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
