"""Stopping as it should be: Ctrl-C, a service manager and a closed terminal end a server in good order."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

__all__ = ["leave_now_if_busy", "stop_asked", "stoppable"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let the first signal end the block in good order; further ones do not disturb that.

    Within the block, :func:`stop_asked` takes over while an event loop runs.
    """

    def end(*_: int | FrameType | None) -> None:
        _ignore()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stop_asked() -> Iterator["asyncio.Event"]:
    """Yield an event of the running loop that a signal sets; afterwards signals are ignored.

    Within the block a peer that hangs up while it is written to ends no more than its connection: commands
    whose output is piped away end quietly, a server must not.
    """
    import asyncio

    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, event.set)
    pipe = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield event
    finally:
        signal.signal(signal.SIGPIPE, pipe)
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
        _ignore()


def leave_now_if_busy() -> None:
    """End the process with code 0 at once if a thread still calculates: nobody waits for the result."""
    others = (one for one in threading.enumerate() if one is not threading.main_thread())
    if any(one.is_alive() and not one.daemon for one in others):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _ignore() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
