"""What other instances should hear: the last level of each symbol, however long they cannot be reached."""

import asyncio
from collections.abc import Mapping

from plimsoll.workflows.tick_board import Level

__all__ = ["Outbox"]


class Outbox:
    """Waits to be sent; it never holds more than one level of a symbol.

    Examples
    --------
    >>> outbox = Outbox()
    >>> outbox.look()
    >>> asyncio.run(outbox.take())
    ({}, True)
    """

    def __init__(self) -> None:
        self._levels: dict[str, Level] = {}
        self._look = False
        self._filled = asyncio.Event()

    def add(self, levels: Mapping[str, Level]) -> None:
        """Send levels that were decided upon here."""
        if levels:
            self._levels.update(levels)
            self._filled.set()

    def look(self) -> None:
        """Let the others look for new runs, positions and prices."""
        self._look = True
        self._filled.set()

    async def take(self) -> tuple[dict[str, Level], bool]:
        """Wait until there is something and return it: levels, and whether the others should look."""
        await self._filled.wait()
        self._filled.clear()
        levels, self._levels = self._levels, {}
        look, self._look = self._look, False
        return levels, look

    def put_back(self, levels: Mapping[str, Level], *, look: bool) -> None:
        """Take back what could not be sent; what came meanwhile stands."""
        self._levels = {**levels, **self._levels}
        self._look = self._look or look
        self._filled.set()
