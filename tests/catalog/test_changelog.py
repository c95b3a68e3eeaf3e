"""Changes followed from one cursor to the next: each is met once, whatever is published meanwhile."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import database, tables
from catalog.reading.entries import Change
from catalog.search import Catalogue
from schemas import iris
from tests.catalog.builder import BACKENDS, Builder, Stored, dataset, region_on

SOURCES = {"neuhof": "neuhof-portal", "flieden": "flieden-portal"}
_EXAMPLES = itertools.count()

# What a publication does to some of six datasets: writes or withdraws the record, puts it behind another or in front.
Publication = dict[int, tuple[str, ...]]
DEEDS = ("write", "withdraw", "hide", "show")
publications = st.lists(
    st.dictionaries(
        st.integers(0, 5), st.lists(st.sampled_from(DEEDS), min_size=1, max_size=2, unique=True).map(tuple)
    ),
    max_size=8,
)


class Kept(NamedTuple):
    """A region that examples share: each has datasets of its own and begins at the number that it finds."""

    builder: Builder
    catalogue: Catalogue


@pytest.fixture(scope="module", params=BACKENDS)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with region_on(request.param, tmp_path_factory.mktemp("region")) as region:
        builder, catalogue = Builder(region), Catalogue(region)
        yield Kept(builder, catalogue)
        catalogue.close()
        builder.close()


class Model:
    """What should be told, by sets of what is there."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.prefix = f"x{next(_EXAMPLES)}-"
        self.there: set[int] = set()
        self.hidden: set[int] = set()
        self.told: set[tuple[int, str, str]] = set()

    def source(self, one: int) -> str:
        return SOURCES["neuhof" if one % 2 else "flieden"]

    def key(self, one: int) -> str:
        return iris.key(self.source(one), f"{self.prefix}{one}")

    def publish(self, deeds: Publication) -> None:
        number, public = self.kept.builder.number + 1, self.there - self.hidden
        written, gone, hides, shows = (
            {one for one, said in deeds.items() if deed in said and not (deed == "withdraw" and "write" in said)}
            for deed in DEEDS
        )
        hides, shows = hides - self.hidden, shows & self.hidden
        shadows = tables.shadows
        with database.writing(self.kept.builder.engine).begin() as connection:
            for one in hides:
                values = {"key": self.key(one), "primary_key": "x", "evidence": "{}", "valid_from": number, "run_id": 1}
                connection.execute(sa.insert(shadows).values(values))
            for one in shows:
                shown = sa.update(shadows).where(shadows.c.key == self.key(one), shadows.c.valid_to.is_(None))
                connection.execute(shown.values(valid_to=number))
        stored = [(one, dataset(f"Datensatz {one}")) for one in sorted(written)] + [(one, None) for one in sorted(gone)]
        self.kept.builder.publish(*(Stored(f"{self.prefix}{one}", what, self.source(one)) for one, what in stored))
        self.there = (self.there | written) - gone
        self.hidden = (self.hidden | hides) - shows
        after = self.there - self.hidden
        self.told |= {(number, self.key(one), "created") for one in after - public}
        self.told |= {(number, self.key(one), "withdrawn") for one in public - after}
        self.told |= {(number, self.key(one), "updated") for one in after & public & written}


def told(change: Change) -> tuple[int, str, str]:
    return change.number, change.key, change.kind


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=publications, meanwhile=publications, size=st.integers(1, 7))
def test_whoever_follows_meets_each_change_once(
    kept: Kept, before: list[Publication], meanwhile: list[Publication], size: int
) -> None:
    model, begun = Model(kept), kept.builder.number
    for deeds in before:
        model.publish(deeds)
    found: list[Change] = []
    pending, since, beyond = list(meanwhile), begun, None
    while True:
        page = kept.catalogue.following(kept.catalogue.number(), size, since, beyond)
        found += page
        if page:
            since, beyond = page[-1].number, page[-1].version
        if pending:
            model.publish(pending.pop(0))
        elif len(page) < size:
            break
    assert len(found) == len(model.told)
    assert {told(change) for change in found} == model.told
    assert [(c.number, c.version) for c in found] == sorted({(c.number, c.version) for c in found})
    at = kept.catalogue.number()
    assert kept.catalogue.changes(at, len(found) + 1, begun) == tuple(reversed(found)), "the feed tells the same"
    for place, source in SOURCES.items():
        of_place = kept.catalogue.following(at, len(found) + 1, begun, municipality=place)
        assert of_place == tuple(change for change in found if change.municipality == place), source


def test_nothing_is_asked_for(kept: Kept) -> None:
    kept.builder.publish(Stored("da", dataset("Da")))
    assert kept.catalogue.following(kept.builder.number, 0, 0) == ()
    assert kept.catalogue.following(kept.builder.number, 5, kept.builder.number) == ()
