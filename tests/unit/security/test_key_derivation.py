"""Keys made of keys."""

import hashlib
import hmac

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.security.key_derivation import derived, secret_of
from plimsoll.security.tokens import new_token


def test_a_derived_key_is_that_of_rfc_5869() -> None:
    """One block of HKDF-Expand is HMAC(key, info | 0x01), by the definition of RFC 5869, 2.3."""
    secret = bytes(range(32))
    assert derived(secret, "use") == hmac.new(secret, b"use\x01", hashlib.sha256).digest()


def test_each_use_has_its_key() -> None:
    """Neither another use nor another secret gives the same key."""
    made = {derived(secret, use) for secret in (bytes(32), b"\1" * 32) for use in ("", "a", "b", "ab")}
    assert len(made) == 8


def test_the_secret_of_a_token() -> None:
    """It has 256 bits, whatever the prefix; what is no token is refused and not repeated."""
    token = new_token()
    assert len(secret_of(token)) == 32
    assert secret_of(f"plq_{token}") == secret_of(token)
    with pytest.raises(UnavailableError) as caught:
        secret_of("hunter2")
    assert "hunter2" not in str(caught.value)
