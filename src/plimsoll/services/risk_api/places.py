"""A bounded number of places, for which callers wait a while and then give up."""

import asyncio

from plimsoll.errors import UnavailableError

__all__ = ["Places"]


class Places:
    """``async with places:`` holds one of them.

    Parameters
    ----------
    count
        How many there are.
    seconds
        How long a caller waits for one.

    Raises
    ------
    UnavailableError
        On entry, if none has become free in time.
    """

    def __init__(self, count: int, *, seconds: float = 10.0) -> None:
        self._free = asyncio.Semaphore(count)
        self._seconds = seconds

    async def __aenter__(self) -> None:
        """Wait for a place."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._free.acquire()
        except TimeoutError:
            message = "too many requests of this kind are under way"
            raise UnavailableError(message, remedy="Try again in a moment.") from None

    async def __aexit__(self, *_: object) -> None:
        """Leave it to the next one."""
        self._free.release()
