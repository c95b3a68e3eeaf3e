"""A region that an attacker has written into everywhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from catalog import database, tables
from catalog import preview as previews
from catalog.follower import Follower
from catalog.preview.wanting import of_file
from catalog.reading import numbered_files
from catalog.reading.entries import Entry
from catalog.runs.staging import findings_to_json
from harvesters.reading import UNREADABLE_RECORD
from schemas import iris, model
from schemas.findings import Finding, Severity
from schemas.kinds import Literal
from schemas.model import Dataset
from schemas.region import HarvestSource, Municipality, Publisher
from tests.catalog.builder import BASE, MUNICIPALITIES, Stored, dataset, region_in
from tests.catalog.cli.command import allmende
from tests.catalog.web.asking import Place, companions, folder_source, place_in
from tests.catalog.web.payloads import ADDRESSES, FORMULAS, PAYLOADS
from tests.catalog.web.scored import GONE, history

# The maker of previews is a process of its own that reads the region's folder: as harmless as settings must be.
_REGION = f"""
[region]
title = "Testregion"
description = "Beispieldaten"
base_url = "{BASE}"
publisher = {{ name = "Zweckverband", url = "https://example.org", email = "daten@example.org" }}

[[municipality]]
id = "neuhof"
name = "Gemeinde Neuhof"
ags = "06631018"
ars = "066310018018"
"""
# A code of the Musterdatenkatalog that the harvested folder publishes.
TREES = "floraUndFauna/baumbestand/baumkataster"
FILES = ("gift.csv", "gift.geojson", "gift.json", "gift.txt", "gift.html", "gift.xml")


def poisoned(payload: str, address: str) -> model.Dataset:
    """A dataset with a payload in every text and a bad address in every place of one."""
    text = (Literal(payload, "de"),)
    bad = (address,)
    return model.Dataset(
        title=text,
        description=text,
        keyword=text,
        identifier=text,
        publisher=(model.Agent(name=text, homepage=bad, mbox=bad),),
        creator=(model.Agent(iri=address, name=text),),
        contact_point=(model.ContactPoint(fn=text, has_email=bad, has_url=bad, has_telephone=bad),),
        theme=(model.Concept(pref_label=text), *bad),
        spatial=(model.Location(pref_label=text),),
        geocoding_description=text,
        temporal=(model.PeriodOfTime(start_date=text, end_date=text),),
        issued=text,
        modified=text,
        version=text,
        version_notes=text,
        legal_basis=text,
        landing_page=bad,
        page=(model.Document(iri=address, title=text),),
        conforms_to=(model.Standard(title=text),),
        provenance=(model.ProvenanceStatement(label=text),),
        accrual_periodicity=bad,
        language=bad,
        access_rights=(model.RightsStatement(label=text),),
        relation=bad,
        distribution=(
            model.Distribution(
                iri=f"{BASE}/id/distribution/datei",
                title=text,
                description=text,
                access_url=bad,
                download_url=bad,
                license=(model.LicenseDocument(iri=address, title=text),),
                license_attribution=text,
                format=(model.Concept(pref_label=text),),
                byte_size=text,
                rights=(model.RightsStatement(label=text),),
            ),
        ),
    )


def run_into(place: Place) -> None:
    """A failed run and an entry set aside for every payload."""
    engine = database.prepare(place.region)
    with database.writing(engine).begin() as connection:
        for number, payload in enumerate(PAYLOADS, 1):
            finding = Finding(Severity.VIOLATION, payload, None, UNREADABLE_RECORD, (payload,))
            connection.execute(
                sa.insert(tables.runs).values(
                    id=number,
                    source_key="neuhof-portal",
                    source_id=payload,
                    kind=payload,
                    state="done",
                    status="failed" if number % 2 else payload,
                    reason_de=payload,
                    reason_en=payload,
                    coverage=payload,
                    token="t",
                    started="2026-01-01T04:00:00Z",
                    heartbeat="2026-01-01T04:00:00Z",
                    ended=payload,
                    published=1,
                    report=_report(payload, finding),
                )
            )
            connection.execute(
                sa.insert(tables.set_aside).values(
                    source_key="neuhof-portal",
                    native_id=payload,
                    run_id=number,
                    findings=findings_to_json((finding,)),
                    traceback=f"geheim {payload}",
                )
            )
    engine.dispose()


def _report(payload: str, finding: Finding) -> str:
    report = {
        "causes": [["violation", payload, 3], [payload, payload, 1]],
        "failures": [[payload, payload]],
        "findings": [finding.to_json()],
        "pages": 1,
        "stated_total": 3,
        "traceback": "geheim",
    }
    return orjson.dumps(report).decode()


class Attacked:
    """The place with its records, runs and files, and what stands for what in addresses."""

    def __init__(self, place: Place, harvested: int) -> None:
        self.place = place
        self.names: dict[str, list[str]] = {
            "n": [place.slug(f"n{number}") for number in range(len(PAYLOADS))],
            "some": [place.slug(f"n{number}") for number in range(0, len(PAYLOADS), 7)],
            "run": [str(number) for number in range(1, len(PAYLOADS) + 1)],
            "harvested": [str(harvested)],
            "file": [place.slug("file", "ordner")],
            "key": [iris.key("neuhof-portal", "n0")],
            **{kind: [place.slug(native)] for kind, native in (("agent", "a"), ("series", "s"), ("service", "d"))},
        }

    def addresses(self, template: str) -> Iterator[str]:
        """The addresses that a template of the walk stands for."""
        name = next((name for name in self.names if f"{{{name}}}" in template), "")
        if not name:
            yield template
        for value in self.names.get(name, ()):
            yield template.replace(f"{{{name}}}", value)


@contextmanager
def attacked(folder: Path) -> Iterator[Attacked]:
    """A region with a payload in every text of datasets, of what belongs to them, of findings, runs, files and itself."""
    payload = PAYLOADS[4]
    municipalities = (
        Municipality(id="neuhof", name=f"Gemeinde {payload}", ags="06631018", ars="066310018018", url="javascript:1"),
        *MUNICIPALITIES[1:],
    )
    publisher = Publisher(name=payload, url="javascript:alert(1)", email="daten@example.org")
    region = {"title": payload, "description": payload, "municipalities": municipalities, "publisher": publisher}
    (folder / "ordner").mkdir(parents=True)
    for name, content in _files().items():
        (folder / "ordner" / name).write_bytes(content)
    listed = folder_source("liste").model_copy(update={"id": "liste", "key": "liste", "title": payload})
    sources = (*region_in(folder).sources, folder_source("ordner"), listed)
    (folder / "region.toml").write_text(_REGION)
    (folder / "sources").mkdir()
    for name in ("ordner", "liste"):
        text = f'title = "Ordner"\nmunicipality = "neuhof"\nurl = "{name}"\n'
        (folder / "sources" / f"{name}.toml").write_text(text)
    with place_in(folder, sources=sources, **region) as place:
        place.publish(*_companions(), *(_stored(number, payload) for number, payload in enumerate(PAYLOADS)))
        run_into(place)
        changed = (_stored(number, payload, -1) for number, payload in enumerate(PAYLOADS))
        formulas = (Stored(f"f{n}", dataset(text, text, keyword=(Literal(text),))) for n, text in enumerate(FORMULAS))
        place.publish(*changed, *formulas, Stored("file", _with_files(), "ordner"))
        history(place, dict.fromkeys(ADDRESSES, GONE))
        _look_at_files(place)
        yield Attacked(place, _harvested(place, listed))


def _harvested(place: Place, source: HarvestSource) -> int:
    """The run of a folder whose list of data has payloads for licences, dates, themes and names, and rows that come twice."""
    folder = place.region.folder / source.url
    folder.mkdir()
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(("Datei", "Titel", "Beschreibung", "Lizenz", "Thema", "Stand", "Schlagwörter", "Kennung"))
    trees = ("baum.csv", "Baumkataster", PAYLOADS[0], "dl-de/by-2-0", "Umwelt", "2026-01-01", PAYLOADS[1], "baum")
    writer.writerows((trees, (*trees[:1], PAYLOADS[2], *trees[2:])))
    for payload in PAYLOADS:
        cell = payload.replace("\x00", "")
        writer.writerow(("baum.csv", f"Titel {cell}", cell, cell, cell, cell, cell, cell))
    (folder / "metadaten.csv").write_text(text.getvalue(), encoding="utf-8")
    (folder / "baum.csv").write_text("Baum;Ort\n1;Neuhof\n", encoding="utf-8")
    done = allmende("harvest", source.id, "--json", cwd=place.region.folder)
    assert done.code < 2, done
    follower = Follower(place.region)
    follower.catch_up()
    follower.close()
    (run,) = done.json()["sources"]
    return int(run["run"])


def _stored(number: int, payload: str, step: int = 0) -> Stored:
    text = PAYLOADS[number + step]
    record = poisoned(text, ADDRESSES[(number + step) % len(ADDRESSES)])
    return Stored(
        f"n{number}", record, findings=(Finding(Severity.WARNING, payload, payload, f"regel-{payload}", (payload,)),)
    )


def _companions() -> Iterator[Stored]:
    for number, stored in enumerate(companions()):
        text = (Literal(PAYLOADS[number], "de"),)
        record: Any = stored.record
        named = {"name": text} if isinstance(record, model.Agent) else {"title": text, "description": text}
        native = {model.Agent: "a", model.DataService: "d", model.DatasetSeries: "s"}[type(record)]
        yield Stored(
            native, replace(record, iri=iris.mint(BASE, _kind(record), iris.key("neuhof-portal", native)), **named)
        )


def _kind(record: Any) -> str:
    return {model.Agent: "agent", model.DataService: "service", model.DatasetSeries: "series"}[type(record)]


def _files() -> dict[str, bytes]:
    head = ["Ort", "Wert", "lat", "lon", *(payload.replace("\n", " ") for payload in PAYLOADS[:20])]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(head)
    # Nothing like a telephone number: such a column would be withheld, and nothing of it be looked at.
    formulas = (text for text in FORMULAS if "661" not in text)
    for number, payload in enumerate((*PAYLOADS, *formulas)):
        cell = payload.replace("\x00", "")
        writer.writerow([cell, str(number), f"50.{number:03d}", f"9.{number:03d}", *[cell] * 20])
    features = [
        {
            "type": "Feature",
            "properties": {"name": payload, payload: payload},
            "geometry": {"type": "Point", "coordinates": [9.6, 50.4 + number / 1000]},
        }
        for number, payload in enumerate(PAYLOADS)
    ]
    return {
        "gift.csv": text.getvalue().encode(),
        "gift.geojson": orjson.dumps({"type": "FeatureCollection", "features": features}),
        "gift.json": orjson.dumps({payload: list(PAYLOADS) for payload in PAYLOADS}),
        "gift.txt": "\n".join(PAYLOADS).encode(),
        "gift.html": f"<!doctype html><title>{PAYLOADS[2]}</title>{''.join(PAYLOADS)}".encode(),
        "gift.xml": b"<a><b c='&lt;script&gt;alert(1)&lt;/script&gt;'>&lt;img src=x onerror=alert(1)&gt;</b></a>",
    }


def _with_files() -> Dataset:
    files = tuple(
        model.Distribution(
            iri=f"https://x.example/{number}",
            title=(Literal(PAYLOADS[number], "de"),),
            download_url=(f"{BASE}/files/ordner/{name}",),
        )
        for number, name in enumerate(FILES)
    )
    return dataset("Dateien", PAYLOADS[3], distribution=files)


def _look_at_files(place: Place) -> None:
    entry = place.catalogue.get(iris.key("ordner", "file"))
    assert isinstance(entry, Entry)
    record = entry.record()
    assert isinstance(record, Dataset)
    for file in numbered_files.in_order(entry.summary, record):
        wanted = of_file(place.region, entry.source_key, file)
        assert wanted
        found = previews.find(place.region, wanted, patience=300)
        assert found.state != "making"
