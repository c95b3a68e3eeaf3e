"""``allmende show``, ``history``, ``status``, ``undo``: a record under all its names, in all forms, explained."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph
import pytest

from catalog.cli.choice import choose
from catalog.cli.show import to_json
from catalog.reading.entries import Entry
from catalog.search import Catalogue
from catalog.web.pages import labels, remarks
from catalog.web.texts import texts
from harvesters import registry
from schemas.region import ConfigurationError, load
from tests.catalog.cli.command import allmende, ckan, region
from tests.catalog.cli.portal import Portal
from tests.catalog.runs import package

PACKAGE = "neuhof-portal/"
KEYS = {
    *("iri", "key", "slug", "source", "native_id", "run", "first_seen", "changed", "record", "findings", "trace"),
    *("leftovers", "corrections"),
}
FINDING = {"severity", "focus", "path", "rule", "message", "fix"}


@pytest.fixture(scope="module")
def catalogue(harvested: Path) -> Catalogue:
    region = load(harvested, {})
    # As the command does; with the spiders come the wordings of their findings.
    registry.check_sources(region)
    return Catalogue(region)


@pytest.fixture(scope="module")
def entries(catalogue: Catalogue) -> list[Entry]:
    at = catalogue.number()
    found = [catalogue.get(entry.key, at) for entry in catalogue.page(1, at).entries]
    return [entry for entry in found if isinstance(entry, Entry)]


def test_record_is_found_under_all_its_names(catalogue: Catalogue, entries: list[Entry]) -> None:
    assert len(entries) > 40
    for entry in entries:
        minted = f"{catalogue.region.base_url}/id/dataset/{entry.key}"
        for name in (entry.slug, entry.key, entry.iri, minted, f"{entry.source_key}/{entry.native_id}"):
            found = choose(catalogue, name)
            assert isinstance(found, Entry)
            assert found.key == entry.key, name
    assert any(not entry.iri.startswith(catalogue.region.base_url) for entry in entries), "one with an IRI of its own"


def test_show_json_has_the_keys_of_the_contract(harvested: Path, entries: list[Entry]) -> None:
    entry = next(entry for entry in entries if entry.source_key == "neuhof-portal" and entry.findings)
    result = allmende("show", f"neuhof-portal/{entry.native_id}", "--json", "--region", harvested)
    shown: dict[str, Any] = result.json()
    assert (result.code, set(shown)) == (0, KEYS)
    assert (shown["iri"], shown["key"], shown["slug"]) == (entry.iri, entry.key, entry.slug)
    assert (shown["source"], shown["native_id"]) == ("neuhof-portal", entry.native_id)
    assert shown["corrections"] == []
    assert set(shown["record"]["title"]) == {"de"}
    assert shown["record"]["title"]["de"] == [entry.title]
    assert {each["attribute"] for each in shown["trace"]} >= {"title", "description", "distribution.access_url"}
    for traced in shown["trace"]:
        assert set(traced) == {"attribute", "value", "field", "rule"}
        assert traced["field"]
        assert traced["rule"]
    for finding in shown["findings"]:
        assert set(finding) == FINDING
        assert set(finding["message"]) == set(finding["fix"]) == {"de", "en"}
        assert finding["severity"] in ("violation", "warning", "info")


def test_every_value_is_traced_to_a_field_and_a_rule(entries: list[Entry]) -> None:
    for entry in entries:
        shown = to_json(entry)
        traced = {each["attribute"] for each in shown["trace"]}
        for attribute in shown["record"]:
            if attribute not in ("iri", "types", "extra"):
                assert any(name.partition(".")[0] == attribute for name in traced), (entry.slug, attribute)
        for each in shown["trace"]:
            assert each["value"] is not None, (entry.slug, each)


def test_defaults_are_marked_as_such(entries: list[Entry]) -> None:
    marked = {
        (each["attribute"], each["field"])
        for entry in entries
        for each in to_json(entry)["trace"]
        if each["rule"] == "default"
    }
    assert ("contributor_id", "region.toml: contributor_id") in marked
    assert any(attribute == "publisher" and field.endswith(": municipality") for attribute, field in marked)
    assert any(attribute == "distribution.license" and field.endswith(": license") for attribute, field in marked)


@pytest.mark.parametrize("syntax", ["ttl", "rdf", "jsonld", "nt"])
def test_each_form_says_the_same(harvested: Path, entries: list[Entry], syntax: str) -> None:
    forms = {
        "ttl": pyoxigraph.RdfFormat.TURTLE,
        "rdf": pyoxigraph.RdfFormat.RDF_XML,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
        "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    }
    entry = next(entry for entry in entries if entry.source_key == "flieden-katalog")
    result = allmende("show", entry.iri, "--format", syntax, cwd=harvested)
    assert result.code == 0
    triples = list(pyoxigraph.parse(result.out.encode(), format=forms[syntax]))
    expected = list(pyoxigraph.parse(entry.ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES))
    assert len({(str(t.predicate)) for t in triples}) == len({str(t.predicate) for t in expected})
    assert len(set(triples)) == len(set(expected))


def test_explain_says_field_rule_and_findings_in_words(harvested: Path, entries: list[Entry]) -> None:
    entry = next(entry for entry in entries if entry.source_key == "neuhof-portal" and entry.findings)
    result = allmende("show", entry.slug, "--explain", cwd=harvested)
    assert result.code == 0
    assert "Titel (title) ← title (" in result.out
    for attribute, field, rule in entry.trace:
        assert f"({attribute}) ← {field} ({labels.rule(rule, texts('de'))})" in result.out
    assert "(warning" not in result.out
    assert "warning:" not in result.out
    assert any(word in result.out for word in ("Muss behoben werden", "Sollte ergänzt werden", "Zur Kenntnis"))
    for finding in entry.findings:
        for sentence in remarks.sentences(finding, texts("de")):
            assert sentence in result.out


def test_status_counts_what_the_harvest_published(harvested: Path) -> None:
    result = allmende("status", "--json", cwd=harvested)
    status = result.json()
    assert (result.code, set(status)) == (0, {"number", "datasets", "quality", "sources"})
    assert {source["id"]: source["set_aside"] for source in status["sources"]}["neuhof-portal"] == 1
    for source in status["sources"]:
        assert source["status"] in ("ok", "warnings")
        assert source["last_good_run"] == source["last_run"]
        assert source["records"] > 0
        assert source["next_run"] > source["last_run"]
        assert source["findings"]["violation"] == 0
    human = allmende("status", "--region", harvested)
    assert human.code == 0
    for source in status["sources"]:
        assert source["id"] in human.out
    assert f"{status['datasets']} Datensätze" in human.out
    assert "Nächster Lauf" in human.out
    assert " Uhr" in human.out


def test_withdrawn_record_is_named_and_refused(tmp_path: Path) -> None:
    with Portal([package(number) for number in range(8)]) as portal:
        folder = region(tmp_path, portal=ckan(portal.url, 'grace = "0d"\n'))
        allmende("harvest", cwd=folder)
        portal.packages = portal.packages[:7]
        first = allmende("harvest", "--json", cwd=folder).json()["sources"][0]
        assert (first["absent"], first["withdrawn"]) == (1, 0), "absent once is not withdrawn"
        second = allmende("harvest", "--json", cwd=folder).json()["sources"][0]
        assert second["withdrawn"] == 1
        said = allmende("show", f"portal/{package(7)['id']}", cwd=folder).complaint
        assert "Datensatz 7" in said
        assert "withdrawn" in said
        versions = allmende("history", f"portal/{package(7)['id']}", "--json", cwd=folder).json()
        assert [version["title"] for version in versions] == ["Datensatz 7"]
        assert versions[0]["ended"]

        undone = allmende("undo", second["run"], "--json", cwd=folder)
        assert (undone.code, undone.json()["restored"]) == (0, 1)
        catalogue = Catalogue(load(folder, {}))
        assert isinstance(choose(catalogue, f"portal/{package(7)['id']}"), Entry)
        catalogue.close()


def test_ambiguous_record_is_refused_with_its_candidates(tmp_path: Path) -> None:
    """A source that was renamed keeps its key; another now has the old name: both may be meant."""
    with Portal([package(1)]) as portal:
        folder = region(tmp_path, neu=ckan(portal.url, 'key = "alt"\n'), alt=ckan(portal.url, 'key = "anders"\n'))
        allmende("harvest", cwd=folder)
        said = allmende("show", f"alt/{package(1)['id']}", cwd=folder).complaint
        assert "ambiguous; candidates: datensatz-1-" in said
        slugs = said.rpartition("candidates: ")[2].split(", ")
        assert len(slugs) == 2
        catalogue = Catalogue(load(folder, {}))
        assert [choose(catalogue, slug).slug for slug in slugs] == slugs
        catalogue.close()


def test_undo_takes_a_whole_run_back_and_blocks_its_input(harvested: Path, tmp_path: Path) -> None:
    folder = tmp_path / "region"
    shutil.copytree(harvested, folder)
    catalogue = Catalogue(load(folder, {}))
    (run,) = catalogue.runs("eichenzell-hub")
    before = catalogue.counts(catalogue.number()).datasets
    undone = allmende("undo", run.id, "--region", folder)
    assert undone.code == 0
    assert undone.out.startswith(f"Lauf {run.id} ist zurückgenommen: 0 Einträge wiederhergestellt, ")
    assert catalogue.counts(catalogue.number()).datasets == before - run.counts["created"]
    catalogue.close()
    again = allmende("harvest", "eichenzell-hub", "--json", "--region", folder).json()["sources"][0]
    assert (again["created"], again["held"]) == (0, run.counts["created"]), "the undone input stays blocked"


def test_unknown_records_raise_what_the_command_shows(catalogue: Catalogue) -> None:
    for name in ("nope", "neuhof-portal/nope", "https://example.org/id/nope", "", "/", "neuhof-portal/"):
        with pytest.raises(ConfigurationError, match="does not exist"):
            choose(catalogue, name)


def test_json_is_one_document_that_ends_with_a_newline(harvested: Path) -> None:
    out = allmende("history", "--json", "--limit", 1, cwd=harvested).out
    assert out.endswith("]\n")
    assert len(orjson.loads(out)) == 1
