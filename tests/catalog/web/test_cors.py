"""Scripts on other sites: what browsers ask before, what they let a script read, and that forms stay closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from catalog.web import security
from catalog.web.routing import routes
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import Place, place_in, whole
from tests.catalog.web.pages_reading import addresses, read
from tests.catalog.web.serving import served

ORIGIN = "https://karte.example"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("region")) as made:
        made.publish(Stored("a", whole("Eins")), Stored("b", dataset("Zwei")))
        gone = made.slug("b")
        made.publish(Stored("b", None))
        made.app.state.gone = gone
        yield made


def preflight(place: Place, path: str, headers: str = "if-none-match") -> dict[str, str]:
    """What the application answers to a browser that asks before; it must not be a failure."""
    answer = place.ask.get(
        path, "OPTIONS", origin=ORIGIN, access_control_request_method="GET", access_control_request_headers=headers
    )
    assert (answer.status_code, answer.content) == (204, b""), path
    return dict(answer.headers)


def test_a_script_elsewhere_may_ask_whether_something_changed(place: Place) -> None:
    for path in (
        "/catalog.ttl",
        f"/dataset/{place.slug('a')}",
        "/changes",
        "/datasets.json?q=m%C3%BCll",
        "/id/catalog",
    ):
        said = preflight(place, path)
        assert said["access-control-allow-origin"] == "*"
        assert said["access-control-allow-methods"] == "GET, HEAD"
        assert {"If-None-Match", "If-Modified-Since", "Range", "Accept"} <= {
            name.strip() for name in said["access-control-allow-headers"].split(",")
        }
        assert int(said["access-control-max-age"]) > 0
        assert "access-control-allow-credentials" not in said
        assert said["x-content-type-options"] == "nosniff"


def test_options_alone_says_what_there_is_to_do(place: Place) -> None:
    answer = place.ask.get("/catalog.ttl", "OPTIONS")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert "access-control-allow-origin" not in answer.headers
    assert place.ask.get("/nirgends", "OPTIONS", origin=ORIGIN, access_control_request_method="GET").status_code == 404


def test_forms_are_for_our_own_pages(place: Place) -> None:
    forms = {
        route.path.replace("{id:int}", "1").replace("{slug}", "eins")
        for route in routes()
        if isinstance(route, Route)
        if not {"GET", "HEAD"} >= set(route.methods or ())
    }
    assert {"/feedback", "/en/feedback", "/dataset/eins/repair", "/runs/1/decision"} <= forms
    for path in forms:
        for method in ("GET", "POST"):
            asked = place.ask.get(path, "OPTIONS", origin=ORIGIN, access_control_request_method=method)
            assert asked.status_code == 405, path
            assert not [name for name in asked.headers if name.startswith("access-control-")], path
        for method in ("GET", "POST"):
            answer = place.ask.get(path, method, origin=ORIGIN)
            assert "access-control-allow-origin" not in answer.headers, path


def test_redirects_and_refusals_on_the_way_are_open(place: Place) -> None:
    key = place.ask.get("/changes").json()["changes"][0]["key"]
    for path, status in (
        (f"/id/dataset/{key}", 303),
        (f"/dataset/{key}.ttl", 301),
        ("/municipality/neuhof/catalog.ttl", 307),
        (f"/dataset/{place.app.state.gone}.ttl", 410),
        ("/dataset/nie.json", 404),
        ("/catalog.ttl?page=x", 400),
        ("/nirgends", 404),
        (f"/datasets.json?q={'x' * security.QUERY_BYTES}", 414),
    ):
        for method in ("GET", "HEAD"):
            answer = place.ask.get(path, method)
            assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (status, "*"), path
            assert answer.headers.get_list("access-control-allow-origin") == ["*"]
            assert "Retry-After" in answer.headers["access-control-expose-headers"]


def test_pages_stay_closed(place: Place) -> None:
    for path in ("/", "/datasets", "/news", "/developers"):
        assert "access-control-allow-origin" not in place.ask.get(path, accept="text/html").headers


def test_every_address_for_programs_is_open_as_their_page_says(place: Place) -> None:
    shown = [address for address in addresses(read(place, "/developers")) if address.startswith("/")]
    ours = [address for address in shown if address.rpartition("/")[2].count(".") or "/id/" in address]
    assert len(ours) > 20
    for address in (*ours, "/healthz", "/readyz", "/changes?since=0"):
        if "/assets/" not in address and not address.startswith("/favicon"):
            answer = place.ask.get(address)
            assert answer.headers.get("access-control-allow-origin") == "*", address


_SCRIPT = """async (base) => {
  const asked = async (path, headers) => {
    const answer = await fetch(base + path, {headers, cache: "no-store"});
    return {status: answer.status, etag: answer.headers.get("etag"), link: answer.headers.get("link"), url: answer.url};
  };
  const first = await asked("/catalog.ttl", {});
  const again = await asked("/catalog.ttl", {"If-None-Match": first.etag});
  const led = await asked("/id/catalog", {"Accept": "text/turtle", "If-None-Match": '"x"'});
  const missing = await asked("/dataset/nie.json", {"If-None-Match": '"x"'});
  const form = await fetch(base + "/feedback", {headers: {"If-None-Match": '"x"'}}).then(() => "read", () => "refused");
  return {first, again, led, missing, form};
}"""


def test_a_browser_lets_such_a_script_read(place: Place, browser: Browser) -> None:
    async def page(_: object) -> HTMLResponse:
        return HTMLResponse("<!doctype html><title>Anderswo</title>")

    with served(place.app) as ours, served(Starlette(routes=[Route("/", page)])) as elsewhere:
        tab = browser.new_page()
        tab.goto(elsewhere)
        found = tab.evaluate(_SCRIPT, ours)
        tab.close()
    assert found["first"]["status"] == 200
    assert found["first"]["etag"].startswith('"')
    assert 'rel="' in found["first"]["link"]
    assert found["again"]["status"] == 304
    assert (found["led"]["status"], found["led"]["url"]) == (200, f"{ours}/catalog")
    assert found["missing"]["status"] == 404
    assert found["form"] == "refused"
