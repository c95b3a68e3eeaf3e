"""Canary persons harvested through the command: 0 hits in store, index, dump, feeds, pages, APIs, logs (F75)."""

from __future__ import annotations

import gzip
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from catalog import database
from catalog.forgetting.values import text_of
from schemas.region import load
from tests.catalog.cli.command import REGION, allmende, started
from tests.harvesters.canaries import PERSONS, Person
from tests.harvesters.crawl_runs import Site

FEEDS = (
    "catalog.ttl",
    "catalog.rdf",
    "catalog.jsonld",
    "catalog.nt",
    "catalog.nt.gz",
    "changes",
    "feed.atom",
    "feed.json",
    "sitemap.xml",
)
PAGES = ("", "datasets", "municipality/neuhof", "status", "en/datasets", "api/3/action/package_search?rows=100")


def entry(person: Person) -> dict[str, Any]:
    """A dataset of a data.json with the person in each of its fields that may hold one."""
    text = f"Auskunft: Frau {person.plain}, Tel. {person.phone}, {person.mail}."
    return {
        "identifier": f"d{person.number}",
        "title": f"Messreihe {person.number}",
        "description": text,
        "contactPoint": {"fn": person.name, "hasEmail": f"mailto:{person.mail}", "hasTelephone": person.phone},
        "publisher": {"name": person.name},
        "bearbeiter": person.plain,
        "modified": person.plain,
        "accrualPeriodicity": person.name,
        "license": f"Frei nach Frau {person.plain}",
        "distribution": [
            {"downloadURL": f"https://example.org/{person.number}.csv", "title": text, "author": person.name}
        ],
    }


def page(person: Person) -> str:
    """A page of a town's site with a file and whom to ask."""
    contact = f'<p>Ansprechpartnerin: {person.plain}, Tel. {person.phone}, <a href="mailto:{person.mail}">{person.plain}</a></p>'
    described = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": f"Pegel {person.number}",
        "description": f"Werte von Frau {person.plain}, {person.mail}",
        "url": f"https://example.org/pegel/{person.number}",
        "creator": {"@type": "Person", "name": person.plain, "email": person.mail},
        "author": {"@type": "Person", "name": person.name},
        "contactPoint": {"@type": "ContactPoint", "name": person.name, "email": person.mail, "telephone": person.phone},
        "distribution": [{"@type": "DataDownload", "contentUrl": f"https://example.org/p{person.number}.csv"}],
    }
    script = f'<script type="application/ld+json">{orjson.dumps(described).decode()}</script>'
    link = f'<ul><li><a href="/d/{person.number}.csv">Bäume {person.number} (CSV)</a></li></ul>'
    head = f"<head><title>Seite {person.number}</title>{script}</head>"
    return f'<!DOCTYPE html><html lang="de">{head}<body>{contact}{link}</body></html>'


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A region that harvested all canaries, and what the harvest said on stderr."""
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "sources").mkdir()
    (folder / "region.toml").write_text(REGION)
    links = "".join(f'<a href="/{person.number}">Seite</a> ' for person in PERSONS[:20])
    pages: dict[str, Any] = {f"/{person.number}": page(person) for person in PERSONS[:20]}
    pages["/"] = f'<!DOCTYPE html><html lang="de"><head><title>Start</title></head><body>{links}</body></html>'
    pages["/data.json"] = orjson.dumps({"dataset": [entry(person) for person in PERSONS]})
    with Site(pages) as site:
        for name, protocol, path in (("portal", "datajson", "/data.json"), ("seite", "website", "/")):
            (folder / "sources" / f"{name}.toml").write_text(
                f'title = "{name}"\nmunicipality = "neuhof"\nurl = "{site.url}{path}"\nprotocol = "{protocol}"\n'
            )
        result = allmende("harvest", "--json", cwd=folder)
    runs = {run["id"]: run for run in result.json()["sources"]}
    assert runs["portal"]["created"] == len(PERSONS)
    assert runs["seite"]["created"] >= 20
    return folder, result.err + result.out


def seen(text: str) -> list[str]:
    """The canaries that stand in a text, with a line where."""
    return [
        f"{person.plain}: {line[:200]}" for person in PERSONS for line in text.splitlines() if person.stands_in(line)
    ][:5]


def test_F75_store_index_and_messages_hold_no_canary(harvested: tuple[Path, str]) -> None:
    folder, messages = harvested
    region = load(folder)
    assert seen(messages) == []
    engine = database.engine(region.store_url)
    with engine.connect() as connection:
        reflected = sa.MetaData()
        reflected.reflect(connection)
        for table in reflected.sorted_tables:
            rows = connection.execute(sa.select(table)).all()
            assert seen("\n".join(text_of(value) for row in rows for value in row)) == [], table.name
    engine.dispose()
    for file in (region.data / "cache").rglob("*"):
        if file.is_file():
            assert seen(file.read_bytes().decode("latin-1")) == [], file


def test_F75_what_is_kept_for_replays_is_not_served(harvested: tuple[Path, str]) -> None:
    folder, _ = harvested
    responses = list((folder / "data" / "responses").rglob("*.zst"))
    assert any(seen(text_of(file.read_bytes())) for file in responses), "the canaries were there"
    with started("serve", "--port", "0", cwd=folder) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        for name in (file.stem for file in responses):
            for path in (
                f"data/responses/{name[:2]}/{name}.zst",
                f"responses/{name}",
                f"assets/../data/responses/{name}",
            ):
                assert get(f"{address}/{path}")[0] in (400, 404)


def test_F75_no_public_address_shows_a_canary(harvested: tuple[Path, str]) -> None:
    folder, _ = harvested
    with started("serve", "--port", "0", cwd=folder) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        pages = {path: get(f"{address}/{path}")[1] for path in (*FEEDS, *PAGES)}
        slugs = set(re.findall(r"/dataset/([a-z0-9-]+)", "".join(pages.values())))
        assert len(slugs) > 20
        for slug in sorted(slugs)[:40]:
            for suffix in ("", ".ttl", ".jsonld", "?explain=1"):
                pages[f"dataset/{slug}{suffix}"] = get(f"{address}/dataset/{slug}{suffix}")[1]
        for path, body in pages.items():
            assert seen(body) == [], path
        for person in PERSONS[:15]:
            found = get(f"{address}/datasets?q={person.surname.encode().hex('%').join(('%', ''))}")[1]
            hits = set(re.findall(r"/dataset/([a-z0-9-]+)", found))
            assert not hits, f"{person.surname}: {hits}"


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            body: bytes = answer.read()
            if answer.headers.get("Content-Encoding") == "gzip" or body[:2] == b"\x1f\x8b":
                body = gzip.decompress(body)
            return answer.status, body.decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, ""
