"""Places."""

import asyncio

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.services.risk_api.places import Places

pytestmark = pytest.mark.anyio


async def test_no_more_are_held_than_there_are() -> None:
    """Of ten callers, two are inside at any time, and all get in."""
    places, inside, most, done = Places(2), 0, 0, 0

    async def call() -> None:
        nonlocal inside, most, done
        async with places:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1
            done += 1

    await asyncio.gather(*(call() for _ in range(10)))
    assert (most, done) == (2, 10)


async def test_nobody_waits_for_ever() -> None:
    """A caller gives up in time, and a place that is left is free again."""
    places = Places(1, seconds=0.01)
    async with places:
        with pytest.raises(UnavailableError, match="too many"):
            await places.__aenter__()
    async with places:
        pass
