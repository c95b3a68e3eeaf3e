"""The package that CKAN's DCAT parser makes of a dataset, by the table of :mod:`catalog.delivery.ckan_fields`.

Sources: ckanext-dcat 2.4 (profiles euro_dcat_ap_base, _2, _3) and ckanext-dcatde 6.10 (profiles.py, ``DCATdeProfile``).
"""

from __future__ import annotations

from typing import Any

from rdflib import FOAF, PROV, RDF, RDFS

from catalog.delivery.ckan_fields import (
    DATASET,
    DATASET_3,
    DATASET_DE,
    DISTRIBUTION,
    DISTRIBUTION_DE,
    PACKAGE,
    READ,
    SERVICE,
    SERVICE_DE,
    Field,
)
from catalog.delivery.ckan_values import Agent, Contact, Reader, without_mailto
from schemas.namespaces import ADMS, DCAT, DCATDE, DCTERMS, SPDX, VCARD
from schemas.vocabularies import LISTS

PROFILES = ("euro_dcat_ap_2", "euro_dcat_ap_3", "dcatap_de")
_THEMES = LISTS["data-theme"].base


def package(reader: Reader, dataset: str, profile: str) -> dict[str, Any]:
    """The package that CKAN's parser makes of a dataset: its fields, ``extras`` by key, and ``resources``.

    Takes the dataset's IRI or label and a profile of :data:`PROFILES`; lists and GeoJSON stand as such, where CKAN
    keeps them as text. Raises Breaks where the parser would fail with an exception.
    """
    found: dict[str, Any] = {"extras": {}}
    _take(reader, dataset, DATASET, found, found["extras"])
    extras = found["extras"]
    if "version" not in found and (former := reader.value(dataset, str(ADMS.version))):
        found["version"] = former
    found["tags"] = _keywords(reader, dataset)
    _people(reader, dataset, extras)
    begin, end = reader.period(dataset, 2)
    former_begin, former_end = reader.period(dataset, 1)
    extras |= _said(temporal_start=begin or former_begin, temporal_end=end or former_end)
    place = reader.place(dataset)
    extras |= _said(
        spatial_uri=place.uri,
        spatial_text=place.text,
        spatial=place.geom,
        spatial_bbox=place.bbox,
        spatial_centroid=place.centroid,
    )
    extras["uri"] = dataset if not dataset.startswith("_:") else ""
    extras |= _said(access_rights=reader.access_rights(dataset))
    if resolution := reader.numbers(dataset, str(DCAT.spatialResolutionInMeters)):
        extras["spatial_resolution_in_meters"] = resolution[0] if len(resolution) == 1 else resolution
    attributions = [_attribution(reader, each) for each in reader.children(dataset, str(PROV.qualifiedAttribution))]
    found |= _said(
        provenance_activity=_activity(reader, dataset),
        qualified_attribution=[each for each in attributions if each],
    )
    found["resources"] = [_resource(reader, each, profile) for each in reader.children(dataset, str(DCAT.distribution))]
    if profile == "euro_dcat_ap_3":
        _take(reader, dataset, DATASET_3, found, extras)
    if profile == "dcatap_de":
        _german(reader, dataset, found)
    return found


def not_taken(reader: Reader, dataset: str) -> list[tuple[str, str]]:
    """What the parser of GovData passes over: kind of node and property, each once."""
    places = {
        "dataset": [dataset],
        "distribution": list(reader.children(dataset, str(DCAT.distribution))),
        "place": [n for n in reader.children(dataset, str(DCTERMS.spatial)) if reader.properties(n)],
        "period": list(reader.children(dataset, str(DCTERMS.temporal))),
    }
    places["service"] = [
        each for node in places["distribution"] for each in reader.children(node, str(DCAT.accessService))
    ]
    found = {
        (kind, prop): None
        for kind, nodes in places.items()
        for node in nodes
        for prop in reader.properties(node)
        if prop not in READ[kind]
    }
    return list(found)


def _take(
    reader: Reader, node: str, fields: tuple[Field, ...], package: dict[str, Any], extras: dict[str, Any]
) -> None:
    for field in fields:
        value = reader.values(node, field.property) if field.many else reader.value(node, field.property)
        if value:
            (package if field.place == PACKAGE else extras)[field.key] = value


def _said(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _keywords(reader: Reader, dataset: str) -> list[str]:
    """Keywords; one with commas is taken for several, which then stand at the end."""
    found = reader.values(dataset, str(DCAT.keyword))
    whole = [keyword for keyword in found if "," not in keyword]
    return whole + [part.strip() for keyword in found if "," in keyword for part in keyword.split(",")]


def _people(reader: Reader, dataset: str, extras: dict[str, Any]) -> None:
    contacts = reader.contacts(dataset, str(DCAT.contactPoint)) or reader.contacts(dataset, str(ADMS.contactPoint))
    for role, some in (
        ("contact", contacts),
        ("publisher", reader.agents(dataset, str(DCTERMS.publisher))),
        ("creator", reader.agents(dataset, str(DCTERMS.creator))),
    ):
        if some:  # only the first one is taken
            said = some[0]._asdict()
            extras |= {f"{role}_{key}": said[key] for key in said if said[key] and key != "name_translated"}


def _activity(reader: Reader, dataset: str) -> list[dict[str, Any]]:
    """The activity that a dataset comes from."""
    node = reader.first(dataset, str(PROV.wasGeneratedBy))
    if node is None:
        return []
    found: dict[str, Any] = {
        "uri": node if isinstance(node, str) else node.text,
        "type": reader.values(node, str(RDF.type)),
        "label": reader.value(node, str(RDFS.label)),
        "seeAlso": reader.value(node, str(RDFS.seeAlso)),
        "dct_type": reader.value(node, str(DCTERMS.type)),
        "startedAtTime": reader.value(node, str(PROV.startedAtTime)),
    }
    if agents := _agents(reader, node, PROV.wasAssociatedWith):
        found["wasAssociatedWith"] = agents[:1]
    return [found]


def _attribution(reader: Reader, node: str) -> dict[str, Any]:
    roles = reader.values(node, str(DCAT.hadRole))
    return _said(role=roles[0] if roles else "", agent=_agents(reader, node, PROV.agent))


def _resource(reader: Reader, node: str, profile: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    _take(reader, node, DISTRIBUTION, found, found)
    found["url"] = reader.value(node, str(DCAT.downloadURL)) or reader.value(node, str(DCAT.accessURL))
    media_type, label = reader.format(node)
    found |= _said(mimetype=media_type, format=label or media_type)
    size = reader.whole_number(node, str(DCAT.byteSize))
    if size is not None:
        found["size"] = size
    for checksum in reader.children(node, str(SPDX.checksum)):
        found |= _said(
            hash_algorithm=reader.value(checksum, str(SPDX.algorithm)),
            hash=reader.value(checksum, str(SPDX.checksumValue)),
        )
    if resolution := reader.numbers(node, str(DCAT.spatialResolutionInMeters)):
        found["spatial_resolution_in_meters"] = resolution[0] if len(resolution) == 1 else resolution
    found["uri"] = node if not node.startswith("_:") else ""
    services = [_service(reader, each, profile) for each in reader.children(node, str(DCAT.accessService))]
    found |= _said(access_services=services)
    return found


def _service(reader: Reader, node: str, profile: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    _take(reader, node, (*SERVICE, *(SERVICE_DE if profile == "dcatap_de" else ())), found, found)
    contacts = [_translated(contact) for contact in reader.contacts(node, str(DCAT.contactPoint))]
    publishers, creators = _agents(reader, node, DCTERMS.publisher), _agents(reader, node, DCTERMS.creator)
    found |= _said(contact=contacts, publisher=publishers, creator=creators)
    found["uri"] = node if not node.startswith("_:") else ""
    return found


def _agents(reader: Reader, node: Any, prop: object) -> list[dict[str, Any]]:
    found = []
    for agent, named in zip(reader.agents(node, str(prop)), reader.objects(node, str(prop)), strict=True):
        acting = _agents(reader, named, PROV.actedOnBehalfOf)
        found.append({**_translated(agent), **_said(actedOnBehalfOf=acting)})
    return found


def _translated(named: Agent | Contact) -> dict[str, Any]:
    """All that is said of a body or contact; the names by language only where there are any."""
    said = named._asdict()
    return {key: value for key, value in said.items() if value or key != "name_translated"}


# ---------------------------------------------------------------------------------------- what GovData adds


def _german(reader: Reader, dataset: str, found: dict[str, Any]) -> None:
    """The fields of DCAT-AP.de; what stands in an older namespace too is overwritten by the newer one."""
    extras = found["extras"]
    for space in _NAMESPACES:
        _take(reader, dataset, _spelled(DATASET_DE, space), found, extras)
        _body(reader, dataset, f"{space}originator", "originator", extras, extras)
        _body(reader, dataset, f"{space}maintainer", "maintainer", extras, found)
        for resource, node in zip(found["resources"], reader.children(dataset, str(DCAT.distribution)), strict=True):
            _take(reader, node, _spelled(DISTRIBUTION_DE, space), resource, resource)
    _body(reader, dataset, str(DCTERMS.contributor), "contributor", extras, extras)
    _body(reader, dataset, str(DCTERMS.creator), "author", extras, found)
    for contact in reader.children(dataset, str(DCAT.contactPoint)):
        if _postal(reader, contact, extras):
            break
    themes = [iri for iri in reader.values(dataset, str(DCAT.theme)) if iri.startswith(_THEMES)]
    found["groups"] = [iri.removeprefix(_THEMES).lower() for iri in themes]


_OLDEST = "http://dcat-ap.de/def/dcatde/1_0/"
_NAMESPACES = (_OLDEST, "http://dcat-ap.de/def/dcatde/1.0.1/", str(DCATDE))
_RENAMED = {str(DCATDE.legalBasis): "legalbasisText", str(DCATDE.geocodingDescription): "geocodingText"}


def _spelled(fields: tuple[Field, ...], space: str) -> tuple[Field, ...]:
    """The fields as an edition of the namespace calls them."""
    if space == str(DCATDE):
        return fields
    former = [field for field in fields if field.property.startswith(str(DCATDE))]
    names = _RENAMED if space == _OLDEST else {}
    return tuple(
        field._replace(property=space + names.get(field.property, field.property.removeprefix(str(DCATDE))))
        for field in former
    )


_BODIES = frozenset(str(each) for each in (FOAF.Agent, FOAF.Person, FOAF.Organization))


def _body(reader: Reader, dataset: str, prop: str, role: str, extras: dict[str, Any], place: dict[str, Any]) -> None:
    """Name and e-mail of a body, if its first class is one that the parser knows."""
    node = reader.first(dataset, prop)
    if node is None or reader.first(node, str(RDF.type)) not in _BODIES:
        return
    name = f"{role}_name" if place is extras else role
    mail = without_mailto(reader.value(node, str(FOAF.mbox)))
    place |= _said(**{name: reader.value(node, str(FOAF.name)), f"{role}_email": mail})
    person = reader.first(node, str(RDF.type)) == str(FOAF.Person)
    extras |= _said(
        **{
            f"{role}_url": reader.value(node, str(FOAF.homepage)),
            f"{role}_type": reader.value(node, str(DCTERMS.type)),
            f"{role}_contacttype": "Person" if person else "Organization",
        }
    )


def _postal(reader: Reader, contact: str, extras: dict[str, Any]) -> bool:
    """Telephone and post address of a contact; whether it is the one that was taken."""
    telephone = reader.vcard(contact, str(VCARD.hasTelephone)).replace("tel:", "")
    where = reader.first(contact, str(VCARD.hasAddress)) or contact
    extras |= _said(
        contact_tel=telephone,
        contact_street=reader.vcard(where, str(VCARD.hasStreetAddress), str(VCARD["street-address"])),
        contact_city=reader.vcard(where, str(VCARD.hasLocality), str(VCARD.locality)),
        contact_zip=reader.vcard(where, str(VCARD.hasPostalCode), str(VCARD["postal-code"])),
        contact_country=reader.vcard(where, str(VCARD.hasCountryName), str(VCARD["country-name"])),
    )
    details = reader.contact(contact)._asdict()
    return any(details[key] and extras.get(f"contact_{key}") == details[key] for key in ("uri", "name", "email"))
