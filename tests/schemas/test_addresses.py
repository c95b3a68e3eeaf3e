"""Which numeric addresses may be fetched (F37), and the limits as a source file may set them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.addresses import allowed, listed, normal_host, refusal
from schemas.limits import Limits

PUBLIC = (
    "8.8.8.8",
    "93.184.215.14",
    "192.0.3.1",
    "100.128.0.1",
    "172.32.0.1",
    "2a00:1450:4001:82a::200e",
    "2620:fe::fe",
)
REFUSED = {
    "0.0.0.0": "unspecified",
    "10.1.2.3": "private",
    "100.64.0.1": "shared",
    "100.127.255.255": "shared",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.8": "reserved",
    "192.0.2.1": "documentation",
    "192.88.99.1": "reserved",
    "192.168.178.1": "private",
    "198.18.0.1": "benchmark",
    "198.51.100.7": "documentation",
    "203.0.113.9": "documentation",
    "224.0.0.1": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "not-global",
    "::ffff:0:127.0.0.1": "not-global",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:7f00:1": "loopback",
    "::ffff:a9fe:a9fe": "link-local",
    "64:ff9b::7f00:1": "loopback",
    "64:ff9b::a9fe:a9fe": "link-local",
    "64:ff9b:1::a00:1": "private",
    "64:ff9b:1:7f00:0:100:808:808": "tunnel",
    "100::1": "not-global",
    "2001::1": "reserved",
    "2001:1::1": "reserved",
    "2001:20::1": "reserved",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "loopback",
    "2002:a9fe:a9fe::1": "link-local",
    "2002:c0a8:101::1": "private",
    "3fff::1": "documentation",
    "4000::1": "not-global",
    "5f00::1": "not-global",
    "fc00::1": "private",
    "fd12:3456::1": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "private",
    "ff02::1": "multicast",
    "localhost": "not-numeric",
    "0x7f.1": "not-numeric",
    "2130706433": "not-numeric",
    "": "not-numeric",
}
GLOBAL = IPv6Network("2000::/3")
TEREDO_TO_LOOPBACK = "2001:0:808:808:0:0:80ff:fffe"


@pytest.mark.parametrize("address", PUBLIC)
def test_F37_public_addresses_may_be_fetched(address: str) -> None:
    assert refusal(address, "www.example.org") is None


@pytest.mark.parametrize(("address", "reason"), REFUSED.items())
def test_F37_inner_addresses_are_refused(address: str, reason: str) -> None:
    assert refusal(address, "www.example.org") == reason


def test_F37_teredo_is_unwrapped_at_both_ends() -> None:
    assert refusal(TEREDO_TO_LOOPBACK, "www.example.org") == "loopback"
    assert refusal("2001:0:a00:1:0:0:f7f7:f7f7", "www.example.org") == "private"
    assert allowed("2001:0:808:808:0:0:f7f7:f7f7", "www.example.org")


@pytest.mark.parametrize("address", ["::ffff:8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::808:808", "2002:808:808::1"])
def test_tunnels_to_public_addresses_may_be_fetched(address: str) -> None:
    assert allowed(address, "www.example.org")


def test_allowed_hosts_open_by_name_and_by_address() -> None:
    assert allowed("127.0.0.1", "127.0.0.1", ["127.0.0.1"])
    assert allowed("127.0.0.1", "localhost", ["LOCALHOST."])
    assert allowed("::1", "localhost", ["localhost"])
    assert allowed("192.168.1.5", "ckan.intern", ["ckan.intern"])
    assert allowed("::ffff:127.0.0.1", "x.example", ["127.0.0.1"])
    assert allowed("::1", "[::1]", ["[::1]"])
    assert not allowed("127.0.0.2", "127.0.0.2", ["127.0.0.1"])
    assert not allowed("127.0.0.1", "evil.example", ["localhost"])


def test_F37_an_allowed_name_does_not_open_the_metadata_service() -> None:
    assert refusal("169.254.169.254", "ckan.intern", ["ckan.intern"]) == "link-local"
    assert allowed("169.254.169.254", "ckan.intern", ["169.254.169.254"])


@given(st.ip_addresses(v=4))
def test_a_wrapped_address_is_judged_like_the_bare_one(address: IPv4Address) -> None:
    bare = refusal(str(address), "h")
    value = int(address)
    assert refusal(f"::ffff:{address}", "h") == bare
    assert refusal(str(IPv6Address((0x64FF9B << 96) | value)), "h") == bare
    assert refusal(str(IPv6Address((0x2002 << 112) | (value << 80) | 1)), "h") == bare
    # Both ends of a Teredo tunnel are this address.
    assert refusal(str(IPv6Address((0x20010000 << 96) | (value << 64) | (~value & 0xFFFFFFFF))), "h") == bare


@given(st.ip_addresses(v=6))
def test_outside_global_unicast_nothing_passes_but_a_tunnel_to_it(address: IPv6Address) -> None:
    if address not in GLOBAL and address.ipv4_mapped is None and not str(address).startswith("64:ff9b:"):
        assert not allowed(str(address), "h")


@given(st.ip_addresses())
def test_nothing_passes_that_python_calls_private_loopback_or_multicast(address: IPv4Address | IPv6Address) -> None:
    if address.is_loopback or address.is_multicast or address.is_link_local or address.is_unspecified:
        assert not allowed(str(address), "h")
    private = [IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
    if isinstance(address, IPv4Address) and any(address in net for net in private):
        assert refusal(str(address), "h") == "private"


@given(st.ip_addresses())
def test_every_address_can_be_listed(address: IPv4Address | IPv6Address) -> None:
    assert allowed(str(address), str(address), [str(address)])


@given(st.text(max_size=40))
def test_no_text_upsets_the_rule(text: str) -> None:
    assert isinstance(normal_host(text), str)
    assert not allowed(text, text) or ip_address(text.partition("%")[0])


def test_hosts_are_compared_in_one_spelling() -> None:
    assert normal_host("Öffentlich.Example.") == normal_host("xn--ffentlich-z7a.example")
    assert normal_host("[::FFFF:127.0.0.1]") == "127.0.0.1"
    assert listed("LOCALHOST", ["localhost"])
    assert not listed("localhost.evil.example", ["localhost"])


def test_limits_have_the_defaults_of_the_fault_list() -> None:
    limits = Limits()
    assert (limits.connect_seconds, limits.response_seconds, limits.run_seconds) == (10, 30, 7200)
    assert (limits.redirects, limits.body_bytes, limits.ratio, limits.pages) == (5, 250_000_000, 100, 20_000)
    assert (limits.records, limits.depth, limits.record_bytes) == (2_000_000, 100, 2_000_000)
    assert (limits.record_triples, limits.record_blank_nodes, limits.retries) == (5_000, 200, 2)
    assert (limits.delay_seconds, limits.retry_after_seconds, limits.robots_cache_hours) == (1, 3600, 24)


def test_each_limit_says_what_it_is_and_can_be_set_by_a_source() -> None:
    for name, field in Limits.model_fields.items():
        assert field.description, name
        assert getattr(Limits(**{name: field.default}), name) == field.default
    table: dict[str, Any] = {"ports": [8123], "pages": 3}
    assert Limits(**table).ports == (8123,)


@pytest.mark.parametrize("table", [{"page": 3}, {"pages": 0}, {"response_seconds": -1}, {"robots_bytes": 1000}])
def test_wrong_limits_are_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Limits(**table)


@pytest.mark.parametrize("name", Limits.model_fields)
def test_limits_are_frozen(name: str) -> None:
    with pytest.raises(ValidationError):
        setattr(Limits(), name, 1)
