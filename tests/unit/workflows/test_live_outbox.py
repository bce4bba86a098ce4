"""What waits to be sent to other instances."""

import asyncio
import datetime as dt

import pytest

from plimsoll.workflows.live_outbox import Outbox
from plimsoll.workflows.tick_board import Level

pytestmark = pytest.mark.anyio
NOON = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)


def level(price: float) -> Level:
    """Return a level of noon."""
    return Level(price, NOON, 1)


async def test_it_is_taken_once_and_waited_for() -> None:
    """What is added while somebody waits wakes them; nothing at all does not."""
    outbox = Outbox()
    waiting = asyncio.create_task(outbox.take())
    outbox.add({})
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.add({"a": level(1.0)})
    assert await waiting == ({"a": level(1.0)}, False)


async def test_what_comes_back_gives_way_to_what_came_meanwhile() -> None:
    """The last level of a symbol stands, and a wish to look is not forgotten."""
    outbox = Outbox()
    outbox.add({"a": level(2.0)})
    outbox.put_back({"a": level(1.0), "b": level(1.0)}, look=True)
    assert await outbox.take() == ({"a": level(2.0), "b": level(1.0)}, True)
