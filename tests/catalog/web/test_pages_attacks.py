"""F60: whatever a source, a reader or an address says, nothing of it runs on any page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest
import sqlalchemy as sa

from catalog import database, tables
from catalog.runs.staging import findings_to_json
from harvesters.reading import UNREADABLE_RECORD
from schemas import model
from schemas.findings import Finding, Severity
from schemas.kinds import Literal
from schemas.region import Municipality, Publisher
from tests.catalog.builder import BASE, MUNICIPALITIES, Stored
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.payloads import ADDRESSES, PAYLOADS, dangers
from tests.catalog.web.scored import GONE, history


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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place where every payload is in every text: of datasets, findings, runs, entries set aside, and the region."""
    payload = PAYLOADS[4]
    municipalities = (
        Municipality(id="neuhof", name=f"Gemeinde {payload}", ags="06631018", ars="066310018018", url="javascript:1"),
        *MUNICIPALITIES[1:],
    )
    publisher = Publisher(name=payload, url="javascript:alert(1)", email="daten@example.org")
    region = {"title": payload, "description": payload, "municipalities": municipalities, "publisher": publisher}
    with place_in(tmp_path_factory.mktemp("region"), **region) as made:
        stored = [
            Stored(
                f"n{number}",
                poisoned(payload, ADDRESSES[number % len(ADDRESSES)]),
                findings=(Finding(Severity.WARNING, payload, payload, f"regel-{payload}", (payload,)),),
            )
            for number, payload in enumerate(PAYLOADS)
        ]
        made.publish(*stored)
        run_into(made)
        history(made, dict.fromkeys(ADDRESSES, GONE))
        yield made


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


def page(place: Place, path: str) -> str:
    answer = place.ask.get(path, accept="text/html")
    assert answer.status_code in (200, 400, 404), (path, answer.status_code)
    assert "text/html" in answer.headers["content-type"]
    return answer.text


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_F60_dataset_pages(place: Place, number: int, language: str) -> None:
    text = page(place, f"{language}/dataset/{place.slug(f'n{number}')}")
    assert not list(dangers(text))
    assert len(text) > 5000


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("number", range(1, len(PAYLOADS) + 1))
def test_F60_run_pages(place: Place, number: int, language: str) -> None:
    text = page(place, f"{language}/runs/{number}")
    assert not list(dangers(text))
    assert "geheim" not in text


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/en", "/datasets", "/datasets?page=2", "/datasets?page=3", "/datasets?page=4", "/status", "/set-aside"),
        *("/en/set-aside?source=neuhof-portal", "/municipality/neuhof", "/nichts", "/en/status"),
        *("/quality", "/en/quality", "/quality?cause=keywordAvailability", "/quality?cause=formatAvailability"),
        *("/gaps", "/en/gaps?municipality=flieden"),
    ],
)
def test_F60_lists(place: Place, path: str) -> None:
    text = page(place, path)
    assert not list(dangers(text))
    assert "geheim" not in text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_F60_addresses(place: Place, payload: str) -> None:
    said = quote(payload, safe="")
    for path in (
        *(
            f"/datasets?{name}={said}"
            for name in ("q", "theme", "municipality", "format", "license", "age", "sort", "page")
        ),
        *(f"/set-aside?source={said}", f"/runs/1?key={said}", f"/{said}", f"/municipality/{said}", f"/dataset/{said}"),
        f"/quality?cause={said}",
    ):
        assert not list(dangers(page(place, path))), path


def test_the_payloads_are_shown_as_what_they_are(place: Place) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page(place, f"/dataset/{place.slug('n0')}")
    assert "<script>alert(1)" not in page(place, f"/dataset/{place.slug('n0')}")


def test_the_check_would_see_an_attack(tmp_path: Path) -> None:
    for payload in PAYLOADS[:20]:
        if payload.lower().startswith(("<script", "<img", "<svg")):
            assert list(dangers(f"<p>{payload}</p>")), payload
    assert list(dangers("<a href='javascript:alert(1)'>x</a>"))
    assert list(dangers("<p onclick=x>"))
    assert list(dangers("<link rel=stylesheet href=//evil.example/x.css>"))
