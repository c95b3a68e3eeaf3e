"""A CKAN portal on loopback for tests, with the quirks of real ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Query = Mapping[str, str]
Reply = tuple[int, str, bytes]


def package(number: int, **more: Any) -> dict[str, Any]:
    url = f"https://www.example.org/{number}.csv"
    known = {
        "id": f"id-{number:04}",
        "name": f"daten-{number}",
        "title": f"Daten {number}",
        "state": "active",
        "private": False,
    }
    return {**known, "type": "dataset", "resources": [{"id": f"r-{number}", "url": url, "format": "CSV"}], **more}


def packages(count: int) -> list[dict[str, Any]]:
    return [package(number) for number in range(count)]


def success(result: Any) -> Reply:
    return 200, "application/json", json.dumps({"help": "…", "success": True, "result": result}).encode()


def error(status: int, kind: str, message: str) -> Reply:
    told = {"help": "…", "success": False, "error": {"__type": kind, "message": message}}
    return status, "application/json", json.dumps(told).encode()


@dataclass
class FakePortal:
    """A CKAN that answers package_search as CKAN does; ``quirk`` may answer first. ``asked`` holds what was asked."""

    packages: list[dict[str, Any]]
    cap: int = 1000
    quirk: Callable[[FakePortal, str, Query], Reply | None] = lambda portal, action, query: None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def answer(self, path: str, query: dict[str, list[str]]) -> Reply:
        action = path.rpartition("/")[2]
        if any(len(values) > 1 for values in query.values()):
            return error(409, "Validation Error", "given twice")
        single = {name: values[0] for name, values in query.items()}
        self.asked.append((action, single))
        quirky = self.quirk(self, action, single)
        if quirky is not None:
            return quirky
        if action != "package_search":
            return error(400, "Bad Request", f"Bad request - Action name not known: {action}")
        return success({"count": len(self.found(single)), "results": self.page(single), "facets": {}})

    def found(self, query: Query) -> list[dict[str, Any]]:
        chosen = [
            p for p in self.packages if "fq" not in query or p.get("organization", {}).get("name", "-") in query["fq"]
        ]
        return sorted(chosen, key=lambda p: str(p["id"]), reverse=query.get("sort", "").endswith("desc"))

    def page(self, query: Query) -> list[dict[str, Any]]:
        start, rows = int(query.get("start", 0)), min(int(query.get("rows", 10)), self.cap)
        return self.found(query)[start : start + rows]

    def searches(self) -> list[dict[str, str]]:
        return [query for action, query in self.asked if action == "package_search"]


class Server:
    """Fake portals on one port, each below a path of its own; everything else is a file of ``files``."""

    def __init__(self) -> None:
        self.portals: dict[str, FakePortal] = {}
        self.files: dict[str, Reply] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                name = parts.path.split("/")[1]
                status, kind, body = 404, "text/html", b"<!doctype html><title>nicht gefunden</title>"
                if parts.path in server.files:
                    status, kind, body = server.files[parts.path]
                elif name in server.portals and "/api/3/action/" in parts.path:
                    server.portals[name].headers.append({k.lower(): v for k, v in self.headers.items()})
                    status, kind, body = server.portals[name].answer(parts.path, parse_qs(parts.query))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()
