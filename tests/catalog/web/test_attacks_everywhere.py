"""F60 and F61 by construction: every address of the application, with payloads in everything that is stored and asked."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
from starlette.routing import Route

import catalog
from catalog.spreadsheets import plain_cell
from catalog.web.routing import routes
from catalog.web.texts import LANGUAGES
from tests.catalog.web.attacked import Attacked, attacked
from tests.catalog.web.harming import harm
from tests.catalog.web.payloads import NUMBERS, PAYLOADS, dangers
from tests.catalog.web.walk import FIELDS, FORMS, OURS, WALK, bare, parameters

ALL = [route for route in routes() if isinstance(route, Route)]
READ = {bare(route) for route in ALL if "GET" in (route.methods or ())}
WRITTEN = {bare(route) for route in ALL if "POST" in (route.methods or ())}
PATHS = {route.path for route in ALL}
# What the attacked region has none of; only what says so is looked at here.
NOT_HERE = {
    # Pictures that a server elsewhere, or the steward, has; their bytes are looked at in the tests of maps and previews.
    "/dataset/{slug}/file/{number:int}/picture",
    "/dataset/{slug}/file/{number:int}/tiles/{z}/{x}/{y}.png",
    "/tiles/{z}/{x}/{y}.png",
    "/sign-language/film",
}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    with attacked(tmp_path_factory.mktemp("region")) as made:
        yield made


def test_every_address_is_in_the_walk() -> None:
    assert {*WALK, *OURS} == READ, "a new address needs its place in WALK, or one that is gone leaves it"
    assert set(FORMS) == WRITTEN
    assert len(parameters()) > 20


def languages(path: str) -> list[str]:
    """The prefixes under which a path has routes."""
    prefixes = ["", *(f"/{language}" for language in LANGUAGES[1:])]
    return [prefix for prefix in prefixes if (f"{prefix}{path}" if prefix and path != "/" else prefix or path) in PATHS]


def asked(region: Attacked, addresses: Iterable[str]) -> list[tuple[str, list[str]]]:
    """What does harm in the answers of some addresses, all asked by one client."""
    return [(address, found) for address, answer in answers_of(region, addresses) if (found := harm(answer))]


def answers_of(region: Attacked, addresses: Iterable[str]) -> list[tuple[str, httpx.Response]]:
    async def ask() -> list[tuple[str, httpx.Response]]:
        transport = httpx.ASGITransport(region.place.app, raise_app_exceptions=False)
        headers = {"accept": "text/html,*/*;q=0.5", "accept-encoding": "identity"}
        async with httpx.AsyncClient(transport=transport, base_url="http://x.example", headers=headers) as client:
            return [(address, await client.get(address)) for address in addresses]

    return asyncio.run(ask())


@pytest.mark.parametrize("path", WALK)
def test_F60_F61_what_is_stored_does_no_harm(region: Attacked, path: str) -> None:
    addresses = []
    for prefix in languages(path):
        # In the other language every seventh of many: the page is the same.
        for template in WALK[path]:
            found = region.addresses(template.replace("{n}", "{some}") if prefix else template)
            addresses += [f"{prefix}{address}" for address in found]
    answers = answers_of(region, addresses)
    harmful = [(address, one) for address, answer in answers for one in harm(answer)]
    assert not harmful
    here = str(region.place.region.folder)
    assert not [address for address, answer in answers if here in answer.text], "where it lies on this machine"
    answered = any(answer.status_code < 400 for _, answer in answers)
    assert answered is (path not in NOT_HERE), "what only says that nothing is there was not looked at"


@pytest.mark.parametrize("path", WALK)
def test_F60_no_parameter_does_harm(region: Attacked, path: str) -> None:
    """Every parameter of any address at this one, each with another payload."""
    address = next(region.addresses(WALK[path][0])).partition("?")[0]
    said = [(name, PAYLOADS[(hash_of(path) + number) % len(PAYLOADS)]) for number, name in enumerate(parameters())]
    assert not asked(region, (f"{address}?{name}={quote_plus(payload)}" for name, payload in said))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_F60_no_path_does_harm(region: Attacked, payload: str) -> None:
    said = quote(payload, safe="")
    at = PAYLOADS.index(payload)
    variable = [path for path in WALK if "{" in path]
    some = [path for number, path in enumerate(variable) if number % 5 == at % 5]
    paths = ["/{x}", "/en/{x}", "/datasets?page={x}", "/en/datasets?on={x}", *some]
    assert not asked(region, (filled(path, said) for path in paths))


def filled(path: str, said: str) -> str:
    """A path with a payload in the place of everything that is variable."""
    parts = path.split("{")
    return parts[0] + "".join(said + part.partition("}")[2] for part in parts[1:])


@pytest.mark.parametrize("path", FORMS)
def test_F60_no_form_does_harm(region: Attacked, path: str) -> None:
    (address, *_) = region.addresses(FORMS[path][0])
    for number, payload in enumerate(PAYLOADS[::4]):
        said = {name: PAYLOADS[(number * 5 + place) % len(PAYLOADS)] for place, name in enumerate(FIELDS)}
        answer = region.place.ask.post(address, {**said, "website": "", "message": payload}, accept="text/html")
        assert answer.status_code < 500
        assert not harm(answer), payload


def hash_of(text: str) -> int:
    """A number of a text that is the same in every run."""
    return sum(map(ord, text))


@pytest.mark.parametrize("address", ["/datasets.csv", "/dataset/{file}/file/1.csv"])
def test_F61_formulas_come_as_text(region: Attacked, address: str) -> None:
    (path,) = region.addresses(address)
    body = region.place.ask.get(path).content.decode("utf-8-sig")
    for formula in ("=1+1", "@SUM(1)", "-x"):
        assert f"'{formula}" in body
    assert "alert(1)" in body, "what attackers wrote is there, as text"


@pytest.mark.parametrize("number", NUMBERS)
def test_F61_numbers_stay_numbers(number: str) -> None:
    assert plain_cell(number) == number


def test_F61_every_table_that_we_write_is_guarded() -> None:
    """Whoever writes CSV takes its cells through the one guard."""
    folder = Path(catalog.__file__).parent
    unguarded = []
    for file in sorted(folder.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        writes = any(
            isinstance(node, ast.Attribute)
            and node.attr in ("writer", "DictWriter", "to_csv")
            and isinstance(node.value, ast.Name)
            and node.value.id == "csv"
            for node in ast.walk(tree)
        )
        guards = any(isinstance(node, ast.Name) and node.id == "plain_cell" for node in ast.walk(tree))
        if writes and not guards:
            unguarded.append(str(file))
    assert not unguarded


def test_the_look_would_see_an_attack(region: Attacked) -> None:
    answer = region.place.ask.get("/datasets", accept="text/html")
    answer._content = b"<p onclick=alert(1)>x</p>"
    assert harm(answer)
    table = region.place.ask.get("/datasets.csv")
    table._content = b"a;b\n=1+1;-5\n"
    assert harm(table) == ["formula '=1+1'"]
    feed = region.place.ask.get("/feed.atom")
    feed._content = b'<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">x</title></feed>'
    assert harm(feed)


def test_what_the_payloads_say_is_shown_as_text(region: Attacked) -> None:
    (slug, *_) = region.names["n"]
    text = region.place.ask.get(f"/dataset/{slug}?version=1", accept="text/html").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert(1)" not in text
    for path in ("/runs/1", "/set-aside", "/status"):
        assert "geheim" not in region.place.ask.get(path, accept="text/html").text, "a traceback"


def test_the_look_at_pages_would_see_each_kind_of_attack() -> None:
    for payload in PAYLOADS[:20]:
        if payload.lower().startswith(("<script", "<img", "<svg")):
            assert list(dangers(f"<p>{payload}</p>")), payload
    for page in (
        *("<a href='javascript:alert(1)'>x</a>", "<p onclick=x>", "<a href='//evil.example'>x</a>"),
        *(
            "<link rel=stylesheet href=//evil.example/x.css>",
            "<img src='/x.svg?onerror=1'>",
            "<form action='//x'></form>",
        ),
        *("<svg class=chart><script>1</script></svg>", "<svg class=chart><a href='#'>x</a></svg>", "<svg></svg>"),
    ):
        assert list(dangers(page)), page
