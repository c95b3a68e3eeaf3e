"""Runs a real pygeoapi (OGC API Features, Records, Maps, Tiles) on loopback in the environment of ``scripts/servers``.

    with serving(folder, collections, records) as pygeoapi:
        pygeoapi.url              # the landing page
        pygeoapi.load(records)    # other records
        pygeoapi.requests()       # what was asked so far

Run as a script it is the server itself.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PYTHON = Path(__file__).resolve().parents[2] / ".venv-servers/bin/python"
RECORDS = "metadaten"


class Pygeoapi:
    """A running pygeoapi: its address, and what it was asked."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.asked = folder / "asked.log"

    def load(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Puts these records in the place of those that were there."""
        table = {str(number): record for number, record in enumerate(records, 1)}
        (self.folder / "records.json").write_text(json.dumps({"_default": table}), encoding="utf-8")

    def requests(self) -> list[str]:
        """The requests so far: path and query, in their order."""
        return self.asked.read_text(encoding="utf-8").splitlines() if self.asked.exists() else []


@contextmanager
def serving(
    folder: Path,
    collections: Mapping[str, Mapping[str, Any]],
    records: Sequence[Mapping[str, Any]] = (),
    limit: int = 10,
) -> Iterator[Pygeoapi]:
    """Serves collections, each as pygeoapi's configuration writes it (without its type), and the records as one more.

    ``folder`` holds what the server needs; ``limit`` is how many items it gives where none are asked for. Skips the test
    where the environment of the servers is absent.
    """
    if not _PYTHON.exists():
        import pytest  # absent in the servers' own environment

        pytest.skip("no real servers here: run scripts/servers")
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Pygeoapi(folder, port)
    running.load(records)
    (folder / "pygeoapi.yml").write_text(json.dumps(_configuration(running, collections, limit)), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    environment |= {"PYGEOAPI_CONFIG": str(folder / "pygeoapi.yml"), "PYGEOAPI_OPENAPI": str(folder / "openapi.json")}
    with (folder / "server.log").open("wb") as log:
        command = [str(_PYTHON), __file__, str(folder), str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
        try:
            _wait(running.url, process, folder / "server.log")
            yield running
        finally:
            process.terminate()
            process.wait(120)


def _configuration(running: Pygeoapi, collections: Mapping[str, Mapping[str, Any]], limit: int) -> dict[str, Any]:
    """JSON is YAML: the settings that pygeoapi reads."""
    about = {
        "identification": {
            "title": {"de": "Geodaten der Gemeinde", "en": "Geodata of the municipality"},
            "description": {"de": "Offene Geodaten zum Testen", "en": "Open geodata for tests"},
            "keywords": {"de": ["Geodaten", "Test"], "en": ["geodata", "test"]},
            "keywords_type": "theme",
            "terms_of_service": "https://www.govdata.de/dl-de/by-2-0",
            "url": "https://www.example.org/geodaten",
        },
        "license": {
            "name": "Datenlizenz Deutschland – Namensnennung – Version 2.0",
            "url": "https://www.govdata.de/dl-de/by-2-0",
        },
        "provider": {"name": "Gemeinde Neuhof", "url": "https://www.example.org/"},
        "contact": {"name": "Bauamt", "email": "bauamt@example.org", "url": "https://www.example.org/bauamt"},
    }
    resources = {name: {"type": "collection", **collection} for name, collection in collections.items()}
    resources[RECORDS] = {
        "type": "collection",
        "title": "Metadaten der Gemeinde",
        "description": "Katalog der Geodaten",
        "keywords": ["Katalog"],
        "links": [],
        "extents": {"spatial": {"bbox": [9, 50, 10, 51]}},
        "providers": [
            {
                "type": "record",
                "name": "TinyDBCatalogue",
                "data": str(running.folder / "records.json"),
                "id_field": "externalId",
                "time_field": "recordCreated",
                "title_field": "title",
            }
        ],
    }
    port = int(running.url.rpartition(":")[2])
    server = {
        "bind": {"host": "127.0.0.1", "port": port},
        "url": running.url,
        "mimetype": "application/json; charset=UTF-8",
    }
    server |= {"encoding": "utf-8", "languages": ["de", "en"], "limits": {"default_items": limit, "max_items": 1000}}
    server["map"] = {"url": "https://tiles.example.org/{z}/{x}/{y}.png", "attribution": "none"}
    return {"server": server, "logging": {"level": "ERROR"}, "metadata": about, "resources": resources}


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(2400):
        if process.poll() is not None:
            raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-3000:])
        try:
            with opener.open(f"{url}/conformance?f=json", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer: {log.read_text(encoding='utf-8', errors='replace')[-3000:]}")


def _serve(folder: Path, port: int) -> None:
    """The server itself; its description of the interface is written first, as pygeoapi wants it."""
    settings = folder / "pygeoapi.yml"
    description = importlib.import_module("pygeoapi.openapi").generate_openapi_document(settings, "json")
    (folder / "openapi.json").write_text(description, encoding="utf-8")
    application = importlib.import_module("pygeoapi.flask_app").APP

    def asked(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        query = environment.get("QUERY_STRING", "")
        with (folder / "asked.log").open("a", encoding="utf-8") as log:
            log.write(environment["PATH_INFO"] + (f"?{query}" if query else "") + "\n")
        answer: Iterable[bytes] = application(environment, start)
        return answer

    importlib.import_module("werkzeug.serving").run_simple("127.0.0.1", port, asked, threaded=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
