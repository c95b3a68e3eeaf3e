"""Wrong use and wrong configuration: exit 2, one line on stderr, nothing on stdout, never a traceback.

Each way of being wrong is tried in this process, which takes no time; one of each sort in a process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog import cli
from tests.catalog.cli.command import REGION, Result, allmende, ckan, region

Call = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region with one source that was never harvested; the store is made by the first command."""
    return region(tmp_path_factory.mktemp("wrong") / "region", portal=ckan("http://127.0.0.1:1"))


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """The command's entry point, called in this process."""

    def called(*arguments: str, cwd: Path, **environment: str) -> Result:
        with monkeypatch.context() as patch:
            patch.chdir(cwd)
            patch.setattr(sys, "argv", ["allmende", *arguments])
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                cli.main()
        out, err = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Result(ended.value.code, out, err)

    return called


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "'nonsense' is no verb; there are: add, backup"),
        (("status", "--nonsense"), "--nonsense"),
        (("show",), "RECORD"),
        (("show", "nope"), "record 'nope' does not exist"),
        (("harvest", "--accept", "99"), "run 99 does not exist"),
    ],
)
def test_wrong_use_at_a_terminal(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in allmende(*arguments, cwd=folder).complaint


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("nonsense",),
            "'nonsense' is no verb; there are: add, backup",
        ),
        (("--nonsense",), "--nonsense"),
        (("status", "--nonsense"), "--nonsense"),
        (("status", "extra"), "extra"),
        (("show",), "RECORD"),
        (("undo",), "RUN"),
        (("undo", "letzter"), "integer"),
        (("add", "http://127.0.0.1:1"), "--municipality"),
        (("status", "--region"), "--region: DIR is missing"),
        (("serve", "--port", "99999"), "--port"),
        (("serve", "--port", "http"), "--port"),
        (("harvest", "--accept", "1", "--reject", "2"), "--accept and --reject: one at a time"),
        (("harvest", "--accept", "1", "portal"), "--accept: the run names its source"),
        (("harvest", "--replay", "1", "--full"), "--replay: fetches nothing"),
        (("harvest", "--reject", "1", "--plan"), "--reject: decides a run"),
        (("harvest", "--accept", "2", "--accept", "3"), "--accept: stands 2 times; one value is allowed"),
        (("harvest", "--accept=2", "--json", "--accept=2"), "--accept: stands 2 times"),
        (("harvest", "--replay", "1", "--replay", "2", "--replay", "3"), "--replay: stands 3 times"),
        (("show", "nope", "--format", "ttl", "--format", "nt"), "--format: stands 2 times"),
        (("serve", "--port", "1", "--port", "2"), "--port: stands 2 times"),
        (("status", "--region", ".", "--region", "x"), "--region: stands 2 times"),
        (("harvest", "nope"), "source 'nope' does not exist; there are: portal"),
        (("harvest", "--accept", "99"), "run 99 does not exist"),
        (("harvest", "--replay", "99"), "run 99 does not exist"),
        (("undo", "99"), "run 99 does not exist"),
        (("show", "nope"), "record 'nope' does not exist"),
        (("history", "portal/nope"), "record 'portal/nope' does not exist"),
        (("show", "nope", "--format", "xml"), "--format: 'xml' is unknown; allowed: ttl, rdf, jsonld, nt, json"),
        (("init", "."), "holds a region already"),
        (("detect", "nowhere"), "nowhere: there is no such folder"),
        (("detect", "http://10.1.2.3/"), "10.1.2.3"),
        (("add", "x", "--municipality", "fulda"), "'fulda' is not in region.toml; allowed: neuhof"),
        (("add", "x", "--municipality", "neuhof", "--id", "A B"), "--id: 'A B': a-z, 0-9"),
        (("add", "x", "--municipality", "neuhof", "--id", "portal"), "sources/portal.toml: exists already"),
        (("serve", "--host", "192.0.2.1"), "no free port at 192.0.2.1"),
    ],
)
def test_wrong_use(folder: Path, call: Call, arguments: tuple[str, ...], said: str) -> None:
    assert said in call(*arguments, cwd=folder).complaint


@pytest.mark.parametrize("place", ["before", "after", "equals"])
def test_region_may_stand_before_and_after_the_verb(tmp_path: Path, call: Call, place: str) -> None:
    """The refusal names what was found in that folder, so the folder was taken."""
    region(tmp_path / "harvest", portal=ckan("http://127.0.0.1:1", "nope = 1"))
    where = {
        "before": ("--region", "harvest", "status"),
        "after": ("status", "--json", "--region", "harvest"),
        "equals": ("status", "--region=harvest"),
    }[place]
    assert "sources/portal.toml: unknown key 'nope'" in call(*where, cwd=tmp_path).complaint


def test_no_region_here(tmp_path: Path, call: Call) -> None:
    said = call("harvest", cwd=tmp_path).complaint
    german, english = said.removeprefix("allmende: ").split(" / ")
    assert german == f"{tmp_path}: hier liegt keine region.toml; 'allmende init ORDNER' legt einen Regionsordner an"
    assert english == f"{tmp_path}: no region.toml here; 'allmende init DIR' writes a region folder"


def test_region_without_a_source_says_how_to_add_one(tmp_path: Path, call: Call) -> None:
    assert "allmende add URL --municipality ID" in call("harvest", cwd=region(tmp_path)).complaint


# All kinds of wrong configuration are in tests/schemas/test_region.py; these prove the way to the terminal.
@pytest.mark.parametrize(
    ("text", "source", "said"),
    [
        ("[region", "", "region.toml: no valid TOML"),
        (REGION.replace('title = "Testregion"', ""), "", "region.toml: missing key 'title'"),
        (
            REGION,
            'url = "x"\nshedule = "daily"',
            "sources/portal.toml: unknown key 'shedule'; did you mean 'schedule'? allowed: title,",
        ),
        (REGION, 'url = "x"\nexpected = 3', "sources/portal.toml: expected"),
        (REGION, 'url = "x"\napi_key = "geheim"', "sources/portal.toml: api_key: secrets come only from"),
        (REGION.replace('"neuhof"', '"flieden"'), 'url = "x"', "sources/portal.toml: municipality 'neuhof'"),
        (
            REGION,
            'url = "x"\nprotocol = "gopher"',
            "sources/portal.toml: protocol 'gopher' is unknown; allowed: arcgis",
        ),
    ],
)
def test_wrong_configuration(tmp_path: Path, call: Call, text: str, source: str, said: str) -> None:
    region(tmp_path, portal=source)
    (tmp_path / "region.toml").write_text(text, encoding="utf-8")
    complaint = call("status", cwd=tmp_path).complaint
    assert said in complaint
    assert "geheim" not in complaint


MAPPED = """url = "http://127.0.0.1:1"
protocol = "graphql"
[graphql.fields]
title = "name"
"""


@pytest.mark.parametrize(
    ("source", "query", "said"),
    [
        (
            MAPPED,
            None,
            "sources/portal.toml: [graphql] query: sources/portal.graphql: the file with the GraphQL query is missing",
        ),
        (MAPPED, "mutation { remove { id } }", "sources/portal.toml: [graphql] query: Exactly one query is allowed"),
        (
            MAPPED.replace("[", '[graphql]\nquery = "../x"\n[', 1),
            None,
            "[graphql] query: '../x' is no file name; a file NAME",
        ),
        (MAPPED.replace("graphql.fields", "graphql"), "{ a }", "sources/portal.toml: [graphql] unknown key 'title'"),
        (MAPPED.partition("[")[0], "{ a }", "sources/portal.toml: [graphql] fields.title is missing"),
        (
            MAPPED.partition("[")[0].replace("graphql", "restjson"),
            None,
            "sources/portal.toml: [restjson] fields.title is missing",
        ),
        (
            'url = "x.csv"\nprotocol = "sheet"\n[sheet.columns]\ntitel = "Was"',
            None,
            "sources/portal.toml: [sheet] columns: unknown field 'titel'; did you mean 'title'?",
        ),
    ],
)
def test_mapping_or_query_that_cannot_be_right_is_wrong_configuration(
    tmp_path: Path, call: Call, source: str, query: str | None, said: str
) -> None:
    region(tmp_path, portal=source)
    if query is not None:
        (tmp_path / "sources/portal.graphql").write_text(query, encoding="utf-8")
    assert said in call("harvest", cwd=tmp_path).complaint


def test_wrong_setting_of_the_environment(folder: Path, call: Call) -> None:
    said = call("status", cwd=folder, ALLMENDE_SOURCE_PORTAL__SCHEDULE="bald").complaint
    assert "sources/portal.toml: schedule" in said
    assert "mysql" in call("status", cwd=folder, ALLMENDE_STORE="mysql://host/db").complaint


def test_F54_store_that_cannot_be_opened_is_named_without_its_password(
    folder: Path, call: Call, tmp_path: Path
) -> None:
    (tmp_path / "damaged.db").write_bytes(b"no database" * 100)
    said = call("status", cwd=folder, ALLMENDE_STORE=f"sqlite:///{tmp_path}/damaged.db").complaint
    assert "damaged.db is damaged" in said
    said = call(
        "status", cwd=folder, ALLMENDE_STORE="postgresql+psycopg://allmende:geheim@127.0.0.1:1/allmende"
    ).complaint
    assert said.startswith("allmende: store: ")
    assert "geheim" not in said


def test_init_writes_a_region_that_loads(tmp_path: Path) -> None:
    assert allmende("init", "neu", cwd=tmp_path).code == 0
    assert (tmp_path / "neu" / "data").is_dir()
    status = allmende("status", "--json", "--region", "neu", cwd=tmp_path)
    assert (status.code, status.json()) == (0, {"number": 0, "datasets": 0, "quality": None, "sources": []})
    (tmp_path / "file").write_text("")
    assert "file" in allmende("init", "file", cwd=tmp_path).complaint


def test_help_shows_all_verbs_and_examples() -> None:
    shown = allmende("--help")
    assert shown.code == 0
    for verb in ("add", "demo", "detect", "harvest", "history", "init", "serve", "show", "status", "undo", "validate"):
        assert f" {verb} " in shown.out
    assert "allmende harvest --accept 12" in allmende("harvest", "--help").out


@pytest.mark.parametrize(
    ("arguments", "german"),
    [
        (("nonsense",), "'nonsense' ist kein Befehl"),
        (("status", "--nonsense"), "die Option --nonsense gibt es nicht (welche es gibt, sagt allmende status --help)"),
        (("status", "extra"), "so geht es nicht (allmende status --help)"),
        (("show",), "RECORD fehlt (allmende show --help)"),
        (("undo", "letzter"), "RUN: dieser Wert passt nicht (allmende undo --help)"),
        (("add", "http://127.0.0.1:1"), "--municipality fehlt (allmende add --help)"),
        (("harvest", "--accept", "1", "--reject", "2"), "--accept und --reject: erlaubt ist eines auf einmal"),
        (("harvest", "--accept", "2", "--accept", "3"), "--accept: steht 2-mal da; erlaubt ist ein Wert"),
        (("harvest", "nope"), "eine Quelle 'nope' gibt es nicht; es gibt: portal"),
        (("harvest", "--accept", "99"), "einen Lauf 99 gibt es nicht"),
        (("undo", "99"), "einen Lauf 99 gibt es nicht"),
        (("show", "nope"), "einen Datensatz 'nope' gibt es nicht"),
        (("init", "."), ".: hier liegt schon eine Region; nichts wurde geschrieben"),
        (("detect", "nowhere"), "nowhere: Diesen Ordner gibt es nicht."),
        (("detect", "http://10.1.2.3/"), "http://10.1.2.3/: Der Rechner 10.1.2.3"),
        (
            ("add", "x", "--municipality", "fulda"),
            "--municipality: 'fulda' steht nicht in region.toml; erlaubt: neuhof",
        ),
        (("add", "x", "--municipality", "neuhof", "--id", "portal"), "sources/portal.toml: gibt es schon"),
    ],
)
def test_wrong_use_is_said_in_german_first(folder: Path, call: Call, arguments: tuple[str, ...], german: str) -> None:
    assert call(*arguments, cwd=folder).complaint.removeprefix("allmende: ").startswith(german)


@pytest.mark.parametrize(
    ("source", "german"),
    [
        (
            'url = "x"\nshedule = "daily"',
            "sources/portal.toml: Schlüssel 'shedule' gibt es nicht; gemeint ist vielleicht 'schedule'",
        ),
        ('url = "x"\nschedule = "oft"', "sources/portal.toml: schedule: erlaubt ist 'hourly', 'daily'"),
        (
            'url = "x"\n[limits]\npages = 0',
            "sources/portal.toml: limits.pages: erlaubt ist eine Zahl größer als 0 (gefunden: 0)",
        ),
        ('url = "x"\nprotocol = "gopher"', "sources/portal.toml: protocol: 'gopher' gibt es nicht; erlaubt: arcgis"),
        (
            'url = "x"\nprotocol = "ckan"\n[ckan]\nrows = "viele"',
            "sources/portal.toml: [ckan] rows: erlaubt ist eine ganze Zahl",
        ),
        ('url = "x"\nprotocol = "website"\n[website]\nallow = ["a"]', "sources/portal.toml: [website] allow"),
        ("", "sources/portal.toml: der Schlüssel 'url' fehlt"),
    ],
)
def test_wrong_source_is_said_in_german_first(tmp_path: Path, call: Call, source: str, german: str) -> None:
    region(tmp_path, portal=source)
    said = call("status", cwd=tmp_path).complaint.removeprefix("allmende: ")
    assert said.startswith(german)
    assert " / sources/portal.toml: " in said, "English second"
