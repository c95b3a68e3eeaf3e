"""``allmende validate``: any DCAT document, by file or address, with or without a region."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog import cli
from schemas.dcat import PROFILES
from tests.catalog.cli.command import Result, allmende, region
from tests.faultserver import FaultServer, Reply

GOOD = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<https://daten.example.org/1> a dcat:Dataset ;
  dcterms:title "Haushalt 2026"@de ; dcterms:description "Der Haushaltsplan"@de ;
  dcterms:publisher [ a foaf:Agent ; foaf:name "Gemeinde Neuhof"@de ] ;
  dcat:distribution <https://daten.example.org/1.csv> .
<https://daten.example.org/1.csv> a dcat:Distribution ; dcat:accessURL <https://daten.example.org/1.csv> ;
  dcterms:license <http://dcat-ap.de/def/licenses/cc-zero> .
"""
BAD = GOOD.replace('dcterms:description "Der Haushaltsplan"@de ;', "")
FINDING = {"severity", "focus", "path", "rule", "message", "fix"}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    (tmp_path / "good.ttl").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.ttl").write_text(BAD, encoding="utf-8")
    return tmp_path


def findings(result: Result) -> list[dict[str, Any]]:
    """The document's findings, each with the keys of the contract and without an open placeholder."""
    found: list[dict[str, Any]] = result.json()
    for finding in found:
        assert set(finding) == FINDING
        assert set(finding["message"]) == set(finding["fix"]) == {"de", "en"}
        assert "{" not in "".join((*finding["message"].values(), *finding["fix"].values()))
    return found


def test_document_without_violation_is_done(document: Path) -> None:
    result = allmende("validate", "good.ttl", "--json", cwd=document)
    assert result.code == 0, "warnings are no violation"
    assert {finding["severity"] for finding in findings(result)} <= {"warning", "info"}


def test_violation_is_told_with_place_and_repair(document: Path) -> None:
    result = allmende("validate", document / "bad.ttl", "--json")
    (violation,) = [finding for finding in findings(result) if finding["severity"] == "violation"]
    assert result.code == 1
    assert violation["focus"] == "https://daten.example.org/1"
    assert violation["path"] == "http://purl.org/dc/terms/description"
    assert violation["rule"] == "missing-mandatory"
    human = allmende("validate", document / "bad.ttl")
    assert human.code == 1
    assert violation["message"]["de"] in human.out
    assert violation["fix"]["de"] in human.out


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_has_its_own_demands(document: Path, profile: str) -> None:
    text = GOOD.replace("dcterms:publisher [ a foaf:Agent ; foaf:name", "dcterms:creator [ a foaf:Agent ; foaf:name")
    (document / "profile.ttl").write_text(text, encoding="utf-8")
    result = allmende("validate", "profile.ttl", "--profile", profile, "--json", cwd=document)
    violations = {
        finding["path"].rpartition("/")[2].rpartition("#")[2]
        for finding in findings(result)
        if finding["severity"] == "violation"
    }
    assert (
        violations
        == {
            "dcat-ap": set(),
            "dcat-ap-de": {"publisher"},
            "hvd": {"applicableLegislation", "hvdCategory", "servesDataset"},
        }[profile]
    )


def test_unknown_profile_is_wrong_use(document: Path) -> None:
    said = allmende("validate", "good.ttl", "--profile", "gold", cwd=document).complaint
    assert "allowed: dcat-ap, dcat-ap-de, hvd" in said


def test_missing_file_and_folder_are_not_found(document: Path) -> None:
    assert "nope.ttl: not found" in allmende("validate", "nope.ttl", cwd=document).complaint
    assert "is a folder" in allmende("validate", ".", cwd=document).complaint


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.ttl", GOOD[:200].encode()),
        ("page.html", b"<!DOCTYPE html><html><body>Wartung</body></html>"),
        ("empty.rdf", b""),
        ("bomb.rdf", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        ("nothing.ttl", b'<https://example.org/> <https://example.org/p> "no record" .'),
    ],
)
def test_what_is_no_dcat_document_is_one_finding(document: Path, name: str, content: bytes) -> None:
    (document / name).write_bytes(content)
    result = allmende("validate", name, "--json", cwd=document)
    (finding,) = findings(result)
    assert (result.code, finding["severity"], finding["focus"]) == (1, "violation", name)
    assert finding["rule"] in ("unparseable", "document-without-record")


def test_address_is_asked_only_if_a_region_allows_its_host(tmp_path: Path) -> None:
    with FaultServer(
        pages={
            "/catalog": Reply(BAD.encode(), headers={"Content-Type": "text/turtle"}),
            "/page": Reply(b"<html>Wartung</html>", headers={"Content-Type": "text/turtle"}),
        }
    ) as server:
        alone = tmp_path / "alone"
        alone.mkdir()
        said = allmende("validate", server.url("/catalog"), cwd=alone).complaint
        assert "127.0.0.1" in said
        assert server.hits.total() == 0, "F37: nothing is fetched from the inside"
        folder = region(tmp_path / "region")
        for result in (
            allmende("validate", server.url("/catalog"), "--json", cwd=folder),
            allmende("validate", server.url("/catalog"), "--json", "--region", folder, cwd=alone),
        ):
            assert result.code == 1
            assert "missing-mandatory" in {finding["rule"] for finding in findings(result)}
        page = allmende("validate", server.url("/page"), "--json", cwd=folder)
        assert (page.code, [each["rule"] for each in findings(page)]) == (1, ["unparseable"])
        assert "not found (status 404)" in allmende("validate", server.url("/nope"), cwd=folder).complaint
    assert "127.0.0.1" in allmende("validate", server.url("/catalog"), cwd=folder).complaint, "the server has gone"


def test_entry_point_gives_the_exit_code(
    document: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["allmende", "validate", str(document / "good.ttl")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert "Befunde" in capfd.readouterr().out


SERVICE = """
@prefix cpsv: <http://purl.org/vocab/cpsv#> . @prefix cv: <http://data.europa.eu/m8g/> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://amt.example.org/s/1> a cpsv:PublicService ; dct:identifier "s1" ; dct:title "Hund anmelden"@de ;
  dct:description "Wer einen Hund hält, meldet ihn an."@de ; cv:hasCompetentAuthority <https://amt.example.org> .
<https://amt.example.org> a cv:PublicOrganisation ; skos:prefLabel "Bürgerbüro"@de ; dct:spatial [ a dct:Location ] .
"""


def test_public_services_have_a_profile_of_their_own(document: Path) -> None:
    (document / "service.ttl").write_text(SERVICE, encoding="utf-8")
    assert findings(allmende("validate", "service.ttl", "--profile", "cpsv-ap", "--json", cwd=document)) == []
    broken = SERVICE.replace('dct:title "Hund anmelden"@de', 'dct:title "Hund anmelden"').replace(
        "a cv:PublicOrg", "a cv:Org"
    )
    (document / "service.ttl").write_text(broken, encoding="utf-8")
    result = allmende("validate", "service.ttl", "--profile", "cpsv-ap", "--json", cwd=document)
    assert result.code == 1
    assert {(f["rule"], f["path"].rpartition("/")[2]) for f in findings(result)} == {
        ("wrong-datatype", "title"),
        ("wrong-class", "hasCompetentAuthority"),
    }


def test_a_document_of_datasets_holds_no_service_and_the_other_way_round(document: Path) -> None:
    (document / "service.ttl").write_text(SERVICE, encoding="utf-8")
    for file, profile, rule in (
        ("good.ttl", "cpsv-ap", None),  # a dataset belongs to CPSV-AP as well: what a service is part of
        ("service.ttl", "dcat-ap-de", "document-without-record"),
    ):
        result = allmende("validate", file, "--profile", profile, "--json", cwd=document)
        told = {finding["rule"] for finding in findings(result)}
        assert (rule in told) is (rule is not None), (file, told)


def test_geodata_are_asked_what_geodcat_ap_asks(document: Path) -> None:
    text = GOOD.replace(
        "dcterms:publisher", "dcterms:rightsHolder <https://amt.example.org/nobody> ; dcterms:publisher"
    )
    (document / "geo.ttl").write_text(text, encoding="utf-8")
    told = findings(allmende("validate", "geo.ttl", "--profile", "geodcat-ap", "--json", cwd=document))
    assert ("wrong-class", "http://purl.org/dc/terms/rightsHolder") in {(f["rule"], f["path"]) for f in told}


def test_a_document_is_judged_as_it_stands(document: Path) -> None:
    """What a harvest would mend is broken all the same for whoever reads the document with the official shapes."""
    text = GOOD.replace("dcterms:license <http://dcat-ap.de/def/licenses/cc-zero>", 'dcterms:license "CC0"')
    (document / "text.ttl").write_text(text, encoding="utf-8")
    told = findings(allmende("validate", "text.ttl", "--json", cwd=document))
    license_ = {f["rule"] for f in told if f["path"] == "http://purl.org/dc/terms/license"}
    assert {"wrong-kind", "not-in-code-list"} <= license_
