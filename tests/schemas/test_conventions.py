"""What the conventions want otherwise is proposed from the source's own words, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import XSD, Graph

from schemas import conventions, rdf
from schemas.conventions import proposals
from schemas.findings import Severity
from schemas.kinds import Literal
from schemas.model import Agent, Checksum, Concept, DataService, Dataset, Distribution, PeriodOfTime, Resource
from schemas.namespaces import DCTERMS, RDFS
from schemas.proposals import applied
from schemas.validation import check
from schemas.vocabularies import LISTS

EU = "http://publications.europa.eu/resource/authority/"
LICENSES = LISTS["license"].base
BY, ZERO = LICENSES + "dl-by-de/2.0", LICENSES + "dl-zero-de/2.0"
AT = "https://neuhof.example.org"
TITLE = (Literal("Parkplätze", "de"),)
OFFICE = Agent(name=(Literal("Gemeinde Neuhof", "de"),))


def form(**values: tuple[object, ...]) -> Distribution:
    return Distribution(iri=f"{AT}/d/1", access_url=(f"{AT}/a.csv",), **values)  # type: ignore[arg-type]


def changed(dataset: Dataset, *related: Resource) -> Dataset:
    return applied(dataset, [each for each in proposals(dataset, related) if each.record is None])


def first(dataset: Dataset) -> Distribution:
    found = dataset.distribution[0]
    assert isinstance(found, Distribution)
    return found


def test_a_record_by_the_conventions_gets_no_proposal() -> None:
    good = Dataset(
        title=TITLE,
        publisher=(OFFICE,),
        theme=(EU + "data-theme/TRAN",),
        language=(EU + "language/DEU",),
        modified=(Literal("2026-11-03", None, str(XSD.date)),),
        distribution=(form(license=(ZERO,), format=(EU + "file-type/CSV",)),),
    )
    assert list(proposals(good)) == []


@pytest.mark.parametrize(
    ("attribute", "said", "meant"),
    [
        ("language", "http://id.loc.gov/vocabulary/iso639-1/de", EU + "language/DEU"),
        ("accrual_periodicity", "http://purl.org/cld/freq/irregular", EU + "frequency/IRREG"),
        ("theme", f"{AT}/id/theme/Politik%20und%20Wahlen", EU + "data-theme/GOVE"),
    ],
)
def test_an_iri_of_another_list_becomes_that_of_the_list(attribute: str, said: str, meant: str) -> None:
    dataset = replace(Dataset(title=TITLE), **{attribute: (said,)})  # type: ignore[arg-type]
    (found,) = proposals(dataset)
    assert (found.rule, found.attribute, found.values, found.adds) == (conventions.CODE, attribute, (meant,), False)
    assert said in found.evidence_de
    assert getattr(applied(dataset, [found]), attribute) == (meant,)


def test_K30_a_theme_described_in_place_is_read_by_its_label() -> None:
    said = Concept(pref_label=(Literal("Verkehr", "de"),))
    assert changed(Dataset(title=TITLE, theme=(said,))).theme == (EU + "data-theme/TRAN",)


def test_what_means_no_code_for_certain_stays() -> None:
    dataset = Dataset(title=TITLE, theme=(f"{AT}/theme/sonstiges", EU + "data-theme/TRAN"))
    assert list(proposals(dataset)) == []


def test_K32_a_licence_that_means_one_of_the_list_becomes_it() -> None:
    dataset = Dataset(title=TITLE, distribution=(form(license=("https://www.govdata.de/dl-de/by-2-0",)),))
    assert first(changed(dataset)).license == (BY,)


def test_K34_other_licences_stay_as_they_are() -> None:
    own = form(license=("http://creativecommons.org/licenses/by-nc/3.0/",))
    assert not [
        each for each in proposals(Dataset(title=TITLE, distribution=(own,))) if each.attribute[13:] == "license"
    ]


def test_K32_the_dataset_s_licence_holds_for_its_distributions() -> None:
    dataset = Dataset(title=TITLE, extra=((str(DCTERMS.license), ZERO),), distribution=(form(), form(license=(BY,))))
    (found,) = [each for each in proposals(dataset) if each.rule == conventions.LICENSE]
    assert (found.attribute, found.values) == ("distribution.license", (ZERO,))
    unclear = replace(dataset, extra=(*dataset.extra, (str(DCTERMS.license), BY)))
    assert not [each for each in proposals(unclear) if each.rule == conventions.LICENSE]


def test_K35_the_attribution_is_what_the_source_says_elsewhere_else_the_publisher_s_name() -> None:
    lonely = form(license=(BY,))
    dataset = Dataset(title=TITLE, publisher=(OFFICE,), distribution=(lonely,))
    (found,) = proposals(dataset)
    assert (found.rule, found.values) == (conventions.ATTRIBUTION, (Literal("Gemeinde Neuhof", "de"),))
    assert found.certainty == conventions.BY_NAME
    said = Literal("© Bauamt Neuhof 2026", "de")
    beside = Distribution(iri=f"{AT}/d/2", license=(BY,), license_attribution=(said,))
    (better,) = proposals(replace(dataset, distribution=(lonely, beside)))
    assert better.values == (said,)
    assert better.certainty > conventions.BY_NAME


def test_K35_a_publisher_of_its_own_is_looked_up_and_an_unknown_one_gives_nothing() -> None:
    dataset = Dataset(title=TITLE, publisher=(f"{AT}/agent",), distribution=(form(license=(BY,)),))
    assert list(proposals(dataset)) == []
    (found,) = proposals(dataset, [replace(OFFICE, iri=f"{AT}/agent")])
    assert found.values == (Literal("Gemeinde Neuhof", "de"),)


def test_K36_a_publisher_as_text_becomes_an_agent() -> None:
    said = Literal("Stadt Fulda", "de")
    written = Dataset(title=TITLE, extra=((str(DCTERMS.publisher), said),))
    labelled = Dataset(title=TITLE, publisher=(Agent(extra=((str(RDFS.label), said),)),))
    for dataset in (written, labelled):
        assert changed(dataset).publisher == (Agent(name=(said,)),)
    assert list(proposals(Dataset(title=TITLE, publisher=(f"{AT}/agent",)))) == []


@pytest.mark.parametrize(
    ("attribute", "said", "typed"),
    [
        ("modified", Literal("2020-12-08"), Literal("2020-12-08", None, str(XSD.date))),
        ("issued", Literal("8.12.2020", None, str(XSD.date)), Literal("2020-12-08", None, str(XSD.date))),
    ],
)
def test_dates_are_typed(attribute: str, said: Literal, typed: Literal) -> None:
    dataset = replace(Dataset(title=TITLE), **{attribute: (said,)})  # type: ignore[arg-type]
    assert getattr(changed(dataset), attribute) == (typed,)


def test_a_size_as_dcat_2_wrote_it_is_a_whole_number() -> None:
    sized = form(byte_size=(Literal("72623.0", None, str(XSD.decimal)),))
    better = first(changed(Dataset(title=TITLE, distribution=(sized,)))).byte_size
    assert better == (Literal("72623", None, str(XSD.nonNegativeInteger)),)


@pytest.mark.parametrize("said", [Literal("im Frühjahr"), Literal("2020-13-40"), Literal("morgen", "de")])
def test_what_is_no_date_stays(said: Literal) -> None:
    assert list(proposals(Dataset(title=TITLE, modified=(said,)))) == []


def test_K32_a_service_has_the_licence_of_what_it_delivers() -> None:
    service = DataService(iri=f"{AT}/s", endpoint_url=(f"{AT}/wfs",))
    dataset = Dataset(title=TITLE, distribution=(form(license=(ZERO,), access_service=(service.iri,)),))
    found = [each for each in proposals(dataset, [service]) if each.record == service.iri]
    assert [(each.attribute, each.values) for each in found] == [
        ("license", (ZERO,)),
        ("endpoint_description", (f"{AT}/wfs?SERVICE=WFS&REQUEST=GetCapabilities",)),
    ]
    assert list(proposals(dataset, [replace(service, iri=f"{AT}/other")])) == []


def in_turtle(more: str) -> Dataset:
    """A dataset as the dcat reader gives it."""
    said = f"""
    @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    @prefix spdx: <http://spdx.org/rdf/terms#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    <{AT}/1> a dcat:Dataset ; dct:title "Parkplätze"@de ; dct:description "Wo man hält"@de ; {more} .
    """
    return rdf.read(Graph().parse(data=said, format="turtle"), f"{AT}/1", Dataset)


TEXTS = f"""
    dct:accessRights "public" ; dct:accrualPeriodicity "täglich" ; dcat:theme "Umwelt" ;
    dct:language "de", <http://id.loc.gov/vocabulary/iso639-1/en>, "Plattdüütsch op Föhr" ;
    dct:publisher [ a foaf:Agent ; foaf:name "Gemeinde Neuhof"@de ; dct:type "Kommune" ] ;
    dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2024-01-01" ; dcat:endDate "31.12.2024" ] ;
    dcat:distribution [ a dcat:Distribution ; dcat:accessURL <{AT}/a.csv> ; dct:license "dl-by-de/2.0" ;
        dct:format "CSV" ; dcat:mediaType "text/csv" ;
        spdx:checksum [ a spdx:Checksum ; spdx:checksumValue "ab12" ; spdx:algorithm "SHA-256" ] ]
"""


def test_texts_in_the_place_of_codes_become_codes_and_nothing_is_lost() -> None:
    dataset = in_turtle(TEXTS)
    found = list(proposals(dataset))
    assert not any(each.adds for each in found), "one value only may stand in most of these places"
    better = changed(dataset)
    assert better.access_rights == (EU + "access-right/PUBLIC",)
    assert better.accrual_periodicity == (EU + "frequency/DAILY",)
    assert better.theme == (EU + "data-theme/ENVI",)
    assert set(better.language) == {EU + "language/DEU", EU + "language/ENG"}
    assert better.extra == ((str(DCTERMS.language), Literal("Plattdüütsch op Föhr")),), "what means no code stays"
    (form,) = better.distribution
    assert isinstance(form, Distribution)
    assert (form.license, form.format) == ((BY,), (EU + "file-type/CSV",))
    assert form.media_type == (LISTS["media-type"].base + "text/csv",)
    assert form.extra == ()


def test_what_is_described_in_place_is_put_right_as_well() -> None:
    better = changed(in_turtle(TEXTS))
    (period,), (agent,) = better.temporal, better.publisher
    assert isinstance(period, PeriodOfTime)
    assert isinstance(agent, Agent)
    dates = [*period.start_date, *period.end_date]
    assert dates == [Literal("2024-01-01", None, str(XSD.date)), Literal("2024-12-31", None, str(XSD.date))]
    assert agent.type == ("http://purl.org/adms/publishertype/LocalAuthority",)
    assert agent.name == (Literal("Gemeinde Neuhof", "de"),)
    (checksum,) = first(better).checksum
    assert isinstance(checksum, Checksum)
    assert checksum.checksum_value == (Literal("ab12", None, str(XSD.hexBinary)),)
    assert checksum.algorithm == (LISTS["checksum-algorithm"].base + "sha256",)


def test_the_evidence_names_what_stands_in_the_source() -> None:
    said = " ".join(each.evidence_de for each in proposals(in_turtle(TEXTS)))
    for word in (
        "„public“",
        "„täglich“",
        "„Umwelt“",
        "„de“",
        "„Kommune“",
        "„2024-01-01“",
        "„SHA-256“",
        "„dl-by-de/2.0“",
    ):
        assert word in said


def test_after_all_of_it_only_what_means_no_code_is_wrong() -> None:
    dataset = in_turtle(TEXTS)
    wrong = [each for each in check(dataset, "dcat-ap-de") if each.severity is Severity.VIOLATION]
    left = [each for each in check(changed(dataset), "dcat-ap-de") if each.severity is Severity.VIOLATION]
    assert len(wrong) > 10
    assert {each.path for each in left} == {str(DCTERMS.language)}


@pytest.mark.parametrize(
    ("levels", "places", "values", "adds"),
    [
        ((), ("districtKey/06631",), ("administrativeDistrict",), False),
        (("federal",), ("districtKey/06631",), ("administrativeDistrict",), False),
        (("state",), ("stateKey/06", "regionalKey/066310018018"), ("municipality",), True),
        (("municipality",), ("regionalKey/066310018018",), None, False),
        (("federal",), (), None, False),
    ],
)
def test_K09_the_level_is_that_of_the_keys(
    levels: tuple[str, ...], places: tuple[str, ...], values: tuple[str, ...] | None, adds: bool
) -> None:
    base = "http://dcat-ap.de/def/politicalGeocoding/"
    dataset = Dataset(
        title=TITLE,
        political_geocoding_level=tuple(f"{base}Level/{level}" for level in levels),
        spatial=tuple(f"{base}{place}" for place in places),
    )
    found = [(each.values, each.adds) for each in proposals(dataset) if each.rule == conventions.LEVEL]
    assert found == ([(tuple(f"{base}Level/{value}" for value in values), adds)] if values else [])


def test_what_an_agent_of_its_own_says_as_text_is_put_right_there() -> None:
    office = replace(OFFICE, iri=f"{AT}/agent", extra=((str(DCTERMS.type), Literal("Kommune")),))
    (found,) = proposals(Dataset(title=TITLE, publisher=(office.iri or "",)), [office])
    assert (found.record, found.attribute) == (office.iri, "type")
    assert found.values == ("http://purl.org/adms/publishertype/LocalAuthority",)


@given(st.text(max_size=60), st.sampled_from(["de", None]), st.sampled_from([str(XSD.date), str(XSD.decimal), None]))
def test_any_literal_is_taken(words: str, lang: str | None, datatype: str | None) -> None:
    value = Literal(words, lang, None if lang else datatype)
    dataset = Dataset(
        title=TITLE,
        modified=(value,),
        extra=((str(DCTERMS.publisher), value), (str(DCTERMS.license), value)),
        distribution=(form(byte_size=(value,)),),
    )
    better = changed(dataset)
    assert not [each for each in proposals(better) if each.rule != conventions.ATTRIBUTION], "once is enough"
