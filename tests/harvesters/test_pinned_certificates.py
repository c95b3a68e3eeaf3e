"""A certificate that a source names is taken on its host, whoever vouches for it; any other one is refused (F33)."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harvesters.fetch import fetch
from harvesters.guards.exceptions import FetchRefused
from harvesters.guards.pins import Pin, fingerprint
from schemas.limits import Limits
from schemas.region import load
from tests.faultserver import FaultServer, Reply
from tests.harvesters.certificates import Authority, server_context
from tests.harvesters.guard_crawl import CrawlProcess

ROOT = Path(__file__).parents[2]


def _presented(server: FaultServer) -> bytes:
    """The certificate (DER) that a server presents."""
    return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((server.address, server.port), timeout=20))


def _key_digest(certificate: bytes) -> str:
    key = x509.load_der_x509_certificate(certificate).public_key()
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, FaultServer]]:
    """Servers whose certificates nobody here trusts."""
    (tmp_path / "own").mkdir()
    (tmp_path / "other").mkdir()
    authority = Authority(tmp_path)
    contexts = {
        "self-signed": server_context(tmp_path / "own"),
        "renewed": server_context(tmp_path / "other"),
        "expired": authority.context(days=-1),
        "wrong host": authority.context("127.0.0.9"),
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(FaultServer(tls=context)) for name, context in contexts.items()}


@pytest.fixture(scope="module")
def crawler() -> Iterator[CrawlProcess]:
    process = CrawlProcess()
    yield process
    process.stop()


def _crawled(crawler: CrawlProcess, server: FaultServer, *digests: str, of: str | None = None) -> dict[str, Any]:
    url = server.url("/ok")
    outcome: dict[str, Any] = crawler.crawl(url, limits={"retries": 0}, pin=[of or url, digests])["outcomes"][url]
    return outcome


def _fetched(server: FaultServer, *digests: str, of: str | None = None) -> dict[str, Any]:
    url = server.url("/ok")
    pin = Pin.of(of or url, digests)
    try:
        answer = asyncio.run(fetch(url, Limits(retries=0), ("127.0.0.1",), "Allmende/0", pin=pin))
    except FetchRefused as refused:
        return {"code": refused.code, "de": refused.message("de")}
    return {"status": answer.status}


@pytest.mark.parametrize("name", ["self-signed", "expired", "wrong host"])
@pytest.mark.parametrize("digest", [lambda der: sha256(der).hexdigest(), _key_digest], ids=["certificate", "key"])
def test_F33_the_pinned_certificate_is_taken(
    crawler: CrawlProcess, servers: dict[str, FaultServer], name: str, digest: Any
) -> None:
    server = servers[name]
    wanted = digest(_presented(server))
    assert _crawled(crawler, server, "00" * 32)["code"] == "certificate"
    assert _crawled(crawler, server, wanted)["status"] == 200
    assert _crawled(crawler, server, "00" * 32, wanted)["status"] == 200, "one of several is enough"
    assert _fetched(server, wanted)["status"] == 200
    assert server.hits["/ok"] == 3


def test_F33_a_changed_certificate_is_refused_with_its_fingerprint(
    crawler: CrawlProcess, servers: dict[str, FaultServer]
) -> None:
    pinned, presented = _presented(servers["self-signed"]), _presented(servers["renewed"])
    for told in (
        _crawled(crawler, servers["renewed"], sha256(pinned).hexdigest()),
        _fetched(servers["renewed"], sha256(pinned).hexdigest()),
    ):
        assert told["code"] == "certificate"
        assert "Der Server weist ein anderes Zertifikat vor als das eingetragene" in told["de"]
        assert fingerprint(presented) in told["de"]
    assert servers["renewed"].hits == {}, "nothing was asked of it"


def test_F33_a_refused_connection_is_closed_when_the_fetch_ends(
    servers: dict[str, FaultServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[socket.socket] = []

    class Recorded(socket.socket):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            opened.append(self)

    own = types.SimpleNamespace(**{**vars(socket), "socket": Recorded})  # the server opens sockets too
    monkeypatch.setattr("harvesters.fetch.socket", own)

    async def left_open() -> int:
        url = servers["renewed"].url("/ok")
        with pytest.raises(FetchRefused):
            await fetch(url, Limits(retries=0), ("127.0.0.1",), "Allmende/0", pin=Pin.of(url, ["00" * 32]))
        # Within the loop: nothing that it would still do is waited for.
        return sum(each.fileno() != -1 for each in opened)

    assert asyncio.run(left_open()) == 0
    assert opened


def test_F33_the_pin_holds_for_the_host_of_its_source_only(
    crawler: CrawlProcess, servers: dict[str, FaultServer]
) -> None:
    server = servers["self-signed"]
    wanted = sha256(_presented(server)).hexdigest()
    for elsewhere in ("https://daten.example.org/", "https://127.0.0.9/"):
        assert _crawled(crawler, server, wanted, of=elsewhere)["code"] == "tls"
        assert _fetched(server, wanted, of=elsewhere)["code"] == "tls"
    assert server.hits == {}


def test_F33_a_redirect_to_another_host_leaves_the_pin_behind(crawler: CrawlProcess, tmp_path: Path) -> None:
    context = server_context(tmp_path)
    with FaultServer(tls=context, address="127.0.0.9") as there, FaultServer(tls=context) as here:
        here.pages["/moved"] = Reply(status=302, headers={"Location": there.url("/ok")})
        url = here.url("/moved")
        wanted = sha256(_presented(here)).hexdigest()
        hosts = ("127.0.0.1", "127.0.0.9")
        report = crawler.crawl(url, limits={"retries": 0}, allowed_hosts=hosts, pin=[url, [wanted]])
        assert report["outcomes"][url]["code"] == "tls"
        with pytest.raises(FetchRefused) as refused:
            asyncio.run(fetch(url, Limits(retries=0), hosts, "Allmende/0", pin=Pin.of(url, [wanted])))
        assert refused.value.code == "tls"
    assert there.hits == {}


def test_F33_a_pin_allows_no_old_version_of_tls(crawler: CrawlProcess, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        # Python warns of what this test is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        context = Authority(tmp_path).context(version=ssl.TLSVersion.TLSv1)
    pem = next(tmp_path.glob("127.0.0.1-*.pem")).read_bytes()
    wanted = sha256(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)).hexdigest()
    with FaultServer(tls=context) as server:
        assert _crawled(crawler, server, wanted)["code"] == "tls"
        assert _fetched(server, wanted)["code"] == "tls"


def test_F33_even_a_good_certificate_is_refused_where_another_is_pinned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    process = CrawlProcess()
    try:
        with FaultServer(tls=authority.context()) as server:
            url = server.url("/ok")
            assert process.crawl(url)["outcomes"][url]["status"] == 200
            told = process.crawl(url, pin=[url, ["00" * 32]])["outcomes"][url]
            assert told["code"] == "certificate"
            assert server.hits["/ok"] == 1
    finally:
        process.stop()


@pytest.mark.parametrize(
    ("host", "holds"),
    [("Daten.Neuhof.example.", True), ("www.daten.neuhof.example", True), ("neuhof.example", False), ("", False)],
)
def test_a_pin_is_for_one_host_with_and_without_www(host: str, holds: bool) -> None:
    pin = Pin.of("https://daten.neuhof.example/api", ["00" * 32])
    assert pin is not None
    assert pin.holds_for(host) is holds


def test_no_digest_is_no_pin_and_bytes_that_are_no_certificate_match_none() -> None:
    assert Pin.of("https://daten.neuhof.example/", ()) is None
    pin = Pin.of("https://daten.neuhof.example/", ["00" * 32])
    assert pin is not None
    assert not pin.matches(b"no certificate")


def test_F33_a_source_is_harvested_by_its_pin_and_fails_when_that_changes(tmp_path: Path) -> None:
    catalogue = (
        b"<http://example.org/c> a <http://www.w3.org/ns/dcat#Catalog> ; <http://www.w3.org/ns/dcat#dataset> "
        b"<http://example.org/d> . <http://example.org/d> a <http://www.w3.org/ns/dcat#Dataset> ; "
        b'<http://purl.org/dc/terms/title> "Pegel"@de .'
    )
    page = Reply(catalogue, headers={"Content-Type": "text/turtle"})
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    region = tmp_path / "region"
    (region / "sources").mkdir(parents=True)
    (region / "region.toml").write_text(
        '[region]\ntitle = "T"\ndescription = "D"\nbase_url = "https://daten.example.org"\n'
        'publisher = { name = "P", email = "daten@example.org" }\nallowed_hosts = ["127.0.0.1"]\n'
        '[[municipality]]\nid = "neuhof"\nname = "Gemeinde Neuhof"\nags = "06631018"\nars = "066310018018"\n'
    )

    def harvest(server: FaultServer, pin: str) -> subprocess.CompletedProcess[str]:
        (region / "sources/portal.toml").write_text(
            f'title = "Portal"\nmunicipality = "neuhof"\nurl = "{server.url("/c.ttl")}"\ncertificate = "{pin}"\n'
            # Found out at each run, so that the detection has to know the pin as well.
        )
        command = [sys.executable, "-m", "catalog.cli", "--region", str(region), "harvest"]
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    def add(server: FaultServer, *more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "catalog.cli", "--region", str(region), "add", server.url("/c.ttl")]
        command += ["--municipality", "neuhof", "--id", "neu", *more]
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    with FaultServer(tls=server_context(tmp_path / "one"), pages={"/c.ttl": page}) as server:
        pin = fingerprint(_presented(server))
        refused = add(server)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "Die verschlüsselte Verbindung kam nicht zustande" in refused.stderr
        assert add(server, "--certificate", pin).returncode == 0
        written = load(region, {}).source("neu")
        assert written is not None
        assert written.certificate == (pin.replace(":", "").lower(),)
        (region / "sources/neu.toml").unlink()
        done = harvest(server, pin)
        assert "1 Datensatz" in done.stdout or "1 neu" in done.stdout, done.stdout + done.stderr
    with FaultServer(tls=server_context(tmp_path / "two"), pages={"/c.ttl": page}) as server:
        done = harvest(server, pin)
        assert done.returncode == 1
        assert "anderes Zertifikat" in done.stdout + done.stderr
        assert fingerprint(_presented(server)) in done.stdout + done.stderr
