"""The parts of the bench: what each measures, and a part's figures with the surroundings that they are true for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tests.bench import dcat, feeds, growth, harvest, neighbours, pages, peer, previews, repair, search, validation
from tests.bench.figures import Figure
from tests.bench.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its heading, what is done, and the function from number of records and stores to figures."""

    title: str
    about: str
    measure: Callable[[int, Sequence[str]], list[Figure]]
    has_peer: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What a part gave."""

    command: str
    surroundings: Surroundings
    figures: Sequence[Figure]
    peer: str = ""

    def to_json(self) -> dict[str, Any]:
        """The part for ``--json``."""
        return {
            "command": self.command,
            "surroundings": self.surroundings.to_json(),
            "peer": self.peer or None,
            "figures": [figure.to_json() for figure in self.figures],
        }


PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "harvest": Part(
            "Harvest of a CKAN API",
            "Records of some 50 statements on loopback, through `allmende harvest` to the published, searchable "
            "catalogue. “Whole command” is the wall clock from the start of the process to its end, the search index "
            "included; “run alone” is what the run itself says.",
            harvest.measure,
        ),
        "feeds": Part(
            "Feeds",
            "The catalogue harvested from the DCAT feed below is written in pages of 100 and whole; ckanext-dcat's "
            "RDFSerializer and RDFParser work on the first datasets of the same feed, in the same run.",
            lambda records, stores: feeds.measure(records, stores[0]),
            has_peer=True,
        ),
        "dcat": Part(
            "Harvest of a DCAT feed",
            "Datasets of 53 statements (4 kB of Turtle) in Hydra pages of 100 on loopback, through `allmende harvest` "
            "to the published, searchable catalogue; ckanext-dcat only parses each page and writes it again.",
            lambda records, stores: dcat.measure(records, stores[0]),
            has_peer=True,
        ),
        "memory": Part(
            "Memory as a catalogue grows",
            "The CKAN harvest at a number of records and at ten times as many. Memory is that of all processes of the "
            "command together at one moment, shared pages counted once.",
            lambda records, stores: growth.grow(records, stores[0]),
        ),
        "neighbours": Part(
            "Good sources beside hostile ones",
            "Twenty sources of one region: seventeen CKAN portals on loopback that share the records, and three servers that "
            "trickle or never end; asked for together, the hostile ones first.",
            lambda records, stores: neighbours.measure(records, stores[0]),
        ),
        "validation": Part(
            "Validation",
            "1,000 datasets of the DCAT feed above, checked against DCAT-AP.de 3.0: by our table, as they stand in the document "
            "and as records of a harvest, and by pySHACL with the official shapes (DCAT-AP 3.0.0, DCAT-AP.de 3.0), which get "
            "graphs that are ready and hold the background vocabulary. That both find the same is tested elsewhere.",
            lambda records, _stores: validation.measure(records),
        ),
        "repair": Part(
            "Repair",
            "1,000 datasets of the CKAN API above, harvested; then `allmende repair --all --offline`, which proposes for each "
            "and weighs each proposal by the score with it and without, and looks at no file, for that is the network's time. "
            "Nothing else that we know of proposes: beside it pySHACL checks the same records against DCAT-AP.de 3.0, as "
            "graphs that are ready.",
            lambda records, _stores: repair.measure(records),
        ),
        "previews": Part(
            "Previews",
            "A table of a level gauge with 300,000 rows, and small ones, on loopback: from the wish to what a page gets, "
            "the fetch and the process that reads the file included.",
            lambda records, _stores: previews.measure(records),
        ),
        "pages": Part(
            "Pages in a browser",
            "First visits to the demo region in Chromium, 360 pixels wide, with a processor four times slower, 1.6 Mbit/s and "
            "150 ms on the way (DevTools emulation).",
            lambda _records, _stores: pages.measure(),
        ),
        "search": Part(
            "Search",
            "A catalogue written straight into its store, served by `allmende serve` with two workers. Each search text is asked "
            "once, so that no kept answer is given; wrk has eight connections for ten seconds. pycsw (of `scripts/servers`) gets "
            "the same titles, descriptions and keywords, and is asked by CSW GetRecords in any text.",
            lambda records, _stores: search.measure(records),
        ),
    }
)


def measure(name: str, records: int, stores: Sequence[str], command: str, before: Surroundings) -> Measured:
    """Measures a part. ``before`` are the surroundings before the first part, so that the load is not our own."""
    part = PARTS[name]
    figures = part.measure(records, stores)
    return Measured(command, before, figures, peer.measured().line() if part.has_peer else "")
