"""Random sequences of harvests, changes at the source, corrections and undos: what is public is always source and correction.

The invariant: a property with a correction in force shows its value, any other shows what the source last said; and
``undo`` of a correction, whenever it comes, gives the source its word again.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from catalog import tables
from catalog.corrections import kept
from catalog.corrections.decision import correct
from catalog.corrections.publication import Wish
from catalog.reading.entries import Entry
from catalog.runs import decisions
from catalog.search import Catalogue
from schemas import corrections, iris
from schemas.corrections import NotCorrectable
from schemas.kinds import Literal
from schemas.model import Dataset
from tests.catalog.runs import Source, package, region

NUMBERS = (1, 2, 3)
WORDS = ("alt", "neu", "anders")


class CorrectionStates(RuleBasedStateMachine):
    """One source with three records, of which the description is corrected."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="corrections-", dir=_MEMORY)
        self.portal = Source(region(Path(self.folder.name)))
        self.source = dict.fromkeys(NUMBERS, "alt")
        self.published: dict[int, str] = {}
        # By record: the run that made the correction in force, and its value.
        self.corrected: dict[int, tuple[int, str]] = {}
        self.undos: list[tuple[int, int, tuple[int, str]]] = []
        self.waiting: tuple[int, dict[int, str]] | None = None

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize()
    def begins(self) -> None:
        self._harvest()

    @rule(number=st.sampled_from(NUMBERS), word=st.sampled_from(WORDS))
    def the_source_changes(self, number: int, word: str) -> None:
        self.source[number] = word

    @rule()
    def is_harvested(self) -> None:
        self._harvest()

    @rule()
    def is_looked_at(self) -> None:
        self._harvest(plan=True)

    @precondition(lambda self: self.waiting is not None)
    @rule()
    def accepts(self) -> None:
        assert self.waiting is not None
        run, said = self.waiting
        decisions.accept(self.portal.region, run, self.portal.now)
        self.waiting, self.published = None, said

    @rule(number=st.sampled_from(NUMBERS), word=st.sampled_from(WORDS))
    def a_steward_corrects(self, number: int, word: str) -> None:
        value = corrections.statements(Dataset, "description", (Literal(word, "de"),))
        beneath = self.published[number]
        try:
            made = correct(self.portal.region, [Wish(_key(number), "description", value)], self.portal.now)
        except NotCorrectable:
            assert word in (beneath, self.corrected.get(number, (0, ""))[1])
            return
        assert word != beneath
        self.corrected[number] = (made.run, word)
        self.undos.clear()

    @precondition(lambda self: self.corrected)
    @rule(data=st.data())
    def a_correction_is_taken_back_by_hand(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.corrected)))
        correct(self.portal.region, [Wish(_key(number), "description", None)], self.portal.now)
        del self.corrected[number]
        self.undos.clear()

    @precondition(lambda self: self.corrected)
    @rule(data=st.data())
    def a_correction_is_undone(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.corrected)))
        run, word = self.corrected.pop(number)
        earlier = self._ended_by(run, number)
        undone = decisions.undo(self.portal.region, run, self.portal.now)
        assert undone.conflicts == ()
        if earlier is not None:
            self.corrected[number] = (undone.run, earlier)
        self.undos.append((number, undone.run, (run, word)))

    @precondition(lambda self: self.undos)
    @rule()
    def an_undo_is_undone(self) -> None:
        number, undo, (_, word) = self.undos.pop()
        again = decisions.undo(self.portal.region, undo, self.portal.now)
        self.corrected[number] = (again.run, word)

    @invariant()
    def what_is_public_is_source_and_correction(self) -> None:
        if not self.published:
            return
        wanted = {n: self.corrected[n][1] if n in self.corrected else said for n, said in self.published.items()}
        shown, states = self._shown()
        assert shown == wanted
        for number, in_force in states.items():
            assert len(in_force) == (number in self.corrected)
            resting = number in self.corrected and self.corrected[number][1] == self.published[number]
            assert in_force in ([], ["resting" if resting else "applied"])

    # ------------------------------------------------------------------------------------------ the world

    def _harvest(self, plan: bool = False) -> None:
        packages = [package(number, notes=said) for number, said in self.source.items()]
        result = self.portal.harvest(packages, plan=plan)
        assert result.status in ("ok", "warnings"), result
        assert result.counts.held == 0 or plan
        if plan:
            self.waiting = (result.run or 0, dict(self.source))
        else:
            self.waiting, self.published = None, dict(self.source)

    def _shown(self) -> tuple[dict[int, str], dict[int, list[str]]]:
        catalogue = Catalogue(self.portal.region)
        try:
            shown, states = {}, {}
            for number in NUMBERS:
                entry = catalogue.get(_key(number))
                assert isinstance(entry, Entry)
                record: Any = entry.record()
                shown[number] = record.description[0].text
                in_force = kept.of_record(catalogue.engine, entry.key, catalogue.number())
                beneath = {each.id: each.state for each in entry.corrected}
                states[number] = [beneath[each.correction.id] for each in in_force]
        finally:
            catalogue.close()
        return shown, states

    def _ended_by(self, run: int, number: int) -> str | None:
        """The value of the correction that a run took the place of."""
        table, publications = tables.corrections, tables.publications
        catalogue = Catalogue(self.portal.region)
        try:
            with catalogue.engine.connect() as connection:
                made = sa.select(publications.c.number).where(publications.c.run_id == run).scalar_subquery()
                value = connection.scalar(
                    sa.select(table.c.value).where(table.c.key == _key(number), table.c.valid_to == made)
                )
        finally:
            catalogue.close()
        return corrections.shown(Dataset, "description", value) if value else None


def _key(number: int) -> str:
    return iris.key("portal", package(number)["id"])


_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None

TestCorrectionStates = CorrectionStates.TestCase
TestCorrectionStates.settings = settings(
    max_examples=300 if settings().max_examples > 100 else 15,
    stateful_step_count=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
