"""Addresses asked over a real socket: HEAD, ranged GET, services, redirects, refusals, robots (F25 to F38)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from catalog.links.answers import REASONS, Outcome, words
from catalog.links.asking import Asking
from catalog.links.book import Link, host_of
from schemas.limits import Limits
from tests.faultserver import FaultServer, Reply, Request, answer, closed_port, route
from tests.harvesters.test_fetch import Names

AGENT = "Allmende/0 (+https://daten.example.org; daten@example.org)"
LOOPBACK = ("127.0.0.1",)
CAPABILITIES = b'<?xml version="1.0"?>\n<!-- a -->\n<wfs:WFS_Capabilities version="2.0.0"></wfs:WFS_Capabilities>'
EXCEPTION = b'<?xml version="1.0"?><ows:ExceptionReport><ows:Exception/></ows:ExceptionReport>'


@route("no-head")
def no_head(request: Request) -> Iterator[bytes]:
    """Refuses HEAD with ``status`` (405); gives the range that is asked for by GET."""
    if request.method == "HEAD":
        yield from answer(b"", int(request.number("status", 405)), head_only=True)
    elif request.headers.get("range") == "bytes=0-0":
        yield from answer(b"a", 206, {"Content-Range": "bytes 0-0/812", "Content-Type": "text/csv"})
    else:
        yield from answer(b"a" * 812)


@route("no-head-reset")
def no_head_reset(request: Request) -> Iterator[bytes]:
    """Breaks the connection at HEAD, answers GET."""
    if request.method == "HEAD":
        yield b"garbage\r\n\r\n"
    else:
        yield from answer(b"a")


@route("empty-range")
def empty_range(request: Request) -> Iterator[bytes]:
    """An empty file: no HEAD, and no first byte."""
    status = 501 if request.method == "HEAD" else 416 if "range" in request.headers else 200
    yield from answer(b"", status, head_only=True)


def ask(address: str, service: str = "", allowed: tuple[str, ...] = LOOPBACK, **options: Any) -> Outcome:
    """The outcome of one address."""
    link = Link(1, address, host_of(address), "", service=service)
    return asyncio.run(Asking(AGENT, allowed, **options).ask(link))


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def methods(server: FaultServer) -> list[str]:
    return [request.method for request in server.seen if request.path != "/robots.txt"]


def test_a_file_is_asked_by_head_alone(server: FaultServer) -> None:
    assert ask(server.url("/ok", type="text/csv")) == Outcome(200, "", "text/csv", 2)
    assert methods(server) == ["HEAD"]
    assert {request.headers["user-agent"] for request in server.seen} == {AGENT}


@pytest.mark.parametrize("status", [400, 401, 403, 405, 406, 500, 501, 502])
def test_where_head_is_refused_one_byte_is_asked_for(server: FaultServer, status: int) -> None:
    assert ask(server.url("/no-head", status=status)) == Outcome(206, "head", "text/csv", 812)
    assert methods(server) == ["HEAD", "GET"]
    assert server.seen[-1].headers["range"] == "bytes=0-0"


def test_a_server_that_breaks_at_head_is_asked_by_get(server: FaultServer) -> None:
    assert ask(server.url("/no-head-reset"))[:2] == (200, "head")


def test_an_empty_file_is_there_too(server: FaultServer) -> None:
    assert ask(server.url("/empty-range"))[:2] == (200, "head")
    assert methods(server) == ["HEAD", "GET", "GET"]


@pytest.mark.parametrize(
    ("status", "reason", "asked"),
    [
        (404, "not-found", ["HEAD"]),
        (410, "not-found", ["HEAD"]),
        (403, "forbidden", ["HEAD", "GET"]),
        (418, "http", ["HEAD"]),
        (500, "server-error", ["HEAD", "GET"]),
        (503, "server-error", ["HEAD"]),
    ],
)
def test_error_answers_have_their_class(server: FaultServer, status: int, reason: str, asked: list[str]) -> None:
    assert ask(server.url("/ok", status=status))[:2] == (status, reason)
    assert methods(server) == asked


def test_F27_no_more_than_a_little_is_read_of_an_endless_answer(server: FaultServer) -> None:
    outcome = ask(server.url("/endless"), "WFS", limits=Limits(response_seconds=20))
    assert outcome[:2] == (200, "no-capabilities")


def test_F29_a_bomb_is_an_answer_all_the_same(server: FaultServer) -> None:
    assert ask(server.url("/bomb", size=50_000_000), "WMS")[:2] == (200, "no-capabilities")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_to_their_end(server: FaultServer, status: int) -> None:
    assert ask(server.url("/redirect", to="/ok?type=text/csv", status=status))[:3] == (200, "", "text/csv")
    assert ask(server.url("/redirect", to="/ok?status=404", status=status))[:2] == (404, "not-found")


def test_F30_redirects_are_bounded(server: FaultServer) -> None:
    assert ask(server.url("/ring/0", of=3))[:2] == (0, "redirect")
    assert len(methods(server)) <= 6
    assert ask(server.url("/hops", left=5))[0] == 200
    assert ask(server.url("/hops", left=6))[:2] == (0, "redirect")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://user:pw@127.0.0.1/"])
def test_F31_redirects_to_other_things_are_not_followed(server: FaultServer, target: str) -> None:
    outcome = ask(server.url("/redirect", to=target))
    assert outcome.status in (0, None)
    assert methods(server) == ["HEAD"]


def test_F37_a_redirect_into_the_inner_network_is_refused(server: FaultServer) -> None:
    with FaultServer(address="127.0.0.2") as inner:
        outcome = ask(server.url("/redirect", to=inner.url("/ok")))
        assert outcome[:2] == (0, "inner")
        assert inner.connections == 0


INNER = (
    *("http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/", "http://2130706433:{port}/"),
    *("http://0x7f.1:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://127.1:{port}/"),
)


@pytest.mark.parametrize("address", INNER)
def test_F37_inner_addresses_are_never_connected_to(server: FaultServer, address: str) -> None:
    assert ask(address.format(port=server.port), allowed=())[:2] == (0, "inner")
    assert server.connections == 0


@pytest.mark.parametrize("inner", ["10.0.0.1", "169.254.169.254", "192.168.1.1", "127.0.0.1", "fd00::1"])
def test_F37_a_name_that_points_inside_is_never_connected_to(inner: str) -> None:
    """Each look-up gives the inner address: that of robots.txt, and that of the address itself."""
    outcome = ask("http://rebinding.example/", allowed=(), resolver=Names(*([[inner]] * 4)))
    assert outcome[:2] == (0, "inner")


@pytest.mark.parametrize("port", [22, 23, 25, 3306, 5432, 6379, 9200, 11211])
def test_F38_odd_ports_are_not_asked(port: int) -> None:
    outcome = ask(f"http://daten.neuhof-fulda.de:{port}/", allowed=(), resolver=Names())
    assert outcome == Outcome(None, "not-asked")


@pytest.mark.parametrize(
    "address",
    ["ftp://daten.example.org/a", "file:///etc/passwd", "urn:x", "", "http://", "http://[", "mailto:a@b.example"],
)
def test_F38_other_schemes_are_not_asked(address: str) -> None:
    assert ask(address, resolver=Names()) == Outcome(None, "not-asked")


def test_F38_what_another_kind_of_server_says_is_not_told(server: FaultServer) -> None:
    outcome = ask(server.url("/banner"))
    assert outcome == Outcome(0, "protocol")
    assert "SSH" not in words(outcome.reason, outcome.status)


def test_F25_servers_that_do_not_answer() -> None:
    assert ask(f"http://127.0.0.1:{closed_port()}/")[:2] == (0, "refused")
    assert ask("http://weg.example/", resolver=Names([], [], []))[:2] == (0, "dns")


def test_F25_a_connection_that_is_broken_off(server: FaultServer) -> None:
    assert ask(server.url("/reset"))[:2] == (0, "reset")


def test_F26_a_server_that_drips(server: FaultServer) -> None:
    assert ask(server.url("/slow-headers"), limits=Limits(response_seconds=0.5))[:2] == (0, "deadline")


def busy(**headers: str) -> FaultServer:
    """A server that asks for rest at /busy and answers elsewhere."""
    return FaultServer(pages={"/busy": Reply(status=429, headers={n.replace("_", "-"): v for n, v in headers.items()})})


@pytest.mark.parametrize("retry", [{}, {"Retry_After": "120"}])
def test_F34_a_server_that_is_asked_too_often_says_nothing_about_its_data(retry: dict[str, str]) -> None:
    with busy(**retry) as server:
        outcome = ask(server.url("/busy"))
        assert (outcome.status, outcome.reason) == (None, "busy")
        assert outcome.wait == (120.0 if retry else None)
        assert methods(server) == ["HEAD"]


def test_F34_the_other_addresses_of_a_busy_host_are_left_alone() -> None:
    with busy(Retry_After="3600") as server:
        links = [
            Link(number, server.url(path), "127.0.0.1", "") for number, path in enumerate(("/busy", "/ok", "/ok/2"))
        ]

        async def outcomes() -> list[Outcome]:
            return [outcome async for _, outcome in Asking(AGENT, LOOPBACK).outcomes(links)]

        found = asyncio.run(outcomes())
        assert [(outcome.status, outcome.reason) for outcome in found] == [(None, "busy")] * 3
        assert all(3500 < (outcome.wait or 0) <= 3600 for outcome in found)
        assert methods(server) == ["HEAD"]


def test_F35_what_robots_forbids_is_not_asked() -> None:
    rules = Reply(b"User-agent: *\nDisallow: /geheim\n")
    with FaultServer(robots=rules, pages={"/geheim/a": Reply(), "/offen": Reply(b"ok")}) as server:
        assert ask(server.url("/geheim/a")) == Outcome(None, "robots")
        assert ask(server.url("/offen"))[0] == 200
        assert server.hits["/geheim/a"] == 0


def test_F35_a_robots_that_cannot_be_read_forbids_all() -> None:
    with FaultServer(robots=Reply(status=503)) as server:
        assert ask(server.url("/ok")) == Outcome(None, "robots-unreachable")
        assert server.hits["/ok"] == 0


def test_F35_a_redirect_to_another_server_obeys_its_robots() -> None:
    rules = Reply(b"User-agent: *\nDisallow: /geheim\n")
    with FaultServer() as one, FaultServer(robots=rules, pages={"/geheim/a": Reply(), "/offen": Reply(b"ok")}) as other:
        assert ask(one.url("/redirect", to=other.url("/geheim/a"))) == Outcome(
            None, "robots", visited=(("127.0.0.1", other.port),)
        )
        found = ask(one.url("/redirect", to=other.url("/offen")))
        assert (found.status, found.visited) == (200, (("127.0.0.1", other.port),))
        assert (other.hits["/geheim/a"], other.hits["/offen"]) == (0, 1)
        allowed = ask(one.url("/redirect", to=other.url("/geheim/a")), permitted=("127.0.0.1",))
        assert allowed.status == 200


def test_F38_a_redirect_to_a_server_that_was_asked_enough_waits_a_day() -> None:
    with FaultServer() as one, FaultServer() as other:
        asked: list[tuple[str, int]] = []

        def take(host: str, port: int) -> bool:
            asked.append((host, port))
            return False

        outcome = ask(one.url("/redirect", to=other.url("/ok")), take=take)
        assert (outcome.status, outcome.reason, outcome.wait) == (None, "busy", 86_400.0)
        assert asked == [("127.0.0.1", other.port)]
        assert not other.seen


def test_robots_is_asked_once_for_all_addresses_of_a_host(server: FaultServer) -> None:
    links = [Link(number, server.url(f"/ok/{number}"), "127.0.0.1", "") for number in range(5)]

    async def outcomes() -> list[int | None]:
        return [outcome.status async for _, outcome in Asking(AGENT, LOOPBACK).outcomes(links)]

    assert asyncio.run(outcomes()) == [200] * 5
    assert server.hits["/robots.txt"] == 1
    assert max(server.peak.values()) == 1


def test_hosts_go_side_by_side_and_each_over_one_connection() -> None:
    with FaultServer() as one, FaultServer(address="127.0.0.2") as other:
        links = [
            Link(number, server.url(f"/ok/{number}", delay=0.05), server.address, "")
            for number, server in enumerate([one, other] * 3)
        ]

        async def outcomes() -> list[str]:
            return [link.host async for link, _ in Asking(AGENT, ("127.0.0.1", "127.0.0.2")).outcomes(links)]

        order = asyncio.run(outcomes())
        assert sorted(order) == ["127.0.0.1"] * 3 + ["127.0.0.2"] * 3
        assert order not in (["127.0.0.1"] * 3 + ["127.0.0.2"] * 3, ["127.0.0.2"] * 3 + ["127.0.0.1"] * 3)
        assert max(one.peak.values()) == max(other.peak.values()) == 1


def test_a_round_that_ends_early_asks_no_more(server: FaultServer) -> None:
    links = [Link(number, server.url(f"/ok/{number}"), "127.0.0.1", "") for number in range(9)]
    told: list[int] = []

    async def outcomes() -> None:
        async for link, _ in Asking(AGENT, LOOPBACK, ended=lambda: len(server.seen) > 3).outcomes(links):
            told.append(link.id)

    asyncio.run(outcomes())
    assert told == [0, 1, 2]


@pytest.mark.parametrize(
    ("service", "body", "reason"),
    [
        ("WFS", CAPABILITIES, ""),
        ("WMS", b"<WMT_MS_Capabilities version='1.1.1'>", ""),
        ("WMTS", b"<Capabilities xmlns='http://www.opengis.net/wmts/1.0'>", ""),
        ("WFS", EXCEPTION, "no-capabilities"),
        ("WCS", b"<html>Willkommen</html>", "no-capabilities"),
        ("WMS", b"", "no-capabilities"),
    ],
)
def test_services_are_asked_for_their_capabilities(service: str, body: bytes, reason: str) -> None:
    with FaultServer(pages={"/ows": Reply(body, headers={"Content-Type": "text/xml"})}) as server:
        outcome = ask(server.url("/ows", map="neuhof.map", Request="GetMap", layers="a"), service)
        assert outcome[:2] == (200, reason)
        (request,) = [each for each in server.seen if each.path == "/ows"]
        assert request.method == "GET"
        assert request.query == {"map": "neuhof.map", "SERVICE": service, "REQUEST": "GetCapabilities"}


def test_F39_a_doctype_in_capabilities_reaches_no_parser() -> None:
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><WMS_Capabilities>&b;</WMS_Capabilities>'
    with FaultServer(pages={"/ows": Reply(laughs)}) as server:
        assert ask(server.url("/ows"), "WMS")[:2] == (200, "")


def test_files_of_the_catalogue_itself_are_not_asked_over_the_network() -> None:
    known = {
        "https://daten.example.org/files/a/b.csv": Outcome(200, byte_size=7, changed="2026-11-28T12:00:00Z"),
        "https://daten.example.org/files/a/c.csv": Outcome(0, "missing-file"),
    }
    for address, outcome in known.items():
        assert ask(address, local=known.get, resolver=Names()) == outcome


def test_every_reason_has_words_in_both_languages() -> None:
    for reason in REASONS:
        assert words(reason, 404)
        assert words(reason, 404, "en")
        assert "{" not in words(reason, 404) + words(reason, None, "en")
    assert words("", 200) == words("unknown", 200) == ""


@route("of-tenant")
def of_tenant(request: Request) -> Iterator[bytes]:
    """Gives something to the tenant ``flieden`` only, as the history behind a context broker does."""
    yield from answer(b"", 200 if request.headers.get("fiware-service") == "flieden" else 404, head_only=True)


def test_an_address_that_tenants_share_is_asked_for_each_until_it_answers(server: FaultServer) -> None:
    address = server.url("/of-tenant")
    assert ask(address).status == 404
    tenants = [{"Fiware-Service": name} for name in ("neuhof", "flieden", "kalbach")]
    before = len(server.seen)
    assert ask(address, sent=lambda asked: tenants if asked == address else ()).status == 200
    names = [each.headers.get("fiware-service") for each in server.seen[before:] if each.path != "/robots.txt"]
    assert names == ["neuhof", "flieden"]
