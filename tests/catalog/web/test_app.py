"""The layers around every answer: ETag and 304, HEAD, gzip, headers, limits, errors, health."""

from __future__ import annotations

import gzip
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

import orjson
import pytest
from protego import Protego
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from catalog.search import Catalogue
from catalog.web import conditional
from catalog.web.app import create_app
from catalog.web.conditional import Conditional, accepts
from catalog.web.routing import routes
from catalog.web.security import CSP, QUERY_BYTES
from schemas.syntax import FORMATS
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.web.asking import Asking, Place, place_in

PUBLIC = [
    *("/", "/datasets", "/datasets?q=eins", "/municipality/neuhof", "/dataset/SLUG", "/feed.atom", "/sitemap.xml"),
    *("/robots.txt", "/catalog.nt.gz", *(f"/catalog.{s}" for s in FORMATS), *(f"/dataset/SLUG.{s}" for s in FORMATS)),
    *("/catalog.ttl?municipality=neuhof", "/catalog.ttl?age=today", "/dataset/SLUG.json"),
]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        made.publish(Stored("a", dataset("Eins", "Text " * 500)))
        yield made


def asked(place: Place, address: str, method: str = "GET", **headers: str) -> Response:
    answer = place.ask.get(address.replace("SLUG", place.slug("a")), method, **headers)
    assert answer.status_code in (200, 304), answer.text
    return answer  # type: ignore[return-value]


# ------------------------------------------------------------------------------------------------- ETag, 304, HEAD


@pytest.mark.parametrize("address", PUBLIC)
def test_every_public_address_is_revalidated(place: Place, address: str) -> None:
    first = place.ask.get(address.replace("SLUG", place.slug("a")))
    assert first.status_code == 200
    etag = first.headers["etag"]
    assert etag.startswith('"')
    for stated in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        again = place.ask.get(address.replace("SLUG", place.slug("a")), if_none_match=stated)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert again.headers.get("vary") == first.headers.get("vary")
        assert "content-length" not in again.headers
    other = place.ask.get(address.replace("SLUG", place.slug("a")), if_none_match='"other"')
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize("address", [*PUBLIC, "/healthz", "/readyz", "/catalog.docx", "/nowhere"])
def test_head_is_get_without_body(place: Place, address: str) -> None:
    address = address.replace("SLUG", place.slug("a"))
    for encoding in ("identity", "gzip"):
        get = place.ask.get(address, accept_encoding=encoding)
        head = place.ask.get(address, "HEAD", accept_encoding=encoding)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert {n: v for n, v in head.headers.items() if n != "date"} == {
            n: v for n, v in get.headers.items() if n != "date"
        }


@pytest.mark.parametrize("address", ["/catalog.ttl", "/catalog.nt?municipality=neuhof", "/dataset/SLUG.jsonld"])
def test_F73_other_content_other_etag(place: Place, address: str) -> None:
    slug = place.slug("a")
    first = place.ask.get(address.replace("SLUG", slug))
    place.publish(Stored("a", dataset("Eins", "Anderer Text")))
    second = place.ask.get(address.replace("SLUG", slug), if_none_match=first.headers["etag"])
    assert second.status_code == 200
    assert second.headers["etag"] != first.headers["etag"]
    assert "Anderer Text" in second.text


def test_an_untouched_dataset_keeps_its_etag(place: Place) -> None:
    address = f"/dataset/{place.slug('a')}.ttl"
    first = place.ask.get(address)
    place.publish(Stored("b", dataset("Zwei", "x")))
    again = place.ask.get(address, if_none_match=first.headers["etag"])
    assert (again.status_code, again.headers["etag"]) == (304, first.headers["etag"])


def test_another_process_gives_the_same_etag(place: Place) -> None:
    catalogue = Catalogue(place.region)
    other = Asking(create_app(place.region, catalogue))
    for address in ("/catalog.rdf", "/datasets", "/feed.atom"):
        assert other.get(address).headers["etag"] == place.ask.get(address).headers["etag"]
    catalogue.close()


def test_last_modified(place: Place) -> None:
    first = place.ask.get("/catalog.ttl")
    assert first.headers["last-modified"] == "Thu, 01 Jan 2026 04:00:00 GMT"
    since = first.headers["last-modified"]
    assert place.ask.get("/catalog.ttl", if_modified_since=since).status_code == 304
    assert place.ask.get("/catalog.ttl", if_modified_since="Thu, 01 Jan 2026 03:59:59 GMT").status_code == 200
    assert place.ask.get("/catalog.ttl", if_modified_since="yesterday").status_code == 200
    # The ETag decides where both are given (RFC 9110, 13.2.2).
    assert place.ask.get("/catalog.ttl", if_modified_since=since, if_none_match='"other"').status_code == 200
    place.publish(Stored("b", dataset("Zwei", "x")))
    assert place.ask.get("/catalog.ttl", if_modified_since=since).status_code == 200
    document = place.ask.get(f"/dataset/{place.slug('a')}.ttl")
    assert document.headers["last-modified"] == since


def test_within_the_second_of_a_change_its_time_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    modified = b"Thu, 01 Jan 2026 04:00:00 GMT"
    answer = conditional.Answer(200, [(b"last-modified", modified)], b"x", 1, 0.0)
    moment = parsedate_to_datetime(modified.decode()).timestamp()
    monkeypatch.setattr(time, "time", lambda: moment + 0.9)
    assert answer.is_current(b"", modified) is None
    monkeypatch.setattr(time, "time", lambda: moment + 1.1)
    assert answer.is_current(b"", modified) == answer.etag
    assert answer.is_current(b"", formatdate(moment - 1, usegmt=True).encode()) is None


# ------------------------------------------------------------------------------------------------- gzip


def test_gzip_is_the_same_document_under_another_etag(place: Place) -> None:
    plain = place.ask.get("/catalog.ttl")
    asked_twice = [place.ask.get("/catalog.ttl", accept_encoding="br, gzip;q=0.5") for _ in range(2)]
    for packed in asked_twice:
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
        assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
        assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    again = place.ask.get("/catalog.ttl", accept_encoding="gzip", if_none_match=packed.headers["etag"])
    assert (again.status_code, again.headers["etag"]) == (304, packed.headers["etag"])
    crossed = place.ask.get("/catalog.ttl", accept_encoding="gzip", if_none_match=plain.headers["etag"])
    assert (crossed.status_code, crossed.headers["etag"]) == (304, plain.headers["etag"])


def test_what_gains_nothing_is_not_packed(place: Place) -> None:
    assert "content-encoding" not in place.ask.get("/robots.txt", accept_encoding="gzip").headers
    dump = place.ask.get("/catalog.nt.gz", accept_encoding="gzip")
    assert "content-encoding" not in dump.headers
    assert b"Eins" in gzip.decompress(dump.content)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        *((b"gzip", True), (b"GZIP", True), (b"x-gzip", True), (b"deflate, gzip;q=1.0, *;q=0.5", True), (b"*", True)),
        *((b"", False), (b"identity", False), (b"br", False), (b"gzip;q=0", False), (b"gzip; q=0.000", False)),
        *((b"*;q=0", False), (b"notgzip", False), (b"br;q=1.0,gzip;q=0.001", True), (b"*, gzip;q=0", False)),
    ],
)
def test_who_takes_gzip(header: bytes, accepted: bool) -> None:
    assert accepts(header, "gzip", "x-gzip") is accepted


# ------------------------------------------------------------------------------------------------- ready answers


def layer_of(place: Place) -> Conditional:
    place.ask.get("/healthz")
    layer = place.app.middleware_stack
    while layer is not None and not isinstance(layer, Conditional):
        layer = getattr(layer, "app", None)
    assert layer is not None
    return layer


def test_an_answer_is_made_once_per_number(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    page = Catalogue.page

    def counted(self: Catalogue, number: int, at: int, forms: tuple[str, ...] = ()) -> object:
        made.append(at)
        return page(self, number, at, forms)

    monkeypatch.setattr(Catalogue, "page", counted)
    for _ in range(3):
        place.ask.get("/catalog.ttl")
        place.ask.get("/catalog.ttl", "HEAD")
        place.ask.get("/catalog.ttl", accept_encoding="gzip")
    assert made == [1]
    place.publish(Stored("b", dataset("Zwei", "x")))
    assert "Zwei" in place.ask.get("/catalog.ttl").text
    assert made == [1, 2]


def test_what_depends_on_the_clock_is_not_kept(place: Place) -> None:
    place.ask.get("/catalog.ttl?age=today")
    place.ask.get("/catalog.ttl?municipality=neuhof")
    assert [query for _, query, _ in layer_of(place).ready] == [b"municipality=neuhof"]


def test_ready_answers_stay_within_their_budget(place: Place) -> None:
    layer = layer_of(place)
    layer.budget = 400_000
    for number in range(200):
        assert place.ask.get(f"/catalog.ttl?q=x{number}").status_code == 200
    assert 0 < len(layer.ready) < 100
    assert layer.spent == sum(answer.size for answer in layer.ready.values()) <= layer.budget
    assert (b"/catalog.ttl", b"q=x199", b"") in layer.ready


def test_an_answer_with_a_time_limit_is_made_anew(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[float] = []

    async def endpoint(request: Request) -> Response:
        conditional.keep(request, seconds=60)
        calls.append(conditional.number(request))
        return PlainTextResponse("x")

    place.app.router.routes.insert(0, Route("/limited", endpoint))
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for moment in (0, 30, 59, 61, 100, 122):
        now[0] = 1000.0 + moment
        place.ask.get("/limited")
    assert len(calls) == 3


# ------------------------------------------------------------------------------------------------- safety


@pytest.mark.parametrize("address", [*PUBLIC, "/healthz", "/readyz", "/nowhere", "/catalog", "/catalog.ttl?page=0"])
def test_every_answer_carries_the_headers(place: Place, address: str) -> None:
    answer = place.ask.get(address.replace("SLUG", place.slug("a")), accept="text/html")
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "permissions-policy" in answer.headers
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    assert "default-src 'none'" in CSP
    assert "frame-ancestors 'none'" in CSP
    assert "unsafe" not in CSP
    assert "http" not in CSP


def test_feeds_are_open_to_every_origin(place: Place) -> None:
    for address in ("/catalog.ttl", "/dataset/SLUG.jsonld", "/feed.atom", "/catalog.nt.gz"):
        headers = asked(place, address, origin="https://elsewhere.example").headers
        assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in place.ask.get("/datasets").headers


@pytest.mark.parametrize("address", PUBLIC)
def test_F72_no_header_changes_an_address(place: Place, address: str) -> None:
    forged = {"host": "evil.example", "x_forwarded_host": "evil.example", "x_forwarded_proto": "gopher"}
    answer = place.ask.get(address.replace("SLUG", place.slug("a")), accept="text/html, */*;q=0.9", **forged)
    text = gzip.decompress(answer.content).decode() if address.endswith("gz") else answer.text
    assert "evil.example" not in text + repr(answer.headers)
    for redirected in ("/catalog", "/id/catalog", "/datasets/", "/catalog.ttl/"):
        assert "evil" not in place.ask.get(redirected, accept="text/html", **forged).headers.get("location", "")


def test_F71_too_long_a_query_is_refused(place: Place) -> None:
    for address in ("/datasets", "/catalog.ttl", "/nowhere"):
        answer = place.ask.get(f"{address}?q={'x' * QUERY_BYTES}")
        assert (answer.status_code, "zu lang" in answer.text) == (414, True)
        assert answer.headers["content-security-policy"] == CSP
    assert place.ask.get(f"/catalog.ttl?q={'x' * (QUERY_BYTES - 2)}").status_code == 200
    assert place.ask.get(f"/{'x' * 5000}").status_code == 414


def test_a_browser_gets_a_page_for_an_address_that_is_too_long(place: Place) -> None:
    for address, language in ((f"/datasets?q={'x' * QUERY_BYTES}", "de"), (f"/en/{'x' * 5000}", "en")):
        answer = place.ask.get(address, accept="text/html")
        assert answer.status_code == 414
        assert f'<html lang="{language}">' in answer.text
        assert ("Diese Adresse ist zu lang" if language == "de" else "This address is too long") in answer.text
        assert "xxxx" not in answer.text
        assert answer.headers["content-security-policy"] == CSP


@pytest.mark.parametrize("path", ["/datasets", "/en/municipality/neuhof", "/dataset/SLUG", "/catalog.ttl"])
def test_F72_a_slash_at_the_end_leads_to_the_page_on_our_own_path(place: Place, path: str) -> None:
    path = path.replace("SLUG", place.slug("a"))
    answer = place.ask.get(f"{path}/?page=2", host="evil.example")
    assert (answer.status_code, answer.headers["location"]) == (308, f"{path}?page=2")


@pytest.mark.parametrize("path", ["/nichts/", "//evil.example/", "//evil.example/datasets/", "/%5Cevil.example/"])
def test_F72_a_slash_at_the_end_leads_nowhere_else(place: Place, path: str) -> None:
    answer = place.ask.get(f"http://evil.example{path}")
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_whom_to_tell_of_a_hole(place: Place) -> None:
    place.app.state.now = lambda: datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
    answer = place.ask.get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert lines["Contact"] == f"mailto:{place.region.publisher.email}"
    assert lines["Expires"] == "2026-07-09T00:00:00Z"
    assert lines["Canonical"] == f"{BASE}/.well-known/security.txt"


def test_the_sign_of_the_pages_is_there_for_who_guesses_its_address(place: Place) -> None:
    answer = place.ask.get("/favicon.ico")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/vnd.microsoft.icon")
    assert answer.headers["cache-control"] == "no-cache"
    assert place.ask.get("/favicon.ico", if_none_match=answer.headers["etag"]).status_code == 304


@pytest.mark.parametrize("suffix", ["ttl", "rdf", "jsonld", "nt"])
def test_parts_of_the_catalogue_lead_to_their_feed(place: Place, suffix: str) -> None:
    for part, query in (("municipality/neuhof", "municipality=neuhof"), ("theme/ENVI", "theme=ENVI")):
        answer = place.ask.get(f"/{part}/catalog.{suffix}?after=0")
        assert (answer.status_code, answer.headers["location"]) == (307, f"/catalog.{suffix}?{query}&after=0")
        assert place.ask.get(answer.headers["location"]).status_code == 200
        assert place.ask.get(f"/{part}/catalog.exe").status_code == 404
    assert place.ask.get(f"/municipality/atlantis/catalog.{suffix}").status_code == 404
    assert place.ask.get(f"/theme/NIE/catalog.{suffix}").status_code == 404


def test_a_dataset_in_plain_json_is_that_of_the_search(place: Place) -> None:
    slug = place.slug("a")
    answer = place.ask.get(f"/dataset/{slug}.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    found = place.ask.get("/datasets.json?size=100").json()["datasets"]
    assert answer.json() == next(each for each in found if each["slug"] == slug)
    moved = place.ask.get(f"/dataset/{answer.json()['key']}.json")
    assert (moved.status_code, moved.headers["location"]) == (301, f"/dataset/{slug}.json")
    assert place.ask.get("/dataset/nie.json").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_is_changed_from_outside(place: Place, method: str) -> None:
    answer = place.ask.get("/catalog.ttl", method)
    assert (answer.status_code, "GET" in answer.headers["allow"]) == (405, True)


def test_a_broken_endpoint_tells_nothing_of_the_inside(place: Place) -> None:
    async def broken(_: Request) -> Response:
        raise RuntimeError("geheimes Passwort")

    place.app.router.routes.insert(0, Route("/broken", broken))
    for accept in ("text/html", "*/*"):
        answer = place.ask.get("/broken", accept=accept)
        assert answer.status_code == 500
        assert "geheim" not in answer.text
        assert "Hier ist etwas schiefgegangen" in answer.text
        assert answer.headers["content-security-policy"] == CSP
        assert "etag" not in answer.headers


# ------------------------------------------------------------------------------------------------- health, robots


def test_health(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place.ask.get("/healthz").text == "ok\n"
    ready = place.ask.get("/readyz")
    assert orjson.loads(ready.content) == {"status": "ready", "number": 1}
    assert ready.headers["cache-control"] == "no-store"

    def broken(_: Catalogue) -> int:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Catalogue, "number", broken)
    assert place.ask.get("/readyz").status_code == 503
    assert place.ask.get("/healthz").status_code == 200


def test_robots_may_read_all_but_the_desk_searches_and_previews(place: Place) -> None:
    text = place.ask.get("/robots.txt").text
    assert "Disallow: /desk\n" in text
    rules = Protego.parse(text)
    for language in ("", "/en"):
        assert rules.can_fetch(f"{BASE}{language}/datasets", "*")
        assert rules.can_fetch(f"{BASE}{language}/dataset/wald", "*")
        assert not rules.can_fetch(f"{BASE}{language}/datasets?q=wald", "*")
        assert not rules.can_fetch(f"{BASE}{language}/dataset/wald/file/1?sort=Ort", "*")
    assert f"Sitemap: {BASE}/sitemap.xml\n" in text


# ------------------------------------------------------------------------------------------------- registry, docs


def test_every_route_is_in_the_docs() -> None:
    text = Path(__file__).parents[3].joinpath("docs/addresses.md").read_text(encoding="utf-8")
    for route in routes():
        if isinstance(route, Route) and not route.path.startswith("/en"):
            assert f"`{route.path}`" in text, route.path
