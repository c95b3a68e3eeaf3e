"""The rules of repair: what each proposes, from which evidence, and what it does not propose without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.corrections.decision import correct
from catalog.reading.entries import Entry
from catalog.repair import left, looking, looks, neighbours
from catalog.repair.accepting import chosen, wishes
from catalog.repair.looks import Look, Looks, Period
from catalog.repair.neighbours import Neighbour, Neighbours
from catalog.repair.page import text_of
from catalog.repair.proposing import Proposing, Weighed, _is_sound, _violations
from catalog.repair.rules import rules, titles
from catalog.repair.subject import Subject, addresses, is_service
from catalog.repair.titles import telling_words
from catalog.runs.decisions import undo
from catalog.search import Catalogue
from harvesters.answer import Answer
from schemas import hvd
from schemas.kinds import Literal
from schemas.model import Checksum, Dataset, Distribution, Location, PeriodOfTime, RightsStatement
from schemas.mqa import HIGHEST, METRICS
from schemas.namespaces import DCTERMS
from schemas.proposals import Proposal
from schemas.region import ConfigurationError, Region
from schemas.validation import check
from schemas.vocabularies import LISTS, find_access_right, find_language
from tests.catalog import runs
from tests.catalog.builder import Builder, Stored, dataset, region_in
from tests.harvesters.crawl_runs import Site

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ADDRESS = "https://daten.neuhof.example/baeume.csv"
PART = "https://daten.example.org/id/distribution/1"
CSV = b"Datum;Baumart;Anzahl\n2024-01-05;Linde;3\n2024-02-07;Eiche;4\n2024-12-30;Buche;5\n"
LICENSE = "http://dcat-ap.de/def/licenses/dl-by-de/2.0"


def file_type(code: str) -> str:
    found = LISTS["file-type"].by_code(code)
    assert found is not None
    return found.iri


def look(address: str = ADDRESS, body: bytes = CSV, **more: Any) -> Look:
    return looks.of_file(address, body, NOW, NOW)._replace(**more)


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return region_in(tmp_path)


@pytest.fixture
def entry(region: Region) -> Iterator[Entry]:
    with published(region, dataset("Baumkataster")) as catalogue:
        yield first(catalogue)


@contextmanager
def published(region: Region, *records: Dataset, **more: Any) -> Iterator[Catalogue]:
    builder = Builder(region)
    stored = [Stored(f"n{number}", record, **more) for number, record in enumerate(records)]
    builder.publish(*stored)
    catalogue = Catalogue(region)
    try:
        yield catalogue
    finally:
        catalogue.close()
        builder.close()


def first(catalogue: Catalogue) -> Entry:
    found = catalogue.get(next(catalogue.positions(catalogue.number())).key)
    assert isinstance(found, Entry)
    return found


def file(**more: Any) -> Distribution:
    return Distribution(**{"iri": PART, "access_url": (ADDRESS,), **more})


def subject(region: Region, entry: Entry, record: Dataset, *looked: Look, **more: Any) -> Subject:
    source = region.sources[0]
    town = region.municipality(source.municipality)
    return Subject(region, entry, record, source, town, {each.address: each for each in looked}, **more)


def proposed(of: Subject, rule: str) -> list[Proposal]:
    return [each for module in rules() for each in module.propose(of) if each.rule == rule]


def lexical(value: object) -> str:
    assert isinstance(value, Literal)
    return value.text


def one(of: Subject, rule: str) -> Proposal:
    (found,) = proposed(of, rule)
    assert found.evidence_de
    assert found.evidence_en
    assert rule in titles()
    return found


def test_every_rule_has_its_words_and_stands_in_one_module() -> None:
    names = [name for module in rules() for name in module.TITLES]
    assert len(names) == len(set(names)) >= 15
    assert all(de and en for de, en in titles().values())


def test_every_metric_that_stays_lost_has_its_reason() -> None:
    assert left._WHY.keys() == {metric.id for metric in METRICS}


def test_format_and_media_type_come_from_the_first_bytes(region: Region, entry: Entry) -> None:
    of = subject(region, entry, dataset("Bäume", distribution=(file(),)), look())
    found = one(of, "format")
    assert (found.values, found.part, found.certainty) == ((file_type("CSV"),), PART, 100)
    assert "endet auf .csv" in found.evidence_de
    assert one(of, "media-type").values == ("https://www.iana.org/assignments/media-types/text/csv",)
    lying = "https://daten.neuhof.example/baeume.pdf"
    of = subject(region, entry, dataset("Bäume", distribution=(file(access_url=(lying,)),)), look(lying))
    assert one(of, "format").values == (file_type("CSV"),), "the bytes count, not the name"
    assert "endet" not in one(of, "format").evidence_de


def test_an_address_alone_counts_half_and_one_that_failed_not_at_all(region: Region, entry: Entry) -> None:
    record = dataset("Bäume", distribution=(file(),))
    assert one(subject(region, entry, record), "format").certainty == 50
    assert proposed(subject(region, entry, record, looks.nothing(ADDRESS, NOW)), "format") == []
    assert proposed(subject(region, entry, record, looks.nothing(ADDRESS, NOW, 404)), "format") == []
    stated = dataset("Bäume", distribution=(file(format=(file_type("XLSX"),)),))
    assert proposed(subject(region, entry, stated, look()), "format") == [], "what is stated is not proposed"


def test_the_file_tells_size_checksum_and_that_it_can_be_downloaded(region: Region, entry: Entry) -> None:
    of = subject(region, entry, dataset("Bäume", distribution=(file(),)), look())
    assert [lexical(value) for value in one(of, "byte-size").values] == [str(len(CSV))]
    assert one(of, "download-url").values == (ADDRESS,)
    (checksum,) = one(of, "checksum").values
    assert isinstance(checksum, Checksum)
    assert checksum.checksum_value[0].text == look().sha256
    assert [lexical(value) for value in one(of, "modified").values] == ["2026-11-28"]
    assert "den 28. November 2026 als" in one(of, "modified").evidence_de
    page = look(body=b"<!DOCTYPE html><html><title>Seite</title><body>Text</body></html>")
    of = subject(region, entry, dataset("Bäume", distribution=(file(),)), page)
    assert [each.rule for rule in ("download-url", "byte-size", "checksum") for each in proposed(of, rule)] == []


def test_the_answer_of_a_live_interface_is_no_file_to_download_or_to_measure(region: Region, entry: Entry) -> None:
    for standard in (
        "https://fiware.github.io/specifications/ngsiv2/stable/",
        "https://quantumleap.readthedocs.io/en/",
    ):
        of = subject(region, entry, dataset("Pegel", distribution=(file(conforms_to=(standard,)),)), look())
        for rule in ("download-url", "byte-size", "checksum", "modified"):
            assert proposed(of, rule) == []


def test_counts_of_data_that_change_daily_are_not_proposed_and_old_ones_are_renewed(
    region: Region, entry: Entry
) -> None:
    daily = LISTS["frequency"].by_code("DAILY")
    assert daily is not None
    record = dataset("Pegel", distribution=(file(),), accrual_periodicity=(daily.iri,))
    assert proposed(subject(region, entry, record, look()), "byte-size") == []
    old = (Literal("1", None, "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"),)
    record = dataset("Bäume", distribution=(file(byte_size=old),))
    assert proposed(subject(region, entry, record, look()), "byte-size") == [], "the source's own word stays"
    of = subject(region, entry, record, look(), repaired=frozenset({("distribution.byte_size", PART)}))
    assert [lexical(value) for value in one(of, "byte-size").values] == [str(len(CSV))]


def test_the_period_comes_from_the_columns_else_from_the_title(region: Region, entry: Entry) -> None:
    of = subject(region, entry, dataset("Bäume", distribution=(file(),)), look())
    found = one(of, "temporal")
    (period,) = found.values
    assert isinstance(period, PeriodOfTime)
    assert (period.start_date[0].text, period.end_date[0].text) == ("2024-01-05", "2024-12-30")
    assert "„Datum“ vom 5. Januar 2024 bis zum 30. Dezember 2024" in found.evidence_de
    (period,) = one(subject(region, entry, dataset("Haushalt 2022–2024")), "temporal").values
    assert isinstance(period, PeriodOfTime)
    assert (period.start_date[0].text, period.end_date[0].text) == ("2022-01-01", "2024-12-31")
    assert proposed(subject(region, entry, dataset("Plan 2022 und 2030")), "temporal") == [], "two years are no period"
    assert proposed(subject(region, entry, dataset("Leitung 2022,5 m")), "temporal") == []


def test_the_place_comes_from_coordinates_else_from_the_municipality(region: Region, entry: Entry) -> None:
    record = dataset("Bäume", distribution=(file(),))
    (place,) = one(subject(region, entry, record, look(box=(9.5, 50.4, 9.7, 50.5))), "spatial").values
    assert isinstance(place, Location)
    assert "9.5 50.5" in place.bbox[0].text
    (place,) = one(subject(region, entry, record, look()), "spatial").values
    assert isinstance(place, Location)
    assert (place.iri or "").endswith("/06631018")
    assert proposed(subject(region, entry, replace(record, spatial=("https://x.example/ort",))), "spatial") == []


def test_where_private_persons_live_is_not_proposed() -> None:
    head, cells = b"Vorname;Nachname;Geburtsdatum;lat;lon\n", b"Anna;Musterfrau;11.02.1971;50.51234;9.61234\n"
    assert look(body=head + cells).box is None
    assert look(body=head.replace(b"Geburtsdatum", b"Baujahr") + cells.replace(b"11.02.", b"")).box is not None


def test_theme_and_keywords_come_from_the_kind_and_from_neighbours(region: Region, entry: Entry) -> None:
    of = subject(region, entry, dataset("Baumkataster Neuhof"))
    assert of.kind is not None
    assert one(of, "theme").values[0] in of.kind.entry.themes
    others = [
        Neighbour("k1", "s1", "Baumkataster", "flieden", ("ENVI",), ("Baum", "Stadtgrün")),
        Neighbour("k2", "s2", "Baumkataster", "kalbach", ("ENVI",), ("Baum", "Kataster")),
        Neighbour("k3", "s3", "Baumkataster", "neuhof", ("ENVI",), ("eigenes",)),
    ]
    known = Neighbours((of.kind.entry.code, each) for each in others)
    found = one(subject(region, entry, dataset("Baumkataster Neuhof"), neighbours=known), "keyword")
    assert found.values == (Literal("Baum", "de"),)
    assert "2 von 2" in found.evidence_de
    assert proposed(subject(region, entry, dataset("Bäume", keyword=(Literal("x", "de"),))), "keyword") == []


def test_words_of_a_title_leave_out_places_and_empty_words() -> None:
    assert telling_words("Daten zu Kläranlagen der Gemeinde Neuhof 2024", ["Gemeinde Neuhof"]) == ["Kläranlagen"]
    assert telling_words("open data") == []


def test_access_is_public_when_the_file_came_without_login(region: Region, entry: Entry) -> None:
    record = dataset("Bäume", distribution=(file(),))
    found = one(subject(region, entry, record, look()), "access-rights")
    assert str(found.values[0]).endswith("/PUBLIC")
    assert "ohne Anmeldung" in found.evidence_de
    assert proposed(subject(region, entry, record, looks.nothing(ADDRESS, NOW, 403)), "access-rights") == []
    licensed = dataset("Bäume", distribution=(file(license=(LICENSE,)),))
    assert one(subject(region, entry, licensed), "access-rights").certainty == 70
    (rights,) = one(subject(region, entry, licensed), "rights").values
    assert isinstance(rights, RightsStatement)


def test_a_licence_is_proposed_only_with_the_words_that_stand_at_the_source(region: Region, entry: Entry) -> None:
    record = dataset("Bäume", distribution=(file(),))

    def with_page(*sentences: str) -> list[Proposal]:
        body = "".join(f"<p>{each}</p>" for each in sentences)
        text = text_of(f"<html><body><script>CC BY 4.0</script>{body}</body></html>".encode())
        return proposed(
            subject(region, entry, record, look(), page=lambda: ("https://neuhof.example/daten", text)), "license"
        )

    (found,) = with_page("Willkommen.", "Lizenz: Datenlizenz Deutschland – Namensnennung – Version 2.0")
    assert (found.values, found.part) == ((LICENSE,), PART)
    assert "„Lizenz: Datenlizenz Deutschland – Namensnennung – Version 2.0“" in found.evidence_de
    assert "https://neuhof.example/daten" in found.evidence_de
    assert with_page("Willkommen.", "Alle Rechte vorbehalten.") == []
    assert with_page("Lizenz: dl-de/by-2-0", "Fotos: Lizenz CC BY 4.0") == [], "two licences are none"
    assert proposed(subject(region, entry, record, look()), "license") == [], "without a page nothing is said"


def test_services_are_not_looked_at() -> None:
    wms = Distribution(access_url=("https://geo.example/wms?service=WMS",), format=(file_type("WMS_SRVC"),))
    assert is_service(wms)
    assert addresses(dataset("Karte", distribution=(wms, file()))) == [ADDRESS]


def test_a_look_is_kept_for_a_week(region: Region) -> None:
    kept = Looks(region)
    seen = look(period=Period("2024-01-01", "2024-12-31", ("Datum",)), box=(9.5, 50.4, 9.7, 50.5))
    kept.keep(seen)
    assert kept.of(ADDRESS, NOW) == seen
    assert kept.of(ADDRESS, NOW + timedelta(days=8)) is None
    assert kept.of("https://anderswo.example/", NOW) is None
    (file_kept,) = kept.folder.iterdir()
    file_kept.write_bytes(b"{")
    assert kept.of(ADDRESS, NOW) is None


def test_a_cut_file_tells_its_kind_but_no_figures() -> None:
    answer = Answer(
        ADDRESS, ADDRESS, 200, {"last-modified": "Sat, 28 Nov 2026 10:00:00 GMT"}, CSV, "text/csv", 0.1, True
    )
    found = looks.of_answer(ADDRESS, answer, NOW)
    assert (found.kind, found.whole, found.size, found.sha256, found.period) == ("csv", False, None, "", None)
    assert found.changed == "2026-11-28"
    refused = looks.of_answer(ADDRESS, Answer(ADDRESS, ADDRESS, 403, {}, b"no", "", 0.1), NOW)
    assert (refused.answered, refused.status) == (False, 403)


def test_files_are_fetched_under_the_guards(region: Region) -> None:
    pages: Mapping[str, Any] = {
        "/baeume.csv": (200, {"Content-Type": "text/csv"}, CSV),
        "/intern/geheim.csv": CSV,
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /intern/\n"),
    }
    with Site(dict(pages)) as site:
        allowed = region.model_copy(update={"allowed_hosts": ("127.0.0.1",)})
        wanted = [f"{site.url}/{name}" for name in ("baeume.csv", "intern/geheim.csv", "fehlt.csv")]
        told: list[str] = []
        found = looking.look_at(allowed, wanted, NOW, lambda each: told.append(each.address))
        assert [found[address].status for address in wanted] == [200, 0, 404]
        assert sorted(told) == sorted(wanted)
        assert "/intern/geheim.csv" not in site.asked, "robots.txt is obeyed"
        asked = len(site.asked)
        again = looking.look_at(allowed, wanted[:1], NOW)
        assert (again[wanted[0]], len(site.asked)) == (found[wanted[0]], asked), "not asked twice in a week"
        assert set(looking.known(allowed, wanted, NOW)) == set(wanted)
    refused = looking.look_at(region, ["http://127.0.0.1:9/x.csv", "ftp://x.example/y", "http://[::1"], NOW)
    assert all(each.status == 0 for each in refused.values()), "an inner address is not asked"


def test_gain_is_the_score_with_it_less_the_score_without(region: Region, tmp_path: Path) -> None:
    record = dataset("Baumkataster Neuhof", "Alle Bäume", distribution=(file(license=(LICENSE,)),))
    with published(region, record) as catalogue:
        Looks(region).keep(look(looked=NOW.isoformat()))
        (advice,) = Proposing(catalogue, NOW, fetches=False).advise([first(catalogue)])
    gains = {each.proposal.rule: each.gain for each in advice.proposals}
    assert gains["theme"] == gains["keyword"] == 30
    assert gains["download-url"] == 50, "20 for the address, 30 because it answers"
    assert gains["byte-size"] == 5
    assert advice.after > advice.before
    assert {each.metric.id for each in advice.left if each.metric} >= {"contactPointAvailability"}
    assert advice.after + sum(each.points for each in advice.left) == HIGHEST
    assert [each.gain for each in advice.proposals] == sorted((each.gain for each in advice.proposals), reverse=True)
    with published(region_in(tmp_path / "other"), record) as catalogue:
        (surer,) = Proposing(catalogue, NOW, fetches=False, least=80).advise([first(catalogue)])
    assert {each.proposal.certainty >= 80 for each in surer.proposals} == {True}
    assert surer.before < surer.after < advice.after, "what is left out brings nothing"
    assert {each.metric for each in surer.left} >= {each.metric for each in advice.left}
    theme = next(each for each in advice.proposals if each.proposal.rule == "theme")
    assert theme.to_json()["turtle"].startswith(f"<{advice.entry.iri}> dcat:theme <")


def test_a_text_gives_way_to_its_code_and_nothing_is_proposed_that_breaks_a_rule(region: Region) -> None:
    extra = ((str(DCTERMS.accessRights), Literal("public")), (str(DCTERMS.language), Literal("de")))
    english = "http://id.loc.gov/vocabulary/iso639-1/en"
    record = dataset("Baumkataster", extra=extra, language=(english,), distribution=(file(license=(LICENSE,)),))
    with published(region, record) as catalogue:
        (advice,) = Proposing(catalogue, NOW, fetches=False).advise([first(catalogue)])
        wanted = chosen([advice], ["access-rights", "code-of-the-list"])
        assert [w.proposal.attribute for w in wanted] == ["access_rights", "language"]
        correct(region, wishes(wanted), NOW, "repair")
        found = first(catalogue).record()
    assert isinstance(found, Dataset)
    listed = (find_access_right("public"), find_language("de"), find_language("en"))
    assert [found.access_rights[0], *found.language] == [code.iri for code in listed if code is not None]
    assert not {each.path for each in check(found, "dcat-ap-de")} & {str(DCTERMS.accessRights), str(DCTERMS.language)}


def test_a_proposal_that_would_break_a_demand_is_none(region: Region) -> None:
    record = dataset("Baumkataster", access_rights=(file_type("CSV"),))
    with published(region, record) as catalogue:
        entry = first(catalogue)
        proposal = Proposal(
            rule="access-rights",
            attribute="access_rights",
            values=(file_type("PDF"),),
            evidence_de="x",
            evidence_en="x",
        )
        weighed = Weighed(proposal, entry.key, entry.key, 0, entry.iri, record)
        before = _violations(record, ())
        assert not _is_sound(weighed, before), "one value only may stand there"
        assert _is_sound(replace(weighed, proposal=replace(proposal, attribute="page", values=(ADDRESS,))), before)


def test_accepting_makes_corrections_and_what_a_steward_said_is_left_alone(region: Region) -> None:
    record = dataset("Baumkataster Neuhof", "Alle Bäume", distribution=(file(license=(LICENSE,)),))
    with published(region, record) as catalogue:
        entry = first(catalogue)
        (advice,) = Proposing(catalogue, NOW, fetches=False).advise([entry])
        with pytest.raises(ConfigurationError, match="möglich:"):
            chosen([advice], ["unsinn"])
        assert chosen([advice], ["theme"], least=100) == []
        made = correct(region, wishes(chosen([advice], ["theme", "keyword"])), NOW, "repair")
        assert (made.corrections, made.refused) == (2, ())
        repaired = first(catalogue)
        assert {rule for _, _, rule in repaired.trace} >= {"correction"}
        (advice,) = Proposing(catalogue, NOW, fetches=False).advise([repaired])
        assert not {"theme", "keyword"} & {each.proposal.rule for each in advice.proposals}


def test_confirming_a_high_value_category_completes_dataset_and_files(region: Region) -> None:
    record = dataset("Niederschlag an den Messstellen", "Messwerte", distribution=(file(license=(LICENSE,)),))
    with published(region, record) as catalogue:
        (advice,) = Proposing(catalogue, NOW, fetches=False).advise([first(catalogue)])
        wanted = chosen([advice], [hvd.CATEGORY])
        assert {each.proposal.rule for each in wanted} >= {hvd.CATEGORY, hvd.LEGISLATION}
        correct(region, wishes(wanted), NOW, "repair")
        found = first(catalogue).record()
    assert isinstance(found, Dataset)
    assert hvd.is_confirmed(found)
    (part,) = found.distribution
    assert isinstance(part, Distribution)
    assert part.applicable_legislation == found.applicable_legislation != ()


def test_neighbours_are_the_public_datasets_of_a_kind(region: Region) -> None:
    with published(region, dataset("Baumkataster"), dataset("Irgendetwas Unbekanntes")) as catalogue:
        found = neighbours.neighbours(catalogue, catalogue.number())
        (code,) = found._of
        (other,) = found.others(code, "", "flieden")
        assert other.title == "Baumkataster"
        assert found.others(code, other.key, "flieden") == []
        assert found.others(code, "", "neuhof") == [], "one's own are no neighbours"


def test_years_of_one_kind_become_a_series_that_is_a_record_of_its_own(region: Region) -> None:
    years = [
        dataset(f"Haushalt {year}", "Plan", publisher=("https://neuhof.example/amt",)) for year in (2022, 2023, 2024)
    ]
    with published(region, *years) as catalogue:
        entries = [catalogue.get(each.key) for each in catalogue.positions(catalogue.number())]
        advice = list(
            Proposing(catalogue, NOW, fetches=False).advise([each for each in entries if isinstance(each, Entry)])
        )
        wanted = chosen(advice, ["dataset-series"])
        assert len(wanted) == 3
        correct(region, wishes(wanted), NOW, "repair")
        found = [first(catalogue).record()]
        assert isinstance(found[0], Dataset)
        (iri,) = found[0].in_series
        series = catalogue.get(str(iri))
        assert isinstance(series, Entry)
        assert (series.kind, series.title) == ("series", "Haushalt")


def test_a_series_that_a_later_repair_joined_outlives_the_undo_of_the_one_that_made_it(tmp_path: Path) -> None:
    region = runs.region(tmp_path, eins="")
    runs.Source(region, "eins").harvest([runs.package(year, f"Haushalt {year}") for year in (2022, 2023)])
    catalogue = Catalogue(region)
    try:

        def wanted() -> list[Weighed]:
            entries = [catalogue.get(each.key) for each in catalogue.positions(catalogue.number())]
            present = [each for each in entries if isinstance(each, Entry)]
            return chosen(Proposing(catalogue, NOW, fetches=False).advise(present), ["dataset-series"])

        one, other = wanted()
        made = correct(region, wishes([one]), NOW, "repair")
        later = correct(region, wishes([other]), NOW, "repair")
        (iri,) = one.proposal.values
        undo(region, made.run, NOW)
        assert isinstance(catalogue.get(str(iri)), Entry), "the other year is still one of it"
        undo(region, later.run, NOW)
        assert [each.key for each in wanted()] == [one.key, other.key]
    finally:
        catalogue.close()


def test_neighbours_say_how_often_data_are_updated(region: Region, entry: Entry) -> None:
    annual = LISTS["frequency"].by_code("ANNUAL")
    assert annual is not None
    record = dataset("Baumkataster Neuhof")
    kind = subject(region, entry, record).kind
    assert kind is not None
    other = Neighbour("k1", "s1", "Baumkataster", "flieden", (), ())
    known = Neighbours([(kind.entry.code, other)])
    said = dataset("Baumkataster", accrual_periodicity=(annual.iri,))
    of = subject(region, entry, record, neighbours=known, record_of=lambda key: said if key == "k1" else None)
    assert one(of, "frequency").values == (annual.iri,)
    assert proposed(subject(region, entry, record, neighbours=known), "frequency") == []
