"""What all readers make of their recordings, by the conventions of DCAT-AP.de: each reader is held to the same list.

``docs/conventions.md`` names the conventions; a reader joins by its recordings.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF

from harvesters.readers import dcat
from schemas import conventions, rdf, syntax
from schemas.kinds import Kind, Literal
from schemas.limits import Limits
from schemas.model import (
    Checksum,
    ContactPoint,
    DataService,
    Dataset,
    DatasetSeries,
    Distribution,
    PeriodOfTime,
    Resource,
    iri_of,
    nested,
)
from schemas.namespaces import DCAT, DCATDE, OWL, SCHEMA
from schemas.ntriples import rdflib_graph
from schemas.proposals import applied
from schemas.validation import fits
from schemas.vocabularies import LISTS, deprecated
from tests.harvesters.dcat_parts import context

RECORDINGS = Path(__file__).parents[1] / "recordings"
# Of RDF sources there is only what came in: it goes out as it came, in its present terms.
FILES = {
    path.parent.relative_to(RECORDINGS).as_posix(): path
    for path in (*RECORDINGS.glob("*/*/expected.*"), *RECORDINGS.glob("dcat/*/input.*"))
}
CASES = sorted(FILES)
# What stands in RDF goes out as it came, in its present terms (docs/normalisations.md and its test); there the conventions
# are proposals, and an access address comes in cleaning.
IN_RDF = tuple(case for case in CASES if case.startswith(("dcat/", "website/json-ld", "website/microdata")))
CLASSES: dict[rdflib.URIRef, type[Resource]] = {
    DCAT.Dataset: Dataset,
    DCAT.DataService: DataService,
    DCAT.DatasetSeries: DatasetSeries,
}
# Given up in DCAT-AP.de 3.0 in favour of another property; no reader writes them.
FORMER = (
    *(DCATDE[name] for name in ("originator", "maintainer", "plannedAvailability")),
    *(OWL.versionInfo, SCHEMA.startDate, SCHEMA.endDate, DCAT.granularity),
)


@cache
def records(case: str) -> tuple[Resource, ...]:
    path = FILES[case]
    if case.startswith("dcat/"):
        where = context()
        cut = dcat.cut(syntax.load(path.read_bytes(), "https://feed.example.org/").triples, where.base_url, Limits())
        readings = [dcat.read(native, where) for native in cut.natives]
        return tuple(record for reading in readings for record in (reading.record, *reading.companions))
    graph = rdflib.Graph().parse(path, format="turtle" if path.suffix == ".ttl" else "nt")
    found = [(cls, str(s)) for kind, cls in CLASSES.items() for s in graph.subjects(RDF.type, kind)]
    return tuple(rdf.read(graph, subject, cls, [subject for _, subject in found]) for cls, subject in found)


def forms(case: str) -> list[Distribution]:
    datasets = [each for each in records(case) if isinstance(each, Dataset)]
    return [form for each in datasets for form in each.distribution if isinstance(form, Distribution)]


def test_every_reader_has_recordings() -> None:
    readers = {path.stem for path in (Path(conventions.__file__).parents[1] / "harvesters/readers").glob("[a-z]*.py")}
    assert readers <= {case.split("/")[0] for case in CASES}


@pytest.mark.parametrize("case", [case for case in CASES if case not in IN_RDF])
def test_codes_types_and_publishers_are_as_the_conventions_want_them(case: str) -> None:
    wanted = (conventions.CODE, conventions.TYPED, conventions.PUBLISHER)
    for record in records(case):
        if isinstance(record, Dataset):
            assert [p for p in conventions.proposals(record) if p.rule in wanted] == []


@pytest.mark.parametrize("case", IN_RDF)
def test_of_rdf_the_proposals_leave_nothing_to_propose(case: str) -> None:
    for record in records(case):
        if isinstance(record, Dataset):
            better = applied(record, [p for p in conventions.proposals(record) if p.record is None])
            rest = [p for p in conventions.proposals(better) if p.rule != conventions.ATTRIBUTION]
            assert rest == []


@pytest.mark.parametrize("case", [case for case in CASES if case not in IN_RDF])
def test_K30_K31_themes_and_formats_are_of_the_lists(case: str) -> None:
    for record in records(case):
        if isinstance(record, Dataset | DataService):
            assert all((iri_of(value) or "") in LISTS["data-theme"] for value in record.theme)
    for form in forms(case):
        assert all((iri_of(value) or "") in LISTS["file-type"] for value in form.format)
        for value in (*form.media_type, *form.compress_format, *form.package_format):
            assert (iri_of(value) or "").startswith(("https://www.iana.org/", "http://www.iana.org/"))


@pytest.mark.parametrize("case", [case for case in CASES if case not in IN_RDF])
def test_K39_a_download_has_an_access_address(case: str) -> None:
    assert all(form.access_url for form in forms(case) if form.download_url)


@pytest.mark.parametrize("case", [case for case in CASES if case not in IN_RDF])
def test_sizes_and_checksums_are_typed_and_algorithms_of_spdx(case: str) -> None:
    for form in forms(case):
        assert all(fits(size, Kind.INTEGER) for size in form.byte_size)
        for checksum in nested(form.checksum, Checksum):
            assert isinstance(checksum, Checksum)
            assert all(fits(value, Kind.HEX) for value in checksum.checksum_value)
            assert all((iri_of(value) or "") in LISTS["checksum-algorithm"] for value in checksum.algorithm)


@pytest.mark.parametrize("case", CASES)
def test_K38_a_period_has_a_begin_or_an_end(case: str) -> None:
    for record in records(case):
        for period in nested(getattr(record, "temporal", ()), PeriodOfTime):
            assert isinstance(period, PeriodOfTime)
            assert period.start_date or period.end_date or period.has_beginning or period.has_end


@pytest.mark.parametrize("case", [case for case in CASES if case not in IN_RDF])
def test_K01_addresses_of_contacts_are_iris(case: str) -> None:
    for record in records(case):
        for contact in nested(getattr(record, "contact_point", ()), ContactPoint):
            assert isinstance(contact, ContactPoint)
            assert all((iri_of(value) or "").startswith("mailto:") for value in contact.has_email)
            assert all((iri_of(value) or "").startswith(("http:", "https:")) for value in contact.has_url)


@pytest.mark.parametrize("case", [case for case in CASES if case not in IN_RDF])
def test_former_properties_and_codes_go_out_in_their_present_form(case: str) -> None:
    graph = rdflib.Graph()
    for number, record in enumerate(records(case)):
        graph += rdflib_graph(record, f"record{number}")
    assert [term for term in FORMER if (None, term, None) in graph] == []
    said = {str(value) for value in graph.objects() if isinstance(value, rdflib.URIRef)}
    assert sorted(value for value in said if deprecated(value)) == []


@pytest.mark.parametrize("case", CASES)
def test_K25_an_identifier_is_a_text_and_not_changed_into_an_iri(case: str) -> None:
    for record in records(case):
        assert all(isinstance(value, Literal) for value in getattr(record, "identifier", ()))
