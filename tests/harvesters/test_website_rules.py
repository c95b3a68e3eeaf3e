"""Rules of a site: proposed from its pages, confirmed by a steward, used by the spider, told when the layout changes."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from catalog.sourcefile import source_file
from harvesters.answer import Answer
from harvesters.spiders.website import WebsiteOptions, WebsiteSpider
from harvesters.website.blocks import Block, apply, check_selector
from harvesters.website.page_links import read_links
from harvesters.website.proposals import propose
from harvesters.website.web_pages import WebPage, parse
from tests.harvesters import crawl_runs
from tests.harvesters.crawl_runs import Run, Site
from tests.harvesters.town_sites import DATA, joomla_article, joomla_list, typo3, typo3_v2

TITLES = [title for title, *_ in DATA]
RULE = """
[website]
sitemap = false
[[website.block]]
page = "/rathaus/daten"
block = "ul.ce-uploads > li"
title = "h3"
date = ".ce-uploads-date"
description = "p"
found = 4
confirmed = true
"""


def page_of(html: str, url: str = "https://www.talheim.example/rathaus/daten") -> WebPage:
    page = parse(html.encode(), url, "text/html; charset=utf-8")
    assert page is not None
    return page


def rule_of(html: str) -> Block:
    page = page_of(html)
    proposal = propose(page, read_links(page).facts)
    assert proposal is not None
    return proposal.rule


@pytest.fixture
def harvest(tmp_path: Path) -> Callable[..., Run]:
    def run(site: Site, options: str = RULE, path: str = "/rathaus/daten", **wishes: Any) -> Run:
        source = f'url = "{site.url}{path}"\nprotocol = "website"\nlimits = {{ retries = 0 }}\n{options}'
        return crawl_runs.crawl(crawl_runs.write_region(tmp_path, town=source), "town", **wishes)

    return run


# ------------------------------------------------------------------------------------------------------------ proposals


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            typo3(),
            (
                "ul.ce-uploads > li.ce-uploads-item",
                "h3",
                "a.ce-link",
                "span.ce-uploads-date",
                "p.ce-uploads-description",
            ),
        ),
        (typo3_v2(), ("section.cards > article.card", "h4", "a.btn", "time", "p.card-text")),
        (joomla_list(), ("table.category > tbody > tr", "h2", "h2 a", "td.list-date", "")),
    ],
    ids=["typo3", "relaunch", "joomla"],
)
def test_rule_is_proposed_from_the_page(html: str, expected: tuple[str, ...]) -> None:
    rule = rule_of(html)
    assert (rule.block, rule.title, rule.link, rule.date, rule.description) == expected
    assert (rule.found, rule.page, rule.confirmed) == (4, "/rathaus/daten", False)
    page = page_of(html)
    found = apply(rule, page, read_links(page).facts)
    assert [each.given.title for each in found.datasets if each.given] == TITLES


def test_page_without_repeating_blocks_proposes_nothing() -> None:
    for html in (joomla_article(DATA[0]), typo3(DATA[:2]), "<html><p>nichts</p>"):
        page = page_of(html)
        assert propose(page, read_links(page).facts) is None


def test_menus_are_no_blocks() -> None:
    links = "".join(f'<li class="item"><h3><a href="/seite-{n}">Seite {n}</a></h3></li>' for n in range(9))
    for around in ('<nav><ul class="list">{}</ul></nav>', '<div class="sidebar"><ul class="list">{}</ul></div>'):
        page = page_of(f"<html><body>{around.format(links)}</body></html>")
        assert propose(page, read_links(page).facts) is None


@pytest.mark.parametrize(
    "text",
    [
        "a, b",
        "li:nth-child(2)",
        "div:has(a)",
        "> li",
        "li >",
        "a..b",
        "",
        "a{}",
        "x" * 201,
        "a[href=",
        "1a",
        "div > > p",
    ],
)
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="CSS selector"):
        check_selector(text)


@pytest.mark.parametrize("piece", ["a", "a ", "a >", ".a", "[a]", '[a="', "\\a", "#", "* ", "a-" * 9])
def test_F49_selectors_are_checked_in_linear_time(piece: str) -> None:
    began = time.process_time()
    for length in (200, 50_000):
        try:
            check_selector((piece * length)[:length])
        except ValueError:
            continue
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "given",
    [{"block": ""}, {"block": "li", "link": ""}, {"block": "li", "page": "daten"}, {"block": "li", "regex": ".*"}, {}],
)
def test_wrong_rules_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WebsiteOptions.model_validate({"block": [given]})


def test_proposal_is_written_for_a_steward_and_read_back(tmp_path: Path) -> None:
    url = "https://www.talheim.example/rathaus/daten"
    answer = Answer(url, url, 200, {"content-type": "text/html; charset=utf-8"}, typo3().encode(), "text/html", 0.0)
    found = WebsiteSpider.detect(url, {url: answer})
    assert found is not None
    written = source_file(found, "neuhof", tmp_path)
    assert "# Vorschlag, von der Seite abgelesen: 4 Einträge" in written
    assert "#   - Hundebestand nach Ortsteil" in written
    table = tomllib.loads(written)
    assert table["website"]["block"][0]["confirmed"] is False
    options = WebsiteOptions.model_validate(table["website"])
    assert options.block == (rule_of(typo3()),)


# ------------------------------------------------------------------------------------------------------------ the spider


def told(run: Run) -> list[tuple[str, str]]:
    """The findings of a run but for the pages of the menu, which these sites do not have."""
    return [(rule, message) for rule, message in run.report["findings"] if rule != "website-dead-links"]


def test_confirmed_rule_makes_the_datasets(harvest: Callable[..., Run]) -> None:
    with Site({"/rathaus/daten": typo3()}) as site:
        by_itself = harvest(site, "[website]\nsitemap = false\n")
        run = harvest(site)
    assert sorted(run.titles.values()) == sorted(TITLES)
    # The PDF is a dataset because a steward's rule says so; identities are those of the spider without rules.
    assert set(by_itself.records) < set(run.records)
    dogs = next(record for record in run.records.values() if record["title"].startswith("Hunde"))
    assert dogs["description"] == "Gemeldete Hunde am Jahresende, nach Ortsteilen gezählt."
    assert '"2026-11-03"' in dogs["ntriples"]
    assert [entry[2] for entry in dogs["trace"] if entry[0] in ("title", "description", "modified")] == ["selector"] * 3
    assert "ul.ce-uploads > li h3" in next(entry[1] for entry in dogs["trace"] if entry[0] == "title")
    assert told(run) == []


def test_unconfirmed_rule_is_not_used_and_told(harvest: Callable[..., Run]) -> None:
    with Site({"/rathaus/daten": typo3()}) as site:
        run = harvest(site, RULE.replace("confirmed = true", "confirmed = false"))
    assert len(run.records) == 3
    assert [rule for rule, _ in told(run)] == ["website-rule-unconfirmed"]


def test_rule_on_one_page_leaves_the_others_to_the_spider(harvest: Callable[..., Run]) -> None:
    other = (
        '<html><body><p>Die <a href="/wald.csv">Bäume im Wald</a></p><a href="/rathaus/daten">Daten</a></body></html>'
    )
    with Site({"/": other, "/rathaus/daten": typo3()}) as site:
        run = harvest(site, path="/")
    assert sorted(run.titles.values()) == sorted([*TITLES, "Bäume im Wald"])


JOOMLA = """
[website]
sitemap = false
[[website.block]]
page = "/daten"
block = "table.category > tbody > tr"
title = "h2"
link = "h2 a"
date = "td.list-date"
confirmed = true
"""


def test_blocks_that_lead_to_pages_are_read_there_and_hidden_mail_stays_hidden(harvest: Callable[..., Run]) -> None:
    address = "/index.php?option=com_content&view=article&id={}"
    pages: dict[str, Any] = {"/daten": joomla_list(), address.format(13): (404, {}, b"weg")}
    pages |= {address.format(number + 10): joomla_article(entry) for number, entry in enumerate(DATA[:3])}
    with Site(pages) as site:
        run = harvest(site, JOOMLA, "/daten")
        again = harvest(site, JOOMLA, "/daten", state=run.state, replay=True)
    assert sorted(run.titles.values()) == sorted(TITLES[:3])
    for native_id, record in run.records.items():
        assert native_id.startswith(f"{site.url}/index.php?option=com_content")
        assert "/images/daten/" in record["ntriples"]
        assert f"landingPage> <{native_id}>" in record["ntriples"]
        for hidden in ("Spambots", "JavaScript", "addy", "bauamt", "cloak", "&#64;"):
            assert hidden not in record["ntriples"]
    dogs = next(record for record in run.records.values() if record["title"].startswith("Hunde"))
    assert '"2026-11-03"' in dogs["ntriples"]
    assert again.titles == run.titles


def test_hidden_mail_is_no_description_without_rules(harvest: Callable[..., Run]) -> None:
    with Site({"/artikel": joomla_article(DATA[0])}) as site:
        run = harvest(site, "[website]\nsitemap = false\n", "/artikel")
    (record,) = run.records.values()
    assert "Spambots" not in record["ntriples"]
    assert "addy" not in record["ntriples"]


# ------------------------------------------------------------------------------------------------------ layout changed


def test_F24_changed_layout_names_the_selectors_and_what_fits_now(harvest: Callable[..., Run]) -> None:
    pages = {"/rathaus/daten": typo3()}
    with Site(pages) as site:
        first = harvest(site)
        pages["/rathaus/daten"] = typo3_v2()
        run = harvest(site, state=first.state)
    assert run.records == {}
    ((rule, message),) = told(run)
    assert rule == "website-layout-changed"
    assert "ul.ce-uploads > li findet nichts mehr (vorher 4 Einträge)" in message
    assert (
        "section.cards > article.card (4; title = h4; date = time; description = p.card-text; link = a.btn)" in message
    )


def test_F24_title_that_is_gone_is_told_though_blocks_are_there(harvest: Callable[..., Run]) -> None:
    with Site({"/rathaus/daten": typo3().replace("h3", "h5")}) as site:
        run = harvest(site)
    assert len(run.records) == 4
    ((_, message),) = told(run)
    assert "title: h3" in message
    assert "title = h5" in message
