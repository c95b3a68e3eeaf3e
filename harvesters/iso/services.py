"""Data services from the values of a service's record: what the class has no attribute for hangs on it all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from harvesters.iso.codes import SERVICES
from harvesters.iso.distributions import Terms
from harvesters.iso.links import Link, asks, endpoint, kind_of_service, service_format
from harvesters.mapping.account import PATHS, Account
from harvesters.mapping.native_values import address_of
from schemas.findings import Severity, declare
from schemas.model import DataService, Dataset
from schemas.namespaces import DCAT

WITHOUT_ENDPOINT = declare(
    "service-without-endpoint",
    "Der Eintrag beschreibt einen Dienst, nennt aber keine Adresse, unter der er antwortet.",
    "The entry describes a service, but no address at which it answers.",
    "Tragen Sie an der Quelle die Adresse des Dienstes ein (connectPoint der Operation GetCapabilities).",
    "Enter the service's address at the source (connectPoint of the operation GetCapabilities).",
    "DCAT-AP 3.0.1, Data Service; INSPIRE TG metadata 2.0, 3.1.3",
)
_ATTRIBUTES = frozenset(each.name for each in fields(DataService))


def service_of(account: Account, links: Sequence[Link], terms: Terms, endpoints: Sequence[Link] = ()) -> DataService:
    """The service that the account's values describe; ``endpoints`` are the addresses of its operations."""
    _enter_addresses(account, links, endpoints)
    _enter_terms(account, terms)
    values: dict[str, Any] = {}
    for attribute, given in account.values.items():
        if attribute in _ATTRIBUTES:
            values[attribute] = tuple(given)
        else:
            prop = PATHS[Dataset][attribute]
            account.extra += [(prop, value) for value in given]
    return DataService(iri=account.focus, extra=tuple(account.extra), **values)


def _enter_terms(account: Account, terms: Terms) -> None:
    if terms.license:
        account.values["license"] = list(terms.license)
    if terms.attribution:
        account.values["license_attribution"] = list(terms.attribution)
    if terms.rights:
        account.values.setdefault("rights", []).append(terms.rights)


def _enter_addresses(account: Account, links: Sequence[Link], endpoints: Sequence[Link]) -> None:
    """Endpoint and description: of the operations, else of links to a service; other links are pages."""
    sound: list[tuple[Link, bool]] = []
    for link, is_operation in [*((each, True) for each in endpoints), *((each, False) for each in links)]:
        address = address_of(link.url)
        if address is None:
            account.refuse(link.field, link.url, "endpoint_url")
        else:
            sound.append((link._replace(url=address), is_operation))
    services = [link for link, is_operation in sound if is_operation or kind_of_service(link) is not None]
    gave_data = [link for link, is_operation in sound if not is_operation and link.function.lower() == "download"]
    for link in services or gave_data[:1]:
        if not asks(link.url, "getrecordbyid"):
            if "endpoint_url" not in account.values:
                account.add("endpoint_url", [endpoint(link.url)], link.field, "copy")
            if asks(link.url, "getcapabilities"):
                account.add("endpoint_description", [link.url], link.field, "copy")
            _enter_kind(account, link)
    if "endpoint_url" not in account.values:
        account.remark(Severity.WARNING, str(DCAT.endpointURL), WITHOUT_ENDPOINT)
    known = {value for name in ("endpoint_url", "endpoint_description") for value in account.values.get(name, ())}
    for link, is_operation in sound:
        if link.url not in known and endpoint(link.url) not in known and not is_operation:
            account.add("page", [link.url], link.field, "copy")


def _enter_kind(account: Account, link: Link) -> None:
    kind = kind_of_service(link)
    if kind is None:
        return
    standard, form = SERVICES[kind][1], service_format(kind)
    if standard:
        account.add("conforms_to", [standard], link.field, "derived")
    if form:
        account.add("format", [form], link.field, "derived")
