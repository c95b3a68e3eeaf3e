"""A multilingual record keeps all its languages, from the source through cleaning to the statements that are stored (K03)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from harvesters import registry
from harvesters.cleaning import clean
from harvesters.reading import Native, Reading
from schemas import rdf, syntax
from schemas.model import Dataset
from schemas.ntriples import ntriples_of
from schemas.triples import Triples
from tests.harvesters.dcat_parts import context as dcat_context
from tests.harvesters.dcat_parts import readings
from tests.harvesters.source_walks import context

TITLES = {"de": "Bäume", "en": "Trees", "fr": "Arbres", "it": "Alberi"}
TEXTS = {"de": "Alle Bäume.", "en": "All trees.", "fr": "Tous les arbres.", "it": "Tutti gli alberi."}
WORDS = {"de": ["Baum"], "en": ["tree"], "fr": ["arbre"], "it": ["albero"]}
NATIVES: dict[str, dict[str, Any]] = {
    "ckan": {"id": "1", "name": "a", "title": TITLES, "notes": TEXTS, "keywords": WORDS},
    "piveau": {
        "id": "1",
        "title": TITLES,
        "description": TEXTS,
        "keywords": [{"label": words[0], "language": lang} for lang, words in WORDS.items()],
    },
}


def said(reading: Reading) -> dict[str, set[str | None]]:
    """The languages of a record's texts as they are stored: its statements, read back."""
    record = reading.record
    assert isinstance(record, Dataset)
    assert record.iri is not None
    stored = ntriples_of(record, "key").encode()
    triples: Triples = syntax.load(stored, "https://a.example/x.nt").triples
    back = rdf.Reading(triples, ()).record(record.iri, Dataset)
    assert (set(back.title), set(back.description)) == (set(record.title), set(record.description))
    return {name: {value.lang for value in getattr(back, name)} for name in ("title", "description", "keyword")}


@pytest.mark.parametrize("protocol", NATIVES)
def test_objects_of_texts_by_language(protocol: str) -> None:
    where = context(protocol, "https://a.example")
    native = Native(NATIVES[protocol], orjson.dumps(NATIVES[protocol]))
    found = said(clean(registry.reader(protocol).read(native, where), where))
    assert found["title"] == found["description"] == set(TITLES)
    assert found["keyword"] == set(WORDS)


def test_tagged_literals_of_rdf() -> None:
    tagged = ", ".join(f'"{text}"@{lang}' for lang, text in TITLES.items())
    (reading,) = readings(
        f"ex:d a dcat:Dataset ; dct:title {tagged} ; dct:description {tagged} ; dcat:keyword {tagged} ."
    )
    found = said(clean(reading, dcat_context()))
    assert found["title"] == found["description"] == found["keyword"] == set(TITLES)


def test_free_text_of_iso_in_all_its_locales() -> None:
    body = (Path(__file__).parents[1] / "recordings/iso19139/multilingual/input.xml").read_bytes()
    where = context("csw", "https://a.example")
    found = said(clean(registry.reader("iso19139").read(Native(body, body), where), where))
    assert found["title"] >= {"de", "fr"}
    assert found["keyword"] >= {"de", "fr"}
