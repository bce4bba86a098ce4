"""Calculations beside the event loop."""

import asyncio
import threading
import time
from contextvars import ContextVar

import pytest

from plimsoll.workflows.background import in_background

NAME: ContextVar[str] = ContextVar("NAME")


def test_the_event_loop_goes_on() -> None:
    """While a calculation waits for the loop, the loop runs."""

    async def main() -> bool:
        released = threading.Event()
        waiting = asyncio.create_task(in_background(released.wait, 10.0))
        await asyncio.sleep(0)
        released.set()
        return await waiting

    assert asyncio.run(main())


def test_no_more_than_two_at_a_time() -> None:
    """Six calculations never run more than two together."""
    lock, running, most = threading.Lock(), [0], [0]

    def work() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1

    async def main() -> None:
        await asyncio.gather(*(in_background(work) for _ in range(6)))

    asyncio.run(main())
    assert most[0] == 2


def test_the_context_goes_along_and_errors_come_back() -> None:
    """A context variable of the caller is seen, and what is raised is raised to the caller."""

    async def main() -> str:
        NAME.set("the caller's")
        with pytest.raises(ZeroDivisionError):
            await in_background(lambda: 1 // 0)
        return await in_background(NAME.get)

    assert asyncio.run(main()) == "the caller's"
