"""No clerk leaves by any door: names, mailboxes, direct numbers, in records, companions, leftovers, findings (F75)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from harvesters.cleaning import clean
from harvesters.readers import ckan, dcatus
from harvesters.reading import NOT_UNDERSTOOD, Native, Reading
from schemas.findings import Finding, Severity
from schemas.model import Agent, ContactPoint, Dataset, Distribution
from schemas.ntriples import ntriples_of
from tests.harvesters.dcat_parts import context, readings
from tests.harvesters.readings import outcomes_of

CANARIES = ("mustermann", "erika", "nachname")


def said(reading: Reading) -> str:
    """Everything of a reading that is stored or shown, in one text."""
    records = [ntriples_of(record, str(number)) for number, record in enumerate((reading.record, *reading.companions))]
    findings = [" ".join([f.focus, f.path or "", *f.arguments, f.message("de"), f.fix("en")]) for f in reading.findings]
    rest = [*map(" ".join, reading.trace), *map(" ".join, reading.leftovers)]
    return "\n".join([*records, *findings, *rest]).casefold()


def is_clean(reading: Reading) -> bool:
    return not any(canary in said(reading) for canary in CANARIES)


def removed(reading: Reading) -> set[str]:
    """The places that the findings name."""
    return {f.arguments[0] for f in reading.findings if f.rule == "person-removed"}


def from_ckan(**package: Any) -> Reading:
    where = context()
    data = {"id": "a", "title": "Abfallkalender", **package}
    return clean(ckan.read(Native(data, orjson.dumps(data)), where), where)


def from_dcatus(**entry: Any) -> Reading:
    where = context()
    data = {"identifier": "a", "title": "Abfallkalender", **entry}
    return clean(dcatus.read(Native(data, orjson.dumps(data)), where), where)


def from_dcat(turtle: str, **source: Any) -> Reading:
    where = context(**source)
    first = next(each for each in readings(turtle, **source) if isinstance(each.record, Dataset))
    return clean(first, where)


def point(reading: Reading) -> ContactPoint:
    (found,) = reading.record.contact_point
    assert isinstance(found, ContactPoint)
    return found


def test_leftovers_keep_the_field_and_not_the_person() -> None:
    reading = from_ckan(
        extras=[
            {"key": "ansprechpartner", "value": "Erika Mustermann"},
            {"key": "contact_phone", "value": "0661 12345"},
            {"key": "last_editor", "value": "emustermann"},
            {"key": "hinweis", "value": "Rückfragen an Frau Mustermann"},
            {"key": "team", "value": [{"wer": "Erika Mustermann"}]},
            {"key": "kontakt_stelle", "value": "bauamt@example.org"},
            {"key": "ortsteil", "value": "Neuhof Giesel"},
        ]
    )
    assert is_clean(reading)
    assert dict(reading.leftovers) == {
        "extras.ansprechpartner": "…",
        "extras.contact_phone": "…",
        "extras.last_editor": "…",
        "extras.hinweis": "…",
        "extras.team": "…",
        "extras.kontakt_stelle": "bauamt@example.org",
        "extras.ortsteil": "Neuhof Giesel",
    }
    assert removed(reading) == {
        "extras.ansprechpartner",
        "extras.contact_phone",
        "extras.last_editor",
        "extras.hinweis",
        "extras.team",
    }


def test_findings_of_readers_hold_no_person() -> None:
    where = context()
    whole = ckan.read(Native({"id": "a", "title": "A", "maintainer": "E. Mustermann"}, b""), where)
    findings = (
        Finding(Severity.WARNING, "a", None, NOT_UNDERSTOOD, ("maintainer_email", "Mustermann (Bauamt)")),
        Finding(Severity.WARNING, "a", None, NOT_UNDERSTOOD, ("theme", "Frau Erika Mustermann")),
        Finding(Severity.WARNING, "a", None, NOT_UNDERSTOOD, ("theme", "Bauen und Wohnen")),
    )
    reading = clean(replace(whole, findings=findings), where)
    assert is_clean(reading)
    assert [f.arguments for f in reading.findings[:3]] == [
        ("maintainer_email", "…"),
        ("theme", "…"),
        ("theme", "Bauen und Wohnen"),
    ]


def test_office_in_the_same_name_takes_the_persons_place() -> None:
    reading = from_ckan(maintainer="Bauamt, Erika Mustermann", maintainer_email="erika.mustermann@example.org")
    assert is_clean(reading)
    assert [name.text for name in point(reading).fn] == ["Bauamt"]
    assert point(reading).has_email == ("mailto:daten@example.org",)


def test_a_mailbox_shows_that_the_name_beside_it_is_a_persons() -> None:
    reading = from_ckan(maintainer="Bauamt, Mustermann", maintainer_email="erika.mustermann@example.org")
    assert is_clean(reading)
    assert [name.text for name in point(reading).fn] == ["Bauamt"]


def test_a_name_removed_from_the_contact_is_known_in_the_texts() -> None:
    reading = from_ckan(notes="Erhoben von Erika Mustermann.", maintainer="Erika Mustermann", tags=[{"name": "Müll"}])
    assert is_clean(reading)
    assert [text.text for text in reading.record.description] == ["Erhoben von [Name entfernt]."]
    assert "description" in removed(reading)


def test_if_the_type_says_person_every_name_goes() -> None:
    reading = from_dcat(
        """ex:d a dcat:Dataset ; dct:title "T" ; dct:creator [ a foaf:Person ; foaf:name "Mustermann" ] ;
        dcat:contactPoint [ a vcard:Individual ; vcard:fn "erika, Bauamt" ; vcard:hasEmail <mailto:mustermann@ex.org> ;
          vcard:hasTelephone <tel:+49-661-1> ; vcard:given-name "Erika" ; vcard:family-name "Mustermann" ] ."""
    )
    assert is_clean(reading)
    assert [name.text for name in point(reading).fn] == ["Gemeinde Neuhof"]
    assert not point(reading).has_telephone
    assert removed(reading) == {"creator", "contactPoint"}


def test_references_to_a_removed_person_go_with_it() -> None:
    reading = from_dcat(
        """@prefix prov: <http://www.w3.org/ns/prov#> .
        ex:d a dcat:Dataset ; dct:title "T" ; dct:publisher ex:mustermann ; dct:creator ex:mustermann, ex:amt ;
        dct:rightsHolder ex:mustermann ; prov:qualifiedAttribution [ a prov:Attribution ; prov:agent ex:mustermann ;
          dcat:hadRole ex:role ] ; dct:contributor <https://orcid.org/0000-0000> .
        ex:mustermann a foaf:Person ; foaf:name "Erika Mustermann" .
        ex:amt a foaf:Organization ; foaf:name "Bauamt" ; foaf:mbox <mailto:erika.mustermann@ex.org> ."""
    )
    assert is_clean(reading)
    record = reading.record
    assert isinstance(record, Dataset)
    assert record.creator == ("http://source.example/amt",)
    assert (record.contributor, record.qualified_attribution, record.extra) == ((), (), ())
    office = next(each for each in reading.companions if each.iri == "http://source.example/amt")
    assert isinstance(office, Agent)
    assert office.mbox == ()
    assert record.publisher == ("https://daten.example.org/id/agent/" + str(record.publisher[0]).rsplit("/", 1)[-1],)


def test_persons_in_services_and_further_statements() -> None:
    reading = from_dcat(
        """ex:d a dcat:Dataset ; dct:title "T" ; dct:publisher ex:amt ; dcat:distribution ex:x .
        ex:amt a foaf:Organization ; foaf:name "Bauamt" ; vcard:fn "Erika Mustermann" ;
          vcard:hasEmail <mailto:erika.mustermann@ex.org> ; vcard:hasTelephone <tel:+49-661-1> .
        ex:x a dcat:Distribution ; dct:rightsHolder [ a foaf:Person ; foaf:name "Erika Mustermann" ] ;
          dct:creator "Erika Mustermann" ; dcat:accessURL <http://source.example/x> ; dcat:accessService [
            a dcat:DataService ; dct:title "Dienst" ; dct:creator [ a foaf:Agent ; foaf:name "E. Mustermann" ] ;
            dcat:contactPoint [ a vcard:Kind ; vcard:fn "Erika Mustermann" ] ] ; dcat:accessService ex:s .
        ex:s a dcat:DataService ; dct:title "Dienst" ; dcat:endpointURL <http://source.example/s> ;
          dcat:contactPoint [ a vcard:Kind ; vcard:fn "Frau Mustermann" ] ."""
    )
    assert is_clean(reading)
    record = reading.record
    assert isinstance(record, Dataset)
    (distribution,) = record.distribution
    assert isinstance(distribution, Distribution)
    assert distribution.extra == ()
    assert len(distribution.access_service) == 2
    assert removed(reading) >= {"distribution.rightsholder", "distribution.creator", "publisher"}
    assert "0661" not in said(reading).replace("-", "")


def test_an_office_keeps_all_that_it_says() -> None:
    turtle = """ex:d a dcat:Dataset ; dct:title "T" ; dct:publisher ex:amt ; dcat:contactPoint [ a vcard:Organization ;
        vcard:fn "Bauamt" ; vcard:hasEmail <mailto:bauamt@ex.org> ; vcard:hasTelephone <tel:+49-661-1> ] .
        ex:amt a foaf:Agent ; foaf:name "Functional Plant Ecology" ; foaf:mbox <mailto:info@ex.org> ."""
    (plain,) = readings(turtle)
    reading = from_dcat(turtle)
    assert (reading.record.contact_point, reading.record.publisher) == (
        plain.record.contact_point,
        plain.record.publisher,
    )
    assert reading.companions == plain.companions
    assert not removed(reading)


def test_allowed_bypasses_everything() -> None:
    where = context(personal_data="allowed", permission="Einwilligung")
    data = {
        "id": "a",
        "title": "A",
        "notes": "Frau Erika Mustermann",
        "maintainer": "Erika Mustermann",
        "extras": [{"key": "last_editor", "value": "Erika Mustermann"}],
    }
    plain = ckan.read(Native(data, b""), where)
    reading = clean(plain, where)
    assert reading.leftovers == plain.leftovers
    assert reading.record.contact_point == plain.record.contact_point
    assert reading.record.description == plain.record.description


NAME = st.sampled_from(
    [
        "Erika Mustermann",
        "Frau Mustermann",
        "E. Mustermann",
        "Mustermann, Erika",
        "Bauamt, Erika Mustermann",
        "Erika M. Mustermann",
        "erika.mustermann@example.org",
        "V. Nachname",
        "Dr. Erika Mustermann",
        "ERIKA MUSTERMANN",
    ]
)
ROLE = st.sampled_from(["maintainer", "author", "contributor", "originator", "contact", "publisher", "creator"])
CKAN_FIELD = st.one_of(
    st.builds(
        "{}_{}".format,
        ROLE,
        st.sampled_from(["name", "email", "tel", "contacttype", "fax", "given-name", "vorname", "mail", "identifier"]),
    ),
    ROLE,
    st.sampled_from(["last_editor", "ansprechpartner", "contact_phone", "sachbearbeiter", "modified_by", "kontakt"]),
)
VALUE = st.one_of(NAME, NAME.map(lambda name: [name]), NAME.map(lambda name: {"name": name, "role": "ansprechpartner"}))


@given(st.dictionaries(CKAN_FIELD, VALUE, max_size=5), st.dictionaries(CKAN_FIELD, VALUE, max_size=4), NAME)
def test_no_canary_leaves_a_ckan_package(own: dict[str, Any], extras: dict[str, Any], name: str) -> None:
    reading = from_ckan(
        **own,
        extras=[{"key": key, "value": value} for key, value in extras.items()],
        contacts=[{"role": "ansprechpartner", "name": name}, {"role": "unbekannt", "name": name}],
    )
    assert is_clean(reading)


@given(
    st.dictionaries(
        st.sampled_from(["fn", "hasEmail", "hasURL", "hasTelephone", "given-name", "family-name", "role", "note"]),
        VALUE,
    ),
    st.dictionaries(st.sampled_from(["name", "mbox", "subOrganizationOf", "contact", "hasEmail"]), VALUE),
)
def test_no_canary_leaves_a_data_json(contact: dict[str, Any], publisher: dict[str, Any]) -> None:
    assert is_clean(from_dcatus(contactPoint=contact, publisher={"name": "Bauamt", **publisher}))
    assert is_clean(from_dcatus(contactPoint=[contact, contact]))


PLACES = st.sampled_from(
    [
        "dct:publisher",
        "dct:creator",
        "dct:contributor",
        "dct:rightsHolder",
        "dcatde:maintainer",
        "dcatde:originator",
        "dcat:contactPoint",
    ]
)
KINDS = st.sampled_from(["foaf:Person", "foaf:Agent", "vcard:Individual", "vcard:Kind", "foaf:Organization"])
PROPERTIES = st.sampled_from(
    ["foaf:name", "vcard:fn", "foaf:mbox", "vcard:hasEmail", "vcard:nickname", "foaf:givenName"]
)


@given(st.lists(st.tuples(PLACES, KINDS, st.lists(st.tuples(PROPERTIES, NAME), min_size=1, max_size=3)), max_size=3))
def test_no_canary_leaves_a_dcat_record(agents: list[tuple[str, str, list[tuple[str, str]]]]) -> None:
    lines = [
        f"ex:d {place} [ a {kind} ; "
        + " ; ".join(
            f"{prop} <mailto:{name}>" if "@" in name else f"{prop} {orjson.dumps(name).decode()}"
            for prop, name in said_of
        )
        + " ] ."
        for place, kind, said_of in agents
    ]
    assert is_clean(from_dcat('ex:d a dcat:Dataset ; dct:title "T" .\n' + "\n".join(lines)))


def test_nothing_of_a_person_is_delivered() -> None:
    data = {
        "id": "a",
        "title": "A",
        "author": "Erika Mustermann",
        "maintainer_email": "Mustermann",
        "x_contact": "E. M.",
    }
    (outcome,) = outcomes_of("ckan", [Native(data, b"{}")], "http://source.example/", context())
    assert outcome.reading is not None
    assert is_clean(replace(outcome.reading, findings=outcome.findings))
    assert "ustermann" not in outcome.ntriples
    assert all("ustermann" not in companion.ntriples for companion in outcome.companions)
