"""Datasets of one kind that differ in their period only are proposed as a series, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import series
from schemas.kinds import Literal
from schemas.model import Agent, Dataset, DatasetSeries, Distribution
from schemas.proposals import applied
from schemas.series import Member, propose, taken_apart, without_period
from schemas.validation import check
from schemas.vocabularies import LISTS

BASE = "https://daten.example.org"
NEUHOF, FLIEDEN = f"{BASE}/id/agent/neuhof", f"{BASE}/id/agent/flieden"
CSV, PDF = (LISTS["file-type"].base + code for code in ("CSV", "PDF"))


def member(title: str, number: int = 0, publisher: str = NEUHOF, form: str = CSV, columns: str = "") -> Member:
    iri = f"{BASE}/id/dataset/{number}-{'-'.join(title.lower().split())}"
    dataset = Dataset(
        iri=iri,
        title=(Literal(title, "de"),),
        publisher=(publisher,),
        distribution=(Distribution(access_url=(f"{iri}.csv",), format=(form,)),),
    )
    return Member(iri, dataset, frozenset(columns.split()))


BUDGETS = [member(f"Haushalt {year}") for year in (2022, 2023, 2024)]


@pytest.mark.parametrize(
    ("title", "stem", "period"),
    [
        ("Haushalt 2022", "haushalt", "2022"),
        ("Haushaltsplan 2022/2023", "haushaltsplan", "2022"),
        ("Haushaltsplan 2022/23", "haushaltsplan", "2022"),
        ("Haushalt (2023)", "haushalt", "2023"),
        ("Wahl_2021", "wahl", "2021"),
        ("Einwohner, Stand 31.12.2022", "einwohner", "2022-12"),
        ("Pegel 2023-04", "pegel", "2023-04"),
        ("Besucher März 2023", "besucher", "2023-03"),
        ("1. Quartal 2023: Arbeitslose", "arbeitslose", "2023-01"),
        ("Zulassungen Q4/2023", "zulassungen", "2023-10"),
        ("2. Halbjahr 2023 Gäste", "gaeste", "2023-07"),
        ("Klima 1990 bis 2020", "klima", "1990"),
    ],
)
def test_a_title_is_taken_apart(title: str, stem: str, period: str) -> None:
    assert taken_apart(title) == (stem, period)


@pytest.mark.parametrize(
    "title", ["2023", "Haushalt", "Gehölze nach DIN 1986", "A2023b", "Vergleich 2020 mit 2023", "PLZ 36119", ""]
)
def test_a_title_without_one_period_is_none_of_a_series(title: str) -> None:
    assert taken_apart(title) is None


def test_the_title_of_the_series_reads_well() -> None:
    assert without_period("Bundestagswahl 2021: Ergebnisse") == "Bundestagswahl: Ergebnisse"
    assert without_period("Besucher im Bad, März 2023") == "Besucher im Bad"
    assert without_period("Haushalt (2023)") == "Haushalt"


def test_yearly_datasets_of_one_publisher_become_one_series() -> None:
    found = propose(BUDGETS, BASE)
    assert [proposal.record for proposal in found] == [each.iri for each in BUDGETS]
    assert {proposal.rule for proposal in found} == {series.SERIES}
    (made,) = {proposal.companions for proposal in found}
    (record,) = made
    assert isinstance(record, DatasetSeries)
    assert {proposal.values for proposal in found} == {(record.iri,)}
    assert record.title == (Literal("Haushalt", "de"),)
    assert record.publisher == (NEUHOF,)
    assert record.accrual_periodicity == (LISTS["frequency"].base + "ANNUAL",)
    assert "„Haushalt 2022“, „Haushalt 2023“, „Haushalt 2024“; alle als CSV" in found[0].evidence_de
    assert all(75 <= proposal.certainty <= 95 for proposal in found)
    assert applied(BUDGETS[0].dataset, found[:1]).in_series == (record.iri,)


def test_the_series_is_a_good_record_of_dcat_ap_de() -> None:
    (record,) = propose(BUDGETS, BASE)[0].companions
    agent = Agent(iri=NEUHOF, name=(Literal("Gemeinde Neuhof", "de"),))
    assert [finding for finding in check(record, "dcat-ap-de", [agent]) if finding.severity == "violation"] == []


def test_the_iri_of_the_series_does_not_depend_on_its_members() -> None:
    assert propose(BUDGETS, BASE)[0].values == propose(BUDGETS[1:], BASE)[0].values
    assert propose(BUDGETS, BASE) == propose(reversed(BUDGETS), BASE)


def test_publishers_are_kept_apart() -> None:
    assert propose([BUDGETS[0], member("Haushalt 2023", publisher=FLIEDEN)], BASE) == ()
    both = propose([*BUDGETS, *(member(f"Haushalt {year}", 1, FLIEDEN) for year in (2022, 2023))], BASE)
    assert len(both) == 5
    assert len({proposal.values for proposal in both}) == 2


def test_publishers_without_an_iri_go_by_their_name() -> None:
    def named(year: int, name: str) -> Member:
        each = member(f"Haushalt {year}")
        agent = Agent(name=(Literal(name, "de"),))
        return each._replace(dataset=replace(each.dataset, publisher=(agent,)))

    assert len(propose([named(2022, "Gemeinde Neuhof"), named(2023, "gemeinde neuhof")], BASE)) == 2
    assert propose([named(2022, "Gemeinde Neuhof"), named(2023, "Gemeinde Flieden")], BASE) == ()


def test_one_period_is_no_series() -> None:
    assert propose([member("Haushalt 2023", 1), member("Haushalt 2023", 2)], BASE) == ()
    assert propose([member("Haushalt 2023"), member("Stellenplan 2024")], BASE) == ()


def test_what_a_source_groups_itself_stays() -> None:
    grouped = [
        each._replace(dataset=replace(each.dataset, in_series=(f"{BASE}/id/series/{number}",)))
        for number, each in enumerate(BUDGETS)
    ]
    assert propose(grouped, BASE) == ()
    assert propose([*grouped, member("Haushalt 2025")], BASE) == ()


def test_a_further_year_joins_the_series_of_the_years_before() -> None:
    grouped = [each._replace(dataset=replace(each.dataset, in_series=(f"{BASE}/id/series/s",))) for each in BUDGETS]
    (joining,) = propose([*grouped, new := member("Haushalt 2025")], BASE)
    assert (joining.record, joining.values, joining.companions) == (new.iri, (f"{BASE}/id/series/s",), ())
    assert joining.certainty == series.JOINED


def certainty(*members: Member) -> int:
    return propose(members, BASE)[0].certainty


def test_columns_and_formats_weigh() -> None:
    plain = certainty(member("Haushalt 2022"), member("Haushalt 2023"))
    same = certainty(member("Haushalt 2022", columns="a b"), member("Haushalt 2023", columns="b a"))
    other = certainty(member("Haushalt 2022", columns="a b"), member("Haushalt 2023", columns="c"))
    mixed = certainty(member("Haushalt 2022"), member("Haushalt 2023", form=PDF))
    assert other < mixed < plain < same


def test_more_periods_are_surer_and_doubled_ones_less() -> None:
    two = certainty(*BUDGETS[:2])
    assert two < certainty(*BUDGETS)
    assert certainty(*BUDGETS[:2], member("Haushalt 2023", 9)) < certainty(*BUDGETS)


@given(st.lists(st.tuples(st.text(max_size=30), st.sampled_from(["2021", "2022", "", "Stand 1.2.2020"])), max_size=6))
def test_any_titles_give_members_of_the_list(titles: list[tuple[str, str]]) -> None:
    members = [member(f"{name} {period}", number) for number, (name, period) in enumerate(titles)]
    found = propose(members, BASE)
    assert {proposal.record for proposal in found} <= {each.iri for each in members}
    assert all(1 <= proposal.certainty <= 99 for proposal in found)
