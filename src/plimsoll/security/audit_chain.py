"""The chain of the audit: each event is sealed together with all before it, so that no change goes unseen.

The digest of event *n* is ``HMAC-SHA256(key, digest(n - 1) || canonical(event n))``, beginning with 32 zeros.
Whoever changes, removes or moves an event has to make all later digests anew and does not know the key.
Whoever cuts the end off is given away by a checkpoint, which says how far the chain was and is signed with
Ed25519.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from plimsoll.errors import UnavailableError
from plimsoll.security.tokens import TOKEN

__all__ = ["ANCHOR", "AuditKey", "Checkpoint", "canonical"]

ANCHOR = bytes(32)
"""What the first event of a chain is sealed together with."""

_FIELDS = ("tenant", "sequence", "digest", "key_id", "made_at")


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return the one way to write a JSON document: sorted names, no blanks, UTF-8, no NaN.

    Examples
    --------
    >>> canonical({"b": 1, "a": "é"}).decode()
    '{"a":"é","b":1}'
    """
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a chain was at an instant.

    Parameters
    ----------
    tenant
        Whose chain.
    sequence, digest
        Of its last event; the digest in hexadecimal digits.
    key_id
        Which key made it.
    made_at
        When; ISO 8601, UTC, microseconds.
    signature
        By the key, over all the rest.
    """

    tenant: str
    sequence: int
    digest: str
    key_id: str
    made_at: str
    signature: str

    def signed(self) -> bytes:
        """Return what the signature is over."""
        return canonical({name: getattr(self, name) for name in _FIELDS})

    def document(self) -> bytes:
        """Return the checkpoint as a line of JSON."""
        return canonical({name: getattr(self, name) for name in (*_FIELDS, "signature")}) + b"\n"

    @staticmethod
    def read(document: bytes) -> "Checkpoint":
        """Return the checkpoint of a line of JSON; whether it is genuine is another question.

        Raises
        ------
        ValueError
            If it is none.
        """
        try:
            found = json.loads(document)
            return Checkpoint(
                **{name: str(found[name]) for name in (*_FIELDS, "signature") if name != "sequence"},
                sequence=int(found["sequence"]),
            )
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise ValueError("this is no checkpoint") from error


class AuditKey:
    """Seals events and signs checkpoints, with two keys made of one.

    Parameters
    ----------
    key
        A token of 256 random bits, as :func:`plimsoll.security.tokens.new_token` makes it.

    Attributes
    ----------
    key_id
        Names the key without giving it away.

    Raises
    ------
    UnavailableError
        If it is no such token.

    Examples
    --------
    >>> from plimsoll.security.tokens import new_token
    >>> key = AuditKey(new_token("pla"))
    >>> first = key.seal(ANCHOR, {"action": "sign-out"})
    >>> first == key.seal(ANCHOR, {"action": "sign-out"}), first == key.seal(ANCHOR, {"action": "sign-in"})
    (True, False)
    """

    def __init__(self, key: str) -> None:
        if not TOKEN.fullmatch(key):
            raise UnavailableError(
                "the audit key cannot be used", remedy="It takes a prefix and 43 characters."
            )
        secret = base64.urlsafe_b64decode(key[-43:] + "=")
        self._chain = _derived(secret, b"plimsoll audit chain")
        self._signing = Ed25519PrivateKey.from_private_bytes(_derived(secret, b"plimsoll audit checkpoint"))
        self.key_id = hashlib.sha256(self.public_key).hexdigest()[:16]

    @property
    def public_key(self) -> bytes:
        """The key by which others check checkpoints: 32 bytes."""
        return self._signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def seal(self, previous: bytes, document: Mapping[str, Any]) -> bytes:
        """Return the digest of an event.

        Parameters
        ----------
        previous
            The digest of the event before it; :data:`ANCHOR` for the first one.
        document
            All there is to know of it, with its place in the chain.
        """
        return hmac.digest(self._chain, previous + canonical(document), "sha256")

    def checkpoint(self, *, tenant: str, sequence: int, digest: bytes, made_at: str) -> Checkpoint:
        """Return a signed checkpoint; the parameters are those of :class:`Checkpoint`."""
        bare = Checkpoint(tenant, sequence, digest.hex(), self.key_id, made_at, "")
        signature = base64.b64encode(self._signing.sign(bare.signed())).decode()
        return Checkpoint(tenant, sequence, digest.hex(), self.key_id, made_at, signature)

    def is_genuine(self, checkpoint: Checkpoint) -> bool:
        """Return whether the key has signed this very checkpoint."""
        try:
            public = Ed25519PublicKey.from_public_bytes(self.public_key)
            public.verify(base64.b64decode(checkpoint.signature, validate=True), checkpoint.signed())
        except (InvalidSignature, ValueError):
            return False
        return True


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret)
