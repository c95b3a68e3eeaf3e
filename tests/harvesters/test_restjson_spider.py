"""The restjson spider on loopback: lists of all shapes, the ways that they go on, keys, what ends a run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from harvesters.answer import Answer
from harvesters.configured.guesses import guess
from harvesters.spiders.restjson import RestJsonOptions, RestJsonSpider
from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls
from tests.harvesters.json_api import Asked, JsonApi, Reply

FIELDS = {"title": "name", "landing_page": "https://www.example.org/daten/{id}"}


def entry(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"n{number}", "name": f"Daten {number}", **more}


def entries(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [entry(number) for number in range(start, start + count)]


def options(**more: Any) -> dict[str, Any]:
    return {"id": "id", "fields": FIELDS, **more}


def once(crawls: Crawls, reply: Reply, chosen: dict[str, Any], **wishes: Any) -> Run:
    with JsonApi(lambda asked: reply) as api:
        return crawls.crawl("restjson", f"{api.url}/api", chosen, **wishes)


# ---------------------------------------------------------------------------------------------------------- shapes


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ([entry(1), entry(2)], None),
        ({"results": [entry(1), entry(2)], "count": 2}, None),
        ({"a": {"b": [entry(1), entry(2)]}, "c": [entry(3)]}, "a.b"),
        ({"groups": [{"rows": [entry(1)]}, {"rows": [entry(2)]}]}, "groups[*].rows"),
        ({"x": entry(1), "y": entry(2)}, "*"),
        (b'{"id": "n1", "name": "Daten 1"}\n{"id": "n2", "name": "Daten 2"}\n', None),
        (b"\xef\xbb\xbf" + json.dumps([entry(1), entry(2)]).encode(), None),
    ],
    ids=["list", "only-list", "path", "star", "object-of-objects", "ndjson", "bom"],
)
def test_list_is_found(crawls: Crawls, body: Any, items: str | None) -> None:
    run = once(crawls, Reply(body), options(**({"items": items} if items else {})))
    assert run.titles == {"n1": "Daten 1", "n2": "Daten 2"}
    assert run.report["coverage"] == "complete"


def test_one_object_is_one_record(crawls: Crawls) -> None:
    assert once(crawls, Reply(entry(7)), options()).titles == {"n7": "Daten 7"}


def test_key_of_an_object_is_an_identifier(crawls: Crawls) -> None:
    run = once(crawls, Reply({"52": {"name": "Eins"}, "53": {"name": "Zwei"}}), options(items="*", id="@key"))
    assert run.titles == {"52": "Eins", "53": "Zwei"}


def test_F22_bad_lines_and_entries_stop_nothing(crawls: Crawls) -> None:
    body = b'{"id": "n1", "name": "Daten 1"}\n{"id": "n2", "na\n"text"\n{"id": "n3", "name": "Daten 3"}\n'
    run = once(crawls, Reply(body, headers={"Content-Type": "application/x-ndjson"}), options())
    assert set(run.records) == {"n1", "n3"}
    assert len(run.unusable) == 2
    assert run.report["coverage"] == "complete"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(b"<!doctype html><title>Wartung</title>", headers={"Content-Type": "text/html"}), "Wartung"),
        (Reply(b" "), "leer"),
        (Reply(json.dumps(entries(3)).encode()[:40]), "kein JSON"),
        (Reply({"success": False, "error": "kaputt"}), "kaputt"),
        (Reply({"liste": 3}), "items"),
        (Reply("nein", 500), "500"),
    ],
    ids=["F01-html", "F03-empty", "F21-cut", "F02-error", "no-list", "F25-status"],
)
def test_F01_F02_unusable_answer_fails_the_run(crawls: Crawls, reply: Reply, said: str) -> None:
    run = once(crawls, reply, options(items="data.list"))
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert said in run.report["failure"]


def test_F04_empty_list_is_complete_with_no_record(crawls: Crawls) -> None:
    for body, items in (([], None), ({"data": []}, "data"), ({"data": []}, "data[*]"), ({}, "*")):
        run = once(crawls, Reply(body), options(**({"items": items} if items else {})))
        assert (run.records, run.report["coverage"], run.report["pages"]) == ({}, "complete", 1), body


# ---------------------------------------------------------------------------------------------------------- paging


def paged(total: int, size: int, beyond: int = 200) -> Any:
    def answer(asked: Asked) -> Reply:
        number = int(asked.query.get("page", 1))
        rows = entries(total)[(number - 1) * size : number * size]
        if not rows and beyond != 200:
            return Reply({"detail": "Invalid page."}, beyond)
        return Reply({"rows": rows, "total": total})

    return answer


PAGE = {"by": "page", "size_parameter": "limit", "size": 10}


@pytest.mark.parametrize("beyond", [200, 404])
def test_F79_pages_by_number_until_nothing_comes_though_rows_are_capped(crawls: Crawls, beyond: int) -> None:
    with JsonApi(paged(13, 5, beyond)) as api:
        run = crawls.crawl("restjson", api.url, options(items="rows", paging=PAGE))
        assert [asked.query["page"] for asked in api.asked] == ["1", "2", "3", "4"]
        assert {asked.query["limit"] for asked in api.asked} == {"10"}
    assert len(run.records) == 13
    assert run.report["coverage"] == "complete"


def test_pages_end_where_the_stated_total_is_reached(crawls: Crawls) -> None:
    with JsonApi(paged(13, 5)) as api:
        run = crawls.crawl("restjson", api.url, options(items="rows", paging={**PAGE, "total": "total"}))
        assert len(api.asked) == 3
    assert (len(run.records), run.report["stated"], run.report["coverage"]) == (13, 13, "complete")


def test_offsets_go_by_what_came(crawls: Crawls) -> None:
    def answer(asked: Asked) -> Reply:
        start = int(asked.query["start"])
        return Reply(entries(25)[start : start + min(8, int(asked.query["rows"]))])

    paging = {"by": "offset", "parameter": "start", "size_parameter": "rows", "size": 10}
    with JsonApi(answer) as api:
        run = crawls.crawl("restjson", f"{api.url}/?start=99&lang=de", options(paging=paging))
        assert [asked.query["start"] for asked in api.asked] == ["0", "8", "16", "24", "25"]
        assert {asked.query["lang"] for asked in api.asked} == {"de"}
    assert len(run.records) == 25


def test_cursor_is_followed_until_there_is_none(crawls: Crawls) -> None:
    def answer(asked: Asked) -> Reply:
        at = int(asked.query.get("after", "c0")[1:])
        return Reply({"rows": entries(2, at), "meta": {"next": f"c{at + 2}" if at < 4 else None}})

    paging = {"by": "cursor", "parameter": "after", "cursor": "meta.next"}
    run = once_api(crawls, answer, options(items="rows", paging=paging))
    assert len(run.records) == 6
    assert run.report["coverage"] == "complete"


def once_api(crawls: Crawls, answer: Any, chosen: dict[str, Any], **wishes: Any) -> Run:
    with JsonApi(answer) as api:
        return crawls.crawl("restjson", api.url, chosen, **wishes)


@pytest.mark.parametrize("by_header", [False, True], ids=["in-the-answer", "Link"])
def test_next_address_is_followed_and_replayed(crawls: Crawls, by_header: bool) -> None:
    def answer(asked: Asked) -> Reply:
        at = int(asked.query.get("s", 0))
        # As a server behind a proxy writes it: with the scheme and the port that it sees.
        address = f"https://127.0.0.1/?s={at + 2}" if at < 4 else ""
        if by_header:
            link = {"Link": f'<https://127.0.0.1/>; rel="first", <{address}>; rel="next"'} if address else {}
            return Reply(entries(2, at), headers=link)
        return Reply({"rows": entries(2, at), "links": {"next": address or None}})

    chosen = options(paging={"by": "next", "next": "Link" if by_header else "links.next"})
    with JsonApi(answer) as api:
        run = crawls.crawl("restjson", api.url, chosen)
        asked = len(api.asked)
        again = crawls.crawl("restjson", api.url, chosen, state=run.state, replay=True)
        assert len(api.asked) == asked == 3
    assert len(run.records) == 6
    assert again.titles == run.titles
    assert again.report["coverage"] == run.report["coverage"] == "complete"


def test_next_address_on_another_server_is_not_fetched(crawls: Crawls) -> None:
    body = {"rows": entries(2), "next": "https://anderswo.example/liste?page=2"}
    run = once(crawls, Reply(body), options(paging={"by": "next", "next": "next"}))
    assert len(run.records) == 2
    assert run.report["coverage"] == "partial"
    assert "anderswo.example" in run.report["failures"][0]


def test_F11_same_page_for_ever_ends_partial(crawls: Crawls) -> None:
    with JsonApi(lambda asked: Reply(entries(3))) as api:
        run = crawls.crawl("restjson", api.url, options(paging={"by": "page"}))
        assert len(api.asked) == 2
    assert (len(run.records), run.report["coverage"]) == (3, "partial")


def test_F12_circle_of_next_addresses_ends_partial(crawls: Crawls) -> None:
    def answer(asked: Asked) -> Reply:
        at = int(asked.query.get("s", 1))
        return Reply({"rows": entries(2, at * 2), "next": f"/?s={at % 3 + 1}", "at": at})

    with JsonApi(answer) as api:
        run = crawls.crawl("restjson", f"{api.url}/?s=1", options(items="rows", paging={"by": "next", "next": "next"}))
        assert len(api.asked) == 3
    assert (len(run.records), run.report["coverage"]) == (6, "partial")


def test_F14_failing_page_makes_the_run_partial(crawls: Crawls) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply("voll", 500) if asked.query["page"] == "3" else paged(30, 5)(asked)

    run = once_api(crawls, answer, options(items="rows", paging={"by": "page"}))
    assert (len(run.records), run.report["coverage"]) == (10, "partial")


def test_F14_missing_page_behind_a_full_one_makes_the_run_partial(crawls: Crawls) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply("weg", 404) if asked.query["page"] == "3" else paged(30, 10)(asked)

    run = once_api(crawls, answer, options(items="rows", paging=PAGE))
    assert (len(run.records), run.report["coverage"]) == (20, "partial")


def test_F05_fewer_than_stated_makes_the_run_partial(crawls: Crawls) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply({"rows": entries(3) if asked.query["page"] == "1" else [], "total": 9})

    run = once_api(crawls, answer, options(items="rows", paging={"by": "page", "total": "total"}))
    assert run.report["coverage"] == "partial"
    assert "9" in run.report["failures"][0]


def test_F16_entry_that_comes_twice_counts_once(crawls: Crawls) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply({1: entries(3), 2: entries(3, 2)}.get(int(asked.query["page"]), []))

    run = once_api(crawls, answer, options(paging={"by": "page"}))
    assert len(run.records) == 5
    assert [rule for rule, _ in run.report["findings"]] == ["list-changed-while-paging"]


def test_unchanged_pages_are_asked_for_with_their_validators(crawls: Crawls) -> None:
    chosen = options(items="rows", paging={**PAGE, "total": "total"})
    with JsonApi(paged(13, 5), tags=True) as api:
        first = crawls.crawl("restjson", api.url, chosen)
        api.asked.clear()
        again = crawls.crawl("restjson", api.url, chosen, state=first.state)
        assert len(api.asked) == 4
        assert all("if-none-match" in asked.headers for asked in api.asked[:3])
    assert {key for key, record in again.records.items() if record["unchanged"]} == set(first.records)
    assert again.report["coverage"] == "complete"


# ------------------------------------------------------------------------------------------------------ one dataset


def test_live_answer_is_one_dataset_that_does_not_change_with_its_values(crawls: Crawls) -> None:
    def lots(free: int) -> Reply:
        return Reply([{"name": "P1", "free": free, "ort": {"lat": 50.4}}, {"name": "P2", "free": free + 1}])

    first = once(crawls, lots(5), {"one": True, "fields": {"title": "=Parkplätze"}})
    ((native_id, record),) = first.records.items()
    assert (native_id, record["title"]) == ("answer", "Parkplätze")
    assert "2 Einträge. Felder: name (Text), free (Zahl), ort.lat (Zahl)." in record["ntriples"]
    free = once(crawls, lots(77), {"one": True, "fields": {"title": "=Parkplätze"}})
    assert free.state["hashes"] != {}
    changed = once(crawls, Reply([{"name": "P1", "frei": 1}, {"name": "P2"}]), {"one": True, "fields": {"title": "=P"}})
    assert "frei (Zahl)" in changed.records["answer"]["ntriples"]


def test_live_answer_is_unchanged_whatever_its_values(crawls: Crawls) -> None:
    free = iter(range(100))
    with JsonApi(lambda asked: Reply([{"name": "P1", "free": next(free)}])) as api:
        first = crawls.crawl("restjson", api.url, {"one": True})
        again = crawls.crawl("restjson", api.url, {"one": True}, state=first.state)
    assert first.records["answer"]["title"] == "S"
    assert again.records["answer"]["unchanged"]


def test_list_in_pages_can_be_one_dataset_with_its_total(crawls: Crawls) -> None:
    paging = {**PAGE, "total": "total"}
    with JsonApi(paged(25, 10)) as api:
        run = crawls.crawl("restjson", api.url, {"one": True, "items": "rows", "paging": paging})
        assert len(api.asked) == 1
    assert "25 Einträge" in run.records["answer"]["ntriples"]
    assert run.report["coverage"] == "complete"


# ------------------------------------------------------------------------------------------------------------- keys


@pytest.mark.parametrize("status", [401, 403])
def test_key_that_is_missing_is_named(crawls: Crawls, status: int) -> None:
    run = once(crawls, Reply({"error": "who are you"}, status), options())
    assert "ALLMENDE_SOURCE_S__API_KEY" in run.report["failure"]
    assert str(status) in run.report["failure"]
    assert run.report["pages"] == 0


# --------------------------------------------------------------------------------------------- options and detection


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"fields": {"titel": "name"}}, "unknown field 'titel'"),
        ({"fields": {"description": "x"}}, "fields.title is missing"),
        ({"fields": {"title": "name[?(@.x)]"}}, "no path"),
        ({"fields": {"title": "{name"}}, "brace"),
        ({"fields": {"title": {"path": "a", "value": "b"}}}, "one of path, value and template"),
        ({"fields": {"title": "a"}, "distribution": {"url": "x"}}, "unknown field 'url'"),
        ({"paging": {"by": "cursor"}}, "needs cursor"),
        ({"paging": {"by": "next"}}, "needs next"),
        ({"paging": {"by": "page", "size": 5}}, "belong together"),
        ({"header": "X-Key: a\r\nX-B"}, "pattern"),
        ({"api_key": "geheim"}, "Extra inputs"),
    ],
)
def test_wrong_options_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        RestJsonOptions(**given)
    assert said in str(refused.value)


def test_detection_proposes_a_mapping() -> None:
    url = "https://api.example/datasets"
    rows = [
        {"id": n, "name": f"Daten {n}", "link": f"https://x.example/{n}", "file": "https://x.example/a.csv"}
        for n in (1, 2)
    ]
    body = json.dumps({"meta": {"count": 2}, "data": {"rows": rows}}).encode()
    found = RestJsonSpider.detect(url, {url: Answer(url, url, 200, {}, body, "application/json", 0.0)})
    assert found is not None
    assert (found.count, found.samples) == (2, ("Daten 1", "Daten 2"))
    assert RestJsonOptions(**found.options).items is not None
    assert found.options["fields"] == {"title": "name", "landing_page": "link"}
    assert found.options["distribution"] == [{"access_url": "file", "download_url": "file"}]
    assert found.certainty < 20


@pytest.mark.parametrize(
    ("links", "fields", "distribution"),
    [
        (("a.csv", "b.JSON"), {}, {"access_url": "url", "download_url": "url"}),
        (("a.xlsx?v=2", "b.pdf#s"), {}, {"access_url": "url", "download_url": "url"}),
        (("a.csv", "b.csv", "seite"), {}, {"access_url": "url"}),
        (("a", "b.html"), {"landing_page": "url"}, None),
    ],
)
def test_link_that_ends_as_data_is_proposed_as_a_distribution(
    links: tuple[str, ...], fields: dict[str, str], distribution: dict[str, str] | None
) -> None:
    found = guess([{"titel": f"Daten {link}", "url": f"https://x.example/{link}"} for link in links])
    assert found is not None
    assert found.options["fields"] == {"title": "titel", **fields}
    assert found.options.get("distribution") == (None if distribution is None else [distribution])


def test_page_beside_a_link_to_the_file_stays_the_page() -> None:
    found = guess([{"name": "A", "url": "https://x.example/a.csv", "web": "https://x.example/a"}])
    assert found is not None
    assert found.options["fields"] == {"title": "name", "landing_page": "web"}
    assert found.options["distribution"] == [{"access_url": "url", "download_url": "url"}]


@pytest.mark.parametrize(
    ("field", "attribute"),
    [(name, "modified") for name in ("aktualisiert", "geaendert", "Geändert", "updated", "lastModified", "stand")]
    + [(name, "issued") for name in ("erstellt", "created", "createdAt", "Veröffentlicht")],
)
def test_dates_are_proposed_by_their_usual_names(field: str, attribute: str) -> None:
    entry = {"titel": "A", "url": "https://x.example/a.csv"}
    found = guess([{**entry, field: "2026-03-01"}, {**entry, field: "1.3.2026"}])
    assert found is not None
    assert found.options["fields"] == {"title": "titel", attribute: field}
    found = guess([{**entry, field: "in Arbeit"}])
    assert found is not None
    assert found.options["fields"] == {"title": "titel"}


def test_detection_takes_a_list_of_values_for_one_dataset() -> None:
    found = guess([{"name": "P1", "free": 3}])
    assert found is not None
    assert found.options == {"one": True}
    assert guess({"a": 1}) is None
    assert guess("text") is None
