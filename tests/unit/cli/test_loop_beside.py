"""A loop on a thread of its own."""

import asyncio
import threading

import pytest

from plimsoll.cli.loop_beside import loop_beside


def test_work_is_done_there_and_its_outcome_comes_back() -> None:
    """Results and errors are those of the work, which runs on another thread."""

    async def where() -> int:
        return threading.get_ident()

    async def fail() -> None:
        raise ValueError("no")

    with loop_beside() as beside:
        assert beside.run(where()) != threading.get_ident()
        with pytest.raises(ValueError, match="no"):
            beside.run(fail())


def test_it_turns_while_this_thread_is_busy() -> None:
    """What waits there is woken from here."""
    event, done = asyncio.Event(), threading.Event()

    async def wait() -> None:
        await event.wait()
        done.set()

    with loop_beside() as beside:
        waiting = asyncio.run_coroutine_threadsafe(wait(), beside.loop)
        beside.call(event.set)
        assert done.wait(10)
        waiting.result(10)


def test_what_is_under_way_at_the_end_is_cancelled() -> None:
    """Nothing outlives the block, and the thread has ended."""
    before = threading.active_count()

    async def wait() -> None:
        await asyncio.Event().wait()

    with loop_beside() as beside:
        waiting = asyncio.run_coroutine_threadsafe(wait(), beside.loop)
    assert waiting.cancelled()
    assert beside.loop.is_closed()
    assert threading.active_count() == before
