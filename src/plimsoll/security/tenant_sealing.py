"""The sealer of one tenant: several data keys, of which the newest seals and all of them open."""

import os
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plimsoll.errors import UnavailableError
from plimsoll.security.key_derivation import derived
from plimsoll.security.sealing import Sealer
from plimsoll.security.tokens import new_token

__all__ = ["DataKey", "TenantSealer", "header_of"]

_MARK = b"\xf1PS\x01"
_HEADER = struct.Struct(">4sI")
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key that seals the secrets of a tenant.

    Parameters
    ----------
    number
        What is sealed says by which key.
    secret
        256 random bits.
    active_at
        From this instant of the sealer's clock on it seals; it opens at once.
    """

    number: int
    secret: bytes = field(repr=False)
    active_at: float = 0.0


def header_of(number: int) -> bytes:
    r"""Return what everything begins with that the key of a number has sealed.

    Examples
    --------
    >>> header_of(1)
    b'\xf1PS\x01\x00\x00\x00\x01'
    """
    return _HEADER.pack(_MARK, number)


class TenantSealer(Sealer):
    """Seals by the newest active key of a tenant and opens by whichever has sealed.

    Parameters
    ----------
    keys
        At least one.
    index_key
        Makes blind indices; it stays the same when keys are rotated.
    before
        The key of the machine, which opens what was sealed before tenants had keys of their own; None for
        none.
    clock
        Seconds that only grow: a wall clock that is put back brings no old key back.

    Raises
    ------
    ValueError
        If there is no key.

    Examples
    --------
    >>> sealer = TenantSealer([DataKey(1, bytes(32))], bytes(32))
    >>> sealer.open(sealer.seal("hush", "webhooks|secret|1"), "webhooks|secret|1")
    'hush'
    """

    def __init__(
        self,
        keys: Sequence[DataKey],
        index_key: bytes,
        *,
        before: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not keys:
            raise ValueError("a sealer needs a key")
        super().__init__(before or new_token())
        self._index_key = derived(index_key, "plimsoll index")
        self._keys = sorted(keys, key=lambda key: key.number)
        self._ciphers = {key.number: AESGCM(key.secret) for key in keys}
        self._clock = clock

    @property
    def number(self) -> int:
        """The number of the key that seals now."""
        now = self._clock()
        active = [key.number for key in self._keys if key.active_at <= now]
        return active[-1] if active else self._keys[0].number

    @property
    def header(self) -> bytes:
        """What everything begins with that is sealed now."""
        return header_of(self.number)

    def seal(self, secret: str, place: str) -> bytes:
        """Return a secret as it may be kept; see :meth:`Sealer.seal`."""
        number = self.number
        header, nonce = header_of(number), os.urandom(_NONCE_BYTES)
        return header + nonce + self._ciphers[number].encrypt(nonce, secret.encode(), header + place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Return the secret; see :meth:`Sealer.open`."""
        if not sealed.startswith(_MARK) or len(sealed) < _HEADER.size:
            return super().open(sealed, place)
        header, rest = sealed[: _HEADER.size], sealed[_HEADER.size :]
        cipher = self._ciphers.get(_HEADER.unpack(header)[1])
        if cipher is None:
            remedy = "Try again in a moment; if that does not help, restore the data keys of the tenant."
            raise UnavailableError("the key of a sealed secret is not there", remedy=remedy)
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header + place.encode()).decode()
        except (InvalidTag, ValueError):
            remedy = "Give the secret anew."
            raise UnavailableError("a sealed secret cannot be opened", remedy=remedy) from None
