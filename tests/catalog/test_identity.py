"""Whose a record is: KEYs and IRIs of agents and datasets that several sources name, whatever order runs come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.runs import duplicates, number_writer
from catalog.runs.conclusion import Terms, conclude
from catalog.store import Store, current, shadowed
from harvesters.pipelines import companion
from harvesters.reading import CrawlReport
from schemas import iris
from schemas.kinds import Literal
from schemas.model import Agent
from schemas.region import Region
from tests.catalog.runs import Source, package, region

BASE = "https://daten.example.org"


def versions_now(region: Region) -> list[Any]:
    store = Store(region)
    try:
        with store.engine.connect() as connection:
            return list(
                connection.execute(
                    sa.select(tables.versions.c.key, tables.versions.c.title, tables.records.c.iri)
                    .join_from(tables.versions, tables.records, tables.records.c.key == tables.versions.c.key)
                    .where(current(store.number()), ~shadowed(store.number()))
                )
            )
    finally:
        store.close()


def test_companions_of_foreign_hosts_never_share_a_key() -> None:
    one, two = (
        companion(Agent(iri=f"https://{host}.example/id/org1", name=(Literal("Amt"),)), "portal", BASE)
        for host in ("a", "b")
    )
    assert one.key != two.key
    victim = iris.key("other", "dataset")
    thief = companion(Agent(iri=f"https://evil.example/id/{victim}"), "portal", BASE)
    assert thief.key != victim
    minted = companion(Agent(iri=f"{BASE}/id/agent/{victim}"), "portal", BASE)
    assert minted.key == victim


def test_agent_that_two_sources_refer_to_has_one_current_version(tmp_path: Path) -> None:
    both = region(tmp_path, eins="", zwei="")
    one, two = Source(both, "eins"), Source(both, "zwei")
    one.harvest([package(1)])
    two.harvest([package(2)])
    one.harvest([package(1), package(3)])
    two.harvest([package(2), package(4)])
    keys = [row.key for row in versions_now(both)]
    assert len(keys) == len(set(keys))
    assert sum("/id/agent/" in row.iri for row in versions_now(both)) == 1, "the municipality"


def test_F09_two_runs_side_by_side_do_not_publish_one_iri_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = region(tmp_path, eins="", zwei="")
    one, two = Source(both, "eins"), Source(both, "zwei")
    same = [{"key": "uri", "value": "https://example.org/id/1"}]
    store = Store(both)
    run, staging = one.stage(store, [package(1, "Von eins", extras=same)])
    take = number_writer.NumberWriter._take

    def overtaken(self: number_writer.NumberWriter) -> int:
        monkeypatch.setattr(number_writer.NumberWriter, "_take", take)
        # The other source publishes after this run has made its plan.
        assert two.harvest([package(2, "Von zwei", extras=same)]).counts.created == 1
        return take(self)

    monkeypatch.setattr(number_writer.NumberWriter, "_take", overtaken)
    result = conclude(store, one.source, run, staging, CrawlReport("complete", 1), Terms(one.now))
    store.close()
    assert (result.counts.created, result.counts.duplicates) == (0, 1)
    assert [row.title for row in versions_now(both) if row.iri == "https://example.org/id/1"] == ["Von zwei"]


def test_F08_duplicates_are_named_in_the_runs_report(tmp_path: Path) -> None:
    source = Source(region(tmp_path))
    result = source.harvest([package(1, "Erster"), package(1, "Zweiter")])
    assert result.run is not None
    store = Store(source.region)
    findings = store.run(result.run).report["findings"]
    store.close()
    assert [finding["rule"] for finding in findings] == ["duplicate-identifier"]
    assert package(1)["id"] in findings[0]["message"]["de"]


def test_F08_all_duplicates_stand_in_the_runs_table(tmp_path: Path) -> None:
    source = Source(region(tmp_path))
    twice = [{**package(n), "id": f"={n}"} for n in range(1200)]
    result = source.harvest([*twice, *twice])
    assert result.counts.duplicates == 1200
    assert result.run is not None
    lines = duplicates.file_of(source.region, result.run).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "identifier;address;reason"
    assert len(lines) == 1201
    assert {line.partition(";")[0] for line in lines[1:]} == {f"'={n}" for n in range(1200)}, "no formula (F61)"
    clean = source.harvest(twice)
    assert clean.run is not None
    assert not duplicates.file_of(source.region, clean.run).exists()


def test_records_without_any_identity_are_set_aside_one_by_one(tmp_path: Path) -> None:
    source = Source(region(tmp_path))
    bad = [{"id": "", "name": "", "title": "", "notes": f"Rest {n}", "resources": []} for n in range(4)]
    result = source.harvest([package(1), *bad])
    assert (result.counts.created, result.counts.failed, result.counts.duplicates) == (1, 4, 0)
