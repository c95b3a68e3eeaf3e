"""A record read out of its own statements and written again is the same, byte by byte, whatever it says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas import corrections, whole
from schemas.corrections import Correction
from schemas.kinds import Literal
from schemas.model import Agent, DataService, Dataset, Distribution, Location, PeriodOfTime, Resource, RightsStatement
from schemas.ntriples import ntriples_of

IRI = "https://daten.example.org/id/dataset/x"
CODES = (
    "http://dcat-ap.de/def/politicalGeocoding/regionalKey/066310018018",
    "http://publications.europa.eu/resource/authority/data-theme/ENVI",
)
texts = st.builds(
    Literal,
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
    st.sampled_from([None, "de", "en"]),
)
addresses = st.sampled_from(["https://x.example/a.csv", "https://x.example/b.csv", "https://x.example/c"])
places = st.one_of(
    st.sampled_from(CODES),
    st.builds(Location, iri=st.sampled_from(CODES[:1])),
    st.builds(Location, pref_label=st.tuples(texts)),
)
distributions = st.builds(
    Distribution,
    iri=st.sampled_from([None, "https://x.example/1", "https://x.example/2"]),
    access_url=st.tuples(addresses),
    title=st.lists(texts, max_size=2).map(tuple),
    rights=st.lists(st.builds(RightsStatement, label=st.tuples(texts)), max_size=1).map(tuple),
    extra=st.lists(st.tuples(st.just("http://purl.org/dc/terms/format"), texts), max_size=1).map(tuple),
)
datasets = st.builds(
    Dataset,
    iri=st.just(IRI),
    title=st.lists(texts, max_size=2).map(tuple),
    spatial=st.lists(places, max_size=2).map(tuple),
    theme=st.lists(st.sampled_from(CODES[1:]), max_size=1).map(tuple),
    temporal=st.lists(st.builds(PeriodOfTime, start_date=st.tuples(texts)), max_size=1).map(tuple),
    # Two files of one IRI are one file as soon as they are written.
    distribution=st.lists(distributions, max_size=3, unique_by=lambda d: d.iri or d.access_url).map(tuple),
)
# What a steward may set, as (path, values).
wishes = st.one_of(
    st.tuples(st.just("title"), st.lists(texts, max_size=2)),
    st.tuples(st.just("spatial"), st.lists(places, max_size=2)),
    st.tuples(st.just("distribution.format"), st.lists(st.sampled_from(["https://x.example/format"]), max_size=1)),
    st.tuples(st.just("distribution.access_url"), st.lists(addresses, max_size=1)),
)


@given(datasets)
def test_nothing_is_lost_between_writing_and_reading(record: Dataset) -> None:
    written = ntriples_of(record, "k")
    again = whole.read(written.encode(), IRI, Dataset).record
    assert ntriples_of(again, "k") == written


@given(datasets, st.lists(wishes, max_size=3))
def test_what_corrections_did_can_be_taken_off_again(record: Dataset, wanted: list[tuple[str, list[Resource]]]) -> None:
    made: list[Correction] = []
    for number, (path, values) in enumerate(wanted):
        files = [d for d in record.distribution if isinstance(d, Distribution)] if "." in path else [None]
        for file in files[:1]:
            names = corrections.part_names(record, file) if file is not None else ("", "")
            if any((names[0], path) == each.place for each in made):
                continue
            value = corrections.statements(Dataset, path, values)
            source = corrections.statements_of(record, path, tuple(filter(None, names))) or ""
            made.append(Correction(path, value, source, *names, id=number))
    applied = corrections.apply(record, made)
    assert applied.findings == () or all(f.rule == corrections.RESTS for f in applied.findings)
    for each in made:
        there = corrections.statements_of(applied.record, each.attribute, each.names)
        renamed = any(c.attribute == "distribution.access_url" for c in made)
        assert there == each.value or (there is None and renamed) or renamed
    stored = whole.read(ntriples_of(applied.record, "k").encode(), IRI, Dataset).record
    beneath = corrections.unapply(stored, applied.corrected, made)
    if all(d.iri for d in record.distribution if isinstance(d, Distribution)):
        assert ntriples_of(beneath, "k") == ntriples_of(record, "k")


def test_an_agent_beside_the_record_is_a_companion() -> None:
    agent = Agent(iri="https://x.example/amt", name=(Literal("Amt", "de"),))
    value = corrections.with_companions(corrections.statements(Dataset, "publisher", (agent.iri or "",)), [agent])
    applied = corrections.apply(Dataset(iri=IRI), [Correction("publisher", value)])
    assert (applied.record.publisher, applied.companions) == ((agent.iri,), (agent,))


def test_a_record_without_files_has_no_part_that_a_correction_of_a_file_renames() -> None:
    value = corrections.statements(Dataset, "distribution.download_url", ("https://x.example/a.csv",))
    of_file = Correction("distribution.download_url", value, part="https://x.example/id/distribution/1")
    service = DataService(iri="https://x.example/dienst")
    assert corrections.unapply(service, (), [of_file]) == service
