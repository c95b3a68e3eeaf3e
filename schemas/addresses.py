"""Which numeric addresses may be fetched: global unicast only, tunnels unwrapped, exceptions by ``allowed_hosts``.

The rule sees the address that the socket will use, never a spelling: ``0x7f.1``, ``017700000001`` or ``2130706433``
have become ``127.0.0.1`` by then. Sources: IANA special-purpose address registries (RFC 6890), RFC 4291 (IPv6), RFC 6052
and 8215 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo); fault F37.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_Address = IPv4Address | IPv6Address

# ``ipaddress.is_global`` is not used: its answers differ between Python's patch releases, and it knows no tunnels.
_IPV4_REFUSED = (
    (IPv4Network("0.0.0.0/8"), "unspecified"),
    (IPv4Network("10.0.0.0/8"), "private"),
    (IPv4Network("100.64.0.0/10"), "shared"),
    (IPv4Network("127.0.0.0/8"), "loopback"),
    (IPv4Network("169.254.0.0/16"), "link-local"),
    (IPv4Network("172.16.0.0/12"), "private"),
    (IPv4Network("192.0.0.0/24"), "reserved"),
    (IPv4Network("192.0.2.0/24"), "documentation"),
    (IPv4Network("192.88.99.0/24"), "reserved"),
    (IPv4Network("192.168.0.0/16"), "private"),
    (IPv4Network("198.18.0.0/15"), "benchmark"),
    (IPv4Network("198.51.100.0/24"), "documentation"),
    (IPv4Network("203.0.113.0/24"), "documentation"),
    (IPv4Network("224.0.0.0/4"), "multicast"),
    (IPv4Network("240.0.0.0/4"), "reserved"),
)
_IPV6_REFUSED = (
    (IPv6Network("::1/128"), "loopback"),
    (IPv6Network("::/128"), "unspecified"),
    (IPv6Network("fc00::/7"), "private"),
    (IPv6Network("fe80::/10"), "link-local"),
    (IPv6Network("fec0::/10"), "private"),
    (IPv6Network("ff00::/8"), "multicast"),
    (IPv6Network("2001:db8::/32"), "documentation"),
    (IPv6Network("3fff::/20"), "documentation"),
    (IPv6Network("2001::/23"), "reserved"),
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")

# A name in ``allowed_hosts`` opens these and no others: a name that suddenly points at a cloud's metadata service
# (169.254.169.254) stays refused, unless that address itself is on the list.
_OPENED_BY_NAME = frozenset({"private", "loopback"})


def allowed(address: str, host: str, allowed_hosts: Sequence[str] = ()) -> bool:
    """Whether a socket may connect to ``address`` for ``host``; see `refusal` for the arguments."""
    return refusal(address, host, allowed_hosts) is None


def refusal(address: str, host: str, allowed_hosts: Sequence[str] = ()) -> str | None:
    """Why a socket must not connect to the numeric ``address``, as one word; None if it may.

    ``host`` is the host of the URL the address was looked up for, ``allowed_hosts`` the region's list of private or
    loopback hosts, by name or address (DESIGN 4.1). The words: not-numeric, unspecified, loopback, private, shared,
    link-local, documentation, benchmark, multicast, reserved, not-global, tunnel.
    """
    parsed = _parse(address)
    if parsed is None:
        return "not-numeric"
    names = {normal_host(entry) for entry in allowed_hosts}
    if normal_host(address) in names:
        return None
    reasons = []
    for inner in _unwrap(parsed):
        reason = _reason(inner)
        if reason is not None and not (reason in _OPENED_BY_NAME and normal_host(host) in names):
            reasons.append(reason)
    return reasons[0] if reasons else None


def listed(host: str, allowed_hosts: Sequence[str]) -> bool:
    """Whether the ``host`` of a URL is named in ``allowed_hosts``, whatever its spelling and port."""
    return normal_host(host) in {normal_host(entry) for entry in allowed_hosts}


def normal_host(host: str) -> str:
    """The one spelling under which hosts are compared: lower case, no brackets or final dot, IDNA, canonical address."""
    bare = host.strip().lower().removeprefix("[").removesuffix("]").removesuffix(".")
    parsed = _parse(bare)
    if parsed is not None:
        # One inner address: the host *is* that address, as for ::ffff:127.0.0.1.
        inner = list(_unwrap(parsed))
        return str(inner[0]) if len(inner) == 1 else str(parsed)
    try:
        return bare if bare.isascii() else bare.encode("idna").decode("ascii")
    except UnicodeError:
        return bare


def _parse(address: str) -> _Address | None:
    try:
        return ip_address(address.partition("%")[0])
    except (AddressValueError, ValueError):
        return None


def _unwrap(address: _Address) -> Iterator[_Address]:
    """The addresses where packets to ``address`` may come out: itself, or those inside a mapping or tunnel."""
    if isinstance(address, IPv4Address):
        yield address
        return
    value = int(address)
    if address in _MAPPED or address in _NAT64:
        yield IPv4Address(value & 0xFFFFFFFF)
    elif address in _NAT64_LOCAL:
        # Where the IPv4 address lies depends on the length of the network's own prefix (RFC 6052 section 2.2). Only the
        # layout /96 with zeros before it is readable without that length; any other stays wrapped and is refused.
        inside = (value >> 32) & 0xFFFFFFFFFFFF
        yield IPv4Address(value & 0xFFFFFFFF) if inside == 0 else address
    elif address in _SIX_TO_FOUR:
        yield IPv4Address((value >> 80) & 0xFFFFFFFF)
    elif address in _TEREDO:
        yield IPv4Address(~value & 0xFFFFFFFF)
        yield IPv4Address((value >> 64) & 0xFFFFFFFF)
    else:
        yield address


def _reason(address: _Address) -> str | None:
    if isinstance(address, IPv4Address):
        return next((word for network, word in _IPV4_REFUSED if address in network), None)
    if address in _NAT64_LOCAL:
        return "tunnel"
    named = next((word for network, word in _IPV6_REFUSED if address in network), None)
    if named is not None or address in _GLOBAL_UNICAST:
        return named
    return "not-global"
