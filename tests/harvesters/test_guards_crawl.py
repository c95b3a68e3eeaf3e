"""The guards in Scrapy itself: real spiders, real settings, a server that misbehaves (F25 to F38)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.faultserver import FaultServer, Reply, closed_port
from tests.harvesters.certificates import server_context
from tests.harvesters.guard_crawl import CrawlProcess

# Spellings of inner addresses; each must be refused by the address that the socket would have got.
INNER = (
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "localhost",
    "0.0.0.0",
    "0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "①②⑦.⓪.⓪.①",
    "[::1]",
    "[::]",
    "[::ffff:7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:808:808:0:0:80ff:fffe]",
    "[fe80::1]",
    "[fc00::1]",
    "[ff02::1]",
    "[2001:db8::1]",
)


@pytest.fixture(scope="module")
def crawler() -> Iterator[CrawlProcess]:
    process = CrawlProcess()
    yield process
    process.stop()


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def _only(report: dict[str, Any]) -> dict[str, Any]:
    (outcome,) = report["outcomes"].values()
    assert isinstance(outcome, dict)
    return outcome


def test_F25_a_closed_port_is_tried_three_times_and_others_go_on(crawler: CrawlProcess, server: FaultServer) -> None:
    closed = f"http://127.0.0.1:{closed_port()}/"
    report = crawler.crawl(closed, server.url("/ok"))
    assert report["outcomes"][closed]["code"] == "refused"
    assert report["outcomes"][server.url("/ok")]["status"] == 200
    assert report["retries"] == 2
    assert report["refusals"] == ["refused"]


def test_F25_an_unknown_name_fails_after_three_look_ups(crawler: CrawlProcess) -> None:
    report = crawler.crawl(
        "http://gone.example/", allowed_hosts=("gone.example",), names={"gone.example": [[], [], [], ["127.0.0.1"]]}
    )
    assert _only(report)["code"] == "dns"
    assert report["retries"] == 2
    assert report["connects"] == []


def test_F25_a_reset_is_tried_again_and_told(crawler: CrawlProcess, server: FaultServer) -> None:
    report = crawler.crawl(server.url("/reset"))
    assert _only(report)["code"] == "reset"
    assert server.hits["/reset"] >= 3


@pytest.mark.parametrize("path", ["/slow-headers", "/slow-body"])
def test_F26_a_response_that_drips_is_cut_at_the_total_deadline(
    crawler: CrawlProcess, server: FaultServer, path: str
) -> None:
    report = crawler.crawl(server.url(path, gap=0.2), limits={"response_seconds": 0.6, "retries": 0})
    assert _only(report)["code"] == "deadline"
    assert _only(report)["kind"] == "DeadlineExceeded"


def test_F26_a_run_has_a_deadline_too(crawler: CrawlProcess, server: FaultServer) -> None:
    report = crawler.crawl(
        *(server.url("/ok", delay=0.6, n=number) for number in range(2)), limits={"run_seconds": 0.4}
    )
    assert sorted(outcome.get("code", "") for outcome in report["outcomes"].values()) == ["", "run-time"]
    assert server.hits["/ok"] == 1
    assert _only(crawler.crawl(server.url("/busy", retry=9), limits={"run_seconds": 3}))["code"] == "rescheduled"


def test_F13_pages_are_counted(crawler: CrawlProcess, server: FaultServer) -> None:
    report = crawler.crawl(*(server.url("/ok", n=number) for number in range(5)), limits={"pages": 3})
    assert sorted(outcome.get("code", "") for outcome in report["outcomes"].values()) == ["", "", "", "pages", "pages"]
    assert server.hits["/ok"] == 3


def test_F13_bytes_are_counted_whole_or_broken_off(crawler: CrawlProcess) -> None:
    pages = {f"/{number}": Reply(b"x" * 1000) for number in range(5)}
    with FaultServer(pages=pages) as server:
        urls = [server.url(path) for path in pages]
        report = crawler.crawl(*urls, limits={"run_bytes": 3000, "retries": 0})
        codes = [report["outcomes"][url].get("code", "") for url in urls]
        assert sorted(codes) == ["", "", "", "run-bytes", "run-bytes"]
        refused = next(each for each in report["outcomes"].values() if each.get("code") == "run-bytes")
        assert "3000 Byte" in refused["de"]
        assert sum(server.hits[path] for path in pages) == 3
        endless = server.url("/endless")
        report = crawler.crawl(endless, urls[0], limits={"run_bytes": 500, "body_bytes": 100_000, "retries": 0})
        assert {url: told["code"] for url, told in report["outcomes"].items()} == {
            endless: "body",
            urls[0]: "run-bytes",
        }


def test_F13_packed_bodies_count_as_what_they_hold(crawler: CrawlProcess, server: FaultServer) -> None:
    bomb = server.url("/bomb", encoding="gzip", size=2_000_000)
    report = crawler.crawl(bomb, server.url("/ok"), limits={"run_bytes": 1_000_000, "retries": 0})
    assert report["outcomes"][bomb].get("status") == 200
    assert report["outcomes"][server.url("/ok")]["code"] == "run-bytes"


@pytest.mark.parametrize(("path", "code"), [("/endless", "body"), ("/many-headers", "protocol")])
def test_F27_what_never_ends_is_cut(crawler: CrawlProcess, server: FaultServer, path: str, code: str) -> None:
    report = crawler.crawl(server.url(path), limits={"body_bytes": 3_000_000})
    assert _only(report)["code"] == code
    assert server.hits[path] == 1


def test_F27_a_length_over_the_limit_is_refused_unread(crawler: CrawlProcess, server: FaultServer) -> None:
    report = crawler.crawl(server.url("/short", declared=10**12), limits={"retries": 0})
    assert _only(report)["code"] == "body"


def test_a_body_may_be_cut_where_that_is_wanted(crawler: CrawlProcess, server: FaultServer) -> None:
    outcome = _only(crawler.crawl(server.url("/endless"), meta={"max_bytes": 1000, "cut": True}))
    assert (outcome["status"], outcome["size"], outcome["flags"]) == (200, 1000, ["truncated"])


@pytest.mark.parametrize("query", [{}, {"chunked": 1}])
def test_F28_a_short_body_is_a_failure(crawler: CrawlProcess, server: FaultServer, query: dict[str, Any]) -> None:
    report = crawler.crawl(server.url("/short", **query), limits={"retries": 1})
    assert _only(report)["code"] == "damaged"
    assert server.hits["/short"] == 2


def test_F28_a_body_longer_than_announced_spoils_nothing_else(crawler: CrawlProcess, server: FaultServer) -> None:
    long, next_ = server.url("/short", declared=5, sent=5000), server.url("/ok")
    report = crawler.crawl(long, next_)
    assert report["outcomes"][long]["size"] == 5
    assert report["outcomes"][next_]["body"] == "ok"


def test_a_body_without_length_ends_with_the_connection(crawler: CrawlProcess, server: FaultServer) -> None:
    assert _only(crawler.crawl(server.url("/unframed")))["body"] == "until the end"


def test_F29_bombs_are_cut_with_little_memory(crawler: CrawlProcess, server: FaultServer) -> None:
    urls = [server.url("/bomb", encoding=encoding) for encoding in ("gzip", "deflate", "br", "zstd")]
    chain = server.url("/bomb", encoding="gzip", times=3)
    fifty = server.url("/bomb", encoding="gzip", times=50, size=1000)
    behind = server.url("/bomb", encoding="gzip", to="/ok")
    report = crawler.crawl(*urls, chain, fifty, behind)
    assert [report["outcomes"][url]["code"] for url in urls] == ["ratio"] * 4
    assert report["outcomes"][chain]["code"] == "ratio"
    assert report["outcomes"][fifty]["code"] == "encodings"
    assert report["outcomes"][behind]["body"] == "ok"
    assert report["rss"] < 300_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_honest_compression_is_undone(crawler: CrawlProcess, server: FaultServer, encoding: str) -> None:
    outcome = _only(crawler.crawl(server.url("/packed", encoding=encoding, body="Gemarkung")))
    assert (outcome["body"], outcome["encoding"]) == ("Gemarkung", "")


def test_F30_rings_and_long_chains_stop_at_five(crawler: CrawlProcess, server: FaultServer) -> None:
    ring, hops, five = server.url("/ring/0", of=3), server.url("/hops", left=21), server.url("/hops", left=5)
    report = crawler.crawl(ring, hops, five)
    assert report["outcomes"][ring]["code"] == "redirect-loop"
    assert report["outcomes"][ring]["de"].count("→") == 6
    assert report["outcomes"][hops]["code"] == "redirect-loop"
    assert report["outcomes"][five]["body"] == "arrived"
    assert sum(server.hits[f"/ring/{number}"] for number in range(3)) == 6
    assert server.hits["/hops"] == 12


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("file:///etc/passwd", "redirect-scheme"),
        ("ftp://127.0.0.1/x", "redirect-scheme"),
        ("data:text/plain,x", "redirect-scheme"),
        ("https://other.example/", "redirect-domain"),
        ("//other.example/", "redirect-domain"),
        ("http://10.0.0.1/", "redirect-domain"),
        ("http://[::1]/", "redirect-domain"),
    ],
)
def test_F31_redirects_elsewhere_are_refused(
    crawler: CrawlProcess, server: FaultServer, target: str, code: str
) -> None:
    report = crawler.crawl(server.url("/redirect", to=target))
    assert _only(report)["code"] == code
    assert set(report["connects"]) == {"127.0.0.1"}
    assert report["refusals"] == [code]


@pytest.mark.parametrize("url", ["file:///etc/hostname", "data:text/plain,x", "ftp://127.0.0.1/x", "s3://bucket/x"])
def test_F31_no_scheme_but_http_is_fetched(crawler: CrawlProcess, url: str) -> None:
    assert _only(crawler.crawl(url))["code"] == "scheme"


def test_F32_credentials_stay_with_their_origin(crawler: CrawlProcess, server: FaultServer) -> None:
    secrets = {"Authorization": "Bearer s3cret", "X-CKAN-API-Key": "s3cret", "Cookie": "session=s3cret"}
    with FaultServer() as other:
        away, home = server.url("/redirect", to=other.url("/echo")), server.url("/redirect", to="/echo")
        report = crawler.crawl(away, home, headers=secrets)
        assert "s3cret" not in report["outcomes"][away]["body"]
        assert report["outcomes"][home]["body"].count("s3cret") == 3
        seen = {name for request in other.seen for name in request.headers}
        assert not seen & {"authorization", "x-ckan-api-key", "cookie", "referer"}
        # robots.txt is asked as a stranger would ask it.
        robots = [request for request in server.seen if request.path == "/robots.txt"]
        assert all("authorization" not in request.headers for request in robots)


def test_F33_a_certificate_that_nobody_vouches_for_is_a_failure(crawler: CrawlProcess, tmp_path: Path) -> None:
    with FaultServer(tls=server_context(tmp_path)) as secure:
        report = crawler.crawl(secure.url("/ok"))
    assert _only(report)["code"] == "tls"
    assert secure.hits == {}


def test_F34_retry_after_is_obeyed_up_to_an_hour(crawler: CrawlProcess) -> None:
    # Three hosts: what one asks for must not hold up the others.
    hosts = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
    with ExitStack() as stack:
        seconds, date, long = (stack.enter_context(FaultServer(address=host)) for host in hosts)
        urls = seconds.url("/busy", retry=1), date.url("/busy", date=2, status=503), long.url("/busy", retry=36000)
        report = crawler.crawl(*urls, allowed_hosts=hosts)
        first, second, third = (report["outcomes"][url] for url in urls)
        assert (first["body"], second["body"]) == ("ok at last", "ok at last")
        assert (third["code"], third["kind"]) == ("rescheduled", "Rescheduled")
        assert "36000" in third["de"]
        gaps = [server.times["/busy"][1] - server.times["/busy"][0] for server in (seconds, date)]
        assert gaps[0] >= 1
        # An HTTP date has whole seconds.
        assert gaps[1] >= 1
        assert long.hits["/busy"] == 1


def test_F34_other_requests_to_a_busy_host_wait_too(crawler: CrawlProcess, server: FaultServer) -> None:
    crawler.crawl(server.url("/busy", retry=1), *(server.url("/ok", n=number) for number in range(3)))
    released = server.times["/busy"][0] + 1
    assert all(moment < server.times["/busy"][0] or moment >= released for moment in server.times["/ok"])
    assert server.times["/busy"][1] >= released


def test_F34_an_error_without_retry_after_is_tried_three_times(crawler: CrawlProcess, server: FaultServer) -> None:
    assert _only(crawler.crawl(server.url("/ok", status=500)))["status"] == 500
    assert server.hits["/ok"] == 3


RULES = "User-agent: *\nDisallow: /intern\n"
TOO_LONG = (RULES + "# padding\n" * 60_000 + "User-agent: *\nDisallow: /ok\n").encode()


@pytest.mark.parametrize(
    ("robots", "code"),
    [
        (Reply(status=404), None),
        (Reply(status=403), None),
        (Reply(b"User-agent: *\nDisallow: /ok\n"), "robots"),
        (Reply(RULES.encode()), None),
        (Reply(TOO_LONG), None),
        (Reply(status=503), "robots-unreachable"),
        (Reply(delay=5), "robots-unreachable"),
        (Reply(status=302, headers={"Location": "/ring/0"}), None),
        (Reply(status=302, headers={"Location": "/elsewhere"}), "robots"),
        (Reply(status=302, headers={"Location": "file:///etc/passwd"}), "robots-unreachable"),
    ],
    ids=["404", "403", "ban", "rules", "600-KiB", "503", "time-out", "ring", "redirect", "file"],
)
def test_F35_robots_txt_is_read_as_rfc_9309_says(crawler: CrawlProcess, robots: Reply, code: str | None) -> None:
    with FaultServer(robots, {"/elsewhere": Reply(b"User-agent: *\nDisallow: /ok\n")}) as server:
        report = crawler.crawl(server.url("/ok"), limits={"response_seconds": 1, "retries": 0})
        assert _only(report).get("code") == code
        assert server.hits["/ok"] == (0 if code else 1)
        # The verdict is kept with the run.
        assert list(report["robots"]) == [server.url("")]
        assert report["verdicts"][0][0] == server.url("")
        if code == "robots-unreachable":
            assert report["robots"][server.url("")][0] == "disallow-all"


def test_F35_a_crawl_delay_is_kept(crawler: CrawlProcess) -> None:
    with FaultServer(Reply(b"User-agent: *\nCrawl-delay: 0.7\n")) as server:
        crawler.crawl(*(server.url("/ok", n=number) for number in range(3)))
        times = server.times["/ok"]
        assert all(later - earlier >= 0.7 for earlier, later in pairwise(times))
        assert server.hits["/robots.txt"] == 1


def test_F36_robots_that_newly_forbid_us_stop_everything(crawler: CrawlProcess, server: FaultServer) -> None:
    server.robots = Reply(RULES.encode())
    assert _only(crawler.crawl(server.url("/ok")))["status"] == 200
    server.robots = Reply(b"User-agent: Allmende\nDisallow: /\n")
    report = crawler.crawl(server.url("/ok"), server.url("/ok", n=2))
    assert {outcome["code"] for outcome in report["outcomes"].values()} == {"robots"}
    assert server.hits["/ok"] == 1


def test_F37_no_spelling_of_an_inner_address_is_connected_to(crawler: CrawlProcess) -> None:
    urls = [f"http://{host}/" for host in INNER]
    report = crawler.crawl(*urls, allowed_hosts=())
    assert report["connects"] == []
    assert len(report["outcomes"]) == len(INNER)
    codes = {host: report["outcomes"][url]["code"] for host, url in zip(INNER, urls, strict=True)}
    # Some resolvers do not know an address with a final dot; nobody may connect to it either way.
    assert codes.pop("127.0.0.1.") in ("address", "dns")
    assert set(codes.values()) == {"address"}


def test_F37_ports_make_no_difference(crawler: CrawlProcess, server: FaultServer) -> None:
    urls = [server.url("/ok", host=host) for host in ("127.0.0.1", "localhost", "0x7f.1", "[::1]")]
    report = crawler.crawl(*urls, allowed_hosts=())
    assert {outcome["code"] for outcome in report["outcomes"].values()} == {"address"}
    assert report["connects"] == []
    assert server.connections == 0


def test_F37_a_name_that_moves_inside_is_refused_at_the_next_connection(crawler: CrawlProcess) -> None:
    # 127.0.0.2 plays the public address, 127.0.0.1 the inner one.
    robots = Reply(RULES.encode(), headers={"Connection": "close"})
    with FaultServer(robots, address="127.0.0.2") as public:
        url = public.url("/ok", host="rebind.example")
        names = {"rebind.example": [["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"], ["127.0.0.1"]]}
        report = crawler.crawl(url, allowed_hosts=("127.0.0.2",), names=names)
        assert _only(report)["code"] == "address"
        assert set(report["connects"]) == {"127.0.0.2"}
        assert public.hits == {"/robots.txt": 1}


def test_F37_of_several_addresses_only_the_allowed_one_is_used(crawler: CrawlProcess) -> None:
    with FaultServer(address="127.0.0.2") as public:
        url = public.url("/ok", host="two.example")
        names = {"two.example": [["::1", "127.0.0.1", "127.0.0.2"]] * 3}
        report = crawler.crawl(url, allowed_hosts=("127.0.0.2",), names=names)
        assert _only(report)["status"] == 200
        assert set(report["connects"]) == {"127.0.0.2"}


def test_F37_proxies_of_the_environment_and_of_a_request_are_ignored(
    crawler: CrawlProcess, server: FaultServer
) -> None:
    # The child's environment names a proxy on a closed port.
    report = crawler.crawl(server.url("/ok"), meta={"proxy": "http://127.0.0.1:9"})
    assert _only(report)["status"] == 200
    assert all(request.path == "/ok" or request.path == "/robots.txt" for request in server.seen)


def test_F38_ports_of_other_services_are_not_tried(crawler: CrawlProcess) -> None:
    urls = [f"http://www.neuhof-fulda.de:{port}/" for port in (22, 25, 3306, 6379)]
    report = crawler.crawl(*urls)
    assert {outcome["code"] for outcome in report["outcomes"].values()} == {"port"}
    assert report["connects"] == []


def test_F38_a_banner_is_not_told(crawler: CrawlProcess, server: FaultServer) -> None:
    outcome = _only(crawler.crawl(server.url("/banner")))
    assert outcome["code"] == "protocol"
    assert "SSH" not in json.dumps(outcome)


def test_never_two_connections_to_one_host(crawler: CrawlProcess, server: FaultServer) -> None:
    urls = [server.url("/ok", n=number, delay=0.02) for number in range(12)]
    urls += [server.url("/redirect", to=f"/ok?m={number}&delay=0.02") for number in range(6)]
    report = crawler.crawl(*urls)
    assert [outcome["status"] for outcome in report["outcomes"].values()] == [200] * 18
    assert server.peak.most_common(1)[0][1] == 1


def test_two_names_of_one_redirecting_server_do_not_share_a_slot(crawler: CrawlProcess) -> None:
    with ExitStack() as stack:
        first, second = (stack.enter_context(FaultServer()) for _ in range(2))
        urls = [first.url("/redirect", to=second.url("/ok", n=n, delay=0.02)) for n in range(6)]
        urls += [second.url("/ok", m=n, delay=0.02) for n in range(6)]
        crawler.crawl(*urls)
        assert max(second.peak.values()) == 1


def test_each_request_is_signed(crawler: CrawlProcess, server: FaultServer) -> None:
    crawler.crawl(server.url("/echo"))
    for request in server.seen:
        assert request.headers["user-agent"].startswith("Allmende/")
        assert "(+https://daten.example.org; daten@example.org)" in request.headers["user-agent"]
        assert request.headers["accept-language"].startswith("de")
