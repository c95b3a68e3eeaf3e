"""Who is forgotten stands in no address that was kept for checking (F75)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from catalog import tables
from catalog.forgetting import survey, work
from catalog.quality import following
from harvesters.persons.spellings import spellings_of
from tests.catalog.links.linked import file, linked, linked_region

NAME = "Kunigunde Testfall"
NAMED = "https://daten.example.org/Kunigunde_Testfall.csv"
OTHER = "https://daten.example.org/liste.csv"


def test_F75_addresses_that_name_a_forgotten_person_go(tmp_path: Path) -> None:
    with linked_region(tmp_path) as place:
        place.publish(a=linked("Liste", file(NAMED, OTHER)), b=linked("Wege", file(OTHER)))
        following.follow(place.region, place.engine, place.clock())
        assert set(place.links()) == {NAMED, OTHER}
        spellings = spellings_of([NAME])
        assert survey.count(place.engine, spellings)["links"] == 1
        work.forget(place.region, spellings)
        following.follow(place.region, place.engine, place.clock())
        assert survey.count(place.engine, spellings).total() == 0
        assert OTHER in place.links()
        with place.engine.connect() as connection:
            used = set(connection.scalars(sa.select(tables.link_uses.c.link_id)))
            known = set(connection.scalars(sa.select(tables.links.c.id)))
        assert used <= known
