"""``harvest --split`` and ``--primary``: what they print, as JSON and in words, and how they are taken back."""

from __future__ import annotations

from pathlib import Path

from schemas import iris
from tests.catalog.cli.command import allmende
from tests.catalog.runs import Source, package, region

SHARED = [{"key": "uri", "value": "https://example.org/id/1"}]
ONE, TWO = iris.key("eins", package(1)["id"]), iris.key("zwei", package(2)["id"])
MINTED = iris.mint("https://daten.example.org", "dataset", TWO)


def test_split_and_primary_by_the_command(tmp_path: Path) -> None:
    both = region(tmp_path, eins="", zwei="")
    Source(both, "eins").harvest([package(1, "Von eins", extras=SHARED)])
    Source(both, "zwei").harvest([package(2, "Von zwei", extras=SHARED)])
    name = f"zwei/{package(2)['id']}"
    chosen = allmende("harvest", "--primary", name, "--json", cwd=tmp_path)
    assert chosen.code == 0, chosen
    assert (chosen.json()["record"], chosen.json()["before"]) == (TWO, ONE)
    assert TWO in allmende("harvest", "--primary", name, cwd=tmp_path).complaint
    undone = allmende("undo", chosen.json()["run"], "--json", cwd=tmp_path)
    assert (undone.code, undone.json()["conflicts"]) == (0, [])
    split = allmende("harvest", "--split", name, cwd=tmp_path)
    assert split.code == 0, split
    assert "steht jetzt für sich" in split.out
    assert f"{MINTED}: eigene IRI" in split.out
    run = split.out.rpartition("allmende undo ")[2].split()[0]
    shown = allmende("show", MINTED, "--json", cwd=tmp_path)
    assert shown.json()["key"] == TWO
    back = allmende("undo", run, cwd=tmp_path)
    assert "IRI von 1 Eintrag neu vergeben" in back.out
    again = allmende("harvest", "--split", name, "--json", cwd=tmp_path)
    assert (again.json()["from"], again.json()["named"]) == ([ONE], [TWO])
    both_at_once = allmende("harvest", "--split", name, "--primary", name, cwd=tmp_path)
    assert both_at_once.code == 2
