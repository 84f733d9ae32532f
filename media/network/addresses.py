"""SSRF guard, the addresses: which of them may be connected to.

The public internet only: ``ipaddress.is_private`` misses shared (100.64/10), 6to4, NAT64 and site-local
addresses, so an address must be global, and so must every IPv4 address that it carries inside.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

#: What ``allow_private`` opens: loopback, RFC 1918, RFC 6598 and RFC 4193.
PRIVATE = tuple(
    ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
    )
)

#: Cloud metadata services outside of 169.254/16: EC2, GCE, Alibaba, Azure. They hand out credentials; never opened.
METADATA = frozenset(ip_address(text) for text in ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16"))

#: Not global although Python says so: 6to4 relays (RFC 7526); Python before 3.13 does not know the last two.
RESERVED = tuple(ip_network(text) for text in ("192.88.99.0/24", "3fff::/20", "5f00::/16"))

#: Leaves out `::/96` (IPv4-compatible), site-local and link-local addresses.
GLOBAL_UNICAST = ip_network("2000::/3")
NAT64 = ip_network("64:ff9b::/96")
#: RFC 5214: the interface identifier begins with 00-00-5E-FE or 02-00-5E-FE.
ISATAP = {0x00005EFE, 0x02005EFE}


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_permitted(address: str, *, allow_private: bool) -> bool:
    """Whether a connection to ``address`` (as a resolver writes it) may be made. A zone (``%eth0``) never may."""
    if not is_address(address) or "%" in address:
        return False
    judged = ip_address(address)
    if isinstance(judged, IPv4Address):
        return _is_open(judged, allow_private=allow_private)
    if judged.ipv4_mapped:
        return _is_open(judged.ipv4_mapped, allow_private=allow_private)
    return _is_open(judged, allow_private=allow_private) and all(
        _is_open(carried, allow_private=False) for carried in _carried(judged)
    )


def _is_open(address: IPv4Address | IPv6Address, *, allow_private: bool) -> bool:
    if address in METADATA:
        return False
    if allow_private and any(address in network for network in PRIVATE):
        return True
    if any(address in network for network in RESERVED) or address.is_multicast:
        return False
    if isinstance(address, IPv6Address):
        return address in NAT64 or (address in GLOBAL_UNICAST and address.is_global)
    return address.is_global


def _carried(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that a tunnel or a translator would reach by this address."""
    carried = [address.sixtofour, *(address.teredo or ())]
    if address in NAT64 or (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
        carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [entry for entry in carried if entry]
