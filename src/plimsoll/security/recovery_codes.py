"""Recovery codes: the way in for whoever has lost the other factors, each once."""

import hashlib
import re
import secrets

__all__ = ["COUNT", "code_digest", "new_codes"]

COUNT = 10
"""How many codes there are in a set."""

_BYTES = 16
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: none of i, l, o, u
_ALIKE = str.maketrans({"i": "1", "l": "1", "o": "0", "-": None, " ": None, "\u00a0": None, "\t": None})
_CODE = re.compile(rf"[{_ALPHABET}]{{26}}", re.ASCII)


def new_codes() -> tuple[str, ...]:
    """Make a set of codes of 128 random bits each.

    Returns
    -------
    tuple of str
        Such as ``7zk9d0-q2mfx3-8vthb1-sw5ncrj4``; letters that look like digits do not occur.

    Examples
    --------
    >>> codes = new_codes()
    >>> len(set(codes)), len(codes[0])
    (10, 29)
    """
    return tuple(_written(int.from_bytes(secrets.token_bytes(_BYTES))) for _ in range(COUNT))


def code_digest(code: str) -> bytes | None:
    """Return what is kept of a code; None for what cannot be one.

    Parameters
    ----------
    code
        As somebody typed it: case, spaces, dashes and look-alike letters do not count.

    Notes
    -----
    Plain SHA-256 is enough for 128 random bits, as for :func:`plimsoll.security.tokens.digest`.

    Examples
    --------
    >>> code = new_codes()[0]
    >>> code_digest(code) == code_digest(f" {code.upper()} ".replace("-", ""))
    True
    >>> code_digest("letmein") is None
    True
    """
    typed = code.lower().translate(_ALIKE)
    if not _CODE.fullmatch(typed):
        return None
    return hashlib.sha256(f"recovery:{typed}".encode()).digest()


def _written(number: int) -> str:
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
    groups = [letters[start : start + 6] for start in range(0, 18, 6)]
    return "-".join([*groups, letters[18:]])
