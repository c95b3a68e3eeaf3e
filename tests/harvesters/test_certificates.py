"""Certificates of an authority that is trusted, and still wrong: expired, of another host, too old a TLS (F33)."""

from __future__ import annotations

import ssl
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faultserver import FaultServer
from tests.harvesters.certificates import Authority
from tests.harvesters.guard_crawl import CrawlProcess

ROOT = Path(__file__).parents[2]
_FETCH = """
import sys
from harvesters.fetch import fetch_sync
from harvesters.guards.exceptions import FetchRefused
from schemas.limits import Limits
for url in sys.argv[1:]:
    try:
        print(fetch_sync(url, Limits(retries=0), ("127.0.0.1",), "Allmende/0").status)
    except FetchRefused as refused:
        print(refused.code)
"""


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, FaultServer]]:
    """Servers whose certificates the test's own authority signed; whatever starts now trusts it."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with warnings.catch_warnings():
        # Python warns of what this test is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        contexts = {
            "good": authority.context(),
            "expired": authority.context(days=-1),
            "wrong host": authority.context("127.0.0.9"),
            "TLS 1.0": authority.context(version=ssl.TLSVersion.TLSv1),
        }
    with ExitStack() as stack:
        yield {name: stack.enter_context(FaultServer(tls=context)) for name, context in contexts.items()}


def test_F33_only_the_good_certificate_is_taken_by_a_crawl(servers: dict[str, FaultServer]) -> None:
    process = CrawlProcess()
    try:
        urls = {name: server.url("/ok") for name, server in servers.items()}
        outcomes = process.crawl(*urls.values(), limits={"retries": 0})["outcomes"]
    finally:
        process.stop()
    assert outcomes[urls.pop("good")]["status"] == 200
    assert {name: outcomes[url]["code"] for name, url in urls.items()} == dict.fromkeys(urls, "tls")
    assert all(servers[name].hits == {} for name in urls)


def test_F33_only_the_good_certificate_is_taken_by_a_fetch(servers: dict[str, FaultServer]) -> None:
    urls = [server.url("/ok") for server in servers.values()]
    done = subprocess.run([sys.executable, "-c", _FETCH, *urls], capture_output=True, text=True, cwd=ROOT, check=True)
    assert dict(zip(servers, done.stdout.split(), strict=True)) == {
        "good": "200",
        "expired": "tls",
        "wrong host": "tls",
        "TLS 1.0": "tls",
    }
