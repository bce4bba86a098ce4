"""Signatures of webhooks, as the Standard Webhooks specification 1.0.0 has them."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.data.store.events import EventRecord

__all__ = ["new_secret", "payload", "signed_headers"]

_PREFIX = "whsec_"


def new_secret() -> str:
    """Make a secret of 256 random bits.

    Examples
    --------
    >>> new_secret()[:6]
    'whsec_'
    """
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def payload(event: EventRecord) -> bytes:
    """Return what a receiver is told of an event; the same bytes each time.

    Parameters
    ----------
    event
        Its ``kind`` is the ``type`` of the message.
    """
    message: dict[str, Any] = {
        "type": event.kind,
        "timestamp": event.published_at.isoformat(),
        "id": str(event.id),
        "subject": str(event.subject),
        "data": event.data,
    }
    return json.dumps(message, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def signed_headers(
    secrets_: Sequence[str], *, message_id: str, timestamp: int, content: bytes
) -> Mapping[str, str]:
    """Return the headers by which a receiver knows who sends.

    Parameters
    ----------
    secrets_
        ``whsec_…``; while one replaces another, both sign.
    message_id
        The same for each attempt, so that who receives twice knows it.
    timestamp
        Of this attempt, in seconds since 1970.
    content
        The body, byte for byte.
    """
    signed = f"{message_id}.{timestamp}.".encode() + content
    signatures = [
        hmac.new(base64.b64decode(secret.removeprefix(_PREFIX)), signed, hashlib.sha256).digest()
        for secret in secrets_
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": "plimsoll",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signatures),
    }
