"""Our check finds what pySHACL finds with the official shapes, but for the differences of :mod:`tests.differences`.

Compared are node, path and what is asked, on the examples of the standards, on all RDF samples and on 2,000 records that
were broken on purpose.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import syntax
from schemas.profiles import PROFILES
from schemas.triples import Triples
from tests import mutants
from tests.differences import DIFFERENCES, Difference, explained
from tests.parity import official, ours, theirs

FULL = os.environ.get("ALLMENDE_TEST_PROFILE") == "full"
# Together 2,000; the profile that is asked most gets most.
MUTANTS = {"dcat-ap": 500, "dcat-ap-de": 700, "hvd": 250, "geodcat-ap": 350, "cpsv-ap": 200}
_SYNTAXES = (".ttl", ".rdf", ".jsonld", ".nt", ".xml")
_USED: dict[str, set[Difference]] = {}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """rdflib tells of each broken literal on its way; that is what these are made for."""
    logger = logging.getLogger("rdflib.term")
    before, logger.level = logger.level, logging.CRITICAL
    yield
    logger.level = before


def compared(triples: Triples, profile: str, standards: Path) -> list[str]:
    """What only one side says and no difference explains."""
    their_marks, our_marks = theirs(triples, *official(standards, profile)), ours(triples, profile)
    more = [(mark, None) for mark in sorted(their_marks - our_marks.keys())]
    own = [(mark, our_marks[mark]) for mark in sorted(our_marks.keys() - their_marks)]
    used, left = explained(profile, "theirs", more, our_marks)
    used_own, left_own = explained(profile, "ours", own, their_marks)
    _USED.setdefault(profile, set()).update(used, used_own)
    return [f"theirs {each}" for each in left] + [f"ours {each}" for each in left_own]


def documents(*folders: Path) -> Triples:
    """The statements of all RDF documents in folders; blank nodes of different documents stay apart."""
    together = Triples()
    for file in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in _SYNTAXES):
        try:
            found = syntax.load(file.read_bytes(), f"https://example.org/{file.name}").triples
        except syntax.Unreadable:
            continue  # no RDF, or one of the official examples that cannot be parsed (standards/versions.md)
        for subject, statements in found.by_subject.items():
            known = together.by_subject.setdefault(subject, [])
            known += [statement for statement in statements if statement not in known[:50]]
    return together


EXAMPLES = (
    "data/GovDataOfficial+DCAT-AP.de/3.0/Releases/DCAT-AP.de V3.0/examples",
    "data/GovDataOfficial+DCAT-AP.de/3.0/Releases/DCAT-AP.de V2.0/examples",
    "data/GovDataOfficial+ckanext-dcatde",
    "data/SEMICeu+DCAT-AP/master/releases/3.0.0-hvd/html/examples",
    "data/SEMICeu+DCAT-AP/master/releases/3.0.1/html/examples",
    "data/SEMICeu+uri.semic.eu-generated/draft/DCAT-AP/drafts/3.0.1-hvd/html/examples",
    "data/w3c+dxwg/gh-pages/dcat/examples",
)
SERVICES = (
    "data/SEMICeu+CPSV-AP/master/releases/3.2.0/html/examples",
    "data/SEMICeu+uri.semic.eu-generated/draft/CPSV-AP/releases/3.2.1/html/examples",
)


@pytest.mark.parametrize("profile", PROFILES)
def test_examples_of_the_standards(standards: Path, profile: str) -> None:
    folders = [standards / each for each in (SERVICES if profile == "cpsv-ap" else EXAMPLES)]
    triples = documents(*folders)
    assert len(triples.by_subject) > 8
    assert not (left := compared(triples, profile, standards)), left[:20]


@pytest.mark.parametrize("profile", PROFILES)
def test_samples(standards: Path, samples: Path, profile: str) -> None:
    """All RDF that real servers sent; the largest once, and for the German profile alone."""
    triples = documents(samples / ("services" if profile == "cpsv-ap" else "dcat"))
    if profile not in ("cpsv-ap", "dcat-ap-de") and not FULL:
        triples = thinned(triples, 1500)
    assert len(triples.by_subject) > 100
    assert not (left := compared(triples, profile, standards)), left[:20]


def thinned(triples: Triples, count: int) -> Triples:
    """Every nth subject that is no blank node, and what hangs on it."""
    chosen = Triples()
    named = [subject for subject in triples.by_subject if not subject.startswith("_:")]
    for subject in named[:: max(1, len(named) * 3 // count)]:
        waiting = [subject]
        while waiting:
            each = waiting.pop()
            if each in chosen.by_subject or each not in triples.by_subject:
                continue
            chosen.by_subject[each] = triples.by_subject[each]
            waiting += [o for _, o in triples.by_subject[each] if isinstance(o, str) and o.startswith("_:")]
    return chosen


@pytest.mark.parametrize("profile", PROFILES)
def test_records_broken_on_purpose(standards: Path, profile: str) -> None:
    sets = official(standards, profile)
    triples = mutants.of(profile, 2000 if FULL else MUTANTS[profile], sets)
    assert not (left := compared(triples, profile, standards)), left[:20]


def test_differences_are_needed(standards: Path) -> None:
    """Runs last in this file: what explained nothing above explains nothing at all."""
    if set(_USED) != set(PROFILES):
        pytest.skip("only together with the other tests of this file")
    unused = [
        f"{profile}: {each.side} {each.ask} {each.path}"
        for each in DIFFERENCES
        for profile in each.profiles.split()
        if each not in _USED[profile]
    ]
    assert not unused, "\n".join(unused)
