"""Which addresses count as the open internet."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.addresses import is_public, resolve


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.215.14",
        "1.1.1.1",
        "47.88.1.1",
        "2606:4700:4700::1111",
        "2400:3200::1",
        "2a00:1450::1",
    ],
)
def test_what_the_world_can_reach_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "localhost",
        "",
        "8.8.8.8 ",
        "08.8.8.8",
    ],
)
def test_everything_else_is_not(address: str) -> None:
    assert not is_public(address)


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_an_ipv4_address_dressed_as_ipv6_is_never_public(address: IPv4Address) -> None:
    number = int(address)
    dressed = [f"::ffff:{address}", f"::{address}", f"64:ff9b::{address}"]
    six_to_four = f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"
    assert not any(map(is_public, [*dressed, six_to_four]))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address: object) -> None:
    if not address.is_global:  # type: ignore[attr-defined]
        assert not is_public(str(address))


def test_a_host_is_looked_up_with_ipv4_first() -> None:
    assert resolve("127.0.0.1", 443) == ["127.0.0.1"]
    assert resolve("localhost", 443)[0] == "127.0.0.1"
