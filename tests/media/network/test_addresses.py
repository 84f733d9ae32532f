import pytest

from media.network.addresses import is_permitted

PUBLIC = ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "::1",
    "fc00::1", "fd12::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
]  # fmt: skip

NEVER = [
    "0.0.0.0", "::", "169.254.169.254", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16",
    "fe80::1", "fe80::1%eth0", "::1%lo", "fec0::1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "ff02::1", "ff0e::1", "192.0.2.1", "198.18.0.1", "192.88.99.1", "2001:db8::1", "3fff::1", "5f00::1", "100::1",
    "::127.0.0.1", "::8.8.8.8", "2002:7f00:1::", "2002:a9fe:a9fe::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1", "2001:0:53aa:64c:0:0:80ff:fffe", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1",
    "::ffff:169.254.169.254", "::ffff:0.0.0.0", "not an address", "", "127.1", "0177.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "public", "private"),
    [(entry, True, True) for entry in PUBLIC]
    + [(entry, False, True) for entry in PRIVATE]
    + [(entry, False, False) for entry in NEVER],
)
def test_only_global_addresses_are_open_unless_private_ones_are_allowed(
    address: str, public: bool, private: bool
) -> None:
    assert is_permitted(address, allow_private=False) is public
    assert is_permitted(address, allow_private=True) is private
