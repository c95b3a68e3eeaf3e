"""All findings of a run by cause: kept, told, given as files; and a run whose counts do not add up is never green."""

from __future__ import annotations

import csv
import io
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from catalog import formats
from catalog.forgetting import files
from catalog.harvest import run_source
from catalog.runs import decisions, findings_writer, planning, run_findings, run_rules
from catalog.runs.conclusion import Terms, conclude
from catalog.runs.run_findings import LEFT, SET_ASIDE
from catalog.runs.staging import Staging
from catalog.search import Catalogue
from catalog.store import Store
from catalog.web import plans, run_files, run_words
from catalog.web.app import create_app
from catalog.web.pages import causes, states
from catalog.web.texts import texts
from harvesters import pipelines
from harvesters.guards.exceptions import Rescheduled, RobotsRefused
from harvesters.ogc import service_record as ows_service
from harvesters.persons.spellings import spellings_of
from harvesters.reading import CrawlReport, Outcome, Page, Reading
from harvesters.reasons import Reason
from schemas import iris, model
from schemas.findings import WORDING, Finding, Severity
from schemas.kinds import Literal
from schemas.ntriples import ntriples_of
from schemas.region import load
from tests.catalog.runs import Source, package, region
from tests.catalog.web.asking import Asking

PACKAGES: list[Any] = [package(number) for number in range(12)]
UNUSABLE = {"resources": [], "notes": "weder Titel noch Kennung"}


@pytest.fixture
def portal(tmp_path: Path) -> Source:
    return Source(region(tmp_path))


@pytest.fixture
def catalogue(portal: Source) -> Iterator[Catalogue]:
    opened = Catalogue(portal.region)
    yield opened
    opened.close()


def table(portal: Source, catalogue: Catalogue, run_id: int | None) -> list[dict[str, str]]:
    run, found = catalogue.run(run_id or 0), run_findings.summary(portal.region, run_id or 0)
    assert run is not None
    assert found is not None
    text = b"".join(run_files.table(portal.region, run, found)).decode()
    assert text.startswith("\ufeff"), "Excel reads UTF-8 only by the mark"
    return list(csv.DictReader(io.StringIO(text[1:]), delimiter=";"))


# ------------------------------------------------------------------------------------------------ counts that add up


def test_a_run_whose_counts_do_not_add_up_is_held_then_partial(
    portal: Source, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.harvest(PACKAGES)
    decide = planning._action

    def forgetful(mine: Any, *rest: Any) -> str:
        return "lost" if mine.native_id == PACKAGES[3]["id"] else decide(mine, *rest)

    monkeypatch.setattr(planning, "_action", forgetful)
    held = portal.harvest(PACKAGES[:11])
    assert (held.status, held.waiting) == ("held", True)
    assert "Die Zahlen des Laufs gehen nicht auf: 11 Einträge wurden gelesen, 10 sind zugeordnet." in held.reason_de
    assert any(row["Regel"] == "counts-not-reconciled" for row in table(portal, catalogue, held.run))
    accepted = decisions.accept(portal.region, held.run or 0, portal.now)
    assert (accepted.status, accepted.counts.absent) == ("partial", 0), (
        "what the program lost is not gone at the source"
    )
    run = catalogue.run(held.run or 0)
    assert run is not None
    assert (run.outcome, states.state_of(run, texts("de")).tone) == ("partial", "bad")
    assert "Die Zahlen gehen nicht auf." in run_words.counts(run.counts, texts("de"))


def test_records_lost_on_the_way_to_the_plan_are_missed(portal: Source) -> None:
    store = Store(portal.region)
    run, staging = portal.stage(store, PACKAGES)
    staging.database.execute("DELETE FROM staged WHERE native_id = ?", (PACKAGES[0]["id"],))
    result = conclude(store, portal.source, run, staging, CrawlReport("complete", 1), Terms(portal.now))
    store.close()
    assert result.status == "held"
    assert "12 Einträge wurden gelesen, 11 sind zugeordnet" in result.reason_de


@pytest.mark.parametrize("status", ["ok", "warnings"])
def test_a_stored_run_with_wrong_counts_looks_green_nowhere(portal: Source, catalogue: Catalogue, status: str) -> None:
    result = portal.harvest(PACKAGES)
    run = catalogue.run(result.run or 0)
    assert run is not None
    assert run.reconciled
    wrong = replace(run, status=status, counts={**run.counts, "created": 11})
    state = states.state_of(wrong, texts("de"))
    assert (state.word, state.tone, wrong.outcome) == ("Zahlen gehen nicht auf", "bad", "partial")
    assert "Zahlen gehen nicht auf" in run_words.run_line(wrong, texts("de"))


# ----------------------------------------------------------------------------------------------------- all findings


def test_every_finding_is_kept_by_rule_and_property(portal: Source, catalogue: Catalogue) -> None:
    sent = [*PACKAGES, *[PACKAGES[0]] * 30, UNUSABLE]
    result = portal.harvest(sent)
    found = run_findings.summary(portal.region, result.run or 0)
    assert found is not None
    told = list(run_findings.lines(portal.region, result.run or 0))
    assert len(told) == found.findings == result.findings
    assert [line.cause for line in told] == sorted(line.cause for line in told), "in the order of the causes"
    for number, cause in enumerate(found.causes):
        mine = [line for line in told if line.cause == number]
        assert len(mine) == cause.findings
        if cause.rule != "duplicate-identifier":
            assert len({line.place.native_id for line in mine}) == cause.records
    assert len({(cause.severity, cause.rule, cause.path) for cause in found.causes}) == len(found.causes)
    assert len({cause.path for cause in found.causes if cause.rule == "recommended-missing"}) != 1
    duplicates = next(cause for cause in found.causes if cause.rule == "duplicate-identifier")
    assert (duplicates.findings, len(duplicates.examples)) == (30, findings_writer.EXAMPLES)
    became = Counter(line.place.became for line in told)
    assert (became[SET_ASIDE], became[LEFT]) == (1, 30)
    rows = table(portal, catalogue, result.run)
    assert len(rows) == found.findings
    assert {row["Angabe"] for row in rows} >= {"Zeitraum (dct:temporal)", "Schlagwörter (dcat:keyword)"}
    assert all(row["Befund"] and "{" not in row["Befund"] and row["So wird es besser"] for row in rows)


def test_whoever_reads_findings_knows_the_wordings_of_a_runs_own_rules() -> None:
    code = "from catalog.runs import run_findings; from schemas.findings import WORDING; print(*WORDING)"
    known = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert {run_rules.DUPLICATE, run_rules.EMPTY, run_rules.ROBOTS_UNREACHABLE} <= set(known)


def test_what_did_not_change_keeps_its_findings_and_is_not_written_twice(portal: Source) -> None:
    first, second = portal.harvest([*PACKAGES, UNUSABLE]), portal.harvest([*PACKAGES, UNUSABLE])
    assert second.counts.unchanged == 12
    assert second.findings == first.findings > 12
    one, two = (run_findings.lines_file(portal.region, result.run or 0) for result in (first, second))
    assert one.samefile(two)
    changed = [package(0, "Ein anderer Titel"), *PACKAGES[1:], UNUSABLE]
    third = portal.harvest(changed)
    lines = list(run_findings.lines(portal.region, third.run or 0))
    assert len(lines) == third.findings == first.findings
    assert {line.place.title for line in lines} >= {"Ein anderer Titel", "Datensatz 11"}


def test_a_run_that_found_nothing_in_its_records_says_what_the_crawl_met(portal: Source) -> None:
    store = Store(portal.region)
    run = store.open_run(portal.source, "harvest", portal.now)
    refused = RobotsRefused("robots", "https://portal.example.org/intern")
    report = CrawlReport(
        "partial",
        0,
        refused.message("de"),
        refused.message("en"),
        robots=(
            ("https://portal.example.org", "disallow-all: HTTP 503"),
            ("https://zwei.example.org", "rules: HTTP 200"),
        ),
        failures=(Reason.refused(refused.finding()), Reason("Seite 2 fehlt.", "Page 2 is missing.")),
        refusals=(refused.finding(),),
    )
    found = findings_writer.write(store, run.id, portal.source, None, report, portal.now)
    store.close()
    assert [finding.rule for finding in found.source] == [
        *("fetch-robots", "crawl-failure", "robots-not-to-be-had", "robots-rules")
    ], "what is said once by its rule is not said again as a failure"
    shown = causes.of_run(found, texts("en"))
    assert {cause.severity for cause in shown} == {"violation", "info"}
    assert any(cause.message == "Page 2 is missing." for cause in shown)
    lines = list(run_words.remedies("portal", found, texts("de")))
    assert lines[-1].endswith("allmende harvest portal")
    assert refused.fix("de") in lines[0]


@pytest.mark.parametrize("rule", sorted(rule for rule in WORDING if rule.startswith("crawl-")))
def test_advice_is_given_by_what_failed(portal: Source, rule: str) -> None:
    store = Store(portal.region)
    run = store.open_run(portal.source, "harvest", portal.now)
    # The sentence says nothing of the kind: that is what the rule is for.
    report = CrawlReport("partial", 0, "Etwas", "Something", failures=(Reason("Etwas", "Something", rule),))
    found = findings_writer.write(store, run.id, portal.source, None, report, portal.now)
    store.close()
    assert [finding.rule for finding in found.source] == [rule], "the reason is told once"
    told = "\n".join(run_words.remedies("portal", found, texts("de")))
    assert ("ob die Quelle unter dieser Adresse antwortet" in told) == (rule == "crawl-no-answer")
    assert found.source[0].fix("de") in told
    assert ("Nichts zu tun" in told) == (rule == "crawl-superseded") == ("noch einmal gelesen" not in told)


def test_F34_where_a_server_asks_for_rest_only_waiting_is_advised(portal: Source, catalogue: Catalogue) -> None:
    store = Store(portal.region)
    run = store.open_run(portal.source, "harvest", portal.now)
    rest = Rescheduled("https://portal.example.org/api", 7200)
    told = f"https://portal.example.org: Abruf beendet, {rest.message('de')}"
    report = CrawlReport("partial", 0, told, "English", failures=(Reason(told, "English"),), refusals=(rest.finding(),))
    found = findings_writer.write(store, run.id, portal.source, None, report, portal.now)
    store.close_run(run, portal.now, status="failed", reason_de=told, reason_en="English")
    store.close()
    assert [finding.rule for finding in found.source] == ["fetch-rescheduled"], "a refusal within a reason is the same"
    assert list(run_words.remedies("portal", found, texts("de"))) == [f"  → {rest.fix('de')}"]
    page = Asking(create_app(portal.region, catalogue)).get(f"/runs/{run.id}").text
    assert "Hier hilft nur Warten" in page
    assert "allmende harvest portal" not in page


def test_source_that_does_not_answer_before_its_protocol_is_known(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    region(tmp_path)
    more = f"[limits]\nports = [{port}]\nretries = 0\n"
    file = tmp_path / "sources" / "portal.toml"
    text = file.read_text().replace('protocol = "ckan"\n', "")
    file.write_text(text.replace("https://portal.example.org", f"http://127.0.0.1:{port}") + more)
    head = tmp_path / "region.toml"
    head.write_text(
        head.read_text().replace("[[municipality]]", 'allowed_hosts = ["127.0.0.1"]\n\n[[municipality]]', 1)
    )
    made = load(tmp_path, {})
    result = run_source(made, "portal")
    assert result.status == "failed"
    assert "keine bekannte Schnittstelle" not in result.reason_de
    found = run_findings.summary(made, result.run or 0)
    assert found is not None
    assert [finding.rule for finding in found.source] == ["fetch-refused"], result.reason_de
    assert found.source[0].message("de") == result.reason_de


def test_partial_run_says_that_what_was_read_is_public(portal: Source, catalogue: Catalogue) -> None:
    result = portal.harvest(PACKAGES, complete=False)
    told = "\n".join(run_words.result(portal.region, result, texts("de")))
    page = Asking(create_app(portal.region, catalogue)).get(f"/runs/{result.run}").text
    for said in (told, page):
        assert "Was gelesen wurde, ist öffentlich" in said
        assert "Was vorher öffentlich war" not in said
    planned = portal.harvest(PACKAGES[:11], complete=False, plan=True)
    assert "Was gelesen wurde" not in "\n".join(run_words.result(portal.region, planned, texts("de")))


def test_first_run_without_a_single_record_is_not_green(portal: Source) -> None:
    empty = portal.harvest([])
    assert (empty.status, empty.reason_de) == ("warnings", "Die Quelle liefert keinen einzigen Datensatz.")
    found = run_findings.summary(portal.region, empty.run or 0)
    assert found is not None
    assert [finding.rule for finding in found.source] == ["source-empty"]
    assert "allmende detect" in found.source[0].fix("de")
    planned = portal.harvest([], plan=True)
    accepted = decisions.accept(portal.region, planned.run or 0, portal.now)
    assert accepted.status == "warnings", "accepting an empty plan does not make it good"
    portal.harvest([package(1)])
    assert "keinen einzigen" not in portal.harvest([]).reason_de, "what is gone is told as gone"


def test_detected_protocol_is_named_by_the_run(portal: Source, catalogue: Catalogue) -> None:
    store = Store(portal.region)
    run, staging = portal.stage(store, PACKAGES)
    terms = Terms(portal.now, report={"detected": {"protocol": "ckan", "url": "https://x.example", "options": {}}})
    result = conclude(store, portal.source, run, staging, CrawlReport("complete", 1), terms)
    store.close()
    assert "erkannt: ckan" in next(run_words.result(portal.region, result, texts("de")))
    assert "erkannt: ckan" in Asking(create_app(portal.region, catalogue)).get(f"/runs/{run.id}").text


def test_plan_is_told_in_few_lines_with_the_most_frequent_causes(portal: Source) -> None:
    portal.harvest([package(number) for number in range(3)])
    packages = [package(0, "Neuer Titel"), *(package(number) for number in range(1, 87))]
    planned = portal.harvest([*packages, UNUSABLE], plan=True)
    run_id, said = planned.run or 0, texts("de")
    number = decisions.planned_number(portal.region, run_id)
    assert number == len(list(decisions.planned_changes(portal.region, run_id))) == 85
    lines = list(run_words.plan(decisions.planned_changes(portal.region, run_id), number, said))
    assert len(lines) == 21
    assert lines[-1] == "  … und 65 weitere (auf der Seite)"
    assert any("Datensatz 0@de → Neuer Titel@de" in line or "Datensatz 0 → Neuer Titel" in line for line in lines), (
        lines
    )
    few = list(run_words.plan(list(decisions.planned_changes(portal.region, run_id))[:20], 20, said))
    assert len(few) == 20

    found = run_findings.summary(portal.region, run_id)
    assert found is not None
    told = list(run_words.frequent_causes(found, said))
    shown = causes.of_run(found, said)
    assert told[0] == f"  {len(shown)} Ursachen, {formats.number(found.findings)} Befunde; häufigste:"
    most = max(cause.findings for cause in shown if cause.severity != "info")
    assert told[1].startswith(f"  - {most}-mal: ")
    assert told[2].startswith("    → ")
    assert sum(line.startswith("  - ") for line in told) == min(3, sum(c.severity != "info" for c in shown))
    assert not list(run_words.frequent_causes(None, said))


# -------------------------------------------------------------------------------------------------------- the files


def test_F61_no_cell_is_a_formula(portal: Source, catalogue: Catalogue) -> None:
    titles = ["=1+1", "+1", "-1", "@SUM(A1)", "\tTab", "ganz normal"]
    result = portal.harvest([package(number, title) for number, title in enumerate(titles)])
    rows = table(portal, catalogue, result.run)
    cells = [cell for row in rows for cell in row.values()]
    # Numbers with a sign stay numbers.
    assert {cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))} <= {"+1", "-1"}
    assert {"'=1+1", "+1", "-1", "'@SUM(A1)", "ganz normal"} <= {row["Eintrag"] for row in rows}


def test_json_and_table_name_the_same_records_with_their_pages(portal: Source, catalogue: Catalogue) -> None:
    result = portal.harvest([*PACKAGES, UNUSABLE])
    ask = Asking(create_app(portal.region, catalogue))
    document = ask.get(f"/runs/{result.run}/findings.json").json()
    assert document["total"] == len(document["findings"]) == sum(cause["findings"] for cause in document["causes"])
    assert set(document["findings"][0]) == {"severity", "focus", "path", "rule", "message", "fix", "record"}
    answer = ask.get(f"/runs/{result.run}/findings.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    pages = [entry["record"]["page"] or "" for entry in document["findings"]]
    assert [row["Adresse"] for row in rows] == pages
    public = next(page for page in pages if "/id/dataset/" in page)
    assert ask.get(public.removeprefix(portal.region.base_url)).status_code == 303
    aside = next(page for page in pages if "/set-aside?" in page)
    shown = ask.get(aside.removeprefix(portal.region.base_url), accept="text/html")
    assert "weder Titel noch Kennung" in shown.text
    english = ask.get(f"/runs/{result.run}/findings.csv?lang=en").text
    assert "How to improve it" in english.splitlines()[0]


def test_F66_findings_of_a_waiting_run_need_its_link(portal: Source, catalogue: Catalogue) -> None:
    portal.harvest(PACKAGES)
    held = portal.harvest([package(0, "Noch geheim"), *PACKAGES[1:5]])
    ask = Asking(create_app(portal.region, catalogue))
    path = f"/runs/{held.run}/findings.json"
    assert ask.get(path).status_code == 404
    assert ask.get(f"{path}?key=falsch").status_code == 404
    page = ask.get(f"/runs/{held.run}", accept="text/html").text
    assert "Befunde nach Ursache" in page
    assert "Noch geheim" not in page
    assert PACKAGES[1]["id"] not in page
    word = plans.address(portal.region, held.run or 0).rpartition("=")[2]
    assert "Noch geheim" in ask.get(f"{path}?key={word}").text
    decisions.accept(portal.region, held.run or 0, portal.now)
    assert "Noch geheim" in ask.get(path).text
    assert ask.get("/runs/999/findings.csv").status_code == 404


# -------------------------------------------------------------------------------------------- keeping and forgetting


def test_findings_go_with_the_runs_days_and_their_twins_stay(portal: Source) -> None:
    first = portal.harvest(PACKAGES, days=300)
    second = portal.harvest(PACKAGES, days=100)
    portal.harvest(PACKAGES)
    assert run_findings.summary(portal.region, first.run or 0) is None
    assert list(run_findings.lines(portal.region, first.run or 0)) == []
    assert len(list(run_findings.lines(portal.region, second.run or 0))) == second.findings > 0


def test_F75_findings_are_freed_of_a_forgotten_person(portal: Source) -> None:
    result = portal.harvest([package(0, "Sprechstunde von Erika Mustermann"), *PACKAGES[1:]])
    person = spellings_of(["Erika Mustermann"])
    stored = [
        run_findings.lines_file(portal.region, result.run or 0),
        run_findings.summary_file(portal.region, result.run or 0),
    ]
    assert all(files.look(file, person).hits for file in stored)
    files.free_others(portal.region, person)
    assert not any(files.look(file, person).hits for file in stored)
    assert len(list(run_findings.lines(portal.region, result.run or 0))) == result.findings


def test_the_command_tells_causes_in_german_and_times_of_berlin(portal: Source, catalogue: Catalogue) -> None:
    result = portal.harvest(PACKAGES)
    assert orjson.loads(run_findings.summary_file(portal.region, result.run or 0).read_bytes())["run"] == result.run
    run = catalogue.run(result.run or 0)
    found = run_findings.summary(portal.region, result.run or 0)
    assert run is not None
    assert found is not None
    said = "\n".join(run_words.findings(portal.region, run, found, texts("de")))
    assert "1. November 2026, 04:00 Uhr" in said, "times are Berlin's"
    assert "→ So wird es besser:" in said
    assert "Angabe: Zeitraum (dct:temporal)" in said
    assert run_words.next_run(
        datetime(2026, 7, 1, 2, 30, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC), texts("de")
    ) == ("heute 04:30 Uhr")


def test_what_concerns_a_service_is_told_once_however_many_layers_it_has(portal: Source) -> None:
    service = model.DataService(iri="https://daten.example.org/id/service/wfs", title=(Literal("WFS"),))
    made = pipelines.companion(service, "portal", "https://daten.example.org")

    def layer(number: int, changed: str = "") -> Outcome:
        own = f"https://daten.example.org/id/dataset/{number}"
        record = model.Dataset(iri=own, title=(Literal(f"Ebene {number}{changed}"),))
        ntriples = ntriples_of(record, iris.key("portal", str(number)))
        findings = (
            Finding(Severity.WARNING, service.iri or "", None, ows_service.LIMITED_ANSWERS, ("5000",)),
            Finding(Severity.WARNING, own, None, ows_service.LIMITED_ANSWERS, ("5000",)),
        )
        reading = Reading(str(number), record)
        return Outcome(
            str(number),
            ntriples.encode()[:8],
            reading,
            findings,
            ntriples,
            iris.content_hash(ntriples),
            companions=(made,),
        )

    for round_, outcomes in enumerate(
        ([layer(n) for n in range(5)], [layer(0, " neu"), *(layer(n) for n in range(1, 5))])
    ):
        store = Store(portal.region)
        try:
            run = store.open_run(portal.source, "harvest", portal.now)
            staging = Staging(store.staging_file(run.id), "portal", "de", store.responses, store.contents)
            staging.deliver(Page("https://geo.example.org/wfs"), outcomes)
            conclude(store, portal.source, run, staging, CrawlReport("complete", 1), Terms(portal.now))
        finally:
            store.close()
        found = run_findings.summary(portal.region, run.id)
        assert found is not None
        (cause,) = [each for each in found.causes if each.rule == ows_service.LIMITED_ANSWERS]
        assert (cause.findings, cause.records) == (6, 5), f"five of the layers, one of the service (run {round_})"
        told = list(run_findings.lines(portal.region, run.id))
        assert sum(line.focus == service.iri for line in told) == 1
        assert len(told) == found.findings
