"""Values on their way through Redis: what comes back damaged, or was kept under another key, is no value."""

import struct
from dataclasses import dataclass
from hashlib import blake2b

__all__ = ["SealedValue"]

_HEAD = struct.Struct(">4sd16s")
_FORM = b"PLV1"
_SIZE = 16


@dataclass(frozen=True, slots=True)
class SealedValue:
    """A value and how long it is fresh.

    Parameters
    ----------
    value
        The bytes.
    fresh_until
        Seconds since 1970; afterwards it may be served while a new one is made.

    Examples
    --------
    >>> sealed = SealedValue(b"report", 10.0).sealed("key")
    >>> SealedValue.opened("key", sealed)
    SealedValue(value=b'report', fresh_until=10.0)
    >>> SealedValue.opened("other key", sealed) is None
    True
    """

    value: bytes
    fresh_until: float

    def sealed(self, key: str) -> bytes:
        """Return what is kept: form, times and a hash over key, times and value before the value."""
        return _HEAD.pack(_FORM, self.fresh_until, _hash(key, self.fresh_until, self.value)) + self.value

    @staticmethod
    def opened(key: str, kept: bytes) -> "SealedValue | None":
        """Return the value that was kept under a key; None if these bytes are not it.

        Parameters
        ----------
        key
            Under which it was asked for.
        kept
            Whatever came back.
        """
        if len(kept) < _HEAD.size:
            return None
        form, fresh_until, found = _HEAD.unpack_from(kept)
        value = kept[_HEAD.size :]
        if form != _FORM or found != _hash(key, fresh_until, value):
            return None
        return SealedValue(value, fresh_until)


def _hash(key: str, fresh_until: float, value: bytes) -> bytes:
    hashed = blake2b(value, digest_size=_SIZE, person=_FORM)
    hashed.update(struct.pack(">dI", fresh_until, len(value)))
    hashed.update(key.encode())
    return hashed.digest()
