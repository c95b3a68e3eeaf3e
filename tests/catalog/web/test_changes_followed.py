"""``/changes`` and the feeds of changes: cursors, pages, conditions, municipalities, and what they say of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from catalog.feeds import jsonfeed
from catalog.reading.entries import Change
from tests.catalog.builder import BASE, Stored, dataset, region_in
from tests.catalog.web.asking import Place, place_in

_ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Three publications: two new datasets and one of Flieden, one of them changed, another withdrawn."""
    with place_in(tmp_path) as made:
        flieden = Stored("c", dataset("Drei"), "flieden-portal")
        made.publish(Stored("a", dataset("Eins")), Stored("b", dataset("Zwei <b>&")), flieden)
        made.publish(Stored("a", dataset("Eins neu")))
        made.publish(Stored("b", None))
        yield made


def asked(place: Place, address: str) -> dict[str, Any]:
    answer = place.ask.get(address)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_change_says_what_happened_to_which_dataset(place: Place) -> None:
    found = asked(place, "/changes?since=2")
    slug = next(c["slug"] for c in asked(place, "/changes")["changes"] if c["title"].startswith("Zwei"))
    assert found == {
        "since": "2",
        "until": "3",
        "next": None,
        "changes": [
            {
                "number": 3,
                "time": "2026-01-03T04:00:00Z",
                "kind": "withdrawn",
                "iri": found["changes"][0]["iri"],
                "key": found["changes"][0]["key"],
                "slug": slug,
                "title": "Zwei <b>&",
                "municipality": "neuhof",
                "html": None,
                "history": f"{BASE}/dataset/{slug}/history.json",
            }
        ],
    }
    assert found["changes"][0]["iri"] == f"{BASE}/id/dataset/{found['changes'][0]['key']}"
    assert place.ask.get(f"/dataset/{slug}/history.json").status_code == 200
    first = asked(place, "/changes")["changes"][0]
    assert first["html"] == f"{BASE}/dataset/{first['slug']}"
    assert place.ask.get(f"/dataset/{first['slug']}").status_code == 200


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_pages_lead_to_each_other_and_then_to_what_comes(place: Place, size: int) -> None:
    whole = asked(place, "/changes")["changes"]
    assert [(c["number"], c["kind"]) for c in whole] == [
        (1, "created"),
        (1, "created"),
        (1, "created"),
        (2, "updated"),
        (3, "withdrawn"),
    ]
    found, address = [], f"/changes?size={size}"
    while True:
        answer = place.ask.get(address)
        page = answer.json()
        assert len(page["changes"]) <= size
        found += page["changes"]
        if page["next"] is None:
            assert "link" not in answer.headers
            break
        assert answer.headers["link"] == f'<{page["next"]}>; rel="next"; type="application/json"'
        address = page["next"].removeprefix(BASE)
    assert found == whole
    assert page["until"] == "3"
    place.publish(Stored("d", dataset("Vier")))
    assert [c["title"] for c in asked(place, f"/changes?since={page['until']}")["changes"]] == ["Vier"]


def test_an_answer_changes_only_with_a_change_that_it_shows(place: Place) -> None:
    address = "/changes?since=1&municipality=flieden"
    before = place.ask.get(address)
    assert before.json() == {"since": "1", "until": "1", "next": None, "changes": []}
    place.publish(Stored("a", dataset("Eins, wieder neu")))
    assert place.ask.get(address, if_none_match=before.headers["etag"]).status_code == 304
    place.publish(Stored("c", dataset("Drei neu"), "flieden-portal"))
    after = place.ask.get(address, if_none_match=before.headers["etag"])
    assert [c["title"] for c in after.json()["changes"]] == ["Drei neu"]
    assert after.headers["last-modified"] == "Mon, 05 Jan 2026 04:00:00 GMT"
    assert after.headers["access-control-allow-origin"] == "*"


def test_a_full_answer_is_another_once_more_follows(place: Place) -> None:
    before = place.ask.get("/changes?size=5")
    assert (len(before.json()["changes"]), before.json()["next"]) == (5, None)
    place.publish(Stored("d", dataset("Vier")))
    after = place.ask.get("/changes?size=5", if_modified_since=before.headers["last-modified"])
    assert after.status_code == 200
    assert after.json()["next"] is not None
    again = place.ask.get("/changes?size=5", if_modified_since=after.headers["last-modified"])
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("since=4", 400, "since=4"),
        ("since=4-1", 400, "since=0"),
        ("since=-1", 400, "since"),
        ("since=1-", 400, "since"),
        ("since=²", 400, "since"),
        ("since=99999999999999999999", 400, "since"),
        ("size=0", 400, "size"),
        ("size=1001", 400, "size"),
        ("municipality=atlantis", 404, "Gemeinde"),
    ],
)
def test_what_is_no_cursor_is_refused_and_named(place: Place, query: str, status: int, word: str) -> None:
    answer = place.ask.get(f"/changes?{query}")
    assert answer.status_code == status
    assert word in answer.text


def test_a_new_catalogue_has_no_changes_yet(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        assert asked(place, "/changes?since=0") == {"since": "0", "until": "0", "next": None, "changes": []}
        assert asked(place, "/feed.json")["items"] == [], "the standard demands the list"
        assert asked(place, "/feed.json")["version"] == "https://jsonfeed.org/version/1.1"


def test_the_json_feed_has_the_entries_of_the_atom_feed(place: Place) -> None:
    for query in ("", "?municipality=neuhof"):
        answer, feed = place.ask.get(f"/feed.json{query}"), asked(place, f"/feed.json{query}")
        assert answer.headers["content-type"] == "application/feed+json"
        assert feed["feed_url"] == f"{BASE}/feed.json{query}"
        assert place.ask.get(feed["home_page_url"].removeprefix(BASE)).status_code == 200
        root = ElementTree.fromstring(place.ask.get(f"/feed.atom{query}").content)
        assert root.findtext(f"{_ATOM}title") == feed["title"]
        for name, element in (
            ("id", "id"),
            ("title", "title"),
            ("date_published", "updated"),
            ("content_text", "content"),
        ):
            said = [entry.findtext(f"{_ATOM}{element}") for entry in root.iter(f"{_ATOM}entry")]
            assert [item[name] for item in feed["items"]] == said
        changes = asked(place, f"/changes{query}")["changes"]
        assert [item["_change"] for item in feed["items"]] == changes[::-1]
        assert [item["tags"] for item in feed["items"]] == [[change["kind"]] for change in changes[::-1]]
        assert place.ask.get(f"/feed.json{query}", if_none_match=answer.headers["etag"]).status_code == 304
    assert place.ask.get("/feed.json?municipality=atlantis").status_code == 404
    assert place.ask.get("/feed.atom?municipality=atlantis").status_code == 404


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")), st.text("0123456789TZ:-"))
def test_F62_whatever_a_title_holds_an_item_is_valid(title: str, slug: str, time: str) -> None:
    change = Change(1, time, "k", slug, title, "x", "updated", "urn:x")
    (item,) = orjson.loads(jsonfeed.write(region_in(Path("/nowhere")), [change]))["items"]
    # https://www.jsonfeed.org/version/1.1/: an id, and one of both contents; an empty date is none.
    assert isinstance(item["id"], str)
    assert title in item["content_text"]
    assert item.get("date_published", "") == time
    assert item["url"].isascii()
