"""How well searches find what people mean: queries with the datasets that are expected, recall@10 and MRR.

``relevance.csv`` holds queries as citizens type them, judged by titles: of the demo region (``demo``) and of the hundred
datasets that a German city's catalogue sent (``rostock``, samples/dcat). A search that finds nothing counts with what it
says was meant, or finds without words that no dataset holds, because the page shows that at once.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from catalog.reading.entries import Query
from catalog.search import Catalogue

FILE = Path(__file__).with_name("relevance.csv")
DEPTH = 10
RECALL, MRR = 0.95, 0.85  # the goals
ROSTOCK = "dcat/rostock_catalog_page1_hydra.rdf"


class Judged(NamedTuple):
    """A query with the titles that are expected among its first results."""

    q: str
    expected: tuple[str, ...]


class Answer(NamedTuple):
    """What a query found: the titles of its first results, what share of the expected ones, and 1/rank of the first."""

    judged: Judged
    titles: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Which share of the expected datasets stands among the first ten."""
        return sum(title in self.titles for title in self.judged.expected) / min(len(self.judged.expected), DEPTH)

    @property
    def reciprocal_rank(self) -> float:
        """One over the rank of the first expected dataset; 0 if none is there."""
        ranks = (rank for rank, title in enumerate(self.titles, 1) if title in self.judged.expected)
        return 1 / next(ranks, float("inf"))


class Measured(NamedTuple):
    """The means over all queries of a corpus."""

    answers: tuple[Answer, ...]

    @property
    def recall(self) -> float:
        """Mean recall@10."""
        return sum(answer.recall for answer in self.answers) / len(self.answers)

    @property
    def mrr(self) -> float:
        """Mean reciprocal rank."""
        return sum(answer.reciprocal_rank for answer in self.answers) / len(self.answers)

    def misses(self) -> list[str]:
        """The queries that lack something, in a line each."""
        return [
            f"{answer.judged.q}: lacks {sorted(set(answer.judged.expected) - set(answer.titles))}, "
            f"rank {answer.reciprocal_rank:.2f}, found {answer.titles[:4]}"
            for answer in self.answers
            if answer.recall < 1 or answer.reciprocal_rank < 1
        ]


def judged(corpus: str) -> list[Judged]:
    """The queries of a corpus."""
    with FILE.open(encoding="utf-8", newline="") as opened:
        rows = csv.DictReader(opened, delimiter=";", quoting=csv.QUOTE_NONE)
        return [Judged(row["q"], tuple(row["expected"].split("|"))) for row in rows if row["corpus"] == corpus]


def measure(catalogue: Catalogue, queries: Sequence[Judged]) -> Measured:
    """Asks a catalogue all queries."""
    return Measured(tuple(Answer(one, _found(catalogue, one.q)) for one in queries))


def _found(catalogue: Catalogue, q: str) -> tuple[str, ...]:
    query = Query(q=q, size=DEPTH)
    results = catalogue.find(query)
    if not results.total and (shown := catalogue.helped(query).shown) is not None:
        results = catalogue.find(replace(shown.query, size=DEPTH))
    return tuple(hit.summary.title for hit in results.hits)
