"""The keys by which access tokens are signed: published before they are used, and for a while afterwards."""

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from plimsoll.errors import UnavailableError
from plimsoll.security.base64url import encoded

__all__ = [
    "LIFE_OF_KEY",
    "PUBLISHED_BEFORE_USE",
    "RETIRING",
    "SigningKey",
    "SigningRing",
    "SigningState",
    "new_signing_key",
]

LIFE_OF_KEY = dt.timedelta(days=30)
"""For how long a key signs."""

PUBLISHED_BEFORE_USE = dt.timedelta(hours=1)
"""For how long everybody can read a key before it signs."""

RETIRING = dt.timedelta(minutes=10)
"""For how long a key still counts after another has taken over: twice the life of an access token."""

_MADE_BEFORE_USE = dt.timedelta(days=1)


class SigningState(StrEnum):
    """What a key does."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRING = "retiring"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key.

    Parameters
    ----------
    kid
        Its public name: at random, so that it says nothing.
    private
        The 32 bytes of an Ed25519 private key.
    created_at
        Since when it is published.
    active_from
        From when it signs, until another does.
    """

    kid: str
    private: bytes = field(repr=False)
    created_at: dt.datetime
    active_from: dt.datetime

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return Ed25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as a JSON Web Key (RFC 8037)."""
        fixed = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA"}
        return {**fixed, "kid": self.kid, "x": encoded(self.public)}


class SigningRing:
    """All keys at one time; what each does follows from the clock alone, so that all instances agree.

    Parameters
    ----------
    keys
        In any order, without those that were revoked: what they have signed counts no more.

    Examples
    --------
    >>> now = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)
    >>> ring = SigningRing([new_signing_key(now, now)])
    >>> ring.state(ring.signer(now).kid, now).value
    'active'
    """

    def __init__(self, keys: Iterable[SigningKey]) -> None:
        self.keys = tuple(sorted(keys, key=lambda key: (key.active_from, key.created_at, key.kid)))
        self._public = {key.kid: Ed25519PublicKey.from_public_bytes(key.public) for key in self.keys}
        endless = dt.datetime.max.replace(tzinfo=dt.UTC)
        ends = [*(key.active_from for key in self.keys[1:]), endless]
        self._times = {key.kid: (key.active_from, until) for key, until in zip(self.keys, ends, strict=False)}

    def state(self, kid: str, now: dt.datetime) -> SigningState:
        """Return what a key of the ring does.

        Raises
        ------
        KeyError
            If it is not in the ring.
        """
        active_from, active_until = self._times[kid]
        if now < active_from:
            return SigningState.PENDING
        if now < active_until:
            return SigningState.ACTIVE
        return SigningState.RETIRING if now - active_until < RETIRING else SigningState.ENDED

    def signer(self, now: dt.datetime) -> SigningKey:
        """Return the key that signs.

        Raises
        ------
        UnavailableError
            If there is none.
        """
        for key in reversed(self.keys):
            if self.state(key.kid, now) is SigningState.ACTIVE:
                return key
        raise UnavailableError("there is no key to sign with", remedy="Run plimsoll keys rotate --emergency.")

    def public(self, kid: str, now: dt.datetime) -> Ed25519PublicKey | None:
        """Return what checks signatures of a key; None where they do not count yet, or any more."""
        found = self._public.get(kid)
        if found is None or self.state(kid, now) not in (SigningState.ACTIVE, SigningState.RETIRING):
            return None
        return found

    def published(self, now: dt.datetime) -> list[dict[str, str]]:
        """Return the public keys that others need, as JSON Web Keys, the newest first."""
        shown = (SigningState.PENDING, SigningState.ACTIVE, SigningState.RETIRING)
        return [key.jwk for key in reversed(self.keys) if self.state(key.kid, now) in shown]

    def next_from(self, now: dt.datetime) -> dt.datetime | None:
        """Return from when a new key is to sign; None while there is no need of one."""
        # None signs yet where the first one was made while the clock was ahead.
        if not self.keys or now < self.keys[0].active_from:
            return now
        ends = self.keys[-1].active_from + LIFE_OF_KEY
        return max(ends, now + PUBLISHED_BEFORE_USE) if now >= ends - _MADE_BEFORE_USE else None


def new_signing_key(created_at: dt.datetime, active_from: dt.datetime) -> SigningKey:
    """Make a key at random.

    Parameters
    ----------
    created_at, active_from
        Since when it is published, and from when it signs.
    """
    private = Ed25519PrivateKey.generate().private_bytes_raw()
    return SigningKey(encoded(os.urandom(16)), private, created_at, active_from)
