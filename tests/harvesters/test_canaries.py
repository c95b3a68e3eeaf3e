"""Sixty invented persons in every field of every format: none leaves; offices, streets, schools, places all do (F75).

A reader joins by an entry in NATIVES: records in the real form of its format that name a person wherever one may stand.
If its recordings name offices, it joins RECORDED as well: there persons take the offices' place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from lxml import etree

from harvesters import pipelines, registry
from harvesters.cleaning import clean
from harvesters.persons import texts as person_texts
from harvesters.persons.words import own_names, without_names
from harvesters.readers import ckan, dcatus
from harvesters.reading import Context, Native, Outcome, Page, Reading, Unusable
from harvesters.spider import Job
from schemas.model import Agent, ContactPoint, Dataset
from schemas.ntriples import ntriples_of
from tests.harvesters import canary_files, canary_portals, canary_services, canary_xml
from tests.harvesters.canaries import BODIES, PERSONS, TEXTS, Person, listed
from tests.harvesters.canary_texts import Walk
from tests.harvesters.crawl_runs import ListSink
from tests.harvesters.dcat_parts import context, readings
from tests.harvesters.test_folder_local import Folder

RECORDINGS = Path(__file__).parents[1] / "recordings"
assert len(PERSONS) >= 60


def said(reading: Reading) -> str:
    """Everything of a reading that is stored or shown."""
    records = [ntriples_of(record, str(number)) for number, record in enumerate((reading.record, *reading.companions))]
    findings = [" ".join([f.focus, f.path or "", *f.arguments, f.message("de"), f.fix("en")]) for f in reading.findings]
    rest = [
        *map(" ".join, reading.trace),
        *map(" ".join, reading.leftovers),
        reading.native_id,
        reading.source_record or "",
    ]
    return "\n".join([*records, *findings, *rest])


def free_text(person: Person) -> str:
    """A text as clerks write it."""
    return (
        f"Messwerte. Ansprechpartner: {person.plain}, Tel. {person.phone}, {person.mail}. "
        f"Fragen an Frau {person.surname} (Durchwahl {person.number + 11})."
    )


# --------------------------------------------------------------------------------------------------------- formats


def of_ckan(person: Person) -> Iterable[Reading]:
    data = {
        "id": "a",
        "title": "Abfallkalender",
        "notes": free_text(person),
        **{
            f"{role}{part}": value
            for role in ("maintainer", "author")
            for part, value in (("", person.name), ("_email", person.mail))
        },
        "maintainer_phone": person.phone,
        "organization": {"title": "Bauamt", "description": free_text(person)},
        "extras": [
            *(
                {"key": key, "value": person.name}
                for key in ("ansprechpartner", "contact_name", "last_editor", "team", "publisher_name")
            ),
            {"key": "contact_phone", "value": person.phone},
            {"key": "hinweis", "value": free_text(person)},
            {"key": "rollen", "value": [{"role": "originator", "name": person.plain, "email": person.mail}]},
        ],
        "resources": [
            {"id": "r", "url": "https://example.org/a.csv", "name": "Datei", "description": free_text(person)}
        ],
        "tags": [{"name": f"Frau {person.surname}"}],
    }
    yield ckan.read(Native(data, orjson.dumps(data)), context())


def of_dcatus(person: Person) -> Iterable[Reading]:
    data = {
        "identifier": "a",
        "title": "Abfallkalender",
        "description": free_text(person),
        "contactPoint": {
            "fn": person.name,
            "hasEmail": f"mailto:{person.mail}",
            "hasTelephone": person.phone,
            "title": person.name,
        },
        "publisher": {"name": person.name, "subOrganizationOf": {"name": "Gemeinde Neuhof"}},
        "rights": free_text(person),
        "bearbeiter": person.name,
        "distribution": [
            {"downloadURL": "https://example.org/a.csv", "description": free_text(person), "author": person.name}
        ],
    }
    yield dcatus.read(Native(data, orjson.dumps(data)), context())


def of_dcat(person: Person) -> Iterable[Reading]:
    text = orjson.dumps(free_text(person)).decode()
    node = f'[ a foaf:Agent ; foaf:name "{person.name}" ; foaf:mbox <mailto:{person.mail}> ; foaf:phone <tel:{person.number}> ]'
    yield from readings(
        f"""ex:d a dcat:Dataset ; dct:title "T"@de ; dct:description {text}@de ; dct:publisher ex:p ; dct:creator {node} ;
        dct:contributor {node} ; dcatde:originator {node} ; dcatde:maintainer {node} ; dct:rightsHolder {node} ;
        dct:provenance [ a dct:ProvenanceStatement ; <http://www.w3.org/2000/01/rdf-schema#label> {text}@de ] ;
        dcat:contactPoint [ a vcard:Individual ; vcard:fn "{person.name}" ; vcard:given-name "{person.given}" ;
          vcard:family-name "{person.surname}" ; vcard:hasEmail <mailto:{person.mail}> ; vcard:hasTelephone "{person.phone}" ] .
        ex:p a foaf:Person ; foaf:name "{person.plain}" ; foaf:mbox <mailto:{person.mail}> ."""
    )


def of_files(person: Person, folder: Path, sheet: bool) -> Iterable[Outcome]:
    """Files whose properties name the person, with or without a sheet of metadata whose rows do."""
    files = Folder(folder)
    names = []
    for name, content in canary_files.files(person):
        files.put(f"x/{name}", content)
        names.append(name)
    if sheet:
        rows = [f"x/{name};{name};{free_text(person)};{person.name};{person.mail};{person.plain}" for name in names]
        files.put("metadaten.csv", "\n".join(["datei;titel;beschreibung;kontakt;email;erfasst", *rows]))
    outcomes = files.harvest().outcomes
    # Texts without a row are no data.
    assert len(outcomes) == len(names) - (0 if sheet else 2)
    return outcomes


FORMATS: dict[str, Callable[[Person], Iterable[Reading]]] = {"ckan": of_ckan, "dcatus": of_dcatus, "dcat": of_dcat}
# Formats with recordings: how the text of an input becomes natives.
RECORDED: dict[str, Callable[[str], list[Any]]] = {
    **dict.fromkeys(("opendatasoft", "udata", "socrata", "piveau", "arcgis"), lambda text: [orjson.loads(text)]),
    **dict.fromkeys(("iso19139", "dublincore"), lambda text: [text.encode()]),
}
NATIVES: dict[str, Callable[[Person], Iterable[Walk]]] = {
    make.__name__: make
    for make in (
        *(canary_portals.arcgis, canary_portals.opendatasoft, canary_portals.udata, canary_portals.piveau),
        *(canary_portals.socrata, canary_portals.restjson),
        *(canary_services.awido, canary_services.feed, canary_services.ics, canary_services.ngsi),
        *(canary_services.ogcrecords, canary_services.oparl, canary_services.sensorthings, canary_services.sheet),
        *(canary_xml.iso19139, canary_xml.dublincore, canary_xml.oaipmh, canary_xml.ows),
    )
}
# Readers whose walk stands elsewhere: the file and the test.
ELSEWHERE = {
    "files": ("tests/harvesters/test_canaries.py", "test_F75_no_canary_leaves_a_folder"),
    "website": ("tests/catalog/test_canaries.py", "test_F75_store_index_and_messages_hold_no_canary"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_F75_no_canary_leaves_a_format(name: str) -> None:
    for person in PERSONS:
        for reading in FORMATS[name](person):
            left = said(clean(reading, context()))
            assert not person.stands_in(left), f"{person}\n{left}"


@pytest.mark.parametrize("name", ["dcat", "ckan"])
def test_canaries_would_be_seen(name: str) -> None:
    for person in PERSONS[:11]:
        assert any(person.stands_in(said(reading)) for reading in FORMATS[name](person))


@pytest.mark.parametrize("sheet", [True, False])
def test_F75_no_canary_leaves_a_folder(tmp_path: Path, sheet: bool) -> None:
    for person in PERSONS[:12]:
        folder = tmp_path / str(person.number)
        folder.mkdir()
        for outcome in of_files(person, folder, sheet):
            assert outcome.reading is not None
            left = told([outcome])
            assert not person.stands_in(left), f"{person}\n{[x for x in left.splitlines() if person.stands_in(x)]}"


_MAIL = re.compile(r"[\w.+-]+@example\.(?:org|com|net)")
_OFFICE = re.compile(r"(?<=[>\"])[A-ZÄÖÜ][a-zäöüß]+amt(?: Neuhof)?(?=[<\"])")


def recorded(name: str, person: Person) -> Iterable[tuple[str, Outcome]]:
    """The recordings of a format with the person in the place of each office and mailbox, through all steps."""
    spiders = registry.spider_classes()
    plain = context(protocol=name) if name in spiders else context()
    where = (
        Context(plain.region, plain.source, plain.municipality, spiders[name].options_of(plain.source))
        if name in spiders
        else plain
    )
    for folder in sorted((RECORDINGS / name).iterdir()):
        for file in folder.glob("input.*"):
            text = file.read_text(encoding="utf-8")
            text = _OFFICE.sub(person.plain, _MAIL.sub(person.mail, text))
            sink = ListSink()
            natives = [Native(data, text.encode()) for data in RECORDED[name](text)]
            pipelines.run(Job(where, sink, revision=b"r"), name, Page("https://portal.example.org/x", natives))
            for outcome in sink.outcomes:
                yield f"{name}/{folder.name}", outcome


@pytest.mark.parametrize("name", RECORDED)
def test_F75_no_canary_leaves_a_recorded_format(name: str) -> None:
    for person in PERSONS:
        for case, outcome in recorded(name, person):
            left = repr((outcome.findings, outcome.ntriples, outcome.traceback)) + "".join(
                c.ntriples for c in outcome.companions
            )
            left += said(outcome.reading) if outcome.reading else ""
            assert not person.stands_in(left), (
                f"{case}: {person}\n{[line for line in left.splitlines() if person.stands_in(line)]}"
            )


def outcomes_of(walk: Walk, allowed: bool = False) -> list[Outcome]:
    """What becomes of a walk's natives in all steps; ``allowed`` where the source may name persons."""
    where = walk.context
    if allowed:
        source = where.source.model_copy(update={"personal_data": "allowed", "permission": "Einwilligung"})
        where = replace(where, source=source)
    sink = ListSink()
    pipelines.run(Job(where, sink, revision=b"r"), walk.reader, Page("https://portal.example.org/x", walk.natives))
    return sink.outcomes


def told(outcomes: Iterable[Outcome]) -> str:
    """Everything of outcomes that is stored or shown: records, companions, trace, leftovers, findings, tracebacks."""
    pieces: list[str] = []
    for outcome in outcomes:
        pieces += [outcome.native_id, repr(outcome.findings), outcome.ntriples, outcome.traceback]
        pieces += [f"{finding.message('de')} {finding.fix('en')}" for finding in outcome.findings]
        pieces += [companion.ntriples for companion in outcome.companions]
        pieces += [said(outcome.reading)] if outcome.reading else []
    return "\n".join(pieces)


@pytest.mark.parametrize("name", NATIVES)
def test_F75_no_canary_leaves_a_reader_and_the_office_stays(name: str) -> None:
    for person in PERSONS:
        for number, walk in enumerate(NATIVES[name](person)):
            assert walk.reader == name
            outcomes = outcomes_of(walk)
            assert len(outcomes) == len(walk.natives) > 0
            assert not [outcome.findings for outcome in outcomes if outcome.set_aside]
            left = told(outcomes)
            seen = [line for line in left.splitlines() if person.stands_in(line)]
            assert not seen, f"{name}, walk {number}: {person}\n{seen[:5]}"
            assert not [text for text in walk.stays if text not in left], f"{name}, walk {number}: {person}"


@pytest.mark.parametrize("name", NATIVES)
def test_canaries_of_a_reader_would_be_seen(name: str) -> None:
    """Without the removal they come out; of entities of a broker no value does, whatever the source may."""
    for person in PERSONS[:3]:
        found = [person.stands_in(told(outcomes_of(walk, allowed=True))) for walk in NATIVES[name](person)]
        assert any(found) is (name != "ngsi"), person


def test_every_reader_brings_a_canary_record() -> None:
    folder = Path(str(registry.__file__)).parent / "readers"
    readers = {file.stem for file in folder.glob("[a-z]*.py")}
    walked = {*FORMATS, *NATIVES, *ELSEWHERE}
    assert readers == walked, f"a record that names canaries is missing in NATIVES: {sorted(readers - walked)}"
    for file, test in ELSEWHERE.values():
        assert f"def {test}(" in (RECORDINGS.parents[1] / file).read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------- what must stay

OWN = own_names("Südkreis Fulda", "Zweckverband Test", "Gemeinde Neuhof", "Gemeinde Flieden")


@pytest.mark.parametrize("body", listed(BODIES))
def test_F75_bodies_stay(body: str) -> None:
    assert without_names(body, OWN) == body
    reading = next(
        iter(
            readings(
                f"""ex:d a dcat:Dataset ; dct:title "T" ; dct:publisher [ a foaf:Agent ; foaf:name "{body}" ] ;
        dcat:contactPoint [ a vcard:Kind ; vcard:fn "{body}" ; vcard:hasEmail <mailto:info@example.org> ] ."""
            )
        )
    )
    record = clean(reading, context()).record
    (point,) = record.contact_point
    assert isinstance(point, ContactPoint)
    assert [name.text for name in point.fn] == [body]
    agents = [each for each in record.publisher if isinstance(each, Agent)]
    assert [name.text for agent in agents for name in agent.name] == [body]


@pytest.mark.parametrize("text", listed(TEXTS))
def test_F75_texts_without_persons_stay(text: str) -> None:
    assert person_texts.without_persons(text, "de") == text
    data = {"identifier": "a", "title": text, "description": text, "keyword": [text]}
    reading = clean(dcatus.read(Native(data, b""), context()), context())
    assert isinstance(reading.record, Dataset)
    assert {each.text for each in (*reading.record.title, *reading.record.description)} == {text}
    assert not [finding for finding in reading.findings if finding.rule == "person-removed"]


def test_the_regions_own_names_are_never_persons() -> None:
    where = context()
    region = where.region.model_copy(
        update={
            "title": "Georg Neuhofer",
            "publisher": where.region.publisher.model_copy(update={"name": "Karl Testverbund"}),
        }
    )
    (plain,) = readings(
        'ex:d a dcat:Dataset ; dct:title "T" ; dct:publisher [ a foaf:Agent ; foaf:name "Karl Testverbund" ] ; '
        'dcat:contactPoint [ a vcard:Kind ; vcard:fn "Georg Neuhofer" ; vcard:hasEmail <mailto:info@example.org> ] .'
    )
    left = said(clean(plain, Context(region, where.source, where.municipality)))
    assert "Karl Testverbund" in left
    assert "Georg Neuhofer" in left
    assert "Georg Neuhofer" not in said(clean(plain, where))


def test_unusable_records_say_no_name() -> None:
    person = PERSONS[0]
    sink = ListSink()
    broken = etree.fromstring(f"<x>{person.plain}</x>".encode())
    natives = [
        Native(data, b"x")
        for data in ({"id": person.plain, "title": object()}, [person.plain], broken, person.plain, None)
    ]
    try:
        pipelines.run(Job(context(), sink, revision=b"r"), "ckan", Page("https://portal.example.org/x", natives))
    except Unusable:  # pragma: no cover
        pytest.fail("an unusable record is set aside")
    for outcome in sink.outcomes:
        shown = repr([f.arguments for f in outcome.findings]) + outcome.traceback
        assert not person.stands_in(shown), shown
