"""``allmende serve`` and ``demo``: the address on a line of its own, and nothing left when they end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from pathlib import Path

from schemas.region import load
from tests.catalog.cli.command import address, free_ports, get, group, none_left, started


def test_serve_takes_the_next_free_port_and_sigterm_ends_all(harvested: Path) -> None:
    port = free_ports()
    with socket.create_server(("127.0.0.1", port)), started("serve", "--port", port, cwd=harvested) as serving:
        where = address(serving)
        assert where == f"http://127.0.0.1:{port + 1}"
        assert get(f"{where}/healthz")[0] == 200, "the address is printed once it answers"
        status, body = get(f"{where}/catalog.ttl")
        assert (status, b"dcat:Catalog" in body) == (200, True)
        with socket.create_connection(("127.0.0.1", port + 1), timeout=60) as raw:
            raw.sendall("GET /datasets.json?q=müll HTTP/1.0\r\n\r\n".encode())
            assert b" 200 " in raw.makefile("rb").readline(), "umlauts that nobody encoded are understood"
        assert len(group(serving.pid)) >= 3, "parent, web worker, follower"
        serving.terminate()
        assert serving.wait(120) == 0
        assert none_left(serving.pid)
        assert serving.stderr is not None
        assert "Traceback" not in serving.stderr.read()


def test_serve_killed_leaves_no_child(harvested: Path) -> None:
    with started("serve", "--port", free_ports(), "--workers", 2, "--region", harvested) as serving:
        address(serving)
        assert len(group(serving.pid)) >= 4
        os.kill(serving.pid, signal.SIGKILL)
        serving.wait(120)
        assert none_left(serving.pid)


def test_worker_that_dies_is_started_anew(harvested: Path) -> None:
    with started("serve", "--port", free_ports(), cwd=harvested) as serving:
        where = address(serving)
        before = set(group(serving.pid)) - {serving.pid}
        for child in before:
            os.kill(child, signal.SIGKILL)
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if get(f"{where}/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        assert get(f"{where}/healthz")[0] == 200
        assert not before & set(group(serving.pid))
        serving.terminate()
        assert serving.wait(120) == 0
        assert none_left(serving.pid)


def test_changed_configuration_is_taken_over_and_every_request_meanwhile_is_answered(
    harvested: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "region"
    shutil.copytree(harvested, folder)
    with started("serve", "--port", free_ports(), "--workers", 1, cwd=folder) as serving:
        where = address(serving)
        file = folder / "region.toml"
        text = file.read_text(encoding="utf-8")
        title = load(folder, {}).title
        file.write_text(text.replace(title, "Neuer Name der Region"), encoding="utf-8")
        until = time.monotonic() + 120
        answers: list[bytes] = []
        while not answers or b"Neuer Name der Region" not in answers[-1]:
            assert time.monotonic() < until, "the change is not taken over"
            status, body = get(where)
            assert status == 200
            answers.append(body)
            time.sleep(0.02)  # between two requests, so that the server has the processor; the title ends the loop
        assert title.encode() in answers[0], "the change was taken over before it could be asked for"
        serving.terminate()
        assert serving.wait(120) == 0
        assert none_left(serving.pid)


def test_demo_harvests_serves_and_ends(tmp_path: Path) -> None:
    with started("demo", "--folder", "demo", "--port", free_ports(), cwd=tmp_path) as demo:
        where = address(demo, 120)
        status, body = get(f"{where}/catalog.nt")
        assert status == 200
        assert body.decode().count("<http://www.w3.org/ns/dcat#Dataset> .") > 40
        assert f"{where}/id/catalog" in body.decode(), "IRIs follow the port that was free"
        assert (tmp_path / "demo" / "data").is_dir()
        demo.terminate()
        assert demo.wait(120) == 0
        assert none_left(demo.pid)
