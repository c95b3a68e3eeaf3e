"""A file that cannot be read says who knows of it, and claims nothing that did not happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.feedback.box import Box
from catalog.feedback.letters import Letter
from catalog.reading.entries import Entry
from catalog.web.app import create_app
from tests.catalog.web.asking import Asking
from tests.catalog.web.files_region import Site, site_in
from tests.catalog.web.pages_reading import first, read, words

TELL = "Bitte melden Sie es der Gemeinde."
SEEN = "Die Gemeinde sieht das seit dem 12. November 2026 in der Liste der Adressen, die nicht antworten. Liste ansehen"
TOLD = "Die zuständige Stelle wurde am 14. November 2026 benachrichtigt."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("region") / "r") as made:
        yield made


def note(site: Site, name: str, language: str = "") -> str:
    """The note on a file's page, asked anew."""
    site.place.ask = Asking(create_app(site.place.region, site.place.catalogue))
    return words(first(read(site.place, language + site.path(name)), ".note"))


def test_who_knows_of_a_file_is_said_as_it_happened(site: Site) -> None:
    region, catalogue = site.place.region, site.place.catalogue
    assert TELL in note(site, "fehlt.csv")
    # A letter that lies here only, one about something else, and a question: nobody was told of an error.
    path = site.path("fehlt.csv")
    letter = Letter(
        "F-2222-2222", "2026-11-13T08:00:00Z", "error", "Die Datei fehlt seit Tagen.", "", "a@x.example", path
    )
    Box(region).put(letter)
    Box(region).put(replace(letter, reference="F-3333-3333", page=site.path("leer.csv"), sent="2026-11-15T08:00:00Z"))
    Box(region).put(replace(letter, reference="F-4444-4444", kind="question", sent="2026-11-15T08:00:00Z"))
    assert TELL in note(site, "fehlt.csv")
    Box(region).replace(replace(letter, sent="2026-11-14T08:00:00Z"))
    told = note(site, "fehlt.csv")
    assert told.endswith(TOLD)
    assert TELL not in told
    # Its address is known to fail.
    entry = catalogue.get(site.slug)
    assert isinstance(entry, Entry)
    with catalogue.engine.begin() as connection:
        address = f"{region.base_url}/files/ordner/fehlt.csv"
        link = {
            "id": 1,
            "address": address,
            "host": "x.example",
            "due": "2999-01-01T00:00:00Z",
            "checked": "2026-11-14",
        }
        connection.execute(sa.insert(tables.links).values(**link, status=404, failing_since="2026-11-12T03:00:00Z"))
        used = {"link_id": 1, "key": entry.key, "role": "access", "source_key": "ordner"}
        connection.execute(sa.insert(tables.link_uses).values(**used))
    assert note(site, "fehlt.csv").endswith(f"{SEEN} {TOLD}")
    assert "has seen this since 12 November 2026" in note(site, "fehlt.csv", "/en")
    assert TELL not in note(site, "leer.csv"), "its letter was sent too"
    # It answers again, though it is still not here.
    with catalogue.engine.begin() as connection:
        connection.execute(sa.update(tables.links).values(status=200, failing_since=None))
    assert "Liste" not in note(site, "fehlt.csv")
