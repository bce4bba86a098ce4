"""Secrets that must be read again: sealed with AES-256-GCM, each to the place where it is kept."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plimsoll.errors import UnavailableError
from plimsoll.security.key_derivation import derived, secret_of

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
        secret = secret_of(key)
        self._cipher = AESGCM(secret)
        self._index_key = derived(secret, "plimsoll index")

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

    def index(self, text: str, purpose: str) -> bytes:
        """Return what a sealed text is looked up by: 32 bytes that are the same for the same text.

        Parameters
        ----------
        text
            As it is compared; fold its case first where that does not count.
        purpose
            Where it is kept, as ``table|column``: the same text has another index elsewhere.

        Notes
        -----
        HMAC-SHA-256 under a key of its own. Whoever reads the table sees which rows are equal, and cannot try
        texts without the key.
        """
        key = derived(self._index_key, purpose)
        return hmac.new(key, text.encode(), hashlib.sha256).digest()
