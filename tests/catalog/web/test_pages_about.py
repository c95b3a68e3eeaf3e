"""The pages about the pages: imprint, privacy, licences, languages, help, addresses for programs, parts; and what is gone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from catalog.built import Built
from catalog.quality import following
from catalog.reading.entries import Query
from catalog.web.pages import developers, licences
from catalog.web.routing import routes
from catalog.web.templates import PAGES
from schemas.imprint import Imprint
from schemas.region import ConfigurationError, load
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import NOW, addresses, detail, filled, first, read, words
from tests.catalog.web.serving import served

ABOUT = ("/imprint", "/privacy", "/licences", "/help", "/developers", "/easy-language", "/sign-language")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("region")) as place:
        yield filled(place)


# ------------------------------------------------------------------------------------------------------ imprint


TOLD = Imprint(
    address="Lindenplatz 4\n36119 Neuhof",
    represented_by="Bürgermeisterin der Gemeinde Neuhof",
    phone="06655 970-0",
    data_protection_email="datenschutz@neuhof.example",
    privacy_authority="Der Hessische Beauftragte für Datenschutz",
    hosting="Der Server steht im Rathaus.\nDer Server davor speichert Aufrufe 7 Tage.",
)


def test_the_imprint_says_what_the_region_says_and_invents_nothing(tmp_path: Path, full: Place) -> None:
    with place_in(tmp_path, imprint=TOLD) as place:
        page = read(place, "/imprint")
        assert detail(page, "Herausgeber").endswith("Lindenplatz 4 36119 Neuhof")
        assert detail(page, "Vertreten durch") == "Bürgermeisterin der Gemeinde Neuhof"
        assert detail(page, "Telefon") == "06655 970-0"
        privacy = read(place, "/privacy")
        assert "Aufrufe 7 Tage" in words(first(privacy, "main"))
        assert detail(privacy, "Datenschutzbeauftragte Stelle") == "datenschutz@neuhof.example"
        assert detail(privacy, "Beschwerde") == "Der Hessische Beauftragte für Datenschutz"
        assert "06655 970-0" in words(first(read(place, "/easy-language"), "main"))
    bare = read(full, "/imprint")
    assert [words(node) for node in bare.css(".pairs dt")] == ["Herausgeber", "E-Mail"]


def test_what_an_imprint_lacks_is_known() -> None:
    assert Imprint().missing == ("address", "represented_by")
    assert Imprint(address="Lindenplatz 4").missing == ("represented_by",)
    assert not TOLD.missing


@pytest.mark.parametrize(
    ("line", "named"),
    [('adress = "x"', "adress"), ('sign_language = "/etc/passwd"', "sign_language"), ('address = ""', "address")],
)
def test_a_wrong_imprint_is_refused_by_name(tmp_path: Path, line: str, named: str) -> None:
    (tmp_path / "region.toml").write_text(
        '[region]\ntitle = "T"\ndescription = "D"\nbase_url = "https://x.example"\n'
        'publisher = { name = "P", email = "p@x.example" }\n'
        f"[region.imprint]\n{line}\n"
        '[[municipality]]\nid = "a"\nname = "A"\nags = "06631018"\nars = "066310018018"\n'
    )
    with pytest.raises(ConfigurationError, match=named):
        load(tmp_path)


def test_privacy_is_true_of_this_program(full: Place) -> None:
    for path in (*ABOUT, "/", "/datasets", f"/dataset/{full.slug('bau')}"):
        assert "set-cookie" not in full.ask.get(path, accept="text/html").headers
    text = words(first(read(full, "/privacy"), "main"))
    assert f"Nach {full.region.feedback.keep_days} Tagen" in text
    scripts = "".join(file.read_text() for file in PAGES.parent.joinpath("assets").glob("*.js"))
    assert set(re.findall(r"localStorage\.(?:set|get|remove)Item\(([^,)]+)", scripts)) == {'"theme"'}
    assert "sessionStorage" not in scripts
    assert "indexedDB" not in scripts
    assert "document.cookie" not in scripts


# ------------------------------------------------------------------------------------------------------ licences


def test_licences_are_shown_with_their_texts(full: Place) -> None:
    page = read(full, "/licences")
    libraries = {library.name.lower(): library for library in licences.libraries()}
    assert {"scrapy", "rdflib", "sqlalchemy", "starlette"} <= set(libraries)
    assert all(len(library.licence) < 100 for library in libraries.values())
    assert [words(node) for node in page.css("section[aria-labelledby=libraries] tbody th")] == [
        library.name for library in licences.libraries()
    ]
    texts = [words(node) for node in page.css("#packages ~ details pre")]
    assert all(re.search(r"licen[cs]e|permission", text, re.I) for text in texts)


# ------------------------------------------------------------------------------------------------------ languages


def test_sentences_in_easy_language_are_short(full: Place) -> None:
    for path in ("/easy-language", "/en/easy-language"):
        said = [words(node) for node in read(full, path).css("main p, main li")]
        sentences = [sentence for text in said for sentence in re.split(r"(?<=[.!?:])\s", text) if "@" not in sentence]
        assert max(len(sentence.split()) for sentence in sentences) <= 10
        assert len(sentences) > 40


def test_the_film_in_sign_language_comes_from_here_and_in_parts(tmp_path: Path, full: Place) -> None:
    assert first(read(full, "/sign-language"), "main").css_first("video") is None
    assert full.ask.get("/sign-language/film").status_code == 404
    with place_in(tmp_path, imprint=Imprint(sign_language="film.mp4")) as place:
        assert first(read(place, "/sign-language"), "main").css_first("video") is None  # named, but not there yet
    with place_in(tmp_path / "with", imprint=Imprint(sign_language="film.mp4")) as place:
        place.region.folder.joinpath("film.mp4").write_bytes(bytes(range(200)))
        source = first(read(place, "/sign-language"), "video source")
        part = place.ask.get(str(source.attributes["src"]), range="bytes=10-19")
        assert part.status_code == 206
        assert part.content == bytes(range(10, 20))
        assert part.headers["content-type"] == "video/mp4"
        assert "media-src 'self'" in part.headers["content-security-policy"]


def test_no_film_from_outside_the_region_is_given(tmp_path: Path) -> None:
    with place_in(tmp_path / "region", imprint=Imprint(sign_language="a/../../film.mp4")) as place:
        tmp_path.joinpath("film.mp4").write_bytes(b"x")
        assert place.ask.get("/sign-language/film").status_code == 404


# ------------------------------------------------------------------------------------------------------ for programs


def test_every_address_for_programs_is_told_and_answers(full: Place) -> None:
    following.follow(full.region, full.catalogue.engine, NOW)
    page = read(full, "/developers")
    told = {words(node) for node in page.css("#addresses ~ .pairs dt, .pairs dt")}
    # For the pages' own use, or told as another form of one that stands there.
    besides = {"/id/{kind}/{key}", "/catalog", "/runs/", "/files/", "/gaps/template", "/sitemap/"}
    forms = {re.sub(r"\{(\w+)(:int)?\}", "{}", re.sub(r"\.\w+$", "", address)) for address in told}
    missing = [
        route.path
        for route in routes()
        if isinstance(route, Route)
        and route.endpoint.__module__.startswith("catalog.web.api.")
        and not route.path.startswith(("/en/", *besides))
        and not re.search(r"/(agent|service|series)/|qr\.svg|{suffix}|/tiles/", route.path)
        and re.sub(r"\.\w+$", "", re.sub(r"\{(\w+)(:int)?\}", "{}", route.path))
        not in {form.replace("/shapes/dcat-ap-de", "/shapes/{}") for form in forms}
    ]
    assert not missing
    examples = addresses(page, ".pairs a")
    assert not [a for a in examples if "/file/" in a], "no file has been shown here yet"
    assert len(examples) > 15
    for address in examples:
        answer = full.ask.get(address)
        if answer.status_code == 307:  # a part of the catalogue, by its municipality or topic
            answer = full.ask.get(answer.headers["location"])
            assert "dcat:Dataset" in answer.text
        assert answer.status_code in (200, 303), address


def test_the_lines_for_programs_work_as_they_stand(full: Place) -> None:
    hit = full.catalogue.find(Query(q="Bauplätze"), full.catalogue.number()).hits[0]
    with served(full.app) as address:
        lines = developers.examples(address, hit, developers.Shown())
        python = subprocess.run(
            [sys.executable, "-c", lines["python"]], capture_output=True, text=True, timeout=60, check=True
        )
        assert "Badegewässer im Kreis" in python.stdout
        search = subprocess.run(["sh", "-c", lines["search"]], capture_output=True, text=True, timeout=60, check=True)
        assert json.loads(search.stdout)["q"] == "müll"
        record = subprocess.run(["sh", "-c", lines["dataset"]], capture_output=True, text=True, timeout=60, check=True)
        assert "dcat:Dataset" in record.stdout
        whole = subprocess.run(["sh", "-c", lines["whole"]], capture_output=True, text=True, timeout=60, check=True)
        assert whole.stdout.count("\n") == 10


def test_the_rules_are_those_that_the_server_keeps(full: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = words(first(read(full, "/developers"), "section[aria-labelledby=rules]"))
    bounds = re.search(r"vor „\?“ ([\d.]+) Bytes lang sein und dahinter ([\d.]+)", rules)
    assert bounds is not None
    path, query = (int(number.replace(".", "")) for number in bounds.groups())
    assert full.ask.get(f"/{'x' * (path - 1)}").status_code == 404
    assert full.ask.get(f"/{'x' * path}").status_code == 414
    assert full.ask.get(f"/datasets.json?q={'x' * (query - 2)}").status_code != 414
    assert full.ask.get(f"/datasets.json?q={'x' * (query - 1)}").status_code == 414
    assert {full.ask.get("/changes?since=0").status_code for _ in range(300)} == {200}, "no request is counted"
    status = full.ask.get("/status.json").json()
    assert f"Allmende {status['version']}." in rules
    for version, young in (("0.9.1", True), ("1.0.0", False)):
        monkeypatch.setattr(developers, "built", lambda version=version: Built(version, ""))
        full.publish()  # else the page would be given as it was kept
        told = words(first(read(full, "/en/developers"), "section[aria-labelledby=rules]"))
        assert (f"Allmende {version}." in told, "answers may still change" in told) == (True, young)


def test_the_line_for_changes_is_where_to_begin(full: Place) -> None:
    with served(full.app) as address:
        line = developers.examples(address, None, developers.Shown())["changes"]
        asked = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60, check=True)
    found = json.loads(asked.stdout)
    assert found["changes"]
    assert {change["kind"] for change in found["changes"]} <= {"created", "updated", "withdrawn"}


def test_an_empty_catalogue_has_the_page_too(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        assert read(place, "/developers").css_first("h1") is not None


# ------------------------------------------------------------------------------------------------------ parts


def test_every_macro_is_shown() -> None:
    macros = set(re.findall(r"{% macro (\w+)\(", (PAGES / "macros.html").read_text()))
    shown = set(re.findall(r"ui\.(\w+)\(", (PAGES / "components.html").read_text()))
    # htmx loads a script; the others stand inside the search, a group of facets, a list of hits.
    assert macros - shown == {"htmx", "search_field", "facet_box", "hit"}


def test_the_parts_are_left_out_by_search_engines(full: Place) -> None:
    assert first(read(full, "/components"), "meta[name=robots]").attributes["content"] == "noindex"
    assert "/components" not in full.ask.get("/sitemap.xml").text


def test_menus_lead_only_to_what_is_there(full: Place) -> None:
    page = read(full, "/")
    there = {route.path for route in routes() if isinstance(route, Route)}
    menu = addresses(page, "nav.main a, .services a, footer nav a")
    assert {"/datasets", *ABOUT} <= set(menu)
    for address in menu:
        assert address in there or address.startswith(("/catalog.", "/en")), address


# ------------------------------------------------------------------------------------------------------ what is not there


def test_what_was_withdrawn_says_its_title_and_day_and_leads_to_its_past(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        place.publish(Stored("weg", dataset("Alte Baumliste")))
        slug = place.slug("weg")
        place.publish(Stored("weg", None))
        page = read(place, f"/dataset/{slug}", 410)
        said = words(first(page, "main"))
        assert "„Alte Baumliste“ ist nicht mehr verfügbar. Zurückgezogen am" in said
        assert re.search(r"am \d+\. \w+ 20\d\d\.", said)
        assert f"/dataset/{slug}/history" in addresses(page, "main a")
        assert place.ask.get(f"/dataset/{slug}/history", accept="text/html").status_code == 200


@pytest.mark.parametrize("path", ["/nichts", "/en/nothing", "/dataset/nie", "/municipality/nirgends"])
def test_what_never_was_offers_a_way_on(full: Place, path: str) -> None:
    page = read(full, path, 404)
    assert page.css_first("main form[role=search]") is not None
    assert {"/", "/datasets", "/help"} <= {address.removeprefix("/en") or "/" for address in addresses(page, "main a")}
