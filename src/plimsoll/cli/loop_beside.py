"""An event loop on a thread of its own: it turns while the main thread imports, waits and is interrupted."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["LoopBeside", "loop_beside"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class LoopBeside:
    """A loop that turns on another thread.

    Parameters
    ----------
    loop
        The event loop.
    """

    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Wait until something is done on the loop, and return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def call(self, function: Callable[[], object]) -> None:
        """Let a function be called on the loop, soon; nobody waits."""
        self.loop.call_soon_threadsafe(function)


@contextmanager
def loop_beside() -> Iterator[LoopBeside]:
    """Let a loop turn for as long as the block lasts; what is under way at the end is cancelled."""
    import uvloop

    loop = uvloop.new_event_loop()
    end = loop.create_future()

    async def turn() -> None:
        await end

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(turn())

    # A daemon: an interrupted start that does not come to the end of the block does not keep the process.
    thread = threading.Thread(target=work, name="loop", daemon=True)
    thread.start()
    try:
        yield LoopBeside(loop)
    finally:
        loop.call_soon_threadsafe(end.set_result, None)
        thread.join()
