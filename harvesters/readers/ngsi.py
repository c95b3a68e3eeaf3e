"""What a type of entity in a context broker means: one dataset for a type and tenant, with the broker as its service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from harvesters.city import brokers, units
from harvesters.city.data_models import find_model, in_words, is_of_people, short_name
from harvesters.city.records import (
    data_service,
    distribution,
    place_box,
    place_town,
    reading_of,
    say,
    town_of,
    years,
)
from harvesters.cleaning import municipality_agent
from harvesters.mapping.account import Account
from harvesters.mapping.native_values import word
from harvesters.reading import UNREADABLE_RECORD, Context, Native, Reading, Unusable
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal
from schemas.model import Distribution, Resource
from schemas.vocabularies import LISTS

PEOPLE = declare(
    "ngsi-type-of-people",
    "Der Typ {0} beschreibt Personen; von ihm werden weder Ort noch Zeit angegeben.",
    "The type {0} describes people; neither place nor time is given of it.",
    "Prüfen Sie, ob der Kontextbroker diesen Typ öffentlich abgeben darf, und lassen Sie ihn unter „types“ weg.",
    "Check whether the context broker may give this type to the public, and leave it out under “types”.",
    "GDPR Art. 5",
)
NO_MUNICIPALITY = declare(
    "ngsi-municipality-unknown",
    "Der Mandant {0} nennt die Gemeinde „{1}“, die es in region.toml nicht gibt.",
    "The tenant {0} names the municipality “{1}”, which is not in region.toml.",
    "Geben Sie unter „tenants“ die id einer Gemeinde aus region.toml an.",
    "Give the id of a municipality of region.toml under “tenants”.",
)
_QUANTUM_LEAP = "https://quantumleap.readthedocs.io/en/latest/"


def native_id(native: Native, context: Context) -> str | None:
    """Tenant, path and type: the same whatever address the broker has."""
    data = native.data if isinstance(native.data, dict) else {}
    name = word(data.get("type"))
    return _id(data, name) if name else None


def read(native: Native, context: Context) -> Reading:
    """The dataset of a type of entity. Raises Unusable."""
    data = native.data
    identity = native_id(native, context)
    if not isinstance(data, dict) or identity is None:
        reason = f"{type(data).__name__} without a type"
        raise Unusable(Finding(Severity.VIOLATION, context.source.url, None, UNREADABLE_RECORD, (reason,)))
    account = Account(context, identity)
    account.focus = account.mint("dataset", identity)
    name = word(data["type"])
    # Other brokers have the same types: only with its address is an identifier one for everybody.
    where = word(data.get("broker")) or word(data.get("document"))
    account.add("identifier", [Literal(f"{where}#{identity}" if where else identity)], "type", "composed")
    companions: list[Resource] = []
    _describe(account, data, name)
    named = word(data.get("municipality"))
    if town := town_of(context, named):
        companions.append(place_town(account, town, "tenants.municipality"))
    elif named:
        account.remark(Severity.WARNING, None, NO_MUNICIPALITY, word(data.get("service")) or "–", named)
    if is_of_people(name):
        account.remark(Severity.WARNING, None, PEOPLE, name)
    place_box(account, _numbers(data.get("box")), "location")
    years(account, _span(data.get("years")), "observedAt")
    if word(data.get("document")):
        found = [_document(account, data, identity)]
    else:
        companions.append(_service(account, data))
        found = list(_interfaces(account, data, identity, name))
    account.values["distribution"] = [*found]
    return reading_of(account, native, identity, companions)


def _id(data: dict[str, Any], name: str) -> str:
    tenant = brokers.sign(word(data.get("service")), word(data.get("path")))
    return f"{tenant}|{name}" if tenant else name


def _describe(account: Account, data: dict[str, Any], name: str) -> None:
    """Title, keywords and theme by the data model, and the attributes as a dictionary of the data."""
    model, tenant = find_model(name), word(data.get("service"))
    behind = _behind(account, data)
    say(account, "title", f"{model.de if model else in_words(name)}{behind}", f"{in_words(name)}{behind}", "type")
    attributes = data.get("attributes")
    listed = [each for each in attributes if isinstance(each, dict)] if isinstance(attributes, list) else []
    shown = [text for each in listed if (text := _attribute(each))]
    live = not word(data.get("document"))
    of = f", Mandant „{tenant}“" if tenant else ""
    en_of = f", tenant “{tenant}”" if tenant else ""
    if live:
        de = "Aktuelle Werte, wie Sensoren und Systeme sie zuletzt gemeldet haben."
        en = "Current values, as sensors and systems reported them last."
    else:
        de, en = "Werte, wie sie zu einem Zeitpunkt gespeichert wurden.", "Values as they were saved at one time."
    if remark := word(data.get("remark")):
        de, en = f"{de} {remark}", f"{en} {remark}"
    de += f"\n\nEntitäten vom Typ {name} aus einem Kontextbroker{of}."
    en += f"\n\nEntities of type {name} out of a context broker{en_of}."
    if shown:
        de += "\n\nAttribute:\n" + "\n".join(f"- {text}" for text in shown)
        en += "\n\nAttributes:\n" + "\n".join(f"- {text}" for text in shown)
    say(account, "description", de, en, "attributes")
    words = [model.de, short_name(name)] if model else [short_name(name)]
    account.add("keyword", [Literal(text, account.language) for text in words], "type", "lookup" if model else "copy")
    if model and (theme := LISTS["data-theme"].by_code(model.theme)):
        account.add("theme", [theme.iri], "type", "lookup")


def _behind(account: Account, data: dict[str, Any]) -> str:
    """What a title has in brackets: the tenant's municipality, else the tenant."""
    town, tenant = town_of(account.context, word(data.get("municipality"))), word(data.get("service"))
    name = town.name if town else tenant
    return f" ({name})" if name else ""


def _attribute(attribute: dict[str, Any]) -> str:
    """A line of the dictionary: ``temperature: Number, CEL (°C)``."""
    name = word(attribute.get("name"))
    kinds = " | ".join(filter(None, map(word, _list(attribute.get("types")))))
    measured = " | ".join(units.shown(word(unit)) for unit in _list(attribute.get("units")) if word(unit))
    said = ", ".join(filter(None, (kinds, measured)))
    return f"{name}: {said}" if name and said else name


def _interfaces(account: Account, data: dict[str, Any], identity: str, name: str) -> Sequence[Distribution]:
    """The live interface, its answer in short form, and the history where one is given."""
    base, version = word(data.get("broker")), _version(data)
    service, told = _service_iri(account, data), _headers_told(data)
    standard = (brokers.STANDARDS[version],)
    live = brokers.address(base, version, "entities", type=name, limit=brokers.MOST)
    short = brokers.address(base, version, "entities", type=name, options="keyValues", limit=brokers.MOST)
    label = brokers.NAMES[version]
    found = [
        distribution(
            account,
            f"{identity}#live",
            live,
            (f"Aktuelle Werte ({label})", f"Current values ({label})"),
            "JSON",
            field="broker",
            description=(
                f"Jede Entität mit Typen, Einheiten und Zeiten, bis zu 1000 je Seite; weitere mit offset.{told[0]}",
                f"Each entity with types, units and times, up to 1000 a page; further ones by offset.{told[1]}",
            ),
            service=service,
            standards=standard,
        ),
        distribution(
            account,
            f"{identity}#short",
            short,
            ("Momentaufnahme (JSON, nur Werte)", "Snapshot (JSON, values only)"),
            "JSON",
            field="broker",
            description=(
                f"Jede Entität als flaches Objekt aus Namen und Werten, bis zu 1000 je Seite.{told[0]}",
                f"Each entity as a flat object of names and values, up to 1000 a page.{told[1]}",
            ),
            service=service,
            standards=standard,
            download=data.get("whole") is True and not told[0],
        ),
    ]
    if history := word(data.get("history")):
        found.append(
            distribution(
                account,
                f"{identity}#history",
                f"{history}{'' if history.endswith('/v2') else '/v2'}/types/{quote(name, safe='')}",
                ("Zeitreihen (QuantumLeap)", "Time series (QuantumLeap)"),
                "JSON",
                field="history",
                description=(
                    f"Frühere Werte, begrenzt mit fromDate, toDate, lastN.{told[0]}",
                    f"Earlier values, limited by fromDate, toDate, lastN.{told[1]}",
                ),
                standards=(_QUANTUM_LEAP,),
            )
        )
    return found


def _headers_told(data: dict[str, Any]) -> tuple[str, str]:
    """What must be sent with an address so that it gives this tenant's data, in German and English."""
    sent = brokers.headers(_version(data), word(data.get("service")), word(data.get("path")), word(data.get("context")))
    lines = [f"{name}: {value}" for name, value in sent.items() if name != "Accept"]
    if not lines:
        return "", ""
    shown = "; ".join(lines)
    return (
        f" Unter den Kopfzeilen der Abfrage muss stehen: {shown}.",
        f" The headers of the request must have: {shown}.",
    )


def _service(account: Account, data: dict[str, Any]) -> Resource:
    version, behind, told = _version(data), _behind(account, data), _headers_told(data)
    label = brokers.NAMES[version]
    town = town_of(account.context, word(data.get("municipality"))) or account.context.municipality
    publisher = municipality_agent(account.context.base_url, town, account.context.region.language).iri
    return data_service(
        account,
        _service_name(data),
        word(data.get("broker")) + brokers.ROOTS[version],
        (f"Kontextbroker {label}{behind}", f"Context broker {label}{behind}"),
        [_id(data, word(each)) for each in _list(data.get("types")) if word(each)],
        description=(
            f"Aktueller Stand der Sensoren und Objekte über {label}.{told[0]}",
            f"Current state of sensors and objects through {label}.{told[1]}",
        ),
        standards=(brokers.STANDARDS[version],),
        publisher=(publisher,) if publisher else (),
        documents=(brokers.STANDARDS[version],),
    )


def _service_name(data: dict[str, Any]) -> str:
    return f"broker|{word(data.get('service'))}|{word(data.get('path'))}"


def _service_iri(account: Account, data: dict[str, Any]) -> str:
    return account.mint("service", _service_name(data))


def _document(account: Account, data: dict[str, Any], identity: str) -> Distribution:
    """The file that a saved answer lies in."""
    address = word(data.get("document"))
    kind = "JSON_LD" if address.lower().endswith(".jsonld") else "JSON"
    standard = (brokers.STANDARDS[_version(data)],)
    title = ("Gespeicherte Entitäten", "Saved entities")
    return distribution(
        account, f"{identity}#file", address, title, kind, field="document", standards=standard, download=True
    )


def _version(data: dict[str, Any]) -> str:
    version = word(data.get("version"))
    return version if version in brokers.ROOTS else brokers.V2


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _numbers(value: Any) -> list[float] | None:
    good = isinstance(value, list | tuple) and len(value) == 4 and all(type(each) in (int, float) for each in value)
    return list(value) if good else None


def _span(value: Any) -> list[str] | None:
    good = isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(each, str) for each in value)
    return list(value) if good else None
