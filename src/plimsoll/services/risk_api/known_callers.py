"""Callers who were recognised a moment ago: nobody is asked for twice within five seconds.

What has changed about somebody (a session that was ended, a right that was taken away) counts after five
seconds at the latest on every instance, and at once on the one that changed it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cachetools import LRUCache

from plimsoll.security.permissions import Principal
from plimsoll.security.tokens import digest

__all__ = ["FRESH_SECONDS", "Find", "KnownCallers"]

FRESH_SECONDS = 5.0
_MOST = 10_000

Find = Callable[[str], Awaitable[Principal | None]]
"""From a token to whose it is, asked of the database."""


@dataclass(frozen=True, slots=True)
class _Seen:
    principal: Principal
    until: float


class KnownCallers:
    """Remembers who holds which token, by its digest, for a moment.

    Parameters
    ----------
    find
        Asks the database; what it finds is remembered, that it finds nobody is not.
    seconds
        For how long.
    clock
        Counts seconds, and never goes back.
    """

    def __init__(
        self, find: Find, *, seconds: float = FRESH_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._find = find
        self._seconds = seconds
        self._clock = clock
        self._seen: LRUCache[bytes, _Seen] = LRUCache(_MOST)
        self._asked: dict[bytes, asyncio.Task[Principal | None]] = {}
        self._forgotten = 0

    async def of(self, token: str) -> Principal | None:
        """Return whose a token is; None for nobody's.

        Raises
        ------
        UnavailableError
            If it is not known, and the database does not answer.
        """
        key = digest(token)
        seen = self._seen.get(key)
        if seen is not None and self._clock() < seen.until:
            return seen.principal
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.create_task(self._look(key, token))
            asked.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(asked)

    def forget(self) -> None:
        """Ask for everybody anew: something about somebody has changed."""
        self._forgotten += 1
        self._seen.clear()
        self._asked.clear()

    def _answered(self, key: bytes, done: "asyncio.Task[Principal | None]") -> None:
        if self._asked.get(key) is done:
            del self._asked[key]
        if not done.cancelled():
            done.exception()  # whoever waited has heard of it

    async def _look(self, key: bytes, token: str) -> Principal | None:
        # Counted from before the question: what is changed while it is answered must not count for longer.
        until, forgotten = self._clock() + self._seconds, self._forgotten
        found = await self._find(token)
        if found is None:
            self._seen.pop(key, None)
        elif forgotten == self._forgotten:
            self._seen[key] = _Seen(found, until)
        return found
