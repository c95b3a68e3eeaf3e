"""What may be asked at all: method, scheme, port and spelling of an address, before any name is looked up."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from tldextract import TLDExtract

from harvesters.guards.exceptions import AddressRefused, FetchFailed, RequestRefused
from schemas.addresses import listed, normal_host, refusal
from schemas.limits import Limits

_DEFAULT_PORTS = {"http": 80, "https": 443}
_METHODS = frozenset({"GET", "HEAD", "POST"})


class Origin(NamedTuple):
    """Scheme, host and port: what credentials and robots.txt belong to (RFC 6454)."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if _DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def origin(url: str) -> Origin:
    """The origin of an http(s) address; raises RequestRefused (scheme) for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RequestRefused("scheme", url) from None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise RequestRefused("scheme", url)
    return Origin(scheme, normal_host(parts.hostname), port or _DEFAULT_PORTS[scheme])


def check_destination(url: str, method: str, allowed_hosts: Sequence[str], limits: Limits) -> Origin:
    """The origin of ``url``, unless it is never asked: another scheme, a user name in it, an odd port, another method
    (F31, F38). Raises RequestRefused, AddressRefused for a numeric host, FetchFailed (dns) for an impossible name.
    """
    asked = origin(url)
    if "@" in urlsplit(url).netloc:
        raise RequestRefused("userinfo", url)
    try:
        asked.host.encode("idna")
    except UnicodeError:
        # Resolvers raise this where nobody expects it, in their threads.
        raise FetchFailed("dns", url, asked.host) from None
    if method.upper() not in _METHODS:
        raise RequestRefused("method", url, method)
    numeric = _numeric(asked.host)
    if numeric is not None and (reason := refusal(numeric, asked.host, allowed_hosts)) is not None:
        # Said again where the socket is opened; but here it comes before the port, which calls for another remedy.
        raise AddressRefused("address", url, asked.host, numeric, reason)
    # For a name like "localhost" or "ckan.lan" the rule of addresses speaks when its address is known.
    public = numeric is not None or _registered_domain(asked.host) != ""
    if public and asked.port not in limits.ports and not listed(asked.host, allowed_hosts):
        raise RequestRefused("port", url, str(asked.port))
    return asked


def same_domain(host: str, other: str) -> bool:
    """Whether two hosts are one, or lie under one registered domain (``www.neuhof.de`` and ``neuhof.de``)."""
    if normal_host(host) == normal_host(other):
        return True
    domain = _registered_domain(normal_host(host))
    return domain != "" and domain == _registered_domain(normal_host(other))


def _numeric(host: str) -> str | None:
    """The address that a host spells, also in the spellings of old (127.1, 0x7f000001, 2130706433); None for a name."""
    if ":" in host:
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


@cache
def _suffixes() -> TLDExtract:
    # No list is fetched and no cache is written: the snapshot in the package is what we go by. Private suffixes count,
    # so that two customers of one hosting company are two domains.
    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


def _registered_domain(host: str) -> str:
    return _suffixes()(host).top_domain_under_public_suffix
