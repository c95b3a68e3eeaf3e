"""Requests that wait for a preview: they hold up no other, and only so many wait."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from catalog.preview import access, waiting, wishes
from catalog.preview.keeping import Keeping, key_of
from catalog.preview.model import Preview, Source, Wanted
from catalog.runs.staging import now_text
from catalog.web import previewed
from schemas.region import Region
from tests.catalog.builder import Stored, dataset, region_in
from tests.catalog.web.asking import Place
from tests.catalog.web.pages_reading import file

MANY, FILES = 200, 3
HTML = {"accept": "text/html"}
NOW = now_text()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A dataset with files of a server that never answers: no maker is at work."""
    monkeypatch.setattr(wishes, "wake", lambda _region, _kept: None)
    made = Place(region_in(tmp_path))
    address = "https://still.example/{}.csv"
    files = tuple(file(n, access_url=(address.format(n),), download_url=(address.format(n),)) for n in range(FILES))
    made.publish(Stored("alle", dataset("Zahlen", "Alle Zahlen.", distribution=files)))
    yield made
    made.close()


def test_many_who_wait_hold_up_nobody_else(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewed, "PATIENCE", 3_600.0)
    monkeypatch.setattr(waiting, "MOST_HERE", MANY)
    slug = place.slug("alle")

    async def work() -> None:
        transport = httpx.ASGITransport(place.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x.example") as client:
            await ask(client)

    async def ask(client: httpx.AsyncClient) -> None:
        asking = [
            asyncio.create_task(client.get(f"/dataset/{slug}/file/{n % FILES + 1}.json", timeout=None))
            for n in range(MANY)
        ]
        async with asyncio.timeout(120):
            while len(_waiting(place)) < MANY:
                await asyncio.sleep(0.02)
            for path in ("/healthz", f"/dataset/{slug}", "/datasets"):
                assert (await client.get(path, headers=HTML)).status_code == 200
            # One more has its answer at once, with the way to ask again.
            one = await client.get(f"/dataset/{slug}/file/1", headers=HTML)
            assert one.status_code == 200
            assert "Die Vorschau wird gerade erstellt." in one.text
            assert one.headers["cache-control"] == "no-store"
            for suffix in (".json", ".csv", "/map.geojson", "/picture"):
                refused = await client.get(f"/dataset/{slug}/file/1{suffix}")
                assert (refused.status_code, refused.headers["retry-after"]) == (503, "5"), suffix
        assert not any(each.done() for each in asking)
        for each in asking:
            each.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        assert not _waiting(place)  # who leaves gives the place back

    asyncio.run(work())


def _waiting(place: Place) -> set[int]:
    found = waiting._places.get(Keeping(place.region).folder)
    return found.taken if found is not None else set()


OTHER = """
import fcntl, os, sys
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.lockf(handle, fcntl.LOCK_EX, 2)
print("taken", flush=True)
sys.stdin.read()
"""


def test_all_processes_have_so_many_places_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST", 3)
    region = region_in(tmp_path)
    file = Keeping(region).wishes.parent / "waiting.lock"
    command = [sys.executable, "-Sc", OTHER, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "taken\n"
        with waiting.place(region) as first, waiting.place(region) as second:
            assert (first, second) == (True, False)
        other.kill()  # however a process ends, its places are free again
        other.wait()
        with waiting.place(region) as first, waiting.place(region) as second, waiting.place(region) as third:
            assert (first, second, third) == (True, True, True)
            with waiting.place(region) as fourth:
                assert not fourth
    assert not waiting._places


def test_a_preview_is_there_for_who_waits_as_soon_as_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishes, "wake", lambda _region, _kept: None)
    region = region_in(tmp_path)
    kept = Keeping(region)
    read: list[str] = []
    again = access.again

    def noted(region: Region, asked: access.Asked) -> access.Asked:
        read.append(asked.key)
        return again(region, asked)

    monkeypatch.setattr(access, "again", noted)
    monkeypatch.setattr(access, "GROWN_SECONDS", 0.2)
    wish = Wanted("https://still.example/0.csv", "neuhof-portal")

    async def waited(whole: bool, *made: Preview, patience: float = 60.0) -> Preview:
        asked = asyncio.create_task(waiting.awaited(region, wish, patience, whole))
        while made and not waiting._places:
            await asyncio.sleep(0.01)
        for each in made:
            kept.put(each)
        return await asked

    assert asyncio.run(waited(False, patience=0.2)).state == "making"
    assert not read  # what is not there is not read
    assert asyncio.run(waited(False, made(wish))) == made(wish)
    assert len(read) == 1
    (kept.folder / f"{key_of(wish)}.json").unlink()
    assert asyncio.run(waited(False, made(wish, growing=True))).growing  # the first rows are something to look at
    assert asyncio.run(waited(True, made(wish))) == made(wish)
    kept.put(made(wish, growing=True))
    assert asyncio.run(waited(True, patience=0.2)).growing


def made(wish: Wanted, growing: bool = False) -> Preview:
    source = Source("", wish.address, "csv", "", "", 200, 1, 1, True, "", "", "", NOW, NOW)
    return Preview(key_of(wish), wish.address, "ready", "text", source=source, text="a", growing=growing)
