"""What the conventions want otherwise is proposed from the source's own words, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import XSD

from schemas import conventions
from schemas.conventions import proposals
from schemas.kinds import Literal
from schemas.model import Agent, Concept, DataService, Dataset, Distribution, Resource
from schemas.namespaces import DCTERMS, RDFS
from schemas.proposals import applied
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
