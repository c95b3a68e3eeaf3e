"""The lines to copy on a dataset's page work as they stand: curl fetches the file, Python reads the table."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.catalog.cli.command import started


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lines(page: str) -> dict[str, str]:
    """The lines by the program that they are for."""
    found = {}
    for node in LexborHTMLParser(page).css("#reuse ~ pre"):
        head = node.prev
        while head is not None and head.tag != "h3":
            head = head.prev
        if head is not None:
            found[head.text().strip()] = node.text()
    return found


def run(*command: str, cwd: Path) -> str:
    """A command as a reader's shell runs it, without proxies."""
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_lines_of_the_demo_region_run(harvested: Path, tmp_path: Path) -> None:
    region = tmp_path / "region"
    shutil.copytree(harvested, region)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with started("serve", "--port", port, cwd=region, ALLMENDE_BASE_URL=base) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == base
        with httpx.Client(base_url=base, headers={"accept": "text/html"}, timeout=60, trust_env=False) as client:
            found = client.get("/datasets.json", params={"q": "Wasserstand Pegel Neuhof", "format": "CSV"}).json()
            slug = found["datasets"][0]["slug"]
            until = time.monotonic() + 90
            while client.get(f"/dataset/{slug}/file/1.json", params={"size": "1"}).status_code != 200:
                assert time.monotonic() < until, "the preview does not come"
                time.sleep(0.5)
            copied = lines(client.get(f"/dataset/{slug}").text)
        run("sh", "-c", copied["curl"], cwd=tmp_path)
        (fetched,) = tmp_path.glob("*.csv")
        assert fetched.read_bytes().count(b"\n") > 100
        look = "\nprint(list(table.columns), len(table), table.iloc[:, 1].dtype.kind)"
        told = run(sys.executable, "-c", copied["Python"] + look, cwd=tmp_path)
        assert told.splitlines()[-1] == "['Datum', 'Wasserstand_cm'] 744 i"
        assert f"{base}/dataset/{slug}/file/1.csv" in copied["R"]
