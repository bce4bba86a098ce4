"""Secrets that must be read again: sealed with AES-256-GCM, each to the place where it is kept."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plimsoll.errors import UnavailableError
from plimsoll.security.tokens import TOKEN

__all__ = ["Sealer"]

_NONCE_BYTES = 12


class Sealer:
    """Seals and opens.

    Parameters
    ----------
    key
        A token of 256 random bits, as :func:`plimsoll.security.tokens.new_token` makes it.

    Raises
    ------
    UnavailableError
        If it is no such token.

    Examples
    --------
    >>> from plimsoll.security.tokens import new_token
    >>> sealer = Sealer(new_token("plq"))
    >>> sealed = sealer.seal("hush", "webhooks|secret|1")
    >>> sealer.open(sealed, "webhooks|secret|1")
    'hush'
    """

    def __init__(self, key: str) -> None:
        if not TOKEN.fullmatch(key):
            raise UnavailableError(
                "the sealing key cannot be used", remedy="It takes a prefix and 43 characters."
            )
        self._cipher = AESGCM(base64.urlsafe_b64decode(key[-43:] + "="))

    def seal(self, secret: str, place: str) -> bytes:
        """Return a secret as it may be kept.

        Parameters
        ----------
        secret
            Any text.
        place
            Where it is kept, as ``table|column|key``: moved to another place it cannot be opened.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Return the secret.

        Raises
        ------
        UnavailableError
            If it was sealed with another key or for another place, or was changed.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, ValueError):
            remedy = "Restore the file with the sealing key, or give the secret anew."
            raise UnavailableError("a sealed secret cannot be opened", remedy=remedy) from None
