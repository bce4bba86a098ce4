"""Keys made of keys: one for each use, so that none serves two of them."""

import base64

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from plimsoll.errors import UnavailableError
from plimsoll.security.tokens import TOKEN

__all__ = ["derived", "secret_of"]


def secret_of(token: str) -> bytes:
    """Return the 256 random bits of a token.

    Raises
    ------
    UnavailableError
        If it is no such token; it is not repeated.
    """
    if not TOKEN.fullmatch(token):
        raise UnavailableError(
            "the sealing key cannot be used", remedy="It takes a prefix and 43 characters."
        )
    return base64.urlsafe_b64decode(token[-43:] + "=")


def derived(secret: bytes, use: str) -> bytes:
    """Return the key of 256 bits for one use (HKDF-Expand, RFC 5869, with SHA-256).

    Parameters
    ----------
    secret
        256 random bits, so that the extraction of RFC 5869 has nothing to do.
    use
        What it is for.

    Examples
    --------
    >>> derived(bytes(32), "one") == derived(bytes(32), "other")
    False
    """
    return HKDFExpand(algorithm=SHA256(), length=32, info=use.encode()).derive(secret)
