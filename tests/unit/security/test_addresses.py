"""Addresses to which users may make the platform talk."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.security.addresses import is_loopback, is_public

INNER = (
    *("10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254"),  # noqa: S104 - refused
    *("100.64.0.1", "198.18.0.1", "192.0.0.192", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1"),
    "168.63.129.16",
)


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_not_public_however_they_are_written(address: str) -> None:
    """IPv6 that stands for them is not, either: mapped, 6to4, NAT64, Teredo."""
    number = int(ipaddress.IPv4Address(address))
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    forms = (
        *(address, f"::ffff:{address}", f"64:ff9b::{address}", f"2002:{high}:{low}::1"),
        f"2001:0:{high}:{low}::",
    )
    assert [form for form in forms if is_public(form)] == []


@pytest.mark.parametrize(
    "address",
    ["::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b:1::808:808"],
)
def test_inner_addresses_of_the_new_kind_are_not_public(address: str) -> None:
    """Loopback, link-local, unique local (where clouds keep their credentials too), multicast."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::6810:84e5", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    """Of both kinds."""
    assert is_public(address)


@given(st.text())
def test_what_is_no_address_is_not_public(text: str) -> None:
    """Names, numbers and nonsense are for a resolver; they are never connected to."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        assert not is_public(text)
        assert not is_loopback(text)


@pytest.mark.parametrize(
    ("address", "wanted"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.1", False), ("8.8.8.8", False)],
)
def test_this_machine_is_known(address: str, wanted: bool) -> None:
    """By each of its addresses."""
    assert is_loopback(address) is wanted
