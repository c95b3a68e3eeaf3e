"""Harvest of a DCAT feed in pages of 100 through to the published catalogue, against ckanext-dcat's RDF → dicts → RDF."""

from __future__ import annotations

from functools import partial

from tests.bench import peer
from tests.bench.figures import Figure, of_runs, ratio
from tests.bench.harvest import memory, rounds

TITLES = {"ttl": "Turtle", "rdf": "RDF/XML"}


def measure(records: int, store: str) -> list[Figure]:
    """Part ``dcat``: the goals of DESIGN 6 for a DCAT source, in both syntaxes that portals deliver most."""
    figures = []
    other = peer.measured()
    for syntax, title in TITLES.items():
        done = rounds(syntax, records, store)
        say = partial(of_runs, unit="datasets/s")
        what = f"harvest of a feed in {title}"
        first = say(f"first {what}", done.rates(done.first), goal=1200, note="whole command")
        figures += [
            first,
            say(f"first {what}", done.rates(done.first, alone=True), goal=1200, note="run alone"),
            say(f"unchanged {what}", done.rates(done.unchanged), note="whole command"),
            say(f"unchanged {what}", done.rates(done.unchanged, alone=True), note="run alone"),
        ]
        if (theirs := other.rate(f"round {syntax}")) is not None:
            figures.append(ratio(f"first {what}: against ckanext-dcat's RDF → dicts → RDF", first, theirs, 8))
        figures += memory(f"first {what}", done.first)
    return figures
