"""The statement on accessibility: whom it names where nobody answers, and that it grows old."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from catalog.web import accessibility
from catalog.web.pages.accessibility import OF_HESSEN
from schemas.imprint import Imprint
from schemas.region import ConfigurationError, Municipality, load
from tests.catalog.web.asking import place_in
from tests.catalog.web.pages_reading import addresses, first, read, words

BAVARIAN = (Municipality(id="rhoen", name="Rhön", ags="09673000", ars="096730000000"),)


def test_in_hessen_the_body_of_the_state_can_be_reached(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        page = read(place, "/accessibility")
        links = addresses(page, "[aria-labelledby=enforce] a")
        assert links == [f"mailto:{OF_HESSEN.email}", OF_HESSEN.url]
        assert "Landgraf-Philipp-Platz 1-7, 35390 Gießen +49 641" in words(first(page, "p.authority"))
        english = read(place, "/en/accessibility")
        assert first(english, "p.authority").attributes["lang"] == "de"


def test_a_region_names_its_own(tmp_path: Path) -> None:
    told = Imprint(accessibility_authority="Stelle\nPlatz 1", accessibility_authority_email="stelle@behoerde.example")
    with place_in(tmp_path, imprint=told, municipalities=BAVARIAN) as place:
        page = read(place, "/accessibility")
        assert addresses(page, "[aria-labelledby=enforce] a") == ["mailto:stelle@behoerde.example"]
        assert words(first(page, "p.authority")) == "Stelle Platz 1"
        assert "HVBIT" not in words(first(page, "[aria-labelledby=enforce]"))


def test_elsewhere_nothing_is_invented(tmp_path: Path) -> None:
    with place_in(tmp_path, municipalities=BAVARIAN) as place:
        said = words(first(read(place, "/accessibility"), "[aria-labelledby=enforce]"))
        assert "Durchsetzungsstelle Ihres Bundeslandes" in said
        assert "Gießen" not in said


@pytest.mark.parametrize(
    "line", ['accessibility_authority_url = "lbit.example"', 'accessibility_authority_email = "x"']
)
def test_a_wrong_contact_is_refused_by_name(tmp_path: Path, line: str) -> None:
    (tmp_path / "region.toml").write_text(
        '[region]\ntitle = "T"\ndescription = "D"\nbase_url = "https://x.example"\n'
        'publisher = { name = "P", email = "p@x.example" }\n'
        f"[region.imprint]\n{line}\n"
        '[[municipality]]\nid = "a"\nname = "A"\nags = "06631018"\nars = "066310018018"\n'
    )
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, {})
    assert line.partition(" ")[0] in str(refused.value)


def test_a_statement_older_than_a_year_is_told_on_the_status_page(tmp_path: Path) -> None:
    made = date.fromisoformat(accessibility.report().day)
    for days, old in ((200, False), (366, False), (367, True)):
        with place_in(tmp_path / str(days)) as place:
            then = datetime(made.year, made.month, made.day, tzinfo=UTC) + timedelta(days=days)
            place.app.state.now = lambda then=then: then
            notes = [words(each) for each in read(place, "/status").css(".note h2")]
            assert ("Barrierefreiheit neu prüfen" in notes) is old
