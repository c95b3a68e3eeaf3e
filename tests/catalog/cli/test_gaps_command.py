"""``allmende gaps`` on the demo region: in German words, and as JSON with rows to fill in."""

from __future__ import annotations

from pathlib import Path

from tests.catalog.cli.command import allmende


def test_gaps_of_the_demo_region(harvested: Path) -> None:
    done = allmende("gaps", cwd=harvested)
    assert done.code == 0
    assert (
        "Abfallentsorgung – Abfallkalender\n  3 von 4 Gemeinden veröffentlichen das; es fehlt: Gemeinde Kalbach"
        in done.out
    )
    assert "  1 von 4 Gemeinden veröffentlicht das; es fehlt" in done.out
    assert "  Vorlage von Gemeinde" in done.out
    assert "Pflicht" in done.out.partition("\n")[0], "what is a duty stands first"


def test_gaps_of_one_municipality_as_json(harvested: Path) -> None:
    found = allmende("gaps", "--municipality", "kalbach", "--json", cwd=harvested).json()
    assert set(found) == {"number", "published", "gaps", "duties"}
    assert all(gap["lacking"] == ["kalbach"] for gap in found["gaps"])
    waste = next(gap for gap in found["gaps"] if gap["entry"] == "abfallentsorgung/abfallkalender")
    assert set(waste["have"]) == {"neuhof", "flieden", "eichenzell"}
    (template,) = waste["templates"]
    assert "Kalbach" in template["row"]["Herausgeber"]
    assert template["from"]["iri"].startswith("http")


def test_unknown_municipality(harvested: Path) -> None:
    complaint = allmende("gaps", "--municipality", "fulda", cwd=harvested).complaint
    assert "fulda" in complaint
    assert "kalbach" in complaint
