"""Serves the demo region's source systems on this machine: a CKAN, a DCAT feed, a data.json, a WFS, a folder, a site, a broker.

    python -m harvesters.regions.server --folder DIR --port 8410

The texts of the systems name the address of PORT; on another port, as in tests, it is exchanged on the way out.
"""

import argparse
import hashlib
import logging
import signal
import sys
import threading
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self
from urllib.parse import urlsplit

from harvesters.regions.demo_systems import WRITTEN, Answer, Systems, page_of

HOST = "127.0.0.1"
PORT = urlsplit(WRITTEN).port or 0
_LARGEST_POST = 1_000_000
_TEXTS = ("text/html", "application/json", "text/turtle", "application/xml", "text/plain")

_log = logging.getLogger(__name__)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Beispielserver"
    sys_version = ""
    timeout = 30
    wbufsize = -1  # head and body leave together: two small packets cost 40 ms each time (delayed ACK)
    systems: Systems
    address: bytes

    def do_GET(self) -> None:
        self._send(self._answer())

    def do_HEAD(self) -> None:
        self._send(self._answer())

    def _answer(self) -> Answer:
        return self.systems.answer(self.path, tenant=self.headers.get("Fiware-Service", ""))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LARGEST_POST:
            self.close_connection = True
            self._send(page_of("Anfrage zu groß", [], 413))
            return
        self._send(self.systems.answer(self.path, self.rfile.read(int(length))))

    def _send(self, answer: Answer) -> None:
        body = answer.body
        if answer.media_type.startswith(_TEXTS):
            body = body.replace(WRITTEN.encode(), self.address)
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"' if answer.modified else None
        status = 304 if tag and answer.modified and self._known(tag, answer.modified) else answer.status
        self.send_response(status, HTTPStatus(status).phrase)
        if answer.total is not None:
            self.send_header("Fiware-Total-Count", str(answer.total))
        if answer.location:
            self.send_header("Location", answer.location)
        if tag and answer.modified:
            self.send_header("ETag", tag)
            self.send_header("Last-Modified", format_datetime(answer.modified, usegmt=True))
        if status != 304:
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304 and self.command != "HEAD":
            self.wfile.write(body)

    def _known(self, tag: str, modified: datetime) -> bool:
        """Say whether the client has this state already (RFC 9110, 13.2.2: its ETag counts before its date)."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            return tags.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in tags.split(","))
        try:
            return modified <= parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except (TypeError, ValueError):
            return False

    def log_message(self, format: str, *args: object) -> None:
        _log.debug(format, *args)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    # A port that another program listens on must be refused even where the system would share it.
    allow_reuse_port = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Log what ended a connection: a crawler that hangs up in the middle is no news on the terminal."""
        gone = isinstance(sys.exception(), ConnectionError)
        _log.log(logging.DEBUG if gone else logging.ERROR, "request of %s failed", client_address, exc_info=True)


class Server:
    """The running systems; `base_url` is where they answer. Leaving its `with` block, or `close()`, ends them."""

    def __init__(self, listener: _Listener) -> None:
        self.base_url = f"http://{HOST}:{listener.server_address[1]}"
        self._listener = listener
        self._thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True, name="demo-sources")
        self._thread.start()

    def close(self) -> None:
        """Stop listening and wait until the thread has ended."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(folder: Path, port: int = PORT) -> Server:
    """Serve the systems of a region folder on 127.0.0.1 and return at once; port 0 takes any free one.

    Raises OSError when the port is taken (its text says so) and FileNotFoundError when the folder has no `servers/`.
    """
    systems = Systems(folder)
    if not systems.modified:  # reads the list, so that a wrong folder is told here and not at the first request
        raise FileNotFoundError(f"{folder}: servers/modified.csv lists no file")
    handler = type("Handler", (_Handler,), {"systems": systems})
    try:
        listener = _Listener((HOST, port), handler)
    except OSError as error:
        raise OSError(
            error.errno, f"port {port} on {HOST} cannot be used for the sample sources: {error.strerror}"
        ) from error
    handler.address = f"http://{HOST}:{listener.server_address[1]}".encode()  # type: ignore[attr-defined]
    return Server(listener)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; print the address first. Exit 2 when the port is taken or the folder is wrong."""
    parser = argparse.ArgumentParser(prog="python -m harvesters.regions.server", description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "demo", help="the region's folder")
    parser.add_argument("--port", type=int, default=PORT)
    given = parser.parse_args(arguments)
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    try:
        server = start(given.folder, given.port)
    except OSError as error:
        parser.exit(2, f"{error}\n")
    with server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        print(server.base_url, flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
