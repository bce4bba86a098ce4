"""Passwords: what may be one, and how it is kept (argon2id, OWASP's 19 MiB, two passes, one lane)."""

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from plimsoll.errors import UnavailableError, UsageError
from plimsoll.security.breached import is_breached

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = [
    "LEAST",
    "LEAST_WITH_FACTOR",
    "MOST_BYTES",
    "Passwords",
    "accepted_password",
    "normal_password",
    "stands_alone",
]

LEAST = 15
"""Characters of a password that stands alone (NIST SP 800-63B-4, 3.1.1.2)."""
LEAST_WITH_FACTOR = 8
"""Characters of a password beside which a second factor is asked for."""
MOST_BYTES = 1000
_SHORTEST_HINT = 3

_Result = TypeVar("_Result")


def normal_password(text: str) -> str:
    r"""Return a password as it is hashed, so that two keyboards that write it differently mean the same.

    Raises
    ------
    UsageError
        If it is longer than `MOST_BYTES`.

    Examples
    --------
    >>> normal_password("cafe\u0301") == normal_password("caf\u00e9")
    True
    """
    normal = unicodedata.normalize("NFKC", text)
    if len(normal.encode("utf-8", "replace")) > MOST_BYTES:
        raise UsageError("the password is too long", remedy=f"It may have {MOST_BYTES} bytes.")
    return normal


def accepted_password(text: str, *, has_factor: bool, hints: Sequence[str] = ()) -> str:
    """Return a new password as it is hashed.

    There are no rules about kinds of characters: length is what counts, and that nobody tries it first.

    Parameters
    ----------
    text
        What was chosen; it is never part of an error.
    has_factor
        Whether a second factor is asked for beside it.
    hints
        What an attacker knows of the person: name, e-mail address.

    Raises
    ------
    UsageError
        If it is too short or too long, or among those that are tried first.

    Examples
    --------
    >>> accepted_password("a long enough sentence", has_factor=False)
    'a long enough sentence'
    """
    normal = normal_password(text)
    least = LEAST_WITH_FACTOR if has_factor else LEAST
    if len(normal) < least:
        remedy = f"Take at least {least} characters: several words will do."
        raise UsageError("the password is too short", remedy=remedy)
    remedy = "Take something that nobody else would think of: several words will do."
    if is_breached(normal):
        raise UsageError("the password is one that attackers try first", remedy=remedy)
    if _is_known(normal, hints):
        raise UsageError("the password is your name or address, or ours", remedy=remedy)
    return normal


def stands_alone(password: str) -> bool:
    """Return whether a password is long enough for somebody without a second factor.

    Parameters
    ----------
    password
        As it was chosen or typed.

    Examples
    --------
    >>> stands_alone("a long enough sentence"), stands_alone("too short")
    (True, False)
    """
    return len(normal_password(password)) >= LEAST


class Passwords:
    """Hashes and checks passwords in a few threads of their own, so that other work goes on.

    Parameters
    ----------
    threads
        That hash at the same time; each takes 19 MiB.
    waiting
        How many may wait for one, beyond which nobody else is taken.
    """

    def __init__(self, *, threads: int = 2, waiting: int = 32) -> None:
        self._threads = threads
        self._most = threads + waiting
        self._under_way = 0
        self._pool: ThreadPoolExecutor | None = None
        self._hasher: PasswordHasher | None = None
        self._nobodys = ""

    async def hashed(self, password: str) -> str:
        """Return what is kept of a password.

        Parameters
        ----------
        password
            From `accepted_password`.

        Raises
        ------
        UnavailableError
            If too many wait already.
        """
        normal = normal_password(password)
        return await self._in_pool(lambda: self._ready().hash(normal))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Return whether a password is the one that is kept; takes equally long where there is none.

        Parameters
        ----------
        password
            As it was typed.
        kept
            From `hashed`; None for nobody's, which no password matches.

        Raises
        ------
        UnavailableError
            If too many wait already.
        UsageError
            If it is too long to be one.
        """
        normal = normal_password(password)
        return await self._in_pool(lambda: self._verified(normal, kept))

    def is_outdated(self, kept: str) -> bool:
        """Return whether a hash was made by other rules than those of today, and is to be made anew."""
        return self._ready().check_needs_rehash(kept)

    def close(self) -> None:
        """Stop the threads when they have finished what they do."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _verified(self, normal: str, kept: str | None) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        hasher = self._ready()
        try:
            hasher.verify(kept or self._nobodys, normal)
        except (InvalidHashError, VerificationError):
            return False
        return kept is not None

    def _ready(self) -> "PasswordHasher":
        if self._hasher is None:
            from argon2 import PasswordHasher

            hasher = PasswordHasher(2, 19 * 1024, 1, hash_len=32, salt_len=16)
            self._nobodys = hasher.hash(secrets.token_urlsafe(32))
            self._hasher = hasher
        return self._hasher

    async def _in_pool(self, work: Callable[[], _Result]) -> _Result:
        if self._under_way >= self._most:
            raise UnavailableError("too many people sign in at once", remedy="Try again in a moment.")
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="passwords")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._under_way -= 1


def _is_known(password: str, hints: Sequence[str]) -> bool:
    """Return whether the letters of a password are only what an attacker knows of the person."""
    letters = left = re.sub(r"[\W\d_]", "", password.casefold())
    words = {part for hint in (*hints, "plimsoll") for part in re.split(r"[\W\d_]+", _folded(hint))}
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "") if len(word) >= _SHORTEST_HINT else left
    return bool(letters) and not left


def _folded(hint: str) -> str:
    return unicodedata.normalize("NFKC", hint).casefold()
