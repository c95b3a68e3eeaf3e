"""F69: a source's key goes to the source and nowhere else: not into logs, reports, feeds, exports, kept answers."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import orjson
import pytest
import zstandard

from tests.catalog.runs import REGION
from tests.catalog.sampling import ALLMENDE
from tests.harvesters.json_api import Asked, JsonApi, Reply

KEY = "kanarienvogel-4711-geheim"


def region(folder: Path, url: str, more: str, protocol: str = "restjson") -> Path:
    (folder / "sources").mkdir()
    text = REGION.replace("STORE", "sqlite:///data/allmende.db")
    (folder / "region.toml").write_text(text.replace("publisher", 'allowed_hosts = ["127.0.0.1"]\npublisher'))
    source = f'title = "Plattform"\nmunicipality = "neuhof"\nurl = "{url}"\nprotocol = "{protocol}"\n{more}'
    (folder / "sources/usi-1.toml").write_text(source)
    return folder


def allmende(folder: Path, *arguments: str, key: str | None = KEY) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **({"ALLMENDE_SOURCE_USI_1__API_KEY": key} if key else {})}
    command = [ALLMENDE, "--region", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=False, env=environment)


def written(folder: Path) -> Iterable[tuple[Path, bytes]]:
    """Everything that lies in a region's folder, with compressed parts unpacked as well."""
    for file in folder.rglob("*"):
        if file.is_file():
            body = file.read_bytes()
            yield file, body
            for found in re.finditer(re.escape(b"\x28\xb5\x2f\xfd"), body):
                with suppress(zstandard.ZstdError):
                    yield file, zstandard.ZstdDecompressor().decompressobj().decompress(body[found.start() :])


MAPPING = """
[restjson]
items = "rows"
id = "id"
header = "X-API-Key"
paging = { by = "next", next = "next" }
[restjson.fields]
title = "name"
landing_page = "link"
"""


def guarded(asked: Asked) -> Reply:
    if asked.headers.get("x-api-key") != KEY:
        return Reply({"error": "no key"}, 401)
    # A server that repeats the key wherever it can.
    at = int(asked.query.get("s", 0))
    rows = [{"id": f"n{at}", "name": f"Daten {at}", "link": f"https://x.example/{at}", "note": f"key={KEY}"}]
    return Reply({"rows": rows, "next": f"/api?s={at + 1}" if at < 2 else None, "echo": KEY})


def test_F69_key_is_sent_and_stands_nowhere(tmp_path: Path) -> None:
    with JsonApi(guarded) as api:
        folder = region(tmp_path, f"{api.url}/api", MAPPING)
        done = allmende(folder, "harvest", "--json")
        assert len(api.asked) == 3
        (result,) = orjson.loads(done.stdout)["sources"]
        assert (result["status"], result["created"]) in (("ok", 3), ("warnings", 3)), result
        shown = [allmende(folder, "status", "--json"), allmende(folder, "show", "usi-1/n0", "--json", "--explain")]
        shown += [allmende(folder, "show", "usi-1/n0", "--format", form) for form in ("ttl", "rdf", "jsonld", "nt")]
        shown += [allmende(folder, "history", "--json")]
        replayed = allmende(folder, "harvest", "--replay", str(result["run"]), "--json")
        assert orjson.loads(replayed.stdout)["sources"][0]["unchanged"] == 3
    for process in (done, replayed, *shown):
        assert KEY.encode() not in process.stdout + process.stderr
    searched = list(written(folder))
    assert any(b"Daten 2" in body for _, body in searched)
    assert [file for file, body in searched if KEY.encode() in body] == []


@pytest.mark.parametrize(("key", "said"), [(None, "verlangt einen Schlüssel"), ("falsch", "lehnt den Schlüssel ab")])
def test_401_fails_the_run_and_names_the_variable(tmp_path: Path, key: str | None, said: str) -> None:
    with JsonApi(guarded) as api:
        folder = region(tmp_path, f"{api.url}/api", MAPPING)
        done = allmende(folder, "harvest", "--json", key=key)
    (result,) = orjson.loads(done.stdout)["sources"]
    assert (done.returncode, result["status"]) == (1, "failed")
    assert said in result["reason"]
    assert "ALLMENDE_SOURCE_USI_1__API_KEY" in result["reason"]
    assert "401" in result["reason"]


def test_403_says_that_fetching_may_be_forbidden(tmp_path: Path) -> None:
    with JsonApi(lambda asked: Reply({"error": "forbidden"}, 403)) as api:
        done = allmende(region(tmp_path, f"{api.url}/api", MAPPING), "harvest", "--json", key=None)
    (result,) = orjson.loads(done.stdout)["sources"]
    assert "verbietet den Abruf oder verlangt einen Schlüssel (Status 403)" in result["reason"]
    assert "ALLMENDE_SOURCE_USI_1__API_KEY" in result["reason"]


def test_F32_key_stays_with_the_origin(tmp_path: Path) -> None:
    with JsonApi(lambda asked: Reply([{"id": "n1", "name": "Fremd"}])) as other:

        def moved(asked: Asked) -> Reply:
            return Reply(b"", 302, {"Location": f"{other.url}/liste"})

        with JsonApi(moved) as api:
            folder = region(tmp_path, f"{api.url}/api", MAPPING.replace('items = "rows"\n', "").replace("paging", "# "))
            allmende(folder, "harvest", "--json")
            assert [asked.headers.get("x-api-key") for asked in api.asked] == [KEY]
        assert [asked.headers.get("x-api-key") for asked in other.asked] == [None]
