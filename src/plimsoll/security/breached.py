"""Passwords that everybody tries first: an offline list, from leaks that are public.

The list is that of the package zxcvbn 4.5.0 (30,000 words, by how often they were leaked), whose licence
stands beside it.
"""

import gzip
from functools import cache
from importlib.resources import files

__all__ = ["is_breached"]


def is_breached(password: str) -> bool:
    """Return whether a password is a leaked one, or nothing but one that is repeated.

    Parameters
    ----------
    password
        Any text; upper and lower case are the same here.

    Examples
    --------
    >>> is_breached("PasswordPassword"), is_breached("aaaaaaaaaaaaaaaa"), is_breached("1234567890123456")
    (True, True, True)
    >>> is_breached("correct horse battery staple")
    False
    """
    folded = password.casefold()
    words = _words()
    if folded in words or folded.strip("0123456789!?.,_-#*$ ") in words:
        return True
    unit = _unit(folded)
    return unit != folded and (len(unit) < 4 or unit in words)


def _unit(text: str) -> str:
    """Return what a text repeats, the last time perhaps in part; the text itself where it repeats nothing."""
    for length in range(1, len(text)):
        if text[length:] == text[:-length]:
            return text[:length]
    return text


@cache
def _words() -> frozenset[str]:
    packed = files(__package__).joinpath("breached_words.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split())
