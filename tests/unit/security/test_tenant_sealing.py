"""The sealer of a tenant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import UnavailableError
from plimsoll.security.sealing import Sealer
from plimsoll.security.tenant_sealing import DataKey, TenantSealer
from plimsoll.security.tokens import new_token

INDEX = b"\7" * 32
ONE, TWO = DataKey(1, b"\1" * 32), DataKey(2, b"\2" * 32)


@given(secret=st.text(st.characters(exclude_categories=["Cs"])), place=st.text("ab|", max_size=5))
def test_what_is_sealed_is_opened(secret: str, place: str) -> None:
    """The secret comes back, and is never kept twice alike."""
    sealer = TenantSealer([ONE, TWO], INDEX)
    sealed = sealer.seal(secret, place)
    assert sealer.open(sealed, place) == secret
    assert sealed != sealer.seal(secret, place)


def test_the_newest_active_key_seals() -> None:
    """A key opens at once and seals from its instant on; a clock of the wall plays no part."""
    now = [0.0]
    both = TenantSealer([DataKey(2, TWO.secret, 15.0), ONE], INDEX, clock=lambda: now[0])
    first = both.seal("hush", "p")
    now[0] = 15.0
    second = both.seal("hush", "p")
    assert (first[:8], second[:8]) == (b"\xf1PS\x01\0\0\0\1", b"\xf1PS\x01\0\0\0\2")
    assert both.header == second[:8]
    assert both.number == 2
    assert [both.open(sealed, "p") for sealed in (first, second)] == ["hush", "hush"]


def test_the_only_key_seals_whatever_the_clock_says() -> None:
    """There is nothing else to seal with."""
    sealer = TenantSealer([DataKey(1, ONE.secret, 60.0)], INDEX, clock=lambda: 0.0)
    assert sealer.open(sealer.seal("hush", "p"), "p") == "hush"


@pytest.mark.parametrize("how", ["place", "key", "number", "bit", "short"])
def test_what_does_not_belong_is_not_opened(how: str) -> None:
    """Another place or tenant, a number that was changed or is unknown, a changed bit, a cut."""
    sealer, place = TenantSealer([ONE, TWO], INDEX), "webhooks|secret|1"
    sealed = sealer.seal("hunter2", place)
    match how:
        case "place":
            place = "webhooks|secret|2"
        case "key":
            sealer = TenantSealer([DataKey(2, b"\3" * 32)], INDEX)
        case "number":
            sealed = sealed[:7] + b"\1" + sealed[8:]
        case "bit":
            sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
        case _:
            sealed = sealed[:6]
    with pytest.raises(UnavailableError, match="cannot be opened"):
        sealer.open(sealed, place)
    with pytest.raises(UnavailableError, match="is not there"):
        TenantSealer([ONE], INDEX).open(TenantSealer([TWO], INDEX).seal("hunter2", place), place)


def test_the_key_of_the_machine_opens_what_it_has_sealed() -> None:
    """What was kept before tenants had keys is read; without that key it is not."""
    key = new_token("plq")
    sealed = Sealer(key).seal("hush", "p")
    assert TenantSealer([ONE], INDEX, before=key).open(sealed, "p") == "hush"
    with pytest.raises(UnavailableError):
        TenantSealer([ONE], INDEX).open(sealed, "p")


def test_an_index_finds_and_tells_nothing() -> None:
    """The same text has the same index in one column, after a rotation too, and others elsewhere."""
    sealer = TenantSealer([ONE], INDEX)
    found = sealer.index("ada@example.com", "users|email")
    assert len(found) == 32
    assert found == TenantSealer([ONE, TWO], INDEX).index("ada@example.com", "users|email")
    others = {
        sealer.index("ada@example.com", "users|name"),
        sealer.index("bob@example.com", "users|email"),
        TenantSealer([ONE], b"\5" * 32).index("ada@example.com", "users|email"),
    }
    assert len(others | {found}) == 4


def test_keys_are_not_shown() -> None:
    """A key is not part of its representation, and no sealer is without one."""
    assert "secret" not in repr(ONE)
    with pytest.raises(ValueError, match="needs a key"):
        TenantSealer([], INDEX)
