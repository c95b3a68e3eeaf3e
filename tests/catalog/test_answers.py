"""Bad answers through whole runs: nothing public changes, and the run says why (F01, F02, F03, F14, F18, F21)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import settings

from catalog.runs.conclusion import RunResult
from catalog.runs.processes import run_sources
from catalog.runs.wish import Wish
from catalog.search import Catalogue
from catalog.store import Store, utc_now
from schemas.region import Region
from tests.catalog.test_pool import data_json, region
from tests.faultserver import FaultServer, Reply

WHOLE = data_json(40)
HTML = b"<!doctype html><html><head><title>Wartung</title></head><body>Wartungsarbeiten</body></html>"
# Where the answer is cut off: each commit tries two places, the profile ``full`` ten.
TENTHS = range(1, 11) if settings().max_examples > 100 else (4, 10)
BODIES = {
    "F01 page": Reply(HTML, headers={"Content-Type": "text/html"}),
    "F02 success false": Reply(b'{"success": false, "error": {"message": "Solr antwortet nicht"}}'),
    "F03 no content": Reply(b"", status=204),
    "F03 blanks": Reply(b" \r\n"),
    **{f"F21 tenth {n}": Reply(WHOLE.body[: len(WHOLE.body) * n // 10 - 1]) for n in TENTHS},
}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as started:
        started.pages = {"/data.json": WHOLE}
        yield started


def run(made: Region) -> RunResult:
    return next(iter(run_sources(made, ["hub"], Wish())))


def public(made: Region) -> str:
    """The hash of the whole dump."""
    catalogue = Catalogue(made)
    try:
        digest = hashlib.sha256()
        for part in catalogue.dump(catalogue.number()):
            digest.update(part)
        return digest.hexdigest()
    finally:
        catalogue.close()


def test_F01_F02_F03_F21_no_bad_answer_changes_what_is_public(tmp_path: Path, server: FaultServer) -> None:
    made = region(tmp_path, {"hub": server.url("/data.json")}, "[limits]\nretries = 0\n")
    assert run(made).counts.created == 40
    before = public(made)
    for name, reply in BODIES.items():
        server.pages = {"/data.json": reply}
        result = run(made)
        assert (result.status, result.counts.fetched, result.counts.absent) == ("failed", 0, 0), name
        assert server.url("/data.json") in result.reason_de, name
        assert result.reason_en, name
        if name.startswith("F21"):
            assert "Zeile" in result.reason_de, "the position is told"
        assert public(made) == before, name
    server.pages = {"/data.json": WHOLE}
    mended = run(made)
    assert mended.counts.unchanged == 40
    assert public(made) == before


@pytest.mark.parametrize("days", [-2, 2])
def test_F18_clock_of_the_source_decides_nothing(tmp_path: Path, server: FaultServer, days: int) -> None:
    stamp = format_datetime(datetime.now(UTC) + timedelta(days=days), usegmt=True)
    headers = {"Content-Type": "application/json", "Date": stamp, "Last-Modified": stamp}
    server.pages = {"/data.json": Reply(WHOLE.body, headers=headers)}
    made = region(tmp_path, {"hub": server.url("/data.json")})
    began = utc_now()
    result = run(made)
    ended = utc_now()
    assert result.run is not None
    store = Store(made)
    revision = bytes.fromhex(store.run(result.run).report["revision"])
    since = store.changes_since("hub", revision, ended + timedelta(minutes=1))
    store.close()
    assert since is not None
    slack = timedelta(seconds=1)
    assert began - timedelta(hours=1) - slack <= since <= ended - timedelta(hours=1)
