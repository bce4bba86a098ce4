"""E-mail addresses: how two that mean the same person become one."""

import re
import unicodedata

from plimsoll.errors import UsageError

__all__ = ["normal_email"]

_ADDRESS = re.compile(r"[^\s@\x00-\x20\x7f,;:<>()\[\]\"\\]{1,64}@[^\s@\x00-\x20\x7f,;:<>()\[\]\"\\]{1,253}")
_LONGEST = 254


def normal_email(text: str) -> str:
    """Return an e-mail address as it is stored and looked up.

    Parameters
    ----------
    text
        As somebody wrote it.

    Raises
    ------
    UsageError
        If it is none; line breaks and commas, which would make it two, are refused.

    Examples
    --------
    >>> normal_email(" Ada@Example.COM ")
    'ada@example.com'
    """
    normal = unicodedata.normalize("NFKC", text).strip().lower()
    if len(normal) > _LONGEST or not _ADDRESS.fullmatch(normal) or ".." in normal.partition("@")[2]:
        raise UsageError("this is no e-mail address", remedy="Write it as name@example.com.")
    return normal
