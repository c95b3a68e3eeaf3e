"""Answers of services and city systems, each with an invented person wherever its format may hold one (F75)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openpyxl
import orjson

from harvesters.city.calendars import calendar_in
from harvesters.city.entity_types import EntityType
from harvesters.city.oparl_lists import Parts
from harvesters.city.sensor_groups import Groups
from harvesters.feeds.documents import load_feed
from harvesters.feeds.natives import entry_native, whole_native
from harvesters.files.sheet_list import read_list
from harvesters.ogc.api import Api, ApiEntry
from harvesters.reading import Native
from harvesters.spider import Job
from harvesters.spiders.ics import IcsOptions, IcsSpider
from schemas.loose_json import sorted_json
from tests.harvesters.canaries import Person
from tests.harvesters.canary_texts import MAILBOX, OFFICE, Walk, free_text, in_xml, walk
from tests.harvesters.crawl_runs import ListSink

URL = "https://www.example.org/daten"


def _native(data: dict[str, Any]) -> Native:
    return Native(data, sorted_json(data))


def awido(person: Person) -> Iterator[Walk]:
    """A year of a waste calendar whose fractions say whom to call."""
    service = "https://abfall.example.org/WebServices/Awido.Service.svc/secure"
    data = {
        "id": "kreis/neuhof/2026",
        "series": "kreis/neuhof",
        "customer": "kreis",
        "place": "Neuhof",
        "year": 2026,
        "kinds": ["Restmüll", f"Grünschnitt (Anmeldung: Frau {person.plain}, Tel. {person.phone})", free_text(person)],
        "days": ["2026-01-07", "2026-12-22"],
        "service": service,
        "served": ["kreis/neuhof/2026"],
        "streets": [
            {"name": "Giesel", "json": f"{service}/getData/a-1", "ics": None},
            {"name": f"Einzelhof (Frau {person.plain})", "json": f"{service}/getData/a-2", "ics": None},
        ],
    }
    yield walk("awido", [_native(data)], "Restmüll")


_RSS = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:atom="http://www.w3.org/2005/Atom" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">
<channel><title>Daten</title><link>https://www.example.org/</link><description>{text}</description>
<managingEditor>{mail} ({plain})</managingEditor><webMaster>{mail} ({plain})</webMaster><copyright>{text}</copyright>
<item><guid>g1</guid><title>Haushalt (Frau {plain})</title><description>{text}</description>
<author>{mail} ({plain})</author><dc:creator>{name}</dc:creator><dc:contributor>{plain}</dc:contributor>
<dc:publisher>{office}</dc:publisher><dc:rights>{text}</dc:rights><category>Frau {plain}</category>
<itunes:author>{plain}</itunes:author><dcterms:mediator>{plain}</dcterms:mediator>
<enclosure url="https://www.example.org/h.csv" type="text/csv" length="1"/></item>
<item><guid>g2</guid><title>Stellenplan</title><author>{name}</author><dc:publisher>{plain}</dc:publisher>
<enclosure url="https://www.example.org/s.csv" type="text/csv" length="1"/></item>
<item><guid>g3</guid><title>Plan</title><dc:creator>{office}, {plain}</dc:creator>
<enclosure url="https://www.example.org/p.csv" type="text/csv" length="1"/></item>
</channel></rss>"""
_ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Daten</title><id>https://www.example.org/f</id>
<updated>2026-01-01T00:00:00Z</updated><subtitle>{text}</subtitle><rights>{text}</rights>
<author><name>{name}</name><email>{mail}</email><uri>https://www.example.org/~{given}.{surname}</uri></author>
<entry><id>e1</id><title>Bäume</title><updated>2026-01-01T00:00:00Z</updated><summary>{text}</summary>
<author><name>{plain}</name><email>{mail}</email></author><author><name>{office}</name><email>{mailbox}</email></author>
<contributor><name>{reversed}</name></contributor><category term="Frau {plain}" label="Frau {plain}"/>
<content type="html">{text}</content><rights>{text}</rights>
<link rel="enclosure" href="https://www.example.org/b.csv" type="text/csv" title="Von Frau {plain}"/></entry>
<entry><id>e2</id><title>Bänke</title><updated>2026-01-01T00:00:00Z</updated>
<link rel="enclosure" href="https://www.example.org/c.csv" type="text/csv"/></entry></feed>"""


def feed(person: Person) -> Iterator[Walk]:
    """RSS and Atom, entry by entry and whole: authors, editors, creators, contributors, texts."""
    for form, stays in ((_RSS, (OFFICE,)), (_ATOM, (OFFICE, MAILBOX))):
        document = load_feed(form.format(**in_xml(person)).encode(), URL)
        natives = [native for item in document.items if (native := entry_native(item, document, URL, None))]
        assert len(natives) == len(document.items)
        yield walk("feed", natives, *stays)
        yield walk("feed", [whole_native(document, URL)], "Daten")


_CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//{plain}//DE
X-WR-CALNAME:Termine (Frau {plain})
X-WR-CALDESC:{text}
X-OWNER;CN="{plain}":mailto:{mail}
BEGIN:VEVENT
UID:{mail}
DTSTART:20260506T100000Z
SUMMARY:Sprechstunde Frau {plain}
DESCRIPTION:{text}
LOCATION:Büro {plain}
CATEGORIES:Sprechstunde,Frau {plain}
CONTACT:{plain}\\, Tel. {phone}
COMMENT:{text}
ORGANIZER;CN="{plain}";EMAIL={mail}:mailto:{mail}
ATTENDEE;CN="{surname}";ROLE=CHAIR:mailto:{mail}
URL:https://www.example.org/termin
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART:20270506T100000Z
SUMMARY:Restmüll
DESCRIPTION:Auskunft: {office}\\, {mailbox}
END:VEVENT
END:VCALENDAR
"""


def ics(person: Person) -> Iterator[Walk]:
    """A calendar whole and by years: organiser, attendees, contact, summaries, categories, descriptions."""
    parts = in_xml(person)
    body = _CALENDAR.format(**parts).replace("\n", "\r\n").encode()
    for form in (body, body.replace(b"X-WR-CALDESC", b"DESCRIPTION").replace(b"X-WR-CALNAME", b"NAME")):
        for per in ("calendar", "year"):
            spider = IcsSpider()
            made = walk("ics", [], "Termine")
            options = IcsOptions(per=per)
            where = replace(made.context, options=options)
            spider.job = Job(where, ListSink())
            label = f"Kalender von Frau {person.plain}"
            natives = spider.natives(calendar_in(form), "https://www.example.org/kalender.ics", label)
            assert natives
            yield made._replace(context=where, natives=natives)


def ngsi(person: Person) -> Iterator[Walk]:
    """Entities of a broker in all three forms: owners, contact points, street addresses; and a type of persons."""
    contact = {"contactType": "Leitung", "name": person.plain, "email": person.mail, "telephone": person.phone}
    entities: list[Any] = [
        {
            "id": f"urn:ngsi-ld:Sensor:{person.given}{person.surname}",
            "type": "Sensor",
            "name": {"type": "Text", "value": f"Garten {person.plain}"},
            "owner": {"type": "Text", "value": person.plain, "metadata": {"by": {"value": person.plain}}},
            "contactPoint": {"type": "StructuredValue", "value": contact},
            "description": {"type": "Text", "value": free_text(person)},
        },
        {"id": "urn:2", "type": "Sensor", "owner": [person.plain], "refUser": person.mail, "dataProvider": OFFICE},
        {
            "id": "urn:3",
            "type": "Sensor",
            "owner": {"type": "Property", "value": person.plain, "providedBy": {"type": "Relationship", "object": "u"}},
        },
    ]
    broker = {"version": "v2", "broker": "https://plattform.example.org", "types": ["Sensor", "Person"]}
    natives = []
    for name in ("Sensor", "Person"):
        gathered = EntityType(name)
        for entity in entities:
            gathered.add({**entity, "type": name})
        natives.append(_native({**broker, "type": name, **gathered.summary()}))
    yield walk("ngsi", natives, "https://plattform.example.org")


def ogcrecords(person: Person) -> Iterator[Walk]:
    """A record with contacts in all roles, and a collection whose API names a contact."""
    contact = {
        "name": person.name,
        "position": f"Sachbearbeitung {person.plain}",
        "organization": OFFICE,
        "emails": [{"value": person.mail}],
        "phones": [{"value": person.phone}],
        "links": [{"rel": "about", "href": f"https://www.example.org/~{person.given}.{person.surname}"}],
        "contactInstructions": free_text(person),
    }
    roles = ("publisher", "pointOfContact", "author", "custodian", "originator", "processor", "sponsor")
    contacts = [
        *({**contact, "roles": [role]} for role in roles),
        {"name": person.plain, "roles": ["principalInvestigator"]},
        {"organization": OFFICE, "emails": [{"value": MAILBOX}], "roles": ["pointOfContact"]},
    ]
    properties = {
        "type": "dataset",
        "title": "Lärmkarte",
        "description": free_text(person),
        "keywords": [f"Frau {person.plain}"],
        "contacts": contacts,
        "providers": [{"name": person.plain, "roles": ["producer"]}],
        "rights": free_text(person),
        "attribution": f"© Frau {person.plain}",
        "bearbeiter": person.plain,
        "eigenesFeld": {"wer": person.plain},
    }
    link = {"rel": "enclosure", "type": "text/csv", "href": f"{URL}.csv", "title": f"Von Frau {person.plain}"}
    record: dict[str, Any] = {
        "id": "laerm",
        "type": "Feature",
        "geometry": None,
        "properties": properties,
        "links": [link],
    }
    service = {**record, "id": "dienst", "properties": {**properties, "type": "service"}}
    plain = Api("https://api.example.org/")
    natives = [Native(ApiEntry(e["id"], "record", e, plain), orjson.dumps(e)) for e in (record, service)]
    yield walk("ogcrecords", natives, OFFICE, MAILBOX, protocol="records")
    info = {
        "title": f"API von Frau {person.plain}",
        "description": free_text(person),
        "contact": {"name": person.name, "email": person.mail, "x-ogc-serviceContact": contact},
        "license": {"name": f"Frei nach Frau {person.plain}"},
    }
    landing = {"title": "Geodaten", "description": free_text(person), "attribution": f"Frau {person.plain}"}
    api = Api("https://api.example.org/", landing=landing, info=info, served=("collections/baeume",))
    entry = {"id": "baeume", "title": "Bäume", "description": free_text(person), "links": [{**link, "rel": "items"}]}
    native = Native(ApiEntry("collections/baeume", "collection", entry, api), orjson.dumps(entry))
    yield walk("ogcrecords", [native], protocol="records")


def oparl(person: Person) -> Iterator[Walk]:
    """A body with contact and members; lists of papers, meetings, persons and memberships."""
    member = {
        "id": "https://ris.example.org/person/1",
        "type": "https://schema.oparl.org/1.1/Person",
        "name": person.plain,
        "familyName": person.surname,
        "givenName": person.given,
        "formOfAddress": "Frau",
        "email": [person.mail],
        "phone": [person.phone],
        "life": free_text(person),
    }
    contact = {"contactName": person.name, "contactEmail": person.mail}
    body: dict[str, Any] = {
        "id": "https://ris.example.org/body/1",
        "type": "https://schema.oparl.org/1.1/Body",
        "name": "Gemeinde Neuhof",
        "ags": "06631018",
        **contact,
        "classification": free_text(person),
        "legislativeTerm": [{"id": "t1", "name": f"Wahlperiode von Frau {person.plain}", "startDate": "2021-04-01"}],
        **{each: f"https://ris.example.org/{each}" for each in ("paper", "meeting", "person", "membership")},
        "mayor": person.plain,
    }
    paper = {
        "name": f"Anfrage von Frau {person.plain}",
        "reference": f"7/2026 Frau {person.surname}",
        "paperType": f"Anfrage Frau {person.plain}",
        "date": "2026-02-03",
        "originatorPerson": [member["id"]],
        "mainFile": {"name": free_text(person), "author": person.plain},
        "consultation": [{"role": person.plain}],
    }
    meeting = {
        "name": f"Sitzung mit Frau {person.plain}",
        "start": "2026-02-03T18:00:00+01:00",
        "participant": [member],
        "invitation": {"name": free_text(person)},
    }
    for system in ({"id": "https://ris.example.org/", **contact}, {"contactName": f"{OFFICE}, {person.plain}"}):
        for name, entry in (("paper", paper), ("meeting", meeting), ("person", member), ("membership", member)):
            for per in ("list", "year", "term"):
                parts = Parts(name, per, body["legislativeTerm"], 5)
                parts.add(entry)
                yield walk("oparl", [*_lists(system, body, name, per, parts)], "Gemeinde Neuhof")


def _lists(system: Any, body: Any, name: str, per: str, parts: Parts) -> Iterator[Native]:
    for key, part in sorted(parts.found.items()):
        told = {"list": name, "url": body[name], "lists": [name], "per": per if parts.is_split else "list"}
        yield _native({"system": system, "body": body, **told, "part": key, **part.summary()})


def sensorthings(person: Person) -> Iterator[Walk]:
    """Things with owners, sensors with whoever looks after them; grouped by Thing, by property, by what is observed."""
    thing = {
        "@iot.id": 1,
        "name": f"Pegel bei Frau {person.plain}",
        "description": free_text(person),
        "properties": {"owner": person.plain, "projekt": f"Frau {person.plain}", "mail": person.mail},
        "Locations": [{"name": person.plain, "location": {"type": "Point", "coordinates": [9.6, 50.4]}}],
        "Datastreams": [
            {
                "name": f"Wasserstand (Frau {person.plain})",
                "description": free_text(person),
                "unitOfMeasurement": {"name": "Meter", "symbol": "m", "definition": free_text(person)},
                "properties": {"contact": person.plain},
                "ObservedProperty": {
                    "@iot.id": 7,
                    "name": "Wasserstand",
                    "definition": "https://def.example.org/w",
                    "description": free_text(person),
                },
                "Sensor": {"name": f"TH-21 (betreut von Frau {person.plain})", "metadata": free_text(person)},
            }
        ],
    }
    root = {"root": "https://sensoren.example.org/v1.1", "formats": ["CSV"]}
    for by, member in (("observed_property", None), ("thing", None), ("property", "projekt")):
        groups = Groups(by, member)
        groups.add_thing(thing)
        found = [group.summary() for _, group in sorted(groups.found.items())]
        served = {"group": by, "member": member, "datasets": [each["id"] for each in found], **root}
        yield walk("sensorthings", [_native({**each, **served}) for each in found], "sensoren.example.org")


def sheet(person: Person) -> Iterator[Walk]:
    """A metadata list with columns for whom to ask, for who wrote the row, and of no known name."""
    columns = {
        "Kennung": "7",
        "Titel": f"Bebauungspläne (Frau {person.plain})",
        "Beschreibung": free_text(person),
        "Schlagwörter": f"Plan; Frau {person.plain}",
        "Herausgeber": person.name,
        "Ansprechpartner": f"{OFFICE}, {person.plain}",
        "E-Mail": person.mail,
        "Telefon": person.phone,
        "Lizenz": f"Frei nach Frau {person.plain}",
        "Rechte": free_text(person),
        "Namensnennung": f"Frau {person.plain}",
        "Datei": "https://www.example.org/plaene.zip",
        "Dateibeschreibung": free_text(person),
        "Sachbearbeiterin": person.plain,
        "Erfasst von": person.plain,
        "Vertretung": f"Herr {person.plain}",
        "Bemerkung": free_text(person),
        "Geändert am": person.plain,
    }
    second = {**columns, "Titel": "Bebauungspläne", "Ansprechpartner": person.plain, "Datei": "https://x.example/y.csv"}
    book = openpyxl.Workbook()
    book.properties.creator = book.properties.lastModifiedBy = person.plain
    assert book.active is not None
    for row in (list(columns), list(columns.values()), list(second.values())):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    lines = ["\t".join(row) for row in (columns, columns.values(), second.values())]
    for name, data in (("liste.xlsx", buffer.getvalue()), ("liste.tsv", "\n".join(lines).encode())):
        found = read_list(data, name, {})
        assert found.datasets
        yield walk("sheet", [Native(each, each.fingerprint()) for each in found.datasets])
