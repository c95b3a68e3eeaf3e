"""Bytes on the wire: umlauts that nobody encoded are understood, and no request's bounds move (no smuggling)."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from http.client import parse_headers
from io import BufferedReader
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

import httptools
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.web.protocol import Protocol, encoded
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import place_in
from tests.catalog.web.serving import served


async def _heard(request: Request) -> Response:
    """What the server understood of a request."""
    said = {
        "method": request.method,
        "path": request.scope["path"],
        "raw_path": request.scope["raw_path"].decode("ascii"),
        "query": request.scope["query_string"].decode("ascii"),
        "header": request.headers.get("x-name", "").encode("latin-1").decode("latin-1"),
        "body": (await request.body()).decode("latin-1"),
    }
    return Response(orjson.dumps(said), media_type="application/json")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = Starlette(routes=[Route("/{path:path}", _heard, methods=["GET", "HEAD", "POST", "OPTIONS"])])
    with served(app) as address:
        number = urlsplit(address).port
        assert number is not None
        yield number


def answer_of(stream: BufferedReader) -> tuple[int, bytes]:
    """Status and body of the next answer on a connection. All of ours say how long they are."""
    status = int(stream.readline().split()[1])
    headers = parse_headers(stream)
    return status, stream.read(int(headers["content-length"]))


def answers(port: int, *pieces: bytes, count: int = 1) -> list[tuple[int, bytes]]:
    """The answers on one connection to what is sent, one after another."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as connection,
        connection.makefile("rb") as stream,
    ):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        return [answer_of(stream) for _ in range(count)]


def heard(answer: tuple[int, bytes]) -> dict[str, str]:
    status, body = answer
    assert status == 200, body
    found: dict[str, str] = orjson.loads(body)
    return found


def test_umlauts_in_an_address_are_understood(port: int) -> None:
    (answer,) = answers(port, "GET /straße/ä?q=müll&x=%C3%BC HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    said = heard(answer)
    assert (said["path"], said["raw_path"]) == ("/straße/ä", "/stra%C3%9Fe/%C3%A4")
    assert said["query"] == "q=m%C3%BCll&x=%C3%BC"
    (answer,) = answers(port, "GET /?q=müll HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1"))
    assert heard(answer)["query"] == "q=m%FCll", "whatever charset it was is not guessed"


def test_each_request_on_a_connection_is_understood(port: int) -> None:
    line = "GET /?q=ü HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as connection,
        connection.makefile("rb") as stream,
    ):
        for _ in range(3):
            connection.sendall(line)
            assert heard(answer_of(stream))["query"] == "q=%C3%BC"


def test_curl_may_send_them_as_they_are(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        place.publish(Stored("a", dataset("Müllabfuhr")), Stored("b", dataset("Wald")))
        with served(place.app) as address:
            line = ["curl", "-s", "--max-time", "30", f"{address}/datasets.json?q=Müllabfuhr"]
            found = orjson.loads(subprocess.run(line, capture_output=True, check=True, timeout=60).stdout)
    assert [each["title"] for each in found["datasets"]] == ["Müllabfuhr"]


# ------------------------------------------------------------------------------------------------- bounds of requests


def test_what_looks_like_a_request_in_a_body_is_its_body(port: int) -> None:
    hidden = "GET /?q=ü HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nX-Name: ü\r\nContent-Length: {len(hidden)}\r\n\r\n".encode()
    chunks = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden)
    for pieces in ((head + hidden,), (head, hidden), (chunks + chunk,), (chunks, chunk)):
        (answer,) = answers(port, *pieces)
        assert heard(answer)["body"] == hidden.decode("latin-1"), pieces


def test_a_body_that_comes_alone_stays_one(port: int) -> None:
    hidden = "GET /?q=ü HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {len(hidden)}\r\n\r\n".encode()
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as connection,
        connection.makefile("rb") as stream,
    ):
        connection.sendall(head)
        assert stream.readline().split()[1] == b"100", "the server has read the head and waits for the body"
        assert stream.readline() == b"\r\n"
        connection.sendall(hidden)
        assert heard(answer_of(stream))["body"] == hidden.decode("latin-1")


@pytest.mark.parametrize("begun", [b"G", b"P", b"POST /"])
def test_a_request_is_under_way_from_its_first_byte(begun: bytes) -> None:
    """Else what follows might be taken for the beginning of another."""
    seen: list[str] = []

    class Parsing:
        def on_message_begin(self) -> None:
            seen.append("begun")

    httptools.HttpRequestParser(Parsing()).feed_data(begun)
    assert seen == ["begun"]


def test_a_body_is_not_touched_though_a_request_follows(port: int) -> None:
    body = "q=ü".encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    first, second = answers(port, head + body + b"GET /zwei HTTP/1.1\r\nHost: x\r\n\r\n", count=2)
    assert heard(first)["body"] == body.decode("latin-1")
    assert heard(second)["path"] == "/zwei"


@pytest.mark.parametrize(
    "said",
    [
        "POST /?q=ü HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        "GET /a b ü HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /ü HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET http://ü/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GÄT /ü HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /ü HTTP/1.1\r\nHäst: x\r\n\r\n",
        "GET /ü\tHTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /ü HTTP/1.1\rHost: x\r\n\r\n",
    ],
)
def test_all_else_is_refused_in_words(port: int, said: str) -> None:
    ((status, body),) = answers(port, said.encode())
    assert status == 400
    german, english = body.decode().splitlines()
    assert german.startswith("Diese Anfrage ist kein gültiges HTTP.")
    assert "ü as %C3%BC" in english


def test_an_address_that_is_too_long_is_not_encoded() -> None:
    line = b"GET /" + b"\xfc" * 20_000 + b" HTTP/1.1\r\n\r\n"
    assert encoded(line) is line


targets = st.binary(max_size=60).map(lambda some: bytes(byte for byte in some if byte > 0x20 and byte != 0x7F))


@given(st.sampled_from([b"GET", b"HEAD"]), targets, st.binary(max_size=200))
def test_only_the_target_changes_and_means_the_same(method: bytes, target: bytes, rest: bytes) -> None:
    before = method + b" /" + target + b" HTTP/1.1\r\n" + rest
    after = encoded(before)
    line = after[: len(after) - len(rest)]
    assert after.endswith(rest)
    assert line.isascii()
    assert line.startswith(method + b" /")
    assert line.endswith(b" HTTP/1.1\r\n")
    assert line.count(b"\n") == line.count(b"\r") == 1
    assert line.count(b" ") == 2
    assert unquote_to_bytes(line[len(method) + 1 : -11]) == unquote_to_bytes(b"/" + target)
    assert line[len(method) + 1 : -11].decode() == quote_from_bytes(b"/" + target, bytes(range(0x21, 0x7F)).decode())


@given(st.binary(max_size=200))
def test_what_begins_with_no_such_line_stays(data: bytes) -> None:
    for before in (data, b"POST /" + data, b" GET /" + data, b"GET " + data.lstrip(b"/")):
        if not before.startswith((b"GET /", b"HEAD /")):
            assert encoded(before) == before


def test_plain_requests_are_not_even_looked_at(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(data: bytes) -> bytes:
        raise AssertionError(data)

    monkeypatch.setattr("catalog.web.protocol.encoded", never)
    assert heard(answers(port, b"GET /?q=m%C3%BCll HTTP/1.1\r\nHost: x\r\n\r\n")[0])["query"] == "q=m%C3%BCll"
    assert Protocol.between, "a new connection waits for a request"
