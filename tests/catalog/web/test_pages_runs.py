"""What a steward reads: sources in words, a run whose counts add up, what waits and why, what was set aside."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from selectolax.lexbor import LexborHTMLParser

from catalog import database, tables
from catalog.follower import Follower
from catalog.reading.entries import RunRow
from catalog.runs import decisions
from catalog.search import Catalogue
from catalog.store import Store
from catalog.web import plans
from catalog.web.app import create_app
from catalog.web.pages import states
from catalog.web.texts import texts
from schemas.region import HarvestSource
from tests.catalog.runs import Source, package, region
from tests.catalog.web.asking import Asking
from tests.catalog.web.pages_reading import addresses, detail, first, words

PACKAGES = [package(number) for number in range(12)]
UNUSABLE = {"resources": [], "notes": "weder Titel noch Kennung"}


class Steward:
    """A harvested region and its pages."""

    def __init__(self, folder: Path) -> None:
        self.source = Source(region(folder))
        self.region = self.source.region
        self.catalogue = Catalogue(self.region)
        app = create_app(self.region, self.catalogue)
        app.state.now = lambda: self.source.now
        self.ask = Asking(app)

    def read(self, path: str, status: int = 200) -> LexborHTMLParser:
        """A page after everything has caught up."""
        states._remembered.clear()
        follower = Follower(self.region)
        follower.catch_up()
        follower.close()
        answer = self.ask.get(path, accept="text/html")
        assert answer.status_code == status, answer.text[:300]
        return LexborHTMLParser(answer.text)


@pytest.fixture
def steward(tmp_path: Path) -> Iterator[Steward]:
    made = Steward(tmp_path)
    yield made
    made.catalogue.close()


def tally(page: LexborHTMLParser) -> dict[str, int]:
    return {words(row.css_first("th")): int(words(row.css_first("td"))) for row in page.css(".tally tr")}


def test_a_run_tells_what_it_did_and_its_counts_add_up(steward: Steward) -> None:
    run = steward.source.harvest([*PACKAGES, PACKAGES[0], UNUSABLE]).run
    page = steward.read(f"/runs/{run}")
    assert words(first(page, "h1")) == f"Lauf {run}: Portal"
    counts = tally(page)
    total = counts.pop("zusammen: an der Quelle gelesen")
    assert total == 14
    assert counts == {
        "neu": 12,
        "geändert": 0,
        "gleich geblieben": 0,
        "warten auf Entscheidung": 0,
        "zurückgestellt": 1,
        "doppelt": 1,
    }
    assert sum(counts.values()) == total
    assert words(first(page, ".badges")) == "Offene Punkte"
    assert detail(page, "Umfang") == "vollständig gelesen"
    assert len(page.css(".news li")) == 12
    assert f"/runs/{run}/duplicates.csv" in addresses(page)
    table = steward.ask.get(f"/runs/{run}/duplicates.csv")
    assert table.text.splitlines()[1].startswith(f"{PACKAGES[0]['id']};https://portal.example.org/")
    assert steward.ask.get(f"/runs/{(run or 0) + 1}/duplicates.csv").status_code == 404
    assert f"allmende undo {run}" in words(first(page, "main"))


def test_findings_of_a_run_are_told_by_cause_with_a_remedy(steward: Steward) -> None:
    run = steward.source.harvest([*PACKAGES, UNUSABLE]).run
    page = steward.read(f"/runs/{run}")
    section = next(node for node in page.css("section") if node.attributes.get("aria-labelledby") == "findings")
    rows = [words(node) for node in section.css(".remarks > li")]
    assert any("1-mal Der Eintrag hat weder Titel noch Kennung und wurde zurückgestellt." in row for row in rows)
    assert any(
        "Sollte ergänzt werden" in row and "Die empfohlene Angabe „" in row and "… fehlt" not in row for row in rows
    )
    assert all("So wird es besser:" in row for row in rows)


def test_what_was_set_aside_is_listed_with_its_reason(steward: Steward) -> None:
    run = steward.source.harvest([*PACKAGES, UNUSABLE]).run
    for path in ("/set-aside", "/set-aside?source=portal", f"/runs/{run}"):
        page = words(first(steward.read(path), "main"))
        assert "weder Titel noch Kennung" in page
        assert "Geben Sie dem Eintrag an der Quelle einen Titel und eine Kennung." in page
    heading = words(first(steward.read("/set-aside"), ".remarks strong"))
    assert re.fullmatch(r"Eintrag \d+ in einer Antwort der Quelle", heading)
    assert "Es ist nichts zurückgestellt." in words(first(steward.read("/set-aside?source=fremd"), "main"))
    assert "/set-aside?source=portal" in addresses(steward.read("/status"))


def test_what_was_set_aside_bears_the_title_under_which_it_is_still_public(steward: Steward) -> None:
    run = steward.source.harvest(PACKAGES).run
    with database.writing(steward.catalogue.engine).begin() as connection:
        row = {"source_key": "portal", "native_id": PACKAGES[0]["id"], "run_id": run, "findings": "[]"}
        connection.execute(sa.insert(tables.set_aside).values(**row))
        connection.execute(sa.insert(tables.set_aside).values(**{**row, "native_id": "nie-gesehen"}))
    page = steward.read("/set-aside")
    assert [words(each) for each in page.css(".remarks strong")] == ["Datensatz 0", "nie-gesehen"]
    assert addresses(page, ".remarks strong a")[0].startswith("/dataset/datensatz-0-")


def test_a_held_run_says_why_and_how_to_decide_but_shows_nothing_of_itself(steward: Steward) -> None:
    steward.source.harvest(PACKAGES)
    changed = [package(0, "Neuer geheimer Titel"), *PACKAGES[1:5]]
    result = steward.source.harvest(changed)
    assert result.status == "held"
    page = steward.read(f"/runs/{result.run}")
    said = words(first(page, "main"))
    assert words(first(page, ".badges")) == "Wartet auf Entscheidung"
    assert result.reason_de in said
    assert f"allmende harvest --accept {result.run}" in said
    assert f"allmende harvest --reject {result.run}" in said
    assert tally(page)["außerdem: an der Quelle nicht mehr da, noch öffentlich"] == 7
    for path in (f"/runs/{result.run}", f"/runs/{result.run}?key=falsch", "/status", "/", "/datasets", "/set-aside"):
        assert "geheimer" not in str(steward.read(path).html), path
    assert "1 Lauf wartet auf eine Entscheidung" in words(first(steward.read("/status"), "main"))


def test_whoever_has_the_link_sees_the_differences_field_by_field(steward: Steward) -> None:
    steward.source.harvest(PACKAGES)
    run = steward.source.harvest([package(0, "Neuer Titel"), *PACKAGES[1:5], package(99, "Ganz neu")]).run
    assert run is not None
    address = plans.address(steward.region, run)
    assert address.startswith(f"{steward.region.base_url}/runs/{run}?key=")
    page = steward.read(address.removeprefix(steward.region.base_url))
    cards = {words(card.css_first("h3")): words(card) for card in page.css(".card")}
    assert "Titel Datensatz 0 Neuer Titel" in cards["Neuer Titel geändert"]
    others = [words(row) for row in page.css("#differences ~ .news li")]
    assert "neu Ganz neu 00000000-0000-4000-8000-000000000099" in others
    assert sum(row.startswith("nicht mehr da Datensatz") for row in others) == 7
    assert [words(node) for node in page.css("ins")] == ["Neuer Titel"]
    other = plans.address(steward.region, run + 1).rpartition("=")[2]
    assert "Neuer Titel" not in str(steward.read(f"/runs/{run}?key={other}").html)


def test_the_word_in_the_link_is_this_regions_own_and_stays(steward: Steward, tmp_path: Path) -> None:
    here, again = plans.address(steward.region, 1), plans.address(steward.region, 1)
    elsewhere = plans.address(region(tmp_path / "andere"), 1)
    assert here == again
    assert here != elsewhere
    file = steward.region.data / "links.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [other.name for other in file.parent.glob("links.*")] == ["links.key"]


def test_an_accepted_run_is_told_like_any_other(steward: Steward) -> None:
    steward.source.harvest(PACKAGES)
    run = steward.source.harvest(PACKAGES[:5]).run
    assert run is not None
    decisions.accept(steward.region, run, steward.source.now)
    page = steward.read(f"/runs/{run}")
    assert "--accept" not in words(first(page, "main"))
    assert detail(page, "Art") == "Angenommener Lauf"
    slug = steward.catalogue.candidates("portal/00000000-0000-4000-8000-000000000009")[0].slug
    gone = steward.read(f"/dataset/{slug}")
    assert "Seit 3. November 2026 nicht mehr an der Quelle" in words(first(gone, ".badges"))
    hit = words(first(steward.read("/datasets?q=%22Datensatz 9%22"), ".hits"))
    assert "nicht mehr an der Quelle" in hit


def test_a_rejected_run_and_one_that_was_taken_back(steward: Steward) -> None:
    one = steward.source.harvest(PACKAGES).run
    held = steward.source.harvest(PACKAGES[:2]).run
    assert one is not None
    assert held is not None
    decisions.reject(steward.region, held, steward.source.now)
    assert words(first(steward.read(f"/runs/{held}"), ".badges")) == "Abgelehnt"
    decisions.undo(steward.region, one, steward.source.now)
    runs = [words(row) for row in steward.read("/status").css("#runs ~ .scroll tbody tr")]
    assert "Zurückgenommen" in runs[0]
    assert words(first(steward.read("/datasets"), "#results")) == "0 Ergebnisse"


def test_a_trial_run(steward: Steward) -> None:
    run = steward.source.harvest(PACKAGES, plan=True).run
    page = steward.read(f"/runs/{run}")
    assert words(first(page, ".badges")) == "Probelauf"
    assert tally(page)["neu"] == 12
    assert words(first(steward.read("/"), ".trust")).startswith("0 Datensätze")


def test_a_partial_run_says_that_absence_did_not_count(steward: Steward) -> None:
    steward.source.harvest(PACKAGES)
    run = steward.source.harvest(PACKAGES[:6], complete=False).run
    page = steward.read(f"/runs/{run}")
    assert words(first(page, ".badges")) == "Unvollständig"
    assert detail(page, "Umfang").startswith("nicht vollständig gelesen")
    assert "allmende harvest portal" in words(first(page, ".note"))
    assert words(first(steward.read("/status"), ".intro")) == "1 von 1 Quellen ist gestört."
    assert "1 Quelle gestört" in words(first(steward.read("/"), ".trust"))


def test_a_failed_run_keeps_its_traceback_to_itself(steward: Steward) -> None:
    store = Store(steward.region)
    run = store.open_run(steward.source.source, "harvest", steward.source.now)
    running = steward.read(f"/runs/{run.id}")
    assert words(first(running, ".badges")) == "Läuft gerade"
    store.close_run(
        run,
        steward.source.now,
        status="failed",
        reason_de="Die Quelle antwortet nicht.",
        reason_en="The source does not answer.",
        report='{"traceback": "Traceback geheim"}',
    )
    store.close()
    page = steward.read(f"/runs/{run.id}")
    assert words(first(page, ".badges")) == "Gestört"
    assert "Die Quelle antwortet nicht." in words(first(page, ".intro"))
    assert "geheim" not in str(page.html)
    assert "The source does not answer." in words(first(steward.read(f"/en/runs/{run.id}"), ".intro"))


def test_sources_are_told_with_ages_and_counts(steward: Steward) -> None:
    steward.source.harvest([*PACKAGES, UNUSABLE])
    row = words(first(steward.read("/status"), "table tbody tr"))
    assert row.startswith("Portal Offene Punkte gestern")
    assert "geprüft gestern" in words(first(steward.read("/datasets"), ".hits .facts"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://nutzer:geheim@portal.example.org/api?token=geheim#x", "https://portal.example.org/api"),
        ("https://portal.example.org:8443/", "https://portal.example.org:8443/"),
        ("ordner/daten", ""),
        ("/pfad/der/maschine", ""),
    ],
)
def test_F69_no_secret_of_an_address_is_shown(url: str, shown: str) -> None:
    source = HarvestSource(id="a", title="A", municipality="neuhof", url=url)
    assert states.shown_address(source) == shown


@pytest.mark.parametrize("status", ["ok", "warnings", "partial", "held", "failed", "cancelled", "skipped", "neu<b>"])
def test_every_status_has_a_word(status: str) -> None:
    run = RunRow(
        *(1, "a", "a", "harvest", "done", status, "", "", None, "2026-01-01T00:00:00Z", "", None),
        *(None, None, 0, {}, None, None),
    )
    for language in ("de", "en"):
        state = states.state_of(run, texts(language))
        assert state.word
        assert "<" not in state.word
    assert states.state_of(None, texts("de")).word == "Noch nie gelaufen"


def test_status_does_not_call_all_well_what_has_findings(steward: Steward) -> None:
    steward.source.harvest([*PACKAGES, UNUSABLE])
    page = steward.read("/status")
    assert words(first(page, "table .badge")) == "Offene Punkte"
    assert words(first(page, ".intro")) == (
        "Alle Quellen antworten. Bei 1 Quelle blieb im letzten Lauf etwas offen; der Lauf sagt, was."
    )
