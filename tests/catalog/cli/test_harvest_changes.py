"""``allmende harvest`` at a source that can name what changed: an OAI-PMH repository, run after run, as a steward sees it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from scrapy.http import Request

from catalog.search import Catalogue
from schemas.region import load
from tests.catalog.cli.command import allmende, region
from tests.catalog.cli.test_harvest import counts, datasets, only
from tests.harvesters.oai_repository import Repository, dcat, gone, record


class Serving:
    """A repository on loopback. Asked ``from`` a time, it lists ``changed`` instead of everything."""

    def __init__(self) -> None:
        self.whole = [record(number) for number in range(6)]
        self.changed: list[str] = []
        self.asked: list[dict[str, str]] = []
        serving = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = dict(parse_qsl(urlsplit(self.path).query))
                serving.asked.append(query)
                lists = {"": serving.changed if "from" in query else serving.whole}
                answer = Repository(lists, page=100)(Request(f"http://x.example{self.path}"))
                body = answer if isinstance(answer, bytes) else b""
                self.send_response(200 if self.path != "/robots.txt" else 404)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/oai"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Ends serving."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def lists(self) -> list[bool]:
        """Of each listing asked for, whether only changes were."""
        return ["from" in query for query in self.asked if query.get("verb") == "ListRecords"]


@pytest.fixture
def repository() -> Iterator[Serving]:
    made = Serving()
    yield made
    made.close()


def test_changes_are_asked_for_after_a_whole_listing_and_can_be_replayed(tmp_path: Path, repository: Serving) -> None:
    folder = region(tmp_path, archiv=f'url = "{repository.url}"\nprotocol = "oaipmh"\n')
    first = only(allmende("harvest", "--json", cwd=folder))
    assert counts(first, "coverage", "created") == ("complete", 6)
    repository.changed = [record(0, dcat(0).replace("Daten 0", "Neue Daten")), record(9), gone(3)]
    second = only(allmende("harvest", "--json", cwd=folder))
    assert counts(second, "coverage", "updated", "created", "absent", "withdrawn") == ("changes", 1, 1, 1, 0)
    assert counts(second, "fetched", "unchanged", "failed") == (2, 0, 0)
    assert repository.lists == [False, True]
    assert datasets(folder) == 7
    catalogue = Catalogue(load(folder, {}))
    hit = catalogue.candidates("archiv/oai:data.example:3")[0]
    catalogue.close()
    assert hit.absent_since, "it is public and marked"

    asked = len(repository.asked)
    replayed = only(allmende("harvest", "--replay", second["run"], "--json", cwd=folder))
    assert counts(replayed, "coverage", "unchanged", "absent") == ("changes", 2, 0)
    assert len(repository.asked) == asked, "a replay asks nobody"

    full = only(allmende("harvest", "--full", "--json", cwd=folder))
    assert (full["coverage"], repository.lists[-1]) == ("complete", False)
    mended = only(allmende("harvest", "--json", cwd=folder, ALLMENDE_SOURCE_ARCHIV__LANGUAGE="en"))
    assert (mended["coverage"], repository.lists[-1]) == ("complete", False), "another setting maps all anew"
