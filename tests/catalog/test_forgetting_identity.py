"""Forgetting reaches what was decided about identity: former ids, IRIs, choices, and what a waiting plan compares (F75)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.forgetting import survey, work
from catalog.identity.relinks import Relinks
from catalog.runs import decisions
from catalog.runs.staging_file import connect
from catalog.store import Store
from harvesters.persons.spellings import Spellings, spellings_of
from schemas import iris
from schemas.region import Region
from tests.catalog.builder import BACKENDS, region_on
from tests.catalog.runs import Source, package, region

NAME = "Kunigunde Testfall"
ALLOWED = 'personal_data = "allowed"\npermission = "Einwilligung vom 1. Mai"\n'
FORMER, NEW, NEWEST = ("liste-kunigunde-testfall", "kunigunde-testfall-neu", "testfall.kunigunde")
IRI = "https://example.org/personen/kunigunde-testfall"


@pytest.fixture(params=BACKENDS)
def decided(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Region]:
    """A region where each decision about identity names the person: re-linked, split, chosen, and a plan that waits."""
    with region_on(request.param, tmp_path) as made:
        both = region(tmp_path, made.store, eins=f'grace = "1d"\n{ALLOWED}', zwei=ALLOWED)
        one, two = Source(both, "eins"), Source(both, "zwei")
        one.harvest([listed(FORMER, number) for number in range(5)])
        held = one.harvest([listed(NEW, number) for number in range(5)])
        assert held.status == "held"
        decisions.accept(both, held.run or 0, one.now, relink=True)
        two.harvest([{**package(number), "id": f"z{number}", "extras": named(number)} for number in range(2)])
        decisions.split(both, iris.key("zwei", "z0"), two.now)
        decisions.prefer(both, iris.key("zwei", "z1"), two.now)
        assert one.harvest([listed(NEWEST, number) for number in range(5)]).status == "held"
        yield both


def named(number: int) -> list[dict[str, str]]:
    return [{"key": "uri", "value": f"{IRI}/{number}"}]


def listed(native_id: str, number: int) -> dict[str, Any]:
    said = {"id": f"{native_id}-{number}", "name": "", "extras": named(number)}
    return {**package(number, f"Liste {number} von {NAME}"), **said}


def rows(made: Region, table: sa.Table) -> list[Any]:
    store = Store(made)
    try:
        with store.engine.connect() as connection:
            return list(connection.execute(sa.select(table)))
    finally:
        store.close()


def hits(made: Region, spellings: Spellings) -> dict[str, int]:
    store = Store(made)
    try:
        return dict(survey.count(store.engine, spellings))
    finally:
        store.close()


def test_F75_what_was_decided_about_identity_forgets_the_person(decided: Region) -> None:
    spellings = spellings_of([NAME])
    before = hits(decided, spellings)
    assert before["relinks"] == 5
    assert before["subjects"] == 1
    assert before["preferred"] == 1
    (file,) = (decided.data / "staging").glob("*.db")
    database = connect(file)
    for table in ("likeness", "marks", "proposals"):
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone()[0], table
    database.close()
    report = work.forget(decided, spellings)
    assert report.proven, report.to_json()
    assert len(report.dropped_plans) == 1
    assert list((decided.data / "staging").glob("*.db")) == []
    assert hits(decided, spellings) == {}


def test_F75_a_relinked_record_stays_the_same_record_under_its_forgotten_ids(decided: Region) -> None:
    work.forget(decided, spellings_of([NAME]))
    borne = {row.key: row.iri for row in rows(decided, tables.records)}
    key = iris.key("eins", f"{FORMER}-0")
    # As the sink gives the id that the source delivers (harvesters.persons.keeping).
    native_id = iris.forgotten_id(iris.key("eins", f"{NEW}-0"))
    store = Store(decided)
    try:
        found = Relinks(store.engine, "eins").of([native_id])
    finally:
        store.close()
    assert (found[native_id].key, found[native_id].iri) == (key, borne[key])
    (former,) = [row.former_id for row in rows(decided, tables.relinks) if row.key == key]
    assert iris.key("eins", former) == key
    for row in (*rows(decided, tables.subjects), *rows(decided, tables.preferred)):
        assert row.iri == borne[row.key]
