"""On English pages, words that stay in the language of a record or of its file say which it is (WCAG 2.2, 3.1.2)."""

from __future__ import annotations

import calendar
import json
import re
import urllib.request
from collections.abc import Iterator
from functools import cache

import pyoxigraph
import pytest
from babel.messages.pofile import read_po
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalog.web.pages import languages
from catalog.web.texts import FOLDER
from schemas.model import Dataset, Distribution
from schemas.namespaces import DCAT, DCTERMS, FOAF, VCARD
from schemas.vocabularies import LISTS
from schemas.vocabularies.codes import rows
from tests.catalog.web.asking import AUTHORITY
from tests.catalog.web.demo_site import Region
from tests.catalog.web.files_region import Site, site_in
from tests.catalog.web.pages_reading import first, read

PAGES = (
    *("home", "datasets", "search", "nothing-found", "past", "dataset-chart", "dataset-map", "dataset-pdf"),
    *("dataset-history", "dataset-then", "dataset-repair", "file-table", "file-chart", "file-columns", "file-map"),
    *("file-pdf", "file-calendar", "municipality", "themes", "theme", "news", "run", "status", "quality", "gaps"),
    "feedback",
)
WORD = re.compile(r"[^\W\d_]{3,}")
DATASETS = re.compile(r'href="(/dataset/[\w-]+)"')
ADDRESS = re.compile(r"https?://\S+|[\w-]+\.[a-z]{3,7}")
SAID = frozenset((str(DCTERMS.title), str(DCTERMS.description), str(DCAT.keyword)))
NAMES = frozenset((str(FOAF.name), str(VCARD.fn)))
# What is to be copied as it stands, and what is run.
APART = frozenset(("script", "style", "code", "pre"))
# What is read aloud instead of a thing, or beside it: no part of such a text can say that it is in another language.
SPOKEN = ("aria-label", "aria-description", "aria-valuetext", "aria-roledescription", "alt", "title", "placeholder")


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return bytes(answer.read())


def words(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(text)}


@cache
def english() -> frozenset[str]:
    """The words of our own English texts, of code lists, and of the calendar."""
    with (FOLDER / "en.po").open("rb") as file:
        said = [each.string for each in read_po(file, locale="en")]
    spoken = [text for each in said for text in ([each] if isinstance(each, str) else each or ())]
    labels = [code.en for name in ("data-theme", "file-type", "frequency") for code in LISTS[name]]
    labels += [row["en"] for row in rows("musterdatenkatalog")]
    return frozenset(word for text in (*spoken, *labels, *calendar.month_name) for word in words(text))


def german(demo: Region) -> frozenset[str]:
    """The words of the demo region's records and of the rows of its files, without those of names and English ones."""
    found: set[str] = set()
    names: set[str] = set()
    for triple in pyoxigraph.parse(fetched(f"{demo.address}/catalog.nt"), format=pyoxigraph.RdfFormat.N_TRIPLES):
        if isinstance(triple.object, pyoxigraph.Literal) and triple.predicate.value in SAID | NAMES:
            (names if triple.predicate.value in NAMES else found).update(words(triple.object.value))
    for name in ("file-table", "file-map", "file-calendar"):
        path = demo.paths[name].partition("?")[0]
        found |= words(json.dumps(json.loads(fetched(f"{demo.address}{path}.json")), ensure_ascii=False))
    return frozenset(found - names - english())


def unmarked(page: str, foreign: frozenset[str]) -> list[str]:
    """The texts of a page with foreign words that lie under no element which says that they are German."""
    texts = _texts(LexborHTMLParser(page).body, "en")
    return [text for text, lang in texts if lang == "en" and words(ADDRESS.sub("", text)) & foreign]


def _texts(node: LexborNode | None, lang: str) -> Iterator[tuple[str, str]]:
    assert node is not None
    for child in node.iter(include_text=True):
        own = child.attributes.get("lang") or lang
        if child.tag == "-text":
            yield " ".join(child.text_content.split()) if child.text_content else "", lang
        elif child.tag not in APART:
            yield from ((text, own) for name in SPOKEN if (text := child.attributes.get(name)))
            yield from _texts(child, own)


def test_foreign_words_are_found_where_they_are() -> None:
    page = '<body><p>Level <span lang="de">Wasserstand</span></p><p>Höhe: 3 m</p><table lang="de"><tr><td>Höhe</table>'
    assert unmarked(page, frozenset(("höhe", "wasserstand"))) == ["Höhe: 3 m"]
    drawn = '<svg aria-label="Wasserstand"><title>Höhe in m</title><g lang="de"><title>Höhe</title></g></svg><i title="Höhe">'
    assert unmarked(f"<body>{drawn}", frozenset(("höhe", "wasserstand"))) == ["Wasserstand", "Höhe in m", "Höhe"]


@pytest.mark.long
@pytest.mark.parametrize("name", PAGES)
def test_words_in_german_say_so(demo: Region, name: str) -> None:
    page = fetched(demo.url(name, "en")).decode()
    assert '<html lang="en"' in page
    foreign = german(demo)
    assert {"wasserstand", "spielplatz", "veranstaltungskalender"} <= foreign
    assert unmarked(page, foreign) == []
    assert not LexborHTMLParser(fetched(demo.url(name)).decode()).css("main [lang=de]")


@pytest.mark.long
@pytest.mark.parametrize("code", ["ECON", "TRAN"])
def test_the_chart_of_a_topic_says_that_its_words_are_german(demo: Region, code: str) -> None:
    for path in sorted(set(DATASETS.findall(fetched(f"{demo.address}/theme/{code}").decode()))):
        fetched(f"{demo.address}{path}/file/1?view=chart")  # now its preview lies ready
    page = fetched(f"{demo.address}/en/theme/{code}").decode()
    assert LexborHTMLParser(page).css("figcaption h3 [lang=de]")
    assert unmarked(page, german(demo)) == []


# ------------------------------------------------------------------------------------------ one file


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("files")) as made:
        yield made


def marked(page: LexborHTMLParser, selector: str) -> list[str]:
    """The texts of those elements within the selected that say that they are German."""
    return [" ".join(each.text().split()) for each in page.css(selector)]


def test_a_chart_marks_its_names_and_not_its_numbers(site: Site) -> None:
    path = site.path("einwohner.csv", "?view=chart")
    page = read(site.place, f"/en{path}")
    assert marked(page, "figcaption h2 [lang=de]") == ["Einwohner", "Jahr", "Ort"]
    assert marked(page, "figcaption p [lang=de]") == ["Eichenzell", "Kalbach"]
    assert marked(page, "svg.wide [lang=de]") == ["Neuhof", "Flieden", "Kalbach", "Eichenzell"]
    assert marked(page, "figure thead [lang=de]") == ["Jahr", "Neuhof", "Flieden", "Kalbach", "Eichenzell"]
    assert not page.css("figure tbody [lang]")
    assert set(marked(page, "form.fields option[lang=de]")) == {"Jahr", "Ort", "Einwohner", "page"}
    assert not read(site.place, path).css("main [lang]")


def test_a_table_marks_its_cells_and_its_filters(site: Site) -> None:
    page = read(site.place, f"/en{site.path('einwohner.csv', '?Ort=Neuhof')}")
    assert [each.attributes["lang"] for each in page.css("table.cells tbody")] == ["de"]
    assert marked(page, "table.cells thead [lang=de]") == ["Jahr", "Ort", "Einwohner", "page"]
    assert marked(page, "ul.chips [lang=de]") == ["Ort", "Neuhof"]
    (choice,) = [each for each in page.css("select") if each.attributes.get("name") == "Ort"]
    assert choice.attributes["lang"] == "de"
    assert [each.attributes.get("lang") for each in choice.css("option")] == ["en", None, None, None, None]  # "all"
    assert first(read(site.place, f"/en{site.path('satzung.txt')}"), "pre").attributes["lang"] == "de"


@pytest.mark.parametrize(
    ("of_file", "of_record", "told"),
    [
        ((), (), "de"),
        ((), ("ENG",), "en"),
        (("FRA",), ("ENG",), "fr"),
        (("FRA", "DEU"), (), "de"),
        (("FRA", "ENG"), ("DEU",), "fr"),
        (("nichts",), ("ENG",), "en"),
    ],
)
def test_the_language_of_a_file(site: Site, of_file: tuple[str, ...], of_record: tuple[str, ...], told: str) -> None:
    iris = [tuple(f"{AUTHORITY}/language/{code}" for code in codes) for codes in (of_file, of_record)]
    item = Distribution(language=iris[0])
    record = Dataset(language=iris[1], distribution=(item,))
    assert languages.of_data(site.place.region, record, item) == told
