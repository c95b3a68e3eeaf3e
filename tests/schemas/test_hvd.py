"""HVD categories are proposed with evidence and never set; a confirmed dataset is completed as DCAT-AP HVD 3.0.0 demands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph

from schemas import hvd, syntax
from schemas.classes import HVD_LEGISLATION
from schemas.endpoints import description_of, kind_of
from schemas.findings import Severity
from schemas.hvd_evidence import evidence
from schemas.kinds import Literal
from schemas.model import (
    ContactPoint,
    DataService,
    Dataset,
    DatasetSeries,
    Distribution,
    Document,
    Resource,
    Standard,
)
from schemas.namespaces import DCTERMS
from schemas.ntriples import ntriples_of, rdflib_graph
from schemas.proposals import applied
from schemas.validation import check, check_view
from schemas.views import View
from schemas.vocabularies import LISTS
from schemas.vocabularies.codes import listed, rows
from tests.official_shapes import violations

BNA = LISTS["hvd-category"].base
ADDRESSES, LAND_USE, NETWORKS, BUDGET = (
    BNA + code for code in ("c_c3de25e4", "c_ad9ae929", "c_4b74ea13", "c_4ac557e7")
)
THEMES = LISTS["data-theme"].base
AT = "https://neuhof.example.org"
BY = LISTS["license"].base + "dl-by-de/2.0"
OFFICE = ContactPoint(fn=(Literal("Bauamt", "de"),), has_email=("mailto:bauamt@example.org",))


def dataset(title: str, *keywords: str, theme: str = "") -> Dataset:
    return Dataset(
        iri=f"{AT}/dataset/1",
        title=(Literal(title, "de"),),
        keyword=tuple(Literal(word, "de") for word in keywords),
        theme=(THEMES + theme,) if theme else (),
    )


def certainties(record: Dataset) -> dict[str, int]:
    return {str(proposal.values[0]): proposal.certainty for proposal in hvd.categories(record)}


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Hauskoordinaten der Gemeinde Neuhof", "c_c3de25e4"),
        ("Bebauungspläne", "c_ad9ae929"),
        ("Verwaltungsgrenzen", "c_9427236f"),
        ("Naturschutzgebiete", "c_83aa10a6"),
        ("Digitales Geländemodell DGM1", "c_315692ad"),
        ("Orthofotos 2023", "c_91185a85"),
        ("Lärmkartierung 2022", "c_e4358335"),
        ("Luftqualität", "c_63b37dd4"),
        ("Trinkwasserqualität", "c_43f88346"),
        ("Starkregengefahrenkarte", "c_63be22bd"),
        ("Wetterdaten der Station Rathaus", "c_3af3368c"),
        ("Flurstücke (ALKIS)", "c_6a3f6896"),
        ("3D-Gebäudemodelle LoD2", "c_60182062"),
        ("Biotopkartierung", "c_c3919aec"),
        ("Straßennetz", "c_4b74ea13"),
    ],
)
def test_a_title_that_names_a_subject_of_the_annex_is_likely(title: str, category: str) -> None:
    assert certainties(dataset(title))[BNA + category] >= 75


@pytest.mark.parametrize(
    "title", ["Kindergärten", "Abfallkalender", "Spielplätze", "Vereine", "Baustellen", "Test", ""]
)
def test_what_the_annex_does_not_know_gets_no_proposal(title: str) -> None:
    assert certainties(dataset(title)) == {}


@pytest.mark.parametrize("title", ["Haushaltsplan 2024", "Einwohnerzahlen", "Radwege"])
def test_what_may_be_meant_stays_below_an_even_chance(title: str) -> None:
    assert all(25 <= certainty <= 50 for certainty in certainties(dataset(title)).values())
    assert certainties(dataset(title))


def test_what_data_are_divided_by_weighs_little() -> None:
    units = BNA + "c_9427236f"
    assert certainties(dataset("Unfälle nach Verwaltungsgrenzen")).get(units, 0) < 50


def test_inspire_themes_are_evidence() -> None:
    labelled = dataset("Datensatz 1", "Bodennutzung")
    marked = dataset("Datensatz 1", "Bodennutzung", "inspireidentifiziert")
    stated = replace(dataset("Datensatz 1"), extra=((str(DCTERMS.subject), "http://inspire.ec.europa.eu/theme/lu"),))
    assert certainties(labelled)[LAND_USE] < certainties(marked)[LAND_USE] == certainties(stated)[LAND_USE] == 95
    said = hvd.categories(stated)[0]
    assert "INSPIRE-Thema Bodennutzung (Erdbeobachtung und Umwelt)" in said.evidence_de
    assert "INSPIRE theme Land use (Earth observation and environment)" not in said.evidence_de
    assert "2023/138" in said.evidence_en


def test_the_theme_agrees_or_differs() -> None:
    plain = certainties(dataset("Straßennetz"))[NETWORKS]
    assert certainties(dataset("Straßennetz", theme="TRAN"))[NETWORKS] > plain
    assert certainties(dataset("Straßennetz", theme="HEAL"))[NETWORKS] < plain


def test_the_publisher_s_own_mark_raises_the_certainty() -> None:
    assert certainties(dataset("Haushaltsplan", "HVD"))[BUDGET] > certainties(dataset("Haushaltsplan"))[BUDGET]


def test_what_is_there_is_not_proposed_again() -> None:
    record = replace(dataset("Hauskoordinaten"), hvd_category=(ADDRESSES,))
    assert ADDRESSES not in certainties(record)


@given(st.text(max_size=120), st.lists(st.text(max_size=40), max_size=4))
def test_any_text_is_read(title: str, keywords: list[str]) -> None:
    found = evidence(dataset(title, *keywords))
    assert all(1 <= each.certainty <= 99 for each in found)
    assert len({each.category for each in found}) == len(found)


def test_the_table_names_categories_of_the_list() -> None:
    for row in rows("hvd-evidence"):
        assert LISTS["hvd-category"].by_code(row["code"])
        assert bool(row["inspire"]) == bool(row["theme"])
        assert row["inspire"] or listed(row["words"]) or listed(row["weak"])
    assert all(code.de for code in LISTS["hvd-category"])


def whole() -> tuple[Dataset, DataService, DatasetSeries]:
    service = DataService(
        iri=f"{AT}/service/wfs",
        title=(Literal("WFS Adressen", "de"),),
        endpoint_url=(f"{AT}/geo/wfs?map=adressen",),
        serves_dataset=(f"{AT}/dataset/1",),
    )
    series = DatasetSeries(iri=f"{AT}/series/1", title=(Literal("Adressen", "de"),))
    inner = DataService(endpoint_url=(f"{AT}/api/adressen",), title=(Literal("API", "de"),))
    record = replace(
        dataset("Hauskoordinaten"),
        description=(Literal("Alle Hausnummern mit ihrer Lage.", "de"),),
        contact_point=(OFFICE,),
        landing_page=(Document(iri=f"{AT}/adressen"),),
        in_series=(f"{AT}/series/1",),
        distribution=(
            Distribution(
                iri=f"{AT}/dist/csv",
                license=(BY,),
                access_url=(f"{AT}/adressen.csv",),
                applicable_legislation=("https://a.example/law",),
            ),
            Distribution(license=(BY,), access_url=(f"{AT}/geo/wfs",), access_service=(f"{AT}/service/wfs", inner)),
        ),
    )
    return record, service, series


def test_nothing_follows_for_a_dataset_that_nobody_confirmed() -> None:
    record, service, series = whole()
    assert not hvd.is_confirmed(record)
    assert hvd.completion(record, [service, series]) == ()


def complete() -> tuple[Dataset, DataService, DatasetSeries]:
    record, service, series = whole()
    found = hvd.completion(record, [service, series], confirmed=[ADDRESSES])
    return (
        applied(record, [proposal for proposal in found if proposal.record is None]),
        applied(service, [proposal for proposal in found if proposal.record == service.iri]),
        applied(series, [proposal for proposal in found if proposal.record == series.iri]),
    )


def test_a_confirmed_dataset_is_complete_on_dataset_distribution_service_and_series() -> None:
    record, service, series = complete()
    assert hvd.is_confirmed(record)
    for each in (record, service, series):
        assert each.applicable_legislation == (HVD_LEGISLATION,)
        assert each.hvd_category == (ADDRESSES,)
    first, second = record.distribution
    assert isinstance(first, Distribution)
    assert isinstance(second, Distribution)
    assert first.applicable_legislation == ("https://a.example/law", HVD_LEGISLATION)
    assert second.applicable_legislation == (HVD_LEGISLATION,)
    named, inner = second.access_service
    assert named == service.iri
    assert isinstance(inner, DataService)
    for each in (service, inner):
        assert isinstance(each, DataService)
        assert each.hvd_category == (ADDRESSES,)
        assert each.contact_point == (OFFICE,)
        assert each.page == record.landing_page
        assert each.license == (BY,)
    assert service.endpoint_description == (f"{AT}/geo/wfs?map=adressen&SERVICE=WFS&REQUEST=GetCapabilities",)
    assert inner.endpoint_description == ()


def test_a_complete_dataset_needs_nothing_more() -> None:
    record, service, series = complete()
    assert hvd.completion(record, [service, series]) == ()


def test_our_own_check_finds_no_violation_of_hvd_afterwards() -> None:
    before, lonely, _ = whole()
    marked = replace(before, applicable_legislation=(HVD_LEGISLATION,))
    assert [f for f in check(marked, "hvd", [lonely]) if f.severity is Severity.VIOLATION]
    record, service, series = complete()
    found = [f for each in (record, service, series) for f in check(each, "hvd") if f.severity is Severity.VIOLATION]
    assert found == []


def test_the_official_shapes_find_no_violation_of_hvd_afterwards(standards: Path) -> None:
    shapes = Graph()
    shapes.parse(standards / "data/SEMICeu+DCAT-AP/master/releases/3.0.0-hvd/shacl/hvd-SHACL.ttl", format="turtle")

    def found(*records: Resource) -> list[str]:
        data = Graph()
        for number, record in enumerate(records):
            data += rdflib_graph(record, f"key{number}")
        # The classes of what is only referred to lie in background vocabularies (standards/versions.md).
        return [line for line in violations(data, shapes) if "does not have class" not in line]

    before, lonely, _ = whole()
    assert any("hvdCategory" in line for line in found(before, lonely))
    assert found(*complete()) == []


def test_a_dataset_with_legislation_alone_is_confirmed_and_gets_its_distributions_completed() -> None:
    record, service, _ = whole()
    found = hvd.completion(replace(record, applicable_legislation=(HVD_LEGISLATION,)), [service])
    assert {proposal.attribute for proposal in found if proposal.record is None} == {
        "distribution.applicable_legislation",
        "distribution.access_service",
    }
    assert not any(proposal.attribute == "hvd_category" for proposal in found)


def test_the_dataset_takes_the_contact_of_its_service_if_it_has_none() -> None:
    record, service, _ = whole()
    related = [replace(service, contact_point=(OFFICE,))]
    changed = applied(
        record := replace(record, contact_point=()),
        [p for p in hvd.completion(record, related, [ADDRESSES]) if p.record is None],
    )
    assert changed.contact_point == (OFFICE,)


def test_a_service_gets_no_licence_where_the_distributions_differ() -> None:
    record, service, _ = whole()
    other = Distribution(access_url=(f"{AT}/a.pdf",), license=(LISTS["license"].base + "cc-zero",))
    record = replace(record, distribution=(record.distribution[0], other))
    found = hvd.completion(record, [service], [ADDRESSES])
    assert not [p for p in found if p.rule == hvd.LICENSE]


def test_services_of_others_are_left_alone() -> None:
    record, _, _ = whole()
    stranger = DataService(iri=f"{AT}/service/other", endpoint_url=(f"{AT}/x",))
    assert not [p for p in hvd.completion(record, [stranger], [ADDRESSES]) if p.record == stranger.iri]


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        (DataService(endpoint_url=(f"{AT}/wms",)), "WMS"),
        (DataService(endpoint_url=(f"{AT}/geo?service=WFS&x=1",)), "WFS"),
        (DataService(endpoint_url=(f"{AT}/a",), format=(LISTS["file-type"].base + "WMTS_SRVC",)), "WMTS"),
        (
            DataService(endpoint_url=(f"{AT}/a",), conforms_to=("http://www.opengis.net/def/serviceType/ogc/csw",)),
            "CSW",
        ),
        (DataService(endpoint_url=(f"{AT}/a",), conforms_to=(Standard(title=(Literal("OGC WFS 2.0"),)),)), "WFS"),
        (DataService(endpoint_url=(f"{AT}/newfsx/swmsa",)), None),
        (DataService(endpoint_url=(f"{AT}/wms/wfs",)), None),
        (DataService(), None),
    ],
)
def test_the_kind_of_a_service_is_said_or_unknown(service: DataService, kind: str | None) -> None:
    assert kind_of(service) == kind
    described = description_of(service)
    assert (described is None) == (kind is None or not service.endpoint_url)
    if described:
        assert described.endswith(f"SERVICE={kind}&REQUEST=GetCapabilities")


def test_licences_that_the_regulation_accepts() -> None:
    base = LISTS["license"].base
    assert hvd.is_open_enough(base + "dl-by-de/2.0")
    assert hvd.is_open_enough(base + "cc-by/4.0")
    assert not hvd.is_open_enough(base + "cc-by-nc/4.0")
    assert not hvd.is_open_enough("https://example.org/licence")


def test_what_only_the_publisher_can_provide_is_said_and_not_proposed() -> None:
    record, service, _ = whole()
    assert hvd.unproposed(record) == (), "nobody has confirmed it"
    confirmed = replace(record, applicable_legislation=(HVD_LEGISLATION,), contact_point=(OFFICE,))
    assert hvd.unproposed(confirmed, [service]) == ()
    closed = Distribution(iri=f"{AT}/d", access_url=(f"{AT}/a",), license=(LISTS["license"].base + "other-closed",))
    alone = replace(confirmed, distribution=(closed,), contact_point=())
    found = hvd.unproposed(alone)
    assert [(each.attribute, each.part) for each in found] == [
        ("distribution.access_service", None),
        ("contact_point", None),
        ("distribution.license", closed.iri),
    ]
    assert all(each.because_de and each.because_en for each in found)
    assert hvd.unproposed(replace(alone, distribution=()))[1].attribute == "distribution"
    mute = replace(confirmed, landing_page=())
    assert [each.attribute for each in hvd.unproposed(mute, [service])] == ["page"], "nothing explains the API in place"


def test_a_marked_dataset_without_service_is_warned_of_in_every_profile_and_wrong_in_its_own() -> None:
    def severities(profile: str, record: Dataset, *companions: Resource) -> set[Severity]:
        found = check(record, profile, companions)
        return {each.severity for each in found if each.rule == "dataset-without-service"}

    marked = replace(dataset("Adressen"), applicable_legislation=(HVD_LEGISLATION,))
    service = DataService(iri=f"{AT}/s", endpoint_url=(f"{AT}/wfs",), serves_dataset=(marked.iri or "",))
    for profile in ("dcat-ap", "dcat-ap-de", "geodcat-ap", "hvd"):
        assert severities(profile, marked) == {Severity.WARNING}, "a service elsewhere may give access to it"
        assert severities(profile, marked, service) == set()
    document = View(syntax.parse(ntriples_of(marked, "k"), "nt").by_subject)
    (found,) = [each for each in check_view(document, "hvd") if each.rule == "dataset-without-service"]
    assert found.severity is Severity.VIOLATION
    assert severities("dcat-ap", dataset("Adressen")) == set()


def test_a_closed_licence_of_a_marked_dataset_is_a_finding_of_its_own() -> None:
    form = Distribution(iri=f"{AT}/d", access_url=(f"{AT}/a",), license=(LISTS["license"].base + "other-closed",))
    marked = replace(dataset("Adressen"), applicable_legislation=(HVD_LEGISLATION,), distribution=(form,))

    def found(record: Dataset) -> list[str | None]:
        return [each.focus for each in check(record, "dcat-ap-de") if each.rule == "license-closed-for-hvd"]

    assert found(marked) == [form.iri]
    assert found(replace(marked, applicable_legislation=())) == []
    assert found(replace(marked, distribution=(replace(form, license=(BY,)),))) == []
