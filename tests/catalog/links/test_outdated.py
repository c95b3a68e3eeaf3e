"""What was accepted of a file's bytes goes when the file has changed, and only then."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from rdflib import XSD

from catalog import database
from catalog.corrections.decision import correct
from catalog.corrections.publication import Wish
from catalog.links import book
from catalog.reading.entries import Entry
from catalog.search import Catalogue
from schemas import corrections
from schemas.kinds import Literal
from schemas.model import Checksum, Dataset, Distribution
from schemas.vocabularies import find_checksum_algorithm
from tests.catalog.builder import BASE
from tests.catalog.links.linked import NOW, Linked, file, linked, linked_region
from tests.faultserver import FaultServer, Reply

BODY = b"a;b\n1;2\n"


def published(place: Linked) -> tuple[str, Distribution]:
    """The KEY and the file of the only dataset."""
    catalogue = Catalogue(place.region)
    try:
        found = catalogue.get(next(catalogue.positions(catalogue.number())).key)
        assert isinstance(found, Entry)
        record = found.record()
    finally:
        catalogue.close()
    assert isinstance(record, Dataset)
    (part,) = record.distribution
    assert isinstance(part, Distribution)
    return found.key, part


def accept(place: Linked, body: bytes) -> None:
    """Accepts size and checksum of some bytes, as repair proposes them."""
    key, part = published(place)
    algorithm = find_checksum_algorithm("SHA-256")
    assert algorithm is not None
    sha256 = Literal(hashlib.sha256(body).hexdigest(), None, str(XSD.hexBinary))
    facts: dict[str, tuple[str, Any]] = {
        "byte-size": ("byte_size", Literal(str(len(body)), None, str(XSD.nonNegativeInteger))),
        "checksum": ("checksum", Checksum(algorithm=(algorithm.iri,), checksum_value=(sha256,))),
    }
    names = tuple(filter(None, corrections.part_names(Dataset(distribution=(part,)), part)))
    correct(
        place.region,
        [
            Wish(
                key,
                attribute := f"distribution.{name}",
                corrections.statements(Dataset, attribute, [value]),
                names,
                rule,
            )
            for rule, (name, value) in facts.items()
        ],
        place.clock(),
        "repair",
    )


def stated(place: Linked) -> tuple[bool, bool]:
    """Whether the public record states size and checksum."""
    _, part = published(place)
    return bool(part.byte_size), bool(part.checksum)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Linked]:
    with linked_region(tmp_path) as made:
        yield made


def dated(place: Linked, **ago: float) -> dict[str, str]:
    return {"Last-Modified": format_datetime(place.clock() - timedelta(**ago), usegmt=True)}


def test_facts_go_when_the_server_names_a_later_change(place: Linked) -> None:
    with FaultServer(pages={"/a.csv": Reply(BODY, headers=dated(place, days=3))}) as server:
        place.publish(a=linked("Bäume", file(server.url("/a.csv"))))
        accept(place, BODY)
        place.round()
        assert stated(place) == (True, True)
        place.clock.pass_by(weeks=2)
        place.round()
        assert stated(place) == (True, True), "it is the same file"
        server.pages["/a.csv"] = Reply(BODY + b"3;4\n", headers=dated(place, days=1))
        place.clock.pass_by(weeks=3)
        place.round()
        assert stated(place) == (False, False)
        with place.engine.connect() as connection:
            run = connection.exec_driver_sql("select kind, reason_de from runs order by id desc limit 1").one()
        assert tuple(run) == ("outdated", "2 Angaben in 1 Eintrag zurückgenommen: Die Datei ist seitdem geändert.")
        place.clock.pass_by(weeks=5)
        assert place.round().asked == 1, "nothing is left to be taken back"


def test_without_a_date_another_size_tells(place: Linked) -> None:
    with FaultServer(pages={"/a.csv": Reply(BODY)}) as server:
        place.publish(a=linked("Bäume", file(server.url("/a.csv"))))
        accept(place, BODY)
        place.round()
        place.clock.pass_by(weeks=2)
        place.round()
        assert stated(place) == (True, True)
        server.pages["/a.csv"] = Reply(BODY * 2)
        place.clock.pass_by(weeks=3)
        place.round()
        assert stated(place) == (False, False)


def test_of_our_own_files_the_bytes_tell(tmp_path: Path) -> None:
    folder = tmp_path / "daten"
    folder.mkdir()
    own = folder / "a.csv"
    own.write_bytes(BODY)
    with linked_region(tmp_path) as place:
        (source, *others) = place.region.sources
        source = source.model_copy(update={"url": "daten", "protocol": "folder"})
        place.region = place.region.model_copy(update={"sources": (source, *others)})
        place.publish(a=linked("Bäume", file(f"{BASE}/files/{source.id}/a.csv")))
        accept(place, BODY)
        later = (NOW + timedelta(days=1)).timestamp()
        os.utime(own, (later, later))
        place.clock.pass_by(weeks=1)
        place.round()
        assert stated(place) == (True, True), "a copy of the folder has new dates and the same files"
        own.write_bytes(BODY[::-1])
        os.utime(own, (later, later))
        place.clock.pass_by(weeks=2)
        place.round()
        assert stated(place) == (True, False), "as long as before, other bytes"


def test_a_changed_record_lets_its_addresses_be_asked_soon(place: Linked) -> None:
    with FaultServer(pages={"/a.csv": Reply(BODY)}) as server:
        place.publish(a=linked("Bäume", file(server.url("/a.csv"))))
        accept(place, BODY)
        place.round()
        key, _ = published(place)
        assert place.link(server.url("/a.csv")).due > place.clock().isoformat()
        with database.writing(place.engine).begin() as connection:
            book.hasten(connection, [key, "anderer"], place.clock())
        assert place.round().asked == 1
