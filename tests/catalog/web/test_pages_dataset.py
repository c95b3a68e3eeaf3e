"""The dataset page: the file first, facts, findings, origin, versions, machine forms, what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from selectolax.lexbor import LexborHTMLParser

from schemas import model
from schemas.findings import Finding, Severity
from schemas.kinds import Literal
from schemas.validation import MISSING, RECOMMENDED
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.web.asking import AUTHORITY, SERIES, Place, companions, place_in, whole
from tests.catalog.web.pages_reading import DATE, NOW, addresses, detail, file, filled, first, read, words
from tests.catalog.web.payloads import ADDRESSES


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        made.app.state.now = lambda: NOW
        yield made


@pytest.fixture
def full(place: Place) -> Place:
    return filled(place)


def test_dataset_page_offers_the_file_first(full: Place) -> None:
    page = read(full, f"/dataset/{full.slug('bad', 'flieden-portal')}")
    assert words(first(page, "h1")) == "Badegewässer im Kreis"
    assert first(page, ".prose strong").text() == "Wasserqualität"
    main = first(page, ".actions a.kern-btn--primary")
    assert (words(main), main.attributes["href"]) == ("CSV (293 kB) herunterladen", "https://x.example/1.csv")
    cards = page.css("article.card")
    assert [words(card.css_first("h3")) for card in cards] == ["Datei Nummer 1", "Datei Nummer 2"]
    assert "Frei nutzbar, Quelle nennen" in words(cards[0])
    assert "nicht angegeben" in words(cards[1])
    assert "verschiedene Lizenzen" in words(first(page, ".licence"))


def test_dataset_page_tells_the_facts(full: Place) -> None:
    page = read(full, f"/dataset/{full.slug('bau')}")
    assert detail(page, "Herausgeber") == "Bauamt Neuhof"
    assert detail(page, "Ansprechstelle") == "Bauamt , bauamt@neuhof.example"
    assert detail(page, "Thema") == "Regionen und Städte"
    assert detail(page, "Zeitraum") == "seit 1. Januar 2026"
    assert detail(page, "Aktualisierung") == "jährlich"
    assert detail(page, "Sprache") == "Deutsch"
    assert detail(page, "Datenserie") == "Baupläne"
    assert detail(page, "Datendienst") == "Kartendienst"
    assert "Neuhof" in detail(page, "Ort")
    assert detail(page, "Zuerst gesehen") == "1. Januar 2026, 05:00 Uhr"
    assert "/datasets?theme=REGI" in addresses(page)
    assert "/datasets?q=%22bauen%22" in addresses(page)
    assert words(first(page, ".licence")).startswith("Frei nutzbar, Quelle nennen (")


def test_dataset_page_tells_where_each_value_came_from_but_no_value_that_was_left_out(full: Place) -> None:
    page = read(full, f"/dataset/{full.slug('bau')}")
    assert "Titel titel text" in [words(row) for row in page.css("#origin ~ details tbody tr")]
    left = page.css("#origin ~ details")[1]
    assert "1 Feld der Quelle hat hier keinen Platz" in words(left)
    assert [words(code) for code in left.css("code")] == ["x"]


def test_findings_are_sentences_grouped_by_weight_with_a_remedy(place: Place) -> None:
    iri = f"{BASE}/id/distribution/datei1"
    path = "http://purl.org/dc/terms/temporal"
    spatial = "http://purl.org/dc/terms/spatial"
    place.publish(
        Stored(
            "a",
            dataset("Mit Befunden", distribution=(file(1),)),
            findings=(
                Finding(Severity.WARNING, "x", path, RECOMMENDED, ("temporal",)),
                Finding(Severity.WARNING, iri, spatial, RECOMMENDED, ("spatial",)),
                Finding(Severity.VIOLATION, "x", "http://purl.org/dc/terms/title", MISSING, ("title",)),
                Finding(Severity.INFO, "x", None, "regel-von-frueher", ("wert",)),
            ),
        )
    )
    page = read(place, f"/dataset/{place.slug('a')}")
    section = next(node for node in page.css("section") if node.attributes.get("aria-labelledby") == "quality")
    assert [words(node) for node in section.css("h4")] == [
        "Muss behoben werden 1 Befund",
        "Sollte ergänzt werden 2 Befunde",
        "Zur Kenntnis 1 Befund",
    ]
    said = words(section)
    assert "Die Pflichtangabe „Titel“ (title) fehlt. So wird es besser: Ergänzen Sie „Titel“ (title)" in said
    assert "Diese empfohlenen Angaben fehlen: „Zeitraum“ (temporal) „Ort“ (spatial) Betrifft: Datei Nummer 1" in said
    assert "regel-von-frueher: wert" in said
    # Citizens read what is missing in words; what stewards read of it is folded.
    beside = section.css("h3 + ul > li")
    assert [words(each) for each in beside] == [
        "Pflichtangaben fehlen: Titel.",
        "Empfohlene Angaben fehlen: Zeitraum, Ort (bei Dateien).",
    ]
    assert len(section.css("details:not([open]) h4")) == 3
    assert "4 Befunde für die Redaktion, mit Rat" in said


def test_what_only_the_series_lacks_is_not_said_to_be_missing_of_the_dataset(place: Place) -> None:
    spatial = "http://purl.org/dc/terms/spatial"
    findings = (
        Finding(Severity.WARNING, SERIES, spatial, RECOMMENDED, ("spatial",)),
        Finding(Severity.WARNING, "x", "http://purl.org/dc/terms/temporal", RECOMMENDED, ("temporal",)),
    )
    place.publish(*companions(), Stored("a", dataset("Haushalt", in_series=(SERIES,)), findings=findings))
    section = first(read(place, f"/dataset/{place.slug('a')}"), "[aria-labelledby=quality]")
    said = [words(each) for each in section.css("h3 + ul > li")]
    assert said == ["Empfohlene Angaben fehlen: Ort (bei der Datenserie), Zeitraum."]
    assert "„Ort“ (spatial) Betrifft: Datenserie" in words(section)


@pytest.mark.parametrize(
    ("end", "series", "badge", "check"),
    [
        ("2024-12-31", True, "Zeitraum abgeschlossen", "Die Daten sind ein abgeschlossener Teil einer Reihe."),
        ("2026-12-31", True, "Überfällig seit 329 Tagen", "Die Daten sind seit 329 Tagen überfällig."),
        ("2024-12-31", False, "Überfällig seit 329 Tagen", "Die Daten sind seit 329 Tagen überfällig."),
    ],
)
def test_a_part_of_a_series_whose_time_is_over_is_not_overdue(
    place: Place, end: str, series: bool, badge: str, check: str
) -> None:
    period = model.PeriodOfTime(start_date=(Literal("2024-01-01", None, DATE),), end_date=(Literal(end, None, DATE),))
    budget = dataset(
        "Haushalt 2024",
        accrual_periodicity=(f"{AUTHORITY}/frequency/ANNUAL",),
        modified=(Literal("2024-02-15", None, DATE),),
        temporal=(period,),
        in_series=(SERIES,) if series else (),
    )
    place.publish(*companions(), Stored("a", budget))
    page = read(place, f"/dataset/{place.slug('a')}")
    assert [words(node) for node in page.css(".badges .badge")] == [badge]
    assert check in words(first(page, "[aria-labelledby=quality]"))


def test_a_dataset_without_findings_is_said_to_be_well(full: Place) -> None:
    page = read(full, f"/dataset/{full.slug('bau')}")
    assert "erfüllt alle Regeln von DCAT-AP.de" in words(first(page, "main"))


@pytest.mark.parametrize(
    ("rhythm", "modified", "word"),
    [
        ("WEEKLY", "2026-01-08", "Aktuell"),
        ("WEEKLY", "2025-12-30", "Aktuell"),
        ("WEEKLY", "2025-12-20", "Überfällig seit 14 Tagen"),
        ("ANNUAL", "2024-01-09", "Überfällig seit 366 Tagen"),
        ("IRREG", "2020-01-01", ""),
        ("WEEKLY", "irgendwann", ""),
    ],
)
def test_whether_data_are_kept_up(place: Place, rhythm: str, modified: str, word: str) -> None:
    rhythm_iri = (f"{AUTHORITY}/frequency/{rhythm}",)
    place.publish(Stored("a", dataset("A", accrual_periodicity=rhythm_iri, modified=(Literal(modified, None, DATE),))))
    badges = [words(node) for node in read(place, f"/dataset/{place.slug('a')}").css(".badges .badge")]
    assert badges == ([word] if word else [])


@pytest.mark.parametrize(
    ("licence", "meaning"),
    [
        ("http://dcat-ap.de/def/licenses/cc-zero", "Frei nutzbar ohne Bedingungen"),
        ("http://dcat-ap.de/def/licenses/cc-by/4.0", "Frei nutzbar, Quelle nennen"),
        ("http://dcat-ap.de/def/licenses/cc-by-nc/4.0", "Nur eingeschränkt nutzbar"),
        ("https://x.example/unsere-lizenz", "Nutzungsbedingungen vor Gebrauch prüfen"),
        (None, "Es ist keine Lizenz angegeben."),
    ],
)
def test_F76_only_what_is_free_is_called_free(place: Place, licence: str | None, meaning: str) -> None:
    place.publish(Stored("a", dataset("A", distribution=(file(1, license=(licence,) if licence else ()),))))
    page = read(place, f"/dataset/{place.slug('a')}")
    assert words(first(page, ".licence")).startswith(meaning)
    free = data_block(page).get("isAccessibleForFree")
    assert free is (True if meaning.startswith("Frei") else None)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_file_whose_address_is_none_has_no_button(place: Place, address: str) -> None:
    bad = file(1, access_url=(address,), download_url=(address,), page=(address,))
    place.publish(Stored("a", dataset("A", distribution=(bad,), landing_page=(address,))))
    page = read(place, f"/dataset/{place.slug('a')}")
    assert "Es ist keine Datei angegeben, die man herunterladen kann." in words(first(page, ".actions"))
    assert address not in addresses(page)


def test_texts_carry_their_language(place: Place) -> None:
    both = model.Dataset(title=(Literal("Gewässer", "de"), Literal("Waters", "en")))
    place.publish(Stored("a", both), Stored("b", dataset("Nur deutsch", "Beschreibung")))
    slug = place.slug("a")
    assert words(first(read(place, f"/dataset/{slug}"), "h1")) == "Gewässer"
    english = first(read(place, f"/en/dataset/{slug}"), "h1")
    assert (words(english), english.attributes.get("lang")) == ("Waters", None)
    german = first(read(place, f"/en/dataset/{place.slug('b')}"), "h1")
    assert (words(german), german.attributes.get("lang")) == ("Nur deutsch", "de")
    hit = first(read(place, "/en/datasets?q=deutsch"), ".hits h3")
    assert hit.attributes["lang"] == "de"


def data_block(page: LexborHTMLParser) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(first(page, "script[type='application/ld+json']").text())
    return found


def test_search_engines_read_the_dataset(full: Place) -> None:
    found = data_block(read(full, f"/dataset/{full.slug('bau')}"))
    assert found["@type"] == "Dataset"
    assert found["name"] == "Bauplätze in Neuhof"
    assert found["publisher"] == [{"@type": "Organization", "name": "Bauamt Neuhof"}]
    assert found["license"] == "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
    assert found["temporalCoverage"] == "2026-01-01/.."
    assert found["distribution"] == [
        {
            "@type": "DataDownload",
            "name": "CSV",
            "encodingFormat": "text/csv",
            "contentUrl": "https://www.neuhof-fulda.de/daten.csv",
        }
    ]


def test_machine_forms_are_linked_and_there(full: Place) -> None:
    slug = full.slug("bau")
    page = read(full, f"/dataset/{slug}")
    forms = {n.attributes["type"]: n.attributes["href"] for n in page.css("head link[rel=alternate][title]")}
    for media_type, suffix in (
        ("text/turtle", "ttl"),
        ("application/rdf+xml", "rdf"),
        ("application/ld+json", "jsonld"),
        ("application/n-triples", "nt"),
    ):
        assert forms[media_type] == f"{BASE}/dataset/{slug}.{suffix}"
        assert full.ask.get(f"/dataset/{slug}.{suffix}").status_code == 200


def test_versions_are_listed_and_the_page_shows_the_last(full: Place) -> None:
    full.publish(Stored("bau", whole("Bauplätze, neu")))
    page = read(full, f"/dataset/{full.slug('bau')}")
    rows = [words(node) for node in page.css(".versions li")]
    assert len(rows) == 2
    assert rows[0].startswith("2. Januar 2026, 05:00 Uhr")
    assert "gilt" in rows[0]
    assert "Bauplätze in Neuhof" in rows[1]


def answer(place: Place, path: str) -> httpx.Response:
    return place.ask.get(path, accept="text/html")


def test_a_withdrawn_dataset_is_gone_with_its_last_title(full: Place) -> None:
    slug = full.slug("rad")
    full.publish(Stored("rad", None))
    gone = read(full, f"/dataset/{slug}", 410)
    assert words(first(gone, "h1")) == "Dieser Datensatz ist nicht mehr verfügbar"
    assert "Radwege" in words(first(gone, ".intro"))
    assert first(gone, "meta[name=robots]").attributes["content"] == "noindex"
    english = read(full, f"/en/dataset/{slug}", 410)
    assert words(first(english, "h1")) == "This dataset is no longer available"


def test_other_names_of_a_dataset_lead_to_its_address(full: Place) -> None:
    slug = full.slug("bau")
    entry = full.catalogue.get(slug)
    key = getattr(entry, "key", "")
    for path, target in ((f"/dataset/{key}", f"/dataset/{slug}"), (f"/en/dataset/{key}", f"/en/dataset/{slug}")):
        moved = answer(full, path)
        assert (moved.status_code, moved.headers["location"]) == (301, target)


def test_where_findings_that_must_be_mended_have_no_words_for_citizens_the_page_says_that_there_are_some(
    place: Place,
) -> None:
    worst = Finding(Severity.VIOLATION, "x", None, "regel-von-frueher", ("wert",))
    slight = Finding(Severity.WARNING, "x", None, "regel-von-frueher", ("wert",))
    place.publish(
        Stored("b", dataset("Mit Verstoß"), findings=(worst,)), Stored("c", dataset("Mit Rat"), findings=(slight,))
    )
    said = words(first(read(place, f"/dataset/{place.slug('b')}"), "main"))
    assert "Die Beschreibung hält nicht alle Vorgaben ein. Was fehlt, steht in den Befunden." in said
    assert "Es fehlt nichts, was Sie" not in said
    assert "Es fehlt nichts, was Sie" in words(first(read(place, f"/dataset/{place.slug('c')}"), "main"))
