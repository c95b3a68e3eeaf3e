"""What a group of Datastreams of a SensorThings server means: one dataset, with the server as its service."""

from __future__ import annotations

from typing import Any

from harvesters.city import sensor_answers as answers_of
from harvesters.city.records import data_service, distribution, place_box, reading_of, say, years
from harvesters.city.sensor_groups import PROPERTY, THING
from harvesters.cleaning import municipality_agent
from harvesters.mapping.account import Account
from harvesters.mapping.native_values import address_of, word
from harvesters.mapping.summaries import begun, summary_id
from harvesters.reading import Context, Native, Reading
from schemas.kinds import Literal, is_web
from schemas.model import Distribution, Resource

_SERVICE = "sensorthings"
_MOST_SHOWN = 20
_NOTHING_SAID = (
    "Beobachtungen aus einem Dienst nach OGC SensorThings.",
    "Observations from a service by OGC SensorThings.",
)


def native_id(native: Native, context: Context) -> str | None:
    """The definition or name of what is observed, or the Thing: the same whatever address the server has."""
    return summary_id(native)


def read(native: Native, context: Context) -> Reading:
    """The dataset of a group. Raises Unusable."""
    data, identity, account = begun(native, context)
    # Other servers observe the same: only with its address is an identifier one for everybody.
    where = word(data.get("root")) or word(data.get("document"))
    account.add("identifier", [Literal(f"{where}#{identity}" if where else identity)], "@iot.id", "composed")
    _describe(account, data, identity)
    box = data.get("box")
    if isinstance(box, list | tuple) and len(box) == 4 and all(type(each) in (int, float) for each in box):
        place_box(account, box, "Locations")
    span = data.get("years")
    if isinstance(span, list | tuple) and len(span) == 2 and all(isinstance(each, str) for each in span):
        years(account, span, "phenomenonTime")
    companions: list[Resource] = []
    if document := word(data.get("document")):
        title = ("Gespeicherte Antwort", "Saved answer")
        standards = (answers_of.STANDARD,)
        name = f"{identity}#file"
        account.values["distribution"] = [
            distribution(account, name, document, title, "JSON", field="url", standards=standards, download=True)
        ]
    else:
        companions.append(_service(account, data))
        account.values["distribution"] = [*_interfaces(account, data, identity)]
    return reading_of(account, native, identity, companions)


def _describe(account: Account, data: dict[str, Any], identity: str) -> None:
    """Title and description, with units and sensors; documents about what is observed and by what."""
    name, language = word(data.get("name")), account.language
    if name:
        account.add("title", [Literal(name, language)], "name", "copy")
        account.add("keyword", [Literal(name, language)], "name", "copy")
    else:
        say(account, "title", f"Messwerte ({identity})", f"Observations ({identity})", "@iot.id")
    for each in _words(data.get("observed")):
        account.add("keyword", [Literal(each, language)], "ObservedProperty.name", "copy")
    measured = [
        " ".join(filter(None, (u[0], f"({u[1]})" if u[1] and u[0] else u[1]))) for u in _rows(data.get("units"), 3)
    ]
    sensors = [s[0] for s in _rows(data.get("sensors"), 2) if s[0]][:_MOST_SHOWN]
    de: list[str] = []
    en: list[str] = []
    if observed := _words(data.get("observed")):
        de.append(f"Gemessen wird: {', '.join(observed)}.")
        en.append(f"Observed: {', '.join(observed)}.")
    if measured:
        de.append(f"Einheiten: {', '.join(dict.fromkeys(measured))}.")
        en.append(f"Units: {', '.join(dict.fromkeys(measured))}.")
    if sensors:
        de.append(f"Sensoren: {', '.join(dict.fromkeys(sensors))}.")
        en.append(f"Sensors: {', '.join(dict.fromkeys(sensors))}.")
    if text := word(data.get("description")):
        # What the source wrote stays in its language; what was composed beside it stands in ours.
        {"de": de, "en": en}.get(language, []).insert(0, text)
        if language not in ("de", "en") or not (measured or sensors or observed):
            account.add("description", [Literal(text, language)], "description", "copy")
    if measured or sensors or observed:
        say(account, "description", "\n\n".join(de), "\n\n".join(en), "description")
    elif not text:
        say(account, "description", *_NOTHING_SAID, "description")
    documents = [word(data.get("definition")), *(s[1] for s in _rows(data.get("sensors"), 2))]
    found = [address for each in documents if is_web(each) and (address := address_of(each))]
    if found:
        account.add("page", found[:_MOST_SHOWN], "definition", "copy")


def _interfaces(account: Account, data: dict[str, Any], identity: str) -> list[Distribution]:
    """The Datastreams, their Observations, and the further formats that the server says it has."""
    root, formats = word(data.get("root")), _words(data.get("formats"))
    streams, observations = _filters(data)
    rows: list[tuple[str, str, str, tuple[str, str]]] = [
        (
            "streams",
            answers_of.query_address(
                root, "Datastreams", filter=streams, expand=f"Thing/Locations,{answers_of.NEWEST}"
            ),
            "JSON",
            ("Messreihen, Orte und neueste Werte (JSON)", "Datastreams, places and newest values (JSON)"),
        ),
        (
            "observations",
            answers_of.query_address(
                root, "Observations", filter=observations, orderby=answers_of.NEWEST_FIRST, expand="Datastream/Thing"
            ),
            "JSON",
            ("Messwerte (JSON)", "Observations (JSON)"),
        ),
    ]
    if "CSV" in formats:
        address = answers_of.query_address(root, "Observations", filter=observations, resultFormat="CSV")
        rows.append(("csv", address, "CSV", ("Messwerte (CSV)", "Observations (CSV)")))
    if "GeoJSON" in formats:
        address = answers_of.query_address(
            root, "Datastreams", filter=streams, expand="Thing/Locations", resultFormat="GeoJSON"
        )
        rows.append(
            ("geojson", address, "GEOJSON", ("Messreihen und Orte (GeoJSON)", "Datastreams and places (GeoJSON)"))
        )
    told = (
        "Seite um Seite; die nächste nennt @iot.nextLink, mehr je Seite gibt $top.",
        "Page by page; @iot.nextLink names the next, $top asks for more at once.",
    )
    return [
        distribution(
            account,
            f"{identity}#{name}",
            address,
            title,
            kind,
            field="root",
            description=told,
            service=account.mint("service", _SERVICE),
            standards=(answers_of.STANDARD,),
        )
        for name, address, kind, title in rows
    ]


def _filters(data: dict[str, Any]) -> tuple[str, str]:
    """How the Datastreams of a group, and their Observations, are chosen at the server."""
    ids = (
        [each for each in data.get("ids") or [] if isinstance(each, str | int)]
        if isinstance(data.get("ids"), list)
        else []
    )
    if data.get("group") == THING:
        path = (
            f"Thing/properties/{word(data.get('member'))}"
            if word(data.get("member")) and "=" in word(data["id"])
            else ""
        )
        value = answers_of.literal(word(data.get("name"))) if path else answers_of.literal(ids[0]) if ids else ""
        test = f"{path or 'Thing/id'} eq {value}" if value else ""
    elif data.get("group") == PROPERTY and len(ids) == 1:
        test = f"ObservedProperty/id eq {answers_of.literal(ids[0])}"
    else:
        definition = word(data.get("definition"))
        name = "definition" if definition and definition == word(data.get("id")) else "name"
        test = f"ObservedProperty/{name} eq {answers_of.literal(definition if name == 'definition' else word(data.get('name')))}"
    return test, f"Datastream/{test}" if test else ""


def _service(account: Account, data: dict[str, Any]) -> Resource:
    context = account.context
    publisher = municipality_agent(context.base_url, context.municipality, context.region.language).iri
    return data_service(
        account,
        _SERVICE,
        word(data.get("root")),
        (f"SensorThings-Schnittstelle: {context.source.title}", f"SensorThings interface: {context.source.title}"),
        _words(data.get("datasets")),
        description=(
            "Sensoren, Messreihen und Messwerte nach OGC SensorThings 1.1.",
            "Sensors, datastreams and observations by OGC SensorThings 1.1.",
        ),
        standards=(answers_of.STANDARD,),
        publisher=(publisher,) if publisher else (),
        documents=(answers_of.DOCUMENT,),
    )


def _words(value: Any) -> list[str]:
    return [text for each in value if (text := word(each))] if isinstance(value, list | tuple) else []


def _rows(value: Any, width: int) -> list[list[str]]:
    """The rows of a table of texts; others are passed over."""
    rows = value if isinstance(value, list) else []
    return [[word(cell) for cell in row] for row in rows if isinstance(row, list | tuple) and len(row) == width]
