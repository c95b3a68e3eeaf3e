"""The history of a dataset: what changed when and why, in words; any two versions; its twins for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from selectolax.lexbor import LexborHTMLParser

from catalog import database, tables
from schemas import iris, model
from schemas.kinds import Literal
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import words

LICENCES = "http://dcat-ap.de/def/licenses"


def file(number: int, **more: Any) -> model.Distribution:
    return model.Distribution(
        iri=f"https://x.example/file/{number}",
        title=(Literal(f"Datei {number}", "de"),),
        download_url=(f"https://x.example/{number}.csv",),
        **more,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    long = "Alle Bäume an den Straßen der Gemeinde, aufgenommen bei der Begehung im {} durch das Bauamt."
    with place_in(tmp_path_factory.mktemp("region")) as made:
        first = dataset(
            "Bäume",
            long.format("Frühjahr"),
            keyword=(Literal("Baum", "de"), Literal("Straße", "de")),
            distribution=(file(1, license=(f"{LICENCES}/dl-by-de/2.0",), byte_size=(Literal("1000"),)), file(2)),
        )
        made.publish(Stored("n", first), Stored("other", dataset("Anderes")))
        second = dataset(
            "Bäume",
            long.format("Herbst"),
            keyword=(Literal("Baum", "de"), Literal("Allee", "de")),
            distribution=(file(1, license=(f"{LICENCES}/dl-zero-de/2.0",), byte_size=(Literal("2000"),)), file(3)),
        )
        made.publish(Stored("n", second))
        made.publish(Stored("n", None))
        made.publish(Stored("n", second))
        yield made


def html(place: Place, address: str) -> LexborHTMLParser:
    answer = place.ask.get(address, accept="text/html")
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def fields(node: Any) -> dict[str, tuple[str, str]]:
    return {
        words(row.css_first("dt")): (
            words(row.css_first(".before")).removeprefix("bisher : "),
            words(row.css_first(".after")).removeprefix("danach : "),
        )
        for row in node.css(".changes > div")
    }


def test_each_version_is_told_with_what_changed(place: Place) -> None:
    page = html(place, f"/dataset/{place.slug('n')}/history")
    events = [words(node) for node in page.css(".timeline h3")]
    assert events == [
        "4. Januar 2026, 05:00 Uhr : Wieder veröffentlicht Fassung 3",
        "3. Januar 2026, 05:00 Uhr : Zurückgezogen",
        "2. Januar 2026, 05:00 Uhr : Geändert Fassung 2",
        "1. Januar 2026, 05:00 Uhr : Erstmals veröffentlicht Fassung 1",
    ]
    changed = page.css(".timeline > li")[2]
    told = fields(changed)
    assert told["Schlagwörter"] == ("Straße", "Allee")
    assert "1 Wert blieb gleich." in words(changed)
    assert "im Frühjahr durch" in told["Beschreibung"][0]
    assert next(words(node) for node in changed.css(".before del")) == "Frühjahr"
    assert told["Größe"] == ("1.000 Byte", "2.000 Byte")
    assert "Namensnennung" in told["Lizenz"][0]
    assert "Zero" in told["Lizenz"][1]
    assert [words(node) for node in changed.css(".file-change")] == [
        "Datei geändert: „Datei 1“",
        "Datei hinzugekommen: „Datei 3“",
        "Datei entfallen: „Datei 2“",
    ]


def test_two_versions_are_compared_in_either_order(place: Place) -> None:
    slug = place.slug("n")
    page = html(place, f"/dataset/{slug}/history?from=1&to=3")
    assert words(page.css_first("#compared")) == "Fassung 1 und Fassung 3 im Vergleich"
    assert fields(page.css_first("[aria-labelledby=compared]"))["Schlagwörter"] == ("Straße", "Allee")
    other = html(place, f"/en/dataset/{slug}/history?from=3&to=1")
    assert words(other.css_first("#compared")) == "Version 1 and version 3 compared"
    # The last version holds still.
    assert "Fassung 1 galt ab" in words(page.css_first("#compared + p"))
    assert "Fassung 3 gilt seit" in words(page.css_first("#compared + p"))
    same = html(place, f"/dataset/{slug}/history?from=2&to=3")
    assert "Beide Fassungen sagen dasselbe." in words(same.css_first("[aria-labelledby=compared]"))


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("from=1", 400, "from= und to="),
        ("from=a&to=2", 400, "from=a ist keine Zahl"),
        ("from=0&to=2", 400, "from=0 ist keine Zahl"),
        ("from=1&to=9", 404, "Fassung 9 gibt es nicht"),
        ("page=2", 404, "So viele Seiten"),
        ("page=x", 400, "page=x ist keine Zahl"),
    ],
)
def test_a_wrong_address_is_told_in_words(place: Place, query: str, status: int, said: str) -> None:
    for suffix in ("", ".json", ".atom"):
        answer = place.ask.get(f"/dataset/{place.slug('n')}/history{suffix}?{query}")
        assert (answer.status_code, said in answer.text) == (status, True)


def test_programs_read_the_same(place: Place) -> None:
    slug = place.slug("n")
    answer = place.ask.get(f"/dataset/{slug}/history.json?from=1&to=2")
    assert answer.headers["access-control-allow-origin"] == "*"
    told = answer.json()
    assert [(event["kind"], event["version"]) for event in told["events"]] == [
        ("returned", 3),
        ("withdrawn", None),
        ("updated", 2),
        ("created", 1),
    ]
    updated = told["events"][2]
    keywords = next(each for each in updated["changes"] if each["attribute"] == "keyword")
    assert keywords == {
        "attribute": "keyword",
        "old": [{"value": "Straße", "lang": "de"}],
        "new": [{"value": "Allee", "lang": "de"}],
        "kept": 1,
    }
    licence = next(each for each in updated["files"][0]["changes"] if each["attribute"] == "license")
    assert licence["new"] == [{"iri": f"{LICENCES}/dl-zero-de/2.0"}]
    assert told["comparison"]["changes"] == updated["changes"]
    assert (told["versions"], told["next"], told["withdrawn"]) == (3, None, None)


def test_the_feed_is_atom_and_its_entries_have_names_of_their_own(place: Place) -> None:
    answer = place.ask.get(f"/dataset/{place.slug('n')}/history.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    atom = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(f"{atom}entry")
    assert len({entry.findtext(f"{atom}id") for entry in entries}) == len(entries) == 4
    assert feed.findtext(f"{atom}updated") == "2026-01-04T04:00:00Z"
    assert "Schlagwörter" in (entries[2].findtext(f"{atom}content") or "")


def test_a_withdrawn_dataset_keeps_its_history(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        place.publish(Stored("n", dataset("Weg")))
        slug = place.slug("n")
        place.publish(Stored("n", None))
        assert place.ask.get(f"/dataset/{slug}", accept="text/html").status_code == 410
        page = html(place, f"/dataset/{slug}/history")
        assert "Zurückgezogen am 2. Januar 2026" in words(page.css_first("main"))
        assert place.ask.get("/dataset/nichts-abcdef/history").status_code == 404


def test_a_long_history_comes_page_by_page_and_nothing_is_missing(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        for number in range(1, 24):
            place.builder.publish(Stored("n", dataset("Titel", f"Fassung {number}")))
        slug = place.slug("n")
        first = place.ask.get(f"/dataset/{slug}/history.json").json()
        second = place.ask.get(f"/dataset/{slug}/history.json?page=2").json()
        assert [e["version"] for e in (*first["events"], *second["events"])] == list(range(23, 0, -1))
        assert first["next"].endswith("/history.json?page=2")
        # The oldest of a page is told against the one on the next page.
        assert first["events"][-1]["changes"][0]["old"][0]["value"] == "Fassung 3"
        assert "Ältere Fassungen" in html(place, f"/dataset/{slug}/history").body.text()  # type: ignore[union-attr]


def test_a_former_name_leads_to_the_history(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        place.publish(Stored("n", dataset("Weg")))
        with database.writing(place.builder.engine).begin() as connection:
            alias = {"slug": "pfad-abcdef", "key": iris.key("neuhof-portal", "n")}
            connection.execute(sa.insert(tables.aliases).values(**alias))
        for prefix, suffix in (("", ""), ("/en", ""), ("", ".json"), ("", ".atom")):
            answer = place.ask.get(f"{prefix}/dataset/pfad-abcdef/history{suffix}", accept="text/html")
            assert answer.status_code == 301
            assert answer.headers["location"] == f"{prefix}/dataset/{place.slug('n')}/history{suffix}"
        answer = place.ask.get("/dataset/pfad-abcdef?on=2026-01-01", accept="text/html")
        assert answer.headers["location"] == f"/dataset/{place.slug('n')}?on=2026-01-01"
