"""Opaque tokens: made at random, kept as digests, compared in constant time."""

import base64
import hashlib
import hmac
import re
import secrets

__all__ = ["TOKEN", "derived", "digest", "matches", "new_token"]

TOKEN = re.compile(r"[a-z]{0,8}_?[A-Za-z0-9_-]{43}")
"""What a token looks like; whatever else is offered as one need not be looked at."""


def new_token(prefix: str = "") -> str:
    """Make a token of 256 random bits.

    Parameters
    ----------
    prefix
        A short word that tells people and secret scanners what they see, such as ``plk``.

    Returns
    -------
    str
        43 characters that are safe in a URL, after the prefix and an underscore where there is one.

    Examples
    --------
    >>> token = new_token("plk")
    >>> token[:4], len(token)
    ('plk_', 47)
    """
    token = secrets.token_urlsafe(32)
    return f"{prefix}_{token}" if prefix else token


def digest(token: str) -> bytes:
    """Return what is kept of a token.

    Notes
    -----
    Plain SHA-256 is enough here: 256 random bits cannot be guessed, so there is nothing that a slow or salted
    hash would add. Passwords are another matter.

    Examples
    --------
    >>> digest("abc").hex()[:16]
    'ba7816bf8f01cfea'
    """
    return hashlib.sha256(token.encode()).digest()


def matches(token: str, kept: bytes) -> bool:
    """Return whether a token is the one whose digest is kept; takes equally long either way.

    Examples
    --------
    >>> matches("abc", digest("abc")), matches("abd", digest("abc"))
    (True, False)
    """
    return hmac.compare_digest(digest(token), kept)


def derived(token: str, purpose: str) -> str:
    """Return a token that only holders of another can know.

    Parameters
    ----------
    token
        The other, of 256 random bits.
    purpose
        Keeps apart what is made of the same token.

    Examples
    --------
    >>> derived("abc", "one") == derived("abc", "two"), TOKEN.fullmatch(derived("abc", "one")) is not None
    (False, True)
    """
    content = hmac.digest(token.encode(), purpose.encode(), "sha256")
    return "pld_" + base64.urlsafe_b64encode(content).rstrip(b"=").decode()
