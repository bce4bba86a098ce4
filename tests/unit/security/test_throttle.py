"""How often something may be tried."""

from itertools import product

import pytest

from plimsoll.security.throttle import BOUNDS, Tried, counters


def test_everything_that_can_be_tried_has_all_its_limits() -> None:
    """None is left out by oversight; a token, cookie or link that leads nowhere is tried against nobody."""
    against = set(product(set(Tried) - {Tried.TOKEN, Tried.COOKIE, Tried.LINK}, ("user", "device")))
    assert set(BOUNDS) == against | set(product(Tried, ("address", "everybody")))


@pytest.mark.parametrize("tried", Tried)
def test_each_kind_counts_for_itself(tried: Tried) -> None:
    """Guessing codes does not lock out passwords, of the same person from the same address."""
    mine = {one.subject for one in counters(tried, user="a", address="192.0.2.1", device=None)}
    for other in set(Tried) - {tried}:
        assert not mine & {one.subject for one in counters(other, user="a", address="192.0.2.1", device=None)}


def test_a_known_device_is_not_hit_by_attacks_from_elsewhere() -> None:
    """It counts for itself and its person alone."""
    (own,) = counters(Tried.PASSWORD, user="a", address="192.0.2.1", device=b"d")
    (other,) = counters(Tried.PASSWORD, user="b", address="192.0.2.1", device=b"d")
    assert own.subject != other.subject
    assert own.is_own


def test_an_ipv6_network_counts_as_one_address() -> None:
    """Whoever has one address there has the other 2^64 as well; an unknown address counts nowhere."""

    def subject(address: str) -> list[bytes]:
        found = counters(Tried.PASSWORD, user="a", address=address, device=None)
        return [one.subject for one in found if one.name == "password|address"]

    assert subject("2001:db8::1") == subject("2001:db8::ffff:1")
    assert subject("2001:db8::1") != subject("2001:db8:0:1::1")
    assert subject("192.0.2.1") != subject("192.0.2.2")
    assert subject("testclient") != []
    assert subject("") == []
