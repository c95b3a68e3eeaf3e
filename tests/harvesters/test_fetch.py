"""Single fetches under the same guards (F25 to F38)."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from harvesters.answer import Answer
from harvesters.fetch import fetch, fetch_robots, fetch_sync
from harvesters.guards.exceptions import (
    AddressRefused,
    DeadlineExceeded,
    FetchFailed,
    FetchRefused,
    RedirectRefused,
    RequestRefused,
    Rescheduled,
    SizeRefused,
)
from harvesters.guards.pace import Pace
from harvesters.robots import Verdict
from schemas.limits import Limits
from tests.faultserver import FaultServer, Reply, closed_port
from tests.harvesters.certificates import server_context
from tests.harvesters.test_guards_crawl import INNER

AGENT = "Allmende/0 (+https://daten.example.org; daten@example.org)"
LOOPBACK = ("127.0.0.1",)
LIMITS = Limits()

_connects: list[str] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    # An audit hook stays for the life of the process; it only keeps a list.
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        _connects.append(arguments[1][0])


sys.addaudithook(_watch)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def connects() -> list[str]:
    _connects.clear()
    return _connects


class Names(AbstractResolver):
    """A DNS that gives the next list of addresses at each look-up, whatever the name."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = iter(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        addresses = next(self._answers)
        if not addresses:
            raise OSError(None, "no such name")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


def _get(url: str, allowed: tuple[str, ...] = LOOPBACK, limits: Limits = LIMITS, **options: Any) -> Answer:
    return asyncio.run(fetch(url, limits, allowed, AGENT, **options))


def test_an_answer_says_what_came(server: FaultServer) -> None:
    url = server.url("/redirect", to="/ok?type=Text/CSV;+charset=utf-8&body=a;b")
    answer = fetch_sync(url, LIMITS, LOOPBACK, AGENT)
    assert (answer.url, answer.status, answer.body, answer.media_type) == (url, 200, b"a;b", "text/csv")
    assert answer.final_url == server.url("/ok?type=Text/CSV;+charset=utf-8&body=a;b")
    assert answer.headers["content-type"] == "Text/CSV; charset=utf-8"
    assert 0 < answer.seconds < 5
    assert not answer.truncated
    with pytest.raises(FrozenInstanceError):
        answer.status = 500  # type: ignore[misc]


def test_any_status_is_an_answer(server: FaultServer) -> None:
    assert _get(server.url("/ok", status=404)).status == 404
    assert _get(server.url("/busy", status=503, retry=36000)).status == 503


def test_head_and_post(server: FaultServer) -> None:
    assert _get(server.url("/ok"), method="HEAD").body == b""
    told = json.loads(_get(server.url("/echo"), method="POST", body=b"<csw/>").body)
    assert (told["method"], told["body"]) == ("POST", "<csw/>")
    assert told["headers"]["user-agent"] == AGENT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_honest_compression_is_undone(server: FaultServer, encoding: str) -> None:
    answer = _get(server.url("/packed", encoding=encoding, body="Gemarkung"))
    assert answer.body == b"Gemarkung"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(("host", "code"), [("closed", "refused"), ("gone", "dns"), ("reset", "reset")])
def test_F25_network_failures_are_told_apart(server: FaultServer, host: str, code: str) -> None:
    resolver = Names([]) if host == "gone" else None
    url = {
        "closed": f"http://127.0.0.1:{closed_port()}/",
        "gone": "http://gone.example/",
        "reset": server.url("/reset"),
    }[host]
    with pytest.raises(FetchFailed) as failed:
        _get(url, resolver=resolver)
    assert failed.value.code == code


@pytest.mark.parametrize("path", ["/slow-headers", "/slow-body"])
def test_F26_a_response_that_drips_is_cut_at_the_total_deadline(server: FaultServer, path: str) -> None:
    with pytest.raises(DeadlineExceeded):
        _get(server.url(path, gap=0.2), limits=Limits(response_seconds=0.6))


@pytest.mark.parametrize(("path", "code"), [("/endless", "body"), ("/many-headers", "protocol")])
def test_F27_what_never_ends_is_cut(server: FaultServer, path: str, code: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        _get(server.url(path), limits=Limits(body_bytes=3_000_000))
    assert refused.value.code == code


def test_F27_a_limit_can_be_lowered_and_a_body_cut(server: FaultServer) -> None:
    with pytest.raises(SizeRefused):
        _get(server.url("/ok", body="x" * 2000), max_bytes=1000)
    with pytest.raises(SizeRefused):
        _get(server.url("/short", declared=10**12))
    answer = _get(server.url("/endless"), max_bytes=1000, cut=True)
    assert (len(answer.body), answer.truncated) == (1000, True)


@pytest.mark.parametrize("query", [{}, {"chunked": 1}])
def test_F28_a_short_body_is_a_failure(server: FaultServer, query: dict[str, Any]) -> None:
    with pytest.raises(FetchFailed) as failed:
        _get(server.url("/short", **query))
    assert failed.value.code == "damaged"


def test_F28_a_body_longer_than_announced_is_never_taken_whole(server: FaultServer) -> None:
    # Whether the surplus is seen at all depends on whether it comes in the same packet.
    try:
        outcome: int | str = len(_get(server.url("/short", declared=5, sent=5000)).body)
    except FetchFailed as failed:
        outcome = failed.code
    assert outcome in (5, "protocol")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_F29_bombs_are_cut(server: FaultServer, encoding: str) -> None:
    with pytest.raises(SizeRefused) as refused:
        _get(server.url("/bomb", encoding=encoding))
    assert refused.value.code == "ratio"


def test_F29_bombs_in_chains_and_behind_redirects(server: FaultServer) -> None:
    with pytest.raises(SizeRefused) as refused:
        _get(server.url("/bomb", encoding="gzip", times=3))
    assert refused.value.code == "ratio"
    with pytest.raises(SizeRefused) as refused:
        _get(server.url("/bomb", encoding="gzip", times=50, size=1000))
    assert refused.value.code == "encodings"
    assert _get(server.url("/bomb", encoding="gzip", to="/ok")).body == b"ok"


def test_F30_rings_and_long_chains_stop_at_five(server: FaultServer) -> None:
    with pytest.raises(RedirectRefused) as refused:
        _get(server.url("/ring/0", of=3))
    assert refused.value.code == "redirect-loop"
    assert sum(server.hits[f"/ring/{number}"] for number in range(3)) == 6
    assert _get(server.url("/hops", left=5)).body == b"arrived"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("file:///etc/passwd", "redirect-scheme"),
        ("ftp://127.0.0.1/x", "redirect-scheme"),
        ("data:text/plain,x", "redirect-scheme"),
        ("https://other.example/", "redirect-domain"),
        ("http://10.0.0.1/", "redirect-domain"),
        ("http://[::1]/", "redirect-domain"),
    ],
)
def test_F31_redirects_elsewhere_are_refused(server: FaultServer, connects: list[str], target: str, code: str) -> None:
    with pytest.raises(RedirectRefused) as refused:
        _get(server.url("/redirect", to=target))
    assert refused.value.code == code
    assert set(connects) == {"127.0.0.1"}


@pytest.mark.parametrize("url", ["file:///etc/hostname", "data:text/plain,x", "ftp://127.0.0.1/x", "/etc/hostname", ""])
def test_F31_no_scheme_but_http_is_fetched(url: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        _get(url)
    assert refused.value.code == "scheme"


def test_F32_credentials_stay_with_their_origin(server: FaultServer) -> None:
    secrets = {"Authorization": "Bearer s3cret", "X-CKAN-API-Key": "s3cret", "Cookie": "session=s3cret"}
    with FaultServer() as other:
        away = _get(server.url("/redirect", to=other.url("/echo")), headers=secrets)
        home = _get(server.url("/redirect", to="/echo"), headers=secrets)
    assert b"s3cret" not in away.body
    assert home.body.count(b"s3cret") == 3


def test_F33_a_certificate_that_nobody_vouches_for_is_a_failure(tmp_path: Path) -> None:
    with FaultServer(tls=server_context(tmp_path)) as secure:
        with pytest.raises(FetchFailed) as failed:
            _get(secure.url("/ok"))
        assert failed.value.code == "tls"
        assert secure.hits == {}


def test_F34_with_a_pace_retry_after_is_obeyed(server: FaultServer) -> None:
    async def twice(wish: int) -> list[int]:
        pace = Pace(LIMITS, LOOPBACK)
        url = server.url("/busy", retry=wish)
        return [(await fetch(url, LIMITS, LOOPBACK, AGENT, pace=pace)).status for _ in range(2)]

    assert asyncio.run(twice(1)) == [429, 200]
    assert server.times["/busy"][1] - server.times["/busy"][0] >= 1
    server.hits.clear()
    with pytest.raises(Rescheduled) as rescheduled:
        asyncio.run(twice(36000))
    assert rescheduled.value.code == "rescheduled"
    assert server.hits["/busy"] == 1


@pytest.mark.parametrize(
    ("robots", "verdict", "allowed"),
    [
        (Reply(status=404), Verdict.ALLOW_ALL, True),
        (Reply(b"User-agent: *\nDisallow: /ok\n"), Verdict.RULES, False),
        (Reply(b"User-agent: *\nDisallow: /intern\n" + b"# x\n" * 150_000 + b"Disallow: /ok\n"), Verdict.RULES, True),
        (Reply(status=503), Verdict.DISALLOW_ALL, False),
        (Reply(delay=5), Verdict.DISALLOW_ALL, False),
        (Reply(status=302, headers={"Location": "/ring/0"}), Verdict.ALLOW_ALL, True),
    ],
    ids=["404", "ban", "600-KiB", "503", "time-out", "ring"],
)
def test_F35_robots_can_be_asked(robots: Reply, verdict: Verdict, allowed: bool) -> None:
    with FaultServer(robots) as server:
        got = asyncio.run(fetch_robots(server.url("/ok"), Limits(response_seconds=1), LOOPBACK, AGENT))
        assert (got.origin, got.verdict, got.allows(server.url("/ok"))) == (server.url(""), verdict, allowed)


def test_F35_a_crawl_delay_sets_the_pace() -> None:
    async def crawl(url: str) -> None:
        pace = Pace(LIMITS, LOOPBACK)
        await fetch_robots(url, LIMITS, LOOPBACK, AGENT, pace=pace)
        for _ in range(2):
            await fetch(url, LIMITS, LOOPBACK, AGENT, pace=pace)

    with FaultServer(Reply(b"User-agent: *\nCrawl-delay: 0.4\n")) as server:
        asyncio.run(crawl(server.url("/ok")))
        assert all(later - earlier >= 0.4 for earlier, later in pairwise(server.times["/ok"]))


@pytest.mark.parametrize("host", INNER)
def test_F37_no_spelling_of_an_inner_address_is_connected_to(connects: list[str], host: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        _get(f"http://{host}/", allowed=())
    assert refused.value.code == "address" or (host == "127.0.0.1." and refused.value.code == "dns")
    assert connects == []


def test_F37_a_name_that_moves_inside_is_refused_at_the_next_connection(connects: list[str]) -> None:
    # 127.0.0.2 plays the public address, 127.0.0.1 the inner one; the redirect makes a second look-up.
    with FaultServer(address="127.0.0.2") as public:
        url = public.url("/redirect", host="rebind.example", to="/ok")
        with pytest.raises(AddressRefused):
            _get(url, allowed=("127.0.0.2",), resolver=Names(["127.0.0.2"], ["127.0.0.1"]))
        assert set(connects) == {"127.0.0.2"}
        assert public.hits == {"/redirect": 1}


def test_F37_of_several_addresses_only_the_allowed_one_is_used(connects: list[str]) -> None:
    with FaultServer(address="127.0.0.2") as public:
        url = public.url("/ok", host="two.example")
        assert _get(url, ("127.0.0.2",), resolver=Names(["127.0.0.1", "::1", "127.0.0.2"])).status == 200
    assert set(connects) == {"127.0.0.2"}


def test_F37_an_inner_host_counts_at_the_named_port_alone() -> None:
    with FaultServer() as own, FaultServer() as other:
        at = own.url("/")
        assert _get(own.url("/ok"), inner_at=at).status == 200
        assert _get(own.url("/redirect", to=own.url("/ok")), inner_at=at).status == 200
        for address in (other.url("/ok"), own.url("/redirect", to=other.url("/ok"))):
            with pytest.raises(AddressRefused):
                _get(address, inner_at=at, any_domain=True)
        # A public name that leads inside, to an address that is listed itself.
        with pytest.raises(AddressRefused):
            _get(own.url("/ok", host="rebind.example"), inner_at=at, resolver=Names(["127.0.0.1"]))
    assert not other.seen


def test_F37_proxies_of_the_environment_are_ignored(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    assert _get(server.url("/ok")).status == 200


def test_F38_a_link_check_is_no_port_scanner(server: FaultServer, connects: list[str]) -> None:
    for port in (22, 25, 3306, 6379):
        with pytest.raises(RequestRefused):
            _get(f"http://www.neuhof-fulda.de:{port}/", method="HEAD")
    assert connects == []
    with pytest.raises(RequestRefused):
        _get(server.url("/ok"), method="DELETE")
    with pytest.raises(FetchFailed) as failed:
        _get(server.url("/banner"))
    assert failed.value.code == "protocol"
    assert "SSH" not in str(failed.value)
