"""Which addresses a lender's endpoint may have: public ones, so that no request turns inwards (SSRF)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Resolver = Callable[[str, int], Sequence[str]]

# Of IPv6 only what is handed out to the world (RFC 4291, 2000::/3), without what carries an IPv4 address
# inside (Teredo, 6to4) or is for documentation; 64:ff9b::/96, ::ffff:0:0/96, fc00::/7, fe80::/10 lie outside.
_V6 = IPv6Network("2000::/3")
_NOT_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NOT_V4 = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))  # protocols (RFC 6890), 6to4 relays


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, IPv4 first; raises OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in sorted(found, key=lambda info: info[0])))


def is_public(address: str) -> bool:
    """Whether an address is of the open internet: not private, loopback, link-local, multicast, reserved."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return _public_v4(ip) if isinstance(ip, IPv4Address) else _public_v6(ip)


def _public_v4(ip: IPv4Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_V4)


def _public_v6(ip: IPv6Address) -> bool:
    return ip in _V6 and not any(ip in network for network in _NOT_V6)
