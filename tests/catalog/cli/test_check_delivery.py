"""``allmende check-delivery``: our own feed without a server, another one over HTTP, in words and as JSON."""

from __future__ import annotations

from pathlib import Path

from catalog.web.app import create_app
from schemas.region import load
from tests.catalog.cli.command import allmende, region
from tests.catalog.delivery.feed_server import Reply, application, documents, serving
from tests.catalog.delivery.feeds import PREFIXES
from tests.catalog.web.asking import Asking


def test_feed_of_the_demo_region_is_taken_whole(harvested: Path) -> None:
    done = allmende("check-delivery", "--json", cwd=harvested)
    found = done.json()
    assert done.code == 0, found
    assert (found["datasets"], found["pages"]) == (53, 1)
    assert [each["receiver"] for each in found["receivers"]] == ["europe", "govdata", "hessen"]
    for each in found["receivers"]:
        assert each["counts"]["dropped"] == 0
        assert sum(each["counts"].values()) == 53


def test_it_speaks_german(harvested: Path) -> None:
    done = allmende("check-delivery", cwd=harvested)
    assert done.code == 0
    assert "53 Datensätze auf 1 Seite" in done.out
    assert "GovData" in done.out
    assert "Landesportal opendata.hessen.de" in done.out
    assert "unverändert übernommen" in done.out
    assert "\n    → " in done.out


def test_a_feed_over_http_with_what_is_dropped(tmp_path: Path) -> None:
    where = region(tmp_path / "region")
    body = f'{PREFIXES} ex:a a dcat:Dataset ; dct:title "Ohne Daten"@de .'.encode()
    with serving(documents({"/catalog.ttl": body})) as url:
        done = allmende("check-delivery", "--feed", f"{url}/catalog.ttl", "--json", cwd=where)
        said = allmende("check-delivery", "--feed", f"{url}/catalog.ttl", cwd=where)
    assert done.code == said.code == 1
    govdata = next(each for each in done.json()["receivers"] if each["receiver"] == "govdata")
    assert govdata["counts"]["dropped"] == 1
    (record,) = govdata["records"]
    assert (record["verdict"], record["title"]) == ("dropped", "Ohne Daten")
    rules = {remark["rule"]: remark for remark in record["remarks"]}
    assert rules["delivery-no-distribution"]["effect"] == "dropped"
    assert set(rules["delivery-no-distribution"]["message"]) == {"de", "en"}
    assert "verworfen: Der Datensatz hat keine Distribution" in said.out


def test_another_region_over_http_is_read_as_in_process(harvested: Path, tmp_path: Path) -> None:
    ask = Asking(create_app(load(harvested, {})))
    where = region(tmp_path / "region")
    with serving(application(ask)) as url:
        there = allmende("check-delivery", "--feed", f"{url}/catalog.rdf", "--json", cwd=where).json()
    here = allmende("check-delivery", "--json", cwd=harvested).json()
    for one, other in zip(here["receivers"], there["receivers"], strict=True):
        assert one["counts"] == other["counts"]
        assert one["not_taken"] == other["not_taken"] or one["receiver"] != "govdata"


def test_wrong_use(tmp_path: Path) -> None:
    where = region(tmp_path / "region")
    assert "--feed" in allmende("check-delivery", "--feed", "catalog.ttl", cwd=where).complaint
    with serving(documents({"/x": Reply(503, {}, b"")})) as url:
        assert "503" in allmende("check-delivery", "--feed", f"{url}/x", cwd=where).complaint
    # An address inside is refused unless the region lists its host.
    (where / "region.toml").write_text((where / "region.toml").read_text().replace('["127.0.0.1"]', "[]"))
    with serving(documents({})) as url:
        assert allmende("check-delivery", "--feed", f"{url}/catalog.ttl", cwd=where).complaint


def test_an_empty_region_has_nothing_to_deliver(tmp_path: Path) -> None:
    done = allmende("check-delivery", "--json", cwd=region(tmp_path / "region"))
    assert done.code == 1
    assert all(each["counts"]["dropped"] == 0 and each["remarks"] for each in done.json()["receivers"])
