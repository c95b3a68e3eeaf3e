"""Runs a real pycsw (CSW 2.0.2 and 3.0.0, OAI-PMH) on loopback in the environment of ``scripts/servers``.

    with serving(folder, {"a.xml": xml}) as pycsw:
        pycsw.url         # …/csw; OAI-PMH is the same address with ?mode=oaipmh
        pycsw.load({"b.xml": other})
        pycsw.delete("identifier")

Run as a script it is the server itself, or loads records into its database.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PYTHON = Path(__file__).resolve().parents[2] / ".venv-servers/bin/python"
_TABLE = "records"


class Pycsw:
    """A running pycsw: its address, and what stands in its catalogue."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}/csw"
        self.asked = folder / "asked.log"

    def load(self, records: Mapping[str, bytes]) -> None:
        """Loads metadata documents by file name; one with a known identifier replaces what was there."""
        batch = self.folder / f"batch-{len(list(self.folder.glob('batch-*')))}"
        batch.mkdir()
        for name, body in records.items():
            (batch / name).write_bytes(body)
        _run("load", self.folder, str(batch))

    def delete(self, *identifiers: str) -> None:
        """Takes records out."""
        with sqlite3.connect(self.folder / "csw.db") as connection:
            connection.executemany(f"DELETE FROM {_TABLE} WHERE identifier = ?", [(each,) for each in identifiers])
        connection.close()

    def identifiers(self) -> list[str]:
        """What is in the catalogue."""
        with sqlite3.connect(self.folder / "csw.db") as connection:
            found = [row[0] for row in connection.execute(f"SELECT identifier FROM {_TABLE} ORDER BY identifier")]
        connection.close()
        return found

    def requests(self) -> list[str]:
        """The requests so far: method and query, in their order."""
        return self.asked.read_text(encoding="utf-8").splitlines() if self.asked.exists() else []


@contextmanager
def serving(folder: Path, records: Mapping[str, bytes], **settings: str) -> Iterator[Pycsw]:
    """Serves metadata documents; ``folder`` holds the database, ``settings`` go into the section ``server``.

    Skips the test where the environment of the servers is absent.
    """
    if not _PYTHON.exists():
        import pytest  # absent in the servers' own environment

        pytest.skip("no real servers here: run scripts/servers")
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pycsw = Pycsw(folder, port)
    (folder / "pycsw.cfg").write_text(_configuration(folder, pycsw.url, settings), encoding="utf-8")
    _run("setup", folder)
    pycsw.load(records)
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen(
        [str(_PYTHON), __file__, "serve", str(folder), str(port)], stdout=log, stderr=log, env=_environment()
    )
    try:
        _wait(pycsw.url, process, folder / "server.log")
        yield pycsw
    finally:
        process.terminate()
        process.wait(120)
        log.close()


def _configuration(folder: Path, url: str, settings: Mapping[str, str]) -> str:
    server = {"home": ".", "url": url, "mimetype": "application/xml; charset=UTF-8", "encoding": "UTF-8"}
    server |= {"language": "en-US", "maxrecords": "100", "profiles": "apiso", **settings}
    lines = ["[server]", *(f"{key}={value}" for key, value in server.items())]
    about = ("title", "abstract", "keywords", "fees", "accessconstraints")
    contact = ("name", "position", "address", "city", "postalcode", "country", "phone", "fax", "email", "url")
    lines += ["[manager]", "transactions=false", "allowed_ips=127.0.0.1", "[metadata:main]"]
    lines += ["identification_title=Geodatenkatalog Test", "identification_keywords_type=theme"]
    lines += [f"identification_{name}=test" for name in about[1:]]
    lines += ["provider_name=Bauamt", "provider_url=https://www.example.org/"]
    lines += [f"contact_{name}=test" for name in (*contact, "hours", "instructions", "role", "stateorprovince")]
    lines += ["[repository]", f"database=sqlite:///{folder / 'csw.db'}", f"table={_TABLE}"]
    lines += ["[metadata:inspire]", "enabled=false"]
    return "\n".join(lines) + "\n"


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}


def _run(what: str, folder: Path, *arguments: str) -> None:
    command = [str(_PYTHON), __file__, what, str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False, timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-3000:])
        try:
            urllib.request.urlopen(f"{url}?service=CSW&version=2.0.2&request=GetCapabilities", timeout=10).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"pycsw did not answer at {url}")


# --- What runs in the servers' own environment ---------------------------------------------------------------------


def _main(what: str, folder: Path, *arguments: str) -> None:
    from pycsw.core import admin  # type: ignore[import-not-found]
    from pycsw.core.config import StaticContext  # type: ignore[import-not-found]

    database = f"sqlite:///{folder / 'csw.db'}"
    if what == "setup":
        admin.setup_db(database, _TABLE, str(folder), create_plpythonu_functions=False)
    elif what == "load":
        admin.load_records(StaticContext(), database, _TABLE, arguments[0], force_update=True)
    else:
        _serve(folder, int(arguments[0]))


def _serve(folder: Path, port: int) -> None:
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    from pycsw.server import Csw  # type: ignore[import-not-found]

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with (folder / "asked.log").open("a", encoding="utf-8") as log:
            log.write(f"{environ['REQUEST_METHOD']} {environ['QUERY_STRING']}\n")
        environ["local.app_root"] = str(folder)
        # pycsw builds addresses from the host and adds the port itself.
        environ["HTTP_HOST"] = environ.get("HTTP_HOST", "").partition(":")[0]
        server = Csw(str(folder / "pycsw.cfg"), environ)
        status, body = server.dispatch_wsgi()
        kind = server.contenttype
        kind = kind.decode() if isinstance(kind, bytes) else str(kind)
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            return

    make_server("127.0.0.1", port, application, handler_class=Quiet).serve_forever()


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
