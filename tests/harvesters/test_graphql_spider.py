"""The GraphQL spider on loopback: queries looked over, paging, errors with status 200, tokens; and against a real engine."""

from __future__ import annotations

import base64
import importlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from harvesters.answer import Answer
from harvesters.graphql.query import QueryRefused, check, load
from harvesters.spiders.graphql import GraphqlOptions, GraphqlSpider, messages
from schemas import region as regions
from tests.catalog.test_source_keys import allmende, region, written
from tests.harvesters import crawl_runs
from tests.harvesters.json_api import Asked, JsonApi, Reply

QUERY = """
# Veranstaltungen der Gemeinde
query Events($first: Int, $after: String) {
  eventRecords(first: $first, after: $after) {
    edges { node { ...Event } }
    pageInfo { endCursor hasNextPage }
    totalCount
  }
}
fragment Event on EventRecord { id title description(format: {kind: "{html"}) dates { from to } }
"""
OPTIONS = """
[graphql]
items = "eventRecords.edges[*].node"
id = "id"
variables = { kind = "all" }
paging = { by = "cursor", page_info = "eventRecords.pageInfo", size = 2, total = "eventRecords.totalCount" }
[graphql.fields]
title = "title"
start_date = "dates.from"
landing_page = "https://www.example.org/termin/{id}"
"""
SKIP = """
[graphql]
items = "places"
id = "id"
paging = { by = "skip", size = 2 }
[graphql.fields]
title = "title"
"""


def events(count: int) -> list[dict[str, Any]]:
    return [{"id": str(n), "title": f"Termin {n}", "dates": {"from": f"2026-11-0{n + 1}"}} for n in range(count)]


def connection(asked: Asked, total: int = 5) -> dict[str, Any]:
    variables = json.loads(asked.body)["variables"]
    start = int(variables["after"] or 0)
    rows = events(total)[start : start + variables["first"]]
    info = {"endCursor": str(start + len(rows)), "hasNextPage": start + len(rows) < total}
    return {"eventRecords": {"edges": [{"node": row} for row in rows], "pageInfo": info, "totalCount": total}}


def hub(asked: Asked) -> Reply:
    return Reply({"data": connection(asked)})


@pytest.fixture
def harvest(tmp_path: Path) -> Callable[..., crawl_runs.Run]:
    """Harvests an interface; ``query`` is the file beside the source."""

    def run(api: JsonApi, options: str = OPTIONS, query: str | None = QUERY, **wishes: Any) -> crawl_runs.Run:
        source = f'url = "{api.url}/graphql"\nprotocol = "graphql"\nlimits = {{ retries = 0 }}\n{options}'
        folder = crawl_runs.write_region(tmp_path, hub=source)
        if query is not None:
            (folder / "sources/hub.graphql").write_text(query)
        return crawl_runs.crawl(folder, "hub", **wishes)

    return run


# --------------------------------------------------------------------------------------------------------------- pages


def test_cursor_pages_are_asked_for_by_variables_and_replayed(harvest: Callable[..., crawl_runs.Run]) -> None:
    with JsonApi(hub) as api:
        run = harvest(api)
        sent = [json.loads(asked.body) for asked in api.asked]
        assert [(each["variables"]["after"], each["variables"]["first"]) for each in sent] == [
            (None, 2),
            ("2", 2),
            ("4", 2),
        ]
        assert {each["variables"]["kind"] for each in sent} == {"all"}
        assert all(each["query"] == QUERY for each in sent)
        assert {asked.method for asked in api.asked} == {"POST"}
        again = harvest(api, state=run.state, replay=True)
        assert len(api.asked) == 3
    assert sorted(run.titles.values()) == [f"Termin {n}" for n in range(5)]
    assert again.titles == run.titles
    assert (run.report["coverage"], again.report["coverage"]) == ("complete", "complete")


def test_skip_pages_go_by_what_came(harvest: Callable[..., crawl_runs.Run]) -> None:
    def answer(asked: Asked) -> Reply:
        variables = json.loads(asked.body)["variables"]
        return Reply({"data": {"places": events(5)[variables["skip"] : variables["skip"] + variables["limit"]]}})

    with JsonApi(answer) as api:
        run = harvest(api, SKIP, "query ($skip: Int, $limit: Int) { places(skip: $skip, limit: $limit) { id title } }")
        assert [json.loads(asked.body)["variables"]["skip"] for asked in api.asked] == [0, 2, 4, 5]
    assert len(run.records) == 5
    assert run.report["coverage"] == "complete"


def test_F12_cursor_that_comes_again_ends_partial(harvest: Callable[..., crawl_runs.Run]) -> None:
    def answer(asked: Asked) -> Reply:
        data = connection(asked)
        data["eventRecords"]["pageInfo"] = {"endCursor": "2", "hasNextPage": True}
        return Reply({"data": data})

    with JsonApi(answer) as api:
        run = harvest(api)
        assert len(api.asked) == 2
    assert run.report["coverage"] == "partial"
    assert len(run.records) == 4


def test_page_info_that_the_query_does_not_name_is_told(harvest: Callable[..., crawl_runs.Run]) -> None:
    def answer(asked: Asked) -> Reply:
        data = connection(asked)
        del data["eventRecords"]["pageInfo"]
        return Reply({"data": data})

    with JsonApi(answer) as api:
        run = harvest(api)
    assert run.report["coverage"] == "partial"
    assert "hasNextPage" in run.report["failures"][0]


# -------------------------------------------------------------------------------------------------------------- errors

ERRORS = [{"message": "Feld „titel“ gibt es nicht", "path": ["eventRecords", 0, "titel"]}, {"message": "zweitens"}]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply({"data": None, "errors": ERRORS}), "Feld „titel“ gibt es nicht (eventRecords.0.titel); zweitens"),
        (Reply({"errors": [{"message": f"Fehler {n}"} for n in range(9)]}), "Fehler 4 (+4)"),
        (
            Reply({"data": {"eventRecords": {"edges": [{"node": {"id": "1", "title": None}}]}}, "errors": ERRORS}),
            "titel",
        ),
        (Reply({"errors": "kaputt"}), "kaputt"),
        (Reply({"errors": ERRORS}, 400), "Status 400"),
        (Reply({"data": None}), "data fehlt"),
        (Reply([1, 2]), "data fehlt"),
        (Reply({"data": {"andere": []}}), "eventRecords.edges[*].node"),
        (Reply(b"<!doctype html><title>Wartung</title>", headers={"Content-Type": "text/html"}), "Wartung"),
        (Reply(b'{"data": {"eventRecords": {"edg'), "kein JSON"),
        (Reply("nein", 500), "500"),
        (Reply({"error": "no"}, 401), "ALLMENDE_SOURCE_HUB__API_KEY"),
    ],
)
def test_F02_errors_with_status_200_fail_the_run(
    harvest: Callable[..., crawl_runs.Run], reply: Reply, said: str
) -> None:
    with JsonApi(lambda asked: reply) as api:
        run = harvest(api)
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert said in run.report["failure"]


def test_F14_errors_on_a_later_page_make_the_run_partial(harvest: Callable[..., crawl_runs.Run]) -> None:
    def answer(asked: Asked) -> Reply:
        late = json.loads(asked.body)["variables"]["after"] == "2"
        return Reply({"data": connection(asked), "errors": ERRORS}) if late else hub(asked)

    with JsonApi(answer) as api:
        run = harvest(api)
    assert (len(run.records), run.report["coverage"]) == (2, "partial")
    assert "zweitens" in run.report["failures"][0]


@pytest.mark.parametrize("document", [{"data": {}}, {"errors": []}, {"errors": None}, [], "x", None])
def test_no_errors(document: Any) -> None:
    assert messages(document) is None


# --------------------------------------------------------------------------------------------------------------- query


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("{ a }", 1),
        ("query Q($x: In = {a: {b: {c: 1}}}) { a(x: {y: {z: 1}}) { b } }", 2),
        ("{ a { ...F } } fragment F on T { b { ...G } } fragment G on U { c { d } }", 4),
        ("{ a { ... on T { b } ...F @include(if: true) } } fragment F on T { x }", 3),
        ('{ a(s: "}}}{{{ \\" {") { b(t: """ { "quoted" { """) } } # {{{{', 2),
        ("\ufeff{ a }", 1),
    ],
)
def test_depth_counts_fragments_and_neither_strings_nor_arguments(text: str, depth: int) -> None:
    assert check(text.removeprefix("\ufeff"), 12).depth == depth


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mutation { remove(id: 1) { id } }", "mutation"),
        ("subscription { events { id } }", "subscription"),
        ("query A { a } query B { b }", "query, query"),
        ("fragment F on T { a }", "nothing"),
        ("", "nothing"),
        ("{ a { b }", "brackets"),
        ("{ a } }", "brackets"),
        ("{ a(x: 1 }", "brackets"),
        ("{ a " + "{ b " * 12 + "}" * 13, "13 levels"),
        ("{ ...F } fragment F on T { a { ...G } } fragment G on T { ...F }", "contains itself"),
        ("{ ...F }", "is missing"),
        ("{ " + "a " * 60_000 + "}", "100000"),
    ],
)
def test_query_that_is_not_sent(text: str, said: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        check(text, 12)
    assert said in str(refused.value).replace("nichts", "nothing")
    assert refused.value.de != refused.value.en or said in ("mutation",)


def test_query_of_many_nested_fragments_is_measured_at_once() -> None:
    spreads = "".join(f"fragment F{n} on T {{ a {{ ...F{n + 1} ...F{n + 1} }} }} " for n in range(60))
    with pytest.raises(QueryRefused):
        check("{ ...F0 } " + spreads + "fragment F60 on T { a }", 12)


@pytest.mark.parametrize("piece", ['"', '"""', '\\"""', "{", "(", "...F", "# \n", '"a\\', '\n"x'])
def test_F49_queries_are_looked_over_in_linear_time(piece: str) -> None:
    began = time.process_time()
    with pytest.raises(QueryRefused):
        check((piece * 100_000)[:99_000], 12)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "name", ["../region.graphql", "/etc/passwd", "a.toml", "sub/a.graphql", "..graphql", "a\0.graphql"]
)
def test_F65_query_lies_beside_the_source_file(tmp_path: Path, name: str) -> None:
    folder = crawl_runs.write_region(tmp_path, hub='url = "https://x.example"\nprotocol = "graphql"\n')
    (folder / "region.graphql").write_text("{ a }")
    loaded = regions.load(folder, {})
    with pytest.raises(QueryRefused):
        load(loaded, loaded.sources[0], name, 12)


def test_missing_or_changing_query_fails_before_anything_is_asked(harvest: Callable[..., crawl_runs.Run]) -> None:
    with JsonApi(hub) as api:
        assert "sources/hub.graphql" in harvest(api, query=None).report["failure"]
        assert "mutation" in harvest(api, query="mutation { remove { id } }").report["failure"]
        assert api.asked == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"paging": {"by": "cursor"}}, "page_info"),
        ({"paging": {"by": "page"}}, "cursor"),
        ({"token": "https://anderswo.example/token"}, "own server"),
        ({"token": "//anderswo.example/token"}, "own server"),
        ({"url": "x"}, "Extra inputs"),
    ],
)
def test_wrong_options_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        GraphqlOptions(**given)
    assert said in str(refused.value)


def test_detection_knows_the_page_for_people_only() -> None:
    url = "https://hub.example/graphql"
    shown = Answer(url, url, 200, {}, b"<html><title>GraphiQL</title>", "text/html", 0.0)
    other = Answer(url, url, 200, {}, b"<html><title>Rathaus</title>", "text/html", 0.0)
    assert GraphqlSpider.detect(url, {url: shown}) is not None
    assert GraphqlSpider.detect(url, {url: other}) is None
    assert GraphqlSpider.detect(url, {}) is None


# --------------------------------------------------------------------------------------------------------------- token


def test_F69_token_is_had_for_id_and_secret_and_kept_nowhere(tmp_path: Path) -> None:
    token = "zugang-0815-kanarienvogel"

    def answer(asked: Asked) -> Reply:
        if asked.path == "/oauth/token":
            expected = "Basic " + base64.b64encode(b"kennung:geheim-4711").decode()
            if asked.headers["authorization"] != expected or asked.body != b"grant_type=client_credentials":
                return Reply({"error": "invalid_client"}, 401)
            return Reply({"access_token": token, "token_type": "Bearer", "expires_in": 7200})
        if asked.headers.get("authorization") != f"Bearer {token}":
            return Reply({"errors": [{"message": "unauthorized"}]}, 401)
        return Reply({"data": connection(asked), "extensions": {"token": token}})

    with JsonApi(answer) as api:
        options = OPTIONS.replace("[graphql]", '[graphql]\ntoken = "/oauth/token"', 1)
        folder = region(tmp_path, f"{api.url}/graphql", options, "graphql")
        (folder / "sources/usi-1.graphql").write_text(QUERY)
        done = allmende(folder, "harvest", "--json", key="kennung:geheim-4711")
        (result,) = orjson.loads(done.stdout)["sources"]
        assert (result["created"], result["coverage"]) == (5, "complete"), result
        assert [asked.path for asked in api.asked] == ["/oauth/token", *["/graphql"] * 3]
        refused = allmende(folder, "harvest", "--json", key="kennung:falsch")
        missing = allmende(folder, "harvest", "--json", key=None)
    for process, said in ((refused, "lehnt den Schlüssel ab"), (missing, "KENNUNG:GEHEIMNIS")):
        (result,) = orjson.loads(process.stdout)["sources"]
        assert result["status"] == "failed"
        assert said in result["reason"]
    searched = list(written(folder))
    assert any(b"Termin 4" in body for _, body in searched)
    secrets = (token.encode(), b"geheim-4711")
    assert [file for file, body in searched if any(secret in body for secret in secrets)] == []
    assert not any(secret in process.stdout + process.stderr for secret in secrets for process in (done, refused))


# --------------------------------------------------------------------------------------------------------- real engine

SCHEMA = """
type Query { eventRecords(first: Int!, after: String): EventConnection! }
type EventConnection { edges: [EventEdge!]! pageInfo: PageInfo! totalCount: Int! }
type EventEdge { node: EventRecord! }
type PageInfo { endCursor: String hasNextPage: Boolean! }
type EventRecord { id: ID! title: String! description(format: Format): String dates: Dates }
type Dates { from: String to: String }
input Format { kind: String }
"""


def test_real_engine_answers_the_query(harvest: Callable[..., crawl_runs.Run]) -> None:
    pytest.importorskip("graphql", reason="graphql-core is not installed: the test against a real engine is left out")
    graphql: Any = importlib.import_module("graphql")
    schema = graphql.build_schema(SCHEMA)

    def answer(asked: Asked) -> Reply:
        sent = json.loads(asked.body)
        root = {"eventRecords": lambda info, **given: connection(asked)["eventRecords"]}
        result = graphql.graphql_sync(schema, sent["query"], root, variable_values=sent["variables"])
        return Reply(result.formatted, 200 if result.data is not None else 400)

    with JsonApi(answer) as api:
        run = harvest(api, query=QUERY.replace("$first: Int,", "$first: Int!,"))
        assert sorted(run.titles.values()) == [f"Termin {n}" for n in range(5)]
        wrong = harvest(
            api, query="query ($first: Int!, $after: String) { eventRecords(first: $first, after: $after) { titel } }"
        )
    assert wrong.records == {}
    assert "Cannot query field" in wrong.report["failure"]
