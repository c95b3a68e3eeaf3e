"""One address that answers with one thing: the protocol that reads it comes first, and none claims what it cannot read."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from harvesters import registry
from harvesters.answer import Answer
from harvesters.spider import Detected

SITE = "https://daten.example.org"


def claims(path: str, body: bytes, media_type: str, everywhere: bool = False) -> list[Detected]:
    """What all protocols make of an address, the surest first; ``everywhere`` answers each other address alike."""
    url = f"{SITE}{path}"
    found = []
    for spider in registry.spider_classes().values():
        answers = {
            address: Answer(address, address, 200, {"content-type": media_type}, body, media_type, 0.0)
            for address in spider.probes(url)
            if everywhere or address == url
        }
        result = spider.detect(url, answers)
        if result is not None:
            found.append(result)
    return sorted(found, key=lambda each: -each.certainty)


def protocols(path: str, document: Any, media_type: str = "application/json", everywhere: bool = False) -> list[str]:
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    return [each.protocol for each in claims(path, body, media_type, everywhere)]


# ------------------------------------------------------------------------------------------------------------- NGSI


@pytest.mark.parametrize("document", [[{"id": 1, "name": "A"}, {"id": 2, "name": "B"}], [], ["a", "b"]])
def test_list_that_answers_every_path_is_no_broker(document: Any) -> None:
    assert "ngsi" not in protocols("/api", document, everywhere=True)


@pytest.mark.parametrize(
    "document",
    [
        {"id": "https://ris.example.org/paper/1", "type": "https://schema.oparl.org/1.1/Paper", "name": "Antwort"},
        {"@id": "https://d.example.org/data.json", "@type": "dcat:Catalog", "dataset": []},
    ],
)
def test_documents_of_other_standards_are_no_entities(document: Any) -> None:
    assert "ngsi" not in protocols("/a.json", document)


def test_empty_broker_is_known_by_its_header_only() -> None:
    spider = registry.spider_classes()["ngsi"]
    address = spider.probes(SITE)[0]

    def found(**headers: str) -> Detected | None:
        return spider.detect(SITE, {address: Answer(address, address, 200, headers, b"[]", "application/json", 0.0)})

    assert found() is None
    empty = found(**{"fiware-total-count": "0"})
    assert empty is not None
    assert (empty.count, empty.certainty) == (0, 60)
