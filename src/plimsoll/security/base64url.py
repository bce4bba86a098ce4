"""Base64 as tokens have it: safe in URLs, unpadded, and only in its one true form."""

import base64
import binascii

__all__ = ["decoded", "encoded"]


def encoded(content: bytes) -> str:
    """Return bytes as text.

    Examples
    --------
    >>> encoded(b"hush")
    'aHVzaA'
    """
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of a text.

    Raises
    ------
    ValueError
        If it is not exactly what `encoded` makes: padded, with other characters, or with stray last bits.

    Examples
    --------
    >>> decoded("aHVzaA")
    b'hush'
    """
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("this is no base64") from None
    if encoded(content) != text:
        raise ValueError("this is not the usual form of base64")
    return content
