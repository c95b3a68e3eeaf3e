"""Entries of portals that speak JSON, each with an invented person in every field that may hold one (F75)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from harvesters.configured import items
from harvesters.configured.items import Item
from harvesters.reading import Native
from harvesters.spiders.restjson import RestJsonOptions
from tests.harvesters.canaries import Person
from tests.harvesters.canary_texts import MAILBOX, OFFICE, Walk, free_text, walk


def _native(data: dict[str, Any]) -> Native:
    return Native(data, orjson.dumps(data))


def arcgis(person: Person) -> Iterator[Walk]:
    """An item of a Hub: owner, source, credits, terms, tags, the mailbox of the organisation."""
    said = {
        "id": "f6565516d1354383b25793e630cf3f2b",
        "owner": f"{person.given}.{person.surname}_neuhof",
        "title": "Fahrradständer",
        "type": "Feature Service",
        "description": f"<div>{free_text(person)}</div>",
        "snippet": f"Fahrradständer, erfasst von Frau {person.plain}",
        "tags": ["Rad", f"Frau {person.plain}"],
        "accessInformation": f"Bauamt, {person.plain}",
        "licenseInfo": f"<div>CC BY 4.0. {free_text(person)}</div>",
        "url": "https://services.example.com/arcgis/rest/services/Fahrrad/FeatureServer/5",
        "access": "public",
        "orgContactEmail": person.mail,
        "contentStatus": person.name,
        "ownerFolder": person.plain,
        "itemControl": free_text(person),
        "lastEditor": person.plain,
    }
    entries = [
        {"id": "a_5", "type": "Feature", "properties": {**said, "source": person.name, "orgName": OFFICE}},
        {"id": "b_5", "type": "Feature", "properties": {**said, "source": OFFICE, "orgContactEmail": MAILBOX}},
        {"id": "c_8", "type": "dataset", "attributes": {**said, "source": f"{OFFICE}, {person.plain}"}},
    ]
    yield walk("arcgis", [_native(entry) for entry in entries], OFFICE, MAILBOX)


def opendatasoft(person: Person) -> Iterator[Walk]:
    """A catalogue entry with all metadata templates of Opendatasoft that name anybody."""
    data = {
        "dataset_id": "baumkataster",
        "has_records": True,
        "metas": {
            "default": {
                "title": "Baumkataster",
                "description": f"<p>{free_text(person)}</p>",
                "keyword": ["Bäume", f"Frau {person.plain}"],
                "license": "CC BY 4.0",
                "publisher": person.name,
                "references": f"https://www.example.org/baeume; Begehung mit Frau {person.plain}",
                "attributions": [f"Gemeinde Neuhof, {person.plain}"],
            },
            "dcat": {
                "creator": person.name,
                "contributor": person.plain,
                "contact_name": f"{OFFICE}, {person.plain}",
                "contact_email": person.mail,
                "publisher_type": person.plain,
                "dataquality": f"geprüft von Frau {person.plain}",
                "rights": free_text(person),
            },
            "inspire": {
                "contact_individual_name": person.name,
                "contact_position": person.plain,
                "contact_email": person.mail,
            },
            "custom": {"ansprechpartner": person.name, "sachbearbeitung": person.plain, "hinweis": free_text(person)},
        },
        "attachments": [{"id": "m", "title": f"Merkblatt Frau {person.plain}", "url": "odsfile://m.pdf"}],
    }
    yield walk("opendatasoft", [_native(data)])


def udata(person: Person) -> Iterator[Walk]:
    """A dataset of udata that a user owns, with contact points and a resource's text."""
    owner = {"first_name": person.given, "last_name": person.surname, "class": "User", "id": "u1", "slug": "u1"}
    data = {
        "id": "5cc1b94a634f4165e96436c1",
        "title": "Laternen",
        "description": free_text(person),
        "tags": ["laternen"],
        "organization": None,
        "owner": owner,
        "contact_points": [
            {"id": "c1", "name": person.name, "email": person.mail, "role": "contact"},
            {"id": "c2", "name": OFFICE, "email": MAILBOX, "role": "contact"},
            {"id": "c3", "name": person.plain, "email": person.mail, "role": "creator"},
        ],
        "extras": {"bearbeiter": person.plain, "hinweis": free_text(person), "dcat:contact": person.name},
        "harvest": {"remote_id": "77", "backend": f"Frau {person.plain}", "created_by": person.plain},
        "resources": [
            {
                "id": "r1",
                "title": f"Plan (Frau {person.plain})",
                "description": free_text(person),
                "type": "main",
                "url": "https://static.example.org/plan.csv",
                "extras": {"autor": person.plain},
            }
        ],
    }
    yield walk("udata", [_native(data)], OFFICE, MAILBOX)


def piveau(person: Person) -> Iterator[Walk]:
    """A document of the index with publisher, creator, contact points, provenance."""
    agent = {"name": person.name, "type": "Person", "email": f"mailto:{person.mail}", "homepage": f"tel:{person.phone}"}
    data = {
        "id": "badestellen",
        "title": {"de": "Badestellen"},
        "description": {"de": free_text(person)},
        "keywords": [{"id": "x", "label": f"Frau {person.plain}", "language": "de"}],
        "publisher": {**agent, "type": "Agent"},
        "creator": agent,
        "contributor": [agent],
        "originator": [agent],
        "maintainer": [{**agent, "name": person.plain}],
        "contact_point": [
            {"name": person.name, "type": "Individual", "email": f"mailto:{person.mail}", "telephone": person.phone},
            {"name": f"{OFFICE}, {person.plain}", "type": "Organization", "email": f"mailto:{MAILBOX}"},
        ],
        "provenance": [{"label": f"Begehung mit Frau {person.plain}"}],
        "distributions": [
            {
                "id": "d",
                "title": {"de": "Liste"},
                "description": {"de": free_text(person)},
                "access_url": ["https://www.example.org/liste.csv"],
                "rights": {"label": free_text(person)},
            }
        ],
    }
    yield walk("piveau", [_native(data)], OFFICE, MAILBOX)


def socrata(person: Person) -> Iterator[Walk]:
    """An asset by the metadata API and one by the Discovery API: attribution, owner, custom fields."""
    metadata = {
        "id": "aaaa-bbbb",
        "name": "Zählstellen",
        "attribution": person.name,
        "description": free_text(person),
        "tags": [f"Frau {person.plain}"],
        "customFields": {
            "Common Core": {
                "Publisher": f"{OFFICE}, {person.plain}",
                "Contact Name": person.name,
                "Contact Email": person.mail,
            },
            "Intern": {"Bearbeiter": person.plain, "Hinweis": free_text(person), "Telefon": person.phone},
        },
    }
    user = {"id": "u", "display_name": person.plain, "user_type": "interactive"}
    found = {
        "resource": {
            "id": "cccc-dddd",
            "name": "Zählwerte",
            "type": "dataset",
            "attribution": OFFICE,
            "description": free_text(person),
            "contact_email": person.mail,
        },
        "classification": {
            "domain_tags": [f"Frau {person.plain}"],
            "domain_metadata": [
                {"key": "Common-Core_Contact-Name", "value": person.name},
                {"key": "Common-Core_Contact-Email", "value": person.mail},
                {"key": "Intern_Bearbeiter", "value": person.plain},
                {"key": "Intern_Hinweis", "value": free_text(person)},
            ],
        },
        "owner": user,
        "creator": user,
        "metadata": {"domain": "daten.example.com", "last_editor": person.plain},
    }
    yield walk("socrata", [_native(metadata), _native(found)])


_MAPPING: dict[str, Any] = {
    "id": "uuid",
    "fields": {
        "title": "name",
        "description": "text",
        "keyword": "tags[*]",
        "publisher": "office.name",
        "contact_point": "contact.name",
        "contact_email": "contact.mail",
        "contact_phone": "contact.phone",
        "creator": "source",
        "rights": "note",
    },
    "distribution": [{"each": "files", "download_url": "href", "title": "title", "description": "text"}],
}


def restjson(person: Person) -> Iterator[Walk]:
    """Records of an interface that a source file maps, those of GraphQL included; fields without a place among them."""
    contact = {"name": f"{OFFICE}, {person.plain}", "mail": person.mail, "phone": person.phone}
    value = {
        "uuid": "1",
        "name": "Straßenverzeichnis",
        "text": free_text(person),
        "tags": ["Straße", f"Frau {person.plain}"],
        "office": {"name": person.name},
        "contact": contact,
        "note": free_text(person),
        "source": f"© Frau {person.plain}",
        "files": [
            {
                "href": "https://www.example.org/strassen.csv",
                "title": f"Von Frau {person.plain}",
                "text": free_text(person),
                "uploadedBy": person.plain,
            }
        ],
        "ansprechpartner": person.plain,
        "createdBy": {"firstName": person.given, "lastName": person.surname, "login": person.mail},
        "team": [{"wer": person.plain, "durchwahl": person.phone}],
        "intern": {"hinweis": free_text(person)},
        "zuletzt": person.plain,
    }
    item = Item(value, "")
    live = {"one": True, "fields": {"description": f"={free_text(person)}", "publisher": f"={OFFICE}"}}
    answer = [{"name": person.plain, "telefon": person.phone}]
    for options, native in (
        (_MAPPING, Native(item, items.fingerprint(item))),
        (live, Native(Item(answer, "", items.facts(answer, None)), b"x")),
    ):
        made = walk("restjson", [native])
        yield made._replace(context=replace(made.context, options=RestJsonOptions.model_validate(options)))
