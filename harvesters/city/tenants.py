"""Whose entities of a context broker an address gives: several tenants share one, and headers tell them apart."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from pydantic import ValidationError

from harvesters.city import brokers
from harvesters.city.brokers import Tenant
from schemas.region import HarvestSource, Region

_PROTOCOL = "ngsi"


def has_tenants(region: Region, source_key: str) -> bool:
    """Whether a source is a context broker with tenants."""
    source = next((each for each in region.sources if each.key == source_key), None)
    return source is not None and bool(_tenants(source))


def headers(region: Region, source_key: str, address: str, called: Iterable[str]) -> dict[str, str]:
    """The headers that choose the tenant of a dataset at an address of its file; none for any other file.

    ``called`` are identifiers of the dataset: one of them names the tenant behind its ``#``. Only to servers that the
    source's own file names anything is sent, and never the source's key: what needs it is not public.
    """
    source = next((each for each in region.sources if each.key == source_key), None)
    if source is None or not _is_of(source, address):
        return {}
    named = [line.partition("#")[2] for line in called]
    found = [each for each in _tenants(source) if any(name.startswith(f"{each.sign}|") for name in named)]
    return _sent(source, max(found, key=lambda each: len(each.sign)), address) if found else {}


def of_address(region: Region, address: str) -> list[dict[str, str]]:
    """The headers of each tenant that shares an address, whatever dataset names it; empty for any other address."""
    own = [each for each in region.sources if _tenants(each) and _is_of(each, address)]
    return [_sent(source, tenant, address) for source in own for tenant in _tenants(source)]


def _is_of(source: HarvestSource, address: str) -> bool:
    """Whether an address lies on a server that the file of a broker names."""
    given = (source.url, source.options.get("history"))
    return source.protocol == _PROTOCOL and _origin(address) in [_origin(str(each)) for each in given if each]


def _sent(source: HarvestSource, tenant: Tenant, address: str) -> dict[str, str]:
    version = brokers.LD if brokers.ROOTS[brokers.LD] in address else brokers.V2
    context = source.options.get("link_context")
    return brokers.headers(version, tenant.service, tenant.path, context if isinstance(context, str) else None)


def _tenants(source: HarvestSource) -> list[Tenant]:
    """The tenants of a source that need headers; what its file says wrongly is told by the check of the source."""
    given = source.options.get("tenants") if source.protocol == _PROTOCOL else None
    found = []
    for each in given if isinstance(given, list | tuple) else ():
        try:
            found.append(Tenant.model_validate(each))
        except ValidationError:
            continue
    return [each for each in found if each.sign]


def _origin(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc
